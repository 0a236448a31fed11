"""Parts of a page beside and behind each other: splitters and tabs."""

from collections.abc import Mapping

from PySide6.QtCore import QByteArray, QEvent, QRectF, QSettings, QSize, Qt
from PySide6.QtGui import QEnterEvent, QFont, QKeyEvent, QPainter, QPaintEvent, QPen, QResizeEvent
from PySide6.QtWidgets import (
    QScrollArea,
    QSizePolicy,
    QSplitter,
    QSplitterHandle,
    QStackedWidget,
    QTabBar,
    QWidget,
)
from typing_extensions import override

from llmgw_desktop.ui.theme import TextSize, Theme
from llmgw_desktop.ui.widgets.button import Button, ButtonKind, MarksFocus
from llmgw_desktop.ui.widgets.layouts import h_box, least_flowing, v_box
from llmgw_desktop.ui.widgets.view_clothes import dress_view
from llmgw_desktop.ui.widgets.words import said


class ThinSplitter(QSplitter):
    """Paints its handle itself: a style sheet cannot give a splitter's handle a margin."""

    def __init__(self, theme: Theme) -> None:
        super().__init__()
        self._theme = theme
        self.setHandleWidth(theme.space(1.25))
        self.setChildrenCollapsible(False)
        theme.changed.connect(self._repaint)

    @override
    def createHandle(self) -> QSplitterHandle:
        return _Handle(self._theme, self.orientation(), self)

    def _repaint(self) -> None:
        for at in range(self.count()):
            self.handle(at).update()


class _Handle(QSplitterHandle):
    def __init__(self, theme: Theme, orientation: Qt.Orientation, parent: QSplitter) -> None:
        super().__init__(orientation, parent)
        self._theme = theme

    @override
    def enterEvent(self, event: QEnterEvent) -> None:
        super().enterEvent(event)
        self.update()

    @override
    def leaveEvent(self, event: QEvent) -> None:
        super().leaveEvent(event)
        self.update()

    @override
    def paintEvent(self, event: QPaintEvent) -> None:
        colours = self._theme.colours
        ink = colours.accent if self.underMouse() else colours.border
        painter = QPainter(self)
        if self.orientation() is Qt.Orientation.Vertical:
            painter.fillRect(0, self.height() // 2, self.width(), 1, ink)
        else:
            painter.fillRect(self.width() // 2, 0, 1, self.height(), ink)
        painter.end()


class SideButton(Button):
    """Moves a pane between the bottom and the right side."""

    def __init__(self, theme: Theme) -> None:
        super().__init__(theme, kind=ButtonKind.QUIET)
        self.show_side(at_right=False)

    def show_side(self, *, at_right: bool) -> None:
        """Where the pane is, so that its button says where it would go."""
        self.set_icon_name("panel-bottom" if at_right else "panel-right")
        self.set_name("Move to the bottom" if at_right else "Move to the right side")


class PaneSplitter(ThinSplitter):
    """`key` begins the names of its settings; `shares` are of the table and the pane at first."""

    def __init__(
        self, theme: Theme, table: QWidget, pane: QWidget, *, settings: QSettings, key: str
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

    def begin(self, turn: SideButton, table_share: int, pane_share: int) -> None:
        """Lay out as it was left, or with these shares; from now on the button turns the pane."""
        self._shares = (table_share, pane_share)
        self.setStretchFactor(0, table_share)
        self.setStretchFactor(1, pane_share)
        self._button = turn
        turn.clicked.connect(self._turn)
        self._turn_to(at_right=self._settings.value(f"{self._key}/side", "bottom") == "right")

    def _turn(self) -> None:
        at_right = not self.is_at_right
        self._settings.setValue(f"{self._key}/side", "right" if at_right else "bottom")
        self._turn_to(at_right=at_right)

    def _turn_to(self, *, at_right: bool) -> None:
        self._button.show_side(at_right=at_right)
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


class TabStrip(MarksFocus, QTabBar):
    """Use it alone over a QStackedWidget, or as the bar of a QTabWidget."""

    def __init__(self, theme: Theme, *, name: str) -> None:
        super().__init__()
        self._theme = theme
        self.setAccessibleName(said(name))
        self.setDrawBase(False)
        self.setExpanding(False)
        self.setUsesScrollButtons(True)
        self.setMouseTracking(True)
        self.setFont(theme.font(TextSize.BODY, QFont.Weight.Medium))
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        theme.changed.connect(self.update)

    @override
    def tabSizeHint(self, index: int) -> QSize:
        space = self._theme.space
        metrics = self.fontMetrics()
        return QSize(
            metrics.horizontalAdvance(self.tabText(index)) + 2 * space(2.5),
            metrics.height() + 2 * space(2),
        )

    @override
    def minimumTabSizeHint(self, index: int) -> QSize:
        return self.tabSizeHint(index)

    @override
    def keyPressEvent(self, event: QKeyEvent) -> None:
        self._shows_focus = True
        super().keyPressEvent(event)

    @override
    def paintEvent(self, event: QPaintEvent) -> None:
        colours = self._theme.colours
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.fillRect(0, self.height() - 1, self.width(), 1, colours.border)
        under_mouse = self.tabAt(self.mapFromGlobal(self.cursor().pos()))
        inset = self._theme.space(2.5)
        for index in range(self.count()):
            area = QRectF(self.tabRect(index))
            chosen = index == self.currentIndex()
            ink = colours.text if chosen or index == under_mouse else colours.muted
            painter.setPen(ink if self.isTabEnabled(index) else colours.disabled)
            painter.drawText(area, Qt.AlignmentFlag.AlignCenter, self.tabText(index))
            if not chosen:
                continue
            painter.fillRect(
                QRectF(area.left() + inset, area.bottom() - 2, area.width() - 2 * inset, 2),
                colours.accent,
            )
            if self.hasFocus() and self._shows_focus:
                painter.setPen(QPen(colours.accent, 1))
                painter.drawRoundedRect(area.adjusted(2.5, 3.5, -2.5, -5.5), 5, 5)
        painter.end()


class Scrolled(QScrollArea):
    """Up and down, and to the side where large text leaves no other way; the keyboard goes to what
    is in it."""

    def __init__(self, theme: Theme, content: QWidget | None = None) -> None:
        super().__init__()
        dress_view(self, theme)
        self.setWidgetResizable(True)
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.viewport().setAutoFillBackground(False)
        if content is not None:
            self.setWidget(content)

    def show_anew(self, content: QWidget) -> None:
        """At the place where the one before stood."""
        at = self.verticalScrollBar().value()
        self.setWidget(content)
        self.verticalScrollBar().setValue(at)


class SheetTab(Scrolled):
    """One sheet of a flight, which the keyboard scrolls. `name` is what a screen reader says."""

    def __init__(self, theme: Theme, content: QWidget, name: str) -> None:
        super().__init__(theme, content)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setAccessibleName(said(name))


class PageRoom(Scrolled):
    """A page that never is smaller than its words: a window too small for them, or large text,
    scrolls the whole of it, to the side as well."""

    def __init__(self, theme: Theme, page: QWidget) -> None:
        super().__init__(theme)
        self._within = _AtLeast(page, self.viewport())
        self.setWidget(self._within)

    def give(self, size: QSize) -> None:
        """Before it is shown, so that its page is measured where it will be."""
        self._within.resize(size)


class _AtLeast(QWidget):
    """Asks for the least size of its page, not for the one that it likes, which is longer where
    parts of the page scroll."""

    def __init__(self, page: QWidget, viewport: QWidget) -> None:
        super().__init__()
        self._page, self._viewport = page, viewport
        page.setParent(self)

    @override
    def minimumSizeHint(self) -> QSize:
        least = self._page.minimumSizeHint().expandedTo(self._page.minimumSize())
        return least_flowing(self._page, least, self._viewport.width())

    @override
    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._page.setGeometry(self.rect())

    @override
    def event(self, event: QEvent) -> bool:
        if event.type() is QEvent.Type.LayoutRequest:
            self.updateGeometry()
        return super().event(event)


class LinedRow(QWidget):
    """Put a layout on it. Draws the line where a tab strip itself does not reach."""

    def __init__(self, theme: Theme) -> None:
        super().__init__()
        self._theme = theme
        theme.changed.connect(self.update)

    @override
    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.fillRect(0, self.height() - 1, self.width(), 1, self._theme.colours.border)
        painter.end()


class PartStack(QStackedWidget):
    """Its parts fill what the page gives them, and scroll. So nobody asks how high each of them,
    seen or not, would be at each width: a page with many texts took 10 ms of that when it came."""

    @override
    def hasHeightForWidth(self) -> bool:
        return False

    @override
    def sizeHint(self) -> QSize:
        return self.minimumSizeHint()


class TabbedPage(QWidget):
    """A page of parts under a strip of tabs. Which one is in sight is kept."""

    @property
    def tab(self) -> str:
        return self._keys[self._tabs.currentIndex()]

    def show_tab(self, key: str) -> None:
        """Unknown keys change nothing, so a remembered one may be stale."""
        if key in self._keys:
            self._tabs.setCurrentIndex(self._keys.index(key))

    def save_state(self, settings: QSettings) -> None:
        settings.setValue("tab", self.tab)

    def restore_state(self, settings: QSettings) -> None:
        self.show_tab(str(settings.value("tab", "")))

    def lay_out_parts(
        self,
        theme: Theme,
        name: str,
        parts: Mapping[str, tuple[str, QWidget]],
        above: QWidget | None = None,
    ) -> None:
        """By the tabs' keys their words and what they show; `name` is for a screen reader."""
        self._keys = list(parts)
        self._tabs, self._stack = TabStrip(theme, name=name), PartStack()
        for words, part in parts.values():
            self._tabs.addTab(said(words))
            self._stack.addWidget(part)
        self._tabs.currentChanged.connect(self._stack.setCurrentIndex)
        across = LinedRow(theme)
        h_box(theme, (self._tabs, 1), on=across, margins=(3.5, 1, 3, 0))
        top = () if above is None else (above,)  # put in first, the Tab key comes to it first
        v_box(theme, *top, across, (self._stack, 1), on=self, gap=0, margins=0)
