"""`/v1/flights/ID`: one request, with each of its figures and where that comes from.

A flight is its owner's: to any other client it is not there. Who may administer sees all.
"""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass

from llmgw_desktop.domain.errors import NoSuchFlight
from llmgw_desktop.domain.flight import FlightRecord, FlightSummary
from llmgw_desktop.domain.principal import Principal, Scope
from llmgw_desktop.engine.dialect import Dialect
from llmgw_desktop.engine.front.doors import DoorTable, OwnDoor
from llmgw_desktop.engine.front.http_caller import HttpCaller
from llmgw_desktop.engine.front.jobs_door import tell, who

PATH = "/v1/flights"
_WRITTEN_WITHIN_S = 1.0


@dataclass(frozen=True, slots=True, kw_only=True)
class FlightShelf:
    """Where flights are found. `recorded` and `written` wait for the disk."""

    in_the_air: Callable[[str], FlightRecord | None]
    recorded: Callable[[str], FlightRecord | None]
    """Without bodies."""
    written: Callable[[float], bool]
    """Waits so many seconds until what ended is on disk."""

    async def find(self, flight_id: str) -> FlightRecord | None:
        """As it stands now, also in the moment between its end and its being written."""
        flying = self.in_the_air(flight_id)
        return flying or await asyncio.to_thread(self._landed, flight_id)

    def _landed(self, flight_id: str) -> FlightRecord | None:
        found = self.recorded(flight_id)
        if found is not None and not found.summary.is_running:
            return found
        self.written(_WRITTEN_WITHIN_S)
        return self.recorded(flight_id) or found


class FlightsDoor:
    """Answers in the gateway's own words."""

    def __init__(self, shelf: FlightShelf) -> None:
        self._shelf = shelf

    async def show(self, caller: HttpCaller) -> None:
        from llmgw_desktop.wire.flights import flight_object  # nobody asks at a start

        flight_id = caller.path.removeprefix(f"{PATH}/")
        found = await self._shelf.find(flight_id)
        if found is None or not _may_see(who(caller), found.summary):
            raise NoSuchFlight(flight_id)
        await tell(caller, {"flight": flight_object(found)})


def add_doors(table: DoorTable, door: FlightsDoor, plain: Dialect) -> None:
    show = OwnDoor(dialect=plain, answer=door.show, scope=Scope.FLIGHTS_READ)
    table.add_named("GET", f"{PATH}/", "[^/]+", show, prefixes=("",))


def _may_see(principal: Principal, flight: FlightSummary) -> bool:
    return Scope.ADMIN in principal.scopes or flight.owner == principal.client_id
