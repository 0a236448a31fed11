"""What the protocol code costs a request, in microseconds: `python tests/bench/bench_wire.py`.

Single calls in a loop, CPU time, the best of several rounds. It needs no network and no other
program.
"""

from __future__ import annotations

import json
import sys
import time
from collections.abc import Callable
from pathlib import Path

import orjson
from multidict import CIMultiDict

sys.path.insert(0, str(Path(__file__).parents[2]))

from llmgw_desktop.domain.clock import SystemClock
from llmgw_desktop.domain.errors import UnknownModel
from llmgw_desktop.domain.model.prompt import Operation
from llmgw_desktop.domain.provider import ModelProtocol, ProviderKind, Upstream
from llmgw_desktop.domain.routing.route import Candidate
from llmgw_desktop.engine.upstream.answer import UpstreamCall
from llmgw_desktop.engine.upstream.practice import PracticeClient
from llmgw_desktop.redaction.redactor import Redactor
from llmgw_desktop.wire import anthropic, openai_chat
from llmgw_desktop.wire.errors import error_reply
from llmgw_desktop.wire.headers import HeaderPolicy
from llmgw_desktop.wire.json_edits import read_request, replace_string
from llmgw_desktop.wire.tokens import estimate_tokens

ROUNDS = 7
ROUND_S = 0.05

SMALL = orjson.dumps(
    {
        "model": "stub-model",
        "max_tokens": 64,
        "messages": [{"role": "user", "content": "lorem ipsum dolor sit amet " * 33}],
    }
)
"""About 1 KB, the size of a short question."""


def _agent_body() -> bytes:
    """About 50 KB in the form of a coding agent's: many tools, one of them with a `model`."""
    words = 'Use this to "search"; never call it twice.\n- it takes {a: [1, 2]} and no more\n'
    tools = [
        {
            "name": f"Tool{number}",
            "description": words * 24,
            "input_schema": {
                "type": "object",
                "properties": {
                    name: {"type": "string", "description": "What it is for, in a few words."}
                    for name in ("command", "path", "model" if number == 0 else "limit", "note")
                },
                "required": ["command"],
                "additionalProperties": False,
            },
        }
        for number in range(20)
    ]
    turn = [{"role": "user", "content": [{"type": "text", "text": "fix the test\n" * 40}]}]
    body = {"model": "claude-x", "messages": turn, "system": words * 40, "tools": tools}
    return json.dumps(body | {"max_tokens": 128000, "stream": True}, separators=(",", ":")).encode()


BIG = _agent_body()
BIG_MODEL_LAST = BIG[:1] + BIG[len(b'{"model":"claude-x",') : -1] + b',"model":"claude-x"}'
ANTHROPIC_DELTA = (
    b'event: content_block_delta\ndata: {"type":"content_block_delta","index":0,'
    b'"delta":{"type":"text_delta","text":" and some words"}}\n\n'
)
OPENAI_DELTA = (
    b'data: {"id":"chatcmpl-123","object":"chat.completion.chunk","created":1790000000,'
    b'"model":"gpt-x","service_tier":"default","system_fingerprint":"fp_1","choices":[{"index":0,'
    b'"delta":{"content":" and some words"},"logprobs":null,"finish_reason":null}],'
    b'"usage":null}\n\n'
)
REQUEST_HEADERS = CIMultiDict(
    {
        "Accept": "application/json",
        "Content-Type": "application/json",
        "User-Agent": "claude-cli/2.1.329 (external, sdk-cli)",
        "X-Claude-Code-Session-Id": "da6ba4e5-e026-4326-9903-928c5c64463a",
        "X-Stainless-Arch": "x64",
        "X-Stainless-Lang": "js",
        "X-Stainless-OS": "Linux",
        "X-Stainless-Package-Version": "0.128.0",
        "X-Stainless-Retry-Count": "0",
        "X-Stainless-Runtime": "node",
        "X-Stainless-Runtime-Version": "v26.12.1",
        "X-Stainless-Timeout": "600",
        "anthropic-beta": "claude-code-20250219,interleaved-thinking-2025-05-14," * 4,
        "anthropic-dangerous-direct-browser-access": "true",
        "anthropic-version": "2023-06-01",
        "x-api-key": "llmgw-0123456789012345678901234567890123456789012",
        "x-app": "cli",
        "Connection": "keep-alive",
        "Host": "127.0.0.1:3333",
        "Accept-Encoding": "gzip, deflate, br, zstd",
        "Content-Length": "49256",
    }
)
"""What a coding agent sends."""
ANSWER_HEADERS = CIMultiDict(
    {
        "Date": "Mon, 01 Jun 2026 10:00:00 GMT",
        "Content-Type": "text/event-stream; charset=utf-8",
        "Transfer-Encoding": "chunked",
        "Connection": "keep-alive",
        "Cache-Control": "no-cache",
        **{f"anthropic-ratelimit-tokens-{name}": "80000" for name in ("limit", "remaining", "x")},
        "request-id": "req_011CRabcdefghijklmnop",
        "strict-transport-security": "max-age=31536000; includeSubDomains; preload",
        "anthropic-organization-id": "11111111-2222-3333-4444-555555555555",
        "via": "1.1 google",
        "cf-cache-status": "DYNAMIC",
        "server": "cloudflare",
        "cf-ray": "9abc-FRA",
    }
)


def microseconds(call: Callable[[], object], rounds: int = ROUNDS) -> float:
    """The best of several rounds: the cost without what else the machine was doing."""
    count, spent = 1, 0.0
    while spent < ROUND_S / 4:
        count *= 4
        spent = _time(call, count)
    count = max(int(count * ROUND_S / spent), 1)
    return min(_time(call, count) for _ in range(rounds)) / count * 1e6


def _time(call: Callable[[], object], count: int) -> float:
    begin = time.process_time()
    for _ in range(count):
        call()
    return time.process_time() - begin


def _reader(
    kind: type[anthropic.AnthropicStreamReader | openai_chat.ChatStreamReader], first: bytes
) -> Callable[[bytes], None]:
    reader = kind()
    reader.feed(first)
    return reader.feed


def _practice(protocol: ModelProtocol, *, streaming: bool) -> Callable[[], object]:
    """One whole answer of practice/echo, without a loop's own cost."""
    upstream = Upstream(
        provider="practice", kind=ProviderKind.PRACTICE, protocol=protocol, base_url=""
    )
    call = UpstreamCall(
        candidate=Candidate(upstream=upstream, model="practice/echo"),
        operation=Operation.GENERATE,
        streaming=streaming,
        body=SMALL,
        headers={},
    )
    client = PracticeClient(SystemClock())

    async def answer() -> None:
        async for _ in (await client.send(call)).chunks():
            pass

    def run() -> None:
        coroutine = answer()
        try:
            while True:
                coroutine.send(None)
        except StopIteration:
            pass

    return run


def cases() -> dict[str, Callable[[], object]]:
    policy = HeaderPolicy()
    small_fields, big_fields = orjson.loads(SMALL), orjson.loads(BIG)
    anthropic_feed = _reader(anthropic.AnthropicStreamReader, b"")
    openai_feed = _reader(openai_chat.ChatStreamReader, OPENAI_DELTA)
    usage_filter = openai_chat.UsageChunkFilter()
    torn = [ANTHROPIC_DELTA[:50], ANTHROPIC_DELTA[50:]]
    crlf = ANTHROPIC_DELTA.replace(b"\n", b"\r\n")
    protocol = ModelProtocol.ANTHROPIC
    missing = UnknownModel("gpt-0")
    redactor = Redactor()
    with_key = SMALL.replace(b"lorem ipsum dolor sit", b"password = 'hunter22'", 1)
    stream = OPENAI_DELTA * 64
    return {
        "look for secrets, 1 KB": lambda: redactor.may_hold_any([SMALL]),
        "look for secrets, 50 KB": lambda: redactor.may_hold_any([BIG]),
        "look for secrets, a stream of 64 deltas": lambda: redactor.may_hold_any([stream]),
        "take a secret out of 1 KB": lambda: redactor.clean(with_key),
        "orjson.loads 1 KB (for comparison)": lambda: orjson.loads(SMALL),
        "read_request 1 KB": lambda: read_request(SMALL),
        "replace_string 1 KB, fields known": lambda: replace_string(
            SMALL, "model", "other", fields=small_fields
        ),
        "replace_string 1 KB": lambda: replace_string(SMALL, "model", "other"),
        "orjson.loads 50 KB (for comparison)": lambda: orjson.loads(BIG),
        "read_request 50 KB": lambda: read_request(BIG),
        "read_request 50 KB, model last": lambda: read_request(BIG_MODEL_LAST),
        "replace_string 50 KB, fields known": lambda: replace_string(
            BIG, "model", "other", fields=big_fields
        ),
        "replace_string 50 KB": lambda: replace_string(BIG, "model", "other"),
        "with_stream_usage 1 KB": lambda: openai_chat.with_stream_usage(SMALL, small_fields),
        "StreamReader.feed, anthropic delta": lambda: anthropic_feed(ANTHROPIC_DELTA),
        "StreamReader.feed, anthropic delta, CRLF": lambda: anthropic_feed(crlf),
        "StreamReader.feed, anthropic delta in two pieces": lambda: (
            anthropic_feed(torn[0]),
            anthropic_feed(torn[1]),
        ),
        "StreamReader.feed, anthropic 10 deltas at once": lambda: anthropic_feed(
            ANTHROPIC_DELTA * 10
        ),
        "StreamReader.feed, openai delta": lambda: openai_feed(OPENAI_DELTA),
        "UsageChunkFilter.feed, openai delta": lambda: usage_filter.feed(OPENAI_DELTA),
        "request_headers_to_forward, 21 headers": lambda: policy.request_headers_to_forward(
            REQUEST_HEADERS, protocol
        ),
        "answer_headers_to_forward, 15 headers": lambda: policy.answer_headers_to_forward(
            ANSWER_HEADERS
        ),
        "masked_headers, 21 headers": lambda: policy.masked_headers(REQUEST_HEADERS),
        "error_reply": lambda: error_reply(missing, protocol, "flt_0123456789ab"),
        "estimate_tokens 1 KB": lambda: estimate_tokens(small_fields, protocol),
        "estimate_tokens 50 KB": lambda: estimate_tokens(big_fields, protocol),
        "practice/echo 1 KB, anthropic": _practice(protocol, streaming=False),
        "practice/echo 1 KB, anthropic, stream": _practice(protocol, streaming=True),
        "practice/echo 1 KB, openai": _practice(ModelProtocol.OPENAI_CHAT, streaming=False),
        "practice/echo 1 KB, openai, stream": _practice(ModelProtocol.OPENAI_CHAT, streaming=True),
    }


def main() -> None:
    print(f"bodies: {len(SMALL)} and {len(BIG)} bytes")
    for name, call in cases().items():
        print(f"{microseconds(call):10.2f} µs  {name}")


if __name__ == "__main__":
    main()
