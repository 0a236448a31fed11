"""The only way out of a run without a network: a socket in its folder, which leads to our door and
nowhere else. Whose socket it is says whose requests come by it."""

import asyncio
import logging
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from urllib.parse import urlsplit

from llmgw_desktop.engine.tasks import Tasks

_PIECE = 64 * 1024
_log = logging.getLogger(__name__)


class RunDoors:
    """On the loop. `own_url`: of our door, empty while it is shut."""

    def __init__(self, own_url: Callable[[], str]) -> None:
        self._own_url = own_url
        self._servers: dict[str, asyncio.Server] = {}
        self._by_port: dict[int, str] = {}
        self._tasks = Tasks()

    def job_of(self, port: int) -> str:
        """Whose connection to us comes from this port; empty: nobody's that we know."""
        return self._by_port.get(port, "")

    async def open(self, job_id: str, place: Path) -> None:
        """Once more, after a restart of ours, does no harm."""
        if job_id in self._servers:
            return

        def came(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            self._tasks.start(self._joined(job_id, reader, writer), name=f"a request of {job_id}")

        self._servers[job_id] = await asyncio.start_unix_server(came, place)

    def shut(self, job_id: str) -> None:
        if (server := self._servers.pop(job_id, None)) is not None:
            server.close()

    async def close(self) -> None:
        for job_id in tuple(self._servers):
            self.shut(job_id)
        await self._tasks.stop()

    async def _joined(
        self, job_id: str, reader: asyncio.StreamReader, writer: asyncio.StreamWriter
    ) -> None:
        port = 0
        try:
            told = urlsplit(self._own_url())
            far_reader, far_writer = await asyncio.open_connection(told.hostname, told.port)
            port = far_writer.get_extra_info("sockname")[1]
            self._by_port[port] = job_id
            await asyncio.gather(_pass_on(reader, far_writer), _pass_on(far_reader, writer))
            far_writer.close()
        except (OSError, ValueError) as error:
            _log.info("a request of %s could not be passed on: %s", job_id, error)
        finally:
            self._by_port.pop(port, None)
            writer.close()


async def _pass_on(source: asyncio.StreamReader, target: asyncio.StreamWriter) -> None:
    with suppress(OSError):
        while piece := await source.read(_PIECE):
            target.write(piece)
            await target.drain()
    with suppress(OSError, RuntimeError):
        target.write_eof()
