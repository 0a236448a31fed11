"""What the engine knows better than the disk."""

from llmgw_desktop.domain.events import FlightClosed, FlightOpened
from llmgw_desktop.domain.flights.flight import FlightQuery, FlightState
from llmgw_desktop.ui.flights.table.loading import LiveFlights
from tests.support.made_flights import flight_id, running, summary

ALL = FlightQuery()


def ids(flights: list) -> list[str]:
    return [flight.id for flight in flights]


def test_what_runs_is_in_the_list_before_the_disk_has_it() -> None:
    live = LiveFlights()
    live.take([running(7)])
    assert ids(live.merge([summary(8), summary(6)], ALL, None)) == [
        flight_id(8),
        flight_id(7),
        flight_id(6),
    ]


def test_a_row_read_as_running_shows_what_is_known_now() -> None:
    live = LiveFlights()
    live.take([running(7, ttft_ms=5.0), running(8)])
    ended = live.note((FlightOpened(flight_id="x"), FlightClosed(summary=summary(8))))
    assert ids(ended) == [flight_id(8)]
    merged = live.merge([running(8), running(7), running(6)], ALL, None)
    assert [(flight.state, flight.ttft_ms) for flight in merged] == [
        (FlightState.OK, 800.0),
        (FlightState.RUNNING, 5.0),
        (FlightState.RUNNING, None),
    ]


def test_an_ended_flight_stays_until_the_disk_has_its_end() -> None:
    live = LiveFlights()
    live.note((FlightClosed(summary=summary(8)),))
    live.take([running(8)])  # a snapshot from just before its end
    assert live.merge([], ALL, None)[0].state is FlightState.OK
    assert live.merge([summary(8)], ALL, None)[0].state is FlightState.OK
    assert live.merge([], ALL, None) == []
    assert live.oldest_start_s() is None


def test_the_filter_holds_for_what_is_live() -> None:
    live = LiveFlights()
    live.take([running(7), running(6, client="other")])
    live.note((FlightClosed(summary=summary(8)),))
    only_running = FlightQuery(states=frozenset({FlightState.RUNNING}), client="claude-code")
    assert ids(live.merge([running(8)], only_running, None)) == [flight_id(7)]


def test_what_is_older_than_the_stretch_is_left_to_the_disk() -> None:
    live = LiveFlights()
    live.take([running(3), running(9)])
    assert ids(live.merge([summary(8)], ALL, summary(5).started_at_s)) == [
        flight_id(9),
        flight_id(8),
    ]


def test_memory_is_bounded() -> None:
    live = LiveFlights()
    live.note(tuple(FlightClosed(summary=summary(number)) for number in range(1000)))
    assert len(live.merge([], ALL, None)) == 256
