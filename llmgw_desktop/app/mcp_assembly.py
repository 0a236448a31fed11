"""What the MCP door offers, joined. A family of tools, resources or prompts is one line here.

Made when the door is first knocked at, from what the container has.
"""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from llmgw_desktop.app.run_assembly import Runs
from llmgw_desktop.domain.clock import Clock
from llmgw_desktop.domain.flight import FlightRecord
from llmgw_desktop.domain.settings import Settings
from llmgw_desktop.engine.bus import Bus
from llmgw_desktop.engine.gateway import Engine
from llmgw_desktop.engine.mcp.offer import Offer
from llmgw_desktop.engine.mcp.resource import Prompt, Resource
from llmgw_desktop.engine.mcp.tool import Tool
from llmgw_desktop.engine.mcp.toolbox import Toolbox
from llmgw_desktop.store.vault import Vault

if TYPE_CHECKING:
    from llmgw_desktop.app.mcp_runs import RunFamilies


@dataclass(frozen=True, slots=True, kw_only=True)
class McpParts:
    """What tools are given; add what yours needs."""

    clock: Clock
    bus: Bus
    engine: Engine
    runs: Runs
    vault: Vault
    settings: Callable[[], Settings]
    record: Callable[[str], FlightRecord | None]
    """By a flight's id; waits for the disk."""
    database: Path

    @property
    def run_families(self) -> "RunFamilies":
        # imported when the door is first knocked at
        from llmgw_desktop.app.mcp_runs import RunFamilies

        return RunFamilies(
            runs=self.runs,
            clock=self.clock,
            settings=self.settings,
            record=self.record,
            database=self.database,
        )


def make_offer(parts: McpParts) -> Offer:
    return Offer(
        toolbox=Toolbox(_tools(parts)),
        resources=_resources(parts),
        prompts=_prompts(parts),
        bus=parts.bus,
    )


def _tools(parts: McpParts) -> tuple[Tool, ...]:
    """In the order in which clients list them."""
    return (*parts.run_families.tools(),)


def _resources(parts: McpParts) -> tuple[Resource, ...]:
    return (*parts.run_families.resources(),)


def _prompts(parts: McpParts) -> tuple[Prompt, ...]:
    return ()
