"""A whole answer of the vendor's becomes items.

Streams are read in `events_in.py`; what both say is read by the same functions.
"""

from typing import Any

import orjson

from llmgw_desktop.domain.answer import Answer
from llmgw_desktop.domain.content import (
    CallKind,
    Item,
    RedactedThinking,
    Refusal,
    Signature,
    Text,
    Thinking,
    ToolCall,
    Vendor,
)
from llmgw_desktop.domain.errors import UpstreamGarbage
from llmgw_desktop.wire.answer_facts import error_in, object_in, parse_answer, word_in
from llmgw_desktop.wire.translate.anthropic.citations import read_citation
from llmgw_desktop.wire.translate.anthropic.hosted import hosted_in_answer
from llmgw_desktop.wire.translate.anthropic.stops import read_stop, refusal_in
from llmgw_desktop.wire.translate.custom_text import unwrapped
from llmgw_desktop.wire.translate.names import ToolNames
from llmgw_desktop.wire.usages.anthropic import usage_of


def read_answer(body: bytes, names: ToolNames) -> Answer:
    message = parse_answer(body)
    content = message.get("content")
    if type(content) is not list:
        error = error_in(message)
        told = f"an error: {error}" if error else "no message: it has no list 'content'"
        raise UpstreamGarbage(f"The provider's answer is {told}.")
    items: list[Item] = []
    for at, block in enumerate(content):
        if type(block) is not dict:
            raise UpstreamGarbage(f"The provider's answer has no block at content[{at}].")
        item = read_block(block, names, at)
        if item is not None:
            items.append(item)
    refusal = refusal_in(message)
    if refusal is not None and not items:
        items.append(Refusal(text=refusal))
    return Answer(
        id=word_in(message, "id") or "",
        model=word_in(message, "model") or "",
        items=tuple(items),
        stop=read_stop(message, has_calls=any(isinstance(item, ToolCall) for item in items)),
        usage=usage_of(object_in(message, "usage")),
    )


def read_block(block: dict[str, Any], names: ToolNames, at: int) -> Item | None:
    """Of a whole block; None for one that says nothing."""
    kind = block.get("type")
    if kind == "text":
        cited = block.get("citations")
        citations = cited if type(cited) is list else []
        return Text(
            text=string_in(block, "text"),
            citations=tuple(read_citation(each) for each in citations if type(each) is dict),
        )
    if kind == "thinking":
        return Thinking(text=string_in(block, "thinking"), signature=signature_in(block))
    if kind == "redacted_thinking":
        return redacted(block)
    if kind != "tool_use":
        return None if kind is None else hosted_in_answer(block)
    call = begun_call(block, names, at)
    arguments = arguments_in(block) or "{}"
    if call.kind is CallKind.CUSTOM:
        arguments = unwrapped(arguments)
    return ToolCall(
        id=call.id,
        name=call.name,
        arguments=arguments,
        kind=call.kind,
        namespace=call.namespace,
    )


def begun_call(block: dict[str, Any], names: ToolNames, at: int) -> ToolCall:
    """Without its arguments. A call without a name cannot be answered by anybody."""
    name = string_in(block, "name")
    if not name:
        raise UpstreamGarbage("The provider's answer calls a tool without a name.")
    known = names.read(name)
    return ToolCall(
        id=string_in(block, "id") or f"toolu_{at}",
        name=known.name,
        arguments="",
        kind=known.kind,
        namespace=known.namespace,
    )


def arguments_in(block: dict[str, Any]) -> str:
    """What a block tells of its arguments in one piece; empty where that is nothing."""
    told = block.get("input")
    if type(told) is dict:
        return orjson.dumps(told).decode() if told else ""
    return told if isinstance(told, str) else ""


def redacted(block: dict[str, Any]) -> RedactedThinking | None:
    data = string_in(block, "data")
    if not data:
        return None
    return RedactedThinking(signature=Signature(vendor=Vendor.ANTHROPIC, data=data))


def signature_in(block: dict[str, Any]) -> Signature | None:
    data = string_in(block, "signature")
    return Signature(vendor=Vendor.ANTHROPIC, data=data) if data else None


def string_in(block: dict[str, Any], name: str) -> str:
    """Empty where it is missing or null; UpstreamGarbage where it is anything else."""
    value = block.get(name)
    if value is None:
        return ""
    if type(value) is not str:
        raise UpstreamGarbage(f"The provider's answer has a '{name}' that is no string.")
    return value
