"""kill -9 at any moment: the file opens, and every batch is in it as a whole or not at all."""

import json
import os
import random
import signal
import sqlite3
import subprocess
import sys
import threading
from pathlib import Path

import pytest

from llmgw_desktop.domain.clock import SystemClock
from llmgw_desktop.store.routing.responses import ResponseStore
from tests.store.keeper_child import kept

ROOT = Path(__file__).parents[2]


def _keep_and_kill(path: Path, after_s: float) -> int:
    """How many answers the child knew to be on the disk when it was killed."""
    with subprocess.Popen(
        [sys.executable, "-m", "tests.store.keeper_child", str(path)],
        stdout=subprocess.PIPE,
        text=True,
        cwd=ROOT,
    ) as child:
        assert child.stdout is not None
        first = child.stdout.readline()
        timer = threading.Timer(after_s, os.kill, (child.pid, signal.SIGKILL))
        timer.start()
        lines = [first, *child.stdout.readlines()]
        timer.join()
    assert child.returncode == -signal.SIGKILL
    return max(int(line) for line in lines if line.endswith("\n"))


@pytest.mark.parametrize("seed", range(3))
def test_killed_at_random_moments(tmp_path: Path, seed: int) -> None:
    path = tmp_path / "gateway.db"
    committed = _keep_and_kill(path, random.Random(seed).uniform(0.0, 0.5))
    assert committed > 0
    connection = sqlite3.connect(path)
    assert connection.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
    (count,) = connection.execute("SELECT COUNT(*) FROM kept_responses").fetchone()
    connection.close()
    assert count >= committed
    store = ResponseStore(path, SystemClock())
    last = min(count, 900) - 1
    parts = store.conversation(f"resp_{last}", "me")
    assert parts is not None, "none is missing before the last that is there"
    assert [json.loads(part)[-1] for part in parts[1::2]] == list(range(last + 1))
    store.put(kept(count))
    store.close()
    assert store.answer(f"resp_{count}", "me") is not None
    store.close()
