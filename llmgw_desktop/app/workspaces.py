"""The registry of workspaces, joined: for the gateway and for `llmgw workspace`."""

from collections.abc import Callable, Mapping
from pathlib import Path

from llmgw_desktop.domain.clock import Clock
from llmgw_desktop.domain.workspace import WorkspaceSettings
from llmgw_desktop.engine.workspaces.git import Git
from llmgw_desktop.engine.workspaces.guard import Guard
from llmgw_desktop.engine.workspaces.registry import Workspaces
from llmgw_desktop.store.paths import Places
from llmgw_desktop.store.workspace_store import WorkspaceStore


def open_workspaces(
    places: Places,
    env: Mapping[str, str],
    settings: Callable[[], WorkspaceSettings],
    clock: Clock,
) -> Workspaces:
    """`settings`: those in force."""
    home = env.get("HOME", "")
    return Workspaces(
        WorkspaceStore(places.gateway_db),
        settings,
        guard=Guard(Path(home) if home else None, places.folders),
        git=Git(env),
        clock=clock,
    )
