"""Runs that are signed in out of the vault, asked for at the gateway's doors."""

from __future__ import annotations

import asyncio
import json
from typing import Any

import pytest

from llmgw_desktop.domain.vault import EntryKind, address
from llmgw_desktop.store.vault.master_key import VARIABLE
from tests.engine.runs.conftest import MakeHouse, RunHouse

SHOW = 'answer "$(cat "$HOME/.codex/auth.json" | tr -d \'{}\\"\')" 1 2'
NEW = '{"refresh": "r2"}'


@pytest.fixture
async def house(make_house: MakeHouse) -> RunHouse:
    made: RunHouse = await make_house(env={VARIABLE: "ab" * 32, "OPENAI_API_KEY": "sk-persons"})
    config = made.container.places.config_file
    config.write_text(config.read_text() + 'vault = "work"\n')
    made.container.check_settings()
    return made


def put(house: RunHouse, text: str, project: str = "") -> None:
    entry = address(EntryKind.FILE, "work", "auth.json", project)
    house.container.vault.put(entry, text.encode(), by="test")


async def test_a_file_that_a_client_stored_signs_a_run_in(house: RunHouse) -> None:
    entry = {"provider": "work", "fileName": "auth.json", "content": '{"refresh": "r1"}'}
    status, _ = await house.call("POST", "/v1/files", entry)
    assert status == 201
    told = await house.run(f'test -z "$OPENAI_API_KEY" && {SHOW}', cli="codex")
    assert (told["state"], told["text"]) == ("completed", "refresh: r1")
    told = await house.run(f"echo '{NEW}' >$CODEX_HOME/auth.json; {SHOW}", cli="codex")
    assert told["text"] == "refresh: r2"
    told = await house.run(SHOW, cli="codex", forceRefresh=True)
    assert told["text"] == "refresh: r2"
    assert not (house.home / ".codex").exists()


async def test_a_projects_own_counts_for_its_requests(house: RunHouse) -> None:
    put(house, '{"refresh": "all"}')
    put(house, '{"refresh": "shop"}', "shop")
    for project, expected in (("shop", "shop"), ("none", "all"), ("", "all")):
        body = {"cli": "codex", "prompt": SHOW, "wait": True}
        headers = {"x-project": project} if project else {}
        status, told = await house.call("POST", "/v1/jobs", body, **headers)
        assert (status, told["text"]) == (200, f"refresh: {expected}")


async def test_what_a_run_used_is_read_in_its_own_home(house: RunHouse) -> None:
    put(house, '{"refresh": "r1"}')
    told = await house.run("rollout 150 50 2; answer two 150 9", cli="codex")
    assert (told["usage"]["inputTokens"], told["usage"]["outputTokens"]) == (50, 2)


async def test_without_it_a_job_is_refused_and_nothing_is_made(house: RunHouse) -> None:
    status, error = await house.refused(cli="codex", prompt=SHOW)
    assert (status, error["category"], error["field"]) == (400, "auth_error", "cli")
    assert "llmgw vault set work auth.json --file" in error["message"]
    assert house.container.runs.supervisor.list() == []


async def test_without_it_another_candidate_may_be_asked(house: RunHouse) -> None:
    body: dict[str, Any] = {"model": "codex-cli/default", "messages": []}
    body["messages"].append({"role": "user", "content": SHOW})
    status, told = await house.call("POST", "/v1/chat/completions", body)
    assert status == 502
    message = told["error"]["message"]
    assert "the vault has no file work/auth.json" in message
    put(house, '{"refresh": "r1"}')
    status, told = await house.call("POST", "/v1/chat/completions", body)
    assert (status, told["choices"][0]["message"]["content"]) == (200, "refresh: r1")


async def test_a_refused_sign_in_names_the_vault_and_not_a_terminal(house: RunHouse) -> None:
    put(house, '{"refresh": "r1"}')
    prompt = 'echo \'{"type":"turn.failed","error":{"message":"401 Unauthorized"}}\'; exit 1'
    body = {"model": "codex-cli/default", "messages": [{"role": "user", "content": prompt}]}
    status, told = await house.call("POST", "/v1/chat/completions", body)
    assert status == 502
    assert "llmgw vault set work auth.json" in told["error"]["message"]


async def test_a_job_at_its_limit_goes_on_with_another_account_of_its_cli(house: RunHouse) -> None:
    put(house, '{"refresh": "all"}')
    put(house, '{"refresh": "shop"}', "shop")
    words = "429: You have hit your usage limit. Try again in 2 hours."
    failed = json.dumps({"type": "turn.failed", "error": {"message": words}})
    limit = f"echo '{failed}'; exit 1"
    begun = '{"type":"thread.started","thread_id":"%s"}'
    body = {"cli": "codex", "prompt": f"printf '{begun}\\n' $id; {limit}", "limitWait": "on"}
    _, told = await house.call("POST", "/v1/jobs", body)
    for _ in range(600):
        _, job = await house.call("GET", f"/v1/jobs/{told['id']}")
        if job["state"] not in ("queued", "running"):
            break
        await asyncio.sleep(0.05)
    assert job["state"] == "parked", job["error"]
    path, to = f"/v1/jobs/{told['id']}/move", {"cli": "codex", "prompt": SHOW}
    for project, field in ((None, "cli"), ("nobodys", "project")):
        status, refused = await house.call("POST", path, {**to, "project": project})
        assert (status, refused["error"]["field"]) == (400, field)
    status, new = await house.call("POST", path, {**to, "project": "shop"})
    assert (status, new["limitWait"], new["handedFrom"]) == (202, None, told["id"])
    for _ in range(600):
        _, ended = await house.call("GET", f"/v1/jobs/{new['id']}/result")
        if ended["endedAt"]:
            break
        await asyncio.sleep(0.05)
    assert (ended["state"], ended["text"]) == ("completed", "refresh: shop")
    status, error = await house.refused(cli="codex", prompt=SHOW, limitWait="off")
    assert (status, error["code"]) == (503, "cli_resting"), "the usual one rests on"
