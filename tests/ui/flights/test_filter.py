"""What is filtered, how it is counted, and what becomes of the chosen flight."""

from __future__ import annotations

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication, QMenu

from llmgw_desktop.domain.flights.flight import FlightQuery, FlightState
from llmgw_desktop.ui.widgets.button import Button
from tests.support.flight_page import FlightBench
from tests.support.made_flights import failed, summary


def test_typing_is_gathered(bench: FlightBench, qtbot: object) -> None:
    queries = []
    bench.filter.changed.connect(queries.append)
    qtbot.keyClicks(bench.filter._field, "sonnet")
    qtbot.waitUntil(lambda: bool(queries))
    assert queries == [FlightQuery(text="sonnet")]


def test_a_filter_is_typed(bench: FlightBench, qtbot: object) -> None:
    queries = []
    bench.filter.changed.connect(queries.append)
    field = bench.filter._field
    field.setText("model:claude* took>1s since:2h")
    bench.filter._take_text()
    assert [each.name for each in queries[-1].terms] == ["model", "took"]
    assert queries[-1].since_s is not None
    assert bench.filter._chips.count() == 0
    bench.filter._states.choose("errors")
    assert field.text() == "model:claude* took>1s since:2h"
    field.setText("")
    bench.filter._take_text()
    assert queries[-1] == FlightQuery(states=frozenset({FlightState.FAILED, FlightState.CUT}))


def test_what_is_typed_is_completed(bench: FlightBench, qtbot: object) -> None:
    field, offers = bench.filter._field, bench.filter._offers
    qtbot.keyClicks(field, "took>1s st")
    assert offers.popup().isVisible()
    assert offers.model().stringList() == ["state:", "stop:", "status>"]
    offers.activated[str].emit("state:")
    assert field.text() == "took>1s state:"
    qtbot.keyClicks(field, "cu")
    offers.activated[str].emit("state:cut")
    assert field.text() == "took>1s state:cut"
    qtbot.keyClicks(field, " sonnet")
    assert not offers.popup().isVisible()


def test_a_mistake_in_it_is_told_and_the_list_stays(bench: FlightBench, qtbot: object) -> None:
    queries = []
    bench.filter.changed.connect(queries.append)
    bench.filter._field.setText("cost>much")
    bench.filter._take_text()
    told = bench.filter._chips.itemAt(0).widget()
    assert "'much' is no figure" in told.text()
    assert not queries
    bench.filter._field.setText("cost>1")
    bench.filter._take_text()
    assert bench.filter._chips.count() == 0
    assert queries[-1].terms[0].figure == 1.0


def test_another_page_s_filter_takes_the_place_of_a_typed_one(
    bench: FlightBench, qtbot: object
) -> None:
    bench.filter._field.setText("took>1s")
    bench.filter._take_text()
    bench.page.show_query(FlightQuery(client="b"))
    assert bench.filter._field.text() == ""
    assert bench.filter.query == FlightQuery(client="b")


def test_another_page_s_filter_may_come_as_it_is_typed(bench: FlightBench, qtbot: object) -> None:
    bench.page.show_query(FlightQuery(client="b"))
    bench.page.show_query("model:gpt-5 state:failed")
    assert bench.filter._field.text() == "model:gpt-5 state:failed"
    assert [term.name for term in bench.filter.query.terms] == ["model", "state"]
    assert bench.filter.query.client == ""


@pytest.mark.parametrize(
    ("key", "states"),
    [
        ("ok", {FlightState.OK}),
        ("errors", {FlightState.FAILED, FlightState.CUT}),
        ("running", {FlightState.RUNNING}),
        ("all", set()),
    ],
)
def test_state_chips(bench: FlightBench, key: str, states: set[FlightState]) -> None:
    bench.filter.set_query(FlightQuery(text="x", states=frozenset({FlightState.LOST})))
    bench.filter._states.choose("ok" if key == "all" else "all")
    bench.filter._states.choose(key)
    assert bench.filter.query == FlightQuery(text="x", states=frozenset(states))


def test_quick_filters_from_a_row(bench: FlightBench, qtbot: object) -> None:
    menu = QMenu()
    bench.filter.quick_menu(menu, failed(1, provider="openai", client="editor"))
    words = [action.text() for action in menu.actions()]
    assert words == ["Only provider openai", "Only client editor", "Only state Failed"]
    menu.actions()[0].trigger()
    assert bench.filter.query == FlightQuery(provider="openai")
    chips = bench.filter._chips
    assert chips.count() == 1
    chips.itemAt(0).widget().click()
    assert bench.filter.query == FlightQuery()


def test_a_span_within_a_minute_is_told_with_its_seconds(bench: FlightBench) -> None:
    chips = bench.filter._chips
    for length_s, colons in ((5, 4), (300, 2)):
        bench.filter.set_query(FlightQuery(since_s=60_000_000.0, until_s=60_000_000.0 + length_s))
        told = chips.itemAt(0).widget().text()
        assert told.count(":") == colons, told


def test_the_count_says_of_how_many(bench: FlightBench, qtbot: object) -> None:
    count = bench.filter._count
    assert count.text() == "1,000 flights"
    bench.reader.make = lambda number: summary(number, client="a" if number % 4 else "b")
    bench.page.show_query(FlightQuery(client="b"))
    qtbot.waitUntil(lambda: count.text() == "250 of 1,000 flights")


def test_nothing_matches_and_the_way_back(bench: FlightBench, qtbot: object) -> None:
    bench.page.show_query(FlightQuery(text="mistral"))
    qtbot.waitUntil(lambda: bench.states.currentWidget() is bench.states._no_match)
    assert bench.states._no_match._text.text() == "1,000 flights without the filter."
    bench.states.clear_wanted.emit()
    qtbot.waitUntil(lambda: bench.states.is_browsing)


def test_the_chosen_flight_is_found_again_without_the_filter(
    bench: FlightBench, qtbot: object
) -> None:
    bench.reader.make = lambda number: failed(number) if number == 300 else summary(number)
    bench.page.show_query(FlightQuery(states=frozenset({FlightState.FAILED})))
    qtbot.waitUntil(lambda: bench.model.rowCount() == 1)
    bench.table.choose_row(0)
    bench.filter.clear()
    qtbot.waitUntil(lambda: bench.table.chosen_row == 699)
    assert bench.table.visible_rows()[0] <= 699 <= bench.table.visible_rows()[1]


def test_a_chosen_flight_that_matches_no_more_is_let_go(bench: FlightBench, qtbot: object) -> None:
    bench.table.choose_row(0)
    bench.browser.open_pane()
    bench.page.show_query(FlightQuery(states=frozenset({FlightState.FAILED})))
    qtbot.waitUntil(lambda: bench.browser.flight is None)
    assert not bench.browser.is_open
    assert not bench.page._actions.curl.isEnabled()


@pytest.mark.parametrize("width", [512, 640, 800, 1200])
@pytest.mark.parametrize("new", [0, 37])
def test_all_of_the_bar_is_in_sight(
    bench: FlightBench, qtbot: object, width: int, new: int
) -> None:
    bench.page.resize(width, 500)
    qtbot.wait(20)
    bench.filter.show_waiting(new)
    QApplication.sendPostedEvents()  # lays out
    parts = [bench.filter._field, bench.filter._states, bench.filter.columns]
    assert bench.filter._count.isVisible() == (not new or width == 1200)
    assert bench.filter.newest.isVisible() == bool(new)
    may_go = (bench.filter._count, bench.filter.follow, bench.filter.newest)
    parts += [each for each in may_go if each.isVisible()]
    assert bench.filter.follow.isVisible() == (not new or width > 512)
    for part in parts:
        right = part.mapTo(bench.page, part.rect().topRight()).x()
        assert right < width
        assert part.width() >= part.minimumSizeHint().width()


class TestWhereTheKeyboardIs:
    """Whatever is typed next must go to something that is in sight."""

    def test_enter_without_a_match_stays_in_the_field(
        self, bench: FlightBench, qtbot: object
    ) -> None:
        type_filter(bench, qtbot, "mistral")
        qtbot.keyClick(bench.filter._field, Qt.Key.Key_Return)
        qtbot.waitUntil(lambda: bench.states.currentWidget() is bench.states._no_match)
        qtbot.wait(50)
        assert bench.filter._field.hasFocus()
        qtbot.keyClick(bench.filter._field, Qt.Key.Key_Return)
        qtbot.wait(50)
        assert bench.filter._field.hasFocus()

    def test_a_filter_that_matches_nothing_more_while_it_is_typed_keeps_the_field(
        self, bench: FlightBench, qtbot: object
    ) -> None:
        type_filter(bench, qtbot, "mistral")
        qtbot.waitUntil(lambda: bench.states.currentWidget() is bench.states._no_match)
        assert bench.filter._field.hasFocus()
        assert clear_button(bench).isVisible()
        qtbot.keyClick(bench.filter._field, Qt.Key.Key_Return)
        assert bench.filter._field.hasFocus()

    def test_enter_goes_on_to_the_list_as_soon_as_there_is_one(
        self, bench: FlightBench, qtbot: object
    ) -> None:
        type_filter(bench, qtbot, "sonnet")
        qtbot.keyClick(bench.filter._field, Qt.Key.Key_Return)
        qtbot.waitUntil(bench.table.hasFocus)

    def test_who_types_on_after_enter_is_not_taken_away(
        self, bench: FlightBench, qtbot: object
    ) -> None:
        type_filter(bench, qtbot, "son")
        qtbot.keyClick(bench.filter._field, Qt.Key.Key_Return)
        qtbot.keyClicks(bench.filter._field, "net")
        qtbot.waitUntil(lambda: bench.filter.query.text == "sonnet" and bench.page._feed.is_loaded)
        qtbot.wait(50)
        assert bench.filter._field.hasFocus()

    def test_a_list_that_goes_leaves_the_way_back_at_hand(
        self, bench: FlightBench, qtbot: object
    ) -> None:
        bench.table.setFocus()
        bench.page.show_query(FlightQuery(text="mistral"))
        qtbot.waitUntil(lambda: clear_button(bench).hasFocus())
        qtbot.keyClick(clear_button(bench), Qt.Key.Key_Space)
        qtbot.waitUntil(bench.table.hasFocus)

    def test_the_page_gives_the_keyboard_to_what_is_in_sight(
        self, bench: FlightBench, qtbot: object
    ) -> None:
        bench.page.show_query(FlightQuery(text="mistral"))
        qtbot.waitUntil(lambda: bench.states.currentWidget() is bench.states._no_match)
        bench.page.setFocus()
        assert clear_button(bench).hasFocus()
        bench.filter.clear()
        qtbot.waitUntil(lambda: bench.states.is_browsing)
        bench.page.setFocus()
        assert bench.table.hasFocus()


def type_filter(bench: FlightBench, qtbot: object, words: str) -> None:
    bench.filter.focus_field()
    qtbot.waitUntil(bench.filter._field.hasFocus)
    qtbot.keyClicks(bench.filter._field, words)


def clear_button(bench: FlightBench) -> Button:
    return next(b for b in bench.states.findChildren(Button) if b.text() == "Clear filter")
