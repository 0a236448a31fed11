"""The tool that tells what each CLI can be asked for."""

from typing import Any

from llmgw_desktop.clis.asked import option
from llmgw_desktop.clis.values import ON
from llmgw_desktop.domain.cli import CliName
from llmgw_desktop.domain.principal import Scope
from llmgw_desktop.engine.mcp.capability_view import SCHEMA, Wanted, capabilities
from llmgw_desktop.engine.mcp.cli_desk import CliDesk
from llmgw_desktop.engine.mcp.several import each_by_name
from llmgw_desktop.engine.mcp.tool import REVIEW_AND_FULL, Tool, ToolAnswer, ToolCall
from llmgw_desktop.engine.mcp.tools.cli_model_tools import CLI, asked_clis
from llmgw_desktop.engine.mcp.tools.version_tools import is_local


def capability_tools(desk: CliDesk) -> tuple[Tool, ...]:
    async def tell(call: ToolCall) -> ToolAnswer:
        given = call.arguments
        wanted = Wanted(
            skills=given.get("includeSkills", True),
            tools=given.get("includeProviderTools", True),
            unsupported=given.get("includeUnsupported", True),
            paths=given.get("includePaths", False) and is_local(call.principal),
            anew=given.get("refresh", False),
        )

        async def one(name: CliName) -> dict[str, Any]:
            return await capabilities(desk, name, wanted)

        told = await each_by_name(asked_clis(call), one)
        answer = {"success": True, "schemaVersion": SCHEMA, "providers": told}
        return ToolAnswer(structured=answer)

    return (
        Tool(
            name="provider_tool_capabilities",
            title="CLI capabilities",
            description="What each CLI can be asked for: sessions, permissions, tools, fields.",
            takes=(
                CLI,
                option("includeSkills", ON, "The person's skills it finds; true."),
                option("includeProviderTools", ON, "Fields that rule its tools; true."),
                option("includeUnsupported", ON, "What it cannot; true."),
                option("includePaths", ON, "Paths, to the local client only."),
                option("refresh", ON, "Ask the programs anew."),
            ),
            tells={"schemaVersion": {"type": "string"}, "providers": {"type": "object"}},
            call=tell,
            scope=Scope.JOBS_RUN,
            profiles=REVIEW_AND_FULL,
            reads_only=True,
        ),
    )
