"""The headless program as it is, with one more timer in its loop: one that notes its own lateness.

Each time the timer comes more than half a millisecond late, a line is added to the file: when, on
the machine's monotonic clock, by how many milliseconds, and how many milliseconds of CPU the
program has used since the time before: what it has not used, other programs have.
"""

from __future__ import annotations

import asyncio
import os
import sys
import time
from collections.abc import Callable
from pathlib import Path

from llmgw_desktop.__main__ import main
from llmgw_desktop.app import serve

PERIOD_S = 0.002
NOTED_MS = 0.5


class LatenessProbe:
    def __init__(self, loop: asyncio.AbstractEventLoop, path: Path) -> None:
        self._loop = loop
        self._file = path.open("a", buffering=1)
        self._expected = time.monotonic() + PERIOD_S
        self._cpu = time.process_time()
        loop.call_later(PERIOD_S, self._tick)

    def _tick(self) -> None:
        now = time.monotonic()
        late_ms = (now - self._expected) * 1000
        if late_ms > NOTED_MS:
            cpu_ms = (time.process_time() - self._cpu) * 1000
            self._file.write(f"{now:.6f} {late_ms:.3f} {cpu_ms:.3f}\n")
        self._expected = time.monotonic() + PERIOD_S
        self._cpu = time.process_time()
        self._loop.call_later(PERIOD_S, self._tick)


def _with_probe() -> None:
    path = Path(os.environ["BENCH_LATENESS_FILE"])
    made = serve._loop_factory()

    def new_loop() -> asyncio.AbstractEventLoop:
        loop = (made or asyncio.new_event_loop)()
        LatenessProbe(loop, path)
        return loop

    def factory() -> Callable[[], asyncio.AbstractEventLoop]:
        return new_loop

    serve._loop_factory = factory


if __name__ == "__main__":
    _with_probe()
    sys.exit(main())
