"""Workspaces that programs or the command line registered, as rows of `gateway.db`."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from llmgw_desktop.domain.audit import Act
from llmgw_desktop.domain.cli import CliName
from llmgw_desktop.domain.workspace import Workspace, WorkspaceKind
from llmgw_desktop.store.audit_rows import note, note_or_log
from llmgw_desktop.store.gateway_file import GatewayFile
from llmgw_desktop.store.schema import Dialect, WorkspaceRow, columns

_COLUMNS = columns(WorkspaceRow)


class WorkspaceStore:
    """May be used from any thread; opens its file when it is first needed.

    Everything raises StoreUnavailable, StoreCorrupt or SchemaTooNew.
    """

    def __init__(self, path: Path) -> None:
        self._file = GatewayFile(path)
        self._dialect = Dialect()

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
        rows = self._run(WorkspaceRow.select().order_by(WorkspaceRow.name).tuples())
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
    }


def _workspace(values: Sequence[Any]) -> Workspace:
    row = dict(zip(_COLUMNS, values, strict=True))
    row["alias"] = row.pop("name")
    return Workspace(
        **row
        | {
            "kind": WorkspaceKind(row["kind"]),
            "clis": tuple(CliName(name) for name in row["clis"].split()),
            "is_default": bool(row["is_default"]),
        }
    )
