"""Copies of `gateway.db` in one piece: made, listed, thinned out, and what happened since one."""

import hashlib
import json
import logging
import os
import sqlite3
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import closing, suppress
from dataclasses import asdict, field
from datetime import UTC, datetime
from pathlib import Path

from llmgw_desktop.domain.audit import entry_of
from llmgw_desktop.domain.errors import StoreCorrupt, StoreError
from llmgw_desktop.domain.settings.tables import BackupSettings
from llmgw_desktop.domain.values import value
from llmgw_desktop.store.at_rest.data_keys import PLAIN_NUMBER
from llmgw_desktop.store.at_rest.gateway_conversion import TEXTS, read_number
from llmgw_desktop.store.database.database import (
    connect_read_only,
    missing_parts,
    schema_version,
    told,
)
from llmgw_desktop.store.database.steps import GATEWAY_STEPS
from llmgw_desktop.store.private_files import make_empty, write_whole


@value
class Snapshot:
    """What a copy holds, by which it is known again."""

    size: int
    sha256: str
    steps: int
    counts: Mapping[str, int] = field(default_factory=dict)
    """Rows of each table."""
    has_plain: bool = False
    """Texts in it are not encrypted, or were not when it was made: freed pages may hold them."""


def take_snapshot(path: Path, target: Path) -> Snapshot:
    """Of a database that others use, into a file of its own that is there when this returns.
    Waits for the disk; nobody waits for it. Raises StoreUnavailable, StoreCorrupt; then there is
    no such file."""
    make_empty(target)
    try:
        with told(path), closing(connect_read_only(path)) as source:
            source.execute("BEGIN")  # counted and copied as of one moment
            counts = _counts(source)
            with closing(sqlite3.connect(target, isolation_level=None)) as copy:
                source.backup(copy)
                copy.execute("PRAGMA journal_mode = DELETE")  # one file, whatever comes
        return _looked_at(target, counts)
    except BaseException:
        target.unlink(missing_ok=True)
        raise


def _looked_at(target: Path, counts: Mapping[str, int]) -> Snapshot:
    with told(target), closing(connect_read_only(target)) as copy:
        check_whole(target, copy)
        found, steps = _counts(copy), schema_version(copy)
        has_plain = _has_plain(copy, counts)
        if found != counts:
            raise StoreCorrupt(f"{target.name} does not hold what was copied.")
    with told(target):
        return Snapshot(
            size=target.stat().st_size,
            sha256=synced_digest(target),
            steps=steps,
            counts=counts,
            has_plain=has_plain,
        )


def check_whole(path: Path, connection: sqlite3.Connection) -> None:
    """Raises StoreCorrupt, sqlite3.Error."""
    answer = str(connection.execute("PRAGMA quick_check(1)").fetchone()[0])
    if answer != "ok":
        raise StoreCorrupt(f"{path.name} is damaged: {answer.splitlines()[-1]}.")


def synced_digest(path: Path) -> str:
    """SHA-256 of a file that nobody else has open, which is safely on the disk afterwards. Raises
    OSError."""
    with path.open("rb+") as file:
        os.fsync(file.fileno())
        return hashlib.file_digest(file, "sha256").hexdigest()


def _has_plain(connection: sqlite3.Connection, counts: Mapping[str, int]) -> bool:
    if not any(counts.get(texts.table, 0) for texts in TEXTS):
        return False
    return "encryption" not in counts or read_number(connection) in (None, PLAIN_NUMBER)


def _counts(connection: sqlite3.Connection) -> dict[str, int]:
    names = connection.execute(
        "SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite_%'"
    ).fetchall()
    return {
        name: connection.execute(f'SELECT count(*) FROM "{_quoted(name)}"').fetchone()[0]  # noqa: S608
        for (name,) in sorted(names)
    }


def _quoted(name: str) -> str:
    return name.replace('"', '""')


_STAMP = "%Y%m%dT%H%M%SZ"
_HOUR_S, _DAY_S = 3600, 86_400
_MOST_BYTES = 100_000
_log = logging.getLogger(__name__)


@value
class Backup:
    """One of them."""

    path: Path
    made_at_s: float
    snapshot: Snapshot

    @property
    def beside(self) -> Path:
        return self.path.with_suffix(".json")


def backups_in(folder: Path) -> list[Backup]:
    """Newest first; what is none is left out."""
    found = (_read(path) for path in folder.glob("gateway-*.json"))
    return sorted(filter(None, found), key=lambda each: each.made_at_s, reverse=True)


def make_backup(path: Path, folder: Path, now_s: float) -> Backup | None:
    """None where the newest one holds the same already. Waits for the disk. Raises
    StoreUnavailable, StoreCorrupt."""
    with told(folder):
        folder.mkdir(mode=0o700, exist_ok=True)
        stamp = datetime.fromtimestamp(now_s, UTC).strftime(_STAMP)
        target = folder / f"gateway-{stamp}.db"
        if target.with_suffix(".json").exists():
            return None  # of this second
        for left in folder.glob(".making-*"):
            left.unlink(missing_ok=True)
        making = folder / f".making-{stamp}"
        snapshot = take_snapshot(path, making)
        newest = next(iter(backups_in(folder)), None)
        if newest is not None and newest.snapshot.sha256 == snapshot.sha256:
            making.unlink()
            return None
        made = Backup(path=target, made_at_s=now_s, snapshot=snapshot)
        making.replace(target)
        said = {"made_at_s": now_s, **asdict(snapshot)}
        write_whole(made.beside, json.dumps(said).encode() + b"\n")
    return made


def check_backup(backup: Backup) -> None:
    """That it is as it was made, to the last byte. Raises StoreCorrupt, StoreUnavailable."""
    path = backup.path
    with told(path):
        if synced_digest(path) != backup.snapshot.sha256:
            raise StoreCorrupt(f"{path.name} is damaged: it is not as it was made.")
        with closing(connect_read_only(path)) as connection:
            check_whole(path, connection)
            if missing := missing_parts(connection, GATEWAY_STEPS):
                raise StoreCorrupt(f"{path.name} is damaged: it has no {missing[0]}.")


def newest_whole(folder: Path) -> Backup | None:
    """The first that can be relied on."""
    for backup in backups_in(folder):
        try:
            check_backup(backup)
        except StoreError as error:
            _log.warning("a backup cannot be used: %s", error)
            continue
        return backup
    return None


def tidy(folder: Path, settings: BackupSettings) -> list[Backup]:
    """Those that went: enough newer ones are there. Nothing goes while the newest does not hold.
    Raises as `check_backup`."""
    found = backups_in(folder)
    if not found:
        return []
    check_backup(found[0])
    gone = superfluous(found, settings)
    for backup in gone:
        with told(backup.path):
            backup.beside.unlink(missing_ok=True)
            backup.path.unlink(missing_ok=True)
    return gone


def superfluous(found: Sequence[Backup], settings: BackupSettings) -> list[Backup]:
    """Of what is there, newest first. The newest stay, and the last ones of hours and days, so that
    many of one hour push out none of the hours before. Ages count from the newest: no leap of the
    clock makes anything old. Once texts are encrypted none is kept in which they are not."""
    if not found:
        return []
    plain = [] if found[0].snapshot.has_plain else [x for x in found if x.snapshot.has_plain]
    found = [each for each in found if each not in plain]
    kept = {each.path for each in found[: max(settings.hourly, 1)]}
    kept |= _last_of_each(found, _HOUR_S, settings.hourly)
    kept |= _last_of_each(found, _DAY_S, settings.daily)
    oldest_s = found[0].made_at_s - settings.max_days * _DAY_S
    old = [each for each in found[1:] if each.path not in kept or each.made_at_s < oldest_s]
    return plain + old


def _last_of_each(found: Sequence[Backup], span_s: int, count: int) -> set[Path]:
    """Of the newest so many spans in which there is one; `found`: newest first."""
    last: dict[int, Path] = {}
    for each in found:
        last.setdefault(int(each.made_at_s // span_s), each.path)
    return {last[span] for span in sorted(last, reverse=True)[:count]}


def _read(path: Path) -> Backup | None:
    try:
        said = json.loads(path.read_bytes()[:_MOST_BYTES])
        made_at_s = float(said.pop("made_at_s"))
        datetime.fromtimestamp(made_at_s, UTC)
        backup = Backup(
            path=path.with_suffix(".db"), made_at_s=made_at_s, snapshot=Snapshot(**said)
        )
    except (OSError, ValueError, TypeError, KeyError, AttributeError, OverflowError):
        return None
    return backup if backup.path.exists() else None


_LAST = "SELECT number, digest FROM audit_log ORDER BY number DESC LIMIT 1"
_AT = "SELECT digest FROM audit_log WHERE number = ?"
_SINCE = "SELECT verb, body, digest FROM audit_log WHERE number > ? ORDER BY number"
_AFTER = "SELECT verb, body, digest FROM audit_log WHERE at_s > ? ORDER BY number"
_JOBS = "SELECT count(*) FROM jobs WHERE asked_at_s > ?"
_OWN_ENTRIES = "llmgw/"
_TAKEN = ("key.revoked", "oauth_client.revoked", "grant.revoked")
_GIVEN = ("key.made", "oauth_client.registered", "grant.given")


@value
class DoneSince:
    """What a restore of the backup loses."""

    verbs: Mapping[str, int] = field(default_factory=dict)
    """Acts by their verbs."""
    own: Mapping[str, int] = field(default_factory=dict)
    """Those among them that concern what the gateway keeps in the vault for itself."""
    open_again: Sequence[str] = ()
    """Whose access was taken since then, by name: the backup still gives it."""
    jobs: int = 0
    """Made since then."""

    def has_any(self, *kinds: str) -> bool:
        """Acts of these kinds, as `key`."""
        return any(verb.partition(".")[0] in kinds for verb in self.verbs)


def done_since(path: Path, backup: Backup) -> DoneSince | None:
    """None where it cannot be told: the file cannot be read, or another one went before it. Waits
    for the disk; changes nothing."""
    try:
        with told(backup.path), closing(connect_read_only(backup.path)) as then:
            last = then.execute(_LAST).fetchone() or (0, "")
        with told(path), closing(connect_read_only(path)) as now:
            if last[0] and now.execute(_AT, last[:1]).fetchone() != (last[1],):
                return None
            return _done(now, now.execute(_SINCE, last[:1]).fetchall(), backup.made_at_s)
    except (StoreError, sqlite3.Error):
        return None


def done_after(path: Path, at_s: float) -> DoneSince | None:
    """None where the file cannot be read. Waits for the disk; changes nothing."""
    try:
        with told(path), closing(connect_read_only(path)) as now:
            return _done(now, now.execute(_AFTER, [at_s]).fetchall(), at_s)
    except (StoreError, sqlite3.Error):
        return None


def _done(
    now: sqlite3.Connection, acts: Sequence[tuple[str, bytes, str]], since_s: float
) -> DoneSince:
    return DoneSince(
        verbs=Counter(verb for verb, _, _ in acts),
        own=Counter(
            verb
            for verb, subject in _told(acts)
            if verb.startswith("vault.") and subject.startswith(_OWN_ENTRIES)
        ),
        open_again=_open_again(acts),
        jobs=int(now.execute(_JOBS, [since_s]).fetchone()[0]),
    )


def _told(acts: Iterable[tuple[str, bytes, str]]) -> Iterator[tuple[str, str]]:
    """Verbs and subjects of the entries that can be read."""
    for verb, body, digest in acts:
        with suppress(ValueError, KeyError, TypeError):
            yield verb, entry_of(bytes(body), digest).act.subject


def _open_again(acts: Sequence[tuple[str, bytes, str]]) -> list[str]:
    names: dict[str, None] = {}
    given = set()
    for verb, subject in _told(each for each in acts if each[0] in _TAKEN + _GIVEN):
        kind = verb.partition(".")[0]
        if verb in _GIVEN:
            given.add((kind, subject))
        elif (kind, subject) not in given:
            names[subject] = None
    return list(names)
