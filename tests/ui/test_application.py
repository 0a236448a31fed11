"""The desktop program as a process of its own: how it starts and all the ways in which it ends.

Programs with a plain gateway show what the application does; the real one stands at the end.
"""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
import urllib.request
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Protocol

import pytest

from tests.ui.prepared_python import prepared_python

_CHECKOUT = Path(__file__).resolve().parents[2]
_IMPORTS = """
import llmgw_desktop.ui  # first, as in the program: it says how Qt is read in
import asyncio, os, sys
from pathlib import Path
from PySide6.QtCore import QCoreApplication, QTimer
from PySide6.QtWidgets import QApplication
from llmgw_desktop.domain.errors import ConfigError
from llmgw_desktop.store.paths import Places
from llmgw_desktop.app.gateway.instances import Restart
from llmgw_desktop.ui.application import end_session, run_desktop
from llmgw_desktop.ui.shell.desktop_shell import DesktopShell
from llmgw_desktop.ui.window.main_window import MainWindow
from tests.ui.plain_gateway import PlainGateway
"""
_PROGRAM = """
during = None

class SlowGateway(PlainGateway):
    async def start(self):
        await super().start()
        print("started", flush=True)

    async def stop(self):
        print("stopping", flush=True)
        if during:
            QTimer.singleShot(50, during)
        await asyncio.sleep(0.3)
        await super().stop()
        print("stopped", flush=True)

def shell():
    return QCoreApplication.instance().findChild(DesktopShell)

def then(do):
    QTimer.singleShot(600, do)

places = Places.of(os.environ)
places.make()
def make():
    global during
    {act}
    return SlowGateway(places.access_key_file)

def tell(problem, settings_file):
    print("told", problem, settings_file == places.config_file, flush=True)

code = run_desktop(make, places, Restart(), hidden={hidden}, tell=tell)
print("code", code, flush=True)
sys.exit(code)
"""


class RunProgram(Protocol):
    """`act` runs while the gateway is made; the answer is exit code, printed lines, stderr."""

    def __call__(self, act: str, *, hidden: bool = False) -> tuple[int, list[str], str]: ...


@pytest.fixture(scope="module")
def run_program(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunProgram]:
    with prepared_python(_IMPORTS, tmp_path_factory.mktemp("programs")) as python:

        def run(act: str, *, hidden: bool = False) -> tuple[int, list[str], str]:
            source = _IMPORTS + _PROGRAM.format(act=act, hidden=hidden)
            code, out, err = python.outcome_of(source)
            return code, out.splitlines(), err

        yield run


ORDERLY = (0, ["started", "stopping", "stopped", "code 0"])


@pytest.mark.e2e
@pytest.mark.parametrize(
    "act",
    [
        pytest.param("then(lambda: shell().quit())", id="quit"),
        pytest.param("then(lambda: shell().window.close())", id="closed without a tray"),
        pytest.param("then(lambda: QCoreApplication.quit())", id="the system asks to quit"),
        pytest.param("then(lambda: QApplication.closeAllWindows())", id="all windows closed"),
        pytest.param("then(lambda: os.kill(os.getpid(), 15))", id="SIGTERM"),
        pytest.param("then(lambda: os.kill(os.getpid(), 2))", id="SIGINT"),
    ],
)
def test_every_end_is_an_orderly_one(run_program: RunProgram, act: str) -> None:
    code, lines, stderr = run_program(act)
    assert (code, lines) == ORDERLY, stderr


@pytest.mark.e2e
@pytest.mark.parametrize("is_one_folder", [True, False])
def test_a_program_with_a_qt_of_its_own_takes_no_plugins_of_another(
    is_one_folder: bool, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whatever it starts gets the name of theirs all the same."""
    monkeypatch.setenv("QT_PLUGIN_PATH", str(tmp_path))
    source = f"""{_IMPORTS}
from llmgw_desktop.ui.application import make_application
sys.frozen = {is_one_folder}
app = make_application()
named = os.environ["QT_PLUGIN_PATH"]
print(named, named in app.libraryPaths())
"""
    with prepared_python(_IMPORTS, tmp_path) as python:
        code, out, err = python.outcome_of(source)
    assert code == 0, err
    assert out == f"{tmp_path} {not is_one_folder}\n"


@pytest.mark.e2e
def test_the_end_of_the_session_is_answered_when_the_gateway_has_stopped(
    run_program: RunProgram,
) -> None:
    act = "then(lambda: (end_session(shell(), None), print('may be killed now', flush=True)))"
    code, lines, stderr = run_program(act)
    assert code == 0, stderr
    assert lines.index("stopped") < lines.index("may be killed now")


TRAY = (
    "import llmgw_desktop.ui.application as a, llmgw_desktop.ui.shell.tray as t;"
    " a.Tray = lambda icons: t.Tray(icons, lambda: True);"
)
"""As on a desktop that has one."""
STOPPING = "during = lambda: {}"
"""While the gateway is stopping."""


@pytest.mark.e2e
@pytest.mark.parametrize(
    "act",
    [
        pytest.param(
            "then(lambda: (shell().window.close(), QCoreApplication.quit()))", id="close and quit"
        ),
        pytest.param(
            "then(lambda: (QCoreApplication.quit(), shell().window.close()))", id="quit and close"
        ),
        *(
            pytest.param(f"then(lambda: {first}); " + STOPPING.format(second), id=name)
            for name, first, second in (
                ("quit during a quit", "shell().quit()", "shell().quit()"),
                ("the system during a quit", "shell().quit()", "QCoreApplication.quit()"),
                ("a quit during the system's", "QCoreApplication.quit()", "shell().quit()"),
                ("the system twice", "QCoreApplication.quit()", "QCoreApplication.quit()"),
                ("windows during a quit", "shell().quit()", "QApplication.closeAllWindows()"),
                ("close during a quit", "shell().quit()", "shell().window.close()"),
                ("SIGTERM during a quit", "shell().quit()", "os.kill(os.getpid(), 15)"),
                ("a quit during SIGTERM", "os.kill(os.getpid(), 15)", "shell().quit()"),
                (
                    "SIGINT during the system's",
                    "QCoreApplication.quit()",
                    "os.kill(os.getpid(), 2)",
                ),
                ("SIGTERM twice", "os.kill(os.getpid(), 15)", "os.kill(os.getpid(), 15)"),
                ("a quit while it closes", "shell().window.close()", "QCoreApplication.quit()"),
            )
        ),
        pytest.param(
            TRAY + "then(lambda: QCoreApplication.quit())", id="the system, where closing hides"
        ),
        pytest.param(
            TRAY + "then(lambda: (shell().window.close(), QCoreApplication.quit()))",
            id="the system, when the window was put away",
        ),
        pytest.param(
            TRAY + "then(lambda: shell().window.close());"
            " QTimer.singleShot(900, lambda: os.kill(os.getpid(), 15))",
            id="SIGTERM, when the window was put away",
        ),
    ],
)
def test_two_ends_at_once_are_one(run_program: RunProgram, act: str) -> None:
    code, lines, stderr = run_program(act)
    assert (code, lines) == ORDERLY, stderr
    assert "Traceback" not in stderr


@pytest.mark.e2e
def test_the_end_of_the_session_during_a_quit_waits_for_that(run_program: RunProgram) -> None:
    act = "then(lambda: shell().quit()); " + STOPPING.format(
        "(end_session(shell(), None), print('may be killed now', flush=True))"
    )
    code, lines, stderr = run_program(act)
    assert code == 0, stderr
    assert lines == ["started", "stopping", "stopped", "may be killed now", "code 0"]


@pytest.mark.e2e
def test_a_quit_while_the_session_ends_leaves_nothing_half_done(run_program: RunProgram) -> None:
    """Qt ends every loop then, also that in which the session's end is waited for."""
    act = "then(lambda: end_session(shell(), None)); " + STOPPING.format("QCoreApplication.quit()")
    code, lines, stderr = run_program(act)
    assert (code, lines) == ORDERLY, stderr


@pytest.mark.e2e
def test_what_a_slot_raises_is_logged_and_the_program_goes_on(run_program: RunProgram) -> None:
    act = "then(lambda: 1 / 0); QTimer.singleShot(900, lambda: shell().quit())"
    code, lines, stderr = run_program(act)
    assert (code, lines) == ORDERLY
    assert "ZeroDivisionError" in stderr


@pytest.mark.e2e
def test_a_hidden_start_without_a_tray_shows_the_window(run_program: RunProgram) -> None:
    act = "then(lambda: (print(shell().window.isVisible()), shell().quit()))"
    code, lines, stderr = run_program(act, hidden=True)
    assert (code, lines[1]) == (0, "True"), stderr


@pytest.mark.e2e
def test_what_making_the_gateway_raises_comes_out(run_program: RunProgram) -> None:
    code, lines, stderr = run_program("raise OSError('the disk is gone')")
    assert (code, lines) == (1, [])
    assert "OSError: the disk is gone" in stderr


@pytest.mark.e2e
def test_settings_that_cannot_be_used_are_told_before_it_ends(run_program: RunProgram) -> None:
    act = "raise ConfigError('no value', file='config.toml', line=1)"
    code, lines, stderr = run_program(act)
    assert (code, lines) == (1, ["told config.toml, line 1: no value True"])
    assert "ConfigError: config.toml, line 1" in stderr


class Program:
    """The real one, on a home of its own."""

    def __init__(self, home: Path, *words: str, **env: str) -> None:
        self.home = home
        self._env = {
            **os.environ,
            "LLMGW_HOME": str(home),
            "LLM_GATEWAY_HTTP_PORT": "0",
            "QT_QPA_PLATFORM": "offscreen",
            **env,
        }
        self._child = self._start(*words)

    @property
    def run_file(self) -> Path:
        return self.home / "run" / "gateway.json"

    def url(self) -> str:
        wait_until(self.run_file.exists, "it did not come up")
        return str(json.loads(self.run_file.read_text())["url"])

    def again(self, *words: str) -> tuple[int, str]:
        """A second start on the same home."""
        second = self._start(*words)
        _, said = second.communicate(timeout=30)
        return second.returncode, said

    def end(self) -> tuple[int, str]:
        if self._child.poll() is None:
            self._child.send_signal(signal.SIGTERM)
        _, said = self._child.communicate(timeout=20)
        return self._child.returncode, said

    def _start(self, *words: str) -> subprocess.Popen[str]:
        return subprocess.Popen(
            [sys.executable, "-m", "llmgw_desktop", *words],
            env=self._env,
            cwd=_CHECKOUT,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.PIPE,
            text=True,
        )


def wait_until(condition: Callable[[], object], complaint: str) -> None:
    end = time.monotonic() + 90
    while not condition():
        assert time.monotonic() < end, complaint
        time.sleep(0.02)


@pytest.fixture
def home(tmp_path: Path) -> Path:
    return tmp_path / "home"


@pytest.mark.e2e
def test_the_real_program_answers_is_found_by_a_second_start_and_ends_clean(home: Path) -> None:
    program = Program(home)
    try:
        with urllib.request.urlopen(f"{program.url()}/health") as answer:
            assert json.load(answer)["status"] == "ok"
        wait_until((home / "config").exists, "no config folder")
        code, said = program.again()
        assert code == 0, said
    finally:
        started = time.monotonic()
        code, said = program.end()
    assert code == 0, said
    assert time.monotonic() - started < 5
    assert not program.run_file.exists()
    assert "Traceback" not in said


@pytest.mark.e2e
@pytest.mark.skipif(sys.platform == "win32", reason="there is no signal for it")
def test_the_program_with_windows_restarts_as_itself(home: Path) -> None:
    program = Program(home)
    try:
        url, before = program.url(), json.loads(program.run_file.read_text())
        code, said = program.again("restart")
        assert code == 0, said
        after = json.loads(program.run_file.read_text())
        assert (after["url"], after["pid"]) == (url, before["pid"])
        assert after["started_at_s"] > before["started_at_s"]
        with urllib.request.urlopen(f"{url}/health") as answer:
            assert json.load(answer)["status"] == "ok"
        code, said = program.again()
        assert code == 0, f"its window is found by another start: {said}"
    finally:
        code, said = program.end()
    assert code == 0, said
    assert "Traceback" not in said


@pytest.mark.e2e
@pytest.mark.parametrize("command", ["desktop", "serve"])
def test_the_program_keeps_a_log(home: Path, command: str) -> None:
    secret = "vault-word-that-looks-like-none"
    (home / "config").mkdir(parents=True)
    (home / "config" / "config.toml").write_text(f"""
        [{secret}]
        [providers.own]
        kind = "openai-compatible"
        base_url = "http://127.0.0.1:9/v1"
        api_key_env = "OWN_KEY"
        local = true
        """)
    program = Program(home, command, OWN_KEY=secret)
    try:
        program.url()
        code, _ = program.again(command)
        assert code == (0 if command == "desktop" else 3)
    finally:
        code, said = program.end()
    assert code == 0, said
    file = home / "log" / "llmgw.log"
    written = file.read_text()
    assert written.count("starts: pid") == 1, "a second start writes nothing"
    assert written.rstrip().endswith("ended")
    for each in (written, said):
        assert "config.toml" in each, "the setting that is none was told"
        assert secret not in each
        assert "[secret removed]" in each
    assert file.stat().st_mode & 0o777 == 0o600


@pytest.mark.e2e
def test_beside_a_gateway_without_windows_it_does_not_start(home: Path) -> None:
    program = Program(home, "serve")
    try:
        program.url()
        code, said = program.again("desktop")
    finally:
        program.end()
    assert code == 3
    assert "already runs on this home" in said
    assert said.count("\n") == 1
