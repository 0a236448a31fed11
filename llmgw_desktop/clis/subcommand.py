"""What a CLI's program can be asked besides runs: its subcommands, each with what it may do, and
the models that it says it has. What no program said is never told as known.
"""

import re
from collections.abc import Callable, Iterable
from enum import StrEnum

from llmgw_desktop.domain.values import value


class SubcommandTier(StrEnum):
    """What a subcommand is to a program that delegates."""

    CATALOG = "catalog"
    """A person's own business; it is known, and that is all."""
    INSPECT = "inspect"
    """Shows something."""
    EXECUTE_CANDIDATE = "execute_candidate"
    """Does work."""
    DIAGNOSTIC = "diagnostic"
    """Says whether all is well."""


class Risk(StrEnum):
    """The worst that it does when it does what it is for."""

    READ_ONLY = "read_only"
    WRITES_LOCAL_CONFIG = "writes_local_config"
    AUTH = "auth"
    NETWORK = "network"
    STARTS_SERVER = "starts_server"
    UPDATES_BINARY = "updates_binary"
    DESTRUCTIVE = "destructive"
    EXECUTES_AGENT = "executes_agent"


class Exposure(StrEnum):
    """Whether a client of the gateway can have it run."""

    TRACKED_ONLY = "tracked_only"
    """No tool runs it; a harmless one."""
    MCP_READONLY = "mcp_readonly"
    """A tool runs it to tell what it says."""
    MCP_REQUIRES_APPROVAL = "mcp_requires_approval"
    """A tool runs it, by the rules for agents and upgrades."""
    NOT_EXPOSED = "not_exposed"
    """No tool runs it, and none shall."""


@value
class Subcommand:
    """One of a CLI's, as it was when its contract was written."""

    path: tuple[str, ...]
    summary: str
    tier: SubcommandTier
    risk: Risk
    exposure: Exposure
    flags: frozenset[str] = frozenset()
    """What its own help lists, but for what all of them take."""
    everywhere: frozenset[str] = frozenset()
    """Those that each subcommand of the CLI takes."""

    @property
    def name(self) -> str:
        return " ".join(self.path)


def subcommands(text: str, everywhere: frozenset[str] = frozenset()) -> tuple[Subcommand, ...]:
    """A table of lines `path | tier | risk | exposure | summary`; lines that are set in below one
    list its flags."""
    rows: list[tuple[str, list[str]]] = []
    for line in text.strip().splitlines():
        if line.startswith(" "):
            rows[-1][1].extend(line.split())
        else:
            rows.append((line, []))
    return tuple(_row(line, flags, everywhere) for line, flags in rows)


def _row(line: str, flags: list[str], everywhere: frozenset[str]) -> Subcommand:
    path, tier, risk, exposure, summary = (each.strip() for each in line.split("|"))
    return Subcommand(
        path=tuple(path.split()),
        summary=summary,
        tier=SubcommandTier(tier),
        risk=Risk(risk),
        exposure=Exposure(exposure),
        flags=frozenset(flags),
        everywhere=everywhere,
    )


MOST_BYTES = 4 * 1024 * 1024
"""Codex tells each model's instructions with it."""
_MOST_MODELS = 500
_NAME = re.compile(r"[A-Za-z0-9][\w.:/@+-]{0,127}")


@value
class ListedModel:
    """One that a CLI lists."""

    name: str
    title: str = ""
    efforts: tuple[str, ...] = ()
    is_default: bool = False


@value
class ModelList:
    """How a CLI is asked for its models, and how its answer is read."""

    arguments: tuple[str, ...]
    rows: Callable[[str], Iterable[ListedModel]]

    def read(self, text: str) -> tuple[ListedModel, ...]:
        """Those with a name that can be asked for; anything else that a CLI printed is none."""
        fit = [each for each in self.rows(text) if _NAME.fullmatch(each.name) is not None]
        return tuple(fit[:_MOST_MODELS])
