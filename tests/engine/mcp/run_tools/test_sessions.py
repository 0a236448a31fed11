"""Tools of sessions, and their resources: each owner's alone."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import orjson
import pytest

from llmgw_desktop.domain.access.principal import Principal
from llmgw_desktop.engine.mcp.tool import NotFound
from tests.engine.runs.conftest import RunHouse
from tests.support.run_toolbox import OTHER, RunBox

OK = "answer hello 0.02 10 5"


async def test_a_session_from_its_making_to_its_end(box: RunBox, house: RunHouse) -> None:
    made = await box.told_by("session_create", {"cli": "claude", "description": "mine"})
    session = made["session"]
    assert (session["cli"], session["description"], session["isActive"]) == ("claude", "mine", True)
    assert session["createdAt"].endswith("Z")
    run = await box.told_by("claude_request", {"prompt": OK, "sessionId": session["id"]})
    assert run["sessionId"] == session["id"]
    got = (await box.told_by("session_get", {"sessionId": session["id"]}))["session"]
    assert got["providerSessionId"] == run["providerSessionId"]
    assert got["costUsd"] == 0.02
    assert [job["id"] for job in got["recentRequests"]] == [run["jobId"]]
    assert got["ownerPrincipal"] == "local"
    assert "cacheState" not in got
    latest = await box.told_by("claude_request", {"prompt": OK, "resumeLatest": True})
    assert latest["sessionId"] == session["id"]
    assert "--resume=" in house.asked[1]
    gone = await box.told_by("session_delete", {"sessionId": session["id"]})
    assert gone["sessionId"] == session["id"]
    told = await box.refused_by("session_get", {"sessionId": session["id"]})
    assert told["errorCategory"] == "not_found"


async def test_a_session_in_a_folder(box: RunBox, house: RunHouse, tmp_path: Path) -> None:
    folder = tmp_path / "work"
    folder.mkdir()
    asked = {"cli": "claude", "workingDir": str(folder)}
    made = await box.told_by("session_create", asked)
    await box.told_by("claude_request", {"prompt": OK, "sessionId": made["session"]["id"]})
    assert house.asked[0].startswith(f"{folder} ")


async def test_the_active_one_is_set_and_cleared(box: RunBox) -> None:
    one = (await box.told_by("session_create", {"cli": "claude"}))["session"]["id"]
    asked = {"cli": "claude", "setAsActive": False}
    two = (await box.told_by("session_create", asked))["session"]["id"]
    codex = (await box.told_by("session_create", {"cli": "codex"}))["session"]["id"]
    listed = await box.told_by("session_list")
    assert listed["total"] == 3
    assert (listed["activeSessions"]["claude"], listed["activeSessions"]["codex"]) == (one, codex)
    assert listed["activeSessions"]["gemini"] is None
    told = await box.told_by("session_set_active", {"cli": "claude", "sessionId": two})
    assert (told["activeSessionId"], told["session"]["isActive"]) == (two, True)
    told = await box.told_by("session_set_active", {"cli": "claude", "sessionId": None})
    assert told["activeSessionId"] is None
    listed = await box.told_by("session_list", {"cli": "claude"})
    assert (listed["total"], listed["activeSessions"]) == (2, {"claude": None})
    told = await box.refused_by("session_set_active", {"cli": "claude", "sessionId": codex})
    assert told["errorCategory"] == "not_found"
    assert "with claude" in told["error"]
    gone = await box.told_by("session_clear_all", {"cli": "claude"})
    assert gone["deletedCount"] == 2
    assert (await box.told_by("session_clear_all"))["deletedCount"] == 1


@pytest.mark.parametrize("name", ["session_get", "session_delete", "session_set_active"])
async def test_a_session_of_another_is_not_there(box: RunBox, name: str) -> None:
    mine = (await box.told_by("session_create", {"cli": "claude"}))["session"]["id"]
    more = {"cli": "claude"} if name == "session_set_active" else {}
    told = await box.refused_by(name, {"sessionId": mine, **more}, OTHER)
    nobodys = await box.refused_by(name, {"sessionId": "gws_nobodys", **more}, OTHER)
    assert told["errorCategory"] == "not_found"
    assert told["error"].replace(mine, "gws_nobodys") == nobodys["error"]
    assert (await box.told_by("session_clear_all", {}, OTHER))["deletedCount"] == 0
    assert (await box.told_by("session_list", {}, OTHER))["sessions"] == []
    assert (await box.told_by("session_get", {"sessionId": mine}))["session"]["isActive"] is True


@pytest.mark.parametrize(
    ("name", "fields", "field"),
    [
        ("session_create", {}, "cli"),
        ("session_create", {"cli": "vim"}, "cli"),
        ("session_create", {"cli": "claude", "description": "x" * 501}, "description"),
        ("session_create", {"cli": "claude", "description": "\0"}, "description"),
        ("session_create", {"cli": "claude", "workingDir": "/nope/x"}, "workingDir"),
        ("session_create", {"cli": "claude", "setAsActive": "no"}, "setAsActive"),
        ("session_list", {"cli": "vim"}, "cli"),
        ("session_get", {"sessionId": ""}, "sessionId"),
        ("session_get", {"sessionId": 3}, "sessionId"),
        ("session_delete", {}, "sessionId"),
    ],
)
async def test_what_cannot_be_asked(
    box: RunBox, name: str, fields: dict[str, Any], field: str
) -> None:
    assert (await box.refused_by(name, fields))["field"] == field
    assert (await box.told_by("session_list"))["total"] == 0


async def test_how_its_prompts_were_cached(house: RunHouse) -> None:
    async def cache_state(session_id: str, who: Principal) -> Mapping[str, Any] | None:
        return {"sessionId": session_id, "asks": who.client_id}

    box = RunBox(house.container, cache_state)
    mine = (await box.told_by("session_create", {"cli": "claude"}))["session"]["id"]
    got = await box.told_by("session_get", {"sessionId": mine})
    assert got["session"]["cacheState"] == {"sessionId": mine, "asks": "local"}
    await box.close()


async def test_resources_show_ones_own(box: RunBox) -> None:
    mine = (await box.told_by("session_create", {"cli": "claude"}))["session"]["id"]
    everything = orjson.loads(await box.read("sessions://all"))
    assert (everything["total"], everything["sessions"][0]["id"]) == (1, mine)
    assert everything["activeSessions"]["claude"] == mine
    of_cli = orjson.loads(await box.read("sessions://{cli}", cli="claude"))
    assert (of_cli["cli"], of_cli["activeSession"], of_cli["total"]) == ("claude", mine, 1)
    assert orjson.loads(await box.read("sessions://{cli}", cli="codex"))["total"] == 0
    assert orjson.loads(await box.read("sessions://all", OTHER))["total"] == 0
    with pytest.raises(NotFound):
        await box.read("sessions://{cli}", cli="vim")
