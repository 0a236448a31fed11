"""Whole files, encrypted: read from any place, and never half."""

import io
import stat
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from llmgw_desktop.domain.vault import EntryBroken
from llmgw_desktop.store.at_rest.cells import AtRest
from llmgw_desktop.store.at_rest.data_keys import DataKey
from llmgw_desktop.store.at_rest.files import (
    CHUNK_BYTES,
    convert_file,
    encrypt_file,
    is_encrypted_file,
    open_file,
)

KEY = DataKey(7, bytes(32))


class _OneKey(AtRest):
    def __init__(self) -> None:
        super().__init__(None)

    def key_of(self, number: int) -> DataKey:
        assert number == KEY.number
        return KEY


AT_REST = _OneKey()


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("files")


SIZES = st.one_of(
    st.integers(0, 50),
    st.integers(-2, 2).map(lambda n: CHUNK_BYTES + n),
    st.integers(-2, 2).map(lambda n: 3 * CHUNK_BYTES + n),
)


@given(size=SIZES, start=st.integers(0, 4 * CHUNK_BYTES), count=st.integers(0, 2 * CHUNK_BYTES))
def test_any_part_reads_as_of_the_plain_file(
    folder: Path, size: int, start: int, count: int
) -> None:
    text = bytes(n % 251 for n in range(size))
    path = folder / "file"
    path.write_bytes(text)
    assert encrypt_file(path, KEY, "place")
    assert not encrypt_file(path, KEY, "place")
    assert is_encrypted_file(path)
    with open_file(path, AT_REST, "place") as file:
        assert file.read() == text
        file.seek(start)
        assert file.read(count) == text[start : start + count]
        assert file.seek(0, io.SEEK_END) == size
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert [each.name for each in folder.iterdir()] == ["file"]


@pytest.mark.parametrize(
    "damage",
    [
        lambda data: data[:-1],
        lambda data: data[: len(data) // 2],
        lambda data: data[:20],
        lambda data: data + b"x",
        lambda data: data[:100] + b"x" + data[101:],
        lambda data: data[:12] + data[12 + 65569 : 12 + 2 * 65569] + data[12 + 65569 :],
    ],
)
def test_a_damaged_one_is_told(tmp_path: Path, damage) -> None:  # type: ignore[no-untyped-def]
    path = tmp_path / "file"
    path.write_bytes(bytes(3 * CHUNK_BYTES + 7))
    encrypt_file(path, KEY, "place")
    path.write_bytes(damage(path.read_bytes()))
    with pytest.raises(EntryBroken), open_file(path, AT_REST, "place") as file:
        file.read()


def test_a_moved_one_does_not_open(tmp_path: Path) -> None:
    path = tmp_path / "file"
    path.write_bytes(b"said")
    encrypt_file(path, KEY, "place")
    with open_file(path, AT_REST, "elsewhere") as file, pytest.raises(EntryBroken):
        file.read()


def test_a_crash_leaves_the_plain_one(tmp_path: Path) -> None:
    path = tmp_path / "file"
    path.write_bytes(bytes(2 * CHUNK_BYTES))

    def fall() -> None:
        raise OSError(28, "No space left on device")

    with pytest.raises(OSError, match="No space"):
        encrypt_file(path, KEY, "place", between=fall)
    assert path.read_bytes() == bytes(2 * CHUNK_BYTES)
    assert [each.name for each in tmp_path.iterdir()] == ["file"]


def test_nobody_has_a_file_open_that_is_replaced(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Windows replaces no file that is open, and files of ended jobs stayed plain there."""
    path, replace = tmp_path / "file", Path.replace
    path.write_bytes(b"words")
    found: list[str] = []

    def look(beside: Path, target: Path) -> Path:
        handles = Path("/proc/self/fd").iterdir()
        found.extend(str(path) for each in handles if each.exists() and path.samefile(each))
        return replace(beside, target)

    monkeypatch.setattr(Path, "replace", look)
    assert encrypt_file(path, KEY, "place")
    assert convert_file(path, AT_REST, None, "place")
    assert path.read_bytes() == b"words"
    assert found == []
