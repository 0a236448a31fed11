"""Settings that are not kept in the file: the system keeps one, the others are this window's."""

from collections.abc import Callable
from enum import StrEnum
from pathlib import Path
from typing import Protocol

from PySide6.QtCore import QObject, QSettings, QTimer, Signal

from llmgw_desktop.app.gateway.autostart import AutostartState
from llmgw_desktop.domain.setting import Setting, Word, YesNo
from llmgw_desktop.domain.settings.whole import SettingGroup
from llmgw_desktop.ui.settings.rows import OwnSetting
from llmgw_desktop.ui.settings_changes import NoticeKind, is_told, tell_of
from llmgw_desktop.ui.theme import Appearance, TextScale, Theme

AUTOSTART = "Start when I log in"
APPEARANCE = "Appearance"
TEXT_SIZE = "Text size"
_SWITCH = YesNo()
_HERE = "kept by this window, not in the file"


class AsksSystem(Protocol):
    """What is asked of `app/gateway/autostart.py`; a worker asks."""

    def look(self) -> AutostartState: ...

    def switch(self, *, on: bool) -> AutostartState: ...


class OwnSettings(QObject):
    """`changed`: something is otherwise than it was told."""

    changed = Signal()

    def __init__(
        self, theme: Theme, settings: QSettings, system: AsksSystem, file: Callable[[], Path]
    ) -> None:
        """`file` is that of all other settings."""
        super().__init__()
        self._file = file
        self._theme = theme
        self._settings = settings
        self._system = system
        self._autostart: AutostartState | None = None
        theme.changed.connect(self.changed)

    @property
    def file(self) -> Path:
        return self._file()

    def read(self) -> AutostartState:
        """What waits for the disk: in a worker. `take` it then."""
        return self._system.look()

    def take(self, state: AutostartState) -> None:
        self._autostart = state

    def of_group(self, group: SettingGroup) -> tuple[OwnSetting, ...]:
        if group is SettingGroup.GENERAL:
            started = (self._of_autostart(self._autostart),) if self._autostart else ()
            return (*started, self._of_appearance(), self._of_text())
        if group is SettingGroup.NOTIFICATIONS:
            return tuple(map(self._of_notice, NoticeKind))
        return ()

    def change(self, own: OwnSetting, text: str | None) -> Callable[[], object] | None:
        """What a worker is to do, where it waits for the system. None: it is done."""
        wanted = own.shown_default if text is None else text
        if own.name == AUTOSTART:
            return lambda: self._system.switch(on=wanted == "true")
        if own.name == APPEARANCE:
            self._theme.set_appearance(Appearance(wanted))
        elif own.name == TEXT_SIZE:
            # Not now: with the window that is made anew goes the row that was told this.
            scale = TextScale(wanted)
            QTimer.singleShot(0, self._theme, lambda: self._theme.set_text_scale(scale))
        else:
            tell_of(self._settings, _kind_of(own), on=wanted == "true")
        self.changed.emit()
        return None

    def _of_autostart(self, state: AutostartState) -> OwnSetting:
        return OwnSetting(
            name=AUTOSTART,
            setting=Setting(_SWITCH, _AUTOSTART_WORDS),
            shown=_SWITCH.shown(state.is_on),
            shown_default="false",
            kept=f"kept by the system: {state.place}",
            problem=state.problem,
        )

    def _of_appearance(self) -> OwnSetting:
        return OwnSetting(
            name=APPEARANCE,
            setting=Setting(Word(words=Appearance), "Whether the window is light or dark."),
            shown=self._theme.appearance.value,
            shown_default=Appearance.SYSTEM.value,
            kept=_HERE,
        )

    def _of_text(self) -> OwnSetting:
        return OwnSetting(
            name=TEXT_SIZE,
            setting=Setting(Word(words=TextScale), _TEXT_WORDS),
            shown=self._theme.text_scale.value,
            shown_default=TextScale.USUAL.value,
            kept=_HERE,
        )

    def _of_notice(self, kind: NoticeKind) -> OwnSetting:
        return OwnSetting(
            name=_NOTICES[kind][0],
            setting=Setting(_SWITCH, _NOTICES[kind][1]),
            shown=_SWITCH.shown(is_told(self._settings, kind)),
            shown_default="true",
            kept=_HERE,
        )


_AUTOSTART_WORDS = (
    "The icon beside the clock comes up with your session, and programs reach their models at once."
    " Nothing else switches this on, and no update does."
)
_TEXT_WORDS = (
    "How large all text is, beside what the system scales: Ctrl and +, Ctrl and - from everywhere,"
    " Ctrl and 0 for the usual size."
)
_NOTICES: dict[StrEnum, tuple[str, str]] = {
    NoticeKind.QUESTIONS: (
        "Questions",
        "A program wants to be let in, or an agent asks what it may do, and nobody has the window"
        " before them.",
    ),
    NoticeKind.JOBS: ("Long jobs", "A job that ran for a minute or longer has ended."),
    NoticeKind.BUDGETS: ("Budgets", "A budget is nearly or wholly used."),
    NoticeKind.ALARMS: (
        "Alarms",
        "An account is not what it was, requests are refused in a row, or a client's prompts come"
        " no longer from its vendor's cache.",
    ),
    NoticeKind.FLOODS: ("Floods", "A client holds more connections than it may."),
}


def _kind_of(own: OwnSetting) -> NoticeKind:
    return next(kind for kind in NoticeKind if _NOTICES[kind][0] == own.name)
