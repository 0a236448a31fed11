"""Whether what ended jobs were asked and said lies as it should: encrypted, or in plain."""

import os
import shutil
from collections.abc import Callable, Mapping
from contextlib import closing
from pathlib import Path
from typing import Any, TypeVar

from llmgw_desktop.app.audit.book import HEAD_LOST
from llmgw_desktop.app.doctor.report import DoctorFinding, FindingState, ReportSection
from llmgw_desktop.app.gateway.standing import GatewayStanding
from llmgw_desktop.app.safekeeping.at_rest import UNREADABLE_DO, time_words, unreadable_words
from llmgw_desktop.app.words.figures import counted
from llmgw_desktop.domain.clock import SystemClock
from llmgw_desktop.domain.errors import ConfigError, StoreError
from llmgw_desktop.domain.settings.tables import RecorderLevel
from llmgw_desktop.domain.settings.whole import LoadedSettings, Settings
from llmgw_desktop.engine.jobs.folders import JobFolders, lies_otherwise
from llmgw_desktop.store.at_rest.gateway_conversion import read_number
from llmgw_desktop.store.audit.audit_store import AuditStore
from llmgw_desktop.store.database.database import (
    Steps,
    is_disk_full,
    is_of_today,
    open_read_only,
    told,
)
from llmgw_desktop.store.database.steps import GATEWAY_STEPS
from llmgw_desktop.store.flights.conversion import read_converted
from llmgw_desktop.store.flights.steps import FLIGHTS_STEPS
from llmgw_desktop.store.jobs.job_store import JobStore
from llmgw_desktop.store.paths import Places
from llmgw_desktop.store.safekeeping.backups import backups_in
from llmgw_desktop.store.settings.reader import load_settings
from llmgw_desktop.store.vault.vault_rows import VaultRows


def look_at_job_files(places: Places, *, encrypts: bool) -> tuple[DoctorFinding, ...]:
    """Only where some do not."""
    folders = JobFolders(places.jobs_folder)
    try:
        if not places.gateway_db.exists() or not is_of_today(places.gateway_db, GATEWAY_STEPS):
            return ()
        with closing(JobStore(places.gateway_db)) as store:
            ended = store.ended_ids()
    except StoreError:
        return ()  # said of the vault, which lies in the same file
    others = sum(lies_otherwise(folders.kept(each), encrypted=encrypts) for each in ended)
    if not others:
        return ()
    lies = "lies in plain" if encrypts else "is still encrypted"
    says = f"What {counted(others, 'ended job was', 'ended jobs were')} asked and said {lies}."
    do = "The gateway changes that when it runs and the vault is open."
    more = {"ended": len(ended), "others": others}
    state = FindingState.WARN if encrypts else FindingState.NOTE
    return (DoctorFinding(name="jobs", title="Jobs", state=state, says=says, do=do, more=more),)


_Told = TypeVar("_Told")
_LITTLE_BYTES = 500 * 1024 * 1024
_EARLIER = "It was made by an earlier version; the gateway brings it up to date when it starts."


def look_at_settings(
    places: Places, env: Mapping[str, str]
) -> tuple[ReportSection, LoadedSettings | None]:
    """The settings too, where they can be read."""
    try:
        loaded = load_settings(places.config_file, env)
    except ConfigError as error:
        wrong = DoctorFinding(
            name="file",
            title="File",
            state=FindingState.FAULT,
            says=str(error),
            do="Correct it there. A gateway that runs keeps its last good settings.",
            more={"path": str(places.config_file), "exists": places.config_file.exists()},
        )
        found = (wrong, *_folders(places))
        return ReportSection(name="settings", title="Settings", findings=found), None
    warnings = [
        DoctorFinding(name="warning", title="Warning", state=FindingState.WARN, says=each)
        for each in loaded.warnings
    ]
    findings = (_file(places.config_file), *_folders(places), *warnings)
    return ReportSection(name="settings", title="Settings", findings=findings), loaded


def _file(path: Path) -> DoctorFinding:
    exists = path.exists()
    return DoctorFinding(
        name="file",
        title="File",
        state=FindingState.OK if exists else FindingState.NOTE,
        says=str(path) if exists else f"There is none yet, so all is as it comes: {path}",
        more={"path": str(path), "exists": exists},
    )


def _folders(places: Places) -> tuple[DoctorFinding, ...]:
    """Only those that cannot be written: without them nothing can be served."""
    folders = (places.config_folder, places.data_folder, places.log_folder, places.run_folder)
    return tuple(
        DoctorFinding(
            name="folder",
            title="Folder",
            state=FindingState.FAULT,
            says=f"{folder} cannot be written.",
            do="Give it to your own user, or name another home: LLMGW_HOME=DIR.",
            more={"path": str(folder)},
        )
        for folder in folders
        if not _can_be_written(folder)
    )


def _can_be_written(folder: Path) -> bool:
    """Itself, or the place where it will be made."""
    while not folder.exists() and folder != folder.parent:
        folder = folder.parent
    return folder.is_dir() and os.access(folder, os.W_OK | os.X_OK)


def look_at_vault(places: Places, standing: GatewayStanding) -> ReportSection:
    store = _store(places, standing)
    vault = () if standing.store else (_vault(places, standing),)  # else opened by nobody
    findings = (store, *vault, *_audit_log(places))
    return ReportSection(name="vault", title="Vault", findings=findings)


def _store(places: Places, standing: GatewayStanding) -> DoctorFinding:
    """The file that all but flights lie in."""
    path, backups = places.gateway_db, backups_in(places.backups_folder)
    newest, found = backups[0].made_at_s if backups else None, standing.store
    return DoctorFinding(
        name="store",
        title="Store",
        state=FindingState.FAULT if found else FindingState.OK,
        says=found or (f"{path}{_backed_up(newest)}" if path.exists() else "empty"),
        do=standing.store_do,
        more={"path": str(path), "in_question": bool(found), "newest_backup": newest},
    )


def _backed_up(newest_s: float | None) -> str:
    return "" if newest_s is None else f" · backed up {time_words(newest_s)}"


def _audit_log(places: Places) -> tuple[DoctorFinding, ...]:
    """Only one that nothing is sealed in any more; `llmgw audit verify` reads all of it."""
    try:
        if not places.gateway_db.exists() or not is_of_today(places.gateway_db, GATEWAY_STEPS):
            return ()
        with closing(AuditStore(places.gateway_db, SystemClock())) as store:
            lost = store.lost_head()
    except StoreError:
        return ()  # said of the vault, which lies in the same file
    wrong = DoctorFinding(
        name="audit",
        title="Audit log",
        state=FindingState.WARN,
        says=f"not whole. {lost}",
        do=HEAD_LOST,
    )
    return (wrong,) if lost else ()


def _vault(places: Places, standing: GatewayStanding) -> DoctorFinding:
    problem, count = standing.vault, 0
    state, says = FindingState.OK, "empty"
    try:
        if places.gateway_db.exists() and not is_of_today(places.gateway_db, GATEWAY_STEPS):
            state, says = FindingState.NOTE, _EARLIER
        elif places.gateway_db.exists():
            with closing(VaultRows(places.gateway_db)) as rows:
                count = len(rows.all())
            says = f"open, with {counted(count, 'entry', 'entries')}"
    except StoreError as error:
        problem = problem or str(error)
    if problem or standing.vault_warning:
        state, says = FindingState.WARN, problem or standing.vault_warning
    more = {
        "locked": bool(problem),
        "entries": count,
        "only_in_memory": bool(standing.vault_warning),
    }
    return DoctorFinding(name="vault", title="Entries", state=state, says=says, more=more)


def look_at_recorder(
    places: Places, settings: Settings, standing: GatewayStanding
) -> ReportSection:
    findings = (
        _recording(settings, is_locked=bool(standing.vault or standing.store)),
        *_not_recorded(standing),
        *_lost(standing),
        _encryption(places, settings),
        *look_at_job_files(places, encrypts=settings.storage.encrypt),
        _database(places.flights_db),
        _disk(places.data_folder),
    )
    return ReportSection(name="recorder", title="Recorder", findings=findings)


def _recording(settings: Settings, *, is_locked: bool) -> DoctorFinding:
    level = settings.recorder.level
    if is_locked and level is RecorderLevel.FULL and settings.storage.encrypt:
        return DoctorFinding(
            name="level",
            title="Records",
            state=FindingState.WARN,
            says="figures alone: while the vault is locked what is said cannot be encrypted",
            more={"level": level},
        )
    says = {
        RecorderLevel.FULL: "every request with its bodies, secrets removed",
        RecorderLevel.FIGURES: "figures alone, no bodies and no headers",
        RecorderLevel.OFF: "nothing: recorder.level is off",
    }[level]
    state = FindingState.NOTE if level is RecorderLevel.OFF else FindingState.OK
    return DoctorFinding(
        name="level", title="Records", state=state, says=says, more={"level": level}
    )


def _not_recorded(standing: GatewayStanding) -> tuple[DoctorFinding, ...]:
    """Only where the running gateway says so, and somebody did not want it so."""
    return tuple(
        DoctorFinding(name="now", title="Now", state=FindingState.WARN, says=says, do=do)
        for part, says, do in standing.problems
        if part == "recorder" and "recorder.level" not in says
    )


def _lost(standing: GatewayStanding) -> tuple[DoctorFinding, ...]:
    """Only where some are."""
    if not standing.lost_flights:
        return ()
    more = {"flights": standing.lost_flights}
    says, do = unreadable_words(standing.lost_flights), UNREADABLE_DO
    wrong = DoctorFinding(
        name="lost", title="Unreadable", state=FindingState.WARN, says=says, do=do, more=more
    )
    return (wrong,)


def _encryption(places: Places, settings: Settings) -> DoctorFinding:
    """As it lies in the files: whether the vault opens is said of the vault."""
    try:
        flights = _read(places.flights_db, FLIGHTS_STEPS, read_converted)
        gateway = _read(places.gateway_db, GATEWAY_STEPS, read_number)
    except StoreError:
        flights = gateway = None  # said of the database itself
    part = 1.0 if flights is None else flights.part if flights.number else 0.0
    is_plain = not gateway and (flights is None or not flights.number)
    state = FindingState.OK
    if not settings.storage.encrypt:
        says = "off: storage.encrypt is false" + ("" if is_plain else "; some is still encrypted")
    elif part < 1:
        state, says = (
            FindingState.NOTE,
            f"under way: {part:.0%} of the recorded flights are encrypted",
        )
    elif is_plain and (places.flights_db.exists() or places.gateway_db.exists()):
        state, says = FindingState.NOTE, "nothing yet; it begins with the next request"
    else:
        says = "what is said in requests, answers, runs and panels"
    more = {"wanted": settings.storage.encrypt, "part": part}
    return DoctorFinding(name="encryption", title="Encrypts", state=state, says=says, more=more)


def _read(path: Path, steps: Steps, read: Callable[[Any], _Told]) -> _Told | None:
    """None also for a file that is not there, or of an earlier version."""
    if not path.exists() or not is_of_today(path, steps):
        return None
    with told(path), closing(open_read_only(path, steps)) as connection:
        return read(connection)


def _database(path: Path) -> DoctorFinding:
    state, says, do = FindingState.OK, str(path), ""
    try:
        if not path.exists():
            says = f"It is made with the first request: {path}"
        elif not is_of_today(path, FLIGHTS_STEPS):
            state, says = FindingState.NOTE, _EARLIER
    except StoreError as error:
        state, says = FindingState.WARN, str(error)
        do = "The gateway serves without it, and records nothing. " + (
            "Make room on the disk."
            if is_disk_full(path.parent)
            else "Move the file away to begin anew."
        )
    return DoctorFinding(
        name="database",
        title="Database",
        state=state,
        says=says,
        do=do,
        more={"path": str(path), "opens": state is not FindingState.WARN},
    )


def _disk(folder: Path) -> DoctorFinding:
    while not folder.exists() and folder != folder.parent:
        folder = folder.parent
    try:
        free = shutil.disk_usage(folder).free
    except OSError as error:
        says = f"How much room is left is not known: {error.strerror}."
        return DoctorFinding(
            name="disk", title="Disk", state=FindingState.NOTE, says=says, more={"free_bytes": None}
        )
    is_little = free < _LITTLE_BYTES
    return DoctorFinding(
        name="disk",
        title="Disk",
        state=FindingState.WARN if is_little else FindingState.OK,
        says=f"{free / 1e9:,.1f} GB free",
        do=f"Make room at {folder}: without any nothing is recorded." if is_little else "",
        more={"free_bytes": free},
    )
