"""The CLIs by their names, each as the command that settings name for it wants to be asked, and
with the way to sign in that settings have chosen."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace

from typing_extensions import override

from llmgw_desktop.clis.cli import Cli
from llmgw_desktop.clis.registry import cli_of
from llmgw_desktop.domain.cli import CliName
from llmgw_desktop.domain.cli_settings import CliSettings


class KnownClis(Mapping[CliName, Cli]):
    """Each is read in when it is first asked for."""

    def __init__(
        self,
        clis: Sequence[CliSettings] = (),
        find: Callable[[CliName, str], Cli] = cli_of,
    ) -> None:
        self._find = find
        self._said: Mapping[CliName, CliSettings] = {}
        self.apply(clis)

    def apply(self, clis: Sequence[CliSettings]) -> None:
        """For what is asked from now on."""
        self._said = {each.name: each for each in clis}

    @override
    def __getitem__(self, name: CliName) -> Cli:
        said = self._said.get(name)
        cli = self._find(name, "" if said is None else said.command)
        return cli if said is None or not said.vault else _of_vault(cli, said.vault)

    @override
    def __iter__(self) -> Iterator[CliName]:
        return iter(CliName)

    @override
    def __len__(self) -> int:
        return len(CliName)


def _of_vault(cli: Cli, account: str) -> Cli:
    """To sign in as a person would change nothing for its runs."""
    name = cli.sign_in.kept[0].rpartition("/")[2] if cli.sign_in.kept else "FILE"
    guidance = (
        f"its runs are signed in with {account}/{name} of the vault, which is missing or refused."
        f" Sign in anew and store that: llmgw vault set {account} {name} --file < FILE"
    )
    return replace(cli, sign_in=replace(cli.sign_in, guidance=guidance))
