"""Access: what waits for your answer, who has access, what was decided and changed, and where jobs
may work.

This file joins the parts; each stands in `ui/access/`.
"""

from collections.abc import Callable, Iterator

from PySide6.QtCore import Signal
from PySide6.QtGui import QAction, QShowEvent
from typing_extensions import override

from llmgw_desktop.app.access.decisions import DecisionRow
from llmgw_desktop.app.access.oversight import Oversight
from llmgw_desktop.app.gateway.web.pairing import Pocket
from llmgw_desktop.app.words.inert_text import inert_line
from llmgw_desktop.domain.events import (
    ApprovalDecided,
    AuditNoted,
    ClientsChanged,
    ConsentChanged,
    Event,
    GrantsChanged,
    HeldChanged,
    JobChanged,
    PermissionChanged,
    SettingsChanged,
    TerminalTold,
    WorktreesChanged,
)
from llmgw_desktop.ui.access.devices import DeviceSection
from llmgw_desktop.ui.access.log_sections import ChangeSection, DecisionPane
from llmgw_desktop.ui.access.people import HolderSection, WaitingSection
from llmgw_desktop.ui.access.rules import RuleSection
from llmgw_desktop.ui.access.section import AccessSection
from llmgw_desktop.ui.access.workspaces import WorkspaceSection
from llmgw_desktop.ui.access.worktrees import WorktreeSection
from llmgw_desktop.ui.bridge import Bridge
from llmgw_desktop.ui.theme import Theme
from llmgw_desktop.ui.widgets.button import add_key
from llmgw_desktop.ui.widgets.notices import Banner, BannerKind
from llmgw_desktop.ui.widgets.pacing import MadeInSteps
from llmgw_desktop.ui.widgets.panes import TabbedPage
from llmgw_desktop.ui.widgets.words import said

_NEWS: dict[str, tuple[type, ...]] = {
    "waiting": (ConsentChanged, PermissionChanged, HeldChanged, TerminalTold, JobChanged),
    "holders": (GrantsChanged, ClientsChanged, ConsentChanged),
    "devices": (AuditNoted, SettingsChanged),
    "decisions": (ConsentChanged, PermissionChanged, ApprovalDecided),
    "changes": (AuditNoted,),
    "workspaces": (SettingsChanged,),
    "worktrees": (WorktreesChanged, JobChanged),
    "rules": (SettingsChanged,),
}
"""What each shows anew after which events."""


class AccessPage(TabbedPage, MadeInSteps):
    """`show_waiting` is for banners, notices and the tray that lead here."""

    said = Signal(str, object)
    """What was done, and what takes it back (None: nothing does)."""
    question_wanted = Signal(str)
    group_wanted = Signal(str)
    job_wanted = Signal(str)
    change_wanted = Signal(object)
    """Of the settings: makes a SettingsWish."""
    notices_wanted = Signal(bool)

    def __init__(
        self,
        oversight: Oversight,
        pocket: Pocket,
        bridge: Bridge,
        theme: Theme,
        *,
        delays: list[tuple[int, bool]],
        on_delay: Callable[[int], None],
    ) -> None:
        """`delays`: before Allow can be pressed, in milliseconds, and whether it is the one."""
        super().__init__()
        self._oversight = oversight
        self._pocket = pocket
        self._bridge = bridge
        self._theme = theme
        self._begin(self._made(delays, on_delay))

    def _made(
        self, delays: list[tuple[int, bool]], on_delay: Callable[[int], None]
    ) -> Iterator[None]:
        self._trouble = Banner(self._theme)
        yield
        self.waiting = WaitingSection(self._theme, self._bridge, self._oversight.questions, delays)
        yield
        self.waiting.read()  # to show the page takes no longer then
        yield
        self.holders = HolderSection(self._theme, self._bridge, self._oversight.rights)
        yield
        self.devices = DeviceSection(self._theme, self._bridge, self._pocket)
        yield
        self.decisions = DecisionPane(self._theme)
        yield
        self.changes = ChangeSection(self._theme, self._bridge, self._oversight.changes)
        yield
        self.workspaces = WorkspaceSection(self._theme, self._bridge, self._oversight.workspaces)
        yield
        self.worktrees = WorktreeSection(self._theme, self._bridge, self._oversight.worktrees)
        yield
        self.rules = RuleSection(self._theme, self._bridge, self._oversight.rules)
        yield
        self.notices = QAction(said("Tell of new questions"), self)
        self.waiting.delay_chosen.connect(on_delay)
        parts = {
            "waiting": ("Waiting", self.waiting),
            "holders": ("Who has access", self.holders),
            "devices": ("Devices", self.devices),
            "decisions": ("Decisions", self.decisions),
            "rules": ("Rules", self.rules),
            "changes": ("What was changed", self.changes),
            "workspaces": ("Workspaces", self.workspaces),
            "worktrees": ("Worktrees", self.worktrees),
        }
        self.lay_out_parts(self._theme, "Parts of Access", parts, above=self._trouble)
        yield
        self._connect()

    def show_waiting(self) -> None:
        self.show_tab("waiting")
        self.waiting.read()

    @override
    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        self._show_count()
        self._read()

    def _read(self) -> None:
        """What is in sight."""
        part = self._stack.currentWidget()
        if isinstance(part, AccessSection | ChangeSection):
            part.read()
        else:
            self._bridge.fetch(
                self, self._oversight.decisions.recent, self._take_decisions, self._on_failed
            )

    def _take_decisions(self, rows: tuple[DecisionRow, ...]) -> None:
        self._trouble.hide()
        self.decisions.show_rows(rows)

    def _on_failed(self, error: Exception) -> None:
        self._trouble.say(
            BannerKind.ERROR, "The decisions cannot be read.", inert_line(str(error), 400)
        )

    def _on_events(self, events: tuple[Event, ...]) -> None:
        if not self.isVisible():
            return
        if any(isinstance(event, _NEWS["waiting"]) for event in events):
            self._show_count()
        if any(isinstance(event, _NEWS[self.tab]) for event in events):
            self._read()

    def _show_count(self) -> None:
        count = len(self._oversight.questions.open)
        self._tabs.setTabText(0, said(f"Waiting ({count:,})" if count else "Waiting"))

    def _on_tab(self) -> None:
        if self.isVisible():
            self._read()

    def _connect(self) -> None:
        self._bridge.events.connect(self._on_events)
        self._tabs.currentChanged.connect(self._on_tab)
        for part in (self.waiting, self.holders, self.devices, self.workspaces, self.worktrees):
            part.said.connect(self.said)
        self.changes.said.connect(self.said)
        self.rules.change_wanted.connect(self.change_wanted)
        self.waiting.question_wanted.connect(self.question_wanted)
        self.waiting.group_wanted.connect(self.group_wanted)
        self.decisions.job_wanted.connect(self.job_wanted)
        self.notices.setCheckable(True)
        self.notices.toggled.connect(self.notices_wanted)
        self.addAction(self.notices)
        add_key(self, "Read access again", ["F5"], self._read)
