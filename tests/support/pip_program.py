"""Programs from PyPI, each in an environment of its own in the cache folder, left for later runs.

A missing registry is the only reason to skip; anything else that goes wrong is a failure.
"""

from __future__ import annotations

import fcntl
import hashlib
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

_REPO = Path(__file__).parents[2]
_OUT_OF_REACH = re.compile(
    r"NewConnectionError|ConnectTimeoutError|NameResolutionError|Max retries exceeded"
)
_INSTALL_TIMEOUT_S = 540


def install(package: str, version: str, binary: str, *, python: str = "") -> Path:
    """The program's executable. `python`: the version of Python that it wants."""
    with _locked_cache() as cache:
        folder = cache / f"{package}-{version}"
        program = folder / "bin" / binary
        if not (folder / "whole").exists():
            shutil.rmtree(folder, ignore_errors=True)
            _run([_python(python), "-m", "venv", str(folder)])
            _run([str(folder / "bin" / "pip"), "install", "--quiet", f"{package}=={version}"])
            (folder / "whole").touch()  # a run that was killed leaves no half of a program
    assert program.exists(), f"{package} {version} brought no program named {binary}"
    return program


def install_lock(lock: Path) -> Path:
    """The Python of an environment that holds what the lock file lists, and nothing else."""
    key = hashlib.sha256(lock.read_bytes() + sys.version.encode()).hexdigest()[:16]
    with _locked_cache() as cache:
        folder = cache / f"{lock.stem}-{key}"
        if not (folder / "whole").exists():
            for older in cache.glob(f"{lock.stem}-*"):
                shutil.rmtree(older, ignore_errors=True)
            _run([sys.executable, "-m", "venv", str(folder)])
            pip = str(folder / "bin" / "pip")
            _run([pip, "install", "--quiet", "--no-deps", "--requirement", str(lock)])
            (folder / "whole").touch()
    return folder / "bin" / "python"


def unpack(package: str, version: str) -> Path:
    """A folder with what the package brings, and nothing of what it requires."""
    with _locked_cache() as cache:
        folder = cache / f"{package}-{version}-alone"
        if not (folder / "whole").exists():
            shutil.rmtree(folder, ignore_errors=True)
            only = ["--no-deps", "--only-binary", ":all:", "--target", str(folder)]
            _run([sys.executable, "-m", "pip", "install", "-q", *only, f"{package}=={version}"])
            (folder / "whole").touch()
    return folder


@contextmanager
def _locked_cache() -> Iterator[Path]:
    root = os.environ.get("LLMGW_TEST_CACHE")
    cache = (Path(root) if root else _REPO / ".cache") / "pip-programs"
    cache.mkdir(parents=True, exist_ok=True)
    with (cache / ".lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield cache


def _python(version: str) -> str:
    if not version:
        return sys.executable
    places = [*os.environ.get("PATH", "").split(os.pathsep), *_others_of_this_one(version)]
    for place in places:
        found = shutil.which(f"python{version}", path=place)
        # What is found may be a signpost of a manager of versions that leads nowhere.
        if (
            found
            and subprocess.run([found, "--version"], capture_output=True, check=False).returncode
            == 0
        ):
            return found
    pytest.skip(f"Python {version} is not installed")


def _others_of_this_one(version: str) -> list[str]:
    """Versions that lie beside this one, as managers of versions put them."""
    folders = Path(sys.base_prefix).parent.glob(f"*{version}*/bin")
    return [str(folder) for folder in sorted(folders)]


def _run(command: list[str]) -> None:
    done = subprocess.run(
        command,
        capture_output=True,
        text=True,
        timeout=_INSTALL_TIMEOUT_S,
        stdin=subprocess.DEVNULL,
        check=False,
    )
    reach = _OUT_OF_REACH.search(done.stderr)
    if done.returncode and reach is not None:
        pytest.skip(f"the Python package index is out of reach ({reach.group()})")
    assert done.returncode == 0, f"{' '.join(command)} failed:\n{done.stderr}"
