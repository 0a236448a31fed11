"""A large body is passed on like a small one, and nobody else waits for it."""

from __future__ import annotations

import asyncio
import json
import time

import pytest

from llmgw_desktop.domain.errors import MalformedRequest
from llmgw_desktop.wire.json_edits import read_object
from llmgw_desktop.wire.json_steps import is_heavy
from tests.engine.conftest import House, as_new
from tests.support.answers import Raw

in_one_loop = pytest.mark.asyncio(loop_scope="module")


@pytest.fixture
def house(standing_house: House) -> House:
    return as_new(standing_house)


SIZE = 900_000
DOORS = [("/v1/messages", "claude", "claude-stub"), ("/v1/chat/completions", "chat", "gpt-stub")]


def large(model: str, inside: bytes, *more: bytes) -> bytes:
    """The model's name stands last, which is the hardest place to find it."""
    start = b'{"messages":[{"role":"user","content":"hi"}],"max_tokens":9,"metadata":' + inside
    return b",".join((start, *more, b'"model" : "%b" }\n' % model.encode()))


TEXT = b'"' + b'\\\\ \\"model\\":\\"x\\" \\ud83d\\ude00' * (SIZE // 40) + b'"'
LISTS = b"[" + b",".join([b"[]"] * (SIZE // 3)) + b"]"
OBJECTS = b"[" + b",".join([b'{"model":"x"}'] * (SIZE // 14)) + b"]"
DEEP = b"[" + b",".join([b"[" * 500 + b"]" * 500] * (SIZE // 1001)) + b"]"


def posting(house: House, path: str, body: bytes) -> object:
    headers = {**house.headers(), "Content-Type": "application/json"}
    return house.session.post(f"{house.url}{path}", data=body, headers=headers)


@in_one_loop
@pytest.mark.parametrize(("path", "provider", "model"), DOORS)
@pytest.mark.parametrize(
    "inside", [TEXT, LISTS, OBJECTS, DEEP], ids=["text", "lists", "objects", "deep"]
)
async def test_it_goes_on_byte_for_byte_but_for_the_models_name(
    house: House, path: str, provider: str, model: str, inside: bytes
) -> None:
    body = large(f"{provider}/{model}", inside)
    assert is_heavy(body)
    async with posting(house, path, body) as answer:
        assert answer.status == 200, await answer.text()
    assert house.lane.only.body == large(model, inside)
    assert house.closed[0].model_asked == f"{provider}/{model}"
    assert house.closed[0].request_bytes == len(body)


@in_one_loop
async def test_usage_is_asked_for_in_its_stream(house: House) -> None:
    body = large("chat/gpt-stub", TEXT, b'"stream":true')
    async with posting(house, "/v1/chat/completions", body) as answer:
        await answer.read()
    sent = house.lane.only.body
    added = b',"stream_options":{"include_usage":true}'
    assert sent == large("gpt-stub", TEXT, b'"stream":true')[:-2] + added + b"}\n"


WORDS = "large " * 60_000
ASKED = [
    (
        "/v1/messages",
        {"model": "gpt-stub", "max_tokens": 9, "messages": [{"role": "user", "content": WORDS}]},
    ),
    (
        "/v1/messages",
        {
            "model": "claude-stub",
            "max_tokens": 9,
            "messages": [
                {"role": "user", "content": WORDS},
                {
                    "role": "assistant",
                    "content": [
                        {"type": "thinking", "thinking": "", "signature": ""},
                        {"type": "text", "text": "yes"},
                    ],
                },
                {"role": "user", "content": "again"},
            ],
        },
    ),
    (
        "/v1/chat/completions",
        {"model": "claude-stub", "messages": [{"role": "user", "content": WORDS}]},
    ),
    ("/v1/responses", {"model": "gpt-stub", "input": WORDS, "store": False}),
    (
        "/v1beta/models/claude-stub:generateContent",
        {"contents": [{"role": "user", "parts": [{"text": WORDS}]}]},
    ),
]


@in_one_loop
@pytest.mark.parametrize(("path", "asked"), ASKED)
async def test_what_has_to_be_read_whole_is_read(
    house: House, path: str, asked: dict[str, object]
) -> None:
    body = json.dumps(asked).encode()
    assert is_heavy(body)
    async with posting(house, path, body) as answer:
        assert answer.status == 200, await answer.text()
    assert WORDS.encode() in house.lane.only.body
    assert b'"signature"' not in house.lane.only.body


@in_one_loop
@pytest.mark.parametrize(("path", "provider", "model"), DOORS)
@pytest.mark.parametrize(
    ("spoil", "words"),
    [
        (lambda body: body[:-3], "not valid JSON"),
        (lambda body: body.replace(b"]]", b"],]", 1), "not valid JSON"),
        (lambda body: body[:-2] + b',"m\\u006fdel":"other"}', "given once"),
        (lambda body: body.replace(b'"model" :', b'"modell":'), "model name is required"),
        (lambda body: body[:-2] + b',"stream":1}', "true or false"),
        (lambda body: b"[" + body + b"]", "not a JSON object"),
    ],
    ids=["cut", "a comma too many", "two models", "no model", "a stream that is none", "a list"],
)
async def test_a_faulty_one_is_refused_as_a_small_one_is(
    house: House, path: str, provider: str, model: str, spoil: object, words: str
) -> None:
    body = spoil(large(f"{provider}/{model}", LISTS))
    async with posting(house, path, body) as answer:
        assert answer.status == 400
        assert words in (await answer.json())["error"]["message"]
    assert house.closed[0].error_kind == "malformed_request"
    assert not house.lane.requests


@in_one_loop
async def test_practice_does_not_read_bombs(house: House) -> None:
    async with posting(house, "/v1/messages", large("practice/echo", LISTS)) as answer:
        assert answer.status == 413
        assert (await answer.json())["error"]["type"] == "request_too_large"


@in_one_loop
@pytest.mark.parametrize("inside", [LISTS, OBJECTS, DEEP], ids=["lists", "objects", "deep"])
async def test_others_have_their_turns_meanwhile(house: House, inside: bytes) -> None:
    """Compared with what the reading of this body takes at a stretch, here and now.

    One goes before: the first compiles patterns and opens a connection, once for all.
    """
    house.lane.always = Raw(headers={"Content-Type": "application/json"}, frames=(b"{}",))
    async with posting(house, "/v1/chat/completions", large("gpt-stub", inside)) as answer:
        assert answer.status == 200
    body = large("gpt-stub", inside)
    before = time.thread_time()
    read_object(body)
    at_a_stretch_s = time.thread_time() - before
    longest_s = 0.0

    async def watch() -> None:
        nonlocal longest_s
        while True:
            before = time.thread_time()
            await asyncio.sleep(0)
            longest_s = max(longest_s, time.thread_time() - before)

    watching = asyncio.create_task(watch())
    async with posting(house, "/v1/chat/completions", body) as answer:
        assert answer.status == 200
    watching.cancel()
    assert longest_s < at_a_stretch_s / 2


def test_the_bodies_here_are_valid() -> None:
    for inside in (TEXT, LISTS, OBJECTS, DEEP):
        assert json.loads(large("m", inside))["model"] == "m"
    with pytest.raises(MalformedRequest):
        read_object(large("m", LISTS)[:-3])
