"""Puts a backup, or a new file, in the place of `gateway.db`; what stood there is kept aside.

Nobody may have the file open meanwhile: the caller sees to that. The backup is verified, copied
beside and brought under the master key in force before anything is moved.
"""

import json
import shutil
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING

from llmgw_desktop.domain.audit import Act
from llmgw_desktop.domain.clock import Clock
from llmgw_desktop.domain.errors import StoreError
from llmgw_desktop.domain.vault import EntryBroken, VaultError, VaultLocked
from llmgw_desktop.store.audit.audit_rows import FarHead, log_unwritten
from llmgw_desktop.store.audit.audit_store import AuditStore
from llmgw_desktop.store.database.database import open_database, told
from llmgw_desktop.store.database.steps import GATEWAY_STEPS
from llmgw_desktop.store.database.store_mark import read_mark, write_mark
from llmgw_desktop.store.jobs.job_store import spare_unknown
from llmgw_desktop.store.private_files import write_whole
from llmgw_desktop.store.safekeeping.aside import (
    Aside,
    asides_in,
    put_back,
    set_aside,
    unmark,
)
from llmgw_desktop.store.safekeeping.backups import Backup, check_backup, synced_digest
from llmgw_desktop.store.safekeeping.checking import head_file
from llmgw_desktop.store.vault.kept_keys import KeptKeys, read_kept
from llmgw_desktop.store.vault.master_key import MasterKeys
from llmgw_desktop.store.vault.sealed_rows import KnownKey, resealing
from llmgw_desktop.store.vault.vault_rows import VaultRows

if TYPE_CHECKING:
    from llmgw_desktop.store.at_rest.key_set import KeySet


class Restoring:
    """`gateway.db` of one home. Everything waits for the disk and the keyring, and raises
    StoreUnavailable or StoreCorrupt; then all is as it was."""

    def __init__(self, path: Path, asides: Path, master_keys: MasterKeys, clock: Clock) -> None:
        self._path = path
        self._asides = asides
        self._backups = path.parent / "backups"
        self._master_keys = master_keys
        self._clock = clock

    def restore(self, backup: Backup, what: str) -> str:
        """What is to be known of it besides that it is done, in a sentence; mostly empty.
        `what`: the backup, in words."""
        check_backup(backup)
        with self._beside() as staged:
            with told(staged):
                shutil.copyfile(backup.path, staged)
                staged.chmod(0o600)
            note = self._to_current_key(staged)
            keep_own_head(staged, self._clock)
            aside = self._put_in_place(staged, what)
        self._begin(what, aside)
        return note

    def begin_anew(self, what: str) -> None:
        """Without keys, vault and jobs."""
        with self._beside() as staged:
            open_database(staged, GATEWAY_STEPS).close()
            aside = self._put_in_place(staged, what)
        self._begin(what, aside)

    def take_as_it_is(self, what: str) -> None:
        """A person says that the file is as it should be. What the audit log's head says of another
        file is no proof of this one: it is set aside, and the newest seal in the log is its head.
        A file that takes no entry stays in question."""
        mark, head = read_mark(self._path), head_file(self._path)
        aside = head.with_name(f"{head.name}.before-{int(self._clock.now_s())}")
        unmark(self._path)
        try:
            if head.exists():
                with told(head):
                    head.rename(aside)
            with closing(AuditStore(self._path, self._clock)) as store:
                store.note(Act(verb="store.accepted", subject=self._path.name, note=what))
                keep_own_head(self._path, self._clock)
                self._settle(store)
        except StoreError:
            with told(self._path):
                if aside.exists() and not head.exists():
                    aside.rename(head)
                if mark is not None:
                    write_mark(self._path, mark)
            raise
        spare_unknown(self._path)

    def undo(self, what: str) -> Aside | None:
        """Bring back what was set aside last; None where nothing was."""
        found = next(iter(asides_in(self._asides)), None)
        if found is None:
            return None
        aside = set_aside(self._path, self._asides, what, self._clock.now_s())
        put_back(self._path, found)
        self._note_undone(found, aside)
        return found

    @contextmanager
    def _beside(self) -> Iterator[Path]:
        """Where what will be in the place is made."""
        beside = self._path.with_name(".restoring")
        with told(beside):
            shutil.rmtree(beside, ignore_errors=True)
            beside.mkdir(mode=0o700)
        try:
            yield beside / self._path.name
        finally:
            shutil.rmtree(beside, ignore_errors=True)

    def _put_in_place(self, staged: Path, what: str) -> Aside:
        unmark(staged)  # the mark that says that all this goes on stays until it is done
        with told(staged):
            synced_digest(staged)
        aside = set_aside(self._path, self._asides, what, self._clock.now_s())
        with told(self._path):
            for each in staged.parent.iterdir():
                each.rename(self._path.parent / each.name)
        return aside

    def _begin(self, what: str, aside: Aside) -> None:
        unmark(self._path)
        with closing(AuditStore(self._path, self._clock)) as store:
            after = {"put in place": what, "kept aside": aside.folder.name}
            store.note(Act(verb="store.restored", subject=self._path.name, after=after))
            self._settle(store)
        spare_unknown(self._path)

    def _settle(self, store: AuditStore) -> None:
        """What is known of the log from outside is of this file from now on."""
        store.keep_mark()
        FarHead(self._master_keys.keyring).follow(store.seals())

    def _note_undone(self, found: Aside, aside: Aside) -> None:
        """Not where what is back is in question, as it was before."""
        after = {"put in place": f"what {found.what} replaced", "kept aside": aside.folder.name}
        act = Act(verb="store.restored", subject=self._path.name, after=after)
        try:
            with closing(AuditStore(self._path, self._clock)) as store:
                store.note(act)
                self._settle(store)
            spare_unknown(self._path)
        except StoreError as error:
            log_unwritten(act, error)

    def _to_current_key(self, staged: Path) -> str:
        """As of another master key than the one in force it would not open."""
        rows = VaultRows(staged)
        try:
            of_then, kept = rows.current_key(), read_kept(self._backups)
            if kept is None:
                return ""
            if of_then is None:
                self._begin_with(rows, kept)
            self._add_data_keys(rows, kept)
            if of_then is not None and kept.under != of_then.key_id:
                self._reseal(rows, of_then, kept)
        except VaultError as error:
            return f"Its vault stays locked. {error}"
        except StoreError as error:
            return f"Its vault may stay locked. {error}"
        finally:
            rows.close()
        return ""

    def _begin_with(self, rows: VaultRows, kept: KeptKeys) -> None:
        """It is from before there was a master key: flights were encrypted since."""
        now = self._in_force(kept)
        rows.begin_with(KnownKey(now.key_id, now.check_value, kept.kept_in), self._clock.now_s())

    def _in_force(self, kept: KeptKeys) -> "KeySet":
        from llmgw_desktop.store.at_rest.key_set import KeySet

        master = self._master_keys.of(kept.under, kept.kept_in)
        if master is None or KeySet(master).key_id != kept.under:
            raise VaultLocked(f"The master key in force ({kept.under}) is not found here.")
        return KeySet(master)

    def _reseal(self, rows: VaultRows, of_then: KnownKey, kept: KeptKeys) -> None:
        from llmgw_desktop.store.at_rest.key_set import KeySet

        now = self._in_force(kept)
        former = self._master_keys.of(of_then.key_id, of_then.kept_in)
        if former is None:
            former = kept.master(of_then.key_id, now)
        if former is None or not KeySet(former).is_of(of_then.key_id, of_then.check_value):
            raise VaultLocked(f"Its master key ({of_then.key_id}) is not found any more.")
        coming = KnownKey(now.key_id, now.check_value, kept.kept_in)
        rows.announce(coming, self._clock.now_s())
        how = resealing(KeySet(former), now, coming)
        if rows.reseal(how, self._clock.now_s(), "llmgw restore") is None:
            raise EntryBroken("Its vault is not as it was sealed.")
        rows.drop_key(of_then.key_id)

    def _add_data_keys(self, rows: VaultRows, kept: KeptKeys) -> None:
        """What was encrypted since then is under keys that it does not know."""
        rows.add_data_keys(
            [row for row in kept.data_keys if row.master == kept.under], self._clock.now_s()
        )


def keep_own_head(staged: Path, clock: Clock) -> None:
    """The newest of its own seals: the head of the file that goes says nothing of this one."""
    with closing(AuditStore(staged, clock)) as store:
        seals = store.seals()
    if seals:
        with told(staged):
            write_whole(head_file(staged), json.dumps(asdict(seals[-1])).encode() + b"\n")
