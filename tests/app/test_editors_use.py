"""An engine for editors gives way to the app, and to nobody else is anything done; and the next
start where no process can become another."""

import asyncio
import os
import subprocess
import sys
from pathlib import Path

import pytest

from llmgw_desktop.app.gateway import instances
from llmgw_desktop.app.gateway.instances import FOR_EDITORS, EditorsUse, Restart, take_over
from llmgw_desktop.store.run_file import InstanceLock, UseLock

_HOLD = (
    "import sys, time; from pathlib import Path;"
    "from llmgw_desktop.store.run_file import InstanceLock;"
    "assert InstanceLock(Path(sys.argv[1])).take(sys.argv[2]); print('held', flush=True);"
    "time.sleep(60)"
)


def holder(path: Path, note: str) -> "subprocess.Popen[str]":
    process = subprocess.Popen(
        [sys.executable, "-c", _HOLD, str(path), note], stdout=subprocess.PIPE, text=True
    )
    assert process.stdout is not None
    assert process.stdout.readline() == "held\n"
    process.stdout.close()
    return process


def test_one_for_editors_is_ended_and_replaced(tmp_path: Path) -> None:
    process = holder(tmp_path / "lock", FOR_EDITORS)
    lock = InstanceLock(tmp_path / "lock")
    assert not lock.take()
    assert take_over(lock)
    assert process.wait(10) == -15
    assert lock.holder() == (os.getpid(), "")
    lock.release()


def test_one_of_a_person_is_left_alone(tmp_path: Path) -> None:
    process = holder(tmp_path / "lock", "")
    try:
        assert not take_over(InstanceLock(tmp_path / "lock"))
        assert process.poll() is None
    finally:
        process.kill()
        process.wait()


def test_who_has_not_written_down_its_name_is_waited_for(tmp_path: Path) -> None:
    """What stands in the file is a dead one's: no signal goes anywhere."""
    first, second = InstanceLock(tmp_path / "lock"), InstanceLock(tmp_path / "lock")
    assert first.take()
    (tmp_path / "lock").write_text(f"{2**22 - 1} {FOR_EDITORS}")
    assert not take_over(second)
    first.release()
    assert take_over(second)
    second.release()


@pytest.mark.parametrize("is_busy", [True, False])
async def test_it_ends_when_nobody_holds_on_and_nothing_runs(tmp_path: Path, is_busy: bool) -> None:
    editor = UseLock(tmp_path / "editors.lock")
    editor.hold()
    use = EditorsUse(tmp_path / "editors.lock", 0)
    busy = [is_busy]
    waiting = asyncio.get_running_loop().create_task(use.wait_unneeded(lambda: busy[0]))
    await asyncio.sleep(0.1)
    assert not waiting.done()
    editor.release()
    if is_busy:
        await asyncio.sleep(0.1)
        assert not waiting.done()
        busy[0] = False
    await asyncio.wait_for(waiting, 10)
    assert not UseLock(tmp_path / "editors.lock").end_unused(), "who comes now waits"
    use._lock.release()


@pytest.fixture
def held(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> InstanceLock:
    """By a program that Windows lets become no other."""
    monkeypatch.setattr(instances, "IS_POSIX", False)
    monkeypatch.setattr(instances, "hear_no_more", lambda: None)
    monkeypatch.setattr(instances.signal, "signal", lambda *_: None)
    lock = InstanceLock(tmp_path / "lock")
    assert lock.take()
    return lock


def test_who_is_awaited_stays_until_the_last_of_its_next_starts_ends(
    held: InstanceLock, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    codes, free = [75, 75, 3], []

    def call(words: list[str], env: dict[str, str]) -> int:
        assert words[0] == sys.executable
        assert env["LLMGW_FOLLOWS"] == str(os.getpid())
        other = InstanceLock(tmp_path / "lock")
        free.append(other.take())
        other.release()
        return codes.pop(0)

    monkeypatch.setattr(subprocess, "call", call)
    assert Restart().go_on(held, is_awaited=True) == 3
    assert free == [True, True, True]


def test_a_next_start_asks_the_first_for_another(
    held: InstanceLock, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("LLMGW_FOLLOWS", str(os.getppid()))
    assert Restart().go_on(held, is_awaited=True) == 75
    assert held.handle is None


def test_who_is_not_awaited_goes(held: InstanceLock, monkeypatch: pytest.MonkeyPatch) -> None:
    started: list[list[str]] = []
    monkeypatch.setenv("LLMGW_FOLLOWS", "1")  # somebody else's
    monkeypatch.setattr(subprocess, "Popen", started.append)
    assert Restart().go_on(held) == 0
    assert len(started) == 1


def test_a_next_start_that_cannot_be_made_is_told_by_the_exit_code(
    held: InstanceLock, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refused(*_: object, **__: object) -> None:
        raise PermissionError

    monkeypatch.setattr(subprocess, "Popen", refused)
    assert Restart().go_on(held) == 1
