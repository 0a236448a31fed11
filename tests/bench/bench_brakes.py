"""What all brakes together cost a request that none of them holds: `python
tests/bench/bench_brakes.py`.

Loops, caps of all four kinds, the reserve line and the question before a cold cache are on; the
request says a label, so that it is background. CPU time of the loop from the look at the request to
its end, the best of several rounds; it needs no network. The bounds are 20 µs at 1 KB and 2 ms at
1 MB. What the question before a cold cache does beside the loop is not in it.
"""

from __future__ import annotations

import asyncio
import random
import sys
import tempfile
import time
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace
from typing import Any

sys.path.insert(0, str(Path(__file__).parents[2]))

import orjson

from llmgw_desktop.domain.access.principal import LOCAL
from llmgw_desktop.domain.brakes import NOBODY, BrakeSettings
from llmgw_desktop.domain.clock import SystemClock, TimedIds
from llmgw_desktop.domain.events import FlightClosed
from llmgw_desktop.domain.flights.flight import FlightState, FlightSummary
from llmgw_desktop.domain.flights.price import Price, Rates
from llmgw_desktop.domain.model.prompt import ModelRequest, Operation
from llmgw_desktop.domain.provider import ModelProtocol, ProviderKind, Upstream
from llmgw_desktop.domain.routing.route import Candidate
from llmgw_desktop.domain.settings.whole import Settings
from llmgw_desktop.domain.usage import Usage
from llmgw_desktop.engine.loop.bus import Bus
from llmgw_desktop.engine.policy.brakes.brakes import Brakes
from llmgw_desktop.engine.policy.brakes.holds import HoldDesk, VendorFacts
from llmgw_desktop.engine.policy.policies import Policies
from llmgw_desktop.store.policy import CapStore, LineStore
from llmgw_desktop.wire.json_edits import read_object
from llmgw_desktop.wire.json_steps import is_heavy, object_in_steps

ROUNDS = 40
BOUNDS_US = {1000: 20.0, 1_000_000: 2000.0}
ON = BrakeSettings(
    loops=True,
    conversation_tokens=10**12,
    agent_usd=1e9,
    run_tokens=10**12,
    label_tokens=10**12,
    reserve=0.2,
)
DICE = random.Random(25)
WORDS = "Please look at this function and tell me why it is slow when the list is long. "
UPSTREAM = Upstream(
    provider="p",
    kind=ProviderKind.ANTHROPIC,
    protocol=ModelProtocol.ANTHROPIC,
    base_url="http://127.0.0.1:9",
    account="p",
)
PLACE = Candidate(upstream=UPSTREAM, model="m")


class _Health:
    def why_not(self, *_: str) -> str:
        return ""

    def quota_left(self, _: str) -> float:
        return 0.9


def body_of(size: int) -> bytes:
    """Of one conversation, as it is after so many bytes in turns of a fiftieth; no two are alike
    but for how they begin, and none goes round in a circle."""
    letters = DICE.randbytes(size // 4).hex().translate(str.maketrans("0123456789", "ghijklmnop"))
    chars = max(size // 50, 200)
    texts = [f"{WORDS}{letters[at : at + chars]}" for at in range(0, size // 2, chars)]
    while sum(len(each) + 30 for each in texts) < size - 200:
        texts.append(f"{letters[len(texts) * 7 :][:chars]} {WORDS}")
    texts[0] = WORDS
    said = [
        {"role": ("user", "assistant")[at % 2], "content": text} for at, text in enumerate(texts)
    ]
    system = "You are an agent. " + WORDS
    return orjson.dumps({"model": "m", "max_tokens": 900, "system": system, "messages": said})


def exchange_of(flight_id: str, body: bytes) -> Any:
    if is_heavy(body):
        steps = object_in_steps(body)
        try:
            while True:
                next(steps)
        except StopIteration as end:
            fields = end.value
    else:
        fields = read_object(body)
    who = replace(LOCAL, label="nightly")
    request = ModelRequest(
        flight_id=flight_id,
        principal=who,
        protocol=ModelProtocol.ANTHROPIC,
        operation=Operation.GENERATE,
        model="m",
        streaming=True,
        body=body,
        fields=fields,
        headers={"x-claude-code-session-id": "9717b937-e9f7-4753-88b4-654a70abc520"},
    )
    return SimpleNamespace(
        request=request,
        principal=who,
        decision=SimpleNamespace(candidates=(PLACE,)),
        flight=SimpleNamespace(
            id=flight_id,
            speaker=NOBODY,
            said_by=lambda _: None,
            is_unattended=False,
            foretold=lambda _: None,
            summary=lambda: CLOSED,
        ),
    )


CLOSED = FlightSummary(
    id="",
    started_at_s=1.0,
    state=FlightState.OK,
    client="local",
    protocol=ModelProtocol.ANTHROPIC,
    operation=Operation.GENERATE,
    model_asked="m",
    attempts=1,
    usage=Usage(input_tokens=250, output_tokens=50),
)


async def cost_us(brakes: Brakes, bus: Bus, size: int, times: int, at_once: int = 1) -> float:
    """`at_once`: so many are under way, of one conversation."""
    best = float("inf")
    for number in range(ROUNDS):
        asked: Sequence[Any] = [
            exchange_of(f"flt_{number}_{at}", body_of(size)) for at in range(times)
        ]
        ended = [FlightClosed(summary=replace(CLOSED, id=each.flight.id)) for each in asked]
        began = time.thread_time()
        for at, each in enumerate(asked):
            await brakes.check(each)
            if at + 1 >= at_once:
                bus.publish(ended[at + 1 - at_once])
        best = min(best, (time.thread_time() - began) / times * 1e6)
        for end in ended[times + 1 - at_once :]:
            bus.publish(end)
    return best


async def main() -> None:
    clock, bus = SystemClock(), Bus()
    price = Price(rates=Rates(input=3.0, output=15.0, cache_read=0.3))
    with tempfile.TemporaryDirectory() as folder:
        store = CapStore(Path(folder) / "gateway.db")
        lines = LineStore(Path(folder) / "gateway.db")
        vendors: Any = VendorFacts(
            price_of=lambda *_: price,
            health=_Health(),  # type: ignore[arg-type]
            is_bound=lambda _: False,
        )
        policies = Policies(clock, lambda *_: price)
        holds = HoldDesk(clock, TimedIds(clock), bus)
        for what, settings in (
            ("all", ON),
            ("loops", BrakeSettings(loops=True)),
            ("caps", replace(ON, loops=False, reserve=0.0)),
        ):
            brakes = Brakes(holds, vendors, policies, bus, kept_caps=store, kept_lines=lines)
            brakes.apply(settings)
            if what == "all":
                made = Settings()
                cold = replace(made.cache_awareness, ask_above_usd=0.5)
                brakes.use_cold_cache(replace(made, cache_awareness=cold))
            for size, bound_us in BOUNDS_US.items():
                us = await cost_us(brakes, bus, size, 200 if size < 10_000 else 3)
                note = f", bound {bound_us:,.0f}" if what == "all" else ""
                print(f"{what}, {size:,} bytes: {us:,.1f} µs{note}")
            if what != "loops":
                us = await cost_us(brakes, bus, 1000, 200, at_once=100)
                print(f"{what}, 1,000 bytes, a hundred under way: {us:,.1f} µs")
            brakes.apply(BrakeSettings())
        store.close()
        lines.close()


if __name__ == "__main__":
    asyncio.run(main())
