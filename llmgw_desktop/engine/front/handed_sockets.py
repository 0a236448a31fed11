"""Listening sockets that this program was started with: by its own start before this one, or by
systemd. Whoever connects meanwhile waits in their queue and is not refused.

As systemd hands them: `LISTEN_FDS` many from number 3 on, meant for the process `LISTEN_PID`.
"""

import logging
import os
import socket
from collections.abc import Iterable, Mapping
from ipaddress import ip_address

from llmgw_desktop.domain.settings.door import HttpSettings
from llmgw_desktop.platform.environment import IS_POSIX

FIRST = 3
_MOST = 64
_LOCALHOST = frozenset({"127.0.0.1", "::1"})
_log = logging.getLogger(__name__)


def handed_sockets(env: Mapping[str, str]) -> tuple[socket.socket, ...]:
    """Those of TCP that listen; others are left alone. None is passed on to a child."""
    count, pid = env.get("LISTEN_FDS", ""), env.get("LISTEN_PID", "")
    if not IS_POSIX or pid != str(os.getpid()) or not count.isdecimal():
        return ()
    found = (_listening(FIRST + at) for at in range(min(int(count), _MOST)))
    return tuple(each for each in found if each is not None)


def environment_for(count: int) -> dict[str, str]:
    """For this very process, once it has become its next start."""
    return {"LISTEN_FDS": str(count), "LISTEN_PID": str(os.getpid())}


def fitting(handed: Iterable[socket.socket], settings: HttpSettings) -> list[socket.socket]:
    """Those of the address that the settings name; the others are closed."""
    fits: list[socket.socket] = []
    for each in handed:
        host, port = each.getsockname()[:2]
        if settings.port in (0, port) and _is_host(host, settings.host):
            fits.append(each)
        else:
            _log.warning("a socket that was handed over is of another address: %s:%d", host, port)
            each.close()
    return fits


def _listening(number: int) -> socket.socket | None:
    try:
        os.set_inheritable(number, False)
        found = socket.socket(fileno=os.dup(number))
        os.close(number)
        is_ours = found.family in (socket.AF_INET, socket.AF_INET6)
        if is_ours and found.getsockopt(socket.SOL_SOCKET, socket.SO_ACCEPTCONN):
            return found
        found.close()
    except OSError as error:
        _log.warning("what was handed over as number %d is no socket: %s", number, error)
    return None


def _is_host(host: str, named: str) -> bool:
    if named == "localhost":
        return host in _LOCALHOST
    try:
        return ip_address(host) == ip_address(named)
    except ValueError:
        return False
