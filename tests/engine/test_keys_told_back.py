"""A provider that repeats our key: nobody hears of it, neither in words nor in headers."""

from __future__ import annotations

from collections import deque
from typing import Any

import pytest
from multidict import CIMultiDict

from llmgw_desktop.engine.upstream.keys import MASK, MOST_BYTES, KeylessError, without_key
from tests.engine.conftest import House
from tests.support.answers import Behaviour, Raw, json_with_200, stream_of

KEY = "sk-provider"
"""As the house's settings have it."""
ECHO = b'{"error": {"message": "the key %s is odd", "type": "odd"}}' % KEY.encode()
JSON = {"Content-Type": "application/json"}


async def _all_that_is_told(house: House, model: str, **fields: Any) -> bytes:
    ask = {"model": model, "messages": [{"role": "user", "content": "ping"}], **fields}
    async with house.post("/v1/chat/completions", ask) as answer:
        head = "".join(f"{name}: {value}\n" for name, value in answer.headers.items())
        return head.encode() + await answer.read()


@pytest.mark.parametrize("model", ["gpt-stub", "claude-stub"])
@pytest.mark.parametrize("status", [400, 401, 404, 429, 500])
async def test_not_in_an_error(house: House, model: str, status: int) -> None:
    headers = {**JSON, "x-echo": f"Bearer {KEY}", "x-kept": "yes"}
    cut = len(ECHO) // 2
    house.lane.always = Raw(status=status, headers=headers, frames=(ECHO[:cut], ECHO[cut:]))
    told = await _all_that_is_told(house, model)
    assert KEY.encode() not in told
    if model == "gpt-stub" and status != 401:
        assert MASK in told, "the rest is passed on as it came"
        assert b"x-kept: yes" in told


@pytest.mark.parametrize(
    "behaviour",
    [json_with_200(ECHO), stream_of(b"data: " + ECHO + b"\n\n")],
)
async def test_not_in_an_error_behind_a_good_status(house: House, behaviour: Behaviour) -> None:
    house.lane.always = behaviour
    is_streamed = behaviour != json_with_200(ECHO)
    assert KEY.encode() not in await _all_that_is_told(house, "gpt-stub", stream=is_streamed)


async def test_a_good_answer_is_the_models_own(house: House) -> None:
    """Somebody may well be writing his own settings with its help."""
    said = b'{"choices":[{"message":{"content":"%s"},"finish_reason":"stop"}]}' % KEY.encode()
    house.lane.always = json_with_200(said)
    assert KEY.encode() in await _all_that_is_told(house, "gpt-stub")


class _Told:
    """An error in pieces."""

    status = 400

    def __init__(self, *pieces: bytes) -> None:
        self.headers: CIMultiDict[str] = CIMultiDict()
        self._pieces = deque(pieces)

    async def read(self) -> bytes:
        return self._pieces.popleft() if self._pieces else b""

    def said_all(self) -> None:
        """Nothing follows from it here."""

    async def close(self) -> None:
        """Nothing is open."""


async def _read(answer: KeylessError) -> bytes:
    told = b""
    while piece := await answer.read():
        told += piece
    return told


async def test_however_it_is_spelled() -> None:
    key = "a/key+of/letters"
    told = await _read(KeylessError(_Told(b"a/key", b"+of/letters a\\/key+of\\/letters "), key))
    assert told == MASK + b" " + MASK + b" "
    assert await _read(KeylessError(_Told(b"?key=a%2Fkey%2Bof%2Fletters"), key)) == b"?key=" + MASK
    assert await _read(KeylessError(_Told(b"short"), "or")) == b"short", "it is found in words"
    assert await _read(KeylessError(_Told(), key)) == b""


async def test_an_endless_error_is_not_gathered() -> None:
    piece = b"x" * (MOST_BYTES // 4)
    answer = KeylessError(_Told(*[piece] * 9), "the-key-of-it")
    assert len(await answer.read()) == MOST_BYTES + len(piece)
    assert len(await answer.read()) == len(piece)


def test_headers_without_it_are_the_same_object() -> None:
    headers = CIMultiDict([("a", "b"), ("c", "x the-key-of-it y"), ("a", "d")])
    assert without_key(headers, "another-key-of-it") is headers
    assert list(without_key(headers, "the-key-of-it").items()) == [("a", "b"), ("a", "d")]
