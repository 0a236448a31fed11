"""Flights as rows in two parts: what many of them have in common, and what each has of its own.

A program that asks a model again and again makes flights that differ in little but their figures.
To hand a value over to SQLite costs more than to store it, so the common part is made once and
handed over once.
"""

import math
from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from functools import lru_cache
from operator import itemgetter
from typing import Any

from llmgw_desktop.domain.flights.flight import FlightSummary
from llmgw_desktop.domain.model.prompt import Operation
from llmgw_desktop.domain.usage import NO_BILLING_FACTS
from llmgw_desktop.store.database.schema import FlightRow, columns
from llmgw_desktop.store.database.write_behind import Row
from llmgw_desktop.store.flights.counts import ANSWERED_STATES
from llmgw_desktop.store.flights.rows import (
    FACT_COLUMNS,
    MOST_TOKENS,
    NAME_CHARS,
    PARTIAL_BITS,
    TEXT_CHARS,
    billing_cell,
    fact_cells,
    hits_cell,
    scrubbed,
    search_words,
    short,
)

UNKNOWN = math.nan
"""In the place of None in a row's own part: SQLite stores it as NULL, and Python's module need not
ask an adapter about it, which it does for each None. Always this very object."""

COMMON_COLUMNS = (
    *("state", "client", "protocol", "operation", "model_asked", "model_served", "provider"),
    *("streaming", "status", "stop_reason", "error_kind", "attempts"),
    *("upstream_protocol", "losses", "account"),
    *FACT_COLUMNS,
    *("owner", "label", "guard_hits"),
    *("marks", "billing", "is_billed_by_vendor", "job", "is_counted", "project"),
    "replay_of",
)
OWN_COLUMNS = (
    *("id", "started_at_s", "ttft_ms", "took_ms", "input_tokens", "output_tokens"),
    *("cache_read_tokens", "cache_write_tokens", "reasoning_tokens"),
    *("request_bytes", "answer_bytes", "replied_chunks", "cache_write_1h_tokens", "cost_usd"),
    *("list_cost_usd", "own_ms", "conversation", "agent"),
    *("error_text", "search"),  # of a storm of failures no two may be the same
)
STATE, PROVIDER, ACCOUNT = map(COMMON_COLUMNS.index, ("state", "provider", "account"))
MARKS, IS_COUNTED = map(COMMON_COLUMNS.index, ("marks", "is_counted"))
OPERATION, ATTEMPTS = map(COMMON_COLUMNS.index, ("operation", "attempts"))

_NO_FACTS = (None,) * len(FACT_COLUMNS)
_whole = columns(FlightRow)[1:]
_common_of = itemgetter(*map(_whole.index, COMMON_COLUMNS))
_own_of = itemgetter(*map(_whole.index, OWN_COLUMNS))


@dataclass(slots=True)
class Alike:
    """Some flights with the same common part."""

    common: Row
    way: Row = ("", "")
    """Path and reason of the route, the common part of their bodies' rows."""
    own: list[Row] = field(default_factory=list)
    bodies: list[Row] = field(default_factory=list)
    """Of `own`, in their order, without path and reason; empty for flights that still run."""

    def one_by_one(self) -> Iterator["Alike"]:
        """Each flight by itself, mended so that SQLite can take it."""
        common, way = scrubbed(self.common), scrubbed(self.way)
        for number, own in enumerate(self.own):
            bodies = [scrubbed(body) for body in self.bodies[number : number + 1]]
            yield Alike(common, way, [scrubbed(own)], bodies)


def flight_parts(flight: FlightSummary, own_ms: float | None = None) -> tuple[Row, Row]:
    """COMMON_COLUMNS and OWN_COLUMNS. `own_ms`: how much of it was the gateway's own time. Of
    flights that are alike the first is mostly one object."""
    usage = flight.usage
    upstream = flight.upstream_protocol
    read, written = usage.input_tokens, usage.output_tokens
    cache_read, cache_written = usage.cache_read_tokens, usage.cache_write_tokens
    reasoning = usage.reasoning_tokens
    written_1h, cost_usd = usage.cache_write_1h_tokens, flight.cost_usd
    list_cost_usd = flight.list_cost_usd
    ttft_ms, took_ms = flight.ttft_ms, flight.took_ms
    told = (
        # `.value` goes through a descriptor and costs six times as much, on every flight.
        flight.state._value_,
        flight.client,
        flight.protocol._value_,
        flight.operation._value_,
        flight.model_asked,
        flight.model_served,
        flight.provider,
        flight.streaming,
        flight.status,
        flight.stop_reason,
        flight.error_kind,
        flight.attempts,
        None if upstream is None else upstream._value_,
        flight.losses,
        flight.account,
        flight.prompt_facts,
        flight.owner,
        flight.label,
        flight.guard_hits,
        usage.estimated | usage.partial << PARTIAL_BITS,
        None if usage.billing is NO_BILLING_FACTS else usage.billing,
        flight.is_billed_by_vendor,
        flight.job,
        flight.is_counted,
        flight.project,
        flight.replay_of,
    )
    common, words = _common(told)
    error_text = short(flight.error_text, TEXT_CHARS)
    own = (
        flight.id,
        flight.started_at_s,
        UNKNOWN if ttft_ms is None else ttft_ms,
        UNKNOWN if took_ms is None else took_ms,
        UNKNOWN if read is None or not 0 <= read <= MOST_TOKENS else read,
        UNKNOWN if written is None or not 0 <= written <= MOST_TOKENS else written,
        UNKNOWN if cache_read is None or not 0 <= cache_read <= MOST_TOKENS else cache_read,
        UNKNOWN
        if cache_written is None or not 0 <= cache_written <= MOST_TOKENS
        else cache_written,
        UNKNOWN if reasoning is None or not 0 <= reasoning <= MOST_TOKENS else reasoning,
        flight.request_bytes,
        flight.answer_bytes,
        flight.replied_chunks,
        UNKNOWN if written_1h is None or not 0 <= written_1h <= MOST_TOKENS else written_1h,
        UNKNOWN if cost_usd is None else cost_usd,
        UNKNOWN if list_cost_usd is None else list_cost_usd,
        UNKNOWN if own_ms is None else own_ms,
        flight.conversation or UNKNOWN,
        flight.agent or UNKNOWN,
        UNKNOWN if error_text is None else error_text,
        words if error_text is None else search_words(words, short(error_text, NAME_CHARS)),
    )
    return common, own


@lru_cache(maxsize=256)
def _common(told: Row) -> tuple[Row, str]:
    """With the words that a text filter looks into, but for those of an error."""
    state, client, protocol, operation, asked, served, provider, *rest = told
    streaming, status, stop_reason, error_kind, attempts, upstream, *more = rest
    losses, account, facts, owner, label, hits, *figures = more
    marks, billing, is_vendors, job, is_counted, project, replay_of = figures
    client, asked = client[:NAME_CHARS], asked[:NAME_CHARS]
    served, provider = short(served, NAME_CHARS), short(provider, NAME_CHARS)
    common = (
        state,
        client,
        protocol,
        operation,
        asked,
        served,
        provider,
        1 if streaming else 0,
        status,
        short(stop_reason, NAME_CHARS),
        error_kind,
        attempts,
        upstream,
        " ".join(losses) or None,
        short(account, NAME_CHARS),
        *(_NO_FACTS if facts is None else fact_cells(facts)),
        owner,
        label or None,
        hits_cell(hits),
        marks or None,
        None if billing is None else billing_cell(billing),
        1 if is_vendors else None,
        short(job, NAME_CHARS) or None,
        1 if is_counted else 0,
        short(project, NAME_CHARS) or None,
        short(replay_of, NAME_CHARS) or None,
    )
    return common, search_words(asked, served, client, label, provider, error_kind, job)


def of_stored(rows: Iterable[Row], state: str) -> list[Alike]:
    """From rows as they lie in the table, without `seq`, in another state."""
    made = []
    for row in rows:
        common = list(_common_of(row))
        common[STATE] = state
        own = tuple(UNKNOWN if each is None else each for each in _own_of(row))
        made.append(Alike(tuple(common), own=[own]))
    return made


Columns = tuple[tuple[Any, ...], ...]
"""Of OWN_COLUMNS, flight by flight: column by column is what is quick."""
_STARTED = OWN_COLUMNS.index("started_at_s")


def by_span(rows: list[Row], span_s: int) -> list[tuple[int, Columns]]:
    """By the stretch in which they began, told by its first second."""
    together: Columns = tuple(zip(*rows, strict=True))
    began = together[_STARTED]
    first = min(began) // span_s
    if first == max(began) // span_s:
        return [(int(first) * span_s, together)]
    found: dict[int, list[Row]] = defaultdict(list)
    for row in rows:
        found[int(row[_STARTED] // span_s) * span_s].append(row)
    return [(start_s, tuple(zip(*some, strict=True))) for start_s, some in found.items()]


def known(column: tuple[float, ...]) -> tuple[float, ...]:
    if UNKNOWN in column:
        return tuple([each for each in column if each is not UNKNOWN])
    return column


def of_known_cache(read: tuple[float, ...], cached: tuple[float, ...]) -> tuple[float, ...]:
    """The prompt tokens of those whose vendor told its cache figures."""
    if UNKNOWN not in cached:
        return read
    both = zip(read, cached, strict=True)
    return tuple([tokens for tokens, hit in both if hit is not UNKNOWN])


def is_answered(common: Row) -> bool:
    """Whoever was asked may have generated something."""
    if common[OPERATION] != Operation.GENERATE or not common[ATTEMPTS]:
        return False
    return common[STATE] in ANSWERED_STATES
