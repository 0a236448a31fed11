"""The talk of a job, made out of what is known of the job."""

import asyncio

from llmgw_desktop.clis.cli import Cli
from llmgw_desktop.clis.dialogue import Dialogue
from llmgw_desktop.domain.permission import AskingJob
from llmgw_desktop.domain.run_errors import InvalidRun
from llmgw_desktop.domain.submission import Submission
from llmgw_desktop.engine.jobs.folder import JobFolder
from llmgw_desktop.engine.jobs.launch import Launcher
from llmgw_desktop.engine.jobs.live_job import LiveJob
from llmgw_desktop.engine.jobs.parts import JobParts
from llmgw_desktop.engine.jobs.talk import Talk, TalkParts


async def made_ready(cli: Cli) -> None:
    """What its dialogues work with, read in beside the loop. A run that was planned here has it
    already; one that was left by another program, or ended under it, has not."""
    if cli.asking is not None:
        await asyncio.to_thread(cli.asking.load)


def talk_with(live: LiveJob, cli: Cli, parts: JobParts) -> Talk:
    """Raises OSError, InvalidRun."""
    job, asked = live.job, live.asked
    return Talk(
        TalkParts(
            dialogue=dialogue_of(cli, asked, live.folder, parts.launcher),
            folder=live.folder,
            job=AskingJob(
                id=job.id,
                owner=job.owner,
                client=job.client,
                cli=job.cli,
                title=job.title,
                working_dir=_works_in(asked, live.folder),
                workspace=asked.workspace,
                top=asked.workspace_top,
                is_remote=asked.is_remote,
            ),
            permissions=parts.permissions,
            clock=parts.clock,
        )
    )


def dialogue_of(cli: Cli, asked: Submission, folder: JobFolder, launcher: Launcher) -> Dialogue:
    """Raises InvalidRun for a CLI that another version could make ask."""
    if cli.asking is None:
        raise InvalidRun(f"{cli.name} cannot be made to ask in this version", field="approvals")
    request = launcher.meant(cli, asked.request)
    return cli.asking.dialogue(request, _works_in(asked, folder))


def _works_in(asked: Submission, folder: JobFolder) -> str:
    if asked.request.working_dir:
        return asked.request.working_dir
    neutral = asked.session.neutral_dir if asked.session else ""
    return neutral or str(folder.temp / "work")
