"""Tools, their choice and the configuration of Gemini's callers."""

from __future__ import annotations

from typing import Any

import pytest

from llmgw_desktop.domain.model.content import Vendor
from llmgw_desktop.domain.model.prompt import (
    Effort,
    HostedKind,
    HostedTool,
    OutputFormat,
    OutputKind,
    Reasoning,
    Sampling,
    Tool,
    ToolChoice,
    ToolMode,
)
from llmgw_desktop.wire.translate.losses import LossReport
from tests.wire.translate.gemini.support import read_prompt, said

OPENAPI = {
    "type": "OBJECT",
    "properties": {
        "city": {"type": "STRING", "nullable": True, "enum": ["a"]},
        "type": {"type": "ARRAY", "items": {"type": "INTEGER"}, "min_items": "1"},
        "any": {"any_of": [{"type": "NUMBER"}, {"type": "BOOLEAN"}]},
    },
    "required": ["city"],
    "propertyOrdering": ["city"],
}
PLAIN = {
    "type": "object",
    "properties": {
        "city": {"type": ["string", "null"], "enum": ["a", None]},
        "type": {"type": "array", "items": {"type": "integer"}, "minItems": 1},
        "any": {"anyOf": [{"type": "number"}, {"type": "boolean"}]},
    },
    "required": ["city"],
    "propertyOrdering": ["city"],
}


@pytest.mark.parametrize(
    "declared",
    [
        {"functionDeclarations": [{"name": "f", "description": "d", "parameters": OPENAPI}]},
        {"function_declarations": [{"name": "f", "description": "d", "parameters": OPENAPI}]},
        {
            "functionDeclarations": [
                {"name": "f", "description": "d", "parameters_json_schema": PLAIN}
            ]
        },
    ],
)
def test_functions(declared: dict[str, Any]) -> None:
    tools = read_prompt({**said({"text": "x"}), "tools": [declared]}).tools
    assert tools == (Tool(name="f", description="d", schema=PLAIN),)


@pytest.mark.parametrize(
    ("name", "kind"),
    [
        ("googleSearch", HostedKind.WEB_SEARCH),
        ("googleSearchRetrieval", HostedKind.WEB_SEARCH),
        ("codeExecution", HostedKind.CODE_EXECUTION),
        ("urlContext", HostedKind.WEB_FETCH),
        ("computerUse", HostedKind.OTHER),
        ("googleMaps", HostedKind.OTHER),
        ("fileSearch", HostedKind.OTHER),
    ],
)
def test_tools_that_google_runs(name: str, kind: HostedKind) -> None:
    tools = read_prompt({**said({"text": "x"}), "tools": [{name: {"a": 1}}]}).tools
    assert tools == (HostedTool(kind=kind, vendor=Vendor.GOOGLE, raw={name: {"a": 1}}),)


@pytest.mark.parametrize(
    ("calling", "choice"),
    [
        ({"mode": "AUTO"}, ToolChoice(mode=ToolMode.AUTO)),
        (
            {"mode": "any", "allowedFunctionNames": ["f"]},
            ToolChoice(mode=ToolMode.ANY, names=("f",)),
        ),
        ({"mode": "NONE"}, ToolChoice(mode=ToolMode.NONE)),
        (
            {"mode": "VALIDATED", "allowed_function_names": ["f", "g"]},
            ToolChoice(mode=ToolMode.AUTO, names=("f", "g")),
        ),
        ({"mode": "MODE_UNSPECIFIED"}, ToolChoice()),
        ({}, ToolChoice()),
    ],
)
def test_tool_choice(calling: dict[str, Any], choice: ToolChoice) -> None:
    body = {**said({"text": "x"}), "tool_config": {"function_calling_config": calling}}
    assert read_prompt(body).tool_choice == choice


def test_the_whole_configuration() -> None:
    losses = LossReport()
    config = {
        "maxOutputTokens": 100,
        "temperature": 0,
        "topP": 0.5,
        "topK": 64.0,
        "stopSequences": ["END"],
        "candidateCount": 1,
        "seed": 7,
        "presencePenalty": 0.1,
        "frequency_penalty": 0.2,
        "responseMimeType": "application/json",
        "responseSchema": {"type": "ARRAY", "items": {"type": "STRING"}},
        "responseModalities": ["TEXT"],
        "responseLogprobs": True,
        "logprobs": 3,
        "thinkingConfig": {"thinkingBudget": 1024, "includeThoughts": True},
        "mediaResolution": "MEDIA_RESOLUTION_LOW",
        "speechConfig": {},
    }
    read = read_prompt({**said({"text": "x"}), "generationConfig": config}, losses)
    assert read.sampling == Sampling(
        temperature=0,
        top_p=0.5,
        top_k=64,
        seed=7,
        presence_penalty=0.1,
        frequency_penalty=0.2,
        logprobs=3,
        candidates=1,
    )
    assert (read.max_tokens, read.stop) == (100, ("END",))
    schema = {"type": "array", "items": {"type": "string"}}
    assert read.output == OutputFormat(kind=OutputKind.SCHEMA, schema=schema)
    assert read.reasoning == Reasoning(budget_tokens=1024, show="auto")
    assert losses.names == ("field:generationConfig.mediaResolution",)


@pytest.mark.parametrize(
    ("thinking", "reasoning"),
    [
        ({"thinkingLevel": "HIGH"}, Reasoning(effort=Effort.HIGH)),
        ({"thinking_level": "minimal"}, Reasoning(effort=Effort.MINIMAL)),
        ({"thinkingBudget": 0}, Reasoning(effort=Effort.NONE)),
        ({"thinkingBudget": -1}, Reasoning(budget_tokens=-1)),
        ({"includeThoughts": False}, Reasoning(show="none")),
        ({}, None),
    ],
)
def test_thinking(thinking: dict[str, Any], reasoning: Reasoning | None) -> None:
    body = {**said({"text": "x"}), "generationConfig": {"thinkingConfig": thinking}}
    assert read_prompt(body).reasoning == reasoning


def test_plain_json_and_plain_text() -> None:
    body = said({"text": "x"})
    json_kind = {"generationConfig": {"responseMimeType": "application/json"}}
    assert read_prompt({**body, **json_kind}).output == OutputFormat(kind=OutputKind.JSON)
    plain = {"generationConfig": {"responseMimeType": "text/plain"}}
    assert read_prompt({**body, **plain}).output is None
