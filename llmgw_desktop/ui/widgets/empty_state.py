"""What a page or pane shows when it has nothing to show: a picture, a sentence, a way on."""

from PySide6.QtCore import Qt
from PySide6.QtGui import QFont
from PySide6.QtWidgets import QHBoxLayout, QLabel, QSizePolicy, QVBoxLayout, QWidget

from llmgw_desktop.ui.theme import TextSize, Theme
from llmgw_desktop.ui.widgets.label import Label, Tone


class EmptyState(QWidget):
    """Centred in the space it is given. `add` puts code blocks or rows of buttons below."""

    _WIDTH_UNITS = 130

    def __init__(
        self, theme: Theme, *, icon: str, title: str, text: str = "", parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self._theme = theme
        self._icon_name = icon
        self._picture = QLabel(alignment=Qt.AlignmentFlag.AlignCenter)
        self._title = Label(theme, title, size=TextSize.HEADING, weight=QFont.Weight.DemiBold)
        self._text = Label(theme, text, tone=Tone.MUTED)
        for label in (self._title, self._text):
            label.setAlignment(Qt.AlignmentFlag.AlignCenter)
            label.setWordWrap(True)
        if not text:  # shown while it has no parent, it would come up as a window
            self._text.hide()
        space = theme.space
        self._column = QVBoxLayout()
        self._column.setSpacing(space(1.5))
        self._column.addWidget(self._picture)
        self._column.addSpacing(space(1))
        self._column.addWidget(self._title)
        self._column.addWidget(self._text)
        body = QWidget()
        body.setLayout(self._column)
        body.setMaximumWidth(space(self._WIDTH_UNITS))
        body.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Maximum)
        across = QHBoxLayout()
        across.addStretch(1)
        across.addWidget(body, 100)
        across.addStretch(1)
        outer = QVBoxLayout(self)
        outer.setContentsMargins(space(6), space(6), space(6), space(6))
        outer.addStretch(2)
        outer.addLayout(across)
        outer.addStretch(3)
        self._draw_picture()
        theme.changed.connect(self._draw_picture)

    def set_words(self, title: str, text: str = "") -> None:
        self._title.setText(title)
        self._text.setText(text)
        self._text.setVisible(bool(text))

    def add(self, widget: QWidget) -> None:
        """At full width, below what is there."""
        self._column.addSpacing(self._theme.space(2))
        self._column.addWidget(widget)

    def add_buttons(self, *buttons: QWidget) -> None:
        """Side by side in the middle."""
        row = QHBoxLayout()
        row.setSpacing(self._theme.space(2))
        row.addStretch(1)
        for button in buttons:
            row.addWidget(button)
        row.addStretch(1)
        self._column.addSpacing(self._theme.space(2))
        self._column.addLayout(row)

    def _draw_picture(self) -> None:
        size = self._theme.space(9)
        pixmap = self._theme.icons.pixmap(
            self._icon_name, self._theme.colours.disabled, size, self.devicePixelRatioF()
        )
        self._picture.setPixmap(pixmap)
