"""The stand-in upstreams refuse what the vendors refuse; else the matrix would prove little."""

from __future__ import annotations

from typing import Any

import pytest

from tests.support import (
    anthropic_rules,
    chat_rules,
    gemini_rules,
    pictures,
    responses_rules,
    seals,
)

Json = dict[str, Any]
USER = {"role": "user", "content": "ping"}
USE = {"type": "tool_use", "id": "t1", "name": "add", "input": {}}
RESULT = {"type": "tool_result", "tool_use_id": "t1", "content": "2"}
PICTURE = {"type": "base64", "media_type": "image/jpeg", "data": pictures.PNG}
ADD = {"name": "add", "input_schema": {"type": "object"}}
THOUGHT = {"type": "thinking", "thinking": "hm", "signature": seals.seal("anthropic", "hm")}
BUDGET = {"type": "enabled", "budget_tokens": 2000}


def turns(*contents: Any) -> Json:
    roles = ("user", "assistant")
    told = [{"role": roles[at % 2], "content": content} for at, content in enumerate(contents)]
    return {"messages": told}


@pytest.mark.parametrize(
    ("fields", "words"),
    [
        ({}, None),
        (turns("ping", [THOUGHT, USE], [RESULT, {"type": "text", "text": "go"}]), None),
        ({"temprature": 1}, "temprature: Extra inputs"),
        (turns([{"type": "text", "text": "x", "extra": 1}]), "extra: Extra inputs"),
        (turns([{"type": "text", "text": ""}]), "must be non-empty"),
        (turns([{"type": "text", "text": " \n"}]), "non-whitespace"),
        ({"messages": [{"role": "assistant", "content": "x"}]}, "first message"),
        (turns("ping", [USE], "no result"), "without `tool_result`"),
        (turns("ping", [USE], [{"type": "text", "text": "go"}, RESULT]), "without `tool_result`"),
        (turns("ping", "pong", [RESULT]), "unexpected `tool_use_id`"),
        (turns("ping", [USE], [RESULT, RESULT]), "single result"),
        (turns("ping", [USE | {"id": "a:b"}], [RESULT | {"tool_use_id": "a:b"}]), "pattern"),
        (turns("ping", [THOUGHT | {"signature": "x"}], "go"), "Invalid `signature`"),
        (turns("ping", [THOUGHT | {"thinking": "other"}], "go"), "Invalid `signature`"),
        (turns("ping", [USE], [RESULT]) | {"thinking": BUDGET}, "Expected `thinking`"),
        ({"thinking": BUDGET, "max_tokens": 1500}, "must be greater than"),
        ({"thinking": BUDGET, "temperature": 0.5}, "may only be set to 1"),
        ({"tools": [ADD, ADD]}, "must be unique"),
        ({"tools": [ADD | {"name": "a.b"}]}, "pattern"),
        ({"tool_choice": {"type": "any"}}, "only be specified while providing tools"),
        (turns([{"type": "image", "source": PICTURE}]), "something else"),
    ],
)
def test_anthropic(fields: Json, words: str | None):
    body = {"model": "claude-opus-4-5", "max_tokens": 4096, "messages": [USER]} | fields
    _assert_refused(anthropic_rules.fault_in(body, counts=False), words)


CALL = {"id": "c1", "type": "function", "function": {"name": "add", "arguments": "{}"}}
CALLING = {"role": "assistant", "content": None, "tool_calls": [CALL]}
TOLD = {"role": "tool", "tool_call_id": "c1", "content": "2"}
DEVELOPER = {"role": "developer", "content": "Be brief."}


@pytest.mark.parametrize(
    ("fields", "vendor", "compatible"),
    [
        ({"messages": [USER, CALLING, TOLD, USER]}, None, None),
        ({"messages": [DEVELOPER, USER]}, None, "unexpected role"),
        ({"messages": [USER, CALLING, USER]}, "must be followed by", "must be followed by"),
        ({"messages": [USER, CALLING, USER, TOLD]}, "must be followed", "must be followed"),
        ({"messages": [USER, TOLD]}, "must be a response", "must be a response"),
        ({"messages": [USER, {"role": "assistant", "content": None}]}, "got null", "got null"),
        ({"messages": [USER | {"extra": 1}]}, "extra: Extra inputs", "extra: Extra inputs"),
        (
            {"messages": [USER, {"role": "assistant", "content": "x", "reasoning_content": "y"}]},
            "reasoning_content: Extra",
            None,
        ),
        ({"max_tokens": 5}, "max_completion_tokens", None),
        ({"parallel_tool_calls": True}, "only allowed when", "only allowed when"),
        ({"tools": []}, "too short", "too short"),
        ({"stream_options": {}}, "only allowed when", "only allowed when"),
        ({"stop": list("abcde")}, "1 to 4", "1 to 4"),
        (
            {"messages": [USER, CALLING | {"tool_calls": [CALL | {"id": "c" * 41}]}, TOLD]},
            "longer than 40",
            "longer than 40",
        ),
    ],
)
def test_chat(fields: Json, vendor: str | None, compatible: str | None):
    body = {"model": "gpt-5-mini", "messages": [USER]} | fields
    _assert_refused(chat_rules.fault_in(body, is_vendor=True), vendor)
    _assert_refused(chat_rules.fault_in(body, is_vendor=False), compatible)


ITEM = {"type": "function_call", "call_id": "c1", "name": "add", "arguments": "{}"}
OUTPUT = {"type": "function_call_output", "call_id": "c1", "output": "2"}
SEALED = seals.seal("openai", "rs_1")
REASON = {"type": "reasoning", "id": "rs_1", "summary": [], "encrypted_content": SEALED}
SAID = {"role": "assistant", "content": [{"type": "output_text", "text": "x"}]}


@pytest.mark.parametrize(
    ("fields", "words"),
    [
        ({"input": [USER, REASON, ITEM, OUTPUT]}, None),
        ({"input": [USER, SAID, USER]}, None),
        ({"input": [USER, ITEM]}, "No tool output found"),
        ({"input": [USER, OUTPUT, ITEM]}, "No tool call found"),
        ({"input": [USER, REASON, USER]}, "required following item"),
        ({"input": [REASON | {"encrypted_content": None}, SAID]}, "not found"),
        ({"input": [REASON | {"encrypted_content": "llmgw1.x"}, SAID]}, "could not be verified"),
        ({"input": [REASON | {"id": "rs_2"}, SAID]}, "did not match"),
        ({"input": [ITEM | {"id": "call_1"}, OUTPUT]}, "begins with fc"),
        ({"input": [SAID | {"role": "user"}]}, "Extra inputs|Input should be|Invalid value"),
        ({"max_completion_tokens": 100}, "Extra inputs"),
        ({"max_output_tokens": 5}, "Expected a value >= 16"),
        ({"previous_response_id": "resp_1"}, "not found"),
        ({"temperature": 0.5}, "not supported with this model"),
        ({"tool_choice": "auto"}, "only allowed when"),
    ],
)
def test_responses(fields: Json, words: str | None):
    body = {"model": "gpt-5.1", "input": "ping"} | fields
    _assert_refused(responses_rules.fault_in(body, counts=False), words)


def contents(*parts: Any) -> Json:
    roles = ("user", "model")
    return {"contents": [{"role": roles[at % 2], "parts": [p]} for at, p in enumerate(parts)]}


PING = {"text": "ping"}
ASKED = {"functionCall": {"name": "add", "args": {}}}
SIGNED = ASKED | {"thoughtSignature": seals.seal("google", "add")}
GIVEN = {"functionResponse": {"name": "add", "response": {"output": "2"}}}


@pytest.mark.parametrize(
    ("fields", "words"),
    [
        ({}, None),
        (contents(PING, SIGNED, GIVEN), None),
        (contents(PING, ASKED | {"thoughtSignature": gemini_rules.SKIPS[0]}, GIVEN), None),
        (contents(PING, ASKED, GIVEN, {"text": "done"}, PING), None),
        (contents(PING, ASKED, GIVEN), "missing a thought_signature"),
        (contents(PING, SIGNED | {"thoughtSignature": "bGxtZ3cx"}, GIVEN), "Corrupted thought"),
        (contents(PING, SIGNED, PING), "number of function response parts"),
        (contents(GIVEN), "immediately after a function call turn|immediately after a function"),
        (contents({"text": "x", "extra": 1}), "extra: Extra inputs"),
        (contents(PING, {"text": "x"}), "end with a user role"),
        ({"contents": [{"role": "assistant", "parts": [PING]}]}, "valid role"),
        ({"contents": [{"role": "user", "parts": []}]}, "must not be empty"),
        ({"generationConfig": {"max_tokens": 3}}, "Extra inputs"),
        ({"generationConfig": {"responseJsonSchema": {}}}, "mime type"),
        ({"tools": [{"functionDeclarations": [{"name": "1a"}]}]}, "Invalid function name"),
        ({"stream": True}, "Cannot find field"),
    ],
)
def test_gemini(fields: Json, words: str | None):
    body = contents(PING) | fields
    _assert_refused(gemini_rules.fault_in(body, "gemini-3-pro-preview", counts=False), words)


def _assert_refused(fault: str | None, words: str | None) -> None:
    if words is None:
        assert fault is None
        return
    assert fault is not None, f"taken, and should be refused: {words}"
    with pytest.raises(ValueError, match=words):
        raise ValueError(fault)
