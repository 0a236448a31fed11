"""One reading at a time, not too often, none unseen, and a slow one rests longer."""

from __future__ import annotations

import time

import pytest
from PySide6.QtWidgets import QWidget
from pytestqt.qtbot import QtBot

from llmgw_desktop.ui.widgets.paced_refresh import LEAST_MS, PacedRefresh


class Reader:
    def __init__(self, qtbot: QtBot) -> None:
        self.widget = QWidget()
        qtbot.addWidget(self.widget)
        self.times: list[float] = []
        self.refresh = PacedRefresh(self.widget, lambda: self.times.append(time.monotonic()))


@pytest.fixture
def reader(qtbot: QtBot) -> Reader:
    return Reader(qtbot)


def test_it_waits_until_the_widget_is_seen(reader: Reader, qtbot: QtBot) -> None:
    reader.refresh.ask()
    assert reader.times == []
    reader.widget.show()
    qtbot.waitUntil(lambda: len(reader.times) == 1)


def test_one_at_a_time_and_the_last_asked_is_made_up_for(reader: Reader, qtbot: QtBot) -> None:
    reader.widget.show()
    for _ in range(5):
        reader.refresh.ask()
    assert len(reader.times) == 1
    qtbot.wait(LEAST_MS + 100)
    assert len(reader.times) == 1, "the first has not ended"
    reader.refresh.ended()
    qtbot.waitUntil(lambda: len(reader.times) == 2, timeout=8000)
    reader.refresh.ended()
    qtbot.wait(100)
    assert len(reader.times) == 2, "nothing more was asked"


def test_four_times_a_second_at_most(reader: Reader, qtbot: QtBot) -> None:
    reader.widget.show()
    for _ in range(4):
        reader.refresh.ask()
        count = len(reader.times)
        reader.refresh.ended()
        reader.refresh.ask()
        qtbot.waitUntil(lambda count=count: len(reader.times) > count, timeout=3000)  # type: ignore[misc]
    gaps = [later - earlier for earlier, later in zip(reader.times, reader.times[1:], strict=False)]
    assert min(gaps) >= (LEAST_MS - 15) / 1000


def test_after_a_slow_reading_it_rests(reader: Reader, qtbot: QtBot) -> None:
    reader.widget.show()
    reader.refresh.ask()
    qtbot.wait(100)
    ended = time.monotonic()
    reader.refresh.ended()
    reader.refresh.ask()
    qtbot.waitUntil(lambda: len(reader.times) == 2, timeout=5000)
    assert reader.times[1] - ended > 0.8


def test_it_waits_while_minimised(reader: Reader, qtbot: QtBot) -> None:
    reader.widget.showMinimized()
    reader.refresh.ask()
    assert reader.times == []
    reader.widget.showNormal()
    qtbot.wait(20)
    reader.refresh.ask()
    qtbot.waitUntil(lambda: len(reader.times) == 1)
