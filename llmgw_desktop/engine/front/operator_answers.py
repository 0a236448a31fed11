"""What the operator answers on the page: the password is looked at, and not too often."""

import asyncio
from collections import deque
from typing import Protocol

from llmgw_desktop.domain.clock import Clock
from llmgw_desktop.domain.consent import ConsentAnswer, ConsentWay
from llmgw_desktop.domain.errors import LlmgwError
from llmgw_desktop.engine.consents.broker import ConsentBroker
from llmgw_desktop.engine.consents.ticket import Ticket
from llmgw_desktop.engine.front.consent_form import FormAnswer

MOST_WRONG = 5
"""Within a minute, from wherever they come: there is one operator."""
WRONG_WITHIN_S = 60.0
RESTS_FOR_S = 300.0
OPERATOR = "operator"
_WRONG = "That is not the password."
_RESTS = "Too many wrong passwords came. For five minutes none is looked at, the right one neither."
_UNTICKED = "Tick what it may do, or deny it."


class Password(Protocol):
    """The operator's, which nobody can read here."""

    @property
    def is_set(self) -> bool: ...

    async def matches(self, password: str) -> bool: ...


class Attempts:
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

    def __init__(self, broker: ConsentBroker, password: Password, clock: Clock) -> None:
        self._broker = broker
        self._password = password
        self._clock = clock
        self._attempts = Attempts(clock)
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
