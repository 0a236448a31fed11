"""The CLIs by their names, each as the command that settings name for it wants to be asked."""

from collections.abc import Callable, Iterator, Mapping, Sequence

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
        self._commands: Mapping[CliName, str] = {}
        self.apply(clis)

    def apply(self, clis: Sequence[CliSettings]) -> None:
        """For what is asked from now on."""
        self._commands = {each.name: each.command for each in clis}

    @override
    def __getitem__(self, name: CliName) -> Cli:
        return self._find(name, self._commands.get(name, ""))

    @override
    def __iter__(self) -> Iterator[CliName]:
        return iter(CliName)

    @override
    def __len__(self) -> int:
        return len(CliName)
