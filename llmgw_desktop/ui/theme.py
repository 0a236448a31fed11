"""Draws the shipped SVG icons in any colour, sharp at every scale. The theme says which colour."""

from collections.abc import Sequence
from enum import StrEnum

from PySide6.QtCore import QByteArray, QObject, QRectF, QSize, Qt, Signal
from PySide6.QtGui import (
    QColor,
    QFont,
    QFontDatabase,
    QFontInfo,
    QFontMetrics,
    QIcon,
    QPainter,
    QPalette,
    QPixmap,
)
from PySide6.QtSvg import QSvgRenderer
from PySide6.QtWidgets import QApplication

from llmgw_desktop.store.resources import resource_path
from llmgw_desktop.ui.palettes import Colours, dark_colours, light_colours, make_palette

_SCALES = (1.0, 2.0, 3.0)


class Icons:
    """Icons by file name; keeps what it has read."""

    def __init__(self) -> None:
        self._sources: dict[str, bytes] = {}
        self._renderers: dict[tuple[str, str], QSvgRenderer] = {}
        self._drawn: dict[tuple[str, int, int, float], QPixmap] = {}

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
        scale = painter.device().devicePixelRatioF()
        painter.drawPixmap(area.topLeft(), self.drawn(name, colour, round(area.width()), scale))

    def drawn(self, name: str, colour: QColor, size_px: int, scale: float) -> QPixmap:
        """As `pixmap`, drawn once for each size, scale and colour."""
        key = (name, colour.rgba(), size_px, scale)
        if key not in self._drawn:
            self._drawn[key] = self.pixmap(name, colour, size_px, scale)
        return self._drawn[key]

    def _renderer(self, name: str, colour: QColor) -> QSvgRenderer:
        key = (name, colour.name())
        if key not in self._renderers:
            if name not in self._sources:
                self._sources[name] = resource_path(f"icons/{name}.svg").read_bytes()
            source = self._sources[name].replace(b"currentColor", colour.name().encode())
            self._renderers[key] = QSvgRenderer(QByteArray(source))
        return self._renderers[key]


_SMALLEST_BODY_PX = 13
_MONO_SCALE = 0.92
"""Code fonts run wide and large for their size; so they stand level with the text beside them."""
_SHIPPED_FONTS = (
    "Inter-Regular.otf",
    "Inter-Medium.otf",
    "Inter-SemiBold.otf",
    "JetBrainsMono-Regular.ttf",
)


class Appearance(StrEnum):
    """What the person chose."""

    SYSTEM = "system"
    LIGHT = "light"
    DARK = "dark"


class TextScale(StrEnum):
    """How large all text is, beside what the system scales; distances grow with it."""

    USUAL = "100 %"
    QUARTER_MORE = "125 %"
    HALF_MORE = "150 %"
    LARGE = "175 %"
    DOUBLE = "200 %"

    @property
    def factor(self) -> float:
        return int(self.value.split()[0]) / 100

    def stepped(self, steps: int) -> "TextScale":
        """So many sizes larger; the last one stays what it is."""
        every = list(TextScale)
        return every[min(max(every.index(self) + steps, 0), len(every) - 1)]


class TextSize(StrEnum):
    """The type scale; nothing on screen has another size."""

    CAPTION = "caption"
    BODY = "body"
    HEADING = "heading"
    TITLE = "title"
    FIGURE = "figure"
    """The large number of a tile."""


_SCALE = {
    TextSize.CAPTION: 0.88,
    TextSize.BODY: 1.0,
    TextSize.HEADING: 1.12,
    TextSize.TITLE: 1.54,
    TextSize.FIGURE: 1.85,
}


class Theme(QObject):
    """The current look. `changed` is emitted after colours changed; whoever paints updates.
    `scaled` after all text got another size: windows are made anew."""

    changed = Signal()
    scaled = Signal()

    def __init__(
        self,
        app: QApplication,
        appearance: Appearance = Appearance.SYSTEM,
        text_scale: TextScale = TextScale.USUAL,
    ) -> None:
        super().__init__(app)
        self.icons = Icons()
        self._app = app
        self._appearance = appearance
        self._system_is_dark = _looks_dark(app)
        self._usual_px = max(_SMALLEST_BODY_PX, QFontInfo(app.font()).pixelSize())
        for name in _SHIPPED_FONTS:
            QFontDatabase.addApplicationFont(str(resource_path(f"fonts/{name}")))
        self._fonts: dict[tuple[TextSize, QFont.Weight], QFont] = {}
        self._scale_text(text_scale)
        self._colours = light_colours()
        self._apply()
        app.styleHints().colorSchemeChanged.connect(self._on_system_scheme)

    @property
    def colours(self) -> Colours:
        return self._colours

    @property
    def appearance(self) -> Appearance:
        return self._appearance

    def set_appearance(self, appearance: Appearance) -> None:
        if appearance is not self._appearance:
            self._appearance = appearance
            self._apply()

    @property
    def text_scale(self) -> TextScale:
        return self._text_scale

    def set_text_scale(self, text_scale: TextScale) -> None:
        if text_scale is not self._text_scale:
            self._scale_text(text_scale)
            self.scaled.emit()
            self.changed.emit()

    def font(
        self, size: TextSize = TextSize.BODY, weight: QFont.Weight = QFont.Weight.Normal
    ) -> QFont:
        """The text font, with figures of one width, so that columns and counters stand still.

        Asked for at every painting, so each is made once; the copy costs nothing.
        """
        made = self._fonts.get((size, weight))
        if made is None:
            made = self._fonts[size, weight] = self._make_font(size, weight)
        return QFont(made)

    def mono_font(self, size: TextSize = TextSize.BODY) -> QFont:
        """For code, bodies, addresses and ids."""
        font = QFont(["JetBrains Mono"])
        font.setPixelSize(round(self._body_px * _SCALE[size] * _MONO_SCALE))
        font.setStyleHint(QFont.StyleHint.Monospace)
        font.setHintingPreference(QFont.HintingPreference.PreferNoHinting)
        font.setFeature(QFont.Tag("calt"), 0)
        return font

    def space(self, units: float = 1.0) -> int:
        """Distances in steps of a quarter line (4 pixels at the usual text size)."""
        return max(1, round(units * self._quarter_line))

    def icon(self, name: str, colour: QColor | None = None, size_px: int = 0) -> QIcon:
        """In the colours of now: ask again when they change."""
        colours = self._colours
        size = size_px or self.space(4)
        return self.icons.icon(name, colour or colours.text, colours.disabled, size)

    def _make_font(self, size: TextSize, weight: QFont.Weight) -> QFont:
        font = QFont(["Inter"])
        font.setPixelSize(round(self._body_px * _SCALE[size]))
        font.setWeight(weight)
        font.setHintingPreference(QFont.HintingPreference.PreferNoHinting)
        font.setFeature(QFont.Tag("tnum"), 1)
        return font

    def _scale_text(self, text_scale: TextScale) -> None:
        self._text_scale = text_scale
        self._body_px = round(self._usual_px * text_scale.factor)
        self._fonts.clear()
        self._quarter_line = QFontMetrics(self.font()).height() / 4
        self._app.setFont(self.font())

    def _apply(self) -> None:
        dark = (
            self._system_is_dark
            if self._appearance is Appearance.SYSTEM
            else self._appearance is Appearance.DARK
        )
        self._colours = dark_colours() if dark else light_colours()
        self._app.setPalette(make_palette(self._colours))
        self.changed.emit()

    def _on_system_scheme(self, scheme: Qt.ColorScheme) -> None:
        if scheme is Qt.ColorScheme.Unknown:
            return
        self._system_is_dark = scheme is Qt.ColorScheme.Dark
        if self._appearance is Appearance.SYSTEM:
            self._apply()


def _looks_dark(app: QApplication) -> bool:
    """What the system prefers; where Qt cannot tell, the palette that the desktop gave."""
    scheme = app.styleHints().colorScheme()
    if scheme is Qt.ColorScheme.Unknown:
        return app.palette().color(QPalette.ColorRole.Window).lightness() < 128
    return scheme is Qt.ColorScheme.Dark
