"""Keeps the set-up scripts' text honest: syntax, package lists, the range of Pythons.

What the scripts do is in test_set_up.py.
"""

import json
import os
import re
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

from tests.packaging.machine import PACKAGING, ROOT
from tests.support import again

SCRIPTS = [*sorted(PACKAGING.rglob("*.sh")), ROOT / ".ci" / "run"]
LISTS = sorted((PACKAGING / "linux").glob("packages-*.txt"))


def pairs(path: Path) -> list[list[str]]:
    lines = path.read_text().splitlines()
    return [line.split() for line in lines if line and not line.startswith("#")]


@pytest.mark.parametrize("script", SCRIPTS, ids=lambda path: path.name)
def test_scripts_parse_as_posix_shell(script: Path) -> None:
    subprocess.run(["sh", "-n", script], check=True)
    assert not re.search(r"\[\[|(?<!\.)\blocal\b|<<<|\bfunction\b|&>", script.read_text())


def test_ci_runs_the_test_script_and_nothing_else() -> None:
    entry = ROOT / ".ci" / "run"
    lines = entry.read_text().splitlines()
    assert lines == ["#!/bin/sh", 'cd "$(dirname -- "$0")/.." && exec sh packaging/test.sh']
    assert os.access(entry, os.X_OK)


@pytest.mark.parametrize(
    ("said", "why"),
    [
        (
            "WARNING: Retrying (Retry(total=0)) after connection broken by 'SSLError("
            "SSLCertVerificationError(1, '[SSL: CERTIFICATE_VERIFY_FAILED] certificate verify"
            " failed: self-signed certificate in certificate chain (_ssl.c:1002)'))'\n"
            "ERROR: Could not find a version that satisfies the requirement hatchling\n"
            "ERROR: No matching distribution found for hatchling\n",
            "a certificate that is not trusted; name the one that signs it, as in PIP_CERT=",
        ),
        ("ERROR: No matching distribution found for hatchling\n", "No matching distribution"),
    ],
)
def test_a_failed_install_is_told_by_its_cause(tmp_path: Path, said: str, why: str) -> None:
    (tmp_path / "pip.log").write_text(said)
    script = f'root="{ROOT}"; . "{PACKAGING}/setup.sh"; log="{tmp_path}/pip.log"; why_it_failed'
    told = subprocess.run(["sh", "-c", script], check=True, capture_output=True, text=True).stdout
    assert why in told


def test_python_range_is_the_one_of_the_package() -> None:
    bounds = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]["requires-python"]
    text = (PACKAGING / "setup.sh").read_text()
    oldest, newest = (re.search(rf"^{w}_python=(\d+)", text, re.M) for w in ("oldest", "newest"))
    assert oldest is not None
    assert newest is not None
    assert bounds == f">=3.{oldest[1]},<3.{int(newest[1]) + 1}"


def test_package_lists_are_pairs_and_name_each_need_once() -> None:
    rows = [row for path in LISTS for row in pairs(path)]
    names = {path.name.removeprefix("packages-").removesuffix(".txt") for path in LISTS}
    assert names == {"make", "set-up", "test", "window"}
    assert all(len(row) == 2 or row[2:] == ["debian"] for row in rows)
    assert len({row[0] for row in rows}) == len(rows)
    assert all(re.fullmatch(r"[a-z0-9][a-z0-9.+-]+", row[1]) for row in rows)


def test_qt_finds_every_library_of_the_plugins_in_use() -> None:
    import PySide6

    folder = Path(PySide6.__file__).parent
    used = [*folder.glob("Qt/plugins/platforms/libq[oxw]*.so")]
    used += [*folder.glob("Qt/plugins/xcbglintegrations/*.so"), *folder.glob("Qt/plugins/tls/*.so")]
    used += [*folder.glob("Qt/plugins/iconengines/*.so"), *folder.glob("QtDBus.abi3.so")]
    assert len(used) >= 8
    for library in used:
        found = subprocess.run(["ldd", library], capture_output=True, text=True, check=True)
        assert "not found" not in found.stdout, library.name


_HABIT = """
import pathlib

def test_it():
    marks = pathlib.Path(__file__).with_suffix(".marks")
    turn = len(marks.read_text()) if marks.exists() else 0
    marks.write_text("x" * (turn + 1))
    assert {passes}
"""
_HABITS = {
    "once": _HABIT.format(passes="turn > 0"),
    "always": _HABIT.format(passes="False"),
    "every other time": _HABIT.format(passes="turn % 2"),
}


def run_of(folder: Path, habit: str) -> Path:
    """What a run that met the habit once writes down."""
    (folder / "test_habit.py").write_text(_HABITS[habit])
    failed = folder / "failed"
    command = [sys.executable, "-m", "pytest", "-q", "-p", "xdist", "-n", "1"]
    subprocess.run(
        [*command, "-p", "tests.support.again", "--failed-to", failed, "test_habit.py"],
        cwd=folder,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        check=False,
    )
    return failed


@pytest.mark.parametrize(
    ("habit", "is_forgiven"), [("once", True), ("always", False), ("every other time", False)]
)
def test_only_what_passes_each_time_by_itself_is_forgiven(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, habit: str, is_forgiven: bool
) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("PYTEST_DISABLE_PLUGIN_AUTOLOAD", "1")  # a start takes a third then
    failed = run_of(tmp_path, habit)
    assert failed.read_text() == '["test_habit.py::test_it"]'
    assert (again.main(failed) == 0) is is_forgiven


@pytest.mark.parametrize("written", [None, "[]", json.dumps(["a"] * (again.MOST + 1))])
def test_a_run_that_fails_otherwise_is_not_forgiven(tmp_path: Path, written: str | None) -> None:
    failed = tmp_path / "failed"
    if written is not None:
        failed.write_text(written)
    assert again.main(failed) == 1
