"""`llmgw doctor --secrets`: looks through all that lies on disk for secrets, and tells how many of
which kind lie where, and never a secret itself. It changes nothing."""

import argparse
import json
import re
import sys
import time
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, BinaryIO

from llmgw_desktop.app.words.figures import counted
from llmgw_desktop.app.words.inert_text import inert_line
from llmgw_desktop.domain.clock import SystemClock
from llmgw_desktop.domain.errors import ConfigError, StoreError
from llmgw_desktop.domain.vault import VaultError
from llmgw_desktop.engine.jobs.folders import JobFolders
from llmgw_desktop.redaction.redactor import Redactor
from llmgw_desktop.store.at_rest.cells import AtRest
from llmgw_desktop.store.at_rest.files import is_encrypted_file, open_file
from llmgw_desktop.store.database.database import SIDE_FILES
from llmgw_desktop.store.flights.flight_file import place_of_old
from llmgw_desktop.store.flights.stored_texts import is_database, texts_in
from llmgw_desktop.store.paths import Places
from llmgw_desktop.store.settings.reader import load_settings
from llmgw_desktop.store.vault.master_key import MasterKeys
from llmgw_desktop.store.vault.vault import Vault

_PIECE_BYTES = 1024 * 1024
_OVERLAP_BYTES = 64 * 1024
"""So much of a piece is looked at again with the next: a secret may lie across."""
_TELL_EVERY_S = 2.0
_NOT_ALL_READ = 3
_TEXTS_END = ". "
"""Between how many texts could not be read, and why."""
_KEPT = re.compile(r"\.(before|undone)-[0-9TZ]+(-[0-9]+)?$")
"""What a restore puts behind the names of what it replaces."""


@dataclass(slots=True)
class PlaceFound:
    """What lies in one place: a file, or a column of one that is a database."""

    where: str
    is_encrypted: bool = False
    kinds: Counter[str] = field(default_factory=Counter)

    def document(self) -> dict[str, Any]:
        return {
            "where": self.where,
            "encrypted": self.is_encrypted,
            "kinds": dict(sorted(self.kinds.items())),
        }


class SecretScan:
    """One look through everything."""

    def __init__(
        self, places: Places, at_rest: AtRest, redactor: Redactor, tell: Callable[[str], None]
    ) -> None:
        """`tell` hears a sentence on how far it is, now and then."""
        self._places = places
        self._at_rest = at_rest
        self._redactor = redactor
        self._tell = tell
        self._jobs = JobFolders(places.jobs_folder)
        self._told_at_s = time.monotonic()
        self._looked_at = self._all = 0
        self.found: dict[tuple[str, bool], PlaceFound] = {}
        self.meant: list[str] = []
        """What is there to hold a secret, and does."""
        self.unread: list[str] = []
        self.unread_texts = 0
        """Files and cells that could not be looked at."""
        self._of_database: tuple[str, set[bytes]] = ("", set())
        """The database that was looked through last, and what its cells hold."""

    def run(self) -> None:
        files = sorted(_files(self._places))
        self._all = sum(size for _, size in files)
        for path, size in files:
            before = self._looked_at
            try:
                self._file(path)
            except (OSError, VaultError, StoreError) as error:
                self.unread_texts += 1
                self.unread.append(f"{self._name(path)}: {inert_line(str(error), 300)}")
            self._looked_at = before + size

    @property
    def count(self) -> int:
        return sum(place.kinds.total() for place in self.found.values())

    def _file(self, path: Path) -> None:
        name = self._name(path)
        if _is_meant(self._places, path):
            with path.open("rb") as file:
                if any(True for _ in self._pieces(file)):
                    self.meant.append(name)
            return
        if is_database(path):
            self._database(path, name)
        is_encrypted = is_encrypted_file(path)
        known = self._told_of(name)
        with self._opened(path) as file:
            for kind, said in self._pieces(file):
                if not any(each in said or said in each for each in known):
                    self._note(name, kind, is_encrypted=is_encrypted)

    def _told_of(self, name: str) -> set[bytes]:
        """What is found again where a database lies as bytes, and was told of its cells: what is
        left is what it gave up, and did not write over."""
        database, said = self._of_database
        return said if name in {database, *(database + side for side in SIDE_FILES)} else set()

    def _opened(self, path: Path) -> BinaryIO:
        if path.is_relative_to(self._places.jobs_folder):
            job_id = path.relative_to(self._places.jobs_folder).parts[0]
            return open_file(path, self._at_rest, self._jobs.named(job_id).place_of(path))
        return open_file(path, self._at_rest, place_of_old(path))

    def _database(self, path: Path, name: str) -> None:
        unread: Counter[tuple[str, str]] = Counter()
        self._of_database = (name, said := set())
        for cell in texts_in(path, self._at_rest):
            where = f"{name}: {cell.table}.{cell.column}"
            if cell.text is None:
                unread[where, cell.why_not] += 1
                continue
            for found in self._redactor.find_all(cell.text):
                self._note(where, found.kind, is_encrypted=cell.is_encrypted)
                if not cell.is_encrypted:
                    said.add(cell.text[found.start : found.end])
            self._progress()
        self.unread_texts += unread.total()
        self.unread += [
            f"{where}: {counted(number, 'text', 'texts')}{_TEXTS_END}{inert_line(why, 300)}"
            for (where, why), number in unread.items()
        ]

    def _pieces(self, file: BinaryIO) -> Iterator[tuple[str, bytes]]:
        """What is found, by its kind, each secret once."""
        kept, piece = b"", file.read(_PIECE_BYTES)
        while piece:
            following = file.read(_PIECE_BYTES)
            text = kept + piece
            kept = text[-_OVERLAP_BYTES:] if following else b""
            for found in self._redactor.find_all(text):
                if found.start < len(text) - len(kept):
                    yield found.kind, text[found.start : found.end]
            self._looked_at += len(piece)
            self._progress()
            piece = following

    def _note(self, where: str, kind: str, *, is_encrypted: bool) -> None:
        key = (where, is_encrypted)
        if key not in self.found:
            self.found[key] = PlaceFound(where, is_encrypted)
        self.found[key].kinds[kind] += 1

    def _name(self, path: Path) -> str:
        base = self._places.home or Path.home()
        return str(path.relative_to(base) if path.is_relative_to(base) else path)

    def _progress(self) -> None:
        now_s = time.monotonic()
        if now_s - self._told_at_s >= _TELL_EVERY_S:
            self._told_at_s = now_s
            mb = 1_000_000
            self._tell(f"looked through {self._looked_at // mb} of {self._all // mb} MB …")


def run(arguments: argparse.Namespace, places: Places, env: Mapping[str, str]) -> int:
    """0 where nothing was found, 1 where something was, 3 where nothing was and not everything
    could be read."""
    redactor = Redactor()
    with_keys, encrypts = _settings_keys(places, env)
    redactor.know(with_keys)
    vault = Vault(places.gateway_db, MasterKeys(env, places.data_folder), SystemClock())
    with closing(vault):
        at_rest = AtRest(vault.data_keys if places.gateway_db.exists() else None, lambda: encrypts)
        scan = SecretScan(places, at_rest, redactor, _to_stderr)
        scan.run()
    if arguments.json:
        json.dump(_document(scan), sys.stdout, indent=2, ensure_ascii=False)
        sys.stdout.write("\n")
    else:
        sys.stdout.write(_text(scan))
    return 1 if scan.count else _NOT_ALL_READ if scan.unread_texts else 0


def _settings_keys(places: Places, env: Mapping[str, str]) -> tuple[tuple[str, ...], bool]:
    try:
        settings = load_settings(places.config_file, env).settings
    except ConfigError:
        return (), True
    return tuple(settings.api_keys), settings.storage.encrypt


def _files(places: Places) -> Iterator[tuple[Path, int]]:
    """Each with its size. No link is followed: what lies elsewhere is not ours."""
    seen: set[Path] = set()
    for folder in places.folders:
        for path in folder.rglob("*"):
            if path not in seen and path.is_file() and not path.is_symlink():
                seen.add(path)
                yield path, path.stat().st_size


def _is_meant(places: Places, path: Path) -> bool:
    """It is there to hold a key, for its owner alone: the local access key, the vault's key,
    sign-ins of CLIs, what was in other programs' settings before they were set up; and what of
    these a restore has replaced and keeps."""
    path = Path(*(_KEPT.sub("", part) for part in path.parts))
    folders = (places.homes_folder, places.connections_folder)
    is_master_key = path.parent == places.data_folder and path.suffix == ".key"
    return (
        path == places.access_key_file
        or is_master_key
        or any(path.is_relative_to(folder) for folder in folders)
    )


def _document(scan: SecretScan) -> dict[str, Any]:
    return {
        "found": scan.count,
        "places": [place.document() for place in _in_order(scan)],
        "meant": scan.meant,
        "unread": scan.unread,
        "unread_texts": scan.unread_texts,
    }


def _text(scan: SecretScan) -> str:
    lines = []
    for place in _in_order(scan):
        how = " (encrypted)" if place.is_encrypted else ""
        lines.append(f"{inert_line(place.where, 300)}{how}")
        lines += [f"  {number:>6}  {kind}" for kind, number in place.kinds.most_common()]
    lines += _unread_lines(scan.unread)
    lines += [f"There to hold one: {inert_line(each, 300)}" for each in scan.meant]
    if scan.count:
        total = counted(scan.count, "secret lies", "secrets lie")
        lines.append(
            f"{total} in {counted(len(scan.found), 'place', 'places')}. Change each key that is "
            "meant; what was recorded goes when its time is over."
        )
    elif scan.unread_texts:
        left = counted(scan.unread_texts, "text")
        lines.append(f"No secret was found in what could be read; {left} could not be.")
    else:
        lines.append("No secret was found.")
    return "\n".join(lines) + "\n"


def _unread_lines(unread: Sequence[str]) -> list[str]:
    """What keeps many from being read is said once."""
    lines, said = [], set()
    for each in unread:
        where, found, why = each.partition(_TEXTS_END)
        lines.append(f"Not read: {f'{where}, as above.' if found and why in said else each}")
        said.add(why)
    return lines


def _in_order(scan: SecretScan) -> list[PlaceFound]:
    return sorted(scan.found.values(), key=lambda place: (place.is_encrypted, place.where))


def _to_stderr(sentence: str) -> None:
    sys.stderr.write(f"{sentence}\n")
