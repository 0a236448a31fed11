"""Vendor CLIs from npm, installed once into a cache folder and left there for later runs.

A missing registry is the only reason to skip; anything else that goes wrong is a failure.
"""

from __future__ import annotations

import fcntl
import hashlib
import os
import re
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

_REPO = Path(__file__).parents[2]
_OUT_OF_REACH = re.compile(
    r"\b(ENOTFOUND|EAI_AGAIN|ECONNREFUSED|ECONNRESET|ETIMEDOUT|ENETUNREACH|EHOSTUNREACH"
    r"|ERR_SOCKET_TIMEOUT|FETCH_ERROR)\b"
)
_NO_SUCH_VERSION = re.compile(r"\b(ETARGET|E404|notarget)\b")
_INSTALL_TIMEOUT_S = 540


def install(package: str, version: str, binary: str) -> Path:
    """The CLI's executable: this version, or the newest one where this one is gone."""
    cache = _cache_folder()
    cache.mkdir(parents=True, exist_ok=True)
    with _locked(cache / ".lock"):
        try:
            return _installed(cache, package, version, binary)
        except _GoneError:
            newest = run_npm(["view", package, "version"], cache).strip()
            return _installed(cache, package, newest, binary)


def install_lock(project: Path) -> Path:
    """The folder `node_modules` with what the lock file of this folder lists."""
    files = [project / "package.json", project / "package-lock.json"]
    key = hashlib.sha256(b"".join(file.read_bytes() for file in files)).hexdigest()[:16]
    cache = _cache_folder()
    cache.mkdir(parents=True, exist_ok=True)
    with _locked(cache / ".lock"):
        folder = cache / f"{project.name}-{key}"
        if not folder.exists():
            for older in cache.glob(f"{project.name}-*"):
                shutil.rmtree(older, ignore_errors=True)
            partial = cache / f"{project.name}-{key}.partial"
            partial.mkdir()
            for file in files:
                shutil.copy(file, partial)
            run_npm(["ci", "--no-audit", "--no-fund", "--ignore-scripts"], partial)
            partial.rename(folder)
    return folder / "node_modules"


class _GoneError(Exception):
    """The registry does not have this version any more."""


def _installed(cache: Path, package: str, version: str, binary: str) -> Path:
    folder = cache / f"{package.rpartition('/')[2]}-{version}"
    program = folder / "node_modules" / ".bin" / binary
    if program.exists():
        return program
    # Into a folder beside it first, so that a run that was killed leaves no half of a CLI.
    partial = folder.with_name(folder.name + ".partial")
    shutil.rmtree(partial, ignore_errors=True)
    partial.mkdir()
    (partial / "package.json").write_text('{"private": true}\n')
    run_npm(["install", "--no-audit", "--no-fund", f"{package}@{version}"], partial)
    shutil.rmtree(folder, ignore_errors=True)
    partial.rename(folder)
    assert program.exists(), f"{package}@{version} brought no program named {binary}"
    return program


def run_npm(args: list[str], folder: Path) -> str:
    """What it says; without its registry the test is skipped."""
    npm = shutil.which("npm")
    assert npm, "npm is not installed: this test runs a CLI that npm brings"
    done = subprocess.run(
        [npm, *args],
        cwd=folder,
        capture_output=True,
        text=True,
        timeout=_INSTALL_TIMEOUT_S,
        stdin=subprocess.DEVNULL,
        check=False,
    )
    if done.returncode == 0:
        return done.stdout
    if _NO_SUCH_VERSION.search(done.stderr):
        raise _GoneError(done.stderr)
    reach = _OUT_OF_REACH.search(done.stderr)
    if reach is not None:
        pytest.skip(f"the npm registry is out of reach ({reach.group()}): npm {' '.join(args)}")
    raise AssertionError(f"npm {' '.join(args)} failed:\n{done.stderr}")


def _cache_folder() -> Path:
    root = os.environ.get("LLMGW_TEST_CACHE")
    return (Path(root) if root else _REPO / ".cache") / "npm-cli"


@contextmanager
def _locked(path: Path) -> Iterator[None]:
    with path.open("w") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield
