"""A program with one job that asks, for tests that kill it. Arguments: its folder, the folder to
work in, the prompt, what settings say of the CLI as JSON; empty: the scripted one. Prints the
job's id when its first question has come, and then only waits."""

from __future__ import annotations

import asyncio
import json
import os
import sys
from pathlib import Path

from llmgw_desktop.clis.registry import cli_of
from llmgw_desktop.domain.cli import CliName
from tests.support.asking_scene import AskingYard
from tests.support.spoken_cli import spoken_cli


async def main(home: str, folder: str, prompt: str, said: str) -> None:
    cli = cli_of(CliName.CLAUDE) if said else spoken_cli()
    env = {"PATH": os.environ["PATH"], "HOME": os.environ["HOME"]}
    yard = AskingYard(Path(home), cli, env=env, said=json.loads(said or "{}"))
    await yard.supervisor.start()
    job = await yard.ask(prompt, folder)
    await yard.people.next_ask()
    print(job.id, flush=True)
    await asyncio.Event().wait()


asyncio.run(main(*sys.argv[1:]))
