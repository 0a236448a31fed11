"""Rows of the vault's tables as values, and back. A row that was changed may hold anything."""

from collections.abc import Callable
from dataclasses import field
from typing import TYPE_CHECKING, Any

from llmgw_desktop.domain.values import value
from llmgw_desktop.domain.vault import EntryAddress, EntryBroken, EntryKind, Sealed, VaultEntry
from llmgw_desktop.store.at_rest.data_keys import WrappedKey, new_key, wrapped_anew
from llmgw_desktop.store.database.schema import VaultKeyRow
from llmgw_desktop.store.vault.master_key import KeptIn

if TYPE_CHECKING:
    from llmgw_desktop.store.at_rest.key_set import KeySet


KINDS = frozenset(EntryKind)
_LAST_DAY_S = 2e11


@value(kw_only=False)
class KnownKey:
    """What the database knows of a master key."""

    key_id: str
    check_value: bytes = field(repr=False)
    kept_in: KeptIn


@value(kw_only=False)
class SealedEntry:
    """A row, its value still sealed."""

    shown: VaultEntry
    sealed: Sealed


@value(kw_only=False)
class Resealing:
    """From one master key to another."""

    new: KnownKey
    old_id: str
    seal: Callable[[SealedEntry], Sealed]
    wrap: Callable[[WrappedKey], WrappedKey]
    added: WrappedKey
    """A data key that nobody held before."""


def key_row(key: KnownKey, state: str, now_s: float) -> Any:
    return VaultKeyRow.insert(
        key_id=key.key_id,
        check_value=key.check_value,
        state=state,
        kept_in=str(key.kept_in),
        made_at_s=now_s,
    )


def sealed_columns(sealed: Sealed) -> dict[str, Any]:
    return {"key_id": sealed.key_id, "nonce": sealed.nonce, "sealed": sealed.data}


def sealed_entry(row: tuple[Any, ...]) -> SealedEntry:
    entry_id, kind, provider, name, project, key_id, nonce, data, hint, size, *times = row
    if kind not in KINDS:
        raise EntryBroken(
            f"The vault's entry {entry_id} is of a kind that this version does not know: it was "
            f"changed outside this program. Remove it, or update the program."
        )
    at = EntryAddress(
        kind=EntryKind(kind), provider=_text(provider), name=_text(name), project=_text(project)
    )
    created_at_s, updated_at_s = map(_moment, times)
    shown = VaultEntry(
        id=entry_id,
        address=at,
        hint=_text(hint),
        size=size if isinstance(size, int) else 0,
        created_at_s=created_at_s,
        updated_at_s=updated_at_s,
    )
    return SealedEntry(shown, Sealed(key_id, nonce, data))


def _text(cell: object) -> str:
    """Of what should be text. What was none can be shown, and its seal opens for no such name."""
    return cell if isinstance(cell, str) else repr(cell)


def _moment(cell: object) -> float:
    """Of what should be one: a day that calendars have."""
    return float(cell) if isinstance(cell, int | float) and 0 <= cell <= _LAST_DAY_S else 0.0


def known_key(row: tuple[Any, ...]) -> KnownKey:
    key_id, check_value, _, kept_in, _ = row
    return KnownKey(
        str(key_id),
        check_value if isinstance(check_value, bytes) else b"",
        KeptIn(kept_in) if kept_in in set(KeptIn) else KeptIn.KEYRING,
    )


def resealing(old: "KeySet", new: "KeySet", kept: KnownKey) -> Resealing:
    """For `VaultRows.reseal`. `kept`: the new key, and where it is."""

    def seal(entry: SealedEntry) -> Sealed:
        at = entry.shown.address
        return new.seal(at, old.open(at, entry.sealed))

    def wrap(row: WrappedKey) -> WrappedKey:
        return wrapped_anew(row, old, new)

    return Resealing(kept, old.key_id, seal=seal, wrap=wrap, added=new_key(new))
