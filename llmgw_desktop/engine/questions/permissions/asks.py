"""An agent's ask: open, as the question that is made of it, and as the log keeps it."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from hashlib import sha256

import orjson

from llmgw_desktop.domain.jobs.approval import (
    Ask,
    AskingJob,
    FileChange,
    PermissionAnswer,
    PermissionDecision,
    PermissionKind,
    PermissionQuestion,
)
from llmgw_desktop.engine.questions.permissions.review import UNSEEN, Review

Answered = Callable[[PermissionAnswer], None]


@dataclass(slots=True, eq=False, kw_only=True)
class WaitingAsk:
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
            job_id=job.run if job.cli is None else job.id,
            owner=job.owner,
            client=job.client,
            cli=job.cli,
            job_title=job.title,
            ask=self.ask,
            asked_at_s=self.asked_at_s,
            expires_at_s=expires_at_s,
            workspace=job.workspace,
            rule="" if self.ask.is_question else self.review.rule.words,
            warnings=self.review.warnings,
            is_held=job.held_s is not None,
        )


def _what_is_done(ask: Ask) -> Ask:
    """Without what is only said about it."""
    raw = ask.raw if ask.kind is PermissionKind.OTHER else ""
    return replace(ask, reason="", agent_words="", raw=raw, can_take_note=True)


_LONGEST = 2000
_MOST_CHANGES = 20
_ARGUMENTS = "arguments"

Clean = Callable[[str], str]


def kept(decision: PermissionDecision, clean: Clean) -> PermissionDecision:
    """`clean` takes keys out of a text."""

    def short(text: str, longest: int = _LONGEST) -> str:
        whole = clean(text.encode("utf-8", "replace").decode())
        if len(whole) <= longest:
            return whole
        return f"{whole[:longest]}… ({len(whole) - longest} more characters)"

    question, answer = decision.question, decision.answer
    return PermissionDecision(
        question=replace(
            question,
            job_title=short(question.job_title, 200),
            ask=_ask(question.ask, short),
            rule=short(question.rule, 500),
            warnings=tuple(short(each, 500) for each in question.warnings),
        ),
        answer=replace(answer, note=short(answer.note)),
    )


def _ask(ask: Ask, short: Callable[[str], str]) -> Ask:
    return replace(
        ask,
        native_id=short(ask.native_id),
        call_id=short(ask.call_id),
        command=short(ask.command),
        changes=tuple(_change(each, short) for each in ask.changes[:_MOST_CHANGES]),
        url=short(ask.url),
        server=short(ask.server),
        tool=short(ask.tool),
        arguments=_arguments(ask, short),
        cwd=short(ask.cwd),
        reason=short(ask.reason),
        agent_words=short(ask.agent_words),
        form=short(ask.form),
        offers=tuple(short(each) for each in ask.offers[:_MOST_CHANGES]),
        raw="",
    )


def _change(change: FileChange, short: Callable[[str], str]) -> FileChange:
    return FileChange(
        path=short(change.path),
        old=None if change.old is None else short(change.old),
        new=None if change.new is None else short(change.new),
        diff=short(change.diff),
        is_gone=change.is_gone,
    )


def _arguments(ask: Ask, short: Callable[[str], str]) -> dict[str, object]:
    """As they were where they are short, else the beginning of their JSON."""
    try:
        written = orjson.dumps(dict(ask.arguments)).decode()
    except (TypeError, ValueError, RecursionError):
        return {}
    told = short(written)
    return dict(ask.arguments) if told == written else {_ARGUMENTS: told}
