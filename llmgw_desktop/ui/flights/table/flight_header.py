"""The header of the flights' table: which columns there are, and how wide."""

import json
import math
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import replace

from PySide6.QtCore import QPoint, QSettings, Qt, Signal
from PySide6.QtGui import QAction, QFontMetrics
from PySide6.QtWidgets import QHeaderView, QMenu, QWidget

from llmgw_desktop.app.flights.columns import FlightColumn
from llmgw_desktop.domain.values import value
from llmgw_desktop.ui.theme import Theme
from llmgw_desktop.ui.widgets.view_clothes import dress_header
from llmgw_desktop.ui.widgets.words import said

_WIDEST_PX = 4000


@value
class ColumnChoice:
    """`order` has every column; `widths` only those that were drawn to another width."""

    order: tuple[str, ...]
    shown: frozenset[str]
    widths: Mapping[str, int]


def default_choice(columns: Sequence[FlightColumn]) -> ColumnChoice:
    return ColumnChoice(
        order=tuple(column.key for column in columns),
        shown=frozenset(column.key for column in columns if column.is_default),
        widths={},
    )


def choice_text(choice: ColumnChoice) -> str:
    return json.dumps(
        {"order": choice.order, "shown": sorted(choice.shown), "widths": dict(choice.widths)}
    )


def choice_of(text: str, columns: Sequence[FlightColumn]) -> ColumnChoice:
    """The default where the text says nothing that could be used."""
    usual = default_choice(columns)
    try:
        read = json.loads(text)
        order = [key for key in dict.fromkeys(read["order"]) if key in usual.order]
        shown = {key for key in read["shown"] if key in usual.order}
        widths = {
            key: min(int(width), _WIDEST_PX)
            for key, width in read["widths"].items()
            if key in usual.order and int(width) > 0
        }
    except (ValueError, KeyError, TypeError, AttributeError):
        return usual
    came_since = [key for key in usual.order if key not in order]
    shown |= usual.shown.intersection(came_since)
    if not shown:
        return usual
    return ColumnChoice(order=(*order, *came_since), shown=frozenset(shown), widths=widths)


ELASTIC = "model"
"""This column takes what the others leave."""
_FIRST_TO_GO = (
    "rate", "output", "input", "ttft", "cache", "provider", "status", "took", "client",
)  # fmt: skip
"""What stands nowhere here is never taken away: the table scrolls instead."""


@value
class Want:
    """A column that the person wants to see; `width` is as wide as it would be."""

    key: str
    width: int
    least: int


def shared(wants: Sequence[Want], room: int) -> dict[str, int]:
    """Widths by key, in the order of the wants. Columns for which there is no room are missing."""
    left = list(wants)
    for key in _FIRST_TO_GO:
        if sum(want.least for want in left) <= room:
            break
        left = [want for want in left if want.key != key]
    return _widths(left, room)


def _widths(wants: list[Want], room: int) -> dict[str, int]:
    missing = sum(want.width for want in wants) - room
    can_give = sum(want.width - want.least for want in wants)
    widths = {}
    for want in wants:
        own = want.width - want.least
        gives = min(own, math.ceil(missing * own / can_give)) if missing > 0 and own else 0
        widths[want.key] = want.width - gives
    spare = room - sum(widths.values())
    if ELASTIC in widths and spare > 0:
        widths[ELASTIC] += spare
    return widths


_SETTINGS_KEY = "flights/columns"
_NAMES = frozenset({"client", "provider"})
_NAME_CHARS = 10
"""A name may be made so narrow before a column goes."""
TIME_KEY = "time"


class FlightHeader(QHeaderView):
    """`set_up` once the view has its model. The context menu chooses columns."""

    no_room_for = Signal(tuple)
    """Titles of the columns that are wanted and have no room, when these are others than before."""

    def __init__(self, theme: Theme, settings: QSettings, parent: QWidget) -> None:
        super().__init__(Qt.Orientation.Horizontal, parent)
        self._theme = theme
        self._settings = settings
        self._columns: tuple[FlightColumn, ...] = ()
        self._choice = default_choice(())
        self._time_px = 0
        self._is_fitting = False
        self.without: tuple[str, ...] = ()
        dress_header(self, theme)
        self.setSectionsMovable(True)
        self.setSectionsClickable(False)
        self.setMinimumSectionSize(theme.space(6))
        self.setContextMenuPolicy(Qt.ContextMenuPolicy.CustomContextMenu)
        self.customContextMenuRequested.connect(self._show_menu)

    def set_up(self, columns: tuple[FlightColumn, ...]) -> None:
        self._columns = columns
        self._choice = choice_of(str(self._settings.value(_SETTINGS_KEY, "")), columns)
        self._put_in_order()
        self.fit()
        self.sectionResized.connect(self._on_resized)
        self.sectionMoved.connect(self._on_moved)

    def make_room_for_times(self, text: str) -> None:
        """As this one, which is of another day than today, or even of another year."""
        as_wide = "".join("0" if letter.isdigit() else letter for letter in text)
        metrics = QFontMetrics(self._theme.font())
        needed = metrics.horizontalAdvance(as_wide) + self._theme.space(3.5)
        if needed != self._time_px:
            self._time_px = needed
            self.fit()

    def fit(self) -> None:
        """Share the view's width among the columns."""
        by_key = {column.key: column for column in self._columns}
        wants = [self._want(by_key[key]) for key in self._choice.order if key in self._choice.shown]
        widths = shared(wants, self.viewport().width())
        with self._fitting():
            for at, column in enumerate(self._columns):
                self.setSectionHidden(at, column.key not in widths)
                if column.key in widths:
                    self.resizeSection(at, widths[column.key])
        missing = [by_key[want.key] for want in wants if want.key not in widths]
        without = tuple(said(column.title or column.hint) for column in missing)
        if without != self.without:
            self.without = without
            self.no_room_for.emit(without)

    def column_menu(self, parent: QWidget) -> QMenu:
        """One entry a column; the last one chosen cannot go."""
        menu = QMenu(said("Columns"), parent)
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        shown = self._choice.shown
        for at, column in enumerate(self._columns):
            is_wanted = column.key in shown
            no_room = "  (no room)" if is_wanted and self.isSectionHidden(at) else ""
            action = QAction((column.title or column.hint) + no_room, menu)
            action.setCheckable(True)
            action.setChecked(is_wanted)
            action.setEnabled(len(shown) > 1 or not is_wanted)
            action.toggled.connect(lambda on, key=column.key: self.show_column(key, on))
            menu.addAction(action)
        menu.addSeparator()
        menu.addAction(said("Reset columns"), self._reset)
        return menu

    def show_column(self, key: str, on: bool) -> None:
        shown = self._choice.shown | {key} if on else self._choice.shown - {key}
        self._choice = replace(self._choice, shown=shown)
        self.fit()
        self._remember()

    def _want(self, column: FlightColumn) -> Want:
        key = column.key
        if key == ELASTIC:
            least = self._theme.space(34)
            return Want(key=key, width=least, least=least)
        if key in self._choice.widths:
            drawn = self._choice.widths[key]
            return Want(key=key, width=drawn, least=drawn)
        width = self._pixels(column.width_chars)
        if key == TIME_KEY:
            width = max(width, self._time_px)
        least = min(width, self._pixels(_NAME_CHARS)) if key in _NAMES else width
        return Want(key=key, width=width, least=least)

    def _pixels(self, chars: int) -> int:
        return chars * self.fontMetrics().averageCharWidth() + self._theme.space(4)

    def _put_in_order(self) -> None:
        places = {column.key: at for at, column in enumerate(self._columns)}
        with self._fitting():
            for to, key in enumerate(self._choice.order):
                self.moveSection(self.visualIndex(places[key]), to)

    def _reset(self) -> None:
        self._choice = default_choice(self._columns)
        self._put_in_order()
        self.fit()
        self._settings.remove(_SETTINGS_KEY)

    def _on_resized(self, at: int, _: int, width: int) -> None:
        key = self._columns[at].key
        if self._is_fitting or key == ELASTIC:
            return
        self._choice = replace(self._choice, widths={**self._choice.widths, key: width})
        self.fit()
        self._remember()

    def _on_moved(self) -> None:
        if self._is_fitting:
            return
        places = sorted(range(len(self._columns)), key=self.visualIndex)
        order = tuple(self._columns[at].key for at in places)
        self._choice = replace(self._choice, order=order)
        self._remember()

    @contextmanager
    def _fitting(self) -> Iterator[None]:
        """What changes meanwhile is not the person's doing."""
        self._is_fitting = True
        try:
            yield
        finally:
            self._is_fitting = False

    def _remember(self) -> None:
        self._settings.setValue(_SETTINGS_KEY, choice_text(self._choice))

    def _show_menu(self, at: QPoint) -> None:
        self.column_menu(self).popup(self.viewport().mapToGlobal(at))
