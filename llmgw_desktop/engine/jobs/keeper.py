"""What a run's keeper (`platform/keepers`) is given, and what it writes down."""

from collections.abc import Mapping, Sequence
from contextlib import suppress
from pathlib import Path

from llmgw_desktop.domain.jobs.job import JobProcess
from llmgw_desktop.domain.values import value
from llmgw_desktop.engine.jobs.folder import JobFolder
from llmgw_desktop.platform import channels, keepers
from llmgw_desktop.platform.processes import started_ticks


@value
class ExitRecord:
    """How a run ended."""

    code: int
    stdin_read: int | None = None
    """How far its standard input was read, where the system tells."""


def start(
    argv: Sequence[str], *, folder: JobFolder, env: Mapping[str, str], cwd: Path
) -> JobProcess:
    """Start a keeper with its run. Blocks for some milliseconds. Raises OSError."""
    pid = keepers.start(argv, folder=folder.path, env=env, cwd=cwd)
    return JobProcess(pid=pid, started_ticks=started_ticks(pid) or 0, group=pid)


def make_speakable(folder: JobFolder, *, needs_pipe: bool) -> None:
    """Its run will be spoken with. Raises OSError."""
    channels.make_inputs([folder.stdin, folder.holder, *([folder.out] if needs_pipe else [])])


def end_input(folder: JobFolder) -> None:
    """Who wrote to a run's stdin has closed it, and no more will come. Once more does no harm."""
    with suppress(OSError):  # the run has gone
        channels.end_input(folder.stdin, folder.holder)


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
