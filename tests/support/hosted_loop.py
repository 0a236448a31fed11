"""A Qt-hosted loop to try things on, and programs for what a test process cannot bear."""

from __future__ import annotations

import asyncio
import os
import subprocess
import sys
from collections.abc import Coroutine, Iterator
from contextlib import contextmanager
from pathlib import Path
from time import monotonic
from typing import Any, TypeVar

from PySide6.QtWidgets import QApplication

from llmgw_desktop.ui.loop.qt_hosted_loop import QtHostedLoop

_T = TypeVar("_T")

PATIENCE_S = 20.0
"""When something has not come by then, it does not come."""

_ROOT = Path(__file__).parents[2]


@contextmanager
def hosted_loop(app: QApplication) -> Iterator[QtHostedLoop]:
    quits = app.quitOnLastWindowClosed()
    app.setQuitOnLastWindowClosed(False)
    loop = QtHostedLoop(app)
    try:
        yield loop
    finally:
        loop.close()
        app.setQuitOnLastWindowClosed(quits)


def complete(loop: asyncio.AbstractEventLoop, main: Coroutine[Any, Any, _T]) -> _T:
    started = monotonic()
    result = loop.run_until_complete(asyncio.wait_for(main, PATIENCE_S))
    assert monotonic() - started < PATIENCE_S, "it was the watchdog that woke the loop"
    return result


def work(seconds: float) -> None:
    """Keep the thread busy."""
    end = monotonic() + seconds
    while monotonic() < end:
        pass


@contextmanager
def program(source: str) -> Iterator[subprocess.Popen[str]]:
    """Python that runs the source offscreen, output piped; killed if it outlives the block."""
    environment = {**os.environ, "QT_QPA_PLATFORM": "offscreen", "PYTHONPATH": str(_ROOT)}
    process = subprocess.Popen(
        [sys.executable, "-c", source],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        env=environment,
    )
    with process:
        try:
            yield process
        finally:
            if process.poll() is None:
                process.kill()


def outcome_of(source: str) -> tuple[int, str, str]:
    """Exit code, stdout, stderr."""
    with program(source) as process:
        out, err = process.communicate(timeout=PATIENCE_S)
        return process.returncode, out, err
