"""About the program: its version and licence, and whose work it holds, with every text."""

from collections.abc import Mapping, Sequence
from importlib.metadata import version

from PySide6.QtCore import Qt
from PySide6.QtGui import QFont
from PySide6.QtWidgets import QDialog, QWidget

from llmgw_desktop.app.gateway.licences import LicensedPart, parts, standard_text, statement
from llmgw_desktop.app.words.inert_text import inert
from llmgw_desktop.ui.bridge import Bridge
from llmgw_desktop.ui.theme import TextSize, Theme
from llmgw_desktop.ui.widgets.button import Button
from llmgw_desktop.ui.widgets.fields import ChoiceBox, TextLines
from llmgw_desktop.ui.widgets.flowing_label import FlowingLabel
from llmgw_desktop.ui.widgets.label import Label, Tone
from llmgw_desktop.ui.widgets.layouts import h_box, v_box
from llmgw_desktop.ui.window.main_window import MainWindow

_WIDTH_UNITS, _HEIGHT_UNITS = 184, 140
_OURS = (
    "LLM Gateway Desktop is free software under the MIT licence. Its windows are drawn by Qt and"
    " PySide6 under the LGPL-3.0; what that grants you stands below, with the licences of all other"
    " parts."
)


class AboutBox(QDialog):
    """Open it with `open()`; Esc closes it. The list of parts is shown when it is here."""

    def __init__(self, theme: Theme, parent: QWidget) -> None:
        super().__init__(parent)
        self.setWindowTitle("About")
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self._texts: Mapping[str, str] = {}
        self.choice = ChoiceBox(theme, (), name="Part whose licence is shown")
        self.choice.currentIndexChanged.connect(self._show_chosen)
        self.text = TextLines(theme, name="Licence")
        self.text.setReadOnly(True)
        close = Button(theme, "Close")
        close.setDefault(True)
        close.clicked.connect(self.accept)
        name = f"LLM Gateway Desktop {version('llmgw-desktop')}"
        v_box(
            theme,
            Label(theme, name, size=TextSize.HEADING, weight=QFont.Weight.DemiBold),
            FlowingLabel(theme, _OURS, tone=Tone.MUTED),
            self.choice,
            (self.text, 1),
            h_box(theme, None, close),
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
            self.choice.addItem(name, name)

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


def offer_about(window: MainWindow, theme: Theme, bridge: Bridge) -> None:
    """The menu opens it; what it shows lies in many small files, which the worker reads."""

    def show() -> None:
        box = AboutBox(theme, window)
        box.open()
        bridge.fetch(box, lambda: licence_texts(parts()), box.show_texts)

    window.menus.about_wanted.connect(show)
