"""What was asked before, how it went, and what goes on: of whoever asks, and nobody else."""

from __future__ import annotations

import asyncio
from dataclasses import replace

import orjson

from llmgw_desktop.domain.access.principal import LOCAL, Scope
from tests.engine.mcp.run_tools.test_requests import OK, WAITS, until
from tests.engine.runs.conftest import RunHouse
from tests.support.run_toolbox import OTHER, RunBox


async def _recorded(house: RunHouse, count: int) -> None:
    while len(house.closed) < count:
        await asyncio.sleep(0.01)


async def test_a_request_is_recalled_by_its_correlation(box: RunBox, house: RunHouse) -> None:
    asked = await box.told_by("claude_request", {"prompt": OK, "correlationId": "mine"})
    await _recorded(house, 1)
    while (kept := box.reader.record(asked["flightId"])) is None or kept.request_body is None:
        await asyncio.sleep(0.01)  # what was said follows the figures
    told = await box.told_by("llm_request_result", {"correlationId": "mine"})
    assert (told["response"], told["responseChars"], told["responseTruncated"]) == (
        "hello",
        5,
        False,
    )
    assert (told["asyncJobId"], told["status"], told["cli"]) == (
        asked["jobId"],
        "completed",
        "claude",
    )
    assert (told["inputTokens"], told["costUsd"]) == (13, 0.02)
    assert told["promptChars"] == len(OK)
    assert "prompt" not in told
    assert told["datetimeUtc"].endswith("Z")
    more = {"correlationId": "mine", "includePrompt": True, "maxChars": 1000}
    assert (await box.told_by("llm_request_result", more))["prompt"] == OK


async def test_what_is_not_recorded_yet_is_read_from_the_job(box: RunBox, house: RunHouse) -> None:
    job = await box.told_by("claude_request_async", {"prompt": WAITS, "correlationId": "mine"})
    told = await box.told_by("llm_request_result", {"correlationId": "mine"})
    assert (told["status"], told["response"]) == (job["job"]["status"], "")
    (house.home / "go").touch()
    await until(box, job["jobId"])
    told = await box.told_by("llm_request_result", {"correlationId": "mine"})
    assert told["response"] == "late"


async def test_nobody_recalls_what_another_asked(box: RunBox) -> None:
    await box.told_by("claude_request", {"prompt": OK, "correlationId": "mine"})
    told = await box.refused_by("llm_request_result", {"correlationId": "mine"}, OTHER)
    none = await box.refused_by("llm_request_result", {"correlationId": "none"}, OTHER)
    assert told["errorCategory"] == "not_found"
    assert told["error"].replace("mine", "none") == none["error"]
    may_not = replace(LOCAL, scopes=frozenset({Scope.JOBS_RUN}))
    refused = await box.refused_by("llm_request_result", {"correlationId": "mine"}, may_not)
    assert "no tool" in refused["error"]


async def test_the_gateway_tells_how_it_is(box: RunBox, house: RunHouse) -> None:
    mine = await box.told_by("claude_request_async", {"prompt": WAITS})
    while not house.asked:
        await asyncio.sleep(0.01)
    told = await box.told_by("llm_process_health")
    assert (told["runningJobs"], told["queuedJobs"]) == (1, 0)
    assert [job["id"] for job in told["jobs"]] == [mine["jobId"]]
    jobs = told["backpressure"]["jobs"]
    assert (jobs["running"], jobs["runningByProvider"], jobs["maxRunning"]) == (
        1,
        {"claude": 1},
        32,
    )
    assert jobs["saturated"] is False
    assert told["backpressure"]["httpSessions"] == {"active": 2}
    rss = told["backpressure"]["memory"]["rss"]
    assert rss is None or rss > 10_000_000
    assert told["persistence"]["dbPath"].endswith("gateway.db")
    other = await box.told_by("llm_process_health", {}, OTHER)
    assert (other["runningJobs"], other["jobs"]) == (0, [])
    assert other["backpressure"]["jobs"]["running"] == 1
    assert "/" not in orjson.dumps(other).decode()
    same = orjson.loads(await box.read("metrics://process-health", OTHER))
    assert same["jobs"] == []
    (house.home / "go").touch()
    await until(box, mine["jobId"])


async def test_how_ones_jobs_went(box: RunBox) -> None:
    empty = orjson.loads(await box.read("metrics://performance"))
    assert (empty["totalRequests"], empty["overallSuccessRate"], empty["byTool"]) == (0, None, {})
    for prompt in (OK, f"{OK}  ", "refuse 400 no"):
        await box.call("claude_request", {"prompt": prompt})
    await box.call("codex_request", {"prompt": "answer hi 1 1"})
    told = orjson.loads(await box.read("metrics://performance"))
    assert (told["totalRequests"], told["totalSuccesses"], told["totalFailures"]) == (4, 3, 1)
    assert (told["overallSuccessRate"], told["overallFailureRate"]) == (0.75, 0.25)
    claude = told["byTool"]["claude"]
    assert (claude["requestCount"], claude["successCount"], claude["failureCount"]) == (3, 2, 1)
    assert claude["averageResponseTimeMs"] >= 0
    assert list(told["byTool"]) == ["claude", "codex"]
    others = orjson.loads(await box.read("metrics://performance", OTHER))
    assert others["totalRequests"] == 0
