"""What is recorded of each client, by the client's id: read from an index that holds all of it."""

import sqlite3
from contextlib import suppress

import orjson

from llmgw_desktop.domain.client import ClientFigures
from llmgw_desktop.domain.usage import Figure, Provenance
from llmgw_desktop.store.figure_cells import PARTIAL_BITS
from llmgw_desktop.store.flights.sums import ERROR_STATES

MOST_OWNERS = 2000
"""A gateway behind a proxy may have had more; those of the first names are enough to look at."""
_AGENT_CHARS = 300
_ERRORS = ", ".join(f"'{state}'" for state in sorted(ERROR_STATES))
_OWNERS = """
    WITH RECURSIVE own(owner, number) AS (
        SELECT min(owner), 1 FROM flights WHERE owner IS NOT NULL
        UNION ALL
        SELECT (SELECT min(owner) FROM flights WHERE owner > own.owner), number + 1
        FROM own WHERE own.owner IS NOT NULL AND number < ?
    )
    SELECT owner FROM own WHERE owner IS NOT NULL
"""
"""From one name to the next: never over the rows between them."""
_TOKEN_BITS, _COST_BIT = int(Figure.INPUT | Figure.OUTPUT), Figure.COST.value
_SILENT = "state IN ('ok', 'cut') AND input_tokens IS NULL AND output_tokens IS NULL"
_PRICELESS = "cost_usd IS NULL AND input_tokens IS NOT NULL AND output_tokens IS NOT NULL"
_SUMS = (
    f"SELECT count(*), coalesce(sum(state IN ({_ERRORS})), 0), "  # noqa: S608
    "sum(input_tokens) FILTER (WHERE is_counted), sum(output_tokens) FILTER (WHERE is_counted), "
    "sum(cost_usd) FILTER (WHERE is_counted), "
    f"max(is_counted AND (marks >> {PARTIAL_BITS} & {_TOKEN_BITS} OR ({_SILENT}))), "
    f"max(is_counted AND marks & {_TOKEN_BITS} > 0), "
    f"max(is_counted AND (marks >> {PARTIAL_BITS} & {_COST_BIT} OR ({_PRICELESS}))), "
    f"max(is_counted AND marks & {_COST_BIT} > 0) "
    "FROM flights WHERE owner = ? AND started_at_s >= ?"
)
_LAST = (
    "SELECT started_at_s, (SELECT request_headers FROM flight_bodies WHERE flight = seq) "
    "FROM flights WHERE owner = ? ORDER BY started_at_s DESC LIMIT 1"
)


def read_by_owner(connection: sqlite3.Connection, since_s: float) -> dict[str, ClientFigures]:
    """Sums over what began since then; whoever ever asked is there."""
    return {
        owner: _figures(connection, owner, since_s)
        for (owner,) in connection.execute(_OWNERS, (MOST_OWNERS,)).fetchall()
    }


def _figures(connection: sqlite3.Connection, owner: str, since_s: float) -> ClientFigures:
    sums = connection.execute(_SUMS, (owner, since_s)).fetchone()
    flights, errors, read, written, cost, *marks = sums
    last_at_s, headers = connection.execute(_LAST, (owner,)).fetchone()
    is_told = read is not None or written is not None
    return ClientFigures(
        flights=flights,
        errors=errors,
        tokens=(read or 0) + (written or 0) if is_told else None,
        cost_usd=cost,
        tokens_provenance=_provenance(*marks[:2], is_known=is_told),
        cost_provenance=_provenance(*marks[2:], is_known=cost is not None),
        last_at_s=last_at_s,
        agent=_agent_in(headers),
    )


def _provenance(is_bound: int | None, is_estimated: int | None, *, is_known: bool) -> Provenance:
    if not is_known:
        return Provenance.UNKNOWN
    if is_bound:
        return Provenance.PARTIAL
    return Provenance.ESTIMATED if is_estimated else Provenance.TOLD


def _agent_in(headers: str | None) -> str:
    """Records of another version may hold anything."""
    with suppress(ValueError, TypeError, AttributeError):
        for name, words in orjson.loads(headers or "[]"):
            if name.lower() == "user-agent" and isinstance(words, str):
                return words[:_AGENT_CHARS]
    return ""
