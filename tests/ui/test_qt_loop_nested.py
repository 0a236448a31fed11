"""Qt event loops inside the hosted loop: dialogs opened by slots, by coroutines, by qt_call."""

from __future__ import annotations

import asyncio
import logging
import threading
import time
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager

import pytest
from PySide6.QtCore import QEventLoop, QPoint, Qt, QTimer
from PySide6.QtWidgets import QApplication, QDialog, QFileDialog, QMenu, QMessageBox

from llmgw_desktop.ui.loop.qt_hosted_loop import QtHostedLoop
from llmgw_desktop.ui.loop.qt_loop import qt_call
from tests.support.hosted_loop import PATIENCE_S, complete, hosted_loop

OPEN_MS = 150
"""How long a nested loop is open where nothing is to happen in it."""
Enough = Callable[[], bool]


@pytest.fixture
def loop(qapp: QApplication) -> Iterator[QtHostedLoop]:
    with hosted_loop(qapp) as loop:
        yield loop


def after_a_while() -> Enough:
    end_s = time.monotonic() + OPEN_MS / 1000
    return lambda: time.monotonic() >= end_s


def end_when(enough: Enough, end: Callable[[], object]) -> None:
    """On a busy machine it takes longer; what does not come at all is given up."""
    give_up_s = time.monotonic() + PATIENCE_S / 2
    timer = QTimer(QApplication.instance())

    def look() -> None:
        if enough() or time.monotonic() > give_up_s:
            timer.stop()
            timer.deleteLater()
            end()

    timer.timeout.connect(look)
    timer.start(10)


def run_dialog(dialog: QDialog, enough: Enough) -> None:
    end_when(enough, dialog.reject)
    dialog.exec()


def run_file_dialog(enough: Enough) -> None:
    dialog = QFileDialog()
    dialog.setOption(QFileDialog.Option.DontUseNativeDialog)
    run_dialog(dialog, enough)


def run_menu(enough: Enough) -> None:
    menu = QMenu()
    menu.addAction("Pause")
    end_when(enough, menu.close)
    menu.exec(QPoint(0, 0))


def run_event_loop(enough: Enough | None = None) -> None:
    nested = QEventLoop()
    end_when(enough or after_a_while(), nested.quit)
    nested.exec()


def process_events(enough: Enough) -> None:
    give_up_s = time.monotonic() + PATIENCE_S / 2
    while not enough() and time.monotonic() < give_up_s:
        QApplication.processEvents()
        time.sleep(0.001)


NESTED: dict[str, Callable[[Enough], None]] = {
    "dialog": lambda enough: run_dialog(QDialog(), enough),
    "message box": lambda enough: run_dialog(QMessageBox(), enough),
    "file dialog": run_file_dialog,
    "menu": run_menu,
    "event loop": run_event_loop,
    "processEvents": process_events,
}
nested_kinds = pytest.mark.parametrize("nested", NESTED.values(), ids=NESTED.keys())


class Engine:
    """A server, a client that asks it again and again, and tasks that tick."""

    def __init__(self) -> None:
        self.answers = 0
        self.ticks = [0, 0, 0]

    async def _echo(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        while line := await reader.readline():
            writer.write(line)
        writer.close()

    async def _ask(self, port: int) -> None:
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        try:
            while True:
                writer.write(b"ping\n")
                assert await reader.readline() == b"ping\n"
                self.answers += 1
                await asyncio.sleep(0.002)
        finally:
            writer.close()

    async def _tick(self, who: int) -> None:
        while True:
            await asyncio.sleep(0.005)
            self.ticks[who] += 1

    @asynccontextmanager
    async def running(self) -> AsyncIterator[None]:
        server = await asyncio.start_server(self._echo, "127.0.0.1", 0)
        port = server.sockets[0].getsockname()[1]
        tasks = [asyncio.create_task(self._tick(who)) for who in range(3)]
        tasks.append(asyncio.create_task(self._ask(port)))
        yield
        await self.goes_on()
        assert not any(task.done() for task in tasks)
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        server.close()
        await asyncio.sleep(0.01)

    async def goes_on(self) -> None:
        answers, ticks = self.answers, list(self.ticks)
        while self.answers < answers + 3 or any(
            now < before + 2 for now, before in zip(self.ticks, ticks, strict=True)
        ):
            await asyncio.sleep(0.001)


@nested_kinds
def test_the_engine_serves_while_a_slot_runs_a_modal_loop(
    loop: QtHostedLoop, nested: Callable[[Enough], None]
) -> None:
    engine = Engine()
    seen: list[int] = []

    async def main() -> None:
        done = loop.create_future()

        def slot() -> None:
            before = engine.answers
            nested(lambda: engine.answers >= before + 3)
            seen.append(engine.answers - before)
            done.set_result(None)

        async with engine.running():
            QTimer.singleShot(0, slot)
            await done

    complete(loop, main())
    assert seen[0] >= 3


@pytest.mark.parametrize("nested", ["dialog", "event loop", "processEvents"])
def test_a_coroutine_that_runs_a_modal_loop_makes_asyncio_wait_but_breaks_nothing(
    loop: QtHostedLoop, caplog: pytest.LogCaptureFixture, nested: str
) -> None:
    engine = Engine()

    async def main() -> tuple[int, float]:
        async with engine.running():
            await engine.goes_on()
            loop.call_soon_threadsafe(
                engine.ticks.__len__
            )  # news on a socket that nobody reads now
            before, cpu = engine.answers, time.process_time()
            NESTED[nested](after_a_while())
            return engine.answers - before, time.process_time() - cpu

    with caplog.at_level(logging.ERROR):
        answers, cpu_s = complete(loop, main())
    assert answers == 0
    assert cpu_s < OPEN_MS / 1000 / 2  # a loop that spins would take all of it
    assert [record.levelname for record in caplog.records] == ["ERROR"]
    assert "qt_call" in caplog.records[0].message
    assert "test_qt_loop_nested" in (caplog.records[0].stack_info or "")


@nested_kinds
def test_the_engine_serves_while_qt_call_runs_a_modal_loop(
    loop: QtHostedLoop, nested: Callable[[Enough], None]
) -> None:
    engine = Engine()

    async def main() -> int:
        async with engine.running():
            before = engine.answers
            await qt_call(nested, lambda: engine.answers >= before + 3)
            return engine.answers - before

    assert complete(loop, main()) >= 3


def test_timers_and_calls_made_during_the_wait_are_not_lost(
    loop: QtHostedLoop, caplog: pytest.LogCaptureFixture
) -> None:
    async def main() -> list[str]:
        came: list[str] = []
        QTimer.singleShot(10, lambda: loop.call_soon(came.append, "soon"))
        QTimer.singleShot(10, lambda: loop.call_later(0.01, came.append, "later"))
        loop.call_later(0.001, came.append, "due meanwhile")
        run_event_loop()
        assert came == []
        while len(came) < 3:
            await asyncio.sleep(0.01)
        done = loop.create_future()
        thread = threading.Timer(0.05, loop.call_soon_threadsafe, (done.set_result, None))
        thread.start()
        await done  # from here on only a descriptor can wake it
        thread.join()
        return came

    assert sorted(complete(loop, main())) == ["due meanwhile", "later", "soon"]
    assert len(caplog.records) == 1


def test_stop_unwinds_a_dialog_that_a_slot_has_open(loop: QtHostedLoop) -> None:
    closed: list[int] = []
    dialog = QDialog()
    QTimer.singleShot(0, lambda: closed.append(dialog.exec()))
    loop.call_later(0.1, loop.stop)
    loop.run_forever()
    assert closed == [QDialog.DialogCode.Rejected]
    assert complete(loop, asyncio.sleep(0.01, "goes on")) == "goes on"


def test_an_open_dialog_needs_no_nested_loop(loop: QtHostedLoop) -> None:
    async def main() -> int:
        closed = loop.create_future()
        dialog = QDialog()
        dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        dialog.finished.connect(closed.set_result)
        dialog.open()
        loop.call_later(0.05, dialog.accept)
        return await closed

    assert complete(loop, main()) == QDialog.DialogCode.Accepted


def test_objects_deleted_later_by_tasks_and_slots_go(loop: QtHostedLoop) -> None:
    gone: list[str] = []

    async def main() -> None:
        one, other = QDialog(), QDialog()
        one.destroyed.connect(lambda: gone.append("by task"))
        other.destroyed.connect(lambda: gone.append("by slot"))
        one.deleteLater()
        QTimer.singleShot(0, other.deleteLater)
        while len(gone) < 2:
            await asyncio.sleep(0.005)

    complete(loop, main())
    assert sorted(gone) == ["by slot", "by task"]
