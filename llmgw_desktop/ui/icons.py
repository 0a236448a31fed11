"""Draws the shipped SVG icons in the colours of the scheme, sharp at every scale."""

from PySide6.QtCore import QByteArray, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QIcon, QPainter, QPixmap
from PySide6.QtSvg import QSvgRenderer

from llmgw_desktop.ui.resource_files import resource_path
from llmgw_desktop.ui.theme import Theme

_SCALES = (1, 2, 3)


class Icons:
    """Icons by file name. QIcons are of the scheme at hand: ask again when it changes."""

    def __init__(self, theme: Theme) -> None:
        self._theme = theme
        self._sources: dict[str, bytes] = {}
        self._renderers: dict[tuple[str, str], QSvgRenderer] = {}

    def icon(self, name: str, colour: QColor | None = None, size_px: int = 0) -> QIcon:
        """For actions and buttons; greyed by itself where the control is disabled."""
        size = size_px or self._theme.space(4)
        icon = QIcon()
        for mode, paint in (
            (QIcon.Mode.Normal, colour or self._theme.colours.text),
            (QIcon.Mode.Disabled, self._theme.colours.disabled),
        ):
            for scale in _SCALES:
                icon.addPixmap(self.pixmap(name, paint, size, float(scale)), mode)
        return icon

    def pixmap(self, name: str, colour: QColor, size_px: int, scale: float) -> QPixmap:
        """`size_px` logical pixels wide, for a screen of this scale."""
        pixmap = QPixmap(QSize(round(size_px * scale), round(size_px * scale)))
        pixmap.setDevicePixelRatio(scale)
        pixmap.fill(Qt.GlobalColor.transparent)
        painter = QPainter(pixmap)
        self.paint(painter, name, QRectF(0, 0, size_px, size_px), colour)
        painter.end()
        return pixmap

    def paint(self, painter: QPainter, name: str, area: QRectF, colour: QColor) -> None:
        """For widgets that paint themselves."""
        self._renderer(name, colour).render(painter, area)

    def _renderer(self, name: str, colour: QColor) -> QSvgRenderer:
        key = (name, colour.name())
        if key not in self._renderers:
            if name not in self._sources:
                self._sources[name] = resource_path(f"icons/{name}.svg").read_bytes()
            source = self._sources[name].replace(b"currentColor", colour.name().encode())
            self._renderers[key] = QSvgRenderer(QByteArray(source))
        return self._renderers[key]
