"""Agents may leave anything in a private HOME: nothing outside is read, written or removed."""

from __future__ import annotations

import os
import socket
from collections.abc import Callable
from pathlib import Path

import pytest

from llmgw_desktop.engine.containment import safe_files

PLACE = "home/.own/auth.json"
MOST = 1000
Trick = Callable[[Path, Path], None]


@pytest.fixture
def root(tmp_path: Path) -> Path:
    return tmp_path / "homes"


@pytest.fixture
def outside(tmp_path: Path) -> Path:
    folder = tmp_path / "outside"
    folder.mkdir()
    (folder / "auth.json").write_text("somebody else's")
    return folder


def test_what_is_put_is_read_and_is_its_owners_alone(root: Path) -> None:
    safe_files.put(root, PLACE, b"one")
    safe_files.put(root, PLACE, b"two")
    assert safe_files.read(root, PLACE, MOST) == b"two"
    path = root / PLACE
    assert path.stat().st_mode & 0o777 == 0o600
    for folder in path.parents[:3]:
        assert folder.stat().st_mode & 0o777 == 0o700
    assert [each.name for each in path.parent.iterdir()] == ["auth.json"]
    safe_files.remove(root, PLACE)
    safe_files.remove(root, PLACE)
    assert safe_files.read(root, PLACE, MOST) is None


def _link_to_file(path: Path, outside: Path) -> None:
    path.symlink_to(outside / "auth.json")


def _second_name(path: Path, outside: Path) -> None:
    path.hardlink_to(outside / "auth.json")


def _link_to_folder(path: Path, outside: Path) -> None:
    path.parent.rmdir()
    path.parent.symlink_to(outside)


def _link_for_home(path: Path, outside: Path) -> None:
    path.parent.rmdir()
    path.parent.parent.rmdir()
    (outside / ".own").mkdir()
    (outside / ".own" / "auth.json").hardlink_to(outside / "auth.json")
    path.parent.parent.symlink_to(outside)


def _pipe(path: Path, outside: Path) -> None:
    os.mkfifo(path)


def _socket(path: Path, outside: Path) -> None:
    with socket.socket(socket.AF_UNIX) as made:
        folder = os.open(path.parent, os.O_RDONLY)
        made.bind(f"/proc/self/fd/{folder}/{path.name}")
        os.close(folder)


def _folder(path: Path, outside: Path) -> None:
    path.mkdir()
    (path / "deeper").symlink_to(outside)


def _file_for_folder(path: Path, outside: Path) -> None:
    path.parent.rmdir()
    path.parent.write_text("x")


def _too_large(path: Path, outside: Path) -> None:
    path.write_bytes(b"x" * (MOST + 1))


def _link_beside(path: Path, outside: Path) -> None:
    path.with_name("auth.json.llmgw-new").symlink_to(outside / "auth.json")


TRICKS = [
    _link_to_file,
    _second_name,
    _link_to_folder,
    _link_for_home,
    _pipe,
    _socket,
    _folder,
    _file_for_folder,
    _too_large,
    _link_beside,
]


@pytest.mark.parametrize("trick", TRICKS)
@pytest.mark.parametrize("do", ["read", "put", "remove"])
def test_tricks_lead_nowhere(root: Path, outside: Path, trick: Trick, do: str) -> None:
    safe_files.make_folder(root, "home/.own")
    trick(root / PLACE, outside)
    if do == "read":
        assert safe_files.read(root, PLACE, MOST) is None
    elif do == "put":
        safe_files.put(root, PLACE, b"mine")
        assert safe_files.read(root, PLACE, MOST) == b"mine"
    else:
        safe_files.remove(root, PLACE)
        assert safe_files.read(root, PLACE, MOST) is None
    assert (outside / "auth.json").read_text() == "somebody else's"
    assert do == "read" or not (root / PLACE).is_symlink()


def test_a_home_that_was_opened_to_all_is_closed_again(root: Path) -> None:
    home = safe_files.make_folder(root, "claude/work/home")
    home.chmod(0o777)
    assert safe_files.make_folder(root, "claude/work/home") == home
    assert home.stat().st_mode & 0o777 == 0o700
