"""What clients have spent of their budgets, what caps have counted and what a person said of lines
that are kept for him, in `gateway.db`, written behind. A killed process forgets what was spent in
its last fifth of a second.
"""

import threading
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

import peewee

from llmgw_desktop.domain.brakes import CapKey, CapKind, KeptCap, KeptLine
from llmgw_desktop.domain.policy import BudgetKey, KeptSpent, Measure, Period
from llmgw_desktop.store.database.gateway_file import GatewayFile
from llmgw_desktop.store.database.schema import SqlDialect, columns
from llmgw_desktop.store.database.write_behind import Insert, WriteBehind


class SpentRow(peewee.Model):
    """What was spent of one budget in its period."""

    client = peewee.TextField()
    measure = peewee.TextField()
    period = peewee.TextField()
    begins_at_s = peewee.FloatField(null=True)
    used = peewee.FloatField()
    told = peewee.IntegerField()
    since_s = peewee.FloatField(null=True)

    class Meta:
        table_name = "spent"
        primary_key = peewee.CompositeKey("client", "measure", "period")


_Row = tuple[str, str, str, float | None, float, int, float | None]
_INSERT = Insert("OR REPLACE INTO spent", (), columns(SpentRow))


class SpentStore:
    """May be used from any thread. `all` raises StoreUnavailable, StoreCorrupt, SchemaTooNew."""

    def __init__(self, path: Path) -> None:
        self._file = GatewayFile(path)
        self._dialect = SqlDialect()
        self._behind: WriteBehind[_Row] = WriteBehind(
            "what clients have spent", "spent-writer", self._write
        )

    def keep(self, key: BudgetKey, kept: KeptSpent) -> None:
        """Quick."""
        client, measure, period = key
        row = (client, str(measure), str(period), *kept)
        self._behind.put("\x1f".join(row[:3]), row)

    def all(self) -> dict[BudgetKey, KeptSpent]:
        rows = self._file.run(*self._dialect.compose(SpentRow.select().tuples()))
        known = set(Measure), set(Period)
        return {
            (client, Measure(measure), Period(period)): KeptSpent(*kept)
            for client, measure, period, *kept in rows
            if measure in known[0] and period in known[1]
        }

    def close(self) -> None:
        """What waits is written."""
        self._behind.close()
        self._file.close()

    def _write(self, batch: dict[str, _Row]) -> None:
        """On the writer thread."""
        with self._file.transaction() as connection:
            _INSERT.run(connection, (), list(batch.values()))


class CapMeterRow(peewee.Model):
    """What one conversation, agent, run or label has used; as of KeptCap."""

    kind = peewee.TextField()
    client_id = peewee.TextField()
    mark = peewee.TextField()
    client = peewee.TextField()
    conversation = peewee.TextField()
    model = peewee.TextField()
    begins_at_s = peewee.FloatField()
    ends_at_s = peewee.FloatField(null=True)
    last_at_s = peewee.FloatField()
    tokens = peewee.IntegerField()
    usd = peewee.FloatField()
    requests = peewee.IntegerField()
    unpriced = peewee.IntegerField()
    times = peewee.IntegerField()
    told = peewee.IntegerField()
    is_stopped = peewee.IntegerField()

    class Meta:
        table_name = "cap_meters"
        primary_key = peewee.CompositeKey("kind", "client_id", "mark")


_CAP_INSERT = Insert("OR REPLACE INTO cap_meters", (), columns(CapMeterRow))
_MOST_CHANGED = 20_000
"""Where the disk takes nothing; beyond these the oldest is not written any more."""


class CapStore:
    """May be used from any thread. `all` raises StoreUnavailable, StoreCorrupt, SchemaTooNew."""

    def __init__(self, path: Path) -> None:
        self._file = GatewayFile(path)
        self._dialect = SqlDialect()
        self._lock = threading.Lock()
        self._changed: dict[CapKey, Callable[[], KeptCap] | None] = {}
        """What each is now, asked when it is written; None: forgotten."""
        self._is_cleared = False
        self._is_told = False
        self._behind: WriteBehind[None] = WriteBehind(
            "what caps have counted", "caps-writer", self._write
        )

    def keep(self, kept: Mapping[CapKey, Callable[[], KeptCap]]) -> None:
        """Quick, for it is done with each request. What each is now is asked by another thread,
        which may see a change by half: who changes it comes again."""
        with self._lock:
            self._changed.update(kept)
            if self._is_told:
                return
            self._is_told = True
        self._behind.put("", None)

    def forget(self, key: CapKey) -> None:
        """Quick."""
        with self._lock:
            self._changed[key] = None
            if len(self._changed) > _MOST_CHANGED:
                oldest = self._changed.pop(next(iter(self._changed)))
                if oldest is not None:
                    oldest()  # it learns that nobody waits for it
        self._behind.put("", None)

    def forget_all(self) -> None:
        """Quick."""
        with self._lock:
            self._changed, self._is_cleared = {}, True
        self._behind.put("", None)

    def all(self, most: int) -> list[KeptCap]:
        """The latest of them, the latest last."""
        query = CapMeterRow.select().order_by(CapMeterRow.last_at_s.desc()).limit(most)
        rows = self._file.run(*self._dialect.compose(query.tuples()))
        known = {kind.value for kind in CapKind}
        return [
            KeptCap._make((*row[:-1], bool(row[-1]))) for row in reversed(rows) if row[0] in known
        ]

    def close(self) -> None:
        """What waits is written."""
        self._behind.close()
        self._file.close()

    def _write(self, batch: dict[str, None]) -> None:
        """On the writer thread."""
        del batch
        with self._lock:
            changed, self._changed = self._changed, {}
            is_cleared, self._is_cleared, self._is_told = self._is_cleared, False, False
        try:
            self._put(changed, is_cleared=is_cleared)
        except BaseException:
            with self._lock:
                if not self._is_cleared:
                    self._changed = changed | self._changed
                self._is_cleared |= is_cleared
            raise

    def _put(
        self, changed: Mapping[CapKey, Callable[[], KeptCap] | None], *, is_cleared: bool
    ) -> None:
        kept = [each() for each in changed.values() if each is not None]
        with self._file.transaction() as connection:
            if is_cleared:
                connection.execute(*self._dialect.compose(CapMeterRow.delete()))
            _CAP_INSERT.run(connection, (), kept)
            for kind, client_id, mark in [key for key, each in changed.items() if each is None]:
                row = CapMeterRow
                which = (row.kind == kind) & (row.client_id == client_id) & (row.mark == mark)
                connection.execute(*self._dialect.compose(row.delete().where(which)))


class LineRow(peewee.Model):
    """What a person said of one window's line; as of KeptLine."""

    window = peewee.TextField()
    what = peewee.TextField()
    reserve = peewee.FloatField()
    line = peewee.FloatField()
    since_s = peewee.FloatField()
    until_s = peewee.FloatField()

    class Meta:
        table_name = "reserve_lines"
        primary_key = peewee.CompositeKey("window", "what")


_LINE_INSERT = Insert("OR REPLACE INTO reserve_lines", (), columns(LineRow))


class LineStore:
    """May be used from any thread. `all` raises StoreUnavailable, StoreCorrupt, SchemaTooNew."""

    def __init__(self, path: Path) -> None:
        self._file = GatewayFile(path)
        self._dialect = SqlDialect()
        self._behind: WriteBehind[Sequence[KeptLine]] = WriteBehind(
            "what was said of lines kept for the person", "lines-writer", self._write
        )

    def keep(self, lines: Sequence[KeptLine]) -> None:
        """These and no others. Quick."""
        self._behind.put("", lines)

    def all(self) -> list[KeptLine]:
        rows = self._file.run(*self._dialect.compose(LineRow.select().tuples()))
        return [KeptLine._make(row) for row in rows]

    def close(self) -> None:
        """What waits is written."""
        self._behind.close()
        self._file.close()

    def _write(self, batch: dict[str, Sequence[KeptLine]]) -> None:
        """On the writer thread."""
        with self._file.transaction() as connection:
            connection.execute(*self._dialect.compose(LineRow.delete()))
            for lines in batch.values():
                _LINE_INSERT.run(connection, (), list(lines))
