"""`GET /health` for everybody, `/health/detail` and `/metrics` for those who may see operations."""

from collections.abc import Callable

import orjson

from llmgw_desktop.domain.events import GatewayStatus, RecorderStatus, SettingsChanged
from llmgw_desktop.domain.principal import Scope
from llmgw_desktop.engine.caller import JSON
from llmgw_desktop.engine.dialect import Dialect
from llmgw_desktop.engine.front.doors import DoorTable, OwnDoor
from llmgw_desktop.engine.front.http_caller import HttpCaller
from llmgw_desktop.engine.front.load import Load
from llmgw_desktop.engine.meters import Meters

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

    async def short(self, caller: HttpCaller) -> None:
        self._before()
        await caller.reply(200, JSON, b'{"status":"ok"}')

    async def detail(self, caller: HttpCaller) -> None:
        gateway, recorder, settings = self._gateway(), self._recorder(), self._settings()
        records_well = recorder.recording and not recorder.fell_behind
        audit = self.audit()
        is_well = records_well and not (gateway.problem or settings.problem or audit)
        body = {
            "status": "ok" if is_well else "degraded",
            "gateway": {"state": gateway.state, "url": gateway.url, "problem": gateway.problem},
            "recorder": {
                "recording": recorder.recording,
                "problem": recorder.problem,
                "dropped": recorder.dropped,
                "left_out": recorder.left_out,
                "fell_behind": recorder.fell_behind,
                "held_flights": recorder.held.flights if recorder.held else 0,
            },
            "settings": {"problem": settings.problem, "warnings": list(settings.warnings)},
            "audit": {"problem": audit},
            "open_flights": self._load.open_flights,
        }
        await caller.reply(200, JSON, orjson.dumps(body))

    async def metrics(self, caller: HttpCaller) -> None:
        # imported when first scraped: most people never do
        from llmgw_desktop.engine.exposition import expose

        body = expose(self._meters, self._recorder(), self._load.now())
        await caller.reply(200, _TEXT, body)


def add_doors(table: DoorTable, door: HealthDoor, plain: Dialect) -> None:
    table.add("GET", "/health", OwnDoor(dialect=plain, answer=door.short, scope=None))
    for path, answer in (("/health/detail", door.detail), ("/metrics", door.metrics)):
        table.add("GET", path, OwnDoor(dialect=plain, answer=answer, scope=Scope.OPERATIONS))
