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
from llmgw_desktop.domain.cli import (
    CliEvent,
    ErrorCategory,
    ModelTold,
    RunEnded,
    SessionTold,
    TextGrew,
    Warned,
)

Message = Mapping[str, Any]
_STDERR_LINES = 8


class JsonLinesReader(ABC):
    """What all of them share; `_end` is what the CLI said of its end so far."""

    def __init__(self, sign_in: SignIn, *, noise: str = "(?!)") -> None:
        self._sign_in = sign_in
        self._noise = re.compile(noise)
        """What stands in stderr of good runs as well."""
        self._lines = Lines()
        self._malformed = 0
        self._end: RunEnded | None = None
        self._session = ""
        self._model = ""
        self._has_said = False
        self._is_apart = False

    def feed(self, chunk: bytes) -> list[CliEvent]:
        return [event for line in self._lines.feed(chunk) for event in self._read(line)]

    def finish(self, exit_code: int | None, stderr: str) -> list[CliEvent]:
        events = list(self._read(self._lines.rest()))
        events += self._complaints()
        events.append(self._last_word(exit_code, stderr))
        return events

    @abstractmethod
    def _message(self, message: Message) -> Iterable[CliEvent]:
        """What one line tells."""

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
            yield TextGrew(text=apart + text)

    def _read(self, line: bytes) -> Iterable[CliEvent]:
        if not line.strip():
            return ()
        try:
            message = orjson.loads(line)
        except orjson.JSONDecodeError:
            message = None
        if not isinstance(message, dict):
            self._malformed += 1
            return ()
        return self._message(message)

    def _complaints(self) -> Iterator[CliEvent]:
        unread = self._malformed + self._lines.lost
        if unread:
            lines = "line" if unread == 1 else "lines"
            yield Warned(
                code="malformed_output",
                message=f"{unread} {lines} of its output could not be read and were left out.",
            )

    def _last_word(self, exit_code: int | None, stderr: str) -> RunEnded:
        end = self._end
        if end is None:
            return failed(self._unsaid(exit_code, stderr), self._sign_in)
        if end.ok and exit_code not in (0, None):
            return RunEnded(
                ok=False,
                text=end.text,
                error=f"It said that it had succeeded, and then ended with {_how(exit_code)}.",
                category=ErrorCategory.CLI,
                stop_reason=end.stop_reason,
            )
        if end.ok and not (end.text or "").strip() and end.structured is None:
            return RunEnded(
                ok=False,
                error="It ended well and answered nothing; ask again, or ask otherwise.",
                category=ErrorCategory.EMPTY,
                stop_reason=end.stop_reason,
            )
        return end

    def _unsaid(self, exit_code: int | None, stderr: str) -> str:
        """What there is to say of a run whose CLI has not said how it ended."""
        lines = [line for line in stderr.splitlines() if line.strip()]
        told = [line for line in lines if not self._noise.search(line)][-_STDERR_LINES:]
        return "\n".join([*told, f"It ended with {_how(exit_code)} before it was done."])


def _how(exit_code: int | None) -> str:
    if exit_code is None:
        return "an exit code that nobody saw"
    return f"signal {-exit_code}" if exit_code < 0 else f"exit code {exit_code}"
