"""Each client as a row: how it stands, what it asked today, what is left of what it may spend."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum

from llmgw_desktop.app.account_words import ago_text
from llmgw_desktop.app.client_desk.agents import program_words
from llmgw_desktop.app.client_desk.known import EVERYBODY, ClientKind, KnownClient
from llmgw_desktop.app.client_desk.limit_words import (
    BudgetLine,
    RefusalLine,
    budget_lines,
    day_words,
    rate_name,
    rate_words,
    refusal_lines,
)
from llmgw_desktop.app.consent_words import program_name
from llmgw_desktop.app.figures import UNKNOWN, count_text, marked, marked_money, short_count_text
from llmgw_desktop.app.flood_words import flood_state
from llmgw_desktop.app.inert_text import inert_line
from llmgw_desktop.domain.client import ClientFigures
from llmgw_desktop.domain.flood import Flood
from llmgw_desktop.domain.policy import ClientPolicy, ClientStanding

_ONLY_SETTINGS = frozenset({ClientKind.EVERYBODY, ClientKind.NOBODY})


class ClientState(StrEnum):
    """How it stands; where several hold, what keeps it from asking comes before the others."""

    REVOKED = "revoked"
    EXPIRED = "expired"
    PAUSED = "paused"
    OUTSIDE = "not let in"
    SPENT = "budget used up"
    CROWDING = "too many connections"
    RESTING = "limited"
    RUNNING = "running"
    READY = "ready"
    SETTINGS = ""
    """Nobody: it stands in the settings alone."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ClientRow:
    """All that list and pane show of one; `key` tells it from all others."""

    key: str
    name: str
    known: KnownClient
    state: ClientState
    state_words: str
    seen: str
    program: str
    requests: str
    tokens: str
    cost: str
    budgets: tuple[BudgetLine, ...]
    rates: tuple[str, ...]
    refusals: tuple[RefusalLine, ...]
    policy: ClientPolicy | None
    """That holds for it, which may be that of all others."""
    running: int = 0
    last_at_s: float | None = None

    @property
    def kind(self) -> ClientKind:
        return self.known.kind

    @property
    def is_client(self) -> bool:
        """Somebody, not only a table of the settings."""
        return self.kind not in _ONLY_SETTINGS

    @property
    def is_revoked(self) -> bool:
        return self.state is ClientState.REVOKED

    @property
    def asked_words(self) -> str:
        """Of today."""
        return f"{self.requests} {'request' if self.requests == '1' else 'requests'}"

    @property
    def words(self) -> str:
        """For a screen reader, and for who looks for it."""
        budgets = "; ".join(f"{each.name}: {each.left}" for each in self.budgets)
        asked = f"{self.asked_words} today" if self.is_client else ""
        parts = (self.name, self.kind.value, self.state_words, self.program, asked, budgets)
        return ", ".join(part for part in parts if part)


@dataclass(frozen=True, slots=True, kw_only=True)
class Seen:
    """What rows are made of, besides who is known."""

    standings: Mapping[str, ClientStanding]
    """By id."""
    figures: Mapping[str, ClientFigures]
    """By id."""
    policies: Mapping[str, ClientPolicy]
    """By the names of their tables."""
    now_s: float
    floods: Mapping[str, Flood] = field(default_factory=dict)
    """By id."""


_CROWDED_OUT = frozenset({ClientState.RESTING, ClientState.RUNNING, ClientState.READY})
"""What matters less than that it floods the gateway."""


def client_rows(known: Sequence[KnownClient], seen: Seen) -> tuple[ClientRow, ...]:
    """This computer's person first, those that can ask no more and mere settings last; between
    them who asked last."""
    rows = [_row(each, seen) for each in known]
    return tuple(sorted(rows, key=_place))


def _row(known: KnownClient, seen: Seen) -> ClientRow:
    now_s = seen.now_s
    standing, figures = seen.standings.get(known.id), seen.figures.get(known.id, ClientFigures())
    policy = _policy(known, standing, seen.policies)
    budgets = budget_lines(policy, () if standing is None else standing.budgets, now_s, figures)
    refusals = refusal_lines(() if standing is None else standing.refusals, now_s)
    flood = seen.floods.get(known.id)
    state = _state(known, policy, budgets, refusals, standing, now_s)
    if flood is not None and state in _CROWDED_OUT:
        state = ClientState.CROWDING
    is_client = known.kind not in _ONLY_SETTINGS
    return ClientRow(
        key=known.id,
        name=inert_line(known.name, 60),
        known=known,
        state=state,
        state_words=(
            flood_state(flood, now_s)
            if flood is not None and state is ClientState.CROWDING
            else _state_words(state, known, policy, refusals, standing, now_s)
        ),
        seen=_seen(figures, now_s) if is_client else "",
        program=_program(known, figures),
        requests=count_text(figures.flights) if is_client else "",
        tokens=_tokens(figures) if is_client else "",
        cost=_cost(figures) if is_client else "",
        budgets=budgets,
        rates=_rates(policy, standing),
        refusals=refusals,
        policy=policy,
        running=0 if standing is None else standing.running,
        last_at_s=figures.last_at_s,
    )


def _tokens(figures: ClientFigures) -> str:
    count = figures.tokens if figures.flights else 0
    return marked(short_count_text(count), figures.tokens_provenance)


def _cost(figures: ClientFigures) -> str:
    return marked_money(figures.cost_usd if figures.flights else 0.0, figures.cost_provenance)


def _rates(policy: ClientPolicy | None, standing: ClientStanding | None) -> tuple[str, ...]:
    if standing is not None and standing.rates:
        return tuple(rate_words(each) for each in standing.rates)
    return tuple(rate_name(each) for each in policy.rate_limits) if policy is not None else ()


def _policy(
    known: KnownClient, standing: ClientStanding | None, policies: Mapping[str, ClientPolicy]
) -> ClientPolicy | None:
    if known.revoked_at_s is not None:
        return None
    own = policies.get(known.table)
    if known.kind in _ONLY_SETTINGS or (own is not None and not own.has_labels_alone):
        return own
    return standing.policy if standing is not None else policies.get(EVERYBODY)


def _state(
    known: KnownClient,
    policy: ClientPolicy | None,
    budgets: Sequence[BudgetLine],
    refusals: Sequence[RefusalLine],
    standing: ClientStanding | None,
    now_s: float,
) -> ClientState:
    expires_at_s = None if policy is None else policy.expires_at_s
    holds = (
        (ClientState.SETTINGS, known.kind in _ONLY_SETTINGS),
        (ClientState.REVOKED, known.revoked_at_s is not None),
        (ClientState.EXPIRED, expires_at_s is not None and now_s >= expires_at_s),
        (ClientState.PAUSED, policy is not None and policy.paused),
        (ClientState.OUTSIDE, known.kind is ClientKind.OAUTH and not known.grants),
        (ClientState.SPENT, any(each.is_spent for each in budgets)),
        (ClientState.RESTING, any(each.is_closed for each in refusals)),
        (ClientState.RUNNING, standing is not None and standing.running > 0),
    )
    return next((state for state, does in holds if does), ClientState.READY)


def _state_words(
    state: ClientState,
    known: KnownClient,
    policy: ClientPolicy | None,
    refusals: Sequence[RefusalLine],
    standing: ClientStanding | None,
    now_s: float,
) -> str:
    running = f"{standing.running:,} running" if standing is not None and standing.running else ""
    match state:
        case ClientState.RUNNING:
            return running
        case ClientState.REVOKED if known.revoked_at_s is not None:
            return f"revoked {day_words(known.revoked_at_s, now_s)}"
        case ClientState.EXPIRED if policy is not None and policy.expires_at_s is not None:
            return f"expired {day_words(policy.expires_at_s - 1, now_s)}"
        case ClientState.RESTING:
            return next(each.soon for each in refusals if each.is_closed)
        case ClientState.SETTINGS:
            return "limits alone" if known.kind is ClientKind.NOBODY else ""
        case _:
            return f"{state.value}, {running}" if running else state.value


def _seen(figures: ClientFigures, now_s: float) -> str:
    return ago_text(figures.last_at_s, now_s) or "never"


def _program(known: KnownClient, figures: ClientFigures) -> str:
    """What it says of itself; where it says nothing, the program that was let in."""
    seen = next((name for each in known.grants if (name := program_name(each.peer))), "")
    if known.kind in _ONLY_SETTINGS:
        return ""
    return program_words(figures.agent) or seen or UNKNOWN


def _place(row: ClientRow) -> tuple[int, float, str]:
    if row.is_revoked:
        rank = 3
    elif not row.is_client:
        rank = 2
    else:
        rank = 0 if row.kind is ClientKind.PERSON else 1
    return rank, -(row.last_at_s or row.known.made_at_s or 0.0), row.name
