"""Dresses tables, text views, splitters and menus: thin scroll bars, flat headers, no frames.

The few style sheets of the program stand here and in `search_field.py`, each on one small widget;
a sheet on the whole program would slow every repaint and fight the palette.
"""

from PySide6.QtCore import QObject
from PySide6.QtGui import QFont
from PySide6.QtWidgets import (
    QAbstractScrollArea,
    QFrame,
    QHeaderView,
    QMenu,
    QMenuBar,
    QScrollBar,
    QSplitter,
)

from llmgw_desktop.ui.palettes import mixed
from llmgw_desktop.ui.theme import TextSize, Theme


def dress_view(view: QAbstractScrollArea, theme: Theme) -> None:
    """For anything that scrolls; follows the scheme from now on."""
    view.setFrameShape(QFrame.Shape.NoFrame)
    for bar in (view.verticalScrollBar(), view.horizontalScrollBar()):
        _BarClothes(bar, theme)


def dress_header(header: QHeaderView, theme: Theme) -> None:
    """A quiet row of words over a table."""
    header.setHighlightSections(False)
    header.setFont(theme.font(TextSize.CAPTION, QFont.Weight.Medium))
    _HeaderClothes(header, theme)


def dress_splitter(splitter: QSplitter, theme: Theme) -> None:
    """A line of one pixel with enough room around it to be caught."""
    splitter.setHandleWidth(theme.space(1.25))
    splitter.setChildrenCollapsible(False)
    _SplitterClothes(splitter, theme)


def dress_menu_bar(bar: QMenuBar, theme: Theme) -> None:
    """As flat as the sidebar below it."""
    _MenuBarClothes(bar, theme)


def dress_menu(menu: QMenu, theme: Theme) -> None:
    """A menu that stands alone; those of a menu bar wear its clothes."""
    _MenuClothes(menu, theme)


class _BarClothes(QObject):
    """Owned by the scroll bar, so that it ends with it."""

    def __init__(self, bar: QScrollBar, theme: Theme) -> None:
        super().__init__(bar)
        self._bar = bar
        self._theme = theme
        self._wear()
        theme.changed.connect(self._wear)

    def _wear(self) -> None:
        colours, space = self._theme.colours, self._theme.space
        thumb = mixed(colours.muted, colours.surface, 0.35).name()
        held = mixed(colours.muted, colours.surface, 0.6).name()
        wide, inset, least = space(2.5), space(0.5), space(8)
        radius = (wide - 2 * inset) // 2
        self._bar.setStyleSheet(
            "QScrollBar { background: transparent; border: none; margin: 0; }"
            f"QScrollBar:vertical {{ width: {wide}px; }}"
            f"QScrollBar:horizontal {{ height: {wide}px; }}"
            f"QScrollBar::handle {{ background: {thumb}; border-radius: {radius}px;"
            f" margin: {inset}px; }}"
            f"QScrollBar::handle:vertical {{ min-height: {least}px; }}"
            f"QScrollBar::handle:horizontal {{ min-width: {least}px; }}"
            f"QScrollBar::handle:hover, QScrollBar::handle:pressed {{ background: {held}; }}"
            "QScrollBar::add-line, QScrollBar::sub-line { width: 0; height: 0; }"
            "QScrollBar::add-page, QScrollBar::sub-page { background: transparent; }"
        )


class _HeaderClothes(QObject):
    """Owned by the header."""

    def __init__(self, header: QHeaderView, theme: Theme) -> None:
        super().__init__(header)
        self._header = header
        self._theme = theme
        self._wear()
        theme.changed.connect(self._wear)

    def _wear(self) -> None:
        colours, space = self._theme.colours, self._theme.space
        self._header.setStyleSheet(
            f"QHeaderView {{ background: {colours.surface.name()}; border: none; }}"
            f"QHeaderView::section {{ background: {colours.surface.name()};"
            f" color: {colours.muted.name()}; border: none;"
            f" border-bottom: 1px solid {colours.border.name()};"
            f" padding: {space(1.25)}px {space(1.5)}px; }}"
            f"QHeaderView::section:hover {{ color: {colours.text.name()}; }}"
        )


class _SplitterClothes(QObject):
    """Owned by the splitter."""

    def __init__(self, splitter: QSplitter, theme: Theme) -> None:
        super().__init__(splitter)
        self._splitter = splitter
        self._theme = theme
        self._wear()
        theme.changed.connect(self._wear)

    def _wear(self) -> None:
        colours, space = self._theme.colours, self._theme.space
        gap = space(0.5)
        self._splitter.setStyleSheet(
            f"QSplitter::handle {{ background: {colours.border.name()}; }}"
            f"QSplitter::handle:vertical {{ margin: {gap}px 0; }}"
            f"QSplitter::handle:horizontal {{ margin: 0 {gap}px; }}"
            f"QSplitter::handle:hover {{ background: {colours.accent.name()}; }}"
        )


class _MenuBarClothes(QObject):
    """Owned by the menu bar."""

    def __init__(self, bar: QMenuBar, theme: Theme) -> None:
        super().__init__(bar)
        self._bar = bar
        self._theme = theme
        self._wear()
        theme.changed.connect(self._wear)

    def _wear(self) -> None:
        colours, space = self._theme.colours, self._theme.space
        self._bar.setStyleSheet(
            f"QMenuBar {{ background: {colours.side.name()}; color: {colours.muted.name()};"
            f" border: none; border-bottom: 1px solid {colours.border.name()};"
            f" padding: {space(0.5)}px {space(1)}px; }}"
            f"QMenuBar::item {{ background: transparent; border-radius: 4px;"
            f" padding: {space(0.75)}px {space(2)}px; }}"
            f"QMenuBar::item:selected {{ background: {colours.hover.name()};"
            f" color: {colours.text.name()}; }}" + _menu_sheet(self._theme)
        )


class _MenuClothes(QObject):
    """Owned by the menu."""

    def __init__(self, menu: QMenu, theme: Theme) -> None:
        super().__init__(menu)
        self._menu = menu
        self._theme = theme
        self._wear()
        theme.changed.connect(self._wear)

    def _wear(self) -> None:
        self._menu.setStyleSheet(_menu_sheet(self._theme))


def _menu_sheet(theme: Theme) -> str:
    colours, space = theme.colours, theme.space
    return (
        f"QMenu {{ background: {colours.surface.name()}; color: {colours.text.name()};"
        f" border: 1px solid {colours.border.name()}; padding: {space(1)}px; }}"
        f"QMenu::item {{ padding: {space(1.25)}px {space(6)}px {space(1.25)}px {space(6)}px;"
        f" border-radius: 4px; }}"
        f"QMenu::item:selected {{ background: {colours.selection.name()}; }}"
        f"QMenu::item:disabled {{ color: {colours.disabled.name()}; }}"
        f"QMenu::separator {{ height: 1px; background: {colours.border.name()};"
        f" margin: {space(1)}px {space(2)}px; }}"
        f"QMenu::indicator {{ width: {space(3)}px; height: {space(3)}px; left: {space(1.5)}px; }}"
    )
