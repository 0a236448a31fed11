"""Whoever has spent his budget reaches nobody: no upstream sees a byte, no CLI is started.

Doors and tools come from their tables. A new one that is in neither list here fails the test, so
that nobody forgets to say whether it spends.
"""

from __future__ import annotations

import asyncio
import re
import subprocess
from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import orjson
import pytest

from llmgw_desktop.app.access.keys import ClientKeys
from llmgw_desktop.domain.access.principal import ALL_SCOPES, LOCAL, Principal, PrincipalKind
from llmgw_desktop.domain.cli import CliName
from llmgw_desktop.domain.clock import SystemClock, TimedIds
from llmgw_desktop.domain.policy import KeptSpent, Measure, Period
from llmgw_desktop.domain.validation import Intent, PanelRequest, Seat
from llmgw_desktop.engine.front.doors import ModelDoor
from llmgw_desktop.engine.validation.check_set import read_set, written
from llmgw_desktop.store.access.clients import ClientStore
from llmgw_desktop.store.jobs.session_store import SessionStore
from llmgw_desktop.store.policy import SpentStore
from tests.engine.conftest import House, house_in
from tests.support.plain_runs import plain_session

SPENT = "has used up its budget of 1 request"
RULES = """
[[routes]]
name = "kept"
match = { model = "kept" }
to = ["chat:gpt-stub"]
cache_s = 600
[[routes]]
name = "two"
match = { model = "two" }
to = ["claude:claude-stub", "chat:gpt-stub"]
[clients.poor]
budgets = [{ requests = 1, per = "never" }]
[clients.poor.labels.other]
models = ["*"]
[clients.local]
budgets = [{ requests = 1, per = "never" }]
"""
ASKS: dict[str, Any] = {
    "messages": [{"role": "user", "content": "Hello"}],
    "input": "Hello",
    "prompt": "Hello",
    "max_tokens": 8,
    "contents": [{"parts": [{"text": "Hello"}]}],
}
OWN_DOORS_THAT_SPEND = {"/v1/generate", "/v1/jobs"}
"""Of those that take a body; all that is only looked at, ended or deleted spends nothing."""
OWN_DOORS_THAT_DO_NOT = re.compile(
    r"^(/mcp|/oauth/.*|/v1/(credentials|files|sessions|keys/changed|vault/rotate)"
    r"|(/openai)?(/v1)?/responses/.*/cancel"
    r"|/v1/(jobs/.*/(cancel|go-on|move|undo)|sessions/.*/(de)?activate)"
    r"|/v1/(approvals|held|consents)/.*"
    r"|/v1/questions/.*"
    r"|/v1/hooks/.*"  # a rule's word, or the person's
    r"|/v1/pocket/pairings(/.*)?"
    r"|/v1/tools/(decide|look|sign-in|sign-in/wait|sign-out)"  # the person's word, and a list
    r"|/v1/ui/links|/ui/(answer|sign-out)"
    r"|/v1/notify/.*/test"  # tells a target of the person's own
    r"|/v1/checks"  # tells of each answer by itself: test_not_a_check
    r"|/v1/flights/.*/(mark|replay))$"  # with a flight: test_not_a_replay
)
SESSION = f"gws_{1:028x}"
CHANGES = {"workingDir": "REPOSITORY"}
SEATS = ["claude", "codex", "chat/gpt-stub"]
TOOLS: Mapping[str, dict[str, Any]] = {
    **{f"{cli}_request{end}": {"prompt": "Hello"} for cli in CliName for end in ("", "_async")},
    "codex_fork_session": {"prompt": "Hello", "sessionId": SESSION},
    "ask_model": {"question": "Hello?", "model": "claude"},
    "second_opinion": {"answer": "Hello.", "model": "codex"},
    "validate_with_models": {"question": "Hello?", "models": SEATS, "judgeModel": "claude"},
    "red_team_review": {"content": "Hello.", "models": SEATS},
    "consensus_check": {"claim": "Hello.", "models": SEATS},
    "review_changes": {**CHANGES, "models": SEATS},
    "synthesize_validation": {
        "question": "Hello?",
        "judgeModel": "claude",
        "providerResults": [
            {"provider": each, "status": "completed", "verdict": "PASS", "rationale": "."}
            for each in ("codex", "grok")
        ],
    },
    "llm_generate": {"prompt": "Hello", "model": "gpt-stub"},
}
TOOLS_THAT_DO_NOT = re.compile(
    r"^(llm_job_.*|llm_request_result|session_.*|llm_process_health|config_list|explain_effective_config|job_(status|result)"
    r"|compare_answers|validation_receipt|list_(available_)?models|llm_models|cli_(versions|upgrade)"
    r"|upstream_contracts|provider_.*|workspace_.*|vault_.*|approval_list"
    r"|search_tools|describe_tools|call_tool|run_code"  # as the tools that are called
    r"|result_read"
    r"|flight_(list|get|diff|sums|latency|cache|mark|replay)"  # replay: test_not_a_replay
    r"|check_runs?)$"  # tells of each answer by itself: test_not_a_check
)


@dataclass
class Scene:
    house: House
    key: str
    poor: Principal
    started: Path
    repository: Path

    def assert_nobody_was_asked(self, what: str) -> None:
        assert self.house.lane.requests == [], what
        assert not self.started.exists(), f"{what}: {self.started.read_text()}"

    async def refused(self, method: str, path: str, body: Any, **headers: str) -> None:
        url = f"{self.house.url}{path}"
        headers = {"Authorization": f"Bearer {self.key}", **headers}
        async with self.house.session.request(method, url, json=body, headers=headers) as answer:
            text = await answer.text()
        if "not_served" in text or "does not take requests" in text:
            return  # no provider of this house could answer it, whoever asks
        assert (path, answer.status) == (path, 429), text
        assert SPENT in text


@pytest.fixture
async def scene(tmp_path: Path) -> AsyncIterator[Scene]:
    started = tmp_path / "started"
    program = tmp_path / "cli"
    program.write_text(
        '#!/bin/sh\ncase " $* " in *" --version "*|*" --help "*) echo 9.9.9;; '
        f'*) echo "$0 $*" >>"{started}"; exit 1;; esac\n'
    )
    program.chmod(0o700)
    clis = "".join(f'[clis.{cli}]\ncommand = "{program}"\n' for cli in CliName)
    async with house_in(tmp_path / "home", RULES + clis) as house:
        clock = SystemClock()
        store = ClientStore(house.container.places.gateway_db, clock)
        key = ClientKeys(store, clock, TimedIds(clock)).add("poor", tuple(ALL_SCOPES))
        (client,) = store.active()
        store.close()
        book = SpentStore(house.container.places.gateway_db)
        for spender in (client.id, "local"):
            book.keep((spender, Measure.REQUESTS, Period.NEVER), KeptSpent(None, 1.0))
        book.close()
        sessions = SessionStore(house.container.places.gateway_db)
        now = {"made_at_s": clock.now_s(), "used_at_s": clock.now_s()}
        named = {"provider_session_id": "00000000-0000-4000-8000-000000000001"}
        sessions.add(plain_session(id=SESSION, owner=client.id, cli=CliName.CODEX, **now, **named))
        sessions.close()
        poor = Principal(
            client_id=client.id, name="poor", scopes=ALL_SCOPES, kind=PrincipalKind.KEY
        )
        yield Scene(house, key, poor, started, _repository(tmp_path))


def _repository(folder: Path) -> Path:
    made = folder / "repository"
    made.mkdir()
    git = ["git", "-C", str(made), "-c", "user.name=a", "-c", "user.email=a@b.invalid"]
    subprocess.run([*git, "init", "-q"], check=True)
    (made / "file").write_text("one\n")
    subprocess.run([*git, "add", "."], check=True)
    subprocess.run([*git, "commit", "-qm", "one"], check=True)
    (made / "file").write_text("two\n")
    return made


async def test_no_door(scene: Scene) -> None:
    table = scene.house.container.engine.server._doors
    walked = 0
    for (method, path), door in table._exact.items():
        if isinstance(door, ModelDoor) or (path in OWN_DOORS_THAT_SPEND and method == "POST"):
            body = (
                {"cli": "claude", "prompt": "Hi"} if path == "/v1/jobs" else _asks("gpt-stub", path)
            )
            for before in ("", "/as/other"):
                await scene.refused(method, before + path, body)
            walked += 1
        else:
            assert method != "POST" or OWN_DOORS_THAT_DO_NOT.match(path), f"{path} has no row here"
    for method, start, action, _ in table._acting:
        if start.endswith("/models/"):
            await scene.refused(method, f"{start}gpt-stub{action}", ASKS)
    for method, pattern, _ in table._named:
        path = pattern.pattern.replace("\\", "").replace("[^/]+", "x")
        is_known = method != "POST" or OWN_DOORS_THAT_DO_NOT.match(path)
        assert is_known, f"{path} has no row here"
    scene.assert_nobody_was_asked("doors")
    assert walked > 20


async def test_no_way_of_asking(scene: Scene) -> None:
    """Failover, CLIs as models, answers that are kept, and any word that a caller says."""
    chat = "/v1/chat/completions"
    for model in ("two", "kept", "claude-cli/sonnet", "codex-cli/default", "practice/echo"):
        await scene.refused("POST", chat, _asks(model, chat))
    going_on = {"model": "gpt-stub", "input": "Hi", "previous_response_id": "resp_x", "store": True}
    await scene.refused("POST", "/v1/responses", going_on)
    for header in ("X-LLMGW-Caller", "X-Project", "x-llmgw-no-fallback", "X-Gateway-User"):
        await scene.refused("POST", chat, _asks("two", chat), **{header: "other"})
    scene.assert_nobody_was_asked("ways of asking")
    assert scene.house.lane.requests == []


async def test_not_even_an_answer_that_is_kept(scene: Scene) -> None:
    chat, body = "/v1/chat/completions", _asks("kept", "/v1/chat/completions")
    book = SpentStore(scene.house.container.places.gateway_db)
    book.keep((scene.poor.client_id, Measure.REQUESTS, Period.NEVER), KeptSpent(None, 0.0))
    book.close()
    async with scene.house.post(chat, body, Authorization=f"Bearer {scene.key}") as answer:
        assert (answer.status, answer.headers["x-llmgw-cache"]) == (200, "miss")
    assert len(scene.house.lane.requests) == 1
    await scene.refused("POST", chat, body)
    assert len(scene.house.lane.requests) == 1


async def test_not_a_replay(scene: Scene) -> None:
    chat = "/v1/chat/completions"
    book = SpentStore(scene.house.container.places.gateway_db)
    book.keep((scene.poor.client_id, Measure.REQUESTS, Period.NEVER), KeptSpent(None, 0.0))
    book.close()
    async with scene.house.post(
        chat, _asks("gpt-stub", chat), Authorization=f"Bearer {scene.key}"
    ) as answer:
        flight_id = answer.headers["x-llmgw-flight"]
    scene.house.lane.requests.clear()
    url, key = f"{scene.house.url}/v1/flights/{flight_id}/replay", f"Bearer {scene.key}"
    headers = {"Authorization": key}
    while True:  # until it is recorded
        async with scene.house.session.post(url, json={"times": 3}, headers=headers) as answer:
            told = await answer.json()
        if "replays" in told:
            break
        assert told["error"]["code"] == "not_replayable"
        await asyncio.sleep(0.02)
    assert [each["state"] for each in told["replays"]] == ["failed"] * 3
    told = await scene.house.container.mcp_offer().toolbox.call(
        "flight_replay", {"flightId": flight_id}, scene.poor
    )
    assert "failed" in orjson.dumps([told.structured, told.text]).decode()
    scene.assert_nobody_was_asked("replays")


async def test_not_a_check(scene: Scene) -> None:
    case = {
        "name": "one",
        "protocol": "openai-chat",
        "model": "gpt-stub",
        "request": _asks("gpt-stub", "/v1/chat/completions"),
        "checks": [{"regex": "."}, {"judge": "It says hello."}],
    }
    fields = {"set": {"format": "check-set.v1", "case": [case]}, "times": 2, "judges": ["claude"]}
    url, headers = f"{scene.house.url}/v1/checks", {"Authorization": f"Bearer {scene.key}"}
    async with scene.house.session.post(url, json=fields, headers=headers) as answer:
        text = await answer.text()
    rows = [part for part in text.split("\n\n") if part.startswith("event: row")]
    assert len(rows) == 2
    assert all(SPENT in row for row in rows), text
    assert '"notAsked":2' in text
    wanted = read_set(fields["set"], "shop")
    given = {"set": written(wanted.cases[0], is_first=True), "times": 2, "judges": ["claude"]}
    told = await scene.house.container.mcp_offer().toolbox.call("check_run", given, scene.poor)
    rows = told.structured["rows"]
    assert [SPENT in row["problem"] for row in rows] == [True] * 2, told
    scene.assert_nobody_was_asked("checks")


async def test_no_tool(scene: Scene) -> None:
    toolbox = scene.house.container.mcp_offer().toolbox
    for tool in toolbox:
        given = TOOLS.get(tool.name)
        if given is None:
            assert TOOLS_THAT_DO_NOT.match(tool.name), f"{tool.name} has no row here"
            continue
        if "workingDir" in given:
            given = {**given, "workingDir": str(scene.repository)}
        answer = await toolbox.call(tool.name, given, scene.poor)
        told = orjson.dumps([answer.structured, answer.text]).decode()
        assert SPENT in told, (tool.name, told)
        scene.assert_nobody_was_asked(tool.name)
    assert set(TOOLS) <= {tool.name for tool in toolbox}


async def test_not_the_windows(scene: Scene) -> None:
    """Compare asks as this computer's person, who may have a table as well."""
    panels = scene.house.container.validations
    seats = (
        Seat(name="claude", cli=CliName.CLAUDE),
        Seat(name="chat/gpt-stub", model="chat/gpt-stub"),
    )
    run = await panels.start(PanelRequest(intent=Intent.ASK, seats=seats, question="Hi?"), LOCAL)
    ended = await panels.wait(run.id, LOCAL.client_id, 20)
    assert [SPENT in answer.error for answer in ended.answers] == [True, True], ended.answers
    asked = scene.house.container.engine.models.ask("gpt-stub", "Hi", LOCAL)
    result = await asked.result()
    assert result.error is not None
    assert SPENT in str(result.error)
    scene.assert_nobody_was_asked("the window")


def _asks(model: str, path: str) -> dict[str, Any]:
    return {"model": model, "prompt": "Hi"} if path == "/v1/generate" else {"model": model, **ASKS}
