"""An ask without an answer, and the question that is made of it."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from hashlib import sha256

from llmgw_desktop.domain.permission import (
    Ask,
    AskingJob,
    PermissionAnswer,
    PermissionKind,
    PermissionQuestion,
)
from llmgw_desktop.engine.permissions.review import UNSEEN, Review

Answered = Callable[[PermissionAnswer], None]


@dataclass(slots=True, eq=False, kw_only=True)
class OpenAsk:
    job: AskingJob
    ask: Ask
    answered: Answered
    asked_at_s: float
    review: Review = UNSEEN
    question_id: str = ""
    """Where it is on the desk."""
    looks: int = 0
    """How often it was looked at: only the last look counts."""
    is_decided: bool = False
    """By a person; its rule is being written down."""

    @property
    def lasting_id(self) -> str:
        """Of its question: the same in a program that puts it again after this one, another for
        anything else that would be done."""
        # What is never put may be of any size and depth.
        is_put = self.review is not UNSEEN and not self.review.refusal
        what = repr(_what_is_done(self.ask)) if is_put else ""
        parts = (self.job.id, self.ask.native_id, repr(self.asked_at_s), what)
        digest = sha256("\0".join(parts).encode("utf-8", "surrogatepass")).hexdigest()
        return f"prm_{int(self.asked_at_s * 1000):012x}{digest[:16]}"

    @property
    def key(self) -> tuple[str, str]:
        return self.job.id, self.ask.native_id

    def would_do_as(self, ask: Ask) -> bool:
        """Whether an answer to the one is an answer to the other."""
        return _what_is_done(self.ask) == _what_is_done(ask)

    def question(self, expires_at_s: float) -> PermissionQuestion:
        job = self.job
        return PermissionQuestion(
            id=self.question_id or self.lasting_id,
            job_id=job.id,
            owner=job.owner,
            client=job.client,
            cli=job.cli,
            job_title=job.title,
            ask=self.ask,
            asked_at_s=self.asked_at_s,
            expires_at_s=expires_at_s,
            workspace=job.workspace,
            rule=self.review.rule.words,
            warnings=self.review.warnings,
        )


def _what_is_done(ask: Ask) -> Ask:
    """Without what is only said about it."""
    raw = ask.raw if ask.kind is PermissionKind.OTHER else ""
    return replace(ask, reason="", agent_words="", raw=raw, can_take_note=True)
