"""A dialogue that is fed as it was before: what the run wrote and, at their places, the answers.

So it says the same again, however often: to a program that goes on with a run, and to whoever reads
what one said.
"""

import logging
from collections import deque
from collections.abc import Callable, Iterable
from functools import partial
from typing import BinaryIO, get_args

from llmgw_desktop.clis.dialogue import (
    Dialogue,
    Done,
    GaveUp,
    PermissionAsked,
    Send,
    Spoken,
    Withdrawn,
)
from llmgw_desktop.domain.cli import CliEvent
from llmgw_desktop.domain.clock import Clock
from llmgw_desktop.domain.jobs.approval import Ask, AskingJob, Decision, PermissionAnswer
from llmgw_desktop.domain.values import value
from llmgw_desktop.engine.jobs.folder import JobFolder
from llmgw_desktop.engine.jobs.outcome import RunStop
from llmgw_desktop.engine.jobs.parts import Permissions
from llmgw_desktop.engine.jobs.run_input import RunInput
from llmgw_desktop.engine.jobs.spool import Said, SaidLog, SaidMark, SaidReader

_EVENTS = get_args(CliEvent)


class Playback:
    """What a dialogue says to this."""

    def __init__(self, dialogue: Dialogue, marks: Iterable[SaidMark] = ()) -> None:
        self._dialogue = dialogue
        self._marks = deque(marks)
        self.offset = 0
        """Of what it was fed."""

    def add(self, marks: Iterable[SaidMark]) -> None:
        """Those that came later."""
        self._marks.extend(marks)

    def begin(self) -> list[Spoken]:
        return [*self._dialogue.begin(), *self._due()]

    def feed(self, chunk: bytes) -> list[Spoken]:
        said: list[Spoken] = []
        while self._marks and self._marks[0].at - self.offset < len(chunk):
            piece = chunk[: max(self._marks[0].at - self.offset, 0)]
            said += self._fed(piece)
            said += self._due()
            chunk = chunk[len(piece) :]
        said += self._fed(chunk)
        said += self._due()
        return said

    def _fed(self, piece: bytes) -> list[Spoken]:
        self.offset += len(piece)
        return self._dialogue.feed(piece) if piece else []

    def _due(self) -> list[Spoken]:
        said: list[Spoken] = []
        while self._marks and self._marks[0].at <= self.offset:
            mark = self._marks.popleft()
            if mark.answer is None:
                said += self._dialogue.stop()
            else:
                said += self._dialogue.answer(mark.native_id, mark.answer)
        return said


class DialogueReader:
    """An OutputReader of what a run said that is spoken with: while it goes on, or later."""

    def __init__(self, dialogue: Dialogue, log: Callable[[], BinaryIO]) -> None:
        self._dialogue = dialogue
        self._playback = Playback(dialogue)
        self._log = SaidReader(log)
        self._said = Said()
        self._seen = 0
        self._has_begun = False

    def feed(self, chunk: bytes) -> list[CliEvent]:
        return [*self._begun(), *events_of(self._playback.feed(chunk))]

    def finish(self, exit_code: int | None, stderr: str) -> list[CliEvent]:
        return [*self._begun(), *self._dialogue.finish(exit_code, stderr)]

    def _begun(self) -> list[CliEvent]:
        self._log.more(self._said)
        self._playback.add(self._said.marks[self._seen :])
        self._seen = len(self._said.marks)
        if self._has_begun:
            return []
        self._has_begun = True
        return events_of(self._playback.begin())


def events_of(spoken: Iterable[Spoken]) -> list[CliEvent]:
    return [each for each in spoken if isinstance(each, _EVENTS)]


_log = logging.getLogger(__name__)


@value
class TalkParts:
    """What a talk works with."""

    dialogue: Dialogue
    folder: JobFolder
    job: AskingJob
    permissions: Permissions
    clock: Clock


class Talk:
    """An OutputReader that answers. On the loop; raises OSError where its log cannot be opened."""

    def __init__(self, parts: TalkParts) -> None:
        self._parts = parts
        self._log = SaidLog(parts.folder.said)
        said = self._log.said
        self._unsure = frozenset(said.unsure)
        self._is_torn = said.is_torn
        self._is_silent = False
        self._playback = Playback(parts.dialogue, said.marks)
        self._was_stopped = any(mark.answer is None for mark in said.marks)
        self._answers = {mark.native_id: mark.answer for mark in said.marks if mark.answer}
        self._input = RunInput(parts.folder, self._log, self._not_written)
        self._open: dict[str, Ask] = {}
        """What waits for an answer, by the agent's own ids."""
        self._new: dict[str, Ask] = {}
        """Of those what has not been put yet: more may be known of it in a moment."""
        self._is_over = False
        self._stop: Callable[[RunStop], None] = _nobody
        self._rests: Callable[[bool], None] = _nobody
        self._done: Callable[[], None] = _nothing

    def begin(
        self,
        stop: Callable[[RunStop], None],
        rests: Callable[[bool], None],
        done: Callable[[], None],
    ) -> None:
        """`stop` ends the run; `rests` is told whether it waits for an answer, `done` that it has
        nothing more to do than to go."""
        self._stop, self._rests, self._done = stop, rests, done
        if self._is_torn:
            self._break_off(RunStop.UNSURE)
        self._take(self._playback.begin())

    def feed(self, chunk: bytes) -> list[CliEvent]:
        return self._take(self._playback.feed(chunk))

    def finish(self, exit_code: int | None, stderr: str) -> list[CliEvent]:
        return self._parts.dialogue.finish(exit_code, stderr)

    def caught_up(self) -> None:
        """All that it has written so far has been read: what it asks is put now."""
        new, self._new = self._new, {}
        for native_id, ask in new.items():
            if self._is_over or self._is_silent:
                return
            self._put(native_id, ask)

    def stop(self) -> None:
        """All that waits is denied, the turn is ended as its CLI wants it, and its input closed."""
        if self._is_over or self._is_silent:
            return
        for native_id in tuple(self._open):
            self._withdraw(native_id)
        if not self._was_stopped:
            self._was_stopped = True
            try:
                self._log.stopped(self._playback.offset)
            except OSError:
                return
            self._take(self._parts.dialogue.stop())
        self._input.close()

    def end(self) -> None:
        """Its run has ended, or is to."""
        for native_id in tuple(self._open):
            self._withdraw(native_id)
        self._is_over = True
        self._input.end()
        self._log.close()

    def release(self) -> None:
        """Leave the run to the next program. Once it has ended this does nothing."""
        if not self._is_over:
            self._is_over = True
            self._input.release()
            self._log.close()

    def _take(self, spoken: list[Spoken]) -> list[CliEvent]:
        for each in spoken:
            if isinstance(each, Send):
                self._send(each)
            elif isinstance(each, PermissionAsked):
                self._asked(each.ask)
            elif isinstance(each, Withdrawn):
                self._withdraw(each.native_id)
            elif isinstance(each, Done):
                self._input.close()
                self._done()
            elif isinstance(each, GaveUp):
                self._break_off(RunStop.UNPROVEN)
        return events_of(spoken)

    def _send(self, send: Send) -> None:
        if send.key in self._unsure:
            self._break_off(RunStop.UNSURE)
        elif not self._is_silent:
            self._input.send(send)

    def _asked(self, ask: Ask) -> None:
        native_id = ask.native_id
        if (answer := self._answers.get(native_id)) is not None:
            if answer.decision is Decision.JOB:
                self._parts.permissions.remember(self._parts.job, ask, answer)
            return
        self._open[native_id] = self._new[native_id] = ask
        self._rests(True)

    def _put(self, native_id: str, ask: Ask) -> None:
        asked_at_s = self._log.said.asked.get(native_id)
        try:
            if asked_at_s is None:
                asked_at_s = self._parts.clock.now_s()
                self._log.asked(native_id, asked_at_s)
        except OSError as error:
            self._not_written(error)
            return
        answered = partial(self._answered, native_id)
        self._parts.permissions.ask(self._parts.job, ask, answered, asked_at_s=asked_at_s)

    def _answered(self, native_id: str, answer: PermissionAnswer) -> None:
        if self._is_over or self._is_silent or native_id not in self._open:
            return
        if answer.decision is Decision.STOP:
            self._stop(RunStop.CANCELED)
            return
        try:
            self._log.answered(native_id, answer, self._playback.offset)
        except OSError as error:
            self._not_written(error)
            return
        self._closed(native_id)
        self._answers[native_id] = answer
        self._take(self._parts.dialogue.answer(native_id, answer))

    def _withdraw(self, native_id: str) -> None:
        if native_id not in self._open:
            return
        was_put = native_id not in self._new
        self._closed(native_id)
        if was_put:
            self._parts.permissions.withdraw(self._parts.job.id, native_id)

    def _closed(self, native_id: str) -> None:
        self._open.pop(native_id, None)
        self._new.pop(native_id, None)
        if not self._open:
            self._rests(False)

    def _not_written(self, error: OSError) -> None:
        """What is not written down may not be sent: a later program could not go on from it."""
        _log.warning("what %s is told cannot be written down: %s", self._parts.job.id, error)
        self._break_off(RunStop.UNSURE)

    def _break_off(self, why: RunStop) -> None:
        """Nothing more is said to it."""
        self._is_silent = True
        self._stop(why)


def _nobody(told: object) -> None:
    del told


def _nothing() -> None:
    return
