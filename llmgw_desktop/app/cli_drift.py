"""What has become of the flags that the gateway gives a CLI, since its contract was written."""

import re
from collections.abc import Iterable
from dataclasses import dataclass

from llmgw_desktop.clis.cli import Cli
from llmgw_desktop.domain.cli import CliRequest
from llmgw_desktop.domain.run_errors import InvalidRun

_LISTING = re.compile(r"\s{2,8}(?:-\w(?:, | ))?(--.*?)(?:\s{2,}|$)")
_FLAG = re.compile(r"(?<![\w-])--[A-Za-z][\w-]*")
_EVERYBODYS = frozenset({"--help", "--version"})
_OF_SESSIONS = {
    "--resume": "sessionId",
    "--session": "sessionId",
    "--session-id": "sessionId",
    "--conversation": "sessionId",
    "--continue": "continueSession",
    "--last": "resumeLatest",
    "--fork": "forkSession",
    "--fork-session": "forkSession",
    "--cwd": "workingDir",
    "--cd": "workingDir",
    "--dir": "workingDir",
    "--workdir": "workingDir",
    "--model": "model",
}
"""Fields that a plan turns into flags by itself."""


@dataclass(frozen=True, slots=True, kw_only=True)
class GoneFlag:
    """`fields` of a request that fail without it; `*`: every request does."""

    flag: str
    fields: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Drift:
    """What the installed version no longer lists. None gone: it fits."""

    gone: tuple[GoneFlag, ...] = ()
    extra: tuple[str, ...] = ()
    """What it lists and the contract does not know: nothing comes of them."""

    @property
    def matters(self) -> tuple[GoneFlag, ...]:
        """Those that a request can come to need."""
        return tuple(each for each in self.gone if each.fields)

    @property
    def breaks_all(self) -> bool:
        return any("*" in each.fields for each in self.gone)

    @property
    def fields(self) -> tuple[str, ...]:
        named = {name for each in self.gone for name in each.fields}
        return tuple(sorted(named - {"*"}))


def drift_of(cli: Cli, helps: Iterable[str]) -> Drift | None:
    """None where the texts list none of its flags: then they are no help of this CLI."""
    listed = listed_flags(helps)
    contract = cli.flags - cli.unlisted_flags
    if not contract & listed:
        return None
    always = _always(cli)
    return Drift(
        gone=tuple(
            GoneFlag(flag=flag, fields=_fields(cli, flag, always))
            for flag in sorted(contract - listed)
        ),
        extra=tuple(sorted(listed - cli.flags - _EVERYBODYS)),
    )


def listed_flags(helps: Iterable[str]) -> frozenset[str]:
    """Those that have a line of their own."""
    return frozenset(
        flag
        for text in helps
        for line in text.splitlines()
        if (found := _LISTING.match(line))
        for flag in _FLAG.findall(found.group(1))
    )


def _fields(cli: Cli, flag: str, always: frozenset[str]) -> tuple[str, ...]:
    if flag in always:
        return ("*",)
    named = [option.name for option in cli.options if option.flag == flag]
    if not named and (field := _OF_SESSIONS.get(flag)):
        named = [field]
    return tuple(named)


def _always(cli: Cli) -> frozenset[str]:
    """The flags of the plainest request."""
    try:
        plan = cli.plan(CliRequest(cli=cli.name, prompt="?"))
    except InvalidRun:
        return frozenset()
    return frozenset(each.partition("=")[0] for each in plan.arguments if each.startswith("--"))
