"""The one list: a view over all that waits for a person, in the order in which it matters.

Where a question waits is its source's business (`QuestionSource`): agents' permissions, programs to
let in, requests that are held, jobs at a limit. A source tells what waits now and reads the events
of its own kind; the list keeps what it was told, numbers each change, and hands answers on. It asks
nobody again and again: what changes comes by the bus, in the turn in which it is decided, so that
an answer given anywhere closes the question everywhere.
"""

import asyncio
import secrets
from collections import OrderedDict, deque
from collections.abc import Callable, Iterable, Sequence
from functools import partial
from typing import Protocol

from llmgw_desktop.domain.events import Event
from llmgw_desktop.domain.values import value
from llmgw_desktop.engine.loop.bus import Bus
from llmgw_desktop.engine.questions.waiting.item import (
    GivenAnswer,
    OpenQuestion,
    QuestionOutcome,
)

MOST_CHANGES = 1_000
"""That somebody who was away may be told one by one; who missed more is given the list."""
MOST_OUTCOMES = 1_000
MOST_TOGETHER = 100
"""Questions of one answer."""


class QuestionSource(Protocol):
    """Of one kind of question. On the loop."""

    event: type[Event]
    """What the bus tells when one comes, changes or has its answer."""

    @property
    def waiting(self) -> Iterable[OpenQuestion]:
        """All that wait now."""

    def read(self, event: Event) -> OpenQuestion | QuestionOutcome | None:
        """One that waits now, or what came of one; None: it concerns nobody here."""

    async def answer(self, question_id: str, answer: GivenAnswer) -> bool:
        """False where it waits no longer: whoever came first has decided. Raises ValueError for an
        answer that was not offered."""

    def attend(self) -> Callable[[], None]:
        """Somebody looks from now on; the answer ends it."""


@value
class ListChange:
    """`item`: it is there, or is otherwise now; else `outcome` says what came of it."""

    number: int
    is_new: bool = False
    item: OpenQuestion | None = None
    outcome: QuestionOutcome | None = None


@value
class AnswerReport:
    """What came of an answer to one or several."""

    answered: tuple[str, ...]
    """Ids of those that it decided."""
    late: tuple[str, ...]
    """Ids of those that waited no longer: they had their answer before."""


class QuestionList:
    """On the loop."""

    def __init__(self, bus: Bus, sources: Sequence[QuestionSource]) -> None:
        self._sources = tuple(sources)
        self._items: dict[str, tuple[QuestionSource, OpenQuestion]] = {}
        self._outcomes: OrderedDict[str, QuestionOutcome] = OrderedDict()
        self._changes: deque[ListChange] = deque(maxlen=MOST_CHANGES)
        self._number = 0
        self._news = asyncio.Event()
        self.epoch = secrets.token_hex(4)
        """Of this program's numbers: those of an earlier one mean nothing here."""
        self._leave = [
            bus.subscribe(partial(self._hear, source), source.event) for source in sources
        ]
        for source in sources:
            for item in source.waiting:
                self._items[item.id] = source, item

    def __len__(self) -> int:
        return len(self._items)

    @property
    def waiting(self) -> tuple[OpenQuestion, ...]:
        """What matters most first (`OpenQuestion.rank`)."""
        found = [item for _, item in self._items.values()]
        return tuple(sorted(found, key=lambda each: each.rank))

    @property
    def number(self) -> int:
        """Of the last change."""
        return self._number

    def find(self, question_id: str) -> OpenQuestion | None:
        found = self._items.get(question_id)
        return None if found is None else found[1]

    def outcome(self, question_id: str) -> QuestionOutcome | None:
        """What came of one that waits no longer, as long as that is remembered."""
        return self._outcomes.get(question_id)

    def together_with(self, question_id: str) -> tuple[OpenQuestion, ...]:
        """All that may have one answer with it, itself among them; it alone where none may."""
        item = self.find(question_id)
        if item is None or not item.group:
            return () if item is None else (item,)
        return tuple(each for each in self.waiting if each.group == item.group)

    async def answer(self, question_ids: Sequence[str], answer: GivenAnswer) -> AnswerReport:
        """To one, or to several of one group: each by its id, so that nobody allows what came while
        he read. Each is decided once, whoever answers it how often. Raises ValueError for what
        was not offered, then none is decided."""
        ids = tuple(dict.fromkeys(question_ids))
        if len(ids) > MOST_TOGETHER:
            raise ValueError(f"at most {MOST_TOGETHER} are answered together")
        found = [item for each in ids if (item := self.find(each)) is not None]
        self._check(found, answer, is_several=len(ids) > 1)
        answered: list[str] = []
        for question_id in ids:
            known = self._items.get(question_id)
            if known is not None and await known[0].answer(question_id, answer):
                answered.append(question_id)
        late = tuple(each for each in ids if each not in answered)
        return AnswerReport(answered=tuple(answered), late=late)

    def _check(
        self, found: Sequence[OpenQuestion], answer: GivenAnswer, *, is_several: bool
    ) -> None:
        for item in found:
            choice = item.choice(answer.choice)
            if is_several and not (item.group and choice.for_several):
                raise ValueError(f"'{choice.id}' is answered one by one")
        if len({item.group for item in found}) > 1:
            raise ValueError("only questions of one group are answered together")

    def attend(self) -> Callable[[], None]:
        """Somebody looks from now on, so that what asks is kept waiting; the answer ends it."""
        leaving = [source.attend() for source in self._sources]

        def leave() -> None:
            for each in leaving:
                each()

        return leave

    def changes_after(self, number: int) -> tuple[ListChange, ...] | None:
        """What came after that change; None where it is not known any more, or never was."""
        if number == self._number:
            return ()
        first = self._changes[0].number if self._changes else self._number + 1
        if not first - 1 <= number < self._number:
            return None
        return tuple(each for each in self._changes if each.number > number)

    async def news(self, number: int) -> None:
        """Returns when there is a change after that one."""
        while self._number == number:
            await self._news.wait()

    def close(self) -> None:
        for leave in self._leave:
            leave()

    def _hear(self, source: QuestionSource, event: Event) -> None:
        told = source.read(event)
        if isinstance(told, OpenQuestion):
            self._opened(source, told)
        elif told is not None and self._items.pop(told.id, None) is not None:
            self._outcomes[told.id] = told
            if len(self._outcomes) > MOST_OUTCOMES:
                self._outcomes.popitem(last=False)
            self._note(outcome=told)

    def _opened(self, source: QuestionSource, item: OpenQuestion) -> None:
        known = self._items.get(item.id)
        if known is not None and known[1] == item:
            return
        self._outcomes.pop(item.id, None)
        self._items[item.id] = source, item
        self._note(item=item, is_new=known is None)

    def _note(
        self,
        *,
        item: OpenQuestion | None = None,
        outcome: QuestionOutcome | None = None,
        is_new: bool = False,
    ) -> None:
        self._number += 1
        change = ListChange(number=self._number, is_new=is_new, item=item, outcome=outcome)
        self._changes.append(change)
        news, self._news = self._news, asyncio.Event()
        news.set()
