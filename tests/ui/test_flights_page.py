"""The Flights page as a person uses it: keys, filters, opening, copying, empty, broken."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import ClassVar

import pytest
from PySide6.QtCore import QElapsedTimer, QPoint, Qt
from PySide6.QtGui import QAccessible, QGuiApplication
from PySide6.QtWidgets import QApplication, QMenu, QWidget
from typing_extensions import override

from llmgw_desktop.domain.errors import StoreCorrupt, StoreUnavailable
from llmgw_desktop.domain.events import (
    GatewayChanged,
    GatewayState,
    GatewayStatus,
    RecorderChanged,
    RecorderStatus,
)
from llmgw_desktop.domain.flight import FlightQuery, FlightState
from llmgw_desktop.ui.bridge import Bridge
from llmgw_desktop.ui.theme import Appearance, Theme
from tests.support.flight_page import FlightBench, flight_bench
from tests.support.flight_scene import SceneControl, SceneReader
from tests.support.made_flights import MadeReader, failed, flight_id, record, running, summary


@pytest.fixture
def bench(theme: Theme, bridge: Bridge, tmp_path: Path, qtbot: object) -> Iterator[FlightBench]:
    with flight_bench(theme, bridge, tmp_path) as made:
        qtbot.waitUntil(lambda: made.states.is_browsing)
        made.table.setFocus()
        qtbot.waitUntil(made.table.hasFocus)
        yield made


def press(qtbot: object, widget: QWidget, key: Qt.Key, *modifiers: Qt.KeyboardModifier) -> None:
    qtbot.keyClick(widget, key, *modifiers)


CTRL = Qt.KeyboardModifier.ControlModifier


def clipboard() -> str:
    return QGuiApplication.clipboard().text()


def wait_open(bench: FlightBench, qtbot: object, flight: str) -> None:
    qtbot.waitUntil(
        lambda: bench.pane.record is not None and bench.pane.record.summary.id == flight
    )


class TestKeys:
    def test_j_and_k_and_arrows_move(self, bench: FlightBench, qtbot: object) -> None:
        rows = []
        for key in (Qt.Key.Key_J, Qt.Key.Key_J, Qt.Key.Key_K, Qt.Key.Key_Down, Qt.Key.Key_Up):
            press(qtbot, bench.table, key)
            rows.append(bench.table.chosen_row)
        assert rows == [0, 1, 0, 1, 0]

    def test_enter_opens_and_esc_goes_back_step_by_step(
        self, bench: FlightBench, qtbot: object
    ) -> None:
        press(qtbot, bench.table, Qt.Key.Key_J)
        assert not bench.browser.is_open
        press(qtbot, bench.table, Qt.Key.Key_Return)
        assert bench.browser.is_open
        wait_open(bench, qtbot, flight_id(999))
        inside = QApplication.focusWidget()
        assert bench.pane.isAncestorOf(inside)
        press(qtbot, inside, Qt.Key.Key_Escape)
        assert bench.table.hasFocus()
        assert bench.browser.is_open
        press(qtbot, bench.table, Qt.Key.Key_Escape)
        assert not bench.browser.is_open

    def test_the_filter_is_one_key_away_and_ctrl_l_clears_it(
        self, bench: FlightBench, qtbot: object
    ) -> None:
        field = bench.filter._field
        press(qtbot, bench.table, Qt.Key.Key_Slash)
        assert field.hasFocus()
        qtbot.keyClicks(field, "a/b")
        assert field.text() == "a/b"
        qtbot.waitUntil(lambda: bench.filter.query.text == "a/b")
        press(qtbot, field, Qt.Key.Key_L, CTRL)
        assert field.text() == ""
        assert bench.filter.query == FlightQuery()
        bench.table.setFocus()
        press(qtbot, bench.table, Qt.Key.Key_F, CTRL)
        assert field.hasFocus()
        press(qtbot, field, Qt.Key.Key_Return)
        assert bench.table.hasFocus()

    def test_space_follows_the_newest(self, bench: FlightBench, qtbot: object) -> None:
        press(qtbot, bench.table, Qt.Key.Key_Space)
        assert bench.filter.follow.isChecked()
        assert bench.table.chosen_row == 0
        bench.record(2)
        qtbot.waitUntil(lambda: bench.model.rowCount() == 1002)
        assert bench.table.chosen_flight() == summary(1001)
        press(qtbot, bench.table, Qt.Key.Key_J)
        assert not bench.filter.follow.isChecked()

    def test_home_and_end(self, bench: FlightBench, qtbot: object) -> None:
        press(qtbot, bench.table, Qt.Key.Key_End)
        assert bench.table.chosen_row == 999
        press(qtbot, bench.table, Qt.Key.Key_Home)
        assert bench.table.chosen_row == 0

    def test_letters_look_for_nothing(self, bench: FlightBench, qtbot: object) -> None:
        calls = len(bench.reader.calls)
        qtbot.keyClicks(bench.table, "claude")
        assert len(bench.reader.calls) == calls

    def test_all_keys_are_actions_with_words(self, bench: FlightBench) -> None:
        actions = [*bench.page.actions(), *bench.table.actions()]
        keys = {key.toString() for action in actions for key in action.shortcuts()}
        assert keys >= {"Ctrl+F", "/", "Ctrl+L", "J", "K", "Return", "Esc", "Space", "Ctrl+Shift+C"}
        assert all(action.text() for action in actions)


class TestFilter:
    def test_typing_is_gathered(self, bench: FlightBench, qtbot: object) -> None:
        queries = []
        bench.filter.changed.connect(queries.append)
        qtbot.keyClicks(bench.filter._field, "sonnet", delay=5)
        qtbot.waitUntil(lambda: bool(queries))
        assert queries == [FlightQuery(text="sonnet")]

    @pytest.mark.parametrize(
        ("key", "states"),
        [
            ("ok", {FlightState.OK}),
            ("errors", {FlightState.FAILED, FlightState.CUT}),
            ("running", {FlightState.RUNNING}),
            ("all", set()),
        ],
    )
    def test_state_chips(self, bench: FlightBench, key: str, states: set[FlightState]) -> None:
        bench.filter.set_query(FlightQuery(text="x", states=frozenset({FlightState.LOST})))
        bench.filter._states.choose("ok" if key == "all" else "all")
        bench.filter._states.choose(key)
        assert bench.filter.query == FlightQuery(text="x", states=frozenset(states))

    def test_quick_filters_from_a_row(self, bench: FlightBench, qtbot: object) -> None:
        menu = QMenu()
        bench.filter.quick_menu(menu, failed(1, provider="openai", client="editor"))
        words = [action.text() for action in menu.actions()]
        assert words == ["Only endpoint openai", "Only client editor", "Only state Failed"]
        menu.actions()[0].trigger()
        assert bench.filter.query == FlightQuery(provider="openai")
        chips = bench.filter._chips
        assert chips.count() == 1
        chips.itemAt(0).widget().click()
        assert bench.filter.query == FlightQuery()

    def test_the_count_says_of_how_many(self, bench: FlightBench, qtbot: object) -> None:
        count = bench.filter._count
        assert count.text() == "1,000 flights"
        bench.reader.make = lambda number: summary(number, client="a" if number % 4 else "b")
        bench.page.show_query(FlightQuery(client="b"))
        qtbot.waitUntil(lambda: count.text() == "250 of 1,000 flights")

    def test_nothing_matches_and_the_way_back(self, bench: FlightBench, qtbot: object) -> None:
        bench.page.show_query(FlightQuery(text="mistral"))
        qtbot.waitUntil(lambda: bench.states.currentWidget() is bench.states._no_match)
        assert bench.states._no_match._text.text() == "1,000 flights without the filter."
        bench.states.clear_wanted.emit()
        qtbot.waitUntil(lambda: bench.states.is_browsing)

    def test_the_chosen_flight_is_found_again_without_the_filter(
        self, bench: FlightBench, qtbot: object
    ) -> None:
        bench.reader.make = lambda number: failed(number) if number == 300 else summary(number)
        bench.page.show_query(FlightQuery(states=frozenset({FlightState.FAILED})))
        qtbot.waitUntil(lambda: bench.model.rowCount() == 1)
        bench.table.choose_row(0)
        bench.filter.clear()
        qtbot.waitUntil(lambda: bench.table.chosen_row == 699)
        assert bench.table.visible_rows()[0] <= 699 <= bench.table.visible_rows()[1]

    def test_a_chosen_flight_that_matches_no_more_is_let_go(
        self, bench: FlightBench, qtbot: object
    ) -> None:
        bench.table.choose_row(0)
        bench.browser.open_pane()
        bench.page.show_query(FlightQuery(states=frozenset({FlightState.FAILED})))
        qtbot.waitUntil(lambda: bench.browser.flight is None)
        assert not bench.browser.is_open
        assert not bench.page._actions.curl.isEnabled()


class TestOpening:
    def test_a_click_opens_and_steps_follow(self, bench: FlightBench, qtbot: object) -> None:
        place = QPoint(200, bench.table.rowViewportPosition(3) + 5)
        qtbot.mouseClick(bench.table.viewport(), Qt.MouseButton.LeftButton, pos=place)
        assert bench.browser.is_open
        wait_open(bench, qtbot, flight_id(996))
        press(qtbot, bench.table, Qt.Key.Key_J)
        wait_open(bench, qtbot, flight_id(995))

    def test_running_through_rows_reads_only_where_it_stops(
        self, bench: FlightBench, qtbot: object, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        read: list[str] = []
        whole = bench.reader.record
        monkeypatch.setattr(bench.reader, "record", lambda fid: read.append(fid) or whole(fid))
        bench.table.choose_row(0)
        bench.browser.open_pane()
        for _ in range(20):
            press(qtbot, bench.table, Qt.Key.Key_J)
        wait_open(bench, qtbot, flight_id(979))
        assert len(read) <= 4

    def test_another_page_can_lead_to_a_flight(self, bench: FlightBench, qtbot: object) -> None:
        bench.page.show_query(FlightQuery(text="nothing"))
        bench.page.show_flight(flight_id(123))
        wait_open(bench, qtbot, flight_id(123))
        assert bench.table.chosen_row == 876
        assert bench.filter.query == FlightQuery()

    def test_another_page_can_lead_here_before_the_list_is_read(
        self, theme: Theme, bridge: Bridge, tmp_path: Path, qtbot: object
    ) -> None:
        with flight_bench(theme, bridge, tmp_path) as bench:
            bench.page.show_flight(flight_id(700))
            wait_open(bench, qtbot, flight_id(700))
            assert bench.table.chosen_row == 299

    def test_an_open_flight_goes_on_and_ends(self, bench: FlightBench, qtbot: object) -> None:
        bench.start(running(1000))
        qtbot.waitUntil(lambda: bench.model.rowCount() == 1001)
        bench.table.choose_row(0)
        bench.browser.open_pane()
        wait_open(bench, qtbot, flight_id(1000))
        sentence = bench.pane._overview._sentence
        assert "waiting for anthropic" in sentence.text()
        bench.live = [running(1000, ttft_ms=12.0)]
        qtbot.waitUntil(lambda: "has been answering" in sentence.text())
        bench.end(summary(1000))
        qtbot.waitUntil(lambda: "answered in 4.0 s" in sentence.text())
        qtbot.waitUntil(lambda: bench.pane.record.request_body is not None)

    def test_a_flight_that_was_not_recorded_still_opens(
        self, bench: FlightBench, qtbot: object, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(bench.reader, "record", lambda _: None)
        bench.table.choose_row(0)
        bench.browser.open_pane()
        wait_open(bench, qtbot, flight_id(999))
        bench.pane.choose_tab("Request")
        assert bench.pane._request._empty._title.text() == "The request's body was not recorded."

    def test_what_was_chosen_is_remembered(
        self, bench: FlightBench, theme: Theme, tmp_path: Path, qtbot: object
    ) -> None:
        bench.table.choose_row(0)
        bench.browser.open_pane()
        bench.pane.choose_tab("Request")
        wait_open(bench, qtbot, flight_id(999))
        bench.pane._request._switch.choose("json")
        bench.browser._on_turned()
        bench.table.header.setSectionHidden(5, True)
        bench.table.header._show_column(13, True)
        bench.table.header.moveSection(2, 3)
        bench.settings.sync()
        with flight_bench(theme, Bridge(), tmp_path) as again:
            assert again.pane._tabs.currentIndex() == 1
            assert again.pane._request._wanted.value == "json"
            assert again.browser._splitter.orientation() is Qt.Orientation.Horizontal
            header = again.table.header
            assert header.isSectionHidden(5)
            assert not header.isSectionHidden(13)
            assert header.visualIndex(2) == 3

    def test_columns_can_be_chosen_and_reset(self, bench: FlightBench) -> None:
        header = bench.table.header
        menu = header.column_menu(bench.page)
        actions = {action.text(): action for action in menu.actions()}
        assert actions["State"].isChecked()
        assert not actions["Stop reason"].isChecked()
        actions["Stop reason"].trigger()
        assert header.hiddenSectionCount() == len(bench.model.columns) - 13
        actions["Reset columns"].trigger()
        assert header.hiddenSectionCount() == len(bench.model.columns) - 12
        menu.close()


class TestCopying:
    @pytest.fixture(autouse=True)
    def chosen(self, bench: FlightBench) -> None:
        QGuiApplication.clipboard().setText("before")
        bench.table.choose_row(0)

    def test_curl(self, bench: FlightBench, qtbot: object) -> None:
        press(qtbot, bench.table, Qt.Key.Key_C, CTRL | Qt.KeyboardModifier.ShiftModifier)
        qtbot.waitUntil(lambda: clipboard() != "before")
        assert clipboard().startswith("curl -sSN 'http://127.0.0.1:3333/v1/messages?beta=true'")
        assert "$LLMGW_KEY" in clipboard()
        assert bench.page._notice.text == "Copied as curl."

    def test_request_answer_and_id(self, bench: FlightBench, qtbot: object) -> None:
        actions = bench.page._actions
        actions.request.trigger()
        qtbot.waitUntil(lambda: clipboard().startswith("{"))
        assert json.loads(clipboard())["model"] == "claude-sonnet"
        actions.answer.trigger()
        qtbot.waitUntil(lambda: clipboard() == "Rayleigh scattering.")
        actions.flight_id.trigger()
        assert clipboard() == flight_id(999)

    def test_no_secret_reaches_the_clipboard(self, bench: FlightBench, qtbot: object) -> None:
        secret = "sk-ant-api03-abcdef"
        bench.reader.records[flight_id(999)] = record(
            summary=summary(999),
            path=f"/v1/messages?key={secret}",
            request_headers=(("x-api-key", secret), ("authorization", f"Bearer {secret}")),
        )
        for action in bench.page._actions.actions:
            QGuiApplication.clipboard().setText("before")
            action.trigger()
            qtbot.waitUntil(lambda: clipboard() != "before")
            assert secret not in clipboard()

    def test_it_says_why_there_is_nothing(self, bench: FlightBench, qtbot: object) -> None:
        bench.reader.records[flight_id(999)] = record(summary=summary(999), request_body=None)
        bench.page._actions.curl.trigger()
        qtbot.waitUntil(lambda: "not recorded" in bench.page._notice.text)
        assert clipboard() == "before"


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
            for tab in ("Request", "Response", "Timeline", "Raw", "Overview"):
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
        assert {"State", "Endpoint", "OK", "claude-code", "48.2k"} <= set(names)


class TestCost:
    def test_showing_the_page_again_is_quick(self, bench: FlightBench, qtbot: object) -> None:
        clock = QElapsedTimer()
        took = []
        for _ in range(5):
            bench.page.hide()
            QApplication.processEvents()
            clock.start()
            bench.page.show()
            QApplication.processEvents()
            took.append(clock.elapsed())
        assert min(took) < 100

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
        from llmgw_desktop.ui.flights.state_marks import StateMarks

        marks = StateMarks(theme)
        shapes = set()
        for state in FlightState:
            image = marks.pixmap(state, 1.0).toImage()
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
