"""Asks whether a program may be let in: who it says it is, what was seen of it, where the browser
goes, what it asks for, and for how long. Title, icon and layout are ours alone."""

from collections.abc import Callable

from PySide6.QtCore import QSettings, Qt, Signal
from PySide6.QtGui import QFont
from PySide6.QtWidgets import QButtonGroup, QHBoxLayout, QVBoxLayout, QWidget
from typing_extensions import override

from llmgw_desktop.app.questions.consent_words import (
    NOT_VERIFIED,
    TITLE,
    UNTICKED,
    ConsentView,
    consent_view,
    countdown,
)
from llmgw_desktop.domain.access.consent import ConsentQuestion, ConsentTerm
from llmgw_desktop.domain.access.principal import Scope
from llmgw_desktop.ui.questions.armed_dialog import ArmedDialog
from llmgw_desktop.ui.questions.arming import arm_after_ms
from llmgw_desktop.ui.theme import TextSize, Theme
from llmgw_desktop.ui.widgets.button import Button, ButtonKind
from llmgw_desktop.ui.widgets.flowing_label import FlowingLabel
from llmgw_desktop.ui.widgets.label import Label, MarkIcon, Tone
from llmgw_desktop.ui.widgets.layouts import h_box, v_box
from llmgw_desktop.ui.widgets.toggles import Tick
from llmgw_desktop.ui.widgets.words import said, told

_WIDTH_UNITS = 135


class ConsentDialog(ArmedDialog):
    """`allowed` with the scopes that are ticked and the term that is chosen; or `denied`."""

    allowed = Signal(object, object)
    denied = Signal()

    def __init__(
        self,
        theme: Theme,
        question: ConsentQuestion,
        settings: QSettings,
        now_s: Callable[[], float],
        *,
        at_once: bool = True,
    ) -> None:
        """`at_once`: nothing is left to be made."""
        super().__init__(
            theme,
            title=TITLE,
            delay_ms=arm_after_ms(settings),
            width_units=_WIDTH_UNITS,
            countdown=lambda: countdown(question.expires_at_s, now_s()),
        )
        self.question = question
        self._view = view = consent_view(question)
        self.ticks: dict[Scope, Tick] = {}
        self.terms: dict[ConsentTerm, Tick] = {}
        self._details = QWidget()
        self._hint = FlowingLabel(theme, UNTICKED, tone=Tone.WARNING)
        self.make_by(
            lambda: self.content.addLayout(self._who(view)),
            self._add_redirect,
            self._add_scopes,
            self._add_rest,
            self._add_buttons,
            self.fit,
        )
        if at_once:
            self.make_whole()

    @property
    def chosen(self) -> tuple[Scope, ...]:
        return tuple(scope for scope, tick in self.ticks.items() if tick.isChecked())

    @property
    def term(self) -> ConsentTerm:
        return next(term for term, ring in self.terms.items() if ring.isChecked())

    @override
    def may_press(self, button: Button) -> bool:
        return bool(self.chosen)

    @override
    def send_denial(self) -> None:
        self.denied.emit()

    def _send(self) -> None:
        scopes, term = self.chosen, self.term
        if scopes:
            self.answered()
            self.allowed.emit(scopes, term)

    def _add_redirect(self) -> None:
        there = self._redirect(self._view)
        self.content.addLayout(self._block("It will be sent back to", there))

    def _add_scopes(self) -> None:
        theme, view = self._theme, self._view
        scopes: list[QWidget] = []
        for line in view.scopes:
            tick = self.ticks[line.scope] = Tick(theme, line.words)
            tick.setChecked(line.starts_ticked)
            tick.toggled.connect(self._show_hint)
            scopes.append(tick)
        self.content.addLayout(self._block("It asks to", [*scopes, self._hint]))

    def _add_rest(self) -> None:
        view = self._view
        self.content.addLayout(self._until(view))
        self._details.setVisible(False)
        self.content.addWidget(self._details)
        self.content.addStretch(1)
        self.setAccessibleDescription(told(f"{view.name}, {said(NOT_VERIFIED)}", view.seen_as))

    def _add_buttons(self) -> None:
        self.more = Button(self._theme, "Details", kind=ButtonKind.QUIET)
        self.more.clicked.connect(self._turn_details)
        self.add_beside_expiry(self.more)
        self.allow = self.add_armed("Allow", self._send)
        self._show_hint()

    def _who(self, view: ConsentView) -> QHBoxLayout:
        theme, space = self._theme, self._theme.space
        words = QVBoxLayout()
        words.setSpacing(space(1))
        self.name = FlowingLabel(
            theme,
            view.name,
            size=TextSize.HEADING,
            weight=QFont.Weight.DemiBold,
            is_verbatim=True,
        )
        words.addWidget(self.name)
        words.addWidget(FlowingLabel(theme, NOT_VERIFIED, tone=Tone.WARNING))
        self.seen = FlowingLabel(
            theme, said("seen as  ") + view.seen_as, tone=Tone.MUTED, is_verbatim=True
        )
        words.addWidget(self.seen)
        line = h_box(self._theme, Label(theme, view.history, tone=Tone.MUTED), gap=1.5)
        self.words = Label(
            theme,
            self.question.words,
            size=TextSize.HEADING,
            weight=QFont.Weight.DemiBold,
            is_verbatim=True,
        )
        line.addWidget(self.words)
        line.addStretch(1)
        words.addLayout(line)
        return h_box(
            self._theme,
            (MarkIcon(theme, "warning", Tone.WARNING), 0, Qt.AlignmentFlag.AlignTop),
            (words, 1),
            gap=2.5,
        )

    def _redirect(self, view: ConsentView) -> list[QWidget]:
        theme, to = self._theme, view.redirection
        self.origin = FlowingLabel(theme, to.origin, is_verbatim=True)
        self.origin.setFont(theme.mono_font())
        self.place = FlowingLabel(theme, to.words, tone=Tone.ERROR if to.is_foreign else Tone.MUTED)
        if to.is_foreign:
            self.place.setFont(theme.font(weight=QFont.Weight.DemiBold))
        return [self.origin, self.place]

    def _until(self, view: ConsentView) -> QHBoxLayout:
        theme, _space = self._theme, self._theme.space
        row = h_box(self._theme, Label(theme, "Until", weight=QFont.Weight.Medium), gap=3)
        group = QButtonGroup(self)
        for term, words in view.terms:
            ring = self.terms[term] = Tick(theme, words, is_ring=True)
            ring.setChecked(term is view.term)
            ring.setAccessibleDescription(said("Until"))
            group.addButton(ring)
            row.addWidget(ring)
        row.addStretch(1)
        return row

    def _block(self, title: str, parts: list[QWidget]) -> QVBoxLayout:
        theme, _space = self._theme, self._theme.space
        column = v_box(self._theme, Label(theme, title, weight=QFont.Weight.Medium), gap=0.75)
        for part in parts:
            row = h_box(
                self._theme, (part, 0 if isinstance(part, Tick) else 1), margins=(3, 0, 0, 0)
            )
            if isinstance(part, Tick):
                row.addStretch(1)
            column.addLayout(row)
        return column

    def _show_hint(self) -> None:
        self._hint.setVisible(not self.chosen)
        self.show_armed()

    def _fill_details(self) -> None:
        theme = self._theme
        column = v_box(theme, on=self._details, gap=1, margins=0)
        for label, words in consent_view(self.question).details:
            column.addWidget(Label(theme, label, size=TextSize.CAPTION, tone=Tone.MUTED))
            value = FlowingLabel(theme, words, size=TextSize.CAPTION, is_verbatim=True)
            value.setFont(theme.mono_font(TextSize.CAPTION))
            column.addWidget(value)

    def _turn_details(self) -> None:
        if self._details.layout() is None:
            self._fill_details()
        shown = self._details.isHidden()
        self._details.setVisible(shown)
        self.more.setText("Fewer details" if shown else "Details")
        self.fit()
