"""A body that drips is not waited for for ever, and one that is slow and honest is read."""

from __future__ import annotations

import asyncio
import json
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from llmgw_desktop.engine.front.http_caller import Pace
from llmgw_desktop.engine.http1 import MOST_BESIDE_BYTES
from tests.engine.conftest import House

PATIENCE_S = 20.0
BODY = json.dumps({"model": "gpt-stub", "messages": [{"role": "user", "content": "ping"}]}).encode()
PACE = Pace(piece_s=30.0, least_rate=512, longest_s=900.0)


@given(
    pieces=st.lists(st.tuples(st.floats(0, 40), st.integers(1, 100_000)), max_size=30),
    pace=st.sampled_from([PACE, replace(PACE, least_rate=0), replace(PACE, longest_s=60.0)]),
)
def test_what_keeps_to_it_is_read_and_the_rest_is_not(
    pieces: list[tuple[float, int]], pace: Pace
) -> None:
    """Each piece after so many seconds; a virtual clock."""
    took_s, came = 0.0, 0
    for after_s, size in pieces:
        wait_s = pace.wait_s(took_s, came)
        assert 0 <= wait_s <= pace.piece_s
        if after_s > wait_s:
            assert pace.why(took_s + wait_s, came)
            break
        took_s, came = took_s + after_s, came + size
        assert took_s <= pace.longest_s + 0.001
        if pace.least_rate:
            assert took_s <= pace.grace_s + came / pace.least_rate + 0.001


def test_one_byte_in_five_seconds_is_given_up_after_half_a_minute() -> None:
    took_s, came = 0.0, 0
    while PACE.wait_s(took_s, came) >= 5.0:
        took_s, came = took_s + 5.0, came + 1
    assert 20.0 <= took_s <= 35.0
    assert "too slowly" in PACE.why(took_s + 4.0, came)
    assert "http.least_body_rate" in PACE.why(took_s + 4.0, came)
    assert "http.max_body_s" in PACE.why(900.0, 10**6)
    assert "Nothing came" in PACE.why(30.0, 0)


def head(house: House, *lines: str) -> bytes:
    host = house.url.removeprefix("http://")
    own = ("POST /v1/chat/completions HTTP/1.1", f"Host: {host}", "Content-Type: application/json")
    key = f"Authorization: {house.headers()['Authorization']}"
    return "\r\n".join([*own, key, *lines, "", ""]).encode()


async def told(house: House, *pieces: bytes, every_s: float = 0.0) -> tuple[int, bytes]:
    """Status and body of the answer; pieces are sent as long as anybody takes them."""
    reader, writer = await asyncio.open_connection(*house.url.removeprefix("http://").split(":"))

    async def send() -> None:
        for piece in pieces:
            writer.write(piece)
            await writer.drain()
            await asyncio.sleep(every_s)

    sending = asyncio.create_task(send())
    async with asyncio.timeout(PATIENCE_S):
        answer = await reader.readuntil(b"\r\n\r\n")
        length = int(answer.lower().partition(b"content-length:")[2].split()[0])
        body = await reader.readexactly(length)
    sending.cancel()
    writer.close()
    return int(answer.split()[1]), body


@pytest.mark.parametrize(
    ("pace", "words"),
    [
        (Pace(piece_s=0.3, grace_s=0.3, least_rate=4096), b"http.least_body_rate"),
        (Pace(piece_s=0.3, longest_s=0.6), b"http.max_body_s"),
    ],
)
async def test_who_drips_with_a_key_is_told_so_and_cut_off(
    house: House, pace: Pace, words: bytes
) -> None:
    server = house.container.gateway._engine.server
    server._terms = replace(server._terms, pace=pace)
    asked = head(house, "Content-Length: 100000")
    status, body = await told(house, asked, *[b" " * 5] * 10_000, every_s=0.05)
    assert status == 408
    assert words in body
    assert house.closed[-1].error_kind == "request_stalled"


async def test_a_chunked_body_is_a_body_and_not_what_stands_beside_it(house: House) -> None:
    asked = head(house, "Transfer-Encoding: chunked")
    one_by_one = [b"1\r\n%c\r\n" % byte for byte in BODY]
    status, _ = await told(house, asked, b"".join(one_by_one), b"0\r\n\r\n")
    assert status == 200
    padded = b"%x;%b\r\n%b\r\n0\r\n\r\n" % (len(BODY), b"a" * (2 * MOST_BESIDE_BYTES), BODY)
    status, body = await told(house, asked, padded)
    assert status == 400
    assert b"its chunks hold too little" in body
    assert len(house.lane.requests) == 1
