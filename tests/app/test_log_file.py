"""The log: private, bounded, without secrets, and never a reason to stop."""

from __future__ import annotations

import logging
import os
import stat
from collections.abc import Iterator
from pathlib import Path

import pytest

from llmgw_desktop.app.gateway.log_file import FILE_BYTES, FILES, LONGEST_ENTRY, ProgramLog
from llmgw_desktop.domain.errors import SchemaTooNew, StoreUnavailable
from llmgw_desktop.domain.events import SettingsChanged
from llmgw_desktop.domain.provider import Account, Provider, ProviderKind
from llmgw_desktop.domain.settings.whole import Settings

KEY = "sk-ant-api03-" + "a1B2" * 10
log = logging.getLogger("llmgw_desktop.test")


@pytest.fixture
def program_log(monkeypatch: pytest.MonkeyPatch) -> Iterator[ProgramLog]:
    """On a root logger of its own: pytest listens at the real one."""
    root = logging.RootLogger(logging.WARNING)
    made = ProgramLog(root)
    monkeypatch.setattr(logging.getLogger("llmgw_desktop"), "parent", root)
    yield made
    made.close()


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    made = tmp_path / "log"
    made.mkdir(mode=0o700)
    return made


def text(folder: Path) -> str:
    return (folder / "llmgw.log").read_text()


def test_entries_stand_in_the_file_and_on_stderr(
    program_log: ProgramLog, folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    program_log.to_stderr()
    with program_log.in_files(folder):
        log.info("the gateway listens on %s", "127.0.0.1:3333")
        log.debug("too much")
    said = capsys.readouterr().err
    assert said.count("INFO llmgw_desktop.test: the gateway listens on 127.0.0.1:3333\n") == 1
    written = text(folder)
    assert "INFO llmgw_desktop.test: the gateway listens on 127.0.0.1:3333\n" in written
    assert "too much" not in written + said


def test_on_stderr_a_file_of_a_later_version_is_told_of_once(
    program_log: ProgramLog, folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Whoever asks for it says so, each in its own words; in the log these stand."""
    program_log.to_stderr()
    of_keys, of_flights = (SchemaTooNew.of(name, 9999, 29) for name in ("a.db", "b.db"))
    with program_log.in_files(folder):
        log.warning("how accounts stood is not known: %s", of_keys)
        log.error("%s", f"Client keys are not accepted: {of_keys}")
        log.warning("flights could not be written: %s", of_flights)
        log.warning("flights: 7 are lost, for they could not be written: %s", of_flights)
        log.warning("something else")
    said = capsys.readouterr().err.splitlines()
    assert len(said) == 3, said
    for line, error in zip(said, (of_keys, of_flights), strict=False):
        assert f"ERROR llmgw_desktop: {error} Until" in line
    assert "something else" in said[2]
    for kept in ("stood is not known: a.db was", "not accepted: a.db", "7 are lost", "something"):
        assert kept in text(folder)


def test_the_file_says_what_started_and_that_it_ended_stderr_does_not(
    program_log: ProgramLog, folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    program_log.to_stderr()
    with program_log.in_files(folder):
        pass
    first, last = text(folder).splitlines()
    assert f"pid {os.getpid()}" in first
    assert "Python" in first
    assert last.endswith("ended")
    assert capsys.readouterr().err == ""


def test_a_key_that_came_out_of_the_vault_is_guarded(program_log: ProgramLog, folder: Path) -> None:
    odd = "no-family-knows-this-key-42"
    program_log.learn(odd)
    with pytest.raises(StoreUnavailable), program_log.in_files(folder):
        raise StoreUnavailable(f"Somebody said {odd}.")
    assert odd not in text(folder)
    assert "Somebody said [secret removed]." in text(folder)


def test_what_ended_it_is_written_down(program_log: ProgramLog, folder: Path) -> None:
    with pytest.raises(StoreUnavailable), program_log.in_files(folder):
        raise StoreUnavailable(f"The vault refused {KEY}.")
    with pytest.raises(ZeroDivisionError), program_log.in_files(folder):
        _ = 1 / 0
    written = text(folder)
    assert "The vault refused [secret removed]." in written
    assert written.count("Traceback") == 1
    assert "ZeroDivisionError" in written


def test_after_the_end_nothing_more_is_written(program_log: ProgramLog, folder: Path) -> None:
    with program_log.in_files(folder):
        pass
    before = text(folder)
    log.warning("too late")
    assert text(folder) == before


@pytest.mark.skipif(os.name != "posix", reason="modes are POSIX's")
def test_files_are_for_their_owner_alone_whatever_the_umask(
    program_log: ProgramLog, folder: Path
) -> None:
    (folder / "llmgw.log").write_text("from a restored backup\n")
    (folder / "llmgw.log").chmod(0o644)
    before = os.umask(0)
    try:
        with program_log.in_files(folder):
            for number in range(int(1.5 * FILE_BYTES / 1000)):
                log.info("%d %s", number, "x" * 1000)
    finally:
        os.umask(before)
    files = list(folder.iterdir())
    assert len(files) == 2
    assert {stat.S_IMODE(file.stat().st_mode) for file in files} == {0o600}


def test_there_are_few_files_and_none_grows_beyond_its_size(
    program_log: ProgramLog, folder: Path
) -> None:
    with program_log.in_files(folder):
        for number in range(int((FILES + 2) * FILE_BYTES / 10_000)):
            log.info("%d %s", number, "x" * 10_000)
    sizes = [file.stat().st_size for file in folder.iterdir()]
    assert len(sizes) == FILES
    assert max(sizes) <= FILE_BYTES
    assert f"{number} xxx" in text(folder)


def test_secrets_are_removed_wherever_they_stand(
    program_log: ProgramLog, folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    program_log.to_stderr()
    provider = Provider(
        name="own",
        kind=ProviderKind.OPENAI_COMPATIBLE,
        accounts=(Account(api_key="hunter2-hunter2"),),
    )
    program_log.note(SettingsChanged(settings=Settings(providers=(provider,))))
    with program_log.in_files(folder):
        log.warning(f"in the words: {KEY}")  # noqa: G004
        log.warning("in a value: %s", {"key": KEY, "password": "hunter2-hunter2"})
        try:
            int(KEY)
        except ValueError:
            log.exception("in a traceback")
    written = text(folder) + capsys.readouterr().err
    assert KEY not in written
    assert "hunter2" not in written
    assert written.count("[secret removed]") == 8
    assert "test_log_file.py" in written, "the traceback itself stays"


def test_nobody_can_write_entries_of_their_own(program_log: ProgramLog, folder: Path) -> None:
    """Names and errors come from outside."""
    with program_log.in_files(folder):
        log.warning("no model named %s", "x\n2026-01-01 00:00:00,000 INFO root: forged\r\x1b[2J")
    lines = text(folder).splitlines()
    assert not any(line.startswith("2026-01-01") for line in lines)
    assert "\x1b" not in text(folder)
    assert "\r" not in text(folder)


def test_an_endless_entry_is_cut(program_log: ProgramLog, folder: Path) -> None:
    with program_log.in_files(folder):
        log.warning("begin %s end", "y" * 5_000_000)
    written = text(folder)
    assert len(written) < LONGEST_ENTRY + 1000
    assert "begin yyy" in written
    assert "more characters" in written


def test_an_entry_that_cannot_be_spelt_is_written_all_the_same(
    program_log: ProgramLog, folder: Path
) -> None:
    with program_log.in_files(folder):
        log.warning("half a letter: %s", "\ud83d")
        log.warning("wrong number of values: %s %s", 1)
    assert "half a letter" in text(folder)


@pytest.mark.parametrize(
    "trouble", ["no folder", "a folder in its place", "a link in its place", "a full disk"]
)
def test_a_file_that_cannot_be_written_stops_nothing(
    program_log: ProgramLog,
    folder: Path,
    capsys: pytest.CaptureFixture[str],
    trouble: str,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    file, elsewhere = folder / "llmgw.log", folder / "elsewhere"
    if trouble == "no folder":
        folder.rmdir()
        folder.write_text("")
    elif trouble == "a folder in its place":
        file.mkdir()
    elif trouble == "a link in its place":
        elsewhere.write_text("another's")
        elsewhere.chmod(0o644)
        file.symlink_to(elsewhere)
    elif not Path("/dev/full").exists():
        pytest.skip("needs /dev/full")
    else:
        full = lambda _path, _flags, **_: os.open("/dev/full", os.O_WRONLY)  # noqa: E731
        monkeypatch.setattr("llmgw_desktop.app.gateway.log_file.open_own", full)
    program_log.to_stderr()
    with program_log.in_files(folder):
        log.warning("one")
        log.warning("two")
    said = capsys.readouterr().err
    assert "WARNING llmgw_desktop.test: one" in said
    assert "WARNING llmgw_desktop.test: two" in said
    assert said.count(str(file)) == 1, "said once"
    assert "Traceback" not in said
    if elsewhere.is_file():
        assert "it is a link to another file" in said
        assert elsewhere.read_text() == "another's"
        assert elsewhere.stat().st_mode & 0o777 == 0o644
