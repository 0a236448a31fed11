"""Poses of the whole window: the Overview, stores in question, menus. Of the others: `Studio`."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

from llmgw_desktop.ui.widgets.words import said

_WAIT_MS = 500
_PORT_TAKEN = (
    "Port 3333 on 127.0.0.1 is held by ollama (pid 812). Stop it, or choose another port:"
    " --port, LLM_GATEWAY_HTTP_PORT or http.port."
)


_LOST = (
    "Done since then, and lost: Key made (2); Vault entry stored (1); 14 jobs. Access that was"
    " taken since then is open again: nightly, old laptop. Recorded flights stay."
)


class Studio:
    """One window on a plain gateway. Poses set the scene, then `show` it."""

    def __init__(self, theme: object, folder: Path, size: tuple[int, int]) -> None:
        from PySide6.QtCore import QSettings

        from llmgw_desktop.ui.bridge import Bridge
        from llmgw_desktop.ui.shell.desktop_shell import DesktopShell
        from llmgw_desktop.ui.shell.tray import Tray
        from llmgw_desktop.ui.theme import Theme
        from tests.ui.at_once import run_at_once
        from tests.ui.plain_gateway import PlainGateway

        assert isinstance(theme, Theme)
        Bridge.run = run_at_once  # type: ignore[method-assign, assignment]
        self._size = size
        self.gateway = PlainGateway(
            Path("/home/ada/.local/share/llmgw-desktop/run/access.key"), folder / "config.toml"
        )
        self.tray = Tray(theme.icons, lambda: False)
        settings = QSettings(str(folder / "window.ini"), QSettings.Format.IniFormat)
        self.shell = DesktopShell(self.gateway, theme, self.tray, settings)
        self.subject: object = None

    def show(self, page: str = "overview") -> None:
        from PySide6.QtTest import QTest

        self.shell.show_window()
        window = self.shell.window
        assert window is not None
        window.resize(*self._size)
        window.show_page(page)
        window.page(page)
        self.subject = window
        QTest.qWait(_WAIT_MS)

    def close(self) -> None:
        from shiboken6 import delete

        window = self.shell.window
        self.shell._bridge.close()
        delete(self.shell)
        delete(window)


def _busy(studio: Studio) -> None:
    from tests.ui.plain_gateway import ended_flight, running_flight

    studio.gateway.reader.waves = True
    studio.gateway.reader.flights = [ended_flight(number) for number in range(1, 60)]
    studio.gateway.under_way = [
        running_flight(1, client="claude-code", model="claude-sonnet-4-5", chunks=214),
        running_flight(3),
        running_flight(22, client="nightly-review", model="llama-3.3-70b-versatile", chunks=1204),
    ]


def overview_full(studio: Studio) -> None:
    """With sums that are not whole, and practice that is left out."""
    from dataclasses import replace

    from llmgw_desktop.domain.flights.flight import Counted
    from llmgw_desktop.domain.usage import Figure
    from tests.ui import plain_gateway

    found = Counted(told=396, estimated=3, partial=2, unknown=8)
    counted = {Figure.OUTPUT: found, Figure.COST: replace(found, unknown=0)}
    whole = replace(plain_gateway.WAVE_TOTALS, cost_usd=3.2, counted=counted)
    plain_gateway.WAVE_TOTALS = whole
    studio.gateway.overview._practice = lambda: ("practice",)
    _busy(studio)
    studio.show()


def overview_costs(studio: Studio) -> None:
    """The lower half: what runs, who answered, and what the dearest conversations cost."""
    from PySide6.QtTest import QTest

    from llmgw_desktop.ui.overview.board import OverviewBoard

    overview_full(studio)
    board = studio.shell.window.findChild(OverviewBoard)  # type: ignore[union-attr]
    assert board is not None
    board.choose_costs_by("conversation")
    board.span_chosen.emit()
    QTest.qWait(_WAIT_MS)
    board.verticalScrollBar().setValue(board.verticalScrollBar().maximum())


def overview_kept(studio: Studio) -> None:
    """A share of each window is kept for the person."""
    from llmgw_desktop.app.providers.usage import kept_windows
    from llmgw_desktop.domain.provider import AccountStatus, QuotaWindow
    from tests.ui.plain_gateway import NOW_S

    claude = (
        QuotaWindow(name="5h", used_share=0.37, resets_at_s=NOW_S + 7000),
        QuotaWindow(name="7d", used_share=0.85, resets_at_s=NOW_S + 300_000),
    )
    statuses = [AccountStatus(account="claude-cli", windows=claude)]
    studio.gateway.windows = kept_windows(statuses, 0.2, NOW_S)
    overview_full(studio)


def overview_sparse(studio: Studio) -> None:
    """Little traffic to many providers, not all of which tell of their cache."""
    _busy(studio)
    studio.gateway.under_way = []
    studio.gateway.reader.is_sparse = True
    studio.show()


def overview_table(studio: Studio) -> None:
    from llmgw_desktop.ui.widgets.button import Button

    _busy(studio)
    studio.show()
    turn = next(
        button
        for button in studio.shell.window.findChildren(Button)  # type: ignore[union-attr]
        if button.accessibleName() == said("Show as table")
    )
    turn.click()


def overview_empty(studio: Studio) -> None:
    studio.show()


def overview_closed(studio: Studio) -> None:
    """A newcomer whose port is taken."""
    from llmgw_desktop.domain.events import GatewayState

    studio.gateway.control.move(GatewayState.FAILED, url="", problem=_PORT_TAKEN)
    studio.show()


def overview_quiet(studio: Studio) -> None:
    """Flights were recorded, but none lately."""
    from tests.ui.plain_gateway import ended_flight

    studio.gateway.reader.flights = [ended_flight(1)]
    studio.gateway.reader.is_quiet = True
    studio.show()


def overview_failed(studio: Studio) -> None:
    from llmgw_desktop.domain.errors import StoreUnavailable
    from llmgw_desktop.domain.events import GatewayState

    studio.gateway.control.move(
        GatewayState.FAILED,
        url="",
        problem=_PORT_TAKEN,
    )
    studio.gateway.reader.trouble = StoreUnavailable("The disk cannot be read: flights.db.")
    studio.show()


def overview_paused(studio: Studio) -> None:
    from llmgw_desktop.domain.events import RecorderStatus

    _busy(studio)
    studio.gateway.control.recorder = RecorderStatus(
        recording=False, problem="The disk is full: flights.db cannot be written.", dropped=12
    )
    studio.gateway.control.pause()
    studio.show()


def overview_leapt(studio: Studio) -> None:
    from llmgw_desktop.domain.events import HeldDeletion, RecorderStatus

    _busy(studio)
    studio.gateway.control.recorder = RecorderStatus(
        recording=True,
        left_out=12,
        fell_behind=True,
        held=HeldDeletion(flights=68, days=30, ahead_days=40),
    )
    studio.show()


def store_in_question(studio: Studio) -> None:
    from llmgw_desktop.domain.events import GatewayState, StoreAnswer, StoreQuestion

    _busy(studio)
    what = "gateway.db was put back to an older copy: it had come to entry 812, and ends at 640."
    control = studio.gateway.control
    control.question = StoreQuestion(
        what=what,
        backup="2026-11-21 15:00:02",
        can_stay=True,
        lost={StoreAnswer.RESTORE: _LOST},
    )
    control.move(GatewayState.RUNNING, problem=what)
    studio.show()


def store_asked_once_more(studio: Studio) -> None:
    from PySide6.QtTest import QTest
    from PySide6.QtWidgets import QAbstractButton

    store_in_question(studio)
    for button in studio.shell.window.troubles.findChildren(QAbstractButton):
        if "15:00:02" in button.text():
            button.click()
            QTest.qWait(_WAIT_MS)
            return


def backup_dialog(studio: Studio) -> None:
    _busy(studio)
    studio.show()
    studio.subject = studio.shell._store_desk.ask_backup()


def restore_dialog(studio: Studio) -> None:
    from llmgw_desktop.app.safekeeping.safekeeping import FILE

    _busy(studio)
    studio.show()
    shown = "2026-11-21 15:00:02     3.1 MB  4 clients, 6 credentials, 120 jobs"
    studio.subject = studio.shell._store_desk.open_restore(
        [("gateway-1", shown), (FILE, "A whole home, from a file …")]
    )
    studio.subject.choose(FILE)


def flights_full(studio: Studio) -> None:
    _busy(studio)
    studio.gateway.reader.waves = False
    studio.show("flights")


def _wait(ms: int = _WAIT_MS) -> None:
    """In a loop of Qt's own: QTest would keep the interpreter's lock from who reads in a thread."""
    from PySide6.QtCore import QEventLoop, QTimer

    waiting = QEventLoop()
    QTimer.singleShot(ms, waiting.quit)
    waiting.exec()


def _larger(studio: Studio) -> Any:
    assert studio.shell.window is not None
    page = studio.shell.window.page("overview")
    for _ in range(40):
        page._read_large()  # asked for again: nothing is drawn before the figures are there
        _wait()
        if page._large is not None:
            break
    studio.subject = page._large
    return page._large


def overview_large(studio: Studio) -> None:
    overview_full(studio)
    _larger(studio).read_bucket(40)
    _wait()


def overview_large_gaps(studio: Studio) -> None:
    """Some providers told neither tokens nor prices."""
    overview_sparse(studio)
    _larger(studio).read_bucket(44)
    _wait()


def overview_large_empty(studio: Studio) -> None:
    overview_quiet(studio)
    _larger(studio)
    _wait()


def flights_empty(studio: Studio) -> None:
    studio.show("flights")


def tray_menu(studio: Studio) -> None:
    from PySide6.QtCore import QPoint
    from PySide6.QtTest import QTest

    _busy(studio)
    studio.show()
    studio.tray.menu.popup(QPoint(100, 100))
    QTest.qWait(_WAIT_MS)
    studio.subject = studio.tray.menu


POSES: dict[str, Callable[[Studio], None]] = {
    pose.__name__.replace("_", "-"): pose
    for pose in (
        overview_full,
        overview_costs,
        overview_kept,
        overview_sparse,
        overview_large,
        overview_large_gaps,
        overview_large_empty,
        overview_table,
        overview_empty,
        overview_closed,
        overview_quiet,
        overview_failed,
        overview_paused,
        overview_leapt,
        store_in_question,
        store_asked_once_more,
        backup_dialog,
        restore_dialog,
        flights_full,
        flights_empty,
        tray_menu,
    )
}
