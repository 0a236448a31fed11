"""A vault in a folder, with a keyring of the test's own. Never the computer's."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from llmgw_desktop.domain.vault import EntryAddress, EntryKind, address
from llmgw_desktop.store.vault.master_key import MasterKeys
from llmgw_desktop.store.vault.vault import Vault
from llmgw_desktop.store.vault.vault_rows import VaultRows
from tests.store.set_clock import SetClock

SECRET = b"sk-test-0123456789abcdefghijklmnop"
OTHER = b"sk-other-9876543210zyxwvutsrqponm"
MASTER = "0123456789abcdef" * 4


@dataclass
class PlainKeyring:
    """Keeps what it is given, or says that it cannot."""

    works: bool = True
    kept: dict[str, str] = field(default_factory=dict)

    def get(self, name: str) -> str | None:
        return self.kept.get(name) if self.works else None

    def put(self, name: str, secret: str) -> bool:
        if self.works:
            self.kept[name] = secret
        return self.works

    def remove(self, name: str) -> None:
        if self.works:
            self.kept.pop(name, None)


@dataclass
class Place:
    """Where a vault lies; each `open` is as another process would open it."""

    folder: Path
    keyring: PlainKeyring = field(default_factory=PlainKeyring)
    env: Mapping[str, str] = field(default_factory=dict)
    clock: SetClock = field(default_factory=SetClock)

    @property
    def path(self) -> Path:
        return self.folder / "gateway.db"

    @property
    def key_files(self) -> list[Path]:
        return sorted(self.folder.glob("vault-*.key"))

    def master_keys(self) -> MasterKeys:
        return MasterKeys(self.env, self.folder, self.keyring)

    @contextmanager
    def open(self) -> Iterator[Vault]:
        vault = Vault(self.path, self.master_keys(), self.clock)
        try:
            yield vault
        finally:
            vault.close()

    @contextmanager
    def rows(self) -> Iterator[VaultRows]:
        rows = VaultRows(self.path)
        try:
            yield rows
        finally:
            rows.close()


def key(provider: str = "openai", name: str = "default", project: str = "") -> EntryAddress:
    return address(EntryKind.API_KEY, provider, name, project)


def file(provider: str = "codex", name: str = "auth.json", project: str = "") -> EntryAddress:
    return address(EntryKind.FILE, provider, name, project)
