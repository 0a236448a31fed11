"""A supervisor in the test's loop; whatever it ran is gone afterwards."""

from __future__ import annotations

import os
from collections.abc import AsyncIterator, Callable
from pathlib import Path
from typing import Any

import pytest

from llmgw_desktop.engine.jobs.folder import neutral_root
from llmgw_desktop.engine.jobs.process_tree import ProcessTree
from tests.support.shell_cli import Yard


@pytest.fixture
async def make_yard(tmp_path: Path) -> AsyncIterator[Callable[..., Yard]]:
    yards: list[Yard] = []

    def make(**changes: Any) -> Yard:
        env = {"PATH": os.environ["PATH"], "HOME": str(tmp_path), **changes.pop("env", {})}
        yards.append(Yard(tmp_path / f"yard-{len(yards)}", env, **changes))
        return yards[-1]

    yield make
    for yard in yards:
        await yard.supervisor.stop_all()
        jobs = yard.store.recent()
        await yard.close()
        for job in jobs:
            assert await ProcessTree(job.id, None).end(0.0) == 0
            assert not (neutral_root() / f"llmgw-{job.id}").exists()


@pytest.fixture
async def yard(make_yard: Callable[..., Yard]) -> Yard:
    return make_yard()
