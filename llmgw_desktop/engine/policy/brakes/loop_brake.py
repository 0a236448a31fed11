"""Holds what goes round in a circle: a history that repeats itself (`wire/loops.py`), or the same
request for the fifth time within a minute.

Of requests a keyed digest is remembered, by client, and no word. Those that failed do not count:
clients ask them again, and should. What a person lets on for good is remembered until the gateway
ends.
"""

import os
from collections import OrderedDict
from collections.abc import Callable, Generator
from hashlib import blake2b

from llmgw_desktop.domain.brakes import Brake, HoldChoice
from llmgw_desktop.domain.clock import Clock
from llmgw_desktop.domain.events import Event, FlightClosed
from llmgw_desktop.domain.flights.flight import FlightState
from llmgw_desktop.domain.model.prompt import ModelRequest
from llmgw_desktop.engine.exchange.exchange import Exchange
from llmgw_desktop.engine.loop.bus import Bus
from llmgw_desktop.engine.loop.large_bodies import TimeSlices
from llmgw_desktop.engine.policy.brakes.holds import GO_ON, HoldDesk, HoldReason
from llmgw_desktop.wire.loops import Repetition, repetition_in

TIMES_A_MINUTE = 5
_MINUTE_S = 60.0
_MOST_KNOWN = 2000
_STEP_BYTES = 256 * 1024
_SHOWN_BYTES = 600
_NOT_AGAIN = HoldChoice(id="not_again", words="Go on, and do not ask again")


class LoopBrake:
    """On the loop. In force between `begin` and `end`."""

    def __init__(self, desk: HoldDesk, clock: Clock, bus: Bus) -> None:
        self._desk, self._clock, self._bus = desk, clock, bus
        self._key = os.urandom(32)
        self._slices = TimeSlices()
        self._seen: OrderedDict[bytes, list[tuple[float, str]]] = OrderedDict()
        """When each came, and its flight; the newest request last."""
        self._running: dict[str, bytes] = {}
        self._let_on: OrderedDict[bytes, None] = OrderedDict()
        self._end: Callable[[], None] | None = None

    def begin(self) -> None:
        if self._end is None:
            self._end = self._bus.subscribe(self._closed, FlightClosed)

    def end(self) -> None:
        """What came before counts no more."""
        if self._end is not None:
            self._end()
            self._end = None
        self._seen.clear()
        self._running.clear()

    async def check(self, exchange: Exchange) -> None:
        """Raises HeldBack."""
        request = exchange.request
        found = repetition_in(request)
        if len(request.body) <= _STEP_BYTES:
            digest = _keyed(request, request.body)
        else:
            digest = await self._slices.run(_steps_of(request))
        found = self._again(request, digest) or found
        if found is None:
            return
        which = blake2b(
            "\0".join((request.principal.client_id, *found.key)).encode("utf-8", "replace"),
            key=self._key,
            digest_size=16,
        ).digest()
        if which in self._let_on:
            return
        who = exchange.principal.label or exchange.principal.name
        reason = HoldReason(
            brake=Brake.LOOP,
            title=f"{who} repeats itself",
            words=found.words,
            facts=(("Repeated", found.shown),),
            choices=(GO_ON, _NOT_AGAIN),
            key=which.hex(),
        )
        if await self._desk.decide(exchange, reason) == _NOT_AGAIN.id:
            self._let_on[which] = None
            if len(self._let_on) > _MOST_KNOWN:
                self._let_on.popitem(last=False)

    def _again(self, request: ModelRequest, digest: bytes) -> Repetition | None:
        now_s, seen = self._clock.monotonic_s(), self._seen
        this, before = (now_s, request.flight_id), seen.pop(digest, None)
        self._running[request.flight_id] = digest
        if before is None:
            seen[digest] = [this]
            if len(seen) > _MOST_KNOWN:
                seen.popitem(last=False)
            return None
        lately = [each for each in before if each[0] > now_s - _MINUTE_S]
        seen[digest] = times = [*lately[1 - TIMES_A_MINUTE :], this]
        if len(times) < TIMES_A_MINUTE:
            return None
        return Repetition(
            key=("request", digest.hex()),
            words=f"The same request came {TIMES_A_MINUTE} times within a minute.",
            shown=request.body[:_SHOWN_BYTES].decode(errors="replace"),
        )

    def _closed(self, event: Event) -> None:
        if not isinstance(event, FlightClosed):
            return
        digest = self._running.pop(event.summary.id, None)
        if digest is None or event.summary.state is FlightState.OK:
            return
        times = self._seen.get(digest)
        for each in tuple(times or ()):
            if times is not None and each[1] == event.summary.id:
                times.remove(each)


def _keyed(request: ModelRequest, body: bytes | tuple[int, ...]) -> bytes:
    """Python's own hash has a key of this run's, and takes a third of what others do."""
    who = request.principal
    said = hash((who.client_id, who.label, request.model, body))
    return said.to_bytes(8, "big", signed=True)


def _steps_of(request: ModelRequest) -> Generator[None, None, bytes]:
    body, parts = request.body, []
    for at in range(0, len(body), _STEP_BYTES):
        parts.append(hash(body[at : at + _STEP_BYTES]))
        yield
    return _keyed(request, tuple(parts))
