"""`approval_list`: what the gate decided of one's own runs; who sits at this computer sees all."""

import asyncio

from llmgw_desktop.clis.asked import option
from llmgw_desktop.clis.values import one_of, whole_number
from llmgw_desktop.domain.cli import CliName
from llmgw_desktop.domain.principal import LOCAL, Scope
from llmgw_desktop.engine.mcp.tool import FULL_ALONE, Tool, ToolAnswer, ToolCall
from llmgw_desktop.store.approval_store import ApprovalStore
from llmgw_desktop.wire.approvals import approval_object

_USUAL, _MOST = 50, 500


def tools(store: ApprovalStore) -> tuple[Tool, ...]:
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
        return ToolAnswer(structured={"success": True, "count": len(listed), "approvals": listed})

    return (
        Tool(
            name="approval_list",
            title="List approvals",
            description="The gate's decisions on your runs, newest first.",
            takes=(
                option("limit", whole_number(1, _MOST), f"Default: {_USUAL}."),
                option("cli", one_of(*CliName), "Of one CLI."),
            ),
            tells={"count": {"type": "integer"}, "approvals": {"type": "array"}},
            call=list_all,
            scope=Scope.JOBS_RUN,
            profiles=FULL_ALONE,
            reads_only=True,
            is_idempotent=True,
        ),
    )
