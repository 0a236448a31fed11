"""One holder at a time, and none after its process is gone."""

import os
import signal
import subprocess
import sys
from pathlib import Path

from llmgw_desktop.store.run_file import InstanceLock

_HOLD = (
    "import sys, time; from pathlib import Path;"
    "from llmgw_desktop.store.run_file import InstanceLock;"
    "assert InstanceLock(Path(sys.argv[1])).take() is True; print('held', flush=True);"
    "time.sleep(60)"
)


def test_the_second_one_is_refused_and_told_by_whom(tmp_path: Path) -> None:
    path = tmp_path / "instance.lock"
    first, second = InstanceLock(path), InstanceLock(path)
    assert first.take()
    assert not second.take()
    assert second.holder_pid() == os.getpid()
    first.release()
    assert second.take()
    second.release()


def test_a_killed_holder_leaves_no_lock_behind(tmp_path: Path) -> None:
    path = tmp_path / "instance.lock"
    holder = subprocess.Popen(
        [sys.executable, "-c", _HOLD, str(path)], stdout=subprocess.PIPE, text=True
    )
    assert holder.stdout is not None
    assert holder.stdout.readline() == "held\n"
    assert not InstanceLock(path).take()
    holder.send_signal(signal.SIGKILL)
    holder.wait()
    holder.stdout.close()
    lock = InstanceLock(path)
    assert lock.take()
    lock.release()


def test_the_file_is_for_its_owner_alone(tmp_path: Path) -> None:
    lock = InstanceLock(tmp_path / "instance.lock")
    lock.take()
    assert (tmp_path / "instance.lock").stat().st_mode & 0o777 == 0o600
    lock.release()


def test_the_holder_leaves_a_note(tmp_path: Path) -> None:
    lock = InstanceLock(tmp_path / "instance.lock")
    assert lock.holder() == (None, "")
    lock.take("for editors")
    assert lock.holder() == (os.getpid(), "for editors")
    lock.release()
    lock.take()
    assert lock.holder() == (os.getpid(), "")
    lock.release()


def test_who_waits_takes_it_from_who_lets_go(tmp_path: Path) -> None:
    first, second = InstanceLock(tmp_path / "lock"), InstanceLock(tmp_path / "lock")
    assert first.take()
    assert not second.take_within(0.05)
    first.release()
    assert second.take_within(5)
    second.release()
