"""A caller's Messages request becomes a prompt, with its tools.

Blocks are read in `blocks_in.py`. `model` and `stream` were read before the request was routed.
"""

import re
from dataclasses import replace

from llmgw_desktop.domain.errors import MalformedRequest
from llmgw_desktop.domain.model.content import (
    CacheMark,
    Document,
    Image,
    Item,
    Role,
    Text,
    ToolCall,
    ToolResult,
    Turn,
    Vendor,
)
from llmgw_desktop.domain.model.prompt import (
    Effort,
    HostedKind,
    HostedTool,
    OutputFormat,
    OutputKind,
    Prompt,
    Reasoning,
    Sampling,
    Tool,
    ToolChoice,
    ToolMode,
)
from llmgw_desktop.wire.translate.anthropic.blocks_in import BlockReader
from llmgw_desktop.wire.translate.codec import EFFORTS
from llmgw_desktop.wire.translate.losses import Feature, LossReport
from llmgw_desktop.wire.translate.members import (
    Fields,
    lose_others,
    maybe_flag,
    maybe_number,
    maybe_object,
    maybe_one_of,
    maybe_text,
    maybe_whole,
    needed_object,
    not_known,
    objects_in,
    objects_of,
    one_of,
    text_in,
    texts_in,
)

_DATED = re.compile(r"([a-z0-9_]+)_\d{8}")
_KINDS = {
    "web_search": HostedKind.WEB_SEARCH,
    "web_fetch": HostedKind.WEB_FETCH,
    "code_execution": HostedKind.CODE_EXECUTION,
}
_KNOWN_IN_TOOLS = {
    "type",
    "name",
    "description",
    "input_schema",
    "strict",
    "cache_control",
    # how the arguments are streamed, which is decided by who answers
    "eager_input_streaming",
    "defer_loading",
}


def read_tools(
    fields: Fields, blocks: BlockReader, report: LossReport
) -> tuple[Tool | HostedTool, ...]:
    listed = objects_in(fields, "tools")
    return tuple([_tool(tool, path, blocks, report) for tool, path in listed])


def _tool(tool: Fields, path: str, blocks: BlockReader, report: LossReport) -> Tool | HostedTool:
    kind = maybe_text(tool, "type", path) or "custom"
    if kind != "custom":
        return _hosted(tool, kind, path)
    lose_others(tool, _KNOWN_IN_TOOLS, report, "tools")
    if maybe_flag(tool, "defer_loading", path):
        report.lost(Feature.FIELD, "tools.defer_loading")
    return Tool(
        name=text_in(tool, "name", path),
        description=maybe_text(tool, "description", path),
        schema=maybe_object(tool, "input_schema", path),
        strict=maybe_flag(tool, "strict", path),
        cache=blocks.cache_mark(tool, path),
    )


def _hosted(tool: Fields, kind: str, path: str) -> HostedTool:
    dated = _DATED.fullmatch(kind)
    if dated is None and kind != "mcp_toolset":
        raise not_known(kind, f"{path}.type")
    family = _KINDS.get(dated[1], HostedKind.OTHER) if dated else HostedKind.OTHER
    return HostedTool(kind=family, vendor=Vendor.ANTHROPIC, raw=tool)


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
_OF_MESSAGES = frozenset({"role", "content"})
_ROLES = {"user": Role.USER, "assistant": Role.ASSISTANT, "system": Role.SYSTEM}
_MODES = {"auto": ToolMode.AUTO, "any": ToolMode.ANY, "tool": ToolMode.ANY, "none": ToolMode.NONE}
_TIERS = {"auto": "auto", "standard_only": "default"}
_SHOWS = {"summarized": "auto", "omitted": "none"}


def read_prompt(fields: Fields, model: str, streaming: bool, report: LossReport) -> Prompt:
    blocks = BlockReader(report)
    lose_others(fields, _KNOWN, report)
    turns = (*_system(fields, blocks, report), *_messages(fields, blocks, report))
    mark = blocks.cache_mark(fields, "")
    return Prompt(
        model=model,
        turns=turns if mark is None else _marked(turns, mark),
        tools=read_tools(fields, blocks, report),
        tool_choice=_tool_choice(fields),
        reasoning=_reasoning(fields, report),
        output=_output(fields, report),
        sampling=Sampling(
            temperature=maybe_number(fields, "temperature"),
            top_p=maybe_number(fields, "top_p"),
            top_k=maybe_whole(fields, "top_k"),
        ),
        max_tokens=maybe_whole(fields, "max_tokens", least=0),
        stop=texts_in(fields, "stop_sequences"),
        streaming=streaming,
        service_tier=_service_tier(fields),
        user=_user(fields, report),
    )


def _system(fields: Fields, blocks: BlockReader, report: LossReport) -> list[Turn]:
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


def _messages(fields: Fields, blocks: BlockReader, report: LossReport) -> list[Turn]:
    turns = []
    for message, path in objects_of(fields.get("messages"), "messages"):
        lose_others(message, _OF_MESSAGES, report, "messages")
        role = one_of(message, "role", _ROLES, path)
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


def _tool_choice(fields: Fields) -> ToolChoice:
    choice = maybe_object(fields, "tool_choice")
    if choice is None:
        return ToolChoice()
    mode = one_of(choice, "type", _MODES, "tool_choice")
    alone = maybe_flag(choice, "disable_parallel_tool_use", "tool_choice")
    return ToolChoice(
        mode=mode,
        names=(text_in(choice, "name", "tool_choice"),) if choice["type"] == "tool" else (),
        parallel=None if alone is None else not alone,
    )


def _reasoning(fields: Fields, report: LossReport) -> Reasoning | None:
    config = maybe_object(fields, "output_config") or {}
    effort = maybe_one_of(config, "effort", EFFORTS, "output_config")
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
        raise not_known(kind, "thinking.type")
    budget = maybe_whole(thinking, "budget_tokens", "thinking", least=0)
    if budget is None:
        raise MalformedRequest("a positive number is required", path="thinking.budget_tokens")
    # models that take a budget show their thinking unless they are told not to
    return Reasoning(effort=effort, budget_tokens=budget, show=show or "auto")


def _output(fields: Fields, report: LossReport) -> OutputFormat | None:
    config = maybe_object(fields, "output_config") or {}
    lose_others(config, {"effort", "format"}, report, "output_config")
    path = "output_config.format"
    wanted = maybe_object(config, "format", "output_config")
    if wanted is None:
        path = "output_format"
        wanted = maybe_object(fields, "output_format")
    if wanted is None:
        return None
    kind = text_in(wanted, "type", path)
    if kind != "json_schema":
        raise not_known(kind, f"{path}.type")
    return OutputFormat(
        kind=OutputKind.SCHEMA,
        name=maybe_text(wanted, "name", path),
        schema=needed_object(wanted, "schema", path),
        strict=True,
    )


def _service_tier(fields: Fields) -> str | None:
    if maybe_text(fields, "speed") == "fast":
        return "priority"
    return maybe_one_of(fields, "service_tier", _TIERS)


def _user(fields: Fields, report: LossReport) -> str | None:
    metadata = maybe_object(fields, "metadata")
    if metadata is None:
        return None
    lose_others(metadata, {"user_id"}, report, "metadata")
    return maybe_text(metadata, "user_id", "metadata") or None
