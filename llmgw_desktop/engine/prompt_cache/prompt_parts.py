"""The parts of a recorded prompt as texts, under the places that prints give them."""

import re
from collections.abc import Sequence

import orjson

from llmgw_desktop.domain.errors import LlmgwError
from llmgw_desktop.domain.flights.flight import FlightRecord
from llmgw_desktop.domain.flights.prompt_changes import PromptChange
from llmgw_desktop.domain.flights.prompt_print import OPTIONS, PromptSection
from llmgw_desktop.domain.model.content import Item, Text, ToolCall, ToolResult, Turn
from llmgw_desktop.domain.model.prompt import HostedTool, Prompt, Tool
from llmgw_desktop.engine.prompt_cache.fingerprints import (
    attribution_of,
    bare,
    json_of,
    prompt_of,
    system_items,
)

_NAME_CHARS = 120


_DIAGNOSIS = re.compile(
    rb'(?<!\\)"cache_miss_reason"\s*:\s*(?:"([a-z_]{1,60})"|\{[^{}]{0,400}?"type"\s*:\s*"([a-z_]{1,60})")'
)
_HEAD_BYTES = 64 * 1024


def vendors_reason(answer: bytes | None) -> str:
    """What Anthropic says itself of a miss, in its own word, where the request asked for that and
    the answer tells it (`diagnostics`): at its beginning, or in a whole answer anywhere near it.
    Empty where it says nothing."""
    found = _DIAGNOSIS.search((answer or b"")[:_HEAD_BYTES])
    return "" if found is None else (found[1] or found[2]).decode()


class UnreadablePrompt(Exception):
    """`str` says why in a sentence."""


class RecordedPrompt:
    """One request's. Raises UnreadablePrompt where there is none to be read."""

    def __init__(self, record: FlightRecord | None, which: str) -> None:
        """`which`: how it is called in sentences, such as `this request`."""
        if record is None:
            raise UnreadablePrompt(f"{which} is kept no longer.")
        if record.unreadable:
            raise UnreadablePrompt(f"{which} cannot be read: {record.unreadable}")
        body = record.request_body
        if not body:
            raise UnreadablePrompt(f"What {which} said was not kept.")
        if not record.request_body_whole:
            raise UnreadablePrompt(f"Of {which} only the beginning was kept.")
        try:
            fields = orjson.loads(body)
            protocol = record.summary.protocol
            self._prompt: Prompt = prompt_of(fields, protocol)
            self._attribution = attribution_of(fields, protocol)
        except (LlmgwError, ValueError, RecursionError) as error:
            raise UnreadablePrompt(f"{which} cannot be taken apart: {error}") from error
        self._system, self._turns = system_items(self._prompt)

    def text(self, change: PromptChange, at: int | None) -> str:
        """Of the part that was changed, where it stands in this prompt. Empty where it does not."""
        if change.section is None:
            return self._option(change.place)
        if at is None:
            return ""
        if change.section is PromptSection.TOOLS:
            return self._tool(at, change.place.rpartition("].")[2])
        return self.part(change.section, at)

    def part(self, section: PromptSection, at: int) -> str:
        """All that one block says."""
        if section is PromptSection.TOOLS:
            return self._tool(at, "")
        if section is PromptSection.SYSTEM:
            return _item_text(self._system[at]) if at < len(self._system) else ""
        return _turn_text(self._turns[at]) if at < len(self._turns) else ""

    def name(self, section: PromptSection, at: int) -> str:
        """Of a block, in a few words."""
        if section is PromptSection.TOOLS:
            tool = self._prompt.tools[at] if at < len(self._prompt.tools) else None
            return _tool_name(tool) if tool is not None else ""
        text = self.part(section, at).strip()[: _NAME_CHARS * 2]
        words = " ".join(text.split())[:_NAME_CHARS]
        if section is PromptSection.MESSAGES and at < len(self._turns):
            return f"{self._turns[at].role}: {words}"
        return words

    def _tool(self, at: int, member: str) -> str:
        if at >= len(self._prompt.tools):
            return ""
        tool = self._prompt.tools[at]
        if isinstance(tool, HostedTool):
            return _pretty(tool.raw)
        form = {"kind": tool.kind, "strict": tool.strict, "grammar": tool.grammar}
        parts = {
            "name": _tool_name(tool),
            "description": f"{tool.description or ''}{tool.namespace_description or ''}",
            "schema": _pretty(tool.schema),
        }
        whole = "\n".join(filter(None, parts.values()))
        return _pretty(form) if member == "form" else parts.get(member, whole)

    def _option(self, name: str) -> str:
        prompt = self._prompt
        said = (
            prompt.tool_choice,
            prompt.reasoning,
            prompt.output,
            prompt.cache_key,
            prompt.service_tier,
            self._attribution,
        )
        value: object = dict(zip(OPTIONS, said, strict=True)).get(name)
        return value if isinstance(value, str) else "" if value is None else _pretty(value)


def _tool_name(tool: Tool | HostedTool) -> str:
    if isinstance(tool, HostedTool):
        return str(tool.raw.get("name") or tool.raw.get("type") or tool.kind)
    return tool.name if tool.namespace is None else f"{tool.namespace}.{tool.name}"


def _turn_text(turn: Turn) -> str:
    return "\n".join(map(_item_text, turn.items))


def _item_text(item: Item) -> str:
    if isinstance(item, Text):
        return item.text
    if isinstance(item, ToolCall):
        return f"[{item.name} {item.id}] {item.arguments}"
    if isinstance(item, ToolResult):
        return f"[{item.call_id}] {_texts(item.items)}"
    return json_of(bare(item)).decode("utf-8", "replace")


def _texts(items: Sequence[Item]) -> str:
    return "\n".join(map(_item_text, items))


def _pretty(value: object) -> str:
    return "" if value is None else json_of(value).decode("utf-8", "replace")
