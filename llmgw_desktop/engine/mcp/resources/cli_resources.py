"""CLIs and skills by their addresses: models, what each can be asked for, subcommands; how an agent
works with this gateway. Reading starts no program: what one has told before still holds.
"""

import asyncio
from collections.abc import Mapping
from dataclasses import replace
from typing import Any
from urllib.parse import unquote

import orjson

from llmgw_desktop.domain.access.principal import Principal, Scope
from llmgw_desktop.domain.cli import CliName
from llmgw_desktop.engine.mcp.cli_desk import CliInspection
from llmgw_desktop.engine.mcp.cli_views import (
    CAPABILITY_SCHEMA,
    WantedCapabilities,
    capabilities,
    contract,
    listed,
    models_of_clis,
)
from llmgw_desktop.engine.mcp.cli_views import SUBCOMMAND_SCHEMA as SUBCOMMANDS
from llmgw_desktop.engine.mcp.offer import Resource
from llmgw_desktop.engine.mcp.tool import NotFound
from llmgw_desktop.engine.mcp.tools.cli_tools import subcommand_named
from llmgw_desktop.store.resources import SkillFolders

_PLAIN = WantedCapabilities()


def cli_resources(desk: CliInspection) -> tuple[Resource, ...]:
    return (*_models(desk), *_capabilities(desk), *_subcommands(desk))


def _models(desk: CliInspection) -> tuple[Resource, ...]:
    async def one(who: Principal, places: Mapping[str, str]) -> str:
        name = _cli_named(places["cli"])
        told = await models_of_clis(desk, (name,), ask=False)
        return _json({"cli": name, **told[name]})

    template = Resource(
        uri="models://{cli}",
        name="Models of a CLI",
        description="Its models, as far as they are known.",
        read=one,
        scope=Scope.MODELS_LIST,
    )
    return (
        *(_filled(template, f"Models of {name}", {"cli": name.value}) for name in CliName),
        template,
    )


def _capabilities(desk: CliInspection) -> tuple[Resource, ...]:
    async def catalog(who: Principal, places: Mapping[str, str]) -> str:
        providers = await capabilities(desk, tuple(CliName), _PLAIN)
        return _json({"schemaVersion": CAPABILITY_SCHEMA, "providers": providers})

    async def one(who: Principal, places: Mapping[str, str]) -> str:
        name = _cli_named(places["provider"])
        told = await capabilities(desk, (name,), _PLAIN)
        return _json({"schemaVersion": CAPABILITY_SCHEMA, **told[name]})

    return (
        Resource(
            uri="provider-tools://catalog",
            name="CLI capabilities",
            description="What each CLI can be asked for.",
            read=catalog,
            scope=Scope.JOBS_RUN,
        ),
        Resource(
            uri="provider-tools://{provider}",
            name="Capabilities of a CLI",
            description="What it can be asked for.",
            read=one,
            scope=Scope.JOBS_RUN,
        ),
    )


def _subcommands(desk: CliInspection) -> tuple[Resource, ...]:
    async def catalog(who: Principal, places: Mapping[str, str]) -> str:
        rows = [listed(name, each) for name in CliName for each in desk.subcommands(name)]
        return _json({"schemaVersion": SUBCOMMANDS, "total": len(rows), "subcommands": rows})

    async def one(who: Principal, places: Mapping[str, str]) -> str:
        """`exec/fork` and `exec%20fork` are the same."""
        name = _cli_named(places["provider"])
        path = unquote(places["commandPath"]).replace("/", " ").split()
        found = subcommand_named(desk, name, path)
        told = contract(name, desk.cli(name).contract_version, found)
        return _json({"schemaVersion": SUBCOMMANDS, **told})

    return (
        Resource(
            uri="provider-subcommands://catalog",
            name="Subcommands",
            description="Known subcommands of the CLIs.",
            read=catalog,
            scope=Scope.JOBS_RUN,
        ),
        Resource(
            uri="provider-subcommands://{provider}/{+commandPath}",
            name="Subcommand",
            description="One subcommand's contract.",
            read=one,
            scope=Scope.JOBS_RUN,
        ),
    )


def _cli_named(text: str) -> CliName:
    try:
        return CliName(text)
    except ValueError:
        raise NotFound(f"There is no CLI '{text[:80]}'; there are {', '.join(CliName)}.") from None


def _json(told: Mapping[str, Any]) -> str:
    return orjson.dumps(told).decode()


MARKDOWN = "text/markdown"
SHIPPED: Mapping[str, str] = {
    "delegate-a-job": "Have another CLI do a piece of work, follow it, and collect what it did.",
    "sessions-and-forks": "Go on with a conversation of a CLI, or try two ways from one point.",
    "reviewers-and-receipts": "Have changes or claims reviewed by several models, with a receipt.",
    "cached-prompts": "Ask with promptParts so that the vendor's cache pays for what is the same.",
    "reading-errors": "What an error of a tool means, and what to do next.",
}
"""Those of the resources folder, with what stands in their heads: known without reading."""


def skill_resources(skills: SkillFolders) -> tuple[Resource, ...]:
    async def catalog(who: Principal, places: Mapping[str, str]) -> str:
        found = await asyncio.to_thread(skills.all)
        rows = [
            {
                "name": each.name,
                "uri": f"skills://{each.name}",
                "description": each.description,
                "own": each.is_own,
            }
            for each in found
        ]
        return _json({"total": len(rows), "skills": rows})

    async def one(who: Principal, places: Mapping[str, str]) -> str:
        name = places["name"]
        text = await asyncio.to_thread(skills.text, name)
        if text is None:
            raise NotFound(f"There is no skill '{name[:80]}'; skills://catalog lists them.")
        return text

    template = Resource(
        uri="skills://{name}",
        name="Skill",
        description="A skill by its name.",
        mime_type=MARKDOWN,
        read=one,
        scope=Scope.MCP,
    )
    shipped = (
        replace(_filled(template, name, {"name": name}), description=description)
        for name, description in SHIPPED.items()
    )
    return (
        Resource(
            uri="skills://catalog",
            name="Skills",
            description="All skills, ours and the person's own.",
            read=catalog,
            scope=Scope.MCP,
        ),
        *shipped,
        template,
    )


def _filled(template: Resource, title: str, places: Mapping[str, str]) -> Resource:
    """One of those that a template stands for, listed by itself."""
    uri = template.uri.format(**places)
    return replace(template, uri=uri, name=title, read=lambda who, _: template.read(who, places))
