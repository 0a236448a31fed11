"""A recorded request asked again: what is to be another, what that comes to before anybody is
asked, and what came of it, each beside the first.
"""

import asyncio
from collections.abc import Callable
from typing import Any

from PySide6.QtCore import Qt, QTimer, Signal
from PySide6.QtWidgets import QLineEdit, QWidget
from typing_extensions import override

from llmgw_desktop.app.flights.replaying import (
    FilledReplay,
    ReplayForm,
    Replaying,
    how_many,
    replay_words,
)
from llmgw_desktop.app.words.figures import counted
from llmgw_desktop.app.words.inert_text import inert_line
from llmgw_desktop.domain.errors import LlmgwError
from llmgw_desktop.domain.flights.flight import FlightState, FlightSummary
from llmgw_desktop.ui.bridge import Bridge
from llmgw_desktop.ui.theme import Theme
from llmgw_desktop.ui.widgets.button import Button
from llmgw_desktop.ui.widgets.dialogs import FormDialog
from llmgw_desktop.ui.widgets.fields import Field, TextLine, TextLines
from llmgw_desktop.ui.widgets.flowing_label import FlowingLabel
from llmgw_desktop.ui.widgets.label import MarkIcon, Tone
from llmgw_desktop.ui.widgets.layouts import h_box, v_box
from llmgw_desktop.ui.widgets.toggles import Tick
from llmgw_desktop.ui.widgets.words import said

_STEADY_MS = 300
_MODELS_HINT = "Empty: as before. Several with commas; each is asked."
_MEMBERS_HINT = "Of the request itself, as a JSON object; null takes one away."
_NEVER_WRITTEN = "It is sent, and never written down."
_NO_TOOLS = "Tools that the answer calls are shown and not run."
_MESSAGE_UNITS = 18


class ReplayDialog(FormDialog):
    """`begin` reads the flight. Its results are compared with it by `comparison_wanted`."""

    comparison_wanted = Signal(str, str)
    """The flight and its replay, by their ids."""

    def __init__(self, theme: Theme, replaying: Replaying, bridge: Bridge, parent: QWidget) -> None:
        super().__init__(theme, "Ask again", "Ask again", parent)
        self._replaying = replaying
        self._bridge = bridge
        self._form: ReplayForm | None = None
        self._task: asyncio.Task[Any] | None = None
        self._planned: asyncio.Task[Any] | None = None
        self._wanted = 0
        self._ended = 0
        self.models = TextLine(theme, "")
        self.times = TextLine(theme, "1")
        self.times.setText("1")
        self.message = TextLines(theme, name="What the user says last")
        self.message.setFixedHeight(theme.space(_MESSAGE_UNITS))
        self.members = TextLine(theme, '{"temperature": 0}')
        self.secret = TextLine(theme)
        self.secret.setEchoMode(QLineEdit.EchoMode.Password)
        self.marks = Tick(theme, "Send the marks that stand in its place instead")
        self.plan = FlowingLabel(theme, "Reading the flight…", tone=Tone.MUTED)
        self._fields = {
            "models": Field(theme, "Models", self.models, _MODELS_HINT),
            "times": Field(theme, "Times", self.times),
            "lastMessage": Field(theme, "What the user says last", self.message),
            "set": Field(theme, "Other members", self.members, _MEMBERS_HINT),
            "secrets": Field(theme, "The secret that was removed", self.secret, _NEVER_WRITTEN),
        }
        self._results = QWidget()
        self._rows = v_box(theme, on=self._results, gap=1.5, margins=0)
        self._steady = QTimer(self, singleShot=True, interval=_STEADY_MS)
        self._lay_out()
        self._connect()
        self.allow_saving(False)
        self.fit()

    def begin(self, flight_id: str) -> None:
        """Of this flight."""
        self._bridge.fetch(
            self, lambda: self._replaying.form(flight_id), self._show_form, self._show_failure
        )

    @property
    def filled(self) -> FilledReplay:
        said, form = self.message.toPlainText(), self._form
        is_same = form is None or not form.last_message or said == _shown(form.last_message)
        return FilledReplay(
            models=self.models.text(),
            times=self.times.text(),
            last_message=None if is_same else said,
            members=self.members.text(),
            secret=self.secret.text(),
            keeps_marks=self.marks.isChecked(),
        )

    @override
    def reject(self) -> None:
        """Cancels what goes on; a second time it closes."""
        if self._is_asking and self._task is not None:
            self._task.cancel()
            return
        if self._planned is not None:
            self._planned.cancel()
        super().reject()

    def _lay_out(self) -> None:
        models, times, *others = self._fields.values()
        self.times.setMaximumWidth(self._theme.space(18))
        top = Qt.AlignmentFlag.AlignTop
        self.fields.addLayout(h_box(self._theme, (models, 1), (times, 0, top), gap=3, margins=0))
        for each in others:
            self.fields.addWidget(each)
        for widget in (self.marks, self.plan, self._results):
            self.fields.addWidget(widget)
        self.fields.addStretch(1)
        for field in ("lastMessage", "secrets"):
            self._fields[field].hide()
        self.marks.hide()
        self._results.hide()

    def _connect(self) -> None:
        self.save_wanted.connect(self._ask)
        for line in (self.models, self.times, self.members, self.secret):
            line.textEdited.connect(lambda _: self._steady.start())
        self.message.textChanged.connect(self._steady.start)
        self.marks.toggled.connect(lambda _: self._steady.start())
        self._steady.timeout.connect(self._look)

    def _show_form(self, form: ReplayForm) -> None:
        self._form = form
        self.models.setPlaceholderText(said(inert_line(form.model, 80)))
        self.message.setPlainText(_shown(form.last_message))
        self._fields["lastMessage"].setVisible(bool(form.last_message))
        self._fields["models"].setVisible(not form.is_call)
        self._fields["secrets"].setVisible(form.removed > 0)
        self._fields["secrets"].set_hint(
            f"{_NEVER_WRITTEN} It was taken from {counted(form.removed, 'place')}."
        )
        self.marks.setVisible(form.removed > 0)
        if form.problem:
            self.plan.setText("")
            self.show_problem(form.problem)
        else:
            self._look()
        self.fit()

    def _show_failure(self, error: Exception) -> None:
        self.plan.setText("")
        self.show_problem(str(error) or "The flight cannot be read.")

    def _look(self) -> None:
        """What it would come to, as it is filled in now."""
        form = self._form
        if form is None or form.problem or self._is_asking:
            return
        if self._planned is not None:
            self._planned.cancel()
        self._planned = self._bridge.run(self._plan(form), name="plan a replay")

    async def _plan(self, form: ReplayForm) -> None:
        for field in self._fields.values():
            field.set_wrong("")
        try:
            words = await self._replaying.plan(form, self.filled)
        except LlmgwError as error:
            self._show_wrong(error)
            self.allow_saving(False)
            return
        self.show_problem("")
        self.plan.setText("\n".join([*words, *(() if form.is_call else (_NO_TOOLS,))]))
        self.fit()
        lacks_secret = form.removed and not (self.secret.text() or self.marks.isChecked())
        self.allow_saving(not lacks_secret)

    def _show_wrong(self, error: LlmgwError) -> None:
        """Beside the field that it is about, if there is one."""
        field = self._fields.get(getattr(error, "field", ""))
        if field is None:
            self.show_problem(str(error))
        else:
            said_of_it = str(error).partition(": ")[2]
            field.set_wrong(said_of_it[:1].upper() + said_of_it[1:])

    @property
    def _is_asking(self) -> bool:
        return self._task is not None and not self._task.done()

    def _ask(self) -> None:
        if self._form is not None and not self._is_asking:
            self._task = self._bridge.run(self._run(self._form), name="replay a flight")

    async def _run(self, form: ReplayForm) -> None:
        try:
            self._wanted, self._ended = how_many(self.filled), 0
            self._show_progress()
            await self._replaying.run(form, self.filled, self._show_ended)
        except LlmgwError as error:
            self._show_wrong(error)
        except asyncio.CancelledError:
            self.show_problem("Cancelled; what had ended is recorded.")
        finally:
            self._save.setText("Ask again")
            self._cancel.setText("Close" if self._ended else "Cancel")
            self.allow_saving(True)

    def _show_progress(self) -> None:
        self.allow_saving(False)
        self._cancel.setText("Cancel")
        self._save.setText(f"{self._ended} of {self._wanted} …")

    def _show_ended(self, flight: FlightSummary) -> None:
        self._ended += 1
        self._show_progress()
        is_well = flight.state is FlightState.OK
        mark = MarkIcon(self._theme, *(("check", Tone.OK) if is_well else ("error", Tone.ERROR)))
        words = FlowingLabel(self._theme, replay_words(flight))
        compare = Button(self._theme, "Compare", icon="compare", name="Compare with the first")
        compare.clicked.connect(self._comparing(flight.id))
        self._rows.addLayout(h_box(self._theme, mark, (words, 1), compare, gap=2, margins=0))
        self._results.show()
        self.fit()
        QTimer.singleShot(0, self, self._show_newest)

    def _show_newest(self) -> None:
        self.fit()
        bar = self._scroll.verticalScrollBar()
        bar.setValue(bar.maximum())

    def _comparing(self, flight_id: str) -> Callable[[], None]:
        first = "" if self._form is None else self._form.record.summary.id
        return lambda: self.comparison_wanted.emit(first, flight_id)


def _shown(text: str) -> str:
    """As a text field has it: it knows one kind of line end, and no NUL."""
    return text.replace("\r\n", "\n").replace("\r", "\n").replace("\0", "\ufffd")
