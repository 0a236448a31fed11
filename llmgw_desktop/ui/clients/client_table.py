"""The list of clients: what its columns show, its table, and how a budget stands, as a bar: what
was used, then what running requests have reserved. The words stand beside it."""

from PySide6.QtCore import QObject, QRect, QRectF
from PySide6.QtGui import QColor, QPainter
from typing_extensions import override

from llmgw_desktop.app.clients.known import ClientKind
from llmgw_desktop.app.clients.rows import ClientState, ShownClient
from llmgw_desktop.app.flights.provenance_words import MARKS_HINT
from llmgw_desktop.app.policy.limit_words import BudgetLine
from llmgw_desktop.app.words.figures import UNKNOWN
from llmgw_desktop.ui.palettes import Colours
from llmgw_desktop.ui.theme import Theme
from llmgw_desktop.ui.widgets.kept_rows import Filling, paint_bar
from llmgw_desktop.ui.widgets.label import Tone, colour_of
from llmgw_desktop.ui.widgets.row_model import Column, RowModel, no_tip
from llmgw_desktop.ui.widgets.tables import FittedTable, RowCells, TableLook
from llmgw_desktop.ui.widgets.words import said


def refusals_text(row: ShownClient) -> str:
    return "\n".join(f"{each.words} {each.opens}".strip() for each in row.refusals)


def shown_name(name: str, kind: ClientKind) -> str:
    """A client's own is never put into another language."""
    return said(name) if kind is ClientKind.EVERYBODY else name


COLUMNS: tuple[Column[ShownClient], ...] = (
    Column(
        key="name",
        title="Client",
        hint="Who asks",
        text=lambda row: shown_name(row.name, row.kind),
        has_mark=True,
        spoken=lambda row: row.words,
    ),
    Column(
        key="kind",
        is_words=True,
        title="Kind",
        hint="How it proves who it is",
        text=lambda row: row.kind.value,
        widest="let in by OAuth",
        is_quiet=True,
        tells=no_tip,
    ),
    Column(
        key="state",
        is_words=True,
        title="State",
        hint="How it stands now",
        text=lambda row: row.state_short,
        widest="paused, 12 running",
        tells=lambda row: refusals_text(row) or row.state_short,
    ),
    Column(
        key="seen",
        is_words=True,
        title="Last seen",
        hint="When it last asked for anything",
        text=lambda row: row.seen,
        widest="9 h 59 m ago",
        is_quiet=True,
        tells=no_tip,
    ),
    Column(
        key="program",
        title="Program",
        hint="What its last request said that it is; not verified",
        text=lambda row: row.program,
        widest="OpenAI SDK (Python)",
        is_quiet=True,
    ),
    Column(
        key="requests",
        title="Today",
        hint="Requests since midnight",
        text=lambda row: row.requests,
        widest="88,888",
        is_number=True,
        tells=no_tip,
    ),
    Column(
        key="tokens",
        title="Tokens",
        hint=f"In and out together, since midnight. {MARKS_HINT}",
        text=lambda row: row.tokens,
        widest="888.8k",
        is_number=True,
        tells=no_tip,
    ),
    Column(
        key="cost",
        title="Cost",
        hint=f"Since midnight, by the prices known. {MARKS_HINT}",
        text=lambda row: row.cost,
        widest="<$0.001",
        is_number=True,
        tells=no_tip,
    ),
    Column(
        key="budgets",
        title="Budgets",
        hint="What was used, what running requests have reserved, and what is left",
        text=lambda row: "; ".join(f"{each.name}: {each.left}" for each in row.budgets),
        widest="▮▮▮▮▮▮▮▮ 888.8k tokens left +1",
        is_words=True,
        tells=lambda row: "\n".join(f"{each.name}: {each.words}" for each in row.budgets),
    ),
)


def client_model(parent: QObject | None = None) -> RowModel[ShownClient]:
    return RowModel(COLUMNS, lambda row: row.key, parent)


_MARKS = {
    ClientState.READY: ("ok", Tone.OK),
    ClientState.RUNNING: ("running", Tone.RUNNING),
    ClientState.CROWDING: ("warning", Tone.WARNING),
    ClientState.RESTING: ("clock", Tone.WARNING),
    ClientState.SPENT: ("warning", Tone.ERROR),
    ClientState.EXPIRED: ("error", Tone.ERROR),
    ClientState.PAUSED: ("pause", Tone.WARNING),
    ClientState.OUTSIDE: ("off", Tone.MUTED),
    ClientState.REVOKED: ("canceled", Tone.MUTED),
    ClientState.SETTINGS: ("off", Tone.MUTED),
}


def client_mark(state: ClientState) -> tuple[str, Tone]:
    """The icon's name, and the colour by its meaning."""
    return _MARKS[state]


def client_colour(state: ClientState, colours: Colours) -> QColor:
    return colour_of(_MARKS[state][1], colours)


def budget_filling(line: BudgetLine) -> Filling:
    tone = Tone.ERROR if line.is_spent else Tone.WARNING if line.is_low else Tone.ACCENT
    return Filling(line.used_share, tone, line.reserved_share)


_MOST_BARS = 3
_BAR_UNITS = 16


def _ink(row: ShownClient, column: Column[ShownClient], colours: Colours) -> QColor | None:
    if column.key == "name":
        return colours.muted if row.is_revoked else colours.text
    if column.key == "state":
        return client_colour(row.state, colours)
    is_quiet = not row.is_client or row.is_revoked or column.text(row) == UNKNOWN
    return colours.muted if is_quiet else None


def _mark(row: ShownClient, colours: Colours) -> tuple[str, QColor]:
    return client_mark(row.state)[0], client_colour(row.state, colours)


_LOOK = TableLook(
    name="Clients",
    noun="client",
    go_first=("kind", "tokens", "program", "seen", "cost", "requests", "budgets"),
    least_chars=18,
    row_units=8.5,
)


class ClientTable(FittedTable):
    """One row at a time is selected."""

    def __init__(self, model: RowModel[ShownClient], theme: Theme) -> None:
        super().__init__(theme, model, _LOOK, cells=_ClientCells(theme, model, _ink, _mark))

    @property
    def chosen_client(self) -> ShownClient | None:
        row: ShownClient | None = self.chosen_item
        return row


class _ClientCells(RowCells):
    """Budgets are bars."""

    @override
    def paint_cell(
        self, painter: QPainter, inside: QRect, row: ShownClient, column: Column[ShownClient]
    ) -> None:
        if column.key == "budgets":
            self._paint_budgets(painter, inside, row)
        else:
            super().paint_cell(painter, inside, row, column)

    def _paint_budgets(self, painter: QPainter, inside: QRect, row: ShownClient) -> None:
        """A bar for each, one below the other, and the words of the one that has least left."""
        budgets = row.budgets[:_MOST_BARS]
        if not budgets:
            return
        space, colours = self._theme.space, self._theme.colours
        thick = space(1.5) if len(budgets) == 1 else space(1)
        step = thick + space(0.75)
        top = inside.top() + (inside.height() - step * len(budgets) + space(0.75)) / 2
        for at, line in enumerate(budgets):
            bar = QRectF(inside.left(), top + at * step, space(_BAR_UNITS), thick)
            paint_bar(painter, bar, budget_filling(line), colours)
        least = max(row.budgets, key=lambda each: (each.is_spent, each.used_share or 0.0))
        painter.setPen(colours.error if least.is_spent else colours.text)
        words = inside.adjusted(space(_BAR_UNITS) + space(2), 0, 0, 0)
        more = f" +{len(row.budgets) - 1}" if len(row.budgets) > 1 else ""
        self._texts.paint(painter, words, said(least.left) + more)
