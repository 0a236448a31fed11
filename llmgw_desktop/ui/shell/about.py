"""About the program: its version and licence, and whose work it holds, with every text."""

import logging
import os
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Qt, QTimer, Signal
from PySide6.QtGui import QFont
from PySide6.QtWidgets import QDialog, QWidget

from llmgw_desktop.app.gateway.licences import LicensedPart, parts, standard_text, statement
from llmgw_desktop.app.words.inert_text import inert
from llmgw_desktop.domain.clock import SystemClock
from llmgw_desktop.domain.mcp_presentation import VERSION
from llmgw_desktop.store.settings.reader import load_settings
from llmgw_desktop.ui.bridge import Bridge
from llmgw_desktop.ui.theme import TextSize, Theme
from llmgw_desktop.ui.widgets.button import Button
from llmgw_desktop.ui.widgets.fields import ChoiceBox, TextLines
from llmgw_desktop.ui.widgets.flowing_label import FlowingLabel
from llmgw_desktop.ui.widgets.label import Label, Tone
from llmgw_desktop.ui.widgets.layouts import h_box, v_box
from llmgw_desktop.ui.widgets.words import said
from llmgw_desktop.ui.window.main_window import MainWindow

if TYPE_CHECKING:
    from llmgw_desktop.app.gateway.updates import UpdateNews

_log = logging.getLogger(__name__)
_WIDTH_UNITS, _HEIGHT_UNITS = 184, 140
_OURS = (
    "LLM Gateway Desktop is free software under the MIT licence. Its windows are drawn by Qt and"
    " PySide6 under the LGPL-3.0; what that grants you stands below, with the licences of all other"
    " parts."
)


class AboutBox(QDialog):
    """Open it with `open()`; Esc closes it. The list of parts is shown when it is here, and what
    is known of a newer version when that was asked for."""

    look_wanted = Signal()

    def __init__(self, theme: Theme, parent: QWidget) -> None:
        super().__init__(parent)
        self.setWindowTitle(said("About"))
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self._texts: Mapping[str, str] = {}
        self._first = ""
        self.choice = ChoiceBox(theme, (), name="What is shown")
        self.choice.currentIndexChanged.connect(self._show_chosen)
        self.text = TextLines(theme, name="Text")
        self.text.setReadOnly(True)
        self._look = Button(theme, "Look for a newer version")
        self._look.clicked.connect(self._ask_to_look)
        self._told = FlowingLabel(theme)
        self._told.hide()
        close = Button(theme, "Close")
        close.setDefault(True)
        close.clicked.connect(self.accept)
        name = f"LLM Gateway Desktop {VERSION}"
        v_box(
            theme,
            Label(theme, name, size=TextSize.HEADING, weight=QFont.Weight.DemiBold),
            FlowingLabel(theme, _OURS, tone=Tone.MUTED),
            self.choice,
            (self.text, 1),
            self._told,
            h_box(theme, self._look, None, close),
            on=self,
            gap=3,
            margins=(6, 5),
        )
        self.resize(theme.space(_WIDTH_UNITS), theme.space(_HEIGHT_UNITS))

    def show_texts(self, texts: Mapping[str, str]) -> None:
        """By what each is called in the list."""
        self._texts = texts
        self.choice.clear()
        for name in texts:
            self.choice.addItem(said(name) if name == _NEW else name, name)
        self.choice.choose(self._first)

    def begin_with(self, name: str) -> None:
        """As soon as the texts are here."""
        self._first = name
        self.choice.choose(name)

    def show_news(self, words: str) -> None:
        self._told.setText(inert(words))
        self._told.show()
        self._look.setEnabled(True)

    def _ask_to_look(self) -> None:
        self._look.setEnabled(False)
        self._told.hide()
        self.look_wanted.emit()

    def _show_chosen(self) -> None:
        self.text.setPlainText(inert(self._texts.get(self.choice.key, "")))


def licence_texts(found: Sequence[LicensedPart]) -> dict[str, str]:
    """What the list offers: Qt's first, for there a person has rights to learn of."""
    texts = {"Qt and PySide6": statement()}
    texts |= {name: standard_text(name) for name in ("LGPL-3.0", "GPL-3.0")}
    for part in found:
        words = f"{part.name} {part.version}".strip()
        head = "\n".join(filter(None, (f"{words}: {part.licence}".rstrip(": "), part.home)))
        texts[words] = f"{head}\n\n" + "\n".join(part.texts)
    return texts


def offer_about(
    window: MainWindow, theme: Theme, bridge: Bridge, settings_file: Callable[[], Path]
) -> None:
    """The menu opens it. What it shows lies in many small files, and a feed may take long to
    answer: workers read them."""

    def show(first: str = "") -> None:
        box = AboutBox(theme, window)
        box.begin_with(first)
        box.look_wanted.connect(
            lambda: bridge.fetch(
                box,
                lambda: _news(settings_file()),
                box.show_news,
                lambda error: box.show_news(str(error)),
                slow=True,
            )
        )
        box.open()
        bridge.fetch(box, lambda: {**licence_texts(parts()), **_changes()}, box.show_texts)

    window.menus.about_wanted.connect(lambda: show())
    window.menus.news_wanted.connect(lambda: show(_NEW))
    UpdateWatch(window, bridge, settings_file)


_LOOK_EVERY_MS = 3_600_000
_FIRST_LOOK_MS = 20_000
_DAY_S = 24 * 3600.0
_ASKED_KEY = "updates/asked-at-s"


class UpdateWatch(QObject):
    """Asks once a day whether there is a newer version, where `[updates] daily` says so, and tells
    of it in the window. What went wrong with it is for the log: the next day comes."""

    def __init__(
        self, window: MainWindow, bridge: Bridge, settings_file: Callable[[], Path]
    ) -> None:
        super().__init__(window)
        self._window, self._bridge, self._file = window, bridge, settings_file
        self._clock = SystemClock()
        self._timer = QTimer(self, singleShot=True)
        self._timer.timeout.connect(self.look)
        self._timer.start(_FIRST_LOOK_MS)

    def look(self) -> None:
        """Where a day has gone by."""
        self._timer.start(_LOOK_EVERY_MS)
        asked_at_s = self._window.kept.value(_ASKED_KEY, 0.0, float)
        if not 0 <= self._clock.now_s() - float(str(asked_at_s)) < _DAY_S:
            self._bridge.fetch(self, self._ask, self._tell, self._note, slow=True)

    def _ask(self) -> "UpdateNews | None":
        """In a worker; None: nobody wants to know."""
        from llmgw_desktop.app.gateway.updates import look_for_update

        settings = load_settings(self._file(), os.environ).settings.updates
        if not settings.daily:
            return None
        return look_for_update(settings)

    def _tell(self, news: "UpdateNews | None") -> None:
        from llmgw_desktop.app.gateway.updates import update_words

        if news is None:
            return
        self._window.kept.setValue(_ASKED_KEY, self._clock.now_s())
        if news.is_newer:
            self._window.troubles.show_update(inert(update_words(news)), news.url)

    def _note(self, error: Exception) -> None:
        self._window.kept.setValue(_ASKED_KEY, self._clock.now_s())
        _log.info("whether there is a newer version is not known: %s", error)


_NEW = "What is new"


def _changes() -> dict[str, str]:
    from llmgw_desktop.app.gateway.updates import whats_new

    return {_NEW: whats_new() or "The program came without its changelog."}


def _news(file: Path) -> str:
    from llmgw_desktop.app.gateway.updates import look_for_update, update_words

    return update_words(look_for_update(load_settings(file, os.environ).settings.updates))
