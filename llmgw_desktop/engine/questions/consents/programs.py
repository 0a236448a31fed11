"""Which program of this computer listens where a browser will be sent back to.

From /proc, so on Linux alone; elsewhere, and for programs that cannot be looked into, the answer is
that it is not known. Everything here reads many files: off the loop.
"""

import os
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from urllib.parse import urlsplit

from llmgw_desktop.domain.access.consent import ConsentRequest, Peer, read_redirect
from llmgw_desktop.domain.values import value
from llmgw_desktop.platform.processes import user_name

_PROC = Path("/proc")
_LISTENING, _CONNECTED = "0A", "01"
_TABLE_BYTES = 8 * 1024 * 1024
_SEARCH_S = 3.0
"""Of processor time: on a busy computer a program is not to go unknown for that."""
_V4, _V6 = "0100007F", "00000000000000000000000001000000"
_ANY_V4, _ANY_V6, _MAPPED_V4 = "0" * 8, "0" * 32, "0000000000000000FFFF00000100007F"
_REACHED_BY = {
    "127.0.0.1": ({_V4, _MAPPED_V4}, {_ANY_V4, _ANY_V6}),
    "::1": ({_V6}, {_ANY_V6}),
    "localhost": ({_V4, _MAPPED_V4, _V6}, {_ANY_V4, _ANY_V6}),
}
"""By the host of an address: who listens there, and who does where none of those is. In the
letters of /proc, on computers whose lowest byte comes first, as all are that we run on."""

_ENDS = {
    "127.0.0.1": {_V4, _MAPPED_V4},
    "::ffff:127.0.0.1": {_V4, _MAPPED_V4},
    "::1": {_V6},
}
"""By the address that the other end sees."""


@value(kw_only=False)
class _Socket:
    inode: str
    uid: int


class Programs:
    """`started_ticks` tells when a process started; None where it is not there."""

    def __init__(self, started_ticks: Callable[[int], int | None], proc: Path = _PROC) -> None:
        self._started_ticks = started_ticks
        self._proc = proc

    def asking(self, request: ConsentRequest) -> Peer | None:
        """The browser only carries what a program asks: it is the one that waits for the answer.
        None for a browser elsewhere, whose loopback is not ours, and for one of another user: who
        holds the browser's end reads the answer before any program does."""
        redirect = read_redirect(request.redirect_uri)
        if not (redirect.is_loopback and request.is_local) or redirect.port is None:
            return None
        host = urlsplit(request.redirect_uri).hostname or ""
        found = self.listening(host, redirect.port)
        if found is None or request.port is None:
            return found
        return found if self._users_at(request.port) == {found.user} else None

    def _users_at(self, port: int) -> set[str]:
        """Who holds connections from this port of our own."""
        try:
            return {user_name(each.uid) for _, each in self._bound_to(port, _CONNECTED)}
        except (OSError, ValueError):
            return set()

    def listening(self, host: str, port: int) -> Peer | None:
        """None as well where several programs could be meant."""
        try:
            found = {self._holder(each) for each in self._sockets(host, port)}
        except (OSError, ValueError):
            return None
        return found.pop() if len(found) == 1 else None

    def connected(self, address: str, port: int) -> Peer | None:
        """Who has come to us from there; None where several programs hold that end."""
        ends = _ENDS.get(address, set())
        try:
            found = {
                self._holder(end) for at, end in self._bound_to(port, _CONNECTED) if at in ends
            }
        except (OSError, ValueError):
            return None
        return found.pop() if len(found) == 1 else None

    def is_running(self, peer: Peer) -> bool:
        return self._started_ticks(peer.pid) == peer.started_ticks

    def _sockets(self, host: str, port: int) -> list[_Socket]:
        exactly, at_least = _REACHED_BY[host]
        listening = list(self._bound_to(port, _LISTENING))
        exact = [each for address, each in listening if address in exactly]
        return exact or [each for address, each in listening if address in at_least]

    def _bound_to(self, port: int, state: str) -> Iterator[tuple[str, _Socket]]:
        for fields in _table(self._proc):
            if fields[3] == state:
                address, _, written = fields[1].rpartition(":")
                if int(written, 16) == port:
                    yield address, _Socket(fields[9], int(fields[7]))

    def _holder(self, socket: _Socket) -> Peer | None:
        """The oldest one, where a program's children have it too."""
        wanted, give_up_s = f"socket:[{socket.inode}]", time.thread_time() + _SEARCH_S
        holders = []
        for name in os.listdir(self._proc):  # noqa: PTH208 - a Path for each costs more than the look
            if time.thread_time() > give_up_s:
                return None
            process = f"{self._proc}/{name}"
            if name.isdigit() and _is_of(process, socket.uid) and _holds(process, wanted):
                holders.append(self._peer(int(name), Path(process), socket.uid))
        known = [peer for peer in holders if peer is not None]
        return min(known, key=lambda peer: (peer.started_ticks, peer.pid), default=None)

    def _peer(self, pid: int, process: Path, uid: int) -> Peer | None:
        started = self._started_ticks(pid)
        try:
            program = str((process / "exe").readlink())
        except OSError:
            return None
        if started is None or self._started_ticks(pid) != started:
            return None
        return Peer(pid=pid, program=program, user=user_name(uid), started_ticks=started)


def listening_sockets(proc: Path = _PROC) -> Iterator[tuple[str, int]]:
    """Each with its inode and its port."""
    for fields in _table(proc):
        if fields[3] == _LISTENING:
            yield fields[9], int(fields[1].rpartition(":")[2], 16)


def listening_ports(pid: int, proc: Path = _PROC) -> set[int]:
    """Of this process, as far as they can be seen."""
    listening = listening_sockets(proc)
    return {port for inode, port in listening if holds_socket(proc, pid, inode)}


def connection_inodes(proc: Path, address: str, port: int, other_port: int) -> set[str]:
    """Of the ends at `address` and `port`, on loopback, of connections with `other_port`. Raises
    ValueError for a table that is none."""
    ours = _ENDS.get(address)
    if ours is None:
        return set()
    found = set()
    for fields in _table(proc):
        if fields[3] == _LISTENING or not fields[1].endswith(f":{port:04X}"):
            continue
        at = fields[1].rpartition(":")[0]
        if at in ours and int(fields[2].rpartition(":")[2], 16) == other_port:
            found.add(fields[9])
    return found


def holds_socket(proc: Path, pid: int, inode: str) -> bool:
    """Whether this process has it, as far as that can be seen."""
    return _holds(f"{proc}/{pid}", f"socket:[{inode}]")


def _table(proc: Path) -> Iterator[list[str]]:
    """The lines of all TCP sockets, in their columns."""
    for name in ("tcp", "tcp6"):
        try:
            with (proc / "net" / name).open("rb") as file:
                lines = file.read(_TABLE_BYTES).decode("ascii", "replace").splitlines()
        except OSError:
            continue
        for line in lines[1:]:
            fields = line.split()
            if len(fields) > 9:
                yield fields


def _is_of(process: str, uid: int) -> bool:
    try:
        return os.stat(process).st_uid == uid  # noqa: PTH116
    except OSError:
        return False


def _holds(process: str, wanted: str) -> bool:
    try:
        handles = os.listdir(f"{process}/fd")  # noqa: PTH208
        return any(_link(f"{process}/fd/{handle}") == wanted for handle in handles)
    except OSError:  # gone meanwhile, or not to be looked into
        return False


def _link(path: str) -> str:
    """Handles come and go while they are looked at."""
    try:
        return os.readlink(path)  # noqa: PTH115 - there are thousands
    except OSError:
        return ""
