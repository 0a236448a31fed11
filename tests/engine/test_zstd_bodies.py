"""Zstandard bodies come out whole and in bounded steps."""

from __future__ import annotations

import os

import pytest
from backports import zstd

from llmgw_desktop.engine.loop.large_bodies import STEP_BYTES, Garbled, ZstdUnpacker
from tests.engine.conftest import House


def unpacked(packed: bytes) -> bytes:
    unpacker = ZstdUnpacker()
    unpacker.feed(packed)
    parts = []
    while not unpacker.is_hungry:
        parts.append(unpacker.step())
        assert len(parts[-1]) <= STEP_BYTES
    assert unpacker.is_whole
    return b"".join(parts)


@pytest.mark.parametrize("body", [b"", b"a", b"abc " * 500_000, os.urandom(300_000)])
def test_comes_out_as_it_was(body: bytes) -> None:
    assert unpacked(zstd.compress(body)) == body
    assert unpacked(zstd.compress(body) + zstd.compress(b"more")) == body + b"more"


@pytest.mark.parametrize("packed", [b"no zstd at all", zstd.compress(b"x" * 99) + b"junk"])
def test_garbage_is_said_to_be_so(packed: bytes) -> None:
    with pytest.raises(Garbled):
        unpacked(packed)


@pytest.mark.parametrize("body", [b"", b"tiny"])
def test_frames_of_hardly_anything_take_few_steps(body: bytes) -> None:
    """Each of them once cost a copy of all that was still to come."""
    packed = zstd.compress(body) * 10_000
    unpacker = ZstdUnpacker()
    unpacker.feed(packed)
    parts = []
    while not unpacker.is_hungry:
        parts.append(unpacker.step())
    assert b"".join(parts) == body * 10_000
    assert unpacker.is_whole
    assert len(parts) <= len(packed) / 1000


def test_what_stands_before_the_garbage_comes_out() -> None:
    unpacker = ZstdUnpacker()
    unpacker.feed(zstd.compress(b"good") + b"junk")
    assert unpacker.step() == b"good"
    with pytest.raises(Garbled):
        unpacker.step()


def test_a_part_is_not_the_whole() -> None:
    unpacker = ZstdUnpacker()
    unpacker.feed(zstd.compress(os.urandom(5000))[:-5])
    while not unpacker.is_hungry:
        unpacker.step()
    assert not unpacker.is_whole


async def test_at_the_door(house: House) -> None:
    asked = b'{"model":"practice/echo","input":"say pong"}'
    headers = {**house.headers(), "Content-Encoding": "zstd", "Content-Type": "application/json"}
    url = f"{house.url}/backend-api/codex/responses"
    async with house.session.post(url, data=zstd.compress(asked), headers=headers) as reply:
        assert reply.status == 200, await reply.text()
    bomb = zstd.compress(b" " * 50_000_000)  # the house takes 1 MB
    async with house.session.post(url, data=bomb, headers=headers) as reply:
        assert reply.status == 413
    async with house.session.post(url, data=bomb[:-3], headers=headers) as reply:
        assert reply.status in (400, 413)


async def test_a_key_in_the_query_opens_geminis_doors_alone(house: House) -> None:
    key = house.headers()["Authorization"].removeprefix("Bearer ")
    body = {"contents": [{"parts": [{"text": "hi"}]}]}
    path = f"/v1beta/models/practice/echo:generateContent?key={key}"
    async with house.session.post(f"{house.url}{path}", json=body) as reply:
        assert reply.status == 200
    chat = {"model": "practice/echo", "messages": [{"role": "user", "content": "hi"}]}
    path = f"/v1/chat/completions?key={key}"
    async with house.session.post(f"{house.url}{path}", json=chat) as reply:
        assert reply.status == 401
    assert key not in str(house.closed)
