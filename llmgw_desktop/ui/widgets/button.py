"""Buttons of the theme, and one that copies."""

from collections.abc import Callable, Sequence
from enum import StrEnum
from typing import Any

from PySide6.QtCore import QObject, QRectF, QSize, Qt, QTimer
from PySide6.QtGui import (
    QAction,
    QColor,
    QEnterEvent,
    QFocusEvent,
    QFont,
    QGuiApplication,
    QKeyEvent,
    QKeySequence,
    QPainter,
    QPaintEvent,
    QPen,
)
from PySide6.QtWidgets import QPushButton, QSizePolicy, QWidget
from typing_extensions import override

from llmgw_desktop.ui.palettes import Colours, mixed
from llmgw_desktop.ui.theme import TextSize, Theme
from llmgw_desktop.ui.widgets.label import put_tip, tip
from llmgw_desktop.ui.widgets.words import said, said_with

_CORNER_PX = 6.0
_ENTER = frozenset({Qt.Key.Key_Return, Qt.Key.Key_Enter})
_HELD_KEYS = (
    Qt.KeyboardModifier.ControlModifier
    | Qt.KeyboardModifier.AltModifier
    | Qt.KeyboardModifier.MetaModifier
)
_KEYBOARD_REASONS = frozenset(
    {
        Qt.FocusReason.TabFocusReason,
        Qt.FocusReason.BacktabFocusReason,
        Qt.FocusReason.ShortcutFocusReason,
    }
)
_UNCHANGED_REASONS = frozenset(
    {Qt.FocusReason.ActiveWindowFocusReason, Qt.FocusReason.PopupFocusReason}
)


def marks_focus(event: QFocusEvent, before: bool) -> bool:
    """The focus that keys brought is marked, that of the mouse is not; a window that comes back
    leaves it as it was."""
    if event.reason() in _UNCHANGED_REASONS:
        return before
    return event.reason() in _KEYBOARD_REASONS


class MarksFocus:
    """Beside a QWidget that paints its focus, and before it."""

    _shows_focus = False

    def focusInEvent(self, event: QFocusEvent) -> None:
        self._shows_focus = marks_focus(event, self._shows_focus)
        super().focusInEvent(event)  # type: ignore[misc]


class HearsWishes:
    """Beside a QAbstractButton that can be checked, and before it. What serves people who cannot
    use mouse or keys toggles it: that is a person's wish, so `clicked` tells of it as well."""

    _is_fact = False

    def setChecked(self, on: bool) -> None:
        """A fact; says nothing."""
        self._is_fact = True
        super().setChecked(on)  # type: ignore[misc]
        self._is_fact = False

    def nextCheckState(self) -> None:
        """A click, which Qt tells of by itself."""
        self._is_fact = True
        super().nextCheckState()  # type: ignore[misc]
        self._is_fact = False

    def hear_wishes(self: Any) -> None:
        """Once, when it can be checked."""
        self.toggled.connect(self._on_toggled)

    def _on_toggled(self: Any, on: bool) -> None:
        is_one_of_several = self.autoExclusive() or self.group() is not None
        if not self._is_fact and (on or not is_one_of_several):
            self.clicked["bool"].emit(on)


class ButtonKind(StrEnum):
    """How loud a button is; at most one primary in sight."""

    PRIMARY = "primary"
    PLAIN = "plain"
    QUIET = "quiet"


class Button(MarksFocus, QPushButton):
    """A button without a word must be given `name`: it is what a screen reader says."""

    takes_enter = True
    """Whether Enter presses it while it has the focus. Else a dialog does what it does unless told:
    it would save where Cancel has the focus."""

    def __init__(
        self,
        theme: Theme,
        text: str = "",
        *,
        kind: ButtonKind = ButtonKind.PLAIN,
        icon: str = "",
        name: str = "",
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(said(text), parent)
        self._theme = theme
        self._kind = kind
        self._icon_name = icon
        self.setFont(theme.font(TextSize.BODY, QFont.Weight.Medium))
        self.setSizePolicy(QSizePolicy.Policy.Maximum, QSizePolicy.Policy.Fixed)
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        self.setAutoDefault(False)
        # A click leaves the keys with the table or text that has them.
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        if name:
            self.set_name(name)
        theme.changed.connect(self.update)

    @override
    def setText(self, text: str) -> None:
        super().setText(said(text))

    def set_name(self, name: str) -> None:
        """Also its tip."""
        self.setAccessibleName(said(name))
        put_tip(self, tip(name))

    @override
    def keyPressEvent(self, event: QKeyEvent) -> None:
        if self.takes_enter and event.key() in _ENTER and not event.modifiers() & _HELD_KEYS:
            if not event.isAutoRepeat():
                self.click()
            return
        super().keyPressEvent(event)

    def set_icon_name(self, icon: str) -> None:
        self._icon_name = icon
        self.updateGeometry()
        self.update()

    @override
    def sizeHint(self) -> QSize:
        space = self._theme.space
        height = self.fontMetrics().height() + 2 * space(1.5)
        if not self.text():
            return QSize(height, height)
        width = self.fontMetrics().horizontalAdvance(self._shown_text()) + 2 * space(3)
        if self._icon_name:
            width += space(4) + space(1.5)
        return QSize(width, height)

    @override
    def minimumSizeHint(self) -> QSize:
        return self.sizeHint()

    @override
    def enterEvent(self, event: QEnterEvent) -> None:
        super().enterEvent(event)
        self.update()

    @override
    def paintEvent(self, event: QPaintEvent) -> None:
        colours = self._theme.colours
        ground, edge, ink = self._paints(colours)
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        area = QRectF(self.rect()).adjusted(0.5, 0.5, -0.5, -0.5)
        painter.setPen(QPen(edge, 1) if edge is not None else Qt.PenStyle.NoPen)
        painter.setBrush(ground if ground is not None else Qt.BrushStyle.NoBrush)
        painter.drawRoundedRect(area, _CORNER_PX, _CORNER_PX)
        if self.hasFocus() and self._shows_focus:
            painter.setPen(QPen(colours.on_accent if self._is_filled() else colours.accent, 2))
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.drawRoundedRect(area.adjusted(2, 2, -2, -2), _CORNER_PX - 2, _CORNER_PX - 2)
        self._paint_content(painter, ink)
        painter.end()

    def _paint_content(self, painter: QPainter, ink: QColor) -> None:
        space = self._theme.space
        text = self._shown_text()
        icon_px = space(4) if self._icon_name else 0
        gap = space(1.5) if text and icon_px else 0
        width = icon_px + gap + self.fontMetrics().horizontalAdvance(text)
        left = (self.width() - width) / 2
        if icon_px:
            area = QRectF(left, (self.height() - icon_px) / 2, icon_px, icon_px)
            self._theme.icons.paint(painter, self._icon_name, area, ink)
        if text:
            painter.setPen(ink)
            painter.setFont(self.font())
            area = QRectF(left + icon_px + gap, 0, self.width(), self.height())
            painter.drawText(area, Qt.AlignmentFlag.AlignVCenter, text)

    def _paints(self, colours: Colours) -> tuple[QColor | None, QColor | None, QColor]:
        """Ground, edge and ink for the state of now."""
        hover, down = self.underMouse(), self.isDown()
        if not self.isEnabled():
            return (
                (None, None, colours.disabled)
                if self._kind is ButtonKind.QUIET
                else (colours.alternate, colours.border, colours.disabled)
            )
        if self._is_filled():
            pressed = mixed(colours.text, colours.accent, 0.25 if down else 0.12)
            return (pressed if hover or down else colours.accent, None, colours.on_accent)
        ground = colours.border if down else colours.hover if hover else None
        if self._kind is ButtonKind.QUIET:
            return ground, None, colours.text if self.text() or hover else colours.muted
        return ground or colours.surface, colours.border, colours.text

    def _is_filled(self) -> bool:
        return self._kind is ButtonKind.PRIMARY or (self.isCheckable() and self.isChecked())

    def _shown_text(self) -> str:
        return self.text().replace("&&", "\0").replace("&", "").replace("\0", "&")


_SAID_MS = 1500


class CopyButton(Button):
    """`what` is asked at the click, so that it may change; `name` completes «Copy …»."""

    def __init__(self, theme: Theme, what: Callable[[], str], *, name: str) -> None:
        whole = said_with("Copy %1", name)
        super().__init__(theme, kind=ButtonKind.QUIET, icon="copy", name=whole)
        self._what = what
        self._back = QTimer(self, singleShot=True, interval=_SAID_MS)
        self._back.timeout.connect(lambda: self.set_icon_name("copy"))
        self.clicked.connect(self._copy)

    def _copy(self) -> None:
        QGuiApplication.clipboard().setText(self._what())
        self.set_icon_name("check")
        self._back.start()


def new_action(
    owner: QObject, text: str, run: Callable[[], object], keys: Sequence[str] = ()
) -> QAction:
    """Its keys work while a widget that it is added to, or what is in that, has the focus."""
    action = QAction(said(text), owner)
    action.setShortcuts([QKeySequence(key) for key in keys])
    action.setShortcutContext(Qt.ShortcutContext.WidgetWithChildrenShortcut)
    action.triggered.connect(lambda: run())
    return action


def add_key(owner: QWidget, text: str, keys: Sequence[str], run: Callable[[], object]) -> QAction:
    """Works while the owner, or what is in it, has the focus; `text` stands in the list of keys."""
    action = new_action(owner, text, run, keys)
    owner.addAction(action)
    return action
