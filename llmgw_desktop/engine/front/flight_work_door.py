"""What is done with recorded flights: `GET /v1/flights/A/diff/B`.

As with each flight, a client's own or not found.
"""

import asyncio
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from llmgw_desktop.domain.access.principal import Principal, Scope
from llmgw_desktop.domain.flights.flight import FlightRecord
from llmgw_desktop.engine.front.doors import DoorTable, id_in, tell, who
from llmgw_desktop.engine.front.http_caller import HttpCaller
from llmgw_desktop.engine.front.records_door import FlightShelf

Compared = Callable[[FlightRecord, FlightRecord], Mapping[str, Any]]
"""Of two flights with their bodies, as far as these are kept. Takes its time."""


class FlightDiffDoor:
    """Answers in the gateway's own words."""

    def __init__(self, shelf: FlightShelf, compared: Compared) -> None:
        self._shelf = shelf
        self._compared = compared

    def add_to(self, table: DoorTable) -> None:
        table.add_own(Scope.FLIGHTS_READ, {"GET /v1/flights/{}/diff/{}": self.diff})

    async def diff(self, caller: HttpCaller) -> None:
        before, after = id_in(caller), caller.path.rpartition("/")[2]
        await tell(caller, {"diff": await self.of(who(caller), before, after)})

    async def of(self, principal: Principal, before: str, after: str) -> Mapping[str, Any]:
        """Raises NoSuchFlight."""
        seen = [await self._shelf.seen_by(principal, each) for each in (before, after)]
        return await asyncio.to_thread(self._diff, seen)

    def _diff(self, seen: Sequence[FlightRecord]) -> Mapping[str, Any]:
        """One that is not on disk is told as it is seen."""
        before, after = [self._shelf.whole(each.summary.id) or each for each in seen]
        return self._compared(before, after)
