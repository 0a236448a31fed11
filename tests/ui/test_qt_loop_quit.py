"""A quit of the application while something is still closing: what was begun is ended, once.

Each in a process of its own, because a quit is for the whole of one.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator

import pytest

from tests.ui.prepared_python import prepared_python

_IMPORTS = """
import asyncio, os, signal, sys, threading, time
from PySide6.QtCore import QCoreApplication, QEventLoop, QTimer
from PySide6.QtWidgets import QApplication, QDialog, QWidget
from llmgw_desktop.ui.loop.qt_loop import new_event_loop, qt_call, run
"""
_PROGRAM = """
app = QApplication([])
app.setQuitOnLastWindowClosed(False)
abouts = []
app.aboutToQuit.connect(lambda: abouts.append(1))

def say(*words):
    print(*words, flush=True)

def soon(ms, do):
    QTimer.singleShot(ms, do)

async def until_cancelled(clean_s=0.15):
    cancels = 0
    try:
        await asyncio.Event().wait()
    except asyncio.CancelledError:
        cancels += 1
    finally:
        end = time.monotonic() + clean_s
        while time.monotonic() < end:
            try:
                await asyncio.sleep(0.01)
            except asyncio.CancelledError:
                cancels += 1
        say("clean after", cancels, "cancel")
"""


@pytest.fixture(scope="module")
def said(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Callable[[str], list[str]]]:
    """By a program that ends well and complains of nothing."""
    with prepared_python(_IMPORTS, tmp_path_factory.mktemp("programs")) as python:

        def said(source: str) -> list[str]:
            code, out, err = python.outcome_of(_IMPORTS + _PROGRAM + source)
            assert (code, err) == (0, ""), out + err
            return out.splitlines()

        yield said


@pytest.mark.parametrize("times", [1, 2, 20])
def test_quits_while_it_cleans_up_neither_hurry_it_nor_cancel_it_again(
    said: Callable[[str], list[str]], times: int
) -> None:
    lines = said(f"""
soon(50, app.quit)
for number in range({times}):
    soon(60 + 5 * number, app.quit)
say(run(until_cancelled(), app))
""")
    assert lines == ["clean after 1 cancel", "None"]


def test_a_quit_without_end_does_not_make_the_clean_up_endless(
    said: Callable[[str], list[str]],
) -> None:
    lines = said("""
storm = QTimer()
storm.timeout.connect(app.quit)
storm.start(0)
cpu = time.process_time()
say(run(until_cancelled(), app))
say(time.process_time() - cpu < 5)
""")
    assert lines == ["clean after 1 cancel", "None", "True"]


def test_who_hears_that_it_is_about_to_quit_can_still_use_the_loop(
    said: Callable[[str], list[str]],
) -> None:
    lines = said("""
async def goodbye():
    await asyncio.sleep(0.02)
    say("said goodbye")

def on_about():
    if len(abouts) == 1:
        main.task = asyncio.get_running_loop().create_task(goodbye())

async def main():
    app.aboutToQuit.connect(on_about)
    soon(20, app.quit)
    await until_cancelled()

say(run(main(), app))
""")
    assert lines == ["said goodbye", "clean after 1 cancel", "None"]


def test_a_slot_of_about_to_quit_may_run_a_loop_of_its_own(
    said: Callable[[str], list[str]],
) -> None:
    """As `end_session` does when the computer is shut down."""
    lines = said("""
stopped = QEventLoop()

def on_about():
    if len(abouts) == 1:
        soon(50, stopped.quit)
        stopped.exec()
        say("waited")

app.aboutToQuit.connect(on_about)
soon(20, app.quit)
say(run(until_cancelled(), app))
""")
    assert lines == ["waited", "clean after 1 cancel", "None"]


def test_a_quit_while_the_loop_winds_up_lets_threads_and_tasks_end(
    said: Callable[[str], list[str]],
) -> None:
    lines = said("""
async def left_behind():
    try:
        await asyncio.Event().wait()
    finally:
        await asyncio.sleep(0.1)
        say("the task ended")

def in_thread():
    time.sleep(0.2)
    say("the thread ended")

async def main():
    loop = asyncio.get_running_loop()
    main.task = loop.create_task(left_behind())
    loop.run_in_executor(None, in_thread)
    await asyncio.sleep(0)
    for ms in (20, 60, 120):
        soon(ms, app.quit)
    return "done"

say(run(main(), app))
""")
    assert sorted(lines[:2]) == ["the task ended", "the thread ended"]
    assert lines[2:] == ["done"]


def test_a_quit_while_a_connection_closes_leaves_nothing_open(
    said: Callable[[str], list[str]],
) -> None:
    """The other side does not read, so that what was written stays on its way."""
    lines = said("""
import socket, warnings
warnings.simplefilter("error")

async def main():
    server = socket.create_server(("127.0.0.1", 0))
    reader, writer = await asyncio.open_connection(*server.getsockname())
    writer.write(b"x" * 20_000_000)
    writer.close()
    soon(30, app.quit)
    try:
        await writer.wait_closed()
    finally:
        say("asked to end, closing:", writer.transport.is_closing())
        writer.transport.abort()
        server.close()
        await asyncio.sleep(0.05)

say(run(main(), app))
say(threading.active_count())
""")
    assert lines == ["asked to end, closing: True", "None", "1"]


def test_a_quit_from_a_task_is_one_from_anywhere(said: Callable[[str], list[str]]) -> None:
    lines = said("""
async def main():
    asyncio.get_running_loop().call_later(0.02, QCoreApplication.quit)
    await until_cancelled()

say(run(main(), app))
""")
    assert lines == ["clean after 1 cancel", "None"]


def test_a_quit_at_the_moment_of_the_end_spoils_no_result(said: Callable[[str], list[str]]) -> None:
    lines = said("""
async def main():
    app.quit()
    return "done"

say(run(main(), app))
say(run(main(), app))
""")
    assert lines == ["done", "done"]


def test_a_quit_before_the_start_is_not_for_what_is_started_then(
    said: Callable[[str], list[str]],
) -> None:
    """Qt forgets a quit that comes while no loop runs."""
    lines = said("""
app.quit()
async def main():
    await asyncio.sleep(0.02)
    return "done"

say(run(main(), app))
""")
    assert lines == ["done"]


def test_a_quit_closes_a_dialog_that_a_task_waits_for(said: Callable[[str], list[str]]) -> None:
    lines = said("""
def ask():
    dialog = QDialog()
    soon(50, app.quit)
    answer = dialog.exec()
    say("answer", answer)
    return answer

async def main():
    try:
        await qt_call(ask)
    finally:
        await asyncio.sleep(0.02)
        say("clean")

say(run(main(), app))
""")
    assert lines[0] == "answer 0"
    assert lines[1] == "clean"


def test_a_window_that_refuses_to_close_refuses_the_quit(said: Callable[[str], list[str]]) -> None:
    """Qt's rule, kept: the loop goes on as if nothing had been asked."""
    lines = said("""
class Stubborn(QWidget):
    def closeEvent(self, event):
        say("refused")
        event.ignore()

async def main():
    window = Stubborn()
    window.show()
    soon(20, app.quit)
    await asyncio.sleep(0.2)
    say("went on", len(abouts))
    return "done"

say(run(main(), app))
""")
    assert lines == ["refused", "went on 0", "done"]


def test_a_window_that_hides_instead_does_not(said: Callable[[str], list[str]]) -> None:
    """As ours does where a tray leads back to it."""
    lines = said("""
class Hiding(QWidget):
    def closeEvent(self, event):
        event.ignore()
        self.hide()

async def main():
    main.window = Hiding()
    main.window.show()
    soon(20, app.quit)
    await until_cancelled()

say(run(main(), app))
""")
    assert lines == ["clean after 1 cancel", "None"]


@pytest.mark.skipif(sys.platform == "win32", reason="sends POSIX signals")
def test_a_signal_while_a_quit_is_being_answered_changes_nothing(
    said: Callable[[str], list[str]],
) -> None:
    lines = said("""
soon(30, app.quit)
soon(80, lambda: os.kill(os.getpid(), signal.SIGTERM))
say(run(until_cancelled(), app))
""")
    assert lines == ["clean after 1 cancel", "None"]


def test_another_program_can_run_after_one_that_was_quit(said: Callable[[str], list[str]]) -> None:
    lines = said("""
soon(20, app.quit)
say(run(until_cancelled(0.01), app))
async def next_one():
    await asyncio.sleep(0.02)
    return "done"
say(run(next_one(), app))
""")
    assert lines == ["clean after 1 cancel", "None", "done"]
