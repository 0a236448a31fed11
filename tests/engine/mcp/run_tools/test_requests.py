"""Request tools: runs of stand-ins for the vendors' CLIs, asked for by a client of MCP."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest

from llmgw_desktop.clis.registry import NAMES, cli_of
from llmgw_desktop.domain.access.principal import LOCAL
from llmgw_desktop.domain.cli import CliName
from llmgw_desktop.engine.mcp.listing import input_schema
from llmgw_desktop.engine.mcp.tool import Profile
from llmgw_desktop.engine.runs.fields import COMMON
from tests.engine.runs.conftest import MakeHouse, RunHouse
from tests.support.run_toolbox import OTHER, RunBox

OK = "answer hello 0.02 10 5"
WAITS = 'begin; while [ ! -e "$HOME/go" ]; do sleep 0.02; done; answer late'


async def until(box: RunBox, job_id: str, status: str = "completed") -> Any:
    while True:
        told = await box.told_by("llm_job_status", {"jobId": job_id})
        if told["job"]["status"] == status:
            return told["job"]
        await asyncio.sleep(0.02)


async def test_an_answer_with_all_that_is_known_of_it(box: RunBox) -> None:
    answer = await box.call("claude_request", {"prompt": OK, "correlationId": "c-1"})
    told = dict(answer.structured)
    assert answer.text == "hello"
    assert (told["success"], told["response"], told["status"]) == (True, "hello", "completed")
    assert (told["model"], told["cli"], told["correlationId"]) == ("claude-fake", "claude", "c-1")
    assert (told["inputTokens"], told["outputTokens"], told["cacheReadTokens"]) == (13, 5, 3)
    assert (told["costUsd"], told["exitCode"], told["retryCount"]) == (0.02, 0, 0)
    assert (told["deduped"], told["warnings"], told["resumable"]) == (False, [], True)
    assert told["sessionId"] == told["gatewaySessionId"]
    assert told["sessionId"].startswith("gws_")
    assert told["jobId"].startswith("job_")
    assert told["durationMs"] >= 0
    assert "codexSessionId" not in told


async def test_who_would_wait_while_the_program_ends_is_told_how_to_collect(
    box: RunBox, house: RunHouse
) -> None:
    house.container.runs.service.let_waits_go()
    told = await box.told_by("claude_request", {"prompt": WAITS})
    assert told["status"] == "deferred"
    (house.home / "go").touch()
    assert (await until(box, told["jobId"]))["status"] == "completed"


async def test_what_is_not_known_is_no_figure(box: RunBox) -> None:
    told = await box.told_by("codex_request", {"prompt": "answer hi 10 5"})
    assert told["response"] == "hi"
    assert told["codexSessionId"] == told["providerSessionId"]
    assert "costUsd" not in told
    assert "cacheCreationTokens" not in told


async def test_what_failed_says_why_in_the_one_shape(box: RunBox, house: RunHouse) -> None:
    told = await box.refused_by("claude_request", {"prompt": "refuse 529 'it is busy'"})
    assert (told["errorCategory"], told["retryable"]) == ("upstream_error", True)
    assert "it is busy" in told["error"]
    assert (told["cli"], told["exitCode"], told["status"]) == ("claude", 1, "failed")
    assert told["correlationId"]
    again = await box.told_by("llm_job_status", {"jobId": told["jobId"]})
    assert again["job"]["error"] == told["error"]
    assert again["job"]["errorCategory"] == "upstream_error"


async def test_a_program_that_is_not_there(box: RunBox) -> None:
    told = await box.refused_by("copilot_request", {"prompt": OK})
    assert (told["errorCategory"], told["exitCode"]) == ("spawn_error", 127)


async def test_a_long_run_is_handed_over_as_structure(make_house: MakeHouse) -> None:
    house = await make_house("sync_deadline_ms = 100")
    box = RunBox(house.container)
    answer = await box.call("claude_request", {"prompt": WAITS})
    told = answer.structured
    assert not answer.is_error
    assert (told["status"], told["cli"]) == ("deferred", "claude")
    assert told["jobId"] in told["message"]
    ways = [told[name] for name in ("pollWith", "watchWith", "collectWith", "cancelWith")]
    assert ways == ["llm_job_status", "llm_job_watch", "llm_job_result", "llm_job_cancel"]
    (house.home / "go").touch()
    await until(box, told["jobId"])
    answer = await box.call("llm_job_result", {"jobId": told["jobId"]})
    assert answer.text == "late"
    await box.close()


async def test_who_does_not_wait_gets_the_job(box: RunBox, house: RunHouse) -> None:
    told = await box.told_by("claude_request_async", {"prompt": WAITS, "correlationId": "one"})
    job = told["job"]
    assert job["status"] in ("queued", "running")
    assert (job["id"], job["exited"], job["finishedAt"]) == (told["jobId"], False, None)
    assert job["correlationId"] == "one"
    same = await box.told_by("claude_request_async", {"prompt": WAITS, "correlationId": "two"})
    assert (same["job"]["id"], same["deduped"]) == (job["id"], True)
    assert (same["correlationId"], same["originalCorrelationId"]) == ("two", "one")
    (house.home / "go").touch()
    done = await until(box, job["id"])
    assert done["finishedAt"] >= done["startedAt"] >= done["askedAt"]


async def test_who_asks_again_is_told_of_the_answer_that_is_there(box: RunBox) -> None:
    first = await box.told_by("claude_request", {"prompt": OK})
    assert "earlierJob" not in first
    again = await box.told_by("claude_request", {"prompt": OK})
    assert again["jobId"] != first["jobId"]
    assert again["earlierJob"]["id"] == first["jobId"]
    assert again["earlierJob"]["endedAt"].endswith("Z")
    assert "`replay: true`" in again["earlierJob"]["message"]
    begun = await box.told_by("claude_request_async", {"prompt": OK})
    assert begun["earlierJob"]["id"] == again["jobId"]
    replayed = await box.told_by("claude_request", {"prompt": OK, "replay": True})
    assert (replayed["deduped"], "earlierJob" in replayed) == (True, False)
    await until(box, begun["jobId"])


async def test_a_fork_of_codex_is_a_fork(box: RunBox, house: RunHouse) -> None:
    first = await box.told_by("codex_request", {"prompt": "answer one 1 1"})
    fork = await box.told_by(
        "codex_fork_session", {"prompt": "answer two 1 1", "sessionId": first["sessionId"]}
    )
    assert fork["response"] == "two"
    assert fork["sessionId"] != first["sessionId"]
    assert fork["codexSessionId"] != first["codexSessionId"]
    assert " exec fork " in house.asked[1]
    assert first["codexSessionId"] in house.asked[1]
    last = await box.told_by("codex_fork_session", {"prompt": "answer three 1 1", "forkLast": True})
    assert fork["codexSessionId"] in house.asked[2]
    assert last["sessionId"] not in (first["sessionId"], fork["sessionId"])


@pytest.mark.parametrize(
    ("fields", "field"),
    [
        ({}, "prompt"),
        ({"prompt": OK}, "sessionId"),
        ({"prompt": OK, "forkLast": True, "sessionId": "x"}, "forkLast"),
        ({"prompt": OK, "forkLast": True}, "sessionId"),
        ({"prompt": OK, "sessionId": "gws_foreign"}, "sessionId"),
        ({"prompt": OK, "sessionId": "x", "fullAuto": True}, "fullAuto"),
    ],
)
async def test_a_fork_of_nothing_starts_nothing(
    box: RunBox, house: RunHouse, fields: dict[str, Any], field: str
) -> None:
    told = await box.refused_by("codex_fork_session", fields)
    assert (told["field"], told["errorCategory"]) == (field, "invalid_input")
    assert house.asked == []


async def test_a_session_of_another_is_not_there(box: RunBox, house: RunHouse) -> None:
    first = await box.told_by("claude_request", {"prompt": OK})
    for named in (first["sessionId"], first["providerSessionId"]):
        told = await box.refused_by("claude_request", {"prompt": OK, "sessionId": named}, OTHER)
        nobodys = {"prompt": OK, "sessionId": "gws_nobodys"}
        other = await box.refused_by("claude_request", nobodys, OTHER)
        assert told["error"] == other["error"]
        assert told["field"] == "sessionId"
    assert len(house.asked) == 1


@pytest.mark.parametrize("name", NAMES)
def test_all_that_a_run_can_be_asked_is_listed(box: RunBox, name: CliName) -> None:
    cli = cli_of(name)
    tools = {tool.name: tool for tool in box.tools}
    waited, begun = tools[f"{name}_request"], tools[f"{name}_request_async"]
    listed = {each.name for each in waited.takes}
    assert listed == {each.name for each in begun.takes}
    assert {each.name for each in cli.options if not each.refused} <= listed
    left_out = {each.name for each in COMMON} - listed
    assert left_out <= {"forkSession", "continueSession", "snapshot", *waited.refuses}
    assert ("forkSession" in listed) is cli.facts.forks
    assert all(
        "items" in each.schema for each in waited.takes if each.schema.get("type") == "array"
    )
    few = set(input_schema(waited, Profile.CORE)["properties"])
    assert {"prompt", "model", "sessionId", "workingDir"} <= few
    assert len(few) <= 5


@pytest.mark.parametrize("name", NAMES)
def test_no_word_is_without_a_meaning(box: RunBox, name: CliName) -> None:
    """Here, or in the first of these tools."""
    tools = {tool.name: tool for tool in box.tools}
    first = {each.name: each.meaning for each in tools["claude_request"].takes}
    for each in tools[f"{name}_request"].takes:
        assert each.meaning or first[each.name], each.name


async def test_another_may_not_run_anything(box: RunBox, house: RunHouse) -> None:
    from dataclasses import replace

    nobody = replace(LOCAL, scopes=frozenset())
    told = await box.refused_by("claude_request", {"prompt": OK}, nobody)
    assert "no tool" in told["error"]
    assert house.asked == []
