"""The dialog under a real window manager: it comes up without the keyboard, what is typed meanwhile
goes where it went before, and Allow waits until the person has turned to it."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.support.x_screen import do, missing_screen, x_screen

_CHECKOUT = Path(__file__).resolve().parents[3]
pytestmark = [
    pytest.mark.e2e,
    pytest.mark.skipif(bool(missing_screen()), reason=missing_screen() or "a screen can be made"),
]
_PROGRAM = """
import sys, tempfile
from PySide6.QtCore import QSettings, QSocketNotifier, QTimer
from PySide6.QtWidgets import QLineEdit
from llmgw_desktop.ui.application import make_application
from llmgw_desktop.ui.questions.consent_dialog import ConsentDialog
from llmgw_desktop.ui.theme import Theme
from tests.support.plain_questions import NOW_S, consent

app = make_application()
theme = Theme(app)
field = QLineEdit()
field.setWindowTitle("somewhere else")
field.resize(300, 40)
field.move(20, 500)
field.show()
said = []
settings = QSettings(tempfile.mktemp(), QSettings.Format.IniFormat)
dialogs = []

def come():
    dialog = ConsentDialog(theme, consent(), settings, lambda: NOW_S)
    dialog.denied.connect(lambda: print("denied", flush=True))
    dialog.allowed.connect(lambda *_: print("allowed", flush=True))
    dialog.arming.changed.connect(lambda armed: print("armed" if armed else "disarmed", flush=True))
    dialogs.append(dialog)
    dialog.show()
    QTimer.singleShot(600, tell)

def tell():
    dialog = dialogs[0]
    place = dialog.allow.mapToGlobal(dialog.allow.rect().center())
    head = dialog.mapToGlobal(dialog.heading.geometry().topLeft())
    print("up", dialog.isVisible(), dialog.isActiveWindow(), field.isActiveWindow(),
          place.x(), place.y(), head.x() + 220, head.y() + 6, flush=True)

def hear():
    word = sys.stdin.readline().strip()
    if word == "come":
        come()
    else:
        print("text", field.text(), field.isActiveWindow(), flush=True)

ears = QSocketNotifier(0, QSocketNotifier.Type.Read)
ears.activated.connect(hear)

def begin():
    middle = field.mapToGlobal(field.rect().center())
    print("field", middle.x(), middle.y(), flush=True)

QTimer.singleShot(1000, begin)
app.exec()
"""


@pytest.fixture
def screen(tmp_path: Path) -> Iterator[dict[str, str]]:
    with x_screen() as shown:
        config = str(tmp_path / "config")
        yield {**os.environ, **shown, "XDG_CONFIG_HOME": config, "PYTHONPATH": str(_CHECKOUT)}


def until(process: subprocess.Popen[str], word: str) -> list[str]:
    """The lines of the program up to the one that begins so."""
    assert process.stdout is not None
    seen = []
    for line in process.stdout:
        seen.append(line.strip())
        if line.startswith(word):
            return seen
    pytest.fail(f"it ended without saying {word}: {seen}")


def test_it_takes_no_keys_and_is_armed_when_it_is_looked_at(screen: dict[str, str]) -> None:
    process = subprocess.Popen(
        [sys.executable, "-c", _PROGRAM],
        env=screen,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
    )
    assert process.stdin is not None
    try:
        _, x, y = until(process, "field")[-1].split()
        do(screen, "mousemove", x, y, "click", "1")
        time.sleep(1.0)
        process.stdin.write("come\n")
        process.stdin.flush()
        lines = until(process, "up")
        visible, is_active, other_is_active, *places = lines[-1].split()[1:]
        allow_x, allow_y, head_x, head_y = places
        assert visible == "True"
        assert is_active == "False", "it has taken the keyboard"
        assert other_is_active == "True"
        do(screen, "type", "hello ")
        do(screen, "key", "Return")
        time.sleep(2.0)
        process.stdin.write("text\n")
        process.stdin.flush()
        said = until(process, "text")
        assert said[-1].startswith("text hello"), "what is typed goes where it went before"
        assert not {"armed", "denied", "allowed"} & {*lines, *said}, "nobody has turned to it"
        do(screen, "mousemove", allow_x, allow_y, "click", "1")
        do(screen, "mousemove", head_x, head_y, "click", "1")
        assert until(process, "armed")[-1] == "armed"
        do(screen, "mousemove", allow_x, allow_y, "click", "1")
        seen = until(process, "allowed")
        assert "denied" not in seen
    finally:
        process.kill()
        process.communicate(timeout=20)
