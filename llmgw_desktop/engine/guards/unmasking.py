"""A caller whose answers say again what was hidden from the upstream.

It stands behind the recorder and the kept answers, so that both have placeholders. A chunk in is a
chunk out; only what may be the beginning of a placeholder waits for what comes next.
"""

from collections.abc import Generator, Mapping

from typing_extensions import override

from llmgw_desktop.domain.provider import ModelProtocol
from llmgw_desktop.engine.caller import Caller, CallerBehind, HeaderLines
from llmgw_desktop.engine.turns import Turns
from llmgw_desktop.wire.placeholders import Placeholders
from llmgw_desktop.wire.unmasked import answer_in_steps
from llmgw_desktop.wire.unmasked_stream import UnmaskedStream

_HEAVY_BYTES = 32 * 1024


class Unmasking(CallerBehind):
    """Of one request."""

    def __init__(
        self, caller: Caller, values: Mapping[bytes, bytes], protocol: ModelProtocol, turns: Turns
    ) -> None:
        super().__init__(caller)
        self._placeholders = Placeholders(values)
        self._protocol = protocol
        self._turns = turns
        self._stream: UnmaskedStream | None = None

    @override
    async def reply(self, status: int, headers: HeaderLines, body: bytes) -> None:
        if self._placeholders.may_concern(body):
            body = await self._taken(len(body), answer_in_steps(body, self._placeholders))
        await super().reply(status, headers, body)

    @override
    async def begin(self, status: int, headers: HeaderLines) -> None:
        self._stream = UnmaskedStream(self._protocol, self._placeholders)
        await super().begin(status, headers)

    @override
    async def write(self, chunk: bytes) -> None:
        stream = self._stream
        if stream is None:
            await super().write(chunk)
        elif told := await self._taken(len(chunk), stream.feed_in_steps(bytes(chunk))):
            await super().write(told)

    @override
    async def end(self) -> None:
        if self._stream is not None and (rest := self._stream.finish()):
            await super().write(rest)
        await super().end()

    async def _taken(self, size: int, steps: Generator[None, None, bytes]) -> bytes:
        if size > _HEAVY_BYTES:
            return await self._turns.take(steps)
        while True:
            try:
                next(steps)
            except StopIteration as end:
                told: bytes = end.value
                return told
