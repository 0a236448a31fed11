"""Run CPython's own asyncio tests against the Qt-hosted loop, by hand.

    QT_QPA_PLATFORM=offscreen python tests/bench/cpython_suite.py [test_events test_streams ...]

Needs a Python that was installed with its `test` package. Loops that a test makes are ours; tests
that work on mocks of a loop stay as they are.
"""

from __future__ import annotations

import asyncio
import sys
import unittest
from typing import Any

from PySide6.QtWidgets import QApplication

from llmgw_desktop.ui.loop.qt_hosted_loop import QtHostedLoop

MODULES = (
    "test_events",
    "test_base_events",
    "test_selector_events",
    "test_unix_events",
    "test_sock_lowlevel",
    "test_subprocess",
    "test_tasks",
    "test_streams",
    "test_ssl",
    "test_sendfile",
    "test_server",
    "test_runners",
    "test_taskgroups",
    "test_timeouts",
    "test_buffered_proto",
)


class LoopOfATest(QtHostedLoop):
    """Made as asyncio's is: with a selector, which we do not take, or nothing."""

    wakeups_of_all = 0

    def __init__(self, selector: Any = None) -> None:
        super().__init__(QApplication.instance())
        if selector is not None:
            selector.close()

    def stop(self) -> None:
        LoopOfATest.wakeups_of_all += self.wakeups
        super().stop()


def main() -> int:
    app = QApplication([])
    app.setQuitOnLastWindowClosed(False)
    asyncio.SelectorEventLoop = LoopOfATest
    asyncio.unix_events.SelectorEventLoop = LoopOfATest
    asyncio.EventLoop = LoopOfATest  # 3.13 and later
    asyncio.unix_events._UnixDefaultEventLoopPolicy._loop_factory = LoopOfATest
    names = [f"test.test_asyncio.{name}" for name in sys.argv[1:] or MODULES]
    suite = unittest.defaultTestLoader.loadTestsFromNames(names)
    result = unittest.TextTestRunner(verbosity=1).run(suite)
    print(f"{LoopOfATest.wakeups_of_all} wake-ups by Qt")
    return not result.wasSuccessful()


if __name__ == "__main__":
    sys.exit(main())
