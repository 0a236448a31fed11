"""Chooses which flights are shown: a filter that is typed, a state, and quick filters from a row.

The outcome is one FlightQuery. Reading it is `flight_feed`'s work.
"""

from collections.abc import Sequence
from dataclasses import replace
from enum import StrEnum
from functools import partial

from PySide6.QtCore import QStringListModel, Qt, QTimer, Signal
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QCompleter, QHBoxLayout, QMenu, QWidget
from typing_extensions import override

from llmgw_desktop.app.flights.columns import STATE_WORDS
from llmgw_desktop.app.words.figures import clock_text, count_text, counted, local_time
from llmgw_desktop.app.words.inert_text import inert_line
from llmgw_desktop.domain.clock import SystemClock
from llmgw_desktop.domain.flights.flight import FlightQuery, FlightState, FlightSummary
from llmgw_desktop.domain.flights.flight_filter import (
    FIELDS,
    FilterMistake,
    completions,
    parse_filter,
)
from llmgw_desktop.ui.theme import TextSize, Theme
from llmgw_desktop.ui.widgets.button import Button, ButtonKind
from llmgw_desktop.ui.widgets.fields import SearchField
from llmgw_desktop.ui.widgets.label import Label, Tone, examples_tip, put_tip, tip
from llmgw_desktop.ui.widgets.layouts import Flowed, Reflow, h_box, v_box
from llmgw_desktop.ui.widgets.toggles import Segmented
from llmgw_desktop.ui.widgets.words import said, said_with

_TYPING_MS, _CHIP = 200, 40
_WIDE_UNITS, _NARROW_UNITS = 240, 150
_OFFERED_AFTER = 2
"""Letters of a word: most words are no field's."""


class FlightStateChoice(StrEnum):
    """The chips. Errors are what the Overview counts as errors."""

    ALL = "all"
    OK = "ok"
    ERRORS = "errors"
    RUNNING = "running"


_STATES: dict[FlightStateChoice, frozenset[FlightState]] = {
    FlightStateChoice.ALL: frozenset(),
    FlightStateChoice.OK: frozenset({FlightState.OK}),
    FlightStateChoice.ERRORS: frozenset({FlightState.FAILED, FlightState.CUT}),
    FlightStateChoice.RUNNING: frozenset({FlightState.RUNNING}),
}
_CHOICES = (
    (FlightStateChoice.ALL.value, "All"),
    (FlightStateChoice.OK.value, "OK"),
    (FlightStateChoice.ERRORS.value, "Errors"),
    (FlightStateChoice.RUNNING.value, "Running"),
)


_HELP = "A minus in front turns a term round; quotes hold words together."


class FilterBar(QWidget):
    """`changed` comes when typing pauses, and at once for everything else."""

    changed = Signal(FlightQuery)
    follow_wanted = Signal(bool)
    left = Signal()
    """Enter in the field: on to the list, if one comes of it."""
    typed = Signal()

    def __init__(self, theme: Theme, *, is_live: bool = True) -> None:
        """`is_live`: of what is recorded here; else of a set that was imported."""
        super().__init__()
        self._theme = theme
        self._query = self._typed = FlightQuery()
        """`_typed`: what the field alone asks for."""
        self._field = SearchField(theme, "Filter: words, or model:claude* cost>0.05 since:2h")
        help_rows = ((each.example, each.words) for each in FIELDS.values())
        put_tip(self._field, examples_tip(help_rows, _HELP))
        self.matching = 0
        """How many flights the filter in force shows, as far as was counted."""
        self._is_live = is_live
        self._is_waiting = False
        self._without = 0
        self._mistake = ""
        self._clock = SystemClock()
        self._states = Segmented(theme, _CHOICES, name="State")
        self._chips = QHBoxLayout()
        self._chip_row = QWidget()
        self._count = Label(theme, size=TextSize.CAPTION, tone=Tone.MUTED)
        self.newest = Button(theme, kind=ButtonKind.PRIMARY, icon="up")
        self.follow = Button(theme, "Follow", kind=ButtonKind.QUIET, icon="up")
        self.columns = Button(theme, kind=ButtonKind.QUIET, icon="table", name="Columns")
        self.saved = Button(theme, kind=ButtonKind.QUIET, icon="star", name="Saved filters")
        self.imported = Button(theme, kind=ButtonKind.QUIET, icon="folder", name="Imported flights")
        self._typing = QTimer(self, singleShot=True, interval=_TYPING_MS)
        self._typing.timeout.connect(self._take_text)
        self._offers = QCompleter(QStringListModel(self), self)
        self._offers.setCompletionMode(QCompleter.CompletionMode.UnfilteredPopupCompletion)
        self._offers.setWidget(self._field)
        self._offers.activated[str].connect(self._complete)  # type: ignore[index]
        self._field.textEdited.connect(self._offer)
        self._lay_out()
        self.imported.setVisible(is_live)
        self._share_room()
        self._field.textChanged.connect(self._on_typed)
        self._field.returnPressed.connect(self._on_return)
        self._states.chosen.connect(self._on_state)

    @property
    def query(self) -> FlightQuery:
        return self._query

    def set_query(self, query: FlightQuery) -> None:
        """Show this filter, and make it the one in force."""
        self._typing.stop()
        if _typed_part(query) != _typed_part(self._typed):
            self._field.setText(query.text)
            self._typing.stop()
            self._typed = FlightQuery(text=query.text)
        self._mistake = ""
        choice = _choice_of(query.states)
        if choice is not None:
            self._states.blockSignals(True)
            self._states.choose(choice.value)
            self._states.blockSignals(False)
        self._set(query)

    @property
    def text(self) -> str:
        """The filter in force as it can be typed: what is in the field, and what stands beside."""
        query = self._query
        beside = {
            "provider": query.provider,
            "client": query.client,
            "label": query.label,
            "state": ",".join(state for state in FlightState if state in query.states),
        }
        parts = [self._field.text().strip()]
        parts += [_written(name, value) for name, value in beside.items() if value]
        for name, typed_s, at_s in (
            ("since", self._typed.since_s, query.since_s),
            ("until", self._typed.until_s, query.until_s),
        ):
            if at_s is not None and at_s != typed_s:
                parts.append(f"{name}:{local_time(at_s).replace(tzinfo=None).isoformat()}")
        return " ".join(filter(None, parts))

    def set_text(self, text: str) -> None:
        """This is all that is asked for."""
        self.clear()
        self._field.setText(text)
        self._typing.stop()
        self._take_text()

    def clear(self) -> None:
        self.set_query(FlightQuery())

    def focus_field(self) -> None:
        self._field.setFocus(Qt.FocusReason.ShortcutFocusReason)
        self._field.selectAll()

    def show_searching(self) -> None:
        self._count.setText("Searching …")

    def show_count(self, matching: int, total: int) -> None:
        self.matching = matching
        if matching == total:
            self._count.setText(counted(total, "flight"))
        else:
            self._count.setText(f"{count_text(matching)} of {counted(total, 'flight')}")

    def quick_menu(self, menu: QMenu, flight: FlightSummary) -> None:
        """Adds «Only …» for a row's own values."""
        query, client = self._query, flight.client
        for what, name, only in (
            ("provider", flight.provider, replace(query, provider=flight.provider or "")),
            ("client", client, replace(query, client=client)),
            ("caller", flight.label, replace(query, client=client, label=flight.label)),
            (
                "state",
                STATE_WORDS[flight.state],
                replace(query, states=frozenset({flight.state})),
            ),
        ):
            if name:
                words = f"Only {what} {inert_line(name, 40)}"
                menu.addAction(said(words), partial(self.set_query, only))
        if flight.conversation:
            words = f"Only conversation {inert_line(flight.conversation, 40)}"
            whole = f"conversation:{flight.conversation}"
            menu.addAction(said(words), partial(self.set_text, whole))
        if flight.agent:
            words = f"Only agent {inert_line(flight.agent, 40)}"
            menu.addAction(said(words), partial(self.set_text, f"agent:{flight.agent}"))

    def _lay_out(self) -> None:
        space = self._theme.space
        self._field.setMinimumWidth(space(34))
        put_tip(self.newest, tip("Show the newest flights (Home)"))
        self.newest.hide()
        put_tip(self.columns, tip("Columns"))
        self.follow.setCheckable(True)
        put_tip(self.follow, tip("Follow the newest flight (Space)"))
        self.follow.toggled.connect(self.follow_wanted)
        rest = QWidget()
        h_box(
            self._theme,
            self._states,
            None,
            self.newest,
            self._count,
            self.saved,
            self.imported,
            self.follow,
            self.columns,
            on=rest,
            gap=2,
            margins=0,
        )
        both = Reflow(
            [Flowed(self._field, stretch=2, comfortable=space(60)), Flowed(rest, stretch=3)],
            ((2,), (1, 1)),
            spacing=space(2),
        )
        chips = QHBoxLayout(self._chip_row)
        chips.setContentsMargins(0, 0, 0, 0)
        self._chips.setSpacing(space(1.5))
        chips.addLayout(self._chips)
        chips.addStretch(1)
        self._chip_row.hide()
        v_box(self._theme, both, self._chip_row, on=self, gap=2, margins=(4, 2.5, 3, 2.5))

    def show_waiting(self, count: int, *, or_more: bool = False) -> None:
        """How many new flights are not let in while somebody reads further below."""
        self._is_waiting = count > 0
        self.newest.setText(f"{count_text(count)}{'+' if or_more else ''} new")
        self._share_room()

    @override
    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._share_room()

    def _share_room(self) -> None:
        """In a narrow window «37 new» stands where the sum of all stood, or even *Follow*. What
        goes goes first: a window would grow for what is shown beside it."""
        units, is_free = self.width() / self._theme.space(1), not self._is_waiting
        shown = (
            (self._count, is_free or units >= _WIDE_UNITS),
            (self.follow, self._is_live and (is_free or units >= _NARROW_UNITS)),
            (self.newest, self._is_waiting),
        )
        for part, is_shown in sorted(shown, key=lambda each: each[1]):
            part.setVisible(is_shown)
        is_told = self._without and units >= _NARROW_UNITS
        self.columns.setText(f"+{self._without}" if is_told else "")

    def show_no_room(self, columns: Sequence[str]) -> None:
        """Those that are wanted and have no room beside the others."""
        self._without = len(columns)
        self._share_room()
        no_room = said_with("No room for %1", ", ".join(columns)) if columns else ""
        put_tip(self.columns, tip(no_room or "Columns"))
        self.columns.setAccessibleDescription(no_room)

    def _on_typed(self) -> None:
        self._typing.start()
        self.typed.emit()

    def _offer(self, text: str) -> None:
        """How the word at the cursor may go on, once it has begun."""
        before = text[: self._field.cursorPosition()]
        begun = before.rpartition(" ")[2].lstrip("-")
        offers = completions(before) if len(begun) >= _OFFERED_AFTER else ()
        model = self._offers.model()
        if isinstance(model, QStringListModel):
            model.setStringList(list(offers))
        if offers and offers != (before.rpartition(" ")[2],):
            self._offers.complete()
        elif (popup := self._offers.popup()) is not None:
            popup.hide()

    def _complete(self, word: str) -> None:
        at = self._field.cursorPosition()
        text = self._field.text()
        start = text.rfind(" ", 0, at) + 1
        self._field.setText(f"{text[:start]}{word}{text[at:]}")
        self._field.setCursorPosition(start + len(word))

    def _on_return(self) -> None:
        self._take_text()
        self.left.emit()

    def _take_text(self) -> None:
        self._typing.stop()
        before, query = self._typed, self._query
        try:
            typed = parse_filter(self._field.text().strip(), self._clock.now_s())
        except FilterMistake as mistake:
            self._mistake = str(mistake)
            self._show_chips()
            return
        had, self._mistake = self._mistake, ""
        self._typed = typed
        moments = {
            name: getattr(typed, name)
            for name in ("since_s", "until_s")
            if getattr(typed, name) is not None or getattr(before, name) == getattr(query, name)
        }
        self._set(replace(query, text=typed.text, terms=typed.terms, said=typed.said, **moments))
        if had:
            self._show_chips()

    def _on_state(self, key: str) -> None:
        self._set(replace(self._query, states=_STATES[FlightStateChoice(key)]))

    def _set(self, query: FlightQuery) -> None:
        if query == self._query:
            return
        self._query = query
        self._show_chips()
        self.changed.emit(query)

    def _show_chips(self) -> None:
        while (item := self._chips.takeAt(0)) is not None:
            if (chip := item.widget()) is not None:
                chip.deleteLater()
        query = self._query
        for words, without in (
            (query.provider, replace(query, provider="")),
            (query.client, replace(query, client="")),
            (query.label, replace(query, label="")),
        ):
            if words:
                self._add_chip(words, without)
        if _choice_of(query.states) is None:
            words = ", ".join(STATE_WORDS[state] for state in FlightState if state in query.states)
            self._add_chip(words, replace(query, states=frozenset()))
        span = query.since_s, query.until_s
        if span not in ((None, None), (self._typed.since_s, self._typed.until_s)):
            self._add_chip(
                _span_words(*span, self._clock.now_s()), replace(query, since_s=None, until_s=None)
            )
        if self._mistake:
            said = Label(self._theme, self._mistake, size=TextSize.CAPTION, tone=Tone.ERROR)
            self._chips.addWidget(said)
        self._chip_row.setVisible(self._chips.count() > 0)

    def _add_chip(self, words: str, without: FlightQuery) -> None:
        shown = inert_line(words, _CHIP)
        chip = Button(self._theme, shown, icon="cross")
        chip.setAccessibleName(said(f"Remove filter {shown}"))
        chip.clicked.connect(lambda: self.set_query(without))
        last = self._chips.itemAt(self._chips.count() - 1)
        before = last.widget() if last is not None else self.columns
        self._chips.addWidget(chip)
        self.setTabOrder(before or self.columns, chip)


def _span_words(since_s: float | None, until_s: float | None, now_s: float) -> str:
    """«21 Nov 15:01 – 15:16», «since 15:01»; without the day where that is today, with seconds
    within a minute."""
    today = local_time(now_s).date()
    first = today if since_s is None else local_time(since_s).date()
    since = "" if since_s is None else clock_text(since_s, today)
    until = "" if until_s is None else clock_text(until_s, first)
    if since_s is None or until_s is None or since_s // 60 != until_s // 60:
        since, until = since.rpartition(":")[0], until.rpartition(":")[0]
    if since and until:
        return f"{since} – {until}"
    return f"since {since}" if since else f"until {until}"


def _written(name: str, value: str) -> str:
    if any(sign in value for sign in ' "\\'):
        value = value.replace("\\", "\\\\").replace('"', '\\"')
        value = f'"{value}"'
    return f"{name}:{value}"


def _typed_part(query: FlightQuery) -> object:
    """What of a filter the field holds, but for moments."""
    return query.text, query.terms, query.said


def _choice_of(states: frozenset[FlightState]) -> FlightStateChoice | None:
    return next((choice for choice, each in _STATES.items() if each == states), None)
