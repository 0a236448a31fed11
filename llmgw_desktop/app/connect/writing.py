"""Writes the changes of several files: all of them or none."""

from collections.abc import Mapping, Sequence
from contextlib import suppress
from pathlib import Path

from llmgw_desktop.app.connect.edits import FileChange
from llmgw_desktop.domain.errors import ConfigError
from llmgw_desktop.store.client_files.config_file import (
    read_bytes,
    remove_file,
    remove_folders,
    write_bytes,
)

Folders = dict[str, tuple[Path, ...]]
"""By file: those that were made for it."""


def write_all(changes: Sequence[FileChange]) -> Folders:
    """Each is read again afterwards. Raises ConfigError."""
    done: list[FileChange] = []
    folders: Folders = {}
    try:
        for each in changes:
            if each.changes:
                folders[str(each.path)] = _write_one(each)
                done.append(each)
                _check_written(each)
    except BaseException:
        put_back(done, folders)
        raise
    for each in done:  # at the end: several files may lie in one of them
        if each.then is None and each.known is not None:
            remove_folders([Path(folder) for folder in each.known.folders])
    return folders


def put_back(done: Sequence[FileChange], folders: Mapping[str, Sequence[Path]]) -> None:
    """As they were, where they still are what we made of them."""
    for each in done:
        with suppress(ConfigError):
            if each.now is not None:
                mode = each.modes[0] if each.modes is not None else None
                write_bytes(each.path, each.now, before=each.then, mode=mode)
            elif each.then is not None:
                remove_file(each.path, before=each.then)
    for made in folders.values():
        remove_folders(made)


def _write_one(change: FileChange) -> tuple[Path, ...]:
    if change.then is not None:
        mode = change.modes[1] if change.modes is not None else None
        return write_bytes(change.path, change.then, before=change.now, mode=mode)
    assert change.now is not None
    remove_file(change.path, before=change.now)
    return ()


def _check_written(change: FileChange) -> None:
    if read_bytes(change.path) != change.then:
        raise ConfigError(
            "was changed by another program right after it was written", file=str(change.path)
        )
