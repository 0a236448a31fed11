"""Files of one owner: never half, never wider than meant."""

import os
import stat
from pathlib import Path

import pytest

from llmgw_desktop.store.private_files import (
    keep_file,
    keep_folder,
    keep_parent,
    make_empty,
    open_own,
    read_own,
    write_first,
    write_whole,
)

POSIX = pytest.mark.skipif(os.name != "posix", reason="links and modes are those of POSIX systems")


def _mode(path: Path) -> int:
    return stat.S_IMODE(path.stat().st_mode)


def test_made_files_are_private_whatever_the_umask(tmp_path: Path) -> None:
    before = os.umask(0)
    try:
        make_empty(tmp_path / "a")
        write_whole(tmp_path / "b", b"1")
        assert write_first(tmp_path / "c", b"1")
    finally:
        os.umask(before)
    assert {stat.S_IMODE(each.stat().st_mode) for each in tmp_path.iterdir()} == {0o600}


def test_make_empty_leaves_what_is_there_but_for_its_mode(tmp_path: Path) -> None:
    path = tmp_path / "a"
    path.write_bytes(b"kept")
    path.chmod(0o640)
    make_empty(path)
    assert path.read_bytes() == b"kept"
    assert _mode(path) == 0o600


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


@POSIX
@pytest.mark.parametrize("flags", [os.O_RDONLY, os.O_WRONLY | os.O_CREAT | os.O_APPEND])
def test_no_link_is_followed_and_nothing_behind_one_changes(
    tmp_path: Path, flags: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    target, link, hard = (tmp_path / name for name in ("target", "link", "hard"))
    target.write_bytes(b"another's")
    target.chmod(0o644)
    link.symlink_to(target)
    with pytest.raises(OSError, match="it is a link to another file"):
        open_own(link, flags)
    hard.hardlink_to(target)
    with pytest.raises(OSError, match="it has another name elsewhere"):
        open_own(hard, flags)
    (tmp_path / "dangling").symlink_to(tmp_path / "nowhere")
    with pytest.raises(OSError, match="it is a link to another file"):
        open_own(tmp_path / "dangling", flags)
    assert (_mode(target), target.read_bytes()) == (0o644, b"another's")
    assert not (tmp_path / "nowhere").exists()
    os.mkfifo(tmp_path / "pipe")
    with pytest.raises(OSError, match=r"not a file|No such device"):
        open_own(tmp_path / "pipe", flags)
    hard.unlink()
    monkeypatch.setattr(os, "geteuid", lambda: 12_345)
    with pytest.raises(OSError, match="belongs to another user"):
        open_own(target, flags)


@POSIX
def test_what_is_ours_and_too_wide_is_narrowed(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    path = tmp_path / "a"
    path.write_bytes(b"secret")
    path.chmod(0o666)
    assert read_own(path, 3) == b"sec"
    assert _mode(path) == 0o600
    path.chmod(0o664)
    keep_file(path)
    assert _mode(path) == 0o600
    assert caplog.text.count("could be read by other users") == 2
    keep_file(tmp_path / "missing")
    copy = tmp_path / "copy"
    copy.hardlink_to(path)
    assert read_own(path, 9) == b"secret"  # `cp -al` stops no start
    path.chmod(0o644)
    with pytest.raises(OSError, match="hard link"):
        read_own(path, 9)
    assert _mode(copy) == 0o644


def test_names_that_a_killed_process_left_are_taken_away(tmp_path: Path) -> None:
    path = tmp_path / "a.key"
    path.write_bytes(b"secret")
    path.chmod(0o644)
    (tmp_path / ".a.key.0123456789ab").hardlink_to(path)
    assert read_own(path, 9) == b"secret"
    assert list(tmp_path.iterdir()) == [path]


@POSIX
def test_folders(
    tmp_path: Path, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = tmp_path / "run"
    folder.mkdir()
    for mode in (0o777, 0o755, 0o1777, 0o710):
        folder.chmod(mode)
        keep_folder(folder)
        assert _mode(folder) == 0o700
    assert "by other users (mode 777)" in caplog.text
    folder.chmod(0o775)
    keep_parent(folder)
    assert _mode(folder) == 0o755
    folder.chmod(0o1777)  # as /tmp is
    keep_parent(folder)
    assert _mode(folder) == 0o1777
    link = tmp_path / "link"
    link.symlink_to(folder)
    keep_folder(link)  # this person's own
    assert _mode(folder) == 0o700
    folder.chmod(0o777)
    monkeypatch.setattr(os, "geteuid", lambda: 12_345)
    with pytest.raises(OSError, match="belongs to another user"):
        keep_folder(folder)
    assert _mode(folder) == 0o777
