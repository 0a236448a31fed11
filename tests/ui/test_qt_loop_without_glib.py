"""Qt has two event dispatchers on Linux; the one without glib must carry the loop as well."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

HERE = Path(__file__).parent
FILES = ("test_qt_loop_turns.py", "test_qt_loop_nested.py")
ONE_OF_A_KIND = "not file and not menu and not box"


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="glib is Linux's")
def test_turns_and_nested_loops_without_glib() -> None:
    command = [sys.executable, "-m", "pytest", "-q", "-k", ONE_OF_A_KIND]
    done = subprocess.run(
        [*command, *[str(HERE / name) for name in FILES]],
        cwd=HERE.parents[1],
        env={**os.environ, "QT_NO_GLIB": "1"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
