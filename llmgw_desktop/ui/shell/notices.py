"""Notices about what runs on while nobody looks: budgets that are nearly or wholly used, clients
that flood, accounts that are not as they were, caches that miss."""

import math
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, QSettings, QTimer, Signal

from llmgw_desktop.app.policy.notifying import alarm_text, alarm_title
from llmgw_desktop.app.policy.words import (
    FALL_TEXT,
    fall_title,
    flood_text,
    flood_title,
    reached_text,
    reached_title,
)
from llmgw_desktop.app.words.figures import counted
from llmgw_desktop.domain.access.principal import known_as
from llmgw_desktop.domain.clock import Clock, SystemClock
from llmgw_desktop.domain.events import (
    AlarmRaised,
    BudgetReached,
    CacheFell,
    Event,
    FloodsChanged,
    SettingsChanged,
)
from llmgw_desktop.domain.flights.alarms import flights_filter
from llmgw_desktop.domain.settings.whole import Settings
from llmgw_desktop.ui.bridge import Bridge
from llmgw_desktop.ui.settings_changes import NoticeKind, Say, told_by
from llmgw_desktop.ui.window.main_window import MainWindow

if TYPE_CHECKING:
    from llmgw_desktop.domain.policy import Flood


_EVERYBODY = "*"
_LONGEST_MS = 2**31 - 1
"""What a timer of Qt can wait for."""


class BudgetNotices(QObject):
    """`say` tells by the tray, while nobody has the window before them. One notice for what comes
    together."""

    clients_wanted = Signal()

    def __init__(self, bridge: Bridge, say: Say, clock: Clock, parent: QObject) -> None:
        super().__init__(parent)
        self._say = say
        self._clock = clock
        self._window: MainWindow | None = None
        self._reached: dict[tuple[str, str, str], BudgetReached] = {}
        """The last mark of each budget that was not looked at yet."""
        self._over = QTimer(self, singleShot=True)
        self._over.timeout.connect(self._show)
        bridge.events.connect(self._on_events)

    def watch_over(self, window: MainWindow) -> None:
        """Right after it was made."""
        self._window = window
        window.troubles.budgets_dismissed.connect(self._put_away)
        self._show()

    def _on_events(self, events: Sequence[Event]) -> None:
        reached = [each for each in events if isinstance(each, BudgetReached)]
        for changed in events:
            if isinstance(changed, SettingsChanged) and not changed.problem:
                self._keep_those_of(changed.settings)
        for event in reached:
            budget = event.spent.budget
            self._reached[event.client_id, budget.measure, budget.period] = event
        if reached and not self._is_in_front():
            self._say(*self._words(reached), self._look)
        self._show()

    def _keep_those_of(self, settings: Settings) -> None:
        """What the settings say otherwise now is no longer so."""
        said = {each.client: each.budgets for each in settings.policies}
        everybodys = said.get(_EVERYBODY, ())
        self._reached = {
            key: each
            for key, each in self._reached.items()
            if each.spent.budget in said.get(known_as(each.client_id, each.name), everybodys)
        }

    def _show(self) -> None:
        now_s = self._clock.now_s()
        ends = {key: each.spent.ends_at_s for key, each in self._reached.items()}
        for key in [key for key, end_s in ends.items() if end_s is not None and end_s <= now_s]:
            del self._reached[key], ends[key]
        soonest_s = min((end_s for end_s in ends.values() if end_s is not None), default=None)
        if soonest_s is not None:
            self._over.start(min(int((soonest_s - now_s) * 1000) + 1, _LONGEST_MS))
        if self._window is not None:
            waiting = list(self._reached.values())
            what, why = self._words(waiting) if waiting else ("", "")
            is_up = any(each.percent >= 100 for each in waiting)
            self._window.troubles.show_budgets(what, why, is_up=is_up, on_look=self._look)

    def _words(self, reached: Sequence[BudgetReached]) -> tuple[str, str]:
        if len(reached) == 1:
            return reached_title(reached[0]), reached_text(reached[0], self._clock.now_s())
        titles = "; ".join(reached_title(each) for each in reached[-3:])
        more = "" if len(reached) <= 3 else f"; and {len(reached) - 3} more"
        return f"{counted(len(reached), 'budget')} are nearly or wholly used", f"{titles}{more}."

    def _is_in_front(self) -> bool:
        window = self._window
        return window is not None and window.is_in_front()

    def _put_away(self) -> None:
        self._reached.clear()
        self._show()

    def _look(self) -> None:
        self._put_away()
        self.clients_wanted.emit()


class AlarmNotices(QObject):
    """Of accounts that are not as they were, and of clients whose prompts no longer come from their
    vendor's cache: the last one, until somebody looks. `say` tells by the tray, while nobody has
    the window before them."""

    def __init__(
        self, bridge: Bridge, say: Say, shown_window: Callable[[], MainWindow], parent: QObject
    ) -> None:
        super().__init__(parent)
        self._say = say
        self._shown_window = shown_window
        self._window: MainWindow | None = None
        self._last: AlarmRaised | CacheFell | None = None
        self._unseen = 0
        bridge.events.connect(self._on_events)

    def watch_over(self, window: MainWindow) -> None:
        """Right after it was made."""
        self._window = window
        window.troubles.alarms_dismissed.connect(self._put_away)
        self._show()

    def _on_events(self, events: Sequence[Event]) -> None:
        told = [each for each in events if isinstance(each, AlarmRaised | CacheFell)]
        if not told:
            return
        self._last = told[-1]
        self._unseen += len(told)
        if self._window is None or not self._window.is_in_front():
            self._say(*_alarm_words(self._last), self._look)
        self._show()

    def _show(self) -> None:
        if self._window is None:
            return
        what, why = ("", "") if self._last is None else _alarm_words(self._last)
        more = f" ({counted(self._unseen - 1, 'alarm')} before it)" if self._unseen > 1 else ""
        self._window.troubles.show_alarms(what and f"{what}{more}.", why, self._look)

    def _put_away(self) -> None:
        self._last, self._unseen = None, 0
        self._show()

    def _look(self) -> None:
        """At what it was told from."""
        last = self._last
        self._put_away()
        flights = last.alarm.flights if isinstance(last, AlarmRaised) else ()
        if len(flights) > 1:
            self._shown_window().show_flights(flights_filter(flights))
        elif last is not None:
            one = last.flight_id if isinstance(last, CacheFell) else flights[0]
            self._shown_window().open_flight(one)


def _alarm_words(event: AlarmRaised | CacheFell) -> tuple[str, str]:
    """What happened, and what it means."""
    if isinstance(event, AlarmRaised):
        return alarm_title(event.alarm), alarm_text(event.alarm)
    return fall_title(event), FALL_TEXT


NOTICED_EVERY_S = 600.0


class FloodNotices(QObject):
    """`say` tells by the tray, while nobody has the window before them."""

    client_wanted = Signal(str)
    """By its id; empty: all of them."""

    def __init__(self, bridge: Bridge, say: Say, clock: Clock, parent: QObject) -> None:
        super().__init__(parent)
        self._say = say
        self._clock = clock
        self._window: MainWindow | None = None
        self._floods: tuple[Flood, ...] = ()
        self._noticed_at_s = -math.inf
        bridge.events.connect(self._on_events)

    def watch_over(self, window: MainWindow) -> None:
        """Right after it was made."""
        self._window = window
        self._show()

    def _on_events(self, events: Sequence[Event]) -> None:
        changes = [each for each in events if isinstance(each, FloodsChanged)]
        if not changes:
            return
        before, self._floods = self._floods, changes[-1].floods
        if len(self._floods) > len(before) and not self._is_in_front():
            self._notice()
        self._show()

    def _notice(self) -> None:
        """Seldom: a program at its bound comes and goes."""
        now_s = self._clock.monotonic_s()
        if now_s - self._noticed_at_s >= NOTICED_EVERY_S:
            self._noticed_at_s = now_s
            self._say(flood_title(self._floods), self._text(), self._look)

    def _show(self) -> None:
        if self._window is not None:
            what = flood_title(self._floods)
            action = "Show client" if self._client_id() else "Show clients"
            self._window.troubles.show_floods(what, self._text(), action, self._look)

    def _text(self) -> str:
        return flood_text(self._floods, self._clock.now_s()) if self._floods else ""

    def _client_id(self) -> str:
        return self._floods[0].client_id if len(self._floods) == 1 else ""

    def _is_in_front(self) -> bool:
        window = self._window
        return window is not None and window.is_in_front()

    def _look(self) -> None:
        self.client_wanted.emit(self._client_id())


class TrayNotices(QObject):
    """All of them, each while its kind is switched on."""

    clients_wanted = Signal()
    client_wanted = Signal(str)
    """By its id; empty: all of them."""

    def __init__(
        self,
        bridge: Bridge,
        say: Say,
        settings: QSettings,
        shown_window: Callable[[], MainWindow],
        *,
        parent: QObject,
    ) -> None:
        super().__init__(parent)
        clock = SystemClock()
        self.budgets = BudgetNotices(
            bridge, told_by(say, settings, NoticeKind.BUDGETS), clock, self
        )
        self.alarms = AlarmNotices(
            bridge, told_by(say, settings, NoticeKind.ALARMS), shown_window, self
        )
        self.floods = FloodNotices(bridge, told_by(say, settings, NoticeKind.FLOODS), clock, self)
        self.budgets.clients_wanted.connect(self.clients_wanted)
        self.floods.client_wanted.connect(self.client_wanted)

    def watch_over(self, window: MainWindow) -> None:
        """Right after it was made."""
        for each in (self.budgets, self.alarms, self.floods):
            each.watch_over(window)
