"""The run file: written whole, read with doubt."""

import json
import stat
from pathlib import Path

import pytest

from llmgw_desktop.store.run_file import RunFile, read_run_file, remove_run_file, write_run_file


def test_what_is_written_is_read(tmp_path: Path) -> None:
    path = tmp_path / "gateway.json"
    write_run_file(
        path, RunFile(url="http://127.0.0.1:3333", pid=4711, started_at_s=1_795_000_000.25)
    )
    assert read_run_file(path) == RunFile(
        url="http://127.0.0.1:3333", pid=4711, started_at_s=1_795_000_000.25
    )
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    write_run_file(path, RunFile(url="http://127.0.0.1:1", pid=4712, started_at_s=5))
    assert read_run_file(path) == RunFile(url="http://127.0.0.1:1", pid=4712, started_at_s=5.0)
    write_run_file(path, RunFile(url="u", pid=3, started_at_s=5, started_ticks=77, mcp="u/mcp"))
    told = read_run_file(path)
    assert told is not None
    assert (told.started_ticks, told.mcp) == (77, "u/mcp")
    assert [each.name for each in tmp_path.iterdir()] == ["gateway.json"]


def test_removing_twice_is_no_error(tmp_path: Path) -> None:
    path = tmp_path / "gateway.json"
    write_run_file(path, RunFile(url="u", pid=1, started_at_s=1.0))
    remove_run_file(path)
    remove_run_file(path)
    assert read_run_file(path) is None


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"{",
        b"[]",
        b"\xff\xff",
        b"[" * 100_000,
        json.dumps({"url": "u", "pid": "1", "started_at_s": 1.0}).encode(),
        json.dumps({"url": "u", "pid": True, "started_at_s": 1.0}).encode(),
        json.dumps({"url": "u", "pid": 0, "started_at_s": 1.0}).encode(),
        json.dumps({"url": 1, "pid": 1, "started_at_s": 1.0}).encode(),
        json.dumps({"url": "u", "pid": 1, "started_at_s": None}).encode(),
        json.dumps({"url": "u", "pid": 1}).encode(),
    ],
)
def test_nonsense_is_as_good_as_none(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "gateway.json"
    path.write_bytes(content)
    assert read_run_file(path) is None
