"""Skills by their addresses: how an agent works with this gateway, and what the person adds."""

import asyncio
from collections.abc import Mapping

import orjson

from llmgw_desktop.domain.principal import Principal, Scope
from llmgw_desktop.engine.mcp.resource import Resource
from llmgw_desktop.engine.mcp.tool_errors import NotFound
from llmgw_desktop.store.skills import SkillFolders

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
        return orjson.dumps({"total": len(rows), "skills": rows}).decode()

    async def text_of(name: str) -> str:
        text = await asyncio.to_thread(skills.text, name)
        if text is None:
            raise NotFound(f"There is no skill '{name[:80]}'; skills://catalog lists them.")
        return text

    async def one(who: Principal, places: Mapping[str, str]) -> str:
        return await text_of(places["name"])

    def shipped(name: str, description: str) -> Resource:
        async def read(who: Principal, places: Mapping[str, str]) -> str:
            return await text_of(name)

        return Resource(
            uri=f"skills://{name}",
            name=name,
            description=description,
            mime_type=MARKDOWN,
            read=read,
            scope=Scope.MCP,
        )

    return (
        Resource(
            uri="skills://catalog",
            name="Skills",
            description="All skills, ours and the person's own.",
            read=catalog,
            scope=Scope.MCP,
        ),
        *(shipped(name, description) for name, description in SHIPPED.items()),
        Resource(
            uri="skills://{name}",
            name="Skill",
            description="A skill by its name.",
            mime_type=MARKDOWN,
            read=one,
            scope=Scope.MCP,
        ),
    )
