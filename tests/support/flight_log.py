"""Reads what the gateway has recorded, from outside: straight from the file, and read only.

The one place in the tests that knows the recorder's table and column names.
"""

from __future__ import annotations

import sqlite3
import time
from collections.abc import Callable
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import Any

_TABLE = "flights"


@dataclass(frozen=True, slots=True, kw_only=True)
class Flight:
    id: str
    state: str
    client: str
    protocol: str
    operation: str
    model_asked: str
    model_served: str | None
    provider: str | None
    streaming: bool
    status: int | None
    input_tokens: int | None
    output_tokens: int | None
    cache_read_tokens: int | None
    cache_write_tokens: int | None
    reasoning_tokens: int | None
    cost_usd: float | None
    stop_reason: str | None
    error_kind: str | None
    error_text: str | None
    ttft_ms: float | None
    took_ms: float | None
    label: str | None


_COLUMNS: tuple[str, ...] = tuple(Flight.__dataclass_fields__)
"""The recorder calls its columns as the domain calls the fields."""


def database(home: Path) -> Path:
    return home / "data" / "flights.db"


def read_flights(home: Path) -> list[Flight]:
    """Oldest first. Empty while the recorder has not made its database yet."""
    if not database(home).exists():
        return []
    uri = f"{database(home).as_uri()}?mode=ro"
    with closing(sqlite3.connect(uri, uri=True, timeout=5)) as connection:
        made = connection.execute("SELECT name FROM pragma_table_info(?)", [_TABLE])
        if not {name for (name,) in made} >= set(_COLUMNS):
            return []  # a new file gets its columns step by step
        rows = connection.execute(
            f"SELECT {', '.join(_COLUMNS)} FROM {_TABLE} ORDER BY started_at_s, id"
        ).fetchall()
    return [_flight(dict(zip(_COLUMNS, row, strict=True))) for row in rows]


def _flight(row: dict[str, Any]) -> Flight:
    return Flight(**(row | {"streaming": bool(row["streaming"])}))


def wait_flight(home: Path, flight_id: str, timeout_s: float = 10.0) -> Flight:
    """The flight, once it has ended and is on disk."""

    def found(flights: list[Flight]) -> list[Flight]:
        return [f for f in flights if f.id == flight_id and f.state != "running"]

    return wait_flights(home, lambda flights: bool(found(flights)), timeout_s, found)[0]


def wait_flights(
    home: Path,
    enough: Callable[[list[Flight]], bool],
    timeout_s: float = 10.0,
    pick: Callable[[list[Flight]], list[Flight]] = lambda flights: flights,
) -> list[Flight]:
    """All flights, as soon as they are what a test waits for: the recorder writes in batches."""
    ends = time.monotonic() + timeout_s
    while True:
        flights = read_flights(home)
        if enough(flights):
            return pick(flights)
        assert time.monotonic() < ends, f"not recorded in {timeout_s} s; there is: {flights}"
        time.sleep(0.02)


def integrity(path: Path) -> str:
    """SQLite's own word on a database: "ok" or what is wrong."""
    with closing(sqlite3.connect(f"{path.as_uri()}?mode=ro", uri=True, timeout=5)) as connection:
        return str(connection.execute("PRAGMA integrity_check").fetchone()[0])
