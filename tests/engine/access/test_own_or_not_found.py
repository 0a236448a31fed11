"""What belongs to one principal is, for any other, as if it had never been.

Every door, tool and resource that takes an id is walked, by the tables themselves: a new one
without a row here fails. The answer for another's id must be the answer for an id that never was,
byte for byte but for the id.
"""

from __future__ import annotations

import json
import re
import uuid
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any

import pytest

from llmgw_desktop.app.access.keys import ClientKeys
from llmgw_desktop.app.composition import mcp_assembly
from llmgw_desktop.domain.access.principal import Principal, Scope
from llmgw_desktop.domain.clock import TimedIds
from llmgw_desktop.domain.jobs.job import JobState
from llmgw_desktop.domain.jobs.workspace import Worktree
from llmgw_desktop.domain.usage import PromptFacts
from llmgw_desktop.engine.front.models_door import _BARE_NAME
from llmgw_desktop.engine.mcp.offer import McpOffer
from llmgw_desktop.engine.mcp.results import KeptResults
from llmgw_desktop.store.jobs.job_store import JobStore
from llmgw_desktop.store.jobs.session_store import SessionStore
from llmgw_desktop.store.validation import ValidationStore
from llmgw_desktop.store.workspaces import WorktreeStore
from tests.engine.conftest import House
from tests.support.plain_panels import dissent
from tests.support.plain_runs import plain_job, plain_session

SHARED = "shared"
"""Not a principal's: models, CLIs, skills and folders are the person's own, and the vault is for
whoever may administer it."""
LABEL = "label"
"""Words of the caller's own, under which nothing is looked up for anybody else."""
PERSON = "person"
"""Questions that this computer's person alone answers: nobody else gets as far as an id."""
BROWSER = "browser"
"""Pages of the web view: by the cookie that its link gave, no key opens them."""
TICKET = "ticket"
"""The id is itself the secret, and says who one is."""
DOORS: Mapping[tuple[str, str], str] = {
    ("GET", "/responses/[^/]+"): "response",
    ("DELETE", "/responses/[^/]+"): "response",
    ("GET", "/responses/[^/]+/input_items"): "response",
    ("POST", "/responses/[^/]+/cancel"): "response",
    ("GET", "/flights/[^/]+"): "flight",
    ("GET", "/flights/[^/]+/bodies"): "flight",
    ("GET", "/flights/[^/]+/cache"): "flight",
    ("GET", "/flights/[^/]+/diff/[^/]+"): "flight",
    ("POST", "/flights/[^/]+/replay"): "flight",
    ("POST", "/flights/[^/]+/mark"): "flight",
    ("DELETE", "/flights/[^/]+/mark"): "flight",
    ("GET", "/checks/[^/]+"): "validation",
    ("GET", "/jobs/[^/]+"): "job",
    ("DELETE", "/jobs/[^/]+"): "job",
    ("GET", "/jobs/[^/]+/result"): "job",
    ("GET", "/jobs/[^/]+/events"): "job",
    ("POST", "/jobs/[^/]+/cancel"): "job",
    ("POST", "/jobs/[^/]+/go-on"): "job",
    ("POST", "/jobs/[^/]+/move"): "job",
    ("GET", "/jobs/[^/]+/changes"): "job",
    ("POST", "/jobs/[^/]+/undo"): "job",
    ("GET", "/sessions/[^/]+"): "session",
    ("DELETE", "/sessions/[^/]+"): "session",
    ("POST", "/sessions/[^/]+/activate"): "session",
    ("POST", "/sessions/[^/]+/deactivate"): "session",
    ("DELETE", "/worktrees/[^/]+"): "worktree",
    ("GET", "/worktrees/[^/]+/diff"): "worktree",
    ("POST", "/approvals/[^/]+"): PERSON,
    ("POST", "/held/[^/]+"): PERSON,
    ("POST", "/questions/[^/]+"): PERSON,
    ("POST", "/hooks/[^/]+"): PERSON,
    ("POST", "/consents/[A-Za-z0-9_]+"): PERSON,
    ("GET", "/oauth/wait/[A-Za-z0-9_-]+"): TICKET,
    ("GET", "/pocket/pairings/[^/]+"): PERSON,
    ("POST", "/pocket/pairings/[^/]+"): PERSON,
    ("DELETE", "/pocket/devices/[^/]+"): PERSON,
    ("GET", "/ui/flights/[A-Za-z0-9_.-]+"): BROWSER,
    ("GET", "/ui/jobs/[A-Za-z0-9_.-]+"): BROWSER,
    ("GET", "/ui/questions/[A-Za-z0-9_.-]+"): BROWSER,
    ("GET", "/models/.+"): SHARED,
    ("GET", "beta/models/.+"): SHARED,
    ("GET", f"/{_BARE_NAME}"): SHARED,
    ("GET", f"beta/{_BARE_NAME}"): SHARED,
    ("GET", "/credentials/[^/]+"): SHARED,
    ("DELETE", "/credentials/[^/]+"): SHARED,
    ("POST", "/notify/[^/]+/test"): SHARED,
    ("GET", "/files/[^/]+"): SHARED,
    ("DELETE", "/files/[^/]+"): SHARED,
}
PREFIX = re.compile(r"^(/(openai|anthropic|gemini))?(/v1)?")
ARGUMENTS: Mapping[str, str] = {
    "sessionId": "session",
    "jobId": "job",
    "validationId": "validation",
    "checkId": "validation",
    "correlationId": "correlation",
    "flightId": "flight",
    "otherFlightId": "flight",
    "resultId": "result",
    "id": SHARED,
    "alias": SHARED,
}
"""Of tools, by the argument's name; what a tool calls otherwise stands in EXCEPTIONS."""
EXCEPTIONS: Mapping[tuple[str, str], str] = {
    ("workspace_create", "alias"): LABEL,
    ("workspace_register_existing_repo", "alias"): LABEL,
}
MORE: Mapping[str, dict[str, Any]] = {
    "session_set_active": {"cli": "claude"},
    "llm_job_move": {"cli": "codex"},
}
"""What else a tool wants; a prompt and a question are given to all."""
PLACES: Mapping[str, str] = {
    "sessionId": "session",
    "validationId": "validation",
    "hash": "prefix",
    "flightId": "flight",
    "resultId": "result",
    "cli": SHARED,
    "provider": SHARED,
    "commandPath": SHARED,
    "name": SHARED,
}
ID_LIKE = re.compile(r"^(id|hash|alias)$|Id$")
OWN_WORDS = re.compile(rb"flt_[0-9a-f]{28}")


@dataclass
class Ids:
    """Alice's, and for each one that nobody ever had."""

    real: dict[str, str]

    def never(self, kind: str) -> str:
        real = self.real[kind]
        return real[:-4] + ("0f0f" if not real.endswith("0f0f") else "f0f0")


@dataclass
class Scene:
    house: House
    alice: str
    bob: str
    ids: Ids

    async def ask(
        self, method: str, path: str, key: str, body: Any = None, **more: str
    ) -> tuple[int, bytes, dict[str, str]]:
        headers = {"Authorization": f"Bearer {key}", **more}
        url = f"{self.house.url}{path}"
        async with self.house.session.request(method, url, json=body, headers=headers) as reply:
            told = await reply.read()
            kept = {name: value for name, value in reply.headers.items() if name.lower() != "date"}
            kept.pop("x-llmgw-flight", "")
            return reply.status, told, kept

    async def mcp(self, key: str, method: str, params: dict[str, Any]) -> bytes:
        asked = {"jsonrpc": "2.0", "id": 1, "method": method, "params": params}
        meta = {
            "MCP-Protocol-Version": "2025-06-18",
            "Accept": "application/json, text/event-stream",
        }
        session = await self.session(key)
        meta["Mcp-Session-Id"] = session
        status, told, _ = await self.ask("POST", "/mcp?profile=full", key, asked, **meta)
        assert status == 200, told
        return told

    async def session(self, key: str) -> str:
        params = {
            "protocolVersion": "2025-06-18",
            "capabilities": {},
            "clientInfo": {"name": "t", "version": "1"},
        }
        asked = {"jsonrpc": "2.0", "id": 0, "method": "initialize", "params": params}
        accept = {"Accept": "application/json, text/event-stream"}
        status, told, headers = await self.ask("POST", "/mcp", key, asked, **accept)
        assert status == 200, told
        return next(each for name, each in headers.items() if name.lower() == "mcp-session-id")


@pytest.fixture
async def scene(house: House, monkeypatch: pytest.MonkeyPatch) -> Scene:
    """Alice has one of everything; Bob has the same scopes and nothing."""
    container = house.container
    clients, clock = container.access.clients, container.clock
    assert clients is not None
    made = ClientKeys(clients, clock, TimedIds(clock))
    scopes = (Scope.MODELS_USE, Scope.MODELS_LIST, Scope.MCP, Scope.JOBS_RUN, Scope.FLIGHTS_READ)
    alice, bob = made.add("alice", scopes), made.add("bob", scopes)
    owner = next(client.id for client in clients.active() if client.name == "alice")
    database, now_s = container.places.gateway_db, clock.now_s()
    real = {
        "job": f"job_{uuid.uuid4().hex[:28]}",
        "session": f"gws_{uuid.uuid4().hex[:28]}",
        "validation": f"val_{uuid.uuid4().hex[:28]}",
        "correlation": f"corr-{uuid.uuid4()}",
        "prefix": uuid.uuid4().hex * 2,
        "worktree": f"wt_{uuid.uuid4().hex[:28]}",
    }
    job = plain_job(
        id=real["job"],
        owner=owner,
        client="alice",
        state=JobState.COMPLETED,
        correlation_id=real["correlation"],
        session_id=real["session"],
        asked_at_s=now_s - 60,
        started_at_s=now_s - 60,
        expires_at_s=now_s + 86_400,
        prompt_facts=PromptFacts(stable_prefix_hash=real["prefix"], stable_prefix_tokens=2000),
    )
    jobs, sessions, runs = JobStore(database), SessionStore(database), ValidationStore(database)
    jobs.add(job)
    sessions.add(plain_session(id=real["session"], owner=owner, made_at_s=now_s, used_at_s=now_s))
    runs.add(replace(dissent(now_s), id=real["validation"], owner=owner, client="alice"))
    worktrees = WorktreeStore(database)
    worktrees.add(
        Worktree(
            id=real["worktree"],
            owner=owner,
            name="alices",
            repository="/nowhere",
            git_dir="/nowhere/.git",
            path="/nowhere/worktree",
            base="0" * 40,
            made_at_s=now_s,
        )
    )
    for store in (jobs, sessions, runs, worktrees):
        store.close()
    found = Scene(house=house, alice=alice, bob=bob, ids=Ids(real))
    asked = {"model": "claude-stub", "input": "ping", "store": True}
    status, told, _ = await found.ask("POST", "/v1/responses", alice, asked)
    assert status == 200, told
    real["response"] = json.loads(told)["id"]
    real["flight"] = house.closed[-1].id
    principal = Principal(client_id=owner, name="alice", scopes=frozenset(scopes))
    results = KeptResults()
    monkeypatch.setattr(mcp_assembly, "KeptResults", lambda: results)
    real["result"] = results.keep("long", principal)
    return found


def _plain(told: object, identifier: str) -> bytes:
    """But for the id, and for the number of the flight that each refused request is."""
    text = told if isinstance(told, bytes) else repr(told).encode()
    return OWN_WORDS.sub(b"FLIGHT", text).replace(identifier.encode(), b"ID")


def _named(house: House) -> Iterator[tuple[str, str, str]]:
    """(method, path pattern, what kind of id it takes)"""
    for method, pattern, _ in house.container.engine.server._doors._named:
        plain = PREFIX.sub("", pattern.pattern.replace("\\", ""))
        kind = DOORS.get((method, plain))
        assert kind is not None, f"{method} {pattern.pattern} has no row in DOORS"
        yield method, pattern.pattern.replace("\\", ""), kind


async def test_every_door(scene: Scene) -> None:
    walked = 0
    for method, pattern, kind in _named(scene.house):
        if kind in (SHARED, PERSON, TICKET, BROWSER):
            continue
        real, never = scene.ids.real[kind], scene.ids.never(kind)
        body = {} if method == "POST" else None
        answers = []
        for identifier in (real, never):
            path = pattern.replace("[^/]+", identifier)
            answers.append(
                [
                    _plain(part, identifier)
                    for part in await scene.ask(method, path, scene.bob, body)
                ]
            )
        assert answers[0] == answers[1], f"{method} {pattern}"
        assert answers[0][0] in (b"404", b"400"), f"{method} {pattern}: {answers[0]}"
        walked += 1
    assert walked >= 14


async def test_the_web_view_is_not_for_programs(scene: Scene) -> None:
    for method, pattern, kind in _named(scene.house):
        if kind == BROWSER:
            path = pattern.partition("[")[0] + "q_1"
            assert (await scene.ask(method, path, scene.bob, None))[0] == 404
    scene.house.container.web_door._is_on = lambda: True
    for method, pattern, kind in _named(scene.house):
        if kind == BROWSER:
            path = pattern.partition("[")[0] + "q_1"
            assert (await scene.ask(method, path, scene.bob, None))[0] == 401


async def test_the_persons_questions_are_not_for_programs(scene: Scene) -> None:
    walked = 0
    for method, pattern, kind in _named(scene.house):
        if kind == PERSON:
            path = pattern.partition("[")[0] + "q_1"
            assert (await scene.ask(method, path, scene.bob, {"decision": "allow"}))[0] == 403
            walked += 1
    assert walked == 8


async def test_they_are_there_for_their_owner(scene: Scene) -> None:
    """Or nothing would be proved."""
    names = (
        "jobs/{job}",
        "sessions/{session}",
        "responses/{response}",
        "flights/{flight}",
        "flights/{flight}/bodies",
        "flights/{flight}/diff/{flight}",
    )
    for path in (f"/v1/{name}" for name in names):
        status, told, _ = await scene.ask("GET", path.format(**scene.ids.real), scene.alice)
        assert status == 200, told
    for tool, fields in (
        ("llm_job_status", {"jobId": scene.ids.real["job"]}),
        ("flight_get", {"flightId": scene.ids.real["flight"], "includeBodies": True}),
        ("session_get", {"sessionId": scene.ids.real["session"]}),
        ("validation_receipt", {"validationId": scene.ids.real["validation"]}),
        ("result_read", {"resultId": scene.ids.real["result"]}),
    ):
        params = {"name": tool, "arguments": fields}
        told = await scene.mcp(scene.alice, "tools/call", params)
        assert b'"isError":true' not in told.replace(b" ", b""), told
        assert b"not_found" not in told, told


async def test_every_tool(scene: Scene) -> None:
    walked = []
    for tool in _offer(scene).toolbox:
        for option in tool.takes:
            if not ID_LIKE.search(option.name):
                continue
            kind = EXCEPTIONS.get((tool.name, option.name)) or ARGUMENTS.get(option.name)
            assert kind is not None, f"{tool.name}.{option.name} has no row in ARGUMENTS"
            if kind in (SHARED, LABEL) or (kind == "correlation" and "prompt" in tool.needs):
                continue
            more = {name: "Say ping" for name in tool.needs - {option.name}}
            answers = []
            for identifier in (scene.ids.real[kind], scene.ids.never(kind)):
                fields = more | MORE.get(tool.name, {}) | {option.name: identifier}
                params = {"name": tool.name, "arguments": fields}
                told = await scene.mcp(scene.bob, "tools/call", params)
                answers.append(_plain(told, identifier))
            assert answers[0] == answers[1], f"{tool.name}.{option.name}"
            walked.append(tool.name)
    assert {"llm_job_result", "session_delete", "llm_request_result"} <= set(walked)
    assert len(walked) >= 20


async def test_every_resource(scene: Scene) -> None:
    walked = 0
    for resource in _offer(scene).resources:
        for place in re.findall(r"\{\+?(\w+)\}", resource.uri):
            kind = PLACES.get(place)
            assert kind is not None, f"{resource.uri} has no row in PLACES"
            if kind == SHARED:
                continue
            answers = []
            for identifier in (scene.ids.real[kind], scene.ids.never(kind)):
                uri = resource.uri.replace(f"{{{place}}}", identifier)
                told = await scene.mcp(scene.bob, "resources/read", {"uri": uri})
                answers.append(_plain(told, identifier))
            assert answers[0] == answers[1], resource.uri
            assert b'"error"' in answers[0], resource.uri
            walked += 1
    assert walked == 6


async def test_mcp_sessions(scene: Scene) -> None:
    real = await scene.session(scene.alice)
    never = real[:-4] + ("0f0f" if not real.endswith("0f0f") else "f0f0")
    listed = {"jsonrpc": "2.0", "id": 1, "method": "tools/list", "params": {}}
    for method in ("POST", "GET", "DELETE"):
        answers = []
        for session in (real, never):
            accept = (
                "text/event-stream" if method == "GET" else "application/json, text/event-stream"
            )
            meta = {"Mcp-Session-Id": session, "Accept": accept}
            meta["MCP-Protocol-Version"] = "2025-06-18"
            body = listed if method == "POST" else None
            told = await scene.ask(method, "/mcp", scene.bob, body, **meta)
            answers.append([_plain(part, session) for part in told])
        assert answers[0] == answers[1], method
        assert answers[0][0] == b"404"


@pytest.mark.parametrize(
    ("path", "kind"),
    [("/v1/jobs", "job"), ("/v1/sessions", "session"), ("/v1/worktrees", "worktree")],
)
async def test_lists_hold_only_ones_own(scene: Scene, path: str, kind: str) -> None:
    real = scene.ids.real[kind].encode()
    assert real in (await scene.ask("GET", path, scene.alice))[1]
    assert real not in (await scene.ask("GET", path, scene.bob))[1]


async def test_figures_are_ones_own(scene: Scene) -> None:
    """Caches, jobs and sessions of others leave no trace in what is told."""
    for uri in ("cache-state://global", "metrics://performance", "sessions://all"):
        told = await scene.mcp(scene.bob, "resources/read", {"uri": uri})
        for identifier in scene.ids.real.values():
            assert identifier.encode() not in told, uri
        text = json.loads(
            json.loads(told[told.index(b"{") : told.rindex(b"}") + 1])["result"]["contents"][0][
                "text"
            ]
        )
        if uri == "metrics://performance":
            assert text["totalRequests"] == 0
    params = {"name": "approval_list", "arguments": {}}
    assert b'"approvals":[]' in (await scene.mcp(scene.bob, "tools/call", params)).replace(
        b" ", b""
    )


async def test_a_conversation_is_not_taken_up_by_another(scene: Scene) -> None:
    answers = []
    for identifier in (scene.ids.real["response"], scene.ids.never("response")):
        asked = {"model": "claude-stub", "input": "go on", "previous_response_id": identifier}
        status, told, _ = await scene.ask("POST", "/v1/responses", scene.bob, asked)
        answers.append((status, _plain(told, identifier)))
    assert answers[0] == answers[1]
    assert answers[0][0] in (400, 404)


def _offer(scene: Scene) -> McpOffer:
    return scene.house.container.mcp_offer()
