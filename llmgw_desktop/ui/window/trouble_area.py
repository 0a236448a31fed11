"""Banners on top of the window, one for each cause; each goes when its cause is gone."""

from collections.abc import Callable, Sequence
from functools import partial

from PySide6.QtCore import QUrl, Signal
from PySide6.QtGui import QDesktopServices
from PySide6.QtWidgets import QWidget

from llmgw_desktop.app.words.figures import counted
from llmgw_desktop.domain.events import (
    GatewayState,
    GatewayStatus,
    HeldDeletion,
    RecorderStatus,
    StoreAnswer,
    StoreQuestion,
)
from llmgw_desktop.ui.theme import Theme
from llmgw_desktop.ui.widgets.layouts import v_box
from llmgw_desktop.ui.widgets.notices import Banner, BannerKind


class TroubleArea(QWidget):
    """The gateway, its store, the recorder, the settings, what could not be opened, what a quit
    waits for, questions to a person, budgets that are used up, alarms about accounts
    and caches, floods: each with its banner."""

    retry_wanted = Signal()
    setting_wanted = Signal(str)
    settings_file_wanted = Signal()
    data_folder_wanted = Signal()
    held_decided = Signal(bool)
    """Whether flights that a leap of the clock made old are to be deleted."""
    store_answered = Signal(object)
    """The StoreAnswer about a `gateway.db` in question; None: start anew, and ask then."""

    def __init__(self, theme: Theme) -> None:
        super().__init__()
        self._band = Banner(theme, closable=False)
        self._gateway = Banner(theme, closable=False)
        self._recording = Banner(theme)
        self._note_said = ""
        self._losses = Banner(theme)
        self._losses_said = (0, 0)
        self._store = Banner(theme, closable=False)
        self._held = Banner(theme, closable=False)
        self._settings = Banner(theme)
        self._change = Banner(theme)
        self._opening = Banner(theme)
        self._update = Banner(theme)
        self._budgets = Banner(theme)
        self.budgets_dismissed = self._budgets.dismissed
        self._alarms = Banner(theme)
        self.alarms_dismissed = self._alarms.dismissed
        self._floods = Banner(theme)
        self._quitting = Banner(theme, closable=False)
        self._questions = Banner(theme, closable=False)
        self._banners = (
            self._band,
            self._quitting,
            self._questions,
            self._gateway,
            self._floods,
            self._store,
            self._recording,
            self._losses,
            self._held,
            self._settings,
            self._change,
            self._opening,
            self._budgets,
            self._alarms,
            self._update,
        )
        v_box(theme, *self._banners, on=self, gap=0, margins=0)

    def show_band(self, what: str, why: str) -> None:
        """What holds for all that the window shows, as long as it is there."""
        self._band.say(BannerKind.INFO, what, why)

    @property
    def words(self) -> list[str]:
        """Of the banners in sight, from top to bottom."""
        return [banner.words for banner in self._banners if not banner.isHidden()]

    def show_gateway(self, status: GatewayStatus) -> None:
        if status.state is GatewayState.FAILED:
            what = "The gateway is not running: programs cannot reach their models."
            again = ("Try again", self.retry_wanted.emit)
            port = ("Show the setting", partial(self.setting_wanted.emit, _PORT))
            if _PORT in status.problem:
                self._gateway.say(BannerKind.ERROR, what, status.problem, again, port)
            else:
                self._gateway.say(BannerKind.ERROR, what, status.problem, again)
        elif status.state is not GatewayState.STARTING:
            self._gateway.hide()

    def show_store(self, question: StoreQuestion | None, *, is_answered: bool = False) -> None:
        """None where nothing is wrong; `is_answered`: what was chosen is being done."""
        if question is None:
            self._store.hide()
            return
        what = "What the gateway keeps is not as it was. Programs with keys are not let in."
        if is_answered:
            self._store.say(BannerKind.ERROR, what, "That is being done …")
            return
        if question.is_in_use:
            why = f"{question.what} The gateway has to start anew to look at it; it asks then."
            restart = ("Start anew", lambda: self.store_answered.emit(None))
            self._store.say(BannerKind.ERROR, what, why, restart)
            return
        kept = "What is replaced is kept aside. Your own access key works meanwhile."
        if not question.backup:
            kept = (
                "There is no backup of it: put a copy from before in its place and start anew, if"
                f" you have one. {kept}"
            )
        offered = {
            StoreAnswer.RESTORE: bool(question.backup),
            StoreAnswer.ANEW: True,
            StoreAnswer.AS_IT_IS: question.can_stay,
        }
        ways = [
            (f"{words} …", partial(self._ask_once_more, question, answer, words))
            for answer, words in _store_acts(question).items()
            if offered[answer]
        ]
        self._store.say(BannerKind.ERROR, what, f"{question.what} {kept}", *ways)

    def _ask_once_more(self, question: StoreQuestion, answer: StoreAnswer, words: str) -> None:
        """What it takes away is read before it is done. The way back stands where the hand is."""
        self._store.say(
            BannerKind.ERROR,
            f"{words}?",
            question.lost.get(answer, ""),
            ("Back", partial(self.show_store, question)),
            (_DO_IT[answer], partial(self.store_answered.emit, answer)),
        )

    def show_recording(self, status: RecorderStatus) -> None:
        self._show_losses(status)
        self._show_held(status.held)
        if status.recording or not status.problem:
            self._show_note(status.problem)
            return
        self._note_said = ""
        dropped = f" {counted(status.dropped, 'flight')} not kept." if status.dropped else ""
        self._recording.say(
            BannerKind.WARNING,
            "Flights are not being recorded. Requests still go through.",
            status.problem + dropped,
            ("Open data folder", self.data_folder_wanted.emit),
        )

    def _show_note(self, words: str) -> None:
        """What a start found of the file that flights lie in. Once dismissed it stays so."""
        if words != self._note_said or not words:
            what = "What was recorded before is not as it was." if words else ""
            self._recording.say(BannerKind.WARNING, what, words)
        self._note_said = words

    def _show_losses(self, status: RecorderStatus) -> None:
        """Once dismissed it stays so until more is lost."""
        counts = status.left_out, status.dropped
        if not (status.recording and status.fell_behind):
            self._losses.hide()
        elif counts != self._losses_said:
            self._losses_said = counts
            left_out = _flights(status.left_out, "kept with their figures alone")
            dropped = _flights(status.dropped, "not kept")
            self._losses.say(
                BannerKind.WARNING,
                "Not everything could be recorded. Requests still go through.",
                f"{_BEHIND} {left_out}{dropped}".strip(),
            )

    def _show_held(self, held: HeldDeletion | None) -> None:
        if held is None:
            self._held.hide()
            return
        count = f"{held.flights:,} flight{'s' if held.flights > 1 else ''}"
        self._held.say(
            BannerKind.WARNING,
            f"The clock is {held.ahead_days} days ahead of the last time this program knew: are "
            f"{count} older than {held.days} day{'s' if held.days > 1 else ''}?",
            "If the date is right, because the computer was off for long, they can go. If it is "
            "wrong, keep them. Until you say, none is deleted for its age, and no job or panel "
            "either.",
            (f"Delete {count}", lambda: self.held_decided.emit(True)),
            ("Keep", lambda: self.held_decided.emit(False)),
        )

    def show_settings(self, problem: str, warnings: Sequence[str] = ()) -> None:
        """What makes the file useless stands before what is only odd in it."""
        what, why = "", problem
        if problem:
            what = "The settings file cannot be used; the settings before it stay in force."
        elif warnings:
            what = "The settings file was read; something in it is not as it should be."
            more = f" (and {len(warnings) - 1} more)" if len(warnings) > 1 else ""
            why = warnings[0] + more
        look = ("Open settings file", self.settings_file_wanted.emit)
        self._settings.say(BannerKind.WARNING, what, why, look)

    def show_change(self, problem: str) -> None:
        """A change that was asked for in the window or the tray; empty when it was made."""
        what = "The settings were not changed." if problem else ""
        self._change.say(BannerKind.WARNING, what, problem)

    def show_quitting(self, words: str, on_stay: Callable[[], None]) -> None:
        """What is waited for before the program ends; empty when it stays."""
        self._quitting.say(BannerKind.INFO, words, "", ("Don't quit", on_stay))

    def show_questions(self, words: str, first: str, on_look: Callable[[], None]) -> None:
        """What waits for this person; empty when nothing does."""
        what = f"{words}." if words else ""
        self._questions.say(BannerKind.INFO, what, first, ("Look…", on_look))

    def show_budgets(
        self, what: str, why: str, *, is_up: bool, on_look: Callable[[], None]
    ) -> None:
        """Clients that have come far with what they may spend; empty when none has."""
        kind = BannerKind.WARNING if is_up else BannerKind.INFO
        self._budgets.say(kind, what, why, ("Show clients", on_look))

    def show_floods(self, what: str, why: str, action: str, on_look: Callable[[], None]) -> None:
        """Who holds too many connections; empty when nobody does."""
        self._floods.say(BannerKind.WARNING, what, why, (action, on_look))

    def show_alarms(self, what: str, why: str, on_look: Callable[[], None]) -> None:
        """Which account is not as it was, or whose prompts no longer come from their vendor's
        cache; empty when it was looked at."""
        self._alarms.say(BannerKind.INFO, what, why, ("Show the requests", on_look))

    def show_update(self, words: str, url: str) -> None:
        """There is a newer version; getting it is the person's."""
        opener = ("Open its page", lambda: QDesktopServices.openUrl(QUrl(url)))
        acts = (opener,) if url.startswith("https://") else ()
        self._update.say(BannerKind.INFO, words, "Nothing is installed by itself.", *acts)

    def show_opening(self, problem: str) -> None:
        """A file or folder could not be opened; empty when it could."""
        what = "It cannot be opened from here." if problem else ""
        self._opening.say(BannerKind.WARNING, what, problem)


_PORT = "http.port"
_BEHIND = "More came at once than can be written down."


def _flights(count: int, how: str) -> str:
    """A sentence since the start; empty for none."""
    return f"Since the start {how}: {counted(count, 'flight')}. " if count else ""


_DO_IT = {
    StoreAnswer.RESTORE: "Restore it",
    StoreAnswer.ANEW: "Begin anew",
    StoreAnswer.AS_IT_IS: "Use it as it is",
}


def _store_acts(question: StoreQuestion) -> dict[StoreAnswer, str]:
    """What can be done about a `gateway.db` in question, as its buttons say it."""
    return {
        StoreAnswer.RESTORE: f"Restore the backup of {question.backup}",
        StoreAnswer.ANEW: "Begin anew",
        StoreAnswer.AS_IT_IS: "Use it as it is",
    }
