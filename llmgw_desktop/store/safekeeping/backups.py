"""Automatic backups of `gateway.db`: made, found, verified, and given up when there are enough.

Each is a copy that opens as a database, sealed as the file itself is, with a few lines of JSON
beside it by which it is known to be whole. A new one is verified before an older one goes.
"""

import json
import logging
from collections.abc import Sequence
from contextlib import closing
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path

from llmgw_desktop.domain.errors import StoreCorrupt, StoreError
from llmgw_desktop.domain.settings import BackupSettings
from llmgw_desktop.store.database import connect_read_only, told
from llmgw_desktop.store.gateway_steps import GATEWAY_STEPS
from llmgw_desktop.store.private_files import write_whole
from llmgw_desktop.store.safekeeping.snapshot import (
    Snapshot,
    check_whole,
    synced_digest,
    take_snapshot,
)
from llmgw_desktop.store.schema_parts import missing_parts

_STAMP = "%Y%m%dT%H%M%SZ"
_DAY_S = 86_400
_MOST_BYTES = 100_000
_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True, kw_only=True)
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
    """Of what is there, newest first. Ages count from the newest: no leap of the clock makes
    anything old. Once texts are encrypted none is kept in which they are not."""
    if not found:
        return []
    plain = [] if found[0].snapshot.has_plain else [x for x in found if x.snapshot.has_plain]
    found = [each for each in found if each not in plain]
    kept = {each.path for each in found[: max(settings.hourly, 1)]}
    days: dict[int, Path] = {}
    for each in found:
        days.setdefault(int(each.made_at_s // _DAY_S), each.path)
    kept |= {days[day] for day in sorted(days, reverse=True)[: settings.daily]}
    oldest_s = found[0].made_at_s - settings.max_days * _DAY_S
    old = [each for each in found[1:] if each.path not in kept or each.made_at_s < oldest_s]
    return plain + old


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
