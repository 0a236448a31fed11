"""A whole home as one file under a passphrase, and back: all of it, or nothing."""

import io
import json
import os
import sqlite3
import stat
import tarfile
import time
from contextlib import closing
from pathlib import Path

import pytest

from llmgw_desktop.app.safekeeping.safekeeping import Safekeeping, finish_restore, whole_words
from llmgw_desktop.domain.audit import Act
from llmgw_desktop.domain.clock import SystemClock
from llmgw_desktop.domain.errors import LlmgwError, SchemaTooNew, StoreUnavailable
from llmgw_desktop.domain.vault import EntryBroken, EntryKind, EntryUnfit, VaultError, address
from llmgw_desktop.platform.environment import windows_takes
from llmgw_desktop.store.audit.audit_store import AuditStore
from llmgw_desktop.store.database.database import open_database
from llmgw_desktop.store.flights.steps import FLIGHTS_STEPS
from llmgw_desktop.store.paths import Places
from llmgw_desktop.store.safekeeping import home_restore
from llmgw_desktop.store.safekeeping.aside import carry_out
from llmgw_desktop.store.safekeeping.backups import make_backup
from llmgw_desktop.store.safekeeping.home_backup import FORMAT
from llmgw_desktop.store.vault import vault_backup
from llmgw_desktop.store.vault.master_key import MasterKeys
from llmgw_desktop.store.vault.vault import Vault
from llmgw_desktop.store.vault.vault_backup import SealedReader, SealedWriter

PASSPHRASE = "correct horse battery"
AT = address(EntryKind.API_KEY, "openai", "default")


@pytest.fixture(autouse=True)
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    """The real cost is looked at where the vault's own backup is."""
    monkeypatch.setattr(vault_backup, "COST", {"n": 1 << 10, "r": 8, "p": 1})
    monkeypatch.setattr(vault_backup, "PIECE_BYTES", 4096)


def _home(folder: Path) -> tuple[Places, Safekeeping]:
    places = Places.of({"LLMGW_HOME": str(folder)})
    places.make()
    return places, Safekeeping(places, {})


def _vault(places: Places) -> "closing[Vault]":
    return closing(Vault(places.gateway_db, MasterKeys({}, places.data_folder), SystemClock()))


def _fill(places: Places, secret: bytes) -> None:
    places.config_file.write_text(f"# {secret.decode()}\n")
    with _vault(places) as vault:
        vault.put(AT, secret, by="test")
    with closing(AuditStore(places.gateway_db, SystemClock())) as store:
        store.keep_mark()
    open_database(places.flights_db, FLIGHTS_STEPS).close()
    job = places.jobs_folder / "job_1"
    job.mkdir(parents=True, exist_ok=True)
    (job / "stdout").write_bytes(secret * 5000)
    (job / "run.sh").write_text("#!/bin/sh\n")
    (job / "run.sh").chmod(0o755)
    if not (job / "link").is_symlink():
        (job / "link").symlink_to("../../nowhere")
    places.access_key_file.write_bytes(b"llmgw-" + secret)


def _is_of(places: Places, secret: bytes) -> bool:
    with _vault(places) as vault:
        kept = vault.secret(AT, by="test")
    job = places.jobs_folder / "job_1"
    assert (job / "link").readlink() == Path("../../nowhere")
    assert os.access(job / "run.sh", os.X_OK)
    found = {
        kept,
        places.config_file.read_bytes()[2:-1],
        (job / "stdout").read_bytes()[: len(secret)],
        places.access_key_file.read_bytes()[6:],
    }
    assert len(found) == 1, "all of it is of one time"
    return found == {secret}


def test_all_of_it_comes_back_on_another_computer(tmp_path: Path) -> None:
    places, keeping = _home(tmp_path / "one")
    _fill(places, b"sk-one")
    file = tmp_path / "home.backup"
    with _vault(places) as in_use:
        in_use.entries()
        written = keeping.back_up(file, PASSPHRASE)
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert b"sk-one" not in file.read_bytes()
    assert written.size == file.stat().st_size
    assert [each.name for each in tmp_path.iterdir() if each.name.startswith(".")] == []
    other, there = _home(tmp_path / "two")
    unpacked = there.unpack(file, PASSPHRASE)
    said = there.put_in_place(unpacked)
    assert _is_of(other, b"sk-one")
    assert there.wrong() == ""
    assert "--undo" in said
    with _vault(other) as vault:
        assert vault.problem() == ""
    assert sorted(path.name for path in (tmp_path / "two").glob("*restoring*")) == []


def test_what_was_there_is_kept_and_comes_back(tmp_path: Path) -> None:
    places, keeping = _home(tmp_path / "home")
    _fill(places, b"sk-then")
    keeping.back_up(tmp_path / "file", PASSPHRASE)
    _fill(places, b"sk-now")
    keeping.put_in_place(keeping.unpack(tmp_path / "file", PASSPHRASE))
    assert _is_of(places, b"sk-then")
    assert "since the home was restored" in keeping.lost_by_undo()
    assert "home from before" in keeping.undo()
    assert _is_of(places, b"sk-now")
    keeping.undo()
    assert _is_of(places, b"sk-then")


def test_what_taking_a_restore_back_takes_away_is_told_before(tmp_path: Path) -> None:
    places, keeping = _home(tmp_path / "home")
    with pytest.raises(StoreUnavailable, match="Nothing was restored"):
        keeping.lost_by_undo()
    _fill(places, b"sk-then")
    backup = make_backup(places.gateway_db, places.backups_folder, time.time())
    assert backup is not None
    keeping.restore(backup)
    assert keeping.lost_by_undo().startswith("Nothing done since then is lost.")
    with closing(AuditStore(places.gateway_db, SystemClock())) as store:
        store.note(Act(verb="key.made", subject="new"))
        store.note(Act(verb="key.revoked", subject="old"))
    told = keeping.lost_by_undo()
    assert "Done since then, and lost: Key made (1); Key revoked (1)." in told
    assert "is open again: old." in told
    keeping.undo()
    assert keeping.lost_by_undo().startswith("Nothing done since then is lost.")


@pytest.mark.parametrize("steps", range(7))
def test_a_restore_that_is_broken_off_anywhere_is_finished_by_the_next_start(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, steps: int
) -> None:
    places, keeping = _home(tmp_path / "home")
    _fill(places, b"sk-then")
    keeping.back_up(tmp_path / "file", PASSPHRASE)
    _fill(places, b"sk-now")
    keeping.put_in_place_later(keeping.unpack(tmp_path / "file", PASSPHRASE))
    assert _is_of(places, b"sk-now"), "nothing is replaced before the start"
    left, rename = steps, Path.rename

    def breaks(path: Path, target: Path) -> Path:
        nonlocal left
        if not left:
            raise KeyboardInterrupt
        left -= 1
        return rename(path, target)

    with monkeypatch.context() as patch:
        patch.setattr(Path, "rename", breaks)
        if steps < 6:
            with pytest.raises(KeyboardInterrupt):
                carry_out(places)
        else:
            assert carry_out(places)
    places.make()  # as a start does, before it looks
    finish_restore(places, {})
    assert _is_of(places, b"sk-then")
    assert not carry_out(places)


def test_nothing_is_changed_by_what_does_not_open(tmp_path: Path) -> None:
    places, keeping = _home(tmp_path / "home")
    _fill(places, b"sk-one")
    file, bad = tmp_path / "file", tmp_path / "bad"
    keeping.back_up(file, PASSPHRASE)
    whole = file.read_bytes()
    head = whole.index(b"\n") + 1
    piece = 4096 + 16
    spoilt = {
        "cut": whole[:-1],
        "cut at a piece": whole[: head + 2 * piece],
        "longer": whole + b"0",
        "swapped": whole[:head]
        + whole[head + piece : head + 2 * piece]
        + whole[head : head + piece]
        + whole[head + 2 * piece :],
        "header": whole.replace(b'"made_at_s": 1', b'"made_at_s": 2', 1),
        "flipped": whole[:-500] + bytes([whole[-500] ^ 1]) + whole[-499:],
        "empty": b"",
        "dear": whole.replace(b'"n": 1024', b'"n": 1073741824', 1),
        "nothing": whole[:head],
    }
    for name, data in spoilt.items():
        bad.write_bytes(data)
        with pytest.raises(VaultError):
            keeping.unpack(bad, PASSPHRASE)
        assert list((tmp_path / "home").glob("*restoring*")) == [], name
    with pytest.raises(EntryBroken, match="passphrase is not the right one"):
        keeping.unpack(file, "another passphrase")
    assert _is_of(places, b"sk-one")
    with pytest.raises(EntryUnfit):
        keeping.back_up(tmp_path / "new", "short")
    assert not (tmp_path / "new").exists()
    for target in (file, places.data_folder / "inside"):
        with pytest.raises(StoreUnavailable):
            keeping.back_up(target, PASSPHRASE)
    assert file.read_bytes() == whole


@pytest.mark.parametrize(
    "name", ["../out", "/etc/out", "data/../../out", "data", "other/x", "data/a\0b", "data/./.."]
)
def test_a_hostile_backup_writes_nowhere_else(tmp_path: Path, name: str) -> None:
    _, keeping = _home(tmp_path / "home")
    file = tmp_path / "file"
    with file.open("wb") as raw:
        sealed = SealedWriter(raw, FORMAT, PASSPHRASE, 1.0)
        with tarfile.open(mode="w|", fileobj=sealed) as tar:
            link = tarfile.TarInfo("data/way")
            link.type, link.linkname = tarfile.SYMTYPE, str(tmp_path)
            tar.addfile(link)
            through = tarfile.TarInfo("data/way/through")
            through.size = 3
            tar.addfile(through, io.BytesIO(b"bad"))
            entry = tarfile.TarInfo(name)
            entry.size = 3
            tar.addfile(entry, io.BytesIO(b"bad"))
        sealed.finish()
    with pytest.raises((LlmgwError, ValueError, FileExistsError)):
        keeping.unpack(file, PASSPHRASE)
    assert sorted(each.name for each in tmp_path.iterdir()) == ["file", "home"]
    assert not (tmp_path / "through").exists()


@pytest.mark.parametrize("promised", [None, 299_999_999, 300_000_000, 2**63], ids=str)
@pytest.mark.parametrize("has_holes", [True, False], ids=["holes", "whole"])
def test_a_small_backup_fills_no_disk(
    tmp_path: Path, promised: int | None, has_holes: bool
) -> None:
    _, keeping = _home(tmp_path / "home")
    file, size = tmp_path / "file", 300_000_000
    with file.open("wb") as raw:
        sealed = SealedWriter(raw, FORMAT, PASSPHRASE, 1.0)
        with tarfile.open(mode="w|", fileobj=sealed, format=tarfile.PAX_FORMAT) as tar:
            said = {"masters": []} | ({} if promised is None else {"bytes": promised})
            _add(tar, "manifest.json", json.dumps(said).encode())
            if has_holes:
                holes = {"GNU.sparse.major": "1", "GNU.sparse.minor": "0"}
                holes |= {"GNU.sparse.name": "data/big", "GNU.sparse.realsize": str(size)}
                _add(tar, "data/big", b"1\n0\n1\n".ljust(512, b"\0") + b"x", holes)
            else:  # it says so, and ends
                entry = tarfile.TarInfo("data/big")
                entry.size = size
                sealed.write(entry.tobuf() + b"x" * 1024)
        sealed.finish()
    assert file.stat().st_size < 20_000
    with pytest.raises(VaultError, match="more than it does"):
        keeping.unpack(file, PASSPHRASE)
    assert list((tmp_path / "home").glob("*restoring*")) == []


def test_no_more_comes_out_than_is_promised(tmp_path: Path) -> None:
    """What grows while it is backed up goes along as long as it was."""
    places, keeping = _home(tmp_path / "home")
    _fill(places, b"sk-one")
    keeping.back_up(tmp_path / "file", PASSPHRASE)
    sizes = []
    with (
        (tmp_path / "file").open("rb") as raw,
        tarfile.open(mode="r|", fileobj=SealedReader(raw, FORMAT, PASSPHRASE)) as tar,
    ):
        for entry in tar:
            if entry.name == "manifest.json":
                file = tar.extractfile(entry)
                assert file is not None
                promised = json.load(file)["bytes"]
            else:
                sizes.append(entry.size)
    assert promised == sum(sizes) > 0


def _add(tar: tarfile.TarFile, name: str, data: bytes, words: dict[str, str] | None = None) -> None:
    entry = tarfile.TarInfo(name)
    entry.size, entry.pax_headers = len(data), words or {}
    tar.addfile(entry, io.BytesIO(data))


def _made(file: Path, said: dict[str, object], *entries: tuple[str, bytes, bytes]) -> None:
    with file.open("wb") as raw:
        sealed = SealedWriter(raw, FORMAT, PASSPHRASE, 1.0)
        with tarfile.open(mode="w|", fileobj=sealed, format=tarfile.PAX_FORMAT) as tar:
            _add(tar, "manifest.json", json.dumps(said).encode())
            for name, kind, to in entries:
                entry = tarfile.TarInfo(name)
                entry.type, entry.linkname = kind, to.decode()
                tar.addfile(entry)
        sealed.finish()


def test_a_backup_of_a_later_version_is_one_sentence_and_changes_nothing(tmp_path: Path) -> None:
    places, keeping = _home(tmp_path / "home")
    _fill(places, b"sk-one")
    later, file = tmp_path / "later", tmp_path / "file"
    _made(later, {"version": 2, "masters": "in another form"})
    with closing(sqlite3.connect(places.flights_db)) as connection:
        (version,) = connection.execute("PRAGMA user_version").fetchone()
        connection.execute("PRAGMA user_version = 9999")
    keeping.back_up(file, PASSPHRASE)
    with closing(sqlite3.connect(places.flights_db)) as connection:
        connection.execute(f"PRAGMA user_version = {version}")
    for each in (later, file):
        with pytest.raises(SchemaTooNew, match="later version of this program"):
            keeping.unpack(each, PASSPHRASE)
    assert _is_of(places, b"sk-one")
    assert sorted(path.name for path in (tmp_path / "home").glob("*restoring*")) == []


def test_hard_links_and_devices_are_not_made(tmp_path: Path) -> None:
    places, keeping = _home(tmp_path / "home")
    outside = tmp_path / "outside"
    outside.write_bytes(b"mine")
    _made(
        tmp_path / "file",
        {"masters": []},
        ("data/hard", tarfile.LNKTYPE, str(outside).encode()),
        ("data/up", tarfile.LNKTYPE, b"../../outside"),
        ("data/fifo", tarfile.FIFOTYPE, b""),
        ("data/device", tarfile.CHRTYPE, b""),
    )
    keeping.put_in_place(keeping.unpack(tmp_path / "file", PASSPHRASE))
    left = {"hard", "up", "fifo", "device"} & {each.name for each in places.data_folder.iterdir()}
    assert not left
    assert outside.stat().st_nlink == 1


def test_names_that_windows_does_not_take_are_left_out_there_and_told(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    places, keeping = _home(tmp_path / "one")
    _fill(places, b"sk-one")
    job = places.jobs_folder / "job_1"
    for name in ("con.txt", "a\\..\\..\\..\\evil", "C:evil", "end."):
        (job / name).write_text("x")
    keeping.back_up(tmp_path / "file", PASSPHRASE)
    other, there = _home(tmp_path / "two")
    monkeypatch.setattr(home_restore, "can_be_named", windows_takes)
    monkeypatch.setattr(home_restore, "IS_POSIX", False)
    monkeypatch.setattr(Path, "symlink_to", _refused)
    unpacked = there.unpack(tmp_path / "file", PASSPHRASE)
    assert unpacked.left_out == 5
    assert "5 with names that this system does not take are left out." in whole_words(unpacked)
    monkeypatch.undo()
    there.put_in_place(unpacked)
    names = {each.name for each in (other.jobs_folder / "job_1").iterdir()}
    assert names == {"stdout", "run.sh"}


def _refused(self: Path, target: object) -> None:
    raise OSError(1314, "A required privilege is not held by the client")


def test_a_database_that_is_damaged_inside_is_not_restored(tmp_path: Path) -> None:
    places, keeping = _home(tmp_path / "home")
    _fill(places, b"sk-one")
    with closing(sqlite3.connect(places.gateway_db)) as connection:
        connection.execute("DROP TABLE clients")
    keeping.back_up(tmp_path / "file", PASSPHRASE)
    with pytest.raises(EntryBroken, match="has no"):
        keeping.unpack(tmp_path / "file", PASSPHRASE)


@pytest.mark.parametrize("size", [0, 1, 4095, 4096, 4097, 8192, 20_000])
def test_a_stream_of_any_length(size: int) -> None:
    data, raw = os.urandom(size), io.BytesIO()
    writer = SealedWriter(raw, "any", PASSPHRASE, 1.0)
    writer.write(data)
    writer.finish()
    raw.seek(0)
    reader = SealedReader(raw, "any", PASSPHRASE)
    assert reader.read() == data
    with pytest.raises(VaultError):
        SealedReader(io.BytesIO(raw.getvalue()), "other", PASSPHRASE)
