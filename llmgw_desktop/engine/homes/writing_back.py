"""What a CLI changed of a sign-in that was lent to it, on its way back into the vault.

Who changed what is told by the digest that the vault and the file last agreed on. What a CLI
refreshed may be the only way to sign in that is left, so it is never thrown away: where a person
changed the vault meanwhile that stays, and the file goes into an entry beside it.
"""

import logging
from pathlib import Path

from llmgw_desktop.domain.acting import acting
from llmgw_desktop.domain.audit import BY_ITSELF
from llmgw_desktop.domain.vault import MOST_FILE_BYTES, EntryAddress, EntryKind, address
from llmgw_desktop.engine.homes import safe_files
from llmgw_desktop.engine.homes.fitness import unfit
from llmgw_desktop.engine.homes.record import HomeRecord, digest
from llmgw_desktop.store.vault import Vault

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
