"""`llmgw mcp` and the real engine: started when it is needed, shared, replaced, gone at the end.

Nothing that a test starts may be left: each looks for it.
"""

from __future__ import annotations

import asyncio
import itertools
import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import aiohttp
import psutil
import pytest

from tests.support.fake_clis import claude_table, make_fake_clis
from tests.support.fake_engine import fake_engine
from tests.support.gateway import GatewaySetup, running_gateway
from tests.support.stdio_client import StdioClient, environment, stdio_client

pytestmark = [pytest.mark.e2e, pytest.mark.timeout(900)]

LINGER = ("--linger", "1")


def eventually(happens: Callable[[], Any], timeout_s: float = 60) -> Any:
    ends = time.monotonic() + timeout_s
    while not (what := happens()):
        assert time.monotonic() < ends, "it did not happen"
        time.sleep(0.05)
    return what


def of_home(home: Path) -> list[psutil.Process]:
    """All processes of this program on this home."""
    found = []
    for process in psutil.process_iter():
        try:
            if (
                "llmgw_desktop" in process.cmdline()
                and process.environ().get("LLMGW_HOME") == str(home)
                and process.status() != psutil.STATUS_ZOMBIE
            ):
                found.append(process)
        except psutil.Error:
            continue
    return found


def engines(home: Path) -> list[psutil.Process]:
    return [each for each in of_home(home) if "mcp" not in _words_of(each)]


def _words_of(process: psutil.Process) -> list[str]:
    """None of one that has ended meanwhile, which counts as no engine."""
    try:
        return process.cmdline()
    except psutil.Error:
        return ["mcp"]


@pytest.fixture(autouse=True)
def nothing_is_left(own_home: Path) -> Iterator[None]:
    yield
    try:
        eventually(lambda: not of_home(own_home), 30)
    finally:
        for process in of_home(own_home):
            process.kill()


def listed(editor: StdioClient, message_id: int) -> list[Any]:
    editor.request(message_id, "tools/list")
    tools: list[Any] = editor.answer(message_id)["result"]["tools"]
    return tools


def pid_of(home: Path) -> int:
    return int(json.loads((home / "run" / "gateway.json").read_text())["pid"])


def test_an_engine_is_started_and_ends_when_nobody_needs_it(own_home: Path) -> None:
    with stdio_client(own_home, *LINGER) as editor:
        assert "result" in editor.initialize()
        assert not engines(own_home)
        listed(editor, 1)
        (engine,) = engines(own_home)
        assert engine.pid == pid_of(own_home)
        time.sleep(2)
        assert engine.is_running(), "an editor holds on to it"
    eventually(lambda: not engines(own_home))
    assert "ended" in (own_home / "log" / "llmgw.log").read_text()
    assert not (own_home / "run" / "gateway.json").exists()


def test_editors_that_start_at_once_share_one(own_home: Path) -> None:
    editors = [StdioClient(own_home, *LINGER) for _ in range(3)]
    try:
        for editor in editors:
            editor.initialize()
        for editor in editors:
            editor.request(1, "tools/list")
        for editor in editors:
            assert "result" in editor.answer(1)
        assert len(engines(own_home)) == 1
        assert [editor.end() for editor in editors] == [0, 0, 0]
    finally:
        for editor in editors:
            editor.kill()


def test_the_engine_that_runs_is_joined_and_greets_alike(own_home: Path) -> None:
    with (
        running_gateway(GatewaySetup(home=own_home, is_fresh=True)) as gateway,
        stdio_client(own_home, *LINGER) as editor,
    ):
        ours = editor.initialize()["result"]
        listed(editor, 1)
        assert [each.pid for each in engines(own_home)] == [gateway.process.pid]
        assert asyncio.run(_greeting_over_http(gateway.url, gateway.access_key())) == ours


async def _greeting_over_http(url: str, key: str) -> Any:
    params = {
        "protocolVersion": "2025-11-25",
        "capabilities": {},
        "clientInfo": {"name": "x", "version": "1"},
    }
    asked = {"jsonrpc": "2.0", "id": 0, "method": "initialize", "params": params}
    headers = {
        "Authorization": f"Bearer {key}",
        "Accept": "application/json, text/event-stream",
    }
    async with (
        aiohttp.ClientSession() as session,
        session.post(f"{url}/mcp", json=asked, headers=headers) as reply,
    ):
        text = await reply.text()
    line = next(each for each in text.splitlines() if "{" in each)
    return json.loads(line.removeprefix("data:"))["result"]


def test_a_killed_engine_is_replaced(own_home: Path) -> None:
    with stdio_client(own_home, *LINGER) as editor:
        editor.initialize()
        listed(editor, 1)
        first = pid_of(own_home)
        os.kill(first, signal.SIGKILL)
        listed(editor, 2)
        assert pid_of(own_home) != first
        assert len(engines(own_home)) == 1


@pytest.mark.parametrize("command", ["desktop", "serve"])
def test_the_app_takes_over_and_editors_follow(own_home: Path, command: str) -> None:
    with stdio_client(own_home, *LINGER) as editor:
        editor.initialize()
        listed(editor, 1)
        first = pid_of(own_home)
        app = subprocess.Popen(
            [sys.executable, "-m", "llmgw_desktop", command],
            cwd=own_home.parent,
            env=environment(own_home, QT_QPA_PLATFORM="offscreen", XDG_RUNTIME_DIR="/tmp"),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.PIPE,
        )
        try:
            eventually(lambda: _pid_or_none(own_home) == app.pid)
            eventually(lambda: not psutil.pid_exists(first))
            editor.notification("notifications/tools/list_changed")
            listed(editor, 2)
            assert [each.pid for each in engines(own_home)] == [app.pid]
        finally:
            app.send_signal(signal.SIGTERM)
            _, said = app.communicate(timeout=30)
        assert app.returncode == 0, said
    assert b"Traceback" not in said


def _pid_or_none(home: Path) -> int | None:
    try:
        return pid_of(home)
    except (OSError, ValueError):
        return None


WAITS = "begin; touch $HOME/began; until [ -e $HOME/go ]; do sleep 0.05; done; answer 'it is done'"


@pytest.fixture
def person(own_home: Path, tmp_path: Path) -> Path:
    """The HOME of runs; Claude Code is one whose prompts are scripts."""
    program = make_fake_clis(tmp_path / "bin")["claude"]
    setup = GatewaySetup(home=own_home, toml=claude_table(program))
    setup.write_config()
    return own_home.parent / "user-home"


def starts(person: Path) -> int:
    return len((person / "asked").read_text().splitlines())


def collected(editor: StdioClient, home: Path) -> str:
    """What the one job there is has answered, when it has ended."""
    (folder,) = (home / "data" / "jobs").iterdir()
    numbers = itertools.count(100)

    def result() -> str:
        number = next(numbers)
        editor.call(number, "llm_job_result", jobId=folder.name)
        told = json.dumps(editor.answer(number)["result"])
        return told if "it is done" in told else ""

    return str(eventually(result))


def test_a_run_outlives_its_editor_and_is_collected_by_the_next(
    own_home: Path, person: Path
) -> None:
    with stdio_client(own_home, *LINGER) as editor:
        editor.initialize()
        editor.call(1, "claude_request", prompt=WAITS)
        eventually((person / "began").exists)
        assert editor.end() == 0
    time.sleep(2.5)
    assert len(engines(own_home)) == 1, "it stays while a run goes on"
    (person / "go").touch()
    eventually(lambda: not engines(own_home))
    with stdio_client(own_home, *LINGER) as editor:
        editor.initialize()
        assert collected(editor, own_home)
    assert starts(person) == 1


def test_a_run_that_goes_on_over_a_change_of_engine_is_not_started_twice(
    own_home: Path, person: Path
) -> None:
    with stdio_client(own_home, *LINGER) as editor:
        editor.initialize()
        editor.call(1, "claude_request", prompt=WAITS)
        eventually((person / "began").exists)
        with running_gateway(GatewaySetup(home=own_home, toml=_as_it_is(own_home), is_fresh=True)):
            answer = editor.answer(1)
            assert "result" in answer, answer
            told = json.dumps(answer["result"])
            assert "deferred" in told, "who waits is told that it goes on, and how it is collected"
            (person / "go").touch()
            assert collected(editor, own_home)
    assert starts(person) == 1


def _as_it_is(home: Path) -> str:
    return (home / "config" / "config.toml").read_text()


def test_a_gateway_that_a_person_serves_is_not_taken_over(own_home: Path) -> None:
    setup = GatewaySetup(home=own_home, is_fresh=True)
    with running_gateway(setup) as gateway:
        assert setup.command("serve").returncode == 3
        assert gateway.process.poll() is None


def test_settings_that_are_wrong_are_told_to_the_editor(own_home: Path) -> None:
    config = own_home / "config" / "config.toml"
    config.parent.mkdir(parents=True)
    config.write_text("[recorder]\nlevel = 'some'\n")
    with stdio_client(own_home) as editor:
        editor.initialize()
        editor.request(1, "tools/list")
        wrong = editor.answer(1)["error"]["message"]
        assert "line 2" in wrong
        assert str(config) in wrong


@pytest.mark.parametrize("mode", ["auto", "legacy"])
def test_the_official_client_speaks_through_it(own_home: Path, mode: str) -> None:
    told = with_the_sdk(own_home, mode, "no_such_tool")
    assert told["name"] == "llmgw"
    assert told["version"] == ("2026-07-28" if mode == "auto" else "2025-11-25")
    assert told["is_error"] is True


@pytest.mark.parametrize("mode", ["auto", "legacy"])
def test_the_official_client_is_told_of_progress_and_may_cancel(own_home: Path, mode: str) -> None:
    with fake_engine(own_home) as engine:
        told = with_the_sdk(own_home, mode, "slow")
        assert told["progress"] == [1, 2]
        assert told["is_error"] is False
        if mode == "auto":
            assert len(engine.left) == 1
        else:
            assert "notifications/cancelled" in engine.methods()


def with_the_sdk(home: Path, mode: str, tool: str) -> dict[str, Any]:
    done = subprocess.run(
        [sys.executable, "-m", "tests.support.sdk_over_stdio", str(home), mode, tool],
        cwd=Path(__file__).parents[2],
        env=environment(home),
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    told: dict[str, Any] = json.loads(done.stdout)
    return told
