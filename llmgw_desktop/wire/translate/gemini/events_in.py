"""A Gemini stream's bytes become events; a whole answer goes the same way.

A whole answer is one object, a stream is many. Both ways through here give the same answer.
"""

from collections.abc import Mapping
from typing import Any

from llmgw_desktop.domain.errors import UpstreamGarbage
from llmgw_desktop.domain.model.answer import (
    Answer,
    AnswerBegun,
    AnswerEnded,
    AnswerEvent,
    AnswerFailed,
    ItemBegun,
    ItemCited,
    ItemEnded,
    ItemGrew,
    Stop,
    StopKind,
    UsageTold,
)
from llmgw_desktop.domain.model.content import Item, Signature, Text, Thinking
from llmgw_desktop.domain.usage import UNKNOWN_USAGE
from llmgw_desktop.wire.answer_facts import object_in, parse_answer, word_in
from llmgw_desktop.wire.gemini_frames import GeminiFrames
from llmgw_desktop.wire.json_edits import parse_object
from llmgw_desktop.wire.translate.answer_events import collected
from llmgw_desktop.wire.translate.gemini.candidates import (
    FAILURES,
    FunctionCalls,
    failure_of,
    first_candidate,
    kind_of,
    parts_in,
    read_grounding,
    read_recitation,
    seal_in,
    stop_of,
)
from llmgw_desktop.wire.translate.gemini.part_contents import hosted_item, media_item
from llmgw_desktop.wire.translate.repeated_frame import Growing, RepeatedFrame
from llmgw_desktop.wire.translate.tools import ToolNames
from llmgw_desktop.wire.usages.gemini import searches_in, usage_of

_MOST_HELD_CHARS = 1 << 22
"""So much of a text is kept for the places of its citations."""
_MOST_SEARCHED_CHARS = 1 << 26
"""So much text is searched for such places: a hostile server cites all of it with every object."""
_MORE_THAN_PARTS = ("groundingMetadata", "citationMetadata", "finishReason")

Kind = type[Text] | type[Thinking]


class ChunkReader:
    """Feed objects, then `finish`; the end is told there, because some servers give a reason to
    finish with every object."""

    def __init__(self, names: ToolNames) -> None:
        self._calls = FunctionCalls(names)
        self._has_begun = False
        self._index = -1
        self._open: Kind | None = None
        self._seal: Signature | None = None
        """Of the open item; more of the item may not come after it."""
        self._held: list[str] = []
        self._held_chars = 0
        self._searched_chars = 0
        self._grounding: object = None
        self._usage: dict[str, Any] = {}
        self._searches = 0
        self._model: str | None = None
        self._reason: str | None = None
        self._reason_text = ""
        self._is_over = False

    def feed(self, chunk: Mapping[str, Any]) -> list[AnswerEvent]:
        """UpstreamGarbage for what is not of this protocol."""
        if self._is_over:
            return []
        events: list[AnswerEvent] = []
        if chunk.get("error"):
            self._is_over = True
            return [failure_of(chunk["error"])]
        if not self._has_begun:
            self._begin(chunk, events)
        candidate = first_candidate(chunk)
        if candidate is not None:
            self._read_candidate(candidate, events)
        elif blocked := word_in(object_in(chunk, "promptFeedback"), "blockReason"):
            self._reason = self._reason or f"blocked:{blocked}"
        if usage := chunk.get("usageMetadata"):
            self._note_usage(usage, events)
        return events

    def growing(self, chunk: Mapping[str, Any]) -> Growing[Kind] | None:
        """Of an object that was just fed: the text that alone differs in others like it."""
        candidate = None if self._is_over or chunk.get("error") else first_candidate(chunk)
        if candidate is None or any(map(candidate.get, _MORE_THAN_PARTS)):
            return None
        parts = parts_in(candidate)
        if len(parts) != 1 or not parts[0].get("text") or seal_in(parts[0]) is not None:
            return None
        return parts[0], "text", kind_of(parts[0])

    def finish(self) -> list[AnswerEvent]:
        """Nothing more comes; without a reason to finish that is no end."""
        if self._is_over or self._reason is None:
            return []
        self._is_over = True
        events: list[AnswerEvent] = []
        self._close(events)
        self._tell_usage(events)
        failure = FAILURES.get(self._reason)
        if failure is not None:
            said = f" ({self._reason_text})" if self._reason_text else ""
            events.append(AnswerFailed(message=f"{failure}{said}", kind=self._reason, status=502))
            return events
        stop = stop_of(self._reason)
        if self._calls.count and stop.kind is StopKind.END:
            stop = Stop(kind=StopKind.TOOLS, vendor_word=stop.vendor_word)
        events.append(AnswerEnded(stop=stop))
        return events

    def _begin(self, chunk: Mapping[str, Any], events: list[AnswerEvent]) -> None:
        self._has_begun = True
        answer_id = word_in(chunk, "responseId") or ""
        model = word_in(chunk, "modelVersion") or ""
        prompt = object_in(chunk, "usageMetadata").get("promptTokenCount")
        # without an id, the prompt's length tells one turn of a conversation from another
        self._model = model or None
        self._calls.seed = answer_id or f"{model}:{prompt}"
        events.append(AnswerBegun(id=answer_id, model=model))

    def _note_usage(self, usage: object, events: list[AnswerEvent]) -> None:
        """The first one is told at once, for it knows the prompt; the last one at the end."""
        if type(usage) is not dict:
            return
        is_first = not self._usage
        self._usage = usage
        if is_first:
            self._tell_usage(events)

    def _tell_usage(self, events: list[AnswerEvent]) -> None:
        usage = usage_of(
            self._usage,
            has_ended=self._reason is not None,
            searches=self._searches,
            model=self._model,
        )
        if usage != UNKNOWN_USAGE:
            events.append(UsageTold(usage=usage))

    def _read_candidate(self, candidate: Mapping[str, Any], events: list[AnswerEvent]) -> None:
        for part in parts_in(candidate):
            self._read_part(part, events)
        if grounding := candidate.get("groundingMetadata"):
            self._searches = searches_in(candidate)
            self._cite(grounding, events, is_recitation=False)
        if recited := candidate.get("citationMetadata"):
            self._cite(recited, events, is_recitation=True)
        if reason := word_in(candidate, "finishReason"):
            self._reason = reason
            self._reason_text = word_in(candidate, "finishMessage") or self._reason_text

    def _read_part(self, part: Mapping[str, Any], events: list[AnswerEvent]) -> None:
        text = part.get("text")
        seal = seal_in(part)
        if text is None and not any(type(value) is dict for value in part.values()):
            if seal is not None:
                self._seal_last(seal, events)
            return
        if text is None:
            self._read_other(part, seal, events)
        elif not isinstance(text, str):
            raise UpstreamGarbage("The provider's answer has a text that is no string.")
        elif text:
            self.grow(kind_of(part), text, events)
            self._seal = seal
        elif seal is not None:
            self._seal_last(seal, events)

    def grow(self, kind: Kind, text: str, events: list[AnswerEvent]) -> None:
        if self._open is not kind or self._seal is not None:
            self._close(events)
            self._index += 1
            events.append(ItemBegun(index=self._index, item=kind(text="")))
            self._open = kind
        events.append(ItemGrew(index=self._index, more=text))
        self.note(text)

    def note(self, text: str) -> None:
        """More of the open item, whose event somebody else tells."""
        if self._open is Text and self._held_chars < _MOST_HELD_CHARS:
            self._held.append(text)
            self._held_chars += len(text)

    def _seal_last(self, seal: Signature, events: list[AnswerEvent]) -> None:
        """A signature without a part of its own belongs to what came before."""
        if self._open is None or self._seal is not None:
            self._close(events)
            self._index += 1
            events.append(ItemBegun(index=self._index, item=Text(text="")))
            self._open = Text
        self._seal = seal

    def _close(self, events: list[AnswerEvent]) -> None:
        if self._open is not None:
            events.append(ItemEnded(index=self._index, signature=self._seal))
            self._open = self._seal = None
            self._held.clear()
            self._held_chars = 0

    def _read_other(
        self, part: Mapping[str, Any], seal: Signature | None, events: list[AnswerEvent]
    ) -> None:
        call = part.get("functionCall")
        if type(call) is dict:
            item, arguments = self._calls.read(call, seal)
            self._whole(item, events, arguments)
            return
        if part.get("thought") is True:
            return  # pictures of the way to the picture
        other = media_item(part) or hosted_item(part)
        if other is not None:
            self._whole(other, events)

    def _whole(self, item: Item, events: list[AnswerEvent], more: str = "") -> None:
        self._close(events)
        self._index += 1
        events.append(ItemBegun(index=self._index, item=item))
        if more:
            events.append(ItemGrew(index=self._index, more=more))
        events.append(ItemEnded(index=self._index))

    def _cite(self, metadata: object, events: list[AnswerEvent], *, is_recitation: bool) -> None:
        if self._open is not Text or type(metadata) is not dict or metadata == self._grounding:
            return
        if self._searched_chars > _MOST_SEARCHED_CHARS:
            return
        self._grounding = metadata
        text = "".join(self._held)
        self._held = [text]
        self._searched_chars += len(text)
        read = read_recitation if is_recitation else read_grounding
        citations = read(metadata, text)
        events += [ItemCited(index=self._index, citation=each) for each in citations]


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
