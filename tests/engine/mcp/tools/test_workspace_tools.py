"""The workspaces' tools: who sees them, who may change something, and how it is told."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import jsonschema
import pytest

from llmgw_desktop.domain.access.principal import LOCAL, Principal, Scope
from llmgw_desktop.engine.mcp.listing import output_schema
from llmgw_desktop.engine.mcp.tool import Profile, ToolAnswer
from llmgw_desktop.engine.mcp.toolbox import Toolbox
from llmgw_desktop.engine.mcp.tools import workspace_tools
from tests.support.workspace_scene import Scene, open_scene

RUNNER = Principal(client_id="cli_1", name="anna", scopes=frozenset({Scope.JOBS_RUN}))
KEEPER = Principal(
    client_id="cli_2", name="ben", scopes=frozenset({Scope.JOBS_RUN, Scope.WORKSPACE_ADMIN})
)
NOBODY = Principal(client_id="cli_3", name="carl", scopes=frozenset({Scope.MCP}))


@pytest.fixture
def scene(tmp_path: Path) -> Iterator[Scene]:
    with open_scene(tmp_path) as scene:
        yield scene


async def call(scene: Scene, name: str, who: Principal = KEEPER, **arguments: Any) -> ToolAnswer:
    tools = workspace_tools.tools(scene.workspaces)
    answer = await Toolbox(tools).call(name, arguments, who)
    (tool,) = [tool for tool in tools if tool.name == name]
    jsonschema.validate(answer.structured, output_schema(tool))
    return answer


async def test_one_is_made_and_seen_by_all_who_may_run_jobs(scene: Scene) -> None:
    made = await call(scene, "workspace_create", alias="w", root="code", slug="a", setDefault=True)
    assert made.structured["workspace"]["kind"] == "git"
    assert made.structured["workspace"]["path"] == str(scene.root / "a")
    listed = (await call(scene, "workspace_list", RUNNER)).structured
    assert (listed["count"], listed["default"]) == (1, "w")
    assert listed["allowedRoots"][0]["maxCreateDepth"] == 2
    nothing = {"contain": None, "network": None, "readable": [], "writable": []}
    assert listed["workspaces"][0]["containment"] == nothing
    one = await call(scene, "workspace_get", LOCAL, alias="w")
    assert one.structured["workspace"] == listed["workspaces"][0]
    missing = await call(scene, "workspace_get", RUNNER, alias="v")
    assert missing.structured["errorCategory"] == "not_found"


async def test_a_repository_is_registered(scene: Scene) -> None:
    folder = scene.repository("repo")
    name = "workspace_register_existing_repo"
    made = await call(scene, name, alias="w", path=str(folder))
    assert made.structured["workspace"]["root"] == "code"
    again = await call(scene, name, alias="w", path=str(folder))
    assert (again.structured["errorCategory"], again.structured["field"]) == (
        "invalid_input",
        "alias",
    )


@pytest.mark.parametrize("who", [KEEPER, LOCAL])
async def test_nothing_is_changed_unless_a_person_wants_it_at_all(
    scene: Scene, who: Principal
) -> None:
    scene.say(admin=False)
    folder = scene.repository("repo")
    for name, fields in (
        ("workspace_create", {"alias": "w", "root": "code", "slug": "a"}),
        ("workspace_register_existing_repo", {"alias": "w", "path": str(folder)}),
    ):
        answer = await call(scene, name, who, **fields)
        assert answer.structured["errorCategory"] == "permission_denied"
        assert "LLM_GATEWAY_WORKSPACE_ADMIN" in (answer.text or "")
    assert scene.workspaces.all() == []
    assert not (scene.root / "a").exists()


async def test_each_sees_what_he_may(scene: Scene) -> None:
    box = Toolbox(workspace_tools.tools(scene.workspaces))
    assert len(box.shown(KEEPER, Profile.FULL)) == 4
    assert [tool.name for tool in box.shown(RUNNER, Profile.FULL)] == [
        "workspace_list",
        "workspace_get",
    ]
    assert box.shown(NOBODY, Profile.FULL) == []
    assert box.shown(LOCAL, Profile.CORE) == []
    answer = await box.call("workspace_create", {"alias": "w", "root": "c", "slug": "a"}, RUNNER)
    assert answer.is_error
    assert scene.workspaces.all() == []


@pytest.mark.parametrize(
    ("fields", "field"),
    [
        ({"root": "code", "slug": "a"}, "alias"),
        ({"alias": "1w", "root": "code", "slug": "a"}, "alias"),
        ({"alias": "w", "root": "none", "slug": "a"}, "root"),
        ({"alias": "w", "root": "code", "slug": "../a"}, "slug"),
        ({"alias": "w", "root": "code", "slug": "a", "kind": "svn"}, "kind"),
        ({"alias": "w", "root": "code", "slug": "a", "setDefault": "yes"}, "setDefault"),
    ],
)
async def test_what_does_not_fit_is_refused_by_its_name(
    scene: Scene, fields: dict[str, Any], field: str
) -> None:
    answer = await call(scene, "workspace_create", **fields)
    assert answer.structured["errorCategory"] == "invalid_input"
    assert answer.structured["field"] == field
    assert list(scene.root.iterdir()) == []
