"""What is written for a server is what the vendor's library knows, and reads back as it was."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from typing import Any

import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st
from openai.types.chat.completion_create_params import (
    CompletionCreateParamsNonStreaming,
    CompletionCreateParamsStreaming,
)
from pydantic import TypeAdapter

from llmgw_desktop.domain.model.answer import Answer, Stop, StopKind
from llmgw_desktop.domain.model.content import (
    Audio,
    CallKind,
    Document,
    Image,
    Item,
    Media,
    Refusal,
    Role,
    Text,
    Thinking,
    ToolCall,
    ToolResult,
    Turn,
    Vendor,
)
from llmgw_desktop.domain.model.prompt import (
    Effort,
    OutputFormat,
    OutputKind,
    Prompt,
    Reasoning,
    Sampling,
    Tool,
    ToolChoice,
    ToolMode,
)
from llmgw_desktop.domain.usage import Usage
from llmgw_desktop.wire.translate.answer_events import collected, events_of
from llmgw_desktop.wire.translate.losses import LossReport
from llmgw_desktop.wire.translate.openai_chat import codec
from tests.wire.streams import split
from tests.wire.translate.openai_chat.support import (
    NO_NAMES,
    OPENAI,
    OPENROUTER,
    REASONING,
    answer_body,
    asked,
    assistant,
    body_and_losses,
    events_in,
    prompt,
    read,
    stream_of,
    user,
    written,
)

SCHEMA = {"type": "object", "properties": {"x": {"type": "number"}}}


def consumed(validated: Any) -> Any:
    """Lists are validated as they are gone through; members that the library does not know are
    left out, so that equality says that there were none."""
    if isinstance(validated, dict):
        return {name: consumed(value) for name, value in validated.items()}
    if isinstance(validated, str) or not isinstance(validated, Iterable):
        return validated
    return [consumed(value) for value in validated]


FULL = prompt(
    Turn(role=Role.SYSTEM, items=(Text(text="a"), Text(text="b"))),
    Turn(role=Role.DEVELOPER, items=(Text(text="a"),)),
    user(
        Text(text="see"),
        Image(media=Media(media_type="image/png", data="iVBORw0KGgo="), detail="original"),
        Document(media=Media(media_type="application/pdf", data="JVBERi0="), name="a.pdf"),
        Document(media=Media(file_id="file-1", file_vendor=Vendor.OPENAI)),
        Audio(media=Media(media_type="audio/wav", data="UklGRg==")),
        name="Ann",
    ),
    assistant(Refusal(text="no")),
    assistant(
        Text(text="go"),
        ToolCall(id="a", name="f", arguments="{}"),
        ToolCall(id="b", name="run", arguments="ls", kind=CallKind.CUSTOM),
    ),
    user(
        ToolResult(call_id="a", items=(Text(text="A"), Text(text="B")), is_error=True),
        ToolResult(call_id="b", items=(Image(media=Media(url="https://a.example/b.png")),)),
        Text(text="and?"),
    ),
    tools=(
        Tool(name="f", description="d", schema=SCHEMA, strict=True),
        Tool(
            name="run",
            kind=CallKind.CUSTOM,
            grammar={"type": "grammar", "syntax": "lark", "definition": "start: A"},
        ),
    ),
    tool_choice=ToolChoice(mode=ToolMode.AUTO, names=("f", "run"), parallel=False),
    reasoning=Reasoning(effort=Effort.HIGH),
    output=OutputFormat(
        kind=OutputKind.SCHEMA,
        name="n",
        description="d",
        schema=SCHEMA,
        strict=True,
        verbosity="low",
    ),
    sampling=Sampling(temperature=0.5, top_p=0.5, seed=1, presence_penalty=1, frequency_penalty=1),
    max_tokens=9,
    stop=("a",),
    service_tier="flex",
    user="u",
    metadata={"a": "b"},
    cache_key="k",
    cache_retention="24h",
    store=True,
)


@pytest.mark.parametrize("to", [OPENAI, REASONING])
def test_the_official_library_knows_all_that_is_written(to: Any) -> None:
    body = written(FULL, to)
    whole = TypeAdapter(CompletionCreateParamsNonStreaming)
    assert consumed(whole.validate_python(body)) == body
    body = written(replace(FULL, streaming=True), to)
    streamed = TypeAdapter(CompletionCreateParamsStreaming)
    assert consumed(streamed.validate_python(body)) == body


SENTENCES = st.text(min_size=1, max_size=12)
NAMES = st.sampled_from(["f", "g", "h"])
ARGUMENTS = st.dictionaries(st.text(max_size=3), st.integers(-9, 9), max_size=2).map(
    lambda given: orjson.dumps(given).decode()
)
IMAGES = st.sampled_from(
    [
        Image(media=Media(url="https://a.example/b.png")),
        Image(media=Media(media_type="image/png", data="iVBORw0KGgo="), detail="low"),
    ]
)
TEXTS = SENTENCES.map(lambda text: Text(text=text))


@st.composite
def conversations(draw: st.DrawFn) -> tuple[Turn, ...]:
    """Everything that this protocol can say, as its reader would put it."""
    said: list[Turn] = []
    count = 0
    for _ in range(draw(st.integers(1, 4))):
        role = draw(st.sampled_from([Role.SYSTEM, Role.DEVELOPER, Role.USER]))
        items = st.lists(TEXTS | IMAGES if role is Role.USER else TEXTS, min_size=1, max_size=3)
        said.append(Turn(role=role, items=tuple(draw(items))))
        if not draw(st.booleans()):
            continue
        answer: list[Item] = [draw(TEXTS)] if draw(st.booleans()) else []
        results: list[Item] = []
        for _ in range(draw(st.integers(0 if answer else 1, 3))):
            call = ToolCall(id=f"call_{count}", name=draw(NAMES), arguments=draw(ARGUMENTS))
            count += 1
            answer.append(call)
            texts = tuple(draw(st.lists(TEXTS, min_size=1, max_size=2)))
            results.append(ToolResult(call_id=call.id, items=texts, name=call.name))
        said.append(Turn(role=Role.ASSISTANT, items=tuple(answer)))
        said.append(Turn(role=Role.USER, items=tuple(results or [draw(TEXTS)])))
    return tuple(said)


@given(conversations())
def test_conversations_read_back_as_they_were(said: tuple[Turn, ...]) -> None:
    body, lost = body_and_losses(prompt(*said), REASONING)
    assert lost == ()
    found = read(**body)
    assert found.turns == said
    assert written(Prompt(model="m", turns=found.turns), REASONING) == body


def test_a_whole_request_reads_back_as_it_was() -> None:
    given = replace(
        FULL,
        model="gpt-5.2",
        turns=(user(Text(text="hi")),),
        sampling=Sampling(seed=1),
        stop=(),
        stream_usage=False,
    )
    report = LossReport()
    body, lost = body_and_losses(given, REASONING)
    assert read(report, **body) == given
    assert (lost, report.names) == ((), ())


@st.composite
def answers(draw: st.DrawFn) -> Answer:
    items: list[Item] = []
    if draw(st.booleans()):
        items.append(Thinking(text=draw(SENTENCES)))
    if draw(st.booleans()):
        items.append(draw(TEXTS))
    items += [
        ToolCall(id=f"c{number}", name=draw(NAMES), arguments=draw(ARGUMENTS))
        for number in range(draw(st.integers(0, 3)))
    ]
    has_calls = any(isinstance(item, ToolCall) for item in items)
    kind = draw(st.sampled_from([StopKind.TOOLS if has_calls else StopKind.END, StopKind.LENGTH]))
    words = {StopKind.TOOLS: "tool_calls", StopKind.END: "stop", StopKind.LENGTH: "length"}
    return Answer(
        id="chatcmpl-1",
        model="asked-model",
        items=tuple(items),
        stop=Stop(kind=kind, vendor_word=words[kind]),
        usage=Usage(input_tokens=draw(st.integers(0, 9)), output_tokens=draw(st.integers(0, 9))),
        created_s=5,
    )


@given(answers(), st.data())
def test_answers_read_back_as_they_were_streamed_and_whole(
    answer: Answer, data: st.DataObject
) -> None:
    whole = orjson.dumps(answer_body(answer))
    assert codec().read_answer(whole, NO_NAMES) == answer
    stream = stream_of(events_of(answer))
    assert collected(events_in(*data.draw(split(stream)))) == answer


def test_the_codec_is_of_this_protocol() -> None:
    found = codec()
    assert found.protocol == "openai-chat"
    assert found.write_prompt(prompt(), OPENROUTER, LossReport(found.losses)).body
    assert found.event_writer(asked(), LossReport(found.losses)).content_type.startswith(
        "text/event-stream"
    )
