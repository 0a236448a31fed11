"""A decision of the gate as the doors write it; and what an agent asks, as the door for its answers
writes and reads it: whole, nothing shortened.
"""

from collections.abc import Mapping
from dataclasses import fields
from datetime import UTC, datetime
from typing import Any

from llmgw_desktop.domain.cli import CliName
from llmgw_desktop.domain.jobs.approval import (
    Approval,
    Ask,
    FileChange,
    PermissionKind,
    PermissionQuestion,
)


def approval_object(approval: Approval) -> dict[str, Any]:
    return {
        "id": approval.id,
        "ts": datetime.fromtimestamp(approval.at_s, tz=UTC).isoformat(timespec="milliseconds"),
        "status": approval.status,
        "policy": approval.policy,
        "cli": approval.cli,
        "operation": approval.operation,
        "score": approval.score,
        "reasons": list(approval.reasons),
        "promptSha256": approval.prompt_sha256,
        "promptPreview": approval.prompt_preview,
        "requestedMcpServers": list(approval.requested_mcp_servers),
        "bypassRequested": approval.bypass_requested,
        "fullAuto": approval.full_auto,
        "metadata": dict(approval.metadata),
        "ownerPrincipal": approval.owner,
    }


_OF_QUESTION = {
    "id": "id",
    "jobId": "job_id",
    "owner": "owner",
    "client": "client",
    "jobTitle": "job_title",
    "askedAt": "asked_at_s",
    "expiresAt": "expires_at_s",
    "workspace": "workspace",
    "rule": "rule",
}
_OF_ASK = {
    "command": "command",
    "url": "url",
    "server": "server",
    "tool": "tool",
    "cwd": "cwd",
    "reason": "reason",
    "agentWords": "agent_words",
    "canTakeNote": "can_take_note",
    "raw": "raw",
}


def question_object(question: PermissionQuestion) -> dict[str, Any]:
    ask = question.ask
    return {name: getattr(question, own) for name, own in _OF_QUESTION.items()} | {
        "cli": str(question.cli),
        "warnings": list(question.warnings),
        "kind": str(ask.kind),
        "changes": [_change(each) for each in ask.changes],
        "arguments": dict(ask.arguments),
        **{name: getattr(ask, own) for name, own in _OF_ASK.items()},
    }


def read_question(told: Mapping[str, Any]) -> PermissionQuestion:
    """What `question_object` wrote. Raises ValueError, KeyError or TypeError for anything else."""
    ask = Ask(
        native_id="",
        kind=PermissionKind(told["kind"]),
        changes=tuple(FileChange(**each) for each in told["changes"]),
        arguments=dict(told["arguments"]),
        **{own: told[name] for name, own in _OF_ASK.items()},
    )
    return PermissionQuestion(
        cli=CliName(told["cli"]),
        ask=ask,
        warnings=tuple(told["warnings"]),
        **{own: told[name] for name, own in _OF_QUESTION.items()},
    )


def _change(change: FileChange) -> dict[str, Any]:
    return {each.name: getattr(change, each.name) for each in fields(FileChange)}
