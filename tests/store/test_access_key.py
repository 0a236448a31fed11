"""The access key: made once, private, the same for everyone."""

import logging
import os
import re
import stat
import subprocess
import sys
from pathlib import Path

import pytest

from llmgw_desktop.domain.errors import StoreCorrupt, StoreUnavailable
from llmgw_desktop.store.access.clients import load_or_make_access_key


def test_made_once_and_private(tmp_path: Path) -> None:
    path = tmp_path / "access.key"
    key = load_or_make_access_key(path)
    assert re.fullmatch(r"llmgw-[A-Za-z0-9_-]{43}", key)
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert load_or_make_access_key(path) == key
    assert [each.name for each in tmp_path.iterdir()] == ["access.key"]


def test_two_homes_have_two_keys(tmp_path: Path) -> None:
    keys = {load_or_make_access_key(tmp_path / str(number)) for number in range(20)}
    assert len(keys) == 20


def test_starts_at_once_agree(tmp_path: Path) -> None:
    script = (
        "import sys; from pathlib import Path\n"
        "from llmgw_desktop.store.access.clients import load_or_make_access_key\n"
        "sys.stdin.readline(); print(load_or_make_access_key(Path(sys.argv[1])))\n"
    )
    children = [
        subprocess.Popen(
            [sys.executable, "-c", script, str(tmp_path / "access.key")],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        for _ in range(4)
    ]
    for child in children:
        assert child.stdin is not None
        child.stdin.write("go\n")
        child.stdin.flush()
    keys = {child.communicate(timeout=60)[0] for child in children}
    assert len(keys) == 1
    assert keys != {""}


@pytest.mark.parametrize("content", [b"", b"llmgw-short", b"\xff\xfe\x00", b"x" * 100_000])
def test_file_that_holds_no_key_is_not_accepted(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "access.key"
    path.write_bytes(content)
    with pytest.raises(StoreCorrupt, match="remove the file"):
        load_or_make_access_key(path)
    assert path.read_bytes() == content


def test_key_that_others_could_read_is_closed_with_a_word(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    path = tmp_path / "access.key"
    key = load_or_make_access_key(path)
    path.chmod(0o644)
    with caplog.at_level(logging.WARNING):
        assert load_or_make_access_key(path) == key
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert "could be read by other users" in caplog.text
    assert key not in caplog.text


def test_missing_folder_is_one_sentence(tmp_path: Path) -> None:
    with pytest.raises(StoreUnavailable, match="cannot be read or written"):
        load_or_make_access_key(tmp_path / "none" / "access.key")


@pytest.mark.skipif(os.name != "posix", reason="links and modes are those of POSIX systems")
def test_link_in_its_place_is_refused_and_left_alone(tmp_path: Path) -> None:
    elsewhere = tmp_path / "elsewhere"
    elsewhere.write_text(f"llmgw-{'A' * 43}\n")
    elsewhere.chmod(0o644)
    path = tmp_path / "access.key"
    path.symlink_to(elsewhere)
    with pytest.raises(StoreUnavailable, match="a link to another file, which is not followed"):
        load_or_make_access_key(path)
    path.unlink()
    path.hardlink_to(elsewhere)
    with pytest.raises(StoreUnavailable, match="another name elsewhere"):
        load_or_make_access_key(path)
    assert stat.S_IMODE(elsewhere.stat().st_mode) == 0o644
    path.unlink()
    path.symlink_to(tmp_path / "nowhere")
    with pytest.raises(StoreUnavailable):
        load_or_make_access_key(path)
    assert not (tmp_path / "nowhere").exists()
