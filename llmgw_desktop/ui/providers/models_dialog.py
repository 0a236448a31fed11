"""A provider's models: searched, looked at with context and price, copied, asked."""

from collections.abc import Callable, Coroutine, Sequence
from typing import Any

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QFont, QGuiApplication
from PySide6.QtWidgets import QDialog, QWidget

from llmgw_desktop.app.providers.models import COLUMNS, PRICE_WORDS, ShownModel, fitting
from llmgw_desktop.app.words.figures import counted
from llmgw_desktop.app.words.inert_text import inert_line
from llmgw_desktop.domain.errors import LlmgwError
from llmgw_desktop.ui.bridge import Bridge
from llmgw_desktop.ui.theme import TextSize, Theme
from llmgw_desktop.ui.widgets.button import Button
from llmgw_desktop.ui.widgets.fields import SearchField
from llmgw_desktop.ui.widgets.flowing_label import FlowingLabel
from llmgw_desktop.ui.widgets.label import Label, Tone
from llmgw_desktop.ui.widgets.layouts import h_box, v_box
from llmgw_desktop.ui.widgets.row_model import Column, RowModel, cell_column
from llmgw_desktop.ui.widgets.tables import FittedTable, TableLook
from llmgw_desktop.ui.widgets.words import said

_WIDTH_UNITS, _HEIGHT_UNITS = 200, 130
_WIDEST = {"Context": "1.0 M", "Answer": "128k", "Input": "1,250.00", "Cached": "1,250.00"}
_LEFT = ("Model", "Can")
_MODEL_COLUMNS: tuple[Column[ShownModel], ...] = tuple(
    cell_column(
        at,
        name,
        widest=_WIDEST.get(name, "1,250.00" if name == "Output" else ""),
        is_number=name not in _LEFT,
        is_quiet=name == "Can",
        is_words=name == "Can",
    )
    for at, name in enumerate(COLUMNS)
)
_LOOK = TableLook(name="Models", noun="model", go_first=("Can", "Answer", "Cached", "Context"))
_ASKING = "Asking for its list of models, which costs nothing …"
_NONE = "It lists no models. Name them in the settings, as models."


class ModelsDialog(QDialog):
    """Open it with `open()`; `begin` asks."""

    ask_wanted = Signal(str)
    """A model, to be asked from the scratch pad: as a route knows it."""

    def __init__(self, theme: Theme, provider: str, bridge: Bridge, parent: QWidget) -> None:
        super().__init__(parent)
        self._provider, self._bridge = provider, bridge
        self._models: tuple[ShownModel, ...] = ()
        self.setWindowTitle(said(f"Models of {inert_line(provider, 60)}"))
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.search = SearchField(theme, "Search by name or ability")
        self._rows = RowModel(_MODEL_COLUMNS, lambda row: row.name, self)
        self.table = FittedTable(theme, self._rows, _LOOK)
        self.words = FlowingLabel(theme, _ASKING, tone=Tone.MUTED)
        self.copy_name = Button(theme, "Copy its name", icon="copy")
        self.ask = Button(theme, "Ask it…", icon="edit")
        close = Button(theme, "Close")
        close.clicked.connect(self.accept)
        title = f"Models of {inert_line(provider, 60)}"
        head = Label(theme, title, size=TextSize.HEADING, weight=QFont.Weight.DemiBold)
        prices = Label(theme, f"Prices: {PRICE_WORDS}", size=TextSize.CAPTION, tone=Tone.MUTED)
        foot = h_box(theme, self.copy_name, self.ask, None, close, gap=2)
        top = h_box(theme, (self.search, 1), prices, gap=3)
        v_box(theme, head, top, self.words, (self.table, 1), foot, on=self, gap=3, margins=(6, 5))
        self.search.textChanged.connect(lambda _: self._show())
        self.copy_name.clicked.connect(self._copy)
        self.ask.clicked.connect(self._ask)
        self.table.chosen.connect(lambda _: self._on_chosen())
        room = self.screen().availableGeometry().size()
        self.resize(
            min(theme.space(_WIDTH_UNITS), room.width()),
            min(theme.space(_HEIGHT_UNITS), room.height()),
        )
        self._on_chosen()
        self.search.setFocus()

    @property
    def names(self) -> list[str]:
        """In sight."""
        return [each.name for each in self._rows.rows]

    def begin(self, read: Callable[[], Coroutine[Any, Any, Sequence[ShownModel]]]) -> None:
        """What fails is said."""

        async def look() -> None:
            try:
                self.show_models(await read())
            except (LlmgwError, OSError) as error:
                self.words.set_tone(Tone.ERROR)
                self.words.say(inert_line(str(error), 400))

        self._bridge.run(look(), name=f"models of {self._provider}")

    def show_models(self, models: Sequence[ShownModel]) -> None:
        self._models = tuple(models)
        self._show()

    def _show(self) -> None:
        found = fitting(self._models, self.search.text())
        self._rows.show_rows(found)
        total = counted(len(self._models), "model")
        few = f"{len(found):,} of {total}" if len(found) < len(self._models) else total
        self.words.say(few if self._models else _NONE)
        self._on_chosen()

    @property
    def _chosen(self) -> ShownModel | None:
        row: ShownModel | None = self.table.chosen_item
        return row

    def _on_chosen(self) -> None:
        for button in (self.copy_name, self.ask):
            button.setEnabled(self._chosen is not None)

    def _copy(self) -> None:
        if self._chosen is not None:
            QGuiApplication.clipboard().setText(self._chosen.name)

    def _ask(self) -> None:
        if self._chosen is not None:
            self.ask_wanted.emit(f"{self._provider}/{self._chosen.name}")
            self.accept()
