"""What a CLI writes down of its sign-in's quota stands with the account."""

from __future__ import annotations

import time

from llmgw_desktop.domain.cli import CliName, CliRequest
from llmgw_desktop.domain.jobs.submission import Submission
from tests.engine.runs.conftest import RunHouse


async def test_what_is_left_is_known_after_a_run(house: RunHouse) -> None:
    health, supervisor = house.container.health, house.container.runs.supervisor
    assert health.status("codex-cli").windows == ()
    resets_at_s = int(time.time()) + 3600
    for used, resets in ((42.5, resets_at_s), (60, 10**30)):
        request = CliRequest(cli=CliName.CODEX, prompt=f"quota {used} {resets}; answer a 5 1")
        job = (await supervisor.submit(Submission(request=request, owner="me", client="c"))).job
        await supervisor.wait(job.id, 30)
        [window] = health.status("codex-cli").windows
        assert (window.name, window.used_share) == ("5h", used / 100)
        assert window.resets_at_s == (resets_at_s if resets == resets_at_s else None)
        assert window.told_at_s > 0
    assert health.quota_left("codex-cli") == 0.4
