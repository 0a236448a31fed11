"""Who said what in a recorded flight: finds the reader for its dialect and body.

The readers are `anthropic_messages` and `chat_messages`. Other dialects have none yet: their
bodies are shown as JSON.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass

from llmgw_desktop.app.conversation import anthropic_messages, chat_messages
from llmgw_desktop.app.conversation.message_parts import Message, object_of
from llmgw_desktop.app.recorded_body import (
    BodyKind,
    StreamEvent,
    body_kind,
    json_value,
    stream_events,
)
from llmgw_desktop.domain.flight import FlightRecord
from llmgw_desktop.domain.provider import ModelProtocol


def conversation_of(record: FlightRecord, *, of_request: bool) -> tuple[Message, ...]:
    """Empty where the body was not recorded or is not a conversation that we can read."""
    body = record.request_body if of_request else record.answer_body
    reader = _READERS.get(record.summary.protocol)
    if body is None or reader is None:
        return ()
    try:
        return _read(reader, body, of_request)
    except RecursionError:  # tool results inside tool results inside tool results
        return ()


@dataclass(frozen=True, slots=True, kw_only=True)
class _Reader:
    of_request: Callable[[Mapping[str, object]], tuple[Message, ...]]
    of_answer: Callable[[Mapping[str, object]], tuple[Message, ...]]
    of_stream: Callable[[Iterable[StreamEvent]], tuple[Message, ...]]


def _read(reader: _Reader, body: bytes, of_request: bool) -> tuple[Message, ...]:
    match body_kind(body):
        case BodyKind.JSON:
            fields = object_of(json_value(body))
            return reader.of_request(fields) if of_request else reader.of_answer(fields)
        case BodyKind.EVENTS if not of_request:
            return reader.of_stream(stream_events(body))
        case _:
            return ()


_READERS: dict[ModelProtocol, _Reader] = {
    protocol: _Reader(
        of_request=dialect.request_messages,
        of_answer=dialect.answer_messages,
        of_stream=dialect.streamed_messages,
    )
    for protocol, dialect in (
        (ModelProtocol.ANTHROPIC, anthropic_messages),
        (ModelProtocol.OPENAI_CHAT, chat_messages),
    )
}
