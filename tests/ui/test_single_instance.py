"""A second start finds the first, and only the first of its own home."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest
from PySide6.QtNetwork import QLocalSocket
from pytestqt.qtbot import QtBot

from llmgw_desktop.ui.shell.single_instance import SingleInstance, server_name


@pytest.fixture
def name(tmp_path: Path) -> str:
    return server_name(tmp_path)


_ASK = (
    "import sys\n"
    "from llmgw_desktop.ui.shell.single_instance import SingleInstance\n"
    "print(SingleInstance.ask_running_to_show(sys.argv[1], 5000))\n"
)


class Asker:
    """A second start: a process of its own, without a Qt application."""

    def __init__(self, name: str) -> None:
        self._child = subprocess.Popen(
            [sys.executable, "-c", _ASK, name], stdout=subprocess.PIPE, text=True
        )

    def has_ended(self) -> bool:
        return self._child.poll() is not None

    def answer(self) -> str:
        said, _ = self._child.communicate(timeout=20)
        return said.strip()


def test_the_first_is_asked_to_show_its_window(qapp: object, qtbot: QtBot, name: str) -> None:
    shown: list[str] = []
    first = SingleInstance(name)
    assert first.listen(lambda: shown.append("shown"))
    asker = Asker(name)
    qtbot.waitUntil(asker.has_ended, timeout=20_000)
    assert (asker.answer(), shown) == ("True", ["shown"])
    first.close()


def test_several_askers_are_all_answered(qapp: object, qtbot: QtBot, name: str) -> None:
    shown: list[str] = []
    first = SingleInstance(name)
    first.listen(lambda: shown.append("shown"))
    askers = [Asker(name) for _ in range(4)]
    qtbot.waitUntil(lambda: all(asker.has_ended() for asker in askers), timeout=30_000)
    assert [asker.answer() for asker in askers] == ["True"] * 4
    assert len(shown) == 4
    first.close()


def test_nobody_there_is_a_quick_no(qapp: object, name: str) -> None:
    assert SingleInstance.ask_running_to_show(name, 200) is False


@pytest.mark.parametrize("line", [b"show\n", b"[]\n", b'{"v":1,"do":"open"}\n', b"\xff\n"])
def test_other_words_are_refused(qapp: object, qtbot: QtBot, name: str, line: bytes) -> None:
    shown: list[str] = []
    first = SingleInstance(name)
    first.listen(lambda: shown.append("shown"))
    caller = QLocalSocket()
    caller.connectToServer(name)
    caller.write(line)
    qtbot.waitUntil(lambda: caller.state() is QLocalSocket.LocalSocketState.UnconnectedState)
    assert shown == []
    assert bytes(caller.readAll().data()) == b""
    first.close()


def test_endless_words_are_cut_off(qapp: object, qtbot: QtBot, name: str) -> None:
    first = SingleInstance(name)
    first.listen(lambda: None)
    caller = QLocalSocket()
    caller.connectToServer(name)
    caller.write(b"x" * 100_000)
    qtbot.waitUntil(lambda: caller.state() is QLocalSocket.LocalSocketState.UnconnectedState)
    first.close()


def test_a_message_in_pieces_is_put_together(qapp: object, qtbot: QtBot, name: str) -> None:
    shown: list[str] = []
    first = SingleInstance(name)
    first.listen(lambda: shown.append("shown"))
    caller = QLocalSocket()
    caller.connectToServer(name)
    for piece in (b'{"v":1,', b'"do":"show"}', b"\n"):
        caller.write(piece)
        caller.flush()
        qtbot.wait(20)
    qtbot.waitUntil(lambda: shown == ["shown"])
    first.close()


@pytest.mark.skipif(sys.platform == "win32", reason="a socket file is left behind on Unix only")
def test_what_a_killed_first_left_behind_is_taken_over(
    qapp: object, qtbot: QtBot, name: str
) -> None:
    program = (
        "import os, sys\n"
        "from PySide6.QtCore import QCoreApplication\n"
        "from llmgw_desktop.ui.shell.single_instance import SingleInstance\n"
        "app = QCoreApplication([])\n"
        f"assert SingleInstance({name!r}).listen(lambda: None)\n"
        "os.kill(os.getpid(), 9)\n"
    )
    killed = subprocess.run([sys.executable, "-c", program], check=False)
    assert killed.returncode == -9
    assert SingleInstance.ask_running_to_show(name, 300) is False
    second = SingleInstance(name)
    assert second.listen(lambda: None)
    asker = Asker(name)
    qtbot.waitUntil(asker.has_ended, timeout=20_000)
    assert asker.answer() == "True"
    second.close()


def test_homes_have_names_of_their_own(tmp_path: Path) -> None:
    one, other = server_name(tmp_path / "a"), server_name(tmp_path / "b")
    assert one != other
    assert one == server_name(tmp_path / "x" / ".." / "a")
    assert len(one) < 60
    assert json.dumps(one).isascii()
