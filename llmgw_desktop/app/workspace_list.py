"""What a person can do with the registry of workspaces: see it, add, change, remove, name the one
that is meant where none is named."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from llmgw_desktop.app.inert_text import inert_line
from llmgw_desktop.domain.workspace import Workspace, WorkspaceKind

BY = "the window"
_OF_SETTINGS = "stands in the settings file, and is changed there"


class Registry(Protocol):
    """What is asked of the engine's workspaces. Touches the disk; raises StoreError, InvalidRun
    and NoSuchWorkspace."""

    def all(self) -> Sequence[Workspace]: ...

    def add(self, alias: str, path: str, *, default: bool, by: str) -> Workspace: ...

    def change(self, alias: str, path: str, *, default: bool) -> Workspace: ...

    def remove(self, alias: str) -> None: ...


@dataclass(frozen=True, slots=True, kw_only=True)
class WorkspaceCard:
    alias: str
    path: str
    words: str
    is_default: bool
    can_change: bool


class WorkspaceList:
    """Everything is for a thread, and raises StoreError, InvalidRun or NoSuchWorkspace."""

    def __init__(self, registry: Registry) -> None:
        self._registry = registry

    def cards(self) -> tuple[WorkspaceCard, ...]:
        return tuple(_card(each) for each in self._registry.all())

    def add(self, alias: str, path: str, *, default: bool) -> str:
        """The answer is what was done, in a sentence."""
        added = self._registry.add(alias.strip(), _absolute(path), default=default, by=BY)
        return f"{added.alias} is {added.path}."

    def change(self, alias: str, path: str, *, default: bool) -> str:
        changed = self._registry.change(alias, _absolute(path), default=default)
        return f"{changed.alias} is {changed.path}."

    def remove(self, alias: str) -> str:
        self._registry.remove(alias)
        return f"{alias} is no workspace any more; its folder stays as it is."


def _absolute(path: str) -> str:
    return str(Path(path.strip()).expanduser().absolute()) if path.strip() else ""


def _card(workspace: Workspace) -> WorkspaceCard:
    parts = ["git repository" if workspace.kind is WorkspaceKind.GIT else "folder"]
    if workspace.clis:
        parts.append(f"for {', '.join(workspace.clis)} alone")
    if workspace.is_of_settings:
        parts.append(_OF_SETTINGS)
    elif workspace.made_by:
        parts.append(f"registered by {inert_line(workspace.made_by, 60)}")
    return WorkspaceCard(
        alias=workspace.alias,
        path=inert_line(workspace.path, 300),
        words=" · ".join(parts),
        is_default=workspace.is_default,
        can_change=not workspace.is_of_settings,
    )
