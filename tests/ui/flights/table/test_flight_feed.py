"""How new flights come into the list, and when they wait."""

import threading
import time
from dataclasses import replace

from PySide6.QtCore import QElapsedTimer, QItemSelectionModel

from llmgw_desktop.domain.errors import StoreUnavailable
from llmgw_desktop.domain.flights.flight import FlightQuery, FlightState
from tests.support.flight_page import FlightBench
from tests.support.made_flights import flight_id, running, summary


def scroll_down(bench: FlightBench) -> None:
    bench.table.verticalScrollBar().setValue(600)


def test_the_first_rows_are_the_newest(bench: FlightBench) -> None:
    assert bench.ids(3) == [flight_id(999), flight_id(998), flight_id(997)]
    assert bench.model.rowCount() == 1000


def test_new_flights_come_in_at_the_top(bench: FlightBench, qtbot: object) -> None:
    bench.record(3)
    qtbot.waitUntil(lambda: bench.model.rowCount() == 1003)
    assert bench.ids(4) == [flight_id(n) for n in (1002, 1001, 1000, 999)]
    assert bench.table.is_at_top


def test_at_most_four_times_a_second(bench: FlightBench, qtbot: object) -> None:
    inserts = []
    bench.model.rowsInserted.connect(lambda *_: inserts.append(1))
    clock = QElapsedTimer()
    clock.start()
    while clock.elapsed() < 1500:
        bench.record()
        qtbot.wait(15)
    qtbot.waitUntil(lambda: bench.model.rowCount() == bench.reader.total)
    seconds = clock.elapsed() / 1000
    assert 1 <= len(inserts) <= seconds * 4 + 2


def test_away_from_the_top_they_wait_and_are_counted(bench: FlightBench, qtbot: object) -> None:
    scroll_down(bench)
    before = bench.table.verticalScrollBar().value()
    bench.record(37)
    button = bench.filter.newest
    qtbot.waitUntil(button.isVisible)
    assert button.text() == "37 new"
    assert bench.model.rowCount() == 1000
    assert bench.table.verticalScrollBar().value() == before
    button.click()
    qtbot.waitUntil(lambda: bench.model.rowCount() == 1037)
    assert bench.table.is_at_top
    assert not button.isVisible()


def test_back_at_the_top_they_come_in(bench: FlightBench, qtbot: object) -> None:
    scroll_down(bench)
    bench.record(2)
    qtbot.waitUntil(bench.filter.newest.isVisible)
    bench.table.verticalScrollBar().setValue(0)
    qtbot.waitUntil(lambda: bench.model.rowCount() == 1002)


def test_so_many_that_they_cannot_be_read_one_by_one(bench: FlightBench, qtbot: object) -> None:
    bench.record(3000)
    qtbot.waitUntil(lambda: bench.model.rowCount() == 4000)
    assert bench.ids(1) == [flight_id(3999)]


def test_the_selection_stays_with_its_flight(bench: FlightBench, qtbot: object) -> None:
    bench.table.choose_row(2)
    chosen = bench.browser.flight
    assert chosen is not None
    bench.record(5)
    qtbot.waitUntil(lambda: bench.model.rowCount() == 1005)
    assert bench.table.chosen_row == 7
    assert bench.table.chosen_flight() == chosen
    bench.record(3000)
    qtbot.waitUntil(lambda: bench.model.rowCount() == 4005)
    assert bench.browser.flight == chosen


def test_a_running_flight_appears_counts_up_and_ends_in_place(
    bench: FlightBench, qtbot: object
) -> None:
    bench.start(running(1000))
    qtbot.waitUntil(lambda: bench.model.rowCount() == 1001)
    assert bench.model.window.at(0).summary.is_running
    bench.live = [running(1000, ttft_ms=70.0)]
    qtbot.waitUntil(lambda: bench.model.window.at(0).summary.ttft_ms == 70.0)
    bench.end(summary(1000))
    qtbot.waitUntil(lambda: bench.model.window.at(0).summary.state is FlightState.OK)
    qtbot.wait(600)
    assert bench.model.rowCount() == 1001
    assert bench.ids(2) == [flight_id(1000), flight_id(999)]


def test_what_cannot_be_recorded_is_still_seen(bench: FlightBench, qtbot: object) -> None:
    bench.start(running(1000))
    qtbot.waitUntil(lambda: bench.model.rowCount() == 1001)
    bench.end(summary(1000), recorded=False)
    bench.record(0)
    qtbot.waitUntil(lambda: bench.model.window.at(0).summary.state is FlightState.OK)
    qtbot.wait(600)
    assert bench.ids(1) == [flight_id(1000)]


def test_a_filter_is_asked_of_the_store(bench: FlightBench, qtbot: object) -> None:
    bench.page.show_query(FlightQuery(text="nothing like it"))
    qtbot.waitUntil(lambda: not bench.states.is_browsing)
    assert [call[0] for call in bench.reader.calls[-3:]].count("count") >= 1
    bench.filter.clear()
    qtbot.waitUntil(lambda: bench.states.is_browsing)
    assert bench.model.rowCount() == 1000


def test_rows_are_shown_before_they_are_counted(
    bench: FlightBench, qtbot: object, monkeypatch: object
) -> None:
    """Counting what matches can take much longer than finding the first of it."""
    counting, may_end = threading.Event(), threading.Event()
    whole = bench.reader.count

    def slow(query: FlightQuery) -> int:
        counting.set()
        may_end.wait(10)
        return whole(query)

    monkeypatch.setattr(bench.reader, "count", slow)
    bench.page.show_query(FlightQuery(client="claude-code"))
    qtbot.waitUntil(counting.is_set)
    qtbot.waitUntil(lambda: bench.model.rowCount() == 256)
    assert bench.ids(1) == [flight_id(999)]
    assert bench.filter._count.text() == "Searching …"
    may_end.set()
    qtbot.waitUntil(lambda: bench.model.rowCount() == 1000)
    assert bench.filter._count.text() == "1,000 flights"


def test_only_matching_flights_come_in(bench: FlightBench, qtbot: object) -> None:
    bench.reader.make = lambda number: summary(number, client="even" if number % 2 == 0 else "odd")
    bench.page.show_query(FlightQuery(client="even"))
    qtbot.waitUntil(lambda: bench.model.rowCount() == 500)
    bench.record(4)
    qtbot.waitUntil(lambda: bench.model.rowCount() == 502)
    assert bench.ids(2) == [flight_id(1002), flight_id(1000)]


def test_in_a_list_of_running_flights_the_ended_go(bench: FlightBench, qtbot: object) -> None:
    bench.start(running(1000))
    bench.start(running(1001))
    bench.page.show_query(FlightQuery(states=frozenset({FlightState.RUNNING})))
    qtbot.waitUntil(lambda: bench.model.rowCount() == 2)
    bench.table.choose_row(0)
    bench.end(summary(1001))
    qtbot.waitUntil(lambda: bench.model.rowCount() == 1)
    assert bench.ids(1) == [flight_id(1000)]
    assert bench.table.chosen_row == -1
    assert bench.browser.flight is not None
    assert bench.browser.flight.id == flight_id(1001)


def test_nothing_gets_chosen_by_itself(bench: FlightBench, qtbot: object) -> None:
    """The focus makes the first row the current one; when it goes, Qt would choose the next."""
    bench.start(running(1000))
    bench.start(running(1001))
    bench.page.show_query(FlightQuery(states=frozenset({FlightState.RUNNING})))
    qtbot.waitUntil(lambda: bench.model.rowCount() == 2)
    no_selection = QItemSelectionModel.SelectionFlag.NoUpdate
    bench.table.selectionModel().setCurrentIndex(bench.model.index(0, 1), no_selection)
    assert bench.table.chosen_row == -1
    bench.end(summary(1001))
    qtbot.waitUntil(lambda: bench.model.rowCount() == 1)
    assert bench.table.chosen_row == -1


def test_far_rows_are_read_when_they_are_looked_at(bench: FlightBench, qtbot: object) -> None:
    bench.table.verticalScrollBar().setValue(bench.table.verticalScrollBar().maximum())
    qtbot.waitUntil(lambda: bench.model.window.at(999) is not None)
    assert bench.model.window.at(999).summary.id == flight_id(0)
    pages = [call for call in bench.reader.calls if call[0] == "page" and call[3] == 256]
    assert len(pages) < 6


def test_hidden_it_reads_nothing_and_makes_up_for_it(bench: FlightBench, qtbot: object) -> None:
    qtbot.wait(400)
    bench.page.hide()
    calls = len(bench.reader.calls)
    bench.record(4)
    qtbot.wait(500)
    assert len(bench.reader.calls) == calls
    bench.page.show()
    qtbot.waitUntil(lambda: bench.model.rowCount() == 1004)


def test_rows_that_went_meanwhile_are_counted_off(
    bench: FlightBench, qtbot: object, monkeypatch: object
) -> None:
    bench.page._feed._recount_timer.setInterval(50)
    monkeypatch.setattr(bench.reader, "count", lambda query: 600)
    bench.record()
    qtbot.waitUntil(lambda: bench.model.rowCount() == 600)


def test_a_disk_that_fails_and_comes_back(bench: FlightBench, qtbot: object) -> None:
    bench.reader.problem = StoreUnavailable("disk I/O error")
    bench.record()
    qtbot.waitUntil(bench.page._reading.isVisible)
    assert "disk I/O error" in bench.page._reading.accessibleDescription()
    assert bench.model.rowCount() >= 1000
    bench.reader.problem = None
    bench.record()
    qtbot.waitUntil(lambda: bench.model.rowCount() == 1002)
    assert not bench.page._reading.isVisible()


def test_nothing_ticks_while_nothing_is_under_way(bench: FlightBench, qtbot: object) -> None:
    timer = bench.page._feed._running_timer
    qtbot.waitUntil(lambda: not timer.isActive())
    bench.start(running(1000))
    qtbot.waitUntil(timer.isActive)
    bench.end(summary(1000))
    qtbot.waitUntil(lambda: not timer.isActive())


def test_a_burst_of_running_flights_is_cheap(bench: FlightBench, qtbot: object) -> None:
    """200 at once: the Qt thread must not be held for long by showing them count up."""
    for number in range(1000, 1200):
        bench.start(running(number))
    qtbot.waitUntil(lambda: bench.model.rowCount() == 1200)
    bench.live = [replace(flight, ttft_ms=1.0) for flight in bench.live]
    began_s = time.thread_time()
    bench.page._feed._show_running()
    assert time.thread_time() - began_s < 0.25
