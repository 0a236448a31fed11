"""The tools around runs, joined without a transport."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import jsonschema
import orjson

from llmgw_desktop.app.composition.container import Container
from llmgw_desktop.app.composition.mcp_assembly import RunFamilies
from llmgw_desktop.domain.access.principal import ALL_SCOPES, LOCAL, Principal
from llmgw_desktop.domain.clock import SystemClock
from llmgw_desktop.domain.settings.whole import Settings
from llmgw_desktop.engine.mcp.listing import output_schema
from llmgw_desktop.engine.mcp.tool import ToolAnswer
from llmgw_desktop.engine.mcp.toolbox import Toolbox
from llmgw_desktop.engine.mcp.tools.sessions import CacheState
from llmgw_desktop.store.flights.flight_reader import FlightReader

OTHER = Principal(client_id="cli_other", name="other", scopes=ALL_SCOPES)


@dataclass
class RunBox:
    """As a client of the MCP door sees a gateway."""

    container: Container
    cache_state: CacheState | None = None
    told: list[str] = field(default_factory=list)
    """Messages of progress."""

    def __post_init__(self) -> None:
        self.reader = FlightReader(self.container.places.flights_db, self.container.at_rest)
        families = RunFamilies(
            runs=self.container.runs,
            clock=SystemClock(),
            settings=Settings,
            record=self.reader.record,
            database=self.container.places.gateway_db,
            cache_state=self.cache_state,
            mcp_sessions=lambda: 2,
        )
        self.tools = families.tools()
        self.box = Toolbox(self.tools)
        self.resources = families.resources()

    async def call(
        self,
        name: str,
        arguments: Mapping[str, Any] | None = None,
        who: Principal = LOCAL,
        *,
        hears: bool = False,
    ) -> ToolAnswer:
        """Fits its schema, whatever it says."""
        answer = await self.box.call(name, arguments, who, progress=self._hear if hears else None)
        tool = next(each for each in self.tools if each.name == name)
        jsonschema.validate(_plain(answer.structured), output_schema(tool))
        assert answer.structured["success"] is not answer.is_error
        return answer

    async def told_by(
        self, name: str, arguments: Mapping[str, Any] | None = None, who: Principal = LOCAL
    ) -> Any:
        """What a call that goes well tells."""
        answer = await self.call(name, arguments, who)
        assert not answer.is_error, answer.structured
        return answer.structured

    async def refused_by(
        self, name: str, arguments: Mapping[str, Any] | None = None, who: Principal = LOCAL
    ) -> Any:
        answer = await self.call(name, arguments, who)
        assert answer.is_error, answer.structured
        return answer.structured

    async def read(self, uri: str, who: Principal = LOCAL, **places: str) -> str:
        found = next(each for each in self.resources if each.uri == uri)
        return await found.read(who, places)

    async def forget_jobs(self) -> None:
        """What their steps were: as after a restart."""
        await self.container.runs.stop_following()

    async def close(self) -> None:
        await self.forget_jobs()
        self.reader.close()

    async def _hear(self, done: float, total: float | None, message: str) -> None:
        del done, total
        self.told.append(message)


def _plain(structured: Mapping[str, Any]) -> Any:
    return orjson.loads(orjson.dumps(structured))


def asked_of(home: Path) -> list[str]:
    file = home / "asked"
    return file.read_text().splitlines() if file.exists() else []
