"""Events come in bursts, work is done elsewhere, the dead get nothing."""

from __future__ import annotations

import asyncio
import logging
import threading
import time

import pytest
from PySide6.QtCore import QObject, QThread, QTimer
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot
from shiboken6 import delete

from llmgw_desktop.domain.events import Event, FlightOpened
from llmgw_desktop.ui.bridge import Bridge


def opened(number: int) -> Event:
    return FlightOpened(flight_id=f"flt_{number}")


class Ear:
    def __init__(self, bridge: Bridge) -> None:
        self.bursts: list[tuple[float, tuple[Event, ...]]] = []
        bridge.events.connect(self.hear)

    def hear(self, events: tuple[Event, ...]) -> None:
        self.bursts.append((time.monotonic(), events))

    @property
    def heard(self) -> list[Event]:
        return [event for _, burst in self.bursts for event in burst]


def test_a_flood_arrives_whole_in_order_and_at_most_ten_times_a_second(
    bridge: Bridge, qtbot: QtBot
) -> None:
    ear = Ear(bridge)
    sent = 0
    began = time.monotonic()
    end = began + 1.0
    while time.monotonic() < end:
        for _ in range(20):
            bridge.note(opened(sent))
            sent += 1
        QApplication.processEvents()
        time.sleep(0.002)
    qtbot.waitUntil(lambda: len(ear.heard) == sent)
    assert ear.heard == [opened(number) for number in range(sent)]
    took_s = ear.bursts[-1][0] - began
    assert 1 < len(ear.bursts) <= 1 + took_s / 0.095


def test_a_single_event_is_not_kept_waiting(bridge: Bridge, qtbot: QtBot) -> None:
    ear = Ear(bridge)
    bridge.note(opened(1))
    [timer] = bridge.findChildren(QTimer)
    assert timer.isActive()
    assert timer.interval() < 90
    qtbot.waitUntil(lambda: bool(ear.bursts))


def test_events_of_other_threads_come_over_and_none_is_lost(bridge: Bridge, qtbot: QtBot) -> None:
    ear = Ear(bridge)
    here = QThread.currentThread()
    threads_seen: set[bool] = set()
    bridge.events.connect(lambda _: threads_seen.add(QThread.currentThread() is here))
    threads = [
        threading.Thread(target=lambda: [bridge.note(opened(n)) for n in range(500)])
        for _ in range(4)
    ]
    for thread in threads:
        thread.start()
    qtbot.waitUntil(lambda: len(ear.heard) == 2000)
    for thread in threads:
        thread.join()
    assert threads_seen == {True}


def test_work_is_done_elsewhere_and_delivered_here(bridge: Bridge, qtbot: QtBot) -> None:
    done: list[tuple[int, int]] = []
    bridge.fetch(
        bridge,
        threading.get_ident,
        lambda worker: done.append((worker, threading.get_ident())),
    )
    qtbot.waitUntil(lambda: bool(done))
    worker, here = done[0]
    assert worker != here == threading.get_ident()


def test_work_is_done_one_after_the_other(bridge: Bridge, qtbot: QtBot) -> None:
    done: list[int] = []
    for number in range(20):
        bridge.fetch(bridge, lambda number=number: number, done.append)  # type: ignore[misc]
    qtbot.waitUntil(lambda: len(done) == 20)
    assert done == list(range(20))


def test_what_waits_for_another_program_holds_up_nothing_else(bridge: Bridge, qtbot: QtBot) -> None:
    go, done = threading.Event(), []
    bridge.fetch(bridge, lambda: go.wait(30), lambda _: done.append("slow"), slow=True)
    bridge.fetch(bridge, lambda: None, lambda _: done.append("quick"))
    qtbot.waitUntil(lambda: done == ["quick"])
    go.set()
    qtbot.waitUntil(lambda: done == ["quick", "slow"])


def test_a_dead_owner_gets_nothing(bridge: Bridge, qtbot: QtBot) -> None:
    owner, go = QObject(), threading.Event()
    got: list[str] = []
    bridge.fetch(owner, lambda: go.wait(5) and "late", got.append)  # type: ignore[arg-type]
    bridge.fetch(owner, lambda: 1 / 0, got.append, lambda error: got.append(str(error)))  # type: ignore[arg-type, return-value]
    delete(owner)
    go.set()
    after: list[str] = []
    bridge.fetch(bridge, lambda: "after", after.append)
    qtbot.waitUntil(lambda: bool(after))
    assert got == []


def test_failures_go_to_who_asked(bridge: Bridge, qtbot: QtBot) -> None:
    failures: list[Exception] = []
    bridge.fetch(bridge, lambda: 1 / 0, lambda _: pytest.fail("it failed"), failures.append)
    qtbot.waitUntil(lambda: bool(failures))
    assert isinstance(failures[0], ZeroDivisionError)


def test_failures_that_nobody_takes_are_logged(
    bridge: Bridge, qtbot: QtBot, caplog: pytest.LogCaptureFixture
) -> None:
    bridge.fetch(bridge, lambda: 1 / 0, lambda _: None)
    qtbot.waitUntil(lambda: "work for Bridge failed" in caplog.text)
    assert "ZeroDivisionError" in caplog.text


def test_after_close_nothing_comes_any_more(qapp: QApplication, qtbot: QtBot) -> None:
    bridge = Bridge()
    ear, got, go = Ear(bridge), [], threading.Event()
    waited: list[bool] = []
    for _ in range(10):
        bridge.fetch(bridge, lambda: waited.append(go.wait(60)), got.append)
    bridge.note(opened(1))
    bridge.close()
    assert waited == [], "it waits for nobody"
    go.set()
    bridge.note(opened(2))
    bridge.fetch(bridge, lambda: True, got.append)
    qtbot.wait(150)
    assert ear.bursts == []
    assert got == []


def test_it_is_not_taken_apart_while_a_thread_tells_it(
    bridge: Bridge, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whoever deletes it after `close` had the program end by a segmentation fault."""
    asked, inside, go = threading.Event(), threading.Event(), threading.Event()
    told: list[bool] = []

    class Fetched:
        def emit(self, _: object) -> None:
            inside.set()
            told.append(go.wait(60))

    monkeypatch.setattr(bridge, "_fetched", Fetched())
    bridge.fetch(bridge, lambda: asked.wait(60), lambda _: None)
    asked.set()
    assert inside.wait(60)
    threading.Timer(0.05, go.set).start()
    bridge.close()
    assert told == [True]


async def test_a_failed_task_is_logged(bridge: Bridge, caplog: pytest.LogCaptureFixture) -> None:
    async def fail() -> None:
        raise ValueError("no")

    with caplog.at_level(logging.ERROR):
        await asyncio.wait([bridge.run(fail(), name="a try")])
        await asyncio.sleep(0)
    assert "task a try failed" in caplog.text


async def test_closing_cancels_what_still_runs(bridge: Bridge) -> None:
    task = bridge.run(asyncio.sleep(60), name="long")
    bridge.close()
    await asyncio.wait([task])
    assert task.cancelled()
