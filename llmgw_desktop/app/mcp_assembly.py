"""What the MCP door offers, joined. A family of tools, resources or prompts is one line here.

Made when the door is first knocked at, from what the container has.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

from llmgw_desktop.app.clis_here import ClisHere
from llmgw_desktop.app.mcp_runs import RunFamilies
from llmgw_desktop.app.run_assembly import Runs
from llmgw_desktop.domain.clock import Clock
from llmgw_desktop.domain.flight import FlightRecord
from llmgw_desktop.domain.settings import Settings
from llmgw_desktop.domain.vault import VaultEntry
from llmgw_desktop.engine.bus import Bus
from llmgw_desktop.engine.gateway import Engine
from llmgw_desktop.engine.mcp.offer import Offer
from llmgw_desktop.engine.mcp.prompts import change_flows, review_flows
from llmgw_desktop.engine.mcp.resource import Prompt, Resource
from llmgw_desktop.engine.mcp.resources import receipts
from llmgw_desktop.engine.mcp.resources.cache_state import (
    cache_state_resources,
    session_cache,
)
from llmgw_desktop.engine.mcp.resources.cli_resources import cli_resources
from llmgw_desktop.engine.mcp.resources.limits import limits_resources
from llmgw_desktop.engine.mcp.resources.skill_resources import skill_resources
from llmgw_desktop.engine.mcp.tool import Tool
from llmgw_desktop.engine.mcp.toolbox import Toolbox
from llmgw_desktop.engine.mcp.tools import (
    approval_tools,
    model_tools,
    panel_tools,
    validation_tools,
    vault_tools,
    workspace_tools,
)
from llmgw_desktop.engine.mcp.tools.capability_tools import capability_tools
from llmgw_desktop.engine.mcp.tools.cli_model_tools import cli_model_tools
from llmgw_desktop.engine.mcp.tools.panel_parts import PanelParts
from llmgw_desktop.engine.mcp.tools.subcommand_tools import subcommand_tools
from llmgw_desktop.engine.mcp.tools.upgrade_tools import upgrade_tools
from llmgw_desktop.engine.mcp.tools.version_tools import version_tools
from llmgw_desktop.engine.validation.service import ValidationService
from llmgw_desktop.store.skills import SkillFolders
from llmgw_desktop.store.vault import Vault

PROMPTS: tuple[Prompt, ...] = (*review_flows.prompts(), *change_flows.prompts())


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
    new_key: Callable[[VaultEntry], None]
    """The vault has another value."""
    validations: ValidationService
    env: Mapping[str, str]


def make_offer(parts: McpParts) -> Offer:
    return Offer(
        toolbox=Toolbox(_tools(parts)),
        resources=_resources(parts),
        prompts=PROMPTS,
        bus=parts.bus,
    )


def _tools(parts: McpParts) -> tuple[Tool, ...]:
    """In the order in which clients list them."""
    desk, engine, runs = parts.clis.desk, parts.engine, parts.runs
    panels = _panels(parts)
    return (
        *_runs(parts).tools(),
        *panel_tools.tools(panels),
        *validation_tools.tools(panels),
        *cli_model_tools(desk, engine.catalogue.models),
        *version_tools(desk),
        *capability_tools(desk),
        *subcommand_tools(desk),
        *upgrade_tools(parts.clis.upgrader),
        *model_tools.tools(
            engine.asking, lambda: engine.pipeline.router.providers, engine.catalogue.models
        ),
        *workspace_tools.tools(runs.service.workspaces),
        *vault_tools.tools(parts.vault, parts.new_key),
        *approval_tools.tools(runs.approvals, lambda: runs.permissions.waiting),
    )


def _resources(parts: McpParts) -> tuple[Resource, ...]:
    return (
        *_runs(parts).resources(),
        *cli_resources(parts.clis.desk),
        *skill_resources(parts.skills),
        *receipts.resources(parts.validations),
        *limits_resources(parts.engine.pipeline.policies.standing_of),
        *cache_state_resources(parts.runs.caches, parts.runs.service.sessions),
    )


def _panels(parts: McpParts) -> PanelParts:
    return PanelParts(
        validations=parts.validations,
        env=parts.env,
        wait_s=lambda: parts.settings().jobs.sync_deadline_ms / 1000 or None,
        folder_of=parts.runs.service.workspaces.top,
    )


def _runs(parts: McpParts) -> RunFamilies:
    return RunFamilies(
        runs=parts.runs,
        clock=parts.clock,
        settings=parts.settings,
        record=parts.record,
        database=parts.database,
        cache_state=session_cache(parts.runs.caches, parts.runs.service.sessions),
        mcp_sessions=lambda: parts.engine.mcp.open_sessions,
    )
