"""A caller that is listened to: what it is given is kept, if it turns out to be a whole answer."""

from collections.abc import Mapping, Sequence

from llmgw_desktop.engine.caller import Caller, HeaderLines
from llmgw_desktop.engine.response_cache.cache import MOST_OF_ONE


class Tape:
    """Stands between the engine and a caller; all that it is told goes on at once."""

    def __init__(self, caller: Caller) -> None:
        self._caller = caller
        self.status = 0
        self.answer_headers: HeaderLines = ()
        self.pieces: list[bytes] = []
        self.is_stream = False
        self.is_whole = False
        self._size = 0

    @property
    def path(self) -> str:
        return self._caller.path

    @property
    def query(self) -> str:
        return self._caller.query

    @property
    def headers(self) -> Mapping[str, str]:
        return self._caller.headers

    @property
    def presented_keys(self) -> Sequence[str]:
        return self._caller.presented_keys

    def header_lines(self, name: str) -> Sequence[str]:
        return self._caller.header_lines(name)

    @property
    def address(self) -> str:
        return self._caller.address

    @property
    def is_from_here(self) -> bool:
        return self._caller.is_from_here

    @property
    def has_begun(self) -> bool:
        return self._caller.has_begun

    @property
    def is_gone(self) -> bool:
        return self._caller.is_gone

    async def read_body(self) -> bytes:
        return await self._caller.read_body()

    async def reply(self, status: int, headers: HeaderLines, body: bytes) -> None:
        await self._caller.reply(status, headers, body)
        self.status, self.answer_headers = status, headers
        self._note(body)
        self.is_whole = True

    async def begin(self, status: int, headers: HeaderLines) -> None:
        self.status, self.answer_headers, self.is_stream = status, headers, True
        await self._caller.begin(status, headers)

    async def write(self, chunk: bytes) -> None:
        self._note(chunk)
        await self._caller.write(chunk)

    async def end(self) -> None:
        await self._caller.end()
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
