"""An answer for a caller that speaks Chat Completions, whole or streamed.

The events of the answer become deltas. A stream has them in their frames; of a whole answer they
are put together: so both ways say the same.
"""

from typing import Any

import orjson

from llmgw_desktop.domain.errors import UpstreamGarbage
from llmgw_desktop.domain.model.answer import (
    Answer,
    AnswerBegun,
    AnswerEnded,
    AnswerEvent,
    AnswerFailed,
    ItemGrew,
    UsageTold,
)
from llmgw_desktop.domain.usage import UNKNOWN_USAGE
from llmgw_desktop.wire.openai_chat import stream_error
from llmgw_desktop.wire.translate.answer_events import events_of
from llmgw_desktop.wire.translate.codec import RequestContext
from llmgw_desktop.wire.translate.losses import LossReport
from llmgw_desktop.wire.translate.openai_chat.deltas_out import DeltasOut, answer_id, usage_object
from llmgw_desktop.wire.translate.usage import estimated_comment

_GROWING = ("content", "refusal", "reasoning_content")
_LISTS = ("reasoning_details", "annotations", "images")


def write_answer(answer: Answer, asked: RequestContext, losses: LossReport) -> bytes:
    deltas = DeltasOut(asked, losses)
    message = _Message()
    finish = "stop"
    events: list[AnswerEvent] = events_of(answer)
    for event in events:
        for delta in deltas.feed(event):
            message.add(delta)
        if isinstance(event, AnswerEnded):
            finish = deltas.finish_reason(event.stop)
    body: dict[str, Any] = {
        "id": answer_id(answer.id, asked),
        "object": "chat.completion",
        "created": answer.created_s or asked.now_s,
        "model": asked.model,
        "choices": [
            {
                "index": 0,
                "message": message.whole(),
                "logprobs": None,
                "finish_reason": finish,
            }
        ],
        "system_fingerprint": None,
    }
    usage = usage_object(answer.usage)
    if usage is not None:
        body["usage"] = usage
    try:
        return orjson.dumps(body)
    except TypeError as error:
        raise UpstreamGarbage(f"The provider's answer cannot be written: {error}.") from None


class _Message:
    """Deltas put together, as the callers' libraries do it."""

    def __init__(self) -> None:
        self._texts: dict[str, list[str]] = {}
        self._lists: dict[str, list[Any]] = {}
        self._calls: list[dict[str, Any]] = []
        self._legacy: dict[str, Any] | None = None

    def add(self, delta: dict[str, Any]) -> None:
        for name, found in delta.items():
            if name in _GROWING:
                self._texts.setdefault(name, []).append(found)
            elif name in _LISTS:
                self._lists.setdefault(name, []).extend(found)
            elif name == "tool_calls":
                self._add_call(found[0])
            elif name == "function_call":
                self._legacy = _grown(self._legacy or {}, found)

    def whole(self) -> dict[str, Any]:
        content = self._texts.get("content")
        refusal = self._texts.get("refusal")
        if content is None and not (refusal or self._calls or self._legacy):
            content = []
        message: dict[str, Any] = {
            "role": "assistant",
            "content": None if content is None else "".join(content),
            "refusal": None if refusal is None else "".join(refusal),
        }
        if "reasoning_content" in self._texts:
            message["reasoning_content"] = "".join(self._texts["reasoning_content"])
        message |= self._lists
        if self._calls:
            message["tool_calls"] = self._calls
        if self._legacy is not None:
            message["function_call"] = self._legacy
        return message

    def _add_call(self, piece: dict[str, Any]) -> None:
        index = piece["index"]
        rest = {name: value for name, value in piece.items() if name != "index"}
        if index == len(self._calls):
            self._calls.append(rest)
            return
        for kind in ("function", "custom"):
            if kind in rest:
                self._calls[index][kind] = _grown(self._calls[index][kind], rest[kind])


def _grown(before: dict[str, Any], piece: dict[str, Any]) -> dict[str, Any]:
    return {**before, **{name: before.get(name, "") + more for name, more in piece.items()}}


_DONE = b"data: [DONE]\n\n"


class ChatEventWriter:
    """Of one answer. The role comes once, first; usage at the end, to callers that asked for it."""

    content_type = "text/event-stream; charset=utf-8"

    def __init__(self, asked: RequestContext, losses: LossReport) -> None:
        self._asked = asked
        self._deltas = DeltasOut(asked, losses)
        self._head = self._text_head = b""
        """How each chunk begins, and how those do that hold more of the text."""
        self._tail = b',"usage":null}\n\n' if asked.prompt.stream_usage else b"}\n\n"
        self._text_tail = b'},"logprobs":null,"finish_reason":null}]' + self._tail
        self._usage = UNKNOWN_USAGE
        self._is_over = False

    def write(self, event: AnswerEvent) -> bytes:
        if type(event) is ItemGrew:
            return self.grow(event.index, event.more)
        return b"" if self._is_over else self._write(event)

    def grow(self, index: int, more: str) -> bytes:
        if self._is_over:
            return b""
        if self._deltas.takes_text(index, more):
            return self._text_head + orjson.dumps(more) + self._text_tail
        return b"".join(map(self._chunk, self._deltas.grow(index, more)))

    def fail(self, message: str, kind: str) -> bytes:
        """An error chunk, and no [DONE]."""
        self._is_over = True
        return stream_error(message, kind)

    def _write(self, event: AnswerEvent) -> bytes:
        if isinstance(event, AnswerFailed):
            return self.fail(event.message, event.kind or "upstream")
        if isinstance(event, AnswerBegun):
            return self._begin(event)
        if isinstance(event, UsageTold):
            self._usage = event.usage
            return b""
        if isinstance(event, AnswerEnded):
            return self._end(event)
        return b"".join(map(self._chunk, self._deltas.feed(event)))

    def _begin(self, event: AnswerBegun) -> bytes:
        head = {
            "id": answer_id(event.id, self._asked),
            "object": "chat.completion.chunk",
            "created": event.created_s or self._asked.now_s,
            "model": self._asked.model,
            "system_fingerprint": None,
        }
        self._head = b'data: %b,"choices":[' % orjson.dumps(head)[:-1]
        self._text_head = self._head + b'{"index":0,"delta":{"content":'
        return self._chunk({"role": "assistant", "content": ""})

    def _chunk(self, delta: dict[str, Any]) -> bytes:
        return b'%b{"index":0,"delta":%b,"logprobs":null,"finish_reason":null}]%b' % (
            self._head,
            orjson.dumps(delta),
            self._tail,
        )

    def _end(self, event: AnswerEnded) -> bytes:
        self._is_over = True
        reason = orjson.dumps(self._deltas.finish_reason(event.stop))
        finish = b'%b{"index":0,"delta":{},"logprobs":null,"finish_reason":%b}]%b' % (
            self._head,
            reason,
            self._tail,
        )
        return b"".join((finish, self._usage_chunk(), _DONE))

    def _usage_chunk(self) -> bytes:
        if not self._asked.prompt.stream_usage:
            return b""
        usage = usage_object(self._usage)
        if usage is None:
            return b""
        told = b'%b],"usage":%b}\n\n' % (self._head, orjson.dumps(usage))
        return estimated_comment(self._usage) + told
