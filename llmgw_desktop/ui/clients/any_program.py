"""For programs whose settings no other program writes: what to paste there, and the base URLs."""

from collections.abc import Mapping

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QFont
from PySide6.QtWidgets import QGridLayout, QHBoxLayout, QVBoxLayout

from llmgw_desktop.ui.theme import TextSize, Theme
from llmgw_desktop.ui.widgets.button import Button
from llmgw_desktop.ui.widgets.card import Card
from llmgw_desktop.ui.widgets.code_block import CodeBlock
from llmgw_desktop.ui.widgets.flowing_label import FlowingLabel
from llmgw_desktop.ui.widgets.label import Label, Tone
from llmgw_desktop.ui.widgets.segmented import Segmented

_WHAT = (
    "JetBrains (Settings, Tools, AI Assistant, Model Context Protocol) and most others take this"
    " where they ask for an MCP server as JSON."
)
_ONCE = "This key is shown once: copy it now."


class AnyProgram(Card):
    """Shows what it is told; a key is made only when it is asked for."""

    key_wanted = Signal()

    def __init__(self, theme: Theme) -> None:
        super().__init__(theme)
        self._theme = theme
        self._texts = {"http": "", "stdio": ""}
        self._way = Segmented(
            theme, (("http", "HTTP"), ("stdio", "stdio")), name="Way of the MCP entry"
        )
        self._code = CodeBlock(theme, "", name="MCP entry")
        self._key = Button(theme, "Make a key for it")
        self._key.setToolTip("Puts a key of its own into the text below")
        self._once = FlowingLabel(theme, _ONCE, tone=Tone.WARNING)
        self._urls = QGridLayout()
        self._shown_urls: Mapping[str, str] | None = None
        self._lay_out()
        self._way.chosen.connect(lambda _: self._show())
        self._key.clicked.connect(self.key_wanted)
        self._once.hide()

    @property
    def text(self) -> str:
        return self._code.text()

    def show_snippets(self, http: str, stdio: str) -> None:
        """A key that was made stays in sight until the page is left."""
        if self._once.isHidden():
            self._texts["http"] = http
        self._texts["stdio"] = stdio
        self._show()

    def show_key(self, http: str) -> None:
        self._texts["http"] = http
        self._once.show()
        self._show()

    def forget_key(self) -> None:
        self._once.hide()

    def show_urls(self, urls: Mapping[str, str]) -> None:
        if urls == self._shown_urls:
            return
        self._shown_urls = dict(urls)
        while (old := self._urls.takeAt(0)) is not None:
            widget = old.widget()
            if widget is not None:
                widget.deleteLater()
        top = Qt.AlignmentFlag.AlignVCenter
        for at, (vendor, url) in enumerate(urls.items()):
            self._urls.addWidget(Label(self._theme, vendor, tone=Tone.MUTED), at, 0, top)
            self._urls.addWidget(CodeBlock(self._theme, url, name=f"{vendor} base URL"), at, 1)

    def _show(self) -> None:
        self._code.set_text(self._texts[self._way.key])
        self._key.setVisible(self._way.key == "http" and self._once.isHidden())

    def _lay_out(self) -> None:
        theme, space = self._theme, self._theme.space
        head = QHBoxLayout()
        head.setSpacing(space(2))
        head.addWidget(
            FlowingLabel(
                theme, "Any other program", size=TextSize.HEADING, weight=QFont.Weight.DemiBold
            ),
            1,
        )
        head.addWidget(self._key)
        head.addWidget(self._way)
        self._urls.setColumnStretch(1, 1)
        self._urls.setHorizontalSpacing(space(3))
        self._urls.setVerticalSpacing(space(1.5))
        column = QVBoxLayout(self)
        column.setContentsMargins(space(5), space(3.5), space(4), space(4))
        column.setSpacing(space(2))
        column.addLayout(head)
        column.addWidget(FlowingLabel(theme, _WHAT, tone=Tone.MUTED))
        column.addWidget(self._code)
        column.addWidget(self._once)
        column.addWidget(
            FlowingLabel(theme, "Base URLs for model requests, each with a key:", tone=Tone.MUTED)
        )
        column.addLayout(self._urls)
        self.setAccessibleName("Any other program")
