"""Which run's process holds the other end of a connection to us.

The kernel tells the socket, /proc whose it is: on Linux alone; elsewhere runs are known by their
keys only.
"""

import errno
import os
import socket
import struct
from collections.abc import Collection, Iterator, Mapping
from contextlib import suppress
from pathlib import Path
from typing import Any

from llmgw_desktop.engine.consents.programs import connection_inodes, holds_socket

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
