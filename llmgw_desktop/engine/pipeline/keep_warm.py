"""Keeps prompts in Anthropic's cache while their conversations pause: by a repeat for one token,
shortly before the vendor would forget them, within `[cache_awareness] keep_warm_usd_per_hour`.

Off unless a person chose it, and for API keys alone. A repeat goes down the pipeline in the name of
whoever asked, by the account whose cache is warm and by no other; it has a flight of its own, and
its client's limits hold for it. Prompts are held in memory for it, a few, and nowhere else.
"""

import asyncio
import logging
from collections import OrderedDict, deque
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace

import orjson

from llmgw_desktop.domain.access.principal import Principal
from llmgw_desktop.domain.clock import Clock, SystemClock
from llmgw_desktop.domain.errors import LlmgwError
from llmgw_desktop.domain.events import Event, FlightClosed
from llmgw_desktop.domain.flights.flight import FlightState, FlightSummary
from llmgw_desktop.domain.flights.price import PER, Price
from llmgw_desktop.domain.model.prompt import ModelRequest, Operation
from llmgw_desktop.domain.provider import ModelProtocol, ProviderKind
from llmgw_desktop.domain.routing.route import Candidate
from llmgw_desktop.engine.exchange.dialect import Dialect
from llmgw_desktop.engine.exchange.exchange import Exchange
from llmgw_desktop.engine.loop.bus import Bus
from llmgw_desktop.engine.loop.tasks import Tasks
from llmgw_desktop.engine.pipeline.in_process_client import InProcessCaller
from llmgw_desktop.engine.pipeline.pipeline import Pipeline
from llmgw_desktop.engine.routing.conversation import conversation_of

MOST_KEPT = 16
"""Conversations at a time; the one that rests longest is given up first."""
MOST_BYTES = 1 << 20
MOST_REPEATS = 12
"""Of one conversation without a request of its own between."""
EARLY_S = 30.0
_LEAST_TOKENS = 4096
_MINUTES_S, _HOUR_S = 300.0, 3600.0
_HEADERS = ("anthropic-", "content-type", "user-agent", "x-project")
"""What of the caller's own goes along: the vendor's cache depends on some of it."""
_log = logging.getLogger(__name__)
PriceOf = Callable[[str, str], Price | None]


@dataclass(slots=True, eq=False)
class _Warm:
    """The last request of a conversation."""

    conversation: str
    flight_id: str
    path: str
    body: bytes
    headers: Mapping[str, str]
    principal: Principal
    candidate: Candidate
    tokens: int = 0
    kept_s: float = _MINUTES_S
    due_s: float = 0.0
    repeats: int = 0


class KeepWarm:
    """On the loop."""

    def __init__(
        self,
        pipeline: Pipeline,
        dialect: Dialect,
        price_of: PriceOf,
        *,
        bus: Bus,
        clock: Clock | None = None,
    ) -> None:
        """`dialect`: Anthropic's."""
        self._pipeline, self._dialect, self._price_of = pipeline, dialect, price_of
        self._clock = clock or SystemClock()
        self._most_usd = 0.0
        self._running: dict[str, _Warm] = {}
        """By the flights that are under way."""
        self._repeats: dict[str, _Warm] = {}
        self._resting: OrderedDict[str, _Warm] = OrderedDict()
        """By conversation, the one that was asked last at the end."""
        self._spent: deque[tuple[float, float]] = deque()
        """(When, US dollars), of an hour."""
        self._timer: asyncio.TimerHandle | None = None
        self._tasks = Tasks()
        self._bus = bus
        self._end: Callable[[], None] | None = None
        self.early_s = EARLY_S

    def apply(self, usd_per_hour: float) -> None:
        self._most_usd = usd_per_hour
        if usd_per_hour and self._end is None:
            self._end = self._bus.subscribe(self._closed, FlightClosed)
        elif not usd_per_hour and self._end is not None:
            self._end()
            self._end = None
            self._running.clear()
            self._resting.clear()
            self._arm()
        self._pipeline.brakes.tell_passed(self.passed, is_on=usd_per_hour > 0)

    async def stop(self) -> None:
        self.apply(0.0)
        await self._tasks.stop()

    def passed(self, exchange: Exchange) -> None:
        """A request goes on to whoever it was routed to."""
        request, flight = exchange.request, exchange.flight
        if (own := self._repeats.get(flight.id)) is not None:
            exchange.decision = replace(
                exchange.decision, candidates=(own.candidate,), strict=True, conversation=""
            )
            flight.because(f"Keeps warm what {own.flight_id} put into its vendor's cache.")
            return
        conversation = conversation_of(request)
        self._resting.pop(conversation, None)
        candidate = exchange.decision.candidates[0]
        if not conversation or not _can_be_kept(request, candidate):
            return
        headers = {
            name: it for name, it in request.headers.items() if name.lower().startswith(_HEADERS)
        }
        self._running[flight.id] = _Warm(
            conversation=conversation,
            flight_id=flight.id,
            path=exchange.caller.path,
            body=request.body,
            headers=headers,
            principal=exchange.principal,
            candidate=candidate,
        )

    def _closed(self, event: Event) -> None:
        assert isinstance(event, FlightClosed)
        summary = event.summary
        repeated = self._repeats.pop(summary.id, None)
        if repeated is not None:
            self._spent.append((self._clock.monotonic_s(), summary.cost_usd or 0.0))
            if not summary.usage.cache_read_tokens:
                return  # it was cold already: nothing is to be kept
        warm = repeated or self._running.pop(summary.id, None)
        if warm is not None and self._is_warm(summary, warm):
            self._rest(summary, warm)

    @staticmethod
    def _is_warm(summary: FlightSummary, warm: _Warm) -> bool:
        is_well = summary.state is FlightState.OK
        if not is_well or summary.account != warm.candidate.upstream.account:
            return False
        usage = summary.usage
        warm.tokens = (usage.cache_read_tokens or 0) + (usage.cache_write_tokens or 0)
        return warm.tokens >= _LEAST_TOKENS and warm.repeats < MOST_REPEATS

    def _rest(self, summary: FlightSummary, warm: _Warm) -> None:
        warm.kept_s = _HOUR_S if b'"1h"' in warm.body else _MINUTES_S
        since_answer_s = ((summary.took_ms or 0.0) - (summary.ttft_ms or 0.0)) / 1000
        answered_s = self._clock.monotonic_s() - max(since_answer_s, 0.0)
        warm.due_s = answered_s + warm.kept_s - self.early_s
        self._resting[warm.conversation] = warm
        self._resting.move_to_end(warm.conversation)
        if len(self._resting) > MOST_KEPT:
            self._resting.popitem(last=False)
        self._arm()

    def _arm(self) -> None:
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None
        if self._resting:
            due_s = min(each.due_s for each in self._resting.values())
            left_s = max(due_s - self._clock.monotonic_s(), 0.0)
            self._timer = asyncio.get_running_loop().call_later(left_s, self._due)

    def _due(self) -> None:
        self._timer = None
        now_s = self._clock.monotonic_s()
        for warm in [each for each in self._resting.values() if each.due_s <= now_s]:
            del self._resting[warm.conversation]
            is_late = now_s > warm.due_s + self.early_s  # the computer slept
            if not is_late and self._has_room(warm):
                self._tasks.start(self._repeat(warm), name=f"keep warm {warm.flight_id}")
        self._arm()

    def _has_room(self, warm: _Warm) -> bool:
        """Within what an hour may cost; a price that is not known has none."""
        usd = self._usd(warm)
        if usd is None:
            return False
        while self._spent and self._spent[0][0] < self._clock.monotonic_s() - _HOUR_S:
            self._spent.popleft()
        begun = [self._usd(each) or 0.0 for each in self._repeats.values()]
        return sum(begun) + sum([each[1] for each in self._spent]) + usd <= self._most_usd

    def _usd(self, warm: _Warm) -> float | None:
        price = self._price_of(warm.candidate.upstream.provider, warm.candidate.model)
        rates = None if price is None else price.rates_for(warm.tokens)
        if rates is None or rates.cache_read is None:
            return None
        return (warm.tokens * rates.cache_read + rates.output) / PER

    async def _repeat(self, warm: _Warm) -> None:
        body = await asyncio.to_thread(_for_one_token, warm.body)
        caller = InProcessCaller(warm.path, body, warm.headers, lambda _: None)
        try:
            exchange = self._pipeline.admitted(
                self._dialect, Operation.GENERATE, caller, warm.principal
            )
        except LlmgwError as error:
            _log.info("a prompt is not kept warm: %s", error)
            return
        exchange.flight.asks_nobody()
        warm.repeats += 1
        self._repeats[exchange.flight.id] = warm
        await self._pipeline.carry(exchange)


def _can_be_kept(request: ModelRequest, candidate: Candidate) -> bool:
    upstream = candidate.upstream
    is_anthropic = (
        upstream.kind is ProviderKind.ANTHROPIC
        and upstream.protocol is request.protocol is ModelProtocol.ANTHROPIC
        and request.operation is Operation.GENERATE
    )
    if not is_anthropic or not (upstream.api_key or upstream.vault):
        return False
    if len(request.body) > MOST_BYTES or b'"cache_control"' not in request.body:
        return False
    thinking = request.fields.get("thinking")
    # with a budget to think an answer of one token is refused, and without one it is another prompt
    return not (isinstance(thinking, dict) and thinking.get("type") == "enabled")


def _for_one_token(body: bytes) -> bytes:
    """The same prompt: how long an answer may be is no part of it."""
    return orjson.dumps({**orjson.loads(body), "max_tokens": 1, "stream": False})
