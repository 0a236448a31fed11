"""Frames that differ from the one before in nothing but one piece of text are not read anew.

Nearly all frames of a stream are such: around a few new words a vendor repeats ids, model and
choices byte for byte. What stands before and after the words is learnt from a frame that was read
the slow way; of a frame with the same beginning and end the words alone are read.

Why that is the same: a JSON text is read from left to right, so where one string has been shown to
be the member that grows (another one was put in its place, and was found there), any other whole
string in its place is that member too, and everything else is what it was. OpenAI fills one member
more with random letters, so that nobody can tell the words from a frame's length; no reader reads
it.
"""

import re
from collections.abc import Callable
from typing import Any, Generic, TypeVar

import orjson

_LONGEST = 1 << 16
"""Larger frames are few, and readers are stricter with them."""
_PROBE = "learning where the words are"
_PROBE_JSON = orjson.dumps(_PROBE)
_VALUE = re.compile(rb'[ \t]*:[ \t]*("[^"\\]*+(?:\\.[^"\\]*+)*+")', re.DOTALL)
_PADDING = re.compile(rb'"obfuscation"[ \t]*:[ \t]*"([0-9A-Za-z]*)"')
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
    """

    __slots__ = (
        "_begin",
        "_end",
        "_from",
        "_least",
        "_middle",
        "_paid",
        "_pause",
        "_to",
        "_waits",
        "grows",
    )

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
        self._paid = 0
        """Frames read quickly since the last learning."""
        self._pause = 0
        """Frames between two learnings; grows as long as learning does not pay."""
        self._waits = 0

    def words_in(self, frame: bytes) -> str:
        """Empty when the frame has to be read in full; then all that was learnt is forgotten."""
        if not self._begin:
            return ""
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
                pass
            else:
                self._paid += 1
                return words
        self._forget()
        return ""

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
            if _stands_there(name, data_of(begin + _PROBE_JSON[1:-1] + end), growing):
                self._keep(begin, end, grows)
                return
        self._wait_longer()

    def _keep(self, begin: bytes, end: bytes, grows: T) -> None:
        padding = _PADDING.search(end)
        self._middle = end[: padding.start(1)] if padding is not None else b""
        self._begin, self._end, self.grows = begin, end, grows
        if padding is not None:
            self._end = end[padding.end(1) :]
        self._least = len(begin) + len(self._middle) + len(self._end)
        self._from, self._to = len(begin) - 1, 1 - len(end)
        self._paid = 0

    def _padded_to(self, frame: bytes) -> int:
        """Where the words end in a frame with padding; 0 when this is none like the one learnt."""
        stop = len(frame) - len(self._end)
        at = frame.rfind(self._middle, self._from + 2, stop)
        padding = frame[at + len(self._middle) : stop]
        return at + 1 if at > 0 and (padding.isalnum() or not padding) else 0

    def _forget(self) -> None:
        self._begin = b""
        if self._paid < _PAYS_FROM:
            self._wait_longer()
        else:
            self._pause = 0

    def _wait_longer(self) -> None:
        self._pause = min(2 * self._pause + 1, _LONGEST_PAUSE)
        self._waits = self._pause


def _stands_there(
    name: str, data: bytes, growing: Callable[[dict[str, Any]], Growing[T] | None]
) -> bool:
    """Whether the string that was put into the frame is the member that grows."""
    try:
        found = growing(orjson.loads(data))
    except orjson.JSONDecodeError:
        return False
    return found is not None and found[1] == name and found[0][name] == _PROBE
