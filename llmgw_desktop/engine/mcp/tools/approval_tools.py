"""`approval_list`: what the gate decided of one's own runs; who sits at this computer sees all."""

import asyncio
from collections.abc import Callable, Sequence

from llmgw_desktop.clis.asked import option
from llmgw_desktop.clis.values import one_of, whole_number
from llmgw_desktop.domain.cli import CliName
from llmgw_desktop.domain.permission import PermissionQuestion
from llmgw_desktop.domain.principal import LOCAL, Scope
from llmgw_desktop.engine.mcp.tool import FULL_ALONE, Tool, ToolAnswer, ToolCall
from llmgw_desktop.store.approval_store import ApprovalStore
from llmgw_desktop.wire.approvals import approval_object
from llmgw_desktop.wire.jobs import wish_object

_USUAL, _MOST = 50, 500


def tools(
    store: ApprovalStore, waiting: Callable[[], Sequence[PermissionQuestion]] = tuple
) -> tuple[Tool, ...]:
    """`waiting`: what agents ask now. It is told here and answered elsewhere."""

    async def list_all(call: ToolCall) -> ToolAnswer:
        owner = call.principal.client_id
        cli = call.arguments.get("cli")
        found = await asyncio.to_thread(
            store.recent,
            None if owner == LOCAL.client_id else owner,
            CliName(cli) if cli else None,
            limit=call.arguments.get("limit", _USUAL),
        )
        listed = [approval_object(each) for each in found]
        asked = [
            {"jobId": each.job_id, "cli": each.cli, **wish_object(each)}
            for each in waiting()
            if owner in (LOCAL.client_id, each.owner) and cli in (None, each.cli)
        ]
        told = {"count": len(listed), "approvals": listed, "waiting": asked}
        return ToolAnswer(structured={"success": True, **told})

    return (
        Tool(
            name="approval_list",
            title="List approvals",
            description="The gate's decisions on your runs, newest first, and what their agents"
            " ask a person now.",
            takes=(
                option("limit", whole_number(1, _MOST), f"Default: {_USUAL}."),
                option("cli", one_of(*CliName), "Of one CLI."),
            ),
            tells={
                "count": {"type": "integer"},
                "approvals": {"type": "array"},
                "waiting": {"type": "array"},
            },
            call=list_all,
            scope=Scope.JOBS_RUN,
            profiles=FULL_ALONE,
            reads_only=True,
            is_idempotent=True,
        ),
    )
