"""Heads of answers that come again: a local server says the same with each one, and what is known
by its bytes is not read again. Whether it is good HTTP was found out when it came first."""

from collections import deque

from multidict import CIMultiDict

PIECE_COST_BYTES = 64
"""What a piece costs in memory beside its bytes."""
_MOST_LEARNT = 4
"""One after the other in vain: vendors' heads have a number, and none is as the one before."""
_LONGEST_KNOWN = 2048
_LENGTH = "content-length"
_FRAMING = frozenset({_LENGTH, "transfer-encoding", "trailer", "upgrade"})


class KnownAnswer:
    """Of an answer of HTTP/1.1 that came whole, and after which its connection went on."""

    __slots__ = ("_raw", "_size", "head_bytes", "headers", "lines", "status")

    def __init__(
        self, status: int, lines: list[tuple[str, str]], raw: bytes, body_bytes: int
    ) -> None:
        self.status = status
        self.lines = lines
        self.headers: CIMultiDict[str] = CIMultiDict(lines)
        self.head_bytes = len(raw)
        self._raw = raw
        self._size = len(raw) + body_bytes

    @classmethod
    def of(cls, status: int, lines: list[tuple[str, str]], data: bytes) -> "KnownAnswer | None":
        """`data`: all that came of it; None where its body is not framed by one length alone."""
        end = data.find(b"\r\n\r\n") + len(b"\r\n\r\n")
        raw, body_bytes = data[:end], len(data) - end
        if not raw.startswith(b"HTTP/1.1 2") or raw.count(b"\n") != raw.count(b"\r\n"):
            return None
        framing = [(name.lower(), text) for name, text in lines if name.lower() in _FRAMING]
        if end > _LONGEST_KNOWN or not body_bytes or framing != [(_LENGTH, str(body_bytes))]:
            return None
        return cls(status, lines, raw, body_bytes)

    def is_in(self, data: bytes) -> bool:
        """Whether `data` is this head with the whole of a body, and nothing besides."""
        return len(data) == self._size and data.startswith(self._raw)


class AnswersAgain:
    """Of one connection: it knows the head that it learnt last."""

    status: int
    is_in_head: bool
    _lines: list[tuple[str, str]]
    _pieces: deque[bytes]
    _held_bytes: int
    _is_whole: bool
    _is_old: bool
    _keeps_alive: bool

    def __init__(self) -> None:
        super().__init__()
        self._known: KnownAnswer | None = None
        self._learnt = 0
        self._known_headers: CIMultiDict[str] | None = None
        """Of the answer that is being read, where its head came again."""

    def _came_again(self, data: bytes) -> bool:
        """Whether `data`, which came first of an answer, is all of it, below the known head: then
        it is read, and its parser need not see it."""
        known = self._known
        if known is None or not known.is_in(data):
            return False
        self._learnt = 0
        self.status, self._lines, self._known_headers = known.status, known.lines, known.headers
        self.is_in_head = self._is_old = False
        self._is_whole = self._keeps_alive = True
        piece = data[known.head_bytes :]
        self._pieces.append(piece)
        self._held_bytes += len(piece) + PIECE_COST_BYTES
        return True

    def _learn(self, data: bytes) -> None:
        """`data`: all that came of an answer that was read well."""
        if self._keeps_alive and self._learnt < _MOST_LEARNT:
            self._learnt += 1
            self._known = KnownAnswer.of(self.status, self._lines, data)
