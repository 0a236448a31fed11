"""Requests that are held while a person decides: the one place where a request waits for that.

A brake that finds a reason makes a `HoldReason` and awaits `HoldDesk.decide(exchange, reason)`: it
returns the id of what a person chose of `reason.choices`, or raises HeldBack, which reaches the
caller in its own dialect. Nothing else is to be done by it: the question is put beside permissions
and consents (window, tray, `/v1/held`, `llmgw held`), falls due after `[brakes] max_wait_s` (or
`reason.within_s`, whichever is less), is withdrawn when its caller leaves, is refused at once where
nobody could answer, and stands in the flight's timeline as the phase `held` with who decided what.
Requests whose reasons have the same `key` wait with one question and get the same answer.

While it is held a request has no head: its answer may still be a refusal with a status of its own,
so no sign of life can be sent, and callers wait as they do for a model that thinks.
"""

import asyncio
import os
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import cached_property
from hashlib import blake2b

from llmgw_desktop.domain.access.principal import Principal
from llmgw_desktop.domain.brakes import (
    NOBODY,
    WAY_WORDS,
    Brake,
    BrakeSettings,
    CapKind,
    HeldAnswer,
    HeldBack,
    HeldQuestion,
    HeldWay,
    HoldChoice,
    Speaker,
    held_words,
)
from llmgw_desktop.domain.clock import Clock, IdSource
from llmgw_desktop.domain.events import HeldChanged
from llmgw_desktop.domain.flights.price import Price
from llmgw_desktop.domain.model.prompt import ModelRequest
from llmgw_desktop.domain.values import value
from llmgw_desktop.engine.exchange.exchange import Exchange
from llmgw_desktop.engine.loop.bus import Bus
from llmgw_desktop.engine.questions.desk import QuestionDesk
from llmgw_desktop.engine.questions.permissions.limits import Audience
from llmgw_desktop.engine.routing.conversation import marks_of, said_of
from llmgw_desktop.engine.routing.health import HealthTracker

MOST_IN_ALL = 100
"""Questions that wait at once."""
MOST_OF_OWNER = 20
"""Of one client, so that none shuts out the others."""
_MOST_MARKS = 5000
_KINDS = CapKind.CONVERSATION.value, CapKind.AGENT.value
GO_ON = HoldChoice(id="go_on", words="Go on once")


@value
class VendorFacts:
    """What a brake may want to know of who is to be asked."""

    price_of: Callable[[str, str], Price | None]
    """By provider and model; None where it is not known."""
    health: HealthTracker
    is_bound: Callable[[Principal], bool]
    """Whether a client may ask for some models only."""


@value
class HoldReason:
    """What a brake wants to know of a person."""

    brake: Brake
    title: str
    """In a line, for lists and notices: «claude-code repeats itself»."""
    words: str
    """Why it is held, in sentences; the caller is told the same where it is refused."""
    choices: tuple[HoldChoice, ...] = (GO_ON,)
    """Besides refusing it; at least one."""
    facts: tuple[tuple[str, str], ...] = ()
    """Label, text: what a person should see before he decides."""
    key: str = ""
    """Requests with the same one wait with one question; empty: this one waits by itself."""
    within_s: float | None = None
    """At most so long; None: as long as the settings say."""


@dataclass(slots=True, eq=False)
class _Held:
    question: HeldQuestion
    key: str
    waiting: "list[asyncio.Future[HeldAnswer]]" = field(default_factory=list)


class HoldDesk:
    """On the loop. `told` hears of each question with its answer, for the audit log; `secret` makes
    the names of conversations the same from start to start, and may wait for the disk once."""

    def __init__(
        self,
        clock: Clock,
        ids: IdSource,
        bus: Bus,
        told: Callable[[HeldQuestion, HeldAnswer], None] = lambda *_: None,
        *,
        secret: Callable[[], bytes] = lambda: os.urandom(32),
    ) -> None:
        self._secret = secret
        self._speakers: dict[int, Speaker] = {}
        self.clock, self._ids, self._bus, self._told = clock, ids, bus, told
        self._settings = BrakeSettings()
        self._desk: QuestionDesk[HeldQuestion, HeldAnswer] = QuestionDesk(
            due=lambda _: self._refusal(HeldWay.TIMEOUT), changed=self._changed
        )
        self._held: dict[str, _Held] = {}
        """By the ids of their questions."""
        self.audience = Audience()
        self._is_closed = False

    def apply(self, settings: BrakeSettings) -> None:
        """For what is held from now on."""
        self._settings = settings

    def speaker_of(self, exchange: Exchange) -> Speaker:
        """Looked for once; its flight keeps it."""
        speaker = exchange.flight.speaker
        if speaker is NOBODY:
            speaker = self._speaker(exchange.request)
            exchange.flight.said_by(speaker)
        return speaker

    def _speaker(self, request: ModelRequest) -> Speaker:
        said = said_of(request)
        if said is None:
            return NOBODY
        client_id, speakers = request.principal.client_id, self._speakers
        which = hash((client_id, said))  # keyed, of 64 bits: a tenth of what the digests cost
        speaker = speakers.get(which)
        if speaker is None:
            marks = marks_of(*said, self._marks_key)
            conversation, agent = map(mark_id, _KINDS, (client_id, client_id), marks)
            speaker = speakers[which] = Speaker(conversation, agent, *marks)
            if len(speakers) > _MOST_MARKS:
                del speakers[next(iter(speakers))]
        return speaker

    @cached_property
    def _marks_key(self) -> bytes:
        return blake2b(self._secret(), digest_size=32, person=b"llmgw marks").digest()

    @property
    def waiting(self) -> tuple[HeldQuestion, ...]:
        """Oldest first."""
        return self._desk.waiting

    def find(self, question_id: str) -> HeldQuestion | None:
        return self._desk.find(question_id)

    def attend(self) -> Callable[[], None]:
        """Somebody looks from now on; the answer ends it."""
        return self.audience.attend()

    async def decide(self, exchange: Exchange, reason: HoldReason) -> str:
        """The id of the choice. Raises HeldBack where it is refused, by a person or by silence."""
        held = self._joined(reason)
        if held is None:
            unasked = self._unasked(exchange, reason)
            if unasked is not None:
                question = self._question(exchange, reason)
                self._told(question, unasked)
                return self._outcome(exchange, question, unasked)
            held = self._put(exchange, reason)
        answered: asyncio.Future[HeldAnswer] = asyncio.get_running_loop().create_future()
        held.waiting.append(answered)
        try:
            answer = await answered
        except asyncio.CancelledError:
            exchange.flight.held(f"{reason.brake}: not answered before its caller left")
            raise
        finally:
            held.waiting.remove(answered)
            if not held.waiting:
                self._desk.answer(held.question.id, self._refusal(HeldWay.WITHDRAWN))
        return self._outcome(exchange, held.question, answer)

    def answer(self, question_id: str, answer: HeldAnswer) -> bool:
        """False where it waits no longer: whoever came first has decided. Raises ValueError for a
        choice that was not offered."""
        question = self._desk.find(question_id)
        if question is None:
            return False
        offered = [each.id for each in question.choices]
        if answer.choice and answer.choice not in offered:
            raise ValueError(f"it offers {', '.join(offered)}")
        return self._desk.answer(question_id, answer)

    def join_another(self, key: str) -> None:
        """What waits with this key does so no more: a question elsewhere stands for it."""
        for each in [held for held in self._held.values() if held.key == key]:
            self._desk.answer(each.question.id, self._refusal(HeldWay.JOINED))

    def close(self) -> None:
        """The gateway stops: what is held is refused, and nothing is held any more."""
        self._is_closed = True
        for each in self._desk.waiting:
            self._desk.answer(each.id, self._refusal(HeldWay.STOPPED))

    def _joined(self, reason: HoldReason) -> _Held | None:
        if not reason.key:
            return None
        return next((each for each in self._held.values() if each.key == reason.key), None)

    def _unasked(self, exchange: Exchange, reason: HoldReason) -> HeldAnswer | None:
        """The answer where no person is asked."""
        if self._is_closed:
            return self._refusal(HeldWay.STOPPED)
        if (
            exchange.flight.is_unattended
            or not self.audience.is_there
            or self._within_s(reason) <= 0
        ):
            return self._refusal(HeldWay.NOBODY_TO_ASK)
        owner = exchange.principal.client_id
        of_owner = sum(each.owner == owner for each in self._desk.waiting)
        if of_owner >= MOST_OF_OWNER or len(self._desk) >= MOST_IN_ALL:
            return self._refusal(HeldWay.FLOOD)
        return None

    def _put(self, exchange: Exchange, reason: HoldReason) -> _Held:
        question = self._question(exchange, reason)
        held = self._held[question.id] = _Held(question, reason.key)

        def answered(answer: HeldAnswer) -> None:
            del self._held[question.id]
            for each in held.waiting:
                if not each.done():
                    each.set_result(answer)

        self._desk.put(question.id, question, answered, within_s=self._within_s(reason))
        return held

    def _question(self, exchange: Exchange, reason: HoldReason) -> HeldQuestion:
        now_s, who = self.clock.now_s(), exchange.principal
        speaker = self.speaker_of(exchange)
        return HeldQuestion(
            id=self._ids.new("hld"),
            brake=reason.brake,
            title=reason.title,
            words=reason.words,
            facts=reason.facts,
            choices=reason.choices,
            flight_id=exchange.flight.id,
            owner=who.client_id,
            client=who.name,
            model=exchange.request.model,
            asked_at_s=now_s,
            expires_at_s=now_s + self._within_s(reason),
            label=who.label,
            job=who.job,
            conversation=speaker.conversation,
            agent=speaker.agent,
        )

    def _within_s(self, reason: HoldReason) -> float:
        most_s = self._settings.max_wait_s
        return most_s if reason.within_s is None else min(most_s, reason.within_s)

    def _outcome(self, exchange: Exchange, question: HeldQuestion, answer: HeldAnswer) -> str:
        exchange.flight.held(held_words(question, answer))
        if not answer.choice:
            raise HeldBack(f"{question.words} {WAY_WORDS[answer.way]}")
        return answer.choice

    def _refusal(self, way: HeldWay) -> HeldAnswer:
        return HeldAnswer(choice="", way=way, at_s=self.clock.now_s())

    def _changed(self, question: HeldQuestion, answer: HeldAnswer | None) -> None:
        if answer is not None:
            self._told(question, answer)
        self._bus.publish(HeldChanged(question=question, answer=answer))
        self.audience.tell()


def mark_id(kind: str, client_id: str, mark: str) -> str:
    """Short, as screens name a conversation or an agent of it."""
    said = "\x1f".join((kind, client_id, mark)).encode("utf-8", "replace")
    return blake2b(said, digest_size=5).hexdigest()
