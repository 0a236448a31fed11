"""When the hosted loop turns: timers, wake-ups, floods from either side, and stopping."""

from __future__ import annotations

import asyncio
import socket
import threading
from collections.abc import Iterator

import pytest
from PySide6.QtCore import QObject, Qt, QTimer, Signal
from PySide6.QtGui import QPaintEvent
from PySide6.QtWidgets import QApplication, QWidget

from llmgw_desktop.ui.loop.qt_hosted_loop import QtHostedLoop
from tests.support.hosted_loop import PATIENCE_S, complete, hosted_loop, work


@pytest.fixture
def loop(qapp: QApplication) -> Iterator[QtHostedLoop]:
    with hosted_loop(qapp) as loop:
        yield loop


def repeat(interval_ms: int, slot) -> QTimer:
    timer = QTimer()
    timer.setTimerType(Qt.TimerType.PreciseTimer)
    timer.timeout.connect(slot)
    timer.start(interval_ms)
    return timer


def test_timers_come_in_order_and_never_early(loop: QtHostedLoop) -> None:
    early: list[float] = []
    order: list[int] = []

    async def main() -> None:
        done = loop.create_future()
        start = loop.time()
        for number, delay_ms in enumerate((0, 1, 1.5, 3, 7.3, 7.9, 12, 20, 31, 44.4)):
            when = start + delay_ms / 1000

            def note(number: int = number, when: float = when) -> None:
                order.append(number)
                early.append(when - loop.time())

            loop.call_at(when, note)
        loop.call_at(start + 0.06, done.set_result, None)
        await done

    complete(loop, main())
    assert order == list(range(10))
    assert max(early) <= loop._clock_resolution


def test_an_earlier_timer_set_from_a_slot_does_not_wait_for_the_later_one(
    loop: QtHostedLoop,
) -> None:
    async def main() -> None:
        done = loop.create_future()
        QTimer.singleShot(20, lambda: loop.call_later(0.02, done.set_result, None))
        await done  # nothing else is due before the patience of complete() ends

    complete(loop, main())


def test_a_cancelled_timer_holds_up_nobody(loop: QtHostedLoop) -> None:
    async def main() -> None:
        done = loop.create_future()
        first = loop.call_later(0.02, done.set_exception, AssertionError("was cancelled"))
        loop.call_later(0.04, done.set_result, None)
        QTimer.singleShot(0, first.cancel)
        await done

    complete(loop, main())


def test_many_cancelled_timers_are_thrown_out(loop: QtHostedLoop) -> None:
    async def main() -> int:
        for timer in [loop.call_later(1000, print) for _ in range(1000)]:
            timer.cancel()
        for _ in range(10):  # several steps of a task are one round
            await asyncio.sleep(0)
        return len(loop._scheduled)

    assert complete(loop, main()) < 10


@pytest.mark.parametrize("way", ["create_task", "call_soon", "call_later", "future"])
def test_work_added_by_a_slot_wakes_the_idle_loop(loop: QtHostedLoop, way: str) -> None:
    async def main() -> None:
        done = loop.create_future()

        async def finish() -> None:
            done.set_result(None)

        ways = {
            "create_task": lambda: tasks.append(asyncio.get_running_loop().create_task(finish())),
            "call_soon": lambda: loop.call_soon(done.set_result, None),
            "call_later": lambda: loop.call_later(0, done.set_result, None),
            "future": lambda: done.set_result(None),
        }
        tasks: list[asyncio.Task[None]] = []
        QTimer.singleShot(20, ways[way])
        await done

    complete(loop, main())


def test_a_thread_wakes_the_idle_loop(loop: QtHostedLoop) -> None:
    async def main() -> None:
        done = loop.create_future()
        thread = threading.Timer(0.05, loop.call_soon_threadsafe, (done.set_result, None))
        thread.start()
        await done
        thread.join()

    complete(loop, main())


def test_forty_thousand_calls_from_four_threads_arrive_in_order(loop: QtHostedLoop) -> None:
    arrived: list[tuple[int, int]] = []

    async def main() -> None:
        def post(who: int) -> None:
            for number in range(10_000):
                loop.call_soon_threadsafe(arrived.append, (who, number))

        await asyncio.gather(*[asyncio.to_thread(post, who) for who in range(4)])
        while len(arrived) < 40_000:
            await asyncio.sleep(0.01)
        await loop.shutdown_default_executor()

    complete(loop, main())
    for who in range(4):
        assert [number for one, number in arrived if one == who] == list(range(10_000))


def test_qt_paints_and_ticks_during_a_flood_of_callbacks(loop: QtHostedLoop) -> None:
    class Canvas(QWidget):
        paints = 0

        def paintEvent(self, event: QPaintEvent) -> None:
            self.paints += 1

    canvas = Canvas()
    canvas.show()
    ticks: list[int] = []

    def tick() -> None:
        ticks.append(1)
        canvas.update()

    async def main() -> None:
        timer = repeat(16, tick)
        while len(ticks) < 10 or canvas.paints < 10:  # never idle, so Qt has to get its turns
            await asyncio.sleep(0)
        timer.stop()

    complete(loop, main())
    canvas.close()


def test_awaits_go_on_during_a_flood_of_qt_events(loop: QtHostedLoop) -> None:
    class Flood(QObject):
        again = Signal()

    flood = Flood()
    flood.again.connect(flood.again, Qt.ConnectionType.QueuedConnection)

    async def main() -> None:
        timers = [repeat(0, lambda: work(0.001)) for _ in range(4)]
        flood.again.emit()
        for _ in range(50):
            await asyncio.sleep(0)
            await asyncio.sleep(0.0001)
        flood.again.disconnect()
        for timer in timers:
            timer.stop()

    complete(loop, main())


def test_qt_gets_its_turn_in_the_middle_of_a_long_round(loop: QtHostedLoop) -> None:
    log: list[str] = []

    async def main() -> None:
        timer = repeat(0, lambda: log.append("qt"))
        for number in range(60):
            loop.call_soon(lambda number=number: (work(0.001), log.append(str(number))))
        while "59" not in log:
            await asyncio.sleep(0)
        timer.stop()

    complete(loop, main())
    callbacks = [entry for entry in log if entry != "qt"]
    assert callbacks == [str(number) for number in range(60)]
    assert log[log.index("0") : log.index("59")].count("qt") >= 3


def test_stop_ends_after_the_round_as_in_asyncio(loop: QtHostedLoop) -> None:
    ran: list[str] = []

    def call(name: str) -> None:
        work(0.005)  # the round takes longer than a wake-up may
        ran.append(name)
        loop.call_soon(ran.append, f"after {name}")

    for name in "abc":
        loop.call_soon(call, name)
    loop.call_soon(loop.stop)
    for name in "def":
        loop.call_soon(call, name)
    loop.run_forever()
    assert ran[-1] == "f"
    assert sorted(set(ran)) == sorted(ran)
    loop.call_soon(loop.stop)
    loop.run_forever()
    assert sorted(ran) == sorted([*"abcdef", *[f"after {name}" for name in "abcdef"]])


def test_a_slot_can_stop_the_loop(loop: QtHostedLoop) -> None:
    watchdog = threading.Timer(PATIENCE_S, loop.call_soon_threadsafe, (loop.stop,))
    watchdog.start()
    QTimer.singleShot(20, loop.stop)
    loop.run_forever()
    assert watchdog.is_alive()
    watchdog.cancel()
    watchdog.join()


def test_asked_to_stop_before_it_runs_it_makes_one_round(loop: QtHostedLoop) -> None:
    ran: list[str] = []
    loop.call_soon(lambda: (ran.append("first"), loop.call_soon(ran.append, "second")))
    loop.stop()
    loop.run_forever()
    assert ran == ["first"]


def test_nothing_runs_after_stop_though_qt_has_more_to_deliver(loop: QtHostedLoop) -> None:
    near, far = socket.socketpair()
    with near, far:
        far.send(b"never read, so that the descriptor always has news")
        for _ in range(20):
            rounds: list[int] = []
            loop.add_reader(near, lambda rounds=rounds: (rounds.append(1), loop.stop()))
            loop.run_forever()
            loop.remove_reader(near)
            assert len(rounds) == 1


def test_an_idle_loop_sleeps(loop: QtHostedLoop) -> None:
    async def main() -> int:
        server = await asyncio.start_server(lambda *_: None, "127.0.0.1", 0)
        loop.call_later(3600, print)
        await asyncio.sleep(0.1)
        before = loop.wakeups
        await asyncio.sleep(1)
        woken = loop.wakeups - before
        server.close()
        return woken

    assert complete(loop, main()) <= 2
