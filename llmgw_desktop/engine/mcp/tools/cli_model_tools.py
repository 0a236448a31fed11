"""Tools that tell which models there are."""

from typing import Any

from llmgw_desktop.clis.asked import option
from llmgw_desktop.clis.values import one_of
from llmgw_desktop.domain.cli import CliName
from llmgw_desktop.domain.principal import Scope
from llmgw_desktop.engine.mcp.cli_desk import CliDesk
from llmgw_desktop.engine.mcp.model_view import (
    Catalogue,
    models_of_cli,
    models_of_providers,
    plain_list,
)
from llmgw_desktop.engine.mcp.several import each_by_name
from llmgw_desktop.engine.mcp.tool import FULL_ALONE, Tool, ToolAnswer, ToolCall

CLI = option("cli", one_of(*CliName), "This one only.")


def asked_clis(call: ToolCall) -> tuple[CliName, ...]:
    """The one that was named, else all."""
    name = call.arguments.get("cli")
    return tuple(CliName) if name is None else (CliName(name),)


def cli_model_tools(desk: CliDesk, catalogue: Catalogue) -> tuple[Tool, ...]:
    async def list_models(call: ToolCall) -> ToolAnswer:
        # programs are started for those alone who may have them run
        may_ask = Scope.JOBS_RUN in call.principal.scopes
        clis = await each_by_name(
            asked_clis(call), lambda name: models_of_cli(desk, name, ask=may_ask)
        )
        told: dict[str, Any] = {"success": True, **clis}
        if "cli" not in call.arguments:
            told["apiProviders"] = models_of_providers(await catalogue())
        return ToolAnswer(structured=told)

    async def list_available_models(call: ToolCall) -> ToolAnswer:
        models = plain_list(await catalogue())
        told = {"success": True, "count": len(models), "models": models}
        return ToolAnswer(structured=told)

    return (
        Tool(
            name="list_models",
            title="List models",
            description="Models of each CLI and provider, defaults, and unverified hints.",
            takes=(CLI,),
            tells={"apiProviders": {"type": "object"}},
            call=list_models,
            scope=Scope.MODELS_LIST,
            reads_only=True,
        ),
        Tool(
            name="list_available_models",
            title="List model names",
            description="Every model name that can be asked for, in one plain list.",
            tells={"count": {"type": "integer"}, "models": {"type": "array"}},
            call=list_available_models,
            scope=Scope.MODELS_LIST,
            profiles=FULL_ALONE,
            reads_only=True,
        ),
    )
