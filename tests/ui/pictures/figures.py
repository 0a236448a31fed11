"""Takes pictures of the Figures page."""

from __future__ import annotations

import tempfile
import time
from collections.abc import Callable
from pathlib import Path

from tests.ui.pictures.window import Studio

_WAIT_MS = 1500


def _full(studio: Studio, tab: str) -> None:
    from PySide6.QtTest import QTest

    from llmgw_desktop.app.flights.spending import Spending
    from llmgw_desktop.store.flights.flight_reader import FlightReader
    from llmgw_desktop.ui.figures.page import FiguresPage
    from tests.support.month_of_flights import price_of, write_month
    from tests.ui.plain_gateway import NOW_S, StillClock

    folder = Path(tempfile.mkdtemp())
    write_month(folder / "flights.db", NOW_S)
    studio.gateway.spending = Spending(FlightReader(folder / "flights.db"), price_of, StillClock())
    studio.show("figures")
    window = studio.shell.window
    assert window is not None
    page = window.findChild(FiguresPage)
    assert isinstance(page, FiguresPage)
    page.show_tab(tab)
    while page.latency.hours.plot is None:
        QTest.qWait(20)
        time.sleep(0.02)  # waiting in Qt alone leaves no turn to the thread that reads it in
    shown = page.checks.runs if tab == "checks" else page.cost.sums
    while not shown.rows:
        QTest.qWait(20)
        time.sleep(0.02)
    QTest.qWait(_WAIT_MS)


def cost_full(studio: Studio) -> None:
    _full(studio, "cost")


def cost_below(studio: Studio) -> None:
    """Scrolled to its end."""
    _full(studio, "cost")
    _scroll(studio)


def checks_full(studio: Studio) -> None:
    from tests.support.plain_panels import made_check_run
    from tests.ui.plain_gateway import NOW_S

    studio.gateway.check_runs[:] = [
        made_check_run("chk_3", NOW_S - 60, fallen=2),
        made_check_run("chk_2", NOW_S - 90_000),
        made_check_run("chk_1", NOW_S - 190_000, fallen=1),
    ]
    _full(studio, "checks")


def latency_full(studio: Studio) -> None:
    _full(studio, "latency")


def latency_below(studio: Studio) -> None:
    _full(studio, "latency")
    _scroll(studio)


def cost_table(studio: Studio) -> None:
    """The day's chart as its table."""
    from PySide6.QtTest import QTest

    from llmgw_desktop.ui.figures.page import FiguresPage

    _full(studio, "cost")
    window = studio.shell.window
    assert window is not None
    page = window.findChild(FiguresPage)
    assert isinstance(page, FiguresPage)
    page.cost.days.turn_round()
    QTest.qWait(_WAIT_MS // 5)


def empty(studio: Studio) -> None:
    studio.show("figures")


def _scroll(studio: Studio) -> None:
    from PySide6.QtTest import QTest

    from llmgw_desktop.ui.widgets.panes import Scrolled

    window = studio.shell.window
    assert window is not None
    for area in window.findChildren(Scrolled):
        area.verticalScrollBar().setValue(area.verticalScrollBar().maximum())
    QTest.qWait(_WAIT_MS // 5)


POSES: dict[str, Callable[[Studio], None]] = {
    pose.__name__.replace("_", "-"): pose
    for pose in (
        *(cost_full, cost_below, cost_table, latency_full, latency_below, empty),
        checks_full,
    )
}
