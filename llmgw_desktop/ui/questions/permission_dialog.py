"""What an agent wants, in full: warnings first, then the thing itself, then whose job it is; the
agent's own words apart and marked as its own."""

from collections.abc import Callable, Sequence

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
from llmgw_desktop.domain.jobs.approval import Decision, PermissionQuestion
from llmgw_desktop.ui.bridge import Bridge
from llmgw_desktop.ui.questions.armed_dialog import ArmedDialog
from llmgw_desktop.ui.questions.arming import arm_after_ms
from llmgw_desktop.ui.theme import TextSize, Theme
from llmgw_desktop.ui.widgets.button import Button, ButtonKind
from llmgw_desktop.ui.widgets.cards import Card
from llmgw_desktop.ui.widgets.fields import TextLine
from llmgw_desktop.ui.widgets.flowing_label import FlowingLabel
from llmgw_desktop.ui.widgets.label import Label, MarkIcon, Tone, tip
from llmgw_desktop.ui.widgets.layouts import h_box, v_box
from llmgw_desktop.ui.widgets.texts import PieceView


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
                label.setText(f"{part.label}, {len(part.text):,} characters: scroll to read all")
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
        said = FlowingLabel(theme, words, tone=Tone.ERROR, weight=QFont.Weight.Medium)
        row.addWidget(said, 1)
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
            ("Job", f"{view.job} · asked for by {view.client}" if view.client else view.job),
            ("Waits", since),
            ("Why it asks", view.reason),
        )
        self.since = FlowingLabel(theme, since)
        for at, (label, words) in enumerate(line for line in lines if line[1]):
            grid.addWidget(Label(theme, label, tone=Tone.MUTED), at, 0, top)
            value = self.since if label == "Waits" else FlowingLabel(theme, words)
            grid.addWidget(value, at, 1)
        return grid

    def _own_words(self, words: str) -> Card:
        theme, _space = self._theme, self._theme.space
        card = Card(theme)
        column = v_box(self._theme, on=card, gap=0.5, margins=(3, 2))
        title = f"{AGENT_SAYS}, which nobody has checked"
        column.addWidget(Label(theme, title, size=TextSize.CAPTION, tone=Tone.WARNING))
        self.own_words = FlowingLabel(theme, f"“{words}”", tone=Tone.MUTED)
        column.addWidget(self.own_words)
        return card


_WIDTH_UNITS = 165
_GROWS_AFTER_MS = 30
"""Then layouts know of what came into them late."""


class PermissionDialog(ArmedDialog):
    """`decided` with the decision and a note for the agent, which may be empty."""

    decided = Signal(object, str)
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
        super().__init__(
            theme,
            title=TITLE,
            delay_ms=arm_after_ms(settings),
            width_units=_WIDTH_UNITS,
            countdown=lambda: countdown(question.expires_at_s, now_s(), end="denied"),
        )
        self.question = question
        self._now_s = now_s
        self._grow = QTimer(self, singleShot=True, interval=_GROWS_AFTER_MS)
        self._grow.timeout.connect(self.fit)
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

    @override
    def send_denial(self) -> None:
        self.decided.emit(Decision.DENY, self._note)

    @property
    def _note(self) -> str:
        return self.note.text() if not self.note.isHidden() else ""

    def _add_facts(self) -> None:
        view, question = self._view, self.question
        self.heading.setText(view.what)
        self.setAccessibleDescription(view.what)
        self.asked = AskView(self._theme, view, since_words(question.asked_at_s, self._now_s()))
        self.asked.complete.connect(self._on_complete)
        self.content.addWidget(self.asked)

    def _add_note(self) -> None:
        theme, rule = self._theme, self._view.rule
        words = f"For this job means: {rule}"
        self._rule = FlowingLabel(theme, words, size=TextSize.CAPTION, tone=Tone.MUTED)
        if rule:
            self.content.addWidget(self._rule)
        self.note = TextLine(theme, "What should the agent know?", "Note for the agent")
        self.note.setMaxLength(LONGEST_NOTE)
        self.note.hide()
        self.content.addWidget(self.note)
        self.content.addStretch(1)

    def _add_denials(self) -> None:
        self.with_note = Button(self._theme, "Deny with a note…")
        self.with_note.clicked.connect(self._open_note)
        self.add_button(self.with_note)
        self.with_note.setVisible(self._view.can_take_note)

    def _add_allowances(self) -> None:
        theme = self._theme
        self.once = self.add_armed("Allow once", lambda: self._decide(Decision.ONCE))
        self.for_job = self.add_armed("Allow for this job", lambda: self._decide(Decision.JOB))
        self.for_job.setToolTip(tip(self._rule.text()))
        self.for_job.setAccessibleDescription(
            self._rule.text()
        )  # else the tip's markup is read out
        self.for_job.setVisible(bool(self._view.rule))
        self.job = Button(theme, "Open the job", kind=ButtonKind.QUIET)
        self.job.clicked.connect(lambda: self.job_wanted.emit(self.question.job_id))
        self.stop = self.add_armed("Stop the job", lambda: self._decide(Decision.STOP))
        self.add_beside_expiry(self.job)

    def _decide(self, decision: Decision) -> None:
        self.answered()
        self.decided.emit(decision, "")

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
