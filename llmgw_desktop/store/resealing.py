"""How everything that a master key has sealed comes under another one."""

from typing import TYPE_CHECKING

from llmgw_desktop.domain.vault import Sealed
from llmgw_desktop.store.at_rest.data_keys import WrappedKey, new_key, wrapped_anew
from llmgw_desktop.store.vault_row_values import KnownKey, Resealing, SealedEntry

if TYPE_CHECKING:
    from llmgw_desktop.store.vault_cipher import KeySet


def resealing(old: "KeySet", new: "KeySet", kept: KnownKey) -> Resealing:
    """For `VaultRows.reseal`. `kept`: the new key, and where it is."""

    def seal(entry: SealedEntry) -> Sealed:
        at = entry.shown.address
        return new.seal(at, old.open(at, entry.sealed))

    def wrap(row: WrappedKey) -> WrappedKey:
        return wrapped_anew(row, old, new)

    return Resealing(kept, old.key_id, seal, wrap, new_key(new))
