"""Programs that we start: apart from us, with all that they start in turn, and heard to their end.

On Linux and macOS a session of its own; on Windows a process group without a console. What a child
there starts in turn is not ended with it, unless it is a run's (`keeper_windows.py`).
"""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from contextlib import suppress
from typing import IO, TypedDict


def resident_bytes(pid: int) -> int | None:
    """Memory that a process holds; None where it has gone, or the system does not say it so."""
    try:
        with open(f"/proc/{pid}/status", encoding="ascii", errors="replace") as file:  # noqa: PTH123
            told = next((line.split() for line in file if line.startswith("VmRSS:")), None)
    except OSError:
        return None
    return int(told[1]) * 1024 if told and len(told) == 3 else None


class Apart(TypedDict):
    """What `subprocess.Popen` is given."""

    start_new_session: bool
    creationflags: int


if sys.platform == "win32":
    import threading

    _HIDDEN = subprocess.CREATE_NO_WINDOW | subprocess.CREATE_NEW_PROCESS_GROUP
    HAS_CONSOLES = True
    """A program that talks gets a console of its own, and needs no terminal for it."""

    def apart() -> Apart:
        """Ctrl+C and the end of our terminal do not reach it."""
        return Apart(start_new_session=False, creationflags=_HIDDEN)

    def in_console() -> Apart:
        """With a window of its own to talk in."""
        return Apart(start_new_session=False, creationflags=subprocess.CREATE_NEW_CONSOLE)

    def direct(words: Sequence[str], path: str) -> list[str]:
        """As they are started: a batch file of npm's is read, and never given to the command
        interpreter. `path`: the PATH of who is started. Raises OSError with a clause for one that
        is not npm's."""
        from llmgw_desktop.platform.npm_shims import direct_words, is_batch

        if not is_batch(words[0]):
            return list(words)
        return [*direct_words(words[0], path), *words[1:]]

    def shut_in(cpu_s: int) -> None:
        """Nothing of the kind is had for asking here."""

    def end_at_once(process: subprocess.Popen[bytes]) -> None:
        """That was started apart. Returns at once."""
        with suppress(OSError):
            process.kill()

    def end_group(leader: int) -> None:
        """Of a program that was started apart, by its number. Returns at once."""
        with suppress(OSError):
            os.kill(leader, signal.SIGTERM)

    def wait_unread(handle: int) -> None:
        """Until nobody reads what is written there any more. Raises OSError: nobody tells."""
        raise OSError(f"nobody tells who reads {handle}")

    def hear(
        heard: dict[IO[bytes], bytearray], left_s: Callable[[], float], most_bytes: int
    ) -> bool:
        """All that comes from these pipes, until each ends; whether they did so in time and within
        the size. Nothing waits for several pipes here, so a thread each, which reads by a handle of
        its own: closing one that is read from waits for whoever else holds the pipe open."""
        done = [threading.Event() for _ in heard]
        for ended, (stream, said) in zip(done, heard.items(), strict=True):
            words = (os.dup(stream.fileno()), said, ended)
            threading.Thread(target=_read, args=words, daemon=True).start()
        while not all(each.is_set() for each in done):
            if left_s() <= 0 or sum(map(len, heard.values())) > most_bytes:
                return False
            time.sleep(0.01)
        return sum(map(len, heard.values())) <= most_bytes

    def _read(handle: int, said: bytearray, ended: threading.Event) -> None:
        with suppress(OSError):
            while chunk := os.read(handle, 65536):
                said.extend(chunk)
        ended.set()
        os.close(handle)

else:
    import select
    import selectors

    _NEW_USER, _NEW_NETWORK = 0x10000000, 0x40000000
    HAS_CONSOLES = False
    """A program that talks gets a console of its own, and needs no terminal for it."""

    def apart() -> Apart:
        """Ctrl+C and the end of our terminal do not reach it."""
        return Apart(start_new_session=True, creationflags=0)

    def in_console() -> Apart:
        """As `apart`: a terminal is a program like others."""
        return apart()

    def direct(words: Sequence[str], path: str) -> list[str]:
        """As they are started: no system but Windows has npm's batch files."""
        return list(words)

    def shut_in(cpu_s: int) -> None:
        """This process, and all that it starts: no network where the system lets everybody make one
        of his own, no file written, few opened, and no more time than that. Before any thread."""
        import resource

        few = {
            resource.RLIMIT_CORE: 0,
            resource.RLIMIT_FSIZE: 0,
            resource.RLIMIT_CPU: cpu_s,
            resource.RLIMIT_NOFILE: 64,
        }
        for what, most in few.items():
            resource.setrlimit(what, (most, most))
        if sys.platform == "linux":
            import ctypes

            ctypes.CDLL(None).unshare(_NEW_USER | _NEW_NETWORK)

    def end_at_once(process: subprocess.Popen[bytes]) -> None:
        """That was started apart, and its group: a wrapper's child may have outlived it. Returns at
        once."""
        end_group(process.pid)

    def end_group(leader: int) -> None:
        """Of a program that was started apart, by its number. Returns at once."""
        with suppress(ProcessLookupError, PermissionError):
            os.killpg(leader, signal.SIGKILL)

    def wait_unread(handle: int) -> None:
        """Until nobody reads what is written there any more."""
        gone = select.poll()
        gone.register(handle, 0)
        gone.poll()

    def hear(
        heard: dict[IO[bytes], bytearray], left_s: Callable[[], float], most_bytes: int
    ) -> bool:
        """All that comes from these pipes, until each ends; whether they did so in time and within
        the size."""
        with selectors.DefaultSelector() as selector:
            for stream, said in heard.items():
                selector.register(stream, selectors.EVENT_READ, said)
            while selector.get_map():
                ready = selector.select(max(left_s(), 0.0))
                if not ready:
                    return False
                for key, _ in ready:
                    chunk = os.read(key.fd, 65536)
                    key.data.extend(chunk)
                    if not chunk:
                        selector.unregister(key.fileobj)
                if sum(map(len, heard.values())) > most_bytes:
                    return False
        return True
