"""Alarms in words, for screen, log and targets; and the programs that are told them."""

import logging
import os
import re
from collections import deque
from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING

from llmgw_desktop.app.clis.programs import ProgramAsker
from llmgw_desktop.app.policy.words import FALL_TEXT, fall_title, reached_text, reached_title
from llmgw_desktop.app.words.figures import counted
from llmgw_desktop.app.words.inert_text import inert_line
from llmgw_desktop.domain.clock import Clock
from llmgw_desktop.domain.events import (
    AlarmRaised,
    BudgetReached,
    CacheFell,
    Event,
    HeldChanged,
    JobChanged,
)
from llmgw_desktop.domain.flights.alarms import Alarm, AlarmKind, AlarmNote
from llmgw_desktop.domain.jobs.cli_settings import LimitWait
from llmgw_desktop.domain.jobs.job import Job
from llmgw_desktop.engine.jobs.environment import environment_for_installer

if TYPE_CHECKING:
    from llmgw_desktop.engine.flights.notifier import RunProgram

_NAME_CHARS = 60
_MOST_BYTES = 64 * 1024
_MOST_PARKED = 1000
_LINE_END = re.compile(r"[\r\n]+")
_log = logging.getLogger(__name__)


def alarm_title(alarm: Alarm) -> str:
    """«openai/work: gpt-5-mini answered in the place of gpt-5»."""
    who = inert_line(alarm.account, _NAME_CHARS)
    model, found = inert_line(alarm.model, _NAME_CHARS), inert_line(alarm.found, _NAME_CHARS)
    match alarm.kind:
        case AlarmKind.OTHER_MODEL:
            return f"{who}: {found} answered in the place of {model}"
        case AlarmKind.PRICE:
            return f"{who}: {model} {_price_words(alarm)}"
        case AlarmKind.SPEED:
            return f"{who}: {model} {_speed_words(alarm)}"
        case AlarmKind.EMPTY:
            return f"{who}: {counted(alarm.count, 'answer')} of {model} had nothing in them"
        case _:
            return f"{who} refused {counted(alarm.count, 'request')} in a row"


def alarm_text(alarm: Alarm) -> str:
    """What it means, and what to do; two sentences at most."""
    match alarm.kind:
        case AlarmKind.OTHER_MODEL:
            return "The vendor says so of its answer. Routes and aliases had asked for the former."
        case AlarmKind.PRICE:
            return (
                "Each of the last five answers cost so for the same tokens. It is compared with"
                " the ones before."
            )
        case AlarmKind.SPEED:
            return "Each of the last five answers came so. It is compared with the ones before."
        case AlarmKind.EMPTY:
            return "Nothing was said in them and no tool was called, though they ended well."
        case _:
            return f"The last words: {inert_line(alarm.found, 200).rstrip('.')}."


def _price_words(alarm: Alarm) -> str:
    before, now = alarm.before or 0.0, alarm.now or 0.0
    if not before:
        return "costs something now; it was free"
    if not now:
        return "costs nothing now"
    if now > before:
        return f"costs {now / before:.1f} times what it did"
    return f"costs {100 * now / before:.0f} % of what it did"


def _speed_words(alarm: Alarm) -> str:
    before, now = alarm.before or 0.0, alarm.now or 0.0
    how = "faster" if now > before else "slower"
    return f"answers {how}: {now:,.0f} tokens a second, and {before:,.0f} before"


def alarm_log(event: Event) -> None:
    """A line in the log, with windows and without."""
    if isinstance(event, AlarmRaised):
        alarm = event.alarm
        _log.warning("%s. (%s)", alarm_title(alarm), ", ".join(alarm.flights[-3:]))


def notes_of(clock: Clock) -> Callable[[Event], AlarmNote | None]:
    """What targets are told of an event; None for one that is no alarm."""
    parked: deque[tuple[str, float]] = deque(maxlen=_MOST_PARKED)

    def note_of(event: Event) -> AlarmNote | None:
        now_s = clock.now_s()
        if not isinstance(event, JobChanged):
            return _note_of(event, now_s)
        job, wait = event.job, event.job.limit_wait
        if wait is None or (job.id, wait.since_s) in parked:
            return None
        parked.append((job.id, wait.since_s))  # of one wait there are several changes
        return _parked_note(job, wait, now_s)

    return note_of


def _note_of(event: Event, now_s: float) -> AlarmNote | None:
    match event:
        case AlarmRaised(alarm=alarm):
            return AlarmNote(
                kind=alarm.kind,
                title=alarm_title(alarm),
                text=alarm_text(alarm),
                at_s=now_s,
                flights=alarm.flights,
                account=alarm.account,
                model=alarm.model,
            )
        case CacheFell():
            return AlarmNote(
                kind=AlarmKind.CACHE,
                title=fall_title(event),
                text=FALL_TEXT,
                at_s=now_s,
                flights=event.flights or (event.flight_id,),
                client=event.name,
            )
        case BudgetReached():
            return AlarmNote(
                kind=AlarmKind.BUDGET,
                title=reached_title(event),
                text=reached_text(event, now_s),
                at_s=now_s,
                client=event.name,
            )
        case HeldChanged(question=question, answer=None):
            return AlarmNote(
                kind=AlarmKind.HELD,
                title=inert_line(question.title, 200),
                text=inert_line(question.words, 600),
                at_s=now_s,
                flights=(question.flight_id,),
                model=inert_line(question.model, _NAME_CHARS),
                client=inert_line(question.client, _NAME_CHARS),
            )
    return None


def _parked_note(job: Job, wait: LimitWait, now_s: float) -> AlarmNote:
    reason = f" ({inert_line(wait.reason, 200)})" if wait.reason else ""
    return AlarmNote(
        kind=AlarmKind.PARKED,
        title=f"A job of {job.cli} waits at a limit",
        text=f"{wait.in_words[:1].upper()}{wait.in_words[1:]}{reason}.",
        at_s=now_s,
        job=job.id,
    )


def trial_note(now_s: float) -> AlarmNote:
    """What `llmgw notify test` sends."""
    return AlarmNote(
        kind=AlarmKind.REFUSED,
        title="A test of LLM Gateway: this is how an alarm reaches you",
        text="Nothing has happened. Somebody asked for it with llmgw notify test.",
        at_s=now_s,
        is_test=True,
    )


def program_runner(
    env: Mapping[str, str], clean: Callable[[str], str], asker: ProgramAsker
) -> "RunProgram":
    """Starts programs of targets: without a vendor's key in their environment, within a time, and
    with all that they started in turn gone afterwards. `clean` takes secrets out of what they
    say."""

    def run(argv: Sequence[str], said: bytes, within_s: float) -> str:
        given = environment_for_installer(env)
        try:
            program = os.path.expanduser(argv[0])  # noqa: PTH111 - a name alone is looked for in PATH
            told = asker(
                [program, *argv[1:]], given, said=said, patience_s=within_s, most_bytes=_MOST_BYTES
            )
        except OSError as error:
            return f"{inert_line(argv[0], 200)} cannot be started: {error.strerror or error}."
        if told.code == 0:
            return ""
        if told.code is None:
            return (
                f"It was not done within {within_s:g} s, or said more than is read; it was ended."
            )
        lines = [each for each in _LINE_END.split((told.err or told.out).strip()) if each.strip()]
        last = f": {inert_line(clean(lines[-1]), 200)}" if lines else ""
        return f"It ended with code {told.code}{last}."

    return run
