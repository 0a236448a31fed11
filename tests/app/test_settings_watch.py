"""A settings file that is saved is looked at without windows too, however it was saved."""

from __future__ import annotations

import asyncio
import sys
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from llmgw_desktop.app.settings.settings_file import SETTLE_S, SettingsWatch
from llmgw_desktop.platform import files

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="inotify is Linux's")


class Watched:
    def __init__(self, file: Path) -> None:
        self.file = file
        self.seen: list[str | None] = []
        self.watch = SettingsWatch(file, self._check)

    def replace(self, text: str) -> None:
        beside = self.file.with_name("beside")
        beside.write_text(text)
        beside.replace(self.file)

    async def sees(self, text: str | None) -> None:
        async with asyncio.timeout(5):
            while self.seen[-1:] != [text]:
                await asyncio.sleep(0.01)

    def _check(self) -> None:
        self.seen.append(self.file.read_text() if self.file.exists() else None)


@pytest.fixture
async def watched(tmp_path: Path) -> AsyncIterator[Watched]:
    made = Watched(tmp_path / "config.toml")
    yield made
    made.watch.stop()


async def test_every_way_of_saving_is_seen(watched: Watched) -> None:
    assert watched.watch.start()
    watched.file.write_text("new")
    await watched.sees("new")
    for number in range(2):
        watched.replace(f"replaced {number}")
        await watched.sees(f"replaced {number}")
        watched.file.write_text(f"in place {number}")
        await watched.sees(f"in place {number}")
    watched.file.unlink()
    await watched.sees(None)


async def test_a_link_is_followed(
    watched: Watched, tmp_path_factory: pytest.TempPathFactory
) -> None:
    real = tmp_path_factory.mktemp("elsewhere") / "real.toml"
    real.write_text("old")
    watched.file.symlink_to(real)
    watched.watch.start()
    real.write_text("new")
    await watched.sees("new")


async def test_many_changes_are_one_look(watched: Watched) -> None:
    watched.watch.start()
    for number in range(20):
        watched.file.write_text(f"{number}")
    await watched.sees("19")
    await asyncio.sleep(2 * SETTLE_S)
    assert len(watched.seen) == 1


async def test_after_its_stop_it_is_silent(watched: Watched) -> None:
    watched.watch.start()
    watched.file.write_text("one")
    await asyncio.sleep(SETTLE_S / 4)
    watched.watch.stop()
    watched.watch.stop()
    await asyncio.sleep(2 * SETTLE_S)
    assert watched.seen == []


async def test_where_the_system_does_not_tell_nothing_breaks(
    watched: Watched, monkeypatch: pytest.MonkeyPatch
) -> None:
    def open_news() -> int:
        raise OSError("nothing tells of changes here")

    monkeypatch.setattr(files, "open_news", open_news)
    assert not watched.watch.start()
    watched.watch.stop()
