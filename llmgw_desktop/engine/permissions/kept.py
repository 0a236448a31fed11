"""A decision as the log keeps it: short, and without keys."""

from collections.abc import Callable
from dataclasses import replace

import orjson

from llmgw_desktop.domain.permission import Ask, FileChange, PermissionDecision

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
