"""Private HOMEs of runs whose sign-in the vault keeps: lent to a run, taken back after its last
process, and what a CLI renewed meanwhile is kept.
"""

import json
import logging
import re
import threading
from collections.abc import Callable, Iterator, Mapping, Sequence, Set
from dataclasses import field, replace
from pathlib import Path
from typing import Protocol

from llmgw_desktop.domain.audit import BY_ITSELF, acting
from llmgw_desktop.domain.cli import CliName
from llmgw_desktop.domain.errors import StoreError
from llmgw_desktop.domain.values import value
from llmgw_desktop.domain.vault import (
    GLOBAL_PROJECT,
    MOST_FILE_BYTES,
    EntryAddress,
    EntryKind,
    NoSuchEntry,
    VaultError,
    VaultLocked,
    address,
    checked_project,
)
from llmgw_desktop.engine.containment import safe_files
from llmgw_desktop.engine.containment.safe_files import (
    HomeRecord,
    all_records,
    digest,
    entry_name,
    read_record,
    write_record,
)
from llmgw_desktop.store.vault.vault import Vault


@value
class WantedSignIn:
    """Whose sign-in a run needs. `account` is the vault's provider of its files, `files` those
    below HOME: the first must be there. None: the CLI's cannot be kept."""

    cli: CliName
    account: str
    files: tuple[str, ...]
    folders: Mapping[str, str] = field(default_factory=dict)
    """Variables that name a folder of the CLI's own, and where that is below HOME."""
    project: str = ""
    """Of the request: its own entries count before those of all projects."""


class HomeKeeper(Protocol):
    """What is asked of `homes.Homes`."""

    def check(self, wanted: WantedSignIn) -> None: ...

    def lend(self, wanted: WantedSignIn, job_id: str) -> Path: ...

    def home_of(self, job_id: str) -> Path | None: ...

    def give_back(self, job_id: str) -> None: ...

    def take_over(self, live: Set[str]) -> None: ...

    def settle(self) -> None: ...


class NoHomes:
    """A HomeKeeper that has none."""

    def check(self, wanted: WantedSignIn) -> None:
        raise NoSuchEntry("There is no vault here.")

    def lend(self, wanted: WantedSignIn, job_id: str) -> Path:
        raise NoSuchEntry("There is no vault here.")

    def home_of(self, job_id: str) -> Path | None:
        return None

    def give_back(self, job_id: str) -> None: ...

    def take_over(self, live: Set[str]) -> None: ...

    def settle(self) -> None: ...


_RENEWS = re.compile(r"(?:^|\.)(?:refresh|[a-z_-]*refresh[_-]?token)$", re.IGNORECASE)
_SIGNS_IN = re.compile(r"refresh|access|token|key|secret", re.IGNORECASE)
"""Names of members that hold a credential, behind those of the members around them."""
_LONGEST = 400


def unfit(old: bytes, new: bytes) -> str:
    """Why not, in words that tell nothing of either; empty if it may."""
    if not new.strip(b" \t\r\n\0"):
        return "it is empty"
    if old.startswith(new) or (b"\0" in new and b"\0" not in old):
        return "it is cut short"
    before = _object(old)
    return "" if before is None else _lacking(before, _object(new))


def _lacking(before: dict[str, object], after: dict[str, object] | None) -> str:
    if after is None:
        return "it is cut short"
    if _holds(before, _SIGNS_IN) and not _holds(after, _SIGNS_IN):
        return "nothing stands in it that signs in"
    if _holds(before, _RENEWS) and not _holds(after, _RENEWS):
        return "what it is renewed with is missing"
    return ""


def _object(data: bytes) -> dict[str, object] | None:
    """Copilot begins its file with a line of comment."""
    lines = (line for line in data.splitlines() if not line.lstrip().startswith(b"//"))
    try:
        found = json.loads(b"\n".join(lines))
    except (ValueError, RecursionError):
        return None
    return found if isinstance(found, dict) else None


def _holds(found: object, names: re.Pattern[str]) -> bool:
    """Whether a text that is not empty stands below such a name."""
    return any(names.search(name) for name, _ in _named_texts(found))


def _named_texts(found: object) -> Iterator[tuple[str, str]]:
    """All of them, each with the names of the members around it."""
    waiting = [("", found)]
    while waiting:
        name, each = waiting.pop()
        if isinstance(each, dict):
            waiting += ((f"{name}.{below}"[-_LONGEST:], item) for below, item in each.items())
        elif isinstance(each, list):
            waiting += ((name, item) for item in each)
        elif isinstance(each, str) and each:
            yield name, each


REFRESHED = ".refreshed"
"""Behind the name of an entry: what a CLI made of an older one."""
_WHO = "a run's CLI"
_log = logging.getLogger(__name__)


class WriteBack:
    """Of all files of one HOME. Raises OSError, VaultError, StoreError."""

    def __init__(self, root: Path, vault: Vault) -> None:
        self._root = root
        self._vault = vault

    def agreed(self, record: HomeRecord) -> dict[str, str]:
        """The digests of what vault and files agree on now, for `placed`."""
        return {file: self._agreed(record, file, old) for file, old in record.placed.items()}

    def _agreed(self, record: HomeRecord, file: str, placed: str) -> str:
        found = safe_files.read(self._root, f"{record.home}/{file}", MOST_FILE_BYTES)
        if found is None or digest(found) == placed:
            return placed
        entry = record.entry(file)
        if not has_entry(self._vault, entry):
            _log.info("vault: %s was removed; what its CLI made of it is not kept", entry.label)
            return placed
        stored = self._vault.secret(entry, by=_WHO)
        if digest(found) == digest(stored):
            return digest(found)
        if why := unfit(stored, found):
            _log.warning("vault: %s stays as it was: of the CLI's file %s", entry.label, why)
            return placed
        if digest(stored) != placed:
            entry = address(entry.kind, entry.provider, entry.name + REFRESHED, entry.project)
            _log.warning("vault: what a CLI refreshed after a change by hand goes beside it")
        with acting(BY_ITSELF):
            self._vault.put(entry, found, by=_WHO)
        return digest(found)


def has_entry(vault: Vault, entry: EntryAddress) -> bool:
    """Of this very project; nothing is opened."""
    return any(each.address == entry for each in vault.entries(EntryKind.FILE, entry.project))


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
