"""Sockets that systemd, or this program's start before, hands over."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
from pathlib import Path

import pytest

from llmgw_desktop.domain.settings.door import HttpSettings
from llmgw_desktop.engine.front.handed_sockets import fitting, handed_sockets

_CHILD = """
import os, sys
from llmgw_desktop.engine.front.handed_sockets import handed_sockets
env = dict(os.environ, LISTEN_PID=str(os.getpid()))
found = handed_sockets(env)
print(*[each.getsockname()[1] for each in found])
print(*[each.get_inheritable() for each in found], os.path.exists("/proc/self/fd/3"))
"""
_START = "exec 3<&{0} 4<&{1} 5</dev/null 6<&{2}; exec {python} -c '{child}'"


def test_those_that_listen_are_taken_and_nothing_else() -> None:
    with (
        socket.create_server(("127.0.0.1", 0)) as one,
        socket.create_server(("::1", 0), family=socket.AF_INET6) as other,
        socket.create_connection(one.getsockname()) as connected,
    ):
        numbers = [each.fileno() for each in (one, other, connected)]
        words = _START.format(*numbers, python=sys.executable, child=_CHILD)
        done = subprocess.run(
            ["/bin/bash", "-c", words],
            env={**os.environ, "LISTEN_FDS": "4"},
            cwd=Path(__file__).parents[3],
            pass_fds=numbers,
            capture_output=True,
            text=True,
            check=True,
            timeout=60,
        )
        ports, inherited = done.stdout.splitlines()
        assert ports == f"{one.getsockname()[1]} {other.getsockname()[1]}"
        assert inherited.split()[:2] == ["False", "False"]
    assert done.stderr.count("is no socket") == 1


@pytest.mark.parametrize(
    "env",
    [{}, {"LISTEN_FDS": "1"}, {"LISTEN_FDS": "1", "LISTEN_PID": "1"}, {"LISTEN_FDS": "x"}],
)
def test_what_is_meant_for_another_process_is_left_alone(env: dict[str, str]) -> None:
    assert handed_sockets(env) == ()
    if "LISTEN_PID" not in env:
        assert handed_sockets({**env, "LISTEN_PID": str(os.getpid()), "LISTEN_FDS": "-1"}) == ()


@pytest.mark.parametrize(
    ("host", "port", "fits"),
    [
        ("127.0.0.1", 0, True),
        ("127.0.0.1", None, True),
        ("localhost", None, True),
        ("127.0.0.1", 1, False),
        ("127.0.0.2", None, False),
        ("0.0.0.0", None, False),
        ("::1", 0, False),
    ],
)
def test_only_the_settings_address_is_served(host: str, port: int | None, fits: bool) -> None:
    with socket.create_server(("127.0.0.1", 0)) as handed:
        own = handed.getsockname()[1]
        settings = HttpSettings(host=host, port=own if port is None else port)
        assert (fitting([handed], settings) == [handed]) is fits
        assert (handed.fileno() == -1) is not fits
