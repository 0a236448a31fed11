"""The worktrees of jobs as rows of `gateway.db`: written before anything is made on the disk."""

import sqlite3
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from llmgw_desktop.domain.audit import Act
from llmgw_desktop.domain.worktree import Worktree, WorktreeState
from llmgw_desktop.store.audit_rows import note, note_or_log
from llmgw_desktop.store.gateway_file import GatewayFile
from llmgw_desktop.store.schema import Dialect, WorktreeRow, columns

_COLUMNS = columns(WorktreeRow)


class WorktreeStore:
    """May be used from any thread; opens its file when it is first needed.

    Everything raises StoreUnavailable, StoreCorrupt or SchemaTooNew.
    """

    def __init__(self, path: Path) -> None:
        self._file = GatewayFile(path)
        self._dialect = Dialect()

    def add(self, worktree: Worktree) -> None:
        act = Act(verb="worktree.added", subject=worktree.branch, after=_shown(worktree))
        with self._file.transaction() as connection:
            connection.execute(*self._dialect.compose(WorktreeRow.insert(_row(worktree))))
            note(connection, replace(act, note=worktree.id))

    def move(
        self, worktree_id: str, state: WorktreeState | None = None, *, job_id: str = ""
    ) -> None:
        """To another state, or to another job; what is not said stays."""
        changes: dict[str, Any] = {"state": str(state)} if state else {}
        changes |= {"job_id": job_id} if job_id else {}
        query = WorktreeRow.update(changes).where(WorktreeRow.id == worktree_id)
        with self._file.transaction() as connection:
            if state is WorktreeState.REMOVED:
                self._note_removed(connection, worktree_id)
            connection.execute(*self._dialect.compose(query))

    def all(self, owner: str | None = None, *, limit: int = 1000) -> list[Worktree]:
        """Newest first, those too that are gone; without an owner everybody's."""
        wanted = WorktreeRow.id != "" if owner is None else WorktreeRow.owner == owner
        newest = WorktreeRow.made_at_s.desc(), WorktreeRow.id.desc()
        rows = self._run(WorktreeRow.select().where(wanted).order_by(*newest).limit(limit).tuples())
        return [_worktree(row) for row in rows]

    def get(self, worktree_id: str, owner: str | None = None) -> Worktree | None:
        wanted = WorktreeRow.id == worktree_id
        if owner is not None:
            wanted &= WorktreeRow.owner == owner
        rows = self._run(WorktreeRow.select().where(wanted).tuples())
        return _worktree(rows[0]) if rows else None

    def delete(self, worktree_id: str) -> None:
        with self._file.transaction() as connection:
            self._note_removed(connection, worktree_id)
            query = WorktreeRow.delete().where(WorktreeRow.id == worktree_id)
            connection.execute(*self._dialect.compose(query))

    def forget(self, before_s: float) -> None:
        """Those that are gone and were made before."""
        old = (WorktreeRow.state == str(WorktreeState.REMOVED)) & (WorktreeRow.made_at_s < before_s)
        self._run(WorktreeRow.delete().where(old))

    def close(self) -> None:
        self._file.close()

    def _note_removed(self, connection: sqlite3.Connection, worktree_id: str) -> None:
        """Unless it was before."""
        query = WorktreeRow.select().where(WorktreeRow.id == worktree_id).tuples()
        row = connection.execute(*self._dialect.compose(query)).fetchone()
        if row is not None and (was := _worktree(row)).state is not WorktreeState.REMOVED:
            act = Act(verb="worktree.removed", subject=was.branch, before=_shown(was), note=was.id)
            note_or_log(connection, act)

    def _run(self, query: Any) -> list[Any]:
        return self._file.run(*self._dialect.compose(query))


def _shown(worktree: Worktree) -> dict[str, object]:
    return {"repository": worktree.repository, "job": worktree.job_id, "client": worktree.client}


def _row(worktree: Worktree) -> dict[str, Any]:
    return {name: getattr(worktree, name) for name in _COLUMNS} | {"state": str(worktree.state)}


def _worktree(values: Sequence[Any]) -> Worktree:
    row = dict(zip(_COLUMNS, values, strict=True))
    return Worktree(**row | {"state": WorktreeState(row["state"])})
