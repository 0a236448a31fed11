"""Keeps how the window looks, and has it made anew where text gets another size: a window is
measured when it is made. What was typed and not sent comes along."""

from collections.abc import Callable

from PySide6.QtCore import QObject, QSettings, QTimer
from PySide6.QtWidgets import QDialog, QLineEdit, QPlainTextEdit, QWidget

from llmgw_desktop.ui.theme import Theme
from llmgw_desktop.ui.window.main_window import MainWindow

_Draft = tuple[str, str, str]
"""Of a field: its page, what it is called, what it holds."""


class LookDesk(QObject):
    """`window` is the one that there is, `make` makes the next one and forgets the one before."""

    def __init__(
        self,
        theme: Theme,
        settings: QSettings,
        window: Callable[[], MainWindow | None],
        *,
        make: Callable[[], MainWindow],
        parent: QObject,
    ) -> None:
        super().__init__(parent)
        self._theme, self._settings = theme, settings
        self._window, self._make = window, make
        theme.changed.connect(self._keep)
        theme.scaled.connect(self._make_anew)

    def _keep(self) -> None:
        self._settings.setValue("window/appearance", self._theme.appearance.value)
        self._settings.setValue("window/text", self._theme.text_scale.value)

    def _make_anew(self) -> None:
        old = self._window()
        if old is None:
            return
        asking = next((d for d in old.findChildren(QDialog) if d.isVisible() and d.isModal()), None)
        if asking is not None:  # it would go with its window; what it asks has to be answered
            asking.finished.connect(lambda _: QTimer.singleShot(0, self, self._make_anew))
            return
        old.save()
        typed, was_shown, focus = _typed_in(old), old.isVisible(), _name_of(old.focusWidget())
        new = self._make()
        if not (old.isMaximized() or old.isFullScreen()):
            new.setGeometry(old.geometry())
        if was_shown:
            new.come_forward()
        old.hide()
        old.deleteLater()
        _type_again(new, typed)
        for each in _fields(new):
            if focus and each.accessibleName() == focus and each.isVisible():
                each.setFocus()


def _typed_in(window: MainWindow) -> list[_Draft]:
    return [
        (key, _name_of(each), _text(each))
        for key, page in window.made_pages.items()
        for each in _fields(page)
        if _name_of(each) and _text(each)
    ]


def _type_again(window: MainWindow, typed: list[_Draft]) -> None:
    for key, name, text in typed:
        for each in _fields(window.page(key)):
            if _name_of(each) == name and _text(each) != text:
                each.setText(text) if isinstance(each, QLineEdit) else each.setPlainText(text)
                break


def _fields(widget: QWidget) -> list[QLineEdit | QPlainTextEdit]:
    lines, texts = widget.findChildren(QLineEdit), widget.findChildren(QPlainTextEdit)
    return [
        *(each for each in lines if not each.isReadOnly()),
        *(each for each in texts if not each.isReadOnly()),
    ]


def _text(field: QLineEdit | QPlainTextEdit) -> str:
    return field.text() if isinstance(field, QLineEdit) else field.toPlainText()


def _name_of(widget: QWidget | None) -> str:
    return "" if widget is None else widget.accessibleName()
