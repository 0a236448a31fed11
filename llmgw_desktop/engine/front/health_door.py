"""`GET /health` for everybody, `/health/detail` and `/metrics` for those who may see operations."""

from collections.abc import Awaitable, Callable

import orjson

from llmgw_desktop.domain.events import (
    GatewayState,
    GatewayStatus,
    RecorderStatus,
    SettingsChanged,
)
from llmgw_desktop.domain.flood import Flood
from llmgw_desktop.domain.principal import Scope
from llmgw_desktop.engine.caller import JSON
from llmgw_desktop.engine.dialect import Dialect
from llmgw_desktop.engine.front.doors import DoorTable, OwnDoor
from llmgw_desktop.engine.front.http_caller import HttpCaller
from llmgw_desktop.engine.front.load import Load
from llmgw_desktop.engine.meters import Meters

_ENDED = frozenset({GatewayState.STOPPING, GatewayState.STOPPED, GatewayState.FAILED})
_TEXT = (("Content-Type", "text/plain; version=0.0.4; charset=utf-8"),)


class HealthDoor:
    """`/health` says only that somebody is here; what and how stands behind a key."""

    def __init__(
        self,
        *,
        gateway: Callable[[], GatewayStatus],
        recorder: Callable[[], RecorderStatus],
        settings: Callable[[], SettingsChanged],
        load: Load,
        meters: Meters,
        before: Callable[[], None] = lambda: None,
    ) -> None:
        """`before` runs ahead of what the gate, which does the same, does not see."""
        self._gateway = gateway
        self._recorder = recorder
        self._settings = settings
        self._load = load
        self._meters = meters
        self._before = before
        self.audit: Callable[[], str] = str
        """Why the audit log is not sealed; empty, where it is."""
        self.store: Callable[[], str] = str
        """Why what the gateway keeps cannot be used; empty, where it can."""
        self.vault: Callable[[], Awaitable[str]] = _nothing
        """Why what the vault holds cannot be used; empty, where it can."""

    async def short(self, caller: HttpCaller) -> None:
        """`ok`: a request would be answered and recorded. 503 only where none can be."""
        self._before()
        vault = await self.vault()
        status = b"ok" if self._is_well(vault, self.store()) else b"degraded"
        code = 503 if self._gateway().state in _ENDED else 200
        await caller.reply(code, JSON, b'{"status":"%s"}' % status)

    async def detail(self, caller: HttpCaller) -> None:
        gateway, recorder, settings = self._gateway(), self._recorder(), self._settings()
        vault, store = await self.vault(), self.store()
        crowd = self._load.crowd
        floods = [_flood(each) for each in crowd.floods]
        body = {
            "status": "ok" if self._is_well(vault, store) and not floods else "degraded",
            "gateway": {
                "state": gateway.state,
                "url": gateway.url,
                "problem": gateway.problem or store,
            },
            "recorder": {
                "recording": recorder.recording,
                "problem": recorder.problem,
                "dropped": recorder.dropped,
                "left_out": recorder.left_out,
                "fell_behind": recorder.fell_behind,
                "encrypted_percent": recorder.encrypted_percent,
                "held_flights": recorder.held.flights if recorder.held else 0,
            },
            "settings": {"problem": settings.problem, "warnings": list(settings.warnings)},
            "audit": {"problem": self.audit()},
            "vault": {"problem": vault},
            "open_flights": self._load.open_flights,
            "connections": {"open": crowd.held, "most": crowd.most, "floods": floods},
        }
        await caller.reply(200, JSON, orjson.dumps(body))

    def _is_well(self, *problems: str) -> bool:
        gateway, recorder = self._gateway(), self._recorder()
        records_well = recorder.recording and not recorder.fell_behind and not recorder.problem
        wrong = (gateway.problem, self._settings().problem, self.audit(), *problems)
        return records_well and gateway.state is GatewayState.RUNNING and not any(wrong)

    async def metrics(self, caller: HttpCaller) -> None:
        # imported when first scraped: most people never do
        from llmgw_desktop.engine.exposition import expose

        body = expose(self._meters, self._recorder(), self._load.now())
        await caller.reply(200, _TEXT, body)


async def _nothing() -> str:
    return ""


def _flood(flood: Flood) -> dict[str, object]:
    """Who, how many, since when (seconds since 1970)."""
    return {
        "client": flood.client_id or None,
        "name": flood.name,
        "connections": flood.connections,
        "most": flood.most,
        "since": flood.since_s,
        "refused": flood.refused,
    }


def add_doors(table: DoorTable, door: HealthDoor, plain: Dialect) -> None:
    table.add("GET", "/health", OwnDoor(dialect=plain, answer=door.short, scope=None))
    for path, answer in (("/health/detail", door.detail), ("/metrics", door.metrics)):
        table.add("GET", path, OwnDoor(dialect=plain, answer=answer, scope=Scope.OPERATIONS))
