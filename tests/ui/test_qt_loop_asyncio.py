"""The hosted loop is asyncio's: running, stopping, errors, cancellation, signals, debug mode."""

from __future__ import annotations

import asyncio
import contextvars
import logging
import signal
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest
from PySide6.QtCore import QEventLoop, QTimer
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from llmgw_desktop.ui.loop.qt_hosted_loop import QtHostedLoop
from tests.support.hosted_loop import complete, hosted_loop, outcome_of, program, work

SIGNALS = """
import asyncio, os, signal, sys, threading
from PySide6.QtCore import QCoreApplication, QTimer
from llmgw_desktop.ui.loop.qt_hosted_loop import QtHostedLoop
app = QCoreApplication([])
loop = QtHostedLoop(app)
async def pending():
    print("started", flush=True)
    await asyncio.Event().wait()
"""
PRIVATE_NAMES = (
    "_ready",
    "_scheduled",
    "_timer_cancelled_count",
    "_stopping",
    "_debug",
    "_closed",
    "_clock_resolution",
    "_selector",
    "_csock",
    "_signal_handlers",
    "_run_once",
    "_process_events",
    "_write_to_self",
    "_accept_connection",
    "_make_socket_transport",
    "_remove_reader",
    "_remove_writer",
)
NAMES_OF_HANDLES = {
    "_callback",
    "_args",
    "_context",
    "_loop",
    "_cancelled",
    "_repr",
    "_source_traceback",
}
posix = pytest.mark.skipif(sys.platform == "win32", reason="sends POSIX signals")


@pytest.fixture
def loop(qapp: QApplication) -> Iterator[QtHostedLoop]:
    with hosted_loop(qapp) as loop:
        yield loop


def test_python_has_the_private_names_that_hosting_needs(loop: QtHostedLoop) -> None:
    for name in PRIVATE_NAMES:
        assert hasattr(asyncio.SelectorEventLoop, name) or name in vars(loop), name
    timer = asyncio.SelectorEventLoop.call_at(loop, 0, print)
    for name in ("_when", "_scheduled", "_cancelled", "_run", "_source_traceback"):
        assert hasattr(timer, name), name
    assert {*asyncio.Handle.__slots__} - {"__weakref__"} == NAMES_OF_HANDLES
    assert hasattr(loop._selector, "_fd_to_key")
    assert hasattr(loop._selector, "_selector")


def test_a_handle_is_as_asyncio_makes_it(loop: QtHostedLoop) -> None:
    own = loop.call_soon(print, 1, 2)
    theirs = asyncio.Handle(print, (1, 2), loop)
    assert repr(own) == repr(theirs)
    for name in NAMES_OF_HANDLES - {"_context"}:
        assert getattr(own, name) == getattr(theirs, name)
    own.cancel()
    assert own.cancelled()


def test_it_runs_again_and_not_after_close(qapp: QApplication) -> None:
    with hosted_loop(qapp) as loop:
        assert complete(loop, asyncio.sleep(0.001, 1)) == 1
        assert complete(loop, asyncio.sleep(0, 2)) == 2
        assert not loop.is_running()
    for use in (loop.run_forever, lambda: loop.call_soon(print), lambda: loop.call_later(0, print)):
        with pytest.raises(RuntimeError, match="closed"):
            use()


def test_it_refuses_to_run_inside_itself(loop: QtHostedLoop) -> None:
    async def main() -> None:
        inner = asyncio.sleep(0)
        with pytest.raises(RuntimeError, match="already running"):
            loop.run_until_complete(inner)
        inner.close()
        with pytest.raises(RuntimeError, match="running"):
            loop.close()

    complete(loop, main())


def test_it_refuses_to_run_inside_another_event_loop_of_qt(loop: QtHostedLoop) -> None:
    seen: list[str] = []

    def slot() -> None:
        try:
            loop.run_forever()
        except RuntimeError as error:
            seen.append(str(error))
        outer.quit()

    outer = QEventLoop()
    QTimer.singleShot(0, slot)
    outer.exec()
    assert "runs already" in seen[0]
    assert complete(loop, asyncio.sleep(0, "fine")) == "fine"


def test_slots_see_the_running_loop(loop: QtHostedLoop) -> None:
    async def main() -> object:
        seen = loop.create_future()
        QTimer.singleShot(0, lambda: seen.set_result(asyncio.get_running_loop()))
        return await seen

    assert complete(loop, main()) is loop
    with pytest.raises(RuntimeError, match="no running"):
        asyncio.get_running_loop()


def test_another_thread_gets_a_plain_loop(qapp: QApplication) -> None:
    seen: list[object] = []

    def in_thread() -> None:
        with closing(QtHostedLoop(qapp)) as loop:
            seen.append(loop.run_until_complete(asyncio.sleep(0.01, "ran")))
            loop.call_soon(lambda: seen.append(loop.wakeups))
            loop.run_until_complete(asyncio.sleep(0))

    thread = threading.Thread(target=in_thread)
    thread.start()
    thread.join(20)
    assert seen == ["ran", 0]


@pytest.mark.parametrize("error", [SystemExit, KeyboardInterrupt])
def test_what_ends_a_program_ends_the_run(loop: QtHostedLoop, error: type[BaseException]) -> None:
    def end() -> None:
        raise error

    loop.call_later(0.01, end)
    with pytest.raises(error):
        loop.run_forever()
    assert complete(loop, asyncio.sleep(0.001, "runs again")) == "runs again"


def test_an_error_in_a_callback_goes_to_the_handler(loop: QtHostedLoop) -> None:
    handled: list[object] = []
    loop.set_exception_handler(lambda _, context: handled.append(context["exception"]))

    async def main() -> None:
        loop.call_soon(lambda: 1 / 0)
        loop.call_later(0.001, lambda: [][0])
        while len(handled) < 2:
            await asyncio.sleep(0.002)

    complete(loop, main())
    assert [type(error) for error in handled] == [ZeroDivisionError, IndexError]


def test_an_error_in_a_slot_leaves_the_loop_alive(loop: QtHostedLoop, qtbot: QtBot) -> None:
    async def main() -> str:
        QTimer.singleShot(0, lambda: 1 / 0)
        return await asyncio.sleep(0.05, "alive")

    with qtbot.capture_exceptions() as errors:
        assert complete(loop, main()) == "alive"
    assert errors[0][0] is ZeroDivisionError


def test_a_slot_can_cancel_a_task(loop: QtHostedLoop) -> None:
    async def main() -> bool:
        task = loop.create_task(asyncio.Event().wait())
        QTimer.singleShot(10, task.cancel)
        await asyncio.wait([task])
        return task.cancelled()

    assert complete(loop, main())


def test_timeouts_and_groups_work(loop: QtHostedLoop) -> None:
    async def fail() -> None:
        raise LookupError

    async def waits_too_long() -> None:
        async with asyncio.timeout(0.01):
            await asyncio.Event().wait()

    async def group_fails() -> None:
        async with asyncio.TaskGroup() as group:
            group.create_task(asyncio.Event().wait())
            group.create_task(fail())

    with pytest.raises(TimeoutError):
        complete(loop, waits_too_long())
    with pytest.raises(ExceptionGroup):
        complete(loop, group_fails())


def test_context_goes_with_tasks_and_not_with_slots(loop: QtHostedLoop) -> None:
    who = contextvars.ContextVar("who", default="nobody")

    async def main() -> list[str]:
        seen: list[str] = []
        done = loop.create_future()
        who.set("task")
        loop.call_soon(lambda: seen.append(who.get()))
        other = contextvars.copy_context()
        other.run(who.set, "other")
        loop.call_soon(lambda: seen.append(who.get()), context=other)
        loop.call_later(0.001, lambda: seen.append(who.get()), context=other)
        QTimer.singleShot(20, lambda: (seen.append(who.get()), done.set_result(None)))
        await done
        return seen

    assert complete(loop, main()) == ["task", "other", "other", "nobody"]


def test_debug_mode_leaves_the_waiting_to_qt(loop: QtHostedLoop) -> None:
    loop.set_debug(True)

    async def main() -> list[int]:
        ticks: list[int] = []
        timer = QTimer()
        timer.timeout.connect(lambda: ticks.append(1))
        timer.start(5)
        cancelled = loop.call_later(0.01, print)
        QTimer.singleShot(0, cancelled.cancel)  # too late: the wake-up comes, for nothing
        await asyncio.sleep(0.5)
        return ticks

    assert len(complete(loop, main())) >= 10


def test_debug_mode_reports_slow_callbacks_and_foreign_threads(
    loop: QtHostedLoop, caplog: pytest.LogCaptureFixture
) -> None:
    loop.set_debug(True)

    async def main() -> None:
        loop.call_soon(work, 0.15)
        handle = loop.call_soon(int)
        timer = loop.call_later(0, int)
        await asyncio.sleep(0)
        for made in (handle, timer):
            origin = made._source_traceback[-1]
            assert Path(origin.filename).name == Path(__file__).name, origin
        with pytest.raises(RuntimeError, match="Non-thread-safe"):
            await asyncio.to_thread(loop.call_soon, print)

    with caplog.at_level(logging.WARNING):
        complete(loop, main())
    complete(loop, loop.shutdown_default_executor())
    assert "Executing <Handle work(0.15)" in caplog.text


@posix
def test_an_interrupt_ends_a_bare_run() -> None:
    source = """
try:
    loop.run_until_complete(pending())
except KeyboardInterrupt:
    print("interrupted", signal.getsignal(signal.SIGINT) is signal.default_int_handler)
for task in asyncio.all_tasks(loop):
    task.cancel()
print(loop.run_until_complete(asyncio.sleep(0.01, "again")))
loop.close()
"""
    with program(SIGNALS + source) as process:
        assert process.stdout
        assert process.stdout.readline() == "started\n"
        time.sleep(0.1)  # asleep in Qt
        process.send_signal(signal.SIGINT)
        out, err = process.communicate(timeout=20)
    assert (process.returncode, err) == (0, "")
    assert out.split() == ["interrupted", "True", "again"]


@posix
def test_a_second_interrupt_breaks_into_a_callback_that_does_not_end() -> None:
    source = """
def stuck():
    print("stuck", flush=True)
    while True:
        pass
loop.call_soon(stuck)
try:
    loop.run_forever()
except KeyboardInterrupt:
    print("interrupted")
loop.close()
"""
    with program(SIGNALS + source) as process:
        assert process.stdout
        assert process.stdout.readline() == "stuck\n"
        process.send_signal(signal.SIGINT)
        time.sleep(0.2)
        process.send_signal(signal.SIGINT)
        out, err = process.communicate(timeout=20)
    assert (process.returncode, err) == (0, "")
    assert out.split() == ["interrupted"]


@posix
def test_the_runner_of_asyncio_works_on_it() -> None:
    source = """
loop.close()
try:
    with asyncio.Runner(loop_factory=lambda: QtHostedLoop(app)) as runner:
        runner.run(pending())
except KeyboardInterrupt:
    print("interrupted")
"""
    with program(SIGNALS + source) as process:
        assert process.stdout
        assert process.stdout.readline() == "started\n"
        time.sleep(0.1)
        process.send_signal(signal.SIGINT)
        out, err = process.communicate(timeout=20)
    assert (process.returncode, err) == (0, "")
    assert out.split() == ["interrupted"]


@posix
def test_signal_handlers_come_and_go() -> None:
    code, out, err = outcome_of(
        SIGNALS
        + """
async def main():
    for number in (signal.SIGTERM, signal.SIGUSR1):
        got = asyncio.Event()
        loop.add_signal_handler(number, got.set)
        threading.Timer(0.1, os.kill, (os.getpid(), number)).start()
        await got.wait()
        loop.remove_signal_handler(number)
    # asyncio lets go of the wake-up socket with its last handler; Ctrl+C needs it still
    threading.Timer(0.1, os.kill, (os.getpid(), signal.SIGINT)).start()
    await asyncio.Event().wait()
try:
    loop.run_until_complete(main())
except KeyboardInterrupt:
    print("interrupted", signal.set_wakeup_fd(-1))
loop.add_signal_handler(signal.SIGTERM, lambda: (print("between"), loop.stop()))
loop.run_until_complete(asyncio.sleep(0))
os.kill(os.getpid(), signal.SIGTERM)  # between two runs
loop.run_forever()
loop.call_soon(loop.remove_signal_handler, signal.SIGTERM)
loop.run_until_complete(asyncio.sleep(0.01))
print("removed", signal.set_wakeup_fd(-1))
loop.close()
print("closed", signal.set_wakeup_fd(-1))
"""
    )
    assert (code, err.count("Traceback")) == (0, 0)
    assert out.split() == ["interrupted", "-1", "between", "removed", "-1", "closed", "-1"]


@posix
def test_a_forked_child_gets_a_plain_loop() -> None:
    code, out, err = outcome_of(
        SIGNALS
        + """
async def fork():
    pid = os.fork()
    if not pid:
        asyncio.events._set_running_loop(None)
        own = QtHostedLoop(app)
        print(own.run_until_complete(asyncio.sleep(0.01, "child")), own.wakeups, flush=True)
        os._exit(0)
    return os.waitpid(pid, 0)[1]
print("ended", loop.run_until_complete(fork()))
loop.close()
"""
    )
    assert (code, err) == (0, "")
    assert out.split() == ["child", "0", "ended", "0"]
