"""The body of an upstream's answer as it is read: piece by piece, unpacked, watched for silence."""

import asyncio

from llmgw_desktop.domain.errors import LlmgwError, UpstreamCut, UpstreamGarbage, UpstreamTimeout
from llmgw_desktop.domain.settings import UpstreamSettings
from llmgw_desktop.engine.unpacking import ENCODINGS, Garbled, Unpacker
from llmgw_desktop.engine.upstream.answer_bounds import bound_of
from llmgw_desktop.engine.upstream.connection import BrokenAnswer, Connection, ConnectionClosed
from llmgw_desktop.engine.upstream.pool import Pool, Target
from llmgw_desktop.engine.upstream.silence import SilenceWatch

LAST_WORD_GRACE_S = 0.3
"""A stream whose protocol has said its last word may take so long to end as HTTP."""


class HttpAnswer:
    """An answer on its way; its connection is given back only when the body was read to its end."""

    def __init__(
        self,
        connection: Connection,
        pool: Pool,
        target: Target,
        provider: str,
        watch: SilenceWatch,
        settings: UpstreamSettings,
    ) -> None:
        """Raises UpstreamGarbage where the head tells already that it cannot be read."""
        self._connection = connection
        self._pool = pool
        self._target = target
        self._provider = provider
        self._idle_timeout_s = idle_timeout_s = settings.idle_timeout_s
        self._watch = watch
        watch.expect(idle_timeout_s)
        self._unpacker = _unpacker(connection.headers.get("Content-Encoding", ""), provider)
        self._bound = bound_of(connection.headers, provider, settings)
        self._has_said_all = False
        self.status = connection.status
        self.headers = connection.headers

    async def read(self) -> bytes:
        connection, watch = self._connection, self._watch
        if self._unpacker is None and (piece := connection.ready_piece()) is not None:
            return self._bound.checked(piece)  # it came with its head: nothing to watch
        watch.listen()
        try:
            if self._unpacker is None:
                return self._bound.checked(await connection.piece())
            return self._bound.checked(await self._unpacked(self._unpacker))
        except ConnectionClosed as closed:
            if watch.fell_silent and self._has_said_all:
                return b""
            raise self._broken_off() from closed
        except (BrokenAnswer, Garbled) as broken:
            raise UpstreamGarbage(f"'{self._provider}' sent a garbled body: {broken}.") from broken
        finally:
            watch.rest()

    def said_all(self) -> None:
        if not self._has_said_all:
            self._has_said_all = True
            self._watch.expect(LAST_WORD_GRACE_S)

    async def close(self) -> None:
        self._watch.end()
        self._pool.give_back(self._target, self._connection)

    async def _unpacked(self, unpacker: Unpacker) -> bytes:
        while True:
            if not unpacker.is_hungry:
                await asyncio.sleep(0)  # a few bytes may stand for very many: others have a turn
            elif packed := await self._connection.piece():
                unpacker.feed(packed)
                self._watch.listen()  # there may be nothing in it, but it is no silence
            elif unpacker.is_whole:
                return b""
            else:
                raise UpstreamCut(f"'{self._provider}' sent only a part of its compressed answer.")
            if chunk := unpacker.step():
                return chunk

    def _broken_off(self) -> LlmgwError:
        if self._watch.fell_silent:
            return UpstreamTimeout(
                f"'{self._provider}' sent nothing for {self._idle_timeout_s:g} s "
                f"in the middle of its answer."
            )
        return UpstreamCut(f"'{self._provider}' broke off in the middle of its answer.")


def _unpacker(encoding: str, provider: str) -> Unpacker | None:
    """We ask for plain bytes; some servers compress all the same."""
    encoding = encoding.strip().lower()
    if encoding in ("", "identity"):
        return None
    if encoding in ENCODINGS:
        return Unpacker(encoding)
    raise UpstreamGarbage(f"'{provider}' answered in the encoding '{encoding[:40]}' unasked.")
