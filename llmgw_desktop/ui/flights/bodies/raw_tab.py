"""Request and answer as they were recorded: first line, headers, body."""

from PySide6.QtWidgets import QVBoxLayout, QWidget

from llmgw_desktop.app.flight_texts import ShownText, raw_text
from llmgw_desktop.domain.flight import FlightRecord
from llmgw_desktop.ui.bridge import Bridge
from llmgw_desktop.ui.flights.bodies.part_bar import PartBar
from llmgw_desktop.ui.flights.bodies.text_view import TextView
from llmgw_desktop.ui.theme import Theme


class RawTab(QWidget):
    """Credentials in headers were masked when they were recorded."""

    def __init__(self, theme: Theme, bridge: Bridge, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._bridge = bridge
        self._record: FlightRecord | None = None
        self._part = PartBar(theme)
        self._part.all_wanted.connect(lambda: self._read(all_of_it=True))
        self._text = TextView(theme, "Request and answer as recorded")
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addWidget(self._part)
        column.addWidget(self._text, 1)

    def show_record(self, record: FlightRecord) -> None:
        if record != self._record:
            self._record = record
            self._read()

    def _read(self, *, all_of_it: bool = False) -> None:
        record = self._record
        if record is None:
            return

        def show(shown: ShownText) -> None:
            if record is self._record:
                self._part.tell(shown.notice, shown.whole_bytes)
                self._text.show_text(shown.text)

        self._bridge.fetch(self, lambda: raw_text(record, all_of_it=all_of_it), show)
