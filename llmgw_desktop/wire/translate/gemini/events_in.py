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
_DONE = b"[DONE]"


class GeminiEventReader:
    """Server-sent events or a growing JSON array, whichever comes."""

    __slots__ = ("_chunks", "_frames", "_repeated")

    def __init__(self, names: ToolNames) -> None:
        self._frames = GeminiFrames(_LONGEST_FRAME)
        self._chunks = ChunkReader(names)
        self._repeated: RepeatedFrame[Kind] = RepeatedFrame()

    def feed(self, chunk: bytes) -> list[AnswerEvent]:
        events = self._read(self._frames.feed(chunk))
        if self._frames.has_overflowed:
            raise UpstreamGarbage("The provider's answer has a piece larger than any answer.")
        return events

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


def read_answer(body: bytes, names: ToolNames) -> Answer:
    """Of a body that is not streamed. An error in it raises UpstreamError."""
    reader = ChunkReader(names)
    events = reader.feed(parse_answer(body))
    events += reader.finish()
    return collected(events)
