"""Python that has read in what many programs need, and becomes each of them in a fork.

To read in Qt and the windows takes more processor time than most of these programs need then. What
is only read in has one thread and no Qt application yet, so its fork is as good as a new process.
"""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

_ROOT = Path(__file__).parents[2]
_PATIENCE_S = 60
_KEEPER = """
import json, os, sys
threads = len(os.listdir("/proc/self/task"))
assert threads == 1, f"a fork keeps one thread of {threads}"
while line := sys.stdin.readline():
    asked = json.loads(line)
    child = os.fork()
    if not child:
        break
    _, status = os.waitpid(child, 0)
    print(os.waitstatus_to_exitcode(status), flush=True)
else:
    sys.exit()
for number, name in ((0, os.devnull), (1, asked["out"]), (2, asked["err"])):
    os.dup2(os.open(name, os.O_RDWR), number)
os.environ.clear()
os.environ.update(asked["env"])
exec(compile(asked["source"], "<string>", "exec"), {"__name__": "__main__"})
"""
"""One program at a time. The fork leaves the loop, so that it ends as any program does."""


class PreparedPython:
    def __init__(self, keeper: subprocess.Popen[str], folder: Path) -> None:
        self._keeper = keeper
        self._out, self._err = folder / "out", folder / "err"

    def outcome_of(self, source: str) -> tuple[int, str, str]:
        """Exit code (less than 0: of a signal), stdout, stderr. The test's time is its limit."""
        self._out.write_bytes(b"")
        self._err.write_bytes(b"")
        asked = {"source": source, "env": _environment()}
        asked |= {"out": str(self._out), "err": str(self._err)}
        assert self._keeper.stdin is not None
        assert self._keeper.stdout is not None
        self._keeper.stdin.write(json.dumps(asked) + "\n")
        self._keeper.stdin.flush()
        code = self._keeper.stdout.readline()
        return int(code), self._out.read_text(), self._err.read_text()


class FreshPython:
    """Where Qt bears no fork: a new process for each program."""

    def outcome_of(self, source: str) -> tuple[int, str, str]:
        done = subprocess.run(
            _python(source),
            env=_environment(),
            cwd=_ROOT,
            capture_output=True,
            text=True,
            timeout=_PATIENCE_S,
            check=False,
        )
        return done.returncode, done.stdout, done.stderr


@contextmanager
def prepared_python(imports: str, folder: Path) -> Iterator[PreparedPython | FreshPython]:
    """`imports`: lines of Python that sources have, too; `folder`: for what is printed."""
    if sys.platform != "linux":
        yield FreshPython()
        return
    with subprocess.Popen(
        _python(imports + _KEEPER),
        env=_environment(),
        cwd=_ROOT,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        start_new_session=True,
    ) as keeper:
        try:
            yield PreparedPython(keeper, folder)
        finally:
            os.killpg(keeper.pid, signal.SIGKILL)  # and a program that a test gave up


def _python(source: str) -> list[str]:
    return [sys.executable, "-X", "faulthandler", "-c", source]


def _environment() -> dict[str, str]:
    return {**os.environ, "QT_QPA_PLATFORM": "offscreen", "PYTHONPATH": str(_ROOT)}
