"""The vault: credentials sealed in `gateway.db`, by provider, name and project.

Every value that goes in or comes out leaves a line in the log, with names and without the value.
"""

import logging
import threading
from collections.abc import Callable, Sequence
from pathlib import Path

from llmgw_desktop.domain.clock import Clock
from llmgw_desktop.domain.errors import StoreError
from llmgw_desktop.domain.vault import (
    GLOBAL_PROJECT,
    EntryAddress,
    EntryKind,
    NoSuchEntry,
    OpenEntry,
    VaultEntry,
    VaultError,
    VaultLocked,
    checked_new,
    checked_secret,
    masked,
)
from llmgw_desktop.store.at_rest.data_keys import DataKeys
from llmgw_desktop.store.audit.audit_rows import FarHead
from llmgw_desktop.store.vault.kept_keys import KeptBeside
from llmgw_desktop.store.vault.master_key import KeptIn, MasterKeys
from llmgw_desktop.store.vault.sealed_rows import SealedEntry
from llmgw_desktop.store.vault.unlocking import Rotation, VaultLock
from llmgw_desktop.store.vault.vault_rows import VaultRows

_TRIES = 3
"""A rotation by another process between finding the key and using it."""
_log = logging.getLogger(__name__)


class Vault:
    """May be used from any thread, and by several processes at once. Everything but
    `version` may block for as long as the system's keyring does.

    Raises VaultLocked where a key is needed and none fits, and StoreError as the database does.
    """

    def __init__(self, path: Path, master_keys: MasterKeys, clock: Clock) -> None:
        self._clock = clock
        self._rows = VaultRows(path)
        self._lock = VaultLock(self._rows, master_keys, clock)
        self._rotation = Rotation(self._rows, master_keys, clock)
        self._master_keys = master_keys
        beside = KeptBeside(self._rows, master_keys)
        self.data_keys = DataKeys(self._rows, self._lock, clock, beside)
        """What stored texts are encrypted under."""
        self.writes = 0
        """By this object; those of others show in `version`."""
        # a connection of its own: the other one waits for locks
        self._watch = VaultRows(path)
        self._watch_lock = threading.Lock()
        self._seen = (-1, -1)
        self._mark = 0

    def put(self, entry: EntryAddress, secret: bytes, *, by: str) -> VaultEntry:
        """Store it, in the place of what was stored there. Raises EntryUnfit."""
        secret = checked_secret(checked_new(entry).kind, secret)
        for _ in range(_TRIES):
            keys = self._lock.keys()
            stored = self._rows.put(self._shown(entry, secret), keys.seal(entry, secret), by)
            if stored is not None:
                self.writes += 1
                _log.info("vault: %s stored %s %s", by, entry.kind, entry.label)
                return stored
        raise _KEPT_CHANGING

    def put_all(self, entries: Sequence[OpenEntry], *, by: str) -> None:
        """All or none."""
        made = [
            OpenEntry(each.address, checked_secret(each.address.kind, each.secret))
            for each in entries
        ]
        for _ in range(_TRIES):
            keys = self._lock.keys()
            sealed = [
                SealedEntry(
                    self._shown(each.address, each.secret), keys.seal(each.address, each.secret)
                )
                for each in made
            ]
            if self._rows.put_all(sealed, by):
                self.writes += 1
                _log.info("vault: %s stored %d entries", by, len(made))
                return
        raise _KEPT_CHANGING

    def secret(self, entry: EntryAddress, *, by: str) -> bytes:
        """Of its own project, else of all projects. Raises NoSuchEntry, EntryBroken."""

        def find() -> list[SealedEntry]:
            found = self._rows.find(entry) or self._rows.find(_of_all(entry))
            if found is None:
                raise _no_such(entry)
            return [found]

        (opened,) = self._opened(find)
        _log.info("vault: %s used %s %s", by, entry.kind, opened.address.label)
        return opened.secret

    def everything(self, *, by: str) -> list[OpenEntry]:
        """All with their values, for a backup. Raises EntryBroken if any is."""
        opened = self._opened(self._rows.all)
        self._rows.note_backup(len(opened), by)
        _log.info("vault: %s read all %d entries", by, len(opened))
        return opened

    def entries(
        self, kind: EntryKind | None = None, project: str | None = None
    ) -> list[VaultEntry]:
        """Nothing is opened. Of a project with those of all projects; None means everything."""
        projects = () if project is None else (project, GLOBAL_PROJECT)
        return [each.shown for each in self._rows.all(kind, projects)]

    def entry(self, entry_id: int, kind: EntryKind, project: str) -> VaultEntry:
        """Raises NoSuchEntry, also for one of another project."""
        found = [each for each in self.entries(kind, project) if each.id == entry_id]
        if not found:
            raise NoSuchEntry(f"The vault has no entry {entry_id} here.")
        return found[0]

    def remove(self, entry_id: int, *, by: str) -> bool:
        """Whether there was one. A vault that is locked keeps what it has."""
        if self._rows.has_entries():
            self._lock.keys()
        removed = self._rows.remove(entry_id, by)
        if removed:
            self.writes += 1
            _log.info("vault: %s removed entry %d", by, entry_id)
        return removed

    def rotate(self, *, by: str, new_master: bytes | None = None) -> int:
        """How many entries are under a new master key now. `new_master` is needed where the
        environment gives the key. Raises EntryBroken, and then all is as it was."""
        count = self._rotation.run(self._lock.keys(), new_master, by)
        self.writes += 1
        self.data_keys.refresh()
        _log.info("vault: %s changed the master key of %d entries", by, count)
        return count

    def clear(self, *, by: str) -> int:
        """Throw away all entries, also those that nothing can open any more, and the key."""
        count, keys = self._rows.clear(by)
        self.writes += 1
        for key in keys:
            self._master_keys.forget(key.key_id, key.kept_in)
        _log.warning("vault: %s removed all %d entries", by, count)
        return count

    def problem(self) -> str:
        """Why what is stored cannot be used now, in a sentence; empty if it can."""
        try:
            self.check_open()
        except (VaultError, StoreError) as error:
            return str(error)
        return ""

    def warning(self) -> str:
        """Why nothing will open it after the next start, though it is open now, in a sentence;
        empty if that is not so. Raises StoreError."""
        file = self._lock.only_in_memory()
        if not file:
            return ""
        return (
            f"The vault's key is only in memory: its file {file} beside gateway.db is gone. Before"
            " the gateway stops, put it back, or make a new key: llmgw vault rotate. Otherwise"
            " nothing opens the vault, and what was recorded, any more."
        )

    def check_open(self) -> None:
        """Raises VaultLocked where what is stored, or is to be, cannot be opened. The keyring is
        not asked for a vault that nothing was ever put under."""
        if self._rows.has_entries() or self._rows.data_keys() or self._is_given_another():
            self._lock.keys()

    def version(self) -> int:
        """Another number after every change of an entry, whoever made it. Ten microseconds, and a
        look at all entries where the file has changed."""
        with self._watch_lock:
            now = (self._watch.data_version(), self.writes)
            if now != self._seen:
                self._seen, self._mark = now, self._watch.mark()
            return self._mark

    def close(self) -> None:
        self._rows.close()
        self._watch.close()

    def far_head(self) -> FarHead | None:
        """Where the audit log's newest seal is kept, too: beside the master key, in the keyring.
        None where that is not. Raises StoreError."""
        key = self._rows.current_key()
        is_there = key is not None and key.kept_in is KeptIn.KEYRING
        return FarHead(self._master_keys.keyring) if is_there else None

    def _is_given_another(self) -> bool:
        """The environment has a key for a vault that was begun: whether it fits costs nothing."""
        return self._rows.current_key() is not None and self._master_keys.given() is not None

    def _opened(self, find: Callable[[], list[SealedEntry]]) -> list[OpenEntry]:
        """What is found, once more where its key was changed meanwhile."""
        for tries in range(1, _TRIES + 1):
            found = find()
            if not found:
                break
            keys = self._lock.keys()
            if tries == _TRIES or all(each.sealed.key_id == keys.key_id for each in found):
                return [
                    OpenEntry(each.shown.address, keys.open(each.shown.address, each.sealed))
                    for each in found
                ]
        return []

    def _shown(self, entry: EntryAddress, secret: bytes) -> VaultEntry:
        now_s = self._clock.now_s()
        return VaultEntry(
            id=0,
            address=entry,
            hint=masked(entry.kind, secret),
            size=len(secret),
            created_at_s=now_s,
            updated_at_s=now_s,
        )


def _of_all(entry: EntryAddress) -> EntryAddress:
    return EntryAddress(kind=entry.kind, provider=entry.provider, name=entry.name)


def _no_such(entry: EntryAddress) -> NoSuchEntry:
    what = "key" if entry.kind is EntryKind.API_KEY else "file"
    where = "" if entry.project == GLOBAL_PROJECT else f" for project {entry.project} or for all"
    return NoSuchEntry(f"The vault has no {what} {entry.provider}/{entry.name}{where}")


_KEPT_CHANGING = VaultLocked(
    "The vault is locked: its key is being changed over and over by another program. Try again."
)
