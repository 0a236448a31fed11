"""A program whose runs are signed in out of the vault, for tests that kill it. Arguments: its
folder, and the script of the one job that it asks for. Prints a line when that has begun."""

from __future__ import annotations

import asyncio
import os
import sys
from pathlib import Path

from tests.support.shell_cli import Yard, asking


async def main(home: Path, script: str) -> None:
    yard = Yard(home, {"PATH": os.environ["PATH"], "HOME": str(home)}, account="work")
    await yard.supervisor.start()
    job = (await yard.supervisor.submit(asking(script))).job
    async for _ in yard.supervisor.watch(job.id):
        print(job.id, flush=True)
    await yard.close()


asyncio.run(main(Path(sys.argv[1]), sys.argv[2]))
