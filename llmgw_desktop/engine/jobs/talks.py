"""The talk of a job, made out of what is known of the job."""

import asyncio
from functools import partial

from llmgw_desktop.clis.cli import Cli
from llmgw_desktop.clis.dialogue import BEGUN, Dialogue
from llmgw_desktop.domain.mcp_server import Servers
from llmgw_desktop.domain.permission import AskingJob
from llmgw_desktop.domain.run_errors import InvalidRun
from llmgw_desktop.domain.submission import Submission
from llmgw_desktop.engine.jobs.folder import JobFolder
from llmgw_desktop.engine.jobs.launch import Launcher
from llmgw_desktop.engine.jobs.live_job import LiveJob
from llmgw_desktop.engine.jobs.parts import JobParts
from llmgw_desktop.engine.jobs.said_log import Said, SaidReader
from llmgw_desktop.engine.jobs.talk import Talk, TalkParts


async def made_ready(cli: Cli) -> None:
    """What its dialogues work with, read in beside the loop. A run that was planned here has it
    already; one that was left by another program, or ended under it, has not."""
    if cli.asking is not None:
        await asyncio.to_thread(cli.asking.load)


async def servers_told(live: LiveJob, cli: Cli, launcher: Launcher) -> Servers:
    """MCP servers that its dialogue tells of. The vault may wait for a person; where a session has
    begun they have been told, and are not needed any more. Raises InvalidRun."""
    names, project = live.asked.request.mcp_servers, live.asked.project
    if not names or cli.asking is None or cli.asking.dialogue_with is None:
        return ()

    def had() -> Servers:
        said = Said()
        SaidReader(partial(live.folder.open, live.folder.said)).more(said)
        return () if BEGUN in said.sent else launcher.servers.given(names, project)

    return await asyncio.to_thread(had)


def talk_with(live: LiveJob, cli: Cli, parts: JobParts, servers: Servers = ()) -> Talk:
    """Raises OSError, InvalidRun."""
    job, asked = live.job, live.asked
    return Talk(
        TalkParts(
            dialogue=dialogue_of(cli, asked, live.folder, parts.launcher, servers),
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


def dialogue_of(
    cli: Cli, asked: Submission, folder: JobFolder, launcher: Launcher, servers: Servers = ()
) -> Dialogue:
    """Raises InvalidRun for a CLI that another version could make ask."""
    if cli.asking is None:
        raise InvalidRun(f"{cli.name} cannot be made to ask in this version", field="approvals")
    request = launcher.meant(cli, asked.request)
    if servers and cli.asking.dialogue_with is not None:
        return cli.asking.dialogue_with(request, _works_in(asked, folder), servers)
    return cli.asking.dialogue(request, _works_in(asked, folder))


def _works_in(asked: Submission, folder: JobFolder) -> str:
    if asked.request.working_dir:
        return asked.request.working_dir
    neutral = asked.session.neutral_dir if asked.session else ""
    return neutral or str(folder.temp / "work")
