"""The icon in the system's tray: how the gateway stands, and the way back to the window.

There may be no tray, or one that comes up after us: `look_again` finds out. Labels change in
place, from what `show` was last told; opening the menu asks nobody.
"""

from collections.abc import Callable, Sequence
from dataclasses import field
from typing import TYPE_CHECKING

from PySide6.QtCore import QElapsedTimer, QObject, QTimer, Signal
from PySide6.QtGui import QAction, QGuiApplication, QIcon
from PySide6.QtWidgets import QMenu, QSystemTrayIcon

from llmgw_desktop.app.clis.cards import CliCard
from llmgw_desktop.app.gateway.control import status_line
from llmgw_desktop.app.providers.cards import ProviderCard, Trial
from llmgw_desktop.app.words.figures import counted, share_text
from llmgw_desktop.domain.events import GatewayState, GatewayStatus
from llmgw_desktop.domain.values import value
from llmgw_desktop.ui.theme import Icons
from llmgw_desktop.ui.widgets.words import said

if TYPE_CHECKING:
    from llmgw_desktop.app.providers.usage import QuotaLine

TITLE = "LLM Gateway"
_LOOK_EVERY_MS = 2000
_LOOK_FOR_MS = 30_000
_ICONS = {
    GatewayState.RUNNING: "tray-running",
    GatewayState.PAUSED: "tray-paused",
    GatewayState.FAILED: "tray-failed",
}
_STOPPED_ICON = "tray-stopped"
_WAITING_ICON = "tray-waiting"
"""Somebody is asked something; no other shape has a dot."""
_TROUBLE_ICON = "tray-trouble"
"""It runs, and something is amiss; no other shape has a triangle."""
_MOST_JOBS = 8
_SIZES = (16, 22, 24, 32, 48, 64)


@value
class TraySnapshot:
    """All that the tray shows."""

    status: GatewayStatus
    base_urls: dict[str, str] = field(default_factory=dict)
    under_way: int = 0
    trouble: str = ""
    """One sentence beside the state, empty when all is well."""


@value
class TrayJob:
    """One that goes on, as its line says it."""

    job_id: str
    words: str


class Tray(QObject):
    """`is_available` is asked, never assumed; tests give their own."""

    open_wanted = Signal()
    pause_wanted = Signal()
    pause_hour_wanted = Signal()
    resume_wanted = Signal()
    settings_wanted = Signal()
    new_job_wanted = Signal()
    job_wanted = Signal(str)
    quit_wanted = Signal()
    provider_toggled = Signal(str, bool)
    questions_wanted = Signal()
    """The oldest question, or the list of them."""
    jobs_wanted = Signal()
    """Those that wait for a limit."""
    menu_opens = Signal()
    """What counts down may be shown anew."""
    appeared = Signal()
    vanished = Signal()

    def __init__(
        self, icons: Icons, is_available: Callable[[], bool] = QSystemTrayIcon.isSystemTrayAvailable
    ) -> None:
        super().__init__()
        self._icons = icons
        self._is_available = is_available
        self._icon: QSystemTrayIcon | None = None
        self._snapshot = TraySnapshot(status=GatewayStatus(state=GatewayState.STARTING))
        self._drawn: dict[str, QIcon] = {}
        self._on_message_click: Callable[[], None] = lambda: None
        self.menu = QMenu()
        self._line, self._trouble, self._today = (QAction(self) for _ in range(3))
        for told in (self._line, self._trouble, self._today):
            told.setEnabled(False)
        self._questions = QAction(self)
        self._questions.setVisible(False)
        self._questions.triggered.connect(self.questions_wanted)
        self._parked = QAction(self)
        self._parked.setVisible(False)
        self._parked.triggered.connect(self.jobs_wanted)
        self._today.setVisible(False)
        self._hour = QAction(said("Pause for an hour"), self)
        self._hour.triggered.connect(self.pause_hour_wanted)
        self._until = ""
        self._jobs = QMenu(said("Jobs"), self.menu)
        self._job_ids: list[str] = []
        self._job_actions: list[QAction] = []
        self._count = 0
        self._copies = QMenu(said("Copy base URL"))
        self._copy_actions: dict[str, QAction] = {}
        self._providers = QMenu(said("Providers"), self.menu)
        self._provider_actions: dict[str, QAction] = {}
        self._turn = QAction(self)
        self._turn.triggered.connect(self._ask_turn)
        self._fill_menu()
        self.menu.aboutToShow.connect(self.menu_opens)
        for menu in (self._providers, self._jobs):
            menu.aboutToShow.connect(self.menu_opens)
        self._looked = QElapsedTimer()
        self._look_timer = QTimer(self, interval=_LOOK_EVERY_MS)
        self._look_timer.timeout.connect(self._look_for_a_while)
        self.show(self._snapshot)
        self.show_providers(())

    @property
    def is_shown(self) -> bool:
        return self._icon is not None

    def start(self) -> None:
        """Show the icon now, or as soon as a tray comes up within half a minute."""
        self.look_again()
        if not self.is_shown:
            self._looked.start()
            self._look_timer.start()

    def look_again(self) -> bool:
        """Whether there is a tray now; the icon comes and goes with it."""
        available = self._is_available()
        if available and self._icon is None:
            self._make_icon()
            self._look_timer.stop()
            self.appeared.emit()
        elif not available and self._icon is not None:
            self._drop_icon()
            self.vanished.emit()
        return available

    def show(self, snapshot: TraySnapshot) -> None:
        self._snapshot = snapshot
        state = snapshot.status.state
        line = status_line(snapshot.status, snapshot.under_way)
        is_until = self._until and state is GatewayState.PAUSED
        self._line.setText(said(f"{line} · {self._until}" if is_until else line))
        self._trouble.setText(said(snapshot.trouble))
        self._trouble.setVisible(bool(snapshot.trouble))
        is_paused = state is GatewayState.PAUSED
        self._turn.setText(said("Resume gateway" if is_paused else "Pause gateway"))
        self._turn.setEnabled(state in (GatewayState.RUNNING, GatewayState.PAUSED))
        self._hour.setVisible(state is GatewayState.RUNNING)
        self._show_copies(snapshot.base_urls)
        if self._icon is not None:
            self._dress_icon(self._icon)

    def show_providers(self, cards: Sequence[ProviderCard], clis: Sequence[CliCard] = ()) -> None:
        """The same list as the page's; practice is always there, and nothing to switch, and what is
        not installed cannot be."""
        shown: dict[str, ProviderCard | CliCard] = {
            card.name: card for card in cards if not card.is_practice
        }
        shown |= {card.name: card for card in clis if card.is_installed}
        if list(shown) != list(self._provider_actions):
            self._providers.clear()
            self._provider_actions = {name: self._provider_action(name) for name in shown}
        for name, card in shown.items():
            action = self._provider_actions[name]
            action.setText(said(_provider_words(card)).replace("&", "&&"))
            action.setChecked(card.enabled)
        self._providers.menuAction().setVisible(bool(shown))

    def show_questions(self, count: int) -> None:
        """How many wait for a person: in the menu, and as a dot on the icon."""
        if count == self._count:
            return
        self._count = count
        self._questions.setText(said(counted(count, "question waits…", "questions wait…")))
        self._questions.setVisible(bool(count))
        if self._icon is not None:
            self._dress_icon(self._icon)

    def show_today(self, words: str) -> None:
        """Cost and cache of today; empty where nothing is known."""
        self._today.setText(said(words))
        self._today.setVisible(bool(words))

    def show_pause(self, until: str) -> None:
        """«until 15:01» of a pause that ends by itself; else empty."""
        if until != self._until:
            self._until = until
            self.show(self._snapshot)

    def show_jobs(self, jobs: Sequence[TrayJob]) -> None:
        """Those that go on, the newest first, as far as a menu has room."""
        shown = list(jobs[:_MOST_JOBS])
        self._job_ids = [each.job_id for each in shown]
        for action, job in zip(self._job_actions, shown, strict=False):
            action.setText(job.words.replace("&", "&&"))
        for at, action in enumerate(self._job_actions):
            action.setVisible(at < len(shown))
        self._jobs.setTitle(said(f"Jobs ({len(jobs):,} under way)" if jobs else "Jobs"))

    def show_parked(self, line: str) -> None:
        """Of jobs that wait for a limit; empty where none does."""
        self._parked.setText(said(line))
        self._parked.setVisible(bool(line))

    def say(self, title: str, text: str, on_click: Callable[[], None] = lambda: None) -> bool:
        """A notification; False where there is no tray to say it with."""
        if self._icon is None:
            return False
        self._on_message_click = on_click
        self._icon.showMessage(
            _without_markup(said(title)), _without_markup(said(text)), self._drawing("tray-running")
        )
        return True

    def close(self) -> None:
        self._look_timer.stop()
        self._drop_icon()
        self.menu.deleteLater()
        for menu in (self._copies, self._jobs):
            menu.deleteLater()

    def _fill_menu(self) -> None:
        self.menu.addAction(self._line)
        self.menu.addAction(self._trouble)
        self.menu.addAction(self._today)
        self.menu.addAction(self._questions)
        self.menu.addAction(self._parked)
        self.menu.addSeparator()
        self._add(f"Open {TITLE}", self.open_wanted)
        self.menu.addMenu(self._copies)
        self.menu.addSeparator()
        self.menu.addMenu(self._providers)
        self.menu.addMenu(self._jobs)
        self._fill_jobs()
        self._add("New job…", self.new_job_wanted)
        self.menu.addSeparator()
        self.menu.addAction(self._turn)
        self.menu.addAction(self._hour)
        self.menu.addSeparator()
        self._add("Settings…", self.settings_wanted)
        self._add(f"Quit {TITLE}", self.quit_wanted)

    def _fill_jobs(self) -> None:
        """Lines that change in place: a menu that is open stays whole."""
        for at in range(_MOST_JOBS):
            action = self._jobs.addAction("")
            action.setVisible(False)
            action.triggered.connect(self._job_opener(at))
            self._job_actions.append(action)
        self._jobs.addSeparator()
        every = self._jobs.addAction(said("All jobs"))
        every.triggered.connect(self.jobs_wanted)

    def _job_opener(self, at: int) -> Callable[[], None]:
        return lambda: self.job_wanted.emit(self._job_ids[at])

    def _add(self, words: str, signal: object) -> None:
        action = QAction(said(words), self)
        action.triggered.connect(signal)
        self.menu.addAction(action)

    def _provider_action(self, name: str) -> QAction:
        action = self._providers.addAction("")
        action.setCheckable(True)
        action.triggered.connect(lambda on: self.provider_toggled.emit(name, on))
        return action

    def _show_copies(self, base_urls: dict[str, str]) -> None:
        self._copies.setEnabled(bool(base_urls))
        for vendor, url in base_urls.items():
            if vendor not in self._copy_actions:
                action = self._copies.addAction("")
                action.triggered.connect(self._copier(vendor))
                self._copy_actions[vendor] = action
            self._copy_actions[vendor].setText(f"{vendor}   {url}")

    def _copier(self, vendor: str) -> Callable[[], None]:
        return lambda: QGuiApplication.clipboard().setText(self._snapshot.base_urls[vendor])

    def _ask_turn(self) -> None:
        if self._snapshot.status.state is GatewayState.PAUSED:
            self.resume_wanted.emit()
        else:
            self.pause_wanted.emit()

    def _look_for_a_while(self) -> None:
        self.look_again()
        if self._looked.elapsed() > _LOOK_FOR_MS:
            self._look_timer.stop()

    def _make_icon(self) -> None:
        # Made anew each time: an icon that was shown before the tray came up never registers.
        icon = QSystemTrayIcon(self)
        icon.setContextMenu(self.menu)
        icon.activated.connect(self._on_activated)
        icon.messageClicked.connect(self._on_message_clicked)
        self._dress_icon(icon)
        icon.show()
        self._icon = icon

    def _drop_icon(self) -> None:
        if self._icon is not None:
            self._icon.hide()
            self._icon.deleteLater()
            self._icon = None

    def _dress_icon(self, icon: QSystemTrayIcon) -> None:
        snapshot = self._snapshot
        icon.setIcon(self._drawing(self._drawing_name()))
        asked = f"\n{said(_asked_words(self._count))}" if self._count else ""
        trouble = f"\n{said(snapshot.trouble)}" if snapshot.trouble else ""
        icon.setToolTip(_without_markup(f"{TITLE}: {self._line.text()}{asked}{trouble}"))

    def _drawing_name(self) -> str:
        """A question comes before trouble: it may be lost by waiting."""
        state = self._snapshot.status.state
        if self._count:
            return _WAITING_ICON
        if self._snapshot.trouble and state is GatewayState.RUNNING:
            return _TROUBLE_ICON
        return _ICONS.get(state, _STOPPED_ICON)

    def _drawing(self, name: str) -> QIcon:
        if name not in self._drawn:
            self._drawn[name] = self._icons.fixed_icon(name, _SIZES)
        return self._drawn[name]

    def _on_message_clicked(self) -> None:
        self._on_message_click()

    def _on_activated(self, reason: QSystemTrayIcon.ActivationReason) -> None:
        if reason in (
            QSystemTrayIcon.ActivationReason.Trigger,
            QSystemTrayIcon.ActivationReason.DoubleClick,
        ):
            self.open_wanted.emit()


def _asked_words(count: int) -> str:
    return f"{counted(count, 'question waits', 'questions wait')} for you"


def _without_markup(text: str) -> str:
    """Many a desktop reads markup in these, with links and pictures, and most do not; to escape it
    would be seen there. Text of jobs and programs stands in them."""
    return text.replace("<", "‹")


def _provider_words(card: ProviderCard | CliCard) -> str:
    """«work-openai (cooling 2 m)»; one that is simply on or off says so by its check mark, and has
    in its place what is left of the quota that is nearest its end."""
    if card.words not in ("ready", "off", Trial.NONE):
        return f"{card.name} ({card.words})"
    lines = card.quotas if isinstance(card, CliCard) else _quotas(card)
    known = [each for each in lines if each.left_share is not None and not each.is_brief]
    if not card.enabled or not known:
        return card.name
    nearest = min(known, key=lambda each: each.left_share or 0.0)
    return f"{card.name} ({nearest.name}: {share_text(nearest.left_share)} left)"


def _quotas(card: ProviderCard) -> "list[QuotaLine]":
    return [line for account in card.accounts for line in account.quotas]
