"""The frames around the blocks of a stream: how a message begins and ends, and how it fails."""

import orjson

from llmgw_desktop.domain.answer import AnswerBegun, AnswerFailed, Stop
from llmgw_desktop.domain.usage import Usage
from llmgw_desktop.wire.anthropic import error_body, stream_error
from llmgw_desktop.wire.translate.anthropic.answer_out import message_id
from llmgw_desktop.wire.translate.anthropic.usage import written_usage
from llmgw_desktop.wire.translate.callers_usage import estimated_comment
from llmgw_desktop.wire.translate.codec import Asked

_MESSAGE_STOP = b'event: message_stop\ndata: {"type":"message_stop"}\n\n'
_ERRORS_OF_STATUS = {
    400: "invalid_request_error",
    401: "authentication_error",
    402: "billing_error",
    403: "permission_error",
    404: "not_found_error",
    413: "request_too_large",
    429: "rate_limit_error",
    503: "overloaded_error",
    504: "timeout_error",
    529: "overloaded_error",
}
_ERRORS = frozenset(_ERRORS_OF_STATUS.values())


def event_frame(name: bytes, data: bytes) -> bytes:
    return b"event: %b\ndata: %b\n\n" % (name, data)


def message_start(event: AnswerBegun, usage: Usage, asked: Asked) -> bytes:
    message: dict[str, object] = {
        "id": message_id(event.id, asked),
        "type": "message",
        "role": "assistant",
        "model": asked.model,
        "content": [],
        "stop_reason": None,
        "stop_sequence": None,
        # nothing has been written yet: that is known
        "usage": {"output_tokens": 0, **written_usage(usage)},
    }
    body = orjson.dumps({"type": "message_start", "message": message})
    return estimated_comment(usage) + event_frame(b"message_start", body)


def message_end(reason: str, stop: Stop, usage: Usage) -> bytes:
    body = {
        "type": "message_delta",
        "delta": {"stop_reason": reason, "stop_sequence": stop.sequence},
        "usage": written_usage(usage),
    }
    told = event_frame(b"message_delta", orjson.dumps(body))
    return estimated_comment(usage) + told + _MESSAGE_STOP


def error_frame(message: str, kind: str) -> bytes:
    """`kind` is the vendor's word for it, or one of ours."""
    if kind in _ERRORS:
        return event_frame(b"error", error_body(kind, message))
    return stream_error(message, kind)


def failure_frame(event: AnswerFailed) -> bytes:
    kind = event.kind if event.kind in _ERRORS else _ERRORS_OF_STATUS.get(event.status or 0)
    return error_frame(event.message, kind or event.kind)
