"""A streamed answer for a caller that speaks Chat Completions: deltas in their frames."""

from typing import Any

import orjson

from llmgw_desktop.domain.answer import (
    AnswerBegun,
    AnswerEnded,
    AnswerEvent,
    AnswerFailed,
    ItemGrew,
    UsageTold,
)
from llmgw_desktop.domain.usage import UNKNOWN_USAGE
from llmgw_desktop.wire.openai_chat import stream_error
from llmgw_desktop.wire.translate.callers_usage import estimated_comment
from llmgw_desktop.wire.translate.codec import Asked
from llmgw_desktop.wire.translate.losses import LossReport
from llmgw_desktop.wire.translate.openai_chat.answer_frame import answer_id, usage_object
from llmgw_desktop.wire.translate.openai_chat.deltas_out import DeltasOut

_DONE = b"data: [DONE]\n\n"


class ChatEventWriter:
    """Of one answer. The role comes once, first; usage at the end, to callers that asked for it."""

    __slots__ = (
        "_asked",
        "_deltas",
        "_head",
        "_is_over",
        "_tail",
        "_text_head",
        "_text_tail",
        "_usage",
    )

    def __init__(self, asked: Asked, losses: LossReport) -> None:
        self._asked = asked
        self._deltas = DeltasOut(asked, losses)
        self._head = self._text_head = b""
        """How each chunk begins, and how those do that hold more of the text."""
        self._tail = b',"usage":null}\n\n' if asked.prompt.stream_usage else b"}\n\n"
        self._text_tail = b'},"logprobs":null,"finish_reason":null}]' + self._tail
        self._usage = UNKNOWN_USAGE
        self._is_over = False

    @property
    def content_type(self) -> str:
        return "text/event-stream; charset=utf-8"

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
