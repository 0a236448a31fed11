"""Which run a connection is of: by the process that holds it, or by the door that was opened for
the run alone.
"""

import asyncio
import errno
import logging
import os
import socket
import struct
from collections.abc import Callable, Collection, Iterator, Mapping
from contextlib import suppress
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from llmgw_desktop.engine.loop.tasks import Tasks
from llmgw_desktop.engine.questions.consents.programs import connection_inodes, holds_socket
from llmgw_desktop.platform.channels import serve_locally

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

        self._servers[job_id] = await serve_locally(came, place)

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


End = tuple[str, int]
"""Of a connection: address and port."""
_PROC = Path("/proc")
_MOST = 2000
"""Processes of one run that are looked into."""
_NETLINK_DIAG = 4
_BY_FAMILY, _REQUEST, _ERROR = 20, 1, 2
_PATIENCE_S = 1.0
_HEAD = struct.Struct("=IHHII")
"""Of a message of netlink: length, type, flags, number, sender."""
_ASK = struct.Struct("=BBBBI")
"""Family, protocol, what else is wanted, nothing, states."""
_TELL_BYTES = 4 + 48 + 12
"""Of the answer before user and inode: the socket's ends and its queues."""


class RunProcesses:
    """For a thread: a millisecond for some runs."""

    def __init__(self, proc: Path = _PROC) -> None:
        self._proc = proc
        self.can_tell = (proc / "self" / "fd").is_dir()

    def at(self, connection: object, keepers: Mapping[int, Any]) -> int | None:
        """The keeper (a process id) whose descendant has this connection's other end; None where
        none has. `connection`: a transport of asyncio."""
        told: Any = getattr(connection, "get_extra_info", None)
        if told is None:
            return None
        peer, own = told("peername"), told("sockname")
        if not peer or not own:
            return None
        return self.holder((str(peer[0]), int(peer[1])), (str(own[0]), int(own[1])), keepers)

    def holder(self, other: End, own: End, keepers: Collection[int]) -> int | None:
        """The same by both ends."""
        try:
            inodes = self._inodes(other, own)
        except (OSError, ValueError):
            return None
        if not inodes:
            return None
        for keeper in keepers:
            if any(self._holds(pid, inodes) for pid in self._family(keeper)):
                return keeper
        return None

    def _inodes(self, other: End, own: End) -> set[str]:
        """The table of all sockets takes 10 ms to read, and says the same."""
        if self._proc == _PROC and (told := _told_by_kernel(other, own)) is not None:
            return told
        return connection_inodes(self._proc, other[0], other[1], own[1])

    def _holds(self, pid: int, inodes: Collection[str]) -> bool:
        return any(holds_socket(self._proc, pid, inode) for inode in inodes)

    def _family(self, keeper: int) -> Iterator[int]:
        """It and its descendants; what has left it for another parent is not among them."""
        waiting, seen = [keeper], {keeper}
        while waiting and len(seen) < _MOST:
            pid = waiting.pop()
            yield pid
            for child in self._children(pid):
                if child not in seen:
                    seen.add(child)
                    waiting.append(child)

    def _children(self, pid: int) -> Iterator[int]:
        """Of each of its threads."""
        with suppress(OSError):
            for thread in os.listdir(f"{self._proc}/{pid}/task"):  # noqa: PTH208 - quicker
                with suppress(OSError), open(f"{self._proc}/{pid}/task/{thread}/children") as file:  # noqa: PTH123
                    yield from map(int, file.read().split())


def _told_by_kernel(other: End, own: End) -> set[str] | None:
    """The socket at the other end of a connection; None where the kernel is not to be asked. A
    program may come from any address of loopback."""
    family = socket.AF_INET6 if ":" in other[0] else socket.AF_INET
    if not hasattr(socket, "AF_NETLINK"):
        return None
    places = [socket.inet_pton(family, each[0]).ljust(16, b"\0") for each in (other, own)]
    ends = struct.pack("!HH", other[1], own[1]) + b"".join(places)
    asked = _ASK.pack(family, socket.IPPROTO_TCP, 0, 0, 0xFFFFFFFF) + ends
    asked += struct.pack("=III", 0, 0xFFFFFFFF, 0xFFFFFFFF)
    message = _HEAD.pack(_HEAD.size + len(asked), _BY_FAMILY, _REQUEST, 1, 0) + asked
    try:
        with socket.socket(socket.AF_NETLINK, socket.SOCK_RAW, _NETLINK_DIAG) as kernel:
            kernel.settimeout(_PATIENCE_S)
            kernel.send(message)
            answer = kernel.recv(4096)
        kind = _HEAD.unpack_from(answer)[1]
        if kind == _BY_FAMILY:
            _, inode = struct.unpack_from("=II", answer, _HEAD.size + _TELL_BYTES)
            return {str(inode)} if inode else set()
        (code,) = struct.unpack_from("=i", answer, _HEAD.size)
    except (OSError, struct.error):
        return None
    return set() if kind == _ERROR and code == -errno.ENOENT else None
