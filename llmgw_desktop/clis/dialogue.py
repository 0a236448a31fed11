"""A run that asks: its CLI is spoken with over stdin and stdout while it works.

A dialogue is a machine without I/O. All it says follows from what it was fed, in order, and from
the answers it was given; so a program that is started later feeds it the same again, leaves out
what was sent already (by `Send.key`), and goes on. Questions it has not seen answered still stand.
"""

from collections.abc import Callable, Mapping
from dataclasses import field
from enum import StrEnum
from typing import Protocol

from llmgw_desktop.domain.cli import CliEvent, CliRequest, LaunchPlan
from llmgw_desktop.domain.jobs.approval import Ask, PermissionAnswer
from llmgw_desktop.domain.jobs.rules.rule import RuleVerdict
from llmgw_desktop.domain.mcp_server import Servers
from llmgw_desktop.domain.values import value

BEGUN = "session"
"""The key of what begins a session that is told of MCP servers."""


@value
class Send:
    """Bytes for stdin. The same key is the same bytes, however often the machine is fed."""

    key: str
    data: bytes = field(repr=False)


@value
class PermissionAsked:
    """The agent waits for an answer; again with the same `native_id`: more is known of it."""

    ask: Ask


@value
class Withdrawn:
    """It asks this no longer."""

    native_id: str


@value
class Done:
    """The turn is over and nothing more will be sent: stdin is closed."""


@value
class GaveUp:
    """It does not ask the way it was to: the run is ended at once, before it does anything. The
    words are those of `finish`."""


Spoken = CliEvent | Send | PermissionAsked | Withdrawn | Done | GaveUp


class Dialogue(Protocol):
    """Of one run."""

    def begin(self) -> list[Spoken]:
        """What is said first."""

    def feed(self, chunk: bytes) -> list[Spoken]:
        """Of stdout, in whatever pieces it comes."""

    def answer(self, native_id: str, answer: PermissionAnswer) -> list[Spoken]:
        """Nothing for an ask that is not open: late answers are dropped."""

    def stop(self) -> list[Spoken]:
        """All that is open is denied first, then the turn is ended as the CLI wants it."""

    def finish(self, exit_code: int | None, stderr: str) -> list[CliEvent]:
        """As `OutputReader.finish`: the last event is its RunEnded."""


def _nothing() -> None:
    return


@value
class AskingMode:
    """How a CLI is started so that it asks for everything, and how one speaks with it then."""

    plan: Callable[[CliRequest], LaunchPlan]
    """Raises InvalidRun for what cannot be asked in this mode; the prompt goes by the dialogue,
    `stdin` is None. Private settings that make it ask are its `files` and `environment`. The safe
    mode that the gate sets for a managed run may allow more than asking does: then asking counts.
    """
    dialogue: Callable[[CliRequest, str], Dialogue]
    """(The request, the absolute working folder.) What a run said is read again by one, too: then
    without the prompt and with the options of `read_by` alone, and its events are the same."""
    proof: str
    """How it is known at a job's start that it asks: for the log and the documentation."""
    dialogue_with: Callable[[CliRequest, str, Servers], Dialogue] | None = None
    """The same of one that is told its MCP servers as its session begins; None: it is started with
    them."""
    load: Callable[[], object] = _nothing
    """Reads in what its dialogues work with, which may take a second: in a thread, before the first
    is spoken with. Once more costs nothing."""
    needs_pipe: bool = False
    """It speaks on stdout only where that is a pipe; others write straight to the spool."""


class HookMoment(StrEnum):
    """When a CLI that a person runs in a terminal has its hook called."""

    BEFORE = "before"
    """It is about to use a tool, whether it would ask or not."""
    ASKS = "asks"
    """It asks its person; the first answer counts, here or there."""
    SETTLED = "settled"
    """What it asked has been done: its person has answered there."""
    TELLS = "tells"
    """It asks its person, in its terminal alone: nothing that is printed counts."""
    RESTS = "rests"
    """Its turn is over: nothing of it waits."""
    ENDED = "ended"
    """The session is over."""


@value
class HookCall:
    """What a hook was told. Nothing of it is trusted."""

    moment: HookMoment
    session: str
    ask: Ask
    """`native_id` is the same for the same wish in `ASKS` and `SETTLED`."""
    is_held: bool = False
    """It asks nobody by itself: what a rule wants asked waits for the list, and silence denies."""
    is_cut: bool = False
    """It was not told whole, as it is too large, or no text: it must be asked, and nobody can be
    shown it."""


@value
class HookUse:
    """How a CLI has another program asked before it acts."""

    read: Callable[[Mapping[str, object]], HookCall | None]
    """Of what the hook was given; None for what is not ours to answer."""
    ruled: Callable[[RuleVerdict, str], bytes]
    """(A rule's verdict, its words) → what is printed in `BEFORE`."""
    answered: Callable[[PermissionAnswer], bytes]
    """What is printed in `ASKS`."""
    waits_s: float = 3600.0
    """For a hook, as `connect` sets it up. It passes late ones by: holding ends before."""
