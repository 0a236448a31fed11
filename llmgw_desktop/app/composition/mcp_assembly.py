"""What the MCP door offers, joined. A family of tools, resources or flows is one line here."""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

from llmgw_desktop.app.command_line.this_program import own_python
from llmgw_desktop.app.composition.engine_assembly import EngineParts
from llmgw_desktop.app.composition.run_assembly import Runs
from llmgw_desktop.app.settings.told import told_settings
from llmgw_desktop.clis.registry import NAMES, cli_of
from llmgw_desktop.domain.cli import CliName
from llmgw_desktop.domain.clock import Clock
from llmgw_desktop.domain.settings.whole import Settings
from llmgw_desktop.domain.values import value
from llmgw_desktop.engine.front.records_door import FlightSearch
from llmgw_desktop.engine.mcp import flows
from llmgw_desktop.engine.mcp.code.runner import CodeRunner
from llmgw_desktop.engine.mcp.offer import McpOffer, McpPrompt, Resource
from llmgw_desktop.engine.mcp.resources import records
from llmgw_desktop.engine.mcp.resources.cache_state import (
    cache_state_resources,
    session_cache,
)
from llmgw_desktop.engine.mcp.resources.cli_resources import cli_resources, skill_resources
from llmgw_desktop.engine.mcp.resources.records import (
    limits_resources,
    metrics_resources,
    question_resources,
    result_resources,
    session_resources,
)
from llmgw_desktop.engine.mcp.results import KeptResults
from llmgw_desktop.engine.mcp.tool import McpTool, McpToolCall, ToolAnswer
from llmgw_desktop.engine.mcp.toolbox import Toolbox
from llmgw_desktop.engine.mcp.tools import (
    config_tools,
    gateway_tools,
    model_tools,
    panel_tools,
    validation_tools,
    vault_tools,
    workspace_tools,
)
from llmgw_desktop.engine.mcp.tools.cache_tools import cache_resources, cache_tools
from llmgw_desktop.engine.mcp.tools.cli_tools import (
    capability_tools,
    cli_model_tools,
    subcommand_tools,
)
from llmgw_desktop.engine.mcp.tools.flight_tools import (
    FlightFinding,
    flight_resources,
    flight_tools,
)
from llmgw_desktop.engine.mcp.tools.flight_work import (
    check_tools,
    diff_tools,
    mark_tools,
    replay_tools,
)
from llmgw_desktop.engine.mcp.tools.gateway_tools import ProcessFacts, health_tools
from llmgw_desktop.engine.mcp.tools.job_log import JobLogs
from llmgw_desktop.engine.mcp.tools.jobs import job_tools
from llmgw_desktop.engine.mcp.tools.panel_tools import PanelParts
from llmgw_desktop.engine.mcp.tools.recall import Record, recall_tools
from llmgw_desktop.engine.mcp.tools.requests import codex_fork_tools, request_tools
from llmgw_desktop.engine.mcp.tools.search_tools import search_tools
from llmgw_desktop.engine.mcp.tools.sessions import CacheState, session_tools
from llmgw_desktop.engine.mcp.tools.version_tools import upgrade_tools, version_tools
from llmgw_desktop.engine.telemetry import EndedToolCall
from llmgw_desktop.store.resources import SkillFolders


@value
class RunFamilies:
    """What its tools and resources are given."""

    runs: Runs
    clock: Clock
    settings: Callable[[], Settings]
    record: Record
    database: Path
    cache_state: CacheState | None = None
    mcp_sessions: Callable[[], int] | None = None

    def tools(self) -> tuple[McpTool, ...]:
        """To be asked for once: they follow jobs until the runs are closed."""
        service, store = self.runs.service, self.runs.job_store
        logs = JobLogs(service, self.clock)
        self.runs.followed_by(logs.close)
        return (
            *request_tools(service, map(cli_of, NAMES)),
            *job_tools(service, logs, self.runs.hand_overs),
            *codex_fork_tools(service, cli_of(CliName.CODEX)),
            *recall_tools(service, store, self.record),
            *session_tools(service.sessions, store, self.cache_state),
            *health_tools(self._facts()),
        )

    def resources(self) -> tuple[Resource, ...]:
        return (
            *session_resources(self.runs.service.sessions),
            *metrics_resources(self.runs.job_store, self._facts()),
        )

    def _facts(self) -> ProcessFacts:
        return ProcessFacts(
            runs=self.runs.service,
            settings=self.settings,
            database=self.database,
            mcp_sessions=self.mcp_sessions,
        )


PROMPTS: tuple[McpPrompt, ...] = (
    flows.three_reviewers(),
    flows.consensus(),
    flows.implement_review_fix(),
    flows.red_and_blue(),
)


def make_offer(parts: EngineParts) -> McpOffer:
    whole: list[Toolbox] = []
    results, runner = KeptResults(), CodeRunner(own_python())
    searching = search_tools(lambda: whole[0], runner, results)
    families = (*(family(parts) for family in TOOLS), results.tools(), searching)
    tools = (_heard(tool, parts) for family in families for tool in family)
    whole.append(Toolbox(tools, lambda: parts.tool_servers, results))
    return McpOffer(
        toolbox=whole[0],
        resources=(
            *(resource for family in RESOURCES for resource in family(parts)),
            *result_resources(results),
        ),
        prompts=PROMPTS,
        bus=parts.bus,
    )


def _heard(tool: McpTool, parts: EngineParts) -> McpTool:
    """With each of its calls told to telemetry while that is on."""
    telemetry, clock = parts.telemetry, parts.clock

    async def call(asked: McpToolCall) -> ToolAnswer:
        if not telemetry.is_on:
            return await tool.call(asked)
        began_s, began_at_s, error = clock.monotonic_s(), clock.now_s(), ""
        try:
            answer = await tool.call(asked)
        except BaseException as fault:
            error = type(fault).__name__
            raise
        else:
            error = str(answer.structured.get("errorCategory", "")) if answer.is_error else ""
            return answer
        finally:
            took_ms = (clock.monotonic_s() - began_s) * 1000
            who = asked.principal.name
            ended = EndedToolCall(
                tool=tool.name, client=who, started_at_s=began_at_s, took_ms=took_ms, error=error
            )
            telemetry.called(ended)

    return replace(tool, call=call)


def _panels(parts: EngineParts) -> PanelParts:
    return PanelParts(
        validations=parts.validations,
        env=parts.env,
        wait_s=lambda: parts.settings().jobs.sync_deadline_ms / 1000 or None,
        folder_of=parts.runs.service.workspaces.top,
    )


def _runs(parts: EngineParts) -> RunFamilies:
    return RunFamilies(
        runs=parts.runs,
        clock=parts.clock,
        settings=parts.settings,
        record=parts.recording.reader.record,
        database=parts.places.gateway_db,
        cache_state=session_cache(parts.runs.caches, parts.runs.service.sessions),
        mcp_sessions=lambda: parts.mcp_door.open_sessions,
    )


def _config(parts: EngineParts) -> config_tools.ConfigParts:
    return config_tools.ConfigParts(
        listed=lambda: told_settings(parts.places.config_file, parts.env),
        settings=parts.settings,
        folder_of=parts.runs.service.workspaces.top,
        standing_of=parts.policies.standing_of,
    )


def _flights(parts: EngineParts) -> FlightFinding:
    shelf = parts.recording.shelf
    return FlightFinding(
        find=shelf.find,
        whole=shelf.whole,
        listed=shelf.listed,
        settled=FlightSearch(shelf.searched).settled,
        now_s=parts.clock.now_s,
    )


TOOLS: tuple[Callable[[EngineParts], tuple[McpTool, ...]], ...] = (
    lambda parts: _runs(parts).tools(),
    lambda parts: panel_tools.tools(_panels(parts)),
    lambda parts: validation_tools.tools(_panels(parts)),
    lambda parts: cli_model_tools(parts.clis.desk, parts.catalogue.models),
    lambda parts: version_tools(parts.clis.desk),
    lambda parts: capability_tools(parts.clis.desk),
    lambda parts: subcommand_tools(parts.clis.desk),
    lambda parts: upgrade_tools(parts.clis.upgrader),
    lambda parts: model_tools.tools(
        parts.engine.models,
        lambda: parts.pipeline.router.providers,
        parts.catalogue.models,
    ),
    lambda parts: workspace_tools.tools(parts.runs.service.workspaces),
    lambda parts: vault_tools.tools(parts.vault, parts.new_key),
    lambda parts: cache_tools(parts.recording.explainer),
    lambda parts: gateway_tools.tools(
        parts.runs.approvals,
        lambda: parts.runs.permissions.waiting,
        lambda: parts.brakes.holds.waiting,
    ),
    lambda parts: flight_tools(_flights(parts)),
    lambda parts: diff_tools(parts.flight_diffs.of),
    lambda parts: replay_tools(parts.replay_door.of),
    lambda parts: mark_tools(parts.flight_marks.of),
    lambda parts: check_tools(parts.checks_door),
    lambda parts: gateway_tools.sums_tools(parts.flight_sums, parts.clock),
    lambda parts: config_tools.tools(_config(parts)),
)
"""Every family of tools, in the order in which clients list them. A tool is one `McpTool` in a file
of `engine/mcp/tools`; a file that is new has its line here."""
RESOURCES: tuple[Callable[[EngineParts], tuple[Resource, ...]], ...] = (
    lambda parts: _runs(parts).resources(),
    lambda parts: cli_resources(parts.clis.desk),
    lambda parts: skill_resources(SkillFolders(parts.places.skills_folder)),
    lambda parts: records.resources(parts.validations),
    lambda parts: limits_resources(parts.policies.standing_of),
    lambda parts: question_resources(
        lambda: parts.question_list, parts.recording.recorder.clean_text
    ),
    lambda parts: flight_resources(_flights(parts)),
    lambda parts: cache_resources(parts.recording.explainer),
    lambda parts: cache_state_resources(parts.runs.caches, parts.runs.service.sessions),
)
"""Every family of resources, in that order too."""
