"""Who a replay's answer is told to: nobody, or whoever looks at it."""

from collections.abc import Mapping, Sequence

from multidict import CIMultiDict
from typing_extensions import override

from llmgw_desktop.engine.exchange.caller import HeaderLines
from llmgw_desktop.wire.native.replay import ReplayRequest

MOST_HEARD = 8 * 1024 * 1024
"""Bytes of an answer that is looked at."""


class ReplayCaller:
    """One replay. What it is told is only counted: the flight's record has it."""

    presented_keys: Sequence[str] = ()
    is_gone = False
    address = ""
    is_from_here = True
    connection: object | None = None

    def __init__(self, asked: ReplayRequest) -> None:
        self.path = asked.path
        self.query = asked.query
        self.headers: Mapping[str, str] = CIMultiDict(asked.headers)
        self.has_begun = False
        self._body = asked.body

    def header_lines(self, name: str) -> Sequence[str]:
        return [self.headers[name]] if name in self.headers else []

    async def read_body(self) -> bytes:
        return self._body

    async def reply(self, status: int, headers: HeaderLines, body: bytes) -> None:
        self.has_begun = True

    async def begin(self, status: int, headers: HeaderLines) -> None:
        self.has_begun = True

    async def write(self, chunk: bytes) -> None:
        """Whoever asks looks at the record."""

    async def end(self) -> None:
        """Nothing is waited for."""


class HearingCaller(ReplayCaller):
    """One replay whose answer is looked at, as far as it is kept."""

    def __init__(self, asked: ReplayRequest) -> None:
        super().__init__(asked)
        self.heard = b""
        self.is_whole = True

    @override
    async def reply(self, status: int, headers: HeaderLines, body: bytes) -> None:
        await super().reply(status, headers, body)
        await self.write(body)

    @override
    async def write(self, chunk: bytes) -> None:
        if len(self.heard) + len(chunk) > MOST_HEARD:
            self.is_whole = False
        else:
            self.heard += chunk
