"""A program with a supervisor, for tests that kill it. Arguments: its folder, and how many jobs to
ask for. Prints a line when it has taken over what it found, then one for each job asked for."""

from __future__ import annotations

import asyncio
import os
import sys
from pathlib import Path

from llmgw_desktop.domain.settings.tables import LimitSettings
from tests.support.shell_cli import Yard, asking


async def main(home: Path, count: int) -> None:
    limits = LimitSettings(max_running_jobs=6)
    yard = Yard(home, {"PATH": os.environ["PATH"], "HOME": str(home)}, limits=limits)
    await yard.supervisor.start()
    print("started", flush=True)
    for number in range(count):
        steps = 3 + number
        job = await yard.supervisor.submit(
            asking(
                f"for i in $(seq {steps}); do echo text $i; sleep 0.05; done; "
                f"echo x >> {home}/times-{number}; echo done; exit {number % 3}"
            )
        )
        print(job.job.id, flush=True)
    await yard.supervisor.drained()
    print("drained", flush=True)
    await yard.close()


asyncio.run(main(Path(sys.argv[1]), int(sys.argv[2])))
