"""Who answers what agents ask while they run: a person, or the operator's policy.

Whoever stands below the jobs does that (`engine/permissions`); here is what it is asked and told.
"""

from collections.abc import Callable
from typing import Protocol

from llmgw_desktop.domain.permission import (
    Ask,
    AskingJob,
    Decision,
    DecisionWay,
    PermissionAnswer,
    PermissionQuestion,
)

Answered = Callable[[PermissionAnswer], None]
"""Called once, on the loop; never after its question was withdrawn or its job has ended."""

NOBODY = "Nobody can be asked here, so this was denied."


class Permissions(Protocol):
    """Of all jobs. A question is known by its job and the agent's own id. On the loop."""

    def ask(
        self, job: AskingJob, ask: Ask, answered: Answered, *, asked_at_s: float | None = None
    ) -> None:
        """Again with a `native_id` that waits: more is known of it, and the last `answered` holds.
        `asked_at_s`: when it was asked first, by an earlier program."""

    def remember(self, job: AskingJob, ask: Ask, answer: PermissionAnswer) -> None:
        """An earlier program had this answered so: what was allowed for the job still is."""

    def withdraw(self, job_id: str, native_id: str) -> None:
        """The agent asks this no longer."""

    def of_job(self, job_id: str) -> tuple[PermissionQuestion, ...]:
        """What waits, oldest first."""

    def job_ended(self, job_id: str) -> None:
        """Nothing of it waits any more, and its rules are forgotten."""


class NobodyAnswers:
    """All is denied, with words."""

    def ask(
        self, job: AskingJob, ask: Ask, answered: Answered, *, asked_at_s: float | None = None
    ) -> None:
        denied = PermissionAnswer(
            decision=Decision.DENY, way=DecisionWay.POLICY, at_s=asked_at_s or 0.0, note=NOBODY
        )
        answered(denied)

    def remember(self, job: AskingJob, ask: Ask, answer: PermissionAnswer) -> None: ...

    def withdraw(self, job_id: str, native_id: str) -> None: ...

    def of_job(self, job_id: str) -> tuple[PermissionQuestion, ...]:
        return ()

    def job_ended(self, job_id: str) -> None: ...
