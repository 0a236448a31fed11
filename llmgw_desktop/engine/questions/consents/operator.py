"""The operator, where there is no window: the password, and what is answered with it.

It is set by `llmgw oauth consent-password set` in another process, so what is known of it here is
looked at again now and then; and it is not looked at too often for who guesses.
"""

import asyncio
import logging
from collections import deque
from collections.abc import Callable

from llmgw_desktop.domain.access.consent import ConsentAnswer, ConsentTerm, ConsentWay
from llmgw_desktop.domain.access.principal import Scope
from llmgw_desktop.domain.clock import Clock
from llmgw_desktop.domain.errors import LlmgwError, StoreError
from llmgw_desktop.domain.values import value
from llmgw_desktop.engine.loop.hashing import Hashing
from llmgw_desktop.engine.questions.consents.broker import ConsentBroker
from llmgw_desktop.engine.questions.consents.tickets import Ticket

SHORTEST = 10
LOOKS_EVERY_S = 2.0
_log = logging.getLogger(__name__)


@value
class FormAnswer:
    """What the operator says on the page: the form as it came back."""

    ticket: str
    csrf: str
    allowed: bool
    password: str
    scopes: tuple[Scope, ...]
    term: ConsentTerm


class OperatorPassword:
    """`kept` reads its hash, empty where none was set; it may raise StoreError."""

    def __init__(self, kept: Callable[[], str], hashing: Hashing, clock: Clock) -> None:
        self._kept = kept
        self._hashing = hashing
        self._clock = clock
        self._hash = ""
        self._looked_at_s = float("-inf")

    @property
    def is_set(self) -> bool:
        """As of the last two seconds. One row by its key: quick enough for the loop."""
        now_s = self._clock.monotonic_s()
        if now_s - self._looked_at_s >= LOOKS_EVERY_S:
            self._looked_at_s = now_s
            self._hash = self._read()
        return bool(self._hash)

    async def matches(self, password: str) -> bool:
        """By what is in the file now. Raises HashingBusy."""
        self._hash = await asyncio.to_thread(self._read)
        return bool(self._hash) and await self._hashing.matches(password, self._hash)

    def _read(self) -> str:
        """What cannot be read opens nothing."""
        try:
            return self._kept()
        except StoreError as error:
            _log.warning("the operator's password cannot be read: %s", error)
            return ""


MOST_WRONG = 5
"""Within a minute, from wherever they come: there is one operator."""
WRONG_WITHIN_S = 60.0
RESTS_FOR_S = 300.0
OPERATOR = "operator"
_WRONG = "That is not the password."
_RESTS = "Too many wrong passwords came. For five minutes none is looked at, the right one neither."
_UNTICKED = "Tick what it may do, or deny it."


class PasswordAttempts:
    """After too many wrong passwords none is looked at for a while, the right one neither."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._wrong: deque[float] = deque(maxlen=MOST_WRONG)
        self._rests_until_s = float("-inf")

    @property
    def may_try(self) -> bool:
        return self._clock.monotonic_s() >= self._rests_until_s

    def was_wrong(self) -> None:
        now_s = self._clock.monotonic_s()
        self._wrong.append(now_s)
        if len(self._wrong) == MOST_WRONG and now_s - self._wrong[0] < WRONG_WITHIN_S:
            self._rests_until_s = now_s + RESTS_FOR_S
            self._wrong.clear()

    def was_right(self) -> None:
        self._wrong.clear()


class OperatorAnswers:
    """One password at a time: who sends a hundred at once tries no more than who sends one."""

    def __init__(self, broker: ConsentBroker, password: OperatorPassword, clock: Clock) -> None:
        self._broker = broker
        self._password = password
        self._clock = clock
        self._attempts = PasswordAttempts(clock)
        self._turn = asyncio.Lock()

    @property
    def is_set(self) -> bool:
        return self._password.is_set

    async def give(self, ticket: Ticket, form: FormAnswer) -> str:
        """Why it is none, in a sentence; empty where the question has its answer now."""
        if ticket.decided is not None:
            return ""
        if form.allowed and (problem := await self._problem(form)):
            return problem
        answer = ConsentAnswer(
            allowed=form.allowed,
            way=ConsentWay.PAGE,
            at_s=self._clock.now_s(),
            scopes=form.scopes if form.allowed else (),
            term=form.term,
            person=OPERATOR if form.allowed else "",
        )
        try:
            self._broker.answer(ticket.question.id, answer)
        except ValueError as error:
            return f"{str(error).capitalize()}."
        return ""

    async def _problem(self, form: FormAnswer) -> str:
        if not form.scopes:
            return _UNTICKED
        async with self._turn:
            if not self._attempts.may_try:
                return _RESTS
            try:
                is_right = self.is_set and await self._password.matches(form.password)
            except LlmgwError as error:
                return str(error)
            if not is_right:
                self._attempts.was_wrong()
                return _WRONG
            self._attempts.was_right()
            return ""
