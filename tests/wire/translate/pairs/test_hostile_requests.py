"""Requests that nobody means well: each pair refuses or carries them, soon and in bounds."""

from __future__ import annotations

import time
from typing import Any

import orjson
import pytest

from llmgw_desktop.domain.errors import MalformedRequest
from llmgw_desktop.domain.provider import ModelProtocol, ProviderKind
from llmgw_desktop.engine.translation.translation import codec_of
from llmgw_desktop.wire.translate.codec import PromptTarget
from llmgw_desktop.wire.translate.losses import LossReport

TARGETS = [
    PromptTarget(
        protocol=ModelProtocol.ANTHROPIC, kind=ProviderKind.ANTHROPIC, model="claude-opus-4-5"
    ),
    PromptTarget(protocol=ModelProtocol.OPENAI_CHAT, kind=ProviderKind.OPENAI, model="gpt-5"),
    PromptTarget(
        protocol=ModelProtocol.OPENAI_CHAT, kind=ProviderKind.OPENAI_COMPATIBLE, model="q"
    ),
    PromptTarget(protocol=ModelProtocol.OPENAI_RESPONSES, kind=ProviderKind.OPENAI, model="gpt-5"),
    PromptTarget(protocol=ModelProtocol.CODEX, kind=ProviderKind.OPENAI, model="gpt-5-codex"),
    PromptTarget(protocol=ModelProtocol.GEMINI, kind=ProviderKind.GOOGLE, model="gemini-2.5-pro"),
]
to_each = pytest.mark.parametrize(
    "target", TARGETS, ids=lambda target: f"{target.protocol}-{target.kind}"
)
MANY = 8000
LONGEST_S = 5
"""Of work that takes a tenth of a second; what grew with the square of MANY took minutes."""
MESSAGES = {"max_tokens": 99, "messages": [{"role": "user", "content": "hi"}]}
CONTENTS = {"contents": [{"role": "user", "parts": [{"text": "hi"}]}]}


def carried(protocol: str, fields: dict[str, Any], target: PromptTarget) -> bytes | None:
    """The body for the target; None where the request was refused by name."""
    codec, theirs = codec_of(ModelProtocol(protocol)), codec_of(target.protocol)
    report = LossReport()
    try:
        prompt = codec.read_prompt(orjson.loads(orjson.dumps(fields)), "m", False, report)
        return theirs.write_prompt(prompt, target, report.under(theirs.losses)).body
    except MalformedRequest:
        return None


def tool(schema: dict[str, Any]) -> dict[str, Any]:
    return {**MESSAGES, "tools": [{"name": "f", "input_schema": schema}]}


@to_each
@pytest.mark.parametrize(
    ("protocol", "fields"),
    [
        ("anthropic", {**MESSAGES, "max_tokens": 1e300}),
        ("anthropic", {**MESSAGES, "thinking": {"type": "enabled", "budget_tokens": 1e300}}),
        ("gemini", {**CONTENTS, "generationConfig": {"maxOutputTokens": "--5"}}),
        ("gemini", {**CONTENTS, "generationConfig": {"maxOutputTokens": 1e300}}),
        ("gemini", {**CONTENTS, "generationConfig": {"maxOutputTokens": "٣"}}),
        ("anthropic", tool({"properties": {"a": {"exclusiveMinimum": 2**64 - 1}}})),
        ("anthropic", tool({"properties": {"a": {"exclusiveMaximum": -(2**63)}}})),
        (
            "anthropic",
            tool({"anyOf": [{}], "properties": {"a": {"$ref": "#/anyOf/" + "9" * 5000}}}),
        ),
        (
            "gemini",
            {
                **CONTENTS,
                "tools": [
                    {
                        "functionDeclarations": [
                            {
                                "name": "f",
                                "parameters": {"type": "ARRAY", "minItems": "9" * 5000},
                            }
                        ]
                    }
                ],
            },
        ),
    ],
    ids=range(9),
)
def test_odd_numbers(protocol: str, fields: dict[str, Any], target: PromptTarget) -> None:
    body = carried(protocol, fields, target)
    assert body is None or type(orjson.loads(body)) is dict


@to_each
def test_calls_and_results_of_one_id(target: PromptTarget) -> None:
    calls = [{"type": "tool_use", "id": "t", "name": "f", "input": {}} for _ in range(MANY)]
    results = [{"type": "tool_result", "tool_use_id": "t", "content": "x"} for _ in range(MANY)]
    fields = {
        **MESSAGES,
        "messages": [
            {"role": "user", "content": "hi"},
            {"role": "assistant", "content": calls},
            {"role": "user", "content": results},
        ],
    }
    body = carried("anthropic", fields, target)
    assert body is None or len(body) < 4 * len(orjson.dumps(fields))


TURN_OF_MODEL = [{"role": "assistant", "content": "x"}] * MANY
NAMES = [f"f{number}" for number in range(MANY)]


@to_each
@pytest.mark.parametrize(
    ("protocol", "fields"),
    [
        ("anthropic", {**MESSAGES, "messages": [*MESSAGES["messages"], *TURN_OF_MODEL]}),
        (
            "gemini",
            {
                **CONTENTS,
                "tools": [{"functionDeclarations": [{"name": name} for name in NAMES]}],
                "toolConfig": {
                    "functionCallingConfig": {"mode": "ANY", "allowedFunctionNames": NAMES}
                },
            },
        ),
        ("anthropic", {**MESSAGES, "tools": [{"name": "x." * 2_000_000, "input_schema": {}}]}),
    ],
    ids=["turns of the model", "chosen tools", "a name of megabytes"],
)
def test_in_time_that_grows_with_the_request(
    protocol: str, fields: dict[str, Any], target: PromptTarget
) -> None:
    began = time.process_time()
    carried(protocol, fields, target)
    assert time.process_time() - began < LONGEST_S


def test_a_data_url_without_end() -> None:
    part = {"type": "image_url", "image_url": {"url": "data:" + ";" * 5_000_000}}
    began = time.process_time()
    carried("openai-chat", {"messages": [{"role": "user", "content": [part]}]}, TARGETS[1])
    assert time.process_time() - began < 1
