"""Says what is wrong across the top of a window or page: what, why, and a way to mend it or two."""

from collections.abc import Callable
from enum import StrEnum

from PySide6.QtCore import QRectF, Qt, Signal
from PySide6.QtGui import QColor, QFont, QPainter, QPaintEvent
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget
from typing_extensions import override

from llmgw_desktop.ui.theme import Theme
from llmgw_desktop.ui.widgets.button import Button, ButtonKind
from llmgw_desktop.ui.widgets.flowing_label import FlowingLabel
from llmgw_desktop.ui.widgets.label import Label


class BannerKind(StrEnum):
    """How bad it is; the values are names of fields of Colours and of icons."""

    ERROR = "error"
    WARNING = "warning"
    INFO = "running"


class Banner(QWidget):
    """Hidden until `say`. What happened in bold, why and what to do in plain text below."""

    dismissed = Signal()

    def __init__(self, theme: Theme, *, closable: bool = True, parent: QWidget | None = None):
        super().__init__(parent)
        self._theme = theme
        self._kind = BannerKind.INFO
        self._on_action: Callable[[], None] | None = None
        self._on_other: Callable[[], None] | None = None
        space = theme.space
        self._what = Label(theme, weight=QFont.Weight.DemiBold)
        self._what.setWordWrap(True)
        self._why = FlowingLabel(theme)
        self._action = Button(theme, "")
        self._action.clicked.connect(self._act)
        self._other = Button(theme, "")
        self._other.clicked.connect(self._act_otherwise)
        self._close = Button(theme, kind=ButtonKind.QUIET, icon="cross", name="Dismiss")
        self._close.clicked.connect(self._dismiss)
        words = QVBoxLayout()
        words.setSpacing(space(0.5))
        words.addWidget(self._what)
        words.addWidget(self._why)
        row = QHBoxLayout(self)
        row.setContentsMargins(space(10), space(2), space(2), space(2))
        row.setSpacing(space(2))
        row.addLayout(words, 1)
        row.addWidget(self._action, 0, Qt.AlignmentFlag.AlignVCenter)
        row.addWidget(self._other, 0, Qt.AlignmentFlag.AlignVCenter)
        row.addWidget(self._close, 0, Qt.AlignmentFlag.AlignVCenter)
        self._close.setVisible(closable)
        theme.changed.connect(self.update)
        self.hide()

    @property
    def words(self) -> str:
        """All its words, for those who look for them."""
        return " ".join(label.text() for label in (self._what, self._why) if label.text())

    def say(
        self,
        kind: BannerKind,
        what: str,
        why: str = "",
        *,
        action: str = "",
        on_action: Callable[[], None] | None = None,
        other: tuple[str, Callable[[], None]] | None = None,
    ) -> None:
        """Show it; the same words again leave it as it stands. `other` is a second action."""
        self._kind = kind
        self._what.setText(what)
        self._why.setText(why)
        self._why.setVisible(bool(why))
        self._action.setText(action)
        self._action.setVisible(bool(action))
        self._on_action = on_action
        self._other.setText(other[0] if other else "")
        self._other.setVisible(other is not None)
        self._on_other = other[1] if other else None
        self.setAccessibleDescription(self.words)
        self.show()
        self.update()

    @override
    def paintEvent(self, event: QPaintEvent) -> None:
        colours = self._theme.colours
        ground: QColor = getattr(colours, f"{self._kind.value}_ground")
        ink: QColor = getattr(colours, self._kind.value)
        painter = QPainter(self)
        painter.fillRect(self.rect(), ground)
        painter.fillRect(0, self.height() - 1, self.width(), 1, colours.border)
        size, space = self._theme.space(4.5), self._theme.space
        top = (self.height() - size) / 2 if not self._why.text() else space(2)
        icon = "info" if self._kind is BannerKind.INFO else self._kind.value
        self._theme.icons.paint(painter, icon, QRectF(space(4), top, size, size), ink)
        painter.end()

    def _act(self) -> None:
        if self._on_action is not None:
            self._on_action()

    def _act_otherwise(self) -> None:
        if self._on_other is not None:
            self._on_other()

    def _dismiss(self) -> None:
        self.hide()
        self.dismissed.emit()
