"""The desktop app as a child process on a screen of its own, which tells what it asks there.

It is the program itself, but for one thing: which program asks is looked up for as long as it
takes, because a busy machine needs longer than a person is to wait. All that is added looks: ten
times a second it prints the question that stands on the screen, where that has changed, and not
before the window manager has framed it and it stands still; a test answers with the mouse.
"""

from __future__ import annotations

import json
import queue
import subprocess
import sys
import threading
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from typing import Any

from tests.support.gateway import GatewaySetup
from tests.support.x_screen import click

_PROGRAM = """
import json, sys
from PySide6.QtCore import QTimer
from PySide6.QtWidgets import QApplication
from llmgw_desktop import __main__ as program
from llmgw_desktop.engine.questions.consents.background import Background
from llmgw_desktop.ui import application

Background.__init__.__kwdefaults__["within_s"] = 60

made, told, before = application.make_application, [], [{}]

def middle(widget):
    place = widget.mapToGlobal(widget.rect().center())
    return place.x(), place.y()

def is_placed(dialog):
    return dialog.isVisible() and dialog.windowHandle().frameMargins().top() > 0

def shown():
    for dialog in QApplication.topLevelWidgets():
        if type(dialog).__name__ == "ConsentDialog" and is_placed(dialog):
            return {
                "words": dialog.words.text(), "name": dialog.name.text(),
                "seen": dialog.seen.text(), "origin": dialog.origin.text(),
                "is_armed": dialog.allow.isEnabled(), "term": dialog.term,
                "chosen": [str(scope) for scope in dialog.chosen],
                "head": middle(dialog.heading), "allow": middle(dialog.allow),
            }
    return {}

def look():
    now = shown()
    stands_still, before[0] = now == before[0], now
    if stands_still and [now] != told[-1:]:
        told.append(now)
        print(json.dumps(now), flush=True)

def make():
    app = made()
    timer = QTimer(app)
    timer.timeout.connect(look)
    timer.start(100)
    return app

application.make_application = make
sys.exit(program.main())
"""
_PATIENCE_S = 60
_AGAIN_S = 5
"""A window manager may move a window from under a click; then a person clicks again."""


class WatchedDesktop:
    def __init__(self, setup: GatewaySetup, screen: Mapping[str, str]) -> None:
        self._setup = setup
        self._screen = screen
        self._lines: queue.SimpleQueue[str] = queue.SimpleQueue()
        self.told: list[str] = []
        """All that stood on the screen, for a test that fails."""
        self._said = (setup.home.parent / "said.log").open("w+")
        self.process = subprocess.Popen(
            [sys.executable, "-c", _PROGRAM, "desktop"],
            cwd=setup.home.parent,
            env={**setup.child_environment(), **screen},
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=self._said,
            text=True,
        )
        self._reader = threading.Thread(target=self._read, daemon=True)
        self._reader.start()

    @property
    def url(self) -> str:
        """Once it is there."""
        run_file, end = self._setup.home / "run" / "gateway.json", time.monotonic() + _PATIENCE_S
        while not run_file.exists():
            assert self.process.poll() is None, self.said
            assert time.monotonic() < end, self.said
            time.sleep(0.05)
        return str(json.loads(run_file.read_text())["url"])

    @property
    def said(self) -> str:
        self._said.seek(0)
        return self._said.read()

    def question(self, **wanted: object) -> dict[str, Any]:
        """What stands on the screen, once it does and is as wanted."""
        while True:
            told: dict[str, Any] = json.loads(self._lines.get(timeout=_PATIENCE_S))
            if told and all(told[name] == value for name, value in wanted.items()):
                return told

    def gone(self) -> None:
        """No question stands there any more."""
        while json.loads(self._lines.get(timeout=_PATIENCE_S)):
            pass

    def turn_to(self, question: Mapping[str, Any]) -> dict[str, Any]:
        """A click beside all buttons; the question as it is when it can be allowed."""
        told, ends = dict(question), time.monotonic() + _PATIENCE_S
        while time.monotonic() < ends:
            click(self._screen, tuple(told["head"]))
            with suppress(queue.Empty):
                while True:
                    told = json.loads(self._lines.get(timeout=_AGAIN_S)) or told
                    if told["is_armed"]:
                        return told
        raise AssertionError(f"it cannot be allowed: {told}")

    def allow(self, question: Mapping[str, Any]) -> None:
        click(self._screen, tuple(question["allow"]))

    def end(self) -> None:
        """Raises AssertionError for an end that was none of the orderly ones."""
        self.process.terminate()
        code = self.process.wait(30)
        assert code == 0, self.said
        assert "Traceback" not in self.said, self.said

    def kill(self) -> None:
        self.process.kill()
        self.process.wait(30)
        self._reader.join(10)
        if self.process.stdout is not None:
            self.process.stdout.close()
        self._said.close()

    def _read(self) -> None:
        assert self.process.stdout is not None
        for line in self.process.stdout:
            self.told.append(line)
            self._lines.put(line)


@contextmanager
def watched_desktop(setup: GatewaySetup, screen: Mapping[str, str]) -> Iterator[WatchedDesktop]:
    """To its orderly end; killed where the test has failed."""
    setup.write_config()
    desktop = WatchedDesktop(setup, screen)
    try:
        yield desktop
        desktop.end()
    finally:
        desktop.kill()
