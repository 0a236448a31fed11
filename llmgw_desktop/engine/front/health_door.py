"""`GET /health` and `/ready` for everybody, `/health/detail`, `/metrics` and `/v1/notify` for
operations."""

from collections import Counter
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any
from urllib.parse import unquote

import orjson

from llmgw_desktop.domain.access.principal import Scope
from llmgw_desktop.domain.errors import MalformedRequest, StoreError
from llmgw_desktop.domain.events import (
    GatewayState,
    GatewayStatus,
    RecorderStatus,
    SettingsChanged,
)
from llmgw_desktop.domain.policy import ClientStanding, Flood
from llmgw_desktop.engine.exchange.caller import JSON
from llmgw_desktop.engine.flights.notifier import Notifier, NotifyStanding
from llmgw_desktop.engine.flights.recorder import Recorder
from llmgw_desktop.engine.front.crowd import Crowd
from llmgw_desktop.engine.front.doors import DoorTable, check_person, id_in, tell
from llmgw_desktop.engine.front.http_caller import HttpCaller
from llmgw_desktop.engine.metrics.meters import LoadNow, Meters
from llmgw_desktop.engine.pipeline.pipeline import Pipeline


class Load:
    """Of models' requests and runs of CLIs alike."""

    def __init__(self, pipeline: Pipeline, recorder: Recorder, crowd: Crowd) -> None:
        self._pipeline = pipeline
        self._recorder = recorder
        self.crowd = crowd

    @property
    def open_flights(self) -> int:
        return len(self._pipeline.runs)

    def by_provider(self) -> dict[str, int]:
        """Only of those of which it is known who answers."""
        return Counter(each.provider for each in self._recorder.running() if each.provider)

    def now(self) -> LoadNow:
        return LoadNow(
            open_flights=self.open_flights,
            by_provider=self.by_provider(),
            standings=self._standings(),
        )

    def _standings(self) -> tuple[ClientStanding, ...]:
        try:
            return self._pipeline.policies.standings()
        except StoreError:  # what cannot be read is left out, and the rest is told
            return ()


_ENDED = frozenset({GatewayState.STOPPING, GatewayState.STOPPED, GatewayState.FAILED})
_TEXT = (("Content-Type", "text/plain; version=0.0.4; charset=utf-8"),)


async def _nothing() -> str:
    return ""


async def _unknown() -> int | None:
    return None


@dataclass(eq=False, kw_only=True)
class HealthDoor:
    """`/health` says only that somebody is here; what and how stands behind a key."""

    gateway: Callable[[], GatewayStatus]
    recorder: Callable[[], RecorderStatus]
    settings: Callable[[], SettingsChanged]
    load: Load
    meters: Meters
    before: Callable[[], None] = lambda: None
    """Runs ahead of what the gate, which does the same, does not see."""
    audit: Callable[[], str] = str
    """Why the audit log is not sealed; empty, where it is."""
    store: Callable[[], str] = str
    """Why what the gateway keeps cannot be used; empty, where it can."""
    vault: Callable[[], Awaitable[str]] = _nothing
    """Why what the vault holds cannot be used; empty, where it can."""
    vault_warning: Callable[[], Awaitable[str]] = _nothing
    """Why nothing will open it after the next start; empty, where that is not so."""
    lost_flights: Callable[[], Awaitable[int | None]] = _unknown
    """Of how many what was said can never be read; None where that is not known."""

    def add_to(self, table: DoorTable) -> None:
        table.add_own(None, {"GET /health": self.short, "GET /ready": self.ready})
        answers = {"GET /health/detail": self.detail, "GET /metrics": self.metrics}
        table.add_own(Scope.OPERATIONS, answers)

    async def short(self, caller: HttpCaller) -> None:
        """`ok`: a request would be answered and recorded. 503 only where none can be."""
        self.before()
        problems = self._problems(self.store(), await self.vault(), await self.vault_warning())
        status = b"degraded" if problems else b"ok"
        code = 503 if self.gateway().state in _ENDED else 200
        await caller.reply(code, JSON, b'{"status":"%s"}' % status)

    async def ready(self, caller: HttpCaller) -> None:
        """Whether requests may be sent here: 200, or 503 with the state that keeps them away."""
        state = self.gateway().state
        word = "ready" if state is GatewayState.RUNNING else str(state)
        if word == "ready" and self.store():
            word = "store"
        code = 200 if word == "ready" else 503
        await caller.reply(code, JSON, b'{"status":"%s"}' % word.encode())

    async def detail(self, caller: HttpCaller) -> None:
        store, vault, warning = self.store(), await self.vault(), await self.vault_warning()
        lost_flights = await self.lost_flights()
        gateway, recorder, settings = self.gateway(), self.recorder(), self.settings()
        problems = self._problems(store, vault, warning)
        crowd = self.load.crowd
        floods = [_flood(each) for each in crowd.floods]
        body = {
            "status": "degraded" if problems or floods else "ok",
            "problems": [{"part": part, "says": says} for part, says in problems],
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
                "lost_flights": lost_flights,
            },
            "settings": {"problem": settings.problem, "warnings": list(settings.warnings)},
            "audit": {"problem": self.audit()},
            "store": {"problem": store},
            "vault": {"problem": vault, "warning": warning},
            "open_flights": self.load.open_flights,
            "connections": {"open": crowd.held, "most": crowd.most, "floods": floods},
        }
        await caller.reply(200, JSON, orjson.dumps(body))

    def _problems(self, store: str, vault: str, warning: str) -> list[tuple[str, str]]:
        """Part and sentence: whatever makes the status a bad one, and nothing else does."""
        gateway = self.gateway()
        is_open = gateway.state is GatewayState.RUNNING
        found = (
            ("gateway", gateway.problem if gateway.problem != store else ""),
            ("gateway", "" if is_open or gateway.problem else f"It is {gateway.state}."),
            ("store", store),
            ("vault", vault if vault != store else ""),
            ("vault", warning),
            ("recorder", _not_recorded(self.recorder())),
            ("settings", self.settings().problem),
            ("audit", self.audit()),
        )
        return [(part, says) for part, says in found if says]

    async def metrics(self, caller: HttpCaller) -> None:
        # imported when first scraped: most people never do
        from llmgw_desktop.engine.metrics.prometheus import expose

        body = expose(self.meters, self.recorder(), self.load.now())
        await caller.reply(200, _TEXT, body)


def _not_recorded(recorder: RecorderStatus) -> str:
    """Why not all of what is asked now is written down, in a sentence; empty where it is."""
    if recorder.problem:
        return recorder.problem
    if not recorder.recording:
        return "Nothing is recorded: recorder.level is off."
    if not recorder.fell_behind:
        return ""
    return (
        "In the last minutes more came at once than can be written down. Since the start"
        f" {recorder.left_out:,} flights were kept with their figures alone, and"
        f" {recorder.dropped:,} were not kept."
    )


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


class NotifyDoor:
    """`GET /v1/notify`: how targets of alarms stand. `POST /v1/notify/NAME/test` tells one of them
    something now; this computer's person alone may."""

    def __init__(self, notifier: Notifier) -> None:
        self._notifier = notifier

    def add_to(self, table: DoorTable) -> None:
        table.add_own(Scope.OPERATIONS, {"GET /v1/notify": self.list_all})
        table.add_own(Scope.ADMIN, {"POST /v1/notify/{}/test": self.test})

    async def list_all(self, caller: HttpCaller) -> None:
        await tell(caller, {"targets": list(map(_target, self._notifier.standings()))})

    async def test(self, caller: HttpCaller) -> None:
        check_person(caller, "{name} may not send alarms out: this computer's person may.")
        name = unquote(id_in(caller))
        standing = await self._notifier.test(name)
        if standing is None:
            known = ", ".join(each.target.name for each in self._notifier.standings())
            words = f"There is no target of that name (there are: {known or 'none'})."
            raise MalformedRequest(words)
        await tell(caller, {"target": _target(standing)})


def _target(standing: NotifyStanding) -> dict[str, Any]:
    """Without its address, which may be a secret by itself."""
    target = standing.target
    return {
        "name": target.name,
        "kind": "command" if target.command else "url",
        "on": target.is_on,
        "signed": bool(target.vault),
        "events": list(target.events),
        "told": standing.told,
        "failed": standing.failed,
        "lost": standing.lost,
        "at": standing.at_s,
        "problem": standing.problem or None,
    }
