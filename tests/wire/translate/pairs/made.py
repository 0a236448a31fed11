"""Conversations and answers of every kind that the pivot knows, for tests of all pairs."""

from __future__ import annotations

import base64
import json
from dataclasses import replace
from typing import Any

from hypothesis import strategies as st

from llmgw_desktop.domain.model.answer import Answer, Stop, StopKind
from llmgw_desktop.domain.model.content import (
    Document,
    Image,
    Item,
    Media,
    Refusal,
    Role,
    Signature,
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
from llmgw_desktop.domain.provider import ModelProtocol, ProviderKind
from llmgw_desktop.domain.usage import Usage
from llmgw_desktop.engine.translation.translation import codec_of
from llmgw_desktop.wire.translate.codec import Codec, PromptTarget, RequestContext

PNG = base64.b64encode(b"\x89PNG\r\n\x1a\n" + b"\0" * 40).decode()
PDF = base64.b64encode(b"%PDF-1.4\n" + b"x" * 40).decode()

TARGETS: dict[ModelProtocol, PromptTarget] = {
    protocol: PromptTarget(protocol=protocol, kind=kind, model=model)
    for protocol, kind, model in (
        (ModelProtocol.ANTHROPIC, ProviderKind.ANTHROPIC, "claude-sonnet-4-5"),
        (ModelProtocol.OPENAI_CHAT, ProviderKind.OPENAI_COMPATIBLE, "some-model"),
        (ModelProtocol.OPENAI_RESPONSES, ProviderKind.OPENAI, "gpt-5"),
        (ModelProtocol.CODEX, ProviderKind.OPENAI, "gpt-5-codex"),
        (ModelProtocol.GEMINI, ProviderKind.GOOGLE, "gemini-3-pro"),
    )
}
PROTOCOLS = tuple(TARGETS)
CLI = PromptTarget(protocol=ModelProtocol.CLI, kind=ProviderKind.PRACTICE, model="sonnet")
"""Only ever written for; what is behind it does not matter to the codec."""
PAIRS = [(ours, theirs) for ours in PROTOCOLS for theirs in PROTOCOLS]
PAIR_IDS = [f"{ours}-{theirs}" for ours, theirs in PAIRS]
VENDORS = {protocol: target.vendor for protocol, target in TARGETS.items()}

SCHEMA = {
    "type": "object",
    "properties": {"city": {"type": "string"}, "days": {"type": "integer"}},
    "required": ["city"],
}
WEATHER = Tool(name="get_weather", description="The weather of a city.", schema=SCHEMA)


def codec(protocol: ModelProtocol) -> Codec:
    return codec_of(protocol)


def user(*items: Item) -> Turn:
    return Turn(role=Role.USER, items=items)


def model_said(*items: Item) -> Turn:
    return Turn(role=Role.ASSISTANT, items=items)


def text(words: str) -> Text:
    return Text(text=words)


def call(number: int, city: str = "Bern", kind: str = "call") -> ToolCall:
    arguments = json.dumps({"city": city, "days": number})
    return ToolCall(id=f"{kind}_{number}", name="get_weather", arguments=arguments)


def result(number: int, words: str = "sunny", kind: str = "call") -> ToolResult:
    return ToolResult(call_id=f"{kind}_{number}", items=(text(words),))


def prompt(*turns: Turn, **more: Any) -> Prompt:
    return Prompt(model="asked-model", turns=turns, **more)


def asked(of: Prompt) -> RequestContext:
    """By one who wants to see the model's thinking."""
    wanted = replace(of, reasoning=of.reasoning or Reasoning(is_adaptive=True, show="auto"))
    return RequestContext(
        prompt=wanted, model=of.model, answer_id="0123456789abcdef", input_tokens=7, query="alt=sse"
    )


PLAIN = prompt(user(text("Say pong.")), max_tokens=64)
TOOLS = prompt(
    Turn(role=Role.SYSTEM, items=(text("Be brief."),)),
    user(text("The weather in Bern and Rome?")),
    model_said(text("I will look."), call(1, "Bern", "past"), call(2, "Rome", "past")),
    user(result(1, "sunny", "past"), result(2, "rain", "past"), text("And tomorrow?")),
    tools=(WEATHER,),
    tool_choice=ToolChoice(mode=ToolMode.AUTO),
    max_tokens=640,
)
IMAGES = prompt(
    user(
        text("What is this?"),
        Image(media=Media(media_type="image/png", data=PNG)),
        Document(media=Media(media_type="application/pdf", data=PDF), name="a.pdf"),
    ),
    max_tokens=64,
)


def thinking(vendor: Vendor) -> Prompt:
    """A second turn after one in which a model of this vendor thought."""
    sealed = Thinking(text="Hm, Bern.", signature=Signature(vendor=vendor, data="c2VhbGVk" * 8))
    return prompt(
        user(text("The weather?")),
        model_said(sealed, text("I look."), call(1)),
        user(result(1)),
        tools=(WEATHER,),
        reasoning=Reasoning(effort=Effort.HIGH, show="auto"),
        max_tokens=32000,
    )


SCENES: dict[str, Any] = {"plain": PLAIN, "tools": TOOLS, "images": IMAGES}

ANSWER = Answer(
    id="msg_1",
    model="served-model",
    items=(text("Let me look."), call(1), call(2, "Rome")),
    stop=Stop(kind=StopKind.TOOLS),
    usage=Usage(input_tokens=100, output_tokens=20, cache_read_tokens=40),
)

# Generated ones. Text without blanks at its ends: trimming is allowed to vendors' rules.
_WORDS = st.text(st.characters(exclude_categories=("Cs", "Cc")), min_size=1, max_size=30).map(
    lambda words: f"w{words}w"
)
_JSON = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**53), 2**53) | _WORDS,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(_WORDS, inner, max_size=3),
    max_leaves=6,
)
_ARGUMENTS = st.dictionaries(_WORDS, _JSON, max_size=3).map(json.dumps)
_IMAGE = st.just(Image(media=Media(media_type="image/png", data=PNG)))


@st.composite
def exchanges(draw: st.DrawFn) -> tuple[Turn, ...]:
    """Turns as a client sends them: each call is followed by its result."""
    turns: list[Turn] = []
    if draw(st.booleans()):
        turns.append(Turn(role=Role.SYSTEM, items=(text(draw(_WORDS)),)))
    number = 0
    waiting: list[ToolResult] = []
    for _ in range(draw(st.integers(0, 3))):
        said = [text(words) for words in draw(st.lists(_WORDS, min_size=1, max_size=2))]
        turns.append(user(*waiting, *said))
        calls = []
        for _ in range(draw(st.integers(0, 2))):
            number += 1
            arguments = draw(_ARGUMENTS)
            calls.append(ToolCall(id=f"call_{number}", name="get_weather", arguments=arguments))
        waiting = [
            ToolResult(call_id=each.id, items=(text(draw(_WORDS)),), is_error=False)
            for each in calls
        ]
        turns.append(model_said(text(draw(_WORDS)), *calls))
    last: list[Item] = [text(draw(_WORDS))]
    if draw(st.booleans()):
        last.append(draw(_IMAGE))
    turns.append(user(*waiting, *last))
    return tuple(turns)


@st.composite
def prompts(draw: st.DrawFn) -> Prompt:
    return prompt(
        *draw(exchanges()),
        tools=(WEATHER,),
        tool_choice=ToolChoice(
            mode=draw(st.sampled_from([None, *ToolMode])), parallel=draw(st.sampled_from([None]))
        ),
        max_tokens=draw(st.integers(1, 8000)),
        stop=tuple(draw(st.lists(_WORDS, max_size=2, unique=True))),
        sampling=Sampling(
            temperature=draw(st.sampled_from([None, 0.0, 0.5, 1.0])),
            top_k=draw(st.sampled_from([None, 40])),
            seed=draw(st.sampled_from([None, 7])),
        ),
        output=draw(
            st.sampled_from([None, OutputFormat(kind=OutputKind.SCHEMA, name="out", schema=SCHEMA)])
        ),
        user=draw(st.sampled_from([None, "session-1"])),
    )


@st.composite
def answers(draw: st.DrawFn) -> Answer:
    items: list[Item] = []
    if draw(st.booleans()):
        items.append(Thinking(text=draw(_WORDS)))
    if draw(st.booleans()):
        items.append(text(draw(_WORDS)))
    calls = [
        ToolCall(id=f"call_{n}", name="get_weather", arguments=draw(_ARGUMENTS))
        for n in range(draw(st.integers(0, 3)))
    ]
    items += calls
    if not items:
        items.append(draw(_WORDS.map(text) | _WORDS.map(lambda words: Refusal(text=words))))
    if calls:
        kind = StopKind.TOOLS
    elif isinstance(items[-1], Refusal):
        kind = StopKind.REFUSAL
    else:
        kind = draw(st.sampled_from([StopKind.END, StopKind.LENGTH]))
    return Answer(
        id="msg_1",
        model="served-model",
        items=tuple(items),
        stop=Stop(kind=kind),
        usage=Usage(
            input_tokens=draw(st.integers(10, 1000)),
            output_tokens=draw(st.integers(1, 500)),
            cache_read_tokens=draw(st.integers(0, 10)),
        ),
    )
