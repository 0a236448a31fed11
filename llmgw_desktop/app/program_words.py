"""What a program says when it is asked for its version or its help: within a time, up to a size."""

import os
import selectors
import signal
import subprocess
import tempfile
import time
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from typing import IO

PATIENCE_S = 20.0
"""One of them takes eight seconds for its version on a small computer."""
_MOST_BYTES = 256 * 1024


@dataclass(frozen=True, slots=True, kw_only=True)
class Words:
    """`code` is None where it was not done in time, or said more than is read."""

    code: int | None
    out: str = ""
    err: str = ""


def words_of(
    argv: Sequence[str],
    env: Mapping[str, str],
    *,
    patience_s: float = PATIENCE_S,
    clock: Callable[[], float] = time.monotonic,
) -> Words:
    """Blocks. It and all that it started in its session are gone afterwards. Raises OSError."""
    ends_s = clock() + patience_s
    with (
        tempfile.TemporaryDirectory(prefix="llmgw-") as folder,
        subprocess.Popen(  # noqa: S603 - a list, no shell
            list(argv),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            env=dict(env),
            cwd=folder,
            start_new_session=True,
        ) as process,
    ):
        assert process.stdout is not None
        assert process.stderr is not None
        heard = {process.stdout: bytearray(), process.stderr: bytearray()}
        try:
            is_whole = _listen(heard, lambda: ends_s - clock())
            code = process.wait(max(ends_s - clock(), 0.1)) if is_whole else None
        except subprocess.TimeoutExpired:
            code = None
        finally:
            _end(process)
        out, err = (bytes(each).decode("utf-8", "replace") for each in heard.values())
    return Words(code=code, out=out, err=err)


def _listen(heard: dict[IO[bytes], bytearray], left_s: Callable[[], float]) -> bool:
    """Whether both ended in time, and within the size."""
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
            if sum(map(len, heard.values())) > _MOST_BYTES:
                return False
    return True


def _end(process: subprocess.Popen[bytes]) -> None:
    """Its group too: a wrapper's child may have outlived it."""
    with suppress(ProcessLookupError, PermissionError):
        os.killpg(process.pid, signal.SIGKILL)
    process.wait()
