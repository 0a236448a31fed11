"""CLIs and skills by their addresses."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from llmgw_desktop.app.clis.desk import CliDesk
from llmgw_desktop.domain.access.principal import LOCAL
from llmgw_desktop.domain.cli import CliName
from llmgw_desktop.engine.mcp.offer import Resource
from llmgw_desktop.engine.mcp.resources.cli_resources import SHIPPED, cli_resources, skill_resources
from llmgw_desktop.engine.mcp.tool import NotFound
from llmgw_desktop.store.resources import SkillFolders
from tests.support.small_clis import Computer


@pytest.fixture
def computer(tmp_path: Path) -> Computer:
    return Computer(tmp_path)


@pytest.fixture
def resources(computer: Computer) -> Iterator[dict[str, Resource]]:
    desk: CliDesk = computer.desk()
    found = (*cli_resources(desk), *skill_resources(SkillFolders(computer.home / "skills")))
    by_uri = {each.uri: each for each in found}
    assert len(by_uri) == len(found)
    yield by_uri
    desk.close()


async def read(resources: dict[str, Resource], uri: str, **places: str) -> Any:
    text = await resources[uri].read(LOCAL, places)
    return json.loads(text) if resources[uri].mime_type == "application/json" else text


async def test_reading_starts_no_program(
    computer: Computer, resources: dict[str, Resource]
) -> None:
    for name in CliName:
        computer.install_cli(name)
        assert (await read(resources, f"models://{name}"))["cli"] == name
        assert await read(resources, "models://{cli}", cli=name) == await read(
            resources, f"models://{name}"
        )
    catalog = await read(resources, "provider-tools://catalog")
    assert list(catalog["providers"]) == list(CliName)
    one = await read(resources, "provider-tools://{provider}", provider="grok")
    assert one["features"] == catalog["providers"]["grok"]["features"]
    assert not list(computer.programs.glob("*.asked"))


@pytest.mark.parametrize("path", ["exec/fork", "exec%20fork", "exec%2Ffork"])
async def test_a_subcommand_is_read_by_its_path(resources: dict[str, Resource], path: str) -> None:
    uri = "provider-subcommands://{provider}/{+commandPath}"
    told = await read(resources, uri, provider="codex", commandPath=path)
    assert told["commandPath"] == ["exec", "fork"]
    catalog = await read(resources, "provider-subcommands://catalog")
    assert catalog["total"] == len(catalog["subcommands"])


@pytest.mark.parametrize(
    ("uri", "places"),
    [
        ("models://{cli}", {"cli": "cursor"}),
        ("provider-tools://{provider}", {"provider": "x" * 500}),
        (
            "provider-subcommands://{provider}/{+commandPath}",
            {"provider": "codex", "commandPath": "rm"},
        ),
        ("skills://{name}", {"name": "../../etc/passwd"}),
    ],
)
async def test_what_is_not_there_is_not_found(
    resources: dict[str, Resource], uri: str, places: dict[str, str]
) -> None:
    with pytest.raises(NotFound):
        await read(resources, uri, **places)


async def test_skills_are_listed_as_they_say_themselves(
    computer: Computer, resources: dict[str, Resource]
) -> None:
    catalog = await read(resources, "skills://catalog")
    assert {each["name"]: each["description"] for each in catalog["skills"]} == SHIPPED
    for name in SHIPPED:
        text = await read(resources, f"skills://{name}")
        assert text == await read(resources, "skills://{name}", name=name)
        assert f"name: {name}\n" in text
    own = computer.home / "skills" / "deploy" / "SKILL.md"
    own.parent.mkdir(parents=True)
    own.write_text("---\ndescription: Ours.\n---\nGo.")
    assert "Go." in await read(resources, "skills://{name}", name="deploy")
    catalog = await read(resources, "skills://catalog")
    assert catalog["skills"][-1] == {
        "name": "deploy",
        "uri": "skills://deploy",
        "description": "Ours.",
        "own": True,
    }
