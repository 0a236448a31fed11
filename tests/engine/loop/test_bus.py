"""Events reach every listener, and no listener can hurt the engine."""

import logging

import pytest

from llmgw_desktop.domain.events import (
    Event,
    FlightOpened,
    RecorderChanged,
    RecorderStatus,
)
from llmgw_desktop.engine.loop.bus import Bus

EVENT = FlightOpened(flight_id="flt_1")


def test_listeners_hear_until_they_unsubscribe() -> None:
    bus, heard = Bus(), list[Event]()
    stop = bus.subscribe(heard.append)
    bus.publish(EVENT)
    stop()
    bus.publish(EVENT)
    assert heard == [EVENT]


def test_a_failing_listener_is_logged_and_the_next_one_hears(
    caplog: pytest.LogCaptureFixture,
) -> None:
    bus, heard = Bus(), list[Event]()

    def deaf(_: Event) -> None:
        raise RuntimeError("deaf")

    bus.subscribe(deaf)
    bus.subscribe(heard.append)
    with caplog.at_level(logging.ERROR):
        bus.publish(EVENT)
    assert heard == [EVENT]
    assert "FlightOpened" in caplog.text


def test_unsubscribing_while_an_event_is_told_is_harmless() -> None:
    bus, heard = Bus(), list[Event]()
    stop = bus.subscribe(lambda _: stop())
    bus.subscribe(heard.append)
    bus.publish(EVENT)
    bus.publish(EVENT)
    assert heard == [EVENT, EVENT]


def test_who_wants_one_kind_hears_no_other() -> None:
    bus, heard, rare = Bus(), list[Event](), list[Event]()
    bus.subscribe(heard.append)
    stop = bus.subscribe(rare.append, RecorderChanged)
    changed = RecorderChanged(status=RecorderStatus(recording=True))
    bus.publish(EVENT)
    bus.publish(changed)
    stop()
    bus.publish(changed)
    assert heard == [EVENT, changed, changed]
    assert rare == [changed]
