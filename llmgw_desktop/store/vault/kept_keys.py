"""What opens backups of the vault after its master key was changed, and what was encrypted after a
backup was made: a file among the backups.

It holds former master keys, each wrapped under the one in force, and all data keys as they are
wrapped now. A change of the master key wraps all of it anew, before the former key is thrown away.
Whoever had the former key alone can open nothing with it that he could not open before.
"""

import json
import logging
from collections.abc import Mapping, Sequence
from dataclasses import asdict, field, replace
from pathlib import Path
from typing import TYPE_CHECKING

from llmgw_desktop.domain.values import value
from llmgw_desktop.store.at_rest.data_keys import WrappedKey, wrapped_anew
from llmgw_desktop.store.database.database import told
from llmgw_desktop.store.private_files import write_whole
from llmgw_desktop.store.vault.master_key import KeptIn, MasterKeys
from llmgw_desktop.store.vault.sealed_rows import KnownKey
from llmgw_desktop.store.vault.vault_rows import VaultRows

if TYPE_CHECKING:
    from llmgw_desktop.store.at_rest.key_set import KeySet

_MOST_BYTES = 4 * 1024 * 1024
_log = logging.getLogger(__name__)


@value
class KeptKeys:
    """All wrapped under one master key; nothing in it opens without that."""

    under: str
    """The id of the master key in force."""
    kept_in: KeptIn
    masters: Mapping[str, bytes] = field(default_factory=dict)
    """Former ones by their ids."""
    data_keys: Sequence[WrappedKey] = ()

    def master(self, key_id: str, keys: "KeySet") -> bytes | None:
        """A former master key. Raises EntryBroken."""
        wrapped = self.masters.get(key_id)
        return None if wrapped is None else keys.unwrap(_name(key_id), wrapped)


def keys_file(folder: Path) -> Path:
    return folder / "keys.json"


def read_kept(folder: Path) -> KeptKeys | None:
    """None where there is none, or none that can be read."""
    try:
        said = json.loads(keys_file(folder).read_bytes()[:_MOST_BYTES])
        return KeptKeys(
            under=str(said["under"]),
            kept_in=KeptIn(said["kept_in"]),
            masters={str(each): bytes.fromhex(text) for each, text in said["masters"].items()},
            data_keys=[
                WrappedKey(int(number), str(master), bytes.fromhex(wrapped))
                for number, master, wrapped in said["data_keys"]
            ],
        )
    except FileNotFoundError:
        return None
    except (OSError, ValueError, TypeError, KeyError, AttributeError) as error:
        _log.warning("%s cannot be used (%s)", keys_file(folder), type(error).__name__)
        return None


class KeptBeside:
    """All data keys of one `gateway.db`, kept beside it. Raises StoreError."""

    def __init__(self, rows: VaultRows, master_keys: MasterKeys) -> None:
        self._rows = rows
        self._folder = rows.path.parent / "backups"
        self._master_keys = master_keys

    def rows(self, master: str) -> Sequence[WrappedKey]:
        """Those that this master key opens."""
        kept = read_kept(self._folder)
        return [row for row in kept.data_keys if row.master == master] if kept else []

    def join(self, keys: "KeySet", now_s: float) -> None:
        """Either has all of both afterwards. What is kept under another master key comes under
        this one, which is in force, where that one is found; else it is set aside. Raises
        EntryBroken too."""
        if self._are_joined(keys.key_id):
            return

        def join(current: KnownKey, there: Sequence[WrappedKey]) -> Sequence[WrappedKey]:
            if current.key_id != keys.key_id:
                return ()
            kept = self._under(keys, current.kept_in)
            joined = _joined(kept.data_keys, _under(keys.key_id, there))
            _write(self._folder, replace(kept, kept_in=current.kept_in, data_keys=joined))
            numbers = {each.number for each in there}
            return [row for row in joined if row.number not in numbers]

        self._rows.join_data_keys(join, now_s)

    def _are_joined(self, master: str) -> bool:
        kept, there = read_kept(self._folder), _under(master, self._rows.data_keys())
        is_of_now = kept is not None and kept.under == master
        return is_of_now and {*kept.data_keys} == {*there} if kept else not there

    def _under(self, keys: "KeySet", kept_in: KeptIn) -> KeptKeys:
        from llmgw_desktop.store.at_rest.key_set import KeySet

        kept = read_kept(self._folder)
        if kept is not None and kept.under != keys.key_id:
            former = self._master_keys.of(kept.under, kept.kept_in)
            if former is not None and KeySet(former).key_id == kept.under:
                keep_former(self._folder, keys, kept_in, former)
                kept = read_kept(self._folder)
            else:
                _set_aside(self._folder, kept.under)
                kept = None
        return kept or KeptKeys(under=keys.key_id, kept_in=kept_in)


def keep_data_keys(folder: Path, rows: VaultRows, now_s: float) -> None:
    """With each backup, for which no key is at hand: as `gateway.db` has them now. Raises
    StoreError."""

    def keep(current: KnownKey, there: Sequence[WrappedKey]) -> Sequence[WrappedKey]:
        kept = read_kept(folder) or KeptKeys(under=current.key_id, kept_in=current.kept_in)
        if kept.under == current.key_id:  # else who has the key brings it under the one in force
            joined = _joined(kept.data_keys, _under(current.key_id, there))
            _write(folder, replace(kept, kept_in=current.kept_in, data_keys=joined))
        return ()

    rows.join_data_keys(keep, now_s)


def keep_former(folder: Path, now: "KeySet", kept_in: KeptIn, master: bytes) -> None:
    """Before a former master key is thrown away. Raises StoreUnavailable, EntryBroken."""
    from llmgw_desktop.store.at_rest.key_set import KeySet

    former = KeySet(master)
    kept = read_kept(folder)
    if kept is not None and kept.under == former.key_id:
        kept = KeptKeys(
            under=now.key_id,
            kept_in=kept_in,
            masters={
                each: now.wrap(_name(each), former.unwrap(_name(each), wrapped))
                for each, wrapped in kept.masters.items()
            },
            data_keys=[
                wrapped_anew(row, former, now) if row.master == former.key_id else row
                for row in kept.data_keys
            ],
        )
    elif kept is None or kept.under != now.key_id:
        if kept is not None:
            _set_aside(folder, kept.under)
        kept = KeptKeys(under=now.key_id, kept_in=kept_in)
    wrapped = now.wrap(_name(former.key_id), master)
    _write(folder, replace(kept, masters={**kept.masters, former.key_id: wrapped}))


def _joined(before: Sequence[WrappedKey], now: Sequence[WrappedKey]) -> list[WrappedKey]:
    """Oldest first: the newest is the one to write with, wherever they come from."""
    newer = {each.number: each for each in now}
    return [*(newer.pop(each.number, each) for each in before), *newer.values()]


def _under(master: str, rows: Sequence[WrappedKey]) -> list[WrappedKey]:
    return [row for row in rows if row.master == master]


def _set_aside(folder: Path, under: str) -> None:
    """Its master key is not found: nothing in it opens now. It may turn up."""
    with told(keys_file(folder)):
        keys_file(folder).replace(folder / f"keys-{under}.json")


def _name(key_id: str) -> str:
    return f"former master key {key_id}"


def _write(folder: Path, kept: KeptKeys) -> None:
    said = {
        **asdict(replace(kept, masters={}, data_keys=())),
        "masters": {each: wrapped.hex() for each, wrapped in kept.masters.items()},
        "data_keys": [(row.number, row.master, row.wrapped.hex()) for row in kept.data_keys],
    }
    with told(keys_file(folder)):
        folder.mkdir(mode=0o700, exist_ok=True)
        write_whole(keys_file(folder), json.dumps(said).encode() + b"\n")
