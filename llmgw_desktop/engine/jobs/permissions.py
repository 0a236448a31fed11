"""Who answers what agents ask while they run: a person, or the operator's policy.

Whoever stands below the jobs does that (`engine/permissions`); here is what it is asked and told.
"""

from collections.abc import Callable
from typing import Protocol

from llmgw_desktop.domain.job import Job
from llmgw_desktop.domain.permission import (
    Ask,
    Decision,
    DecisionWay,
    PermissionAnswer,
    PermissionQuestion,
)
from llmgw_desktop.domain.submission import Submission

Answered = Callable[[PermissionAnswer], None]
"""Called once, on the loop; never after its question was withdrawn or its job has ended."""

NOBODY = "Nobody can be asked here, so this was denied."


class Permissions(Protocol):
    """Of all jobs. A question is known by its job and the agent's own id. On the loop."""

    def ask(self, job: Job, asked: Submission, ask: Ask, answered: Answered) -> None:
        """`answered` may be called before this returns, where a rule or a policy answers. Again
        with a `native_id` that waits: more is known of it, and the first `answered` stays."""

    def withdraw(self, job_id: str, native_id: str) -> None:
        """The agent asks this no longer."""

    def remember(self, job: Job, asked: Submission, ask: Ask, answer: PermissionAnswer) -> None:
        """A program before this one had this answered so: what was allowed for the job still
        is."""

    def waiting(self, job_id: str) -> tuple[PermissionQuestion, ...]:
        """Of one job, oldest first."""

    def job_ended(self, job_id: str) -> None:
        """Nothing of it waits any more, and its rules are forgotten."""


class NobodyAnswers:
    """All is denied, with words."""

    def __init__(self, now_s: Callable[[], float] = lambda: 0.0) -> None:
        self._now_s = now_s

    def ask(self, job: Job, asked: Submission, ask: Ask, answered: Answered) -> None:
        denied = PermissionAnswer(
            decision=Decision.DENY, way=DecisionWay.POLICY, at_s=self._now_s(), note=NOBODY
        )
        answered(denied)

    def withdraw(self, job_id: str, native_id: str) -> None: ...

    def remember(self, job: Job, asked: Submission, ask: Ask, answer: PermissionAnswer) -> None: ...

    def waiting(self, job_id: str) -> tuple[PermissionQuestion, ...]:
        return ()

    def job_ended(self, job_id: str) -> None: ...
