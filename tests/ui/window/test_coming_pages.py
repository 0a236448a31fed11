"""Pages come step by step: none holds the loop, whatever there is to show."""

from __future__ import annotations

import sys
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from PySide6.QtCore import QObject, QSettings
from PySide6.QtGui import QTextLayout
from PySide6.QtWidgets import QApplication, QLabel, QWidget
from pytestqt.qtbot import QtBot

from llmgw_desktop.ui.shell.desktop_shell import DesktopShell
from llmgw_desktop.ui.shell.tray import Tray
from llmgw_desktop.ui.theme import Theme
from llmgw_desktop.ui.widgets.flowing_label import FlowingLabel
from llmgw_desktop.ui.widgets.pacing import MadeInSteps, Steps, in_steps
from llmgw_desktop.ui.window.coming_pages import ComingPages
from tests.ui.at_once import run_at_once
from tests.ui.plain_gateway import PlainGateway

MOST_WIDGETS = 60
"""Made in one step: some 80 µs each, and half as much again where the computer is busy."""

MOST_FLOWS = 40
"""Texts that are asked in one step how high they are; it goes with all else that is measured."""


class Inner(QWidget, MadeInSteps):
    def __init__(self, log: list[str]) -> None:
        super().__init__()
        self._begin(self._made(log))

    def _made(self, log: list[str]) -> Iterator[None]:
        log.append("inner 1")
        yield
        self.label = QLabel("here", self)
        log.append("inner 2")


class Outer(QWidget, MadeInSteps):
    def __init__(self, log: list[str]) -> None:
        super().__init__()
        self._begin(self._made(log))

    def _made(self, log: list[str]) -> Iterator[None]:
        log.append("outer")
        yield
        self.at_once = Inner(log)
        yield
        self.inner = yield from in_steps(Inner, log)


WHOLE = ["outer", "inner 1", "inner 2", "inner 1", "inner 2"]


def test_who_just_makes_one_gets_it_whole(qtbot: QtBot) -> None:
    log: list[str] = []
    made = Outer(log)
    assert log == WHOLE
    assert made.inner.label.text() == "here"


def test_in_steps_only_the_one_that_is_asked_for_is_made_so(qtbot: QtBot) -> None:
    log: list[str] = []
    steps = in_steps(Outer, log)
    seen = []
    while True:
        try:
            next(steps)
        except StopIteration as whole:
            made = whole.value
            break
        seen.append(list(log))
    assert log == WHOLE
    assert seen[:3] == [[], WHOLE[:1], WHOLE[:3]]
    assert made.inner.label.text() == "here"


@dataclass
class Made:
    """A maker that is counted."""

    log: list[str] = field(default_factory=list)
    waits: list[Callable[[], None]] = field(default_factory=list)

    def make(self) -> Steps[QWidget]:
        self.log.append("begun")
        yield
        self.log.append("goes on")
        yield
        return QWidget()

    def read_in(self, then: Callable[[], None]) -> None:
        self.waits.append(then)


def test_who_cannot_wait_has_it_at_once_and_it_is_taken_once(qtbot: QtBot) -> None:
    maker, taken, parent = Made(), [], QObject()
    around = QWidget()
    coming = ComingPages(
        {"a": maker}, lambda page: page.setParent(around), lambda key, _: taken.append(key), parent
    )
    coming.begin("a")
    coming.begin("a")
    assert (len(maker.waits), maker.log) == (1, [])
    coming.finish("a")
    assert (taken, maker.log) == (["a"], ["begun", "goes on"])
    maker.waits[0]()
    qtbot.wait(20)
    assert (taken, maker.log) == (["a"], ["begun", "goes on"])


def test_one_that_fails_is_made_anew_when_it_is_asked_for_again(qtbot: QtBot) -> None:
    class Fails(Made):
        def make(self) -> Steps[QWidget]:
            self.log.append("begun")
            yield
            raise OSError("no room")

    maker, parent = Fails(), QObject()
    coming = ComingPages({"a": maker}, lambda _: None, lambda *_: None, parent)
    for _ in range(2):
        with pytest.raises(OSError, match="no room"):
            coming.finish("a")
    assert maker.log == ["begun", "begun"]


@pytest.fixture
def shell(
    theme: Theme, qtbot: QtBot, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Iterator[DesktopShell]:
    monkeypatch.setattr("llmgw_desktop.ui.bridge.Bridge.run", run_at_once)
    gateway = PlainGateway(tmp_path / "run" / "key")
    settings = QSettings(str(tmp_path / "w.ini"), QSettings.Format.IniFormat)
    made = DesktopShell(gateway, theme, Tray(theme.icons, lambda: True), settings)
    yield made
    made._bridge.close()
    gateway.close()
    if made.window is not None:
        made.window.close()
        made.window.deleteLater()


def test_no_page_is_made_in_a_long_step(
    shell: DesktopShell, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Counted, so that a busy computer changes nothing: what a step makes is what it costs."""
    steps: dict[str, list[int]] = {}
    flows: dict[str, list[int]] = {}
    measured: list[int] = []
    read_in: list[str] = []

    class Watch:
        """Sees what is read in on the loop's thread."""

        @staticmethod
        def find_spec(name: str, *_: object) -> None:
            on_loop = threading.current_thread() is threading.main_thread()
            if on_loop and name.startswith("llmgw_desktop."):
                read_in.append(name)

    advance, flowing = ComingPages._advance, FlowingLabel._flowing

    def counted(self: ComingPages, key: str, of: Steps[QWidget]) -> None:
        widgets = len(QApplication.allWidgets())
        measured.clear()
        advance(self, key, of)
        flows.setdefault(key, []).append(len(measured))
        steps.setdefault(key, []).append(len(QApplication.allWidgets()) - widgets)

    def counted_flow(self: FlowingLabel, width: int) -> QTextLayout:
        measured.append(width)
        return flowing(self, width)

    monkeypatch.setattr(ComingPages, "_advance", counted)
    monkeypatch.setattr(FlowingLabel, "_flowing", counted_flow)
    shell.show_window()
    window = shell.window
    assert window is not None
    monkeypatch.setattr(sys, "meta_path", [Watch, *sys.meta_path])
    for key in window._pages:
        window.show_page(key)
        assert key not in window._made, "it holds nobody up"
        qtbot.waitUntil(lambda key=key: key in window._made)  # type: ignore[misc]
        assert window._stack.currentWidget().isAncestorOf(window.page(key))
    assert {key: max(made) for key, made in steps.items() if max(made) > MOST_WIDGETS} == {}
    assert {key: max(of) for key, of in flows.items() if max(of) > MOST_FLOWS} == {}
    assert all(len(made) >= 4 for made in steps.values()), steps
    assert read_in == [], "the loop reads nothing in"
