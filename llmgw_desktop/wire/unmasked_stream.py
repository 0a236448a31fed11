"""A stream of events with what their placeholders stand for, however the bytes are cut.

Events keep their order and number. Where a text ends with what may be the beginning of a
placeholder, that waits for the next event of the same text; where the text ends instead, it comes
in one more event like the last, ahead of the one that ends it.
"""

from collections.abc import Generator
from dataclasses import dataclass
from typing import Any

from llmgw_desktop.domain.provider import ModelProtocol
from llmgw_desktop.wire.answer_deltas import Channel, Delta, Ends, deltas_of, ends_of
from llmgw_desktop.wire.framing import Framing
from llmgw_desktop.wire.json_strings import Edit, decoded, with_edits
from llmgw_desktop.wire.placeholders import Placeholders, escaped
from llmgw_desktop.wire.unmasked import edits_in, tree_in_steps

MOST_HELD = 200
"""So many texts go on side by side in no answer; of more none is waited for."""


@dataclass(frozen=True, slots=True)
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
