"""A gateway for window tests: the use cases of `app/` with plain data behind them, no engine."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

from llmgw_desktop.app.access.oversight import Oversight
from llmgw_desktop.app.audit.book import AuditBook
from llmgw_desktop.app.clients.desk import ClientDesk
from llmgw_desktop.app.clis.use import CliProviders
from llmgw_desktop.app.connect.clients import Clients
from llmgw_desktop.app.doctor.diagnostics import Diagnostics
from llmgw_desktop.app.flights.overview import Overview
from llmgw_desktop.app.flights.recording import Flights
from llmgw_desktop.app.flights.spending import Spending
from llmgw_desktop.app.gateway.autostart import AutostartState
from llmgw_desktop.app.gateway.control import base_urls
from llmgw_desktop.app.gateway.web.pairing import Pocket, PocketParts
from llmgw_desktop.app.gateway.welcome import Welcome, WelcomeParts
from llmgw_desktop.app.jobs.jobs import CliWays, Jobs
from llmgw_desktop.app.jobs.starting import JobStarter, StarterParts
from llmgw_desktop.app.mcp.tool_desk import ToolDesk
from llmgw_desktop.app.providers.probe import ProviderProbe
from llmgw_desktop.app.providers.providers import Providers
from llmgw_desktop.app.providers.usage import QuotaLine
from llmgw_desktop.app.questions.rules import RuleList
from llmgw_desktop.app.routing.routes import Routes
from llmgw_desktop.app.safekeeping.importing.taking import ImportLook
from llmgw_desktop.app.safekeeping.safekeeping import BackupDesk, Safekeeping
from llmgw_desktop.app.settings.told import SettingsBook
from llmgw_desktop.app.validation.check_history import CheckHistory
from llmgw_desktop.app.workspaces.workspaces import WorkspaceList, WorktreesUse
from llmgw_desktop.domain.cli import CliName
from llmgw_desktop.domain.clock import SystemClock
from llmgw_desktop.domain.errors import LlmgwError
from llmgw_desktop.domain.events import (
    Event,
    FlightClosed,
    FlightOpened,
    GatewayChanged,
    GatewayState,
    GatewayStatus,
    RecorderStatus,
    StoreAnswer,
    StoreQuestion,
)
from llmgw_desktop.domain.flights.flight import (
    FlightBucket,
    FlightQuery,
    FlightRecord,
    FlightState,
    FlightSummary,
    FlightTotals,
)
from llmgw_desktop.domain.flights.spending import PICOS, FlightSpending, SumBy
from llmgw_desktop.domain.model.prompt import Operation
from llmgw_desktop.domain.provider import ModelProtocol
from llmgw_desktop.domain.settings.door import PocketSettings
from llmgw_desktop.domain.usage import Usage
from llmgw_desktop.domain.validation import ValidationRun
from llmgw_desktop.engine.jobs.folders import JobFolders
from llmgw_desktop.engine.mcp.behind.tool_servers import ToolServers
from llmgw_desktop.store.access.pocket import PocketDoor
from llmgw_desktop.store.audit.audit_store import AuditStore
from llmgw_desktop.store.flights.flight_reader import FlightReader
from llmgw_desktop.store.flights.spending import WhichFlights
from llmgw_desktop.store.paths import Places
from tests.support.plain_clients import PlainClients
from tests.support.plain_clis import PlainSurvey, PlainTerminal
from tests.support.plain_desk import PlainDesk
from tests.support.plain_folders import PlainRegistry, PlainWorktrees
from tests.support.plain_panels import PlainCompare
from tests.support.plain_questions import PlainLog, PlainQuestions, PlainRights
from tests.support.plain_runs import PlainRuns
from tests.support.plain_scratch import PlainScratch
from tests.support.plain_settings import PlainExplainer, PlainHealth, PlainSettings, Unreachable
from tests.support.plain_vault import PlainVault

URL = "http://127.0.0.1:3333"
NOW_S = 1_763_730_118.0


class StillClock:
    def __init__(self, now_s: float = NOW_S) -> None:
        self.at_s = now_s

    def now_s(self) -> float:
        return self.at_s

    def monotonic_s(self) -> float:
        return self.at_s


def running_flight(
    number: int = 1, *, client: str = "codex", model: str = "gpt-5", chunks: int = 0
) -> FlightSummary:
    return FlightSummary(
        id=f"flt_{number:012x}",
        started_at_s=NOW_S - 4.2 * number,
        state=FlightState.RUNNING,
        client=client,
        protocol=ModelProtocol.OPENAI_CHAT,
        operation=Operation.GENERATE,
        model_asked=model,
        streaming=True,
        attempts=1,
        replied_chunks=chunks,
    )


def ended_flight(number: int = 1, **changes: object) -> FlightSummary:
    values: dict[str, object] = {
        "id": f"flt_{number:012x}",
        "started_at_s": NOW_S - 10 * number,
        "state": FlightState.OK,
        "client": "claude-code",
        "protocol": ModelProtocol.ANTHROPIC,
        "operation": Operation.GENERATE,
        "model_asked": "claude-sonnet-4-5",
        "model_served": "claude-sonnet-4-5",
        "provider": "anthropic",
        "streaming": True,
        "status": 200,
        "ttft_ms": 840.0,
        "took_ms": 4_012.0,
        "usage": Usage(
            input_tokens=48_200,
            output_tokens=310,
            cache_read_tokens=43_900,
            cache_write_tokens=2_300,
        ),
        "attempts": 1,
    }
    return FlightSummary(**(values | changes))  # type: ignore[arg-type]


class PlainReader:
    """As store's FlightReader, over a list; `trouble` is raised by every call."""

    def __init__(self, flights: list[FlightSummary] | None = None) -> None:
        self.flights = flights or []
        self.trouble: Exception | None = None
        self.waves = False
        self.is_quiet = False
        self.is_sparse = False
        """Little traffic, to many providers."""
        self.calls = 0

    def count(self, query: FlightQuery) -> int:
        self._called()
        return 98_311 if self.waves else len(self.flights)

    def page(self, query: FlightQuery, *, offset: int, limit: int) -> list[FlightSummary]:
        self._called()
        return self.flights[offset : offset + limit]

    def record(self, flight_id: str) -> FlightRecord | None:
        self._called()
        found = [flight for flight in self.flights if flight.id == flight_id]
        return FlightRecord(summary=found[0]) if found else None

    def totals(
        self, since_s: float, until_s: float, *, without: tuple[str, ...] = ()
    ) -> FlightTotals:
        self._called()
        if self.is_quiet:
            return FlightTotals()
        return WAVE_TOTALS if self.waves else _totals(self.flights)

    def buckets(
        self, since_s: float, until_s: float, span_s: float, *, without: tuple[str, ...] = ()
    ) -> list[FlightBucket]:
        self._called()
        count = round((until_s - since_s) / span_s)
        return [
            FlightBucket(
                start_s=since_s + index * span_s,
                span_s=span_s,
                totals=self._bucket(index, count),
            )
            for index in range(count)
        ]

    def by_provider(self, since_s: float, until_s: float) -> dict[str, FlightTotals]:
        self._called()
        if self.is_quiet:
            return {}
        if self.is_sparse:
            return _MANY_PROVIDERS
        if not self.waves:
            return {"anthropic": _totals(self.flights)} if self.flights else {}
        return {
            "anthropic": FlightTotals(flights=293, errors=1),
            "openai": FlightTotals(flights=99, errors=2),
            "groq": FlightTotals(flights=16),
            "practice": FlightTotals(flights=4),
        }

    def spending(self, which: WhichFlights, by: SumBy | None = None) -> dict[str, FlightSpending]:
        self._called()
        assert which.query.since_s is not None
        return {} if self.is_quiet or not self.waves or by is None else WAVE_COSTS[by]

    def _bucket(self, index: int, count: int) -> FlightTotals:
        if self.is_sparse:
            return _sparse(index, count)
        return _wave(index, count) if self.waves else FlightTotals()

    def _called(self) -> None:
        self.calls += 1
        if self.trouble is not None:
            raise self.trouble


WAVE_TOTALS = FlightTotals(
    flights=412,
    errors=3,
    input_tokens=4_812_400,
    output_tokens=96_140,
    cache_read_tokens=3_994_000,
    cache_write_tokens=402_300,
    cache_known_input_tokens=4_812_400,
    ttft_p50_ms=912.0,
    ttft_p95_ms=3_480.0,
)


def _cost(usd: float | None, flights: int, unpriced: int = 0) -> FlightSpending:
    picos = None if usd is None else round(usd * PICOS)
    return FlightSpending(flights=flights, cost_picos=picos, unpriced=unpriced)


WAVE_COSTS: dict[SumBy, dict[str, FlightSpending]] = {
    SumBy.MODEL: {
        "claude-sonnet-4-5": _cost(2.21, 241),
        "gpt-5": _cost(0.84, 99, 2),
        "claude-haiku-4-5": _cost(0.15, 52),
        "qwen3-coder:30b": _cost(None, 16, 16),
    },
    SumBy.CLIENT: {"claude-code": _cost(2.36, 293), "codex": _cost(0.84, 119, 18)},
    SumBy.CONVERSATION: {
        f"{0x5F0C9A7D31 + at * 7919:x}" if at else "": _cost(0.9 / (at + 1), 60 - 5 * at)
        for at in range(9)
    },
}


def _wave(index: int, count: int) -> FlightTotals:
    at = index / count
    rise = 0.35 + 0.5 * at + 0.25 * math.sin(at * 14) + 0.12 * math.sin(at * 51)
    if index in (7, 8, 9, 30):
        return FlightTotals()
    flights = max(1, round(9 * rise))
    whole = round(118_000 * rise)
    write = round(whole * (0.09 + 0.05 * math.sin(at * 33)))
    read = round(whole * (0.72 + 0.12 * math.sin(at * 9)))
    return FlightTotals(
        flights=flights,
        errors=1 if index in (22, 41, 42) else 0,
        input_tokens=whole,
        output_tokens=round(2_400 * rise),
        cache_read_tokens=read,
        cache_write_tokens=write,
        cache_known_input_tokens=whole,
        cost_usd=whole * 7e-7,
        ttft_p50_ms=900 + 320 * math.sin(at * 21),
    )


def _sparse(index: int, count: int) -> FlightTotals:
    """Here and there a few flights, some of which told nothing of the cache."""
    if index not in (9, 31, 34, 35, 38, 44, 57):
        return FlightTotals()
    made = _wave(index, count)
    return replace(made, cache_known_input_tokens=0) if index == 44 else made


_MANY = ("practice", "anthropic", "responses", "gemini", "compatible", "codex", "chat", "locked")
_MANY_PROVIDERS = {
    "": FlightTotals(flights=48, errors=32),
    **{name: FlightTotals(flights=62 - 7 * at, errors=at % 3) for at, name in enumerate(_MANY)},
}


def _totals(flights: list[FlightSummary]) -> FlightTotals:
    return FlightTotals(
        flights=len(flights),
        errors=sum(flight.state in (FlightState.FAILED, FlightState.CUT) for flight in flights),
    )


def places_beside(key_file: Path) -> Places:
    """Nothing is made."""
    return Places.of({"LLMGW_HOME": str(key_file.parent)})


class PlainControl:
    """As app's GatewayControl."""

    can_restart = False

    def __init__(self, key_file: Path) -> None:
        self.current = GatewayStatus(state=GatewayState.RUNNING, url=URL)
        self.recorder = RecorderStatus(recording=True)
        self.listeners: list[Callable[[Event], None]] = []
        self.test_flights = 0
        self.held_decisions: list[bool] = []
        self.question: StoreQuestion | None = None
        self.store_answers: list[StoreAnswer] = []
        self.store_trouble: LlmgwError | None = None
        self.settings_looks = 0
        self.settings: PlainSettings | None = None
        self.test_flight_trouble: Exception | None = None
        self._key_file = key_file
        self._settings_file = places_beside(key_file).config_file

    def status(self) -> GatewayStatus:
        return self.current

    def recorder_status(self) -> RecorderStatus:
        return self.recorder

    def delete_held_flights(self) -> None:
        self.held_decisions.append(True)

    def keep_held_flights(self) -> None:
        self.held_decisions.append(False)

    def store_question(self) -> StoreQuestion | None:
        return self.question

    async def answer_store(self, answer: StoreAnswer) -> str:
        self.store_answers.append(answer)
        if self.store_trouble is not None:
            raise self.store_trouble
        self.question = None
        self.move(GatewayState.RUNNING)
        return "gateway.db is that of 10:00 again."

    def pause(self) -> None:
        self.move(GatewayState.PAUSED)

    def resume(self) -> None:
        self.move(GatewayState.RUNNING)

    def base_urls(self) -> dict[str, str]:
        return base_urls(self.current.url, "/mcp")

    def access_key_file(self) -> Path:
        return self._key_file

    def settings_file(self) -> Path:
        return self._settings_file

    def check_settings(self) -> None:
        self.settings_looks += 1
        if self.settings is not None:
            self.settings.read()

    def subscribe(self, listener: Callable[[Event], None]) -> Callable[[], None]:
        self.listeners.append(listener)
        return lambda: self.listeners.remove(listener)

    async def send_test_flight(self) -> str:
        self.test_flights += 1
        if self.test_flight_trouble is not None:
            raise self.test_flight_trouble
        return "flt_test"

    def move(self, state: GatewayState, *, url: str = URL, problem: str = "") -> None:
        self.current = GatewayStatus(state=state, url=url, problem=problem)
        self.publish(GatewayChanged(status=self.current))

    def publish(self, event: Event) -> None:
        for listener in tuple(self.listeners):
            listener(event)


class PlainAutostart:
    """As app's Autostart, of a system that the test is."""

    def __init__(self) -> None:
        self.state = AutostartState(is_on=False, place="the system's own list")
        self.trouble: OSError | None = None

    def look(self) -> AutostartState:
        return self.state

    def switch(self, *, on: bool) -> AutostartState:
        if self.trouble is not None:
            raise self.trouble
        self.state = replace(self.state, is_on=on)
        return self.state


class PlainListener:
    """No door: the pocket page of a test's window is never opened."""

    async def open(self, settings: PocketSettings, door: PocketDoor) -> str:
        raise OSError("no door here")

    async def close(self) -> None: ...

    def cut(self, device_id: str) -> None: ...

    def seen(self, device_id: str) -> tuple[float, str] | None:
        return None


class PlainProgramServers:
    """What programs have of MCP servers, as a test says."""

    look_of = ImportLook(came=(), left=(), removed=())
    brought: list[bool]

    def __init__(self, places: Places) -> None:
        self.places, self.env = places, {"PATH": "", "HOME": str(places.data_folder)}
        self.brought = []

    def look(self) -> ImportLook:
        return self.look_of

    def bring(self, *, remove: bool) -> ImportLook:
        self.brought.append(remove)
        return self.look_of


class PlainGateway:
    """As app's Container."""

    def __init__(self, key_file: Path, settings_file: Path | None = None) -> None:
        """The settings stand beside the key file where nothing else is said."""
        self.places = places_beside(key_file)
        self.reader = PlainReader()
        self.under_way: list[FlightSummary] = []
        self.control = PlainControl(key_file)
        self.restarts = 0
        keeping = Safekeeping(self.places, {"PATH": ""})
        self.backup_desk = BackupDesk(keeping, SystemClock(), self._restart)
        self.flights = Flights(self.reader, lambda: self.under_way)
        self.runs = PlainRuns(self.control.publish)
        self.jobs = Jobs(
            self.runs,
            JobFolders(self.places.jobs_folder),
            StillClock(),
            clis=CliWays(
                ready=lambda: self.runs.ready,
                sign_in=lambda cli: f"Run `{cli} login` in a terminal.",
            ),
            sessions=self.runs,
            agents=self.runs.agents,
        )
        self.overview = Overview(self.reader, lambda: self.under_way, StillClock())
        self.windows: tuple[QuotaLine, ...] = ()
        """Of which a share is kept for the person."""
        self.kept_windows = lambda: self.windows
        self.checks = CheckHistory(lambda _: self.check_runs, StillClock())
        self.check_runs: list[ValidationRun] = []
        self.spending = Spending(
            FlightReader(self.places.flights_db), lambda *_: None, StillClock()
        )
        self.settings = PlainSettings(
            settings_file or self.places.config_file, self.control.publish
        )
        self.control.settings = self.settings
        self.health = PlainHealth()
        self.explainer = PlainExplainer()
        self.settings_writer = self.settings.editor
        self.asker = Unreachable()
        self.vault = PlainVault()
        self.providers = Providers(
            lambda: self.settings.loaded,
            health=self.health,
            probe=ProviderProbe(self.asker, StillClock()),
            env=self.settings.env,
            clock=StillClock(),
            vault=self.vault,
        )
        self.survey = PlainSurvey()
        self.terminal = PlainTerminal()
        self.cli_runs: list[CliName] = []
        self.cli_providers = CliProviders(
            lambda: self.settings.loaded,
            self.survey,
            health=self.health,
            running=lambda: self.cli_runs,
            terminal=self.terminal,
            clock=StillClock(),
        )
        self.routes = Routes(lambda: self.settings.loaded, self.explainer)
        own = self.settings
        self.settings_book = SettingsBook(lambda: own.loaded, own.env, own.path)
        self.autostart = PlainAutostart()
        self.diagnostics = Diagnostics(self.places, {"PATH": ""}, self.settings_book, lambda: ())
        self.clients: Clients = PlainClients()
        self._plain_desk: PlainDesk | None = None
        self.clients_problem = ""
        self.compare = PlainCompare(StillClock())
        self.questions = PlainQuestions(StillClock(), self.control.publish)
        self.rights = PlainRights(StillClock())
        self.decisions = PlainLog(StillClock())
        self.registry = PlainRegistry()
        self.trees = PlainWorktrees()
        beside = (settings_file or key_file).parent
        beside.mkdir(parents=True, exist_ok=True)
        self.audit = AuditStore(beside / "gateway.db", StillClock())
        self.oversight = Oversight(
            questions=self.questions,
            rights=self.rights,
            decisions=self.decisions,
            workspaces=WorkspaceList(self.registry),
            worktrees=WorktreesUse(self.trees),
            changes=AuditBook(self.audit, StillClock()),
            rules=RuleList(beside / "config.toml", {}, lambda _: False, StillClock()),
        )
        self.welcome = Welcome(
            WelcomeParts(
                providers=lambda: self.providers,
                clis=lambda: self.cli_providers,
                programs=lambda: self.clients.look(),
                has_flights=lambda: bool(self.reader.flights),
                has_jobs=lambda: bool(self.runs.jobs),
                book=lambda: self.settings_book,
            )
        )
        self.pocket = Pocket(
            PocketParts(
                data_folder=beside / "data",
                clock=StillClock(),
                note=lambda _: None,
                make_listener=lambda _: PlainListener(),
            )
        )
        self.scratcher = PlainScratch()
        self.scratch = self.scratcher.pad
        self.tool_servers: ToolServers | None = None
        self.program_servers = PlainProgramServers(self.places)
        self.tool_desk = ToolDesk(lambda: self.tool_servers)
        self.job_starter = JobStarter(
            StarterParts(
                runs=self.runs,
                settings=lambda: self.settings.loaded.settings,
                ready=lambda: self.runs.ready,
                workspaces=self.registry.all,
                recent=self.runs.list,
                is_ours=lambda _: False,
                hand_overs=self.runs,
            )
        )
        self.warnings: tuple[str, ...] = ()
        self.start_trouble: Exception | None = None
        self.log: list[str] = []

    def _restart(self) -> bool:
        self.restarts += 1
        return True

    @property
    def desk(self) -> PlainDesk:
        """Made when it is first asked for: only one page wants a store of keys."""
        if self._plain_desk is None:
            folder = self.settings.path.parent
            self._plain_desk = PlainDesk(
                folder, StillClock(), lambda: self.settings.loaded, problem=self.clients_problem
            )
        return self._plain_desk

    @property
    def client_desk(self) -> ClientDesk:
        return self.desk.desk

    async def start(self) -> None:
        self.log.append("start")
        if self.start_trouble is not None:
            self.control.move(GatewayState.FAILED, url="", problem=str(self.start_trouble))
            raise self.start_trouble
        self.control.move(GatewayState.RUNNING)

    async def hand_over(self, within_s: float) -> list[int]:
        del within_s
        self.log.append("hand over")
        return []

    async def stop(self) -> None:
        self.log.append("stop")
        self.close()
        self.control.move(GatewayState.STOPPED)

    def close(self) -> None:
        """Its databases; for what was never started too."""
        if self._plain_desk is not None:
            self._plain_desk.close()
        self.audit.close()

    def open_flight(self, flight: FlightSummary) -> None:
        self.under_way.append(flight)
        self.control.publish(FlightOpened(flight_id=flight.id))

    def close_flight(self, flight: FlightSummary) -> None:
        self.write_flight(flight)
        self.end_flight(flight)

    def end_flight(self, flight: FlightSummary) -> None:
        """Without writing it down: that comes a little later in the real one."""
        self.under_way = [each for each in self.under_way if each.id != flight.id]
        self.control.publish(FlightClosed(summary=flight))

    def write_flight(self, flight: FlightSummary) -> None:
        self.reader.flights.insert(0, flight)
