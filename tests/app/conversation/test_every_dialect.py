"""One talk in the bodies of all dialects, as the gateway itself writes them, reads the same."""

from collections.abc import Mapping
from dataclasses import replace

import pytest

from llmgw_desktop.app.flights.conversation.message_parts import (
    SpeakerRole,
    SpokenMessage,
    SpokenPart,
    answer_text,
)
from llmgw_desktop.app.flights.conversation.transcript import conversation_of, transcript_of
from llmgw_desktop.app.flights.texts import FlightSide
from llmgw_desktop.domain.model.answer import Answer, AnswerEvent, Stop, StopKind
from llmgw_desktop.domain.model.content import (
    Image,
    Media,
    Signature,
    Text,
    Thinking,
    ToolCall,
    ToolResult,
    Turn,
    Vendor,
)
from llmgw_desktop.domain.model.content import Role as Speaker
from llmgw_desktop.domain.model.prompt import Prompt, Reasoning, Tool
from llmgw_desktop.domain.provider import CALLER_PROTOCOLS, ModelProtocol, ProviderKind
from llmgw_desktop.domain.usage import Usage
from llmgw_desktop.engine.translation.translation import codec_of
from llmgw_desktop.wire.translate.answer_events import events_of
from llmgw_desktop.wire.translate.codec import PromptTarget, RequestContext
from llmgw_desktop.wire.translate.losses import LossReport
from tests.support.made_flights import record, summary

_KINDS: Mapping[ModelProtocol, tuple[ProviderKind, Vendor]] = {
    ModelProtocol.ANTHROPIC: (ProviderKind.ANTHROPIC, Vendor.ANTHROPIC),
    ModelProtocol.OPENAI_CHAT: (ProviderKind.OPENAI, Vendor.OPENAI),
    ModelProtocol.OPENAI_RESPONSES: (ProviderKind.OPENAI, Vendor.OPENAI),
    ModelProtocol.CODEX: (ProviderKind.OPENAI, Vendor.OPENAI),
    ModelProtocol.GEMINI: (ProviderKind.GOOGLE, Vendor.GOOGLE),
}
_PICTURE = "iVBORw0KGgo" + "A" * 4085
_TALK = (
    Turn(role=Speaker.SYSTEM, items=(Text(text="You are terse."),)),
    Turn(
        role=Speaker.USER,
        items=(
            Text(text="What is in it?"),
            Image(media=Media(media_type="image/png", data=_PICTURE)),
        ),
    ),
    Turn(
        role=Speaker.ASSISTANT,
        items=(
            Text(text="Let me look."),
            ToolCall(id="call_1", name="look", arguments='{"at": "picture"}'),
        ),
    ),
    Turn(
        role=Speaker.USER,
        items=(ToolResult(call_id="call_1", name="look", items=(Text(text="a cat"),)),),
    ),
)


def prompt() -> Prompt:
    tool = Tool(name="look", description="Looks.", schema={"type": "object", "properties": {}})
    return Prompt(model="m", turns=_TALK, tools=(tool,), max_tokens=100, streaming=True)


def answer(protocol: ModelProtocol) -> Answer:
    vendor = _KINDS[protocol][1]
    return Answer(
        id="a1",
        model="m",
        items=(
            Thinking(text="A cat, then.", signature=Signature(vendor=vendor, data="c2VhbA==")),
            Text(text="A cat is in it."),
            ToolCall(id="call_2", name="pet", arguments='{"animal": "cat"}'),
        ),
        stop=Stop(kind=StopKind.TOOLS),
        usage=Usage(input_tokens=3, output_tokens=4),
    )


def asked(query: str = "") -> RequestContext:
    wanted = replace(prompt(), reasoning=Reasoning(is_adaptive=True, show="auto"))
    return RequestContext(prompt=wanted, model="m", answer_id="abc", query=query, input_tokens=3)


def read(protocol: ModelProtocol, body: bytes, *, of_request: bool) -> tuple[SpokenMessage, ...]:
    made = record(
        summary=summary(1, protocol=protocol), request_body=body, answer_body=body, path="/x"
    )
    return conversation_of(made, of_request=of_request)


def streamed(protocol: ModelProtocol, events: list[AnswerEvent], query: str = "") -> bytes:
    codec = codec_of(protocol)
    writer = codec.event_writer(asked(query), LossReport(codec.losses))
    return b"".join(map(writer.write, events))


def check_answer(messages: tuple[SpokenMessage, ...], protocol: ModelProtocol) -> None:
    (message,) = messages
    assert message.role is SpeakerRole.ASSISTANT
    parts = [(part.kind, part.title, part.text) for part in message.parts]
    thinking = [(SpokenPart.THINKING, "", "A cat, then.")]
    if protocol is ModelProtocol.OPENAI_CHAT and parts[0][0] is not SpokenPart.THINKING:
        thinking = []
    assert parts == [
        *thinking,
        (SpokenPart.TEXT, "", "A cat is in it."),
        (SpokenPart.TOOL_CALL, "pet", '{\n  "animal": "cat"\n}'),
    ]
    assert message.note not in ("", "broke off")


@pytest.mark.parametrize("protocol", CALLER_PROTOCOLS)
def test_a_request(protocol: ModelProtocol) -> None:
    codec = codec_of(protocol)
    target = PromptTarget(protocol=protocol, kind=_KINDS[protocol][0], model="m")
    body = codec.write_prompt(prompt(), target, LossReport(codec.losses)).body
    messages = read(protocol, body, of_request=True)
    said = {(message.role, tuple(part.kind for part in message.parts)) for message in messages}
    assert said == {
        (SpeakerRole.SYSTEM, (SpokenPart.TEXT,)),
        (SpeakerRole.TOOLS, (SpokenPart.TOOL_OFFER,)),
        (SpeakerRole.USER, (SpokenPart.TEXT, SpokenPart.IMAGE)),
        (SpeakerRole.ASSISTANT, (SpokenPart.TEXT, SpokenPart.TOOL_CALL)),
        (SpeakerRole.TOOL, (SpokenPart.TOOL_RESULT,)),
    }
    assert len(messages) == len(said)
    side = FlightSide(record(summary=summary(1, protocol=protocol), request_body=body), True)
    told = [(each.title, each.detail, each.text) for each in transcript_of(side).sections]
    assert ("Image", "image/png, 3 KB", "") in told
    assert ("Tool call look", '{ "at": "picture" }', '{\n  "at": "picture"\n}') in told
    assert ("Result of look", "a cat", "a cat") in told


@pytest.mark.parametrize("protocol", CALLER_PROTOCOLS)
def test_an_answer_in_one_piece(protocol: ModelProtocol) -> None:
    codec = codec_of(protocol)
    body = codec.write_answer(answer(protocol), asked(), LossReport(codec.losses))
    check_answer(read(protocol, body, of_request=False), protocol)


@pytest.mark.parametrize("protocol", CALLER_PROTOCOLS)
def test_an_answer_in_a_stream(protocol: ModelProtocol) -> None:
    body = streamed(protocol, events_of(answer(protocol)), "alt=sse")
    check_answer(read(protocol, body, of_request=False), protocol)


def test_an_answer_in_one_growing_array() -> None:
    body = streamed(ModelProtocol.GEMINI, events_of(answer(ModelProtocol.GEMINI)))
    assert body.startswith(b"[")
    check_answer(read(ModelProtocol.GEMINI, body, of_request=False), ModelProtocol.GEMINI)


@pytest.mark.parametrize("query", ["alt=sse", ""])
@pytest.mark.parametrize("protocol", CALLER_PROTOCOLS)
def test_a_stream_that_broke_off_and_says_why(protocol: ModelProtocol, query: str) -> None:
    codec = codec_of(protocol)
    stop = Stop(kind=StopKind.END)
    events = events_of(Answer(id="a", model="m", items=(Text(text="Half"),), stop=stop))
    writer = codec.event_writer(asked(query), LossReport(codec.losses))
    begun = b"".join(map(writer.write, events[:-2]))
    (message,) = read(protocol, begun, of_request=False)
    assert (message.note, answer_text((message,))) == ("broke off", "Half")
    told = begun + writer.fail("The provider fell silent.", "upstream_timeout")
    message, trouble = read(protocol, told, of_request=False)
    assert (message.note, answer_text((message,))) == ("broke off", "Half")
    assert trouble.role is SpeakerRole.ERROR
    assert "fell silent" in trouble.parts[0].text


@pytest.mark.parametrize("protocol", CALLER_PROTOCOLS)
def test_a_request_that_is_recorded_in_part_is_read_so_far(protocol: ModelProtocol) -> None:
    codec = codec_of(protocol)
    target = PromptTarget(protocol=protocol, kind=_KINDS[protocol][0], model="m")
    body = codec.write_prompt(prompt(), target, LossReport(codec.losses)).body
    end = body.index(_PICTURE.encode()) + 400
    messages = read(protocol, body[:end], of_request=True)
    asked_last = messages[-1]
    assert asked_last.role is SpeakerRole.USER
    assert asked_last.parts[0].text == "What is in it?"
