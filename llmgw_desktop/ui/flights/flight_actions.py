"""What can be done with a flight, and the menus that offer it."""

from collections.abc import Callable
from functools import partial
from pathlib import Path

from PySide6.QtCore import QObject, QPoint, QSettings, Qt, Signal
from PySide6.QtGui import QAction, QGuiApplication
from PySide6.QtWidgets import QMenu, QWidget

from llmgw_desktop.app.flights.copies import (
    SHELLS,
    NothingToCopy,
    Shell,
    answer_copy_text,
    curl_text,
    request_json_text,
)
from llmgw_desktop.app.flights.recording import Flights
from llmgw_desktop.app.flights.saved_filters import (
    FILE,
    LONGEST_NAME,
    filters_in,
    read_filters,
    renamed,
    with_filter,
    write_filters,
)
from llmgw_desktop.app.words.inert_text import inert_line
from llmgw_desktop.domain.flights.flight import FlightRecord, FlightSummary
from llmgw_desktop.ui.bridge import Bridge
from llmgw_desktop.ui.flights.filter_bar import FilterBar
from llmgw_desktop.ui.flights.flight_export import FlightExport
from llmgw_desktop.ui.flights.table.flight_table import FlightTable
from llmgw_desktop.ui.theme import Theme
from llmgw_desktop.ui.widgets.button import Button, new_action
from llmgw_desktop.ui.widgets.dialogs import FormDialog
from llmgw_desktop.ui.widgets.fields import Field, TextLine
from llmgw_desktop.ui.widgets.flowing_label import FlowingLabel
from llmgw_desktop.ui.widgets.label import Tone
from llmgw_desktop.ui.widgets.layouts import h_box
from llmgw_desktop.ui.widgets.words import said

_CURL = "Copy as curl"
_SAVED_KEY = "flights/saved_filters"
_SHOWN = 400
_LONGEST_NOTE = 500
_KEPT = "A marked flight is kept until its mark is taken away, and found by marked:yes and note:…"
_COMPARE = "Compare two flights"
_HOW_TO_COMPARE = "Choose a second flight with Ctrl and a click, then compare the two."


class FlightActions(QObject):
    """`actions` stand in the row's menu and in the detail pane; disabled without a flight."""

    said = Signal(str)
    """A sentence for the person: what was copied, or why not."""
    job_wanted = Signal(str)
    place_wanted = Signal(str)
    """Where an error's sentence sends: a page, or a setting."""
    comparison_wanted = Signal(str, str)
    """Of two flights, by their ids, the older first."""
    replay_wanted = Signal(str)
    thread_wanted = Signal(str)
    """The conversation of a flight."""
    check_wanted = Signal(str)
    mark_wanted = Signal(object)
    """The flight."""

    def __init__(
        self,
        flights: Flights,
        base_urls: Callable[[], dict[str, str]],
        key_file: str,
        *,
        bridge: Bridge,
        widget: QWidget,
    ) -> None:
        super().__init__(widget)
        self._flights = flights
        self._base_urls = base_urls
        self._key_file = key_file
        self._bridge = bridge
        self._flight: FlightSummary | None = None
        self.curl = new_action(self, _CURL, partial(self._copy_curl, SHELLS[0]), ["Ctrl+Shift+C"])
        self.other_curls = [
            new_action(self, f"{_CURL} for {shell}", partial(self._copy_curl, shell))
            for shell in SHELLS[1:]
        ]
        self.request = new_action(self, "Copy request JSON", self._copy_request)
        self.answer = new_action(self, "Copy answer text", self._copy_answer)
        self.flight_id = new_action(self, "Copy flight id", self._copy_id)
        self.job = new_action(self, "Show its job", self._show_job)
        self.compare = new_action(self, _COMPARE, self._compare, ["Ctrl+D"])
        self.whole = new_action(self, "Whole conversation", self._show_thread)
        self.replay = new_action(self, "Ask again…", self._replay, ["Ctrl+R"])
        self.check = new_action(self, "Add to a regression set…", self._add_check)
        self.mark = new_action(self, "Mark…", self._mark, ["Ctrl+M"])
        self._pair: tuple[FlightSummary, FlightSummary] | None = None
        widget.addActions(self.actions)
        self.set_flight(None)
        self.set_pair(None)

    @property
    def actions(self) -> list[QAction]:
        if not self.may_act:
            return [*self.copies, self.whole, self.compare]
        asking = (self.replay, self.check, self.mark, self.compare)
        return [*self.copies, self.job, self.whole, *asking]

    @property
    def may_act(self) -> bool:
        """What was imported is read, and nothing else."""
        return not self._flights.imported_as

    @property
    def copies(self) -> list[QAction]:
        return [self.curl, *self.other_curls, self.request, self.answer, self.flight_id]

    def set_flight(self, flight: FlightSummary | None) -> None:
        self._flight = flight
        for action in (*self.copies, self.whole, self.replay, self.check, self.mark):
            action.setEnabled(flight is not None)
        self.job.setEnabled(flight is not None and bool(flight.job))

    def set_pair(self, pair: tuple[FlightSummary, FlightSummary] | None) -> None:
        """Where two are chosen."""
        self._pair = pair

    def _replay(self) -> None:
        if self._flight is not None:
            self.replay_wanted.emit(self._flight.id)

    def _show_thread(self) -> None:
        if self._flight is not None:
            self.thread_wanted.emit(self._flight.id)

    def _add_check(self) -> None:
        if self._flight is not None:
            self.check_wanted.emit(self._flight.id)

    def _mark(self) -> None:
        if self._flight is not None:
            self.mark_wanted.emit(self._flight)

    def _compare(self) -> None:
        flight = self._flight
        if self._pair is not None:
            older, newer = self._pair
            self.comparison_wanted.emit(older.id, newer.id)
        elif flight is not None and flight.replay_of:
            self.comparison_wanted.emit(flight.replay_of, flight.id)
        else:
            self.said.emit(_HOW_TO_COMPARE)

    def _copy_curl(self, shell: Shell) -> None:
        base_urls = self._base_urls()
        key_file = self._key_file
        self._copy(lambda record: curl_text(record, base_urls, key_file, shell), "Copied as curl.")

    def _copy_request(self) -> None:
        self._copy(request_json_text, "Request copied.")

    def _copy_answer(self) -> None:
        self._copy(answer_copy_text, "Answer copied.")

    def _show_job(self) -> None:
        if self._flight is not None:
            self.job_wanted.emit(self._flight.job)

    def _copy_id(self) -> None:
        if self._flight is not None:
            QGuiApplication.clipboard().setText(self._flight.id)
            self.said.emit("Flight id copied.")

    def _copy(self, make: Callable[[FlightRecord], str], done_words: str) -> None:
        flight = self._flight
        if flight is None:
            return

        def work() -> str:
            record = self._flights.record(flight.id)
            if record is None:
                raise NothingToCopy("This flight was not recorded.")
            return make(record)

        def done(text: str) -> None:
            QGuiApplication.clipboard().setText(text)
            self.said.emit(done_words)

        self._bridge.fetch(self, work, done, lambda error: self.said.emit(str(error)))


class NameDialog(FormDialog):
    """Under which name a filter is kept; `name` is the one that it has. Open it with `open()`."""

    def __init__(self, theme: Theme, text: str, parent: QWidget, name: str = "") -> None:
        super().__init__(theme, "Rename filter" if name else "Save filter", "Save", parent)
        self.name = TextLine(theme)
        self.name.setAccessibleName(said("Name"))
        self.name.setMaxLength(LONGEST_NAME)
        self.name.setText(inert_line(name or text, LONGEST_NAME))
        self.name.selectAll()
        self.name.textChanged.connect(lambda told: self.allow_saving(bool(told.strip())))
        typed = FlowingLabel(theme, tone=Tone.MUTED, is_verbatim=True)
        typed.say(inert_line(text, _SHOWN))
        self.fields.addWidget(typed)
        self.fields.addWidget(self.name)
        self.fit()


class MarkDialog(FormDialog):
    """A flight's note. Open it with `open()`; `marked` says what was done."""

    marked = Signal(str)

    def __init__(
        self,
        theme: Theme,
        flight: FlightSummary,
        mark: Callable[[str, str | None], None],
        parent: QWidget,
    ) -> None:
        """`mark` waits for the disk."""
        is_marked = flight.note is not None
        super().__init__(theme, "Mark", "Save note" if is_marked else "Mark", parent)
        self._flight_id, self._mark = flight.id, mark
        self.note = TextLine(theme, "Nothing has to be said")
        self.note.setMaxLength(_LONGEST_NOTE)
        self.note.setText(flight.note or "")
        self.fields.addWidget(Field(theme, "Note", self.note, _KEPT))
        self.unmark = Button(theme, "Take the mark away")
        self.unmark.setVisible(is_marked)
        self.fields.addLayout(h_box(theme, self.unmark, None, margins=0))
        self.fit()

    def done_by(self, bridge: Bridge) -> None:
        """Whom it is done by, once it is wanted."""
        self.unmark.clicked.connect(lambda: self._do(bridge, None))
        self.save_wanted.connect(lambda: self._do(bridge, self.note.text()))

    def _do(self, bridge: Bridge, note: str | None) -> None:
        def done(_: None) -> None:
            self.marked.emit("Marked." if note is not None else "Its mark is taken away.")
            self.accept()

        self.show_saving(is_under_way=True)
        bridge.fetch(self, lambda: self._mark(self._flight_id, note), done, self.show_refusal)


class SavedFilters(QObject):
    """Filters that a person keeps by name: told at once, written beside the loop."""

    said = Signal(str)
    """Why they could not be written."""

    def __init__(self, theme: Theme, settings: QSettings, bridge: Bridge) -> None:
        super().__init__()
        self._theme, self._settings, self._bridge = theme, settings, bridge
        self._file = Path(settings.fileName()).with_name(FILE)
        self._kept: dict[str, str] | None = None

    def all(self) -> dict[str, str]:
        """Text by name, in the order in which they were kept."""
        if self._kept is None:
            earlier = str(self._settings.value(_SAVED_KEY, "{}"))
            self._kept = read_filters(self._file) or filters_in(earlier)
        return dict(self._kept)

    def keep(self, name: str, text: str) -> None:
        self._write(with_filter(self.all(), name, text))

    def rename(self, name: str, new_name: str) -> None:
        self._write(renamed(self.all(), name, new_name))

    def remove(self, name: str) -> None:
        self._write({each: text for each, text in self.all().items() if each != name})

    def ask_name(self, text: str, widget: QWidget, name: str = "") -> NameDialog:
        """Under which this filter is kept; `name` is the one that it has."""
        dialog = NameDialog(self._theme, text, widget.window(), name)

        def save() -> None:
            told = dialog.name.text().strip()
            if name:
                self.rename(name, told)
            else:
                self.keep(told, text)
            dialog.accept()

        dialog.save_wanted.connect(save)
        dialog.open()
        return dialog

    def _write(self, kept: dict[str, str]) -> None:
        self._kept = kept
        self._settings.remove(_SAVED_KEY)
        self._bridge.fetch(
            self,
            lambda: write_filters(self._file, kept),
            lambda _: None,
            lambda error: self.said.emit(str(error)),
        )


class FlightMenus:
    """Each is made when it is wanted."""

    def __init__(
        self,
        page: QWidget,
        table: FlightTable,
        actions: FlightActions,
        filter_bar: FilterBar,
        *,
        export: FlightExport,
        saved: SavedFilters,
    ) -> None:
        self._page = page
        self.saved = saved
        saved.said.connect(actions.said)
        self._export = export
        self._table = table
        self._actions = actions
        self._filter = filter_bar
        filter_bar.newest.clicked.connect(table.scrollToTop)
        table.header.no_room_for.connect(filter_bar.show_no_room)
        filter_bar.show_no_room(table.header.without)

    def show_columns(self) -> None:
        menu = self._table.header.column_menu(self._page)
        button = self._filter.columns
        menu.popup(button.mapToGlobal(button.rect().bottomLeft()))

    def show_saved(self) -> None:
        self.saved_menu().popup(
            self._filter.saved.mapToGlobal(self._filter.saved.rect().bottomLeft())
        )

    def saved_menu(self) -> QMenu:
        """Those that are kept, and what can be done with the one in force."""
        menu = QMenu(self._page)
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        kept, text = self.saved.all(), self._filter.text
        for name, told in kept.items():
            action = menu.addAction(
                inert_line(name, LONGEST_NAME).replace("&", "&&"),
                partial(self._filter.set_text, told),
            )
            action.setCheckable(True)
            action.setChecked(told == text)
        menu.addSeparator()
        save = menu.addAction(said("Save this filter…"), self.save_filter)
        save.setEnabled(bool(text))
        for name in [name for name, told in kept.items() if told == text]:
            shown = inert_line(name, 40).replace("&", "&&")
            rename = partial(self.saved.ask_name, text, self._page, name)
            menu.addAction(said(f"Rename «{shown}»…"), rename)
            menu.addAction(said(f"Remove «{shown}»"), partial(self.saved.remove, name))
        return menu

    def save_filter(self) -> NameDialog:
        return self.saved.ask_name(self._filter.text, self._page)

    def show_flight(self, flight: FlightSummary, at: QPoint) -> None:
        menu = QMenu(self._page)
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        menu.addActions(self._actions.actions)
        menu.addSeparator()
        ids = self._table.chosen_ids() or (flight.id,)
        self._export.add_to(menu, ids, self._filter.matching)
        menu.addSeparator()
        self._filter.quick_menu(menu, flight)
        menu.popup(at)
