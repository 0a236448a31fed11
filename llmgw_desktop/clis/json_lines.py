"""A reader of CLIs that print one JSON object a line; each CLI's own says what they mean.

The end is held back until the exit code is known: a run has succeeded where its CLI said so, said
something, and then ended as one that succeeds.
"""

import re
from abc import ABC, abstractmethod
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

import orjson

from llmgw_desktop.clis.cli import SignIn
from llmgw_desktop.clis.failures import failed
from llmgw_desktop.clis.lines import Lines
from llmgw_desktop.clis.stderr import how_it_ended, told_on_stderr
from llmgw_desktop.domain.cli import (
    CliEvent,
    ErrorCategory,
    ModelTold,
    RunEnded,
    SessionTold,
    TextGrew,
    ThinkingGrew,
    Warned,
)

Message = Mapping[str, Any]
NOTHING_IS_NOISE = "(?!)"


def message_in(line: bytes) -> Message | None:
    """None: it is no JSON object."""
    try:
        message = orjson.loads(line)
    except orjson.JSONDecodeError:
        return None
    return message if isinstance(message, dict) else None


class JsonLinesReader(ABC):
    """What all of them share; `_end` is what the CLI said of its end so far."""

    def __init__(self, program: str, sign_in: SignIn, *, noise: str = NOTHING_IS_NOISE) -> None:
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
        self._has_said = False
        self._has_words = False
        self._is_apart = False

    def feed(self, chunk: bytes) -> list[CliEvent]:
        return [event for line in self._lines.feed(chunk) for event in self._read(line)]

    def finish(self, exit_code: int | None, stderr: str) -> list[CliEvent]:
        events = list(self._read(self._lines.rest()))
        events += self._kept_back()
        events += self._complaints()
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

    def _next_message(self) -> None:
        """Messages of one answer are set apart by an empty line."""
        self._is_apart = self._has_said

    def _said(self, text: str) -> Iterator[CliEvent]:
        if text:
            apart = "\n\n" if self._is_apart else ""
            self._has_said, self._is_apart = True, False
            self._has_words = self._has_words or not text.isspace()
            yield TextGrew(text=apart + text)

    def _thought(self, text: str) -> Iterator[CliEvent]:
        if text:
            yield ThinkingGrew(text=text)

    def _failed(self, error: str, status: int | None = None) -> RunEnded:
        return failed(error, self._sign_in, status=status)

    def _unfinished(self, exit_code: int | None, stderr: str) -> RunEnded:
        """The end of a run whose CLI has not said how it ended."""
        return self._failed(
            self._with_stderr(
                f"{self._program} ended with {how_it_ended(exit_code)} before it was done.", stderr
            )
        )

    def _with_stderr(self, sentence: str, stderr: str) -> str:
        return "\n".join([*told_on_stderr(stderr, self._noise), sentence])

    def _read(self, line: bytes) -> Iterable[CliEvent]:
        if not line.strip():
            return ()
        message = message_in(line)
        if message is None:
            self._malformed += 1
            return ()
        return self._message(message)

    def _complaints(self) -> Iterator[CliEvent]:
        unread = self._malformed + self._lines.lost
        if unread:
            lines, were = ("line", "was") if unread == 1 else ("lines", "were")
            yield Warned(
                code="malformed_output",
                message=f"{unread} {lines} of what {self._program} printed could not be read and"
                f" {were} left out.",
            )

    def _last_word(self, exit_code: int | None, stderr: str) -> RunEnded:
        end = self._end
        if end is None:
            return self._unfinished(exit_code, stderr)
        if end.ok and exit_code not in (0, None):
            said = f"{self._program} said that it had succeeded"
            how = how_it_ended(exit_code)
            return failed(
                self._with_stderr(f"{said}, and then ended with {how}.", stderr),
                self._sign_in,
                text=end.text,
                stop_reason=end.stop_reason,
            )
        if end.ok and not self._answers(end):
            return RunEnded(
                ok=False,
                error=f"{self._program} ended well and answered nothing; ask again, or ask"
                " otherwise.",
                category=ErrorCategory.EMPTY,
                stop_reason=end.stop_reason,
            )
        return end

    def _answers(self, end: RunEnded) -> bool:
        """What it repeats at its end counts, where it repeats it."""
        has_words = self._has_words if end.text is None else bool(end.text.strip())
        return has_words or end.structured is not None
