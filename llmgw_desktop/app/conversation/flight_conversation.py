"""Who said what in a recorded flight: finds the reader for its dialect and body.

The readers stand beside this file, one for each dialect, and take any shape. The codecs of `wire`
are not used: they refuse what is odd, as a gateway must, where a record is to be shown as far as it
can be read.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace

from llmgw_desktop.app.conversation import (
    anthropic_messages,
    chat_messages,
    cli_runs,
    gemini_contents,
    responses_items,
    responses_stream,
)
from llmgw_desktop.app.conversation.message_parts import BROKE_OFF, Message, object_of
from llmgw_desktop.app.cut_json import cut_json_value
from llmgw_desktop.app.recorded_body import (
    BodyKind,
    StreamEvent,
    body_kind,
    json_value,
    stream_events,
)
from llmgw_desktop.domain.flight import FlightRecord
from llmgw_desktop.domain.provider import ModelProtocol

_RECORDED_SO_FAR = "recorded up to here"


def conversation_of(record: FlightRecord, *, of_request: bool) -> tuple[Message, ...]:
    """Empty where the body was not recorded or is not a conversation that we can read."""
    body = record.request_body if of_request else record.answer_body
    if body is None:
        return ()
    if record.summary.protocol is ModelProtocol.CLI:
        return _of_run(body, of_request)
    try:
        messages = _read(_READERS[record.summary.protocol], body, of_request)
    except RecursionError:  # tool results inside tool results inside tool results
        return ()
    if of_request or record.answer_body_whole:
        return messages
    return tuple(
        replace(each, note=_RECORDED_SO_FAR) if each.note == BROKE_OFF else each
        for each in messages
    )


def _of_run(body: bytes, of_request: bool) -> tuple[Message, ...]:
    if not of_request:
        return cli_runs.answer_messages(body)
    value = json_value(body)
    return cli_runs.request_messages(object_of(cut_json_value(body) if value is None else value))


@dataclass(frozen=True, slots=True, kw_only=True)
class _Reader:
    of_request: Callable[[Mapping[str, object]], tuple[Message, ...]]
    of_answer: Callable[[Mapping[str, object]], tuple[Message, ...]]
    of_stream: Callable[[Iterable[StreamEvent]], tuple[Message, ...]]
    of_array: Callable[[list[object]], tuple[Message, ...]] | None = None
    """Of a stream that is one growing array."""


def _read(reader: _Reader, body: bytes, of_request: bool) -> tuple[Message, ...]:
    match body_kind(body):
        case BodyKind.JSON:
            value = json_value(body)
            if value is None:
                value = cut_json_value(body)
            if of_request:
                return reader.of_request(object_of(value))
            if isinstance(value, list):
                return reader.of_array(value) if reader.of_array is not None else ()
            return reader.of_answer(object_of(value))
        case BodyKind.EVENTS if not of_request:
            return reader.of_stream(stream_events(body))
        case _:
            return ()


_RESPONSES = _Reader(
    of_request=responses_items.request_messages,
    of_answer=responses_items.answer_messages,
    of_stream=responses_stream.streamed_messages,
)
_READERS: Mapping[ModelProtocol, _Reader] = {
    ModelProtocol.ANTHROPIC: _Reader(
        of_request=anthropic_messages.request_messages,
        of_answer=anthropic_messages.answer_messages,
        of_stream=anthropic_messages.streamed_messages,
    ),
    ModelProtocol.OPENAI_CHAT: _Reader(
        of_request=chat_messages.request_messages,
        of_answer=chat_messages.answer_messages,
        of_stream=chat_messages.streamed_messages,
    ),
    ModelProtocol.OPENAI_RESPONSES: _RESPONSES,
    ModelProtocol.CODEX: _RESPONSES,
    ModelProtocol.GEMINI: _Reader(
        of_request=gemini_contents.request_messages,
        of_answer=gemini_contents.answer_messages,
        of_stream=gemini_contents.streamed_messages,
        of_array=gemini_contents.array_messages,
    ),
}
