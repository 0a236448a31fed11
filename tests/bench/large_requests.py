"""A coding agent's long conversation in each protocol: 2 MB in 3,000 items, calls and results."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from typing import Any

from translation_samples import MODEL

ITEMS = 3000
BYTES = 2_000_000
_CODE = """    def read(self, path: str) -> str:
        \"\"\"The file's text; `MissingFile` — with its name — where there is none.\"\"\"
        try:
            return self._folder.joinpath(path).read_text(encoding="utf-8")
        except FileNotFoundError:
            raise MissingFile(f"there is no file '{path}'") from None

"""
_SCHEMA = {
    "type": "object",
    "properties": {"path": {"type": "string", "description": "Which file."}},
    "required": ["path"],
}


def large_request(caller: str, model: str = MODEL) -> bytes:
    """A question, then call, result and words of the model, over and over."""
    body = _BODIES[caller]("")
    rounds = ITEMS // 3
    missing = BYTES - len(json.dumps(body)) - rounds * 20
    text = _CODE * (max(missing, 0) // rounds // len(_CODE) + 1)
    body = _BODIES[caller](text[: int(missing / rounds * len(_CODE) / len(json.dumps(_CODE)))])
    if caller != "gemini":
        body["model"] = model
    return json.dumps(body, ensure_ascii=False).encode()


def _rounds() -> range:
    return range(ITEMS // 3)


def _path(number: int) -> dict[str, str]:
    return {"path": f"source/module_{number}.py"}


def _anthropic(filling: str) -> dict[str, Any]:
    messages: list[dict[str, Any]] = [{"role": "user", "content": "Mend it."}]
    for number in _rounds():
        call_id = f"toolu_{number}"
        call = {"type": "tool_use", "id": call_id, "name": "read", "input": _path(number)}
        said = {"type": "text", "text": f"I look at part {number}."}
        result = {"type": "tool_result", "tool_use_id": call_id, "content": f"{number} {filling}"}
        messages.append({"role": "assistant", "content": [said, call]})
        messages.append({"role": "user", "content": [result]})
    tool = {"name": "read", "description": "Reads a file.", "input_schema": _SCHEMA}
    return {"max_tokens": 64, "messages": messages, "tools": [tool]}


def _chat(filling: str) -> dict[str, Any]:
    messages: list[dict[str, Any]] = [{"role": "user", "content": "Mend it."}]
    for number in _rounds():
        call_id = f"call_{number}"
        function = {"name": "read", "arguments": json.dumps(_path(number))}
        call = {"id": call_id, "type": "function", "function": function}
        said = {"role": "assistant", "content": f"I look at {number}.", "tool_calls": [call]}
        messages.append(said)
        messages.append({"role": "tool", "tool_call_id": call_id, "content": f"{number} {filling}"})
    function = {"name": "read", "description": "Reads a file.", "parameters": _SCHEMA}
    return {
        "max_tokens": 64,
        "messages": messages,
        "tools": [{"type": "function", "function": function}],
    }


def _responses(filling: str) -> dict[str, Any]:
    items: list[dict[str, Any]] = [{"role": "user", "content": "Mend it."}]
    for number in _rounds():
        call_id = f"call_{number}"
        arguments = json.dumps(_path(number))
        part = {"type": "output_text", "text": f"I look at part {number}.", "annotations": []}
        items += [
            {"type": "message", "role": "assistant", "content": [part]},
            {
                "type": "function_call",
                "call_id": call_id,
                "name": "read",
                "arguments": arguments,
            },
            {
                "type": "function_call_output",
                "call_id": call_id,
                "output": f"{number} {filling}",
            },
        ]
    tool = {
        "type": "function",
        "name": "read",
        "description": "Reads a file.",
        "parameters": _SCHEMA,
        "strict": False,
    }
    return {"max_output_tokens": 64, "input": items, "tools": [tool], "store": False}


def _gemini(filling: str) -> dict[str, Any]:
    contents: list[dict[str, Any]] = [{"role": "user", "parts": [{"text": "Mend it."}]}]
    for number in _rounds():
        call = {"functionCall": {"name": "read", "args": _path(number)}}
        result = {"name": "read", "response": {"output": f"{number} {filling}"}}
        said = {"text": f"I look at part {number}."}
        contents.append({"role": "model", "parts": [said, call]})
        contents.append({"role": "user", "parts": [{"functionResponse": result}]})
    declared = {"name": "read", "description": "Reads a file.", "parameters": _SCHEMA}
    return {
        "contents": contents,
        "generationConfig": {"maxOutputTokens": 64},
        "tools": [{"functionDeclarations": [declared]}],
    }


_BODIES: Mapping[str, Callable[[str], dict[str, Any]]] = {
    "anthropic": _anthropic,
    "chat": _chat,
    "responses": _responses,
    "gemini": _gemini,
}
