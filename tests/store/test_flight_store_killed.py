"""kill -9 at any moment: the file opens, and the last committed batch is in it."""

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

from llmgw_desktop.domain.flights.flight import FlightQuery, FlightState
from llmgw_desktop.store.flights.flight_reader import FlightReader
from tests.support.made_flights import flight_id

ALL = FlightQuery()
ROOT = Path(__file__).parents[2]


def _child(work: str, path: Path) -> "subprocess.Popen[str]":
    return subprocess.Popen(
        [sys.executable, "-m", "tests.store.recorder_child", work, str(path)],
        stdout=subprocess.PIPE,
        text=True,
        cwd=ROOT,
    )


def _record_and_kill(path: Path, after_s: float) -> int:
    """How many flights the child knew to be on the disk when it was killed."""
    with _child("record_on_and_on", path) as child:
        assert child.stdout is not None
        first = child.stdout.readline()
        timer = threading.Timer(after_s, os.kill, (child.pid, signal.SIGKILL))
        timer.start()
        lines = [first, *child.stdout.readlines()]
        timer.join()
    assert child.returncode == -signal.SIGKILL
    whole = [line for line in lines if line.endswith("\n")]
    return max(json.loads(line).get("committed", 0) for line in whole)


@pytest.mark.parametrize("seed", range(5))
def test_killed_at_random_moments(tmp_path: Path, seed: int) -> None:
    path = tmp_path / "flights.db"
    committed = _record_and_kill(path, random.Random(seed).uniform(0.0, 0.7))
    assert committed > 0
    _look(path, committed)
    with _child("start_and_stop", path) as following:
        told, _ = following.communicate(timeout=60)
    assert json.loads(told.splitlines()[-1]) == {"dropped": 0, "problem": ""}
    reader = FlightReader(path)
    states = {state: reader.count(FlightQuery(states=frozenset({state}))) for state in FlightState}
    assert states[FlightState.RUNNING] == 0
    assert states[FlightState.LOST] > 0
    assert reader.totals(0, 3e9).flights == reader.count(ALL)
    reader.close()


def _look(path: Path, committed: int) -> None:
    connection = sqlite3.connect(path)
    assert connection.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
    assert connection.execute("PRAGMA foreign_key_check").fetchall() == []
    connection.close()
    reader = FlightReader(path)
    ended = reader.count(FlightQuery(states=frozenset({FlightState.OK})))
    assert ended >= committed
    assert reader.totals(0, 3e9).flights == ended, "sums and rows were committed together"
    for number in (0, committed // 2, committed - 1):
        kept = reader.record(flight_id(number))
        assert kept is not None
        assert kept.request_body is not None
        assert len(kept.request_body) == 2000
    reader.close()
