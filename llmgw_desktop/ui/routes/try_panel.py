"""Who would answer? A question to the router, without a request: candidates with their reasons."""

from collections.abc import Callable

from PySide6.QtGui import QFont
from PySide6.QtWidgets import QGridLayout, QVBoxLayout, QWidget

from llmgw_desktop.app.routing.routes import Tried, TriedCandidate
from llmgw_desktop.app.words.inert_text import inert_line
from llmgw_desktop.domain.provider import ModelProtocol
from llmgw_desktop.domain.routing.route import RouteQuestion
from llmgw_desktop.ui.theme import TextSize, Theme
from llmgw_desktop.ui.widgets.cards import Card, Line
from llmgw_desktop.ui.widgets.fields import ChoiceBox, Field, TextLine
from llmgw_desktop.ui.widgets.flowing_label import FlowingLabel
from llmgw_desktop.ui.widgets.label import Label, Tone
from llmgw_desktop.ui.widgets.layouts import v_box

_PROTOCOLS = (
    (ModelProtocol.ANTHROPIC.value, "Anthropic Messages"),
    (ModelProtocol.OPENAI_CHAT.value, "OpenAI Chat"),
    (ModelProtocol.OPENAI_RESPONSES.value, "OpenAI Responses"),
    (ModelProtocol.CODEX.value, "Codex"),
    (ModelProtocol.GEMINI.value, "Gemini"),
)
_ASK = "Name a model, and see who would be asked, in what order, and why. Nothing is sent."


class TryPanel(Card):
    """Answers while one types; `ask` is quick."""

    def __init__(self, theme: Theme, ask: Callable[[RouteQuestion], Tried]) -> None:
        super().__init__(theme)
        self._theme = theme
        self._ask = ask
        self._model = TextLine(theme, "claude-sonnet-4-5")
        self._client = TextLine(theme, "any")
        self._label = TextLine(theme, "none")
        self._protocol = ChoiceBox(theme, _PROTOCOLS, name="Protocol")
        self._project = TextLine(theme, "none")
        self._size = TextLine(theme, "unknown")
        self._size_field = Field(theme, "Input tokens", self._size)
        self._words = FlowingLabel(theme, _ASK, tone=Tone.MUTED)
        self._results = QVBoxLayout()
        self._result: QWidget | None = None
        self._lay_out()
        for line in (self._model, self._client, self._label, self._project, self._size):
            line.textChanged.connect(self.refresh)
        self._protocol.currentIndexChanged.connect(self.refresh)

    @property
    def words(self) -> str:
        return self._words.text()

    @property
    def stops(self) -> tuple[QWidget, ...]:
        """For the Tab key, as the eye goes."""
        first = (self._model, self._client, self._label)
        return (*first, self._protocol, self._project, self._size)

    def refresh(self) -> None:
        """The rules may be others now."""
        model, size = self._model.text().strip(), self._size.text().replace(",", "").strip()
        is_number = size.isascii() and size.isdigit() and len(size) < 10
        self._size_field.set_wrong("" if is_number or not size else "Expected a number.")
        if not model:
            self._show(Tried(words=_ASK, is_answered=True))
            return
        question = RouteQuestion(
            protocol=ModelProtocol(self._protocol.key),
            model=model,
            client=self._client.text().strip(),
            label=self._label.text().strip(),
            project=self._project.text().strip(),
            input_tokens=int(size) if is_number else None,
        )
        self._show(self._ask(question))

    def _show(self, tried: Tried) -> None:
        self._words.setText(inert_line(tried.words, 600))
        is_asked = tried.words != _ASK
        tone = Tone.TEXT if is_asked else Tone.MUTED
        self._words.set_tone(tone if tried.is_answered else Tone.ERROR)
        if self._result is not None:
            self._results.removeWidget(self._result)
            self._result.deleteLater()
            self._result = None
        if tried.candidates:
            self._result = _Candidates(self._theme, tried.candidates)
            self._results.addWidget(self._result)

    def _lay_out(self) -> None:
        theme, space = self._theme, self._theme.space
        grid = QGridLayout()
        grid.setHorizontalSpacing(space(3))
        grid.setVerticalSpacing(space(2.5))
        grid.addWidget(Field(theme, "Model", self._model), 0, 0, 1, 2)
        grid.addWidget(Field(theme, "Client", self._client), 1, 0)
        grid.addWidget(Field(theme, "Caller's label", self._label), 1, 1)
        grid.addWidget(Field(theme, "Protocol", self._protocol), 2, 0)
        grid.addWidget(Field(theme, "Project", self._project), 2, 1)
        grid.addWidget(self._size_field, 3, 0)
        grid.setColumnStretch(0, 1)
        grid.setColumnStretch(1, 1)
        v_box(
            self._theme,
            Label(theme, "Try it", size=TextSize.HEADING, weight=QFont.Weight.DemiBold),
            grid,
            Line(theme),
            self._words,
            self._results,
            None,
            on=self,
            gap=3,
            margins=(5, 4, 5, 5),
        )


class _Candidates(QWidget):
    """In the order in which they would be asked; those left out come last."""

    def __init__(self, theme: Theme, candidates: tuple[TriedCandidate, ...]) -> None:
        super().__init__()
        grid = QGridLayout(self)
        grid.setContentsMargins(0, 0, 0, 0)
        grid.setHorizontalSpacing(theme.space(2.5))
        grid.setVerticalSpacing(theme.space(0.5))
        grid.setColumnStretch(1, 1)
        for at, each in enumerate(candidates):
            is_asked = each.rank is not None
            rank = Label(
                theme,
                str(each.rank) if is_asked else "–",
                tone=Tone.ACCENT if is_asked else Tone.MUTED,
                weight=QFont.Weight.DemiBold,
            )
            who = FlowingLabel(
                theme,
                inert_line(f"{each.account}:{each.model}", 160),
                is_verbatim=True,
                tone=Tone.TEXT if is_asked else Tone.MUTED,
                weight=QFont.Weight.Medium,
            )
            grid.addWidget(rank, 3 * at, 0)
            grid.addWidget(who, 3 * at, 1)
            if each.reason:
                reason = inert_line(each.reason, 300)
                why = FlowingLabel(theme, reason, size=TextSize.CAPTION, tone=Tone.MUTED)
                grid.addWidget(why, 3 * at + 1, 1)
            grid.setRowMinimumHeight(3 * at + 2, theme.space(1))
