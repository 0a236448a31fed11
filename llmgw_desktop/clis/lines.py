"""Whole lines out of bytes that come in any pieces.

They are cut as bytes and decoded whole: a character that two pieces share is not broken.
"""

LONGEST_LINE = 32 * 1024 * 1024


class Lines:
    """Cuts at newlines. A line longer than `longest` is thrown away and counted, so that what
    writes without a newline cannot fill the memory."""

    __slots__ = ("_begun", "_is_lost", "_longest", "_size", "lost")

    def __init__(self, longest: int = LONGEST_LINE) -> None:
        self._longest = longest
        self._begun: list[bytes] = []
        """Pieces of a line, joined once: a long one that comes in small pieces stays linear."""
        self._size = 0
        self._is_lost = False
        self.lost = 0
        """Lines that were too long."""

    def feed(self, chunk: bytes) -> list[bytes]:
        """The lines that are whole now, without their newlines."""
        first, *others = chunk.split(b"\n")
        self._add(first)
        if not others:
            return []
        lines = self._taken()
        begun = others.pop()
        if len(chunk) > self._longest:
            for other in others:
                self._add(other)
                lines += self._taken()
        else:
            lines += others
        self._add(begun)
        return lines

    def rest(self) -> bytes:
        """What came behind the last newline; nothing more is to come."""
        return b"".join(self._taken())

    def _add(self, piece: bytes) -> None:
        self._size += len(piece)
        if self._size > self._longest and not self._is_lost:
            self._begun.clear()
            self._is_lost = True
            self.lost += 1
        if piece and not self._is_lost:
            self._begun.append(piece)

    def _taken(self) -> list[bytes]:
        line, is_lost = b"".join(self._begun), self._is_lost
        self._begun.clear()
        self._size = 0
        self._is_lost = False
        return [] if is_lost else [line]
