"""Requests that are held until a person decides: what is asked, what came of it, and the settings.

A brake is a reason to hold one. What a person can choose is given as words, so that a new brake
needs neither a new window nor a new door.
"""

from enum import StrEnum
from typing import NamedTuple

from llmgw_desktop.domain.audit import Act, Actor, ActorDoor
from llmgw_desktop.domain.errors import LlmgwError
from llmgw_desktop.domain.policy import LimitReached, moment_words
from llmgw_desktop.domain.setting import Seconds, Share, Texts, WholeNumber, YesNo, setting
from llmgw_desktop.domain.values import value


class Brake(StrEnum):
    """Why a request is held, in the order in which they are looked at."""

    LOOP = "loop"
    """It repeats what was done before, without progress."""
    CAP = "cap"
    """Its conversation, agent, run or label has used what a person allowed."""
    RESERVE = "reserve"
    """What is left of a window is kept for the person."""
    COLD_CACHE = "cold_cache"
    """Its prefix was warm at the vendor and is no longer."""


class HeldWay(StrEnum):
    """How a held request came to its answer."""

    DIALOG = "dialog"
    COMMAND = "command"
    DEVICE = "device"
    """A page in a browser, or a paired device."""
    TIMEOUT = "timeout"
    NOBODY_TO_ASK = "nobody to ask"
    FLOOD = "flood"
    """More are held already than a person can read."""
    WITHDRAWN = "withdrawn"
    """Its caller went away."""
    JOINED = "joined"
    """Another question, of a job, is about the same."""
    STOPPED = "stopped"
    """The gateway stops."""


WAY_WORDS: dict[HeldWay, str] = {
    HeldWay.DIALOG: "A person at the gateway refused it.",
    HeldWay.COMMAND: "A person at the gateway refused it.",
    HeldWay.DEVICE: "A person at the gateway refused it.",
    HeldWay.TIMEOUT: "Nobody answered in time, which is a refusal.",
    HeldWay.NOBODY_TO_ASK: "Nobody is there to be asked: no window is open, and nobody waits with"
    " 'llmgw held list --wait'.",
    HeldWay.FLOOD: "More requests are held already than a person can answer.",
    HeldWay.WITHDRAWN: "Its caller went away.",
    HeldWay.JOINED: "A job waits for the same now, and its question stands for all of them.",
    HeldWay.STOPPED: "The gateway stops.",
}
"""To callers, of what was not let on."""


@value
class HoldChoice:
    """One way in which a held request may go on."""

    id: str
    """Of lower-case letters and _: typed in commands."""
    words: str
    """On the button: «Go on once»."""


@value
class HeldQuestion:
    """A request that waits for a person. What callers wrote stands in it as they wrote it; whoever
    shows it makes it inert."""

    id: str
    brake: Brake
    title: str
    """In a line, what is wrong: «claude-code repeats itself»."""
    words: str
    """Why it is held, in sentences."""
    facts: tuple[tuple[str, str], ...]
    """Label, text: what a person should see before he decides."""
    choices: tuple[HoldChoice, ...]
    """Besides refusing it."""
    flight_id: str
    """Of the first that waits with it."""
    owner: str
    """Id of its client."""
    client: str
    """Its name."""
    model: str
    asked_at_s: float
    expires_at_s: float
    label: str = ""
    job: str = ""
    conversation: str = ""
    """Short, as `llmgw limits` names it; empty where nothing tells."""
    agent: str = ""
    """Of those that speak in it, told by their first words; the same."""


@value
class HeldAnswer:
    """What came of it. `choice`: the id of one that was offered; empty: refused."""

    choice: str
    way: HeldWay
    at_s: float
    person: str = ""


def held_words(question: HeldQuestion, answer: HeldAnswer) -> str:
    """For the timeline: «cap: Go on once, by ada (dialog)»."""
    said = next((each.words for each in question.choices if each.id == answer.choice), "refused")
    who = f", by {answer.person}" if answer.person else ""
    return f"{question.brake}: {said}{who} ({answer.way})"


class HeldBack(LlmgwError):
    """A brake held this request, and nobody let it on."""

    kind = "held_back"


class ReserveKept(LimitReached):
    """What is left of a window is kept for the person, and this is background work."""

    kind = "reserve_kept"


@value
class LowWindow:
    """A window of which less is left than is kept for the person."""

    key: str
    words: str
    """«the window '5h' of codex-cli»"""
    left: float
    line: float
    """Shares of it, 0 to 1."""
    resets_at_s: float | None
    """Wall clock; None where nobody tells."""

    @property
    def half(self) -> float:
        """Where a person may move the line."""
        return round(self.line / 2, 3)

    @property
    def in_words(self) -> str:
        until = "" if self.resets_at_s is None else f", until {moment_words(self.resets_at_s)}"
        return (
            f"{self.left:.0%} of {self.words} is left, and {self.line:.0%} is kept for the person"
            f" at this computer{until}."
        )


class KeptLine(NamedTuple):
    """What a restart knows of a window's line."""

    window: str
    what: str
    """`move` or `wait`, as a person chose."""
    reserve: float
    """By the settings, when it was said: of another line it says nothing."""
    line: float
    """Of `move`: where it stands."""
    since_s: float
    until_s: float


class CapKind(StrEnum):
    """Whose tokens and dollars are counted together."""

    CONVERSATION = "conversation"
    AGENT = "agent"
    """One of those that speak in a conversation: the first of them, or a subagent."""
    RUN = "run"
    LABEL = "label"
    """Of a client's callers, in a day."""


@value
class CapStanding:
    """How one conversation, agent, run or label stands against its cap."""

    kind: CapKind
    id: str
    """Short; of a run its job's, of a label itself."""
    client_id: str
    client: str
    conversation: str
    """Id of the one that an agent is of; else empty."""
    model: str
    """That was asked for last."""
    tokens: int
    """In and out, of requests that have ended."""
    usd: float
    requests: int
    unpriced: int
    """Requests whose price nobody knows: they are not in `usd`."""
    begins_at_s: float
    last_at_s: float
    most_tokens: int | None
    most_usd: float | None
    is_stopped: bool
    """A person said so: it is refused unasked."""
    running: int = 0
    """Requests of it that have not ended: they are in none of the figures above."""
    reserved_tokens: int = 0
    """What those under way may come to at most."""
    reserved_usd: float = 0.0
    """By the dearest who may answer; those whose price nobody knows reserve nothing."""


@value(kw_only=False)
class Speaker:
    """Who asks, within a client: a conversation, and the agent of it that speaks; empty where
    nothing tells. The ids are short and stand on screens, in flights and in lists; what caps are
    kept under is longer. Neither tells anything of what was said."""

    conversation: str = ""
    agent: str = ""
    conversation_mark: str = ""
    agent_mark: str = ""


NOBODY = Speaker()


CapKey = tuple[str, str, str]
"""Of what kind, as a plain text (an enum's hash takes ten times as long, and keys are looked up
several times a request), the client's id, and what it is known by: of a run its job's id, of a
label itself, else a digest that tells nothing of what was said."""


class KeptCap(NamedTuple):
    """What a restart knows of a conversation, agent, run or label; see CapStanding."""

    kind: str
    client_id: str
    mark: str
    client: str
    conversation: str
    model: str
    begins_at_s: float
    ends_at_s: float | None
    last_at_s: float
    tokens: int
    usd: float
    requests: int
    unpriced: int
    times: int
    """A person raised its cap to so many of the settings'."""
    told: int
    """Of how many the notice was given."""
    is_stopped: bool


_TOKENS = WholeNumber(least=0, most=10**12, hint="0 bounds nothing")
_NAMES = Texts(each="a name of 1 to 100 characters", is_fit=lambda name: 0 < len(name) <= 100)
_USD = Share(least=0, most=1e9)


@value
class BrakeSettings:
    """What requests are held for, and for how long."""

    max_wait_s: float = setting(
        240.0,
        Seconds(least=0, most=3600),
        "How long a held request waits for a person's answer; then it is refused. With 0 nobody is "
        "asked: what would be held is refused at once.",
        since="0.2.0",
    )
    loops: bool = setting(
        False,
        YesNo(),
        "Whether a request is held that repeats itself: the same call with the same result for the "
        "fourth time, the same request for the fifth time within a minute, or two that say the "
        "same words to each other.",
        since="0.2.0",
    )
    conversation_tokens: int = setting(
        0,
        _TOKENS,
        "So many tokens, in and out, a conversation may use; then the next request of it is held "
        "and a person asked. 0 bounds nothing, here and below.",
        since="0.2.0",
    )
    conversation_usd: float = setting(
        0.0, _USD, "So many dollars a conversation may use.", since="0.2.0"
    )
    agent_tokens: int = setting(
        0,
        _TOKENS,
        "So many tokens one agent of a conversation may use: a subagent, or the one that began it.",
        since="0.2.0",
    )
    agent_usd: float = setting(
        0.0, _USD, "So many dollars one agent of a conversation may use.", since="0.2.0"
    )
    run_tokens: int = setting(
        0, _TOKENS, "So many tokens a run of a CLI may use that asks through us.", since="0.2.0"
    )
    run_usd: float = setting(
        0.0, _USD, "So many dollars a run of a CLI may use that asks through us.", since="0.2.0"
    )
    label_tokens: int = setting(
        0,
        _TOKENS,
        "So many tokens the callers of a client's label may use in a day.",
        since="0.2.0",
    )
    label_usd: float = setting(
        0.0,
        _USD,
        "So many dollars the callers of a client's label may use in a day.",
        since="0.2.0",
    )

    reserve: float = setting(
        0.0,
        Share(least=0, most=0.95),
        "The share of each window (5 hours, week, month, as an account's vendor tells them; a "
        "client's budgets) that is kept for the person: below it background work waits. 0 keeps "
        "nothing.",
        since="0.2.0",
    )
    background: tuple[str, ...] = setting(
        (),
        _NAMES,
        "Clients whose requests are background work, as [clients] names them. What says a label or "
        "comes from a run of a CLI is so anyway.",
        since="0.2.0",
    )
    foreground: tuple[str, ...] = setting(
        (),
        _NAMES,
        "Labels and clients with a person before them, who are never background work.",
        since="0.2.0",
    )

    def is_background(self, label: str, job: str, known_as: str) -> bool:
        """Whether nobody waits for what this caller asks."""
        if label in self.foreground or known_as in self.foreground:
            return False
        return bool(label or job) or known_as in self.background

    def cap(self, kind: CapKind) -> tuple[int | None, float | None]:
        """Tokens and dollars; None: not bounded."""
        tokens, usd = getattr(self, f"{kind}_tokens"), getattr(self, f"{kind}_usd")
        return tokens or None, usd or None


HELD_DOORS: dict[HeldWay, ActorDoor] = {
    HeldWay.DIALOG: ActorDoor.WINDOW,
    HeldWay.COMMAND: ActorDoor.COMMAND,
    HeldWay.DEVICE: ActorDoor.DEVICE,
}
"""Where persons answer."""


def held_act(question: HeldQuestion, answer: HeldAnswer) -> Act | None:
    """What a person decided, for the audit log. None where nobody did: the flight tells."""
    if answer.way not in HELD_DOORS:
        return None
    verb = "held.let_on"
    if not answer.choice:
        verb = "held.refused"
    return Act(
        verb=verb,
        subject=question.client,
        after={"brake": str(question.brake), "choice": answer.choice, "way": str(answer.way)},
        note=f"flight {question.flight_id}",
    )


def held_actor(answer: HeldAnswer) -> Actor:
    return Actor(name=answer.person, door=HELD_DOORS[answer.way])
