"""How the vault is opened, and how its master key is replaced by the next."""

import logging
import secrets
import threading
from typing import TYPE_CHECKING

from llmgw_desktop.domain.clock import Clock
from llmgw_desktop.domain.errors import StoreError
from llmgw_desktop.domain.vault import VaultError, VaultLocked
from llmgw_desktop.store.vault.kept_keys import KeptBeside, keep_former
from llmgw_desktop.store.vault.master_key import VARIABLE, KeptIn, MasterKeys
from llmgw_desktop.store.vault.sealed_rows import KnownKey, resealing
from llmgw_desktop.store.vault.vault_rows import VaultRows

if TYPE_CHECKING:
    from llmgw_desktop.store.at_rest.key_set import KeySet


PATIENCE_S = 20.0
"""For another thread that waits for the keyring, where a dialog may be open."""
_WAY_OUT = (
    "If it is lost, 'llmgw vault clear' makes room, and 'llmgw vault restore' fills it again."
)


class VaultLock:
    """May be used from any thread; may block as the keyring does."""

    def __init__(self, rows: VaultRows, master_keys: MasterKeys, clock: Clock) -> None:
        self._rows = rows
        self._master_keys = master_keys
        self._clock = clock
        self._one = threading.Lock()
        self._keys: KeySet | None = None

    def keys(self) -> "KeySet":
        """Those in force now, whoever changed them. Raises VaultLocked, StoreError."""
        if not self._one.acquire(timeout=PATIENCE_S):
            raise VaultLocked(
                "The vault is locked: the system's keyring does not answer. It may be waiting for "
                "its password in a window; enter it there."
            )
        try:
            current = self._rows.current_key()
            known = self._keys
            if current is None:
                known = self._first()
            elif known is None or not known.is_of(current.key_id, current.check_value):
                known = self._found(current)
            self._keys = known
            return known
        finally:
            self._one.release()

    def only_in_memory(self) -> str:
        """The name of the file that the key in use lay in, where it does not any more; else
        empty. Raises StoreError."""
        current, known = self._rows.current_key(), self._keys
        if current is None or known is None or not known.is_of(current.key_id, current.check_value):
            return ""
        file = self._master_keys.file_of(current.key_id)
        is_meant = current.kept_in is KeptIn.FILE and self._master_keys.given() is None
        if not is_meant or file.exists():
            return ""
        return "" if self._master_keys.find(current.key_id, current.kept_in) else file.name

    def _found(self, current: KnownKey) -> "KeySet":
        from llmgw_desktop.store.at_rest.key_set import KeySet

        given = self._master_keys.given()
        master = given or self._master_keys.find(current.key_id, current.kept_in)
        if master is not None:
            keys = KeySet(master)
            if keys.is_of(current.key_id, current.check_value):
                return keys
        newer = self._rows.current_key()
        if newer is not None and newer.key_id != current.key_id:
            return self._found(newer)  # a rotation took the key away while it was looked for
        raise VaultLocked(_why_locked(current, is_given=given is not None, is_there=bool(master)))

    def _first(self) -> "KeySet":
        from llmgw_desktop.store.at_rest.key_set import MASTER_BYTES, KeySet

        given = self._master_keys.given()
        if self._rows.has_entries():
            return self._of_another_process()
        master = given or secrets.token_bytes(MASTER_BYTES)
        keys = KeySet(master)
        kept_in = KeptIn.ENVIRONMENT if given else self._master_keys.keep(keys.key_id, master)
        first = KnownKey(keys.key_id, keys.check_value, kept_in)
        if self._rows.begin_with(first, self._clock.now_s()):
            return keys
        if not given:
            self._master_keys.forget(keys.key_id, kept_in)
        return self._of_another_process()

    def _of_another_process(self) -> "KeySet":
        """It was faster: its key counts."""
        current = self._rows.current_key()
        if current is None:
            raise VaultLocked(
                "The vault is locked: gateway.db holds entries but does not say of which key. Put "
                f"back a copy of the file from before. {_WAY_OUT}"
            )
        return self._found(current)


def _why_locked(current: KnownKey, *, is_given: bool, is_there: bool) -> str:
    name = f"The vault is locked: its key ({current.key_id})"
    if is_given:
        return (
            f"{name} is not the one in {VARIABLE}. Set the variable to the right one, or remove it "
            f"to use what the system's keyring or the key file holds. {_WAY_OUT}"
        )
    if is_there:
        return f"{name} is not what is kept under its name. Put the right one back. {_WAY_OUT}"
    if current.kept_in is KeptIn.ENVIRONMENT:
        return f"{name} came from {VARIABLE}, which is not set here. Set it. {_WAY_OUT}"
    if current.kept_in is KeptIn.FILE:
        return (
            f"{name} lay in the file vault-{current.key_id}.key beside gateway.db, and is not "
            f"there any more. Put the file back, or set {VARIABLE}. {_WAY_OUT}"
        )
    return (
        f"{name} lies in the system's keyring, which does not give it out here. Unlock the "
        f"keyring, start the gateway inside your desktop session, or set {VARIABLE}. {_WAY_OUT}"
    )


_log = logging.getLogger(__name__)


class Rotation:
    """One master key after another."""

    def __init__(self, rows: VaultRows, master_keys: MasterKeys, clock: Clock) -> None:
        self._rows = rows
        self._backups = rows.path.parent / "backups"
        self._master_keys = master_keys
        self._clock = clock

    def run(self, old: "KeySet", new_master: bytes | None, by: str = "") -> int:
        """How many entries were sealed anew. Raises VaultLocked, EntryBroken, StoreError."""
        from llmgw_desktop.store.at_rest.key_set import MASTER_BYTES, KeySet

        if (self._master_keys.given() is not None) is not (new_master is not None):
            raise VaultLocked(
                f"Where {VARIABLE} gives the master key, a new one must be given as well, and "
                f"nowhere else."
            )
        self._clear_left_over(old)
        master = new_master or secrets.token_bytes(MASTER_BYTES)
        new = KeySet(master)
        if new.key_id == old.key_id:
            raise VaultLocked("The new master key is the old one. Give another.")
        coming = KnownKey(new.key_id, new.check_value, KeptIn.KEYRING)
        self._rows.announce(coming, self._clock.now_s())
        try:
            is_given = new_master is not None
            kept_in = KeptIn.ENVIRONMENT if is_given else self._master_keys.keep(new.key_id, master)
            kept = KnownKey(new.key_id, new.check_value, kept_in)
            count = self._reseal(old, new, kept, by)
        except BaseException:
            self._undo(coming)
            raise
        self._clear_retired(new)
        self._keep_data_keys(new)
        return count

    def _keep_data_keys(self, new: "KeySet") -> None:
        """A backup from before, put back, must find the one that was added."""
        try:
            KeptBeside(self._rows, self._master_keys).join(new, self._clock.now_s())
        except (StoreError, VaultError) as error:
            _log.warning("data keys could not be kept beside gateway.db: %s", error)

    def _reseal(self, old: "KeySet", new: "KeySet", kept: KnownKey, by: str) -> int:
        how = resealing(old, new, kept)
        count = self._rows.reseal(how, self._clock.now_s(), by)
        if count is None:
            raise VaultLocked("Another program changes the master key at this moment. Try again.")
        return count

    def _clear_left_over(self, current: "KeySet") -> None:
        coming, _ = self._rows.left_over_keys()
        for key in coming:
            self._undo(key)
        self._clear_retired(current)

    def _undo(self, coming: KnownKey) -> None:
        """First in the database: from then on no other process can put it in force."""
        self._rows.drop_key(coming.key_id)
        current = self._rows.current_key()
        if current is None or current.key_id != coming.key_id:
            self._master_keys.forget(coming.key_id, coming.kept_in)

    def _clear_retired(self, current: "KeySet") -> None:
        _, retired = self._rows.left_over_keys()
        for key in retired:
            if self._is_kept_for_backups(key, current):
                self._master_keys.forget(key.key_id, key.kept_in)
                self._rows.drop_key(key.key_id)

    def _is_kept_for_backups(self, key: KnownKey, current: "KeySet") -> bool:
        """Backups from before open only with it. A disk that does not take it now keeps the key
        where it is, until the next change of the master key."""
        if not self._backups.is_dir():
            return True
        master = self._master_keys.of(key.key_id, key.kept_in)
        known = self._rows.current_key()
        if master is None or known is None:
            return True
        try:
            keep_former(self._backups, current, known.kept_in, master)
        except (StoreError, VaultError) as error:
            _log.warning("backups from before could not be given the former key: %s", error)
            return False
        return True
