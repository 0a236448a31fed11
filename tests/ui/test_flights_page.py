"""The Flights page as a whole: empty, broken, hostile; its names for the ear; what it costs.

Keys, filters, opening and copying have files of their own in `flights/`.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import ClassVar

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QAccessible
from PySide6.QtWidgets import QApplication, QWidget
from typing_extensions import override

from llmgw_desktop.domain.errors import StoreCorrupt, StoreUnavailable
from llmgw_desktop.domain.events import (
    GatewayChanged,
    GatewayState,
    GatewayStatus,
    RecorderChanged,
    RecorderStatus,
)
from llmgw_desktop.domain.flights.flight import FlightQuery, FlightState
from llmgw_desktop.ui.bridge import Bridge
from llmgw_desktop.ui.theme import Appearance, Theme
from tests.support.flight_page import FlightBench, flight_bench
from tests.support.flight_scene import SceneControl, SceneReader
from tests.support.made_flights import MadeReader, summary


@pytest.fixture
def bench(theme: Theme, bridge: Bridge, tmp_path: Path, qtbot: object) -> Iterator[FlightBench]:
    with flight_bench(theme, bridge, tmp_path) as made:
        qtbot.waitUntil(lambda: made.states.is_browsing)
        made.table.setFocus()
        qtbot.waitUntil(made.table.hasFocus)
        yield made


class TestStates:
    def test_before_the_first_flight(
        self, theme: Theme, bridge: Bridge, tmp_path: Path, qtbot: object
    ) -> None:
        with flight_bench(theme, bridge, tmp_path, total=0) as bench:
            qtbot.waitUntil(lambda: bench.states.is_first)
            assert not bench.filter.isVisible()
            command = bench.page._first._curl.text()
            assert command.startswith("curl -sS 'http://127.0.0.1:3333/v1/chat/completions'")
            assert bench.page._first._send.isEnabled()
            bench.record()
            qtbot.waitUntil(lambda: bench.states.is_browsing)
            assert bench.filter.isVisible()

    def test_a_gateway_that_comes_up_later(
        self, theme: Theme, bridge: Bridge, tmp_path: Path, qtbot: object
    ) -> None:
        class Closed(SceneControl):
            urls: ClassVar[dict[str, str]] = {}

            @override
            def base_urls(self) -> dict[str, str]:
                return self.urls

        control = Closed()
        with flight_bench(theme, bridge, tmp_path, total=0, control=control) as bench:
            qtbot.waitUntil(lambda: bench.states.is_first)
            assert not bench.page._first._send.isEnabled()
            control.urls.update(SceneControl().base_urls())
            bench.tell(GatewayChanged(status=GatewayStatus(state=GatewayState.RUNNING)))
            qtbot.waitUntil(bench.page._first._send.isEnabled)

    def test_a_test_flight(self, theme: Theme, bridge: Bridge, tmp_path: Path) -> None:
        """Without Qt's loop: the coroutine itself, and what it says when it fails."""

        class Failing(SceneControl):
            @override
            async def send_test_flight(self) -> str:
                raise OSError("connection refused")

        with flight_bench(theme, bridge, tmp_path, total=0, control=Failing()) as bench:
            asyncio.run(bench.page._test_flight())
            assert bench.page._notice.text == "The test flight failed: connection refused"

    @pytest.mark.parametrize(
        ("problem", "words"),
        [
            (StoreCorrupt("flights.db: not a database"), "The flights database is damaged."),
            (StoreUnavailable("flights.db: locked"), "The recorded flights cannot be read."),
            (RuntimeError("odd"), "The recorded flights cannot be read."),
        ],
    )
    def test_a_database_that_cannot_be_read(
        self,
        theme: Theme,
        bridge: Bridge,
        tmp_path: Path,
        qtbot: object,
        problem: Exception,
        words: str,
    ) -> None:
        reader = MadeReader(10)
        reader.problem = problem
        with flight_bench(theme, bridge, tmp_path, reader=reader) as bench:
            failure = bench.states._failure
            qtbot.waitUntil(lambda: bench.states.currentWidget() is failure)
            assert failure._title.text() == words
            assert str(problem) in failure._text.text()
            reader.problem = None
            bench.states.retry_wanted.emit()
            qtbot.waitUntil(lambda: bench.states.is_browsing)

    def test_an_empty_list_says_that_nothing_is_recorded(
        self, theme: Theme, bridge: Bridge, tmp_path: Path, qtbot: object
    ) -> None:
        control = SceneControl(RecorderStatus(recording=False, problem="Read-only."))
        with flight_bench(theme, bridge, tmp_path, total=0, control=control) as bench:
            qtbot.waitUntil(lambda: bench.states.is_first)
            words = bench.page._first._unrecorded
            assert words.isVisible()
            bench.tell(RecorderChanged(status=RecorderStatus(recording=True)))
            qtbot.waitUntil(lambda: not words.isVisible())
            bench.tell(RecorderChanged(status=RecorderStatus(recording=False)))
            qtbot.waitUntil(words.isVisible)


def named(widget: QWidget) -> str:
    return QAccessible.queryAccessibleInterface(widget).text(QAccessible.Text.Name)


class TestEars:
    def test_whatever_takes_the_focus_has_a_name(
        self, theme: Theme, bridge: Bridge, tmp_path: Path, qtbot: object
    ) -> None:
        with flight_bench(theme, bridge, tmp_path, reader=SceneReader(300)) as bench:
            qtbot.waitUntil(lambda: bench.states.is_browsing)
            bench.table.choose_row(3)
            bench.browser.open_pane()
            bench.filter.set_query(FlightQuery(client="claude-code"))
            nameless: set[str] = set()
            for tab in ("Request", "Response", "Timeline", "Route", "Raw", "Overview"):
                bench.pane.choose_tab(tab)
                qtbot.wait(80)
                nameless.update(
                    f"{tab}: {type(widget).__name__}"
                    for widget in bench.page.findChildren(QWidget)
                    if widget.focusPolicy() is not Qt.FocusPolicy.NoFocus
                    and widget.isVisible()
                    and not named(widget)
                )
            assert nameless == set()

    def test_cells_say_their_text(self, bench: FlightBench) -> None:
        table = QAccessible.queryAccessibleInterface(bench.table)
        assert table.text(QAccessible.Text.Name) == "Flights"
        columns = len(bench.model.columns)
        children = [table.child(at) for at in range(2 * (columns + 1))]
        names = [each.text(QAccessible.Text.Name) for each in children if each is not None]
        assert {"State", "Provider", "OK", "claude-code", "48.2k"} <= set(names)


class TestCost:
    def test_showing_the_page_again_is_quick(self, bench: FlightBench, qtbot: object) -> None:
        took = []
        for _ in range(5):
            bench.page.hide()
            QApplication.processEvents()
            began = time.thread_time()
            bench.page.show()
            QApplication.processEvents()
            took.append(time.thread_time() - began)
        assert min(took) < 0.1

    def test_both_schemes_are_painted(self, bench: FlightBench, theme: Theme) -> None:
        light = bench.page.grab().toImage()
        theme.set_appearance(Appearance.DARK)
        QApplication.processEvents()
        dark = bench.page.grab().toImage()
        theme.set_appearance(Appearance.LIGHT)
        QApplication.processEvents()
        again = bench.page.grab().toImage()
        assert light != dark
        assert light.pixelColor(5, 300).lightness() > 200 > 60 > dark.pixelColor(5, 300).lightness()
        assert again.pixelColor(5, 300) == light.pixelColor(5, 300)

    def test_each_state_has_a_shape_of_its_own(self, bench: FlightBench, theme: Theme) -> None:
        """Also without colour: the marks differ where they are drawn at all."""
        from llmgw_desktop.ui.flights.table.flight_delegate import state_mark

        shapes = set()
        for state in FlightState:
            image = state_mark(theme, state, 1.0).toImage()
            size = range(image.width())
            shapes.add(tuple(image.pixelColor(x, y).alpha() > 127 for x in size for y in size))
        assert len(shapes) == len(FlightState)


def test_a_flight_replaced_by_hostile_words_is_shown(bench: FlightBench, qtbot: object) -> None:
    evil = "<img src=x>\u202e\x1b[31m\x00" + "w" * 100_000
    bench.reader.make = lambda number: replace(
        summary(number), model_asked=evil, client=evil, provider=evil, error_text=evil
    )
    bench.record()
    qtbot.waitUntil(lambda: bench.model.rowCount() == 1001)
    bench.table.choose_row(0)
    bench.browser.open_pane()
    qtbot.waitUntil(lambda: bench.pane.record is not None)
    shown = [label.text() for label in bench.pane.findChildren(QWidget) if hasattr(label, "text")
             and callable(label.text)]  # fmt: skip
    assert any("<img src=x>" in text for text in shown)
    assert not any(char in text for text in shown for char in "\u202e\x1b\x00")
    assert bench.page.width() == 1100
