"""What the vendor's own SDK says of what is written; for the tests of this folder."""

from __future__ import annotations

import json
from itertools import pairwise
from typing import Any

import anthropic.types as sdk
from anthropic.lib.streaming._messages import accumulate_event
from anthropic.types import message_create_params as params
from pydantic import TypeAdapter

from llmgw_desktop.domain.model.content import Role, Text, Turn
from llmgw_desktop.domain.model.prompt import Prompt, Reasoning
from llmgw_desktop.domain.provider import ModelProtocol, ProviderKind
from llmgw_desktop.wire.translate.anthropic import codec
from llmgw_desktop.wire.translate.codec import PromptTarget, RequestContext
from llmgw_desktop.wire.translate.losses import LossReport

CODEC = codec()
_BLOCKS: dict[str, Any] = {
    "text": sdk.TextBlockParam,
    "image": sdk.ImageBlockParam,
    "document": sdk.DocumentBlockParam,
    "thinking": sdk.ThinkingBlockParam,
    "redacted_thinking": sdk.RedactedThinkingBlockParam,
    "tool_use": sdk.ToolUseBlockParam,
    "tool_result": sdk.ToolResultBlockParam,
    "server_tool_use": sdk.ServerToolUseBlockParam,
    "web_search_tool_result": sdk.WebSearchToolResultBlockParam,
}
_EVENT = TypeAdapter(sdk.RawMessageStreamEvent)


def prompt(*turns: Turn, model: str = "m", **more: Any) -> Prompt:
    return Prompt(model=model, turns=turns or (user("Hi"),), **more)


def user(*items: Any) -> Turn:
    return turn(Role.USER, *items)


def assistant(*items: Any) -> Turn:
    return turn(Role.ASSISTANT, *items)


def turn(role: Role, *items: Any) -> Turn:
    return Turn(role=role, items=tuple(Text(text=i) if isinstance(i, str) else i for i in items))


def target(
    model: str = "claude-opus-4-6", kind: ProviderKind = ProviderKind.ANTHROPIC
) -> PromptTarget:
    return PromptTarget(protocol=ModelProtocol.ANTHROPIC, kind=kind, model=model)


def written(
    wanted: Prompt,
    model: str = "claude-opus-4-6",
    kind: ProviderKind = ProviderKind.ANTHROPIC,
) -> tuple[dict[str, Any], tuple[str, ...]]:
    """The body, checked, and the names of what was lost."""
    report = LossReport(CODEC.losses)
    result = CODEC.write_prompt(wanted, target(model, kind), report)
    body = json.loads(result.body)
    check_request(body)
    return body, report.names


def messages(wanted: Prompt, model: str = "claude-opus-4-6") -> list[dict[str, Any]]:
    found = written(wanted, model)[0]["messages"]
    assert isinstance(found, list)
    return found


def read(fields: dict[str, Any], *, streaming: bool = False) -> tuple[Prompt, tuple[str, ...]]:
    report = LossReport()
    whole = {"model": "m", "max_tokens": 9, "messages": [], **fields}
    return CODEC.read_prompt(whole, "m", streaming, report), report.names


def read_turns(*told: dict[str, Any]) -> tuple[Turn, ...]:
    return read({"messages": list(told)})[0].turns


def asked(**more: Any) -> RequestContext:
    """Of one who wants to see the model's thinking."""
    wanted = prompt(reasoning=Reasoning(is_adaptive=True))
    given = {"prompt": wanted, "model": "my-model", "answer_id": "a1b2", **more}
    return RequestContext(**given)


def check_request(body: dict[str, Any]) -> None:
    """Against the SDK's parameters, and against the rules of order that it does not know."""
    allowed = {
        *params.MessageCreateParamsBase.__annotations__,
        *params.MessageCreateParamsStreaming.__annotations__,
        # of API version 2023-06-01, which older models are asked with
        *("temperature", "top_p", "top_k"),
    }
    assert set(body) <= allowed
    for block in body.get("system", ()):
        _check_block(block)
        assert block["type"] == "text"
    roles = [message["role"] for message in body["messages"]]
    assert roles[0] == "user"
    assert all(one != other for one, other in pairwise(roles))
    waiting: list[str] = []
    seen: set[str] = set()
    for message in body["messages"]:
        assert message["content"]
        for block in message["content"]:
            _check_block(block)
        results = [b["tool_use_id"] for b in message["content"] if b["type"] == "tool_result"]
        assert results == waiting
        kinds = [block["type"] for block in message["content"][: len(results)]]
        assert kinds == ["tool_result"] * len(results)
        waiting = [b["id"] for b in message["content"] if b["type"] == "tool_use"]
        assert not seen & set(waiting)
        seen |= set(waiting)
    assert not waiting
    marks = json.dumps(body).count('"cache_control"')
    assert marks <= 4


def _check_block(block: dict[str, Any]) -> None:
    kind = _BLOCKS[block["type"]]
    assert set(block) <= set(kind.__annotations__)
    assert set(block) >= kind.__required_keys__
    if block["type"] == "text":
        assert block["text"].strip()
    for inner in block.get("content", ()) if block["type"] == "tool_result" else ():
        if isinstance(inner, dict):
            _check_block(inner)


def check_message(body: bytes) -> dict[str, Any]:
    """As the SDK reads it, strictly."""
    sdk.Message.model_validate_json(body, strict=True)
    told = json.loads(body)
    assert isinstance(told, dict)
    return told


def frames(stream: bytes) -> list[dict[str, Any]]:
    """Each frame's data; the event's name is its type."""
    found = []
    for frame in stream.split(b"\n\n")[:-1]:
        if frame.startswith(b":"):
            continue
        name, data = frame.split(b"\n")
        told = json.loads(data.removeprefix(b"data: "))
        assert name == b"event: " + told["type"].encode()
        found.append(told)
    return found


def accumulated(stream: bytes) -> dict[str, Any]:
    """The message that the SDK makes of a stream, each event checked strictly."""
    snapshot: Any = None
    buffers: dict[int, bytes] = {}
    for told in frames(stream):
        event = _EVENT.validate_json(json.dumps(told), strict=True)
        snapshot = accumulate_event(event=event, current_snapshot=snapshot, json_bufs=buffers)
    found = snapshot.to_dict()
    assert isinstance(found, dict)
    return found
