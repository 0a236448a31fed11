"""What the window does about questions to a person: the dialog, the number, the banner, the notice.

One dialog at a time, what matters most first; where more than a few wait there is none, and the
Access page lists them. `desktop_shell.py` has one and asks it.
"""

from collections.abc import Callable, Iterator, Sequence
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, QSettings, QTimer, Signal

from llmgw_desktop.app.questions.list_words import until_words
from llmgw_desktop.app.questions.questions import (
    Question,
    Questions,
    is_list,
    item_line,
    one_line,
    report_words,
    waiting_words,
)
from llmgw_desktop.domain.access.consent import ConsentQuestion, ConsentTerm
from llmgw_desktop.domain.access.principal import Scope
from llmgw_desktop.domain.brakes import HeldQuestion
from llmgw_desktop.domain.events import ConsentChanged, Event, HeldChanged, PermissionChanged
from llmgw_desktop.domain.jobs.approval import Decision, PermissionQuestion
from llmgw_desktop.ui.bridge import Bridge
from llmgw_desktop.ui.settings_changes import NoticeKind, is_told, tell_of
from llmgw_desktop.ui.shell.tray import Tray
from llmgw_desktop.ui.theme import Theme
from llmgw_desktop.ui.widgets.pacing import ToCome, in_turns
from llmgw_desktop.ui.window.main_window import MainWindow

if TYPE_CHECKING:
    from llmgw_desktop.ui.access.page import AccessPage
    from llmgw_desktop.ui.questions.armed_dialog import ArmedDialog
    from llmgw_desktop.ui.questions.group_dialog import GroupDialog

_Asked = ConsentChanged | PermissionChanged | HeldChanged
_NEXT_MS = 400
"""Between an answer and the next dialog: nobody shall answer two with one double click."""


class QuestionWatch(QObject):
    """`show_window` makes and shows the window."""

    list_wanted = Signal()
    """The Access page, with all that wait."""
    job_wanted = Signal(str)
    rule_wanted = Signal(object)
    """A lasting rule: takes the settings file, gives the SettingsWish."""
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
        self._group: GroupDialog | None = None
        """The dialog where it is one of several questions."""
        self._changes = -1
        """Of the list, as it was shown last."""
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
        return is_told(self._settings, NoticeKind.QUESTIONS)

    def switch_notices(self, on: bool) -> None:
        tell_of(self._settings, NoticeKind.QUESTIONS, on=on)

    def watch_over(self, window: MainWindow) -> None:
        """Right after it was made."""
        self._window = window
        self._show_count()

    def take_page(self, page: "AccessPage") -> None:
        """It was made: what was wanted of it meanwhile is done."""
        page.notices.setChecked(self.notices_on)
        page.notices_wanted.connect(self.switch_notices)
        page.group_wanted.connect(self.open_group)
        self._page.come(page)

    def show_switch(self) -> None:
        """It was switched elsewhere."""
        self._page.wish(lambda page: page.notices.setChecked(self.notices_on))

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
        """A person asked for it: from the tray, a banner, a notice. The first of the list."""
        waiting, dialogs = self._questions.open, self._questions.waiting
        if is_list(waiting) or (waiting and not dialogs):
            self.list_wanted.emit()
        elif dialogs:
            self.open_question(dialogs[0].id)

    def open_group(self, question_id: str) -> None:
        """All that may have one answer with this one, in front."""
        items = self._questions.together_with(question_id)
        if len(items) < 2:
            self.open_question(question_id)
            return
        from llmgw_desktop.ui.questions.group_dialog import GroupDialog

        self._take_away()
        first, now_s = items[0], self._questions.now_s
        made = GroupDialog(self._theme, items, self._settings, lambda: until_words(first, now_s()))
        ids = [each.id for each in items]

        def choose(choice: str) -> None:
            self._dialog = self._group = None
            self._bridge.run(self._answer_all(ids, choice), name="answer several questions")

        def left() -> None:
            if self._dialog is made:
                self._dialog = self._group = None
                self._put_away.update(ids)

        made.chosen.connect(choose)
        made.rejected.connect(left)
        made.list_wanted.connect(left)
        made.list_wanted.connect(self.list_wanted)
        self._dialog = self._group = made
        made.bring_forward()

    async def _answer_all(self, ids: Sequence[str], choice: str) -> None:
        try:
            report = await self._questions.answer_all(ids, choice)
        except ValueError as error:
            self.said.emit(f"They were not answered: {error}.", None)
        else:
            self.said.emit(report_words(report), None)
        self._next.start()

    def open_question(self, question_id: str) -> None:
        """In front, with the keyboard: a person asked for it."""
        question = self._questions.find(question_id)
        if question is None and self._questions.item(question_id) is not None:
            self.list_wanted.emit()
            return
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
        mine = [each for each in events if isinstance(each, _Asked)]
        if self._changes != self._questions.changes:
            self._show_count()
            self._renew_group()
        if not mine:
            return
        for event in mine:
            if event.question.id == self._dialog_id:
                self._renew(event)
        self._show_count()
        self._tell(mine)
        if self._dialog is None and not self._next.isActive():
            self._show_oldest()

    def _renew_group(self) -> None:
        """Some of it were answered elsewhere: what is left is shown anew."""
        group = self._group
        if group is None or all(self._questions.item(each.id) == each for each in group.items):
            return
        left = [each.id for each in group.items if self._questions.item(each.id) is not None]
        self._take_away()
        if len(left) > 1:
            self.open_group(left[0])

    def _renew(self, event: _Asked) -> None:
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
        if self._dialog is not None or is_list(self._questions.open):
            return
        new = next((each for each in waiting if each.id not in self._put_away), None)
        if new is not None:
            self._show_soon(self._make_dialog(new))

    def _show_soon(self, dialog: "ArmedDialog") -> None:
        """In the loop's next turns, a step in each: what streams meanwhile goes on in between."""

        def making() -> Iterator[None]:
            yield
            while self._dialog is dialog and dialog.make_on():
                yield
            if self._dialog is dialog:
                dialog.show()

        in_turns(making(), dialog, self)

    def _make_dialog(self, question: Question) -> "ArmedDialog":
        """Read in with the first question."""
        made: ArmedDialog
        if isinstance(question, ConsentQuestion):
            made = self._consent_dialog(question)
        elif isinstance(question, HeldQuestion):
            made = self._held_dialog(question)
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
        from llmgw_desktop.app.questions.rules import (
            MOST_COMPARED,
            RuleOffer,
            always_wish,
            offered,
            would_have_words,
        )
        from llmgw_desktop.ui.questions.permission_dialog import PermissionDialog

        questions = self._questions
        made = PermissionDialog(
            self._theme,
            question,
            settings=self._settings,
            now_s=self._questions.now_s,
            bridge=self._bridge,
            at_once=False,
        )
        if (offer := offered(question)) is not None:
            made.offer_rule(
                offer,
                lambda said: would_have_words(
                    question, said, questions.log_of_agents(MOST_COMPARED)
                ),
            )

        def always(offer: RuleOffer) -> None:
            self.rule_wanted.emit(lambda file: always_wish(question, offer, file))
            decide(Decision.ONCE, "")

        def decide(decision: Decision, note: str) -> None:
            self._answer(lambda: self._questions.decide(question, decision, note))

        made.decided.connect(decide)
        made.always_wanted.connect(always)
        made.job_wanted.connect(self.job_wanted)
        return made

    def _held_dialog(self, question: HeldQuestion) -> "ArmedDialog":
        from llmgw_desktop.ui.questions.held_dialog import HeldDialog

        made = HeldDialog(
            self._theme, question, self._settings, self._questions.now_s, at_once=False
        )

        def choose(choice: str) -> None:
            self._answer(lambda: self._questions.choose(question, choice))

        made.chosen.connect(choose)
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
        self._group = None
        if dialog is not None:
            dialog.dismiss()

    def _show_count(self) -> None:
        """Of the whole list, also what has no dialog."""
        waiting = self._questions.open
        self._changes = self._questions.changes
        ids = {each.id for each in waiting}
        self._put_away &= ids
        self._told &= ids
        self._tray.show_questions(len(waiting))
        if self._window is not None:
            first = item_line(waiting[0]) if waiting else ""
            self._window.show_questions(
                len(waiting), waiting_words(len(waiting)), first, self.open_oldest
            )

    def _tell(self, events: Sequence[_Asked]) -> None:
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
        count = len(self._questions.open)
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
