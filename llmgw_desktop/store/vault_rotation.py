"""Puts all entries under a new master key, so that a crash at any point loses nothing.

1. The new key is announced in the database, then kept; 2. in one transaction every entry is sealed
anew, every data key is wrapped anew, another data key is added, and the new key is in force; 3. the
old key is wrapped for backups, then thrown away. Before 2 the old key opens everything, after it
the new one does. What a crash leaves over is cleared by the next rotation.
"""

import logging
import secrets
from typing import TYPE_CHECKING

from llmgw_desktop.domain.clock import Clock
from llmgw_desktop.domain.errors import StoreError
from llmgw_desktop.domain.vault_errors import VaultError, VaultLocked
from llmgw_desktop.store.master_key import VARIABLE, KeptIn, MasterKeys
from llmgw_desktop.store.resealing import resealing
from llmgw_desktop.store.safekeeping.kept_keys import keep_former
from llmgw_desktop.store.vault_row_values import KnownKey
from llmgw_desktop.store.vault_rows import VaultRows

if TYPE_CHECKING:
    from llmgw_desktop.store.vault_cipher import KeySet

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
        from llmgw_desktop.store.vault_cipher import MASTER_BYTES, KeySet

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
        return count

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
