"""Files of one owner: never half, never wider than meant."""

import os
import stat
from pathlib import Path

import pytest

from llmgw_desktop.store.private_files import make_empty, write_first, write_whole


def test_made_files_are_private_whatever_the_umask(tmp_path: Path) -> None:
    before = os.umask(0)
    try:
        make_empty(tmp_path / "a")
        write_whole(tmp_path / "b", b"1")
        assert write_first(tmp_path / "c", b"1")
    finally:
        os.umask(before)
    assert {stat.S_IMODE(each.stat().st_mode) for each in tmp_path.iterdir()} == {0o600}


def test_make_empty_leaves_what_is_there(tmp_path: Path) -> None:
    path = tmp_path / "a"
    path.write_bytes(b"kept")
    path.chmod(0o640)
    make_empty(path)
    assert path.read_bytes() == b"kept"
    assert stat.S_IMODE(path.stat().st_mode) == 0o640


def test_write_first_never_overwrites(tmp_path: Path) -> None:
    path = tmp_path / "a"
    assert write_first(path, b"one")
    assert not write_first(path, b"two")
    assert path.read_bytes() == b"one"
    assert list(tmp_path.iterdir()) == [path]


def test_failed_write_leaves_nothing_beside(tmp_path: Path) -> None:
    (tmp_path / "folder").mkdir()
    (tmp_path / "folder" / "x").write_text("")
    with pytest.raises(OSError, match="folder"):
        write_whole(tmp_path / "folder", b"1")
    assert [each.name for each in tmp_path.iterdir()] == ["folder"]


def test_write_first_without_hard_links(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def no_links(*_: object) -> None:
        raise OSError(95, "Operation not supported")

    monkeypatch.setattr(os, "link", no_links)
    assert write_first(tmp_path / "a", b"one")
    assert not write_first(tmp_path / "a", b"two")
    assert (tmp_path / "a").read_bytes() == b"one"
