"""Words in bodies, typed into the filter: found as they come, ended early, told in full."""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from llmgw_desktop.domain.flights.flight import FlightQuery
from llmgw_desktop.store.flights.body_search import SearchStanding
from tests.support.flight_page import FlightBench
from tests.support.made_flights import flight_id


class Search:
    """One that goes on when it is told to."""

    def __init__(self) -> None:
        self.queries: list[FlightQuery] = []
        self.standings: list[SearchStanding] = []
        self.went = threading.Semaphore(0)
        self.ended = threading.Event()

    def __call__(
        self, query: FlightQuery, goes_on: Callable[[SearchStanding], bool]
    ) -> SearchStanding:
        self.queries.append(query)
        last = SearchStanding(total=1000)
        for each in self.standings:
            self.went.acquire(timeout=30)
            last = each
            if not goes_on(each):
                break
        else:
            last = replace(last, is_whole=True)
        self.ended.set()
        return last


@pytest.fixture
def search(bench: FlightBench, monkeypatch: pytest.MonkeyPatch) -> Search:
    made = Search()
    monkeypatch.setattr(bench.page._flights, "search", made)
    ids = tuple(flight_id(number) for number in (900, 500, 100))
    made.standings = [
        SearchStanding(total=1000, searched=100, found=ids[:1]),
        SearchStanding(total=1000, searched=600, found=ids[:2], unreadable=2),
        SearchStanding(total=1000, searched=1000, found=ids, unreadable=2),
    ]
    return made


def _type(bench: FlightBench, text: str) -> None:
    bench.filter._field.setText(text)
    bench.filter._take_text()


def _rows(bench: FlightBench) -> list[str]:
    return bench.ids(bench.model.rowCount())


def test_what_is_found_is_shown_as_it_comes(bench: FlightBench, qtbot: Any, search: Search) -> None:
    banner = bench.page._seeking
    _type(bench, 'body:"a clock" is:streamed')
    qtbot.waitUntil(lambda: not banner.isHidden())
    search.went.release()
    qtbot.waitUntil(lambda: _rows(bench) == [flight_id(900)])
    qtbot.waitUntil(lambda: "100 of 1,000 flights looked through, 1 found." in banner.words)
    assert search.queries[0].said == ("a clock",)
    assert search.queries[0].terms[0].name == "is"
    search.went.release()
    search.went.release()
    qtbot.waitUntil(lambda: _rows(bench) == [flight_id(n) for n in (900, 500, 100)])
    qtbot.waitUntil(lambda: "Of 2 flights what was said cannot be read" in banner.words)
    assert not bench.page._searching.is_busy
    qtbot.waitUntil(lambda: "3 of 1,000 flights" in bench.filter._count.text())


def test_it_is_stopped_and_keeps_what_was_found(
    bench: FlightBench, qtbot: Any, search: Search
) -> None:
    _type(bench, "body:clock")
    search.went.release()
    qtbot.waitUntil(lambda: _rows(bench) == [flight_id(900)])
    bench.page._searching.stop()
    search.went.release()
    qtbot.waitUntil(lambda: "Not all bodies were searched" in bench.page._seeking.words)
    assert "600 of 1,000 flights were looked through" in bench.page._seeking.words
    qtbot.waitUntil(lambda: _rows(bench) == [flight_id(n) for n in (900, 500)])


def test_another_filter_ends_it(bench: FlightBench, qtbot: Any, search: Search) -> None:
    _type(bench, "body:clock")
    search.went.release()
    qtbot.waitUntil(lambda: _rows(bench) == [flight_id(900)])
    bench.page._filter.clear()
    search.went.release()
    qtbot.waitUntil(search.ended.is_set)
    qtbot.waitUntil(lambda: bench.model.rowCount() == 1000)
    assert bench.page._seeking.isHidden()
    assert bench.page._feed.query == FlightQuery()


def test_a_failure_is_said(bench: FlightBench, qtbot: Any, monkeypatch: Any) -> None:
    def fails(query: FlightQuery, goes_on: object) -> SearchStanding:
        raise OSError("The disk is gone.")

    monkeypatch.setattr(bench.page._flights, "search", fails)
    _type(bench, "body:clock")
    qtbot.waitUntil(lambda: not bench.page._searching.is_busy)
