"""CLIs for window tests: what a survey would have found, and a terminal that only notes."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

from llmgw_desktop.app.clis.sign_in import Sign, SignedIn
from llmgw_desktop.app.clis.survey import CliFound
from llmgw_desktop.app.clis.use import Terminals
from llmgw_desktop.clis.cli import Cli
from llmgw_desktop.clis.registry import cli_of
from llmgw_desktop.domain.cli import CliName

SIGNED_IN = Sign(state=SignedIn.YES, where="~/.x")


class PlainSurvey:
    """As app's CliSurvey. Nothing is installed but what a test puts here."""

    def __init__(self) -> None:
        self.installed: dict[CliName, CliFound] = {}
        self.checked: list[CliName] = []

    def install(self, name: CliName, *, sign: Sign = SIGNED_IN, **more: object) -> None:
        cli = cli_of(name)
        found = CliFound(
            name=name,
            command=cli.commands[0],
            program=f"/usr/local/bin/{cli.commands[0]}",
            version=cli.contract_version,
            contract_version=cli.contract_version,
            sign=sign,
        )
        self.installed[name] = replace(found, **more)  # type: ignore[arg-type]

    def cli(self, name: CliName) -> Cli:
        return cli_of(name)

    def environment(self, name: CliName) -> Mapping[str, str]:
        return {"HOME": "/home/ada"}

    def find(self, name: CliName) -> CliFound:
        command = cli_of(name).commands[0]
        return self.installed.get(name) or CliFound(name=name, command=command)

    def look(self, name: CliName, *, with_flags: bool = False, anew: bool = False) -> CliFound:
        if anew:
            self.checked.append(name)
        return self.find(name)


class PlainTerminal:
    """As app's Terminals; `real` is one, where a test wants a program to be started."""

    def __init__(self) -> None:
        self.is_there = True
        self.real: Terminals | None = None
        self.opened: list[tuple[list[str], dict[str, str]]] = []

    def open(self, argv: Sequence[str], env: Mapping[str, str]) -> bool:
        self.opened.append((list(argv), dict(env)))
        return self.is_there if self.real is None else self.real.open(argv, env)
