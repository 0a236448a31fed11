"""Private HOMEs: runs of a CLI whose sign-in the vault keeps work in one that is theirs.

It lasts, so that sessions can be gone on with. The sign-in lies in it only while a run uses it:
placed before the first one starts, written back at each end, taken away after the last.
"""

import logging
import threading
from collections.abc import Callable, Sequence, Set
from dataclasses import replace
from pathlib import Path

from llmgw_desktop.domain.errors import StoreError
from llmgw_desktop.domain.vault import (
    GLOBAL_PROJECT,
    MOST_FILE_BYTES,
    EntryKind,
    address,
    checked_project,
)
from llmgw_desktop.domain.vault_errors import NoSuchEntry, VaultError, VaultLocked
from llmgw_desktop.engine.homes import safe_files
from llmgw_desktop.engine.homes.home_keeper import WantedSignIn
from llmgw_desktop.engine.homes.record import (
    HomeRecord,
    all_records,
    digest,
    entry_name,
    read_record,
    write_record,
)
from llmgw_desktop.engine.homes.writing_back import WriteBack, has_entry
from llmgw_desktop.store.vault import Vault

_log = logging.getLogger(__name__)


class Homes:
    """A HomeKeeper: all of them, below one folder. For threads, since the vault may wait for the
    keyring."""

    def __init__(self, root: Path, vault: Vault) -> None:
        self._root = root
        self._vault = vault
        self._back = WriteBack(root, vault)
        self._one = threading.Lock()
        self._of_job: dict[str, Path] = {}

    def check(self, wanted: WantedSignIn) -> None:
        """Whether it could be lent now; nothing is made. Raises VaultError, StoreError."""
        self._record(wanted)
        if why := self._vault.problem():
            raise VaultLocked(why)

    def lend(self, wanted: WantedSignIn, job_id: str) -> Path:
        """The HOME for this run, with its sign-in in it. Raises VaultError, StoreError,
        OSError."""
        with self._one:
            new = self._record(wanted)
            old = read_record(self._root, new.place) or new
            home = safe_files.make_folder(self._root, old.home)
            self._of_job[job_id] = home
            record = replace(old, placed=self._back.agreed(old))
            self._place(record, self._files(record, wanted), job_id)
            return home

    def home_of(self, job_id: str) -> Path | None:
        """Of a run that goes on; None for one without a private HOME."""
        return self._of_job.get(job_id)

    def give_back(self, job_id: str) -> None:
        """The run has ended; once more does no harm."""
        if self._of_job.pop(job_id, None) is not None:
            self._each(lambda record: replace(record, users=record.users - {job_id}), {job_id})

    def take_over(self, live: Set[str]) -> None:
        """What an earlier program left: only these jobs may still run. The vault is not asked."""
        with self._one:
            try:
                for record in all_records(self._root):
                    users = record.users & live
                    if users != record.users:
                        write_record(self._root, replace(record, users=users))
                    home = self._root / record.home
                    self._of_job |= dict.fromkeys(users, home)
            except OSError:
                _log.warning("private homes of an earlier start cannot be read", exc_info=True)

    def settle(self) -> None:
        """Write back what CLIs changed, and take away what no run uses any more."""
        self._each(lambda record: record)

    def _each(
        self, change: Callable[[HomeRecord], HomeRecord], users: Set[str] | None = None
    ) -> None:
        with self._one:
            try:
                records = list(all_records(self._root))
            except OSError:
                _log.warning("private homes cannot be read", exc_info=True)
                return
            for record in records:
                if users is None or record.users & users:
                    self._settle(record, change(record))

    def _settle(self, old: HomeRecord, record: HomeRecord) -> None:
        """What cannot be written back now stays where it lies, for the next time."""
        try:
            if record != old:
                write_record(self._root, record)
            placed = self._back.agreed(record)
            if not record.users:
                for file in placed:
                    safe_files.remove(self._root, f"{record.home}/{file}")
                placed = {}
            if placed != record.placed:
                write_record(self._root, replace(record, placed=placed))
        except (VaultError, StoreError, OSError) as error:
            _log.warning(
                "the sign-in of %s cannot be written back to the vault yet: %s", record.cli, error
            )

    def _place(self, record: HomeRecord, files: Sequence[str], job_id: str) -> None:
        """It is written down first, and an older file goes before: whatever falls between, a file
        is never taken for something that it is not. What another run's CLI is about to write is
        left to it."""
        secrets = {file: self._vault.secret(record.entry(file), by=job_id) for file in files}
        new = {file: digest(secret) for file, secret in secrets.items()}
        stale = [file for file in new if record.placed.get(file) != new[file]]
        for file in stale:
            safe_files.remove(self._root, f"{record.home}/{file}")
        is_alone = record.users <= {job_id}
        placed = {**record.placed, **new}
        write_record(self._root, replace(record, users=record.users | {job_id}, placed=placed))
        for file, secret in secrets.items():
            place = f"{record.home}/{file}"
            found = safe_files.read(self._root, place, MOST_FILE_BYTES)
            if found is None or (is_alone and found != secret):
                safe_files.put(self._root, place, secret)

    def _files(self, record: HomeRecord, wanted: WantedSignIn) -> list[str]:
        """The first must be there; of the others those that are."""
        first, *others = wanted.files
        return [first, *(file for file in others if has_entry(self._vault, record.entry(file)))]

    def _record(self, wanted: WantedSignIn) -> HomeRecord:
        """Of the request's project if that has a sign-in of its own. Raises NoSuchEntry."""
        if not wanted.files:
            raise NoSuchEntry(
                f"The vault cannot keep the sign-in of this command of {wanted.cli}. Take `vault`"
                f" out of [clis.{wanted.cli}]."
            )
        name = entry_name(wanted.files[0])
        for project in dict.fromkeys((checked_project(wanted.project), GLOBAL_PROJECT)):
            entry = address(EntryKind.FILE, wanted.account, name, project)
            if has_entry(self._vault, entry):
                return HomeRecord(cli=wanted.cli, account=wanted.account, project=entry.project)
        raise NoSuchEntry(
            f"The vault has no file {wanted.account}/{name}, with which {wanted.cli} signs in."
            f" Store it: llmgw vault import, or llmgw vault set {wanted.account} {name} --file"
            f" < FILE"
        )
