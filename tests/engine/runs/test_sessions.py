"""Sessions: gone on with by real resumes, forks and continuations, each its owner's alone."""

from __future__ import annotations

import asyncio
import uuid
from pathlib import Path
from typing import Any

import pytest

from llmgw_desktop.domain.access.principal import Scope
from tests.engine.runs.conftest import MakeHouse, RunHouse

OK = "answer hello 0.02 10 5"
WAITS = 'begin; while [ ! -e "$HOME/go" ]; do sleep 0.02; done; answer late'


def _folder(line: str) -> Path:
    return Path(line.split()[0])


async def _sessions(house: RunHouse, query: str = "", *, key: str = "") -> Any:
    status, told = await house.call("GET", f"/v1/sessions{query}", key=key)
    assert status == 200, told
    return told


@pytest.mark.parametrize("name", ["sessionId", "providerSessionId"])
async def test_a_session_goes_on_by_either_id(house: RunHouse, name: str) -> None:
    first = await house.run(f"touch kept; {OK}")
    again = await house.run("[ -e kept ] && answer more 0.05 20 7", sessionId=first[name])
    assert again["sessionId"] == first["sessionId"]
    assert again["providerSessionId"] == first["providerSessionId"]
    begun, resumed = house.asked
    assert f"--resume={first['providerSessionId']}" in resumed
    # CLIs find their sessions in the folder where these began.
    assert _folder(begun) == _folder(resumed)
    assert _folder(begun).is_dir()
    # Its cost is told for the whole session: 0.05 less 0.02.
    assert again["costUsd"] == pytest.approx(0.03)
    assert again["usage"]["inputTokens"] == 23
    _, told = await house.call("GET", f"/v1/sessions/{first['sessionId']}")
    assert told["session"]["costUsd"] == pytest.approx(0.05)
    assert told["session"]["usage"]["outputTokens"] == 12
    assert "hello" not in str(told)


async def test_a_fork_is_a_session_of_its_own(house: RunHouse) -> None:
    first = await house.run(OK)
    fork = await house.run("answer fork 0.06", sessionId=first["sessionId"], forkSession=True)
    assert fork["sessionId"] != first["sessionId"]
    assert fork["providerSessionId"] not in (None, first["providerSessionId"])
    assert fork["costUsd"] == pytest.approx(0.04)
    assert "--fork-session" in house.asked[1]
    assert _folder(house.asked[0]) == _folder(house.asked[1])
    more = await house.run("answer more 0.07", sessionId=fork["sessionId"])
    assert more["costUsd"] == pytest.approx(0.01)
    same = await house.run("answer same 0.03", sessionId=first["sessionId"])
    assert same["costUsd"] == pytest.approx(0.01)


async def test_the_last_one_is_gone_on_with(house: RunHouse, tmp_path: Path) -> None:
    folder = tmp_path / "project"
    folder.mkdir()
    there = await house.run(OK, workingDir=str(folder))
    elsewhere = await house.run(OK)
    last = await house.run("answer a", continueSession=True)
    assert last["sessionId"] == elsewhere["sessionId"]
    in_folder = await house.run("answer b", resumeLatest=True, workingDir=str(folder))
    assert in_folder["sessionId"] == there["sessionId"]
    assert _folder(house.asked[3]) == folder
    by_id = await house.run("answer c", sessionId=there["sessionId"])
    assert by_id["workingDir"] == str(folder)
    await house.call("POST", f"/v1/sessions/{elsewhere['sessionId']}/activate", {})
    active = await house.run("answer d", continueSession=True)
    assert active["sessionId"] == elsewhere["sessionId"]
    status, error = await house.refused(prompt="answer x", cli="codex", resumeLatest=True)
    assert (status, error["field"]) == (400, "sessionId")


async def test_none_is_taken_up_by_surprise(house: RunHouse) -> None:
    status, made = await house.call(
        "POST", "/v1/sessions", {"cli": "claude", "description": "mine"}
    )
    assert (status, made["session"]["isActive"]) == (201, True)
    told = await house.run(OK)
    assert told["sessionId"] != made["session"]["id"]
    assert (await _sessions(house))["activeSessions"] == {"claude": made["session"]["id"]}
    new = await house.run(OK, createNewSession=True)
    assert (await _sessions(house))["activeSessions"] == {"claude": new["sessionId"]}


async def test_a_session_that_was_made_begins_with_its_first_run(house: RunHouse) -> None:
    _, made = await house.call("POST", "/v1/sessions", {"cli": "claude", "setAsActive": False})
    named = made["session"]["id"]
    assert made["session"]["providerSessionId"] is None
    status, error = await house.refused(prompt=OK, sessionId=named, forkSession=True)
    assert (status, error["field"]) == (400, "sessionId")
    first = await house.run(OK, sessionId=named)
    assert (first["sessionId"], "--session-id=" in house.asked[0]) == (named, True)
    assert first["costUsd"] == 0.02
    again = await house.run("answer again 0.05", sessionId=named)
    assert f"--resume={first['providerSessionId']}" in house.asked[1]
    assert again["costUsd"] == pytest.approx(0.03)


async def test_where_nothing_began_the_next_run_begins(house: RunHouse) -> None:
    first = await house.run("refuse 401 'Invalid API key'")
    assert first["error"]["category"] == "auth_error"
    house.container.health.reset("claude-cli")  # the person has signed in
    second = await house.run(OK, sessionId=first["sessionId"])
    assert "--session-id=" in house.asked[1]
    assert (second["state"], second["sessionId"]) == ("completed", first["sessionId"])


async def test_a_run_that_keeps_no_session_has_none(house: RunHouse) -> None:
    told = await house.run(OK, noSessionPersistence=True)
    assert (told["sessionId"], told["resumable"]) == (None, False)
    assert (await _sessions(house))["total"] == 0
    kept = await house.run("answer x")
    status, error = await house.refused(
        prompt=OK, sessionId=kept["sessionId"], noSessionPersistence=True
    )
    assert (status, error["field"]) == (400, "sessionId")


async def test_two_runs_at_once_in_one_session(house: RunHouse) -> None:
    first = await house.run(OK)
    body = {"cli": "claude", "prompt": WAITS, "sessionId": first["sessionId"]}
    _, live = await house.call("POST", "/v1/jobs", body)
    _, joined = await house.call("POST", "/v1/jobs", body)
    assert (joined["id"], joined["deduped"]) == (live["id"], True)
    for name in (first["sessionId"], first["providerSessionId"]):
        status, error = await house.refused(prompt="answer other", sessionId=name)
        assert (status, error["code"], error["field"]) == (409, "session_busy", "sessionId")
        assert (error["retryable"], live["id"] in error["message"]) == (True, True)
    while len(house.asked) < 2:
        await asyncio.sleep(0.02)
    fork = await house.run("answer f", sessionId=first["sessionId"], forkSession=True)
    assert fork["state"] == "completed"
    assert _folder(house.asked[1]).is_dir(), "the other run works in it"
    (house.home / "go").touch()
    while (await house.call("GET", f"/v1/jobs/{live['id']}"))[1]["job"]["state"] != "completed":
        await asyncio.sleep(0.02)
    more = await house.run("answer other", sessionId=first["sessionId"])
    assert more["state"] == "completed"


async def test_others_cannot_name_it(house: RunHouse) -> None:
    mine = await house.run(OK)
    other = house.client("other", Scope.JOBS_RUN)
    for name in (mine["sessionId"], mine["providerSessionId"], str(uuid.uuid4())):
        for extra in ({}, {"forkSession": True}):
            status, error = await house.refused(key=other, prompt=OK, sessionId=name, **extra)
            assert (status, error["field"]) == (400, "sessionId")
            assert error["message"].startswith("sessionId: there is no such session of yours")
    status, error = await house.refused(
        key=other, prompt=OK, resumeLatest=True, workingDir=str(house.home)
    )
    assert (status, error["field"]) == (400, "sessionId")
    for method, rest in (
        ("GET", ""),
        ("DELETE", ""),
        ("POST", "/activate"),
        ("POST", "/deactivate"),
    ):
        for name in (mine["sessionId"], mine["providerSessionId"]):
            body = {} if method == "POST" else None
            path = f"/v1/sessions/{name}{rest}"
            status, told = await house.call(method, path, body, key=other)
            assert (status, told["error"]["code"]) == (404, "no_such_session")
    assert (await house.call("DELETE", "/v1/sessions", key=other))[1]["deleted"] == 0
    theirs = await house.run("answer x", key=other)
    # Nor may the person at the computer take up what another client's session is.
    status, _ = await house.refused(prompt=OK, sessionId=theirs["providerSessionId"])
    assert status == 400
    assert len(house.asked) == 2


async def test_the_person_may_go_on_with_what_a_terminal_began(house: RunHouse) -> None:
    native = str(uuid.uuid4())
    told = await house.run("answer x 0.05", sessionId=native)
    assert (told["providerSessionId"], told["resumable"]) == (native, True)
    assert f"--resume={native}" in house.asked[0]
    # What it had cost before nobody told.
    assert told["costUsd"] is None
    assert told["usage"]["outputTokens"] == 5
    again = await house.run("answer y 0.07", sessionId=told["sessionId"])
    assert again["costUsd"] == pytest.approx(0.02)


async def test_sessions_are_listed_deleted_and_cleared(house: RunHouse) -> None:
    one = await house.run(f"touch kept; {OK}")
    two = await house.run("answer two 1 1", cli="codex")
    told = await _sessions(house)
    assert [each["id"] for each in told["sessions"]] == [two["sessionId"], one["sessionId"]]
    assert (await _sessions(house, "?cli=codex"))["total"] == 1
    folder = _folder(house.asked[0])
    assert folder.is_dir()
    assert not _folder(house.asked[1]).exists(), "an empty one is kept for nothing"
    status, gone = await house.call("DELETE", f"/v1/sessions/{one['sessionId']}")
    assert (status, gone["id"], folder.exists()) == (200, one["sessionId"], False)
    status, _ = await house.refused(prompt=OK, sessionId=one["sessionId"])
    assert status == 400
    assert (await house.call("DELETE", "/v1/sessions?cli=claude"))[1]["deleted"] == 0
    assert (await house.call("DELETE", "/v1/sessions"))[1]["deleted"] == 1
    assert (await _sessions(house))["total"] == 0


async def test_one_that_is_deleted_while_it_runs_stays_deleted(house: RunHouse) -> None:
    _, live = await house.call("POST", "/v1/jobs", {"cli": "claude", "prompt": WAITS})
    while not house.asked:
        await asyncio.sleep(0.02)
    await house.call("DELETE", f"/v1/sessions/{live['sessionId']}")
    assert _folder(house.asked[0]).is_dir()
    (house.home / "go").touch()
    while (await house.call("GET", f"/v1/jobs/{live['id']}"))[1]["job"]["state"] != "completed":
        await asyncio.sleep(0.02)
    assert (await _sessions(house))["total"] == 0
    assert not _folder(house.asked[0]).exists()


async def test_one_that_nobody_uses_is_forgotten(make_house: MakeHouse) -> None:
    house = await make_house(env={"SESSION_TTL": "60"})
    told = await house.run(f"touch kept; {OK}")
    sessions = house.container.runs.service.sessions
    now_s = sessions._clock.now_s()

    class Later:
        def now_s(self) -> float:
            return now_s + 3600

        monotonic_s = now_s

    sessions._clock = Later()
    assert (await _sessions(house))["total"] == 0
    status, _ = await house.call("GET", f"/v1/sessions/{told['sessionId']}")
    assert status == 404
    status, error = await house.refused(prompt="answer x", sessionId=told["sessionId"])
    assert (status, error["field"]) == (400, "sessionId")
    assert not _folder(house.asked[0]).exists()


@pytest.mark.parametrize(
    ("fields", "field"),
    [
        ({}, "cli"),
        ({"cli": "vim"}, "cli"),
        ({"cli": "claude", "x": 1}, "x"),
        ({"cli": "claude", "description": 1}, "description"),
        ({"cli": "claude", "description": "a\0"}, "description"),
        ({"cli": "claude", "description": "a" * 501}, "description"),
        ({"cli": "claude", "workingDir": "/nope/x"}, "workingDir"),
        ({"cli": "claude", "setAsActive": 1}, "setAsActive"),
    ],
)
async def test_sessions_that_cannot_be_made(
    house: RunHouse, fields: dict[str, Any], field: str
) -> None:
    status, told = await house.call("POST", "/v1/sessions", fields)
    assert (status, told["error"]["field"]) == (400, field)
    assert (await _sessions(house))["total"] == 0


async def test_activating_and_the_opposite(house: RunHouse) -> None:
    one, two = await house.run("answer one"), await house.run("answer two")
    for each in (one, two):
        path = f"/v1/sessions/{each['sessionId']}"
        _, told = await house.call("POST", f"{path}/activate", {})
        assert told["session"]["isActive"] is True
    assert (await _sessions(house))["activeSessions"] == {"claude": two["sessionId"]}
    for each in (one, two):
        path = f"/v1/sessions/{each['sessionId']}"
        await house.call("POST", f"{path}/deactivate", {})
    assert (await _sessions(house))["activeSessions"] == {}
