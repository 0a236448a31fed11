"""How long what was found on the search path holds."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from llmgw_desktop.engine.jobs.environment import SearchPath
from tests.support.turned_clock import TurnedClock


class Folder:
    """The one folder of a search path; its time of change is a test's."""

    def __init__(self, path: Path) -> None:
        self.path, self.looks = path, 0
        path.mkdir()
        self.age(1_000)
        self.clock = TurnedClock(_newest_change_s() + 1_000)
        env = {"PATH": str(path), "HOME": str(path.parent / "nobody")}
        self._search = SearchPath(env, self.clock)

    def age(self, changed_at_s: float) -> None:
        os.utime(self.path, (changed_at_s, changed_at_s))

    def install(self, changed_at_s: float) -> Path:
        program = self.path / "claude"
        program.write_text("#!/bin/sh\n")
        program.chmod(0o755)
        self.age(changed_at_s)
        return program

    def found(self) -> str:
        return self._search.find([("claude", self._look)])[0]

    def _look(self, _: str) -> str:
        self.looks += 1
        program = self.path / "claude"
        return str(program) if os.access(program, os.X_OK) else ""


def _newest_change_s() -> float:
    """Of the folders of this computer that every search path has."""
    usual = map(Path, ("/usr/local/bin", "/opt/homebrew/bin", "/usr/bin", "/bin"))
    return max(each.stat().st_mtime for each in usual if each.is_dir())


@pytest.fixture
def folder(tmp_path: Path) -> Folder:
    return Folder(tmp_path / "bin")


def test_what_was_found_holds_while_the_folder_stays(folder: Folder) -> None:
    program = folder.install(1_001)
    assert [folder.found(), folder.found()] == [str(program)] * 2
    assert folder.looks == 1


def test_that_nothing_was_found_holds_until_something_comes(folder: Folder) -> None:
    assert [folder.found(), folder.found()] == ["", ""]
    assert folder.looks == 1
    program = folder.install(1_001)
    assert folder.found() == str(program)


def test_what_is_gone_is_not_found(folder: Folder) -> None:
    program = folder.install(1_001)
    folder.found()
    program.unlink()
    folder.age(1_001)
    assert folder.found() == ""


def test_a_change_that_no_folder_shows_is_seen_after_a_while(folder: Folder) -> None:
    program = folder.install(1_001)
    program.chmod(0o644)
    assert folder.found() == ""
    program.chmod(0o755)
    assert folder.found() == ""
    folder.clock.pass_s(11)
    assert folder.found() == str(program)


def test_of_a_folder_that_has_just_changed_nothing_is_kept(folder: Folder) -> None:
    """Its next change may bear the same time."""
    folder.age(folder.clock.now_s() - 1)
    assert folder.found() == ""
    program = folder.install(folder.clock.now_s() - 1)
    assert folder.found() == str(program)
