"""What the MCP door offers around runs of vendors' CLIs, joined."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from llmgw_desktop.app.cli_words import TITLES
from llmgw_desktop.app.run_assembly import Runs
from llmgw_desktop.clis.registry import NAMES, cli_of
from llmgw_desktop.domain.cli import CliName
from llmgw_desktop.domain.clock import Clock
from llmgw_desktop.domain.settings import Settings
from llmgw_desktop.engine.mcp.resource import Resource
from llmgw_desktop.engine.mcp.resources.metrics import metrics_resources
from llmgw_desktop.engine.mcp.resources.sessions import session_resources
from llmgw_desktop.engine.mcp.tool import Tool
from llmgw_desktop.engine.mcp.tools.codex_fork import codex_fork_tools
from llmgw_desktop.engine.mcp.tools.job_log import JobLogs
from llmgw_desktop.engine.mcp.tools.jobs import job_tools
from llmgw_desktop.engine.mcp.tools.process_health import ProcessFacts, health_tools
from llmgw_desktop.engine.mcp.tools.recall import Record, recall_tools
from llmgw_desktop.engine.mcp.tools.requests import request_tools
from llmgw_desktop.engine.mcp.tools.sessions import CacheState, session_tools


@dataclass(frozen=True, slots=True, kw_only=True)
class RunFamilies:
    """What its tools and resources are given."""

    runs: Runs
    clock: Clock
    settings: Callable[[], Settings]
    record: Record
    database: Path
    cache_state: CacheState | None = None
    mcp_sessions: Callable[[], int] | None = None

    def tools(self) -> tuple[Tool, ...]:
        """To be asked for once: they follow jobs until the runs are closed."""
        service, store = self.runs.service, self.runs.job_store
        logs = JobLogs(service, self.clock)
        self.runs.followed_by(logs.close)
        return (
            *request_tools(service, map(cli_of, NAMES), TITLES),
            *job_tools(service, logs),
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
