"""Frames that differ from the one before in nothing but one piece of text are not read anew.

Nearly all frames of a stream are such: around a few new words a vendor repeats ids, model and
choices byte for byte. What stands before and after the words is learnt from a frame that was read
the slow way; of a frame with the same beginning and end the words alone are read.

Why that is the same: a JSON text is read from left to right, so where one string has been shown to
be the member that grows (another one was put in its place, and was found there), any other whole
string in its place is that member too, and everything else is what it was. OpenAI fills one member
more with random letters, so that nobody can tell the words from a frame's length; no reader reads
it. Events of Responses are numbered: the next number is expected in the place where one was shown
to stand, and no reader reads that either.
"""

import re
from collections.abc import Callable, Sequence
from typing import Any, Generic, TypeVar

import orjson

from llmgw_desktop.domain.errors import UpstreamGarbage
from llmgw_desktop.domain.model.answer import AnswerEvent, ItemGrew
from llmgw_desktop.wire.json_values import STRING
from llmgw_desktop.wire.sse import SseSplitter

_LONGEST = 1 << 16
"""Larger frames are few, and readers are stricter with them."""
_PROBE = "learning where the words are"
_PROBE_JSON = orjson.dumps(_PROBE)
_VALUE = re.compile(rb"[ \t]*:[ \t]*(%b)" % STRING, re.DOTALL)
_PADDING = re.compile(rb'"obfuscation"[ \t]*:[ \t]*"([0-9A-Za-z]*)"')
_NUMBER = re.compile(rb'"sequence_number"[ \t]*:[ \t]*(0|[1-9][0-9]{0,17})(?![0-9.eE])')
_PAYS_FROM = 4
"""So many frames read quickly are worth the learning."""
_LONGEST_PAUSE = 255

T = TypeVar("T")
Growing = tuple[dict[str, Any], str, T]
"""The object with the member that grows; the member's name; what it lets grow, for the reader."""


class RepeatedFrame(Generic[T]):
    """What the last frame of a stream said around its words; for one stream.

    Ask `words_in` for each frame. When it has none read the frame in full, and when that is done
    let it be learnt. What is learnt is good only for frames that follow at once: a frame that
    was read in full may have changed what the same bytes mean.

    A chunk that is such a frame as a whole need not even become an event: `more_in` gives its
    words, once `settle` has seen that the stream stands between two frames.
    """

    grows: T
    """What the words belong to, as the frame said that was learnt; only when there are words."""

    def __init__(self) -> None:
        self._begin = b""
        """Up to and with the quote before the words; empty when nothing is learnt."""
        self._end = b""
        """From the quote after the words on, or from the one after the padding on."""
        self._middle = b""
        """From the quote after the words to the one before the padding, where there is padding."""
        self._least = self._from = self._to = 0
        self._around: tuple[bytes, bytes] | None = None
        """What stands before and after the number, where frames are numbered."""
        self._is_before = False
        """The number stands in `_begin`, not in `_end`."""
        self._number = 0
        """The one that is expected."""
        self._is_settled = False
        self._paid = 0
        """Frames read quickly since the last learning."""
        self._pause = 0
        """Frames between two learnings; grows as long as learning does not pay."""
        self._waits = 0

    @property
    def is_learnt(self) -> bool:
        """Only then there is `grows`."""
        return self._begin != b""

    def words_in(self, frame: bytes) -> str:
        """Empty when the frame has to be read in full; then all that was learnt is forgotten."""
        if not self._begin:
            return ""
        words = self._words(frame)
        if not words:
            self._forget()
        return words

    def more_in(self, chunk: bytes) -> str:
        """The words of a chunk that is one frame and lets the item grow that `settle` told.

        Empty for any other, and then nothing has changed: it has to be fed.
        """
        return self._words(chunk) if self._is_settled else ""

    def settle(self, events: Sequence[AnswerEvent], *, is_between: bool) -> int:
        """After each chunk that was fed: the item that `more_in` lets grow, -1 for none.

        `is_between`: nothing is left of the chunk, and another frame like its last one would let
        its item grow by just the words. Where frames come several at a time they go on to do so,
        and nothing is settled.
        """
        last = events[0] if len(events) == 1 and is_between and self._begin else None
        self._is_settled = type(last) is ItemGrew
        return last.index if type(last) is ItemGrew else -1

    def learn(
        self,
        frame: bytes,
        payload: dict[str, Any],
        growing: Callable[[dict[str, Any]], Growing[T] | None],
        data_of: Callable[[bytes], bytes],
    ) -> None:
        """From a frame that was just read in full.

        `data_of` gives the frame's JSON. `growing` finds the member with the words, or None where
        the payload, if it came again with other words, would do more than let one item grow.
        """
        if self._waits:
            self._waits -= 1
            return
        found = growing(payload)
        if found is None or len(frame) >= _LONGEST:
            return
        holder, name, grows = found
        at = frame.rfind(b'"%b"' % name.encode())
        literal = _VALUE.match(frame, at + len(name) + 2) if at >= 0 else None
        if literal is not None and holder[name] != _PROBE:
            begin, end = frame[: literal.start(1) + 1], frame[literal.end(1) - 1 :]
            number = payload.get("sequence_number")
            if type(number) is int:
                is_learnt = self._learn_numbered(
                    begin, end, found=found, number=number + 1, growing=growing, data_of=data_of
                )
            else:
                is_learnt = _stands_there(_probed(begin, end, data_of), name, growing)
                if is_learnt:
                    self._keep(begin, end, grows)
            if is_learnt:
                return
        self._wait_longer()

    def _learn_numbered(
        self,
        begin: bytes,
        end: bytes,
        *,
        found: Growing[T],
        number: int,
        growing: Callable[[dict[str, Any]], Growing[T] | None],
        data_of: Callable[[bytes], bytes],
    ) -> bool:
        """With the number that the next frame will have in the place of this one's."""
        is_before = (place := _NUMBER.search(begin)) is not None
        place = place or _NUMBER.search(end)
        if place is None or (_PADDING.search(end) is not None and not is_before):
            return False
        holder = begin if is_before else end
        around = holder[: place.start(1)], holder[place.end(1) :]
        told = b"%b%d%b" % (around[0], number, around[1])
        begin, end = (told, end) if is_before else (begin, told)
        probed = _probed(begin, end, data_of)
        if not _stands_there(probed, found[1], growing) or _number_in(probed) != number:
            return False
        self._keep(begin, end, found[2])
        self._around, self._is_before, self._number = around, is_before, number
        return True

    def _keep(self, begin: bytes, end: bytes, grows: T) -> None:
        padding = _PADDING.search(end)
        self._middle = end[: padding.start(1)] if padding is not None else b""
        self._begin, self._end, self.grows = begin, end, grows
        if padding is not None:
            self._end = end[padding.end(1) :]
        self._least = len(begin) + len(self._middle) + len(self._end)
        self._from, self._to = len(begin) - 1, 1 - len(end)
        self._around = None
        self._paid = 0

    def _words(self, frame: bytes) -> str:
        """Empty for a frame that is not like the one that was learnt."""
        if (
            self._least < len(frame) < _LONGEST
            and frame.startswith(self._begin)
            and frame.endswith(self._end)
        ):
            to = self._padded_to(frame) if self._middle else self._to
            try:
                # one whole string with its quotes, or the parser refuses
                words: str = orjson.loads(frame[self._from : to])
            except orjson.JSONDecodeError:
                return ""
            self._paid += 1
            if self._around is not None:
                self._count_on(self._around)
            return words
        return ""

    def _count_on(self, around: tuple[bytes, bytes]) -> None:
        """The next frame has the next number."""
        self._number += 1
        told = b"%b%d%b" % (around[0], self._number, around[1])
        if self._is_before:
            self._begin, self._from = told, len(told) - 1
        else:
            self._end, self._to = told, 1 - len(told)

    def _padded_to(self, frame: bytes) -> int:
        """Where the words end in a frame with padding; 0 when this is none like the one learnt."""
        stop = len(frame) - len(self._end)
        at = frame.rfind(self._middle, self._from + 2, stop)
        padding = frame[at + len(self._middle) : stop]
        return at + 1 if at > 0 and (padding.isalnum() or not padding) else 0

    def _forget(self) -> None:
        self._begin = b""
        self._is_settled = False
        if self._paid < _PAYS_FROM:
            self._wait_longer()
        else:
            self._pause = 0

    def _wait_longer(self) -> None:
        self._pause = min(2 * self._pause + 1, _LONGEST_PAUSE)
        self._waits = self._pause


class FrameReader(Generic[T]):
    """What readers of server-sent events share; what a frame says is read by the codecs."""

    __slots__ = ("_repeated", "_splitter", "grown")

    def __init__(self, most_frame_bytes: int) -> None:
        self._splitter = SseSplitter(most_frame_bytes)
        self._repeated: RepeatedFrame[T] = RepeatedFrame()
        self.grown = -1

    def feed(self, chunk: bytes) -> list[AnswerEvent]:
        events: list[AnswerEvent] = []
        splitter = self._splitter
        frames = splitter.feed(chunk)
        if splitter.has_overflowed:
            raise UpstreamGarbage("The provider's stream has a frame that is too long.")
        for frame in frames:
            self._frame(frame, events)
        is_between = self._goes_on(events) and splitter.is_between(chunk)
        self.grown = self._repeated.settle(events, is_between=is_between)
        return events

    def more(self, chunk: bytes) -> str:
        return self._repeated.more_in(chunk)

    def finish(self) -> list[AnswerEvent]:
        events: list[AnswerEvent] = []
        try:
            self._frame(self._splitter.tail, events)
        except UpstreamGarbage:
            return []  # half a frame: the stream was cut
        self._end(events)
        return events

    def _end(self, events: list[AnswerEvent]) -> None:
        """All frames have come, and none was torn."""

    def _frame(self, frame: bytes, events: list[AnswerEvent]) -> None:
        raise NotImplementedError

    def _goes_on(self, events: list[AnswerEvent]) -> bool:
        """Whether a frame like the last one would let its item grow by just the words in it."""
        raise NotImplementedError


def _probed(begin: bytes, end: bytes, data_of: Callable[[bytes], bytes]) -> dict[str, Any] | None:
    """What the frame would say with other words in it."""
    try:
        told = orjson.loads(data_of(begin + _PROBE_JSON[1:-1] + end))
    except orjson.JSONDecodeError:
        return None
    return told if type(told) is dict else None


def _stands_there(
    probed: dict[str, Any] | None,
    name: str,
    growing: Callable[[dict[str, Any]], Growing[T] | None],
) -> bool:
    """Whether the string that was put into the frame is the member that grows."""
    found = None if probed is None else growing(probed)
    return found is not None and found[1] == name and found[0][name] == _PROBE


def _number_in(probed: dict[str, Any] | None) -> object:
    return None if probed is None else probed.get("sequence_number")
