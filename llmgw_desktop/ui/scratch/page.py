"""Scratch pad: a question to any model through any door, its answer as it comes, and what went over
the wire both ways.
"""

import json
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QSettings, QStringListModel, Qt, QTimer, Signal
from PySide6.QtGui import QFocusEvent, QHideEvent, QShowEvent, QTextCursor
from PySide6.QtWidgets import QCompleter, QListView, QWidget
from shiboken6 import isValid
from typing_extensions import override

from llmgw_desktop.app.routing.scratch import (
    DOORS,
    ScratchPad,
    ScratchWish,
    answer_words,
    request_of,
    request_words,
    response_words,
    standing_words,
)
from llmgw_desktop.app.words.inert_text import inert_line
from llmgw_desktop.domain.errors import LlmgwError
from llmgw_desktop.domain.flights.flight import FlightState
from llmgw_desktop.domain.provider import ModelProtocol
from llmgw_desktop.engine.pipeline.scratch_client import ScratchTalk
from llmgw_desktop.ui.bridge import Bridge
from llmgw_desktop.ui.theme import TextSize, Theme
from llmgw_desktop.ui.widgets.button import Button, ButtonKind, CopyButton, add_key
from llmgw_desktop.ui.widgets.cards import Card
from llmgw_desktop.ui.widgets.fields import Field, PromptField, TextLine
from llmgw_desktop.ui.widgets.flowing_label import FlowingLabel
from llmgw_desktop.ui.widgets.label import MarkIcon, Tone, put_tip, tip
from llmgw_desktop.ui.widgets.layouts import Flowed, Reflow, WrappedRow, h_box, v_box
from llmgw_desktop.ui.widgets.pacing import MadeInSteps
from llmgw_desktop.ui.widgets.panes import Scrolled
from llmgw_desktop.ui.widgets.texts import ReadText
from llmgw_desktop.ui.widgets.toggles import Segmented, Tick
from llmgw_desktop.ui.widgets.view_clothes import dress_view
from llmgw_desktop.ui.widgets.words import said

if TYPE_CHECKING:
    import asyncio

_LOOK_MS = 100
_ANSWER, _SENT, _CAME = "answer", "sent", "came"
_VIEWS = ((_ANSWER, "Answer"), (_SENT, "Request"), (_CAME, "Raw response"))
_FIRST = "Ask, and the answer comes here word by word. Nothing is sent before."
_FIELD_UNITS = 70
_RESULT_UNITS = 45
_SYSTEM_UNITS, _SMALL_UNITS = 50, 30


class ScratchPage(QWidget, MadeInSteps):
    """What goes on is looked at ten times a second, and only while the page is seen."""

    flight_wanted = Signal(str)

    def __init__(self, pad: ScratchPad, bridge: Bridge, theme: Theme) -> None:
        super().__init__()
        self._pad, self._bridge, self._theme = pad, bridge, theme
        self._talk: ScratchTalk | None = None
        self._task: asyncio.Task[Any] | None = None
        self._shown = ""
        self._begin(self._made())

    def _made(self) -> Iterator[None]:
        theme = self._theme
        self.model = TextLine(theme, "practice/echo, or any other")
        self._known = QStringListModel(self)
        self.model.setCompleter(self._completer())
        self.model.textEdited.connect(self._end_offer, Qt.ConnectionType.QueuedConnection)
        doors = [(each.value, words) for each, (words, _) in DOORS.items()]
        self.door = Segmented(theme, doors, name="Door")
        self.door.choose(ModelProtocol.OPENAI_CHAT.value)
        yield
        self.system = TextLine(theme, "optional")
        self.prompt = PromptField(theme, "Ctrl+Enter asks.", "Prompt", least=3, most=9)
        self.max_tokens = TextLine(theme, "its usual")
        self.temperature = TextLine(theme, "its usual")
        self.streams = Tick(theme, "Stream")
        self.streams.setChecked(True)
        yield
        self.ask = Button(theme, "Ask", kind=ButtonKind.PRIMARY, icon="send")
        put_tip(self.ask, tip("Ask (Ctrl+Enter)"))
        self.stop = Button(theme, "Stop", icon="canceled")
        self.stop.setEnabled(False)
        self._problem = FlowingLabel(theme, tone=Tone.ERROR)
        self._problem.hide()
        yield
        self.views = Segmented(theme, _VIEWS, name="What is shown")
        self.text = ReadText(theme, "Answer", margin=2)
        self.standing = FlowingLabel(theme, _FIRST, tone=Tone.MUTED)
        self._mark = MarkIcon(theme, "info", Tone.MUTED)
        self.flight = Button(theme, "Open flight", icon="flights")
        self.flight.setEnabled(False)
        self.copy = CopyButton(theme, self.text.toPlainText, name="what is shown")
        yield
        self._fields = {
            "model": Field(theme, "Model", self.model),
            "system": Field(theme, "System instructions", self.system),
            "prompt": Field(theme, "Prompt", self.prompt),
            "maxTokens": Field(theme, "Most tokens", self.max_tokens),
            "temperature": Field(theme, "Temperature", self.temperature),
        }
        self._look = QTimer(self, interval=_LOOK_MS)
        self._lay_out()
        yield
        self._connect()
        self._show()

    @property
    def wish(self) -> ScratchWish:
        return ScratchWish(
            model=self.model.text(),
            prompt=self.prompt.text,
            system=self.system.text(),
            door=ModelProtocol(self.door.key),
            streams=self.streams.isChecked(),
            max_tokens=self.max_tokens.text(),
            temperature=self.temperature.text(),
        )

    @property
    def talk(self) -> ScratchTalk | None:
        """The one in sight."""
        return self._talk

    @property
    def problem(self) -> str:
        return self._problem.text() if not self._problem.isHidden() else ""

    def show_model(self, model: str) -> None:
        """It is to be asked next."""
        self.model.setText(model)
        self.prompt.setFocus()

    def save_state(self, settings: QSettings) -> None:
        """What was typed as a prompt is not written down."""
        kept = {"model": self.model.text(), "door": self.door.key, "streams": self.wish.streams}
        settings.setValue("last", json.dumps(kept))

    def restore_state(self, settings: QSettings) -> None:
        try:
            kept = json.loads(str(settings.value("last", "{}")))
            self.model.setText(str(kept.get("model", "")))
            self.door.choose(str(kept.get("door", "")))
            self.streams.setChecked(bool(kept.get("streams", True)))
        except (ValueError, AttributeError, TypeError):  # a spoilt file
            return

    @override
    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        self._bridge.run(self._read_models(), name="models for the scratch pad")
        if self._talk is not None and not self._talk.is_done:
            self._look.start()
        self._show()

    @override
    def hideEvent(self, event: QHideEvent) -> None:
        super().hideEvent(event)
        self._look.stop()

    @override
    def focusInEvent(self, event: QFocusEvent) -> None:
        super().focusInEvent(event)
        (self.prompt if self.model.text() else self.model).setFocus()

    def begin(self) -> None:
        """Ask what is filled in; what is wrong with it is said beside its field."""
        if self._task is not None:
            return
        for field in self._fields.values():
            field.set_wrong("")
        self._problem.say("")
        try:
            talk = self._pad.begin(self.wish)
        except LlmgwError as error:
            self._show_wrong(error)
            return
        self._talk = talk
        self._show_under_way(True)
        self._scroll.ensureWidgetVisible(self.text)
        if self.views.key == _SENT:
            self.views.choose(_ANSWER)
        self._task = self._bridge.run(self._ask(talk), name="ask from the scratch pad")
        if self.isVisible():
            self._look.start()
        self._show()

    def cancel(self) -> None:
        if self._task is not None:
            self._task.cancel()

    async def _ask(self, talk: ScratchTalk) -> None:
        try:
            await self._pad.ask(talk)
        except LlmgwError as error:
            talk.error = str(error)
        finally:
            self._task = None
            if isValid(self):  # at the program's end it is canceled by others
                self._look.stop()
                self._show_under_way(False)
                self._show()

    async def _read_models(self) -> None:
        try:
            found = await self._pad.models()
        except LlmgwError:  # then names are typed
            return
        self._known.setStringList(list(found))

    def _show_wrong(self, error: LlmgwError) -> None:
        field = self._fields.get(getattr(error, "field", ""))
        if field is None:
            self._problem.say(inert_line(str(error), 400))
            return
        words = str(error).partition(": ")[2]
        field.set_wrong(f"{words[:1].upper()}{words[1:]}.")

    def _show_under_way(self, is_on: bool) -> None:
        self.ask.setEnabled(not is_on)
        self.ask.setText("Asking …" if is_on else "Ask")
        self.stop.setEnabled(is_on)

    def _show(self) -> None:
        talk = self._talk
        flight = None if talk is None else talk.flight
        self.flight.setEnabled(flight is not None and bool(flight.id))
        if talk is None:
            self.standing.setText(_FIRST)
        else:
            words = standing_words(talk) if flight or not talk.is_done else "Nobody was asked."
            error = inert_line(talk.error, 600)
            is_stopped = flight is not None and flight.state is FlightState.CANCELED
            said_of_it = words if is_stopped or not error else f"{said(words)} {said(error)}"
            self.standing.setText(said_of_it)
            is_wrong = bool(error) and not is_stopped
            is_well = flight is not None and flight.state is FlightState.OK
            name = "error" if is_wrong else "check" if is_well else "info"
            tone = Tone.ERROR if is_wrong else Tone.OK if is_well else Tone.MUTED
            self._mark.show_mark(name, tone)
            self.standing.set_tone(Tone.ERROR if is_wrong else Tone.TEXT)
        self._show_text()

    def _show_text(self) -> None:
        """What grows at its end is added there, so that a place that is read stays in sight."""
        words, before, view = self._shown_words(), self._shown, self.text
        if words == before:
            return
        self._shown = words
        if not before or not words.startswith(before):
            view.setPlainText(words)
            return
        bar = view.verticalScrollBar()
        was_at_end = bar.value() >= bar.maximum() - 2
        cursor = QTextCursor(view.document())
        cursor.movePosition(QTextCursor.MoveOperation.End)
        cursor.insertText(words[len(before) :])
        if was_at_end:
            bar.setValue(bar.maximum())

    def _shown_words(self) -> str:
        talk = self._talk
        if self.views.key == _SENT:
            return self._sent_words()
        if talk is None:
            return ""
        return answer_words(talk) if self.views.key == _ANSWER else response_words(talk)

    def _sent_words(self) -> str:
        """What was sent, or would be as it is filled in now."""
        if self._talk is not None:
            return request_words(self._talk.request)
        try:
            return request_words(request_of(self.wish))
        except LlmgwError:
            return ""

    def _on_view(self) -> None:
        is_wire = self.views.key != _ANSWER
        self.text.setFont(self._theme.mono_font() if is_wire else self._theme.font())
        self.text.setAccessibleName(said(dict(_VIEWS)[self.views.key]))
        self._shown = ""
        self.text.clear()
        self._show_text()

    def _on_changed(self) -> None:
        """What is being filled in now is another request than the one that was sent."""
        if self._task is None and self._talk is None:
            self._show_text()

    def _open_flight(self) -> None:
        if self._talk is not None and self._talk.flight is not None:
            self.flight_wanted.emit(self._talk.flight.id)

    def _completer(self) -> QCompleter:
        completer = QCompleter(self._known, self)
        completer.setFilterMode(Qt.MatchFlag.MatchContains)
        completer.setCaseSensitivity(Qt.CaseSensitivity.CaseInsensitive)
        popup = QListView()
        popup.setAccessibleName(said("Models"))
        popup.setFont(self._theme.font())
        completer.setPopup(popup)
        dress_view(popup, self._theme)
        return completer

    def _end_offer(self) -> None:
        """A list that has nothing to add would swallow the click on Ask."""
        completer = self.model.completer()
        is_whole = completer.currentCompletion() == self.model.text()
        popup = completer.popup()
        if popup is not None and is_whole and completer.completionCount() == 1:
            popup.hide()

    def _lay_out(self) -> None:
        theme, space = self._theme, self._theme.space
        composer = Card(theme)
        first = Reflow(
            [
                Flowed(self._fields["model"], stretch=1, comfortable=space(_FIELD_UNITS)),
                Flowed(Field(theme, "Door", self.door), stretch=0),
            ],
            [(2,), (1, 1)],
            spacing=space(3),
        )
        rest = Reflow(
            [
                Flowed(self._fields["system"], stretch=2, comfortable=space(_SYSTEM_UNITS)),
                Flowed(self._fields["maxTokens"], stretch=1, comfortable=space(_SMALL_UNITS)),
                Flowed(self._fields["temperature"], stretch=1, comfortable=space(_SMALL_UNITS)),
            ],
            [(3,), (1, 2)],
            spacing=space(3),
        )
        acts = h_box(theme, self.ask, self.stop, self.streams, None, gap=2)
        v_box(
            theme,
            first,
            self._fields["prompt"],
            rest,
            self._problem,
            acts,
            on=composer,
            gap=2.5,
            margins=4,
        )
        content = QWidget()
        v_box(theme, composer, (self._result(), 1), on=content, gap=4, margins=(6, 4, 6, 6))
        self._scroll = Scrolled(theme, content)
        v_box(theme, self._scroll, on=self, margins=0)

    def _result(self) -> Card:
        theme, space = self._theme, self._theme.space
        card = Card(theme)
        bar = QWidget()
        row = WrappedRow(space(2), bar)
        for part in (self.views, self.flight, self.copy):
            row.addWidget(part)
        standing = h_box(
            theme, (self._mark, 0, Qt.AlignmentFlag.AlignTop), (self.standing, 1), gap=2
        )
        self.text.setMinimumHeight(space(_RESULT_UNITS))
        self.text.setFont(theme.font(TextSize.BODY))
        v_box(theme, bar, standing, (self.text, 1), on=card, gap=2.5, margins=4)
        return card

    def _connect(self) -> None:
        self.ask.clicked.connect(self.begin)
        self.stop.clicked.connect(self.cancel)
        self.flight.clicked.connect(self._open_flight)
        self.prompt.sent.connect(self.begin)
        self.model.returnPressed.connect(self.prompt.setFocus)
        self.prompt.textChanged.connect(self._on_changed)
        for line in (self.model, self.system, self.max_tokens, self.temperature):
            line.textChanged.connect(self._on_changed)
        self.door.chosen.connect(lambda _: self._on_changed())
        self.streams.toggled.connect(lambda _: self._on_changed())
        self.views.chosen.connect(lambda _: self._on_view())
        self._look.timeout.connect(self._show)
        add_key(self, "Ask", ("Ctrl+Return",), self.begin)
        add_key(self, "Stop the answer", ("Ctrl+.",), self.cancel)
