"""The vault of mcp-llm-bridge (`~/.llm-gateway/vault.db`), read and never changed.

It is copied before it is opened, since even reading a database in WAL mode writes beside it. Its
entries are encrypted with AES-256-GCM under one key, which lies beside it or in the environment.
"""

import shutil
import sqlite3
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any

from llmgw_desktop.domain.vault import EntryKind, OpenEntry, VaultError, address
from llmgw_desktop.store.database.database import SIDE_FILES, told
from llmgw_desktop.store.system_keyring import known_secret
from llmgw_desktop.store.vault.master_key import VARIABLE, master_of

_TABLES = ((EntryKind.API_KEY, "credentials", "key_name"), (EntryKind.FILE, "files", "file_name"))
_MOST_BYTES = 256 * 1024 * 1024


class BridgeVault:
    """One such file with its key."""

    def __init__(self, path: Path, env: Mapping[str, str]) -> None:
        self.path = path
        self._env = env

    @classmethod
    def of(cls, home: Path, env: Mapping[str, str]) -> "BridgeVault | None":
        """Where that program keeps it, if it does."""
        named = env.get("LLM_GATEWAY_DB_PATH", "")
        path = Path(named).expanduser() if named else home / ".llm-gateway" / "vault.db"
        return cls.at(path, env)

    @classmethod
    def at(cls, path: Path, env: Mapping[str, str]) -> "BridgeVault | None":
        """There, if it is."""
        return cls(path, env) if path.is_file() else None

    def read(self) -> tuple[list[OpenEntry], list[str]]:
        """What could be opened, and a sentence for each that could not. Raises VaultError,
        StoreError."""
        keys = self._keys()
        if not keys:
            raise VaultError(f"{self.path} is encrypted, and its key (master.key) is not there.")
        opened: list[OpenEntry] = []
        problems: list[str] = []
        for kind, row in self._rows():
            try:
                opened.append(_opened(kind, row, keys))
            except VaultError as error:
                problems.append(f"{self.path}: {error}")
        return opened, problems

    def _keys(self) -> list[bytes]:
        texts = [known_secret(self._env, VARIABLE)]
        beside = self.path.with_name("master.key")
        if beside.is_file():
            texts.append(beside.read_text("ascii", "replace"))
        found = []
        for text in texts:
            try:
                found.append(master_of(text))
            except ValueError:
                continue
        return found

    def counts(self, tables: Sequence[str]) -> dict[str, int]:
        """How many rows there are in each that holds any. Raises VaultError, StoreError."""
        with self._copied() as copy, closing(sqlite3.connect(copy)) as connection:
            present = _tables(connection)
            found = {}
            for table in tables:
                if table in present:
                    query = f"SELECT count(*) FROM {table}"  # noqa: S608 - ours
                    found[table] = int(connection.execute(query).fetchone()[0])
        return {table: count for table, count in found.items() if count}

    @contextmanager
    def _copied(self) -> Iterator[Path]:
        """A copy of it, which goes afterwards."""
        if self.path.stat().st_size > _MOST_BYTES:
            raise VaultError(f"{self.path} is larger than any vault.")
        with told(self.path), tempfile.TemporaryDirectory(prefix="llmgw-import-") as folder:
            copy = Path(folder) / "vault.db"
            for side in ("", *SIDE_FILES):
                source = self.path.with_name(self.path.name + side)
                if source.is_file():
                    shutil.copyfile(source, copy.with_name(copy.name + side))
            yield copy

    def _rows(self) -> Iterator[tuple[EntryKind, Sequence[Any]]]:
        with self._copied() as copy, closing(sqlite3.connect(copy)) as connection:
            tables = _tables(connection)
            for kind, table, name in _TABLES:
                if table in tables:
                    columns = f"provider, {name}, project, encrypted_value, iv, auth_tag"
                    query = f"SELECT {columns} FROM {table} ORDER BY id"  # noqa: S608 - ours
                    yield from ((kind, row) for row in connection.execute(query).fetchall())


def _tables(connection: sqlite3.Connection) -> set[str]:
    present = connection.execute("SELECT name FROM sqlite_schema WHERE type = 'table'")
    return {name for (name,) in present}


def _opened(kind: EntryKind, row: Sequence[Any], keys: Sequence[bytes]) -> OpenEntry:
    from cryptography.exceptions import InvalidTag
    from cryptography.hazmat.primitives.ciphers.aead import AESGCM

    provider, name, project, data, nonce, tag = row
    entry = address(kind, str(provider), str(name), str(project))
    for key in keys:
        try:
            return OpenEntry(entry, AESGCM(key).decrypt(nonce, data + tag, None))
        except (InvalidTag, ValueError, TypeError):
            continue
    raise VaultError(f"{entry.label} does not open with its key; it is left out.")
