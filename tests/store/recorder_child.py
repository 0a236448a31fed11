"""Recording flights for tests, also as a process that is killed or has its disk taken away.

`python -m tests.store.recorder_child WORK PATH`; what it tells is one JSON object a line.
"""

import json
import os
import resource
import sys
import time
from collections.abc import Callable
from pathlib import Path

from llmgw_desktop.domain.clock import SystemClock
from llmgw_desktop.domain.events import RecorderStatus
from llmgw_desktop.domain.flights.flight import FlightQuery, FlightState
from llmgw_desktop.domain.settings.tables import RecorderSettings
from llmgw_desktop.store.flights import flight_store
from llmgw_desktop.store.flights.bodies import Seal
from llmgw_desktop.store.flights.flight_reader import FlightReader
from llmgw_desktop.store.flights.flight_store import FlightStore
from tests.support.made_flights import flight_id, record, running, summary

WAIT_S = 30.0
"""For what happens at once unless the machine is busy."""


def fly(store: FlightStore, *numbers: int) -> None:
    """Open and close these flights."""
    for number in numbers:
        store.opened(flight_id(number), lambda number=number: running(number))  # type: ignore[misc]
        store.closed(record(summary=summary(number)))


def states(reader: FlightReader) -> dict[str, FlightState]:
    """Of all flights, newest first."""
    return {each.id: each.state for each in reader.page(FlightQuery(), offset=0, limit=10_000)}


def _tell(**told: object) -> None:
    sys.stdout.write(json.dumps(told) + "\n")
    sys.stdout.flush()


def _status(status: RecorderStatus) -> None:
    _tell(recording=status.recording, problem=status.problem, dropped=status.dropped)


def _store(path: Path) -> FlightStore:
    store = FlightStore(
        path,
        clock=SystemClock(),
        seal=Seal(bytes),
        on_status=_status,
        settings=RecorderSettings(retention_days=36500),
    )
    store.start()
    return store


def _fly(store: FlightStore, number: int, body_bytes: int = 2000) -> None:
    store.opened(summary(number).id, lambda: running(number))
    body = os.urandom(body_bytes)
    store.closed(record(summary=summary(number), request_body=body, answer_body=body))


def record_on_and_on(path: Path) -> None:
    """Tells after each flush how many flights are on the disk for good; never ends."""
    store = _store(path)
    number = 0
    while True:
        store.opened(running(10**6 + number).id, lambda number=number: running(10**6 + number))  # type: ignore[misc]
        for _ in range(40):
            _fly(store, number)
            number += 1
        if store.flush(30):
            _tell(committed=number)


def small_disk(path: Path) -> None:
    """Files may not grow beyond a limit, as on a full disk; later they may again."""
    flight_store.LONGEST_PAUSE_S = 0.25
    store = _store(path)
    _fly(store, 0)
    _tell(first=store.flush(30))
    hard = resource.getrlimit(resource.RLIMIT_FSIZE)[1]
    resource.setrlimit(resource.RLIMIT_FSIZE, (600_000, hard))
    for number in range(1, 400):
        _fly(store, number)
    _tell(while_full=store.flush(1.0))
    resource.setrlimit(resource.RLIMIT_FSIZE, (hard, hard))
    _tell(after=store.flush(30))
    store.stop(10)
    _tell(recording=store.status.recording, dropped=store.status.dropped)


def folder_closed_and_opened(path: Path) -> None:
    """The folder cannot be written at first; later it can. Start it without root's rights."""
    flight_store.LONGEST_PAUSE_S = 0.25
    path.parent.chmod(0o500)
    store = _store(path)
    for number in range(10):
        _fly(store, number)
    _tell(while_closed=store.flush(1.0))
    path.parent.chmod(0o700)
    _tell(after=store.flush(30))
    store.stop(10)
    _tell(dropped=store.status.dropped)


def start_and_stop(path: Path) -> None:
    store = _store(path)
    _fly(store, 10**7)
    store.stop(30)
    _tell(dropped=store.status.dropped, problem=store.status.problem)


def idle(path: Path) -> None:
    """What the writer thread costs when nothing happens."""
    store = _store(path)
    _fly(store, 1)
    store.flush(30)
    time.sleep(0.5)
    before = time.process_time()
    switches = resource.getrusage(resource.RUSAGE_SELF).ru_nvcsw
    time.sleep(1.0)
    _tell(
        cpu_s=time.process_time() - before,
        wakes=resource.getrusage(resource.RUSAGE_SELF).ru_nvcsw - switches,
    )
    store.stop(10)


WORKS: dict[str, Callable[[Path], None]] = {
    work.__name__: work
    for work in (record_on_and_on, small_disk, folder_closed_and_opened, start_and_stop, idle)
}

if __name__ == "__main__":
    WORKS[sys.argv[1]](Path(sys.argv[2]))
