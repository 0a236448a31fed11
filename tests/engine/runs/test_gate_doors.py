"""The gate through the doors: nobody remote is given a bypass by any field of any CLI."""

from __future__ import annotations

import hashlib
import subprocess
from pathlib import Path
from typing import Any

import pytest

from llmgw_desktop.clis.registry import NAMES, cli_of
from llmgw_desktop.domain.access.principal import REMOTE_KINDS, Principal, PrincipalKind, Scope
from llmgw_desktop.domain.cli import CliName
from tests.engine.runs.conftest import MakeHouse, RunHouse

OK = "answer hello 0.02 10 5"
_SAMPLES: dict[str, Any] = {
    "boolean": True,
    "string": "x",
    "array": ["x"],
    "object": {"a": "b"},
    "integer": 1,
    "number": 1,
}


class FakeTokens:
    """Principals of each remote kind, by a key of their kind's name."""

    def __init__(self, scopes: frozenset[Scope]) -> None:
        self._known = {
            hashlib.sha256(kind.encode()).digest(): Principal(
                client_id=f"cli_{kind}", name=str(kind), scopes=scopes, kind=kind
            )
            for kind in REMOTE_KINDS
        }

    def find(self, digest: bytes) -> Principal | None:
        return self._known.get(digest)


def let_in(house: RunHouse) -> None:
    scopes = frozenset({Scope.JOBS_RUN, Scope.MCP})
    house.container.access.authenticator._tokens = FakeTokens(scopes)


async def workspace(house: RunHouse, *, default: bool = False) -> Path:
    folder = house.home / "repo"
    (folder / "src").mkdir(parents=True)
    add = house.container.runs.service.workspaces.add
    add("repo", str(folder), default=default, by="me")
    return folder


def sample(schema: Any) -> Any:
    if "anyOf" in schema:
        return sample(schema["anyOf"][0])
    return schema["enum"][0] if "enum" in schema else _SAMPLES[schema["type"]]


def wide_fields(name: CliName) -> list[dict[str, Any]]:
    """Each way in which a request to this CLI can ask for more than the safe mode."""
    rights = cli_of(name).rights
    found: list[dict[str, Any]] = []
    for option in cli_of(name).options:
        if option.name == rights.mode:
            words = option.schema.get("enum", ["auto-approve", "smart-approve", "own-agent"])
            found += [{option.name: word} for word in words if word not in rights.modes]
        elif option.name in rights.widens:
            found.append({option.name: sample(option.schema)})
    return found


async def over_mcp(house: RunHouse, key: str, tool: str, arguments: dict[str, Any]) -> Any:
    meta = {
        "io.modelcontextprotocol/protocolVersion": "2026-07-28",
        "io.modelcontextprotocol/clientCapabilities": {},
    }
    status, told = await house.call(
        "POST",
        "/mcp",
        {
            "jsonrpc": "2.0",
            "id": 1,
            "method": "tools/call",
            "params": {"name": tool, "arguments": arguments, "_meta": meta},
        },
        key=key,
        **{
            "Accept": "application/json, text/event-stream",
            "Mcp-Protocol-Version": "2026-07-28",
            "Mcp-Method": "tools/call",
            "Mcp-Name": tool,
        },
    )
    assert status == 200, told
    return told["result"]


@pytest.mark.parametrize("kind", sorted(REMOTE_KINDS))
async def test_no_field_of_any_cli_is_a_bypass(make_house: MakeHouse, kind: PrincipalKind) -> None:
    house: RunHouse = await make_house()
    let_in(house)
    await workspace(house, default=True)
    walked = 0
    for name in NAMES:
        assert wide_fields(name)
        for fields in wide_fields(name):
            for strategy in ("legacy", "mcp_managed"):
                body = {"cli": name, "prompt": "hi", "approvalStrategy": strategy, **fields}
                status, told = await house.call("POST", "/v1/jobs", body, key=kind)
                assert status in (400, 403), (body, told)
                assert told["error"]["category"] in ("approval_denied", "invalid_input"), told
                if status == 400:
                    (field,) = fields
                    assert told["error"]["field"] == field
                    assert field in cli_of(name).rights.reaches
                arguments = {key: each for key, each in body.items() if key != "cli"}
                result = await over_mcp(house, kind, f"{name}_request", arguments)
                assert result["isError"], (body, result)
                category = result["structuredContent"]["errorCategory"]
                assert category in ("approval_denied", "invalid_input")
                walked += 2
    assert walked > 200
    assert house.container.runs.service.live() == ()
    assert house.container.runs.service.jobs(f"cli_{kind}") == []
    assert house.asked == []


async def test_a_denial_is_an_answer_with_its_record(make_house: MakeHouse) -> None:
    house: RunHouse = await make_house()
    let_in(house)
    await workspace(house, default=True)
    asked = {"prompt": OK, "dangerouslySkipPermissions": True}
    status, told = await house.call("POST", "/v1/jobs", {"cli": "claude", **asked}, key="oauth")
    assert status == 403
    error = told["error"]
    assert (error["type"], error["code"]) == ("permission_error", "approval_denied")
    assert error["message"].startswith("POST /v1/jobs was denied by the approval gate")
    assert error["retryable"] is False
    assert "dangerouslySkipPermissions" in error["message"]
    approval = error["approval"]
    assert (approval["status"], approval["bypassRequested"]) == ("denied", True)
    assert approval["promptPreview"] == "[redacted]"
    assert OK not in str(told)
    result = await over_mcp(house, "oauth", "claude_request", asked)
    structured = result["structuredContent"]
    assert structured["errorCategory"] == "approval_denied"
    assert structured["approval"]["operation"] == "claude_request"
    assert structured["approval"]["metadata"]["managedRiskReasons"] == [
        "dangerouslySkipPermissions"
    ]
    listed = (await over_mcp(house, "oauth", "approval_list", {}))["structuredContent"]
    assert listed["count"] == 2
    others = (await over_mcp(house, "bearer", "approval_list", {}))["structuredContent"]
    assert others["count"] == 0
    assert house.asked == []


async def test_what_runs_is_in_the_safe_mode(make_house: MakeHouse) -> None:
    house: RunHouse = await make_house()
    let_in(house)
    folder = await workspace(house, default=True)
    told = await house.run(OK, key="oauth")
    assert told["approval"]["status"] == "approved"
    (argv,) = house.asked
    assert argv.startswith(f"{folder} ")
    assert "--permission-mode=acceptEdits" in argv
    assert "--strict-mcp-config" in argv
    assert "--mcp-config=" in argv


async def test_the_three_columns(make_house: MakeHouse) -> None:
    """Nothing said, and a bypass asked for: legacy, managed, managed where it is allowed."""
    house: RunHouse = await make_house()
    cases = (
        ("claude", {}, {"permissionMode": "bypassPermissions"}, "--permission-mode="),
        ("codex", {}, {"dangerouslyBypassApprovalsAndSandbox": True}, "--sandbox="),
    )
    for cli, nothing, bypass, flag in cases:
        prompt = OK if cli == "claude" else "answer hello 10 5"
        await house.run(prompt, cli=cli, forceRefresh=True, **nothing)
        assert flag not in house.asked[-1]
        await house.run(prompt, cli=cli, forceRefresh=True, **bypass)
        legacy = house.asked[-1]
        assert "ypass" in legacy
        managed = {"approvalStrategy": "mcp_managed", "forceRefresh": True}
        await house.run(prompt, cli=cli, **managed)
        safe = {"claude": "--permission-mode=acceptEdits", "codex": "--sandbox=read-only"}[cli]
        assert safe in house.asked[-1]
        count = len(house.asked)
        status, _ = await house.refused(cli=cli, prompt=prompt, **managed, **bypass)
        assert status == 403
        assert len(house.asked) == count
    settings = house.container.places.config_file
    settings.write_text(settings.read_text() + "[approvals]\nallow_bypass = true\n")
    house.container.check_settings()
    for cli, nothing, bypass, flag in cases:
        prompt = OK if cli == "claude" else "answer hello 10 5"
        managed = {"approvalStrategy": "mcp_managed", "forceRefresh": True}
        await house.run(prompt, cli=cli, **managed, **nothing)
        assert flag in house.asked[-1], "nothing more than was asked for"
        assert "ypass" not in house.asked[-1]
        told = await house.run(prompt, cli=cli, **managed, **bypass)
        assert "ypass" in house.asked[-1]
        assert told["approval"]["bypassRequested"] is True


async def test_remote_callers_work_in_a_workspace(make_house: MakeHouse) -> None:
    house: RunHouse = await make_house()
    let_in(house)
    status, error = await house.refused(key="oauth", prompt=OK)
    assert (status, error["field"]) == (400, "workspace")
    folder = await workspace(house)
    for fields, field in (
        ({}, "workspace"),
        ({"workingDir": str(folder)}, "workingDir"),
        ({"workspace": "repo", "workingDir": str(folder)}, "workingDir"),
        ({"workspace": "repo", "workingDir": "../.."}, "workingDir"),
        ({"workspace": "repo", "workingDir": "~"}, "workingDir"),
        ({"workspace": "repo", "addDir": ["src"]}, "addDir"),
        ({"workspace": "repo", "addDir": ["/etc"]}, "addDir"),
        ({"workspace": "repo", "systemPromptFile": "x"}, "systemPromptFile"),
        ({"workspace": "repo", "settings": "{}"}, "settings"),
        ({"workspace": "repo", "sessionId": "6390d421-78d0-4a46-abc8-2ad6706e805a"}, "sessionId"),
    ):
        status, error = await house.refused(key="oauth", prompt=OK, **fields)
        assert (status, error["field"]) == (400, field), (fields, error)
    assert house.asked == []
    told = await house.run(OK, key="oauth", workspace="repo", workingDir="src")
    assert house.asked[-1].startswith(f"{folder}/src ")
    session = told["sessionId"]
    again = await house.run(OK, key="oauth", sessionId=session)
    assert house.asked[-1].startswith(f"{folder}/src "), "where its session is"
    assert again["sessionId"] == session
    house.container.runs.service.workspaces.remove("repo")
    status, error = await house.refused(key="oauth", prompt=OK, sessionId=session)
    assert (status, error["field"]) == (400, "workingDir")


async def test_mentions_of_files_are_words_alone(make_house: MakeHouse) -> None:
    house: RunHouse = await make_house()
    let_in(house)
    await workspace(house, default=True)
    told = await house.run('answer "$(echo @/etc/passwd | wc -m)"', key="oauth")
    assert told["text"] in ("14", "16"), "a character (3 bytes) more than was sent is behind the @"


async def test_another_word_for_full_auto_takes_no_sandbox_of_the_persons_settings(
    make_house: MakeHouse,
) -> None:
    house: RunHouse = await make_house()
    let_in(house)
    await workspace(house, default=True)
    prompt = "answer hello 10 5"
    await house.run(prompt, cli="codex", key="oauth", useLegacyFullAutoFlag=True)
    assert "--sandbox=workspace-write" in house.asked[-1]


async def test_a_workspace_may_hold_everybody_to_the_gate(make_house: MakeHouse) -> None:
    house: RunHouse = await make_house()
    folder = house.home / "strict"
    folder.mkdir()
    settings = house.container.places.config_file
    settings.write_text(
        settings.read_text() + f'[[workspaces.repos]]\nalias = "strict"\npath = "{folder}"\n'
        'approvals = "mcp_managed"\nproviders = ["claude"]\n'
    )
    house.container.check_settings()
    told = await house.run(OK, workspace="strict")
    assert told["approval"]["metadata"]["byFloor"] is True
    status, _ = await house.refused(
        prompt=OK, workspace="strict", permissionMode="bypassPermissions"
    )
    assert status == 403
    status, error = await house.refused(prompt="answer hi 1 1", cli="codex", workspace="strict")
    assert (status, error["field"]) == (400, "workspace")


async def test_instructions_reach_the_cli(make_house: MakeHouse) -> None:
    house: RunHouse = await make_house()
    await house.run(OK, requestInstructions="Be brief.")
    assert "--append-system-prompt=Be brief." in house.asked[-1]
    await house.run("answer hello 10 5", cli="codex", requestInstructions="Be brief.")
    assert '--config=developer_instructions="Be brief."' in house.asked[-1]


async def test_a_worktree_of_ones_own(make_house: MakeHouse) -> None:
    house: RunHouse = await make_house()
    let_in(house)
    folder = await workspace(house, default=True)
    status, error = await house.refused(key="oauth", prompt=OK, worktree=True)
    assert (status, error["field"]) == (400, "worktree")
    (folder / "src" / "a").write_text("a\n")
    for command in ("init -q -b main", "add .", "commit -q -m one"):
        subprocess.run(
            ["git", "-c", "user.name=a", "-c", "user.email=a@b", *command.split()],
            cwd=folder,
            check=True,
        )
    told = await house.run(
        f"echo more >>a; {OK}", key="oauth", worktree={"name": "mine"}, workingDir="src"
    )
    tree = told["worktree"]
    assert tree["branch"] == "gateway/mine"
    assert "path" not in tree
    assert (folder / "src" / "a").read_text() == "a\n", "the person's own is as it was"
    _, listed = await house.call("GET", "/v1/worktrees", key="oauth")
    (row,) = listed["worktrees"]
    assert (row["id"], row["changedFiles"]) == (tree["id"], 1)
    _, others = await house.call("GET", "/v1/worktrees", key="bearer")
    assert others["total"] == 0
    _, diff = await house.call("GET", f"/v1/worktrees/{tree['id']}/diff", key="oauth")
    assert diff["files"] == ["src/a"]
    assert "+more" in diff["patch"]
    path = f"/v1/worktrees/{tree['id']}"
    assert (await house.call("DELETE", path, key="bearer"))[0] == 404
    assert (await house.call("DELETE", path, key="oauth"))[0] == 409
    assert (await house.call("DELETE", f"{path}?force=maybe", key="oauth"))[0] == 400
    status, gone = await house.call("DELETE", f"{path}?force=true", key="oauth")
    assert (status, gone["keptBranch"]) == (200, None)
    assert (await house.call("GET", "/v1/worktrees", key="oauth"))[1]["total"] == 0
    again = await house.run(OK, key="oauth", sessionId=told["sessionId"])
    assert again["state"] == "completed", "its session goes on there all the same"


async def test_native_sessions_are_not_told_elsewhere(make_house: MakeHouse) -> None:
    house: RunHouse = await make_house()
    let_in(house)
    await workspace(house, default=True)
    told = await house.run(f'{OK}; echo "$id" >&2', key="oauth")
    job, session = told["id"], told["sessionId"]
    store = house.container.runs.job_store
    kept = store.get(job, "cli_oauth")
    assert kept is not None
    native = kept.figures.provider_session_id
    assert native
    assert told["stderr"].strip() == "[session]"
    seen = [str(told)]
    jobs, sessions = "/v1/jobs", "/v1/sessions"
    for path in (jobs, f"{jobs}/{job}", f"{jobs}/{job}/result", sessions, f"{sessions}/{session}"):
        _, answer = await house.call("GET", path, key="oauth")
        seen.append(str(answer))
    url = f"{house.container.gateway.status.url}/v1/jobs/{job}/events"
    async with house.session.get(url, headers={"Authorization": "Bearer oauth"}) as events:
        seen.append((await events.read()).decode())
    for tool, arguments in (
        ("llm_job_result", {"jobId": job}),
        ("llm_job_status", {"jobId": job}),
        ("session_list", {}),
        ("session_get", {"sessionId": session}),
        ("claude_request", {"prompt": OK, "forceRefresh": True}),
    ):
        seen.append(str(await over_mcp(house, "oauth", tool, arguments)))
    assert not [each for each in seen if native in each]
    raw = await over_mcp(house, "oauth", "llm_job_result", {"jobId": job, "rawOutput": True})
    assert raw["structuredContent"]["field"] == "rawOutput"
    made = await over_mcp(house, "oauth", "session_create", {"cli": "claude", "workingDir": "/etc"})
    assert made["structuredContent"]["field"] == "workingDir"
    changes = await over_mcp(house, "oauth", "review_changes", {"workingDir": "/etc"})
    assert changes["structuredContent"]["field"] == "workingDir"
