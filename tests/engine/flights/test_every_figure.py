"""Every figure of every shape of usage, from four vendors to five dialects: what the flight says of
it, with its provenance, and what the caller is told.

What is right is reckoned in `tests/support/usage_shapes.py` and here, by the rules of
docs/figures.md, and never by the gateway's own code.
"""

from __future__ import annotations

import asyncio
import json
import re
from collections.abc import AsyncIterator, Iterator
from dataclasses import replace
from typing import Any

import pytest
import pytest_asyncio

from llmgw_desktop.domain.flights.flight import FlightSummary
from llmgw_desktop.domain.provider import ModelProtocol
from llmgw_desktop.domain.usage import Figure
from tests.engine.conftest import House, house_in
from tests.support.answers import Behaviour, Delivery, SocketBytes, json_with_200, stream_of
from tests.support.usage_shapes import PRICES, VENDORS, Figures, Shape, Vendor, shapes
from tests.wire.usage_ways import frames, whole

pytestmark = pytest.mark.asyncio(loop_scope="module")

WORDS = "Say yes, please, in just one single word."
PROMPT_TOKENS = -(-len(WORDS) // 4)
ANSWER_TOKENS = 1  # of "yes"
MODELS: dict[Vendor, str] = {
    "anthropic": "claude-stub",
    "chat": "gpt-stub",
    "responses": "resp-stub",
    "gemini": "gemini-stub",
}
PROTOCOLS: dict[Vendor, ModelProtocol] = {
    "anthropic": ModelProtocol.ANTHROPIC,
    "chat": ModelProtocol.OPENAI_CHAT,
    "responses": ModelProtocol.OPENAI_RESPONSES,
    "gemini": ModelProtocol.GEMINI,
}
PROVIDERS = """
[providers.answers]
kind = "openai-compatible"
base_url = "{base_url}"
api_key_env = "STUB_KEY"
protocols = ["openai-responses"]
models = ["resp-stub"]
local = true
[providers.google]
kind = "google"
base_url = "{root_url}/v1beta"
api_key_env = "STUB_KEY"
models = ["gemini-stub"]
local = true
"""
SAID = [{"role": "user", "content": WORDS}]
DOORS: dict[str, tuple[str, dict[str, Any]]] = {
    "anthropic": ("/v1/messages", {"max_tokens": 99, "messages": SAID}),
    "chat": ("/v1/chat/completions", {"messages": SAID}),
    "responses": ("/v1/responses", {"input": SAID}),
    "codex": ("/backend-api/codex/responses", {"input": SAID, "store": False}),
    "gemini": (
        "/v1beta/models/{model}:{action}",
        {"contents": [{"role": "user", "parts": [{"text": WORDS}]}]},
    ),
}
NAMES = {
    "input": Figure.INPUT,
    "output": Figure.OUTPUT,
    "read": Figure.CACHE_READ,
    "write": Figure.CACHE_WRITE,
    "reasoning": Figure.REASONING,
}
MARKS = {
    "input": "input_tokens",
    "output": "output_tokens",
    "read": "cache_read_tokens",
    "write": "cache_write_tokens",
    "reasoning": "reasoning_tokens",
}
SUMS = ("input", "output")
DEMANDED: dict[str, tuple[str, ...]] = {
    "anthropic": SUMS,
    "chat": SUMS,
    "codex": SUMS,
    "responses": tuple(NAMES),
    "gemini": (),
}
"""Of each dialect: numbers without which its clients take no usage."""
Heard = tuple[dict[str, Any], frozenset[str]]
"""A usage as the caller's dialect tells it, and the names of what is marked as estimated."""


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def house(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[House]:
    async with house_in(tmp_path_factory.mktemp("figures") / "home", PRICES) as house:
        # the stand-in's address is known only when it runs, so the tables are written then
        config = house.container.places.config_file
        more = PROVIDERS.format(base_url=house.lane.base_url, root_url=house.lane.root_url)
        config.write_text(config.read_text() + more)
        house.container.check_settings()
        yield house


@pytest.mark.parametrize("streaming", [False, True], ids=["whole", "stream"])
@pytest.mark.parametrize("caller", DOORS)
@pytest.mark.parametrize("vendor", VENDORS)
async def test_every_shape(house: House, vendor: Vendor, caller: str, streaming: bool) -> None:
    found = []
    for shape in shapes(vendor, streaming=streaming):
        try:
            faults = [fault async for fault in _faults(house, vendor, caller, shape, streaming)]
        except Exception as error:
            error.add_note(f"in the cell {shape.name!r}")
            raise
        found += [f"{shape.name}: {fault}" for fault in faults]
    assert not found, "\n".join([f"{len(found)} faults", *found])


async def _faults(
    house: House, vendor: Vendor, caller: str, shape: Shape, streaming: bool
) -> AsyncIterator[str]:
    flight, heard, sum_told = await _flown(house, vendor, caller, shape, streaming)
    says = _with_estimates(shape, vendor, caller)
    for name, figure in NAMES.items():
        right = says.known.get(name), says.provenance(name)
        told = _tokens(flight, name), str(flight.provenance(figure))
        if told != right:
            yield f"the flight's {name} is {told}, not {right}"
    for fault in _cost_faults(flight, says):
        yield fault
    if caller == "chat" and not streaming:
        right_sum = None if None in (says.input, says.output) else says.input + says.output  # type: ignore[operator]
        if sum_told != right_sum:
            yield f"the caller is told a sum of {sum_told}, not {right_sum}"
    for fault in _heard_faults(vendor, caller, shape, says, heard):
        yield fault


def _cost_faults(flight: FlightSummary, says: Figures) -> Iterator[str]:
    usd, provenance = says.cost()
    told = flight.cost_usd
    is_right = told is None if usd is None else told is not None and abs(told - usd) < 1e-12
    if not is_right or flight.provenance(Figure.COST) != provenance:
        yield f"the cost is {told} {flight.provenance(Figure.COST)}, not {usd} {provenance}"
    if flight.is_billed_by_vendor != (says.bill is not None):
        yield f"billed by the vendor: {flight.is_billed_by_vendor}"
    if says.bill is not None:
        listed = says.by_prices()[0]
        if listed is None or abs((flight.list_cost_usd or 0) - listed) > 1e-12:
            yield f"the cost by prices is {flight.list_cost_usd}, not {listed}"
    billing = flight.usage.billing
    if bool(billing.unsound) != says.is_unsound:
        yield f"unsound: {billing.unsound}"
    if bool(billing.not_understood) != says.is_strange:
        yield f"not understood: {billing.not_understood}"


def _with_estimates(shape: Shape, vendor: Vendor, caller: str) -> Figures:
    """With what the gateway counts because the caller's dialect demands it: Anthropic's wants the
    prompt with the first word, OpenAI's have no usage where neither of its sums was told."""
    says, demanded = shape.says, DEMANDED[caller]
    if caller == vendor or (shape.way == "late" and vendor == "anthropic"):
        return says  # what comes after Anthropic's last word, its callers have not heard
    if caller != "anthropic" and not (shape.is_whole and says.known.keys() & set(SUMS)):
        return says
    if not shape.is_whole:
        demanded = ("input",)
    counted = {"input": PROMPT_TOKENS, "output": ANSWER_TOKENS, "read": 0, "write": 0}
    counted |= {"reasoning": 0}
    missing = [name for name in demanded if name not in says.known]
    estimates: dict[str, Any] = {name: counted[name] for name in missing}
    return replace(says, **estimates, estimated=frozenset(missing))


def _heard_faults(
    vendor: Vendor, caller: str, shape: Shape, says: Figures, heard: Heard
) -> Iterator[str]:
    raw, marks = heard
    if caller == vendor:
        is_object = isinstance(shape.usage, dict)
        if shape.way == "plain" and raw != (shape.usage if is_object else {}):
            yield f"the caller is told {raw}, not what came: {shape.usage}"
        if marks:
            yield f"marked as estimated, though it is passed on as it came: {marks}"
        return
    if says.is_unsound and shape.name.startswith("more"):
        return  # what contradicts itself cannot be said in each dialect
    figures, right = _read_back(caller, raw), _sayable(caller, says)
    if not shape.is_whole or shape.way == "late":  # only what the beginning may have told
        figures.pop("output", None)
        right = {name: each for name, each in right.items() if name in figures}
    if figures != right:
        yield f"the caller is told {figures}, not {right}"
    named = frozenset(MARKS[name] for name in says.estimated & figures.keys())
    if shape.way == "plain" and marks != named:
        yield f"marked as estimated are {set(marks)}, not {set(named)}"


def _sayable(caller: str, says: Figures) -> dict[str, int]:
    """What the dialect has words for."""
    figures = says.known
    if caller == "gemini" or (caller == "codex" and "read" not in figures):
        figures.pop("write", None)  # details of a prompt want the cached tokens first of all
    if caller not in ("anthropic", "gemini") and not figures.keys() >= set(SUMS):
        return {}
    return figures


async def _flown(
    house: House, vendor: Vendor, caller: str, shape: Shape, streaming: bool
) -> tuple[FlightSummary, Heard, int | None]:
    before = len(house.closed)
    house.lane.forget()
    house.lane.then(_behaviour(vendor, shape, streaming))
    path, body = DOORS[caller]
    if caller == "gemini":
        action = "streamGenerateContent?alt=sse" if streaming else "generateContent"
        path = path.format(model=MODELS[vendor], action=action)
    else:
        body = {**body, "model": MODELS[vendor], "stream": streaming}
        if caller == "chat" and streaming:
            body["stream_options"] = {"include_usage": True}
    async with asyncio.timeout(30), house.post(path, body) as answer:
        told = b""
        assert answer.status == 200, await answer.text()
        while b"yes" not in told if shape.way == "leave" else not answer.content.at_eof():
            told += await answer.content.readany()
        if shape.way == "leave":
            answer.close()
        mark = answer.headers.get("x-llmgw-estimated", "")
        flight_id = answer.headers["x-llmgw-flight"]
    async with asyncio.timeout(30):
        while len(house.closed) == before:
            await asyncio.sleep(0.001)
    (flight,) = house.closed[before:]
    assert flight.id == flight_id
    if streaming:
        return flight, _heard_in_stream(caller, told), None
    answered = json.loads(told)
    usage = answered.get("usageMetadata" if caller == "gemini" else "usage")
    usage = usage if isinstance(usage, dict) else {}
    sum_told = answered.get("x_gateway", {}).get("tokensUsed")
    return flight, (usage, frozenset(filter(None, mark.split(", ")))), sum_told


def _behaviour(vendor: Vendor, shape: Shape, streaming: bool) -> Behaviour:
    protocol, more = PROTOCOLS[vendor], shape.more
    if not streaming:
        return json_with_200(whole(protocol, shape.usage, **more))
    said = frames(protocol, shape.usage, begun=shape.begun, **more)
    at = -2 if vendor in ("anthropic", "chat") else -1  # of the frame with the usage
    if shape.way == "plain":
        return stream_of(*said)
    if shape.way == "leave":
        return stream_of(*said[:at], delivery=Delivery(linger=True))
    if shape.way == "late":
        return stream_of(*_late(vendor, shape, said))
    sent = b"".join(said[:at] if shape.way == "cut" else [*said[:at], said[at][:-20]])
    head = (
        b"HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nTransfer-Encoding: chunked\r\n\r\n"
    )
    return SocketBytes(data=b"%b%x\r\n%b\r\n" % (head, len(sent), sent))


def _late(vendor: Vendor, shape: Shape, said: list[bytes]) -> list[bytes]:
    """The usage after the last word, with it in one piece: who has the last word may leave."""
    if vendor == "gemini":
        silent = frames(PROTOCOLS[vendor], None)
        usage = json.dumps({"usageMetadata": shape.usage, "modelVersion": "m"}).encode()
        return [*silent[:-1], silent[-1] + b"data: %b\n\n" % usage]
    if vendor == "anthropic":
        silent = frames(PROTOCOLS[vendor], {})
        return [*silent[:-1], silent[-1] + said[-2]]
    return [*said[:-2], said[-1] + said[-2]]


def _heard_in_stream(caller: str, told: bytes) -> Heard:
    """The usage as it stands at the end, with the mark in front of the event that told it last."""
    usage: dict[str, Any] = {}
    marks = pending = frozenset[str]()
    for block in re.split(r"\r?\n\r?\n", told.decode()):
        for line in block.splitlines():
            if line.startswith(": x-llmgw-estimated "):
                pending = frozenset(line.removeprefix(": x-llmgw-estimated ").split(", "))
            if found := _usage_in(caller, line):
                usage = {**usage, **found} if caller == "anthropic" else found
                marks, pending = pending, frozenset()
    return usage, marks


def _usage_in(caller: str, line: str) -> dict[str, Any]:
    if not line.startswith("data: {"):
        return {}
    try:
        event = json.loads(line.removeprefix("data: "))
    except ValueError:
        return {}  # torn
    if caller == "gemini":
        found = event.get("usageMetadata")
    elif caller in ("responses", "codex"):
        found = (event.get("response") or {}).get("usage")
    else:
        found = (event.get("message") or event).get("usage")
    return found if isinstance(found, dict) else {}


def _read_back(caller: str, raw: dict[str, Any]) -> dict[str, int]:
    """The figures that a program of this dialect takes from a usage; null tells nothing."""
    if caller == "anthropic":
        read, write = raw.get("cache_read_input_tokens"), raw.get("cache_creation_input_tokens")
        fresh = raw.get("input_tokens")
        found = {
            "input": None if fresh is None else fresh + (read or 0) + (write or 0),
            "output": raw.get("output_tokens"),
            "read": read,
            "write": write,
            "reasoning": (raw.get("output_tokens_details") or {}).get("thinking_tokens"),
        }
    elif caller == "gemini":
        thoughts, made = raw.get("thoughtsTokenCount"), raw.get("candidatesTokenCount")
        found = {
            "input": raw.get("promptTokenCount"),
            "output": None if made is None else made + (thoughts or 0),
            "read": raw.get("cachedContentTokenCount"),
            "reasoning": thoughts,
        }
    else:
        asked, made = ("prompt", "completion") if caller == "chat" else ("input", "output")
        prompt = raw.get(f"{asked}_tokens_details") or {}
        answer = raw.get(f"{made}_tokens_details") or {}
        found = {
            "input": raw.get(f"{asked}_tokens"),
            "output": raw.get(f"{made}_tokens"),
            "read": prompt.get("cached_tokens"),
            "write": prompt.get("cache_write_tokens"),
            "reasoning": answer.get("reasoning_tokens"),
        }
    return {name: told for name, told in found.items() if told is not None}


def _tokens(flight: FlightSummary, name: str) -> int | None:
    usage = flight.usage
    return {
        "input": usage.input_tokens,
        "output": usage.output_tokens,
        "read": usage.cache_read_tokens,
        "write": usage.cache_write_tokens,
        "reasoning": usage.reasoning_tokens,
    }[name]
