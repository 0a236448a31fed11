"""Which run's process holds the other end of a connection to us.

From /proc, so on Linux alone; elsewhere runs are known by their keys only.
"""

import os
from collections.abc import Collection, Iterator, Mapping
from contextlib import suppress
from pathlib import Path
from typing import Any

from llmgw_desktop.engine.consents.programs import connection_inodes, holds_socket

_PROC = Path("/proc")
_MOST = 2000
"""Processes of one run that are looked into."""


class RunProcesses:
    """For a thread: about a millisecond a run."""

    def __init__(self, proc: Path = _PROC) -> None:
        self._proc = proc

    def at(self, connection: object, keepers: Mapping[int, Any]) -> int | None:
        """The keeper (a process id) whose descendant has this connection's other end; None where
        none has. `connection`: a transport of asyncio."""
        told: Any = getattr(connection, "get_extra_info", None)
        if told is None:
            return None
        peer, own = told("peername"), told("sockname")
        if not peer or not own:
            return None
        return self.holder(str(peer[0]), int(peer[1]), int(own[1]), keepers)

    def holder(
        self, address: str, port: int, own_port: int, keepers: Collection[int]
    ) -> int | None:
        """The same by the ports of both ends."""
        try:
            inodes = connection_inodes(self._proc, address, port, own_port)
        except (OSError, ValueError):
            return None
        if not inodes:
            return None
        for keeper in keepers:
            if any(self._holds(pid, inodes) for pid in self._family(keeper)):
                return keeper
        return None

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
