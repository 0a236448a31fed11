"""What guards and the policy cost a request of 1 KB, in microseconds: `python
tests/bench/bench_guards.py`.

50 patterns, none of which is there, and a client with a budget and a rate. CPU time, the best of
several rounds; it needs no network. The bound is 50 for both together.
"""

from __future__ import annotations

import asyncio
import sys
import time
from collections.abc import Callable, Coroutine
from pathlib import Path
from types import SimpleNamespace
from typing import Any

sys.path.insert(0, str(Path(__file__).parents[2]))

import orjson

from llmgw_desktop.domain.access.principal import LOCAL
from llmgw_desktop.domain.clock import SystemClock
from llmgw_desktop.domain.guard import GuardAction, GuardRule
from llmgw_desktop.domain.model.prompt import Operation
from llmgw_desktop.domain.policy import Budget, ClientPolicy, Measure, Period, RateLimit
from llmgw_desktop.domain.provider import ModelProtocol
from llmgw_desktop.domain.usage import Usage
from llmgw_desktop.engine.flights.open_flight import OpenFlight
from llmgw_desktop.engine.guards.guards import Guards
from llmgw_desktop.engine.loop.large_bodies import TimeSlices
from llmgw_desktop.engine.policy.policies import Policies
from llmgw_desktop.engine.policy.reservations import ProviderModel, RequestEstimate

ROUNDS, TIMES = 40, 200
TEXT = "Please look at this function and tell me why it is slow when the list is long. " * 11
BODY = orjson.dumps({"model": "m", "stream": True, "messages": [{"role": "user", "content": TEXT}]})
PATTERNS = (
    *(rf"(?i)project\s+nightingale{number}" for number in range(25)),
    *(rf"\b[A-Z]{{3}}-{number}\d{{4}}\b" for number in range(25)),
)


async def best_of(work: Callable[[], Coroutine[Any, Any, object]]) -> float:
    best = float("inf")
    for _ in range(ROUNDS):
        began = time.process_time()
        for _ in range(TIMES):
            await work()
        best = min(best, (time.process_time() - began) / TIMES * 1e6)
    return best


async def main() -> None:
    guards = Guards(lambda _: b"k" * 32)
    guards.apply([GuardRule(name="all", action=GuardAction.BLOCK, deny=PATTERNS)])
    request: Any = SimpleNamespace(
        principal=LOCAL, body=BODY, fields=orjson.loads(BODY), operation="generate"
    )
    decision: Any = SimpleNamespace(
        candidates=[SimpleNamespace(upstream=SimpleNamespace(provider="p"))]
    )
    flight = OpenFlight(
        "flt_1",
        path="/",
        protocol=ModelProtocol.ANTHROPIC,
        operation=Operation.GENERATE,
        clock=SystemClock(),
    )
    exchange: Any = SimpleNamespace(request=request, decision=decision, flight=flight)
    slices = TimeSlices()
    policies = Policies(SystemClock(), lambda *_: None)
    budget = Budget(measure=Measure.TOKENS, amount=1e12, period=Period.DAY)
    rate = RateLimit(measure=Measure.REQUESTS, amount=1e9)
    policies.apply([ClientPolicy(client="*", budgets=(budget,), rate_limits=(rate,))])
    wish = RequestEstimate(
        model="m", places=(ProviderModel("p", "m"),), input_tokens=250, output_tokens=100
    )
    told = Usage(input_tokens=250, output_tokens=50)

    async def looked() -> None:
        await guards.check(exchange, slices)

    async def spent() -> None:
        if (admitted := policies.admit(LOCAL, wish)) is not None:
            policies.settle(admitted, told, None)

    of_guards, of_policy = await best_of(looked), await best_of(spent)
    print(f"body {len(BODY):,} bytes, {len(PATTERNS)} patterns")
    print(f"guards {of_guards:6.1f}\npolicy {of_policy:6.1f}\nboth   {of_guards + of_policy:6.1f}")


if __name__ == "__main__":
    asyncio.run(main())
