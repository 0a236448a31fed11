"""The stand-in upstream against the vendors' own programs, with no gateway in between.

Only what those read without complaint may serve as the measure of the gateway.
"""

from __future__ import annotations

import socket
import time
from pathlib import Path
from typing import Any

import anthropic
import httpx2
import openai
import pytest

from tests.support.answers import Answer, Delivery, Hangup, Refusal, Silence
from tests.support.claude_cli import ClaudeCli
from tests.support.dialects import OPENAI
from tests.support.raw_http import hang_up, open_exchange, openai_headers, send
from tests.support.tap import tap_thread
from tests.support.tool_choice import SHELL_OUTPUT
from tests.support.upstream import Lane, Upstream, refusing_origin

ASK: Any = [{"role": "user", "content": "ping"}]


@pytest.fixture
def lane(upstream: Upstream) -> Lane:
    return upstream.lane("self")


@pytest.fixture
def claude_sdk(lane: Lane):
    with anthropic.Anthropic(base_url=lane.root_url, api_key="k", max_retries=0) as client:
        yield client


@pytest.fixture
def openai_sdk(lane: Lane):
    with openai.OpenAI(base_url=lane.base_url, api_key="k", max_retries=0, timeout=10) as client:
        yield client


def test_anthropic_sdk_reads_thinking_text_and_usage(lane, claude_sdk):
    with claude_sdk.messages.stream(
        model="m",
        max_tokens=2048,
        thinking={"type": "enabled", "budget_tokens": 1024},
        messages=ASK,
    ) as stream:
        names = [event.type for event in stream]
        message = stream.get_final_message()
    assert names[0] == "message_start"
    assert names[-1] == "message_stop"
    thinking, text = message.content
    assert thinking.thinking == "The user says ping, so pong."
    assert text.text == "pong from the upstream"
    usage = message.usage
    assert (usage.input_tokens, usage.output_tokens) == (17, 9)
    assert (usage.cache_read_input_tokens, usage.cache_creation_input_tokens) == (2000, 300)
    assert lane.only.whole
    assert b'event: ping\ndata: {"type": "ping"}\n\n' in lane.only.sent


def test_openai_sdk_reads_a_tool_call_and_usage(openai_sdk):
    tool: Any = {
        "type": "function",
        "function": {
            "name": "add",
            "parameters": {"type": "object", "properties": {"a": {"type": "integer"}}},
        },
    }
    chunks = list(
        openai_sdk.chat.completions.create(
            model="m",
            messages=ASK,
            tools=[tool],
            stream=True,
            stream_options={"include_usage": True},
        )
    )
    calls = [c.choices[0].delta.tool_calls for c in chunks if c.choices]
    arguments = "".join(call[0].function.arguments for call in calls if call)
    assert arguments == '{"a": 1}'
    assert [c.choices[0].finish_reason for c in chunks if c.choices][-1] == "tool_calls"
    assert chunks[-1].usage.prompt_tokens_details.cached_tokens == 2000


def test_usage_chunk_comes_only_when_asked_for(lane, openai_sdk):
    chunks = list(openai_sdk.chat.completions.create(model="m", messages=ASK, stream=True))
    assert chunks
    assert all(chunk.usage is None for chunk in chunks)
    assert lane.only.sent.endswith(b"data: [DONE]\n\n")


def test_embeddings_reach_the_sdk_as_numbers(openai_sdk):
    answer = openai_sdk.embeddings.create(model="m", input=["a", "b"])
    assert [item.embedding for item in answer.data] == [[0.25, -0.5, 1.0, 0.0]] * 2


@pytest.mark.parametrize(
    ("status", "error"),
    [
        (401, anthropic.AuthenticationError),
        (429, anthropic.RateLimitError),
        (529, anthropic.OverloadedError),
    ],
)
def test_refusals_are_the_sdk_s_own_errors(lane, claude_sdk, status, error):
    lane.then(Refusal(status=status, retry_after="7"))
    with pytest.raises(error) as caught:
        claude_sdk.messages.create(model="m", max_tokens=9, messages=ASK)
    assert caught.value.response.headers["retry-after"] == "7"


@pytest.mark.parametrize("by", ["fin", "reset"])
def test_a_cut_is_seen_as_one_after_the_bytes_before_it(lane, openai_sdk, by):
    lane.then(Answer(delivery=Delivery(cut_after=2, cut_by=by)))
    stream = openai_sdk.chat.completions.create(model="m", messages=ASK, stream=True)
    read = []
    with pytest.raises(openai.APIConnectionError):
        read.extend(stream)
    assert len(read) == 2
    assert not lane.only.whole
    assert lane.only.peer_closed_at is None


@pytest.mark.parametrize(
    "delivery", [Delivery(drip=True), Delivery(gzip=True)], ids=["byte by byte", "gzip"]
)
@pytest.mark.parametrize("streaming", [True, False], ids=["stream", "whole"])
def test_odd_deliveries_carry_the_same_answer(lane, openai_sdk, delivery, streaming):
    lane.then(Answer(delivery=delivery))
    answer = openai_sdk.chat.completions.create(model="m", messages=ASK, stream=streaming)
    if streaming:
        text = "".join(c.choices[0].delta.content or "" for c in answer if c.choices)
    else:
        text = answer.choices[0].message.content
    assert text == "pong from the upstream"


@pytest.mark.parametrize(
    "behaviour",
    [Silence(), Answer(delivery=Delivery(stall_after=0)), Answer(delivery=Delivery(stall_after=2))],
    ids=["before headers", "after headers", "in mid-stream"],
)
def test_a_stalled_answer_notes_when_the_caller_left(lane, claude_sdk, behaviour):
    lane.then(behaviour)
    impatient = claude_sdk.with_options(timeout=0.3)
    with (
        # In mid-stream the SDK lets the error of its HTTP library through.
        pytest.raises((anthropic.APITimeoutError, httpx2.ReadTimeout)),
        impatient.messages.stream(model="m", max_tokens=9, messages=ASK) as stream,
    ):
        list(stream)
    left_at = time.monotonic()
    assert lane.only.wait_over()
    assert lane.only.peer_closed_at is not None
    assert abs(lane.only.peer_closed_at - left_at) < 1


def test_hangup_and_refusal_to_connect(lane, openai_sdk):
    lane.then(Hangup())
    with pytest.raises(openai.APIConnectionError):
        openai_sdk.models.list()
    with (
        refusing_origin() as origin,
        openai.OpenAI(base_url=origin, api_key="k", max_retries=0) as nobody,
        pytest.raises(openai.APIConnectionError),
    ):
        nobody.models.list()


async def test_runs_in_the_test_s_own_loop_too():
    async with Upstream() as upstream:
        lane = upstream.lane()
        lane.key, lane.models = "right", ["m-1"]
        async with openai.AsyncOpenAI(base_url=lane.base_url, api_key="wrong") as client:
            with pytest.raises(openai.AuthenticationError):
                await client.models.list()
            listed = await client.with_options(api_key="right").models.list()
    assert [model.id for model in listed.data] == ["m-1"]


@pytest.mark.parametrize("stream", [True, False], ids=["stream", "whole"])
def test_the_raw_client_knows_a_whole_answer_from_a_cut_one(lane: Lane, stream: bool):
    url, body = lane.root_url + OPENAI.path, OPENAI.body("m", stream=stream)
    whole = send(url, headers=openai_headers("k"), body=body)
    assert whole.whole
    assert whole.body == bytes(lane.only.sent)
    lane.then(Answer(delivery=Delivery(cut_after=1)))
    cut = send(url, headers=openai_headers("k"), body=body)
    assert not cut.whole
    assert cut.body == bytes(lane.requests[1].sent)
    if stream:
        OPENAI.assert_stream_whole(whole)
        with pytest.raises((AssertionError, ValueError, KeyError)):
            OPENAI.assert_stream_broken(whole)
        with pytest.raises(AssertionError):
            OPENAI.assert_stream_whole(cut)


def test_the_raw_client_can_leave_in_the_middle(lane: Lane):
    lane.then(Answer(delivery=Delivery(stall_after=2)))
    url, body = lane.root_url + OPENAI.path, OPENAI.body("m", stream=True)
    with open_exchange(url, headers=openai_headers("k"), body=body) as response:
        response.read1(1)
        left_at = time.monotonic()
        hang_up(response)
    assert lane.only.wait_over()
    assert lane.only.peer_closed_at is not None
    assert lane.only.peer_closed_at - left_at < 1


@pytest.mark.e2e
@pytest.mark.timeout(660)
def test_claude_code_does_a_tool_turn(lane: Lane, claude_program: Path, tmp_path: Path):
    with tap_thread(lane.root_url) as tap:
        claude = ClaudeCli(
            program=claude_program, root=tmp_path / "claude", base_url=tap.url, key="sk-stub"
        )
        run = claude.run("run the echo", "--allowedTools", "Bash")
    assert run.returncode == 0, run.stderr
    assert run.result["result"] == f"The tool said: {SHELL_OUTPUT}"
    assert (run.folder / "tool_out.txt").read_text() == f"{SHELL_OUTPUT}\n"
    assert len(lane.requests) == 2
    assert run.result["usage"]["cache_read_input_tokens"] == 4000
    assert [tapped.request for tapped in tap.exchanges] == [seen.body for seen in lane.requests]
    assert [tapped.answer for tapped in tap.exchanges] == [seen.sent for seen in lane.requests]


def test_no_test_reaches_beyond_loopback():
    with pytest.raises(pytest.fail.Exception, match="only loopback"):
        socket.create_connection(("192.0.2.1", 9), timeout=1)
    with pytest.raises(pytest.fail.Exception, match="only loopback"):
        socket.getaddrinfo("example.com", 80)
