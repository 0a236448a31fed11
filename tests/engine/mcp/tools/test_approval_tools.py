"""approval_list: newest first, one's own alone, honest while there is nothing."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import jsonschema
import pytest

from llmgw_desktop.domain.access.principal import LOCAL, Principal, Scope
from llmgw_desktop.domain.cli import CliName
from llmgw_desktop.domain.jobs.approval import (
    Approval,
    ApprovalStatus,
    Ask,
    PermissionKind,
    PermissionQuestion,
)
from llmgw_desktop.engine.mcp.listing import output_schema
from llmgw_desktop.engine.mcp.tool import ToolAnswer
from llmgw_desktop.engine.mcp.toolbox import Toolbox
from llmgw_desktop.engine.mcp.tools import gateway_tools
from llmgw_desktop.store.jobs.approval_store import ApprovalStore

ANNA, BEN = (
    Principal(client_id=name, name=name, scopes=frozenset({Scope.JOBS_RUN}))
    for name in ("anna", "ben")
)


@pytest.fixture
def store(tmp_path: Path) -> Iterator[ApprovalStore]:
    store = ApprovalStore(tmp_path / "gateway.db")
    yield store
    store.close()


def a_record(number: int, owner: str = "anna", **more: Any) -> Approval:
    fields: dict[str, Any] = {
        "id": f"apr_{number}",
        "at_s": 1_700_000_000.0 + number,
        "owner": owner,
        "status": ApprovalStatus.DENIED,
        "policy": "balanced",
        "cli": CliName.CLAUDE,
        "operation": "claude_request",
        "score": 6,
        "reasons": ("full auto", "é"),
        "prompt_sha256": "ab" * 32,
        "requested_mcp_servers": ("sqry",),
        "full_auto": True,
        "metadata": {"managedRiskReasons": ["agent"]},
    }
    return Approval(**{**fields, **more})


async def call(
    store: ApprovalStore,
    who: Principal,
    waiting: tuple[PermissionQuestion, ...] = (),
    **arguments: Any,
) -> ToolAnswer:
    (tool,) = gateway_tools.tools(store, lambda: waiting)
    answer = await Toolbox([tool]).call("approval_list", arguments, who)
    jsonschema.validate(answer.structured, output_schema(tool))
    return answer


async def test_without_any_it_is_empty(store: ApprovalStore) -> None:
    for who in (ANNA, LOCAL):
        answer = await call(store, who)
        assert answer.structured == {
            "success": True,
            "count": 0,
            "approvals": [],
            "waiting": [],
            "held": [],
        }


async def test_each_sees_his_own_and_the_person_all(store: ApprovalStore) -> None:
    store.add(a_record(1))
    store.add(a_record(2, "ben", cli=CliName.CODEX))
    store.add(a_record(3))
    seen = {
        who.client_id: [each["id"] for each in (await call(store, who)).structured["approvals"]]
        for who in (ANNA, BEN, LOCAL)
    }
    assert seen == {
        "anna": ["apr_3", "apr_1"],
        "ben": ["apr_2"],
        "local": ["apr_3", "apr_2", "apr_1"],
    }
    of_codex = await call(store, LOCAL, cli="codex")
    assert [each["id"] for each in of_codex.structured["approvals"]] == ["apr_2"]
    assert (await call(store, LOCAL, limit=1)).structured["approvals"][0]["id"] == "apr_3"
    assert (await call(store, ANNA, cli="codex")).structured["count"] == 0


async def test_a_record_is_told_as_it_was_written(store: ApprovalStore) -> None:
    store.add(a_record(1))
    assert store.recent("anna") == [a_record(1)]
    (told,) = (await call(store, ANNA)).structured["approvals"]
    assert told == {
        "id": "apr_1",
        "ts": "2023-11-14T22:13:21.000+00:00",
        "status": "denied",
        "policy": "balanced",
        "cli": "claude",
        "operation": "claude_request",
        "score": 6,
        "reasons": ["full auto", "é"],
        "promptSha256": "ab" * 32,
        "promptPreview": "[redacted]",
        "requestedMcpServers": ["sqry"],
        "bypassRequested": False,
        "fullAuto": True,
        "metadata": {"managedRiskReasons": ["agent"]},
        "ownerPrincipal": "anna",
    }


async def test_the_oldest_give_way(store: ApprovalStore, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("llmgw_desktop.store.jobs.approval_store.MOST_KEPT", 2)
    for number in range(5):
        store.add(a_record(number))
    assert [each.id for each in store.recent(None)] == ["apr_4", "apr_3"]


@pytest.mark.parametrize(
    ("arguments", "field"),
    [({"limit": 0}, "limit"), ({"limit": 501}, "limit"), ({"cli": "vim"}, "cli")],
)
async def test_what_does_not_fit_is_refused(
    store: ApprovalStore, arguments: dict[str, Any], field: str
) -> None:
    answer = await call(store, ANNA, **arguments)
    assert answer.structured["field"] == field


async def test_who_asked_for_a_job_sees_what_it_waits_for(store: ApprovalStore) -> None:
    def question(owner: str, cli: CliName) -> PermissionQuestion:
        return PermissionQuestion(
            id=f"prm_{owner}",
            job_id=f"job_{owner}",
            owner=owner,
            client=owner,
            cli=cli,
            job_title="",
            ask=Ask(native_id="1", kind=PermissionKind.COMMAND, command="touch a"),
            asked_at_s=1.0,
            expires_at_s=2.0,
        )

    asked = (question("anna", CliName.CODEX), question("ben", CliName.CLAUDE))
    (told,) = (await call(store, ANNA, asked)).structured["waiting"]
    assert told == {
        "jobId": "job_anna",
        "cli": "codex",
        "questionId": "prm_anna",
        "kind": "command",
        "summary": "run touch a",
        "askedAt": 1.0,
        "expiresAt": 2.0,
    }
    assert len((await call(store, LOCAL, asked)).structured["waiting"]) == 2
    assert (await call(store, ANNA, asked, cli="claude")).structured["waiting"] == []
