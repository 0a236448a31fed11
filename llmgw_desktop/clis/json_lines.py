"""What a CLI prints as JSON, one object a line: whole lines out of bytes that come in any pieces,
and a reader that each CLI's own fills in.
"""

import re
from abc import ABC, abstractmethod
from collections.abc import Collection, Iterable, Iterator, Mapping
from typing import Any

import orjson

from llmgw_desktop.clis.cli import SignIn
from llmgw_desktop.clis.failures import (
    answered_nothing,
    failed,
    how_it_ended,
    told_on_stderr,
    unfinished,
    unread,
)
from llmgw_desktop.domain.cli import (
    CliEvent,
    ModelTold,
    RunEnded,
    SessionTold,
    TextGrew,
    ThinkingGrew,
)

LONGEST_LINE = 32 * 1024 * 1024


class Lines:
    """Cuts at newlines. A line longer than `longest` is thrown away and counted, so that what
    writes without a newline cannot fill the memory."""

    __slots__ = ("_begun", "_is_lost", "_longest", "_size", "lost")

    def __init__(self, longest: int = LONGEST_LINE) -> None:
        self._longest = longest
        self._begun: list[bytes] = []
        """Pieces of a line, joined once: a long one that comes in small pieces stays linear."""
        self._size = 0
        self._is_lost = False
        self.lost = 0
        """Lines that were too long."""

    def feed(self, chunk: bytes) -> list[bytes]:
        """The lines that are whole now, without their newlines."""
        first, *others = chunk.split(b"\n")
        self._add(first)
        if not others:
            return []
        lines = self._taken()
        begun = others.pop()
        if len(chunk) > self._longest:
            for other in others:
                self._add(other)
                lines += self._taken()
        else:
            lines += others
        self._add(begun)
        return lines

    def rest(self) -> bytes:
        """What came behind the last newline; nothing more is to come."""
        return b"".join(self._taken())

    def _add(self, piece: bytes) -> None:
        self._size += len(piece)
        if self._size > self._longest and not self._is_lost:
            self._begun.clear()
            self._is_lost = True
            self.lost += 1
        if piece and not self._is_lost:
            self._begun.append(piece)

    def _taken(self) -> list[bytes]:
        line, is_lost = b"".join(self._begun), self._is_lost
        self._begun.clear()
        self._size = 0
        self._is_lost = False
        return [] if is_lost else [line]


Message = Mapping[str, Any]
NOTHING_IS_NOISE = "(?!)"


def message_in(line: bytes) -> Message | None:
    """None: it is no JSON object."""
    try:
        message = orjson.loads(line)
    except orjson.JSONDecodeError:
        return None
    return message if isinstance(message, dict) else None


def marked_messages(content: bytes, marks: Collection[bytes]) -> Iterator[Message]:
    """Of a whole file the lines that hold one of these. One that is still being written, or was
    torn, tells nothing."""
    for line in content.split(b"\n"):
        if any(mark in line for mark in marks) and (message := message_in(line)) is not None:
            yield message


class Speech:
    """What a run has said so far."""

    def __init__(self) -> None:
        self.has_words = False
        self._has_said = False
        self._is_apart = False

    def next_message(self) -> None:
        """Messages of one answer are set apart by an empty line."""
        self._is_apart = self._has_said

    def _said(self, text: str) -> Iterator[CliEvent]:
        if text:
            apart = "\n\n" if self._is_apart else ""
            self._has_said, self._is_apart = True, False
            self.has_words = self.has_words or not text.isspace()
            yield TextGrew(text=apart + text)


class JsonLinesReader(Speech, ABC):
    """What all of them share; `_end` is what the CLI said of its end so far."""

    def __init__(self, program: str, sign_in: SignIn, *, noise: str = NOTHING_IS_NOISE) -> None:
        super().__init__()
        self._program = program
        """As errors call it."""
        self._sign_in = sign_in
        self._noise = re.compile(noise)
        """What stands in stderr of good runs as well."""
        self._lines = Lines()
        self._malformed = 0
        self._end: RunEnded | None = None
        self._session = ""
        self._model = ""
        self._error = ""
        """What it complained of last."""

    def feed(self, chunk: bytes) -> list[CliEvent]:
        return [event for line in self._lines.feed(chunk) for event in self._read(line)]

    def finish(self, exit_code: int | None, stderr: str) -> list[CliEvent]:
        events = list(self._read(self._lines.rest()))
        events += self._kept_back()
        events += unread(self._program, self._malformed + self._lines.lost)
        events.append(self._last_word(exit_code, stderr))
        return events

    @abstractmethod
    def _message(self, message: Message) -> Iterable[CliEvent]:
        """What one line tells."""

    def _kept_back(self) -> Iterable[CliEvent]:
        """What could not be told before all had come."""
        return ()

    def _session_told(self, session_id: str) -> Iterator[CliEvent]:
        if session_id and session_id != self._session:
            self._session = session_id
            yield SessionTold(session_id=session_id)

    def _model_told(self, model: str) -> Iterator[CliEvent]:
        if model and model != self._model:
            self._model = model
            yield ModelTold(model=model)

    def _models_told(self, models: Message) -> Iterator[CliEvent]:
        """Figures by models: the run's own where there is one alone."""
        if len(models) == 1:
            yield from self._model_told(next(iter(models)))

    def _thought(self, text: str) -> Iterator[CliEvent]:
        if text:
            yield ThinkingGrew(text=text)

    def _failed(self, error: str, status: int | None = None) -> RunEnded:
        return failed(error, self._sign_in, status=status)

    def _unfinished(self, exit_code: int | None, stderr: str) -> RunEnded:
        """The end of a run whose CLI has not said how it ended."""
        if self._error:
            return self._failed(self._error)
        return unfinished(
            self._program, self._sign_in, self._noise, exit_code=exit_code, stderr=stderr
        )

    def _read(self, line: bytes) -> Iterable[CliEvent]:
        if not line.strip():
            return ()
        message = message_in(line)
        if message is None:
            self._malformed += 1
            return ()
        return self._message(message)

    def _last_word(self, exit_code: int | None, stderr: str) -> RunEnded:
        end = self._end
        if end is None:
            return self._unfinished(exit_code, stderr)
        if end.ok and exit_code not in (0, None):
            how = how_it_ended(exit_code)
            sentence = f"{self._program} said that it had succeeded, and then ended with {how}."
            return failed(
                "\n".join([*told_on_stderr(stderr, self._noise), sentence]),
                self._sign_in,
                text=end.text,
                stop_reason=end.stop_reason,
            )
        if end.ok and not self._answers(end):
            return answered_nothing(self._program, end.stop_reason)
        return end

    def _answers(self, end: RunEnded) -> bool:
        """What it repeats at its end counts, where it repeats it."""
        has_words = self.has_words if end.text is None else bool(end.text.strip())
        return has_words or end.structured is not None
