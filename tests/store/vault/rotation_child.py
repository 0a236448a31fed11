"""Rotates a vault and dies at a step: `python -m tests.store.vault.rotation_child FOLDER STEP`.

The keyring is a file, so that what it keeps outlives the process.
"""

from __future__ import annotations

import json
import os
import signal
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

from llmgw_desktop.store.vault.master_key import MasterKeys
from llmgw_desktop.store.vault.vault_rows import VaultRows
from tests.store.vault.places import Place, PlainKeyring

STEPS = {
    "before announcing": (VaultRows, "announce", True),
    "after announcing": (VaultRows, "announce", False),
    "after keeping the new key": (MasterKeys, "keep", False),
    "inside the transaction": (VaultRows, "_set_state", True),
    "between its two last statements": (VaultRows, "_set_state", False),
    "after the transaction": (VaultRows, "reseal", False),
    "before forgetting the old key": (MasterKeys, "forget", True),
    "after forgetting the old key": (MasterKeys, "forget", False),
    "before dropping the old row": (VaultRows, "drop_key", True),
    "at the very end": (VaultRows, "drop_key", False),
}
"""What is called, and whether the end comes before or after it."""


class FileKeyring(PlainKeyring):
    def __init__(self, path: Path) -> None:
        super().__init__(kept=json.loads(path.read_text()) if path.exists() else {})
        self._path = path

    def put(self, name: str, secret: str) -> bool:
        super().put(name, secret)
        self._path.write_text(json.dumps(self.kept))
        return True

    def remove(self, name: str) -> None:
        super().remove(name)
        self._path.write_text(json.dumps(self.kept))


def place_in(folder: Path, *, with_keyring: bool) -> Place:
    keyring = FileKeyring(folder / "keyring.json") if with_keyring else PlainKeyring(works=False)
    return Place(folder, keyring)


def _die_at(step: str) -> None:
    owner, name, is_before = STEPS[step]
    whole: Callable[..., Any] = getattr(owner, name)

    def cut(*args: Any, **kwargs: Any) -> Any:
        if not is_before:
            whole(*args, **kwargs)
        os.kill(os.getpid(), signal.SIGKILL)

    setattr(owner, name, cut)


def main() -> None:
    folder, step, keyring = sys.argv[1:]
    place = place_in(Path(folder), with_keyring=keyring == "keyring")
    with place.open() as vault:
        _die_at(step)
        vault.rotate(by="child")


if __name__ == "__main__":
    main()
