"""The desktop app as a process on a screen: who answers first, what is left when it quits, and what
comes back when it was killed."""

from __future__ import annotations

import json
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from tests.support.dialects import ANTHROPIC
from tests.support.fake_clis import claude_table, make_fake_clis
from tests.support.gateway import GatewaySetup
from tests.support.raw_http import anthropic_headers, send
from tests.support.x_screen import missing_screen, shows, x_screen

pytestmark = [
    pytest.mark.e2e,
    pytest.mark.skipif(bool(missing_screen()), reason=missing_screen() or "runs"),
]
_PATIENCE_S = 90
_TITLE = "LLM Gateway"


class Desktop:
    """The program with its window, in a home of its own."""

    def __init__(self, setup: GatewaySetup, screen: Mapping[str, str]) -> None:
        self._home = setup.home
        self._said = (setup.home.parent / "said.log").open("a+")
        self.process = subprocess.Popen(
            [sys.executable, "-m", "llmgw_desktop", "desktop"],
            cwd=setup.home.parent,
            env={**setup.child_environment(), **screen},
            stdin=subprocess.DEVNULL,
            stdout=self._said,
            stderr=self._said,
        )

    @property
    def said(self) -> str:
        self._said.seek(0)
        return self._said.read()

    @property
    def url(self) -> str:
        return str(json.loads((self._home / "run" / "gateway.json").read_text())["url"]).rstrip("/")

    @property
    def is_answering(self) -> bool:
        try:
            return send(f"{self.url}/health", method="GET").status == 200
        except (OSError, ValueError):
            return False

    def until(self, is_so: Callable[[], bool]) -> float:
        """When that was."""
        ends = time.monotonic() + _PATIENCE_S
        while not is_so():
            assert self.process.poll() is None, self.said
            assert time.monotonic() < ends, self.said
            time.sleep(0.01)
        return time.monotonic()

    def call(self, method: str, path: str, body: Any = None) -> Any:
        headers = [("Authorization", f"Bearer {self.key}"), ("Content-Type", "application/json")]
        sent = None if body is None else json.dumps(body).encode()
        return json.loads(send(self.url + path, method=method, headers=headers, body=sent).body)

    def ask(self) -> int:
        body = ANTHROPIC.body("practice/echo")
        return send(
            self.url + ANTHROPIC.path, headers=anthropic_headers(self.key), body=body
        ).status

    @property
    def key(self) -> str:
        return (self._home / "run" / "access.key").read_text().strip()

    def close(self) -> None:
        self.process.kill()
        self.process.wait(_PATIENCE_S)
        self._said.close()


@pytest.fixture
def setup(tmp_path: Path) -> GatewaySetup:
    clis = make_fake_clis(tmp_path / "bin")
    made = GatewaySetup(
        home=tmp_path / "home",
        toml=claude_table(clis["claude"]),
        environment={"LLM_GATEWAY_HTTP_PORT": "0", "TMPDIR": str(tmp_path)},
    )
    made.write_config()
    return made


@contextmanager
def desktop(setup: GatewaySetup, screen: Mapping[str, str]) -> Iterator[Desktop]:
    made = Desktop(setup, screen)
    try:
        yield made
    finally:
        made.close()


def processes_of(home: Path) -> list[str]:
    """Command lines of all that have this home in their environment."""
    mark, found = f"LLMGW_HOME={home}\0".encode(), []
    for each in Path("/proc").iterdir():
        try:
            if each.name.isdigit() and mark in (each / "environ").read_bytes() + b"\0":
                found.append((each / "cmdline").read_bytes().replace(b"\0", b" ").decode())
        except OSError:
            continue
    return found


def run_job(app: Desktop, prompt: str, work: Path) -> str:
    asked = {"cli": "claude", "prompt": prompt, "workingDir": str(work)}
    return str(app.call("POST", "/v1/jobs", asked)["id"])


def state_of(app: Desktop, job: str) -> str:
    return str(app.call("GET", f"/v1/jobs/{job}")["state"])


def first_answer_s(port: int) -> float:
    """When a program that waits for the gateway has it, as it would: by asking again and again."""
    while True:
        try:
            assert send(f"http://127.0.0.1:{port}/health", method="GET").status == 200
        except OSError:
            time.sleep(0.002)
        else:
            return time.monotonic()


def test_programs_are_answered_before_the_window_is_shown(setup: GatewaySetup) -> None:
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    setup = replace(setup, environment={**setup.environment, "LLM_GATEWAY_HTTP_PORT": str(port)})
    with x_screen() as screen, ThreadPoolExecutor() as beside, desktop(setup, screen) as app:
        answered = beside.submit(first_answer_s, port)
        shown_s = app.until(lambda: shows(screen, _TITLE))
        assert answered.result(_PATIENCE_S) < shown_s
        assert app.ask() == 200


def test_nothing_is_left_when_it_quits(setup: GatewaySetup, tmp_path: Path) -> None:
    work = tmp_path / "work"
    work.mkdir()
    with x_screen() as screen, desktop(setup, screen) as app:
        app.until(lambda: app.is_answering)
        app.until(lambda: shows(screen, _TITLE))
        assert app.ask() == 200
        job = run_job(app, "answer done", work)
        app.until(lambda: state_of(app, job) == "completed")
        port = int(app.url.rpartition(":")[2])
        assert processes_of(setup.home)
        done = setup.command("quit")
        assert done.returncode == 0, done.stderr
        assert app.process.wait(_PATIENCE_S) == 0, app.said
        assert "Traceback" not in app.said
        assert not shows(screen, _TITLE)
        assert processes_of(setup.home) == []
        with pytest.raises(ConnectionRefusedError):
            socket.create_connection(("127.0.0.1", port), timeout=5).close()
    assert not (setup.home / "run" / "gateway.json").exists()
    left = [each for each in setup.home.parent.rglob("*") if each.is_socket()]
    assert left == []
    # what is locked could not be removed from under somebody: another start takes it at once
    assert setup.command("serve", "--help").returncode == 0
    assert setup.command("key", "list").returncode == 0


def test_killed_with_its_window_it_comes_up_again_with_all_that_it_had(
    setup: GatewaySetup, tmp_path: Path
) -> None:
    work = tmp_path / "work"
    work.mkdir()
    waits = f"while [ ! -e {work}/enough ]; do sleep 0.1; done; answer slept"
    with x_screen() as screen:
        with desktop(setup, screen) as app:
            app.until(lambda: app.is_answering)
            app.until(lambda: shows(screen, _TITLE))
            assert app.ask() == 200
            key = app.key
            job = run_job(app, waits, work)
            app.until(lambda: state_of(app, job) == "running")
            app.until(lambda: len(app.call("GET", "/v1/flights")["flights"]) >= 1)
            app.process.kill()
            assert app.process.wait(_PATIENCE_S) < 0
        (work / "enough").touch()
        with desktop(setup, screen) as app:
            app.until(lambda: app.is_answering)
            app.until(lambda: shows(screen, _TITLE))
            assert app.key == key, "programs go on with the key that they have"
            assert app.ask() == 200
            app.until(lambda: state_of(app, job) == "completed")
            assert len(app.call("GET", "/v1/flights")["flights"]) >= 1
            done = setup.command("quit")
            assert done.returncode == 0, done.stderr
            assert app.process.wait(_PATIENCE_S) == 0, app.said
    assert "Traceback" not in (tmp_path / "said.log").read_text()
