"""An X server of a test's own with a window manager, and a person's mouse and keys on it."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

SCREEN_TOOLS = ("Xvfb", "openbox", "xdotool", "xprop")


def missing_screen() -> str:
    """Why none can be made here; empty where one can."""
    missing = ", ".join(name for name in SCREEN_TOOLS if shutil.which(name) is None)
    return f"needs {missing}" if missing else ""


@contextmanager
def x_screen(size: str = "1000x700") -> Iterator[dict[str, str]]:
    """The environment in which a Qt program shows itself there."""
    server = subprocess.Popen(
        ["Xvfb", "-displayfd", "1", "-screen", "0", f"{size}x24", "-nolisten", "tcp"],
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
    )
    assert server.stdout is not None
    shown = {
        "DISPLAY": f":{server.stdout.readline().strip()}",
        "QT_QPA_PLATFORM": "xcb",
        "QT_SCALE_FACTOR": "1",
        "NO_AT_BRIDGE": "1",
    }
    env = {**os.environ, **shown}
    manager = subprocess.Popen(["openbox", "--sm-disable"], env=env, stderr=subprocess.DEVNULL)
    root = ["xprop", "-root", "_NET_SUPPORTING_WM_CHECK"]
    try:
        for _ in range(200):
            if "window id" in subprocess.run(root, env=env, capture_output=True, text=True).stdout:
                break
            time.sleep(0.05)
        yield shown
    finally:
        for process in (manager, server):
            process.terminate()
            process.wait(timeout=20)
        server.stdout.close()


def do(env: Mapping[str, str], *words: str) -> None:
    """A movement, a click or a key, as xdotool calls them."""
    subprocess.run(["xdotool", *words], env={**os.environ, **env}, check=True, timeout=30)


def shows(env: Mapping[str, str], title: str) -> bool:
    """Whether a window of this title is seen."""
    words = ["xdotool", "search", "--onlyvisible", "--name", title]
    return not subprocess.run(words, env={**os.environ, **env}, capture_output=True).returncode


def picture(env: Mapping[str, str], file: Path) -> None:
    """What a person sees there, for whoever reads why a test failed."""
    program = "import sys; from PySide6.QtGui import *; app = QGuiApplication([])\n"
    program += "app.primaryScreen().grabWindow(0).save(sys.argv[1])"
    words = [sys.executable, "-c", program, str(file)]
    subprocess.run(words, env={**os.environ, **env}, check=False, timeout=120)


def click(env: Mapping[str, str], place: tuple[int, int]) -> None:
    x, y = place
    do(env, "mousemove", str(x), str(y), "click", "1")
