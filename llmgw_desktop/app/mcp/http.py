"""The little HTTP that it takes to speak with our own engine on this computer.

One connection a request: closing it is how a call of the newer era is canceled, so it is closed a
moment after an answer, not with it. A library for all this would be most of this program's memory.
"""

import asyncio
from collections.abc import AsyncIterator, Mapping
from urllib.parse import urlsplit

from llmgw_desktop.store.run_file import own_context

_LONGEST_HEAD = 1 << 16
_PIECE = 1 << 16
_FAREWELL_S = 0.25
"""A server that is left sooner may take what it has just answered for canceled."""


class NotReached(Exception):
    """Nobody listens: nothing of the request has been seen by anybody."""


class BrokenOff(Exception):
    """The connection ended in the middle: what was asked for may have been done."""


class EngineAnswer:
    """The head of an answer; its body comes as it arrives."""

    def __init__(
        self, status: int, headers: Mapping[str, str], reader: asyncio.StreamReader
    ) -> None:
        self.status = status
        self.headers = headers
        """By names in lower case."""
        self._reader = reader
        self.is_settled = False
        """Whatever is asked for has come."""

    @property
    def is_stream(self) -> bool:
        return self.headers.get("content-type", "").startswith("text/event-stream")

    async def whole(self) -> bytes:
        body = b"".join([piece async for piece in self.pieces()])
        self.is_settled = True
        return body

    async def pieces(self) -> AsyncIterator[bytes]:
        """Raises BrokenOff."""
        try:
            if self.headers.get("transfer-encoding", "").lower() == "chunked":
                async for piece in self._chunks():
                    yield piece
            elif (length := self.headers.get("content-length")) is not None:
                yield await self._reader.readexactly(int(length))
            elif self.status not in (202, 204):  # these have none
                while piece := await self._reader.read(_PIECE):
                    yield piece
        except (OSError, EOFError, ValueError) as error:
            raise BrokenOff from error

    async def _chunks(self) -> AsyncIterator[bytes]:
        while size := int((await self._reader.readuntil(b"\n")).split(b";")[0], 16):
            left = size
            while left:
                piece = await self._reader.read(min(left, _PIECE))
                if not piece:
                    raise EOFError
                left -= len(piece)
                yield piece
            await self._reader.readuntil(b"\n")


class EngineExchange:
    """`async with Exchange(…) as answer`: leaving it closes the connection."""

    def __init__(
        self,
        method: str,
        url: str,
        headers: Mapping[str, str],
        body: bytes = b"",
        *,
        certificate: str = "",
    ) -> None:
        """`certificate`: the file of the one that the engine shows, where it speaks TLS."""
        parts = urlsplit(url)
        self._address = (parts.hostname or "", parts.port or (443 if certificate else 80))
        self._certificate = certificate
        path = f"{parts.path}?{parts.query}" if parts.query else parts.path
        head = {
            "Host": parts.netloc,
            "Content-Length": str(len(body)),
            **headers,
        }
        lines = [f"{method} {path} HTTP/1.1", *(f"{name}: {told}" for name, told in head.items())]
        self._request = "\r\n".join([*lines, "", ""]).encode("latin-1", "replace") + body
        self._writer: asyncio.StreamWriter | None = None
        self._answer: EngineAnswer | None = None

    async def __aenter__(self) -> EngineAnswer:
        """Raises NotReached, BrokenOff."""
        try:
            reader, self._writer = await asyncio.open_connection(
                *self._address,
                limit=_LONGEST_HEAD,
                ssl=own_context(self._certificate) if self._certificate else None,
            )
        except OSError as error:
            raise NotReached from error
        try:
            self._writer.write(self._request)
            await self._writer.drain()
            self._answer = await _answer(reader)
        except (OSError, EOFError, ValueError, asyncio.LimitOverrunError) as error:
            self._writer.close()
            raise BrokenOff from error
        except asyncio.CancelledError:
            self._writer.close()
            raise
        return self._answer

    async def __aexit__(self, *_: object) -> None:
        if self._writer is None:
            return
        if self._answer is not None and self._answer.is_settled:
            asyncio.get_running_loop().call_later(_FAREWELL_S, self._writer.close)
        else:
            self._writer.close()


async def _answer(reader: asyncio.StreamReader) -> EngineAnswer:
    head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1")
    first, *lines = head.rstrip().split("\r\n")
    pairs = (line.partition(":") for line in lines)
    headers = {name.strip().lower(): told.strip() for name, _, told in pairs}
    return EngineAnswer(int(first.split(" ", 2)[1]), headers, reader)


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
