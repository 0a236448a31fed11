"""The keeper on Windows: this file as a program of the standard library alone.

    python keeper_windows.py FOLDER JOB PROGRAM ARGUMENT …

It puts the run into a job object of its own before the run's first step, so that all that the run
starts is known and can be ended. The run holds that object open as well: its name stays while it or
the keeper lives. In one folder with a Python of its own, `llmgw keeper` is the same.
"""

import ctypes
import os
import subprocess
import sys
import threading
import time
from collections.abc import Mapping, Sequence
from ctypes import wintypes
from pathlib import Path
from typing import IO

assert sys.platform == "win32"

MARKER = "LLMGW_JOB_ID"
"""As `marks.py` has it, which a program of the standard library alone cannot read in."""
WORD = "keeper"
"""The command by which a program in one folder is its own keeper."""
_PAUSE_S = 0.02
_SUSPENDED, _BREAKAWAY = 0x4, 0x01000000
_APART = subprocess.CREATE_NO_WINDOW | subprocess.CREATE_NEW_PROCESS_GROUP
_NOT_FOUND = 127
_PIECE = 64 * 1024


def start(argv: Sequence[str], *, folder: Path, env: Mapping[str, str], cwd: Path) -> int:
    """Start a keeper with its run, and give its number. Blocks for some milliseconds. Raises
    OSError."""
    words = [*_own_words(), str(folder), env.get(MARKER, folder.name), *argv]
    given = folder / "stdin"
    with (
        Path(given if given.exists() and not _is_spoken_with(folder) else os.devnull).open(
            "rb", buffering=0
        ) as stdin,
        (folder / "stdout").open("ab") as stdout,
        (folder / "stderr").open("ab") as stderr,
    ):
        keeper = _started(words, stdin, stdout, stderr, env=dict(env), cwd=cwd)
    # A Popen that is thrown away would complain that it still runs.
    keeper.returncode = 0
    return keeper.pid


def _own_words() -> list[str]:
    """By the twin of this program that has a console, which is hidden, and which runs share: under
    a program without one each run opens a window of its own."""
    program = Path(sys.executable)
    is_frozen = getattr(sys, "frozen", False)
    twin = program.with_name("llmgw.exe" if is_frozen else "python.exe")
    ours = str(twin if twin.is_file() else program)
    return [ours, WORD] if is_frozen else [ours, "-I", "-S", "-X", "utf8", __file__]


def _started(
    words: list[str], *streams: IO[bytes], env: dict[str, str], cwd: Path
) -> subprocess.Popen[bytes]:
    """Out of our own job object, where its owner lets it: a terminal may end all that is in one."""
    stdin, stdout, stderr = streams
    for flags in (_APART | _BREAKAWAY, _APART):
        try:
            return subprocess.Popen(  # noqa: S603 - a list, no shell
                words,
                stdin=stdin,
                stdout=stdout,
                stderr=stderr,
                env=env,
                cwd=cwd,
                creationflags=flags,
            )
        except PermissionError:
            if flags == _APART:
                raise
    raise AssertionError


def is_helper(words: list[bytes]) -> bool:
    """It has no other processes."""
    return False


def _is_spoken_with(folder: Path) -> bool:
    return (folder / "holder").exists()


def main(words: Sequence[str]) -> int:
    """Follow one run to its end. Nothing that goes wrong may end the keeper before."""
    folder, job_id, argv = Path(words[0]), words[1], list(words[2:])
    _record(folder / "keeper", str(os.getpid()))
    job = _make_job(job_id)
    is_spoken_with = _is_spoken_with(folder)
    has_copier = (folder / "out").exists()
    try:
        run = subprocess.Popen(  # noqa: S603 - a list, no shell
            argv,
            stdin=subprocess.PIPE if is_spoken_with else 0,
            stdout=subprocess.PIPE if has_copier else 1,
            stderr=2,
            bufsize=0,
            close_fds=False,  # it holds the job object open
            creationflags=subprocess.CREATE_NEW_PROCESS_GROUP | _SUSPENDED,
        )
    except OSError as error:
        os.write(2, f"{argv[0]}: {error.strerror}\n".encode())
        _record(folder / "exit", str(_NOT_FOUND))
        return 0
    handle = wintypes.HANDLE(int(run._handle))  # type: ignore[attr-defined]
    _kernel().AssignProcessToJobObject(job, handle)
    ctypes.WinDLL("ntdll").NtResumeProcess(handle)
    feeder = threading.Thread(target=_feed, args=(folder, run), daemon=True)
    copier = threading.Thread(target=_copy, args=(run,), daemon=True)
    if is_spoken_with:
        feeder.start()
    if has_copier:
        copier.start()
    code = _ended(run, handle)
    if has_copier:
        copier.join(2.0)  # what the run leaves behind may hold that open
    read = "" if is_spoken_with else str(_stdin_read())
    _record(folder / "exit", f"{code} {read}")
    return 0


def _ended(run: subprocess.Popen[bytes], handle: wintypes.HANDLE) -> int:
    """Its exit code; it is asked to end when the event says so that is named after it."""
    name = f"Local\\llmgw-end-{run.pid}"
    kernel = _kernel()
    event = wintypes.HANDLE(kernel.CreateEventW(None, False, False, name))
    both = (wintypes.HANDLE * 2)(handle, event)
    while kernel.WaitForMultipleObjects(2, both, False, 0xFFFFFFFF) == 1:
        kernel.GenerateConsoleCtrlEvent(1, run.pid)
    return run.wait() & 0xFFFFFFFF


def _feed(folder: Path, run: subprocess.Popen[bytes]) -> None:
    """What the gateway appends to a file, until it writes into another one that this is all."""
    stdin = run.stdin
    assert stdin is not None
    try:
        with (folder / "stdin").open("rb", buffering=0) as file, stdin:
            at = 0
            while True:
                is_all = (folder / "holder").stat().st_size > 0
                file.seek(at)  # who was at the end once would stay there
                while piece := file.read(_PIECE):
                    at += len(piece)
                    rest = memoryview(piece)
                    while rest:
                        rest = rest[os.write(stdin.fileno(), rest) :]
                if is_all:
                    return
                time.sleep(_PAUSE_S)
    except OSError:
        return  # the run has ended, or closed it


def _copy(run: subprocess.Popen[bytes]) -> None:
    assert run.stdout is not None
    try:
        while piece := os.read(run.stdout.fileno(), _PIECE):
            os.write(1, piece)
    except OSError:
        return


def _stdin_read() -> int:
    """How far the run has read it: its handle is ours, and so is the place where it reads on."""
    try:
        return os.lseek(0, 0, os.SEEK_CUR)
    except OSError:
        return 0


def _record(path: Path, text: str) -> None:
    """Over the blanks that are there."""
    try:
        handle = os.open(path, os.O_WRONLY | os.O_BINARY)
    except OSError:
        return
    try:
        os.write(handle, f"{text:<40}\n".encode())
    finally:
        os.close(handle)


def _make_job(job_id: str) -> wintypes.HANDLE:
    """Inheritable, so that the run keeps its name alive."""

    class Attributes(ctypes.Structure):
        _fields_ = (
            ("length", wintypes.DWORD),
            ("descriptor", ctypes.c_void_p),
            ("inherits", wintypes.BOOL),
        )

    attributes = Attributes(ctypes.sizeof(Attributes), None, True)
    name = f"Local\\llmgw-job-{job_id}"
    return wintypes.HANDLE(_kernel().CreateJobObjectW(ctypes.byref(attributes), name))


def _kernel() -> "ctypes.WinDLL":
    kernel = ctypes.WinDLL("kernel32", use_last_error=True)
    kernel.CreateJobObjectW.restype = wintypes.HANDLE
    kernel.CreateEventW.restype = wintypes.HANDLE
    return kernel


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
