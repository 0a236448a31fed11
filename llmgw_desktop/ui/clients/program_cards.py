"""Programs as cards: those found here and how each stands, and what to paste where no other program
writes the settings."""

from collections.abc import Mapping

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QFont
from PySide6.QtWidgets import QGridLayout

from llmgw_desktop.app.connect.clients import ClientCard, ProgramState
from llmgw_desktop.app.connect.pinning import PinStanding
from llmgw_desktop.app.words.inert_text import inert_line
from llmgw_desktop.ui.theme import TextSize, Theme
from llmgw_desktop.ui.widgets.button import Button
from llmgw_desktop.ui.widgets.cards import Card, card_head
from llmgw_desktop.ui.widgets.flowing_label import FlowingLabel
from llmgw_desktop.ui.widgets.label import Label, MarkIcon, Tone, put_tip, tip
from llmgw_desktop.ui.widgets.layouts import h_box, v_box
from llmgw_desktop.ui.widgets.texts import CodeBlock
from llmgw_desktop.ui.widgets.toggles import Segmented
from llmgw_desktop.ui.widgets.words import said, told

_WHAT = (
    "JetBrains (Settings, Tools, AI Assistant, Model Context Protocol) and most others take this"
    " where they ask for an MCP server as JSON."
)
_ONCE = "This key is shown once: copy it now."
_PATH_CHARS = 300
_GOOD_PIN, _BAD_PIN = ("ok", Tone.OK), ("warning", Tone.WARNING)


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
        put_tip(self._key, tip("Puts a key of its own into the text below"))
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
        head = h_box(
            self._theme,
            (
                FlowingLabel(
                    theme, "Any other program", size=TextSize.HEADING, weight=QFont.Weight.DemiBold
                ),
                1,
            ),
            self._key,
            self._way,
            gap=2,
        )
        self._urls.setColumnStretch(1, 1)
        self._urls.setHorizontalSpacing(space(3))
        self._urls.setVerticalSpacing(space(1.5))
        v_box(
            self._theme,
            head,
            FlowingLabel(theme, _WHAT, tone=Tone.MUTED),
            self._code,
            self._once,
            FlowingLabel(theme, "Base URLs for model requests, each with a key:", tone=Tone.MUTED),
            self._urls,
            on=self,
            gap=2,
            margins=(5, 3.5, 4, 4),
        )
        self.setAccessibleName(said("Any other program"))


_MARKS = {
    ProgramState.NOT_HERE: ("off", Tone.MUTED),
    ProgramState.READY: ("off", Tone.MUTED),
    ProgramState.SET_UP: ("ok", Tone.OK),
    ProgramState.BY_HAND: ("ok", Tone.OK),
    ProgramState.CHANGED: ("warning", Tone.WARNING),
    ProgramState.STALE: ("warning", Tone.WARNING),
    ProgramState.UNREADABLE: ("error", Tone.ERROR),
}


def state_mark(state: ProgramState) -> tuple[str, Tone]:
    """The icon's name, and the colour by its meaning."""
    return _MARKS[state]


_WORDS = {
    ProgramState.READY: "Connect…",
    ProgramState.BY_HAND: "Connect…",
    ProgramState.SET_UP: "Change…",
}


class ClientCardView(Card):
    """Shows what it is told; what is asked for is done by the page."""

    connect_wanted = Signal()
    undo_wanted = Signal()

    def __init__(self, theme: Theme, card: ClientCard) -> None:
        super().__init__(theme)
        self._mark = MarkIcon(theme, "off")
        name = FlowingLabel(
            theme,
            card.title,
            size=TextSize.HEADING,
            weight=QFont.Weight.DemiBold,
            is_verbatim=True,
        )
        self._state = Label(theme, weight=QFont.Weight.Medium)
        self._facts = FlowingLabel(theme, size=TextSize.CAPTION, tone=Tone.MUTED)
        self._used = FlowingLabel(theme, tone=Tone.MUTED)
        self._why = FlowingLabel(theme)
        self._connect = Button(theme, "Connect…")
        self._undo = Button(theme, "Undo…")
        self._undo.setAccessibleName(f"{said('Undo')} {card.title}")
        put_tip(self._undo, tip("Shows what would be taken out of its settings"))
        put_tip(self._connect, tip("Shows what would be written into its settings"))
        self._connect.clicked.connect(self.connect_wanted)
        self._undo.clicked.connect(self.undo_wanted)
        v_box(
            theme,
            card_head(
                theme,
                (self._mark, name, self._state),
                facts=(self._used, self._facts),
                acts=(self._undo, self._connect),
            ),
            self._why,
            on=self,
            gap=1.5,
            margins=(5, 3.5, 4, 4),
        )
        self.setAccessibleName(said(card.title))
        self.show_card(card)

    def show_card(self, card: ClientCard) -> None:
        icon, tone = state_mark(card.state)
        self._mark.show_mark(icon, tone)
        self._state.setText(card.words)
        self._state.set_tone(tone)
        self._facts.setText(card.facts)
        for label, words in ((self._used, card.used), (self._why, card.why)):
            label.say(words)
        self._why.set_tone(Tone.ERROR if tone is Tone.ERROR else Tone.TEXT)
        self._connect.setText(_WORDS.get(card.state, "Connect again…"))
        self._connect.setAccessibleName(f"{self._connect.text().rstrip('…')} {card.title}")
        self._connect.setVisible(card.can_connect)
        self._undo.setVisible(card.can_undo)
        self.setAccessibleDescription(told(card.words, card.used, card.why, card.facts))


class PinCard(Card):
    """One folder whose programs leave through one account."""

    unpin_wanted = Signal()

    def __init__(self, theme: Theme, pin: PinStanding) -> None:
        super().__init__(theme)
        folder = inert_line(pin.folder or pin.name, _PATH_CHARS)
        mark = MarkIcon(theme, *(_BAD_PIN if pin.problem else _GOOD_PIN))
        name = FlowingLabel(theme, folder, size=TextSize.HEADING, weight=QFont.Weight.DemiBold)
        words = FlowingLabel(theme, f"What it asks {inert_line(pin.words, 300)}.")
        places = " · ".join((pin.url, *pin.files))
        facts = FlowingLabel(theme, inert_line(places, 600), size=TextSize.CAPTION, tone=Tone.MUTED)
        why = FlowingLabel(theme, inert_line(pin.problem, 400))
        self._unpin = Button(theme, "Unpin…")
        self._unpin.setAccessibleName(said(f"Unpin {folder}"))
        put_tip(self._unpin, tip("Takes the base URL out of the folder's files again"))
        self._unpin.clicked.connect(self.unpin_wanted)
        v_box(
            theme,
            card_head(theme, (mark, name), facts=(words, facts), acts=(self._unpin,)),
            why,
            on=self,
            gap=1.5,
            margins=(5, 3.5, 4, 4),
        )
        why.setVisible(bool(pin.problem))
        self.setAccessibleName(said(folder))
        self.setAccessibleDescription(told(pin.words, pin.problem, pin.url))
