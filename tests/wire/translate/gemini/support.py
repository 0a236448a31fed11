"""Short ways to say a request or an answer of Gemini's, for its tests."""

from __future__ import annotations

import base64
import json
from typing import Any

import orjson

from llmgw_desktop.domain.model.answer import Answer, AnswerEvent
from llmgw_desktop.domain.model.content import Item, Role, Text, Turn
from llmgw_desktop.domain.model.prompt import Prompt, Reasoning
from llmgw_desktop.domain.provider import ModelProtocol, ProviderKind
from llmgw_desktop.wire.translate.codec import PromptTarget, RequestContext
from llmgw_desktop.wire.translate.gemini import codec
from llmgw_desktop.wire.translate.losses import LossReport
from llmgw_desktop.wire.translate.tools import ToolNames

CODEC = codec()
PNG = base64.b64encode(b"\x89PNG\r\n\x1a\n" + b"\0" * 20).decode()
PDF = base64.b64encode(b"%PDF-1.4\n" + b"x" * 20).decode()


def read_prompt(body: dict[str, Any], losses: LossReport | None = None) -> Prompt:
    report = losses or LossReport()
    return CODEC.read_prompt(body, "m", False, report)


def said(*parts: dict[str, Any], role: str | None = "user") -> dict[str, Any]:
    """A request with one content."""
    content: dict[str, Any] = {"parts": list(parts)}
    if role is not None:
        content["role"] = role
    return {"contents": [content]}


def items_of(*parts: dict[str, Any], role: str | None = "user") -> tuple[Item, ...]:
    return read_prompt(said(*parts, role=role)).turns[0].items


def turn(role: Role, *items: Item) -> Turn:
    return Turn(role=role, items=items)


def user(*items: Item) -> Turn:
    return turn(Role.USER, *items)


def model(*items: Item) -> Turn:
    return turn(Role.ASSISTANT, *items)


def text(words: str) -> Text:
    return Text(text=words)


def prompt(*turns: Turn, **more: Any) -> Prompt:
    return Prompt(model="asked", turns=turns or (user(text("hi")),), **more)


def target(
    name: str = "gemini-3-pro-preview", kind: ProviderKind = ProviderKind.GOOGLE
) -> PromptTarget:
    return PromptTarget(protocol=ModelProtocol.GEMINI, kind=kind, model=name)


def write_prompt(
    of: Prompt, name: str = "gemini-3-pro-preview", kind: ProviderKind = ProviderKind.GOOGLE
) -> tuple[dict[str, Any], tuple[str, ...]]:
    """(the body, the names of what was lost)."""
    losses = LossReport(CODEC.losses)
    body = CODEC.write_prompt(of, target(name, kind), losses).body
    return orjson.loads(body), losses.names


def candidate(*parts: dict[str, Any], finish: str | None = "STOP", **more: Any) -> dict[str, Any]:
    found: dict[str, Any] = {"content": {"parts": list(parts), "role": "model"}, "index": 0}
    if finish is not None:
        found["finishReason"] = finish
    return found | more


def chunk(*parts: dict[str, Any], finish: str | None = None, **more: Any) -> dict[str, Any]:
    return {
        "candidates": [candidate(*parts, finish=finish)],
        "modelVersion": "gemini-x",
        "responseId": "r1",
        **more,
    }


def whole(*parts: dict[str, Any], finish: str | None = "STOP", **more: Any) -> dict[str, Any]:
    return chunk(*parts, finish=finish, **more)


def read_answer(body: dict[str, Any], names: ToolNames | None = None) -> Answer:
    return CODEC.read_answer(orjson.dumps(body), names or ToolNames())


def events_of_stream(*chunks: Any, names: ToolNames | None = None) -> list[AnswerEvent]:
    stream = b"".join(b"data: %b\r\n\r\n" % json.dumps(each).encode() for each in chunks)
    return events_of_bytes(stream, names=names)


def events_of_bytes(*pieces: bytes, names: ToolNames | None = None) -> list[AnswerEvent]:
    reader = CODEC.event_reader(names or ToolNames())
    found = [event for piece in pieces for event in reader.feed(piece)]
    return found + reader.finish()


SEEING = Reasoning(show="auto")
"""What callers send who set `includeThoughts`."""


def asked(query: str = "alt=sse", wanted: Reasoning | None = SEEING, **more: Any) -> RequestContext:
    of = prompt(reasoning=wanted)
    return RequestContext(prompt=of, model="my/model", answer_id="fresh", query=query, **more)


def write_answer(
    answer: Answer, wanted: Reasoning | None = SEEING
) -> tuple[dict[str, Any], tuple[str, ...]]:
    losses = LossReport(CODEC.losses)
    return orjson.loads(CODEC.write_answer(answer, asked(wanted=wanted), losses)), losses.names


def write_stream(
    events: list[AnswerEvent], query: str = "alt=sse", wanted: Reasoning | None = SEEING
) -> tuple[bytes, tuple[str, ...]]:
    losses = LossReport(CODEC.losses)
    writer = CODEC.event_writer(asked(query, wanted), losses)
    return b"".join(map(writer.write, events)), losses.names


def chunks_in(stream: bytes) -> list[dict[str, Any]]:
    """Of server-sent events."""
    return [
        orjson.loads(frame.removeprefix(b"data: ")) for frame in stream.split(b"\r\n\r\n") if frame
    ]
