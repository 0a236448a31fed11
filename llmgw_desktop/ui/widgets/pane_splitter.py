"""A table with a pane of details at its bottom or at its right; which, and how they share the room,
is remembered."""

from PySide6.QtCore import QByteArray, QSettings, Qt
from PySide6.QtWidgets import QWidget

from llmgw_desktop.ui.theme import Theme
from llmgw_desktop.ui.widgets.thin_splitter import ThinSplitter


class PaneSplitter(ThinSplitter):
    """`key` begins the names of its settings; `shares` are of the table and the pane at first."""

    def __init__(
        self, theme: Theme, table: QWidget, pane: QWidget, settings: QSettings, key: str
    ) -> None:
        super().__init__(theme)
        self._settings = settings
        self._key = key
        self._shares = (1, 1)
        self.addWidget(table)
        self.addWidget(pane)
        self.splitterMoved.connect(self._keep_share)

    @property
    def is_at_right(self) -> bool:
        return self.orientation() is Qt.Orientation.Horizontal

    def begin(self, table_share: int, pane_share: int) -> bool:
        """Lay out as it was left, or with these shares; whether the pane is at the right."""
        self._shares = (table_share, pane_share)
        self.setStretchFactor(0, table_share)
        self.setStretchFactor(1, pane_share)
        at_right = self._settings.value(f"{self._key}/side", "bottom") == "right"
        self._turn_to(at_right=at_right)
        return at_right

    def turn(self) -> bool:
        """To the other side; whether the pane is at the right now."""
        at_right = not self.is_at_right
        self._settings.setValue(f"{self._key}/side", "right" if at_right else "bottom")
        self._turn_to(at_right=at_right)
        return at_right

    def _turn_to(self, *, at_right: bool) -> None:
        side = Qt.Orientation.Horizontal if at_right else Qt.Orientation.Vertical
        self.setOrientation(side)
        kept = self._settings.value(self._share_key)
        if not (isinstance(kept, QByteArray) and self.restoreState(kept)):
            whole = sum(self._shares)
            self.setSizes([1000 * share // whole for share in self._shares])

    def _keep_share(self) -> None:
        self._settings.setValue(self._share_key, self.saveState())

    @property
    def _share_key(self) -> str:
        return f"{self._key}/share-{'right' if self.is_at_right else 'bottom'}"
