"""The official SDKs talk to the practice provider as they do to their vendors."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Any

import anthropic
import openai
import orjson
import pytest

from llmgw_desktop.engine.upstream.practice import PRACTICE_MODELS, PracticeClient
from tests.engine.upstream.practice_server import practice_server

HELLO: list[Any] = [{"role": "user", "content": "Grüß Gott, wie geht es?"}]
SCHEMA = {
    "type": "object",
    "properties": {"city": {"type": "string"}, "days": {"type": "integer", "minimum": 3}},
    "required": ["city", "days"],
}
ARGUMENTS = {"city": "practice", "days": 3}
BROKEN = r"peer closed|incomplete|[Cc]onnection"
ANTHROPIC_TOOL: Any = {"name": "weather", "description": "d", "input_schema": SCHEMA}
OPENAI_TOOL: Any = {"type": "function", "function": {"name": "weather", "parameters": SCHEMA}}


class StillClock:
    def now_s(self) -> float:
        return 1_790_000_000.5

    def monotonic_s(self) -> float:
        return 0.0


@pytest.fixture
async def url() -> AsyncIterator[str]:
    async with practice_server(PracticeClient(StillClock(), pace_s=0.001)) as root:
        yield root


@pytest.fixture
async def claude(url: str) -> AsyncIterator[anthropic.AsyncAnthropic]:
    async with anthropic.AsyncAnthropic(api_key="k", base_url=url, max_retries=0) as client:
        yield client


@pytest.fixture
async def gpt(url: str) -> AsyncIterator[openai.AsyncOpenAI]:
    async with openai.AsyncOpenAI(api_key="k", base_url=f"{url}/v1", max_retries=0) as client:
        yield client


async def test_anthropic_echo(claude: anthropic.AsyncAnthropic) -> None:
    message = await claude.messages.create(model="practice/echo", max_tokens=9, messages=HELLO)
    assert [block.type for block in message.content] == ["text"]
    assert message.content[0].text == HELLO[0]["content"]  # type: ignore[union-attr]
    assert (message.stop_reason, message.model, message.role) == (
        "end_turn",
        "practice/echo",
        "assistant",
    )
    # 25 bytes of UTF-8 are seven tokens by the stated rule
    assert (message.usage.input_tokens, message.usage.output_tokens) == (7, 7)
    assert message.usage.cache_read_input_tokens is None
    assert message._request_id is not None


async def test_anthropic_streams_what_it_answers_whole(claude: anthropic.AsyncAnthropic) -> None:
    for model in ("practice/echo", "practice/slow", "practice/thinking", "practice/tools"):
        request: Any = {
            "model": model,
            "max_tokens": 9,
            "messages": HELLO,
            "tools": [ANTHROPIC_TOOL],
        }
        whole = await claude.messages.create(**request)
        async with claude.messages.stream(**request) as stream:
            streamed = await stream.get_final_message()
        assert streamed.stop_reason == whole.stop_reason
        assert streamed.usage.output_tokens == whole.usage.output_tokens > 0
        assert streamed.usage.input_tokens == whole.usage.input_tokens
        without_ids = {"id": True, "parsed_output": True}
        assert [block.model_dump(exclude=without_ids) for block in streamed.content] == [
            block.model_dump(exclude=without_ids) for block in whole.content
        ]


async def test_anthropic_events_come_in_the_vendors_order(claude: anthropic.AsyncAnthropic) -> None:
    stream = await claude.messages.create(
        model="practice/thinking", max_tokens=9, messages=HELLO, stream=True
    )
    events: list[Any] = [event async for event in stream]
    names = [f"{event.type}:{getattr(event, 'index', '')}" for event in events]
    names = [name for at, name in enumerate(names) if at == 0 or names[at - 1] != name]
    assert names == [
        "message_start:",
        "content_block_start:0",
        "content_block_delta:0",
        "content_block_stop:0",
        "content_block_start:1",
        "content_block_delta:1",
        "content_block_stop:1",
        "message_delta:",
        "message_stop:",
    ]
    kinds = [event.delta.type for event in events if event.type == "content_block_delta"]
    assert kinds[0] == "thinking_delta"
    assert kinds.count("signature_delta") == 1
    assert kinds.index("signature_delta") == kinds.index("text_delta") - 1
    assert "practice" in next(e.delta.signature for e in events if e.type == "content_block_delta"
                              and e.delta.type == "signature_delta")  # fmt: skip


async def test_an_anthropic_turn_with_a_tool(claude: anthropic.AsyncAnthropic) -> None:
    asked = await claude.messages.create(
        model="practice/tools", max_tokens=9, messages=HELLO, tools=[ANTHROPIC_TOOL]
    )
    call: Any = asked.content[0]
    assert (asked.stop_reason, call.type, call.name) == ("tool_use", "tool_use", "weather")
    assert call.input == ARGUMENTS
    result = {"type": "tool_result", "tool_use_id": call.id, "content": "sunny, 31 °C"}
    messages: Any = [
        *HELLO,
        {"role": "assistant", "content": asked.content},
        {"role": "user", "content": [result]},
    ]
    answered = await claude.messages.create(
        model="practice/tools", max_tokens=9, messages=messages, tools=[ANTHROPIC_TOOL]
    )
    assert answered.stop_reason == "end_turn"
    assert "sunny, 31 °C" in answered.content[0].text  # type: ignore[union-attr]


async def test_anthropic_counts_as_it_reports(claude: anthropic.AsyncAnthropic) -> None:
    request: Any = {"messages": HELLO, "tools": [ANTHROPIC_TOOL], "system": "Be kind."}
    counted = await claude.messages.count_tokens(model="practice/echo", **request)
    message = await claude.messages.create(model="practice/echo", max_tokens=9, **request)
    assert counted.input_tokens == message.usage.input_tokens > 20


async def test_marks_for_a_cache_are_answered_with_zeros(claude: anthropic.AsyncAnthropic) -> None:
    text: Any = {"type": "text", "text": "x", "cache_control": {"type": "ephemeral"}}
    message = await claude.messages.create(
        model="practice/echo", max_tokens=9, messages=[{"role": "user", "content": [text]}]
    )
    assert message.usage.cache_read_input_tokens == 0
    assert message.usage.cache_creation_input_tokens == 0


async def test_openai_echo(gpt: openai.AsyncOpenAI) -> None:
    completion = await gpt.chat.completions.create(model="practice/echo", messages=HELLO)
    choice = completion.choices[0]
    assert choice.message.content == HELLO[0]["content"]
    assert (choice.finish_reason, completion.model) == ("stop", "practice/echo")
    assert completion.created == 1_790_000_000
    assert completion.usage is not None
    assert completion.usage.model_dump(exclude_none=True) == {
        "prompt_tokens": 7,
        "completion_tokens": 7,
        "total_tokens": 14,
    }
    assert completion._request_id is not None


async def test_openai_streams_what_it_answers_whole(gpt: openai.AsyncOpenAI) -> None:
    for model in ("practice/echo", "practice/slow", "practice/thinking", "practice/tools"):
        request: Any = {"model": model, "messages": HELLO, "tools": [OPENAI_TOOL]}
        whole = await gpt.chat.completions.create(**request)
        async with gpt.chat.completions.stream(
            **request, stream_options={"include_usage": True}
        ) as stream:
            streamed = await stream.get_final_completion()
        assert streamed.usage == whole.usage
        assert streamed.choices[0].finish_reason == whole.choices[0].finish_reason
        one, other = streamed.choices[0].message, whole.choices[0].message
        assert (one.role, one.content) == (other.role, other.content)
        assert (one.tool_calls is None) == (other.tool_calls is None)
        for mine, its in zip(one.tool_calls or [], other.tool_calls or [], strict=True):
            assert mine.function.name == its.function.name  # type: ignore[union-attr]
            assert mine.function.arguments == its.function.arguments  # type: ignore[union-attr]


async def test_openai_thinking_is_shown_as_reasoning(gpt: openai.AsyncOpenAI) -> None:
    whole = await gpt.chat.completions.create(model="practice/thinking", messages=HELLO)
    thoughts = whole.choices[0].message.reasoning_content  # type: ignore[attr-defined]
    parts = [
        getattr(chunk.choices[0].delta, "reasoning_content", None) or ""
        async for chunk in await gpt.chat.completions.create(
            model="practice/thinking", messages=HELLO, stream=True
        )
    ]
    assert "".join(parts) == thoughts
    assert whole.usage is not None
    assert whole.usage.completion_tokens_details is not None
    reasoning = whole.usage.completion_tokens_details.reasoning_tokens or 0
    assert 0 < reasoning < whole.usage.completion_tokens


async def test_openai_usage_in_a_stream_only_when_asked_for(gpt: openai.AsyncOpenAI) -> None:
    for asks in (False, True):
        chunks = [
            chunk
            async for chunk in await gpt.chat.completions.create(
                model="practice/echo",
                messages=HELLO,
                stream=True,
                stream_options={"include_usage": asks},
            )
        ]
        assert [chunk.usage is not None for chunk in chunks] == [
            *[False] * (len(chunks) - 1),
            asks,
        ]
        assert (chunks[-1].choices == []) == asks


async def test_an_openai_turn_with_a_tool(gpt: openai.AsyncOpenAI) -> None:
    asked = await gpt.chat.completions.create(
        model="practice/tools", messages=HELLO, tools=[OPENAI_TOOL]
    )
    message: Any = asked.choices[0].message
    assert asked.choices[0].finish_reason == "tool_calls"
    assert message.content is None
    assert orjson.loads(message.tool_calls[0].function.arguments) == ARGUMENTS
    messages: Any = [
        *HELLO,
        message,
        {"role": "tool", "tool_call_id": message.tool_calls[0].id, "content": "sunny"},
    ]
    answered = await gpt.chat.completions.create(
        model="practice/tools", messages=messages, tools=[OPENAI_TOOL]
    )
    assert "sunny" in (answered.choices[0].message.content or "")


@pytest.mark.parametrize("status", [401, 429, 500, 529])
@pytest.mark.parametrize("stream", [False, True])
async def test_faults_are_what_the_vendor_would_say(
    claude: anthropic.AsyncAnthropic, gpt: openai.AsyncOpenAI, status: int, stream: bool
) -> None:
    model = f"practice/fault-{status}"
    types = {
        401: "authentication_error",
        429: "rate_limit_error",
        500: "api_error",
        529: "overloaded_error",
    }
    with pytest.raises(anthropic.APIStatusError) as refused:
        await claude.messages.create(model=model, max_tokens=9, messages=HELLO, stream=stream)
    assert (refused.value.status_code, refused.value.type) == (status, types[status])
    assert refused.value.request_id is not None
    assert isinstance(refused.value.body, dict)
    assert refused.value.body["request_id"] == refused.value.request_id
    with pytest.raises(openai.APIStatusError) as rejected:
        await gpt.chat.completions.create(model=model, messages=HELLO, stream=stream)
    assert rejected.value.status_code == status
    assert "practice" in rejected.value.message
    for error in (refused.value, rejected.value):
        assert error.response.headers.get("retry-after") == ("1" if status == 429 else None)


async def test_an_unknown_practice_model_names_those_there_are(
    claude: anthropic.AsyncAnthropic, gpt: openai.AsyncOpenAI
) -> None:
    with pytest.raises(anthropic.NotFoundError) as missing:
        await claude.messages.create(model="practice/gpt", max_tokens=9, messages=HELLO)
    assert all(name in str(missing.value.api_message) for name in PRACTICE_MODELS)
    with pytest.raises(openai.NotFoundError) as unknown:
        await gpt.chat.completions.create(model="practice/fault-404", messages=HELLO)
    assert unknown.value.code == "model_not_found"


async def test_what_the_vendor_would_refuse_is_refused(
    claude: anthropic.AsyncAnthropic, gpt: openai.AsyncOpenAI
) -> None:
    with pytest.raises(anthropic.BadRequestError, match="messages"):
        await claude.messages.create(model="practice/echo", max_tokens=9, messages=[])
    with pytest.raises(openai.BadRequestError, match="messages"):
        await gpt.chat.completions.create(model="practice/echo", messages=[])
    with pytest.raises(openai.BadRequestError, match="embeddings"):
        await gpt.embeddings.create(model="practice/echo", input="x")


async def test_a_cut_stream_is_an_error_to_the_sdks(
    claude: anthropic.AsyncAnthropic, gpt: openai.AsyncOpenAI
) -> None:
    events = await claude.messages.create(
        model="practice/cut", max_tokens=9, messages=HELLO, stream=True
    )
    assert (await anext(events)).type == "message_start"
    with pytest.raises(Exception, match=BROKEN):
        _ = [event async for event in events]
    chunks = await gpt.chat.completions.create(model="practice/cut", messages=HELLO, stream=True)
    assert (await anext(chunks)).choices[0].delta.role == "assistant"
    with pytest.raises(Exception, match=BROKEN):
        _ = [chunk async for chunk in chunks]
