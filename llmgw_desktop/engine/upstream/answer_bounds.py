"""How much one answer may be: the whole of it where it is held until it is whole, and each of its
events where it streams, which are held too by whoever reads them."""

from collections.abc import Mapping

from typing_extensions import override

from llmgw_desktop.domain.errors import UpstreamGarbage
from llmgw_desktop.domain.settings import UpstreamSettings

_EVENT_ENDS = (b"\n\n", b"\r\n\r\n", b"\r\r")
_LONGEST_END = 4


class AnswerBound:
    """Of one answer; everything that came of it passes `checked`, unpacked."""

    def __init__(self, provider: str, most: int, setting: str) -> None:
        self._provider = provider
        self._most = most
        self._setting = setting
        self._held = 0

    def checked(self, piece: bytes) -> bytes:
        """`piece`. Raises UpstreamGarbage."""
        self._held += len(piece)
        if self._held > self._most:
            raise self._too_much()
        return piece

    def check_declared(self, length: str) -> None:
        """By the answer's head, before anything of it is read. Raises UpstreamGarbage."""
        if length.isdigit() and int(length) > self._most:
            raise self._too_much()

    def _too_much(self) -> UpstreamGarbage:
        return UpstreamGarbage(
            f"'{self._provider}' answered with more than {self._most:,} bytes "
            f"({self._setting} in the settings)."
        )


class EventBound(AnswerBound):
    """Of a stream, which may go on for ever as long as its events end."""

    def __init__(self, provider: str, most: int, setting: str) -> None:
        super().__init__(provider, most, setting)
        self._tail = b""

    @override
    def checked(self, piece: bytes) -> bytes:
        """As of any answer."""
        if piece.endswith(_EVENT_ENDS):
            self._held, self._tail = 0, b""
            return piece
        if self._tail and any(end in self._tail + piece[:_LONGEST_END] for end in _EVENT_ENDS):
            self._held = 0
        last = max(piece.rfind(end) for end in _EVENT_ENDS)
        self._held = len(piece) - last if last >= 0 else self._held + len(piece)
        self._tail = piece[1 - _LONGEST_END :]
        if self._held > self._most:
            raise self._too_much()
        return piece

    @override
    def check_declared(self, length: str) -> None:
        """A stream's length is nobody's business."""

    @override
    def _too_much(self) -> UpstreamGarbage:
        return UpstreamGarbage(
            f"'{self._provider}' streamed one event of more than {self._most:,} bytes "
            f"({self._setting} in the settings)."
        )


def bound_of(headers: Mapping[str, str], provider: str, settings: UpstreamSettings) -> AnswerBound:
    """For an answer with this head. Raises UpstreamGarbage where that says too much already."""
    bound: AnswerBound
    if headers.get("Content-Type", "").lstrip().lower().startswith("text/event-stream"):
        bound = EventBound(provider, settings.max_event_bytes, "upstream.max_event_bytes")
    else:
        bound = AnswerBound(provider, settings.max_answer_bytes, "upstream.max_answer_bytes")
    bound.check_declared(headers.get("Content-Length", ""))
    return bound
