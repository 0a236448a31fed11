"""What the MCP door offers, joined. A family of tools, resources or prompts is one line here.

Made when the door is first knocked at, from what the container has.
"""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from llmgw_desktop.app.clis_here import ClisHere
from llmgw_desktop.app.run_assembly import Runs
from llmgw_desktop.domain.clock import Clock
from llmgw_desktop.domain.flight import FlightRecord
from llmgw_desktop.domain.settings import Settings
from llmgw_desktop.engine.bus import Bus
from llmgw_desktop.engine.gateway import Engine
from llmgw_desktop.engine.mcp.offer import Offer
from llmgw_desktop.engine.mcp.resource import Prompt, Resource
from llmgw_desktop.engine.mcp.resources.cli_resources import cli_resources
from llmgw_desktop.engine.mcp.resources.skill_resources import skill_resources
from llmgw_desktop.engine.mcp.tool import Tool
from llmgw_desktop.engine.mcp.toolbox import Toolbox
from llmgw_desktop.engine.mcp.tools.capability_tools import capability_tools
from llmgw_desktop.engine.mcp.tools.cli_model_tools import cli_model_tools
from llmgw_desktop.engine.mcp.tools.subcommand_tools import subcommand_tools
from llmgw_desktop.engine.mcp.tools.upgrade_tools import upgrade_tools
from llmgw_desktop.engine.mcp.tools.version_tools import version_tools
from llmgw_desktop.store.skills import SkillFolders
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
    clis: ClisHere
    skills: SkillFolders

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
    desk = parts.clis.desk
    return (
        *parts.run_families.tools(),
        *cli_model_tools(desk, parts.engine.catalogue.models),
        *version_tools(desk),
        *capability_tools(desk),
        *subcommand_tools(desk),
        *upgrade_tools(parts.clis.upgrader),
    )


def _resources(parts: McpParts) -> tuple[Resource, ...]:
    return (
        *parts.run_families.resources(),
        *cli_resources(parts.clis.desk),
        *skill_resources(parts.skills),
    )


def _prompts(parts: McpParts) -> tuple[Prompt, ...]:
    return ()
