"""Where master keys lie: in the environment, in the system's keyring, or in a file of this person.

Each lies under a name of its own (its key id), so that a new one never takes the place of an old
one. Which of them is in force is told by the database, not here.
"""

import logging
import re
from collections.abc import Mapping
from enum import StrEnum
from pathlib import Path

from llmgw_desktop.domain.errors import ConfigError, StoreUnavailable
from llmgw_desktop.domain.vault import VaultLocked
from llmgw_desktop.platform.files import sync_folder
from llmgw_desktop.store.private_files import read_own, write_whole
from llmgw_desktop.store.system_keyring import SecretPlaces, SystemKeyring, given_secret

VARIABLE = "LLM_GATEWAY_MASTER_KEY"
_MOST_BYTES = 1024
_HEX = re.compile(r"[0-9a-fA-F]{64}")
_log = logging.getLogger(__name__)


class KeptIn(StrEnum):
    """Where a master key was put when it was made."""

    ENVIRONMENT = "environment"
    KEYRING = "keyring"
    FILE = "file"


class MasterKeys:
    """Finds, keeps and forgets master keys. May block: see `system_keyring`."""

    def __init__(
        self, env: Mapping[str, str], folder: Path, keyring: SecretPlaces | None = None
    ) -> None:
        self._env = env
        self._folder = folder
        self.keyring = keyring or SystemKeyring()

    def given(self) -> bytes | None:
        """The one of the environment, which wins over all others. Raises VaultLocked."""
        try:
            text = given_secret(self._env, VARIABLE)
        except ConfigError as error:
            raise VaultLocked(f"The vault is locked: {error.key}: {error.message}.") from None
        if not text:
            return None
        try:
            return master_of(text)
        except ValueError:
            raise VaultLocked(
                f"The vault is locked: {VARIABLE} does not hold 64 hexadecimal digits. Correct it, "
                f"or remove it to use the key of the system's keyring or of the key file."
            ) from None

    def find(self, key_id: str, kept_in: KeptIn) -> bytes | None:
        """Where it was put first, then in the other place."""
        if kept_in is KeptIn.FILE:
            return self._from_file(key_id) or self._from_keyring(key_id)
        return self._from_keyring(key_id) or self._from_file(key_id)

    def of(self, key_id: str, kept_in: KeptIn) -> bytes | None:
        """The master key of this id: the environment's where it is that one, else as `find`."""
        from llmgw_desktop.store.at_rest.key_set import KeySet

        given = self.given()
        if given is not None and KeySet(given).key_id == key_id:
            return given
        return self.find(key_id, kept_in)

    def keep(self, key_id: str, master: bytes) -> KeptIn:
        """In the keyring, else in a file; safe on the disk when this returns."""
        if self.keyring.put(_name(key_id), master.hex()):
            return KeptIn.KEYRING
        path = self.file_of(key_id)
        try:
            write_whole(path, f"{master.hex()}\n".encode())
            _sync(self._folder)
        except OSError as error:
            raise StoreUnavailable(
                f"The vault's key cannot be written to {path}: {error.strerror}."
            ) from error
        _log.warning("the vault's key is kept in the file %s, not in the system's keyring", path)
        return KeptIn.FILE

    def forget(self, key_id: str, kept_in: KeptIn) -> None:
        """Only what is no longer needed."""
        if kept_in is KeptIn.KEYRING:
            self.keyring.remove(_name(key_id))
        self.file_of(key_id).unlink(missing_ok=True)

    def file_of(self, key_id: str) -> Path:
        return self._folder / f"vault-{key_id}.key"

    def _from_keyring(self, key_id: str) -> bytes | None:
        return _read(self.keyring.get(_name(key_id)) or "", "the system's keyring")

    def _from_file(self, key_id: str) -> bytes | None:
        path = self.file_of(key_id)
        try:
            text = read_own(path, _MOST_BYTES).decode("ascii", "replace")
        except FileNotFoundError:
            return None
        except OSError as error:
            _log.warning("the vault's key file %s cannot be read (%s)", path, error.strerror)
            return None
        return _read(text, str(path))


def master_of(text: str) -> bytes:
    """Of 64 hexadecimal digits. Raises ValueError, which does not repeat them."""
    if not _HEX.fullmatch(text.strip()):
        raise ValueError("A master key is written as 64 hexadecimal digits.")
    return bytes.fromhex(text.strip())


def _read(text: str, where: str) -> bytes | None:
    if not text:
        return None
    try:
        return master_of(text)
    except ValueError:
        _log.warning("what %s holds for the vault is no master key", where)
        return None


def _name(key_id: str) -> str:
    return f"vault key {key_id}"


def _sync(folder: Path) -> None:
    sync_folder(str(folder))
