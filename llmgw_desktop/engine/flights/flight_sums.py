"""Sums of flights as they are told to callers, of whom the query says what they may see."""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from llmgw_desktop.domain.flights.flight import FlightQuery
from llmgw_desktop.domain.flights.spending import FlightSpending, Latency, LatencyKey, SumBy
from llmgw_desktop.store.flights.spending import WhichFlights


@dataclass(frozen=True, slots=True, kw_only=True)
class FlightSums:
    """Where they come from. Both wait for the disk."""

    spending: Callable[[WhichFlights, SumBy | None], dict[str, FlightSpending]]
    latency: Callable[[WhichFlights], dict[LatencyKey, Latency]]

    async def spent(self, by: SumBy, query: FlightQuery) -> dict[str, Any]:
        from llmgw_desktop.wire.native.flight_sums import sums_object  # nobody asks at a start

        found = await asyncio.to_thread(self.spending, WhichFlights(query=query), by)
        return sums_object(by, found)

    async def timed(self, query: FlightQuery) -> dict[str, Any]:
        from llmgw_desktop.wire.native.flight_sums import latency_object

        return latency_object(await asyncio.to_thread(self.latency, WhichFlights(query=query)))
