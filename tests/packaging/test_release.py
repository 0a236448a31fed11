"""`packaging/make.sh`, before anything is built: what is missing or wrong is said in one sentence.

The packages themselves are made in test_linux_packages.py and test_installer.py.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.packaging.machine import ROOT
from tests.packaging.needs import need_programs

KEY = "LLMGW_SIGNING_KEY"


def folder_of(place: Path, program: str) -> Path:
    """As `build.spec` makes one, with next to nothing in it."""
    inside = place / "_internal/llmgw_desktop/_licences"
    inside.mkdir(parents=True)
    (inside / "parts.json").write_text(json.dumps({"texts": [], "parts": []}))
    (place / program).write_bytes(b"MZ")
    return place


def made(kind: str, folder: Path, out: Path, **more: str) -> subprocess.CompletedProcess[str]:
    words = ["--quick", "--folder", folder, "--out", out]
    return subprocess.run(
        [sys.executable, ROOT / "packaging/release/make.py", kind, *words],
        env={
            **os.environ,
            "SOURCE_DATE_EPOCH": "1795000000",
            "QT_QPA_PLATFORM": "offscreen",
            **more,
        },
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )


def test_a_folder_from_windows_becomes_a_set_up(tmp_path: Path) -> None:
    """Without a keeper, which has no compiler there: it is put in here."""
    need_programs("makensis", "x86_64-w64-mingw32-gcc")
    folder = folder_of(tmp_path / "from Windows, größer", "llmgw.exe")
    done = made("windows", folder, tmp_path / "out")
    assert done.returncode == 0, done.stdout + done.stderr
    [setup] = (tmp_path / "out").glob("llmgw-*-setup.exe")
    assert setup.stat().st_size > 100_000
    assert (folder / "_internal/llmgw_desktop/platform/llmgw-keeper.exe").is_file()
    assert setup.name in (tmp_path / "out/SHA256SUMS").read_text()


def signing_key(place: Path, kind: str) -> str:
    words = {
        "rsa": ("genpkey", "-algorithm", "rsa"),
        "locked": ("genpkey", "-algorithm", "ed25519", "-aes256", "-pass", "pass:x"),
    }
    if kind in words:
        need_programs("openssl")
        command = ["openssl", *words[kind], "-out", place]
        subprocess.run(command, check=True, capture_output=True)
    elif kind == "text":
        place.write_text("no key\n")
    return str(place)


@pytest.mark.parametrize(
    ("kind", "why"),
    [
        ("rsa", "holds no Ed25519 key"),
        ("locked", "is locked by a passphrase"),
        ("text", "holds no Ed25519 key"),
        ("none", "No such file"),
    ],
)
def test_a_key_that_cannot_sign_is_told_before_anything_is_made(
    kind: str, why: str, tmp_path: Path
) -> None:
    variables = {KEY: signing_key(tmp_path / "key.pem", kind)}
    folder = folder_of(tmp_path / "folder", "llmgw")
    assert_refused(made("portable", folder, tmp_path / "out", **variables), KEY, why)
    assert not (tmp_path / "out").exists()


@pytest.mark.parametrize("kind", ["portable", "deb", "windows", "macos"])
def test_what_it_is_made_with_has_to_be_here(kind: str, tmp_path: Path) -> None:
    program = "llmgw.exe" if kind == "windows" else "llmgw"
    folder = folder_of(tmp_path / "folder", program)
    done = made(kind, folder, tmp_path / "out", PATH=str(tmp_path))
    assert_refused(done, "needs", kind)


@pytest.mark.parametrize(
    ("kind", "program"), [("windows", "llmgw"), ("deb", "llmgw.exe"), ("portable", "llmgw.exe")]
)
def test_a_folder_of_another_system_is_refused(kind: str, program: str, tmp_path: Path) -> None:
    folder = folder_of(tmp_path / "folder", program)
    assert_refused(made(kind, folder, tmp_path / "out"), str(folder), f"for {kind}")


def test_no_number_is_no_date(tmp_path: Path) -> None:
    folder = folder_of(tmp_path / "folder", "llmgw")
    done = made("portable", folder, tmp_path / "out", SOURCE_DATE_EPOCH="yesterday")
    assert_refused(done, "SOURCE_DATE_EPOCH", "yesterday")


def test_a_place_that_cannot_be_written_is_told(tmp_path: Path) -> None:
    folder = folder_of(tmp_path / "folder", "llmgw")
    (tmp_path / "out").touch()
    assert_refused(made("portable", folder, tmp_path / "out"), str(tmp_path / "out"))


def assert_refused(done: subprocess.CompletedProcess[str], *words: str) -> None:
    assert done.returncode == 1
    assert done.stdout == ""
    assert done.stderr.count("\n") == 1, done.stderr
    for each in words:
        assert each in done.stderr
