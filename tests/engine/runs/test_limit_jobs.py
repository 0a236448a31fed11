"""Jobs at a limit, as a client of the doors has them: parked, seen, gone on with, moved."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest

from llmgw_desktop.domain.access.principal import Scope
from tests.engine.runs.conftest import RunHouse

LIMITED = "begin; say working; refuse 429 'usage limit, try again in 2 hours'"
CODEX = "answer taken-over 10 2"


async def parked(house: RunHouse, **fields: Any) -> Any:
    body = {"cli": "claude", "prompt": LIMITED, "limitWait": "on", **fields}
    _, told = await house.call("POST", "/v1/jobs", body)
    for _ in range(600):
        _, now = await house.call("GET", f"/v1/jobs/{told['id']}")
        if now["state"] != "running" and now["state"] != "queued":
            assert now["state"] == "parked", now
            return now
        await asyncio.sleep(0.05)
    raise AssertionError(now)


async def test_it_is_seen_and_goes_on_when_told(house: RunHouse) -> None:
    (house.home / "goes-on").write_text("answer went-on")
    told = await parked(house)
    wait = told["limitWait"]
    assert wait["isKnown"]
    assert wait["until"] - wait["since"] == pytest.approx(7202, abs=5)
    assert "try again in 2 hours" in wait["reason"]
    _, listed = await house.call("GET", "/v1/jobs?state=parked")
    assert [each["limitWait"] for each in listed["jobs"]] == [wait]
    status, _ = await house.call("POST", f"/v1/jobs/{told['id']}/go-on", {"now": True})
    assert status == 200
    status, refused = await house.call("POST", f"/v1/jobs/{told['id']}/go-on", {})
    assert (status, refused["error"]["code"]) == (409, "job_not_parked")
    for _ in range(600):
        _, ended = await house.call("GET", f"/v1/jobs/{told['id']}/result")
        if ended["endedAt"]:
            break
        await asyncio.sleep(0.05)
    assert (ended["state"], ended["text"]) == ("completed", "went-on")
    assert ended["providerSessionId"] == told["providerSessionId"]
    assert ended["usage"]["inputTokens"] == 13


async def test_one_that_is_asked_for_meanwhile_waits_unbegun(house: RunHouse) -> None:
    await parked(house)
    later = await parked(house, prompt="answer never-begun")
    assert (later["startedAt"], later["retryCount"]) == (None, 0)
    assert later["limitWait"]["isKnown"]
    body = {"cli": "claude", "prompt": "answer no", "limitWait": "off"}
    status, refused = await house.call("POST", "/v1/jobs", body)
    assert (status, refused["error"]["code"]) == (503, "cli_resting")
    await house.call("POST", f"/v1/jobs/{later['id']}/go-on", {"now": True})
    for _ in range(600):
        _, ended = await house.call("GET", f"/v1/jobs/{later['id']}/result")
        if ended["endedAt"]:
            break
        await asyncio.sleep(0.05)
    assert (ended["state"], ended["text"]) == ("completed", "never-begun")


async def test_another_cli_goes_on_with_it_and_is_told_what_is_shown_first(house: RunHouse) -> None:
    told = await parked(house)
    path = f"/v1/jobs/{told['id']}/move"
    status, shown = await house.call("POST", path, {"cli": "codex"})
    assert status == 200
    assert LIMITED in shown["prompt"]
    assert "working" in shown["prompt"]
    _, still = await house.call("GET", f"/v1/jobs/{told['id']}")
    assert still["state"] == "parked"
    for body, field in (
        ({"cli": "claude", "prompt": "x"}, "cli"),
        ({"cli": "nobody"}, "cli"),
        ({"cli": "codex", "prompt": 5}, "prompt"),
    ):
        status, refused = await house.call("POST", path, body)
        assert (status, refused["error"]["field"]) == (400, field), refused
    status, moved = await house.call("POST", path, {"cli": "codex", "prompt": CODEX})
    assert (status, moved["cli"]) == (202, "codex")
    _, old = await house.call("GET", f"/v1/jobs/{told['id']}")
    assert old["state"] == "canceled"
    for _ in range(600):
        _, ended = await house.call("GET", f"/v1/jobs/{moved['id']}/result")
        if ended["endedAt"]:
            break
        await asyncio.sleep(0.05)
    assert (ended["state"], ended["text"]) == ("completed", "taken-over")
    status, refused = await house.call("POST", f"/v1/jobs/{told['id']}/go-on", {"now": True})
    assert (status, refused["error"]["code"]) == (409, "job_not_parked")
    status, again = await house.call("POST", path, {"cli": "codex"})
    assert status == 200, "it can be handed over once more"
    assert "```\nworking\n```" in again["prompt"]
    _, said = await house.call("GET", f"/v1/jobs/{told['id']}/result")
    assert said["text"] == "working", "what it said before it was parked"


async def test_others_do_not_find_it(house: RunHouse) -> None:
    told = await parked(house)
    other = house.client("other", Scope.JOBS_RUN)
    for verb, body in (("go-on", {"now": True}), ("move", {"cli": "codex"})):
        path = f"/v1/jobs/{told['id']}/{verb}"
        status, gone = await house.call("POST", path, body, key=other)
        assert (status, gone["error"]["code"]) == (404, "no_such_job")
