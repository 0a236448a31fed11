"""The app as it is, with one more timer in its Qt thread: one that notes its own lateness."""

from __future__ import annotations

import json
import os
import sys
import time
from pathlib import Path

import llmgw_desktop.ui  # noqa: F401 # isort: skip - PySide makes its classes at once after it
from PySide6.QtCore import QCoreApplication, Qt, QTimer
from PySide6.QtWidgets import QApplication

from llmgw_desktop.__main__ import main

PERIOD_MS = 16
WARM_UP_S = 2.0
"""What a start puts off is not what is measured."""


class LatenessProbe:
    def __init__(self, path: Path) -> None:
        self._path = path
        self._late_ms: list[float] = []
        self._expected = self._started = time.monotonic()
        self._written = self._started
        self._timer = QTimer(QCoreApplication.instance())
        self._timer.setTimerType(Qt.TimerType.PreciseTimer)
        self._timer.setInterval(PERIOD_MS)
        self._timer.timeout.connect(self._tick)
        self._timer.start()

    def _tick(self) -> None:
        now = time.monotonic()
        late_ms = (now - self._expected) * 1000 - PERIOD_MS
        self._expected = now
        if now - self._started > WARM_UP_S:
            self._late_ms.append(max(late_ms, 0.0))
        if now - self._written > 1 and self._late_ms:
            self._path.write_text(json.dumps(self._late_ms))
            self._written = self._expected = time.monotonic()


def _with_probe() -> None:
    """The probe starts with the event loop: the application is made inside main()."""
    path = Path(os.environ["BENCH_LATENESS_FILE"])
    probes: list[LatenessProbe] = []
    original = QApplication.exec

    def exec_with_probe(*_: object) -> int:
        probes.append(LatenessProbe(path))
        return original()

    QApplication.exec = exec_with_probe  # type: ignore[method-assign]


if __name__ == "__main__":
    _with_probe()
    sys.exit(main())
