"""`installer.nsi`, tried under wine with a stand-in payload: what it puts there and takes away.

An exit code proves nothing here (a set-up that wine cannot run ends with 0), so files and the
registry are looked at. Making a prefix takes most of the time: one serves all, walked through once.
"""

from __future__ import annotations

import importlib.metadata
import shutil
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from tests.packaging.machine import ROOT
from tests.packaging.needs import need_programs
from tests.packaging.wine import Computer, compiled, windows
from tests.support.x_screen import SCREEN_TOOLS, do, shows, x_screen

pytestmark = [pytest.mark.e2e, pytest.mark.timeout(1800)]

PROGRAM = """
Target amd64-unicode
OutFile "{file}"
RequestExecutionLevel user
SilentInstall silent
Section
    FileOpen $0 "$EXEDIR\\started" w
    FileWrite $0 "{version}"
    FileClose $0
    waits:
    IfFileExists "$EXEDIR\\go on" 0 ends
    Sleep 50
    Goto waits
    ends:
    SetErrorLevel {code}
SectionEnd
"""
"""What stands in for llmgw.exe: says that it started, and runs while there is «go on»."""


def test_the_keeper_of_runs_comes_to_the_bytes_that_were_tried(tmp_path: Path) -> None:
    """Wherever and whenever it is made, by the compiler of that version."""
    words = [sys.executable, ROOT / "packaging/windows/keeper_program.py"]
    need_programs("x86_64-w64-mingw32-gcc")
    made = [tmp_path / "one.exe", tmp_path / "another folder/other.exe"]
    made[1].parent.mkdir()
    for each in made:
        subprocess.run([*words, each], cwd=each.parent, check=True)
    assert made[0].read_bytes() == made[1].read_bytes()
    told = subprocess.run(
        ["x86_64-w64-mingw32-objdump", "-p", made[0]], capture_output=True, text=True, check=True
    )
    libraries = {line.split()[-1] for line in told.stdout.splitlines() if "DLL Name" in line}
    assert libraries == {"KERNEL32.dll", "ntdll.dll"}, "nothing of anybody else's is in it"


@pytest.fixture
def computer(tmp_path: Path) -> Iterator[Computer]:
    with windows(tmp_path) as made:
        yield made


def make_setup(folder: Path, version: str, *inside: str, code: int = 0) -> Path:
    """A set-up program of a payload that has these files beside its program, which ends so."""
    payload, setup = folder / version / "payload", folder / version / "llmgw-setup.exe"
    for name in inside:
        (payload / name).parent.mkdir(parents=True, exist_ok=True)
        (payload / name).write_text(version)
    stub = folder / version / "stub.nsi"
    payload.mkdir(parents=True, exist_ok=True)
    stub.write_text(PROGRAM.format(file=payload / "llmgw.exe", version=version, code=code))
    compiled(stub)
    drawn = folder / "llmgw.ico"
    script = ROOT / "packaging/windows/icon.py"
    subprocess.run([sys.executable, script, drawn], check=True, timeout=120)
    facts = {"PAYLOAD": payload, "OUTPUT": setup, "PYTHON": sys.executable, "ICON": drawn}
    compiled(ROOT / "installer.nsi", *(f"-D{name}={value}" for name, value in facts.items()))
    return setup


def installing(folder: Path) -> Path:
    """A program that holds what a set-up holds while it is at work."""
    held = "System::Call 'kernel32::CreateMutex(p 0, i 0, t \"llmgw-setup\") p .r9'"
    program, stub = folder / "other.exe", folder / "other.nsi"
    stub.write_text(
        PROGRAM.format(file=program, version="x", code=0).replace(
            "Section\n", f"Section\n    {held}\n", 1
        )
    )
    compiled(stub)
    return program


def wait_for(path: Path) -> None:
    ends = time.monotonic() + 600
    while not path.exists():
        assert time.monotonic() < ends, f"{path} never came"
        time.sleep(0.05)


def test_it_installs_replaces_and_removes_what_is_its_own(
    computer: Computer, tmp_path: Path
) -> None:
    first = make_setup(tmp_path, "first", "_internal/old/gone.dll", "_internal/it costs $5.txt")
    second = make_setup(tmp_path, "second", "_internal/it costs $5.txt", "_internal/new/come.dll")
    data = computer.local / "llmgw-desktop/gateway.db"
    data.parent.mkdir()
    data.write_text("a person's")

    computer.run(first, "/S")
    put = {"llmgw.exe", "uninstall.exe", "_internal/it costs $5.txt"}
    assert computer.files() == {*put, "_internal/old/gone.dll"}
    assert "llmgw.exe".encode("utf-16-le") in computer.link.read_bytes()
    entry = computer.uninstall_entry()
    assert entry["DisplayName"] == "LLM Gateway"
    assert entry["DisplayVersion"] == importlib.metadata.version("llmgw-desktop")
    assert entry["UninstallString"].endswith('LLM Gateway\\\\uninstall.exe\\"')
    computer.run(computer.folder / "llmgw.exe")
    assert (computer.folder / "started").read_text() == "first"

    # while the program runs nothing is touched
    (computer.folder / "started").unlink()
    (computer.folder / "go on").touch()
    running = computer.start(computer.folder / "llmgw.exe")
    wait_for(computer.folder / "started")
    refused = computer.start(second, "/S")
    refused.communicate(timeout=600)
    assert refused.returncode != 0
    assert (computer.folder / "_internal/it costs $5.txt").read_text() == "first"
    (computer.folder / "go on").unlink()
    running.communicate(timeout=600)

    # while another set-up is at work nothing is touched either
    busy = tmp_path / "busy"
    busy.mkdir()
    (busy / "go on").touch()
    other = computer.start(installing(busy))
    wait_for(busy / "started")
    refused = computer.start(second, "/S")
    refused.communicate(timeout=600)
    assert refused.returncode == 2
    refused = computer.start(computer.folder / "uninstall.exe", "/S")
    refused.communicate(timeout=600)
    assert (computer.folder / "_internal/it costs $5.txt").read_text() == "first"
    assert computer.link.exists()
    (busy / "go on").unlink()
    other.communicate(timeout=600)

    # over the first: the new one's files, none that only the old one had, a stranger's stays
    foreign = {"started", "_internal/new/mine.txt"}
    (computer.folder / "_internal/new").mkdir()
    (computer.folder / "_internal/new/mine.txt").touch()
    computer.run(second, "/S")
    assert computer.files() == {*put, "_internal/new/come.dll", *foreign}
    assert (computer.folder / "_internal/it costs $5.txt").read_text() == "second"
    assert computer.link.exists()
    assert computer.uninstall_entry()["DisplayName"] == "LLM Gateway"

    computer.run(computer.folder / "uninstall.exe", "/S")
    assert computer.files() == foreign
    assert not computer.link.exists()
    assert computer.uninstall_entry() == {}
    assert data.read_text() == "a person's"

    over_broken_ones(computer, first, second)
    among_others(computer, first, second)

    # and of a folder that holds nothing else, nothing is left
    shutil.rmtree(computer.folder)
    shutil.rmtree(data.parent)
    computer.run(first, "/S")
    assert computer.uninstall_entry()
    computer.run(computer.folder / "uninstall.exe", "/S")
    assert not computer.folder.exists()

    # into a folder of the person's choice, with blanks, umlauts and a long name
    start = len("C:\\Größe und mehr\\")
    refused = computer.start(first, "/S", "/D=C:\\Größe", "und", f"mehr\\{'y' * (240 - start)}")
    refused.communicate(timeout=600)
    assert refused.returncode == 2  # no path within would be one that Windows opens
    assert not (computer.prefix / "drive_c/Größe und mehr").exists()
    long = "x" * (200 - start)
    computer.run(first, "/S", "/D=C:\\Größe", "und", f"mehr\\{long}")  # as one, without quotes
    far = computer.prefix / "drive_c/Größe und mehr" / long
    assert (far / "llmgw.exe").is_file()
    assert (far / "_internal/it costs $5.txt").read_text() == "first"
    assert computer.uninstall_entry()["InstallLocation"].endswith(long)
    computer.run(second, "/S")  # found again, wherever it lies
    assert (far / "_internal/it costs $5.txt").read_text() == "second"
    assert not computer.folder.exists()
    computer.run(far / "uninstall.exe", "/S")
    assert not far.exists()
    assert computer.uninstall_entry() == {}


def test_who_is_asked_before_something_is_lost_may_keep_all_of_it(
    computer: Computer, tmp_path: Path
) -> None:
    """Other programs' settings that cannot be taken back: nobody else could do it later."""
    need_programs(*SCREEN_TOOLS)
    computer.run(make_setup(tmp_path, "first", "_internal/a.txt", code=1), "/S")
    put, data = computer.files(), computer.local / "llmgw-desktop/gateway.db"
    data.parent.mkdir()
    data.write_text("a person's")
    with x_screen() as screen, computer.desktop(screen):
        removing, title = computer.start(computer.folder / "uninstall.exe", **screen), "Uninstall"
        ends = time.monotonic() + 600
        while not shows(screen, title):
            assert time.monotonic() < ends, "no window"
            time.sleep(0.2)
        while shows(screen, title):  # to begin with it, and then the answer that is proposed: no
            assert time.monotonic() < ends, "it asks on"
            do(screen, "key", "Return")
            time.sleep(1)
        removing.communicate(timeout=600)
    assert computer.files() == {*put, "started"}
    assert computer.link.exists()
    computer.run(computer.folder / "uninstall.exe", "/S")  # asks nothing, and goes on
    assert computer.files() == {"started"}
    assert data.exists()


def over_broken_ones(computer: Computer, first: Path, second: Path) -> None:
    """Of which parts are missing, empty or cut off, and on a disk that is full."""
    shutil.rmtree(computer.folder)
    computer.run(first, "/S")
    (computer.folder / "uninstall.exe").write_bytes(b"")
    (computer.folder / "llmgw.exe").write_bytes(b"MZ and no more")
    (computer.folder / "_internal/it costs $5.txt").unlink()
    computer.run(second, "/S")
    (computer.folder / "uninstall.exe").unlink()
    computer.run(second, "/S")
    computer.run(computer.folder / "llmgw.exe")
    assert (computer.folder / "started").read_text() == "second"
    assert (computer.folder / "_internal/it costs $5.txt").read_text() == "second"
    with small_disk(computer) as disk:
        before = computer.files()
        refused = computer.start(first, "/S", "/D=E:\\gw")
        refused.communicate(timeout=600)
        assert refused.returncode == 2
        assert list(disk.iterdir()) == []
        assert computer.files() == before
        assert computer.uninstall_entry()["InstallLocation"].endswith("LLM Gateway")
    computer.run(computer.folder / "uninstall.exe", "/S")
    old = "_internal/old/gone.dll"  # the one that knew of it was broken
    assert computer.files() == {"started", old}
    assert computer.uninstall_entry() == {}


def among_others(computer: Computer, first: Path, second: Path) -> None:
    """What others have in PATH stays, however much it is like ours; there is one program, in one
    folder; and nothing is left of what the program was started by."""
    ours = r"C:\users" + str(computer.folder).partition("/users")[2].replace("/", "\\")
    theirs = rf"%USERPROFILE%\bin;{ours} Tools;{ours}\more;C:\x"
    put = ("reg", "add", r"HKCU\Environment", "/v", "Path", "/t", "REG_EXPAND_SZ", "/d")
    computer.run(*put, theirs, "/f")
    before = computer.variables()["Path"]
    assert before == theirs.replace("\\", "\\\\")
    for _ in range(2):
        computer.run(first, "/S", "/TERMINAL")
        assert computer.variables()["Path"] == ";".join((before, ours.replace("\\", "\\\\")))
    system = r"HKCU\Software\Microsoft\Windows\CurrentVersion"
    started = (rf"{system}\Run", rf"{system}\Explorer\StartupApproved\Run")
    for key in started:
        computer.run("reg", "add", key, "/v", "LLM Gateway", "/d", "x", "/f")
    refused = computer.start(second, "/S", "/D=C:\\elsewhere")
    refused.communicate(timeout=600)
    assert refused.returncode == 2
    assert not (computer.prefix / "drive_c/elsewhere").exists()
    computer.run(computer.folder / "uninstall.exe", "/S")
    computer.wait_removed()
    assert computer.variables()["Path"] == before
    for key in started:
        assert computer.run("reg", "query", key, "/v", "LLM Gateway") == 1
    computer.run("reg", "delete", r"HKCU\Environment", "/v", "Path", "/f")


@contextmanager
def small_disk(computer: Computer) -> Iterator[Path]:
    """E:, with room for nothing. Where only root may make one, there is none."""
    disk = computer.prefix.with_name("small")
    disk.mkdir()
    made = ["mount", "-t", "tmpfs", "-o", "size=40k", "tmpfs", str(disk)]
    if subprocess.run(made, capture_output=True, check=False).returncode:
        pytest.skip("no small disk can be mounted here")
    letter = computer.prefix / "dosdevices/e:"
    letter.symlink_to(disk)
    try:
        yield disk
    finally:
        letter.unlink()
        subprocess.run(["umount", "--lazy", disk], check=True)


@pytest.mark.daily
def test_without_a_program_to_put_in_it_says_what_is_missing(tmp_path: Path) -> None:
    need_programs("makensis")
    facts = (
        f"-DPAYLOAD={tmp_path}",
        f"-DOUTPUT={tmp_path / 'x.exe'}",
        f"-DPYTHON={sys.executable}",
    )
    done = subprocess.run(
        ["makensis", "-V2", *facts, ROOT / "installer.nsi"],
        capture_output=True,
        text=True,
        timeout=60,
    )
    assert done.returncode != 0
    assert "has no llmgw.exe: make it first" in done.stdout + done.stderr
