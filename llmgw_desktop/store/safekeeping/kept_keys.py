"""What opens backups of the vault after its master key was changed: a file among them.

It holds former master keys, each wrapped under the one in force, and the data keys as they are
wrapped now. A change of the master key wraps all of it anew, before the former key is thrown away.
Whoever had the former key alone can open nothing with it that he could not open before.
"""

import json
import logging
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING

from llmgw_desktop.store.at_rest.data_keys import WrappedKey, wrapped_anew
from llmgw_desktop.store.database import told
from llmgw_desktop.store.master_key import KeptIn
from llmgw_desktop.store.private_files import write_whole

if TYPE_CHECKING:
    from llmgw_desktop.store.vault_cipher import KeySet

_MOST_BYTES = 4 * 1024 * 1024
_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True, kw_only=True)
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


def keep_data_keys(
    folder: Path, under: str, kept_in: KeptIn, data_keys: Sequence[WrappedKey]
) -> None:
    """With each backup: as `gateway.db` has them now. Raises StoreUnavailable."""
    before = read_kept(folder)
    if before is not None and before.under != under:
        if before.masters:
            return  # a change of the master key goes on, and writes it itself
        before = None
    now = before or KeptKeys(under=under, kept_in=kept_in)
    _write(folder, replace(now, kept_in=kept_in, data_keys=_joined(now.data_keys, data_keys)))


def keep_former(folder: Path, now: "KeySet", kept_in: KeptIn, master: bytes) -> None:
    """Before a former master key is thrown away. Raises StoreUnavailable, EntryBroken."""
    from llmgw_desktop.store.vault_cipher import KeySet

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
        kept = KeptKeys(under=now.key_id, kept_in=kept_in)
    wrapped = now.wrap(_name(former.key_id), master)
    _write(folder, replace(kept, masters={**kept.masters, former.key_id: wrapped}))


def _joined(before: Sequence[WrappedKey], now: Sequence[WrappedKey]) -> list[WrappedKey]:
    there = {each.number for each in now}
    return [*now, *(each for each in before if each.number not in there)]


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
