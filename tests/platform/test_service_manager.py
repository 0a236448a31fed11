"""systemd hears of the gateway by datagrams, here from a real socket: when requests may come, while
the loop turns, and when it ends."""

from __future__ import annotations

import asyncio
import os
import socket
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from llmgw_desktop.platform.service_manager import ServiceManager
from tests.support.gateway import Gateway, GatewaySetup

_PATIENCE_S = 60


@pytest.fixture
def heard(tmp_path: Path) -> Iterator[socket.socket]:
    with closing(socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)) as listener:
        listener.bind(str(tmp_path / "n"))
        listener.settimeout(_PATIENCE_S)
        yield listener


def environment(heard: socket.socket, **more: str) -> dict[str, str]:
    return {"NOTIFY_SOCKET": str(heard.getsockname()), **more}


def test_ready_and_end_are_told(heard: socket.socket) -> None:
    async def serve() -> None:
        manager = ServiceManager(environment(heard))
        manager.ready("serves here")
        manager.starts_anew()
        manager.stopping()
        manager.close()
        manager.stopping()  # nobody is told any more, and nothing fails

    asyncio.run(serve())
    assert heard.recv(1000) == b"READY=1\nSTATUS=serves here"
    assert heard.recv(1000) == b"RELOADING=1\nSTATUS=starts anew"
    assert heard.recv(1000) == b"STOPPING=1"
    heard.setblocking(False)
    with pytest.raises(BlockingIOError):
        heard.recv(1000)  # no watchdog: nothing else was said


def test_the_watchdog_is_told_as_long_as_the_loop_turns(heard: socket.socket) -> None:
    async def serve() -> None:
        manager = ServiceManager(
            environment(heard, WATCHDOG_USEC="100000", WATCHDOG_PID=str(os.getpid()))
        )
        manager.ready("x")
        for expected in (b"READY=1\nSTATUS=x", b"WATCHDOG=1", b"WATCHDOG=1", b"WATCHDOG=1"):
            assert await asyncio.to_thread(heard.recv, 1000) == expected
        manager.close()

    asyncio.run(serve())


def test_an_abstract_socket_is_told_too() -> None:
    if not Path("/proc/self").exists():
        pytest.skip("this system has no abstract sockets")
    name = f"llmgw-test-{os.getpid()}"
    with closing(socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)) as listener:
        listener.bind(f"\0{name}")
        listener.settimeout(_PATIENCE_S)
        manager = ServiceManager({"NOTIFY_SOCKET": f"@{name}"})
        manager.stopping()
        assert listener.recv(1000) == b"STOPPING=1"
        manager.close()


@pytest.mark.parametrize(
    "env",
    [
        {},
        {"NOTIFY_SOCKET": ""},
        {"NOTIFY_SOCKET": "n"},
        {"NOTIFY_SOCKET": "vsock:2:1234"},
        {"NOTIFY_SOCKET": "/nowhere/at/all"},
        {"NOTIFY_SOCKET": "/" + "x" * 500},
        {"NOTIFY_SOCKET": "@\0"},
        {"WATCHDOG_USEC": "1000000"},
    ],
)
def test_where_nobody_listens_nothing_is_said(
    env: dict[str, str], heard: socket.socket, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Neither does it fail, nor is a timer set. A name that is no whole path is nobody's, though a
    socket be called so where the program stands."""
    monkeypatch.chdir(Path(str(heard.getsockname())).parent)

    async def serve() -> None:
        manager = ServiceManager(env)
        manager.ready("x")
        assert (manager._socket, manager._next) == (None, None)
        manager.stopping()
        manager.close()

    asyncio.run(serve())
    heard.setblocking(False)
    with pytest.raises(BlockingIOError):
        heard.recv(1000)


@pytest.mark.parametrize(
    ("said", "pid"), [("1000000", "1"), ("many", ""), ("-5", ""), ("0", ""), ("9" * 40, "")]
)
def test_a_watchdog_of_others_or_of_no_time_is_not_told(
    heard: socket.socket, said: str, pid: str
) -> None:
    async def serve() -> None:
        manager = ServiceManager(environment(heard, WATCHDOG_USEC=said, WATCHDOG_PID=pid))
        manager.ready("x")
        await asyncio.sleep(0)
        manager.close()

    asyncio.run(serve())
    assert heard.recv(1000).startswith(b"READY=1")
    heard.setblocking(False)
    with pytest.raises(BlockingIOError):
        heard.recv(1000)


def test_a_listener_that_has_gone_or_never_reads_stops_nobody(tmp_path: Path) -> None:
    listener = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
    listener.bind(str(tmp_path / "n"))
    manager = ServiceManager({"NOTIFY_SOCKET": str(tmp_path / "n")})
    for _ in range(10_000):  # more than its queue holds
        manager.stopping()
    listener.close()
    manager.stopping()
    manager.close()


@pytest.mark.e2e
def test_the_gateway_tells_of_its_start_its_life_and_its_end(
    heard: socket.socket, tmp_path: Path
) -> None:
    told = environment(heard, WATCHDOG_USEC="1000000")
    setup = GatewaySetup(home=tmp_path / "home", environment=told)
    setup.write_config()
    gateway = Gateway(setup)
    try:
        gateway.wait_ready()
        first = heard.recv(1000).decode()
        assert first.startswith("READY=1\nSTATUS=serves http://127.0.0.1:")
        assert heard.recv(1000) == b"WATCHDOG=1"
        assert heard.recv(1000) == b"WATCHDOG=1"
        gateway.terminate()
        said = heard.recv(1000)
        while said == b"WATCHDOG=1":
            said = heard.recv(1000)
        assert said == b"STOPPING=1"
    finally:
        gateway.wait_clean_exit()
