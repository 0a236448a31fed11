"""The tray against a real host on a real session bus, under a virtual X server."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from llmgw_desktop.store.paths import Places
from tests.ui.plain_gateway import places_beside

_CHECKOUT = Path(__file__).resolve().parents[2]
_PROGRAM = """
import os, sys
from pathlib import Path
from PySide6.QtCore import QCoreApplication, QTimer
from llmgw_desktop.store.paths import Places
from llmgw_desktop.app.gateway.instances import Restart
from llmgw_desktop.ui.application import run_desktop
from llmgw_desktop.ui.shell.desktop_shell import DesktopShell
from tests.ui.plain_gateway import PlainGateway

places = Places.of(os.environ)
places.make()
seen = []
close = Path(sys.argv[-1]) if "--close" in sys.argv else None

def look():
    shell = QCoreApplication.instance().findChild(DesktopShell)
    if shell is None or (shell.window is None and "--hidden" not in sys.argv):
        return  # it opens once the gateway answers
    if close is not None and close.exists():
        close.unlink()
        QCoreApplication.instance().closeAllWindows()
    visible = shell.window is not None and shell.window.isVisible()
    if [visible] != seen[-1:]:
        seen.append(visible)
        print("window", visible, flush=True)

def make():
    timer = QTimer(QCoreApplication.instance())
    timer.timeout.connect(look)
    timer.start(50)
    return PlainGateway(places.access_key_file)

sys.exit(run_desktop(make, places, Restart(), hidden="--hidden" in sys.argv))
"""


def _python_with_gi() -> str:
    for python in dict.fromkeys((sys.executable, "/usr/bin/python3")):
        found = shutil.which(python)
        check = [python, "-c", "from gi.repository import Gio, GLib"]
        if found and subprocess.run(check, capture_output=True, check=False).returncode == 0:
            return python
    return ""


def _missing() -> str:
    programs = [name for name in ("dbus-daemon", "Xvfb") if shutil.which(name) is None]
    if not _python_with_gi():
        programs.append("python3-gi")
    return ", ".join(programs)


pytestmark = [
    pytest.mark.e2e,
    pytest.mark.skipif(
        bool(sys.platform != "linux" or _missing()),
        reason=f"needs Linux with a session bus and a screen; missing: {_missing() or 'nothing'}",
    ),
]


def wait_until(condition: Callable[[], object], complaint: str) -> None:
    end = time.monotonic() + 60
    while not condition():
        assert time.monotonic() < end, complaint
        time.sleep(0.05)


class Host:
    """The fake desktop's tray; started when the test says so."""

    def __init__(self, env: dict[str, str]) -> None:
        self._child = subprocess.Popen(
            [_python_with_gi(), str(Path(__file__).with_name("tray_host.py"))],
            env=env,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        assert self._read() == "ready"

    def ask(self, command: str) -> Any:
        assert self._child.stdin is not None
        self._child.stdin.write(command + "\n")
        self._child.stdin.flush()
        return self._read()

    def end(self) -> None:
        assert self._child.stdin is not None
        self._child.stdin.close()
        self._child.wait(10)
        assert self._child.stdout is not None
        self._child.stdout.close()

    def _read(self) -> Any:
        assert self._child.stdout is not None
        said = json.loads(self._child.stdout.readline())
        assert "answer" in said, said
        return said["answer"]


class Desk:
    """A session bus, a screen, and what is started on them."""

    def __init__(self, folder: Path) -> None:
        self._children: list[subprocess.Popen[str]] = []
        self.env = {**os.environ, "NO_AT_BRIDGE": "1", "XDG_RUNTIME_DIR": str(folder)}
        self.env.pop("QT_QPA_PLATFORM", None)
        bus = self._start(["dbus-daemon", "--session", "--nofork", "--print-address=1"])
        self.env["DBUS_SESSION_BUS_ADDRESS"] = _line(bus)
        screen = self._start(
            ["Xvfb", "-displayfd", "1", "-screen", "0", "1280x800x24", "-nolisten", "tcp"]
        )
        self.env["DISPLAY"] = f":{_line(screen)}"
        self.host: Host | None = None

    def start_host(self) -> Host:
        self.host = Host(self.env)
        return self.host

    def start_program(self, *words: str) -> subprocess.Popen[str]:
        env = {**self.env, "QT_QPA_PLATFORM": "xcb"}
        return self._start([sys.executable, "-c", _PROGRAM, *words], env)

    def end(self) -> None:
        if self.host is not None:
            self.host.end()
        for child in reversed(self._children):
            child.kill()
            child.communicate(timeout=10)

    def _start(
        self, command: list[str], env: dict[str, str] | None = None
    ) -> subprocess.Popen[str]:
        child = subprocess.Popen(
            command,
            env=env or self.env,
            cwd=_CHECKOUT,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            text=True,
        )
        self._children.append(child)
        return child


def _line(child: subprocess.Popen[str]) -> str:
    assert child.stdout is not None
    return child.stdout.readline().strip()


def _settings_file(env: dict[str, str]) -> Path:
    """Where the program's plain gateway looks for it, with two providers."""
    path = places_beside(Places.of(env).access_key_file).config_file
    path.parent.mkdir(parents=True)
    path.write_text(
        '[providers.work]\nkind = "groq"\n[providers.home]\nkind = "openai-compatible"\n'
        'base_url = "http://127.0.0.1:1234/v1"\nlocal = true\n'
    )
    return path


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[Desk]:
    made = Desk(tmp_path)
    yield made
    made.end()


def test_everything_can_be_done_from_the_tray(desk: Desk) -> None:
    settings = _settings_file(desk.env)
    host = desk.start_host()
    program = desk.start_program("--hidden")
    assert _line(program) == "window False"
    wait_until(lambda: host.ask("items"), "no icon in the tray")
    wait_until(lambda: "Running on" in host.ask("tooltip"), "the state is not told")
    assert host.ask("menu") == [
        "Running on 127.0.0.1:3333",
        "Open LLM Gateway",
        "Copy base URL",
        "OpenAI   http://127.0.0.1:3333/v1",
        "Anthropic   http://127.0.0.1:3333",
        "Gemini   http://127.0.0.1:3333",
        "Codex   http://127.0.0.1:3333/v1",
        "MCP   http://127.0.0.1:3333/mcp",
        "Providers",
        "work (needs a key)",
        "home",
        "Jobs",
        "All jobs",
        "New job…",
        "Pause gateway",
        "Pause for an hour",
        "Settings…",
        "Quit LLM Gateway",
    ]
    host.ask("click home")
    wait_until(lambda: "enabled = false" in settings.read_text(), "it was not switched off")
    host.ask("activate")
    assert _line(program) == "window True"
    host.ask("click Pause gateway")
    wait_until(lambda: "Resume gateway" in host.ask("menu"), "it was not paused")
    wait_until(lambda: "Paused" in host.ask("tooltip"), "it is not told that it was paused")
    host.ask("click Quit LLM Gateway")
    assert program.wait(60) == 0
    wait_until(lambda: not host.ask("items"), "the icon stayed")


def test_a_host_that_comes_up_after_us_gets_the_icon(desk: Desk) -> None:
    program = desk.start_program()
    assert _line(program) == "window True"
    host = desk.start_host()
    wait_until(lambda: host.ask("items"), "no icon in the tray")
    wait_until(lambda: "Running on" in host.ask("tooltip"), "the state is not told")
    host.ask("click Quit LLM Gateway")
    assert program.wait(60) == 0


def test_closing_leaves_it_in_the_tray_and_says_so(desk: Desk, tmp_path: Path) -> None:
    host = desk.start_host()
    program = desk.start_program("--close", str(tmp_path / "close"))
    assert _line(program) == "window True"
    wait_until(lambda: host.ask("items"), "no icon in the tray")
    wait_until(lambda: "Running on" in host.ask("tooltip"), "the state is not told")
    (tmp_path / "close").touch()
    assert _line(program) == "window False"
    wait_until(lambda: host.ask("notes"), "nothing was said")
    assert host.ask("notes") == ["LLM Gateway is still running"]
    assert program.poll() is None
    host.ask("click Open LLM Gateway")
    assert _line(program) == "window True"
