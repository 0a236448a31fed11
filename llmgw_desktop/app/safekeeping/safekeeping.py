"""Backups and what comes of them, as commands and windows ask for it: in sentences."""

import logging
from collections.abc import Callable, Mapping, Sequence
from contextlib import closing
from pathlib import Path

from llmgw_desktop.app.safekeeping.at_rest import (
    HOME_LOSES,
    UNDO_LOSES,
    LostFlights,
    backup_line,
    lost_words,
    time_words,
    unreadable_words,
)
from llmgw_desktop.app.words.figures import local_time, size_text
from llmgw_desktop.app.words.inert_text import inert_line
from llmgw_desktop.domain.audit import Act
from llmgw_desktop.domain.clock import Clock, SystemClock
from llmgw_desktop.domain.errors import StoreError, StoreUnavailable
from llmgw_desktop.domain.vault import VaultError
from llmgw_desktop.store.audit.audit_rows import FarHead
from llmgw_desktop.store.audit.audit_store import AuditStore
from llmgw_desktop.store.database.steps import GATEWAY_STEPS
from llmgw_desktop.store.database.store_mark import read_mark, why_nothing
from llmgw_desktop.store.paths import Places
from llmgw_desktop.store.safekeeping.aside import (
    Swap,
    asides_in,
    carry_out,
    plan,
    plan_back,
    plan_store,
    take_store_plan,
    way_back,
)
from llmgw_desktop.store.safekeeping.backups import (
    Backup,
    backups_in,
    check_backup,
    done_after,
    done_since,
)
from llmgw_desktop.store.safekeeping.checking import wrong_with
from llmgw_desktop.store.safekeeping.home_backup import BackupWritten, write_home
from llmgw_desktop.store.safekeeping.home_restore import Unpacked, discard, unpack
from llmgw_desktop.store.safekeeping.restoring import Restoring
from llmgw_desktop.store.vault.master_key import MasterKeys
from llmgw_desktop.store.vault.vault import Vault

_log = logging.getLogger(__name__)
_NOTHING_RESTORED = "Nothing was restored that could be undone."
_BACK = "llmgw restore --undo brings back what was there."


def whole_words(unpacked: Unpacked) -> str:
    """What is about to come back."""
    words = f"The backup of {time_words(unpacked.made_at_s)} is whole: {unpacked.files:,} files."
    if count := unpacked.left_out:
        words += f" {count:,} with names that this system does not take are left out."
    return words


class Safekeeping:
    """Everything waits for the disk, raises StoreError and VaultError, and then leaves all as it
    was. All but `back_up`, `backups`, `find` and `unpack` is for when nobody has the files open."""

    def __init__(self, places: Places, env: Mapping[str, str]) -> None:
        self._places, self._env = places, env
        self._clock = SystemClock()
        self._keys = MasterKeys(env, places.data_folder)
        self._store = Restoring(places.gateway_db, places.aside_folder, self._keys, self._clock)

    def wrong(self) -> str:
        """With `gateway.db`, in a sentence; empty where nothing is."""
        mark = read_mark(self._places.gateway_db)
        found = wrong_with(self._places.gateway_db, GATEWAY_STEPS)
        return found or (mark.found if mark is not None else "")

    def backups(self) -> Sequence[Backup]:
        """The automatic ones, newest first."""
        return backups_in(self._places.backups_folder)

    def find(self, at: str) -> Backup:
        """The newest whose time begins so. Raises StoreUnavailable."""
        text = at.strip().replace("T", " ")
        for backup in self.backups():
            if text == "newest" or time_words(backup.made_at_s).startswith(text):
                return backup
        raise StoreUnavailable(
            f"There is no backup of '{inert_line(at)}'. 'llmgw backup list' shows all."
        )

    def lost_by(self, backup: Backup) -> str:
        """Restoring it, in sentences."""
        return lost_words(done_since(self._places.gateway_db, backup))

    def lost_by_home(self) -> str:
        """Restoring a whole home, in sentences; empty where there is none yet."""
        has_any = self._places.gateway_db.exists() or self._places.flights_db.exists()
        return HOME_LOSES if has_any else ""

    def lost_by_undo(self) -> str:
        """Of whatever was restored last, in sentences. Raises StoreUnavailable where nothing
        was."""
        at_s, way = self._last_restored()
        if way:
            return UNDO_LOSES
        if at_s is None:
            raise StoreUnavailable(_NOTHING_RESTORED)
        return lost_words(done_after(self._places.gateway_db, at_s))

    def _last_restored(self) -> tuple[float | None, Sequence[Swap]]:
        """When a file gave way last; the way back, where a whole home did so since then."""
        newest = next(iter(asides_in(self._places.aside_folder)), None)
        at_s = newest.at_s if newest else None
        return at_s, way_back(self._places, since_s=at_s or 0.0)

    def restore(self, backup: Backup) -> str:
        """What was done, in sentences."""
        when = time_words(backup.made_at_s)
        note = self._store.restore(backup, f"backup of {when}")
        said = f"gateway.db is that of {when} again. {note} {self._unreadable()} {_BACK}"
        return " ".join(said.split())

    def _unreadable(self) -> str:
        """What no key of the file that is back opens, in a sentence; empty where that is nothing,
        or not known."""
        places = self._places
        with closing(Vault(places.gateway_db, self._keys, self._clock)) as vault:
            lost = LostFlights(vault, places.flights_db).count()
        return unreadable_words(lost) if lost else ""

    def restore_later(self, backup: Backup) -> None:
        """With the next start, before anything is opened."""
        check_backup(backup)
        plan_store(self._places, backup.path.name)

    def restore_planned(self) -> None:
        """Whether a backup of `gateway.db` waits for this start. What stands in the way is logged:
        the gateway starts with what there is."""
        name = take_store_plan(self._places)
        if name is None:
            return
        for backup in self.backups():
            if backup.path.name == name:
                try:
                    _log.warning(self.restore(backup))
                except (StoreError, VaultError) as error:
                    _log.error("%s was not restored: %s", name, error)

    def begin_anew(self) -> str:
        self._store.begin_anew("an empty file")
        return f"gateway.db is begun anew. {_BACK}"

    def check_something_there(self) -> None:
        """Raises StoreUnavailable where there is no file that could be used as it is."""
        if nothing := why_nothing(self._places.gateway_db):
            raise StoreUnavailable(
                f"{nothing} There is nothing to use: 'llmgw restore --anew' begins with an empty"
                " file."
            )

    def take_as_it_is(self) -> str:
        self.check_something_there()
        self._store.take_as_it_is(self.wrong())
        return (
            "gateway.db is used as it is. Its audit log goes on from the newest seal in it;"
            " 'llmgw audit verify' says whether it is whole."
        )

    def undo(self) -> str:
        """Of whatever was restored last."""
        _, way = self._last_restored()
        if way:
            plan_back(self._places, self._clock.now_s(), way)
            carry_out(self._places)
            return "The home from before is back. Another --undo takes that back."
        if self._store.undo("what was there before") is None:
            raise StoreUnavailable(_NOTHING_RESTORED)
        return "gateway.db from before is back. Another --undo takes that back."

    def back_up(self, path: Path, passphrase: str) -> BackupWritten:
        """The whole home, also while a gateway runs."""
        written = write_home(
            self._places, path, passphrase, master_keys=self._keys, clock=self._clock
        )
        self.note(Act(verb="home.backed_up", subject="home", after={"files": written.files}))
        return written

    def unpack(self, path: Path, passphrase: str) -> Unpacked:
        """A backup of a home, verified and beside."""
        return unpack(self._places, path, passphrase, self._clock)

    def discard(self) -> None:
        discard(self._places)

    def put_in_place_later(self, unpacked: Unpacked) -> None:
        """With the next start, before anything is opened."""
        unpacked.keep_masters(self._env)
        plan(self._places, unpacked.swaps)

    def put_in_place(self, unpacked: Unpacked) -> str:
        when = time_words(unpacked.made_at_s)
        self.put_in_place_later(unpacked)
        carry_out(self._places)
        discard(self._places)
        self.note(Act(verb="home.restored", subject="home", after={"backup of": when}))
        return f"This home is that of {when} again. {_BACK}"

    def note(self, act: Act) -> None:
        """What is done is done, where the log takes nothing too."""
        if not self._places.gateway_db.exists():
            return
        try:
            with closing(AuditStore(self._places.gateway_db, self._clock)) as store:
                store.note(act)
                store.keep_mark()
                if act.verb == "home.restored":
                    FarHead(self._keys.keyring).follow(store.seals())
        except StoreError:
            from llmgw_desktop.store.audit.audit_rows import log_unwritten

            log_unwritten(act, StoreError("the log cannot be written"))


def finish_restore(places: Places, env: Mapping[str, str]) -> None:
    """What was planned is carried out; while no gateway runs. Raises StoreError."""
    keeping = Safekeeping(places, env)
    if carry_out(places):
        discard(places)
        keeping.note(Act(verb="home.restored", subject="home"))
    keeping.restore_planned()


FILE = "file"
"""Is chosen in the place of an automatic backup."""
_NEXT = "It is put in place with the next start; what is there now is kept."


class BackupDesk:
    """All but `restart` waits for the disk, is for a thread, and raises StoreError, VaultError."""

    def __init__(self, safekeeping: Safekeeping, clock: Clock, restart: Callable[[], bool]) -> None:
        """`restart`: start anew now; False where this program cannot by itself."""
        self._safekeeping = safekeeping
        self._clock = clock
        self.restart = restart

    def choices(self) -> Sequence[tuple[str, str]]:
        """What can be restored: a key, and words for it."""
        found = [(each.path.name, backup_line(each)) for each in self._safekeeping.backups()]
        return [*found, (FILE, "A whole home, from a file …")]

    def lost_by(self, key: str) -> str:
        """What restoring one of the choices takes away, in sentences."""
        if key == FILE:
            return self._safekeeping.lost_by_home()
        found = [each for each in self._safekeeping.backups() if each.path.name == key]
        return self._safekeeping.lost_by(found[0]) if found else ""

    def fresh_name(self) -> Path:
        """Where a backup may go, for a person to change."""
        now = local_time(self._clock.now_s())
        return Path.home() / f"llmgw-{now:%Y-%m-%d-%H%M}.backup"

    def back_up(self, path: Path, passphrase: str) -> str:
        """What was done, in a sentence."""
        written = self._safekeeping.back_up(path.expanduser().absolute(), passphrase)
        return f"{written.files:,} files written to {path.name} ({size_text(written.size)})."

    def restore_automatic(self, key: str) -> str:
        """Of `gateway.db`."""
        for backup in self._safekeeping.backups():
            if backup.path.name == key:
                self._safekeeping.restore_later(backup)
                return f"The backup of {time_words(backup.made_at_s)} is whole. {_NEXT}"
        return "That backup is not there any more."

    def restore_file(self, path: Path, passphrase: str) -> str:
        """Of a whole home, verified first."""
        unpacked = self._safekeeping.unpack(path.expanduser().absolute(), passphrase)
        self._safekeeping.put_in_place_later(unpacked)
        return f"{whole_words(unpacked)} {_NEXT}"
