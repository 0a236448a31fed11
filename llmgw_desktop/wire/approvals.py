"""A decision of the gate as the doors write it."""

from datetime import UTC, datetime
from typing import Any

from llmgw_desktop.domain.approval import Approval


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
