"""A prompt and an answer as the blocks that two flights are compared by.

Ids of calls, signatures and how a protocol groups its turns are left out: two requests that say the
same consist of the same blocks, whatever their dialects. Where the caches' marks stand is told
beside, for they move with every turn.
"""

import hashlib
import json
from collections.abc import Iterable, Iterator, Mapping
from enum import StrEnum

from llmgw_desktop.domain.model.content import (
    Audio,
    Document,
    Hosted,
    Image,
    Item,
    Media,
    RedactedThinking,
    Refusal,
    Role,
    Text,
    Thinking,
    ToolCall,
    ToolResult,
    Video,
)
from llmgw_desktop.domain.model.prompt import HostedTool, Prompt, Tool, ToolChoice
from llmgw_desktop.domain.values import value


class BlockKind(StrEnum):
    """What a block is."""

    TEXT = "text"
    THINKING = "thinking"
    CALL = "call"
    RESULT = "result"
    MEDIA = "media"
    HOSTED = "hosted"
    """What a tool of the vendor's own did."""
    REFUSAL = "refusal"
    TOOL = "tool"
    """One on offer."""


@value
class FlightBlock:
    """`message` counts from 1 in its own request; 0 where it stands in no message. `name` is that
    of the tool; JSON in `text` is laid out."""

    role: str
    kind: BlockKind
    text: str
    name: str = ""
    message: int = 0

    @property
    def place(self) -> tuple[str, str, str]:
        """What two blocks share that may be each other's other version."""
        return self.role, self.kind, self.name

    @property
    def said(self) -> tuple[str, str, str, str]:
        """What two equal blocks share."""
        return self.role, self.kind, self.name, self.text


_ROLES = {Role.DEVELOPER: Role.SYSTEM}
"""Words of one kind to most vendors."""


def message_blocks(prompt: Prompt) -> tuple[FlightBlock, ...]:
    """All that is said, the system's words too."""
    names = {
        item.id: item.name
        for turn in prompt.turns
        for item in turn.items
        if isinstance(item, ToolCall)
    }
    return tuple(
        block
        for number, turn in enumerate(prompt.turns, 1)
        for block in _blocks(_ROLES.get(turn.role, turn.role), turn.items, number, names)
    )


def answer_blocks(items: Iterable[Item]) -> tuple[FlightBlock, ...]:
    """Of what a model said."""
    return tuple(_blocks(Role.ASSISTANT, items, 0, {}))


def tool_blocks(prompt: Prompt) -> tuple[FlightBlock, ...]:
    """In their order."""
    return tuple(map(_offered, prompt.tools))


def parameters(prompt: Prompt) -> dict[str, str]:
    """All that is asked for beside tools and messages, as far as it was said."""
    sampling, output, reasoning = prompt.sampling, prompt.output, prompt.reasoning
    said: dict[str, object] = {
        "model": prompt.model,
        "max tokens": prompt.max_tokens,
        "streamed": prompt.streaming,
        **{name.replace("_", " "): getattr(sampling, name) for name in _SAMPLING},
        "stop": prompt.stop or None,
        **_tool_choice(prompt.tool_choice),
    }
    if reasoning is not None:
        said["effort"] = reasoning.effort
        said["thinking budget"] = reasoning.budget_tokens
        said["adaptive thinking"] = reasoning.is_adaptive or None
        said["thinking shown"] = reasoning.show
    if output is not None:
        said["output"] = output.kind
        said["output schema"] = output.schema
        said["verbosity"] = output.verbosity
    for name in ("service_tier", "user", "metadata", "cache_key", "cache_retention", "store"):
        said[name.replace("_", " ")] = getattr(prompt, name)
    said["previous response"] = prompt.previous_response_id
    said["cache marks"] = ", ".join(_marks(prompt)) or None
    return {name: plain_value(value) for name, value in said.items() if value is not None}


_SAMPLING = (
    *("temperature", "top_p", "top_k", "seed", "presence_penalty", "frequency_penalty"),
    *("logprobs", "candidates"),
)


def plain_value(value: object) -> str:
    """A text as it is, everything else as JSON."""
    return value if isinstance(value, str) else _json(value)


def _tool_choice(choice: ToolChoice) -> dict[str, object]:
    names = ", ".join(choice.names)
    mode = None if choice.mode is None else str(choice.mode)
    chosen = " ".join(filter(None, (mode, names and f"({names})")))
    return {"tool choice": chosen or None, "parallel tools": choice.parallel}


def _marks(prompt: Prompt) -> Iterator[str]:
    """Where the caller wants the prompt cached up to."""
    for tool in prompt.tools:
        if isinstance(tool, Tool) and tool.cache is not None:
            yield f"tool {tool.name}{_lives(tool.cache.ttl)}"
    for number, turn in enumerate(prompt.turns, 1):
        for item in turn.items:
            mark = getattr(item, "cache", None)
            if mark is not None:
                yield f"message {number}{_lives(mark.ttl)}"


def _lives(ttl: str | None) -> str:
    return f" ({ttl})" if ttl else ""


def _offered(tool: Tool | HostedTool) -> FlightBlock:
    if isinstance(tool, HostedTool):
        name = str(tool.raw.get("name") or tool.raw.get("type") or tool.kind)
        return FlightBlock(role="", kind=BlockKind.TOOL, name=name, text=_json(tool.raw))
    schema = tool.schema if tool.schema is not None else tool.grammar
    told = (tool.namespace_description, tool.description, None if schema is None else _json(schema))
    strict = None if tool.strict is None else f"strict: {_json(tool.strict)}"
    name = f"{tool.namespace}.{tool.name}" if tool.namespace else tool.name
    text = "\n\n".join(each for each in (*told, strict) if each)
    return FlightBlock(role="", kind=BlockKind.TOOL, name=name, text=text)


def _blocks(
    role: Role, items: Iterable[Item], number: int, names: Mapping[str, str]
) -> Iterator[FlightBlock]:
    for item in items:
        kind, name, text = _told(item, names)
        yield FlightBlock(role=role.value, kind=kind, name=name, text=text, message=number)


def _told(item: Item, names: Mapping[str, str]) -> tuple[BlockKind, str, str]:
    """(kind, name, text)."""
    kind, name, text = _KINDS[type(item)], "", ""
    match item:
        case Text() | Thinking() | Refusal():
            text = item.text
        case RedactedThinking():
            text = "(not shown by its vendor)"
        case ToolCall():
            name, text = item.name, laid_out(item.arguments)
        case ToolResult():
            failed = "(failed)\n" if item.is_error else ""
            said = "\n".join(_told(each, names)[2] for each in item.items)
            name, text = item.name or names.get(item.call_id, ""), f"{failed}{said}"
        case Hosted():
            name, text = item.what, item.text or _json(item.raw)
        case Document():
            name, text = item.name or "", item.text or _media("document", item.media)
        case Image() | Audio() | Video():
            text = _media(type(item).__name__.lower(), item.media)
    return kind, name, text


_KINDS: Mapping[type, BlockKind] = {
    Text: BlockKind.TEXT,
    Thinking: BlockKind.THINKING,
    RedactedThinking: BlockKind.THINKING,
    Refusal: BlockKind.REFUSAL,
    ToolCall: BlockKind.CALL,
    ToolResult: BlockKind.RESULT,
    Hosted: BlockKind.HOSTED,
    Document: BlockKind.MEDIA,
    Image: BlockKind.MEDIA,
    Audio: BlockKind.MEDIA,
    Video: BlockKind.MEDIA,
}


def _media(what: str, media: Media) -> str:
    """Two pictures are the same if their digests are."""
    where = media.url or media.file_id
    if where is not None:
        return f"{what} at {where}"
    data = media.data or ""
    digest = hashlib.blake2b(data.encode("utf-8", "replace"), digest_size=6).hexdigest()
    size = len(data) * 3 // 4 - data[-2:].count("=")
    return f"{what} {media.media_type}, {size:,} bytes, digest {digest}".replace("  ", " ")


def laid_out(text: str) -> str:
    """JSON in lines; anything else as it is."""
    try:
        return _json(json.loads(text))
    except (ValueError, RecursionError):
        return text


def _json(value: object) -> str:
    try:
        return json.dumps(value, ensure_ascii=False, indent=2, default=dict)
    except (TypeError, ValueError, RecursionError):
        return "(nested too deeply to show)"
