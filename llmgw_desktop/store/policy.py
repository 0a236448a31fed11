"""What clients have spent of their budgets, in `gateway.db`, written behind.

A killed process forgets what was spent in its last fifth of a second.
"""

from pathlib import Path

from llmgw_desktop.domain.policy import BudgetKey, KeptSpent, Measure, Period
from llmgw_desktop.store.database.gateway_file import GatewayFile
from llmgw_desktop.store.database.schema import SpentRow, SqlDialect, columns
from llmgw_desktop.store.database.write_behind import Insert, WriteBehind

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
