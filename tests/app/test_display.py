"""A screen that does not answer is found before Qt aborts on it."""

import os
import socket
import subprocess
import sys
from pathlib import Path

import pytest

from llmgw_desktop.app.gateway.start_checks import missing_display

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="X11 and Wayland")


def test_no_display_at_all() -> None:
    assert missing_display({}) == "There is no display."


@pytest.mark.parametrize("display", [":7654", ":7654.0", "nonsense", "127.0.0.1:59000", ":"])
def test_a_display_that_does_not_answer_is_named(display: str) -> None:
    assert display in missing_display({"DISPLAY": display})


def test_a_platform_that_was_asked_for_is_trusted() -> None:
    assert missing_display({"QT_QPA_PLATFORM": "offscreen"}) == ""


def test_a_wayland_socket_that_listens(tmp_path: Path) -> None:
    env = {"WAYLAND_DISPLAY": "wayland-9", "XDG_RUNTIME_DIR": str(tmp_path)}
    assert "wayland-9" in missing_display(env)
    with socket.socket(socket.AF_UNIX) as server:
        server.bind(str(tmp_path / "wayland-9"))
        server.listen()
        assert missing_display(env) == ""


@pytest.mark.e2e
def test_the_program_serves_when_its_display_is_gone(own_home: Path) -> None:
    env = {key: value for key, value in os.environ.items() if key != "QT_QPA_PLATFORM"}
    child = subprocess.Popen(
        [sys.executable, "-m", "llmgw_desktop"],
        env={**env, "DISPLAY": ":7654", "LLM_GATEWAY_HTTP_PORT": "0"},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    assert child.stdout is not None
    assert '"event":"ready"' in child.stdout.readline()
    child.terminate()
    _, said = child.communicate(timeout=20)
    assert child.returncode == 0
    assert "The display ':7654' does not answer. Serving without windows." in said
