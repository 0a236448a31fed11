"""`llm_generate` and `llm_models`: any model that the gateway can reach, by its name."""

from collections.abc import Awaitable, Callable, Iterable, Mapping, Sequence
from typing import Any

from llmgw_desktop.clis.fields import TEXT, option, whole_number
from llmgw_desktop.domain.access.principal import Scope
from llmgw_desktop.domain.errors import MalformedRequest
from llmgw_desktop.domain.provider import Provider
from llmgw_desktop.engine.exchange.completion import Completion, CompletionResult
from llmgw_desktop.engine.mcp.tool import (
    Guide,
    InvalidArgument,
    McpTool,
    McpToolCall,
    ProgressTelling,
    ToolAnswer,
    told,
)
from llmgw_desktop.engine.pipeline.in_process_client import InProcessClient
from llmgw_desktop.engine.routing.directory import chosen_model
from llmgw_desktop.wire.models import ModelEntry
from llmgw_desktop.wire.native.flights import provenance_member
from llmgw_desktop.wire.native.generate import PROMPT_CHARS

_MOST_TOKENS = 10_000_000
_WORD = {"type": "string"}
_NUMBER = {"type": "number"}
_OWN_NAMES = {"cacheCreationTokens": "cacheWriteTokens"}


def tools(
    asking: InProcessClient,
    providers: Callable[[], Iterable[Provider]],
    models: Callable[[], Awaitable[Sequence[ModelEntry]]],
) -> tuple[McpTool, ...]:
    """`providers`: of the settings in force; `models`: all that can be asked."""

    async def generate(call: McpToolCall) -> ToolAnswer:
        given = call.arguments
        if len(given["prompt"]) > PROMPT_CHARS:
            raise InvalidArgument(f"it must be at most {PROMPT_CHARS:,} characters", field="prompt")
        provider = given.get("provider", "")
        try:
            model = chosen_model(provider, given.get("model", ""), providers())
        except MalformedRequest as error:
            raise InvalidArgument(
                "no provider lists its models, so one must be named; llm_models has them",
                field="model",
            ) from error
        asked = asking.ask(
            model,
            given["prompt"],
            call.principal,
            system=given.get("system", ""),
            project=given.get("project", call.project),
            max_tokens=given.get("maxTokens"),
        )
        return _answer(await _heard(asked, call.progress), given)

    async def list_models(_: McpToolCall) -> ToolAnswer:
        listed = [_line(entry) for entry in await models()]
        return ToolAnswer(structured={"success": True, "count": len(listed), "models": listed})

    return _generate_tool(generate), _models_tool(list_models)


def _generate_tool(call: Callable[[McpToolCall], Awaitable[ToolAnswer]]) -> McpTool:
    return McpTool(
        name="llm_generate",
        title="Ask a model",
        description="One answer of any model the gateway reaches, with failover.",
        guide=Guide(
            when="a question that needs no files",
            returns="text, model, usage",
            costs="the model's price",
            example={"prompt": "Say it shorter: …"},
        ),
        takes=(
            option("prompt", TEXT, "What to ask."),
            option("system", TEXT, "Instructions."),
            option("provider", TEXT, "Who shall answer."),
            option("model", TEXT, "Of llm_models; else the first listed."),
            option("maxTokens", whole_number(1, _MOST_TOKENS), "Of the answer."),
            option("project", TEXT, "Whose credentials are used."),
        ),
        needs=frozenset({"prompt"}),
        tells={
            "text": _WORD,
            "provider": _WORD,
            "model": _WORD,
            "usage": {"type": "object"},
            "flightId": _WORD,
            "provenance": {"type": "object"},
        },
        call=call,
        scope=Scope.MODELS_USE,
        reaches_out=True,
    )


def _models_tool(call: Callable[[McpToolCall], Awaitable[ToolAnswer]]) -> McpTool:
    return McpTool(
        name="llm_models",
        title="List models",
        description="The models that llm_generate can ask.",
        guide=Guide(
            when="a model for llm_generate",
            returns="count and models",
            costs="nothing",
            example={},
        ),
        tells={"count": _NUMBER, "models": {"type": "array", "items": {"type": "object"}}},
        call=call,
        scope=Scope.MODELS_LIST,
        reads_only=True,
        is_idempotent=True,
        reaches_out=True,
    )


async def _heard(asked: Completion, progress: ProgressTelling | None) -> CompletionResult:
    """Whoever stops listening closes the provider's connection."""
    async with asked:
        if progress is not None:
            length = 0
            async for said in asked:
                length += len(said)
                await progress(length, None, said)
        return await asked.result()


def _answer(result: CompletionResult, asked: Mapping[str, Any]) -> ToolAnswer:
    facts = {
        "provider": result.provider,
        "model": result.model,
        "account": result.account,
        "flightId": result.flight_id,
        "latencyMs": round(result.took_ms),
    }
    if result.error is not None:
        more = {**facts, "text": result.text}
        error = result.error
        return told(str(error), error.category, retryable=error.is_passing, more=more)
    usage = result.usage
    spent = usage.input_tokens, usage.output_tokens
    structured = {
        "success": True,
        "text": result.text,
        **facts,
        "stopReason": result.stop_reason,
        "tokensUsed": None if None in spent else sum(filter(None, spent)),
        "usage": {
            "inputTokens": usage.input_tokens,
            "outputTokens": usage.output_tokens,
            "cacheReadTokens": usage.cache_read_tokens,
            "cacheWriteTokens": usage.cache_write_tokens,
        },
        "costUsd": result.cost_usd,
        **_provenance(result),
        "requestedProvider": asked.get("provider"),
        "requestedModel": asked.get("model"),
        "resolvedProvider": result.provider,
        "resolvedModel": result.model,
        "fallbackUsed": result.fell_back,
    }
    return ToolAnswer(structured=structured, text=result.text)


def _provenance(result: CompletionResult) -> dict[str, Any]:
    """By the names that this tool has for its figures."""
    told = provenance_member(result.usage, cost_usd=result.cost_usd)
    return {
        member: {_OWN_NAMES.get(name, name): each for name, each in figures.items()}
        for member, figures in told.items()
    }


def _line(entry: ModelEntry) -> dict[str, object]:
    return {"id": entry.id, **entry.gateway_facts}
