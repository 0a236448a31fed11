"""A stream of events with what its placeholders stand for, however its bytes are cut.

Events keep their order and number, and nothing of them is lost. Where a text ends with what may be
the beginning of a placeholder, that waits for the next event of the same text; where the text ends
instead, it comes in one more event like the last, ahead of the one that ends it. Which texts go on
from event to event, and where each ends, is known for each dialect.
"""

import re
from collections.abc import Callable, Generator, Iterator, Mapping
from typing import Any

from llmgw_desktop.domain.provider import ModelProtocol
from llmgw_desktop.domain.values import value
from llmgw_desktop.wire.gemini_frames import ObjectSplitter
from llmgw_desktop.wire.guards.placeholders import Placeholders, edits_in, escaped, tree_in_steps
from llmgw_desktop.wire.json_strings import Edit, JsonString, decoded, with_edits
from llmgw_desktop.wire.sse import SseSplitter

_MOST_FRAME_BYTES = 64 * 1024 * 1024
_DATA = re.compile(rb"(?:^|[\r\n])(?:\xef\xbb\xbf)?data:[ ]?([^\r\n]*)")
_BLANK = b" \t\r\n"


class Framing:
    """All frames and the tail, joined, are what was fed."""

    def __init__(self, *, is_gemini: bool) -> None:
        self._splitter: SseSplitter | ObjectSplitter | None = None
        self._start = b""
        if not is_gemini:
            self._splitter = SseSplitter(_MOST_FRAME_BYTES)

    def feed(self, chunk: bytes) -> list[bytes]:
        if self._splitter is None:
            self._start = chunk = self._start + chunk
            begin = chunk.lstrip(_BLANK)[:1]
            if not begin:
                return []
            self._splitter = (
                ObjectSplitter(_MOST_FRAME_BYTES, keeps_all=True)
                if begin in (b"[", b"{")
                else SseSplitter(_MOST_FRAME_BYTES)
            )
        return self._splitter.feed(chunk)

    @property
    def tail(self) -> bytes:
        return self._start if self._splitter is None else self._splitter.tail

    @property
    def _is_array(self) -> bool:
        return type(self._splitter) is ObjectSplitter

    def json_span(self, frame: bytes) -> tuple[int, int]:
        """Where its JSON stands; nowhere where it has none, or on several lines."""
        if self._is_array:
            start, end = frame.find(b"{"), frame.rfind(b"}") + 1
            return (start, end) if 0 <= start < end else (0, 0)
        found = [*_DATA.finditer(frame)]
        return found[0].span(1) if len(found) == 1 else (0, 0)

    def one_more(self, frame: bytes) -> bytes:
        """A frame like an earlier one, to stand between two others."""
        return b"," + frame[frame.find(b"{") :] if self._is_array else frame


Channel = tuple[object, ...]
"""Which text goes on; the first members say of which block or choice it is."""
Ends = Callable[[Channel], bool]
"""Whether an event ends this text."""


@value(kw_only=False)
class Delta:
    """A piece of a text."""

    channel: Channel
    text: JsonString
    is_json: bool = False
    """Of a tool's arguments."""


_TEXTS_OF_ANTHROPIC = ("text", "thinking", "partial_json")
_TEXTS_OF_CHAT = ("content", "refusal", "reasoning_content", "reasoning")


def deltas_of(protocol: ModelProtocol, event: Any) -> list[Delta]:
    """Of an event as `json_strings` reads it."""
    return [*_DIALECTS[protocol][0](event)] if isinstance(event, dict) else []


def ends_of(protocol: ModelProtocol, event: Any) -> Ends:
    if not isinstance(event, dict) or event.get("error") is not None:
        return _all
    return _DIALECTS[protocol][1](event)


def _all(_: Channel) -> bool:
    return True


def _none(_: Channel) -> bool:
    return False


def _of_anthropic(event: dict[str, Any]) -> Iterator[Delta]:
    delta = event.get("delta")
    if _said(event.get("type")) == "content_block_delta" and isinstance(delta, dict):
        for name in _TEXTS_OF_ANTHROPIC:
            if isinstance(text := delta.get(name), JsonString):
                yield Delta((event.get("index"), name), text, is_json=name == "partial_json")


def _anthropic_ends(event: dict[str, Any]) -> Ends:
    kind, index = _said(event.get("type")), event.get("index")
    if kind == "content_block_stop":
        return lambda channel: channel[0] == index
    return _all if kind in ("message_delta", "message_stop", "error") else _none


def _of_chat(event: dict[str, Any]) -> Iterator[Delta]:
    for choice in _dicts(event.get("choices")):
        at, delta = choice.get("index"), choice.get("delta")
        if not isinstance(delta, dict):
            continue
        for name in _TEXTS_OF_CHAT:
            if isinstance(text := delta.get(name), JsonString):
                yield Delta((at, name), text)
        for call in (*_dicts(delta.get("tool_calls")), *_dicts([delta])):
            called = call.get("function") or call.get("function_call")
            text = called.get("arguments") if isinstance(called, dict) else None
            if isinstance(text, JsonString):
                yield Delta((at, "call", call.get("index")), text, is_json=True)


def _chat_ends(event: dict[str, Any]) -> Ends:
    """A choice's texts end with its last event, and one ends where another begins; calls may go on
    side by side."""
    ended = {
        choice.get("index")
        for choice in _dicts(event.get("choices"))
        if choice.get("finish_reason") is not None
    }
    begun: dict[object, set[object]] = {}
    for delta in _of_chat(event):
        if delta.text.end > delta.text.start:
            begun.setdefault(delta.channel[0], set()).add(delta.channel[1])

    def ends(channel: Channel) -> bool:
        now = begun.get(channel[0])
        return channel[0] in ended or (
            now is not None and channel[1] != "call" and channel[1] not in now
        )

    return ends


def _of_responses(event: dict[str, Any]) -> Iterator[Delta]:
    kind, text = _said(event.get("type")), event.get("delta")
    if kind.endswith(".delta") and isinstance(text, JsonString):
        part = event.get("content_index", event.get("summary_index"))
        yield Delta(
            (event.get("output_index"), kind, part), text, is_json=kind.endswith("arguments.delta")
        )


def _responses_ends(event: dict[str, Any]) -> Ends:
    kind, item = _said(event.get("type")), event.get("output_index")
    if kind in ("response.completed", "response.incomplete", "response.failed", "error"):
        return _all
    if kind.endswith(".done"):
        return lambda channel: channel[0] == item
    return _none


def _of_gemini(event: dict[str, Any]) -> Iterator[Delta]:
    for candidate in _dicts(event.get("candidates")):
        content = candidate.get("content")
        parts = _dicts(content.get("parts")) if isinstance(content, dict) else []
        for part in parts:
            if isinstance(text := part.get("text"), JsonString):
                yield Delta((candidate.get("index", 0), bool(part.get("thought"))), text)


def _gemini_ends(event: dict[str, Any]) -> Ends:
    """What is thought ends where something is said, and the other way about."""
    ended: set[object] = set()
    said: dict[object, set[bool]] = {}
    for candidate in _dicts(event.get("candidates")):
        at, content = candidate.get("index", 0), candidate.get("content")
        parts = _dicts(content.get("parts")) if isinstance(content, dict) else []
        if candidate.get("finishReason") is not None or any("text" not in p for p in parts):
            ended.add(at)
        said[at] = {bool(part.get("thought")) for part in parts}

    def ends(channel: Channel) -> bool:
        at, kind = channel[0], channel[1]
        return at in ended or (bool(said.get(at)) and kind not in said[at])

    return ends


def _dicts(value: Any) -> list[dict[str, Any]]:
    return [each for each in value if isinstance(each, dict)] if isinstance(value, list) else []


def _said(value: Any) -> str:
    return str(value) if isinstance(value, JsonString) else ""


_Event = dict[str, Any]
_DIALECTS: Mapping[
    ModelProtocol, tuple[Callable[[_Event], Iterator[Delta]], Callable[[_Event], Ends]]
] = {
    ModelProtocol.ANTHROPIC: (_of_anthropic, _anthropic_ends),
    ModelProtocol.OPENAI_CHAT: (_of_chat, _chat_ends),
    ModelProtocol.OPENAI_RESPONSES: (_of_responses, _responses_ends),
    ModelProtocol.CODEX: (_of_responses, _responses_ends),
    ModelProtocol.GEMINI: (_of_gemini, _gemini_ends),
}
MOST_HELD = 200
"""So many texts go on side by side in no answer; of more none is waited for."""


@value(kw_only=False)
class _Held:
    """What waits, and the event that it came in without its texts."""

    text: bytes
    before: bytes
    behind: bytes

    @property
    def event(self) -> bytes:
        return self.before + escaped(self.text) + self.behind


class UnmaskedStream:
    """Of one answer."""

    def __init__(self, protocol: ModelProtocol, placeholders: Placeholders) -> None:
        self._protocol = protocol
        self._placeholders = placeholders
        self._framing = Framing(is_gemini=protocol is ModelProtocol.GEMINI)
        self._held: dict[Channel, _Held] = {}

    def feed_in_steps(self, chunk: bytes) -> Generator[None, None, bytes]:
        told: list[bytes] = []
        for frame in self._framing.feed(chunk):
            told.append((yield from self._frame(frame)))
            yield
        return b"".join(told)

    def finish(self) -> bytes:
        """Nothing more comes."""
        held = b"".join(self._released(lambda _: True))
        return held + self._framing.tail

    def _frame(self, frame: bytes) -> Generator[None, None, bytes]:
        if not self._held and not self._placeholders.may_concern(frame):
            return frame
        start, end = self._framing.json_span(frame)
        if start == end:
            return frame
        data = frame[start:end]
        tree = yield from tree_in_steps(data)
        deltas, ends = deltas_of(self._protocol, tree), ends_of(self._protocol, tree)
        own = {delta.channel for delta in deltas}
        before = self._released(lambda channel: channel not in own and ends(channel))
        edits = [
            *self._of_deltas(frame, start, deltas, ends),
            *_moved(
                edits_in(tree, self._placeholders, {each.text.start for each in deltas}), start
            ),
        ]
        return b"".join((*before, with_edits(frame, edits)))

    def _of_deltas(self, frame: bytes, start: int, deltas: list[Delta], ends: Ends) -> list[Edit]:
        spans = [(each.text.start + start, each.text.end + start) for each in deltas]
        edits: list[Edit] = []
        last = {delta.channel: delta for delta in deltas}
        for delta, (begin, end) in zip(deltas, spans, strict=True):
            said = decoded(delta.text).text
            held = self._held.pop(delta.channel, None)
            whole = said if held is None else held.text + said
            is_end = ends(delta.channel) and delta is last[delta.channel]
            is_end = is_end or (held is None and len(self._held) >= MOST_HELD)
            ready, rest = (whole, b"") if is_end else self._placeholders.cut(whole)
            told = self._placeholders.put_back(ready, in_json=delta.is_json)
            if told != said:
                edits.append((begin, end, escaped(told)))
            if rest:
                self._held[delta.channel] = _emptied(frame, (begin, end), spans, rest)
        return edits

    def _released(self, ends: Ends) -> list[bytes]:
        events = [held.event for channel, held in self._held.items() if ends(channel)]
        self._held = {each: held for each, held in self._held.items() if not ends(each)}
        return [self._framing.one_more(event) for event in events]


def _emptied(
    frame: bytes, own: tuple[int, int], spans: list[tuple[int, int]], rest: bytes
) -> _Held:
    """The frame for one text alone: the others of it are told already."""
    edits: list[Edit] = [(*span, b"") for span in spans if span != own]
    before = [edit for edit in edits if edit[1] <= own[0]]
    behind = [(s - own[1], e - own[1], new) for s, e, new in edits if s >= own[1]]
    return _Held(rest, with_edits(frame[: own[0]], before), with_edits(frame[own[1] :], behind))


def _moved(edits: Any, by: int) -> list[Edit]:
    return [(start + by, end + by, new) for start, end, new in edits]
