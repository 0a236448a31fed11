"""What the gateway keeps: its settings, its vault, and the recorder's file."""

import os
import shutil
from collections.abc import Callable, Mapping
from contextlib import closing
from pathlib import Path
from typing import Any, TypeVar

from llmgw_desktop.app.audit_book import HEAD_LOST
from llmgw_desktop.app.doctor.job_files import look_at_job_files
from llmgw_desktop.app.doctor.patience import Late, within
from llmgw_desktop.app.doctor.report import Finding, Section, State
from llmgw_desktop.app.figures import counted
from llmgw_desktop.app.store_words import time_words, ways_out
from llmgw_desktop.domain.clock import SystemClock
from llmgw_desktop.domain.errors import ConfigError, StoreError
from llmgw_desktop.domain.settings import LoadedSettings, RecorderLevel, Settings
from llmgw_desktop.store.at_rest.gateway_conversion import read_number
from llmgw_desktop.store.audit_store import AuditStore
from llmgw_desktop.store.database import is_of_today, open_read_only, told
from llmgw_desktop.store.flights.conversion import read_converted
from llmgw_desktop.store.flights_steps import FLIGHTS_STEPS
from llmgw_desktop.store.gateway_steps import GATEWAY_STEPS
from llmgw_desktop.store.master_key import MasterKeys
from llmgw_desktop.store.migrations import Steps
from llmgw_desktop.store.paths import Places
from llmgw_desktop.store.safekeeping.backups import backups_in
from llmgw_desktop.store.safekeeping.checking import wrong_with
from llmgw_desktop.store.settings import load_settings
from llmgw_desktop.store.store_mark import read_mark
from llmgw_desktop.store.vault import Vault

_Told = TypeVar("_Told")
_PATIENCE_S = 5.0
_LITTLE_BYTES = 500 * 1024 * 1024
_NO_VAULT = (
    "Neither its keys nor those of clients can be used. Put a backup in its place, or move it away:"
    " a new one is made."
)
_EARLIER = "It was made by an earlier version; the gateway brings it up to date when it starts."


def look_at_settings(
    places: Places, env: Mapping[str, str]
) -> tuple[Section, LoadedSettings | None]:
    """The settings too, where they can be read."""
    try:
        loaded = load_settings(places.config_file, env)
    except ConfigError as error:
        wrong = Finding(
            name="file",
            title="File",
            state=State.FAULT,
            says=str(error),
            do="Correct it there. A gateway that runs keeps its last good settings.",
            more={"path": str(places.config_file), "exists": places.config_file.exists()},
        )
        found = (wrong, *_folders(places))
        return Section(name="settings", title="Settings", findings=found), None
    warnings = [
        Finding(name="warning", title="Warning", state=State.WARN, says=each)
        for each in loaded.warnings
    ]
    findings = (_file(places.config_file), *_folders(places), *warnings)
    return Section(name="settings", title="Settings", findings=findings), loaded


def _file(path: Path) -> Finding:
    exists = path.exists()
    return Finding(
        name="file",
        title="File",
        state=State.OK if exists else State.NOTE,
        says=str(path) if exists else f"There is none yet, so all is as it comes: {path}",
        more={"path": str(path), "exists": exists},
    )


def _folders(places: Places) -> tuple[Finding, ...]:
    """Only those that cannot be written: without them nothing can be served."""
    folders = (places.config_folder, places.data_folder, places.log_folder, places.run_folder)
    return tuple(
        Finding(
            name="folder",
            title="Folder",
            state=State.FAULT,
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


def look_at_vault(places: Places, env: Mapping[str, str]) -> Section:
    store = _store(places)
    is_there = places.gateway_db.exists() and places.gateway_db.stat().st_size
    if store.state is State.FAULT and not is_there:
        return Section(name="vault", title="Vault", findings=(store,))
    findings = (store, _vault(places, env), *_audit_log(places))
    return Section(name="vault", title="Vault", findings=findings)


def _store(places: Places) -> Finding:
    """The file that all but flights lie in. One in question is opened by nobody."""
    path, backups = places.gateway_db, backups_in(places.backups_folder)
    mark, newest = read_mark(path), backups[0].made_at_s if backups else None
    found = wrong_with(path, GATEWAY_STEPS) or (mark.found if mark is not None else "")
    return Finding(
        name="store",
        title="Store",
        state=State.FAULT if found else State.OK,
        says=found or (f"{path}{_backed_up(newest)}" if path.exists() else "empty"),
        do=ways_out(backups) if found else "",
        more={"path": str(path), "in_question": bool(found), "newest_backup": newest},
    )


def _backed_up(newest_s: float | None) -> str:
    return "" if newest_s is None else f" · backed up {time_words(newest_s)}"


def _audit_log(places: Places) -> tuple[Finding, ...]:
    """Only one that nothing is sealed in any more; `llmgw audit verify` reads all of it."""
    try:
        if not places.gateway_db.exists() or not is_of_today(places.gateway_db, GATEWAY_STEPS):
            return ()
        with closing(AuditStore(places.gateway_db, SystemClock())) as store:
            lost = store.lost_head()
    except StoreError:
        return ()  # said of the vault, which lies in the same file
    wrong = Finding(
        name="audit", title="Audit log", state=State.WARN, says=f"not whole. {lost}", do=HEAD_LOST
    )
    return (wrong,) if lost else ()


def _vault(places: Places, env: Mapping[str, str]) -> Finding:
    state, says, do, count = State.OK, "", "", 0
    try:
        if not places.gateway_db.exists():
            says = "empty"
        elif not is_of_today(places.gateway_db, GATEWAY_STEPS):
            state, says = State.NOTE, _EARLIER
        else:
            count, problem = within(_PATIENCE_S, lambda: _opened(places, env))
            says = problem or f"open, with {counted(count, 'entry', 'entries')}"
            state = State.WARN if problem else State.OK
    except Late:
        state, says = State.WARN, "It does not open: the system's keyring does not answer."
        do = "It may be waiting for its password in a window; enter it there."
    except StoreError as error:
        state, says = State.WARN, str(error)
        do = _NO_VAULT
    more = {"locked": state is State.WARN, "entries": count}
    return Finding(name="vault", title="Entries", state=state, says=says, do=do, more=more)


def _opened(places: Places, env: Mapping[str, str]) -> tuple[int, str]:
    vault = Vault(places.gateway_db, MasterKeys(env, places.data_folder), SystemClock())
    try:
        return len(vault.entries()), vault.problem()
    finally:
        vault.close()


def look_at_recorder(places: Places, settings: Settings) -> Section:
    findings = (
        _recording(settings),
        _encryption(places, settings),
        *look_at_job_files(places, encrypts=settings.storage.encrypt),
        _database(places.flights_db),
        _disk(places.data_folder),
    )
    return Section(name="recorder", title="Recorder", findings=findings)


def _recording(settings: Settings) -> Finding:
    level = settings.recorder.level
    says = {
        RecorderLevel.FULL: "every request with its bodies, secrets removed",
        RecorderLevel.FIGURES: "figures alone, no bodies and no headers",
        RecorderLevel.OFF: "nothing: recorder.level is off",
    }[level]
    state = State.NOTE if level is RecorderLevel.OFF else State.OK
    return Finding(name="level", title="Records", state=state, says=says, more={"level": level})


def _encryption(places: Places, settings: Settings) -> Finding:
    """As it lies in the files: whether the vault opens is said of the vault."""
    try:
        flights = _read(places.flights_db, FLIGHTS_STEPS, read_converted)
        gateway = _read(places.gateway_db, GATEWAY_STEPS, read_number)
    except StoreError:
        flights = gateway = None  # said of the database itself
    part = 1.0 if flights is None else flights.part if flights.number else 0.0
    is_plain = not gateway and (flights is None or not flights.number)
    state = State.OK
    if not settings.storage.encrypt:
        says = "off: storage.encrypt is false" + ("" if is_plain else "; some is still encrypted")
    elif part < 1:
        state, says = State.NOTE, f"under way: {part:.0%} of the recorded flights are encrypted"
    elif is_plain and (places.flights_db.exists() or places.gateway_db.exists()):
        state, says = State.NOTE, "nothing yet; it begins with the next request"
    else:
        says = "what is said in requests, answers, runs and panels"
    more = {"wanted": settings.storage.encrypt, "part": part}
    return Finding(name="encryption", title="Encrypts", state=state, says=says, more=more)


def _read(path: Path, steps: Steps, read: Callable[[Any], _Told]) -> _Told | None:
    """None also for a file that is not there, or of an earlier version."""
    if not path.exists() or not is_of_today(path, steps):
        return None
    with told(path), closing(open_read_only(path, steps)) as connection:
        return read(connection)


def _database(path: Path) -> Finding:
    state, says, do = State.OK, str(path), ""
    try:
        if not path.exists():
            says = f"It is made with the first request: {path}"
        elif not is_of_today(path, FLIGHTS_STEPS):
            state, says = State.NOTE, _EARLIER
    except StoreError as error:
        state, says = State.WARN, str(error)
        do = "The gateway serves without it, and records nothing. Move the file away to begin anew."
    return Finding(
        name="database",
        title="Database",
        state=state,
        says=says,
        do=do,
        more={"path": str(path), "opens": state is not State.WARN},
    )


def _disk(folder: Path) -> Finding:
    while not folder.exists() and folder != folder.parent:
        folder = folder.parent
    try:
        free = shutil.disk_usage(folder).free
    except OSError as error:
        says = f"How much room is left is not known: {error.strerror}."
        return Finding(
            name="disk", title="Disk", state=State.NOTE, says=says, more={"free_bytes": None}
        )
    is_little = free < _LITTLE_BYTES
    return Finding(
        name="disk",
        title="Disk",
        state=State.WARN if is_little else State.OK,
        says=f"{free / 1e9:,.1f} GB free",
        do=f"Make room at {folder}: without any nothing is recorded." if is_little else "",
        more={"free_bytes": free},
    )
