"""A gateway keeps its mark from start to start; one that cannot has one all the same."""

from __future__ import annotations

from pathlib import Path

from llmgw_desktop.domain.routing.hops import is_mark
from llmgw_desktop.store.run_file import MARK_FILE, load_or_make_mark


def test_it_is_made_once_and_for_its_owner_alone(tmp_path: Path) -> None:
    made = load_or_make_mark(tmp_path)
    assert is_mark(made)
    assert load_or_make_mark(tmp_path) == made
    assert (tmp_path / MARK_FILE).stat().st_mode & 0o077 == 0
    other = tmp_path / "other"
    other.mkdir()
    assert load_or_make_mark(other) != made


def test_where_it_cannot_be_kept_there_is_one_for_this_start(tmp_path: Path) -> None:
    assert is_mark(load_or_make_mark(tmp_path / "nowhere"))
    (tmp_path / MARK_FILE).write_text("no mark, \x00 evil\r\n")
    assert is_mark(load_or_make_mark(tmp_path))
