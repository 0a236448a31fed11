"""Dresses tables, text views and menus: thin scroll bars, flat headers, no frames.

The few style sheets of the program stand here and in `fields.py`, each on one small widget;
a sheet on the whole program would slow every repaint and fight the palette.
"""

from collections.abc import Callable, Iterator
from typing import Any, TypeVar
from weakref import WeakKeyDictionary

from PySide6.QtCore import QObject, QPoint, Qt
from PySide6.QtGui import QFont
from PySide6.QtWidgets import (
    QAbstractScrollArea,
    QFrame,
    QHeaderView,
    QMenu,
    QMenuBar,
    QWidget,
)
from shiboken6 import isValid

from llmgw_desktop.ui.palettes import mixed
from llmgw_desktop.ui.theme import TextSize, Theme
from llmgw_desktop.ui.widgets.pacing import in_turns

W = TypeVar("W", bound=QWidget)
SHEETS, LABELS = 6, 200


def dress_view(view: QAbstractScrollArea, theme: Theme) -> None:
    """For anything that scrolls; follows the scheme from now on."""
    view.setFrameShape(QFrame.Shape.NoFrame)
    for bar in (view.verticalScrollBar(), view.horizontalScrollBar()):
        wear(bar, theme, _bar_sheet)


def dress_header(header: QHeaderView, theme: Theme) -> None:
    """A quiet row of words over a table."""
    header.setHighlightSections(False)
    header.setFont(theme.font(TextSize.CAPTION, QFont.Weight.Medium))
    wear(header, theme, _header_sheet)


def dress_menu_bar(bar: QMenuBar, theme: Theme) -> None:
    """As flat as the sidebar below it; its menus wear its clothes."""
    wear(bar, theme, _menu_bar_sheet)


def dress_menu(menu: QMenu, theme: Theme) -> None:
    """A menu that stands alone."""
    wear(menu, theme, _menu_sheet)


def pop_up(menu: QMenu, theme: Theme, at: QPoint) -> None:
    """A menu that was made for this once; `at` is on the screen."""
    menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
    dress_menu(menu, theme)
    menu.popup(at)


def wear(widget: W, theme: Theme, sheet: Callable[[Theme], str]) -> None:
    """The style sheet of now, and after each change of the scheme the one of then."""
    stay_dressed(widget, theme, lambda it: it.setStyleSheet(sheet(theme)))


def stay_dressed(
    wearer: W, theme: Theme, put_on: Callable[[W], object], *, at_once: int = SHEETS
) -> None:
    """`put_on` now, and after each change of the scheme; it does not hold the wearer. `at_once`: so
    many of its kind take as long as a turn of the loop may."""
    put_on(wearer)
    wardrobe = theme.findChild(_Wardrobe) or _Wardrobe(theme)
    wardrobe.clothes[wearer] = put_on, 1 / at_once


class _Wardrobe(QObject):
    """Of a theme. A window has a thousand labels and a hundred style sheets, for each of which Qt
    takes half a millisecond: what is in sight is dressed anew first, and all of it in turns."""

    def __init__(self, theme: Theme) -> None:
        super().__init__(theme)
        self.clothes = WeakKeyDictionary[QWidget, tuple[Callable[[Any], object], float]]()
        theme.changed.connect(lambda: in_turns(self._dressing(), self))

    def _dressing(self) -> Iterator[None]:
        known = [(each, *how) for each, how in self.clothes.items() if isValid(each)]
        known.sort(key=lambda it: (not it[0].isVisible(), it[2]))
        yield  # the turn that tells of the change is full
        done = 0.0
        for wearer, put_on, share in known:
            done += share
            if done > 1:
                done = share
                yield
            if isValid(wearer):
                put_on(wearer)


def _bar_sheet(theme: Theme) -> str:
    colours, space = theme.colours, theme.space
    thumb = mixed(colours.muted, colours.surface, 0.35).name()
    held = mixed(colours.muted, colours.surface, 0.6).name()
    wide, inset, least = space(2.5), space(0.5), space(8)
    radius = (wide - 2 * inset) // 2
    return (
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


def _header_sheet(theme: Theme) -> str:
    colours, space = theme.colours, theme.space
    return (
        f"QHeaderView {{ background: {colours.surface.name()}; border: none; }}"
        f"QHeaderView::section {{ background: {colours.surface.name()};"
        f" color: {colours.muted.name()}; border: none;"
        f" border-bottom: 1px solid {colours.border.name()};"
        f" padding: {space(1.25)}px {space(1.5)}px; }}"
        f"QHeaderView::section:hover {{ color: {colours.text.name()}; }}"
    )


def _menu_bar_sheet(theme: Theme) -> str:
    colours, space = theme.colours, theme.space
    return (
        f"QMenuBar {{ background: {colours.side.name()}; color: {colours.muted.name()};"
        f" border: none; border-bottom: 1px solid {colours.border.name()};"
        f" padding: {space(0.5)}px {space(1)}px; }}"
        f"QMenuBar::item {{ background: transparent; border-radius: 4px;"
        f" padding: {space(0.75)}px {space(2)}px; }}"
        f"QMenuBar::item:selected {{ background: {colours.hover.name()};"
        f" color: {colours.text.name()}; }}" + _menu_sheet(theme)
    )


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
