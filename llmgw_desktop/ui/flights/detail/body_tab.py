"""The request or the answer of a flight: as messages, as JSON or events, raw."""

from PySide6.QtCore import Qt, QTimer, Signal
from PySide6.QtWidgets import QHBoxLayout, QStackedWidget, QWidget

from llmgw_desktop.app.flights.conversation.transcript import Transcript, transcript_of
from llmgw_desktop.app.flights.texts import (
    PREVIEW_BYTES,
    BodyView,
    FlightSide,
    ShownText,
    missing_notice,
    raw_text,
    shown_text,
    views_of,
)
from llmgw_desktop.app.words.figures import size_text
from llmgw_desktop.domain.flights.flight import FlightRecord
from llmgw_desktop.ui.bridge import Bridge
from llmgw_desktop.ui.flights.detail.text_view import TextView
from llmgw_desktop.ui.flights.detail.transcript_view import TranscriptView
from llmgw_desktop.ui.theme import TextSize, Theme
from llmgw_desktop.ui.widgets.button import Button, ButtonKind
from llmgw_desktop.ui.widgets.cards import EmptyState
from llmgw_desktop.ui.widgets.label import Label, Tone
from llmgw_desktop.ui.widgets.layouts import h_box, v_box
from llmgw_desktop.ui.widgets.notices import WarningBar
from llmgw_desktop.ui.widgets.toggles import Segmented
from llmgw_desktop.ui.widgets.words import said_with

_PATIENCE_MS = 150
"""So long what was shown before stays: most bodies are there sooner."""


class PartBar(WarningBar):
    """Hidden when there is nothing to say."""

    all_wanted = Signal()

    def __init__(self, theme: Theme) -> None:
        super().__init__(theme)
        self._words = Label(theme, size=TextSize.CAPTION, tone=Tone.WARNING)
        self._words.setWordWrap(True)
        self._load = Button(theme, "Load all")
        self._load.clicked.connect(self.all_wanted)
        h_box(theme, (self._words, 1), self._load, on=self, margins=(3, 1, 2, 1))

    def tell(self, notice: str, whole_bytes: int) -> None:
        """`whole_bytes` above 0: only the beginning is shown."""
        part = f"Only the first {size_text(PREVIEW_BYTES)} are shown." if whole_bytes else ""
        words = " ".join(text for text in (notice, part) if text)
        self._words.setText(words)
        self._load.setVisible(bool(whole_bytes))
        self._load.setText(f"Load all ({size_text(whole_bytes)})")
        self.setVisible(bool(words))


class RawTab(QWidget):
    """Credentials in headers were masked when they were recorded."""

    def __init__(self, theme: Theme, bridge: Bridge) -> None:
        super().__init__()
        self._bridge = bridge
        self._record: FlightRecord | None = None
        self._part = PartBar(theme)
        self._part.all_wanted.connect(lambda: self._read(all_of_it=True))
        self._text = TextView(theme, "Request and answer as recorded")
        v_box(theme, self._part, (self._text, 1), on=self, gap=0, margins=0)

    def show_record(self, record: FlightRecord) -> None:
        if record != self._record:
            self._record = record
            self._read()

    def _read(self, *, all_of_it: bool = False) -> None:
        record = self._record
        if record is None:
            return

        def show(shown: ShownText) -> None:
            if record is self._record:
                self._part.tell(shown.notice, shown.whole_bytes)
                self._text.show_text(shown.text)

        self._bridge.fetch(self, lambda: raw_text(record, all_of_it=all_of_it), show)


_WORDS = {
    BodyView.MESSAGES: "Messages",
    BodyView.JSON: "JSON",
    BodyView.EVENTS: "Events",
    BodyView.RAW: "Raw",
}


class BodyTab(QWidget):
    """Reads only when it is told to `show_record`, which the pane does for the tab in front."""

    view_chosen = Signal(str)

    def __init__(self, theme: Theme, bridge: Bridge, *, of_request: bool) -> None:
        super().__init__()
        self._theme = theme
        self._bridge = bridge
        self._of_request = of_request
        self._side: FlightSide | None = None
        self._views: tuple[BodyView, ...] = ()
        self._wanted = BodyView.MESSAGES
        self._is_unfolded = False
        self._comes = True
        """Something is shown of the side that was read last, or said of it."""
        name = "Request" if of_request else "Response"
        self._switch: Segmented | None = None
        self._unfold = Button(theme, "Unfold all", kind=ButtonKind.QUIET)
        self._unfold.clicked.connect(self._on_unfold)
        self._part = PartBar(theme)
        self._part.all_wanted.connect(lambda: self._read(all_of_it=True))
        self._transcript = TranscriptView(theme, said_with("%1 as messages", name))
        self._text = TextView(theme, said_with("%1 as text", name))
        self._empty = EmptyState(theme, icon="database", title="")
        self._stack = QStackedWidget()
        self._bar = QHBoxLayout()
        self._lay_out()

    def show_record(self, record: FlightRecord) -> None:
        side = FlightSide(record, self._of_request)
        if side == self._side:
            return
        self._side = side
        missing = missing_notice(side)
        self._set_views(() if missing else views_of(side))
        if missing:
            self._show_nothing(missing, _why_missing(side))
        else:
            self._read()

    def prefer(self, view: str) -> None:
        """Which view to take where a body has it; a stale word changes nothing."""
        for each in BodyView:
            if each.value == view:
                self._wanted = each

    @property
    def view(self) -> BodyView:
        """The one that is shown: messages and JSON need a body that has them."""
        if self._wanted in self._views:
            return self._wanted
        structured = {BodyView.JSON: BodyView.EVENTS, BodyView.EVENTS: BodyView.JSON}
        other = structured.get(self._wanted)
        if other is not None and other in self._views:
            return other
        return self._views[0] if self._views else BodyView.RAW

    def _lay_out(self) -> None:
        space = self._theme.space
        self._bar.setContentsMargins(space(3), space(2), space(2), space(2))
        self._bar.addStretch(1)
        self._bar.addWidget(self._unfold)
        for view in (self._transcript, self._text, self._empty):
            self._stack.addWidget(view)
        v_box(self._theme, self._bar, self._part, (self._stack, 1), on=self, gap=0, margins=0)

    def _set_views(self, views: tuple[BodyView, ...]) -> None:
        if views != self._views:
            self._views = views
            if self._switch is not None:
                self._bar.removeWidget(self._switch)
                self._switch.deleteLater()
                self._switch = None
            if views:
                choices = [(view.value, _WORDS[view]) for view in views]
                self._switch = Segmented(self._theme, choices, name="View")
                self._bar.insertWidget(0, self._switch, 0, Qt.AlignmentFlag.AlignVCenter)
                self._switch.choose(self.view.value)
                self._switch.chosen.connect(self._on_chosen)
        elif self._switch is not None:
            self._switch.choose(self.view.value)
        self._unfold.setVisible(self.view is BodyView.MESSAGES and bool(views))

    def _on_chosen(self, key: str) -> None:
        if key == self.view.value:
            return
        self._wanted = BodyView(key)
        self.view_chosen.emit(key)
        self._unfold.setVisible(self._wanted is BodyView.MESSAGES)
        self._read()

    def _read(self, *, all_of_it: bool = False) -> None:
        side, view = self._side, self.view
        if side is None:
            return

        def is_wanted() -> bool:
            return side is self._side and view is self.view

        def fail(error: Exception) -> None:
            if is_wanted():
                words = "It cannot be shown; «Raw» may show it."
                self._show_nothing(words, str(error) or type(error).__name__)

        self._comes = False
        QTimer.singleShot(_PATIENCE_MS, self, lambda: self._wait(side))

        def show_messages(transcript: Transcript) -> None:
            if is_wanted():
                self._show_messages(transcript)

        def show_text(text: ShownText) -> None:
            if is_wanted():
                self._comes = True
                self._part.tell(text.notice, text.whole_bytes)
                self._text.show_text(text.text, is_json=view is not BodyView.RAW)
                self._stack.setCurrentWidget(self._text)

        if view is BodyView.MESSAGES:
            self._bridge.fetch(
                self, lambda: transcript_of(side, all_of_it=all_of_it), show_messages, fail
            )
        else:
            self._bridge.fetch(
                self, lambda: shown_text(side, view, all_of_it=all_of_it), show_text, fail
            )

    def _wait(self, side: FlightSide) -> None:
        """What stands there is of the flight before."""
        if side is self._side and not self._comes:
            self._show_nothing("Reading the flight…", "")

    def _show_nothing(self, title: str, words: str) -> None:
        self._comes = True
        self._empty.set_words(title, words)
        self._part.tell("", 0)
        self._stack.setCurrentWidget(self._empty)

    def _show_messages(self, transcript: Transcript) -> None:
        self._comes = True
        self._part.tell(transcript.notice, transcript.whole_bytes)
        self._transcript.show_sections(transcript.sections)
        self._set_unfolded(False)
        self._stack.setCurrentWidget(self._transcript)

    def _on_unfold(self) -> None:
        self._set_unfolded(not self._is_unfolded)
        self._transcript.fold_all(not self._is_unfolded)

    def _set_unfolded(self, unfolded: bool) -> None:
        self._is_unfolded = unfolded
        self._unfold.setText("Fold all" if unfolded else "Unfold all")


_WHY_MISSING = "Bodies are kept when the recorder's level is full (recorder.level in the settings)."
_WHY_LEFT_OUT = (
    "The recorder drops bodies before it drops flights: what is told of this one is complete. "
    "A large body that the program had not written when it ended is left out as well."
)


def _why_missing(side: FlightSide) -> str:
    if side.body is not None or side.record.summary.is_running:
        return ""
    return _WHY_MISSING if side.is_whole else _WHY_LEFT_OUT
