"""What must be the same on both sides of a translation, and which declared losses excuse what."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable
from typing import Any

from llmgw_desktop.domain.model.answer import Answer
from llmgw_desktop.domain.model.content import (
    Image,
    Item,
    Refusal,
    Role,
    Text,
    Thinking,
    ToolCall,
    ToolResult,
)
from llmgw_desktop.domain.model.prompt import Prompt, Tool
from llmgw_desktop.wire.translate.losses import Feature

SYSTEM = (Role.SYSTEM, Role.DEVELOPER)


def of_prompt(prompt: Prompt) -> dict[str, Any]:
    turns = prompt.turns
    said = [(turn.role, item) for turn in turns for item in turn.items]
    return {
        "system": _joined(item for role, item in said if role in SYSTEM),
        "words": [
            (str(role), _joined([item])) for role, item in _merged(said) if role not in SYSTEM
        ],
        "calls": [
            (item.id, item.name, json.loads(item.arguments))
            for _, item in said
            if isinstance(item, ToolCall)
        ],
        "results": [
            (item.call_id, _joined(item.items)) for _, item in said if isinstance(item, ToolResult)
        ],
        "order": [type(item).__name__ for _, item in said if isinstance(item, ToolCall | Image)],
        "images": [item.media.data for _, item in said if isinstance(item, Image)],
        "tools": [
            (tool.name, tool.description, tool.schema)
            for tool in prompt.tools
            if isinstance(tool, Tool)
        ],
        "choice": prompt.tool_choice.mode,
        "max_tokens": prompt.max_tokens,
        "stop": prompt.stop,
        "temperature": prompt.sampling.temperature,
        "top_k": prompt.sampling.top_k,
        "seed": prompt.sampling.seed,
        "schema": _core(prompt.output.schema if prompt.output is not None else None),
        "user": prompt.user,
    }


EXCUSES: dict[str, frozenset[Feature]] = {
    "max_tokens": frozenset({Feature.MAX_TOKENS}),
    "choice": frozenset({Feature.TOOL_CHOICE}),
    "stop": frozenset({Feature.STOP}),
    "temperature": frozenset({Feature.TEMPERATURE}),
    "top_k": frozenset({Feature.TOP_K}),
    "seed": frozenset({Feature.SEED}),
    "schema": frozenset({Feature.OUTPUT_FORMAT}),
    "user": frozenset({Feature.USER, Feature.METADATA, Feature.CACHE_KEY}),
}
"""Whatever stands here may differ if one of these was reported; nothing else may."""

UNSAID: dict[str, Callable[[Any], bool]] = {
    # what a caller left open may be said by a protocol that demands it
    "max_tokens": lambda value: value is None,
    "choice": lambda value: value is None or value == "auto",
}


def of_answer(answer: Answer) -> dict[str, Any]:
    items = answer.items
    return {
        "words": _joined(item for item in items if isinstance(item, Text | Refusal)),
        "thinking": "".join(item.text for item in items if isinstance(item, Thinking)),
        "calls": [
            (item.id, item.name, json.loads(item.arguments))
            for item in items
            if isinstance(item, ToolCall)
        ],
        "stop": answer.stop.kind,
        "input": answer.usage.input_tokens,
        "output": answer.usage.output_tokens,
        "cache_read": answer.usage.cache_read_tokens or 0,
    }


def differences(
    before: dict[str, Any], after: dict[str, Any], losses: Iterable[str]
) -> dict[str, Any]:
    """What differs without an excuse: name → (before, after)."""
    lost = {name.partition(":")[0] for name in losses}
    found = {}
    for name, value in before.items():
        if value == after[name] or EXCUSES.get(name, frozenset()) & lost:
            continue
        if name in UNSAID and UNSAID[name](value):
            continue
        found[name] = (value, after[name])
    return found


def _core(schema: Any) -> Any:
    """Vendors demand that an object says it has no other members."""
    if schema is None:
        return None
    return {name: part for name, part in schema.items() if name != "additionalProperties"}


def _joined(items: Iterable[Item]) -> str:
    """Line ends left out: where a server takes one text, blank lines join ours."""
    return "".join(
        item.text.replace("\n", "") for item in items if isinstance(item, Text | Refusal)
    )


def _merged(said: list[tuple[Role, Item]]) -> list[tuple[Role, Text]]:
    """The texts, neighbours of one speaker as one: where text is cut is nobody's promise."""
    merged: list[tuple[Role, Text]] = []
    for role, item in said:
        if not isinstance(item, Text):
            continue
        if merged and merged[-1][0] is role:
            merged[-1] = (role, Text(text=merged[-1][1].text + item.text))
        else:
            merged.append((role, item))
    return merged
