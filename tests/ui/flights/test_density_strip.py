"""The strip above the list: bars of when flights began, narrowed by a click or a drag."""

from __future__ import annotations

from typing import Any

from PySide6.QtCore import QPoint, Qt

from llmgw_desktop.domain.flights.flight import FlightDensity
from llmgw_desktop.ui.flights.density_strip import DensityStrip
from llmgw_desktop.ui.theme import Theme
from tests.support.flight_page import FlightBench
from tests.support.made_flights import BEGIN_S

LEFT = Qt.MouseButton.LeftButton


def _drag(qtbot: Any, strip: DensityStrip, begin: float, end: float) -> None:
    y = strip.height() // 2
    at, to = (QPoint(int(strip.width() * share), y) for share in (begin, end))
    qtbot.mousePress(strip, LEFT, pos=at)
    qtbot.mouseMove(strip, to)
    qtbot.mouseRelease(strip, LEFT, pos=to)


def test_a_drag_narrows_the_list_and_the_chip_widens_it(bench: FlightBench, qtbot: Any) -> None:
    strip = bench.page._strip
    qtbot.waitUntil(strip.isVisible)
    assert strip.density is not None
    assert sum(strip.density.flights) == 1000
    assert "1,000 flights" in strip.accessibleDescription()
    _drag(qtbot, strip, 0.25, 0.5)
    query = bench.filter.query
    assert query.since_s is not None
    assert query.until_s is not None
    assert abs(query.since_s - (BEGIN_S + 250)) < 10
    assert abs(query.until_s - (BEGIN_S + 500)) < 10
    qtbot.waitUntil(lambda: 240 < bench.model.rowCount() < 260)
    qtbot.waitUntil(lambda: strip.density is not None and strip.density.since_s == query.since_s)
    bench.filter.set_query(bench.filter.query)
    bench.filter.clear()
    qtbot.waitUntil(lambda: bench.model.rowCount() == 1000)


def test_a_click_takes_one_bar(bench: FlightBench, qtbot: Any) -> None:
    strip = bench.page._strip
    qtbot.waitUntil(strip.isVisible)
    density = strip.density
    assert density is not None
    _drag(qtbot, strip, 0.5, 0.5)
    part = int(strip.width() * 0.5) * len(density.flights) // strip.width()
    assert (bench.filter.query.since_s, bench.filter.query.until_s) == density.part(part)


def test_a_click_beside_the_bars_leaves_the_list_as_it_is(theme: Theme, qtbot: Any) -> None:
    strip = DensityStrip(theme)
    qtbot.addWidget(strip)
    strip.resize(300, 30)
    spans: list[tuple[float, float]] = []
    strip.narrowed.connect(lambda *span: spans.append(span))
    strip.show_density(FlightDensity(since_s=0, until_s=30, flights=(2, 0, 5), errors=(0, 0, 0)))
    strip.show()
    _drag(qtbot, strip, 0.5, 0.5)
    assert spans == []
    _drag(qtbot, strip, 0.5, 0.9)
    assert spans == [(10, 30)]


def test_it_follows_the_filter(bench: FlightBench, qtbot: Any) -> None:
    strip = bench.page._strip
    qtbot.waitUntil(strip.isVisible)
    bench.filter.set_text("client:nobody")
    qtbot.waitUntil(strip.isHidden)
    bench.filter.clear()
    qtbot.waitUntil(strip.isVisible)


def test_what_failed_has_its_colour_and_few_are_no_picture(theme: Theme, qtbot: Any) -> None:
    strip = DensityStrip(theme)
    qtbot.addWidget(strip)
    strip.resize(400, 36)
    strip.show_density(
        FlightDensity(since_s=0.0, until_s=40.0, flights=(8, 0, 4, 1), errors=(0, 0, 4, 0))
    )
    assert not strip.isHidden()
    image = strip.grab().toImage()
    ratio = image.devicePixelRatio()
    failed = image.pixelColor(int(250 * ratio), int(33 * ratio))
    assert failed == theme.colours.error
    assert image.pixelColor(int(150 * ratio), int(33 * ratio)) == theme.colours.surface
    strip.show_density(FlightDensity(since_s=0.0, until_s=9.0, flights=(1,), errors=(0,)))
    assert strip.isHidden()
    strip.show_density(None)
    assert strip.isHidden()
