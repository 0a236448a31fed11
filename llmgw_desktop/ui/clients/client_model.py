"""Clients as rows of a table, and the mark of each way a client can stand: a shape of its own, and
a colour. What they say comes ready from `app/clients`."""

from PySide6.QtCore import QObject
from PySide6.QtGui import QColor

from llmgw_desktop.app.clients.rows import ClientState, ShownClient
from llmgw_desktop.app.flights.provenance_words import MARKS_HINT
from llmgw_desktop.ui.palettes import Colours
from llmgw_desktop.ui.widgets.label import Tone
from llmgw_desktop.ui.widgets.row_model import Column, RowModel, no_tip


def _refusals(row: ShownClient) -> str:
    return "\n".join(f"{each.words} {each.opens}".strip() for each in row.refusals)


COLUMNS: tuple[Column[ShownClient], ...] = (
    Column(
        key="name",
        title="Client",
        hint="Who asks",
        text=lambda row: row.name,
        has_mark=True,
        spoken=lambda row: row.words,
    ),
    Column(
        key="kind",
        title="Kind",
        hint="How it proves who it is",
        text=lambda row: row.kind.value,
        widest="let in by OAuth",
        is_quiet=True,
        tells=no_tip,
    ),
    Column(
        key="state",
        title="State",
        hint="How it stands now",
        text=lambda row: row.state_short,
        widest="paused, 12 running",
        tells=lambda row: _refusals(row) or row.state_short,
    ),
    Column(
        key="seen",
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
    colour: QColor = getattr(colours, _MARKS[state][1].value)
    return colour
