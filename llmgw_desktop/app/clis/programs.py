"""What a program says when it is asked for its version or its help: within a time, up to a size."""

import subprocess
import tempfile
import threading
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import IO

from llmgw_desktop.domain.values import value
from llmgw_desktop.platform.children import apart, direct, end_at_once, hear

PATIENCE_S = 20.0
"""One of them takes eight seconds for its version on a small computer."""
MOST_BYTES = 256 * 1024


@value
class Words:
    """`code` is None where it was not done in time, or said more than is read."""

    code: int | None
    out: str = ""
    err: str = ""


@contextmanager
def _stdin(said: bytes) -> Iterator[IO[bytes] | int]:
    """A file: whoever does not read it stops nobody."""
    if not said:
        yield subprocess.DEVNULL
        return
    with tempfile.TemporaryFile() as file:
        file.write(said)
        file.seek(0)
        yield file


class ProgramAsker:
    """May be used from any thread. `close` ends what is being asked, and nothing is asked after."""

    def __init__(
        self, patience_s: float = PATIENCE_S, clock: Callable[[], float] = time.monotonic
    ) -> None:
        self._patience_s = patience_s
        self._clock = clock
        self._lock = threading.Lock()
        self._asked: set[subprocess.Popen[bytes]] = set()
        self._is_closed = False

    def __call__(
        self,
        argv: Sequence[str],
        env: Mapping[str, str],
        *,
        patience_s: float | None = None,
        most_bytes: int = MOST_BYTES,
        said: bytes = b"",
    ) -> Words:
        """`said`: what it reads on stdin. Blocks. It and all that it started in its session are
        gone afterwards. Raises OSError."""
        ends_s = self._clock() + (self._patience_s if patience_s is None else patience_s)
        with tempfile.TemporaryDirectory(prefix="llmgw-") as folder:
            with _stdin(said) as stdin:
                process = self._start(argv, env, folder, stdin)
            if process is None:
                return Words(code=None)
            with process:
                try:
                    return self._hear(process, ends_s, most_bytes)
                finally:
                    _end(process)
                    with self._lock:
                        self._asked.discard(process)

    def close(self) -> None:
        with self._lock:
            self._is_closed = True
            for process in self._asked:
                end_at_once(process)

    def _start(
        self, argv: Sequence[str], env: Mapping[str, str], folder: str, stdin: IO[bytes] | int
    ) -> subprocess.Popen[bytes] | None:
        with self._lock:
            if self._is_closed:
                return None
            process = subprocess.Popen(  # noqa: S603 - a list, no shell
                direct(argv, env.get("PATH", "")),
                stdin=stdin,
                stdout=subprocess.PIPE,
                stderr=subprocess.PIPE,
                env=dict(env),
                cwd=folder,
                **apart(),
            )
            self._asked.add(process)
        return process

    def _hear(self, process: subprocess.Popen[bytes], ends_s: float, most_bytes: int) -> Words:
        assert process.stdout is not None
        assert process.stderr is not None
        heard = {process.stdout: bytearray(), process.stderr: bytearray()}
        is_whole = hear(heard, lambda: ends_s - self._clock(), most_bytes)
        try:
            code = process.wait(max(ends_s - self._clock(), 0.1)) if is_whole else None
        except subprocess.TimeoutExpired:
            code = None
        out, err = (bytes(each).decode("utf-8", "replace") for each in heard.values())
        return Words(code=code, out=out, err=err)


def _end(process: subprocess.Popen[bytes]) -> None:
    """Its group too: a wrapper's child may have outlived it."""
    end_at_once(process)
    process.wait()
