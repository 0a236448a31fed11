"""Two recorded flights, read and compared. Waits for nothing but the processor: half a megabyte a
side takes up to 0.2 s, so it is done in a thread.

Bodies are read by the codecs, through the pivot, so that flights of two dialects are compared by
what they say. What no codec can read (cut bodies, runs of CLIs, what only some server takes) is
read as the Messages view reads it, on both sides.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import replace
from typing import Any

from llmgw_desktop.app.flights.conversation.message_parts import (
    Part,
    SpeakerRole,
    SpokenMessage,
    SpokenPart,
)
from llmgw_desktop.app.flights.conversation.transcript import conversation_of
from llmgw_desktop.app.flights.recorded_body import (
    BodyKind,
    body_kind,
    cut_json_value,
    json_value,
)
from llmgw_desktop.app.flights.texts import FlightSide, cut_notice, missing_notice
from llmgw_desktop.domain.errors import LlmgwError
from llmgw_desktop.domain.flights.blocks import (
    BlockKind,
    FlightBlock,
    answer_blocks,
    message_blocks,
    parameters,
    plain_value,
    tool_blocks,
)
from llmgw_desktop.domain.flights.comparison import ComparedFlight, FlightComparison, compare
from llmgw_desktop.domain.flights.flight import FlightRecord
from llmgw_desktop.domain.model.prompt import Operation, Prompt
from llmgw_desktop.domain.provider import ModelProtocol
from llmgw_desktop.engine.translation.translation import answer_of, codec_of
from llmgw_desktop.wire.translate.losses import LossReport

_FIELD = "field:"
_UNREADABLE = (LlmgwError, ValueError, TypeError, KeyError, AttributeError, RecursionError)
"""What a codec, which is made for what callers send now, says of other versions' bodies."""


def compare_records(before: FlightRecord, after: FlightRecord) -> FlightComparison:
    """Whatever is missing of one of them is said, never taken for a difference."""
    records = before, after
    sides = [_bare(record) for record in records]
    if all(side.has_request for side in sides):
        sides = _both(sides, [_asked(record) for record in records], _asked_loosely, records)
    if all(side.has_answer for side in sides):
        sides = _both(sides, [_answered(record) for record in records], _answered_loosely, records)
    return compare(*sides)


_Read = Mapping[str, Any]
"""What changes about a ComparedFlight."""


def _both(
    sides: list[ComparedFlight],
    exact: list[_Read | None],
    loosely: Callable[[FlightRecord], _Read],
    records: Iterable[FlightRecord],
) -> list[ComparedFlight]:
    """Read in one way, so that no way of reading is taken for a difference."""
    found = [each for each in exact if each is not None]
    if len(found) < len(exact):
        found = [loosely(record) for record in records]
    return [replace(side, **read) for side, read in zip(sides, found, strict=True)]


def _bare(record: FlightRecord) -> ComparedFlight:
    """What is known without reading a body."""
    asked, answered = FlightSide(record, True), FlightSide(record, False)
    no_request, no_answer = missing_notice(asked), missing_notice(answered)
    is_talk = record.summary.operation is not Operation.EMBED
    if not is_talk:
        no_answer = no_answer or "An embedding has no words to compare."
    sentences = (no_request or cut_notice(asked), no_answer or cut_notice(answered))
    return ComparedFlight(
        summary=record.summary,
        phases=record.phases,
        missing=tuple(filter(None, sentences)),
        has_request=not no_request,
        has_answer=not no_answer,
    )


_NO_CODEC = (ModelProtocol.CLI, ModelProtocol.MCP)
_NOT_ASKED_IN_WORDS = (Operation.EMBED, Operation.COMPACT, Operation.CALL_TOOL)


def _asked(record: FlightRecord) -> _Read | None:
    """Through the pivot; None where that cannot be."""
    flight = record.summary
    if flight.operation in _NOT_ASKED_IN_WORDS or not record.request_body_whole:
        return None
    fields = json_value(record.request_body or b"")
    if not isinstance(fields, dict) or flight.protocol in _NO_CODEC:
        return None
    losses = LossReport()
    try:
        codec = codec_of(flight.protocol)
        prompt = codec.read_prompt(fields, flight.model_asked, flight.streaming, losses)
    except _UNREADABLE:
        return None
    return {
        "parameters": _parameters(prompt, fields, losses),
        "tools": tool_blocks(prompt),
        "messages": message_blocks(prompt),
    }


def _parameters(prompt: Prompt, fields: Mapping[str, Any], losses: LossReport) -> dict[str, str]:
    """With the members that no pivot knows, under their own names."""
    known = parameters(prompt)
    for name in losses.names:
        member = name.removeprefix(_FIELD)
        if name.startswith(_FIELD) and member in fields:
            known.setdefault(member, plain_value(fields[member]))
    return known


def _answered(record: FlightRecord) -> _Read | None:
    """Through the pivot; None where that cannot be: an error, an answer that broke off."""
    body, protocol = record.answer_body or b"", record.summary.protocol
    if protocol in _NO_CODEC or not record.answer_body_whole:
        return None
    is_stream = record.summary.streaming or body_kind(body) is BodyKind.EVENTS
    try:
        answer = answer_of(protocol, body, is_stream=is_stream)
    except _UNREADABLE:
        return None
    return {"answer": answer_blocks(answer.items)}


def _asked_loosely(record: FlightRecord) -> _Read:
    body = record.request_body or b""
    value = json_value(body)
    fields = cut_json_value(body) if value is None else value
    messages = conversation_of(record, of_request=True)
    plain = fields if isinstance(fields, dict) else {}
    told = {
        name: plain_value(value)
        for name, value in plain.items()
        if isinstance(value, str | int | float | bool) and name not in _SAID_ELSEWHERE
    }
    if not messages and record.summary.operation is Operation.EMBED:
        text = plain_value(plain.get("input"))
        return {"parameters": told, "messages": (_block("user", BlockKind.TEXT, text),)}
    return {
        "parameters": {"model": record.summary.model_asked, **told},
        "tools": tuple(_loose_blocks(messages, are_tools=True)),
        "messages": tuple(_loose_blocks(messages, are_tools=False)),
    }


_SAID_ELSEWHERE = ("system", "instructions", "prompt", "input", "messages", "contents")


def _answered_loosely(record: FlightRecord) -> _Read:
    messages = conversation_of(record, of_request=False)
    return {"answer": tuple(_loose_blocks(messages, are_tools=False))}


_ROLES = {
    SpeakerRole.TOOL: "user",
    SpeakerRole.ERROR: "error",
}
_KINDS = {
    SpokenPart.THINKING: BlockKind.THINKING,
    SpokenPart.TOOL_CALL: BlockKind.CALL,
    SpokenPart.TOOL_RESULT: BlockKind.RESULT,
    SpokenPart.TOOL_OFFER: BlockKind.TOOL,
    SpokenPart.HOSTED: BlockKind.HOSTED,
    SpokenPart.IMAGE: BlockKind.MEDIA,
    SpokenPart.FILE: BlockKind.MEDIA,
}


def _loose_blocks(messages: Iterable[SpokenMessage], *, are_tools: bool) -> Iterator[FlightBlock]:
    calls: dict[str, str] = {}
    for number, message in enumerate(messages, 1):
        if (message.role is SpeakerRole.TOOLS) is not are_tools:
            continue
        role = "" if are_tools else _ROLES.get(message.role, str(message.role))
        for part in message.parts:
            if part.kind is SpokenPart.TOOL_CALL:
                calls[part.call_id] = part.title
            yield _loose_block(part, role, 0 if are_tools else number, calls)


def _loose_block(part: Part, role: str, number: int, calls: Mapping[str, str]) -> FlightBlock:
    kind = _KINDS.get(part.kind, BlockKind.TEXT)
    name = calls.get(part.call_id, part.title) if kind is BlockKind.RESULT else part.title
    text = f"(failed)\n{part.text}" if part.is_failure else part.text
    if kind is BlockKind.MEDIA:
        name, text = "", "\n".join(filter(None, (part.title, part.text)))
    return FlightBlock(role=role, kind=kind, name=name, text=text, message=number)


def _block(role: str, kind: BlockKind, text: str) -> FlightBlock:
    return FlightBlock(role=role, kind=kind, text=text, message=1)
