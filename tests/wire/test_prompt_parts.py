"""Whose words each string of a request is, in every dialect, by both of our parsers."""

from __future__ import annotations

import json
from typing import Any

import pytest

from llmgw_desktop.domain.guard import PromptRole
from llmgw_desktop.wire.guards.prompt_parts import count_strings, parts_of
from llmgw_desktop.wire.json_strings import at_once, decoded

S, U, A, T = PromptRole.SYSTEM, PromptRole.USER, PromptRole.ASSISTANT, PromptRole.TOOL
_SCHEMA = {"type": "object", "properties": {"s6": {"type": "string", "description": "s7"}}}
REQUESTS: dict[str, dict[str, Any]] = {
    "anthropic": {
        "model": "m",
        "system": [{"type": "text", "text": "s1", "cache_control": {"type": "ephemeral"}}],
        "tools": [{"name": "s4", "description": "s5", "input_schema": _SCHEMA}],
        "metadata": {"user_id": "no"},
        "messages": [
            {"role": "user", "content": "u1"},
            {
                "role": "assistant",
                "content": [
                    {"type": "thinking", "thinking": "a1", "signature": "no"},
                    {"type": "tool_use", "id": "no", "name": "a2", "input": {"a3": ["a4"]}},
                ],
            },
            {
                "role": "user",
                "content": [
                    {"type": "tool_result", "tool_use_id": "no", "content": [{"text": "t1"}]},
                    {"type": "image", "source": {"type": "base64", "data": "no"}},
                    {"type": "document", "source": {"type": "text", "data": "u2"}},
                    {"type": "later", "x": {"y": "u3"}},
                ],
            },
        ],
    },
    "chat": {
        "messages": [
            {"role": "developer", "content": "s1"},
            {"role": "user", "name": "u1", "content": [{"type": "text", "text": "u2"}]},
            {"role": "assistant", "content": None, "reasoning_content": "a1", "tool_calls": [
                {"id": "no", "type": "function", "function": {"name": "a2", "arguments": "a3"}}
            ]},
            {"role": "tool", "tool_call_id": "no", "content": "t1"},
            {"role": "user", "content": [{"image_url": {"url": "data:image/png;base64,no"}}]},
        ],
        "functions": [{"name": "s4", "parameters": _SCHEMA}],
        "stop": ["u3"],
        "user": "no",
    },
    "responses": {
        "instructions": "s1",
        "input": [
            {"role": "user", "content": [{"type": "input_text", "text": "u1"}]},
            {"type": "function_call", "call_id": "no", "name": "a1", "arguments": "a2"},
            {"type": "function_call_output", "call_id": "no", "output": "t1"},
            {"type": "reasoning", "encrypted_content": "no", "summary": [{"text": "a3"}]},
            {"type": "message", "role": "system", "content": "s2"},
        ],
        "brand_new": {"x": "u2"},
    },
    "gemini": {
        "systemInstruction": {"parts": [{"text": "s1"}]},
        "contents": [
            {"parts": [{"text": "u1"}, {"inlineData": {"mimeType": "no", "data": "no"}}]},
            {"role": "model", "parts": [
                {"text": "a1", "thought": True, "thoughtSignature": "no"},
                {"functionCall": {"name": "a2", "args": {"type": "a3"}}},
            ]},
            {"role": "user", "parts": [
                {"functionResponse": {"name": "t1", "response": {"id": "t2"}}}
            ]},
        ],
        "generationConfig": {"responseSchema": {"description": "s2"}},
    },
}  # fmt: skip
_LETTERS = {"s": S, "u": U, "a": A, "t": T}
_THOUGHT = {"anthropic": {"a1"}, "chat": {"a1"}, "responses": {"a3"}, "gemini": {"a1"}}


@pytest.mark.parametrize("name", REQUESTS)
def test_every_word_has_its_role_and_nothing_else_is_one(name: str) -> None:
    request = REQUESTS[name]
    raw = json.dumps(request).encode()
    expected = {word for word in _strings(request) if word[1:].isdigit() and word[0] in _LETTERS}
    for tree in (request, at_once(raw)):
        parts = [part for part in parts_of(tree) if part is not None]
        said = [
            part.words if isinstance(part.words, str) else decoded(part.words).text.decode()
            for part in parts
        ]
        found = {text: part.role for part, text in zip(parts, said, strict=True)}
        assert found == {
            **{word: _LETTERS[word[0]] for word in expected},
            **({"a3": A, "type": A} if name == "gemini" else {}),
            **({"id": T} if name == "gemini" else {}),
        }
        thought = {t for p, t in zip(parts, said, strict=True) if p.is_thinking}
        assert thought == _THOUGHT[name]
    assert count_strings(request) == raw.replace(b'\\"', b"").count(b'"') // 2


_W = "falcon"
_TEXT = {"type": "text", "text": _W}
DISGUISES: dict[str, tuple[PromptRole, dict[str, Any]]] = {
    # a kind, or a member more, does not make a person's words another's
    "a call's kind": (U, {"messages": [{"role": "user", "type": "x_call", "content": _W}]}),
    "an output's kind": (U, {"messages": [{"role": "user", "type": "x_output", "content": _W}]}),
    "a thought's kind": (U, {"messages": [{"role": "user", "type": "reasoning", "content": _W}]}),
    "Gemini's kind": (U, {"contents": [{"type": "x_call", "parts": [{"text": _W}]}]}),
    "an answer beside": (U, {"contents": [{"parts": [{"text": _W, "functionResponse": {}}]}]}),
    "a result by half": (
        U,
        {"messages": [{"role": "user", "content": [{**_TEXT, "type": "text_tool_result_"}]}]},
    ),
    "a role by itself": (U, {"messages": [{"role": f"user {_W}", "content": "hi"}]}),
    # nor is a text a picture because it begins like one
    "a text as data": (
        U,
        {"messages": [{"role": "user", "content": [{**_TEXT, "text": f"data:;base64, {_W}"}]}]},
    ),
    "a picture's name": (
        U,
        {"contents": [{"parts": [{"inlineData": {"data": "no", "displayName": _W}}]}]},
    ),
    "a variable": (U, {"prompt": {"id": "no", "variables": {"id": _W}}}),
    # a model's words are its thinking only where a vendor takes them for that
    "a text's thought": (
        A,
        {"messages": [{"role": "assistant", "content": [{**_TEXT, "thought": True}]}]},
    ),
    "a message's thought": (
        A,
        {"messages": [{"role": "assistant", "type": "reasoning", "content": _W}]},
    ),
    # and of a tool the model is told all
    "a schema's id": (S, {"tools": [{"name": "x", "input_schema": {"id": _W}}]}),
    "a schema's status": (S, {"tools": [{"name": "x", "parameters": {"status": _W}}]}),
    "a schema's data": (S, {"tools": [{"name": "x", "d": {"type": "base64", "data": _W}}]}),
    "a schema's default": (S, {"tools": [{"name": "x", "parameters": {"default": {_W: 1}}}]}),
    "a definition's name": (S, {"tools": [{"name": "x", "parameters": {"$defs": {_W: {}}}}]}),
}


@pytest.mark.parametrize("name", DISGUISES)
def test_no_disguise_hides_words_or_makes_them_somebody_elses(name: str) -> None:
    role, request = DISGUISES[name]
    for tree in (request, at_once(json.dumps(request).encode())):
        found = [each for each in parts_of(tree) if each is not None and _W in str(each.words)]
        assert [(each.role, each.is_thinking) for each in found] == [(role, False)]


def _strings(node: Any) -> list[str]:
    if isinstance(node, dict):
        return [*node, *(text for each in node.values() for text in _strings(each))]
    if isinstance(node, list):
        return [text for each in node for text in _strings(each)]
    return [node] if isinstance(node, str) else []
