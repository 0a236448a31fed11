"""`llmgw …` as a child process that is forked from a Python which has read it in already.

To read the program in takes four times as long as most of what it is started for. The fork has
its own arguments, environment, folder, streams and exit code, and is a child of the test's process
like any other. What the system tells of it (`/proc/PID/cmdline`, `environ`, memory) is that of the
Python it came from: who asks for that, or for the start itself, starts it anew.
"""

from __future__ import annotations

import atexit
import ctypes
import json
import os
import socket
import subprocess
import sys
import threading
from collections.abc import Mapping, Sequence
from functools import cache
from pathlib import Path
from typing import Any

import llmgw_desktop

_ROOT = Path(llmgw_desktop.__file__).parents[1]
PROGRAM = (sys.executable, "-m", "llmgw_desktop")
ENVIRONMENT = {"LANG": "C.UTF-8", "SSL_CERT_FILE": os.devnull, "PYTHONPATH": str(_ROOT)}
"""On loopback a program trusts nobody, and has no certificates to read."""
_LOOKED_AT = ("PYTHON", "LC_", "LANG", "SSL_", "OPENSSL_", "LD_", "MALLOC_")
"""What a Python and its libraries look at when they start: who gives others is started anew."""
_ASKED_LATER = ("PYTHON_KEYRING_BACKEND",)
_PR_SET_CHILD_SUBREAPER = 36
_MOST_BYTES = 1 << 20
_KEEPER = """
import gc, json, os, runpy, signal, socket, sys, time
import llmgw_desktop.app.commands, llmgw_desktop.app.serve
import llmgw_desktop.app.composition.container, llmgw_desktop.store.settings.reader
threads = len(os.listdir("/proc/self/task"))
assert threads == 1, f"a fork keeps one thread of {threads}"
asks = socket.socket(fileno=int(sys.argv[1]))
signal.signal(signal.SIGINT, signal.SIG_IGN)
gc.collect()
gc.freeze()
while True:
    told, streams, *_ = socket.recv_fds(asks, 1 << 20, 3)
    if not told:
        os._exit(0)
    reads, writes = os.pipe()
    if not (between := os.fork()):
        if program := os.fork():
            os.write(writes, b"%d" % program)
            os._exit(0)
        break
    os.waitpid(between, 0)  # the program is the test's own child from here on
    os.close(writes)
    for stream in streams:
        os.close(stream)
    asks.send(os.read(reads, 20))
    os.close(reads)
for handle in (asks.detach(), reads, writes):
    os.close(handle)
for number, stream in enumerate(streams):
    os.dup2(stream, number)
    os.close(stream)
asked = json.loads(told)
os.chdir(asked["cwd"])
os.environ.clear()
os.environ.update(asked["env"])
time.tzset()
signal.signal(signal.SIGINT, signal.default_int_handler)
sys.argv[1:] = asked["words"]
sys.orig_argv[1:] = ["-m", "llmgw_desktop", *asked["words"]]  # by which it starts itself once more
del asked, asks, between, gc, handle, json, number, program, reads, signal, socket, stream, streams
del told, writes
runpy.run_module("llmgw_desktop", run_name="__main__", alter_sys=True)
"""
"""The fork leaves the loop, so that it ends as any program does."""


def started(
    argv: Sequence[str], *, cwd: Path, env: Mapping[str, str], **more: Any
) -> subprocess.Popen[Any]:
    """As `subprocess.Popen`, of `[*PROGRAM, …]`: prepared where that makes no difference."""
    kind = _Prepared if _is_prepared(argv, env) else subprocess.Popen
    return kind(argv, cwd=cwd, env=env, **more)


def run(
    argv: Sequence[str],
    *,
    cwd: Path,
    env: Mapping[str, str],
    typed: str | None = None,
    timeout_s: float = 90,
) -> subprocess.CompletedProcess[str]:
    """To its end. `typed`: its stdin, which is empty otherwise."""
    given = subprocess.DEVNULL if typed is None else subprocess.PIPE
    pipe = subprocess.PIPE
    with started(
        argv, cwd=cwd, env=env, stdin=given, stdout=pipe, stderr=pipe, text=True
    ) as program:
        try:
            out, err = program.communicate(typed, timeout_s)
        except BaseException:
            program.kill()
            raise
    return subprocess.CompletedProcess(argv, program.returncode, out, err)


def _is_prepared(argv: Sequence[str], env: Mapping[str, str]) -> bool:
    looked_at = {
        name: told
        for name, told in env.items()
        if name.startswith(_LOOKED_AT) and name not in _ASKED_LATER
    }
    is_ours = tuple(argv[: len(PROGRAM)]) == PROGRAM and "desktop" not in argv
    return is_ours and looked_at == ENVIRONMENT and sys.platform == "linux"


class _Prepared(subprocess.Popen[Any]):
    """Popen's own pipes, waits and signals, around a process that the keeper forks."""

    def _execute_child(self, argv: Sequence[str], *given: Any) -> None:
        """Popen gives its arguments in their order, among them both ends of each pipe."""
        cwd, env = given[4], given[5]
        ends = given[9:15]
        theirs = (ends[0], ends[3], ends[5])
        streams = [number if end == -1 else end for number, end in enumerate(theirs)]
        words = list(argv[len(PROGRAM) :])
        try:
            self.pid = _keeper().forked(streams, words=words, cwd=str(cwd), env=dict(env))
            self._child_created = True
        finally:
            self._close_pipe_fds(*ends)  # type: ignore[attr-defined]


@cache
def _keeper() -> _Keeper:
    return _Keeper()


class _Keeper:
    """One for all tests of a process; it goes with it."""

    def __init__(self) -> None:
        self._turn = threading.Lock()
        self._prctl = ctypes.CDLL(None).prctl
        self._asks, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        pipe = subprocess.PIPE  # as programs have it, whose streams are made with their Python
        with theirs:
            self._process = subprocess.Popen(
                [sys.executable, "-P", "-c", _KEEPER, str(theirs.fileno())],
                env={**ENVIRONMENT, "PATH": os.environ["PATH"], "HOME": os.devnull},
                pass_fds=[theirs.fileno()],
                stdin=pipe,
                stdout=pipe,
            )
        atexit.register(self.close)

    def forked(self, streams: Sequence[int], **asked: Any) -> int:
        """The number of a new child of ours."""
        with self._turn:
            self._adopts(True)
            try:
                socket.send_fds(self._asks, [json.dumps(asked).encode()], streams)
                told = self._asks.recv(_MOST_BYTES)
            finally:
                self._adopts(False)
        assert told, "the Python that was prepared has ended"
        return int(told)

    def _adopts(self, does: bool) -> None:
        """What our descendants leave behind becomes our own child, for this moment alone."""
        assert self._prctl(_PR_SET_CHILD_SUBREAPER, int(does), 0, 0, 0) == 0

    def close(self) -> None:
        self._asks.close()
        self._process.communicate()
