"""Bytes of a pipe into lines, none of them longer than may be."""


class Lines:
    """Feed it what was read; it gives whole lines, and None for each that was too long."""

    def __init__(self, longest: int) -> None:
        self._longest = longest
        self._parts: list[bytes] = []
        self._size = 0
        self._skips = False
        """The line that is being read is too long: nothing of it is kept."""

    def feed(self, data: bytes) -> list[bytes | None]:
        *ends, rest = data.split(b"\n")
        found = [line for end in ends if (line := self._end(end)) != b""]
        self._keep(rest)
        return found

    def _end(self, last: bytes) -> bytes | None:
        self._keep(last)
        line = None if self._skips else b"".join(self._parts).strip()
        self._parts, self._size, self._skips = [], 0, False
        return line

    def _keep(self, part: bytes) -> None:
        self._size += len(part)
        if self._size > self._longest:
            self._parts, self._skips = [], True
        elif part:
            self._parts.append(part)
