"""A Gemini stream's bytes become events; a whole answer goes the same way."""

from llmgw_desktop.domain.answer import Answer, AnswerEvent
from llmgw_desktop.domain.errors import UpstreamGarbage
from llmgw_desktop.wire.answer_facts import parse_answer
from llmgw_desktop.wire.gemini_frames import GeminiFrames
from llmgw_desktop.wire.json_scan import parse_object
from llmgw_desktop.wire.translate.collect import collected
from llmgw_desktop.wire.translate.gemini.chunks_in import ChunkReader, Kind
from llmgw_desktop.wire.translate.names import ToolNames
from llmgw_desktop.wire.translate.repeated_frame import RepeatedFrame

_LONGEST_FRAME = 64 * 1024 * 1024
"""Pictures come in one piece."""
_DATA = b"data: "
_ENDS = (b"\r\n\r\n", b"\n\n")
_DONE = b"[DONE]"


class GeminiEventReader:
    """Server-sent events or a growing JSON array, whichever comes."""

    __slots__ = ("_after", "_chunks", "_frames", "_repeated", "grown")

    def __init__(self, names: ToolNames) -> None:
        self._frames = GeminiFrames(_LONGEST_FRAME)
        self._chunks = ChunkReader(names)
        self._repeated: RepeatedFrame[Kind] = RepeatedFrame()
        self._after = b""
        """What stands behind the object in an event, where `more` may look for one."""
        self.grown = -1

    def feed(self, chunk: bytes) -> list[AnswerEvent]:
        frames = self._frames.feed(chunk)
        events = self._read(frames)
        if self._frames.has_overflowed:
            raise UpstreamGarbage("The provider's answer has a piece larger than any answer.")
        is_one = len(frames) == 1 and self._frames.are_events
        self._after = _behind(chunk, frames[0]) if is_one else b""
        self.grown = self._repeated.settle(events, is_between=self._after != b"")
        return events

    def more(self, chunk: bytes) -> str:
        after = self._after
        if not after or chunk[:6] != _DATA or not chunk.endswith(after):
            return ""
        words = self._repeated.more_in(chunk[6 : -len(after)])
        if words:
            self._chunks.note(words)
        return words

    def finish(self) -> list[AnswerEvent]:
        """A stream with a torn object, or an array whose end has not come, is cut, whatever its
        last whole object says."""
        try:
            events = self._read(self._frames.finish())
        except UpstreamGarbage:
            return []
        return events if self._frames.is_cut else events + self._chunks.finish()

    def _read(self, frames: list[bytes]) -> list[AnswerEvent]:
        events: list[AnswerEvent] = []
        for frame in frames:
            if words := self._repeated.words_in(frame):
                self._chunks.grow(self._repeated.grows, words, events)
                continue
            if frame.startswith(_DONE):
                continue  # not of this protocol, but some servers end every stream so
            try:
                parsed = parse_object(frame)
            except ValueError as error:
                raise UpstreamGarbage(f"A piece of the provider's stream is {error}.") from None
            events += self._chunks.feed(parsed)
            self._repeated.learn(frame, parsed, self._chunks.growing, bytes)
        return events


def _behind(chunk: bytes, frame: bytes) -> bytes:
    """What ends this chunk, where it is one event with the frame on its only line; else nothing."""
    if frame.count(b"\n") or frame.count(b"\r"):
        return b""
    return next((end for end in _ENDS if chunk == b"".join((_DATA, frame, end))), b"")


def read_answer(body: bytes, names: ToolNames) -> Answer:
    """Of a body that is not streamed. An error in it raises UpstreamError."""
    reader = ChunkReader(names)
    events = reader.feed(parse_answer(body))
    events += reader.finish()
    return collected(events)
