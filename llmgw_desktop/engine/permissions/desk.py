"""Agents' questions: each is looked at, put to a person where a person must decide, and answered
exactly once.

An ask is looked at beside the loop (paths may lie anywhere), then refused, answered by what was
allowed for its job, or put on the desk. Whatever goes wrong, the answer is a denial.
"""

from collections.abc import Callable

from llmgw_desktop.domain.permission import (
    Ask,
    AskingJob,
    PermissionAnswer,
    PermissionDecision,
    PermissionQuestion,
    PermissionRule,
)
from llmgw_desktop.domain.settings import ApprovalSettings

Answered = Callable[[PermissionAnswer], None]


class PermissionDesk:
    """On the loop. One for all jobs."""

    def ask(
        self, job: AskingJob, ask: Ask, answered: Answered, *, asked_at_s: float | None = None
    ) -> None:
        """`answered` is called once, later and on the loop, never from within; not at all for what
        is withdrawn or whose job has ended. The same `native_id` again: more is known of it.
        `asked_at_s`: when it was asked first, by an earlier program."""
        raise NotImplementedError

    def withdraw(self, job_id: str, native_id: str) -> None:
        """The agent asks this no longer."""
        raise NotImplementedError

    def job_ended(self, job_id: str) -> None:
        """Its questions are dropped and its rules forgotten."""
        raise NotImplementedError

    def answer(self, question_id: str, answer: PermissionAnswer) -> bool:
        """False where it waits no longer. Raises ValueError for `JOB` where no rule was offered."""
        raise NotImplementedError

    def attend(self) -> Callable[[], None]:
        """Somebody looks from now on; the answer ends it."""
        raise NotImplementedError

    @property
    def waiting(self) -> tuple[PermissionQuestion, ...]:
        """Oldest first."""
        raise NotImplementedError

    def of_job(self, job_id: str) -> tuple[PermissionQuestion, ...]:
        raise NotImplementedError

    def find(self, question_id: str) -> PermissionQuestion | None:
        raise NotImplementedError

    def rules(self, job_id: str) -> tuple[PermissionRule, ...]:
        raise NotImplementedError

    def recent(self, *, job_id: str = "", limit: int = 100) -> list[PermissionDecision]:
        """Newest first. For a thread; raises StoreError."""
        raise NotImplementedError

    def apply(self, settings: ApprovalSettings) -> None:
        """For what is asked from now on."""
        raise NotImplementedError

    async def close(self) -> None:
        """What waits is left unanswered: jobs go on, and the next program puts it again."""
        raise NotImplementedError
