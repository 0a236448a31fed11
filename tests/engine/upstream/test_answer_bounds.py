"""However much an upstream answers, no more is held than the settings say, and callers hear it."""

from __future__ import annotations

import gzip
import json
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from llmgw_desktop.domain.errors import UpstreamGarbage
from llmgw_desktop.domain.settings.tables import UpstreamSettings
from llmgw_desktop.engine.upstream.http_body import EventBound
from llmgw_desktop.engine.upstream.http_client import HttpClient
from tests.engine.conftest import House
from tests.engine.upstream.http_stub import read, says, server, whole
from tests.support.answers import SocketBytes

MOST = 4096
JSON = b"content-type: application/json"
STREAM = b"content-type: text/event-stream; charset=utf-8"
BOUNDS = UpstreamSettings(max_answer_bytes=MOST, max_event_bytes=MOST)
TEXT = "lorem ipsum " * 500
CALLERS = {
    "/v1/chat/completions": "gpt-stub",
    "/v1/messages": "gpt-stub",
    "/v1/responses": "gpt-stub",
    "/v1beta/models/gpt-stub:generateContent": "gpt-stub",
}


def chunked(*pieces: bytes) -> bytes:
    head = b"HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n" + JSON + b"\r\n\r\n"
    return head + b"".join(b"%x\r\n%b\r\n" % (len(p), p) for p in pieces) + b"0\r\n\r\n"


@pytest.mark.parametrize(
    "answer",
    [
        whole(b"x" * (MOST + 1), JSON),
        chunked(*[b"x" * 100] * 41),
        whole(gzip.compress(b"x" * 1_000_000), JSON, b"content-encoding: gzip"),
        b"HTTP/1.1 200 OK\r\n%b\r\n\r\n%b" % (JSON, b"x" * (MOST + 1)),
        b"HTTP/1.1 500 No\r\ncontent-length: 99999999\r\n%b\r\n\r\n" % JSON,
    ],
    ids=["declared", "in chunks", "unpacked", "to the end of the connection", "an error"],
)
async def test_a_whole_answer_is_bounded(answer: bytes) -> None:
    http = HttpClient(BOUNDS)
    async with server(says(answer, close=True)) as url:
        with pytest.raises(UpstreamGarbage, match=r"4,096 bytes .upstream.max_answer_bytes"):
            await read(http, url)
    await http.close()


async def test_what_fits_is_read() -> None:
    http = HttpClient(BOUNDS)
    for answer in (whole(b"x" * MOST, JSON), chunked(*[b"x" * 64] * 64)):
        async with server(says(answer, close=True)) as url:
            assert b"".join(await read(http, url)) == b"x" * MOST
    await http.close()


ENDS = st.sampled_from([b"\n\n", b"\r\n\r\n", b"\r\r"])
EVENTS = st.lists(
    st.tuples(st.integers(0, 60), st.integers(0, 3), ENDS).map(
        lambda it: b"data: " + b"x" * it[0] + b"\ny" * it[1] + it[2]
    ),
    max_size=8,
)


@given(events=EVENTS, cuts=st.lists(st.integers(1, 90), min_size=1, max_size=40))
def test_a_stream_of_any_length_passes_in_any_pieces(events: list[bytes], cuts: list[int]) -> None:
    """And one event that is too long does not, whatever came before it."""
    most = 80
    bound = EventBound("stub", most, "most")
    stream, at = b"".join(events) * 4, 0
    passed = b""
    for cut in cuts * (len(stream) // len(cuts) + 1):
        passed += bound.checked(stream[at : at + cut])
        at += cut
    assert passed == stream
    sent = 0

    def go_on() -> None:
        nonlocal sent
        for cut in cuts * 200:
            sent += len(bound.checked(b"z" * cut))

    with pytest.raises(UpstreamGarbage):
        go_on()
    assert sent <= most


@pytest.mark.parametrize("path", CALLERS)
async def test_the_caller_of_a_whole_answer_gets_502(house: House, path: str) -> None:
    http = house.container.gateway._engine.http
    http.settings = replace(http.settings, max_answer_bytes=MOST)
    said = {"role": "assistant", "content": TEXT}
    body = json.dumps({"model": "m", "choices": [{"message": said, "finish_reason": "stop"}]})
    house.lane.always = SocketBytes(data=whole(body.encode(), JSON))
    async with house.post(path, asked(path)) as answer:
        assert answer.status == 502
        assert "upstream.max_answer_bytes" in await answer.text()
    assert house.closed[-1].error_kind == "upstream_garbage"


@pytest.mark.parametrize("path", list(CALLERS)[:3])
async def test_a_stream_with_one_endless_event_ends_in_an_error(house: House, path: str) -> None:
    http = house.container.gateway._engine.http
    http.settings = replace(http.settings, max_event_bytes=MOST)
    first = json.dumps({"model": "m", "choices": [{"index": 0, "delta": {"content": "Hello"}}]})
    endless = b"data: %b\n\ndata: %b" % (first.encode(), b"x" * (4 * MOST))
    head = b"HTTP/1.1 200 OK\r\n%b\r\n\r\n" % STREAM
    house.lane.always = SocketBytes(data=head + endless)
    async with house.post(path, asked(path) | {"stream": True}) as answer:
        said = await answer.text()
    assert "upstream.max_event_bytes" in said
    assert "x" * MOST not in said or path == "/v1/chat/completions"
    assert house.closed[-1].error_kind == "upstream_garbage"


def asked(path: str) -> dict[str, object]:
    words = "ping"
    if path == "/v1/responses":
        return {"model": "gpt-stub", "input": words}
    if path.endswith("generateContent"):
        return {"contents": [{"role": "user", "parts": [{"text": words}]}]}
    message = {"role": "user", "content": words}
    return {"model": "gpt-stub", "max_tokens": 99, "messages": [message]}
