"""What the window does about questions to a person: the dialog, the number, the banner, the notice.

One dialog at a time, the oldest question first; where more than a few wait there is none, and the
Access page lists them. `desktop_shell.py` has one and asks it.
"""

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, QSettings, QTimer, Signal

from llmgw_desktop.app.questions.questions import (
    Question,
    Questions,
    is_list,
    one_line,
    waiting_words,
)
from llmgw_desktop.domain.access.consent import ConsentQuestion, ConsentTerm
from llmgw_desktop.domain.access.principal import Scope
from llmgw_desktop.domain.events import ConsentChanged, Event, PermissionChanged
from llmgw_desktop.domain.jobs.approval import Decision, PermissionQuestion
from llmgw_desktop.ui.bridge import Bridge
from llmgw_desktop.ui.shell.tray import Tray
from llmgw_desktop.ui.theme import Theme
from llmgw_desktop.ui.widgets.pacing import ToCome
from llmgw_desktop.ui.window.main_window import MainWindow

if TYPE_CHECKING:
    from llmgw_desktop.ui.access.page import AccessPage
    from llmgw_desktop.ui.questions.armed_dialog import ArmedDialog

_NOTICES_KEY = "notices/questions"
_NEXT_MS = 400
"""Between an answer and the next dialog: nobody shall answer two with one double click."""


class QuestionWatch(QObject):
    """`show_window` makes and shows the window."""

    list_wanted = Signal()
    """The Access page, with all that wait."""
    job_wanted = Signal(str)
    said = Signal(str, object)
    """What was done, and what takes it back (None: nothing does)."""

    def __init__(
        self,
        questions: Questions,
        bridge: Bridge,
        theme: Theme,
        *,
        settings: QSettings,
        tray: Tray,
        parent: QObject | None = None,
    ) -> None:
        super().__init__(parent)
        self._questions = questions
        self._bridge = bridge
        self._theme = theme
        self._settings = settings
        self._tray = tray
        self._window: MainWindow | None = None
        self._page: ToCome[AccessPage] = ToCome()
        self._dialog: ArmedDialog | None = None
        self._dialog_id = ""
        self._put_away: set[str] = set()
        """Looked at and left for later: they come up no more by themselves."""
        self._told: set[str] = set()
        self._next = QTimer(self, singleShot=True, interval=_NEXT_MS)
        self._next.timeout.connect(self._show_oldest)
        bridge.events.connect(self._on_events)
        tray.questions_wanted.connect(self.open_oldest)

    @property
    def dialog(self) -> "ArmedDialog | None":
        """The one on screen, or about to be there: all of it is made."""
        return self._dialog if self._dialog is not None and self._dialog.is_whole else None

    @property
    def notices_on(self) -> bool:
        return bool(self._settings.value(_NOTICES_KEY, True, bool))

    def switch_notices(self, on: bool) -> None:
        self._settings.setValue(_NOTICES_KEY, on)

    def watch_over(self, window: MainWindow) -> None:
        """Right after it was made."""
        self._window = window
        self._show_count()

    def take_page(self, page: "AccessPage") -> None:
        """It was made: what was wanted of it meanwhile is done."""
        page.notices.setChecked(self.notices_on)
        page.notices_wanted.connect(self.switch_notices)
        self._page.come(page)

    def show_list(self) -> None:
        """On the Access page, which is in sight."""
        self._page.wish(lambda page: page.show_waiting())

    def show_holders(self) -> None:
        """Who has access, on the page that is in sight."""
        self._page.wish(lambda page: page.show_tab("holders"))

    def look(self) -> None:
        """Some may wait since before anybody listened."""
        self._show_count()
        self._show_oldest()

    def open_oldest(self) -> None:
        """A person asked for it: from the tray, a banner, a notice."""
        waiting = self._questions.waiting
        if is_list(waiting):
            self.list_wanted.emit()
        elif waiting:
            self.open_question(waiting[0].id)

    def open_question(self, question_id: str) -> None:
        """In front, with the keyboard: a person asked for it."""
        question = self._questions.find(question_id)
        if question is None:
            self.said.emit("That question waits no longer.", None)
            return
        self._put_away.discard(question_id)
        if self._dialog is None or self._dialog_id != question_id:
            self._take_away()
            self._dialog = self._make_dialog(question)
        self._dialog.bring_forward()

    def close(self) -> None:
        self._next.stop()
        self._take_away()

    def _on_events(self, events: Sequence[Event]) -> None:
        mine = [each for each in events if isinstance(each, ConsentChanged | PermissionChanged)]
        if not mine:
            return
        for event in mine:
            if event.question.id == self._dialog_id:
                self._renew(event)
        self._show_count()
        self._tell(mine)
        if self._dialog is None and not self._next.isActive():
            self._show_oldest()

    def _renew(self, event: ConsentChanged | PermissionChanged) -> None:
        """It was answered elsewhere, or asks something else now: then it is shown anew."""
        shown = getattr(self._dialog, "question", None)
        if event.answer is not None:
            self._take_away()
            self._next.start()
        elif event.question != shown:
            self._take_away()
            self._show_soon(self._make_dialog(event.question))

    def _show_oldest(self) -> None:
        waiting = self._questions.waiting
        if self._dialog is not None or is_list(waiting):
            return
        new = next((each for each in waiting if each.id not in self._put_away), None)
        if new is not None:
            self._show_soon(self._make_dialog(new))

    def _show_soon(self, dialog: "ArmedDialog") -> None:
        """In the loop's next turns, a step in each: what streams meanwhile goes on in between."""

        def go_on() -> None:
            if self._dialog is not dialog:
                return
            if dialog.make_on():
                QTimer.singleShot(0, go_on)
            else:
                dialog.show()

        QTimer.singleShot(0, go_on)

    def _make_dialog(self, question: Question) -> "ArmedDialog":
        """Read in with the first question."""
        made: ArmedDialog
        if isinstance(question, ConsentQuestion):
            made = self._consent_dialog(question)
        else:
            made = self._permission_dialog(question)
        self._dialog, self._dialog_id = made, question.id
        made.list_wanted.connect(lambda: self._put_it_away(question.id))
        return made

    def _consent_dialog(self, question: ConsentQuestion) -> "ArmedDialog":
        from llmgw_desktop.ui.questions.consent_dialog import ConsentDialog

        made = ConsentDialog(
            self._theme, question, self._settings, self._questions.now_s, at_once=False
        )

        def allow(scopes: tuple[Scope, ...], term: ConsentTerm) -> None:
            self._answer(lambda: self._questions.let_in(question, scopes, term))

        made.allowed.connect(allow)
        made.denied.connect(lambda: self._answer(lambda: self._questions.deny(question)))
        return made

    def _permission_dialog(self, question: PermissionQuestion) -> "ArmedDialog":
        from llmgw_desktop.ui.questions.permission_dialog import PermissionDialog

        made = PermissionDialog(
            self._theme,
            question,
            settings=self._settings,
            now_s=self._questions.now_s,
            bridge=self._bridge,
            at_once=False,
        )

        def decide(decision: Decision, note: str) -> None:
            self._answer(lambda: self._questions.decide(question, decision, note))

        made.decided.connect(decide)
        made.job_wanted.connect(self.job_wanted)
        return made

    def _answer(self, give: Callable[[], bool]) -> None:
        self._dialog, self._dialog_id = None, ""
        try:
            is_first = give()
        except ValueError as error:
            self.said.emit(f"It was not answered: {error}.", None)
        else:
            if not is_first:
                self.said.emit("That question had its answer already.", None)
        self._show_count()
        self._next.start()

    def _put_it_away(self, question_id: str) -> None:
        self._dialog, self._dialog_id = None, ""
        self._put_away.add(question_id)
        self.list_wanted.emit()

    def _take_away(self) -> None:
        """Without an answer."""
        dialog, self._dialog, self._dialog_id = self._dialog, None, ""
        if dialog is not None:
            dialog.dismiss()

    def _show_count(self) -> None:
        waiting = self._questions.waiting
        ids = {each.id for each in waiting}
        self._put_away &= ids
        self._told &= ids
        self._tray.show_questions(len(waiting))
        if self._window is not None:
            first = one_line(waiting[0]) if waiting else ""
            self._window.show_questions(
                len(waiting), waiting_words(len(waiting)), first, self.open_oldest
            )

    def _tell(self, events: Sequence[ConsentChanged | PermissionChanged]) -> None:
        """One notice for what is new, while nobody has the window before them."""
        new = [
            each.question
            for each in events
            if each.answer is None and each.question.id not in self._told
        ]
        new = [each for each in new if self._questions.find(each.id) is not None]
        self._told.update(each.id for each in new)
        if not new or not self.notices_on or self._is_in_front():
            return
        last = new[-1]
        text = "Open LLM Gateway to answer."
        if isinstance(last, ConsentQuestion):
            text = f"The browser shows {last.words}. {text}"
        count = len(self._questions.waiting)
        title = one_line(last) if count == 1 else waiting_words(count)
        self._tray.say(title, text, lambda: self._open_told(last.id))

    def _open_told(self, question_id: str) -> None:
        if self._questions.find(question_id) is not None:
            self.open_question(question_id)
        else:
            self.open_oldest()

    def _is_in_front(self) -> bool:
        window = self._window
        return window is not None and window.is_in_front()
