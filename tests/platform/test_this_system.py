"""What the room for systems offers, asked of the system that this runs on: the same on all three.

Nothing of it knows POSIX. On Windows: `pytest --noconftest -c NUL` from its own folder.
"""

from __future__ import annotations

import os
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from llmgw_desktop.platform import channels, children, files, keepers, private_tree, processes
from llmgw_desktop.platform.environment import (
    can_be_named,
    joined_path,
    line_length,
    windows_takes,
    with_home,
)
from llmgw_desktop.platform.processes import ProcessMark

_PATIENCE_S = 60.0
_MOST = 100
_PROGRAM = "import subprocess, sys, time\n"
_PARENT = _PROGRAM + (
    "child = subprocess.Popen([sys.executable, '-c', 'import time; time.sleep(600)'])\n"
    "print(child.pid, flush=True)\ntime.sleep(600)\n"
)


def _until(what: Callable[[], bool]) -> None:
    ends_s = time.monotonic() + _PATIENCE_S
    while not what():
        assert time.monotonic() < ends_s, "it did not come"
        time.sleep(0.02)


class _Run:
    """A keeper with a run of this Python."""

    def __init__(self, folder: Path, job_id: str = "job_of_a_test") -> None:
        self.folder = folder
        self.job_id = job_id
        folder.mkdir()
        for name in ("exit", "keeper"):
            (folder / name).write_bytes(b" " * 40 + b"\n")
        for name in ("stdout", "stderr"):
            (folder / name).write_bytes(b"")

    def start(self, program: str, python: str = sys.executable) -> int:
        env = {**os.environ, processes.MARKER: self.job_id, "PYTHONUNBUFFERED": "1"}
        argv = [python, "-c", program]
        return keepers.start(argv, folder=self.folder, env=env, cwd=self.folder)

    def said(self, name: str = "stdout") -> list[str]:
        return (self.folder / name).read_text().split()

    def ended(self) -> list[str]:
        _until(lambda: bool(self.said("exit")))
        return self.said("exit")

    def marks(self, keeper: int) -> set[ProcessMark]:
        found = {each.mark for each in processes.all_processes() if self._is_ours(each.mark.pid)}
        return {mark for mark in found if mark.pid != keeper}

    def _is_ours(self, pid: int) -> bool:
        return processes.is_marked(pid, self.job_id)


@pytest.fixture
def run(tmp_path: Path) -> _Run:
    return _Run(tmp_path / "größe")


def test_a_run_ends_as_it_ended(run: _Run) -> None:
    (run.folder / "stdin").write_bytes(b"x" * 1000)
    keeper = run.start(
        "import os, sys; print(len(os.read(0, 400))); print('no', file=sys.stderr); sys.exit(7)"
    )
    assert run.ended()[0] == "7"
    assert (run.said(), run.said("stderr"), run.said("keeper")) == (["400"], ["no"], [str(keeper)])
    if len(run.ended()) > 1:  # where the system tells
        assert run.ended()[1] == "400"
    processes.reap(keeper)


def test_a_program_that_is_not_there_is_told_as_one(run: _Run) -> None:
    processes.reap(run.start("", python="no such program of ours"))
    assert run.ended()[0] == "127"
    assert "such" in (run.folder / "stderr").read_text()


@pytest.mark.parametrize("has_pipe", [False, True])
def test_a_run_that_is_spoken_with_hears_and_answers(run: _Run, *, has_pipe: bool) -> None:
    names = ["stdin", "holder", *(["out"] if has_pipe else [])]
    channels.make_inputs([run.folder / name for name in names])
    run.start("import sys\nfor line in sys.stdin:\n    print('got', line.strip())\nprint('all')\n")
    handles: list[int] = []

    def is_open() -> bool:
        try:
            handles.append(channels.open_input(run.folder / "stdin"))
        except OSError:  # nobody reads it yet
            return False
        return True

    _until(is_open)
    assert channels.takes(handles[0])
    for word in (b"one", b"two"):
        os.write(handles[0], word + b"\n")
        _until(lambda word=word: word.decode() in run.said())
    os.close(handles[0])
    assert not run.said("exit"), "whoever wrote to it has gone, and it is read on"
    channels.end_input(run.folder / "stdin", run.folder / "holder")
    assert run.ended()[0] == "0"
    _until(lambda: run.said() == ["got", "one", "got", "two", "all"])


@pytest.mark.skipif(sys.platform == "darwin", reason="tried on Linux and Windows alone")
def test_all_of_a_run_is_found_and_ended_and_nothing_else(run: _Run) -> None:
    keeper = run.start(_PARENT)
    _until(lambda: bool(run.said()))
    child = int(run.said()[0])
    found = run.marks(keeper)
    assert child in {mark.pid for mark in found}
    assert os.getpid() not in {mark.pid for mark in found}
    for mark in found:
        later = ProcessMark(pid=mark.pid, started_ticks=mark.started_ticks + 1)
        processes.kill(later)
        processes.ask_to_end(later)
    assert found == run.marks(keeper), "a later process of the same number is spared"
    for mark in found:
        processes.kill(mark)
    assert run.ended()[0] == "137"
    _until(lambda: not run.marks(keeper))
    assert {processes.started_ticks(mark.pid) for mark in found} == {None}
    processes.reap(keeper)


@pytest.mark.skipif(sys.platform == "darwin", reason="tried on Linux and Windows alone")
def test_a_run_outlives_its_keeper_and_is_found(run: _Run) -> None:
    keeper = run.start(_PARENT)
    _until(lambda: bool(run.said()))
    processes.kill_child(keeper)
    _until(lambda: not processes.is_there(keeper))
    found = run.marks(keeper)
    assert int(run.said()[0]) in {mark.pid for mark in found}
    for mark in found:
        processes.kill(mark)
    _until(lambda: not run.marks(keeper))
    assert run.said("exit") == []


def test_a_process_is_known_by_when_it_started() -> None:
    child = subprocess.Popen([sys.executable, "-c", "input()"], stdin=subprocess.PIPE)
    ticks = processes.started_ticks(child.pid)
    assert ticks is not None
    assert ticks >= (processes.started_ticks(os.getpid()) or 0)
    seen = {each.mark.pid: each for each in processes.all_processes()}
    assert seen[child.pid].parent == os.getpid()
    assert seen[child.pid].mark.started_ticks == ticks
    child.communicate(b"\n")
    assert processes.started_ticks(child.pid) is None
    assert not processes.is_there(child.pid)


def test_a_lock_is_one_holders_and_is_let_go_when_it_is_closed(tmp_path: Path) -> None:
    path = tmp_path / "lock"
    one = os.open(path, os.O_RDWR | os.O_CREAT | files.PLAIN)
    other = os.open(path, os.O_RDWR | files.PLAIN)
    third = os.open(path, os.O_RDWR | files.PLAIN)
    os.write(one, b"12 note")
    assert files.try_lock(one)
    assert not files.try_lock(other)
    assert path.read_bytes() == b"12 note", "who holds it can be read"
    os.close(one)
    files.share(other)
    files.share(third)
    last = os.open(path, os.O_RDWR | files.PLAIN)
    assert not files.try_lock(last)
    os.close(other)
    os.close(third)
    files.lock(last)
    os.close(last)


def test_what_is_put_in_place_stands_there_whole_and_goes_once(tmp_path: Path) -> None:
    beside, path = tmp_path / "beside", tmp_path / "path"
    path.write_text("old")
    beside.write_text("new")
    files.put_in_place(beside, path)
    assert path.read_text() == "new"
    assert not beside.exists()
    files.take_away(path)
    files.take_away(path)
    assert not path.exists()


def test_a_program_is_asked_to_start_anew_and_to_end() -> None:
    hears = (
        "import os, time\n"
        "from llmgw_desktop.platform import processes\n"
        "processes.hear_anew(lambda: print('anew', flush=True))\n"
        "processes.hear_end(lambda: os._exit(143))\n"
        "print(os.getpid(), flush=True)\n"
        "while True: time.sleep(0.02)\n"
    )
    with subprocess.Popen(
        [sys.executable, "-c", hears], stdout=subprocess.PIPE, text=True
    ) as child:
        assert child.stdout is not None
        pid = int(child.stdout.readline())
        for _ in range(2):
            processes.ask_anew(pid)
            assert child.stdout.readline() == "anew\n"
        ticks = processes.started_ticks(pid)
        assert ticks is not None
        processes.ask_to_end(ProcessMark(pid=pid, started_ticks=ticks + 1))  # another's
        processes.ask_anew(pid)
        assert child.stdout.readline() == "anew\n"
        processes.ask_to_end(ProcessMark(pid=pid, started_ticks=ticks))
        assert child.wait(_PATIENCE_S) in (143, -15)
    with pytest.raises(OSError):  # noqa: PT011 - each system has its own
        processes.ask_anew(pid)


def test_reading_at_a_place_leaves_the_place_where_it_reads_on(tmp_path: Path) -> None:
    (tmp_path / "file").write_bytes(b"one\r\n\x1atwo")
    handle = os.open(tmp_path / "file", os.O_RDONLY | files.CAREFUL)
    assert files.read_at(handle, 3, 6) == b"two"
    assert files.read_at(handle, 3, 600) == b""
    assert os.read(handle, _MOST) == b"one\r\n\x1atwo"
    os.close(handle)


def test_a_tree_holds_what_was_put_and_nothing_of_others(tmp_path: Path) -> None:
    root, place = tmp_path / "root", "a/b/c.json"
    assert private_tree.read(root, place, _MOST) is None
    for data in (b"one", b"two\r\n"):
        private_tree.put(root, place, data)
        assert private_tree.read(root, place, _MOST) == data
    assert private_tree.read(root, place, 4) is None
    os.link(root / "a/b/c.json", tmp_path / "second")
    assert private_tree.read(root, place, _MOST) is None, "another's file by a second name"
    assert private_tree.make_folder(root, place).is_dir()
    private_tree.put(root, place, b"again")
    assert private_tree.read(root, place, _MOST) == b"again"
    private_tree.remove(root, place)
    private_tree.remove(root, place)
    assert sorted(each.name for each in root.rglob("*")) == ["a", "b"]
    assert (tmp_path / "second").read_bytes() == b"two\r\n"


def test_what_a_program_says_is_heard_to_its_end_and_up_to_a_size() -> None:
    for most, is_whole in ((_MOST, True), (10, False)):
        child = subprocess.Popen(
            [sys.executable, "-c", "import sys; print('x' * 50); print('y', file=sys.stderr)"],
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            **children.apart(),
        )
        assert child.stdout is not None
        assert child.stderr is not None
        heard = {child.stdout: bytearray(), child.stderr: bytearray()}
        with child:
            assert children.hear(heard, lambda: _PATIENCE_S, most) is is_whole
            children.end_at_once(child)


def test_a_program_that_says_nothing_is_not_waited_for() -> None:
    child = subprocess.Popen(
        [sys.executable, "-c", "import time; time.sleep(600)"],
        stdout=subprocess.PIPE,
        **children.apart(),
    )
    assert child.stdout is not None
    with child:
        assert not children.hear({child.stdout: bytearray()}, lambda: 0.0, _MOST)
        children.end_at_once(child)


def test_what_a_program_leaves_behind_is_not_waited_for() -> None:
    """It holds the pipe open, and that is closed all the same."""
    leaves = (
        "import subprocess, sys\n"
        "left = subprocess.Popen([sys.executable, '-c', 'import time; time.sleep(600)'])\n"
        "print(left.pid, flush=True)\n"
    )
    child = subprocess.Popen(
        [sys.executable, "-c", leaves], stdout=subprocess.PIPE, **children.apart()
    )
    assert child.stdout is not None
    said = bytearray()
    with child:
        ends_s = time.monotonic() + _PATIENCE_S
        in_time = children.hear(
            {child.stdout: said}, lambda: 0.0 if b"\n" in said else ends_s - time.monotonic(), _MOST
        )
        assert not in_time
        children.end_at_once(child)
    left = int(said)
    if processes.is_there(left):
        processes.kill_child(left)


def test_what_is_said_of_the_environment() -> None:
    assert with_home({"HOME": "here"}) == {"HOME": "here"}
    assert joined_path(["a", "b"]) == f"a{os.pathsep}b"
    assert line_length(["a", "b c"]) == len('a "b c"')


@pytest.mark.parametrize(
    ("name", "is_taken"),
    [
        *((name, True) for name in ("a", "a b.txt", "größe", ".codex", "console", "com", "com10")),
        *((name, False) for name in ("CON", "nul.txt", "Com1", "lpt9.a.b", "aux .x", "conin$")),
        *((name, False) for name in ("a:b", "a\\b", "a/b", "a?", "a\x1f", "a.", "a ", "com\u00b2")),
    ],
)
def test_what_windows_takes_as_a_name(name: str, is_taken: bool) -> None:
    assert windows_takes(name) is is_taken
    assert can_be_named(name) is (True if sys.platform != "win32" else is_taken)
