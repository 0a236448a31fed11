"""The keeper: a few lines of shell that start a run, wait for it and write down how it ended.

It is the run's parent in our place, in a session of its own, so that neither our end nor our crash
reaches the run, and its true exit status is not lost. The text is constant: what a run is started
with comes as `"$@"` and is never read by a shell. Signals meant for the run's group it outlives;
the run gets them as if it were not there, since a trap, unlike a signal ignored, is not inherited.

It writes over blanks that were there before, in one write: on a full disk too, and never half.

A run that is spoken with reads a FIFO, which a holder keeps open for writing: a child of the keeper
that waits for a line in a FIFO of its own. So nobody's end but the holder's is the input's end.
"""

import os
import subprocess
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from llmgw_desktop.domain.jobs.job import JobProcess
from llmgw_desktop.engine.jobs.folder import JobFolder
from llmgw_desktop.engine.jobs.processes import started_ticks

_SCRIPT = """
d=$1; shift
trap : HUP INT QUIT TERM USR1 USR2 ALRM
printf '%-40s\\n' "$$" 1<>"$d/keeper"
exec 3<&0 4>&2 2>/dev/null
"$@" 2>&4 3<&- 4>&-
s=$?
p=
[ -r "/proc/$$/fdinfo/3" ] && read -r _ p <"/proc/$$/fdinfo/3"
printf '%-40s\\n' "$s $p" 1<>"$d/exit"
"""
_SPOKEN_WITH = """
d=$1; shift
trap : HUP INT QUIT TERM USR1 USR2 ALRM
printf '%-40s\\n' "$$" 1<>"$d/keeper"
exec 3<&0 4>&2 5>"$d/stdin" 6>&1 9<>"$d/holder" </dev/null 2>/dev/null
(read -r _ <&9) >/dev/null 3<&- 4>&- 6>&- &
exec 5>&- 9>&-
c=
if [ -p "$d/out" ]; then
    exec 7<>"$d/out" 8<"$d/out" 9>"$d/out"
    cat <&8 >&6 3<&- 4>&- 6>&- 7>&- 8<&- 9>&- &
    c=$!
    exec 1>&9 7>&- 8<&- 9>&-
fi
exec 6>&-
"$@" <&3 2>&4 3<&- 4>&-
s=$?
exec 1>/dev/null
n=100
while [ "$c" ] && [ $n -gt 0 ] && kill -0 "$c"; do sleep 0.02; n=$((n - 1)); done
printf '\\n' 1<>"$d/holder"
printf '%-40s\\n' "$s" 1<>"$d/exit"
"""
"""A copier stands between where a program speaks only into a pipe; what a run leaves behind may
hold that open, and is not waited for long."""
_SHELL = "/bin/sh"
NAME = "llmgw-keeper"
"""What it and its helpers are called."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ExitRecord:
    """How a run ended."""

    code: int
    stdin_read: int | None = None
    """How far its standard input was read, where the system tells."""


def start(
    argv: Sequence[str], *, folder: JobFolder, env: Mapping[str, str], cwd: Path
) -> JobProcess:
    """Start a keeper with its run. Blocks for some milliseconds. Raises OSError."""
    is_spoken_with = folder.stdin.is_fifo()
    with (
        os.fdopen(_stdin(folder), "rb", buffering=0) as given,
        folder.stdout.open("ab") as stdout,
        folder.stderr.open("ab") as stderr,
    ):
        keeper = subprocess.Popen(  # noqa: S603 - a list, and a constant text for the shell
            [
                _SHELL,
                "-c",
                _SPOKEN_WITH if is_spoken_with else _SCRIPT,
                NAME,
                str(folder.path),
                *argv,
            ],
            stdin=given,
            stdout=stdout,
            stderr=stderr,
            env=dict(env),
            cwd=cwd,
            start_new_session=True,
        )
    # `reap` looks after it; a Popen that is thrown away would complain that it still runs.
    keeper.returncode = 0
    ticks = started_ticks(keeper.pid)
    return JobProcess(pid=keeper.pid, started_ticks=ticks or 0, group=keeper.pid)


def make_speakable(folder: JobFolder, *, needs_pipe: bool) -> None:
    """Its run will be spoken with. Raises OSError."""
    fifos = [folder.stdin, folder.holder, *([folder.out] if needs_pipe else [])]
    for fifo in fifos:
        # A program that fell before it started the run has left one.
        fifo.unlink(missing_ok=True)
        os.mkfifo(fifo, 0o600)


def end_input(folder: JobFolder) -> None:
    """Who wrote to a run's stdin has closed it; now the holder does. Once more does no harm."""
    try:
        handle = os.open(folder.holder, os.O_WRONLY | os.O_NONBLOCK | os.O_CLOEXEC)
    except OSError:
        return  # it has gone
    try:
        os.write(handle, b"\n")
    except OSError:
        return
    finally:
        os.close(handle)


def _stdin(folder: JobFolder) -> int:
    """Raises OSError. A FIFO is opened before there is anybody who writes to it."""
    if not folder.stdin.exists():
        return os.open(os.devnull, os.O_RDONLY | os.O_CLOEXEC)
    handle = os.open(folder.stdin, os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC)
    os.set_blocking(handle, True)
    return handle


def reap(pid: int) -> None:
    """Take leave of an ended keeper, if it is our own child."""
    try:
        os.waitpid(pid, os.WNOHANG)
    except ChildProcessError:
        return


def read_exit(folder: JobFolder) -> ExitRecord | None:
    """None: still running, or its end was never written."""
    words = _words(folder.exit_record)
    if not words or not words[0].isdigit():
        return None
    read = int(words[1]) if len(words) > 1 and words[1].isdigit() else None
    return ExitRecord(code=int(words[0]), stdin_read=read)


def read_keeper(folder: JobFolder) -> int | None:
    """The keeper's process id; None if it never ran."""
    words = _words(folder.keeper_record)
    return int(words[0]) if words and words[0].isdigit() else None


def _words(record: Path) -> list[str]:
    try:
        text = record.read_text("ascii", "replace")
    except OSError:
        return []
    return text.split() if text.endswith("\n") else []
