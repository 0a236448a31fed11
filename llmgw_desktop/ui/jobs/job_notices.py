"""Tells of a job that ran long and ended while nobody looked. Each person may switch it off."""

from collections.abc import Callable, Sequence

from PySide6.QtCore import QObject, QSettings, Signal

from llmgw_desktop.app.figures import counted
from llmgw_desktop.app.job_words import STATE_WORDS, title_of, took_ms, took_text
from llmgw_desktop.domain.events import Event, JobChanged
from llmgw_desktop.domain.job import Job, JobState
from llmgw_desktop.ui.bridge import Bridge

LONG_MS = 60_000.0
_KEY = "notices/long-jobs"
_TOLD_OF = frozenset({JobState.COMPLETED, JobState.FAILED, JobState.ORPHANED})
"""Who canceled one knows that it has ended."""
Say = Callable[[str, str, Callable[[], None]], bool]


class JobNotices(QObject):
    """One notice at a time: a later one takes the place of an earlier one."""

    open_wanted = Signal(str)

    def __init__(
        self,
        bridge: Bridge,
        say: Say,
        is_in_front: Callable[[], bool],
        settings: QSettings,
        parent: QObject | None = None,
    ) -> None:
        super().__init__(parent)
        self._say = say
        self._is_in_front = is_in_front
        self._settings = settings
        bridge.events.connect(self._on_events)

    @property
    def is_on(self) -> bool:
        return bool(self._settings.value(_KEY, True, bool))

    def switch(self, on: bool) -> None:
        self._settings.setValue(_KEY, on)

    def _on_events(self, events: Sequence[Event]) -> None:
        jobs = [event.job for event in events if isinstance(event, JobChanged)]
        ended = [job for job in jobs if _is_worth_it(job)]
        if not ended or not self.is_on or self._is_in_front():
            return
        last = ended[-1]
        if len(ended) == 1:
            title = f"{last.cli}: {STATE_WORDS[last.state].lower()} after {_took(last)}"
            text = title_of(last)
        else:
            title = f"{counted(len(ended), 'job')} ended"
            text = "; ".join(title_of(job) for job in ended[-3:])
        self._say(title, text, lambda: self.open_wanted.emit(last.id))


def _is_worth_it(job: Job) -> bool:
    took = took_ms(job, job.ended_at_s or 0.0)
    return job.state in _TOLD_OF and took is not None and took >= LONG_MS


def _took(job: Job) -> str:
    return took_text(job, job.ended_at_s or 0.0)
