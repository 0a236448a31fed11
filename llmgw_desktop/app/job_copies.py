"""What a job was asked and what it wrote, as plain copies where a person wants them."""

import os
import shutil
from pathlib import Path

from llmgw_desktop.domain.errors import StoreUnavailable
from llmgw_desktop.engine.jobs.folder import JobFolder


def save_copies(folder: JobFolder, target: Path) -> Path:
    """In a folder of their own, for the person alone; what lies there already is not written over.
    Waits for disk and vault. Raises StoreUnavailable, VaultError, StoreError."""
    made = target / folder.path.name
    try:
        made.mkdir(mode=0o700)
        for path in folder.texts():
            handle = os.open(made / path.name, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
            with os.fdopen(handle, "wb") as copy, folder.open(path) as file:
                shutil.copyfileobj(file, copy)
    except FileExistsError as error:
        raise StoreUnavailable(f"{made} is there already; name another folder.") from error
    except OSError as error:
        raise StoreUnavailable(f"Its files cannot be saved in {made}: {error.strerror}.") from error
    return made
