"""The vault's lock: finds the master key that the database names, or makes the first one.

A key that is wrong or missing keeps the vault locked, and nothing is ever written over what it
would open.
"""

import secrets
import threading
from typing import TYPE_CHECKING

from llmgw_desktop.domain.clock import Clock
from llmgw_desktop.domain.vault_errors import VaultLocked
from llmgw_desktop.store.master_key import VARIABLE, KeptIn, MasterKeys
from llmgw_desktop.store.vault_row_values import KnownKey
from llmgw_desktop.store.vault_rows import VaultRows

if TYPE_CHECKING:
    from llmgw_desktop.store.vault_cipher import KeySet

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

    def _found(self, current: KnownKey) -> "KeySet":
        from llmgw_desktop.store.vault_cipher import KeySet

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
        from llmgw_desktop.store.vault_cipher import MASTER_BYTES, KeySet

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
