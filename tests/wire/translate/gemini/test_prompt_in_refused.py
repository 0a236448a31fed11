"""What of a request is reported as lost, and what is refused."""

from __future__ import annotations

from typing import Any

import pytest

from llmgw_desktop.domain.errors import MalformedRequest
from llmgw_desktop.wire.translate.losses import LossReport
from tests.wire.translate.gemini.support import read_prompt, said


def test_what_nobody_else_knows_is_reported_by_name() -> None:
    losses = LossReport()
    read_prompt(
        {
            **said({"text": "x", "videoMetadata": {"fps": 1}}),
            "safetySettings": [{"category": "c", "threshold": "BLOCK_NONE"}],
            "labels": {"a": "b"},
            "tools": [{"functionDeclarations": [{"name": "f", "behavior": "NON_BLOCKING"}]}],
            "toolConfig": {
                "functionCallingConfig": {"mode": "VALIDATED"},
                "retrievalConfig": {"a": 1},
            },
            "generationConfig": {"responseModalities": ["IMAGE"], "imageConfig": {"a": 1}},
            "brandNew": 1,
        },
        losses,
    )
    assert set(losses.names) == {
        "field:safetySettings",
        "field:labels",
        "field:brandNew",
        "field:part.videoMetadata",
        "field:functionDeclaration.behavior",
        "field:toolConfig.retrievalConfig",
        "field:functionCallingConfig.mode.VALIDATED",
        "field:generationConfig.responseModalities",
        "field:generationConfig.imageConfig",
    }


def test_neutral_values_are_no_losses() -> None:
    losses = LossReport()
    read_prompt(
        {
            **said({"text": "x"}),
            "model": "models/m",
            "safetySettings": [],
            "store": False,
            "cachedContent": "",
            "generationConfig": {"candidateCount": 1, "responseLogprobs": False},
        },
        losses,
    )
    assert losses.names == ()


def test_service_tiers_have_common_names() -> None:
    assert read_prompt({**said({"text": "x"}), "serviceTier": "standard"}).service_tier == "default"
    assert read_prompt({**said({"text": "x"}), "service_tier": "FLEX"}).service_tier == "flex"


@pytest.mark.parametrize(
    ("body", "path"),
    [
        ({}, "contents"),
        ({"contents": []}, "contents"),
        ({"contents": 7}, "contents"),
        ({"contents": [7]}, "contents[0]"),
        ({"contents": [{"role": "system", "parts": []}]}, "contents[0].role"),
        ({"contents": [{"role": [], "parts": []}]}, "contents[0].role"),
        (said({"text": 7}), "contents[0].parts[0].text"),
        (said({}), "contents[0].parts[0]"),
        (said({"hologram": {}}), "contents[0].parts[0]"),
        (said({"text": "a", "inlineData": {}}), "contents[0].parts[0]"),
        (said({"inlineData": {"mimeType": "a/b"}}), "contents[0].parts[0].inlineData.data"),
        (said({"fileData": {}}), "contents[0].parts[0].fileData.fileUri"),
        (said({"functionCall": {"name": "f"}}), "contents[0].parts[0].functionCall"),
        (
            said({"functionCall": {"name": "f", "args": []}}, role="model"),
            "contents[0].parts[0].functionCall.args",
        ),
        (
            said({"functionResponse": {"response": {}}}),
            "contents[0].parts[0].functionResponse.name",
        ),
        (
            said({"functionResponse": {"name": "f", "response": "x"}}),
            "contents[0].parts[0].functionResponse.response",
        ),
        (
            said({"functionResponse": {"name": "f", "parts": [{"text": "x"}]}}),
            "contents[0].parts[0].functionResponse.parts[0]",
        ),
        ({**said({"text": "x"}), "systemInstruction": 7}, "systemInstruction"),
        (
            {
                **said({"text": "x"}),
                "systemInstruction": {"parts": [{"fileData": {"fileUri": "x"}}]},
            },
            "systemInstruction.parts[0]",
        ),
        ({**said({"text": "x"}), "cachedContent": "cachedContents/1"}, "cachedContent"),
        ({**said({"text": "x"}), "tools": [{"timeTravel": {}}]}, "tools[0].timeTravel"),
        (
            {**said({"text": "x"}), "tools": [{"functionDeclarations": [{}]}]},
            "tools[0].functionDeclarations[0].name",
        ),
        (
            {
                **said({"text": "x"}),
                "tools": [{"functionDeclarations": [{"name": "f", "parameters": 1}]}],
            },
            "tools[0].functionDeclarations[0].parameters",
        ),
        (
            {**said({"text": "x"}), "toolConfig": {"functionCallingConfig": {"mode": "MAYBE"}}},
            "toolConfig.functionCallingConfig.mode",
        ),
        ({**said({"text": "x"}), "generationConfig": []}, "generationConfig"),
        (
            {**said({"text": "x"}), "generationConfig": {"topP": "1"}},
            "generationConfig.topP",
        ),
        (
            {**said({"text": "x"}), "generationConfig": {"maxOutputTokens": 1.5}},
            "generationConfig.maxOutputTokens",
        ),
        (
            {**said({"text": "x"}), "generationConfig": {"stopSequences": "END"}},
            "generationConfig.stopSequences",
        ),
        (
            {
                **said({"text": "x"}),
                "generationConfig": {"thinkingConfig": {"thinkingLevel": "so"}},
            },
            "generationConfig.thinkingConfig.thinkingLevel",
        ),
    ],
)
def test_what_is_wrong_is_refused_with_its_place(body: dict[str, Any], path: str) -> None:
    with pytest.raises(MalformedRequest) as caught:
        read_prompt(body)
    assert caught.value.path == path


def test_a_schema_without_bottom_is_refused() -> None:
    schema: dict[str, Any] = {"type": "OBJECT"}
    for _ in range(500):
        schema = {"type": "ARRAY", "items": schema}
    tools = [{"functionDeclarations": [{"name": "f", "parameters": schema}]}]
    with pytest.raises(MalformedRequest):
        read_prompt({**said({"text": "x"}), "tools": tools})
