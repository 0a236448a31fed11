"""A header that comes twice is taken wherever that leaves no doubt, and refused where it does."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Sequence

import pytest

from tests.engine.conftest import House, as_new

pytestmark = pytest.mark.asyncio(loop_scope="module")


@pytest.fixture
def house(standing_house: House) -> House:
    return as_new(standing_house)


CHAT = {"model": "gpt-stub", "messages": [{"role": "user", "content": "ping"}]}
MESSAGES = {"model": "claude-stub", "max_tokens": 9, "messages": CHAT["messages"]}
PLACES = {"/v1/chat/completions": CHAT, "/v1/messages": MESSAGES}


def request(house: House, path: str, *lines: str) -> bytes:
    """A whole request; `lines` stand before those that it needs."""
    body = json.dumps(PLACES[path]).encode()
    needed = [
        f"Host: {house.url.removeprefix('http://')}",
        f"Authorization: {house.headers()['Authorization']}",
        "Content-Type: application/json",
        f"Content-Length: {len(body)}",
    ]
    head = "\r\n".join([f"POST {path} HTTP/1.1", *lines, *needed])
    return head.encode() + b"\r\n\r\n" + body


async def answered(house: House, *asked: Sequence[bytes]) -> list[tuple[int, bytes]]:
    """Status and body of the answer to each request, which is sent in these pieces."""
    host, port = house.url.removeprefix("http://").split(":")
    reader, writer = await asyncio.open_connection(host, int(port))
    found = []
    try:
        async with asyncio.timeout(10):
            for pieces in asked:
                for piece in pieces:
                    writer.write(piece)
                    for _ in range(5):  # the door has the same loop: it reads each by itself
                        await asyncio.sleep(0)
                head = await reader.readuntil(b"\r\n\r\n")
                length = int(head.lower().partition(b"content-length:")[2].split()[0])
                found.append((int(head.split()[1]), await reader.readexactly(length)))
            return found
    finally:
        writer.close()
        await writer.wait_closed()


async def test_two_names_of_a_program_are_one(house: House):
    asked = request(house, "/v1/chat/completions", "User-Agent: pydantic-ai/2", "user-agent: genai")
    [(status, _)] = await answered(house, [asked])
    assert status == 200


@pytest.mark.parametrize("at", [10, 60, 90, 300])
async def test_in_whatever_pieces_the_head_comes(house: House, at: int):
    asked = request(house, "/v1/chat/completions", "User-Agent: one", "User-Agent: another")
    [(status, _)] = await answered(house, [asked[:at], asked[at:]])
    assert status == 200


async def test_the_connection_serves_on(house: House):
    twice = request(house, "/v1/chat/completions", "User-Agent: one", "User-Agent: another")
    once = request(house, "/v1/messages")
    found = await answered(house, [twice], [once], [twice], [twice])
    assert [status for status, _ in found] == [200] * 4


async def test_a_body_is_not_touched(house: House):
    words = "\r\nUser-Agent: a\r\nUser-Agent: b\r\n\r\n"
    body = json.dumps({"model": "gpt-stub", "messages": [{"role": "user", "content": words}]})
    head = request(house, "/v1/chat/completions", "User-Agent: one", "User-Agent: another")
    head = head.partition(b"Content-Length")[0] + b"X-Words: 1\r\n"
    asked = head + f"Content-Length: {len(body)}\r\n\r\n{body}".encode()
    [(status, _)] = await answered(house, [asked])
    assert status == 200
    assert house.lane.only.json()["messages"][0]["content"] == words


@pytest.mark.parametrize("line", ["Host: evil.example", "Content-Type: text/plain"])
@pytest.mark.parametrize("path", PLACES)
async def test_what_must_be_single_is_refused_in_the_caller_s_words(
    house: House, path: str, line: str
):
    [(status, body)] = await answered(house, [request(house, path, line)])
    assert status == 400
    told = json.loads(body)
    assert line.partition(":")[0] in told["error"]["message"]
    assert ("type" in told) is (path == "/v1/messages")
    assert house.lane.requests == []


@pytest.mark.parametrize(
    ("line", "words"),
    [
        ("Content-Length: 5", b"Content-Length came more than once"),
        ("Transfer-Encoding: chunked", b"not well-formed HTTP"),
    ],
)
async def test_two_ends_of_a_body_are_no_http(house: House, line: str, words: bytes):
    asked = request(house, "/v1/chat/completions", line, "User-Agent: a", "User-Agent: b")
    [(status, body)] = await answered(house, [asked])
    assert status == 400
    assert words in body
    assert house.lane.requests == []
