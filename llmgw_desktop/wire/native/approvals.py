"""What is decided of a run, as the doors write it: a decision of the gate; what an agent asks, or a
request is held for, written and read for the door of its answers, whole, nothing shortened; and
what jobs changed, with what was taken back.
"""

from collections.abc import Mapping
from dataclasses import fields
from datetime import UTC, datetime
from typing import Any

from llmgw_desktop.domain.brakes import Brake, HeldQuestion, HoldChoice
from llmgw_desktop.domain.cli import CliName
from llmgw_desktop.domain.jobs.approval import (
    Approval,
    Ask,
    FileChange,
    PermissionKind,
    PermissionQuestion,
)
from llmgw_desktop.domain.jobs.changes import (
    ChangedFile,
    JobChanges,
    SnapshotLook,
    UndoDone,
)
from llmgw_desktop.domain.plain_text import plain_text


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
    "isQuestion": "is_question",
    "form": "form",
    "raw": "raw",
}


def question_object(question: PermissionQuestion) -> dict[str, Any]:
    ask = question.ask
    return {name: getattr(question, own) for name, own in _OF_QUESTION.items()} | {
        "cli": str(question.cli or ""),
        "warnings": list(question.warnings),
        "kind": str(ask.kind),
        "changes": [_change(each) for each in ask.changes],
        "offers": list(ask.offers),
        "arguments": dict(ask.arguments),
        **{name: getattr(ask, own) for name, own in _OF_ASK.items()},
    }


def read_question(told: Mapping[str, Any]) -> PermissionQuestion:
    """What `question_object` wrote. Raises ValueError, KeyError or TypeError for anything else."""
    ask = Ask(
        native_id="",
        kind=PermissionKind(told["kind"]),
        changes=tuple(FileChange(**each) for each in told["changes"]),
        offers=tuple(told.get("offers", ())),
        arguments=dict(told["arguments"]),
        **{own: told[name] for name, own in _OF_ASK.items()},
    )
    return PermissionQuestion(
        cli=CliName(told["cli"]) if told["cli"] else None,
        ask=ask,
        warnings=tuple(told["warnings"]),
        **{own: told[name] for name, own in _OF_QUESTION.items()},
    )


def _change(change: FileChange) -> dict[str, Any]:
    return {each.name: getattr(change, each.name) for each in fields(FileChange)}


_OF_HELD = {
    "id": "id",
    "title": "title",
    "words": "words",
    "flightId": "flight_id",
    "owner": "owner",
    "client": "client",
    "model": "model",
    "label": "label",
    "jobId": "job",
    "conversation": "conversation",
    "agent": "agent",
    "askedAt": "asked_at_s",
    "expiresAt": "expires_at_s",
}


def held_object(question: HeldQuestion) -> dict[str, Any]:
    return {name: getattr(question, own) for name, own in _OF_HELD.items()} | {
        "brake": str(question.brake),
        "facts": [{"label": label, "text": text} for label, text in question.facts],
        "choices": [{"id": each.id, "words": each.words} for each in question.choices],
    }


def read_held(told: Mapping[str, Any]) -> HeldQuestion:
    """What `held_object` wrote. Raises ValueError, KeyError or TypeError for anything else."""
    return HeldQuestion(
        brake=Brake(told["brake"]),
        facts=tuple((each["label"], each["text"]) for each in told["facts"]),
        choices=tuple(HoldChoice(id=each["id"], words=each["words"]) for each in told["choices"]),
        **{own: told[name] for name, own in _OF_HELD.items()},
    )


def changes_object(changes: JobChanges) -> dict[str, Any]:
    """Unknown is null; `patch` where it was asked for."""
    snapshot = changes.snapshot
    told: dict[str, Any] = {
        "id": snapshot.job_id,
        "folder": snapshot.folder,
        "isLive": changes.is_live,
        "isWhole": changes.is_whole,
        "seenAtEnd": not (changes.is_live or snapshot.is_late),
        "before": _look(snapshot.before),
        "after": _look(snapshot.after),
        "history": changes.history or None,
        "leftOut": list(snapshot.left_out),
        "beside": list(snapshot.beside),
        "destructive": [
            {"command": plain_text(each.command), "why": each.why} for each in changes.destructive
        ],
        "files": [_file(each) for each in changes.files],
    }
    return told | ({"patch": changes.patch} if changes.patch else {})


def undone_object(job_id: str, done: UndoDone) -> dict[str, Any]:
    return {"ok": True, "id": job_id, "files": list(done.files), "wereSo": list(done.was_so)}


def _file(change: ChangedFile) -> dict[str, Any]:
    return {
        "path": change.path,
        "change": change.kind,
        "before": change.before or None,
        "linesAdded": change.lines_added,
        "linesRemoved": change.lines_removed,
        "isTakenBack": change.is_taken_back,
    }


def _look(look: SnapshotLook | None) -> dict[str, Any] | None:
    """Of the folder; `commit` and `branch` where there is a git repository."""
    if look is None:
        return None
    told: dict[str, Any] = {
        "at": look.at_s,
        "tookMs": look.took_ms,
        "files": look.files,
        "bytes": look.size,
    }
    if look.head is not None:
        told |= {"commit": look.head.commit or None, "branch": look.head.branch or None}
    return told
