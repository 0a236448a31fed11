"""Sums that are kept beside the flights, so that a month of them is read at once: what was spent,
by quarters of an hour, and how long answers took, by hours.

Whole dollars and the rest of each cost are added as integers, so that no sum depends on its order.
Only what began after `flight_kept.since_s` is in the sums, and all of that; what began before, in a
file of an earlier version or cut by retention, is read from the flights themselves.
"""

import math
import sqlite3
from collections.abc import Iterable
from typing import Any

from llmgw_desktop.domain.flights.flight import FlightState
from llmgw_desktop.domain.flights.spending import PICOS
from llmgw_desktop.domain.model.prompt import Operation
from llmgw_desktop.domain.usage import Figure
from llmgw_desktop.store.database.write_behind import Row
from llmgw_desktop.store.flights.alike import (
    ACCOUNT,
    ATTEMPTS,
    COMMON_COLUMNS,
    IS_COUNTED,
    MARKS,
    OPERATION,
    OWN_COLUMNS,
    PROVIDER,
    STATE,
    UNKNOWN,
    Alike,
    Columns,
    by_span,
    is_answered,
    known,
    of_known_cache,
)
from llmgw_desktop.store.flights.counts import bins_of
from llmgw_desktop.store.flights.rows import marks_of

QUARTER_S, HOUR_S = 900, 3600
"""Days begin with a quarter of an hour in every time zone."""
SPENDING_KEYS = (
    *("start_s", "owner", "client", "label", "project", "account", "model", "model_asked"),
)
COUNTED_FLIGHTS = (
    *("flights", "failed", "cut", "canceled", "retried", "more_attempts"),
    *("unpriced", "bounded", "guessed", "untold", "tokens_bounded", "tokens_guessed"),
)
TOKENS = (
    *("input_tokens", "output_tokens", "cache_read_tokens", "cache_write_tokens"),
    *("cache_write_1h_tokens", "cache_known_input_tokens"),
)
COSTS = ("cost", "cut_cost", "retried_cost", "failed_cost")
MONEY = tuple(f"{each}_{part}" for each in COSTS for part in ("dollars", "picos"))
SPENDING_SUMS = (*COUNTED_FLIGHTS, *TOKENS, *MONEY)
TIMES_KEYS = ("start_s", "owner", "account", "model")
TIMED = ("ttft", "took", "own")
BROKEN_OFF = frozenset({FlightState.CUT.value, FlightState.CANCELED.value})
TOKEN_BITS, COST_BIT = int(Figure.INPUT | Figure.OUTPUT), Figure.COST.value

_CLIENT, _LABEL, _OWNER, _PROJECT, _SERVED, _ASKED = map(
    COMMON_COLUMNS.index,
    ("client", "label", "owner", "project", "model_served", "model_asked"),
)
_STARTED, _COST = map(OWN_COLUMNS.index, ("started_at_s", "cost_usd"))
_TOLD = tuple(map(OWN_COLUMNS.index, TOKENS[:5]))
_IN, _OUT, _READ = _TOLD[:3]
_ACCOUNT_AND_MODEL = slice(4, 6)
"""In what `_who` tells."""
_TIMES = tuple(map(OWN_COLUMNS.index, ("ttft_ms", "took_ms", "own_ms")))


def _upsert(table: str, keys: tuple[str, ...], sums: tuple[str, ...], add: str) -> str:
    holes = ", ".join("?" * (len(keys) + len(sums)))
    more = ", ".join(add.format(name=name) for name in sums)
    return (
        f"INSERT INTO {table} ({', '.join((*keys, *sums))}) VALUES ({holes}) "  # noqa: S608 - our names
        f"ON CONFLICT DO UPDATE SET {more}"
    )


_ADD_SPENT = _upsert(
    "flight_spending",
    SPENDING_KEYS,
    SPENDING_SUMS,
    "{name} = coalesce({name} + excluded.{name}, {name}, excluded.{name})",
)
_ADD_TIMES = _upsert(
    "flight_times", TIMES_KEYS, TIMED, "{name} = ttft_added({name}, excluded.{name})"
)


def kept_since_s(connection: sqlite3.Connection) -> float:
    """What began from then on is in the sums; nothing, where somebody took that row away."""
    row = connection.execute("SELECT since_s FROM flight_kept").fetchone()
    return math.inf if row is None else float(row[0])


def add_kept(connection: sqlite3.Connection, ended: Iterable[Alike]) -> None:
    """Count these ended flights. `sums.teach` must have been called."""
    since_s = kept_since_s(connection)
    for alike in ended:
        common = alike.common
        who, is_timed = _who(common), _is_timed(common)
        quarters = by_span(alike.own, QUARTER_S)
        for start_s, columns in quarters:
            if start_s >= since_s:
                connection.execute(_ADD_SPENT, (start_s, *who, *_spent(common, columns)))
        # what began in one quarter began in one hour
        hours = quarters if len(quarters) == 1 or not is_timed else by_span(alike.own, HOUR_S)
        for start_s, columns in hours if is_timed else ():
            hour_s = start_s // HOUR_S * HOUR_S
            if hour_s >= since_s:
                bins = [bins_of(known(columns[at])) for at in _TIMES]
                connection.execute(_ADD_TIMES, (hour_s, who[0], *who[_ACCOUNT_AND_MODEL], *bins))


def _is_timed(common: Row) -> bool:
    return bool(common[STATE] == FlightState.OK.value and common[OPERATION] == Operation.GENERATE)


def forget_kept(connection: sqlite3.Connection, edge_s: float) -> None:
    """Flights before this moment are gone: what is left of that hour is read from the flights."""
    since_s = -(-edge_s // HOUR_S) * HOUR_S
    if since_s <= kept_since_s(connection):
        return
    connection.execute("UPDATE flight_kept SET since_s = ?", (since_s,))
    connection.execute("DELETE FROM flight_spending WHERE start_s < ?", (since_s,))
    connection.execute("DELETE FROM flight_times WHERE start_s < ?", (since_s,))


def _who(common: Row) -> tuple[str, ...]:
    """SPENDING_KEYS without the first. A model that nobody answered with is a caller's own word."""
    provider = common[PROVIDER]
    model = "" if provider is None else common[_SERVED] or common[_ASKED]
    return (
        common[_OWNER] or "",
        common[_CLIENT],
        common[_LABEL] or "",
        common[_PROJECT] or "",
        common[ACCOUNT] or provider or "",
        model,
        common[_ASKED],
    )


def _spent(common: Row, columns: Columns) -> tuple[Any, ...]:
    """In the order of SPENDING_SUMS."""
    count, state, attempts = len(columns[_STARTED]), common[STATE], common[ATTEMPTS]
    is_retried = attempts > 1
    flights = (
        count,
        count * (state == FlightState.FAILED.value),
        count * (state == FlightState.CUT.value),
        count * (state == FlightState.CANCELED.value),
        count * is_retried,
        count * (attempts - 1) if is_retried else 0,
    )
    if not common[IS_COUNTED]:
        return (*flights, *(0,) * 6, *(None,) * (len(TOKENS) + len(MONEY)))
    tokens = [sum(told) if (told := known(columns[at])) else None for at in _TOLD]
    based = known(of_known_cache(columns[_IN], columns[_READ]))
    costs = known(columns[_COST])
    cost = _money(costs)
    nothing = (None, None)
    return (
        *flights,
        *_doubts(common, columns, priced=len(costs)),
        *tokens,
        sum(based) if based else None,
        *cost,
        *(cost if state in BROKEN_OFF else nothing),
        *(cost if is_retried else nothing),
        *(cost if state == FlightState.FAILED.value else nothing),
    )


def _doubts(common: Row, columns: Columns, *, priced: int) -> tuple[int, ...]:
    """The second half of COUNTED_FLIGHTS."""
    estimated, partial = marks_of(common[MARKS])
    may_be_billed = is_answered(common)
    count = len(columns[_STARTED])
    is_bound, is_token_bound = bool(partial & COST_BIT), bool(partial & TOKEN_BITS)
    untold = 0
    if may_be_billed:
        read, made = columns[_IN], columns[_OUT]
        if UNKNOWN in read or UNKNOWN in made:
            both = zip(read, made, strict=True)
            untold = sum([1 for each in both if UNKNOWN in each])
    return (
        count - priced if may_be_billed else 0,
        priced * is_bound,
        priced * (bool(estimated & COST_BIT) and not is_bound),
        untold,
        count * is_token_bound,
        count * (bool(estimated & TOKEN_BITS) and not is_token_bound),
    )


def _money(costs: tuple[float, ...]) -> tuple[int | None, int | None]:
    """Whole dollars and picos, each summed by itself; the store makes them of one flight alike."""
    if not costs:
        return None, None
    dollars = list(map(int, costs))
    rest = zip(costs, dollars, strict=True)
    return sum(dollars), sum([int((cost - whole) * PICOS + 0.5) for cost, whole in rest])
