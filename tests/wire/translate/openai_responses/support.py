"""Short ways to the codec, and the vendor's SDK in front of its bytes."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from typing import Any

import httpx2
import openai
import orjson

from llmgw_desktop.domain.model.answer import AnswerEvent
from llmgw_desktop.domain.model.prompt import Prompt
from llmgw_desktop.domain.provider import ModelProtocol, ProviderKind
from llmgw_desktop.wire.translate.codec import PromptTarget, RequestContext
from llmgw_desktop.wire.translate.losses import LossReport
from llmgw_desktop.wire.translate.openai_responses import codec
from llmgw_desktop.wire.translate.tools import ToolNames
from llmgw_desktop.wire.translate.usage import CallersUsage

R = ModelProtocol.OPENAI_RESPONSES
X = ModelProtocol.CODEX


def read(*, report: LossReport | None = None, **fields: Any) -> Prompt:
    told = {"model": "m", "input": "hi", **fields}
    return codec(R).read_prompt(told, "m", bool(told.get("stream")), report or LossReport())


def lost(**fields: Any) -> tuple[str, ...]:
    """What reading this request loses."""
    report = LossReport()
    read(report=report, **fields)
    return report.names


def write(
    prompt: Prompt,
    flavour: ModelProtocol = R,
    kind: ProviderKind = ProviderKind.OPENAI,
    model: str = "gpt-x",
) -> tuple[dict[str, Any], tuple[str, ...]]:
    """The body, and what was lost."""
    own = codec(flavour)
    report = LossReport(own.losses)
    target = PromptTarget(protocol=flavour, kind=kind, model=model)
    written = own.write_prompt(prompt, target, report)
    return orjson.loads(written.body), report.names


def asked(**fields: Any) -> RequestContext:
    return RequestContext(
        prompt=read(**fields), model="asked-model", answer_id="0a1b", now_s=1_700_000_000
    )


def event(kind: str, **members: Any) -> bytes:
    data = json.dumps({"type": kind, **members}, separators=(",", ":"))
    return f"event: {kind}\ndata: {data}\n\n".encode()


def response(status: str = "completed", **members: Any) -> dict[str, Any]:
    return {
        "id": "resp_1",
        "object": "response",
        "status": status,
        "model": "gpt-x",
        "created_at": 1_700_000_000,
        **members,
    }


def created() -> bytes:
    return event("response.created", response=response("in_progress", output=[]))


def completed(output: Sequence[Any] = (), **members: Any) -> bytes:
    return event("response.completed", response=response(output=list(output), **members))


def events(*frames: bytes, names: ToolNames | None = None) -> list[AnswerEvent]:
    reader = codec(R).event_reader(names or ToolNames())
    told = [each for frame in frames for each in reader.feed(frame)]
    return [*told, *reader.finish()]


def streamed(told: Iterable[AnswerEvent], **fields: Any) -> bytes:
    own = codec(R)
    writer = own.event_writer(asked(**fields), LossReport(own.losses))
    usage = CallersUsage(asked(**fields), R)
    return b"".join(writer.write(each) for each in usage.events([*told]))


def frames_of(stream: bytes) -> list[dict[str, Any]]:
    found = []
    for frame in stream.split(b"\n\n")[:-1]:
        if frame.startswith(b":"):
            continue
        name, data = frame.split(b"\n")
        payload = orjson.loads(data.removeprefix(b"data: "))
        assert name == b"event: " + payload["type"].encode()
        found.append(payload)
    return found


def sdk(content: bytes, content_type: str = "text/event-stream") -> openai.OpenAI:
    """The vendor's client, strict, whose every request is answered so."""

    def answer(request: httpx2.Request) -> httpx2.Response:
        return httpx2.Response(200, headers={"content-type": content_type}, content=content)

    return openai.OpenAI(
        api_key="k",
        base_url="http://127.0.0.1:1/v1",
        max_retries=0,
        http_client=httpx2.Client(transport=httpx2.MockTransport(answer)),
        _strict_response_validation=True,
    )
