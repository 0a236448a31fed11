"""A caller that is listened to: what it is given is kept, if it turns out to be a whole answer."""

from typing_extensions import override

from llmgw_desktop.engine.caller import Caller, CallerBehind, HeaderLines
from llmgw_desktop.engine.response_cache.cache import MOST_OF_ONE


class Tape(CallerBehind):
    """Stands between the engine and a caller; all that it is told goes on at once."""

    def __init__(self, caller: Caller) -> None:
        super().__init__(caller)
        self.status = 0
        self.answer_headers: HeaderLines = ()
        self.pieces: list[bytes] = []
        self.is_stream = False
        self.is_whole = False
        self._size = 0

    @override
    async def reply(self, status: int, headers: HeaderLines, body: bytes) -> None:
        await super().reply(status, headers, body)
        self.status, self.answer_headers = status, headers
        self._note(body)
        self.is_whole = True

    @override
    async def begin(self, status: int, headers: HeaderLines) -> None:
        self.status, self.answer_headers, self.is_stream = status, headers, True
        await super().begin(status, headers)

    @override
    async def write(self, chunk: bytes) -> None:
        self._note(chunk)
        await super().write(chunk)

    @override
    async def end(self) -> None:
        await super().end()
        self.is_whole = True

    def _note(self, piece: bytes) -> None:
        """What is too long to be kept is not held either."""
        self._size += len(piece)
        if self._size <= MOST_OF_ONE:
            self.pieces.append(bytes(piece))
        else:
            self.pieces.clear()

    @property
    def is_kept_whole(self) -> bool:
        return self.is_whole and self._size <= MOST_OF_ONE
