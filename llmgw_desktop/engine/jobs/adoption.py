"""What has become of a job that another program started: this one's predecessor, which is gone."""

import time
from enum import StrEnum

from llmgw_desktop.domain.job import Job, JobProcess
from llmgw_desktop.domain.values import value
from llmgw_desktop.engine.jobs import keeper
from llmgw_desktop.engine.jobs.boots import was_restarted_since
from llmgw_desktop.engine.jobs.folder import JobFolder
from llmgw_desktop.engine.jobs.process_tree import ProcessTree
from llmgw_desktop.engine.jobs.processes import is_marked, started_ticks

_LOOKS = 50
_PAUSE_S = 0.02


class Fate(StrEnum):
    """How it is found."""

    RUNS = "runs"
    ENDED = "ended"
    """Its exit status is there, or nobody will ever write it."""
    NEVER_BEGAN = "never began"


@value
class Found:
    """`process` of one that runs."""

    fate: Fate
    process: JobProcess | None = None


def look(job: Job, folder: JobFolder) -> Found:
    """Reads /proc and may wait a little: for a thread."""
    if was_restarted_since(folder):
        return Found(fate=Fate.ENDED)  # whoever has its numbers now is somebody else
    for _ in range(_LOOKS):
        process = _keeper_of(job, folder)
        if process is not None:
            return Found(fate=Fate.RUNS, process=process)
        if job.process is not None or keeper.read_keeper(folder) is not None:
            return Found(fate=Fate.ENDED)
        if not ProcessTree(job.id, None).find():
            return Found(fate=Fate.NEVER_BEGAN)
        # Its keeper has been started and has not yet said so.
        time.sleep(_PAUSE_S)
    return Found(fate=Fate.ENDED)


def _keeper_of(job: Job, folder: JobFolder) -> JobProcess | None:
    """By its number and its start; where we fell between its start and our writing it down, by
    its number and the job's mark, which no other process has."""
    known = job.process
    if known is not None:
        return known if started_ticks(known.pid) == known.started_ticks else None
    pid = keeper.read_keeper(folder)
    if pid is None or not is_marked(pid, job.id):
        return None
    ticks = started_ticks(pid)
    return None if ticks is None else JobProcess(pid=pid, started_ticks=ticks, group=pid)
