"""Workspaces that programs registered, and worktrees that jobs have."""

import sqlite3
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import orjson

from llmgw_desktop.domain.audit import Act
from llmgw_desktop.domain.cli import CliName
from llmgw_desktop.domain.errors import StoreCorrupt
from llmgw_desktop.domain.jobs.cli_settings import ContainSettings, kept_settings
from llmgw_desktop.domain.jobs.workspace import Workspace, WorkspaceKind, Worktree, WorktreeState
from llmgw_desktop.store.audit.audit_rows import note, note_or_log
from llmgw_desktop.store.database.gateway_file import GatewayFile
from llmgw_desktop.store.database.schema import SqlDialect, WorkspaceRow, WorktreeRow, columns

_COLUMNS = columns(WorkspaceRow)


class WorkspaceStore:
    """May be used from any thread; opens its file when it is first needed.

    Everything raises StoreUnavailable, StoreCorrupt or SchemaTooNew.
    """

    def __init__(self, path: Path) -> None:
        self._file = GatewayFile(path)
        self._dialect = SqlDialect()

    def add(self, workspace: Workspace) -> bool:
        """False, and nothing is changed, if there is one of this alias. A default one takes the
        place of the one that was."""
        insert = WorkspaceRow.insert(_row(workspace))
        rest = WorkspaceRow.update(is_default=0).where(WorkspaceRow.is_default == 1)
        with self._file.transaction() as connection:
            named = WorkspaceRow.select(WorkspaceRow.name).where(_is(workspace.alias)).tuples()
            if connection.execute(*self._dialect.compose(named)).fetchall():
                return False
            if workspace.is_default:
                connection.execute(*self._dialect.compose(rest))
            connection.execute(*self._dialect.compose(insert))
            after = _shown(workspace)
            note(connection, Act(verb="workspace.added", subject=workspace.alias, after=after))
        return True

    def change(self, workspace: Workspace) -> bool:
        """The one of its alias; False if there is none. A default one takes the place of the one
        that was."""
        rest = WorkspaceRow.update(is_default=0).where(WorkspaceRow.is_default == 1)
        update = WorkspaceRow.update(_row(workspace)).where(_is(workspace.alias))
        with self._file.transaction() as connection:
            if workspace.is_default:
                connection.execute(*self._dialect.compose(rest))
            named = WorkspaceRow.select().where(_is(workspace.alias)).tuples()
            was = connection.execute(*self._dialect.compose(named)).fetchone()
            done = connection.execute(*self._dialect.compose(update)).rowcount
            if was is not None:
                note(connection, _changed(_workspace(was), workspace))
        return done == 1

    def all(self) -> list[Workspace]:
        """By their aliases."""
        rows = self._file.ask(
            "all", lambda: WorkspaceRow.select().order_by(WorkspaceRow.name).tuples(), ()
        )
        return [_workspace(row) for row in rows]

    def remove(self, alias: str) -> bool:
        """Of the registry; the folder stays."""
        gone = WorkspaceRow.delete().where(_is(alias)).returning(WorkspaceRow.path)
        with self._file.transaction() as connection:
            rows = connection.execute(*self._dialect.compose(gone)).fetchall()
            if rows:
                before = {"folder": rows[0][0]}
                act = Act(verb="workspace.removed", subject=alias, before=before)
                note_or_log(connection, act)
        return bool(rows)

    def close(self) -> None:
        self._file.close()

    def _run(self, query: Any) -> list[Any]:
        return self._file.run(*self._dialect.compose(query))


def _is(alias: str) -> Any:
    return WorkspaceRow.name == alias


def _shown(workspace: Workspace) -> dict[str, object]:
    return {
        "folder": workspace.path,
        "kind": str(workspace.kind),
        "default": workspace.is_default,
        "clis": " ".join(workspace.clis),
        **_contain_shown(workspace.containment),
    }


def _contain_shown(said: ContainSettings) -> dict[str, object]:
    return {
        "contain": said.contain and str(said.contain),
        "network": said.network and str(said.network),
        "readable": list(said.readable),
        "writable": list(said.writable),
    }


def _changed(was: Workspace, now: Workspace) -> Act:
    before, after = _shown(was), _shown(now)
    differ = [name for name in after if before[name] != after[name]]
    return Act(
        verb="workspace.changed",
        subject=now.alias,
        before={name: before[name] for name in differ},
        after={name: after[name] for name in differ},
    )


def _row(workspace: Workspace) -> dict[str, Any]:
    row = {name: getattr(workspace, name) for name in _COLUMNS if name != "name"}
    return row | {
        "name": workspace.alias,
        "kind": str(workspace.kind),
        "clis": " ".join(workspace.clis),
        "is_default": int(workspace.is_default),
        "containment": orjson.dumps(_contain_shown(workspace.containment)).decode(),
    }


def _workspace(values: Sequence[Any]) -> Workspace:
    row = dict(zip(_COLUMNS, values, strict=True))
    row["alias"] = row.pop("name")
    try:
        containment = kept_settings(orjson.loads(row["containment"]))
    except (ValueError, TypeError, AttributeError) as error:
        raise StoreCorrupt(
            f"What is kept of the workspace '{row['alias']}' cannot be read: {error}."
        ) from error
    return Workspace(
        **row
        | {
            "kind": WorkspaceKind(row["kind"]),
            "clis": tuple(CliName(name) for name in row["clis"].split()),
            "is_default": bool(row["is_default"]),
            "containment": containment,
        }
    )


_WORKTREE_COLUMNS = columns(WorktreeRow)


class WorktreeStore:
    """May be used from any thread; opens its file when it is first needed.

    Everything raises StoreUnavailable, StoreCorrupt or SchemaTooNew.
    """

    def __init__(self, path: Path) -> None:
        self._file = GatewayFile(path)
        self._dialect = SqlDialect()

    def add(self, worktree: Worktree) -> None:
        act = Act(verb="worktree.added", subject=worktree.branch, after=_shown_worktree(worktree))
        with self._file.transaction() as connection:
            connection.execute(*self._dialect.compose(WorktreeRow.insert(_worktree_row(worktree))))
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
            act = Act(
                verb="worktree.removed",
                subject=was.branch,
                before=_shown_worktree(was),
                note=was.id,
            )
            note_or_log(connection, act)

    def _run(self, query: Any) -> list[Any]:
        return self._file.run(*self._dialect.compose(query))


def _shown_worktree(worktree: Worktree) -> dict[str, object]:
    return {"repository": worktree.repository, "job": worktree.job_id, "client": worktree.client}


def _worktree_row(worktree: Worktree) -> dict[str, Any]:
    return {name: getattr(worktree, name) for name in _WORKTREE_COLUMNS} | {
        "state": str(worktree.state)
    }


def _worktree(values: Sequence[Any]) -> Worktree:
    row = dict(zip(_WORKTREE_COLUMNS, values, strict=True))
    return Worktree(**row | {"state": WorktreeState(row["state"])})
