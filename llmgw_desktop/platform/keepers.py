"""The keeper: a small program that starts a run, waits for it and writes down how it ended.

It is the run's parent in our place, apart from us, so that neither our end nor our crash reaches
the run, and its true exit status is not lost. It writes over blanks that were there before, in one
write: on a full disk too, and never half.

| offered | Linux, macOS | Windows |
|---|---|---|
| the program | a few lines of shell, below | in C, else this Python (`keeper_windows.py`) |
| which processes are the run's | its environment and session | a job object that nobody leaves |
| input of a run that is spoken with | a FIFO | a named pipe |

The text of the shell is constant: what a run is started with comes as `"$@"` and is never read by
it. Signals meant for the run's group it outlives; the run gets them as if it were not there, since
a trap, unlike a signal ignored, is not inherited.

A run that is spoken with reads a FIFO, which a holder keeps open for writing: a child of the keeper
that waits for a line in a FIFO of its own. So nobody's end but the holder's is the input's end.
"""

import os
import subprocess
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path

NAME = "llmgw-keeper"
"""What it and its helpers are called."""
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

if sys.platform == "win32":
    from llmgw_desktop.platform import keeper_windows
    from llmgw_desktop.platform.keeper_windows import is_helper as is_helper
    from llmgw_desktop.platform.keeper_windows import start as start

    keep = keeper_windows.main
else:

    def start(argv: Sequence[str], *, folder: Path, env: Mapping[str, str], cwd: Path) -> int:
        """Start a keeper with its run, and give its number. Blocks for some milliseconds. Raises
        OSError."""
        is_spoken_with = (folder / "stdin").is_fifo()
        with (
            os.fdopen(_stdin(folder / "stdin"), "rb", buffering=0) as given,
            (folder / "stdout").open("ab") as stdout,
            (folder / "stderr").open("ab") as stderr,
        ):
            script = _SPOKEN_WITH if is_spoken_with else _SCRIPT
            keeper = subprocess.Popen(  # noqa: S603 - a list, and a constant text for the shell
                [_SHELL, "-c", script, NAME, str(folder), *argv],
                stdin=given,
                stdout=stdout,
                stderr=stderr,
                env=dict(env),
                cwd=cwd,
                start_new_session=True,
            )
        # `reap` looks after it; a Popen that is thrown away would complain that it still runs.
        keeper.returncode = 0
        return keeper.pid

    def keep(words: Sequence[str]) -> int:
        """Be the keeper of one run, to its end. Here a shell is."""
        raise NotImplementedError

    def _stdin(path: Path) -> int:
        """Raises OSError. A FIFO is opened before there is anybody who writes to it."""
        if not path.exists():
            return os.open(os.devnull, os.O_RDONLY | os.O_CLOEXEC)
        handle = os.open(path, os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC)
        os.set_blocking(handle, True)
        return handle

    def is_helper(words: list[bytes]) -> bool:
        """Whether a process of these words is one of the keeper's own: it holds the run's input
        open, or copies its output, and ends with the run."""
        return NAME.encode() in words or words == [b"cat"]
