"""A Debian with nothing in it, below a folder: what a package needs and leaves behind shows."""

from __future__ import annotations

import fcntl
import os
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from tests.packaging.machine import ROOT
from tests.packaging.needs import need_programs

_CACHE = ROOT / ".cache" / "bare-system"
_ENVIRONMENT = {
    "PATH": "/usr/sbin:/usr/bin:/sbin:/bin",
    "HOME": "/root",
    "DEBIAN_FRONTEND": "noninteractive",
    "LC_ALL": "C.UTF-8",
}
_PERSON = 1000
_CHROOT = shutil.which("chroot", path=_ENVIRONMENT["PATH"]) or "chroot"


class BareSystem:
    """Its commands run as root unless they are a person's."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self.home = root / "home/person"
        self.home.mkdir(parents=True)
        os.chown(self.home, _PERSON, _PERSON)

    def run(self, *words: str) -> str:
        done = subprocess.run(
            [_CHROOT, self.root, *words],
            env=_ENVIRONMENT,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            timeout=600,
            check=False,
        )
        assert done.returncode == 0, done.stdout[-2000:] + done.stderr[-2000:]
        return done.stdout

    def start(self, *words: str, **more: str) -> subprocess.Popen[str]:
        """By a person, who has nothing set but a home."""
        return subprocess.Popen(
            [_CHROOT, f"--userspec={_PERSON}:{_PERSON}", self.root, *words],
            env={"PATH": "/usr/bin:/bin", "HOME": "/home/person", **more},
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )

    def said(self, *words: str) -> str:
        child = self.start(*words)
        out, _ = child.communicate(timeout=120)
        assert child.returncode == 0, out
        return out

    def files(self) -> set[str]:
        """Names of all that lies in it, but for the person's own and what packages' tools note."""
        found = set()
        for top, folders, names in os.walk(self.root):
            at = Path(top).relative_to(self.root)
            folders[:] = [each for each in folders if str(at / each) not in _NOT_LOOKED_AT]
            found |= {str(at / name) for name in names}
        return found


_NOT_LOOKED_AT = {"home", "proc", "sys", "dev", "tmp", "run", "var"}


@contextmanager
def bare_system(folder: Path) -> Iterator[BareSystem]:
    """Of the release that runs here. Skips for who is not root: only he may enter one."""
    if os.geteuid() != 0:
        pytest.skip("only root may enter a system of its own")
    need_programs("debootstrap", "chroot", "tar")
    root = folder / "root"
    root.mkdir()
    subprocess.run(["tar", "-xf", _made_once(), "-C", root], check=True)
    shutil.copyfile("/etc/resolv.conf", root / "etc/resolv.conf")
    subprocess.run(["mount", "-t", "proc", "proc", root / "proc"], check=True)
    try:
        yield BareSystem(root)
    finally:
        subprocess.run(["umount", "--lazy", root / "proc"], check=True)


def _made_once() -> Path:
    """Fetching and unpacking it takes a minute: it stays in the cache folder."""
    told = dict(
        line.split("=", 1)
        for line in Path("/etc/os-release").read_text().splitlines()
        if "=" in line
    )
    codename = told["VERSION_CODENAME"].strip('"')
    _CACHE.mkdir(parents=True, exist_ok=True)
    made = _CACHE / f"{codename}.tar"
    with (_CACHE / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not made.exists():
            root, half = _CACHE / "root", made.with_suffix(".half")
            shutil.rmtree(root, ignore_errors=True)
            subprocess.run(["debootstrap", "--variant=minbase", codename, root], check=True)
            subprocess.run(["tar", "-cf", half, "-C", root, "."], check=True)
            half.rename(made)
            shutil.rmtree(root)
    return made
