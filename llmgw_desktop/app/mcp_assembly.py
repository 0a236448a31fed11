"""What the MCP door offers, joined. A family of tools, resources or prompts is one line here.

Made when the door is first knocked at, from what the container has.
"""

from collections.abc import Callable
from dataclasses import dataclass

from llmgw_desktop.app.run_assembly import Runs
from llmgw_desktop.domain.clock import Clock
from llmgw_desktop.domain.vault import VaultEntry
from llmgw_desktop.engine.bus import Bus
from llmgw_desktop.engine.gateway import Engine
from llmgw_desktop.engine.mcp.offer import Offer
from llmgw_desktop.engine.mcp.resource import Prompt, Resource
from llmgw_desktop.engine.mcp.tool import Tool
from llmgw_desktop.engine.mcp.toolbox import Toolbox
from llmgw_desktop.store.vault import Vault


@dataclass(frozen=True, slots=True, kw_only=True)
class McpParts:
    """What tools are given; add what yours needs."""

    clock: Clock
    bus: Bus
    engine: Engine
    runs: Runs
    vault: Vault
    new_key: Callable[[VaultEntry], None]
    """The vault has another value."""


def make_offer(parts: McpParts) -> Offer:
    return Offer(
        toolbox=Toolbox(_tools(parts)), resources=_resources(parts), prompts=_prompts(parts)
    )


def _tools(parts: McpParts) -> tuple[Tool, ...]:
    """In the order in which clients list them."""
    from llmgw_desktop.engine.mcp.tools import (
        approval_tools,
        model_tools,
        vault_tools,
        workspace_tools,
    )

    engine = parts.engine
    return (
        *model_tools.tools(
            engine.asking, lambda: engine.pipeline.router.providers, engine.catalogue.models
        ),
        *workspace_tools.tools(parts.runs.service.workspaces),
        *vault_tools.tools(parts.vault, parts.new_key),
        *approval_tools.tools(parts.runs.approvals),
    )


def _resources(parts: McpParts) -> tuple[Resource, ...]:
    return ()


def _prompts(parts: McpParts) -> tuple[Prompt, ...]:
    return ()
