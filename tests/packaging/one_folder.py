"""The program as one folder, built once for all tests and workers that ask for it."""

from __future__ import annotations

import fcntl
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import pytest

from tests.packaging.machine import ROOT
from tests.packaging.needs import need_programs

BARE = {"PATH": "/usr/bin:/bin"}
"""Where no `llmgw` is found, and no Python of ours."""


@pytest.fixture(scope="session")
def program(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """`llmgw` of the folder. It goes with the last worker that has used it."""
    shared = tmp_path_factory.getbasetemp()
    if "PYTEST_XDIST_WORKER" in os.environ:
        shared = shared.parent
    folder = shared / "one folder"
    with (shared / "one-folder.used").open("w") as used:
        with _alone(shared / "one-folder.lock"):
            if not folder.exists():
                _build(shared / "one-folder-build").rename(folder)
            fcntl.flock(used, fcntl.LOCK_SH)
        yield folder / "llmgw"
        with _alone(shared / "one-folder.lock"), suppress(BlockingIOError):
            fcntl.flock(used, fcntl.LOCK_EX | fcntl.LOCK_NB)
            shutil.rmtree(folder)


@contextmanager
def _alone(path: Path) -> Iterator[None]:
    with path.open("w") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield


def _build(work: Path) -> Path:
    need_programs("objdump", "strip")
    made, cache = work / "dist", {"PYINSTALLER_CONFIG_DIR": str(work / "cache")}
    said = ("--log-level", "WARN", "--distpath", made, "--workpath", work / "work")
    done = subprocess.run(
        [sys.executable, "-m", "PyInstaller", *said, "build.spec"],
        cwd=ROOT,
        env={**os.environ, **cache},
        capture_output=True,
        text=True,
        timeout=800,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    assert [each.name for each in made.iterdir()] == ["llmgw"]
    moved = work.with_name("one-folder-made")
    (made / "llmgw").rename(moved)
    shutil.rmtree(work)
    return moved
