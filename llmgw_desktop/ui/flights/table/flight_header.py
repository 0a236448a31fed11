"""The head of the flights table: which columns are shown, in which order, how wide; remembered."""

from PySide6.QtCore import QByteArray, QPoint, QSettings, Qt
from PySide6.QtGui import QAction
from PySide6.QtWidgets import QHeaderView, QMenu, QWidget

from llmgw_desktop.app.flight_columns import FlightColumn
from llmgw_desktop.ui.theme import Theme
from llmgw_desktop.ui.widgets.view_clothes import dress_header

_SETTINGS_KEY = "flights/columns"
_ELASTIC = "model"
"""This column takes what the others leave, but keeps room for a name."""


class FlightHeader(QHeaderView):
    """`set_up` once the view has its model. The context menu chooses columns."""

    def __init__(self, theme: Theme, settings: QSettings, parent: QWidget) -> None:
        super().__init__(Qt.Orientation.Horizontal, parent)
        self._theme = theme
        self._settings = settings
        self._columns: tuple[FlightColumn, ...] = ()
        dress_header(self, theme)
        self.setSectionsMovable(True)
        self.setSectionsClickable(False)
        self.setMinimumSectionSize(theme.space(6))
        self.setContextMenuPolicy(Qt.ContextMenuPolicy.CustomContextMenu)
        self.customContextMenuRequested.connect(self._show_menu)

    def set_up(self, columns: tuple[FlightColumn, ...]) -> None:
        self._columns = columns
        stored = self._settings.value(_SETTINGS_KEY)
        self._reset()
        if isinstance(stored, QByteArray) and self.restoreState(stored):
            self._settings.setValue(_SETTINGS_KEY, stored)
        self.sectionResized.connect(self._on_resized)
        self.sectionMoved.connect(self._remember)

    def fit(self) -> None:
        """Give the elastic column what is left of the view's width."""
        at = next(at for at, column in enumerate(self._columns) if column.key == _ELASTIC)
        if not self.isSectionHidden(at):
            left = self.viewport().width() - (self.length() - self.sectionSize(at))
            self.resizeSection(at, max(left, self._theme.space(34)))

    def column_menu(self, parent: QWidget) -> QMenu:
        """One entry a column; the last one shown cannot go."""
        menu = QMenu("Columns", parent)
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        shown = self.count() - self.hiddenSectionCount()
        for at, column in enumerate(self._columns):
            action = QAction(column.title or column.hint, menu)
            action.setCheckable(True)
            action.setChecked(not self.isSectionHidden(at))
            action.setEnabled(shown > 1 or self.isSectionHidden(at))
            action.toggled.connect(lambda on, at=at: self._show_column(at, on))
            menu.addAction(action)
        menu.addSeparator()
        menu.addAction("Reset columns", self._reset)
        return menu

    def _reset(self) -> None:
        letter = self.fontMetrics().averageCharWidth()
        for at, column in enumerate(self._columns):
            self.moveSection(self.visualIndex(at), at)
            self.setSectionHidden(at, not column.is_default)
            self.resizeSection(at, column.width_chars * letter + self._theme.space(4))
        self.fit()
        self._settings.remove(_SETTINGS_KEY)

    def _on_resized(self, at: int) -> None:
        if self._columns[at].key != _ELASTIC:
            self.fit()
        self._remember()

    def _show_column(self, at: int, on: bool) -> None:
        self.setSectionHidden(at, not on)
        self.fit()
        self._remember()

    def _remember(self) -> None:
        self._settings.setValue(_SETTINGS_KEY, self.saveState())

    def _show_menu(self, at: QPoint) -> None:
        self.column_menu(self).popup(self.viewport().mapToGlobal(at))
