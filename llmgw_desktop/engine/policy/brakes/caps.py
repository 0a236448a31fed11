"""Counts what conversations, their agents, runs and labels use, and holds the next request of one
that has used what it may.

A conversation is known by the session that its program tells, else by its first words; an agent by
its first words within it, so that subagents of one session are told apart. What was used is what
the vendor told: of each flight the same tokens as in budgets and sums. What is under way reserves
what it may come to: where that may be the rest of a cap, the next one waits until one has ended,
so that of many at once no more than one goes over it.
"""

import asyncio
from collections.abc import Callable, Iterator

from llmgw_desktop.domain.brakes import (
    Brake,
    BrakeSettings,
    CapKind,
    CapStanding,
    HeldBack,
    HoldChoice,
)
from llmgw_desktop.domain.events import BudgetReached, Event, FlightClosed
from llmgw_desktop.domain.flights.price import Price
from llmgw_desktop.domain.policy import (
    Budget,
    LimitReached,
    Measure,
    Period,
    Spent,
    amount_words,
)
from llmgw_desktop.engine.exchange.exchange import Exchange
from llmgw_desktop.engine.loop.bus import Bus
from llmgw_desktop.engine.policy.brakes.cap_meters import (
    AGENT,
    NOTICE,
    Cap,
    CapMeter,
    CapMeters,
    UnderWay,
)
from llmgw_desktop.engine.policy.brakes.holds import GO_ON, HoldDesk, HoldReason
from llmgw_desktop.engine.policy.estimates import Estimates
from llmgw_desktop.store.policy import CapStore

ASKED_AGAIN_AFTER_S = 10.0
"""Who is refused for what others have under way is told to ask again then."""
_RAISE, _STOP = "raise", "stop"
_WAITED = "cap: what is under way might have used the rest; it waited for that to end"


class CapBrake:
    """On the loop. In force between `apply` with a cap and `end`."""

    def __init__(
        self,
        desk: HoldDesk,
        bus: Bus,
        store: CapStore,
        *,
        price_of: Callable[[str, str], Price | None],
    ) -> None:
        self._desk, self._clock, self._bus = desk, desk.clock, bus
        self._price_of, self._estimates = price_of, Estimates()
        self._settings = BrakeSettings()
        self._meters = CapMeters(self._clock, store)
        self._under_way: dict[str, UnderWay] = {}
        """By the ids of flights that have not ended."""
        self._end: Callable[[], None] | None = None

    def apply(self, settings: BrakeSettings) -> None:
        """What was used stays used."""
        self._settings = settings
        caps = {kind.value: tuple(_caps_of(*settings.cap(kind))) for kind in CapKind}
        self._meters.apply(caps)
        if self._end is None:
            self._end = self._bus.subscribe(self._closed, FlightClosed)

    def end(self) -> None:
        """No cap is set: nothing is counted, and what was is forgotten."""
        if self._end is not None:
            self._end()
            self._end = None
        self._meters.clear()
        for each in self._under_way.values():
            each.hand_over()
        self._under_way.clear()

    async def check(self, exchange: Exchange) -> None:
        """Raises HeldBack, and LimitReached where what is under way does not end in time."""
        if not self._meters.is_read:
            await self._meters.read()
        request = exchange.request
        meters = self._meters.of(exchange.principal, self._desk.speaker_of(exchange), request.model)
        for each in meters:
            if each.under_way or each.tokens >= each.calm_tokens or each.usd >= each.calm_usd:
                await self._room(exchange, meters)
                break
        self._under_way[request.flight_id] = UnderWay(
            request,
            exchange.decision,
            meters,
            price_of=self._price_of,
            estimates=self._estimates,
        )

    async def _room(self, exchange: Exchange, meters: list[CapMeter]) -> None:
        """There is some, or a person lets it on."""
        let_on: set[CapMeter] = set()
        began_s, has_waited = self._clock.monotonic_s(), False
        while (found := self._in_the_way(meters, let_on)) is not None:
            meter, cap = found
            is_used_up = meter.used(cap[0]) >= cap[1]
            if not is_used_up and await self._waited(exchange, meter, began_s):
                has_waited = True
            elif await self._ask(exchange, meter, cap) == GO_ON.id:
                let_on.add(meter)
        if has_waited:
            exchange.flight.held(_WAITED)

    def hand_over(self, flight_id: str) -> None:
        """Of a run whose model requests come to us: they take on themselves what it took on for
        them. Once more does no harm."""
        found = self._under_way.get(flight_id)
        if found is not None:
            found.hand_over()

    def standings(self, client_id: str) -> tuple[CapStanding, ...]:
        """Of one client; the latest first."""
        found = self._meters.of_client(client_id)
        return tuple(_standing_of(each, self._settings.cap(CapKind(each.key[0]))) for each in found)

    def _in_the_way(
        self, meters: list[CapMeter], let_on: set[CapMeter]
    ) -> tuple[CapMeter, Cap] | None:
        """The first that leaves no room. Raises HeldBack."""
        for meter in meters:
            if meter.is_stopped:
                raise HeldBack(f"A person at the gateway stopped {_which(meter)}.")
            if meter in let_on:
                continue
            for measure, least in self._meters.caps[meter.key[0]]:
                used, most = meter.used(measure), least * meter.times
                if used >= most or (meter.under_way and used + meter.reserved(measure) >= most):
                    return meter, (measure, most)
        return None

    async def _waited(self, exchange: Exchange, meter: CapMeter, began_s: float) -> bool:
        """Until one of those under way has ended. False: not in time, or nobody waits for it."""
        left_s = began_s + self._settings.max_wait_s - self._clock.monotonic_s()
        if left_s <= 0 or exchange.flight.is_unattended:
            return False
        one_ended: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        meter.waiting.append(one_ended)
        try:
            async with asyncio.timeout(left_s):
                await one_ended
        except TimeoutError:
            return False
        finally:
            meter.waiting.remove(one_ended)
        return True

    async def _ask(self, exchange: Exchange, meter: CapMeter, cap: Cap) -> str:
        """What a person chose. Raises HeldBack, LimitReached."""
        measure, most = cap
        used, kind, which = meter.used(measure), meter.key[0], _which(meter)
        who = exchange.principal.label or meter.client
        is_used_up = used >= most
        step = most / meter.times
        times = max(meter.times + 1, int(used / step) + 1)
        words = (
            f"{which.capitalize()} has used {amount_words(measure, used)} of the"
            f" {amount_words(measure, most)} that it may"
        )
        words += "." if is_used_up else ", and what it has under way may use the rest."
        reason = HoldReason(
            brake=Brake.CAP,
            title=f"A{'n' if kind is AGENT else ''} {kind} of {who} has used its cap"
            if is_used_up
            else f"A{'n' if kind is AGENT else ''} {kind} of {who} is about to use its cap",
            words=words,
            facts=tuple(_facts(meter)),
            choices=(
                GO_ON,
                HoldChoice(id=_RAISE, words=f"Raise to {amount_words(measure, times * step)}"),
                HoldChoice(id=_STOP, words=f"Stop this {kind}"),
            ),
            key="".join(meter.key),
        )
        if not is_used_up and not self._desk.audience.is_there:
            raise LimitReached(f"{words} One has to end first", retry_after_s=ASKED_AGAIN_AFTER_S)
        choice = await self._desk.decide(exchange, reason)
        if choice == _RAISE:
            meter.times = times
            self._meters.changed(meter)
        elif choice == _STOP:
            meter.is_stopped = True
            self._meters.changed(meter)
            raise HeldBack(f"{reason.words} A person at the gateway stopped it.")
        return choice

    def _closed(self, event: Event) -> None:
        if not isinstance(event, FlightClosed):
            return
        flight = event.summary
        under_way = self._under_way.pop(flight.id, None)
        if under_way is None:
            return
        if under_way.ended(flight):
            for each in under_way.meters:
                if each.tokens >= each.calm_tokens or each.usd >= each.calm_usd:
                    self._notice(each)
            self._meters.keep(under_way.meters)

    def _notice(self, meter: CapMeter) -> None:
        for measure, least in self._meters.caps[meter.key[0]] if meter.told < meter.times else ():
            used, most = meter.used(measure), least * meter.times
            if NOTICE * most <= used < most:
                meter.told = meter.times
                self._meters.changed(meter)
                budget = Budget(measure=measure, amount=most, period=Period.NEVER)
                spent = Spent(
                    budget=budget, used=used, reserved=0.0, begins_at_s=None, ends_at_s=None
                )
                self._bus.publish(
                    BudgetReached(
                        client_id=meter.key[1],
                        name=f"{meter.client}: {_which(meter)}",
                        spent=spent,
                        percent=round(NOTICE * 100),
                    )
                )


def _caps_of(tokens: int | None, usd: float | None) -> Iterator[Cap]:
    if tokens is not None:
        yield Measure.TOKENS, float(tokens)
    if usd is not None:
        yield Measure.USD, usd


def _facts(meter: CapMeter) -> Iterator[tuple[str, str]]:
    yield (
        "Used",
        (f"{meter.tokens:,} tokens in {meter.requests:,} requests, {meter.usd:,.2f} US dollars"),
    )
    if meter.under_way:
        yield "Under way", f"{len(meter.under_way):,} requests"
    if meter.unpriced:
        yield "Not in it", f"the price of {meter.unpriced:,} requests, which nobody knows"
    if meter.conversation:
        yield "Conversation", meter.conversation


def _which(meter: CapMeter) -> str:
    return f"{meter.key[0]} {meter.id}"


def _standing_of(meter: CapMeter, cap: tuple[int | None, float | None]) -> CapStanding:
    """What is under way is reckoned for those measures alone that are capped: a prompt is read for
    it, once."""
    kind, client_id, _ = meter.key
    tokens, usd = cap
    return CapStanding(
        kind=CapKind(kind),
        id=meter.id,
        client_id=client_id,
        client=meter.client,
        conversation=meter.conversation,
        model=meter.model,
        tokens=meter.tokens,
        usd=meter.usd,
        requests=meter.requests,
        unpriced=meter.unpriced,
        begins_at_s=meter.begins_at_s,
        last_at_s=meter.last_at_s,
        most_tokens=None if tokens is None else tokens * meter.times,
        most_usd=None if usd is None else usd * meter.times,
        is_stopped=meter.is_stopped,
        running=len(meter.under_way),
        reserved_tokens=0 if tokens is None else int(meter.reserved(Measure.TOKENS)),
        reserved_usd=0.0 if usd is None else meter.reserved(Measure.USD),
    )
