"""A child that works on a folder until it is killed: `python -m MODULE FOLDER`, which says `begun`
when it has begun."""

import os
import signal
import subprocess
import sys
import threading
from pathlib import Path

_ROOT = Path(__file__).parents[2]


def begin_and_kill(module: str, folder: Path, after_s: float) -> None:
    """`kill -9`, so long after it has begun."""
    with subprocess.Popen(
        [sys.executable, "-m", module, str(folder)],
        stdout=subprocess.PIPE,
        text=True,
        cwd=_ROOT,
    ) as child:
        assert child.stdout is not None
        assert child.stdout.readline() == "begun\n"
        timer = threading.Timer(after_s, os.kill, (child.pid, signal.SIGKILL))
        timer.start()
        child.stdout.read()
        timer.join()
    assert child.returncode == -signal.SIGKILL
