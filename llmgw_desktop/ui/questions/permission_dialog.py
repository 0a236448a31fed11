"""What an agent wants, in full: warnings first, then the thing itself, then whose job it is; the
agent's own words apart and marked as its own."""

from collections.abc import Callable, Sequence
from dataclasses import replace

from PySide6.QtCore import QSettings, Qt, QTimer, Signal
from PySide6.QtGui import QFont
from PySide6.QtWidgets import QGridLayout, QVBoxLayout, QWidget
from typing_extensions import override

from llmgw_desktop.app.questions.consent_words import countdown
from llmgw_desktop.app.questions.permission_words import (
    AGENT_SAYS,
    LARGE,
    TITLE,
    AskedPart,
    PermissionView,
    asked_parts,
    permission_view,
    since_words,
    size_of,
)
from llmgw_desktop.app.questions.questions import LONGEST_NOTE
from llmgw_desktop.app.questions.rules import NOT_THIS, RuleOffer
from llmgw_desktop.app.words.inert_text import inert_line
from llmgw_desktop.domain.jobs.approval import Decision, PermissionQuestion
from llmgw_desktop.ui.bridge import Bridge
from llmgw_desktop.ui.questions.armed_dialog import ArmedDialog
from llmgw_desktop.ui.questions.arming import arm_after_ms
from llmgw_desktop.ui.theme import TextSize, Theme
from llmgw_desktop.ui.widgets.button import Button, ButtonKind
from llmgw_desktop.ui.widgets.cards import Card
from llmgw_desktop.ui.widgets.fields import TextLine
from llmgw_desktop.ui.widgets.flowing_label import FlowingLabel
from llmgw_desktop.ui.widgets.label import Label, MarkIcon, Tone, put_tip, tip
from llmgw_desktop.ui.widgets.layouts import h_box, v_box
from llmgw_desktop.ui.widgets.texts import PieceView
from llmgw_desktop.ui.widgets.words import said, said_with

_ALWAYS_TIP = "A lasting rule: the like is not asked again, in any job. You see it first."
_CALL_TIP = (
    "A lasting rule: this client calls the tool unasked, with any arguments. You see it first."
)
LONGEST_PATTERN = 400


def _has_both(view: PermissionView) -> bool:
    return bool(view.job and view.client)


class AskView(QWidget):
    """`show_parts` when they are ready; `complete` when all of them stand there to be read."""

    complete = Signal()

    def __init__(self, theme: Theme, view: PermissionView, since: str) -> None:
        super().__init__()
        self._theme = theme
        self.pieces: list[PieceView] = []
        self._is_given = False
        space = theme.space
        column = v_box(theme, on=self, gap=3, margins=0)
        for warning in view.warnings:
            column.addWidget(self._warning(warning))
        self._parts = QVBoxLayout()
        self._parts.setSpacing(space(1))
        self._making = Label(theme, "Getting all of it ready …", tone=Tone.MUTED)
        self._parts.addWidget(self._making)
        column.addLayout(self._parts)
        column.addLayout(self._facts(view, since))
        if view.agent_words:
            column.addWidget(self._own_words(view.agent_words))

    @property
    def is_complete(self) -> bool:
        return self._is_given and not any(piece.is_filling for piece in self.pieces)

    def show_parts(self, parts: Sequence[AskedPart]) -> None:
        theme = self._theme
        self._making.hide()
        for part in parts:
            piece = PieceView(theme, part)
            label = Label(theme, part.label, size=TextSize.CAPTION, tone=Tone.MUTED)
            if piece.is_cut_off:  # what matters may stand at its end
                length = f"{len(part.text):,}"
                label.setText(said_with(_SCROLL, part.label, length))
                label.set_tone(Tone.WARNING)
            piece.filled.connect(self._look)
            self.pieces.append(piece)
            self._parts.addWidget(label)
            self._parts.addWidget(piece)
            if self.isVisible():  # Qt itself would show them a turn later
                label.show()
                piece.show()
        self._is_given = True
        self._look()

    def _look(self) -> None:
        if self.is_complete:
            self.complete.emit()

    def _warning(self, words: str) -> QWidget:
        theme, line = self._theme, QWidget()
        row = h_box(
            theme,
            (MarkIcon(theme, "warning", Tone.ERROR), 0, Qt.AlignmentFlag.AlignTop),
            on=line,
            gap=2,
            margins=0,
        )
        warning = FlowingLabel(theme, words, tone=Tone.ERROR, weight=QFont.Weight.Medium)
        row.addWidget(warning, 1)
        return line

    def _facts(self, view: PermissionView, since: str) -> QGridLayout:
        theme = self._theme
        grid = QGridLayout()
        grid.setHorizontalSpacing(theme.space(3))
        grid.setVerticalSpacing(theme.space(1))
        grid.setColumnStretch(1, 1)
        top = Qt.AlignmentFlag.AlignTop
        lines = (
            ("Tool", view.tool),
            ("Where", view.where),
            ("Terminal" if view.is_of_terminal else "Job", _whose(view)),
            ("Client", "" if view.job else view.client),
            ("Waits", since),
            ("Why it asks", said(view.reason) if view.is_call else view.reason),
        )
        self.since = FlowingLabel(theme, since)
        for at, (label, words) in enumerate(line for line in lines if line[1]):
            grid.addWidget(Label(theme, label, tone=Tone.MUTED), at, 0, top)
            value = self.since if label == "Waits" else FlowingLabel(theme, words, is_verbatim=True)
            grid.addWidget(value, at, 1)
        return grid

    def _own_words(self, words: str) -> Card:
        theme, _space = self._theme, self._theme.space
        card = Card(theme)
        column = v_box(self._theme, on=card, gap=0.5, margins=(3, 2))
        title = f"{AGENT_SAYS}, which nobody has checked"
        column.addWidget(Label(theme, title, size=TextSize.CAPTION, tone=Tone.WARNING))
        self.own_words = FlowingLabel(theme, f"“{words}”", tone=Tone.MUTED, is_verbatim=True)
        column.addWidget(self.own_words)
        return card


_WIDTH_UNITS = 165
_TOLD_AFTER_MS = 300
"""After the last letter of a pattern it is told what it would have allowed."""
_SCROLL = "%1, %2 characters: scroll to read all"
_ASKED_BY = "%1 · asked for by %2"
_ASKS_THERE = "%1, where it asks as well"
_TELLING = "Looking at what it would have allowed …"
_GROWS_AFTER_MS = 30
"""Then layouts know of what came into them late."""


def _whose(view: PermissionView) -> str:
    if view.asks_there:
        return said(_ASKS_THERE).replace("%1", view.job)
    if view.is_of_terminal:
        return view.job
    if not _has_both(view):
        return view.job
    return said(_ASKED_BY).replace("%2", view.client).replace("%1", view.job)


def _stop_words(view: PermissionView) -> str:
    return "Stop its turn" if view.is_of_terminal else "Stop the job"


def _once_words(view: PermissionView) -> str:
    if not view.is_question:
        return "Allow once"
    return "Answer" if view.form else "It is done"


class PermissionDialog(ArmedDialog):
    """`decided` with the decision and a note for the agent, which may be empty."""

    decided = Signal(object, str)
    always_wanted = Signal(object)
    """Allowed, and a lasting rule is wanted: its RuleOffer, as the person left it."""
    job_wanted = Signal(str)

    def __init__(
        self,
        theme: Theme,
        question: PermissionQuestion,
        *,
        settings: QSettings,
        now_s: Callable[[], float],
        bridge: Bridge,
        at_once: bool = True,
    ) -> None:
        """`at_once`: nothing is left to be made."""
        end = "left to its terminal" if question.asks_there else "denied"
        super().__init__(
            theme,
            title=TITLE,
            delay_ms=arm_after_ms(settings),
            width_units=_WIDTH_UNITS,
            countdown=lambda: countdown(question.expires_at_s, now_s(), end=end),
        )
        self.question = question
        self._offer: RuleOffer | None = None
        self._told: Callable[[RuleOffer], str] = lambda _: ""
        self._bridge = bridge
        self._is_fit = False
        """The pattern is one, and would allow this question."""
        self._now_s = now_s
        self._grow = QTimer(self, singleShot=True, interval=_GROWS_AFTER_MS)
        self._grow.timeout.connect(self.fit)
        self._tell = QTimer(self, singleShot=True, interval=_TOLD_AFTER_MS)
        self._tell.timeout.connect(self._tell_pattern)
        self._view = permission_view(question)
        self.set_ready(ready=False)
        self.make_by(
            self._add_facts,
            self._add_note,
            self._add_denials,
            self._add_allowances,
            lambda: self._ask_parts(bridge),
            self.fit,
        )
        if at_once:
            self.make_whole()

    def offer_rule(self, offer: RuleOffer, told: Callable[[RuleOffer], str]) -> None:
        """A lasting rule may be made of it. `told` says in a thread what it would have allowed,
        and raises ConfigError."""
        self._offer, self._told = offer, told
        if self.is_whole:
            self.pattern.setText(offer.pattern)
            self.always_more.show()

    @override
    def send_denial(self) -> None:
        self.decided.emit(Decision.DENY, self._note)

    @property
    def _note(self) -> str:
        return self.note.text() if not self.note.isHidden() else ""

    def _add_facts(self) -> None:
        view, question = self._view, self.question
        self.heading.setText(view.what)
        self.setAccessibleDescription(said(view.what))
        self.asked = AskView(self._theme, view, since_words(question.asked_at_s, self._now_s()))
        self.asked.complete.connect(self._on_complete)
        self.content.addWidget(self.asked)

    def _add_note(self) -> None:
        theme, rule = self._theme, self._view.rule
        words = f"{self._view.rule_label}: {rule}"
        self._rule = FlowingLabel(theme, words, size=TextSize.CAPTION, tone=Tone.MUTED)
        if rule:
            self.content.addWidget(self._rule)
        self.note = TextLine(theme, "What should the agent know?", "Note for the agent")
        if self._view.form:
            self.note = TextLine(theme, "Your answer", "Your answer")
            self.form = FlowingLabel(theme, self._view.form, size=TextSize.CAPTION)
            self.content.addWidget(self.form)
        self.note.setMaxLength(LONGEST_NOTE)
        self.note.setVisible(bool(self._view.form))
        self.content.addWidget(self.note)
        self._add_pattern()
        self.content.addStretch(1)

    def _add_pattern(self) -> None:
        """What is always allowed, for the person to change; out of sight until it is wanted."""
        theme = self._theme
        self.pattern = TextLine(theme, "What is always allowed", "What is always allowed")
        self.pattern.setMaxLength(LONGEST_PATTERN)
        self.pattern.textEdited.connect(self._on_pattern)
        self.pattern_words = FlowingLabel(theme, _TELLING, size=TextSize.CAPTION, tone=Tone.MUTED)
        self.pattern_head = Label(
            theme, "What is always allowed:", size=TextSize.CAPTION, tone=Tone.MUTED
        )
        for each in (self.pattern_head, self.pattern, self.pattern_words):
            each.hide()
            self.content.addWidget(each)
        if self._offer is not None:
            self.pattern.setText(self._offer.pattern)

    def _add_denials(self) -> None:
        self.with_note = Button(self._theme, "Deny with a note…")
        self.with_note.clicked.connect(self._open_note)
        self.add_button(self.with_note)
        self.with_note.setVisible(self._view.can_take_note)

    def _add_allowances(self) -> None:
        theme = self._theme
        self.once = self.add_armed(_once_words(self._view), lambda: self._decide(Decision.ONCE))
        is_of_job = not (self._view.is_call or self._view.is_of_terminal)
        words = "Allow for this job" if is_of_job else "Allow for this session"
        self.for_job = self.add_armed(words, lambda: self._decide(Decision.JOB))
        put_tip(self.for_job, tip(self._rule.text()))
        self.for_job.setAccessibleDescription(
            said(self._rule.text())
        )  # else the tip's markup is read out
        self.for_job.setVisible(bool(self._view.rule))
        self.job = Button(theme, "Open the job", kind=ButtonKind.QUIET)
        self.job.clicked.connect(lambda: self.job_wanted.emit(self.question.job_id))
        self.always = self.add_armed("Always allow this", self._always)
        self.always.hide()
        self.always_more = Button(theme, "Always allow…", kind=ButtonKind.QUIET)
        put_tip(self.always_more, tip(_CALL_TIP if self._view.is_call else _ALWAYS_TIP))
        self.always_more.clicked.connect(self._open_pattern)
        self.always_more.setVisible(self._offer is not None)
        self.stop = self.add_armed(_stop_words(self._view), lambda: self._decide(Decision.STOP))
        self.stop.setVisible(not self._view.is_call)
        self.job.setVisible(bool(self.question.job_id) and not self._view.is_of_terminal)
        self.add_beside_expiry(self.job)
        self.add_beside_expiry(self.always_more)

    def _decide(self, decision: Decision) -> None:
        self.answered()
        is_written = self._view.is_question and decision is Decision.ONCE
        self.decided.emit(decision, self._note if is_written else "")

    def _open_pattern(self) -> None:
        for each in (self.pattern_head, self.pattern, self.pattern_words, self.always):
            each.show()
        for each in (self.always_more, self.for_job, self._rule):
            each.hide()
        self._tell_pattern()
        self.fit()
        self.pattern.setFocus()
        self.arming.begin_again()

    def _on_pattern(self) -> None:
        self._is_fit = False
        self.pattern_words.setText(_TELLING)
        self.pattern_words.set_tone(Tone.MUTED)
        self.arming.begin_again()
        self._tell.start()

    def _tell_pattern(self) -> None:
        offer = self._offered()

        def show(words: str, *, is_wrong: bool) -> None:
            if offer != self._offered():
                return
            self._is_fit = not is_wrong
            self.pattern_words.setText(words)
            self.pattern_words.set_tone(Tone.ERROR if is_wrong else Tone.MUTED)
            self.pattern.set_wrong(is_wrong)
            self.fit()

        self._bridge.fetch(
            self,
            lambda: self._told(offer),
            lambda words: show(words, is_wrong=words == NOT_THIS),
            lambda error: show(inert_line(str(error), 300), is_wrong=True),
            slow=True,
        )

    def _offered(self) -> RuleOffer:
        assert self._offer is not None
        return replace(self._offer, pattern=self.pattern.text().strip())

    def _always(self) -> None:
        """A pattern that would not allow this does nothing."""
        if self._is_fit:
            self.answered()
            self.always_wanted.emit(self._offered())

    def _open_note(self) -> None:
        """Deny then sends it along; so does Enter."""
        self.note.show()
        self.with_note.hide()
        self.deny.setText("Deny with this note")
        self.deny.updateGeometry()
        self.fit()
        self.note.setFocus()
        self.arming.begin_again()

    def _ask_parts(self, bridge: Bridge) -> None:
        """What is large is made ready in another thread; nothing can be allowed meanwhile."""
        ask = self.question.ask
        if size_of(ask) <= LARGE:
            self.asked.show_parts(asked_parts(ask))
            return

        def done(parts: object) -> None:
            self.asked.show_parts(parts)  # type: ignore[arg-type]
            self._grow.start()

        bridge.fetch(self, lambda: asked_parts(ask), done, slow=True)

    def _on_complete(self) -> None:
        self.set_ready(ready=True)

    @override
    def show_time(self) -> None:
        super().show_time()
        self.asked.since.setText(since_words(self.question.asked_at_s, self._now_s()))
