"""Which loop is taken, how a program runs on it and ends, and calls from coroutines into Qt."""

from __future__ import annotations

import asyncio
import os
import selectors
import signal
import sys
from collections.abc import AsyncIterator, Iterator

import pytest
from PySide6.QtCore import QEventLoop, QThread, QTimer
from PySide6.QtWidgets import QApplication

from llmgw_desktop.ui.loop.qt_hosted_loop import QtHostedLoop
from llmgw_desktop.ui.loop.qt_loop import new_event_loop, qt_call, run
from llmgw_desktop.ui.loop.qt_pump import qt_watches_selectors
from tests.support.hosted_loop import complete, hosted_loop, outcome_of, program

PROGRAM = """
import asyncio, sys
from PySide6.QtCore import QCoreApplication, QTimer
from llmgw_desktop.ui.loop.qt_loop import new_event_loop, qt_call, run
app = QCoreApplication([])
async def pending():
    print("started", flush=True)
    try:
        await asyncio.Event().wait()
    finally:
        print("cleaning", flush=True)
        await asyncio.sleep(0.1)
        print("clean", flush=True)
"""
posix = pytest.mark.skipif(sys.platform == "win32", reason="sends POSIX signals")


@pytest.fixture
def loop(qapp: QApplication) -> Iterator[QtHostedLoop]:
    with hosted_loop(qapp) as loop:
        yield loop


@pytest.fixture(params=["hosted", "qasync"])
def _any_loop(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    if request.param == "qasync":
        monkeypatch.setattr(selectors, "DefaultSelector", selectors.SelectSelector)


def test_a_selector_with_a_descriptor_is_hosted(qapp: QApplication) -> None:
    loop = new_event_loop(qapp)
    assert isinstance(loop, QtHostedLoop)
    loop.close()


def test_a_selector_without_a_descriptor_leaves_it_to_qasync(
    qapp: QApplication, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(selectors, "DefaultSelector", selectors.SelectSelector)
    loop = new_event_loop()
    assert type(loop).__module__.startswith("qasync")
    assert loop.run_until_complete(asyncio.sleep(0.01, "ran")) == "ran"
    loop.close()


def test_macos_is_asked_whether_qt_watches_its_selector(
    qapp: QApplication, monkeypatch: pytest.MonkeyPatch
) -> None:
    class Deaf(selectors.DefaultSelector):
        """Its descriptor is one that never has news."""

        def __init__(self) -> None:
            super().__init__()
            self.silent, self._other = os.pipe()

        def fileno(self) -> int:
            return self.silent

        def close(self) -> None:
            super().close()
            os.close(self.silent)
            os.close(self._other)

    assert qt_watches_selectors()
    monkeypatch.setattr(sys, "platform", "darwin")
    hosted = new_event_loop(qapp)
    monkeypatch.setattr(selectors, "DefaultSelector", Deaf)
    assert not qt_watches_selectors()
    other = new_event_loop(qapp)
    assert isinstance(hosted, QtHostedLoop)
    assert not isinstance(other, QtHostedLoop)
    hosted.close()
    other.close()


def test_without_an_application_there_is_no_loop() -> None:
    code, _, err = outcome_of(
        "from llmgw_desktop.ui.loop.qt_loop import new_event_loop\nnew_event_loop()"
    )
    assert code == 1
    assert "application must be made first" in err


@pytest.mark.usefixtures("_any_loop")
def test_run_gives_the_result_and_ends_what_is_left(qapp: QApplication) -> None:
    ended: list[str] = []

    async def left_behind() -> None:
        try:
            await asyncio.Event().wait()
        finally:
            await asyncio.sleep(0.01)
            ended.append("task")

    async def main() -> str:
        main.task = asyncio.get_running_loop().create_task(left_behind())
        await asyncio.to_thread(ended.append, "thread")
        await qt_call(ended.append, "qt")
        return "done"

    assert run(main(), qapp) == "done"
    assert sorted(ended) == ["qt", "task", "thread"]


def test_run_closes_generators_that_were_left_open(qapp: QApplication) -> None:
    ended: list[str] = []

    async def numbers() -> AsyncIterator[int]:
        try:
            yield 1
        finally:
            await asyncio.sleep(0)
            ended.append("generator")

    async def main() -> None:
        main.generator = numbers()
        await anext(main.generator)

    run(main(), qapp)
    assert ended == ["generator"]


@pytest.mark.usefixtures("_any_loop")
def test_run_raises_what_the_program_raises(qapp: QApplication) -> None:
    async def fails() -> None:
        await asyncio.sleep(0)
        raise LookupError("no such thing")

    async def cancelled() -> None:
        raise asyncio.CancelledError

    with pytest.raises(LookupError, match="no such thing"):
        run(fails(), qapp)
    with pytest.raises(asyncio.CancelledError):
        run(cancelled(), qapp)


def test_run_reports_a_task_that_fails_while_the_loop_winds_up(
    qapp: QApplication, caplog: pytest.LogCaptureFixture
) -> None:
    async def stubborn() -> None:
        try:
            await asyncio.Event().wait()
        finally:
            raise LookupError("on the way out")

    async def main() -> None:
        main.task = asyncio.get_running_loop().create_task(stubborn())
        await asyncio.sleep(0)

    run(main(), qapp)
    assert "on the way out" in caplog.text


def test_a_quit_of_the_application_lets_the_clean_up_finish() -> None:
    code, out, err = outcome_of(
        PROGRAM
        + """
QTimer.singleShot(50, app.quit)
QTimer.singleShot(100, app.quit)  # while it cleans
print(run(pending(), app))
async def answers():
    try:
        await asyncio.Event().wait()
    except asyncio.CancelledError:
        return 7
QTimer.singleShot(50, app.quit)
print(run(answers(), app))
"""
    )
    assert (code, err) == (0, "")
    assert out.split() == ["started", "cleaning", "clean", "None", "7"]


def test_qasync_too_lets_the_clean_up_finish() -> None:
    code, out, _ = outcome_of(
        "import selectors\nselectors.DefaultSelector = selectors.SelectSelector\n"
        + PROGRAM.replace("QtCore import QCoreApplication", "QtWidgets import QApplication")
        .replace("QCoreApplication([])", "QApplication([])")
        .replace(", QTimer", "\nfrom PySide6.QtCore import QTimer")
        + "QTimer.singleShot(50, app.quit)\nprint(run(pending(), app))\n"
    )
    assert code == 0
    assert out.split() == ["started", "cleaning", "clean", "None"]


@posix
@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_a_signal_lets_the_clean_up_finish(number: signal.Signals) -> None:
    with program(PROGRAM + "print(run(pending(), app))") as process:
        assert process.stdout
        assert process.stdout.readline() == "started\n"
        process.send_signal(number)
        out, err = process.communicate(timeout=20)
    assert (process.returncode, err) == (0, "")
    assert out.split() == ["cleaning", "clean", "None"]


@posix
def test_a_second_interrupt_does_not_wait_for_the_clean_up() -> None:
    source = PROGRAM.replace("sleep(0.1)", "sleep(30)") + "run(pending(), app)"
    with program(source) as process:
        assert process.stdout
        for line in ("started\n", "cleaning\n"):
            assert process.stdout.readline() == line
            process.send_signal(signal.SIGINT)
        out, err = process.communicate(timeout=20)
    assert process.returncode != 0
    assert "clean" not in out
    assert err.endswith("KeyboardInterrupt\n")


def test_qt_call_gives_results_and_errors(loop: QtHostedLoop) -> None:
    def fail(error: Exception) -> None:
        raise error

    async def main() -> None:
        assert await qt_call(divmod, 7, 2) == (3, 1)
        assert await qt_call(QThread.currentThread().loopLevel) == 1
        with pytest.raises(LookupError):
            await qt_call(fail, LookupError())
        with pytest.raises(RuntimeError):
            await qt_call(fail, StopIteration())

    complete(loop, main())


def test_qt_call_calls_nothing_for_a_cancelled_coroutine(loop: QtHostedLoop) -> None:
    called: list[int] = []

    async def main() -> None:
        task = loop.create_task(qt_call(called.append, 1))
        await asyncio.sleep(0)
        task.cancel()
        await asyncio.wait([task])
        later = loop.create_future()
        QTimer.singleShot(20, lambda: later.set_result(None))
        await later

    complete(loop, main())
    assert called == []


def test_qt_call_can_be_cancelled_while_its_dialog_is_up(loop: QtHostedLoop) -> None:
    order: list[str] = []

    async def main() -> None:
        task = loop.create_task(qt_call(nested), name="call")
        await asyncio.wait([task])
        order.append("cancelled" if task.cancelled() else "not cancelled")
        while len(order) < 2:
            await asyncio.sleep(0.005)

    def nested() -> None:
        next(task for task in asyncio.all_tasks(loop) if task.get_name() == "call").cancel()
        waiting = QEventLoop()
        QTimer.singleShot(50, waiting.quit)
        waiting.exec()
        order.append("left the dialog")

    complete(loop, main())
    assert order == ["cancelled", "left the dialog"]
