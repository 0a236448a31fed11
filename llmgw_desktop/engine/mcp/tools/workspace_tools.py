"""Workspaces over MCP: who may run jobs sees them; who may manage them makes and registers more.

Local callers have these tools as remote ones do. The gateway that had them first refuses them to
whoever came over stdio, because there a path says as much; but an alias is shorter, it is checked
where a path is not, and an agent should not have to know how it is connected.
"""

import asyncio
from collections.abc import Callable
from typing import Any

from llmgw_desktop.clis.fields import ON, TEXT, one_of, option
from llmgw_desktop.domain.access.access_errors import AccessError
from llmgw_desktop.domain.access.principal import Scope
from llmgw_desktop.domain.jobs.workspace import AllowedRoot, Workspace, WorkspaceKind
from llmgw_desktop.engine.mcp.tool import FULL_ALONE, Guide, McpTool, McpToolCall, ToolAnswer
from llmgw_desktop.engine.workspaces.registry import Workspaces

_ALIAS = option("alias", TEXT, "Letters, digits, . _ -.")
_DEFAULT = option("setDefault", ON, "Make it the default.")
_OBJECT = {"type": "object"}


class _Calls:
    def __init__(self, workspaces: Workspaces) -> None:
        self._workspaces = workspaces

    async def list_all(self, _: McpToolCall) -> ToolAnswer:
        listed = await asyncio.to_thread(self._workspaces.all)
        said = self._workspaces.settings
        structured = {
            "success": True,
            "count": len(listed),
            "default": next((each.alias for each in listed if each.is_default), None),
            "workspaces": [shown(each) for each in listed],
            "allowedRoots": [_root(each) for each in said.allowed_roots],
            "adminEnabled": said.admin,
        }
        return ToolAnswer(structured=structured)

    async def get(self, call: McpToolCall) -> ToolAnswer:
        return await _told(self._workspaces.get, call.arguments["alias"], "alias")

    async def create(self, call: McpToolCall) -> ToolAnswer:
        self._check_on()
        given = call.arguments
        return await _told(
            self._workspaces.create,
            given["alias"],
            given["root"],
            given["slug"],
            WorkspaceKind(given.get("kind", WorkspaceKind.GIT)),
            default=given.get("setDefault", False),
            by=call.principal.name,
        )

    async def register(self, call: McpToolCall) -> ToolAnswer:
        self._check_on()
        given = call.arguments
        return await _told(
            self._workspaces.register,
            given["alias"],
            given["path"],
            default=given.get("setDefault", False),
            by=call.principal.name,
        )

    def _check_on(self) -> None:
        """The permission alone is not enough: a person must want it at all."""
        if not self._workspaces.settings.admin:
            raise AccessError(
                "Programs may not change workspaces here. A person can allow it by [workspaces]"
                " admin = true in the settings or LLM_GATEWAY_WORKSPACE_ADMIN=1."
            )


def tools(workspaces: Workspaces) -> tuple[McpTool, ...]:
    calls = _Calls(workspaces)
    return (*_reading(calls), *_changing(calls))


def _reading(calls: _Calls) -> tuple[McpTool, ...]:
    return (
        McpTool(
            name="workspace_list",
            title="List workspaces",
            description="Registered folders that jobs may work in.",
            guide=Guide(
                when="where jobs may work",
                returns="workspaces, default, roots",
                costs="nothing",
                example={},
            ),
            tells={
                "default": {"type": ["string", "null"]},
                "workspaces": {"type": "array"},
                "allowedRoots": {"type": "array"},
            },
            call=calls.list_all,
            scope=Scope.JOBS_RUN,
            profiles=FULL_ALONE,
            reads_only=True,
            is_idempotent=True,
        ),
        McpTool(
            name="workspace_get",
            title="Get a workspace",
            description="One workspace.",
            guide=Guide(
                when="where one lies",
                returns="its folder and kind",
                costs="nothing",
                example={"alias": "site"},
            ),
            takes=(_ALIAS,),
            needs=frozenset({"alias"}),
            tells={"workspace": _OBJECT},
            call=calls.get,
            scope=Scope.JOBS_RUN,
            profiles=FULL_ALONE,
            reads_only=True,
            is_idempotent=True,
        ),
    )


def _changing(calls: _Calls) -> tuple[McpTool, ...]:
    return (
        McpTool(
            name="workspace_create",
            title="Make a workspace",
            description="Makes a folder or git repository below an allowed root.",
            guide=Guide(
                when="a new project",
                returns="the workspace",
                costs="makes a folder",
                example={"alias": "site", "root": "/home/me/src", "slug": "site"},
            ),
            takes=(
                _ALIAS,
                option("root", TEXT, "Alias of an allowed root."),
                option("slug", TEXT, "The folder below it: a or a/b."),
                option("kind", one_of(*WorkspaceKind), "Default: git."),
                _DEFAULT,
            ),
            needs=frozenset({"alias", "root", "slug"}),
            tells={"workspace": _OBJECT},
            call=calls.create,
            scope=Scope.WORKSPACE_ADMIN,
            profiles=FULL_ALONE,
            destroys=True,
        ),
        McpTool(
            name="workspace_register_existing_repo",
            title="Register a repository",
            description="Registers a git repository that lies below an allowed root.",
            guide=Guide(
                when="a repository that is there",
                returns="the workspace",
                costs="nothing",
                example={"alias": "site", "path": "/home/me/src/site"},
            ),
            takes=(_ALIAS, option("path", TEXT, "Absolute."), _DEFAULT),
            needs=frozenset({"alias", "path"}),
            tells={"workspace": _OBJECT},
            call=calls.register,
            scope=Scope.WORKSPACE_ADMIN,
            profiles=FULL_ALONE,
        ),
    )


def shown(workspace: Workspace) -> dict[str, object]:
    return {
        "alias": workspace.alias,
        "path": workspace.path,
        "kind": workspace.kind,
        "providers": list(workspace.clis) or None,
        "root": workspace.root or None,
        "isDefault": workspace.is_default,
        "source": "settings" if workspace.is_of_settings else "registered",
        "containment": {
            "contain": workspace.containment.contain,
            "network": workspace.containment.network,
            "readable": list(workspace.containment.readable),
            "writable": list(workspace.containment.writable),
        },
    }


def _root(root: AllowedRoot) -> dict[str, object]:
    return {
        "alias": root.alias,
        "path": root.path,
        "allowRegisterExistingGitRepos": root.allow_register_existing_git_repos,
        "allowCreateDirectories": root.allow_create_directories,
        "allowInitGitRepos": root.allow_init_git_repos,
        "maxCreateDepth": root.max_create_depth,
    }


async def _told(find: Callable[..., Workspace], *named: Any, **more: Any) -> ToolAnswer:
    workspace = await asyncio.to_thread(find, *named, **more)
    return ToolAnswer(structured={"success": True, "workspace": shown(workspace)})
