"""One reading at a time, not too often, none unseen, and a slow one rests longer."""

from __future__ import annotations

import threading
import time

import pytest
from PySide6.QtWidgets import QWidget
from pytestqt.qtbot import QtBot

from llmgw_desktop.ui.widgets import pacing
from llmgw_desktop.ui.widgets.pacing import COST_SHARE, LEAST_MS, PacedRefresh


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


def spend(cpu_s: float) -> None:
    """Processor time, which other programs cannot make longer."""
    end = time.thread_time() + cpu_s
    while time.thread_time() < end:
        pass


def test_what_a_reading_costs_is_a_small_part_of_the_time(reader: Reader, qtbot: QtBot) -> None:
    reader.widget.show()
    reader.refresh.ask()
    worker = threading.Thread(target=reader.refresh.costed(lambda: spend(0.02)))
    worker.start()
    worker.join()
    with reader.refresh.costing():
        spend(0.01)
    ended = time.monotonic()
    reader.refresh.ended()
    reader.refresh.ask()
    qtbot.waitUntil(lambda: len(reader.times) == 2, timeout=8000)
    earlier = 0.95  # Qt's timers may go off a twentieth before their time
    assert reader.times[1] - ended >= 0.03 * (COST_SHARE - 1) * earlier - 0.02
    assert COST_SHARE >= 40


def test_no_rest_is_longer_than_somebody_would_wait(
    reader: Reader, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(pacing, "_LONGEST_REST_MS", LEAST_MS)
    hands = iter((0.0, 1000.0))
    monkeypatch.setattr(time, "thread_time", lambda: next(hands))
    reader.widget.show()
    reader.refresh.ask()
    with reader.refresh.costing():
        pass
    reader.refresh.ended()
    reader.refresh.ask()
    qtbot.waitUntil(lambda: len(reader.times) == 2, timeout=8000)


def test_waiting_for_others_costs_nothing(reader: Reader, qtbot: QtBot) -> None:
    """A disk that is slow, a machine that is busy."""
    reader.widget.show()
    reader.refresh.ask()
    reader.refresh.costed(lambda: time.sleep(0.3))()
    ended = time.monotonic()
    reader.refresh.ended()
    reader.refresh.ask()
    qtbot.waitUntil(lambda: len(reader.times) == 2, timeout=8000)
    assert reader.times[1] - ended < 2


def test_the_work_keeps_its_answer_and_its_failure(reader: Reader) -> None:
    assert reader.refresh.costed(lambda: 7)() == 7
    with pytest.raises(ZeroDivisionError):
        reader.refresh.costed(lambda: 1 / 0)()


def test_a_person_need_not_wait_for_the_rest(reader: Reader, qtbot: QtBot) -> None:
    reader.widget.show()
    reader.refresh.ask()
    with reader.refresh.costing():
        spend(0.2)
    reader.refresh.ended()
    reader.refresh.ask()
    assert len(reader.times) == 1
    reader.refresh.ask(at_once=True)
    assert len(reader.times) == 2
    with reader.refresh.costing():
        spend(0.2)
    reader.refresh.ask(at_once=True)
    assert len(reader.times) == 2, "one at a time"
    reader.refresh.ended()
    assert len(reader.times) == 3, "and then without a rest"
    with reader.refresh.costing():
        spend(0.2)
    reader.refresh.ended()
    reader.refresh.ask()
    assert len(reader.times) == 3
    qtbot.waitUntil(lambda: len(reader.times) == 4, timeout=2000)


def test_it_waits_while_minimised(reader: Reader, qtbot: QtBot) -> None:
    reader.widget.showMinimized()
    reader.refresh.ask()
    assert reader.times == []
    reader.widget.showNormal()
    qtbot.wait(20)
    reader.refresh.ask()
    qtbot.waitUntil(lambda: len(reader.times) == 1)
