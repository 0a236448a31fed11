"""Where questions to a person wait: each is answered once, withdrawn, or falls due.

What is asked, and what an answer means, is the business of who puts it: programs that want to be
let in (`engine/questions/consents`) and agents that want to do something
(`engine/questions/permissions`).
"""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass
from typing import Generic, TypeVar

Q = TypeVar("Q")
A = TypeVar("A")


@dataclass(slots=True)
class _Waiting(Generic[Q, A]):
    question: Q
    answered: Callable[[A], None]
    due: asyncio.TimerHandle


class QuestionDesk(Generic[Q, A]):
    """Of one kind of question. On the loop; whoever asks names a question by an id of its own.

    `due` gives the answer of a question that nobody answered in time; `changed` hears of each
    question when it comes (None) and when it has its answer.
    """

    def __init__(self, *, due: Callable[[Q], A], changed: Callable[[Q, A | None], None]) -> None:
        self._due = due
        self._changed = changed
        self._waiting: dict[str, _Waiting[Q, A]] = {}

    def __len__(self) -> int:
        return len(self._waiting)

    @property
    def waiting(self) -> tuple[Q, ...]:
        """Oldest first."""
        return tuple(each.question for each in self._waiting.values())

    def find(self, question_id: str) -> Q | None:
        waiting = self._waiting.get(question_id)
        return None if waiting is None else waiting.question

    def put(
        self, question_id: str, question: Q, answered: Callable[[A], None], *, within_s: float
    ) -> None:
        """`answered` is called once, on the loop. Raises ValueError for an id that waits."""
        if question_id in self._waiting:
            raise ValueError(f"{question_id} waits already")
        loop = asyncio.get_running_loop()
        due = loop.call_later(within_s, self._fall_due, question_id)
        self._waiting[question_id] = _Waiting(question, answered, due)
        self._changed(question, None)

    def replace(self, question_id: str, question: Q) -> bool:
        """More is known of it now; whether it still waits."""
        waiting = self._waiting.get(question_id)
        if waiting is None:
            return False
        waiting.question = question
        self._changed(question, None)
        return True

    def answer(self, question_id: str, answer: A) -> bool:
        """False where it waits no longer: whoever came first has decided.

        It is told and recorded before whoever asked may act on it, and given though that fails.
        """
        waiting = self._waiting.pop(question_id, None)
        if waiting is None:
            return False
        waiting.due.cancel()
        try:
            self._changed(waiting.question, answer)
        finally:
            waiting.answered(answer)
        return True

    def _fall_due(self, question_id: str) -> None:
        waiting = self._waiting.get(question_id)
        if waiting is not None:
            self.answer(question_id, self._due(waiting.question))
