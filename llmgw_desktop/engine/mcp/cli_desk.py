"""What tools may ask about the vendors' CLIs on this computer; `app/clis/desk` knows it.

Nothing here blocks the loop, nothing asks a vendor but `newest`, and several are asked at once.
"""

import asyncio
from collections.abc import Awaitable, Callable, Iterable, Mapping, Sequence
from dataclasses import field
from enum import StrEnum
from typing import Protocol, TypeVar

from llmgw_desktop.clis.cli import Cli
from llmgw_desktop.clis.fields import one_of, option
from llmgw_desktop.clis.subcommand import ListedModel, Subcommand
from llmgw_desktop.domain.access.principal import LOCAL, Principal
from llmgw_desktop.domain.cli import CliName
from llmgw_desktop.domain.jobs.cli_settings import CliSettings
from llmgw_desktop.domain.values import value
from llmgw_desktop.engine.mcp.tool import McpToolCall

_Of = TypeVar("_Of")
_To = TypeVar("_To")


async def each_of(these: Iterable[_Of], work: Callable[[_Of], Awaitable[_To]]) -> list[_To]:
    """In their order."""
    return list(await asyncio.gather(*(work(each) for each in these)))


ONE_CLI = option("cli", one_of(*CliName), "This one only.")


def asked_clis(call: McpToolCall) -> tuple[CliName, ...]:
    """The one that was named, else all."""
    name = call.arguments.get("cli")
    return tuple(CliName) if name is None else (CliName(name),)


def is_local(principal: Principal) -> bool:
    """The person at this computer, to whom its paths are no news."""
    return principal.client_id == LOCAL.client_id


@value
class CliSeen:
    """One CLI as it is on this computer."""

    name: CliName
    title: str
    command: str
    program: str = ""
    """Absolute; empty: it is not installed."""
    version: str = ""
    contract_version: str = ""
    problem: str = ""
    """Why its version is not known, where it was asked."""
    signed_in: str = "unknown"
    """Or yes, or no."""
    signed_in_by: str = ""
    gone: Mapping[str, tuple[str, ...]] | None = None
    """Flags of the contract that its help no longer lists, each with the fields that fail without
    it; None: not compared, or it could not be."""
    extra: tuple[str, ...] = ()
    """Flags that its help lists and the contract does not know."""

    @property
    def is_installed(self) -> bool:
        return bool(self.program)


@value
class ModelsTold:
    """What one has listed so far. `models`: None where it was not asked, or did not tell."""

    is_installed: bool
    models: tuple[ListedModel, ...] | None = None
    rests: bool = False
    """It has just told nothing: to ask it again would only start it."""


@value
class SkillSeen:
    """A person's own skill that a CLI finds."""

    name: str
    path: str


class HelpState(StrEnum):
    """What became of asking a subcommand for its help."""

    TOLD = "told"
    REFUSED = "refused"
    """It ended with an exit code."""
    NOT_ITS_OWN = "not_its_own"
    """The help is the program's: it does not know the subcommand."""
    SILENT = "silent"
    """Not in time, or it cannot be started."""


@value
class SubcommandHelp:
    """What the installed program says of one of its subcommands."""

    state: HelpState
    exit_code: int | None = None
    flags: frozenset[str] = frozenset()


@value
class Newest:
    """The newest version that a registry has; empty with the reason why it is not known."""

    version: str = ""
    source: str = ""
    problem: str = ""


class CliInspection(Protocol):
    """Answers are kept while a program's file stays the same."""

    def cli(self, name: CliName) -> Cli: ...

    def said(self, name: CliName) -> CliSettings:
        """What settings say of it."""

    def subcommands(self, name: CliName) -> tuple[Subcommand, ...]: ...

    async def find(self, name: CliName) -> CliSeen:
        """Nothing is started; what was told of the same program before still holds."""

    async def find_all(self, names: Sequence[CliName]) -> dict[CliName, CliSeen]:
        """The same of several at once."""

    async def look(self, name: CliName, *, with_flags: bool = False, anew: bool = False) -> CliSeen:
        """The program itself is asked."""

    async def models(self, name: CliName) -> tuple[ListedModel, ...] | None:
        """What the program lists; None: it cannot be asked, or did not tell."""

    async def models_told(self, names: Sequence[CliName]) -> dict[CliName, ModelsTold]:
        """What they have listed before; nothing is started."""

    async def skills(self, names: Sequence[CliName]) -> dict[CliName, tuple[SkillSeen, ...]]:
        """Those of the person's own that each of them finds."""

    async def help_of(self, name: CliName, path: tuple[str, ...]) -> SubcommandHelp: ...

    async def newest(self, name: CliName, timeout_s: float) -> Newest: ...


@value
class UpgradePlan:
    """How one would be upgraded: a list of arguments, never a shell's line."""

    cli: CliName
    target: str
    argv: tuple[str, ...]
    strategy: str
    """npm-global, npm-folder, uv, pipx, venv, brew or own-update."""
    note: str = ""
    environment: Mapping[str, str] = field(default_factory=dict, repr=False)


@value
class Upgraded:
    """What came of it. Outputs are redacted and cut."""

    exit_code: int | None
    """None: it was not done in time, or could not be started."""
    out: str = ""
    err: str = ""
    version_before: str = ""
    version_after: str = ""


class Upgrader(Protocol):
    """`app/clis/upgrades.py`."""

    async def plan(self, name: CliName, target: str) -> UpgradePlan:
        """Raises InvalidRun where it cannot be done, with words."""

    async def run(self, plan: UpgradePlan, timeout_s: float, who: str) -> Upgraded:
        """Raises InvalidRun while the CLI is in use."""
