"""Sums over jobs of what vendors' caches have done for them. Rows stay in the database.

Every call may wait for the disk, and raises StoreUnavailable, StoreCorrupt or SchemaTooNew.
"""

import threading
from collections.abc import Collection
from pathlib import Path
from typing import TYPE_CHECKING, Any

from llmgw_desktop.domain.cli import CliName
from llmgw_desktop.domain.flights.cache_state import CacheUse, LastUse, MarkedUse, ModelCacheUse
from llmgw_desktop.domain.usage import Figure, Usage
from llmgw_desktop.domain.values import value
from llmgw_desktop.store.database.database import open_database, told
from llmgw_desktop.store.database.steps import GATEWAY_STEPS

if TYPE_CHECKING:
    import sqlite3

_FIGURES = """
    SELECT id, cli, asked_at_s, ended_at_s, session_id, stable_prefix_hash,
        cache_control_blocks AS blocks, cache_control_ttl_seconds AS ttl_s,
        coalesce(json_extract(figures, '$.model'), model) AS model,
        json_extract(figures, '$.usage.input_tokens') AS input,
        json_extract(figures, '$.usage.cache_read_tokens') AS hit,
        json_extract(figures, '$.usage.cache_write_tokens') AS written,
        json_extract(figures, '$.usage.cache_write_1h_tokens') AS written_1h,
        coalesce(json_extract(figures, '$.usage.estimated'), 0) AS estimated,
        coalesce(json_extract(figures, '$.usage.partial'), 0) AS partial,
        state = 'completed' AS is_whole
    FROM jobs WHERE {where}
"""
_READ, _WRITTEN = Figure.CACHE_READ.value, Figure.CACHE_WRITE.value
_SUMS = f"""
    count(*), coalesce(sum(hit > 0), 0), sum(CASE WHEN hit IS NOT NULL THEN input END),
    sum(hit), sum(written), sum(written_1h),
    coalesce(max(hit IS NOT NULL AND estimated & {_READ}), 0),
    coalesce(max(written IS NOT NULL AND estimated & {_WRITTEN}), 0),
    coalesce(max(CASE WHEN hit IS NULL THEN is_whole ELSE partial & {_READ} > 0 END), 0),
    coalesce(max(CASE WHEN written IS NULL THEN is_whole ELSE partial & {_WRITTEN} > 0 END), 0)
"""
"""At the end: where a sum's parts come from. Of one whose parts are not all known it is a bound."""


@value
class Which:
    """Of which jobs. All conditions hold together."""

    owners: Collection[str]
    since_s: float | None = None
    session_id: str = ""
    prefix_hash: str = ""

    def where(self) -> tuple[str, list[Any]]:
        """Names and holes are ours."""
        holes = ", ".join("?" * len(self.owners))
        conditions, values = [f"owner IN ({holes})"], list[Any](self.owners)
        for condition, wanted in (
            ("asked_at_s >= ?", self.since_s),
            ("session_id = ? AND session_id <> ''", self.session_id or None),
            ("stable_prefix_hash = ? AND stable_prefix_hash <> ''", self.prefix_hash or None),
        ):
            if wanted is not None:
                conditions.append(condition)
                values.append(wanted)
        return " AND ".join(conditions), values


class CacheSums:
    """May be used from any thread; opens its file when it is first needed."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._lock = threading.Lock()
        self._connection: sqlite3.Connection | None = None

    def by_model(self, which: Which) -> list[ModelCacheUse]:
        """Those that were asked most come first; savings are not known here."""
        rows = self._read(
            f"SELECT cli, model, {_SUMS} FROM chosen GROUP BY 1, 2 ORDER BY 3 DESC, 1, 2",  # noqa: S608 - ours
            which,
        )
        return [
            ModelCacheUse(cli=CliName(cli), model=model or "", use=_use(sums))
            for cli, model, *sums in rows
        ]

    def span(self, which: Which) -> tuple[float, float] | None:
        """When the first of them was asked, and the last."""
        ((first, last),) = self._read("SELECT min(asked_at_s), max(asked_at_s) FROM chosen", which)
        return None if first is None else (first, last)

    def prefixes(self, which: Which) -> int:
        """How many different stable beginnings."""
        sql = "SELECT count(DISTINCT nullif(stable_prefix_hash, '')) FROM chosen"
        return int(self._read(sql, which)[0][0])

    def last(self, which: Which, now_s: float) -> LastUse | None:
        rows = self._read(
            "SELECT coalesce(ended_at_s, ?), blocks, ttl_s FROM chosen"
            " ORDER BY asked_at_s DESC, id DESC LIMIT 1",
            which,
            now_s,
        )
        return LastUse(at_s=rows[0][0], blocks=rows[0][1], ttl_s=rows[0][2]) if rows else None

    def marks(self, which: Which) -> MarkedUse:
        sql = f"SELECT {_SUMS} FROM chosen WHERE blocks > 0"  # noqa: S608 - ours
        (marked,) = self._read(sql, which)
        ((reused, written),) = self._read(
            "SELECT count(*), avg(written) FROM (SELECT written, row_number() OVER"
            " (PARTITION BY stable_prefix_hash ORDER BY asked_at_s, id) AS number FROM chosen"
            " WHERE stable_prefix_hash <> '') WHERE number > 1",
            which,
        )
        return MarkedUse(marked=_use(marked), reused=reused, written_after_first=written)

    def close(self) -> None:
        with self._lock:
            if self._connection is not None:
                self._connection.close()
                self._connection = None

    def _read(self, sql: str, which: Which, *values: Any) -> list[Any]:
        """`chosen` are in `sql` those that are meant, with their figures."""
        where, ours = which.where()
        whole = f"WITH chosen AS ({_FIGURES.format(where=where)}) {sql}"
        with self._lock, told(self._path):
            if self._connection is None:
                self._connection = open_database(self._path, GATEWAY_STEPS)
            return self._connection.execute(whole, [*ours, *values]).fetchall()


def _use(sums: Any) -> CacheUse:
    requests, hits, read, hit, written, written_1h, *marks = sums
    usage = Usage(
        estimated=_READ * marks[0] | _WRITTEN * marks[1],
        partial=_READ * marks[2] | _WRITTEN * marks[3],
        input_tokens=read,
        cache_read_tokens=hit,
        cache_write_tokens=written,
        cache_write_1h_tokens=written_1h,
    )
    return CacheUse(requests=requests, hits=hits, usage=usage)
