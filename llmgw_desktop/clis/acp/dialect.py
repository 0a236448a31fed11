"""How agents differ in speaking the Agent Client Protocol: what a request to one may say, what it
tells of what it used, and its own words.
"""

from collections.abc import Callable, Collection, Mapping
from enum import StrEnum

from llmgw_desktop.clis.acp import messages
from llmgw_desktop.clis.acp.calls import Call
from llmgw_desktop.clis.checks import UUIDS, SessionIds, as_utf8, checked_session, fit_arguments
from llmgw_desktop.clis.cli import Option, SignIn
from llmgw_desktop.clis.fields import Asked
from llmgw_desktop.clis.json_lines import NOTHING_IS_NOISE, Message
from llmgw_desktop.clis.told import (
    cost_of,
    if_used,
    object_of,
    objects_of,
    plus,
    text_of,
    usage_in,
    with_cache,
    with_thought,
)
from llmgw_desktop.domain.cli import CliFacts, CliRequest, Retrying, RunUsageTold, SessionWish
from llmgw_desktop.domain.jobs.run_errors import InvalidRun
from llmgw_desktop.domain.usage import UNKNOWN_USAGE, Usage
from llmgw_desktop.domain.values import value


class UsageScope(StrEnum):
    """What the figures at a prompt's end are of."""

    PROMPT = "prompt"
    SESSION = "session"
    LAST_CALL = "last call"
    """Of its model: they are the run's only where it was called once."""


@value
class SpentWay:
    read: Callable[[Message], Usage | None]
    scope: UsageScope


class AgentUsage:
    """Of one run."""

    def __init__(self, way: SpentWay) -> None:
        self._way = way
        self._used = UNKNOWN_USAGE
        self._cost: float | None = None
        self._calls_are_one = True
        self._is_whole = True
        """No prompt's end kept its figures to itself, as that of one that was ended does."""

    def saw_tool(self) -> None:
        """Its model is called again after that."""
        self._calls_are_one = False

    def heard_cost(self, cost: Message) -> None:
        if cost.get("currency") == "USD":
            self._cost = cost_of(cost.get("amount"))

    def prompt_ended(self, result: Message) -> RunUsageTold | None:
        used = self._way.read(result)
        match self._way.scope:
            case UsageScope.PROMPT:
                self._is_whole = self._is_whole and used is not None
                self._used = plus(self._used, used or UNKNOWN_USAGE)
            case UsageScope.SESSION if used is not None:
                self._used = used
            case UsageScope.LAST_CALL:
                self._used = used or UNKNOWN_USAGE if self._calls_are_one else UNKNOWN_USAGE
                self._calls_are_one = False
        usage = self._used if self._is_whole else UNKNOWN_USAGE
        if usage == UNKNOWN_USAGE and self._cost is None:
            return None
        return RunUsageTold(
            usage=usage,
            cost_usd=self._cost,
            is_cumulative=self._way.scope is UsageScope.SESSION,
            is_cost_cumulative=True,
        )


def usage_of(result: Message) -> Usage | None:
    """The protocol's own form, its input with what was cached."""
    used = object_of(result.get("usage"))
    cache = ("cachedReadTokens", "cachedWriteTokens")
    return if_used(
        usage_in(used, "inputTokens", "outputTokens", cache=cache, thought="thoughtTokens")
    )


def usage_apart(result: Message) -> Usage | None:
    """The same of an agent whose input leaves out what was cached, and its output what was
    thought."""
    used = usage_of(result)
    return None if used is None else with_thought(with_cache(used))


class NoteWay(StrEnum):
    """How a note reaches an agent that was denied something."""

    WITH_ANSWER = "with the answer"
    """Without any its turn would end: it always gets some words."""
    NEXT_PROMPT = "as the next prompt"
    """A denial ends its turn; what it is told then begins the next."""
    AFTER_CANCEL = "as the next prompt, after its turn was ended"
    """Denied it goes on by itself; to hear the note first its turn is ended."""


@value
class Step:
    """A request of ours between the session's beginning and the prompt."""

    key: str
    method: str
    params: Message
    """The session's id is added."""
    against: Callable[[Message], str]
    """What in its answer speaks against asking; empty: nothing."""


@value
class McpUse:
    server: str
    tool: str
    arguments: Message


@value
class AgentDialect:
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
    steps: Callable[[CliRequest], tuple[Step, ...]] = lambda _: ()
    note_way: NoteWay
    spent: SpentWay
    tool_of: Callable[[Call], str]
    command_of: Callable[[Call], str] = lambda call: text_of(call.given.get("command"))
    mcp_of: Callable[[Call], McpUse | None] = lambda _: None
    agent_words: Callable[[Call], str] = lambda call: text_of(call.given.get("description"))
    asides: frozenset[str] = frozenset()
    """What its program says among its model's words."""
    noise: str = NOTHING_IS_NOISE
    retrying: Callable[[str, Message], Retrying | None] = lambda _method, _params: None
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


EVERYWHERE = frozenset({"outputFormat", "sessionId", "resumeLatest", "forkSession", "workingDir"})
_WHY = "it cannot be had in a run that asks before it acts; leave it out"


def asked_fields(
    request: CliRequest,
    table: tuple[Option, ...],
    *,
    takes: Collection[str] = (),
    only: Mapping[str, str] | None = None,
    free: Collection[str] = (),
) -> Asked:
    """`only`: fields with the one word that they may say here. Raises InvalidRun."""
    messages.load()
    asked = Asked(request, table, free=free)
    fit_arguments(request.options, but=free)
    as_utf8(request.prompt, "prompt")
    one_word = only or {}
    known = {*EVERYWHERE, *takes, *one_word}
    asked.refuse([each.name for each in table if each.name not in known], _WHY)
    for name, word in one_word.items():
        if asked.has(name) and asked.value(name) != word:
            raise InvalidRun(f"in a run that asks before it acts it is `{word}`", field=name)
    return asked


def check_session(request: CliRequest, facts: CliFacts, *, ids: SessionIds = UUIDS) -> None:
    """A new one, whose id the CLI chooses, or one that goes on. Raises InvalidRun."""
    match checked_session(request, facts, ids=ids):
        case SessionWish.CONTINUE:
            words = "in a run that asks before it acts a session goes on by its id; name it"
            raise InvalidRun(words, field="sessionId")
        case SessionWish.FORK:
            words = "no session can be forked in a run that asks before it acts; resume it"
            raise InvalidRun(words, field="forkSession")
        case _:
            return
