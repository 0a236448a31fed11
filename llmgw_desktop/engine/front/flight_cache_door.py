"""`GET /v1/flights/ID/cache`: why a prompt did not come from its vendor's cache."""

import asyncio
from typing import TYPE_CHECKING, Any

from llmgw_desktop.domain.access.principal import Principal, Scope
from llmgw_desktop.domain.errors import NoSuchFlight
from llmgw_desktop.engine.front.doors import DoorTable, id_in, tell, who
from llmgw_desktop.engine.front.http_caller import HttpCaller
from llmgw_desktop.engine.front.records_door import FlightShelf

if TYPE_CHECKING:
    from collections.abc import Callable

    from llmgw_desktop.engine.prompt_cache.explainer import CacheExplainer, CacheExplanation

_WRITTEN_WITHIN_S = 1.0


class FlightCacheDoor:
    """A flight is its owner's, and is compared with the owner's alone; `admin` sees all."""

    def __init__(self, shelf: FlightShelf, explainer: "Callable[[], CacheExplainer]") -> None:
        self._shelf = shelf
        self._explainer = explainer

    def add_to(self, table: DoorTable) -> None:
        table.add_own(Scope.FLIGHTS_READ, {"GET /v1/flights/{}/cache": self.show})

    async def show(self, caller: HttpCaller) -> None:
        await tell(caller, {"cache": await self.explained(id_in(caller), who(caller))})

    async def explained(self, flight_id: str, principal: Principal) -> dict[str, Any]:
        """Raises NoSuchFlight."""
        await self._shelf.find(flight_id)  # one that just ended is on disk then
        owner = None if Scope.ADMIN in principal.scopes else principal.client_id
        found = await asyncio.to_thread(self._explained, flight_id, owner)
        if found is None or (owner is not None and found.flight.owner != owner):
            raise NoSuchFlight(flight_id)
        from llmgw_desktop.engine.prompt_cache.explainer import told_of  # nobody asks at a start

        return told_of(found)

    def _explained(self, flight_id: str, owner: str | None) -> "CacheExplanation | None":
        """What was said is written after the figures, and so is what a prompt consists of."""
        explainer = self._explainer()
        found = explainer.explain(flight_id, owner)
        if found is None or found.has_print:
            return found
        self._shelf.written(_WRITTEN_WITHIN_S)
        return explainer.explain(flight_id, owner)
