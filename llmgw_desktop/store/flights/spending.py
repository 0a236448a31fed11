"""What was spent, read: from the kept sums where they reach, at the edges and
where a filter wants it from the flights themselves, so that every figure is exact however the
stretch is cut.
"""

import math
import sqlite3
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta
from typing import Any

import peewee

from llmgw_desktop.domain.flights.flight import FlightQuery, FlightState
from llmgw_desktop.domain.flights.spending import (
    PICOS,
    AgentSpending,
    FlightSpending,
    SumBy,
)
from llmgw_desktop.domain.model.prompt import Operation
from llmgw_desktop.domain.values import value
from llmgw_desktop.store.database.schema import FlightRow, SqlDialect
from llmgw_desktop.store.flights.conditions import conditions
from llmgw_desktop.store.flights.counts import (
    ANSWERED_STATES,
)
from llmgw_desktop.store.flights.kept_sums import (
    BROKEN_OFF,
    COST_BIT,
    COSTS,
    COUNTED_FLIGHTS,
    QUARTER_S,
    SPENDING_SUMS,
    TOKEN_BITS,
    TOKENS,
    kept_since_s,
)
from llmgw_desktop.store.flights.rows import PARTIAL_BITS, scrubbed

MOST_KEYS = 1000
"""Of those that cost most; a caller's label may be any word."""
_LATEST_S = 1e12
_ACCOUNT = "coalesce(account, provider, '')"
PROVIDER = "substr({0}, 1, instr({0} || '/', '/') - 1)"
# Keys as flights tell them, and as the kept sums do.
KEYS: dict[SumBy | None, tuple[str, str]] = {
    None: ("''", "''"),
    SumBy.CLIENT: ("client", "client"),
    SumBy.LABEL: ("coalesce(label, '')", "label"),
    SumBy.PROJECT: ("coalesce(project, '')", "project"),
    SumBy.ACCOUNT: (_ACCOUNT, "account"),
    SumBy.PROVIDER: (PROVIDER.format(_ACCOUNT), PROVIDER.format("account")),
    SumBy.MODEL: (
        "CASE WHEN provider IS NULL THEN '' ELSE coalesce(model_served, model_asked) END",
        "model",
    ),
    SumBy.JOB: ("job", ""),
    SumBy.CONVERSATION: ("coalesce(conversation, '')", ""),
    SumBy.AGENT: ("coalesce(agent, '')", ""),
}
"""An empty one is in no kept sum: the flights themselves are read."""
_PRICED_BY = f"({PROVIDER.format(_ACCOUNT)}) || char(31) || ({KEYS[SumBy.MODEL][0]})"
_BETWEEN = "\x1f"
OF_ACCOUNT = PROVIDER.format("account")
_PRICED_KEPT = f"({OF_ACCOUNT}) || char(31) || model"
_SPENDING_WORDS = {
    **{name: (name,) for name in ("client", "label", "project", "account")},
    "provider": (OF_ACCOUNT,),
    "model": ("model_asked", "model"),
}
"""What each name of a filter is compared with, in what is kept."""


def _among(states: Iterable[str]) -> str:
    return ", ".join(f"'{each}'" for each in sorted(states))


_ANSWERED = (
    f"operation = '{Operation.GENERATE}' AND attempts > 0 AND state IN ({_among(ANSWERED_STATES)})"
)
_PARTIAL = f"(coalesce(marks, 0) >> {PARTIAL_BITS})"
_OF_STATE = {each: f"state = '{each}'" for each in ("failed", "cut", "canceled")}
_ESTIMATED_COST = f"coalesce(marks, 0) & {COST_BIT} AND NOT {_PARTIAL} & {COST_BIT}"
_ESTIMATED_TOKENS = f"coalesce(marks, 0) & {TOKEN_BITS} AND NOT {_PARTIAL} & {TOKEN_BITS}"
_CONDITIONS = {
    "flights": "1",
    **_OF_STATE,
    "retried": "attempts > 1",
    "more_attempts": "max(attempts - 1, 0)",
    "unpriced": f"is_counted AND cost_usd IS NULL AND {_ANSWERED}",
    "bounded": f"is_counted AND cost_usd IS NOT NULL AND ({_PARTIAL} & {COST_BIT})",
    "guessed": f"is_counted AND cost_usd IS NOT NULL AND ({_ESTIMATED_COST})",
    "untold": f"is_counted AND (input_tokens IS NULL OR output_tokens IS NULL) AND {_ANSWERED}",
    "tokens_bounded": f"is_counted AND ({_PARTIAL} & {TOKEN_BITS})",
    "tokens_guessed": f"is_counted AND ({_ESTIMATED_TOKENS})",
}
_DOLLARS = "CAST(cost_usd AS INTEGER)"
_PICOS = f"CAST((cost_usd - {_DOLLARS}) * {PICOS}.0 + 0.5 AS INTEGER)"
_WHICH = {
    "cost": "1",
    "cut_cost": f"state IN ({_among(BROKEN_OFF)})",
    "retried_cost": "attempts > 1",
    "failed_cost": f"state = '{FlightState.FAILED}'",
}


def _of_flights() -> str:
    """SPENDING_SUMS as expressions over flights."""
    counted = [
        f"sum({_CONDITIONS[name]})"
        if name == "more_attempts"
        else f"sum(({_CONDITIONS[name]}) <> 0)"
        for name in COUNTED_FLIGHTS
    ]
    tokens = [f"sum({name}) FILTER (WHERE is_counted)" for name in TOKENS[:5]]
    base = "sum(input_tokens) FILTER (WHERE is_counted AND cache_read_tokens IS NOT NULL)"
    money = [
        f"sum({part}) FILTER (WHERE is_counted AND cost_usd IS NOT NULL AND {_WHICH[each]})"
        for each in COSTS
        for part in (_DOLLARS, _PICOS)
    ]
    return ", ".join((*counted, *tokens, base, *money))


_SUMS_OF_FLIGHTS = _of_flights()
_SUMS_OF_KEPT = ", ".join(f"sum({name})" for name in SPENDING_SUMS)


@value
class WhichFlights:
    """The flights that are summed."""

    query: FlightQuery
    without: tuple[str, ...] = ()
    """Providers whose flights are left out."""

    def is_kept(self, columns: Mapping[str, tuple[str, ...]]) -> bool:
        """Whether sums with these columns can tell: nothing else is asked for."""
        query, plain = self.query, FlightQuery()
        names = [each.name for each in query.terms]
        names += [name for name in ("client", "label", "provider") if getattr(query, name)]
        others = replace(
            query,
            since_s=None,
            until_s=None,
            owner=None,
            terms=(),
            client="",
            label="",
            provider="",
        )
        return others == plain and all(name in columns for name in names)

    def kept(self, columns: Mapping[str, tuple[str, ...]]) -> tuple[str, list[Any]]:
        """What holds of the kept rows beside their moment; `columns` by the name of a term."""
        where = [f"{OF_ACCOUNT} NOT IN ({', '.join('?' * len(self.without))})"]
        values: list[Any] = [*self.without]
        if self.query.owner is not None:
            where.append("owner = ?")
            values.append(self.query.owner)
        for name in ("client", "label", "provider"):
            if said := getattr(self.query, name):
                where.append(f"{columns[name][0]} = ?")
                values += scrubbed((said,))
        for term in self.query.terms:
            likes = []
            for wanted in scrubbed(term.values):
                for column in columns[term.name]:
                    likes.append(f"(lower({column}) {_like(wanted)} AND {column} <> '')")
                    values.append(wanted.replace("[", "[[]") if _is_pattern(wanted) else wanted)
            where.append(f"{'NOT ' if term.is_turned else ''}({' OR '.join(likes)})")
        return " AND ".join(where), values


def _is_pattern(value: str) -> bool:
    return "*" in value or "?" in value


def _like(value: str) -> str:
    return "GLOB ?" if _is_pattern(value) else "= ?"


def read_spending(
    connection: sqlite3.Connection, which: WhichFlights, by: SumBy | None = None
) -> dict[str, FlightSpending]:
    """By the words of their key; `''` for those that have none. Of a job only those that have
    one; a day is this computer's, as `2026-11-23`, the first comes first."""
    assert by is not SumBy.SESSION, "a session is known by its jobs"
    if by is SumBy.DAY:
        return _by_day(connection, which)
    return _spending(connection, which, KEYS[by], of_jobs=by is SumBy.JOB)


def _by_day(connection: sqlite3.Connection, which: WhichFlights) -> dict[str, FlightSpending]:
    whole = whole_of(which)
    first, last = connection.execute(
        "SELECT min(started_at_s), max(started_at_s) FROM flights "
        "WHERE started_at_s >= ? AND started_at_s < ?",
        (whole.since_s, whole.until_s),
    ).fetchone()
    found: dict[str, FlightSpending] = {}
    begins_s = math.inf if first is None else first
    while begins_s <= (last or 0.0):
        today = datetime.fromtimestamp(begins_s, UTC).astimezone().date()
        ends_s = midnight_s(today + timedelta(days=1))
        one = replace(
            which, query=replace(which.query, since_s=begins_s, until_s=min(ends_s, whole.until_s))
        )
        for spent in _spending(connection, one, KEYS[None]).values():
            if spent.flights:
                found[today.isoformat()] = spent
        begins_s = ends_s
    return found


def midnight_s(day: date) -> float:
    """When this computer's day begins."""
    return datetime.combine(day, time()).timestamp()


_MODELS = f"group_concat(DISTINCT {KEYS[SumBy.MODEL][0]})"


def read_agents(connection: sqlite3.Connection, which: WhichFlights) -> list[AgentSpending]:
    """Each agent's sums, in the order in which they began. What counts with other flights, such as
    a run whose requests passed the gateway, is none of anybody's requests."""
    asked = f"coalesce(conversation, ''), coalesce(agent, ''), min(started_at_s), {_MODELS}"
    select = rows_of(which, whole_of(which), f"{asked}, {_SUMS_OF_FLIGHTS}")
    select = select.where(FlightRow.is_counted == 1)
    select = select.group_by(peewee.SQL("1"), peewee.SQL("2")).order_by(peewee.SQL("3"))
    rows = connection.execute(*SqlDialect().compose(select.limit(MOST_KEYS)))
    return [
        AgentSpending(
            conversation=conversation,
            agent=agent,
            began_at_s=began_at_s,
            models=tuple(sorted(filter(None, (models or "").split(",")))),
            spent=_spent(figures),
        )
        for conversation, agent, began_at_s, models, *figures in rows
    ]


def read_by_price(
    connection: sqlite3.Connection, which: WhichFlights
) -> dict[tuple[str, str], FlightSpending]:
    """By provider and model, of which prices are known."""
    found = _spending(connection, which, (_PRICED_BY, _PRICED_KEPT))
    pairs = ((key.partition(_BETWEEN), each) for key, each in found.items())
    return {(provider, model): each for (provider, _, model), each in pairs}


def _spending(
    connection: sqlite3.Connection,
    which: WhichFlights,
    keys: tuple[str, str],
    *,
    of_jobs: bool = False,
) -> dict[str, FlightSpending]:
    sums: dict[str, FlightSpending] = defaultdict(FlightSpending)
    of_flights, of_kept = keys
    kept = pieces_of(connection, which, QUARTER_S, _SPENDING_WORDS)
    for piece in kept if of_kept else [whole_of(which)]:
        if piece.is_kept:
            where, values = which.kept(_SPENDING_WORDS)
            rows = connection.execute(
                f"SELECT {of_kept}, {_SUMS_OF_KEPT} FROM flight_spending "  # noqa: S608 - our names
                f"WHERE start_s >= ? AND start_s < ? AND {where} GROUP BY 1",
                [piece.since_s, piece.until_s, *values],
            )
        else:
            wanted = f"{of_flights} AS kept_by, {_SUMS_OF_FLIGHTS}"
            select = rows_of(which, piece, wanted).group_by(peewee.SQL("1"))
            if of_jobs:
                select = select.where(FlightRow.job.is_null(False))
            rows = connection.execute(*SqlDialect().compose(select))
        for key, *figures in rows:
            sums[key] += _spent(figures)
    dearest = sorted(sums, key=lambda key: (-(sums[key].cost_picos or 0), -sums[key].flights, key))
    return {key: sums[key] for key in dearest[:MOST_KEYS]}


def _spent(figures: Sequence[Any]) -> FlightSpending:
    told = dict(zip(SPENDING_SUMS, figures, strict=True))
    money: dict[str, Any] = {}
    for each in COSTS:
        dollars, picos = told.pop(f"{each}_dollars"), told.pop(f"{each}_picos")
        money[f"{each}_picos"] = None if dollars is None else dollars * PICOS + picos
    return FlightSpending(**told, **money)


@value(kw_only=False)
class SumPiece:
    since_s: float
    until_s: float
    is_kept: bool


def whole_of(which: WhichFlights) -> SumPiece:
    since_s, until_s = which.query.since_s, which.query.until_s
    until_s = _LATEST_S if until_s is None else min(until_s, _LATEST_S)
    return SumPiece(max(since_s or 0.0, 0.0), until_s, is_kept=False)


def pieces_of(
    connection: sqlite3.Connection,
    which: WhichFlights,
    span_s: int,
    words: Mapping[str, tuple[str, ...]],
) -> Iterator[SumPiece]:
    whole = whole_of(which)
    kept_s = min(kept_since_s(connection), _LATEST_S)
    first = math.ceil(max(whole.since_s, kept_s) / span_s) * span_s
    last = math.floor(whole.until_s / span_s) * span_s
    if not which.is_kept(words) or first >= last:
        if whole.since_s < whole.until_s:
            yield whole
        return
    for piece in (
        replace(whole, until_s=first),
        SumPiece(first, last, is_kept=True),
        replace(whole, since_s=last),
    ):
        if piece.since_s < piece.until_s:
            yield piece


def rows_of(which: WhichFlights, piece: SumPiece, wanted: str) -> Any:
    query = replace(which.query, since_s=piece.since_s, until_s=piece.until_s)
    select = FlightRow.select(peewee.SQL(wanted)).where(
        FlightRow.state != FlightState.RUNNING.value
    )
    for condition in conditions(query):
        select = select.where(condition)
    if which.without:
        provider = peewee.fn.COALESCE(FlightRow.provider, "")
        select = select.where(provider.not_in(list(which.without)))
    return select
