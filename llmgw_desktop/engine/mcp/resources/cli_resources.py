"""CLIs by their addresses: models, what each can be asked for, subcommands. Reading starts no
program: what one has told before still holds."""

from collections.abc import Mapping
from typing import Any
from urllib.parse import unquote

import orjson

from llmgw_desktop.domain.cli import CliName
from llmgw_desktop.domain.principal import Principal, Scope
from llmgw_desktop.engine.mcp.capability_view import SCHEMA, Wanted, capabilities
from llmgw_desktop.engine.mcp.cli_desk import CliDesk
from llmgw_desktop.engine.mcp.model_view import models_of_cli
from llmgw_desktop.engine.mcp.resource import Resource
from llmgw_desktop.engine.mcp.several import each_by_name
from llmgw_desktop.engine.mcp.subcommand_view import SCHEMA as SUBCOMMANDS
from llmgw_desktop.engine.mcp.subcommand_view import contract, listed
from llmgw_desktop.engine.mcp.tool_errors import NotFound
from llmgw_desktop.engine.mcp.tools.subcommand_tools import subcommand_named

_PLAIN = Wanted()


def cli_resources(desk: CliDesk) -> tuple[Resource, ...]:
    return (*_models(desk), *_capabilities(desk), *_subcommands(desk))


def _models(desk: CliDesk) -> tuple[Resource, ...]:
    async def read(name: CliName) -> str:
        told = await models_of_cli(desk, name, ask=False)
        return _json({"cli": name, **told})

    async def one(who: Principal, places: Mapping[str, str]) -> str:
        return await read(_cli_named(places["cli"]))

    def of(name: CliName) -> Resource:
        async def read_it(who: Principal, places: Mapping[str, str]) -> str:
            return await read(name)

        return Resource(
            uri=f"models://{name}",
            name=f"Models of {name}",
            description="Its models, as far as they are known.",
            read=read_it,
            scope=Scope.MODELS_LIST,
        )

    template = Resource(
        uri="models://{cli}",
        name="Models of a CLI",
        description="Its models, as far as they are known.",
        read=one,
        scope=Scope.MODELS_LIST,
    )
    return (*(of(name) for name in CliName), template)


def _capabilities(desk: CliDesk) -> tuple[Resource, ...]:
    async def catalog(who: Principal, places: Mapping[str, str]) -> str:
        providers = await each_by_name(CliName, lambda name: capabilities(desk, name, _PLAIN))
        return _json({"schemaVersion": SCHEMA, "providers": providers})

    async def one(who: Principal, places: Mapping[str, str]) -> str:
        name = _cli_named(places["provider"])
        return _json({"schemaVersion": SCHEMA, **await capabilities(desk, name, _PLAIN)})

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


def _subcommands(desk: CliDesk) -> tuple[Resource, ...]:
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
