"""A settings file that is saved is looked at, however it was saved."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import pytest
from PySide6.QtCore import QObject
from pytestqt.qtbot import QtBot
from shiboken6 import delete

from llmgw_desktop.ui.settings_changes import SettingsFileWatch


class Watched:
    def __init__(self, file: Path) -> None:
        self.file = file
        self.seen: list[str | None] = []
        self.owner = QObject()
        self.watch = SettingsFileWatch(file, self._check, self.owner)

    def replace(self, text: str) -> None:
        beside = self.file.with_name("beside")
        beside.write_text(text)
        beside.replace(self.file)

    def _check(self) -> None:
        self.seen.append(self.file.read_text() if self.file.exists() else None)


@pytest.fixture
def watched(qtbot: QtBot, tmp_path: Path) -> Iterator[Watched]:
    made = Watched(tmp_path / "config.toml")
    yield made
    delete(made.owner)


def test_every_way_of_saving_is_seen(watched: Watched, qtbot: QtBot) -> None:
    watched.watch.start()
    watched.file.write_text("new")
    qtbot.waitUntil(lambda: watched.seen[-1:] == ["new"])
    for number in range(2):
        watched.replace(f"replaced {number}")
        qtbot.waitUntil(lambda n=number: watched.seen[-1:] == [f"replaced {n}"])  # type: ignore[misc]
        watched.file.write_text(f"in place {number}")
        qtbot.waitUntil(lambda n=number: watched.seen[-1:] == [f"in place {n}"])  # type: ignore[misc]
    watched.file.unlink()
    qtbot.waitUntil(lambda: watched.seen[-1] is None)


def test_many_changes_are_one_look(watched: Watched, qtbot: QtBot) -> None:
    watched.file.write_text("old")
    os.utime(watched.file, (0, 0))  # where the system has no watch to spare, Qt asks for times
    watched.watch.start()
    for number in range(20):
        watched.file.write_text(f"{number}")
    qtbot.waitUntil(lambda: watched.seen[-1:] == ["19"])
    assert len(watched.seen) == 1


def test_after_its_end_nothing_is_looked_at(watched: Watched, qtbot: QtBot) -> None:
    watched.watch.start()
    watched.file.write_text("new")
    qtbot.waitUntil(lambda: bool(watched.seen))
    watched.watch.stop()
    count = len(watched.seen)
    watched.file.write_text("newer")
    qtbot.wait(400)
    assert len(watched.seen) == count


def test_a_folder_that_is_missing_is_no_trouble(qtbot: QtBot, tmp_path: Path) -> None:
    missing = Watched(tmp_path / "none" / "config.toml")
    missing.watch.start()
    missing.watch.stop()
    assert missing.seen == []
    delete(missing.owner)
