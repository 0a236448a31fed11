"""A dialogue that is fed as it was before: what the run wrote and, at their places, the answers.

So it says the same again, however often: to a program that goes on with a run, and to whoever reads
what one said.
"""

from collections import deque
from collections.abc import Callable, Iterable
from typing import BinaryIO, get_args

from llmgw_desktop.clis.dialogue import Dialogue, Spoken
from llmgw_desktop.domain.cli import CliEvent
from llmgw_desktop.engine.jobs.said_log import Mark, Said, SaidReader

_EVENTS = get_args(CliEvent)


class Playback:
    """What a dialogue says to this."""

    def __init__(self, dialogue: Dialogue, marks: Iterable[Mark] = ()) -> None:
        self._dialogue = dialogue
        self._marks = deque(marks)
        self.offset = 0
        """Of what it was fed."""

    def add(self, marks: Iterable[Mark]) -> None:
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
