"""One ended job's folder, brought under a data key or back to plain: file by file, each by taking
its place, so that whoever reads it finds the one or the other.
"""

from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

from llmgw_desktop.domain.vault_errors import VaultError
from llmgw_desktop.engine.jobs.folder import JobFolder
from llmgw_desktop.store.at_rest.data_keys import PLAIN_NUMBER, DataKey
from llmgw_desktop.store.at_rest.files import (
    BESIDE,
    convert_file,
    encrypt_file,
    number_of_file,
)

Clean = Callable[[str], str]
"""Takes secrets out of a text."""


def convert(
    folder: JobFolder,
    key: DataKey | None,
    clean: Clean,
    between: Callable[[], None],
    *,
    is_fresh: bool = False,
) -> int:
    """How many of its files are under this key now that were not, or plain where there is none.
    `between` is called after each piece of a file. `is_fresh`: the job ended just now, and what
    cannot be opened was written so by its run. Raises OSError, VaultError, StoreError.
    """
    _sweep(folder)
    if key is not None:
        folder.keep_words(None)
    else:
        folder.keep_words(clean)
        if _is_encrypted(folder.kept_words):
            folder.drop_secret_words(clean)
    changed, problem = 0, None
    for path in folder.texts():
        place = folder.place_of(path)
        try:
            if key is not None and is_fresh and _only_looks_encrypted(folder, path):
                changed += encrypt_file(path, key, place, between=between, is_plain=True)
            else:
                changed += convert_file(path, folder.at_rest, key, place, between=between)
        except VaultError as error:  # a damaged one; the others can be read all the same
            problem = error
    if problem is not None:
        raise problem
    return changed


def rest_plain(folder: JobFolder, clean: Clean) -> bool:
    """It cannot be encrypted now: what was asked is deleted if there is a secret in it. Whether
    anything lies there in plain. Raises OSError, VaultError, StoreError."""
    _sweep(folder)
    folder.keep_words(clean)
    if folder.kept_words.exists() and not _is_encrypted(folder.kept_words):
        folder.drop_secret_words(clean)
    return lies_otherwise(folder, encrypted=True)


def lies_otherwise(folder: JobFolder, *, encrypted: bool) -> bool:
    """Whether any of its files is not as it should be, as far as that shows without a key. One that
    is gone is not."""
    with suppress(OSError):
        return any(_is_encrypted(path) != encrypted for path in folder.texts())
    return False


def _only_looks_encrypted(folder: JobFolder, path: Path) -> bool:
    """It begins as ours do, and is not. Raises OSError, StoreError."""
    if not _is_encrypted(path):
        return False
    try:
        with folder.open(path) as file:
            file.read(1)
    except VaultError:
        return True
    return False


def _is_encrypted(path: Path) -> bool:
    """False for one that is not there. Raises OSError."""
    try:
        return number_of_file(path) != PLAIN_NUMBER
    except FileNotFoundError:
        return False


def _sweep(folder: JobFolder) -> None:
    """What a fall left of a file that was to take another's place."""
    for path in folder.path.glob(f".*{BESIDE}"):
        path.unlink(missing_ok=True)
