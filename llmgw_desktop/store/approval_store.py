"""The gate's decisions as rows of `gateway.db`; the oldest give way when there are very many."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import orjson

from llmgw_desktop.domain.approval import Approval, ApprovalStatus
from llmgw_desktop.domain.audit import Act
from llmgw_desktop.domain.cli import CliName
from llmgw_desktop.store.at_rest.cells import PLAIN, AtRest, place
from llmgw_desktop.store.audit_rows import note
from llmgw_desktop.store.gateway_file import GatewayFile
from llmgw_desktop.store.schema import ApprovalRow, Dialect, cells, columns

MOST_KEPT = 10_000
_COLUMNS = columns(ApprovalRow)
_LISTS = ("reasons", "requested_mcp_servers")
_SAID = ("prompt_preview", "metadata")
"""Encrypted."""
_FLAGS = ("bypass_requested", "full_auto")


class ApprovalStore:
    """May be used from any thread; opens its file when it is first needed.

    Everything raises StoreUnavailable, StoreCorrupt or SchemaTooNew.
    """

    def __init__(self, path: Path, at_rest: AtRest = PLAIN) -> None:
        self._at_rest = at_rest
        self._file = GatewayFile(path)
        self._dialect = Dialect()

    def add(self, approval: Approval) -> None:
        oldest = ApprovalRow.select(ApprovalRow.at_s).order_by(ApprovalRow.at_s.desc())
        surplus = oldest.offset(MOST_KEPT).limit(1)
        queries = (
            ApprovalRow.insert(cells(self._row(approval))),
            ApprovalRow.delete().where(ApprovalRow.at_s <= surplus),
        )
        with self._file.transaction() as connection:
            for query in queries:
                connection.execute(*self._dialect.compose(query))
            note(connection, _act(approval))

    def recent(
        self, owner: str | None, cli: CliName | None = None, *, limit: int = 50
    ) -> list[Approval]:
        """Newest first; without an owner everybody's."""
        wanted = ApprovalRow.id != "" if owner is None else ApprovalRow.owner == owner
        if cli is not None:
            wanted &= ApprovalRow.cli == cli
        newest = ApprovalRow.at_s.desc(), ApprovalRow.id.desc()
        query = ApprovalRow.select().where(wanted).order_by(*newest).limit(limit)
        rows = self._file.run(*self._dialect.compose(query.tuples()))
        return [self._approval(row) for row in rows]

    def close(self) -> None:
        self._file.close()

    def _row(self, approval: Approval) -> dict[str, Any]:
        row = {name: getattr(approval, name) for name in _COLUMNS}
        written = {name: orjson.dumps(row[name]).decode() for name in (*_LISTS, "metadata")}
        flags = {name: int(row[name]) for name in _FLAGS}
        row |= written | flags | {"status": str(approval.status), "cli": str(approval.cli)}
        return row | {
            name: self._at_rest.cell_or_withheld(row[name], place("approvals", name, approval.id))
            for name in _SAID
        }

    def _approval(self, values: Sequence[Any]) -> Approval:
        row = dict(zip(_COLUMNS, values, strict=True))
        for name in _SAID:
            row[name] = self._at_rest.text_or_words(row[name], place("approvals", name, row["id"]))
        read = {name: tuple(orjson.loads(row[name])) for name in _LISTS}
        flags = {name: bool(row[name]) for name in _FLAGS}
        told = {"status": ApprovalStatus(row["status"]), "cli": CliName(row["cli"])}
        metadata = row["metadata"]
        metadata = orjson.loads(metadata) if metadata.startswith("{") else {"unreadable": metadata}
        return Approval(**row | read | flags | told | {"metadata": metadata})


def _act(approval: Approval) -> Act:
    """Short: all that was weighed stands in its own row."""
    return Act(
        verb=f"gate.{approval.status}",
        subject=f"{approval.cli} {approval.operation}",
        after={"score": approval.score, "policy": approval.policy},
        note=f"approval {approval.id}",
    )
