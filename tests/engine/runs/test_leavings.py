"""The session of a run that only answered is removed, and no other."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from llmgw_desktop.engine.runs.books import remove_session

ID = "01a1ffc8-abac-7242-ba91-1f099b16f2c5"
PATTERN = ".grok/sessions/*/{session_id}"
BEGAN_S = 1_000_000.0


def session(home: Path, name: str, at_s: float = BEGAN_S + 5) -> Path:
    folder = home / ".grok" / "sessions" / "%2Fwork" / name
    folder.mkdir(parents=True)
    (folder / "chat.jsonl").write_text("x")
    os.utime(folder / "chat.jsonl", (at_s, at_s))
    return folder


def test_its_own_goes_and_others_stay(tmp_path: Path) -> None:
    own, other = session(tmp_path, ID), session(tmp_path, ID.replace("0", "1"))
    remove_session(tmp_path, PATTERN, ID, BEGAN_S)
    assert not own.exists()
    assert other.exists()


def test_what_was_there_before_stays(tmp_path: Path) -> None:
    folder = session(tmp_path, ID, BEGAN_S - 60)
    remove_session(tmp_path, PATTERN, ID, BEGAN_S)
    assert folder.exists()


@pytest.mark.parametrize(
    "name", ["", "*", "..", "../../..", "short-1", "a/b" * 9, "[0-9a-f-]*" * 3]
)
def test_what_is_no_id_removes_nothing(tmp_path: Path, name: str) -> None:
    folder = session(tmp_path, ID)
    remove_session(tmp_path, PATTERN, name, BEGAN_S)
    remove_session(tmp_path, "", ID, BEGAN_S)
    assert folder.exists()


def test_a_link_is_not_followed(tmp_path: Path) -> None:
    elsewhere = session(tmp_path / "else", ID)
    link = tmp_path / ".grok" / "sessions" / "%2Fwork" / ID
    link.parent.mkdir(parents=True)
    link.symlink_to(elsewhere)
    remove_session(tmp_path, PATTERN, ID, BEGAN_S)
    assert elsewhere.exists()
