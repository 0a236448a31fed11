"""Runs of CLIs: a prompt in the gateway's own words, and an answer that is plain text."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import replace

from llmgw_desktop.app.flights.conversation import (
    anthropic_messages,
    chat_messages,
    gemini_contents,
    responses,
)
from llmgw_desktop.app.flights.conversation.message_parts import (
    BROKE_OFF,
    Part,
    SpeakerRole,
    SpokenMessage,
    SpokenPart,
    call_messages,
    object_of,
    result_messages,
)
from llmgw_desktop.app.flights.recorded_body import (
    BodyKind,
    StreamEvent,
    body_kind,
    cut_json_value,
    json_value,
    stream_events,
)
from llmgw_desktop.app.flights.texts import (
    LARGE_BYTES,
    PREVIEW_BYTES,
    FlightSide,
    cut_notice,
    missing_notice,
)
from llmgw_desktop.app.words.figures import counted, size_text
from llmgw_desktop.app.words.inert_text import folded_lines, inert, inert_line
from llmgw_desktop.domain.flights.flight import FlightRecord
from llmgw_desktop.domain.provider import ModelProtocol
from llmgw_desktop.domain.values import value

_SYSTEM = ("systemPrompt", "appendSystemPrompt", "systemPromptOverride", "rules")


def request_messages(request: Mapping[str, object]) -> tuple[SpokenMessage, ...]:
    said = [(SpeakerRole.SYSTEM, request.get(name)) for name in _SYSTEM]
    said.append((SpeakerRole.USER, request.get("prompt")))
    return tuple(
        _message(role, text) for role, text in said if isinstance(text, str) and text.strip()
    )


def answer_messages(body: bytes) -> tuple[SpokenMessage, ...]:
    text = body.decode("utf-8", "replace")
    return (_message(SpeakerRole.ASSISTANT, text),) if text.strip() else ()


def _message(role: SpeakerRole, text: str) -> SpokenMessage:
    return SpokenMessage(role=role, parts=(Part(kind=SpokenPart.TEXT, text=text),))


_RECORDED_SO_FAR = "recorded up to here"


def conversation_of(record: FlightRecord, *, of_request: bool) -> tuple[SpokenMessage, ...]:
    """Empty where the body was not recorded or is not a conversation that we can read."""
    body = record.request_body if of_request else record.answer_body
    if body is None:
        return ()
    if record.summary.protocol is ModelProtocol.CLI:
        return _of_run(body, of_request)
    if record.summary.protocol is ModelProtocol.MCP:
        return call_messages(body) if of_request else result_messages(body)
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


def _of_run(body: bytes, of_request: bool) -> tuple[SpokenMessage, ...]:
    if not of_request:
        return answer_messages(body)
    value = json_value(body)
    return request_messages(object_of(cut_json_value(body) if value is None else value))


@value
class _Reader:
    of_request: Callable[[Mapping[str, object]], tuple[SpokenMessage, ...]]
    of_answer: Callable[[Mapping[str, object]], tuple[SpokenMessage, ...]]
    of_stream: Callable[[Iterable[StreamEvent]], tuple[SpokenMessage, ...]]
    of_array: Callable[[list[object]], tuple[SpokenMessage, ...]] | None = None
    """Of a stream that is one growing array."""


def _read(reader: _Reader, body: bytes, of_request: bool) -> tuple[SpokenMessage, ...]:
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
    of_request=responses.request_messages,
    of_answer=responses.answer_messages,
    of_stream=responses.streamed_messages,
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


_ROLE_TITLES = {
    SpeakerRole.SYSTEM: "System",
    SpeakerRole.TOOLS: "Tools on offer",
    SpeakerRole.USER: "User",
    SpeakerRole.ASSISTANT: "Assistant",
    SpeakerRole.TOOL: "Tool result",
    SpeakerRole.ERROR: "Error",
}
_PART_TITLES = {
    SpokenPart.THINKING: "Thinking",
    SpokenPart.TOOL_CALL: "Tool call",
    SpokenPart.TOOL_OFFER: "Tool",
    SpokenPart.HOSTED: "Provider's tool",
    SpokenPart.IMAGE: "Image",
    SpokenPart.FILE: "File",
    SpokenPart.OTHER: "Part",
}
_FOLDED_KINDS = frozenset(
    {
        SpokenPart.THINKING,
        SpokenPart.TOOL_CALL,
        SpokenPart.TOOL_OFFER,
        SpokenPart.TOOL_RESULT,
        SpokenPart.HOSTED,
        SpokenPart.FILE,
        SpokenPart.OTHER,
    }
)
_CODE_KINDS = (SpokenPart.TOOL_CALL, SpokenPart.TOOL_RESULT, SpokenPart.HOSTED, SpokenPart.OTHER)
_LONG_SYSTEM_CHARS = 1500
_SHORT_PART_CHARS = 160


@value
class TranscriptSection:
    """A message (`depth` 0) or a part of it (1). `text` is shown below the heading."""

    role: SpeakerRole
    depth: int
    title: str
    detail: str = ""
    text: str = ""
    is_code: bool = False
    is_folded: bool = False


@value
class Transcript:
    """`notice` and `whole_bytes` as in `flight_texts.ShownText`."""

    sections: tuple[TranscriptSection, ...]
    notice: str = ""
    whole_bytes: int = 0


def transcript_of(side: FlightSide, *, all_of_it: bool = False) -> Transcript:
    if missing := missing_notice(side):
        return Transcript(sections=(), notice=missing)
    messages = conversation_of(side.record, of_request=side.of_request)
    cut = cut_notice(side)
    if not messages:
        reason = "No messages can be read from this body."
        return Transcript(sections=(), notice=f"{cut} {reason}".strip())
    sections = tuple(sections_of(messages))
    body_bytes = len(side.body or b"")
    if all_of_it or body_bytes <= LARGE_BYTES:
        return Transcript(sections=sections, notice=cut)
    beginning = _beginning(sections)
    if beginning == sections:
        return Transcript(sections=sections, notice=cut)
    return Transcript(sections=beginning, notice=cut, whole_bytes=body_bytes)


def sections_of(messages: Iterable[SpokenMessage]) -> Iterator[TranscriptSection]:
    """Each message with what is under it."""
    called: dict[str, str] = {}
    for message in messages:
        yield _heading(message)
        for part in message.parts:
            if part.kind is SpokenPart.TOOL_CALL:
                called[part.call_id] = part.title
            if part.kind is SpokenPart.TEXT and not part.title:
                yield TranscriptSection(
                    role=message.role, depth=1, title="", text=_shown(part.text)
                )
            else:
                yield _part_section(message.role, part, called.get(part.call_id, ""))


def _heading(message: SpokenMessage) -> TranscriptSection:
    title = _ROLE_TITLES.get(message.role) or inert_line(message.name, 60) or "Message"
    details = [inert_line(message.note, 80)]
    if message.name and message.role is SpeakerRole.USER and message.name != "user":
        details.insert(0, inert_line(message.name, 60))
    if message.role is SpeakerRole.TOOLS:
        details.append(counted(len(message.parts), "tool"))
    if not message.parts:
        details.append("empty")
    characters = sum(len(part.text) for part in message.parts)
    is_long = message.role is SpeakerRole.SYSTEM and characters > _LONG_SYSTEM_CHARS
    if is_long:
        details.append(size_text(characters))
    return TranscriptSection(
        role=message.role,
        depth=0,
        title=title,
        detail=" · ".join(detail for detail in details if detail),
        is_folded=is_long or message.role is SpeakerRole.TOOLS,
    )


def _part_section(role: SpeakerRole, part: Part, tool: str) -> TranscriptSection:
    is_folded = part.kind in _FOLDED_KINDS and not (
        part.kind is SpokenPart.TOOL_RESULT and len(part.text) <= _SHORT_PART_CHARS
    )
    names_itself = part.kind in (SpokenPart.IMAGE, SpokenPart.FILE)
    return TranscriptSection(
        role=role,
        depth=1,
        title=_part_title(part, tool),
        detail=inert_line(part.title if names_itself else part.text, 200),
        text=_shown(part.text),
        is_code=part.kind in _CODE_KINDS,
        is_folded=is_folded,
    )


def _part_title(part: Part, tool: str) -> str:
    name = inert_line(part.title, 120)
    match part.kind:
        case SpokenPart.TOOL_RESULT:
            words = f"Result of {inert_line(tool or part.title, 120)}" if tool or name else "Result"
            return f"{words}, failed" if part.is_failure else words
        case SpokenPart.IMAGE | SpokenPart.FILE:
            return _PART_TITLES[part.kind]
        case SpokenPart.TEXT:
            return name.capitalize()
        case _:
            return f"{_PART_TITLES[part.kind]} {name}".rstrip()


def _beginning(sections: tuple[TranscriptSection, ...]) -> tuple[TranscriptSection, ...]:
    kept, room = [], PREVIEW_BYTES
    for section in sections:
        if room <= 0:
            break
        kept.append(
            section if len(section.text) <= room else replace(section, text=section.text[:room])
        )
        room -= len(section.text) + len(section.title) + 1
    return tuple(kept)


def _shown(text: str) -> str:
    return folded_lines(inert(text)).rstrip("\n")
