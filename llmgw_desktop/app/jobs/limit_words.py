"""Jobs that are parked at a limit of their vendor's, in words: until when, why, what comes then."""

from collections.abc import Sequence

from llmgw_desktop.app.words.figures import counted, duration_text, local_time
from llmgw_desktop.app.words.inert_text import inert_line
from llmgw_desktop.domain.jobs.cli_settings import LimitWait
from llmgw_desktop.domain.jobs.job import Job
from llmgw_desktop.domain.plain_text import month_text
from llmgw_desktop.domain.values import value

_REASON = 300


@value
class ParkedWords:
    """What stands above the output of a parked job."""

    what: str
    advice: str


def parked_text(wait: LimitWait, now_s: float) -> str:
    """«At its vendor's limit · goes on in 2 h 13 m, at 14:05», or what else comes then."""
    left, at = _left(wait, now_s), _at(wait, now_s)
    if wait.window:
        return f"Kept for you · {_then(wait, left, at)} · {wait.window}"
    if wait.asks:
        return f"At its vendor's limit for {left} · waits for your word"
    if wait.is_known:
        then = f"goes on in {left}, {at}"
    else:
        then = f"its end was not told · tried again in {left}, {at}"
    return f"At its vendor's limit · {then}"


def _then(wait: LimitWait, left: str, at: str) -> str:
    if wait.asks:
        return "waits for your word"
    return f"{'goes on' if wait.is_known else 'looked at again'} in {left}, {at}"


def parked_words(wait: LimitWait) -> ParkedWords:
    reason = inert_line(wait.reason, _REASON).rstrip(".")
    if wait.window:
        then = "It goes on by itself when the window begins anew."
        if wait.asks:
            then = "It goes on only when you say so: once now, or when the window begins anew."
        return ParkedWords(
            what="It waits below the line of what is kept for you.", advice=f"{reason}. {then}"
        )
    said = f"Its vendor says: {reason}. " if reason else ""
    if wait.asks:
        return ParkedWords(
            what="It waits for your word.",
            advice=f"{said}It goes on in its session only when you say so.",
        )
    how = "" if wait.is_known else "When the limit is over was not told, so it is tried again. "
    return ParkedWords(
        what="It waits until its vendor's limit is over.",
        advice=f"{said}{how}It goes on by itself, in the same session.",
    )


def parked_line(live: Sequence[Job], now_s: float) -> str:
    """«2 jobs wait for a limit, the next goes on in 2 h 13 m»; nothing where none does."""
    waits = [job.limit_wait for job in live if job.limit_wait is not None]
    if not waits:
        return ""
    line = f"{counted(len(waits), 'job')} {'waits' if len(waits) == 1 else 'wait'} for a limit"
    due = [each for each in waits if not each.asks]
    if not due:
        return f"{line}, and for your word"
    first = min(due, key=lambda each: each.due_at_s)
    which = "it" if len(waits) == 1 else "the next"
    return f"{line}, {which} goes on in {_left(first, now_s)}"


def _left(wait: LimitWait, now_s: float) -> str:
    whole = int(max(wait.due_at_s - now_s, 0.0))
    return f"{whole} s" if whole < 60 else duration_text(whole * 1000)


def _at(wait: LimitWait, now_s: float) -> str:
    at = local_time(wait.due_at_s)
    is_today = at.date() == local_time(now_s).date()
    return f"at {at:%H:%M}" if is_today else f"on {at:%d} {month_text(at)} at {at:%H:%M}"
