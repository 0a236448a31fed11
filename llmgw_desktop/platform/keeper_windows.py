"""The keeper on Windows: a program in C (`packaging/windows/keeper.c`); where it is not beside this
file, this file as a program of the standard library alone. Both do the same.

    python keeper_windows.py FOLDER JOB PROGRAM ARGUMENT …

It puts the run into a job object of its own before the run's first step, so that all that the run
starts is known and can be ended. The run holds that object open as well: its name stays while it or
the keeper lives. In one folder with a Python of its own, `llmgw keeper` is the same.

What a run is told goes through a named pipe. Who starts a keeper makes it, with a name that nobody
can guess, writes that into the file `stdin` of the run's folder and hands over its reading end as
the keeper's own input. The keeper takes at once what comes, so that no gateway waits for a run to
read, and waits for the next gateway when one goes. The file `holder` says that no more will come.
"""

import _winapi
import ctypes
import msvcrt
import os
import queue
import secrets
import subprocess
import sys
import threading
from collections.abc import Mapping, Sequence
from contextlib import suppress
from ctypes import wintypes
from pathlib import Path
from typing import IO

assert sys.platform == "win32"

MARKER = "LLMGW_JOB_ID"
"""As `marks.py` has it, which a program of the standard library alone cannot read in."""
WORD = "keeper"
"""The command by which a program in one folder is its own keeper."""
PROGRAM = "llmgw-keeper.exe"
"""In C, beside this file where the set-up has put it."""
PIPES = "\\\\.\\pipe\\llmgw-in-"
_FIRST, _LOCAL_ALONE = 0x80000, 0x8
_GOING = 232
"""Who spoke has gone before anybody heard him."""
_SUSPENDED, _BREAKAWAY = 0x4, 0x01000000
_APART = subprocess.CREATE_NO_WINDOW | subprocess.CREATE_NEW_PROCESS_GROUP
_NOT_FOUND = 127
_PIECE = 64 * 1024


def start(argv: Sequence[str], *, folder: Path, env: Mapping[str, str], cwd: Path) -> int:
    """Start a keeper with its run, and give its number. Blocks for some milliseconds. Raises
    OSError."""
    words = [*_own_words(), str(folder), env.get(MARKER, folder.name), *argv]
    with (
        _stdin(folder) as stdin,
        (folder / "stdout").open("ab") as stdout,
        (folder / "stderr").open("ab") as stderr,
    ):
        keeper = _started(words, stdin, stdout, stderr, env=dict(env), cwd=cwd)
    # A Popen that is thrown away would complain that it still runs.
    keeper.returncode = 0
    return keeper.pid


def _stdin(folder: Path) -> IO[bytes]:
    """Raises OSError. The pipe is there before there is anybody who writes to it."""
    given = folder / "stdin"
    if not _is_spoken_with(folder):
        return (given if given.exists() else Path(os.devnull)).open("rb", buffering=0)
    name = f"{PIPES}{secrets.token_hex(16)}"
    given.write_text(name, "ascii")
    pipe = _winapi.CreateNamedPipe(
        name,
        _winapi.PIPE_ACCESS_INBOUND | _winapi.FILE_FLAG_OVERLAPPED | _FIRST,
        _LOCAL_ALONE,  # of bytes, and whoever writes waits for room
        1,
        0,
        _PIECE,
        0,
        _winapi.NULL,
    )
    return os.fdopen(msvcrt.open_osfhandle(pipe, os.O_RDONLY), "rb", buffering=0)


def _own_words() -> list[str]:
    """By the twin of this program that has a console, which is hidden, and which runs share: under
    a program without one each run opens a window of its own."""
    if (made := Path(__file__).with_name(PROGRAM)).is_file():
        return [str(made)]
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
    if is_spoken_with:
        os.set_handle_inheritable(msvcrt.get_osfhandle(0), False)
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
    heard: queue.SimpleQueue[bytes] = queue.SimpleQueue()
    copier = threading.Thread(target=_copy, args=(run,), daemon=True)
    if is_spoken_with:
        threading.Thread(target=_hand_on, args=(run, heard), daemon=True).start()
        threading.Thread(target=_hear, args=(folder, heard), daemon=True).start()
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


def _hear(folder: Path, heard: "queue.SimpleQueue[bytes]") -> None:
    """What the gateway says is taken at once, until it says that this is all."""
    pipe = msvcrt.get_osfhandle(0)
    while _has_come(pipe, folder):
        while piece := _read(pipe):
            heard.put(piece)
        _kernel().DisconnectNamedPipe(wintypes.HANDLE(pipe))
    heard.put(b"")


def _has_come(pipe: int, folder: Path) -> bool:
    """Whether somebody has come who speaks. Who says that this is all writes so into the file first
    and comes then, so that the file is looked at when one can come."""
    try:
        wait = _winapi.ConnectNamedPipe(pipe, overlapped=True)
    except OSError as error:
        return error.winerror == _GOING  # what he said is there
    if _winapi.WaitForSingleObject(wait.event, 0) != 0:
        with suppress(OSError):
            if (folder / "holder").stat().st_size == 0:
                wait.GetOverlappedResult(True)
                return True
        wait.cancel()
        return False
    return True


def _read(pipe: int) -> bytes:
    """Empty: who spoke has gone."""
    try:
        piece, _ = _winapi.ReadFile(pipe, _PIECE, overlapped=True)
        piece.GetOverlappedResult(True)
    except OSError:
        return b""
    return bytes(piece.getbuffer() or b"")


def _hand_on(run: subprocess.Popen[bytes], heard: "queue.SimpleQueue[bytes]") -> None:
    """As fast as the run reads it."""
    stdin = run.stdin
    assert stdin is not None
    with suppress(OSError), stdin:  # the run has ended, or closed it
        while piece := heard.get():
            rest = memoryview(piece)
            while rest:
                rest = rest[os.write(stdin.fileno(), rest) :]


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
