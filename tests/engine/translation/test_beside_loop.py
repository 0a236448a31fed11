"""What is much work is done in a thread, the rest at once."""

from __future__ import annotations

import json
import threading
from collections.abc import Callable
from typing import Any

import pytest

from llmgw_desktop.engine.translation.translation import (
    LARGE_BYTES,
    Translator,
    beside_loop,
    weight_of,
)
from llmgw_desktop.wire.json_steps import is_heavy
from tests.engine.conftest import House


def _thread(told: str) -> tuple[str, int]:
    return told, threading.get_ident()


async def test_small_ones_stay_in_the_loop() -> None:
    assert await beside_loop(LARGE_BYTES - 1, _thread, "x") == ("x", threading.get_ident())


async def test_large_ones_leave_it() -> None:
    told, thread = await beside_loop(LARGE_BYTES, _thread, "x")
    assert told == "x"
    assert thread != threading.get_ident()


@pytest.mark.parametrize("size", [0, LARGE_BYTES])
async def test_what_goes_wrong_is_raised(size: int) -> None:
    with pytest.raises(ValueError, match="invalid literal"):
        await beside_loop(size, int, "x")


def asking(*tools: dict[str, Any]) -> dict[str, Any]:
    functions = [
        {"type": "function", "function": {"name": f"f{at}", "parameters": schema}}
        for at, schema in enumerate(tools)
    ]
    return {
        "model": "claude-stub",
        "messages": [{"role": "user", "content": "hi"}],
        "tools": functions,
    }


def members(count: int) -> dict[str, Any]:
    return {"type": "object", "properties": {f"m{at}": {"type": "string"} for at in range(count)}}


def referring(count: int) -> dict[str, Any]:
    named = {f"m{at}": {"$ref": "#/$defs/all"} for at in range(count)}
    return {"type": "object", "properties": named, "$defs": {"all": members(20)}}


LIGHT = {
    "words": {"model": "claude-stub", "messages": [{"role": "user", "content": "x" * 200_000}]},
    "words about members": {
        "model": "claude-stub",
        "messages": [{"role": "user", "content": '"a": ["b", "c"], ' * 8_000}],
    },
    "an agent's tools": asking(*[members(8)] * 25),
}
HEAVY = {
    "one large schema": asking(members(2_000)),
    "many schemas": asking(*[members(10)] * 200),
    "schemas of nothing": asking({"type": "array", "prefixItems": [{}] * 3_000}),
    "many messages": {
        "model": "claude-stub",
        "messages": [{"role": "user", "content": "hi"}] * 2_000,
    },
    "references": asking(*[referring(10)] * 4),
}
_DOORS: dict[str, Callable[[dict[str, Any]], dict[str, Any]]] = {
    "/v1/chat/completions": lambda asked: asked,
    "/v1/messages/count_tokens": lambda asked: {
        **asked,
        "model": "gpt-stub",
        "tools": [
            {"name": tool["function"]["name"], "input_schema": tool["function"]["parameters"]}
            for tool in asked.get("tools", ())
        ],
    },
}


@pytest.mark.parametrize("asked", LIGHT.values(), ids=LIGHT)
def test_light_ones_weigh_their_bytes(asked: dict[str, Any]) -> None:
    body = json.dumps(asked).encode()
    assert weight_of(body) == len(body) < LARGE_BYTES


@pytest.mark.parametrize("asked", HEAVY.values(), ids=HEAVY)
def test_schemas_weigh_more_than_their_bytes(asked: dict[str, Any]) -> None:
    body = json.dumps(asked).encode()
    assert not is_heavy(body), "or it would be read in steps, and be large anyway"
    assert weight_of(body) >= LARGE_BYTES > len(body)


@pytest.mark.parametrize("path", _DOORS)
@pytest.mark.parametrize("asked", [*LIGHT.values(), *HEAVY.values()], ids=[*LIGHT, *HEAVY])
async def test_schemas_are_translated_beside_the_loop(
    house: House, path: str, asked: dict[str, Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    threads: list[int] = []

    def noting(work: Callable[..., Any]) -> Callable[..., Any]:
        def noted(*given: Any) -> Any:
            threads.append(threading.get_ident())
            return work(*given)

        return noted

    for work in ("translated", "_tokens"):
        monkeypatch.setattr(Translator, work, noting(getattr(Translator, work)))
    async with house.post(path, _DOORS[path](asked)) as answer:
        assert answer.status == 200, await answer.text()
    assert len(threads) == 1
    assert (threads[0] == threading.get_ident()) is (asked in LIGHT.values())
