"""Files of a private HOME, and the record of what lies there."""

import hashlib
from collections.abc import Iterator, Mapping
from dataclasses import field
from pathlib import Path

import orjson

from llmgw_desktop.domain.cli import CliName
from llmgw_desktop.domain.values import value
from llmgw_desktop.domain.vault import GLOBAL_PROJECT, EntryAddress, EntryKind, address
from llmgw_desktop.platform.private_tree import make_folder as make_folder
from llmgw_desktop.platform.private_tree import put as put
from llmgw_desktop.platform.private_tree import read as read
from llmgw_desktop.platform.private_tree import remove as remove

_RECORD = "record.json"
_HOME = "home"
_MOST_BYTES = 1024 * 1024


@value
class HomeRecord:
    """One HOME. `account` is the vault's provider of its files, `project` that of its entries."""

    cli: CliName
    account: str
    project: str = GLOBAL_PROJECT
    users: frozenset[str] = frozenset()
    """Jobs."""
    placed: Mapping[str, str] = field(default_factory=dict)
    """Files below the HOME that lie there now, with the digest of what the vault and the file
    last agreed on."""

    @property
    def place(self) -> str:
        """Below the folder of all of them. A project is named by a caller, so it is not said."""
        if self.project == GLOBAL_PROJECT:
            return f"{self.cli}/{self.account}"
        return f"{self.cli}/{self.account}@{digest(self.project.encode())[:16]}"

    @property
    def home(self) -> str:
        return f"{self.place}/{_HOME}"

    def entry(self, file: str) -> EntryAddress:
        """The vault's, of a file below HOME: folders are not part of its name."""
        return address(EntryKind.FILE, self.account, entry_name(file), self.project)


def entry_name(file: str) -> str:
    return file.rpartition("/")[2]


def digest(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()


def read_record(root: Path, place: str) -> HomeRecord | None:
    """None where there is none, or one that is not ours. Raises OSError."""
    data = read(root, f"{place}/{_RECORD}", _MOST_BYTES)
    if data is None:
        return None
    try:
        kept = orjson.loads(data)
        record = HomeRecord(
            cli=CliName(kept["cli"]),
            account=str(kept["account"]),
            project=str(kept["project"]),
            users=frozenset(map(str, kept["users"])),
            placed={str(file): str(value) for file, value in kept["placed"].items()},
        )
    except (ValueError, TypeError, KeyError, AttributeError):
        return None
    is_ours = record.place == place and all(map(_is_below, record.placed))
    return record if is_ours else None


def _is_below(file: str) -> bool:
    return not {"", ".", ".."} & set(file.split("/"))


def write_record(root: Path, record: HomeRecord) -> None:
    """Raises OSError."""
    kept = {
        "cli": record.cli,
        "account": record.account,
        "project": record.project,
        "users": sorted(record.users),
        "placed": dict(record.placed),
    }
    put(root, f"{record.place}/{_RECORD}", orjson.dumps(kept))


def all_records(root: Path) -> Iterator[HomeRecord]:
    """Raises OSError."""
    for path in sorted(root.glob(f"*/*/{_RECORD}")):
        record = read_record(root, path.parent.relative_to(root).as_posix())
        if record is not None:
            yield record
