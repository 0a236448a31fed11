"""What the tests of Chat Completions share."""

from __future__ import annotations

from typing import Any

import orjson

from llmgw_desktop.domain.model.answer import Answer, AnswerEvent
from llmgw_desktop.domain.model.content import Role, Text, Turn
from llmgw_desktop.domain.model.prompt import Prompt
from llmgw_desktop.domain.provider import ModelProtocol, ProviderKind
from llmgw_desktop.wire.translate.answer_events import collected
from llmgw_desktop.wire.translate.codec import PromptTarget, RequestContext
from llmgw_desktop.wire.translate.losses import LossReport
from llmgw_desktop.wire.translate.openai_chat import LOSSES, write_prompt
from llmgw_desktop.wire.translate.openai_chat.answer_out import ChatEventWriter, write_answer
from llmgw_desktop.wire.translate.openai_chat.events_in import ChatEventReader, read_answer
from llmgw_desktop.wire.translate.openai_chat.prompt_in import read_prompt
from llmgw_desktop.wire.translate.tools import ToolNames
from tests.wire.streams import chunk

NO_NAMES = ToolNames()
SAY_HI = [{"role": "user", "content": "hi"}]


def target(kind: ProviderKind = ProviderKind.OPENAI, model: str = "gpt-4.1", /) -> PromptTarget:
    return PromptTarget(protocol=ModelProtocol.OPENAI_CHAT, kind=kind, model=model)


OPENAI = target()
REASONING = target(ProviderKind.OPENAI, "gpt-5.2")
OPENROUTER = target(ProviderKind.OPENROUTER, "anthropic/claude-sonnet-4.5")
GROQ = target(ProviderKind.GROQ, "openai/gpt-oss-120b")
LOCAL = target(ProviderKind.OPENAI_COMPATIBLE, "qwen2.5-coder")
DEEPSEEK = target(ProviderKind.OPENAI_COMPATIBLE, "deepseek-reasoner")


def read(losses: LossReport | None = None, **fields: Any) -> Prompt:
    fields = {"messages": SAY_HI, **fields}
    return read_prompt(
        fields, fields.get("model", "m"), bool(fields.get("stream")), losses or LossReport()
    )


def read_with_losses(**fields: Any) -> tuple[Prompt, tuple[str, ...]]:
    report = LossReport()
    return read(report, **fields), report.names


def turns(*messages: dict[str, Any]) -> tuple[Turn, ...]:
    return read(messages=list(messages)).turns


def prompt(*said: Turn, **more: Any) -> Prompt:
    if not said:
        said = (Turn(role=Role.USER, items=(Text(text="hi"),)),)
    return Prompt(model="m", turns=said, **more)


def user(*items: Any, **more: Any) -> Turn:
    return Turn(role=Role.USER, items=items, **more)


def assistant(*items: Any, **more: Any) -> Turn:
    return Turn(role=Role.ASSISTANT, items=items, **more)


def written(asked: Prompt, to: PromptTarget = OPENAI) -> dict[str, Any]:
    return body_and_losses(asked, to)[0]


def body_and_losses(
    asked: Prompt, to: PromptTarget = OPENAI
) -> tuple[dict[str, Any], tuple[str, ...]]:
    report = LossReport(LOSSES)
    body = orjson.loads(write_prompt(asked, to, report).body)
    return body, report.names


def messages(*said: Turn, to: PromptTarget = OPENAI) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = written(prompt(*said), to)["messages"]
    return found


def asked(for_prompt: Prompt | None = None, **more: Any) -> RequestContext:
    return RequestContext(
        prompt=for_prompt or prompt(), model="asked-model", answer_id="abc123", now_s=7, **more
    )


def answer_body(answer: Answer, for_prompt: Prompt | None = None) -> dict[str, Any]:
    found: dict[str, Any] = orjson.loads(
        write_answer(answer, asked(for_prompt), LossReport(LOSSES))
    )
    return found


def stream_of(events: list[AnswerEvent], for_prompt: Prompt | None = None) -> bytes:
    writer = ChatEventWriter(asked(for_prompt), LossReport(LOSSES))
    return b"".join(writer.write(event) for event in events)


def chunks_of(stream: bytes) -> list[Any]:
    """The frames of a stream, read."""
    frames = [frame.removeprefix(b"data: ") for frame in stream.split(b"\n\n") if frame]
    return ["[DONE]" if frame == b"[DONE]" else orjson.loads(frame) for frame in frames]


def events_in(*pieces: bytes, names: ToolNames = NO_NAMES) -> list[AnswerEvent]:
    reader = ChatEventReader(names)
    events: list[AnswerEvent] = []
    for piece in pieces:
        events += reader.feed(piece)
    return events + reader.finish()


def delta(*, finish: str | None = None, **members: Any) -> bytes:
    """One frame of a stream."""
    return chunk(
        {
            "id": "chatcmpl-9",
            "object": "chat.completion.chunk",
            "created": 5,
            "model": "gpt-x",
            "choices": [{"index": 0, "delta": members, "finish_reason": finish}],
        }
    )


def call_delta(index: int | None = 0, **members: Any) -> bytes:
    """Of one call: id, type, function…"""
    call = members if index is None else {"index": index, **members}
    return delta(tool_calls=[call])


def answered(*frames: bytes, names: ToolNames = NO_NAMES) -> Answer:
    return collected(events_in(*frames, names=names))


def whole(message: dict[str, Any], finish: str | None = "stop", **more: Any) -> bytes:
    choice = {"index": 0, "message": {"role": "assistant", **message}, "finish_reason": finish}
    return orjson.dumps(
        {
            "id": "chatcmpl-9",
            "object": "chat.completion",
            "created": 5,
            "model": "gpt-x",
            "choices": [choice],
            **more,
        }
    )


def items_of(message: dict[str, Any]) -> tuple[Any, ...]:
    return read_answer(whole(message), NO_NAMES).items


def extra(to: PromptTarget, **fields: Any) -> tuple[dict[str, Any], tuple[str, ...]]:
    """What stands in the body beside the messages, and what is lost."""
    body, lost = body_and_losses(prompt(**fields), to)
    return {name: body[name] for name in body if name not in ("model", "messages")}, lost


def openai(model: str) -> PromptTarget:
    return target(ProviderKind.OPENAI, model)
