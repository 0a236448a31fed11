"""`/v1/jobs`: runs asked for over a real socket, with stand-ins for the CLIs."""

from __future__ import annotations

import asyncio
import hashlib
import os
import re
import signal
import uuid
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from llmgw_desktop.app.commands import parse
from llmgw_desktop.app.jobs import command
from llmgw_desktop.clis.claude import CLI
from llmgw_desktop.domain.access.principal import Scope
from llmgw_desktop.domain.cli import ErrorCategory, TextGrew
from llmgw_desktop.domain.jobs.run_errors import InvalidRun
from llmgw_desktop.engine.runs.fields import COMMON, RunAsked, read_fields
from llmgw_desktop.store.at_rest.files import is_encrypted_file
from tests.engine.runs.conftest import MakeHouse, RunHouse

OK = "answer hello 0.02 10 5"
_WAITS = 'begin; while [ ! -e "$HOME/go" ]; do sleep 0.02; done; answer late'


async def _until(house: RunHouse, job_id: str, state: str) -> Any:
    while True:
        _, told = await house.call("GET", f"/v1/jobs/{job_id}")
        if told["job"]["state"] == state:
            return told["job"]
        await asyncio.sleep(0.02)


async def _stream(house: RunHouse, path: str, **headers: str) -> list[tuple[str, str]]:
    """(id, event) of each frame, to the end."""
    url = house.container.gateway.status.url + path
    sent = {"Authorization": f"Bearer {house.key}", **headers}
    async with house.session.get(url, headers=sent) as answer:
        assert answer.status == 200
        assert answer.content_type == "text/event-stream"
        text = await answer.text()
    return re.findall(r"(?:id: (\d+)\n)?event: (\w+)\ndata: \{", text)


async def test_a_run_to_its_end(house: RunHouse) -> None:
    told = await house.run(OK, correlationId="c-1", model="sonnet")
    assert (told["state"], told["text"], told["exitCode"]) == ("completed", "hello", 0)
    assert (told["error"], told["deduped"], told["deferred"]) == (None, False, False)
    assert (told["model"], told["costUsd"], told["correlationId"]) == ("claude-fake", 0.02, "c-1")
    assert told["usage"]["inputTokens"] == 13  # cached ones are part of the prompt
    assert (told["usage"]["outputTokens"], told["usage"]["cacheReadTokens"]) == (5, 3)
    assert str(uuid.UUID(told["providerSessionId"])) == told["providerSessionId"]
    assert told["sessionId"].startswith("gws_")
    assert told["resumable"] is True
    assert f"--session-id={told['providerSessionId']}" in house.asked[0]
    status, again = await house.call("GET", f"/v1/jobs/{told['id']}/result")
    assert (status, again["text"], again["usage"]) == (200, "hello", told["usage"])


async def test_every_answer_about_a_job_has_one_shape(house: RunHouse) -> None:
    asked = await house.run(OK)
    path = f"/v1/jobs/{asked['id']}"
    _, result = await house.call("GET", f"{path}/result")
    _, shown = await house.call("GET", path)
    _, canceled = await house.call("POST", f"{path}/cancel", {})
    of_first_version = shown.pop("job")
    assert shown == of_first_version
    assert canceled.pop("job") == canceled
    for told in (result, shown, canceled):
        same = told.keys() & asked.keys()
        assert {name: told[name] for name in same} == {name: asked[name] for name in same}
        assert canceled.keys() <= told.keys()
    assert asked["goOn"] is asked["note"] is None


async def _jobs_command(house: RunHouse, *words: str) -> int:
    said = parse(["jobs", *words])
    return await asyncio.to_thread(command.run, said, house.container.places, {})


async def test_a_run_that_was_cut_off_is_gone_on_with(
    house: RunHouse, capsys: pytest.CaptureFixture[str]
) -> None:
    body = {"cli": "claude", "prompt": "begin; say one; sleep 1000"}
    _, told = await house.call("POST", "/v1/jobs", body)
    job = await _until(house, told["id"], "running")
    assert job["goOn"] is None
    supervisor = house.container.runs.supervisor
    while (running := supervisor.get(told["id"])).process is None:
        await asyncio.sleep(0.02)
    assert running is not None
    async for event in supervisor.watch(told["id"]):
        if isinstance(event, TextGrew):
            break
    os.killpg(running.process.group, signal.SIGKILL)
    _, result = await house.call("GET", f"/v1/jobs/{told['id']}/result")
    is_contained = bool(result["containment"]["by"])
    await supervisor.wait(told["id"], 60)
    job = await _until(house, told["id"], "failed" if is_contained else "orphaned")
    assert ("it was ended with that" in job["error"]["message"]) is is_contained
    assert job["error"]["category"] == ("interrupted" if is_contained else "orphaned")
    assert job["goOn"]["sessionId"] == job["sessionId"]
    assert await _jobs_command(house, "list") == 0
    assert job["goOn"]["message"] in capsys.readouterr().out
    more = {"cli": "claude", "prompt": "answer two", "sessionId": job["goOn"]["sessionId"]}
    _, second = await house.call("POST", "/v1/jobs", {**more, "wait": True})
    assert (second["text"], second["sessionId"]) == ("two", job["sessionId"])
    assert f"--resume={job['providerSessionId']}" in house.asked[-1]
    assert await _jobs_command(house, "show", second["id"]) == 0
    assert capsys.readouterr().out.endswith("\n\ntwo\n")
    assert await _jobs_command(house, "show", "job_none") == 1


async def test_one_whose_file_was_damaged_is_told_so_in_the_stream(house: RunHouse) -> None:
    told = await house.run("answer one")
    runs = house.container.runs
    stdout = runs.job_folders.kept(told["id"]).stdout
    while not is_encrypted_file(stdout):
        assert await asyncio.to_thread(runs.supervisor.ended_files.settled, 60.0)
        await asyncio.sleep(0.01)
    whole = stdout.read_bytes()
    stdout.write_bytes(whole[:-1] + bytes([whole[-1] ^ 1]))
    url = f"{house.container.gateway.status.url}/v1/jobs/{told['id']}/events"
    headers = {"Authorization": f"Bearer {house.key}"}
    async with house.session.get(url, headers=headers) as answer:
        assert "was damaged, cut or moved" in await answer.text()
    status, refused = await house.call("GET", f"/v1/jobs/{told['id']}/result")
    assert (status, refused["error"]["code"]) == (500, "vault_entry_broken")


async def test_a_run_that_fails_says_why(house: RunHouse) -> None:
    told = await house.run("refuse 529 'it is busy'")
    assert told["state"] == "failed"
    error = told["error"]
    assert "it is busy" in error["message"]
    assert (error["category"], error["retryable"], error["exitCode"]) == ("upstream_error", True, 1)


async def test_who_does_not_wait_hears_it_all_the_same(house: RunHouse) -> None:
    body = {"cli": "claude", "prompt": "begin; say one; sleep 0.2; say two; answer three"}
    status, told = await house.call("POST", "/v1/jobs", body)
    assert (status, told["deferred"]) == (202, True)
    assert told["providerSessionId"]
    job_id = told["id"]
    heard = await _stream(house, f"/v1/jobs/{job_id}/events")
    kinds = [kind for _, kind in heard]
    assert (kinds[0], kinds[-2:]) == ("job", ["ended", "job"])
    assert kinds.count("text") == 3
    assert [int(number) for number, _ in heard if number] == list(range(1, len(heard) - 1))
    rest = await _stream(house, f"/v1/jobs/{job_id}/events?after=2")
    assert [each for each in rest if each[0]] == [each for each in heard if each[0]][2:]
    same = await _stream(house, f"/v1/jobs/{job_id}/events", **{"Last-Event-ID": "2"})
    assert same == rest
    status, told = await house.call("GET", f"/v1/jobs/{job_id}/events?after={'9' * 5000}")
    assert (status, told["error"]["field"]) == (400, "after")
    _, result = await house.call("GET", f"/v1/jobs/{job_id}/result")
    assert result["text"] == "three"


async def test_a_listener_hears_that_a_silent_run_goes_on(
    house: RunHouse, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("llmgw_desktop.engine.front.jobs_door.SIGN_OF_LIFE_S", 0.05)
    body = {"cli": "claude", "prompt": _WAITS}
    _, told = await house.call("POST", "/v1/jobs", body)
    url = f"{house.container.gateway.status.url}/v1/jobs/{told['id']}/events"
    async with house.session.get(url, headers={"Authorization": f"Bearer {house.key}"}) as answer:
        while await answer.content.readline() != b": goes on\n":
            pass
        (house.home / "go").touch()
        rest = await answer.content.read()
    assert rest.count(b"event: ended") == 1


async def test_a_long_run_is_handed_over(make_house: MakeHouse) -> None:
    house = await make_house("sync_deadline_ms = 100")
    told = await house.run(_WAITS)
    assert (told["deferred"], told["state"], told["error"]) == (True, "running", None)
    (house.home / "go").touch()
    await _until(house, told["id"], "completed")


@pytest.mark.parametrize(
    ("fields", "field", "category"),
    [
        ({"prompt": OK, "nonsense": 1}, "nonsense", "invalid_input"),
        ({}, "prompt", "invalid_input"),
        ({"prompt": ""}, "prompt", "invalid_input"),
        ({"prompt": 7}, "prompt", "invalid_input"),
        ({"prompt": "a\0b"}, "prompt", "invalid_input"),
        ({"prompt": OK, "promptParts": {"task": OK}}, "promptParts", "invalid_input"),
        ({"promptParts": {"system": "x"}}, "promptParts", "invalid_input"),
        ({"promptParts": {"task": OK, "other": "x"}}, "promptParts", "invalid_input"),
        ({"prompt": OK, "cli": "vim"}, "cli", "invalid_input"),
        ({"prompt": OK, "cli": None}, "cli", "invalid_input"),
        ({"prompt": OK, "wait": "yes"}, "wait", "invalid_input"),
        ({"prompt": OK, "model": "-x"}, "model", "invalid_input"),
        ({"prompt": OK, "workingDir": "/nope/x"}, "workingDir", "invalid_input"),
        ({"prompt": OK, "workingDir": "x"}, "workingDir", "invalid_input"),
        ({"prompt": OK, "workingDir": "/tmp\0"}, "workingDir", "invalid_input"),
        ({"prompt": OK, "addDir": ["/nope/x"]}, "addDir", "invalid_input"),
        ({"prompt": OK, "systemPromptFile": "there.md"}, "systemPromptFile", "invalid_input"),
        ({"prompt": OK, "permissionMode": "all"}, "permissionMode", "invalid_input"),
        ({"prompt": OK, "allowedTools": ["--x"]}, "allowedTools", "invalid_input"),
        ({"prompt": OK, "allowedTools": ["x" * 140_000]}, "allowedTools", "input_too_large"),
        ({"prompt": OK, "sessionId": "gws_1"}, "sessionId", "invalid_input"),
        ({"prompt": OK, "sessionId": "no-uuid"}, "sessionId", "invalid_input"),
        ({"prompt": OK, "sessionId": "x", "resumeLatest": True}, "sessionId", "invalid_input"),
        ({"prompt": OK, "continueSession": True}, "sessionId", "invalid_input"),
        ({"prompt": OK, "forkSession": True}, "forkSession", "invalid_input"),
        (
            {"prompt": OK, "sessionId": "x", "createNewSession": True},
            "createNewSession",
            "invalid_input",
        ),
        ({"prompt": OK, "idleTimeoutMs": 5}, "idleTimeoutMs", "invalid_input"),
        ({"prompt": OK, "correlationId": "a\nb"}, "correlationId", "invalid_input"),
        ({"prompt": OK, "approvalStrategy": "managed"}, "approvalStrategy", "invalid_input"),
        ({"prompt": OK, "approvalPolicy": "lax"}, "approvalPolicy", "invalid_input"),
        ({"prompt": OK, "mcpServers": "sqry"}, "mcpServers", "invalid_input"),
        (
            {"prompt": OK, "mcpServers": ["sqry"], "strictMcpConfig": True},
            "mcpServers",
            "invalid_input",
        ),
        (
            {"prompt": OK, "requestInstructions": "x" * 16_385},
            "requestInstructions",
            "invalid_input",
        ),
        ({"prompt": OK, "worktree": "x"}, "worktree", "invalid_input"),
        ({"prompt": OK, "worktree": {"name": "../x"}}, "worktree", "invalid_input"),
        ({"prompt": OK, "worktree": {"name": "x.lock"}}, "worktree", "invalid_input"),
        ({"prompt": OK, "worktree": {"ref": "--output=x"}}, "worktree", "invalid_input"),
        ({"prompt": OK, "worktree": {"path": "/"}}, "worktree", "invalid_input"),
        ({"prompt": OK, "forceRefresh": True, "replay": True}, "replay", "invalid_input"),
    ],
)
@pytest.mark.asyncio(loop_scope="module")
async def test_what_cannot_be_asked_makes_nothing(
    idle_house: RunHouse, fields: dict[str, Any], field: str, category: str
) -> None:
    house = idle_house
    status, error = await house.refused(**fields)
    assert status == (413 if category == "input_too_large" else 400)
    assert (error["field"], error["category"], error["retryable"]) == (field, category, False)
    assert (error["param"], error["code"]) == (field, "invalid_run")
    assert field in error["message"]
    assert await house.call("GET", "/v1/jobs") == (200, {"total": 0, "jobs": []})
    assert (await house.call("GET", "/v1/sessions"))[1]["total"] == 0
    folder = house.container.places.jobs_folder
    assert not folder.exists() or not any(folder.iterdir())
    assert house.asked == []
    assert house.closed == []


async def test_null_and_false_are_nothing_that_was_asked(house: RunHouse) -> None:
    told = await house.run(
        OK, sessionId=None, resumeLatest=False, mcpServers=[], worktree=False, approvalPolicy=None
    )
    assert told["state"] == "completed"


async def test_a_missing_program_is_a_job_that_failed(make_house: MakeHouse) -> None:
    house = await make_house()
    told = await house.run(OK, cli="copilot")
    assert (told["state"], told["error"]["exitCode"]) == ("failed", 127)
    assert told["error"]["category"] == "spawn_error"


async def test_the_same_request_joins_the_run_that_it_has(house: RunHouse) -> None:
    body = {"cli": "claude", "prompt": _WAITS}
    _, first = await house.call("POST", "/v1/jobs", body)
    _, second = await house.call("POST", "/v1/jobs", body | {"correlationId": "other"})
    assert (second["id"], second["deduped"]) == (first["id"], True)
    assert second["sessionId"] == first["sessionId"]
    assert second["correlationId"] == "other"
    _, third = await house.call("POST", "/v1/jobs", body | {"forceRefresh": True})
    assert third["id"] != first["id"]
    (house.home / "go").touch()
    for each in (first, third):
        await _until(house, each["id"], "completed")
    told = await house.run(_WAITS)  # may have changed files
    assert told["deduped"] is False
    told = await house.run(_WAITS, replay=True)
    assert told["deduped"] is True
    assert (await house.call("GET", "/v1/sessions"))[1]["total"] == 3


async def test_what_was_done_a_moment_ago_is_told_and_not_given_unasked(house: RunHouse) -> None:
    """It may have changed files: run again, and said so with the way to have its answer."""
    first = await house.run(OK)
    assert first["earlierJob"] is None
    again = await house.run(OK)
    earlier = again["earlierJob"]
    assert (again["deduped"], again["id"] == first["id"]) == (False, False)
    assert (earlier["id"], earlier["endedAt"]) == (first["id"], first["endedAt"])
    assert 0 <= earlier["endedAgoS"] < 600
    assert first["id"] in earlier["message"]
    assert "may have changed files" in earlier["message"]
    assert "`replay: true`" in earlier["message"]
    given = await house.run(OK, replay=True)
    assert (given["deduped"], given["id"], given["earlierJob"]) == (True, again["id"], None)
    assert given["text"] == first["text"]
    for fields in ({"forceRefresh": True}, {"permissionMode": "plan"}):
        assert (await house.run(OK, **fields))["earlierJob"] is None
    # what changes nothing is given at once
    told = await house.run(OK, permissionMode="plan")
    assert (told["deduped"], told["earlierJob"]) == (True, None)
    body = {"sessionId": first["sessionId"]}
    await house.run("answer on 1 1", **body)
    told = await house.run("answer on 1 1", **body)
    assert told["earlierJob"]["id"]


async def test_a_job_is_canceled_and_deleted(house: RunHouse) -> None:
    _, told = await house.call("POST", "/v1/jobs", {"cli": "claude", "prompt": _WAITS})
    path = f"/v1/jobs/{told['id']}"
    status, refused = await house.call("DELETE", path)
    assert (status, refused["error"]["code"]) == (409, "job_still_live")
    status, canceled = await house.call("POST", f"{path}/cancel", {})
    assert (status, canceled["job"]["state"]) == (200, "canceled")
    assert canceled["job"]["error"]["category"] == "canceled"
    assert await house.call("DELETE", path) == (200, {"ok": True, "id": told["id"]})
    for rest in ("", "/result", "/events"):
        status, gone = await house.call("GET", path + rest)
        assert (status, gone["error"]["code"]) == (404, "no_such_job")


async def test_others_do_not_find_a_job(house: RunHouse) -> None:
    told = await house.run(OK)
    other = house.client("other", Scope.JOBS_RUN)
    path = f"/v1/jobs/{told['id']}"
    for method, rest in (
        ("GET", ""),
        ("GET", "/result"),
        ("GET", "/events"),
        ("POST", "/cancel"),
        ("DELETE", ""),
    ):
        body = {} if method == "POST" else None
        missing = await house.call(method, f"/v1/jobs/job_none{rest}", body, key=other)
        status, refused = await house.call(method, path + rest, body, key=other)
        assert (status, refused["error"]["code"]) == (404, "no_such_job")
        assert str(missing).replace("job_none", told["id"]) == str((status, refused))
    assert (await house.call("GET", "/v1/jobs", key=other))[1]["total"] == 0
    assert (await house.run(OK, key=other))["deduped"] is False


async def test_a_list_is_narrowed(house: RunHouse) -> None:
    await house.run("refuse 529 no")
    await house.run(OK)
    await house.run("answer hi 1 1", cli="codex")

    async def count(query: str) -> int:
        status, told = await house.call("GET", f"/v1/jobs{query}")
        assert status == 200
        return len(told["jobs"])

    assert await count("") == 3
    assert await count("?cli=codex") == 1
    assert await count("?state=failed") == 1
    assert await count("?state=failed,completed&cli=claude") == 2
    assert await count("?limit=1") == 1
    for query in ("?cli=vim", "?state=odd", "?limit=0", "?limit=x", "?limit=-1"):
        status, told = await house.call("GET", f"/v1/jobs{query}")
        assert (status, told["error"]["category"]) == (400, "invalid_input")


async def test_only_who_may(house: RunHouse) -> None:
    plain, runner = house.client("plain"), house.client("runner", Scope.JOBS_RUN)
    for path in ("/v1/jobs", "/v1/jobs/x", "/v1/jobs/x/events", "/v1/sessions", "/v1/sessions/x"):
        for key, statuses in ((plain, {403}), (runner, {200, 404}), ("llmgw-wrong", {401})):
            status, told = await house.call("GET", path, key=key)
            assert status in statuses, told


async def test_a_paused_gateway_starts_nothing_and_shows_all(house: RunHouse) -> None:
    _, told = await house.call("POST", "/v1/jobs", {"cli": "claude", "prompt": _WAITS})
    house.container.gateway.pause()
    status, refused = await house.refused(prompt=OK)
    assert (status, refused["code"]) == (503, "gateway_closed")
    status, _ = await house.call("POST", f"/v1/jobs/{told['id']}/cancel", {})
    assert status == 200


async def test_prompt_parts_and_blanks(house: RunHouse) -> None:
    parts = {"system": "true", "context": ":", "task": OK, "cacheControl": {"system": True}}
    told = await house.run(None, promptParts=parts, cli="codex")
    assert [each["code"] for each in told["warnings"]] == ["cache_control_noop"]
    assert told["title"] == "true"
    told = await house.run(f"true   \n\n\n\n{OK}", optimizePrompt=True)
    assert told["compression"] == {
        "prompt": {"tokensBefore": 9, "tokensAfter": 7},
        "estimated": True,
    }
    folders = house.container.runs.supervisor._parts.folders
    asked = folders.asked(folders.find(told["id"]))
    assert asked.request.prompt == f"true\n\n{OK}"


async def test_an_answer_is_made_shorter_and_it_is_told_by_how_much(house: RunHouse) -> None:
    said = "answer 'Sure!\\n\\n\\n\\nIt is   blue.\\n\\n'"
    whole = await house.run(said, permissionMode="plan")
    assert whole["compression"] is None
    told = await house.run(said, permissionMode="plan", optimizeResponse=True)
    assert told["id"] != whole["id"], "its answer is another one"
    assert whole["text"].rstrip() == "Sure!\n\n\n\nIt is   blue."
    assert told["text"] == "It is blue."
    saving = told["compression"]["response"]
    assert (saving["tokensAfter"], told["compression"]["estimated"]) == (3, True)
    assert saving["tokensBefore"] > 3
    _, later = await house.call("GET", f"/v1/jobs/{told['id']}/result")
    assert (later["text"], later["compression"]) == (told["text"], told["compression"])
    while told["flightId"] not in [flight.id for flight in house.closed]:
        await asyncio.sleep(0.02)
    (flight,) = [flight for flight in house.closed if flight.id == told["flightId"]]
    assert flight.prompt_facts is not None
    assert flight.prompt_facts.answer_saving is not None
    assert flight.prompt_facts.answer_saving.after_tokens == 3


async def test_the_stable_beginning_stands_in_the_job_and_in_the_flight(house: RunHouse) -> None:
    parts = {"system": "true", "task": OK, "cacheControl": {"system": True}}
    told = await house.run(None, promptParts=parts, cli="codex")
    job = house.container.runs.supervisor.get(told["id"])
    assert job is not None
    assert job.prompt_facts.stable_prefix_hash == hashlib.sha256(b"true").hexdigest()
    while not house.closed:
        await asyncio.sleep(0.02)
    assert house.closed[0].prompt_facts == job.prompt_facts
    read = house.container.recording.reader.record
    while (kept := await asyncio.to_thread(read, job.flight_id)) is None or kept.summary.is_running:
        await asyncio.sleep(0.02)
    assert kept.summary.prompt_facts == job.prompt_facts


_JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=8,
)
_NAMES = st.sampled_from([each.name for each in (*COMMON, *CLI.options)]) | st.text()


@given(st.dictionaries(_NAMES, _JSON, max_size=6))
def test_fields_of_any_kind_are_understood_or_refused_by_name(fields: dict[str, Any]) -> None:
    refused: InvalidRun | None = None
    asked: RunAsked | None = None
    try:
        asked = read_fields(CLI, fields)
    except InvalidRun as error:
        refused = error
    if refused is not None:
        assert refused.field
        assert refused.category is ErrorCategory.INVALID_INPUT
    else:
        assert asked is not None
        assert asked.prompt
        assert not (set(asked.options) & {each.name for each in COMMON} - {"promptParts"})
