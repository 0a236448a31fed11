"""A caller's Messages request becomes a prompt.

Blocks are read in `blocks_in.py`, tools in `tools_in.py`. `model` and `stream` were read before
the request was routed.
"""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from llmgw_desktop.domain.content import (
    CacheMark,
    Document,
    Image,
    Item,
    Role,
    Text,
    ToolCall,
    ToolResult,
    Turn,
)
from llmgw_desktop.domain.errors import MalformedRequest
from llmgw_desktop.domain.prompt import (
    Effort,
    OutputFormat,
    OutputKind,
    Prompt,
    Reasoning,
    Sampling,
    ToolChoice,
    ToolMode,
)
from llmgw_desktop.wire.translate.anthropic.blocks_in import BlockReader
from llmgw_desktop.wire.translate.anthropic.json_fields import (
    as_list,
    as_object,
    as_text,
    maybe_count,
    maybe_flag,
    maybe_list,
    maybe_number,
    maybe_object,
    maybe_text,
    text_in,
)
from llmgw_desktop.wire.translate.anthropic.tools_in import read_tools
from llmgw_desktop.wire.translate.losses import Feature, LossReport

ATTRIBUTION = "x-anthropic-billing-header"
"""Claude Code begins its system prompt with a block of this; it is for its vendor alone, and as it
changes from request to request it would spoil other vendors' caches."""

_KNOWN = {
    "model",
    "stream",
    "messages",
    "system",
    "max_tokens",
    "tools",
    "tool_choice",
    "thinking",
    "output_config",
    "output_format",
    "stop_sequences",
    "temperature",
    "top_p",
    "top_k",
    "metadata",
    "service_tier",
    "speed",
    "cache_control",
}
_ROLES = {"user": Role.USER, "assistant": Role.ASSISTANT, "system": Role.SYSTEM}
_MODES = {"auto": ToolMode.AUTO, "any": ToolMode.ANY, "tool": ToolMode.ANY, "none": ToolMode.NONE}
_TIERS = {"auto": "auto", "standard_only": "default"}
_SHOWS = {"summarized": "auto", "omitted": "none"}


def read_prompt(
    fields: Mapping[str, Any], model: str, streaming: bool, report: LossReport
) -> Prompt:
    blocks = BlockReader(report)
    blocks.rest(fields, _KNOWN, "")
    turns = (*_system(fields, blocks, report), *_messages(fields, blocks))
    mark = blocks.cache_mark(fields, "")
    max_tokens = maybe_count(fields, "max_tokens")
    if max_tokens is not None and max_tokens < 0:
        raise MalformedRequest("must not be negative", path="max_tokens")
    reasoning = _reasoning(fields, report)
    return Prompt(
        model=model,
        turns=turns if mark is None else _marked(turns, mark),
        tools=read_tools(fields, blocks, report),
        tool_choice=_tool_choice(fields),
        reasoning=reasoning,
        output=_output(fields, blocks),
        sampling=Sampling(
            temperature=maybe_number(fields, "temperature"),
            top_p=maybe_number(fields, "top_p"),
            top_k=maybe_count(fields, "top_k"),
        ),
        max_tokens=max_tokens,
        stop=tuple(
            as_text(each, f"stop_sequences[{at}]")
            for at, each in enumerate(maybe_list(fields, "stop_sequences") or ())
        ),
        streaming=streaming,
        service_tier=_service_tier(fields),
        user=_user(fields, blocks),
    )


def _system(fields: Mapping[str, Any], blocks: BlockReader, report: LossReport) -> list[Turn]:
    system = fields.get("system")
    if system is None:
        return []
    items: list[Item] = []
    for item in blocks.texts(system, "system"):
        if isinstance(item, Text) and item.text.startswith(ATTRIBUTION):
            report.lost(Feature.FIELD, ATTRIBUTION)
        elif isinstance(item, Text) and item.text:
            items.append(item)
    return [Turn(role=Role.SYSTEM, items=tuple(items))] if items else []


def _messages(fields: Mapping[str, Any], blocks: BlockReader) -> list[Turn]:
    messages = as_list(fields.get("messages"), "messages")
    turns = []
    for at, each in enumerate(messages):
        path = f"messages[{at}]"
        message = as_object(each, path)
        blocks.rest(message, {"role", "content"}, "messages")
        name = text_in(message, "role", path)
        role = _ROLES.get(name)
        if role is None:
            raise MalformedRequest(f"'{name[:80]}' is no known role", path=f"{path}.role")
        read = blocks.texts if role is Role.SYSTEM else blocks.content
        items = read(message.get("content"), f"{path}.content")
        _refuse_strangers(items, role, f"{path}.content")
        turns.append(Turn(role=role, items=items))
    return turns


def _refuse_strangers(items: tuple[Item, ...], role: Role, path: str) -> None:
    strange = ToolCall if role is Role.USER else ToolResult
    for item in items:
        if isinstance(item, strange):
            kind = "tool_use" if role is Role.USER else "tool_result"
            raise MalformedRequest(f"no {kind} may stand in a message of the {role}", path=path)


def _marked(turns: tuple[Turn, ...], mark: CacheMark) -> tuple[Turn, ...]:
    """A mark on the whole request goes to the last item that can have one."""
    for at in range(len(turns) - 1, -1, -1):
        items = turns[at].items
        last = items[-1] if items else None
        if isinstance(last, Text | Image | Document | ToolCall | ToolResult):
            marked = replace(last, cache=last.cache or mark)
            turn = replace(turns[at], items=(*items[:-1], marked))
            return (*turns[:at], turn, *turns[at + 1 :])
    return turns


def _tool_choice(fields: Mapping[str, Any]) -> ToolChoice:
    choice = maybe_object(fields, "tool_choice")
    if choice is None:
        return ToolChoice()
    kind = text_in(choice, "type", "tool_choice")
    mode = _MODES.get(kind)
    if mode is None:
        raise MalformedRequest(f"'{kind[:80]}' is no known type", path="tool_choice.type")
    alone = maybe_flag(choice, "disable_parallel_tool_use", "tool_choice")
    return ToolChoice(
        mode=mode,
        names=(text_in(choice, "name", "tool_choice"),) if kind == "tool" else (),
        parallel=None if alone is None else not alone,
    )


def _reasoning(fields: Mapping[str, Any], report: LossReport) -> Reasoning | None:
    effort = _effort(maybe_object(fields, "output_config"))
    thinking = maybe_object(fields, "thinking")
    if thinking is None:
        return None if effort is None else Reasoning(effort=effort)
    kind = text_in(thinking, "type", "thinking")
    show = _SHOWS.get(maybe_text(thinking, "display", "thinking") or "")
    if kind in ("disabled", "between_tools"):
        if effort is not None:
            report.lost(Feature.FIELD, "output_config.effort")
        return Reasoning(effort=Effort.NONE)
    if kind == "adaptive":
        return Reasoning(effort=effort, is_adaptive=True, show=show)
    if kind != "enabled":
        raise MalformedRequest(f"'{kind[:80]}' is no known type", path="thinking.type")
    budget = maybe_count(thinking, "budget_tokens", "thinking")
    if budget is None or budget < 0:
        raise MalformedRequest("a positive number is required", path="thinking.budget_tokens")
    # models that take a budget show their thinking unless they are told not to
    return Reasoning(effort=effort, budget_tokens=budget, show=show or "auto")


def _effort(config: Mapping[str, Any] | None) -> Effort | None:
    word = None if config is None else maybe_text(config, "effort", "output_config")
    if word is None:
        return None
    try:
        return Effort(word)
    except ValueError:
        path = "output_config.effort"
        raise MalformedRequest(f"'{word[:80]}' is no known effort", path=path) from None


def _output(fields: Mapping[str, Any], blocks: BlockReader) -> OutputFormat | None:
    config = maybe_object(fields, "output_config") or {}
    blocks.rest(config, {"effort", "format"}, "output_config")
    path = "output_config.format"
    wanted = maybe_object(config, "format", "output_config")
    if wanted is None:
        path = "output_format"
        wanted = maybe_object(fields, "output_format")
    if wanted is None:
        return None
    kind = text_in(wanted, "type", path)
    if kind != "json_schema":
        raise MalformedRequest(f"'{kind[:80]}' is no known type", path=f"{path}.type")
    return OutputFormat(
        kind=OutputKind.SCHEMA,
        name=maybe_text(wanted, "name", path),
        schema=as_object(wanted.get("schema"), f"{path}.schema"),
        strict=True,
    )


def _service_tier(fields: Mapping[str, Any]) -> str | None:
    if maybe_text(fields, "speed") == "fast":
        return "priority"
    tier = maybe_text(fields, "service_tier")
    if tier is None:
        return None
    if tier not in _TIERS:
        raise MalformedRequest(f"'{tier[:80]}' is no known tier", path="service_tier")
    return _TIERS[tier]


def _user(fields: Mapping[str, Any], blocks: BlockReader) -> str | None:
    metadata = maybe_object(fields, "metadata")
    if metadata is None:
        return None
    blocks.rest(metadata, {"user_id"}, "metadata")
    return maybe_text(metadata, "user_id", "metadata") or None
