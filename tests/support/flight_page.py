"""A Flights page over made-up flights, with the means to make things happen on it."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from PySide6.QtCore import QSettings
from PySide6.QtWidgets import QApplication

from llmgw_desktop.app.flights.recording import Flights
from llmgw_desktop.domain.events import Event, FlightClosed, FlightOpened
from llmgw_desktop.domain.flights.flight import FlightSummary
from llmgw_desktop.ui.bridge import Bridge
from llmgw_desktop.ui.flights.page import FlightsPage
from llmgw_desktop.ui.theme import Theme
from tests.support.flight_scene import SceneControl
from tests.support.made_flights import BEGIN_S, MadeReader, summary


class StillClock:
    """Well after all the made-up flights, on their day."""

    _now_s = BEGIN_S + 5000

    def now_s(self) -> float:
        return self._now_s

    def monotonic_s(self) -> float:
        return self._now_s


class FlightBench:
    """`live` is what runs; `reader` what was recorded: a MadeReader, or a real one."""

    def __init__(
        self, theme: Theme, bridge: Bridge, folder: Path, reader: Any, control: SceneControl
    ) -> None:
        self.bridge = bridge
        self.reader = reader
        self.live: list[FlightSummary] = []
        self.settings = QSettings(str(folder / "ui.ini"), QSettings.Format.IniFormat)
        self.page = FlightsPage(
            Flights(reader, lambda: self.live),
            control,
            bridge,
            theme,
            settings=self.settings,
            clock=StillClock(),
        )
        self.table = self.page._table
        self.model = self.page._table.model()
        self.browser = self.page._browser
        self.pane = self.page._browser._pane
        self.filter = self.page._filter
        self.states = self.page._states

    def tell(self, *events: Event) -> None:
        """As the engine would."""
        for event in events:
            self.bridge.note(event)

    def record(self, count: int = 1) -> list[FlightSummary]:
        """New flights come in, end and are written down."""
        first = self.reader.total
        self.reader.total += count
        flights = [self.reader.make(number) for number in range(first, first + count)]
        for flight in flights:
            self.tell(FlightOpened(flight_id=flight.id), FlightClosed(summary=flight))
        return flights

    def start(self, flight: FlightSummary) -> None:
        self.live.insert(0, flight)
        self.tell(FlightOpened(flight_id=flight.id))

    def end(self, flight: FlightSummary, *, recorded: bool = True) -> None:
        """`flight` is the ended version of one that was started."""
        self.live = [each for each in self.live if each.id != flight.id]
        number = int(flight.id.removeprefix("flt_"), 16)
        if recorded:
            self.reader.changed[number] = flight
            self.reader.total = max(self.reader.total, number + 1)
        self.tell(FlightClosed(summary=flight))

    def wait_open(self, qtbot: Any, flight: str) -> None:
        """Until the pane has this flight's record."""
        qtbot.waitUntil(
            lambda: self.pane.record is not None and self.pane.record.summary.id == flight
        )

    def ids(self, count: int) -> list[str]:
        """Of the first rows."""
        rows = (self.model.window.at(row) for row in range(count))
        return [shown.summary.id if shown else "…" for shown in rows]


@contextmanager
def flight_bench(
    theme: Theme,
    bridge: Bridge,
    folder: Path,
    *,
    total: int = 1000,
    reader: Any = None,
    control: SceneControl | None = None,
) -> Iterator[FlightBench]:
    """Shown at a usual size; closed and gone at the end."""
    made = FlightBench(
        theme, bridge, folder, reader or MadeReader(total, summary), control or SceneControl()
    )
    made.page.resize(1100, 700)
    made.page.show()
    made.page.activateWindow()
    try:
        yield made
    finally:
        bridge.close()
        made.page.close()
        made.page.deleteLater()
        QApplication.processEvents()
