"""In what the agents differ: values, one a CLI, made in its own package."""

from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum

from llmgw_desktop.clis.acp.calls import Call
from llmgw_desktop.clis.acp.spent import SpentWay
from llmgw_desktop.clis.cli import SignIn
from llmgw_desktop.clis.json_lines import NOTHING_IS_NOISE, Message
from llmgw_desktop.clis.told import object_of, objects_of, text_of
from llmgw_desktop.domain.cli import CliRequest, Retrying


class NoteWay(StrEnum):
    """How a note reaches an agent that was denied something."""

    WITH_ANSWER = "with the answer"
    """Without any its turn would end: it always gets some words."""
    NEXT_PROMPT = "as the next prompt"
    """A denial ends its turn; what it is told then begins the next."""
    AFTER_CANCEL = "as the next prompt, after its turn was ended"
    """Denied it goes on by itself; to hear the note first its turn is ended."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """A request of ours between the session's beginning and the prompt."""

    key: str
    method: str
    params: Message
    """The session's id is added."""
    against: Callable[[Message], str]
    """What in its answer speaks against asking; empty: nothing."""


@dataclass(frozen=True, slots=True, kw_only=True)
class McpUse:
    server: str
    tool: str
    arguments: Message


def _no_mcp(_: Call) -> McpUse | None:
    return None


def _tells_none(method: str, params: Message) -> Retrying | None:
    del method, params
    return None


def no_steps(_: CliRequest) -> tuple[Step, ...]:
    return ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Dialect:
    """One agent's."""

    program: str
    """As errors call it."""
    sign_in: SignIn
    against: Callable[[Message], str]
    """What in an update of its session speaks against its asking; empty: nothing. What it does
    not tell of speaks against nothing."""
    begins_asking: bool = False
    """The same holds of the session's beginning; otherwise it is asked to ask by a step."""
    must_tell: tuple[str, ...] = ()
    """What a session's beginning must tell: without it nothing is proven."""
    steps: Callable[[CliRequest], tuple[Step, ...]] = no_steps
    note_way: NoteWay
    spent: SpentWay
    tool_of: Callable[[Call], str]
    command_of: Callable[[Call], str] = lambda call: text_of(call.given.get("command"))
    mcp_of: Callable[[Call], McpUse | None] = _no_mcp
    agent_words: Callable[[Call], str] = lambda call: text_of(call.given.get("description"))
    asides: frozenset[str] = frozenset()
    """What its program says among its model's words."""
    noise: str = NOTHING_IS_NOISE
    retrying: Callable[[str, Message], Retrying | None] = _tells_none
    """(Method, params) of a notice of its own → that it asks its upstream again."""


def mode_of(told: Message) -> str:
    """The mode that a session is in, however it is told; empty: it is not."""
    modes = object_of(told.get("modes"))
    named = text_of(modes.get("currentModeId")) or text_of(told.get("currentModeId"))
    return named or option_of(told, "mode")


def option_of(told: Message, name: str) -> str:
    """Of a session's settings one, as it stands."""
    for each in objects_of(told.get("configOptions")):
        if each.get("id") == name:
            return text_of(each.get("currentValue"))
    return ""


def other_mode(told: Message, wanted: str) -> str:
    mode = mode_of(told)
    return "" if mode in ("", wanted) else f"its mode is `{mode}`, not `{wanted}`"


def choose(name: str, chosen: str) -> Step:
    """A setting of the session, proven by what comes back."""

    def against(told: Message) -> str:
        stands = option_of(told, name)
        return "" if stands == chosen else f"its {name} is `{stands}`, not `{chosen}`"

    return Step(
        key=f"choose {name}",
        method="session/set_config_option",
        params={"configId": name, "value": chosen},
        against=against,
    )
