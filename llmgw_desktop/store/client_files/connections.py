"""What we have set up in which program: one folder each, with a record and copies from before.

A record names the values that are ours, by their hashes the file before and after, and the key that
was made for the program. Copies are written once and never over an older one.
"""

import hashlib
import json
import shutil
from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager, nullcontext
from dataclasses import asdict
from datetime import datetime
from pathlib import Path
from typing import Any

from llmgw_desktop.domain.audit import Act
from llmgw_desktop.domain.errors import StoreCorrupt, StoreError, StoreUnavailable
from llmgw_desktop.domain.values import value
from llmgw_desktop.store.audit.audit_rows import log_unwritten
from llmgw_desktop.store.client_files.marks import OwnMark
from llmgw_desktop.store.private_files import write_first, write_whole

_VERSION = 1


@value
class ConnectedFile:
    """One file that holds values of ours."""

    path: str
    format: str
    marks: tuple[OwnMark, ...]
    """In the order in which they were put."""
    after: str
    """Its hash, as we left it."""
    copy: str = ""
    """Its bytes from before, in a file of ours; empty where there was none."""
    folders: tuple[str, ...] = ()
    """That we made for it, outermost first."""
    mode: int | None = None
    """Its permissions from before, where we have narrowed them for the key in it."""

    @property
    def was_there(self) -> bool:
        return bool(self.copy)


@value
class Connection:
    """One program that we have set up."""

    program: str
    transport: str
    models: bool
    url: str
    """Of the gateway, as it was written."""
    mcp_url: str
    made_at_s: float
    files: tuple[ConnectedFile, ...]
    key_id: str = ""
    """Empty where none was needed."""
    key_name: str = ""
    rules: bool = False
    """The lasting rules were written into its settings."""


def digest(raw: bytes) -> str:
    return hashlib.sha256(raw).hexdigest()


Noting = Callable[[Act], AbstractContextManager[None]]


def _unnoted(act: Act) -> AbstractContextManager[None]:
    """Where nobody keeps an audit log."""
    return nullcontext()


class Connections:
    """Reads the disk at every call. Raises StoreUnavailable, StoreCorrupt."""

    def __init__(self, folder: Path, noting: Noting = _unnoted) -> None:
        """`noting` writes down what is done inside of it; both come about or neither."""
        self._folder = folder
        self._noting = noting

    def of(self, program: str) -> Connection | None:
        path = self._record(program)
        try:
            told = json.loads(path.read_bytes())
        except FileNotFoundError:
            return None
        except OSError as error:
            raise _unavailable(path, error) from error
        except ValueError as error:
            raise _spoilt(path) from error
        try:
            return _connection(told)
        except (KeyError, TypeError, ValueError) as error:
            raise _spoilt(path) from error

    def names(self) -> tuple[str, ...]:
        """Of all that are kept."""
        return tuple(sorted(each.parent.name for each in self._folder.glob("*/connection.json")))

    def keep(self, connection: Connection) -> None:
        path = self._record(connection.program)
        told = {"version": _VERSION, **asdict(connection)}
        with self._noting(_connected(connection)):
            self._write(path, json.dumps(told, indent=1).encode() + b"\n")

    def _write(self, path: Path, raw: bytes) -> None:
        try:
            path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            write_whole(path, raw)
        except OSError as error:
            raise _unavailable(path, error) from error

    def copy(self, program: str, path: Path, raw: bytes, at_s: float) -> str:
        """Where the copy lies."""
        stamp = datetime.fromtimestamp(at_s).astimezone().strftime("%Y-%m-%dT%H-%M-%S")
        folder = self._record(program).parent
        try:
            folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            for number in range(1, 1000):
                more = f"-{number}" if number > 1 else ""
                copy = folder / f"{stamp}{more}-{path.name.lstrip('.')}"
                if write_first(copy, raw):
                    return str(copy)
        except OSError as error:
            raise _unavailable(folder, error) from error
        raise StoreUnavailable(f"There are too many copies in {folder}.")

    def read_copy(self, file: ConnectedFile) -> bytes | None:
        """None where it is gone."""
        try:
            return Path(file.copy).read_bytes()
        except OSError:
            return None

    def forget(self, program: str, *, drop: Sequence[str] = ()) -> None:
        """With these copies; others stay."""
        path = self._record(program)
        act = Act(verb="program.disconnected", subject=program)
        try:
            with self._noting(act):
                pass
        except StoreError as error:  # its files are as before already
            log_unwritten(act, error)
        try:
            path.unlink(missing_ok=True)
            for copy in drop:
                Path(copy).unlink(missing_ok=True)
            if path.parent.is_dir() and not any(path.parent.iterdir()):
                shutil.rmtree(path.parent, ignore_errors=True)
        except OSError as error:
            raise _unavailable(path, error) from error

    def _record(self, program: str) -> Path:
        return self._folder / program / "connection.json"


def _connected(connection: Connection) -> Act:
    after = {
        "files": [each.path for each in connection.files],
        "transport": connection.transport,
        "models": connection.models,
        "rules": connection.rules,
        "client": connection.key_name,
    }
    return Act(verb="program.connected", subject=connection.program, after=after)


def _connection(told: Any) -> Connection:
    if told["version"] != _VERSION:
        raise ValueError("of another version")
    files = tuple(_file(each) for each in told["files"])
    names = ("program", "transport", "models", "url", "mcp_url", "made_at_s", "key_id", "key_name")
    rest = {name: told[name] for name in names}
    return Connection(files=files, rules=bool(told.get("rules", False)), **rest)


def _file(told: Any) -> ConnectedFile:
    marks = tuple(OwnMark(**{**each, "path": tuple(each["path"])}) for each in told["marks"])
    rest = {name: told[name] for name in ("path", "format", "after", "copy")}
    return ConnectedFile(marks=marks, folders=tuple(told["folders"]), mode=told.get("mode"), **rest)


def _unavailable(path: Path, error: OSError) -> StoreUnavailable:
    return StoreUnavailable(f"{path} cannot be read or written: {error.strerror}.")


def _spoilt(path: Path) -> StoreCorrupt:
    return StoreCorrupt(f"{path} is not a record of this program; move it away to go on.")
