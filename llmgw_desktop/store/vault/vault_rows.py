"""The vault's two tables in `gateway.db`: sealed values and what is known of the master keys.

Nothing here can open a value. Each method is one transaction, safely on the disk when it returns:
after a rotation the last key is thrown away, and the rows must not come back in its seal.
"""

import sqlite3
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from llmgw_desktop.domain.audit import Act
from llmgw_desktop.domain.errors import StoreError, StoreUnavailable
from llmgw_desktop.domain.vault import (
    GLOBAL_PROJECT,
    EntryAddress,
    EntryKind,
    Sealed,
    VaultEntry,
)
from llmgw_desktop.store.at_rest.data_keys import WrappedKey
from llmgw_desktop.store.audit.audit_rows import log_unwritten, note, note_or_log
from llmgw_desktop.store.database.database import (
    is_disk_full,
    open_database,
    open_read_only,
    told,
    transaction,
)
from llmgw_desktop.store.database.gateway_file import LyingFile
from llmgw_desktop.store.database.schema import (
    HOLE,
    DataKeyRow,
    SqlDialect,
    VaultEntryRow,
    VaultKeyRow,
)
from llmgw_desktop.store.database.steps import GATEWAY_STEPS
from llmgw_desktop.store.vault.sealed_rows import (
    KINDS,
    KnownKey,
    Resealing,
    SealedEntry,
    key_row,
    known_key,
    sealed_columns,
    sealed_entry,
)

_CURRENT, _COMING, _RETIRED = "current", "coming", "retired"
JoinKeys = Callable[[KnownKey, Sequence[WrappedKey]], Sequence[WrappedKey]]


class VaultRows:
    """May be used from any thread, and by several processes at once; opens its file when first
    needed. Everything raises StoreUnavailable, StoreCorrupt or SchemaTooNew."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._lock = threading.RLock()
        self._dialect = SqlDialect()
        self._lists: dict[tuple[int, int], str] = {}
        self._connection: sqlite3.Connection | None = None
        self._lying: LyingFile | None = None
        self._is_read_only = False

    def current_key(self) -> KnownKey | None:
        found = self._keys(VaultKeyRow.state == _CURRENT)
        return found[0] if found else None

    def left_over_keys(self) -> tuple[Sequence[KnownKey], Sequence[KnownKey]]:
        """(Coming, retired) ones of rotations that did not come to their end."""
        return self._keys(VaultKeyRow.state == _COMING), self._keys(VaultKeyRow.state == _RETIRED)

    def has_entries(self) -> bool:
        return bool(self._run(VaultEntryRow.select(VaultEntryRow.id).limit(1)))

    def begin_with(self, key: KnownKey, now_s: float) -> bool:
        """The vault's first key; False if it has one, or entries of one that is lost."""
        with self._writing():
            if self.current_key() is not None or self.has_entries():
                return False
            self._run(key_row(key, _CURRENT, now_s))
            return True

    def announce(self, key: KnownKey, now_s: float) -> None:
        """The next one, before it is kept anywhere."""
        with self._writing():
            self._run(key_row(key, _COMING, now_s))

    def drop_key(self, key_id: str) -> None:
        """Unless it is in force."""
        with self._writing():
            unused = (VaultKeyRow.key_id == key_id) & (VaultKeyRow.state != _CURRENT)
            self._run(VaultKeyRow.delete().where(unused))

    def put(self, entry: VaultEntry, sealed: Sealed, by: str = "") -> VaultEntry | None:
        """As it is stored now, with its own id; None if this key is no longer in force."""
        with self._writing():
            if not self._is_current(sealed.key_id):
                return None
            is_new = self.find(entry.address) is None
            stored = self._upsert(entry, sealed)
            verb = "vault.stored" if is_new else "vault.replaced"
            self._note(Act(verb=verb, subject=entry.address.label, after=_shown(entry), note=by))
            return stored

    def put_all(self, entries: Sequence[SealedEntry], by: str = "") -> bool:
        """All or none: a backup comes back."""
        with self._writing():
            if not all(self._is_current(each.sealed.key_id) for each in entries):
                return False
            for each in entries:
                self._upsert(each.shown, each.sealed)
            labels = [f"{each.shown.address.kind} {each.shown.address.label}" for each in entries]
            after = {"count": len(labels), "entries": labels}
            self._note(Act(verb="vault.restored", subject="vault", after=after, note=by))
            return True

    def find(self, entry: EntryAddress) -> SealedEntry | None:
        rows = self._run(VaultEntryRow.select().where(_is_at(entry)).tuples())
        return sealed_entry(rows[0]) if rows else None

    def all(self, kind: EntryKind | None = None, projects: Sequence[str] = ()) -> list[SealedEntry]:
        """By provider, name and project; no projects named means all."""
        kinds = sorted(map(str, KINDS)) if kind is None else [str(kind)]
        sql = self._lists.get((len(kinds), len(projects)))
        if sql is None:  # composed once: that takes several times as long as the reading
            query = VaultEntryRow.select().where(VaultEntryRow.kind.in_([HOLE] * len(kinds)))
            if projects:
                query = query.where(VaultEntryRow.project.in_([HOLE] * len(projects)))
            order = (VaultEntryRow.provider, VaultEntryRow.name, VaultEntryRow.project)
            sql, _ = self._dialect.compose(query.order_by(*order, VaultEntryRow.kind).tuples())
            self._lists[len(kinds), len(projects)] = sql
        rows = self._execute(sql, [*kinds, *projects])
        return [sealed_entry(row) for row in rows]

    def mark(self) -> int:
        """Another number after every change of entries: no two writes have the same nonce."""
        rows = self._run(VaultEntryRow.select(VaultEntryRow.id, VaultEntryRow.nonce).tuples())
        return hash(tuple(sorted(rows)))

    def data_version(self) -> int:
        """Another number after every change of the file that another connection made."""
        with self._lock, told(self.path):
            return int(self._opened().execute("PRAGMA data_version").fetchone()[0])

    def remove(self, entry_id: int, by: str = "") -> bool:
        row = VaultEntryRow
        fields = (row.kind, row.provider, row.name, row.project)
        query = row.delete().where(row.id == entry_id).returning(*fields)
        with self._writing():
            gone = self._run(query)
            if gone:
                kind, provider, name, project = gone[0]
                project_words = "" if project == GLOBAL_PROJECT else f" of project {project}"
                act = Act(
                    verb="vault.deleted",
                    subject=f"{provider}/{name}{project_words}",
                    before={"kind": kind},
                    note=by,
                )
                note_or_log(self._opened(), act)
            return bool(gone)

    def note_backup(self, count: int, by: str) -> None:
        """All values were read, to be taken elsewhere. From a disk that takes nothing any more,
        too: there it is needed most."""
        act = Act(verb="vault.backed_up", subject="vault", after={"count": count}, note=by)
        try:
            with self._writing():
                self._note(act)
        except StoreError as error:
            log_unwritten(act, error)

    def data_keys(self) -> list[WrappedKey]:
        """Oldest first."""
        row = DataKeyRow
        query = row.select(row.number, row.master, row.wrapped).order_by(row.seq)
        return [WrappedKey(*found) for found in self._run(query.tuples())]

    def add_data_key(self, key: WrappedKey, now_s: float) -> bool:
        """False if its master key is not in force, or another process has added one under it."""
        with self._writing():
            known = self.data_keys()
            if not self._is_current(key.master) or any(each.master == key.master for each in known):
                return False
            self._add_data_key(key, now_s)
            return True

    def add_data_keys(self, keys: Sequence[WrappedKey], now_s: float) -> None:
        """Those that are not there."""
        with self._writing():
            known = self.data_keys()
            numbers = {each.number for each in known}
            for key in keys:
                if key.number not in numbers:
                    self._add_data_key(key, now_s)

    def join_data_keys(self, join: JoinKeys, now_s: float) -> None:
        """Add what `join` gives, which knows the master key in force and all that are there, while
        no other process changes any of it. Nothing for a vault without a master key."""
        with self._writing():
            current = self.current_key()
            if current is not None:
                for key in join(current, self.data_keys()):
                    self._add_data_key(key, now_s)

    def reseal(self, how: Resealing, now_s: float, by: str = "") -> int | None:
        """Put every entry and every data key under another key, all or none, add a data key, and
        make that one current. None if it is no longer the one announced, or the old one no longer
        in force."""
        new = how.new
        with self._writing():
            coming, _ = self.left_over_keys()
            if not self._is_current(how.old_id) or new.key_id not in {key.key_id for key in coming}:
                return None
            rows = self._run(VaultEntryRow.select().order_by(VaultEntryRow.id).tuples())
            for row in rows:
                old = sealed_entry(row)
                change = sealed_columns(how.seal(old))
                self._run(VaultEntryRow.update(change).where(VaultEntryRow.id == old.shown.id))
            for data_key in self.data_keys():
                if data_key.master == how.old_id:
                    wrapped = how.wrap(data_key)._asdict()
                    at = DataKeyRow.number == data_key.number
                    self._run(DataKeyRow.update(wrapped).where(at))
            self._add_data_key(how.added, now_s)
            self._set_state(how.old_id, _RETIRED)
            self._set_state(new.key_id, _CURRENT, kept_in=str(new.kept_in))
            before: dict[str, object] = {"master": how.old_id}
            after = {"master": new.key_id, "kept in": str(new.kept_in), "count": len(rows)}
            act = Act(verb="vault.rotated", subject="vault", before=before, after=after, note=by)
            self._note(act)
            return len(rows)

    def clear(self, by: str = "") -> tuple[int, Sequence[KnownKey]]:
        """Everything, readable or not: how many entries, and which keys are needed no more."""
        with self._writing():
            count = len(self._run(VaultEntryRow.delete().returning(VaultEntryRow.id)))
            keys = self._keys(VaultKeyRow.key_id.is_null(is_null=False))
            self._run(VaultKeyRow.delete())
            act = Act(verb="vault.cleared", subject="vault", before={"count": count}, note=by)
            note_or_log(self._opened(), act)
            return count, keys

    def close(self) -> None:
        with self._lock:
            connection, self._connection = self._connection, None
            self._is_read_only = False
            if connection is not None:
                connection.close()

    def _upsert(self, entry: VaultEntry, sealed: Sealed) -> VaultEntry:
        at = entry.address
        changed = {
            **sealed_columns(sealed),
            "hint": entry.hint,
            "size": entry.size,
            "updated_at_s": entry.updated_at_s,
        }
        query = VaultEntryRow.insert(
            kind=str(at.kind),
            provider=at.provider,
            name=at.name,
            project=at.project,
            created_at_s=entry.created_at_s,
            **changed,
        ).on_conflict(
            conflict_target=[
                VaultEntryRow.kind,
                VaultEntryRow.provider,
                VaultEntryRow.name,
                VaultEntryRow.project,
            ],
            update=changed,
        )
        # lastrowid is not told of a row that was there already
        returned = query.returning(VaultEntryRow.id, VaultEntryRow.created_at_s)
        entry_id, created_at_s = self._run(returned)[0]
        return VaultEntry(
            id=entry_id,
            address=at,
            hint=entry.hint,
            size=entry.size,
            created_at_s=created_at_s,
            updated_at_s=entry.updated_at_s,
        )

    def _add_data_key(self, key: WrappedKey, now_s: float) -> None:
        self._run(DataKeyRow.insert(made_at_s=now_s, **key._asdict()))

    def _note(self, act: Act) -> None:
        note(self._opened(), act)

    def _is_current(self, key_id: str) -> bool:
        current = self.current_key()
        return current is not None and current.key_id == key_id

    def _set_state(self, key_id: str, state: str, **change: str) -> None:
        query = VaultKeyRow.update({"state": state, **change})
        self._run(query.where(VaultKeyRow.key_id == key_id))

    def _keys(self, which: Any) -> list[KnownKey]:
        rows = self._run(VaultKeyRow.select().where(which).tuples())
        return [known_key(row) for row in rows]

    @contextmanager
    def _writing(self) -> Iterator[None]:
        with self._lock, told(self.path), transaction(self._opened(to_write=True)):
            yield

    def _run(self, query: Any) -> list[Any]:
        return self._execute(*self._dialect.compose(query))

    def _execute(self, sql: str, parameters: Sequence[Any]) -> list[Any]:
        with self._lock, told(self.path):
            return self._opened().execute(sql, parameters).fetchall()

    def _opened(self, *, to_write: bool = False) -> sqlite3.Connection:
        """On a disk that cannot be written what is there can still be read; each change tries
        anew, and says what is in the way."""
        if self._is_read_only and (to_write or not is_disk_full(self.path.parent)):
            self.close()
        if self._connection is None:
            try:
                self._connection = open_database(self.path, GATEWAY_STEPS)
            except StoreUnavailable:
                if to_write or not self.path.exists():
                    raise
                self._connection = open_read_only(self.path, GATEWAY_STEPS)
                self._is_read_only = True
            self._connection.execute("PRAGMA synchronous = FULL")
            self._lying = LyingFile(self.path)
        elif self._lying is not None:
            self._lying.check()
        return self._connection


def _shown(entry: VaultEntry) -> dict[str, object]:
    """Nothing of the value, not even its hint: the log is kept for good."""
    return {"kind": str(entry.address.kind), "bytes": entry.size}


def _is_at(entry: EntryAddress) -> Any:
    return (
        (VaultEntryRow.kind == str(entry.kind))
        & (VaultEntryRow.provider == entry.provider)
        & (VaultEntryRow.name == entry.name)
        & (VaultEntryRow.project == entry.project)
    )
