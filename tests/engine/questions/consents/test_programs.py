"""Which program waits for the browser to come back, seen in the computer's own tables."""

from __future__ import annotations

import asyncio
import getpass
import os
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import pytest

from llmgw_desktop.domain.access.consent import ConsentRequest, Peer
from llmgw_desktop.domain.access.principal import Scope
from llmgw_desktop.engine.questions.consents.program_watch import ProgramWatch
from llmgw_desktop.engine.questions.consents.programs import Programs
from llmgw_desktop.platform.processes import started_ticks
from llmgw_desktop.platform.processes_linux import has_proc

pytestmark = pytest.mark.skipif(not has_proc(), reason="the system has no /proc to look into")
PROGRAMS = Programs(started_ticks)
LISTENER = """
import socket, sys
s = socket.socket(socket.AF_INET6 if ":" in sys.argv[1] else socket.AF_INET)
s.bind((sys.argv[1], int(sys.argv[2]))); s.listen()
print(s.getsockname()[1], flush=True)
sys.stdin.read()
"""


@contextmanager
def listener(host: str = "127.0.0.1", port: int = 0) -> Iterator[tuple[int, subprocess.Popen[str]]]:
    """Another program that waits for a browser: its port and itself."""
    with subprocess.Popen(
        [sys.executable, "-c", LISTENER, host, str(port)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    ) as child:
        assert child.stdout is not None
        yield int(child.stdout.readline()), child
        assert child.stdin is not None
        child.stdin.close()


def request(redirect_uri: str, *, is_local: bool = True, port: int | None = None) -> ConsentRequest:
    return ConsentRequest(
        client_id="c",
        client_name="Claude Code",
        redirect_uri=redirect_uri,
        scopes=(Scope.MCP,),
        resource="http://127.0.0.1:3333/mcp",
        address="127.0.0.1",
        is_local=is_local,
        port=port,
    )


def test_the_program_that_listens_is_the_one_that_asks() -> None:
    with listener() as (port, child):
        peer = PROGRAMS.asking(request(f"http://localhost:{port}/callback"))
    assert peer is not None
    assert peer.pid == child.pid
    assert Path(peer.program) == Path(sys.executable).resolve()
    assert peer.user == getpass.getuser()
    assert peer.started_ticks


def test_a_browser_elsewhere_has_its_own_loopback() -> None:
    with listener() as (port, _):
        address = f"http://127.0.0.1:{port}/callback"
        assert PROGRAMS.asking(request(address)) is not None
        assert PROGRAMS.asking(request(address, is_local=False)) is None
        assert PROGRAMS.asking(request(f"https://example.com:{port}/callback")) is None


def test_who_carries_it_is_of_the_same_user(tmp_path: Path) -> None:
    """Another user's process could name this program's port, be joined to its question or to what
    was remembered of it, and read the code that passes through its own hands."""
    with listener() as (port, child), closing(socket.socket()) as browser:
        browser.connect(("127.0.0.1", port))
        own = browser.getsockname()[1]
        address = f"http://127.0.0.1:{port}/callback"
        found = PROGRAMS.asking(request(address, port=own))
        assert found is not None
        assert found.pid == child.pid
        proc = tmp_path / "proc"
        (proc / "net").mkdir(parents=True)
        for each in ("tcp", "tcp6"):
            (proc / "net" / each).write_text(_of_another_user(f"/proc/net/{each}", own))
        (proc / str(child.pid)).symlink_to(f"/proc/{child.pid}")
        elsewhere = Programs(started_ticks, proc)
        assert elsewhere.asking(request(address)) is not None
        assert elsewhere.asking(request(address, port=own)) is None
    assert PROGRAMS.asking(request(address, port=1)) is None


def _of_another_user(table: str, port: int) -> str:
    """The system's table, with what is bound to this port in other hands."""
    lines = []
    for line in Path(table).read_text().splitlines():
        fields = line.split()
        if fields[1].endswith(f":{port:04X}"):
            fields[7] = str(os.getuid() + 1)
            line = " ".join(fields)
        lines.append(line)
    return "\n".join(lines)


def test_nobody_listens() -> None:
    with closing(socket.socket()) as taken:
        taken.bind(("127.0.0.1", 0))  # without listening
        assert PROGRAMS.listening("127.0.0.1", taken.getsockname()[1]) is None


def test_two_programs_of_one_name_are_no_answer() -> None:
    """`localhost` is either of them; with the address itself it is clear who is meant."""
    with listener() as (port, first), listener("::1", port) as (_, second):
        assert PROGRAMS.listening("localhost", port) is None
        v4, v6 = PROGRAMS.listening("127.0.0.1", port), PROGRAMS.listening("::1", port)
    assert v4 is not None
    assert v6 is not None
    assert (v4.pid, v6.pid) == (first.pid, second.pid)


def test_who_listens_everywhere_is_found_too() -> None:
    with listener("0.0.0.0") as (port, child):
        peer = PROGRAMS.listening("127.0.0.1", port)
    assert peer is not None
    assert peer.pid == child.pid


def test_a_system_without_proc_knows_nobody(tmp_path: Path) -> None:
    assert Programs(started_ticks, tmp_path).listening("127.0.0.1", 80) is None


def test_broken_tables_are_no_answer(tmp_path: Path) -> None:
    (tmp_path / "net").mkdir()
    (tmp_path / "net" / "tcp").write_bytes(b"head\n\xff\xfe 1 2\n  0: short\n" + b"x" * 1000)
    assert Programs(started_ticks, tmp_path).listening("127.0.0.1", 80) is None


def test_a_number_that_another_process_got_later_is_another_program() -> None:
    me = Peer(pid=os.getpid(), program="x", started_ticks=started_ticks(os.getpid()) or 0)
    assert PROGRAMS.is_running(me)
    assert not PROGRAMS.is_running(Peer(pid=me.pid, program="x", started_ticks=1))


class TestTheWatch:
    async def test_tells_when_the_program_ends(self) -> None:
        watch, ended = ProgramWatch(PROGRAMS.is_running), asyncio.Event()
        with listener() as (port, child):
            peer = PROGRAMS.listening("127.0.0.1", port)
            assert peer is not None
            watch.watch("grant", peer, ended.set)
            await asyncio.sleep(0)
            assert not ended.is_set()
            child.kill()
            await asyncio.wait_for(ended.wait(), 20)
        assert len(watch) == 0

    async def test_of_one_that_has_ended_already_it_tells_soon(self) -> None:
        watch, ended = ProgramWatch(PROGRAMS.is_running), asyncio.Event()
        watch.watch("grant", Peer(pid=os.getpid(), program="x", started_ticks=1), ended.set)
        assert not ended.is_set()
        await asyncio.wait_for(ended.wait(), 20)

    async def test_forgets(self) -> None:
        watch, ended = ProgramWatch(PROGRAMS.is_running), asyncio.Event()
        with listener() as (port, child):
            peer = PROGRAMS.listening("127.0.0.1", port)
            assert peer is not None
            watch.watch("grant", peer, ended.set)
            watch.forget("grant")
            watch.forget("never seen")
            child.kill()
            child.wait()
            await asyncio.sleep(0.05)
        assert not ended.is_set()

    async def test_looks_now_and_then_where_there_is_no_handle(
        self, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        module = "llmgw_desktop.engine.questions.consents.program_watch"
        monkeypatch.setattr(f"{module}.watch_end", lambda pid: None)
        monkeypatch.setattr(f"{module}.LOOKS_EVERY_S", 0.01)
        alive = [True, True, True]
        watch, ended = ProgramWatch(lambda peer: bool(alive) and alive.pop()), asyncio.Event()
        watch.watch("grant", Peer(pid=1, program="x"), ended.set)
        await asyncio.wait_for(ended.wait(), 20)
        assert alive == []

    async def test_closes(self) -> None:
        watch = ProgramWatch(lambda peer: True)
        before = len(list(Path("/proc/self/fd").iterdir()))
        watch.watch("a", Peer(pid=os.getpid(), program="x"), lambda: None)
        watch.watch("b", Peer(pid=os.getpid(), program="x"), lambda: None)
        watch.close()
        assert len(watch) == 0
        assert len(list(Path("/proc/self/fd").iterdir())) == before
