"""When the flights of the list began, as a strip above it: a click or a drag narrows the list.

It is read beside the list, once for each filter and again after a while as flights come.
"""

from collections.abc import Callable

from PySide6.QtCore import QEvent, QObject, QPoint, QRectF, QSize, Qt, QTimer, Signal
from PySide6.QtGui import QAccessible, QHelpEvent, QMouseEvent, QPainter, QPaintEvent
from PySide6.QtWidgets import QSizePolicy, QToolTip, QWidget
from typing_extensions import override

from llmgw_desktop.app.flights.recording import Flights
from llmgw_desktop.app.words.figures import counted, moment_text
from llmgw_desktop.domain.flights.flight import FlightDensity, FlightQuery
from llmgw_desktop.ui.bridge import Bridge
from llmgw_desktop.ui.palettes import mixed
from llmgw_desktop.ui.theme import Theme
from llmgw_desktop.ui.widgets.label import plays, tip
from llmgw_desktop.ui.widgets.words import said

_PART_PX = 5
_HEIGHT_UNITS = 8
_AGAIN_MS = 15_000
_LEAST_DRAG_PX = 4
_FEWEST = 2
"""Of fewer flights there is nothing to see."""


@plays(QAccessible.Role.Chart)
class DensityStrip(QWidget):
    """Bars of equal spans, what failed in its own colour."""

    narrowed = Signal(float, float)
    """From when until when, in seconds since 1970."""

    def __init__(self, theme: Theme) -> None:
        super().__init__()
        self._theme = theme
        self._density: FlightDensity | None = None
        self._from: int | None = None
        self._to = 0
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.setAccessibleName(said("Flights over time"))
        self.setCursor(Qt.CursorShape.IBeamCursor)
        self.setMouseTracking(True)
        theme.changed.connect(self.update)
        self.hide()

    @property
    def density(self) -> FlightDensity | None:
        return self._density

    def show_density(self, density: FlightDensity | None) -> None:
        self._density = density
        total = sum(density.flights) if density else 0
        self.setVisible(total >= _FEWEST)
        if density is not None:
            self.setAccessibleDescription(said(_span_words(density, 0, len(density.flights) - 1)))
        self.update()

    @override
    def sizeHint(self) -> QSize:
        return QSize(self._theme.space(100), self._theme.space(_HEIGHT_UNITS))

    @override
    def minimumSizeHint(self) -> QSize:
        return QSize(self._theme.space(20), self.sizeHint().height())

    @override
    def paintEvent(self, event: QPaintEvent) -> None:
        density = self._density
        if density is None:
            return
        painter, colours = QPainter(self), self._theme.colours
        painter.setPen(Qt.PenStyle.NoPen)
        painter.fillRect(self.rect(), colours.surface)
        most = max(density.flights)
        room = self.height() - self._theme.space(2)
        for number, count in enumerate(density.flights):
            if not count:
                continue
            bar = self._bar(number, max(room * count / most, 2.0))
            painter.fillRect(bar, mixed(colours.accent, colours.surface, 0.45))
            if failed := density.errors[number]:
                height = max(bar.height() * failed / count, 2.0)
                bar.setTop(bar.bottom() - height)
                painter.fillRect(bar, colours.error)
        if self._from is not None:
            left, right = sorted((self._from, self._to))
            chosen = mixed(colours.accent, colours.surface, 0.7)
            chosen.setAlpha(70)
            painter.fillRect(QRectF(left, 0, max(right - left, 1), self.height()), chosen)
        painter.fillRect(QRectF(0, self.height() - 1, self.width(), 1), colours.border)
        painter.end()

    @override
    def mousePressEvent(self, event: QMouseEvent) -> None:
        if event.button() is Qt.MouseButton.LeftButton:
            self._from = self._to = event.position().toPoint().x()
            self.update()

    @override
    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        if self._from is not None:
            self._to = min(max(event.position().toPoint().x(), 0), self.width())
            self.update()

    @override
    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        begun, self._from = self._from, None
        density = self._density
        if begun is None or density is None:
            return
        self.update()
        first, last = sorted((self._part_at(begun), self._part_at(self._to)))
        if abs(self._to - begun) < _LEAST_DRAG_PX:
            last = first
        if not any(density.flights[first : last + 1]):
            return  # beside the bars: nothing would be left
        since_s, until_s = density.part(first)[0], density.part(last)[1]
        self.narrowed.emit(since_s, until_s)

    @override
    def event(self, event: QEvent) -> bool:
        if isinstance(event, QHelpEvent) and event.type() is QEvent.Type.ToolTip:
            self._tell(event.pos(), event.globalPos())
            return True
        return super().event(event)

    def _tell(self, at: QPoint, on_screen: QPoint) -> None:
        if self._density is not None:
            part = self._part_at(at.x())
            QToolTip.showText(on_screen, tip(_span_words(self._density, part, part)), self)

    def _part_at(self, x: int) -> int:
        count = len(self._density.flights) if self._density else 1
        return min(max(x * count // max(self.width(), 1), 0), count - 1)

    def _bar(self, number: int, height: float) -> QRectF:
        count = len(self._density.flights) if self._density else 1
        width = self.width() / count
        left = number * width
        return QRectF(left, self.height() - 1 - height, max(width - 1, 1.0), height)


def _span_words(density: FlightDensity, first: int, last: int) -> str:
    since_s, until_s = density.part(first)[0], density.part(last)[1]
    count = sum(density.flights[first : last + 1])
    failed = sum(density.errors[first : last + 1])
    said = f"{moment_text(since_s)} to {moment_text(until_s)}: {counted(count, 'flight')}"
    return f"{said}, {failed:,} failed" if failed else said


class DensityFeed(QObject):
    """Reads for the strip, while it can be seen."""

    def __init__(
        self,
        strip: DensityStrip,
        flights: Flights,
        *,
        query: Callable[[], FlightQuery],
        bridge: Bridge,
        widget: QWidget,
    ) -> None:
        super().__init__(widget)
        self._strip = strip
        self._flights = flights
        self._query = query
        self._bridge = bridge
        self._widget = widget
        self._is_reading = False
        self._read_for: FlightQuery | None = None
        self._again = QTimer(self, singleShot=True, interval=_AGAIN_MS)
        self._again.timeout.connect(self.read)

    def look(self) -> None:
        """The list was read: anew for another filter, now and then for the same."""
        if self._read_for != self._query():
            self.read()
        elif not self._again.isActive():
            self._again.start()

    def read(self) -> None:
        if self._is_reading or not self._widget.isVisible():
            return
        self._is_reading = True
        query = self._query()
        parts = max(self._widget.width() // _PART_PX, 1)

        def done(density: FlightDensity | None) -> None:
            self._is_reading = False
            self._read_for = query
            self._strip.show_density(density)
            if query != self._query():
                self.read()

        def failed(error: Exception) -> None:
            del error  # the list says it
            self._is_reading = False
            self._strip.show_density(None)

        work = self._flights.density
        self._bridge.fetch(self, lambda: work(query, parts), done, failed, slow=True)
