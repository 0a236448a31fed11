"""Draws the shipped SVG icons in any colour, sharp at every scale. The theme says which colour."""

from collections.abc import Sequence

from PySide6.QtCore import QByteArray, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QIcon, QPainter, QPixmap
from PySide6.QtSvg import QSvgRenderer

from llmgw_desktop.store.resource_files import resource_path

_SCALES = (1.0, 2.0, 3.0)


class Icons:
    """Icons by file name; keeps what it has read."""

    def __init__(self) -> None:
        self._sources: dict[str, bytes] = {}
        self._renderers: dict[tuple[str, str], QSvgRenderer] = {}

    def icon(self, name: str, colour: QColor, disabled: QColor, size_px: int) -> QIcon:
        """For actions and standard buttons; a control that is disabled shows the other colour."""
        icon = QIcon()
        for scale in _SCALES:
            icon.addPixmap(self.pixmap(name, colour, size_px, scale), QIcon.Mode.Normal)
            icon.addPixmap(self.pixmap(name, disabled, size_px, scale), QIcon.Mode.Disabled)
        return icon

    def fixed_icon(self, name: str, sizes_px: Sequence[int]) -> QIcon:
        """In its own colours, for the system: window, task bar, tray."""
        icon = QIcon()
        for size in sizes_px:
            icon.addPixmap(self.pixmap(name, QColor(), size, 1.0))
        return icon

    def pixmap(self, name: str, colour: QColor, size_px: int, scale: float) -> QPixmap:
        """`size_px` logical pixels wide, for a screen of this scale."""
        renderer = self._renderer(name, colour)
        pixmap = QPixmap(QSize(round(size_px * scale), round(size_px * scale)))
        pixmap.setDevicePixelRatio(scale)
        pixmap.fill(Qt.GlobalColor.transparent)
        painter = QPainter(pixmap)
        renderer.render(painter, QRectF(0, 0, size_px, size_px))
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
