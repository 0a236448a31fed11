"""Whatever thread makes garbage, it is collected on Qt's."""

from __future__ import annotations

import ast
import gc
import subprocess
import sys
import threading
import weakref
from collections.abc import Iterator

import pytest
from PySide6.QtCore import QObject
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from llmgw_desktop.ui.application import GarbageCollector


class Circle(QObject):
    def __init__(self) -> None:
        super().__init__()
        self.me = self


@pytest.fixture
def python_collects() -> Iterator[None]:
    """As in a program that has said nothing about it."""
    before = gc.isenabled()
    gc.enable()
    yield
    if not before:
        gc.disable()


@pytest.fixture
def collector(qapp: QApplication, python_collects: None) -> Iterator[GarbageCollector]:
    made = GarbageCollector()
    yield made
    made.close()


def drop_a_circle(died_in: list[threading.Thread]) -> None:
    circle = Circle()
    weakref.finalize(circle, lambda: died_in.append(threading.current_thread()))


def make_much() -> None:
    """More than enough for Python to collect the middle generation too."""
    for _ in range(50):
        kept = [[number] for number in range(10_000)]
        del kept


def in_a_worker() -> threading.Thread:
    worker = threading.Thread(target=make_much)
    worker.start()
    worker.join()
    return worker


def test_a_circle_dropped_here_does_not_die_in_the_thread_that_makes_much(
    collector: GarbageCollector, qtbot: QtBot
) -> None:
    died_in: list[threading.Thread] = []
    drop_a_circle(died_in)
    in_a_worker()
    assert died_in == []
    kept = [[number] for number in range(20_000)]
    qtbot.waitUntil(lambda: died_in == [threading.main_thread()])
    assert len(kept) == 20_000


def test_python_itself_would_let_it_die_there(python_collects: None) -> None:
    """What the collector is for; once this fails it can go."""

    class Plain:
        def __init__(self) -> None:
            self.me = self

    died_in: list[threading.Thread] = []
    gc.collect()
    weakref.finalize(Plain(), lambda: died_in.append(threading.current_thread()))
    assert died_in == []
    worker = in_a_worker()
    assert died_in == [worker]


def test_a_look_at_little_garbage_costs_no_round(collector: GarbageCollector) -> None:
    died_in: list[threading.Thread] = []
    gc.collect()
    drop_a_circle(died_in)
    collector.look()
    assert died_in == []


def test_it_looks_seldom_where_nothing_is_made(collector: GarbageCollector) -> None:
    for _ in range(6):
        collector.look()
    assert collector._timer.interval() == 4000
    kept = [[number] for number in range(1000)]
    collector.look()
    assert collector._timer.interval() == 250
    assert len(kept) == 1000


def test_settling_spares_what_stands(collector: GarbageCollector) -> None:
    before = gc.get_freeze_count()
    stands = [[number] for number in range(10_000)]
    collector.settle()
    assert gc.get_freeze_count() >= before + len(stands)


def test_the_end_gives_it_back_to_python(qapp: QApplication, python_collects: None) -> None:
    made = GarbageCollector()
    assert not gc.isenabled()
    made.close()
    assert gc.isenabled()


def test_no_module_is_kept_as_text() -> None:
    """PySide would have Python read and keep the source of all that is imported after it."""
    told = "import linecache, llmgw_desktop.ui.theme; print(sorted(linecache.cache))"
    done = subprocess.run([sys.executable, "-c", told], capture_output=True, text=True, check=True)
    assert [path for path in ast.literal_eval(done.stdout) if "llmgw_desktop" in path] == []
