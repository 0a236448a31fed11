"""A conversation in a window of its own: its flights as a list, and what each of them says anew.

Made by a worker (`app/flights/conversation/thread`); the texts are written in slices.
"""

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QDialog, QWidget

from llmgw_desktop.app.flights.conversation.message_parts import SpeakerRole
from llmgw_desktop.app.flights.conversation.thread import FlightThread, ThreadTurn
from llmgw_desktop.app.flights.conversation.transcript import TranscriptSection
from llmgw_desktop.app.flights.recording import Flights
from llmgw_desktop.domain.jobs.submission import RecordedTalk
from llmgw_desktop.ui.bridge import Bridge
from llmgw_desktop.ui.flights.detail.transcript_view import TranscriptView
from llmgw_desktop.ui.theme import Theme
from llmgw_desktop.ui.widgets.button import Button
from llmgw_desktop.ui.widgets.label import Label, Tone
from llmgw_desktop.ui.widgets.layouts import h_box, v_box
from llmgw_desktop.ui.widgets.panes import ThinSplitter
from llmgw_desktop.ui.widgets.row_model import Column, RowModel
from llmgw_desktop.ui.widgets.tables import FittedTable, TableLook
from llmgw_desktop.ui.widgets.toggles import Segmented
from llmgw_desktop.ui.widgets.words import said

_SIZE_UNITS = (250, 175)
_READING = "Reading the conversation…"
_MOST_CHARS = 1_000_000
_WHOLE, _TURN = "whole", "turn"
_VIEWS = ((_WHOLE, "Whole"), (_TURN, "Chosen flight"))
_COLUMNS: tuple[Column[ThreadTurn], ...] = (
    Column(
        key="when",
        title="When",
        text=lambda row: row.when,
        widest="31 Dec 23:59:59",
        is_words=True,
    ),
    Column(key="client", title="Client", text=lambda row: row.client, widest="claude-code-work"),
    Column(key="model", title="Model", text=lambda row: row.model, share=1.0),
    Column(key="dialect", title="Dialect", text=lambda row: row.dialect, widest="openai-responses"),
    Column(key="job", title="Job", text=lambda row: row.job or "–", is_quiet=True, share=1.0),
    Column(
        key="new",
        title="New",
        text=lambda row: row.new,
        widest="1,000 messages",
        is_words=True,
    ),
    Column(
        key="cost", title="Cost", text=lambda row: row.cost, widest="$12.345678", is_number=True
    ),
)


class ThreadWindow(QDialog):
    """`read` shows the conversation of a flight. Enter in the list opens the chosen one."""

    flight_wanted = Signal(str)
    hand_over_wanted = Signal(str, str, str)
    """What another agent is told, and the folder where it is known."""

    def __init__(self, theme: Theme, flights: Flights, bridge: Bridge, parent: QWidget) -> None:
        super().__init__(parent)
        self._flights, self._bridge = flights, bridge
        self._flight_id = ""
        self.shown: FlightThread | None = None
        self.setWindowTitle(said("Conversation"))
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.setWindowFlag(Qt.WindowType.WindowMaximizeButtonHint)
        self.summary = Label(theme, _READING, tone=Tone.MUTED)
        self.view = Segmented(theme, _VIEWS, name="What is shown")
        self.view.choose(_WHOLE)
        self.open_flight = Button(theme, "Open flight")
        self.hand_over = Button(theme, "Hand over…", name="Go on with another CLI")
        self.hand_over.setVisible(not flights.imported_as)
        self.rows: RowModel[ThreadTurn] = RowModel(_COLUMNS, lambda row: row.flight_id, self)
        look = TableLook(
            name="Flights of the conversation",
            noun="flight",
            go_first=("cost", "client", "dialect", "job"),
        )
        self.table = FittedTable(theme, self.rows, look)
        self.text = TranscriptView(theme, "Conversation")
        self._lay_out(theme)
        self.table.chosen.connect(self._on_chosen)
        self.table.opened.connect(self._open)
        self.open_flight.clicked.connect(self._open)
        self.hand_over.clicked.connect(self._hand_over)
        self.view.chosen.connect(lambda _: self._show_text())

    def read(self, flight_id: str) -> None:
        self._flight_id = flight_id
        self._bridge.fetch(
            self, lambda: self._flights.thread(flight_id), self._show, self._fail, slow=True
        )

    def _lay_out(self, theme: Theme) -> None:
        more = (self.open_flight, self.hand_over)
        head = h_box(theme, (self.summary, 1), self.view, *more, gap=2, margins=(4, 3, 4, 2))
        splitter = ThinSplitter(theme)
        splitter.setOrientation(Qt.Orientation.Vertical)
        for each in (self.table, self.text):
            splitter.addWidget(each)
        splitter.setChildrenCollapsible(False)
        splitter.setSizes([theme.space(50), theme.space(110)])
        self.setLayout(v_box(theme, head, (splitter, 1), gap=0, margins=0))
        self.resize(*map(theme.space, _SIZE_UNITS))
        self.open_flight.setEnabled(False)
        self.hand_over.setEnabled(False)

    def _show(self, thread: FlightThread) -> None:
        self.shown = thread
        self.summary.setText(thread.summary)
        self.rows.show_rows(thread.turns)
        self.table.choose(self._flight_id)
        self.open_flight.setEnabled(bool(thread.turns))
        self.hand_over.setEnabled(bool(thread.turns))
        self._show_text()

    def _fail(self, error: Exception) -> None:
        self.summary.setText(str(error) or "The conversation cannot be read.")

    def _on_chosen(self, turn: ThreadTurn | None) -> None:
        if turn is not None and self.view.key == _TURN:
            self._show_text()

    def _show_text(self) -> None:
        if self.shown is None:
            return
        chosen = self.table.chosen_item
        if self.view.key == _TURN and chosen is not None:
            self.text.show_sections(chosen.sections)
            return
        self.text.show_sections(_whole(self.shown))

    def _hand_over(self) -> None:
        """Made anew: it may have gone on since."""
        flight_id = self._flight_id
        self.hand_over.setEnabled(False)
        self._bridge.fetch(
            self,
            lambda: self._flights.handed_over(flight_id),
            self._show_handed_over,
            self._fail,
            slow=True,
        )

    def _show_handed_over(self, told: RecordedTalk) -> None:
        self.hand_over.setEnabled(True)
        self.hand_over_wanted.emit(told.prompt, told.folder, self._flight_id)

    def _open(self) -> None:
        chosen = self.table.chosen_item
        if chosen is not None:
            self.flight_wanted.emit(chosen.flight_id)


def _whole(thread: FlightThread) -> tuple[TranscriptSection, ...]:
    """Each flight under a line of its own; of very much the beginning."""
    sections, room = list[TranscriptSection](), _MOST_CHARS
    for turn in thread.turns:
        who = " · ".join(filter(None, (turn.when, turn.client, turn.model, turn.dialect, turn.job)))
        sections.append(TranscriptSection(role=SpeakerRole.OTHER, depth=0, title=who))
        sections.extend(turn.sections)
        room -= sum(len(each.text) for each in turn.sections)
        if room < 0:
            words = "The rest is not shown here: choose a flight above."
            sections.append(TranscriptSection(role=SpeakerRole.OTHER, depth=0, title=words))
            break
    return tuple(sections)
