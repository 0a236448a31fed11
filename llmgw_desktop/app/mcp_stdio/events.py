"""Server-sent events out of the bytes of an answer: only what each says."""


class Events:
    """Feed it what came; it gives the data of each event that has ended."""

    def __init__(self) -> None:
        self._rest: list[bytes] = []
        self._data: list[bytes] = []

    def feed(self, piece: bytes) -> list[bytes]:
        found: list[bytes] = []
        *ends, rest = piece.split(b"\n")
        for end in ends:
            self._rest.append(end)
            line = b"".join(self._rest).removesuffix(b"\r")
            self._rest = []
            if not line:
                self._close(found)
            elif line.startswith(b"data:"):
                self._data.append(line[5:].removeprefix(b" "))
        if rest:
            self._rest.append(rest)
        return found

    def _close(self, found: list[bytes]) -> None:
        data = b"\n".join(self._data)
        self._data = []
        if data:  # without any it only says where to go on from
            found.append(data)
