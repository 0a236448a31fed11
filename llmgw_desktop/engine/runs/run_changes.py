"""What jobs changed in their folders, for who may see them, and how that is taken back."""

import asyncio
from collections.abc import Sequence
from dataclasses import replace

from llmgw_desktop.domain.cli import ToolBegan
from llmgw_desktop.domain.jobs.changes import JobChanges, NoSnapshot, SeenCommand, UndoDone
from llmgw_desktop.domain.jobs.job import Job
from llmgw_desktop.domain.jobs.run_errors import NoSuchJob
from llmgw_desktop.engine.jobs.folders import JobFolders
from llmgw_desktop.engine.jobs.supervisor import Supervisor
from llmgw_desktop.engine.questions.waiting.item import line_of
from llmgw_desktop.engine.workspaces.snapshots import Snapshots

_MOST_SEEN, _MOST_NAMED, _LONGEST_NAMED = 100, 3, 80


class RunChanges:
    """Everything is its owner's; without an owner everybody's is meant. All raise NoSuchJob,
    NoSnapshot, InvalidRun."""

    def __init__(self, supervisor: Supervisor, snapshots: Snapshots, folders: JobFolders) -> None:
        self._supervisor = supervisor
        self._snapshots = snapshots
        self._folders = folders

    async def of(self, job_id: str, owner: str | None = None, *, patch: bool = False) -> JobChanges:
        """By file; `patch`: with every line. Of one that has ended also what was seen destroyed;
        raises VaultError then where what it said cannot be read."""
        job = await self._job(job_id, owner)
        try:
            found = await self._snapshots.changes(job, self._folders.kept(job_id), patch=patch)
        except NoSnapshot as none:
            seen = () if job.is_live else await self._seen(job)
            raise NoSnapshot(f"{none}{_seen_words(seen)}") from none
        if job.is_live:
            return found
        return replace(found, destructive=await self._seen(job))

    async def undo(
        self,
        job_id: str,
        owner: str | None = None,
        *,
        files: Sequence[str] = (),
        force: bool = False,
    ) -> UndoDone:
        """All, or these files. `force`: what was changed since is lost. Raises UndoRefused too."""
        job = await self._job(job_id, owner)
        folder = self._folders.kept(job_id)
        return await self._snapshots.undo(job, folder, files, force=force)

    async def _job(self, job_id: str, owner: str | None) -> Job:
        job = await asyncio.to_thread(self._supervisor.get, job_id, owner)
        if job is None:
            raise NoSuchJob(job_id)
        return job

    async def _seen(self, job: Job) -> tuple[SeenCommand, ...]:
        seen: dict[SeenCommand, None] = {}
        async for event in self._supervisor.watch(job.id):
            if isinstance(event, ToolBegan) and event.destroys and len(seen) < _MOST_SEEN:
                seen[SeenCommand(command=event.summary, why=event.destroys)] = None
        return tuple(seen)


def _seen_words(seen: Sequence[SeenCommand]) -> str:
    """« Commands that destroy something were seen: rm -rf build.», empty where none was."""
    if not seen:
        return ""
    named = ", ".join(line_of(each.command)[:_LONGEST_NAMED] for each in seen[:_MOST_NAMED])
    more = f" and {len(seen) - _MOST_NAMED} more" if len(seen) > _MOST_NAMED else ""
    return f" Commands that destroy something were seen: {named}{more}."
