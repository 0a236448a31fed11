"""The engine as a graph: from the door to the upstreams. What it stands on is in `parts.py`.

A door is a line of `DOORS`.
"""

import random
from abc import abstractmethod
from collections.abc import Callable
from functools import cached_property, partial
from platform import node as computer_name
from typing import TYPE_CHECKING

from typing_extensions import override

from llmgw_desktop.app.access.assembly import Revocations
from llmgw_desktop.app.command_line.this_program import system_user
from llmgw_desktop.app.composition.question_assembly import AskingParts
from llmgw_desktop.app.vault.credentials import sign_in_files
from llmgw_desktop.domain.clock import TimedIds
from llmgw_desktop.domain.events import FloodsChanged
from llmgw_desktop.domain.provider import ModelProtocol, Provider, ProviderKind
from llmgw_desktop.domain.routing.hops import HopMark
from llmgw_desktop.engine.access.gate import Gate
from llmgw_desktop.engine.flights.pricing import FlightSums
from llmgw_desktop.engine.front import model_doors, models_door, responses_door
from llmgw_desktop.engine.front.checks_door import ChecksDoor
from llmgw_desktop.engine.front.crowd import Crowd, connections_allowed
from llmgw_desktop.engine.front.doors import DoorTable
from llmgw_desktop.engine.front.flight_news_door import FlightBodiesDoor, FlightNewsDoor
from llmgw_desktop.engine.front.flight_work_door import (
    FlightCacheDoor,
    FlightReplayDoor,
)
from llmgw_desktop.engine.front.handed_sockets import handed_sockets
from llmgw_desktop.engine.front.health_door import HealthDoor, Load, NotifyDoor
from llmgw_desktop.engine.front.http_server import HttpServer, Room
from llmgw_desktop.engine.front.jobs_door import ChangesDoor, JobsDoor, WorktreesDoor
from llmgw_desktop.engine.front.mcp_door import McpDoor, ToolsDoor
from llmgw_desktop.engine.front.oauth_door import OauthDoor
from llmgw_desktop.engine.front.question_list_door import QuestionListDoor
from llmgw_desktop.engine.front.questions_door import ApprovalsDoor, HeldDoor, RulesDoor
from llmgw_desktop.engine.front.records_door import AuditDoor, FlightsDoor, LimitsDoor, SumsDoor
from llmgw_desktop.engine.front.sessions_door import SessionsDoor
from llmgw_desktop.engine.front.vault_door import VaultDoor
from llmgw_desktop.engine.gateway import Gateway, GatewayParts
from llmgw_desktop.engine.mcp.offer import McpOffer
from llmgw_desktop.engine.pipeline.in_process_client import InProcessClient
from llmgw_desktop.engine.pipeline.passthrough import Passthrough
from llmgw_desktop.engine.pipeline.pipeline import AnswerWays, Pipeline, PipelineParts
from llmgw_desktop.engine.pipeline.response_cache.cache import ResponseCache
from llmgw_desktop.engine.pipeline.response_cache.replay import Replays, SemanticCache
from llmgw_desktop.engine.pipeline.token_counting import TokenCounter
from llmgw_desktop.engine.pipeline.whole_answers import Answering
from llmgw_desktop.engine.routing.attempt import Sender
from llmgw_desktop.engine.routing.catalogue import Catalogue
from llmgw_desktop.engine.routing.failover import Failover, FailoverParts
from llmgw_desktop.engine.routing.router import Router
from llmgw_desktop.engine.translation.continuations import StoredResponses
from llmgw_desktop.engine.translation.interpreter import Interpreter
from llmgw_desktop.engine.translation.translation import Translator, codec_of
from llmgw_desktop.engine.upstream.http_client import HttpClient
from llmgw_desktop.engine.upstream.practice import PracticeClient
from llmgw_desktop.engine.validation.seat_run import SeatRuns
from llmgw_desktop.engine.validation.service import ValidationParts, ValidationService
from llmgw_desktop.store.run_file import load_or_make_mark
from llmgw_desktop.store.validation import ValidationStore
from llmgw_desktop.store.vault.derived_keys import ReceiptKeys
from llmgw_desktop.wire.headers import HeaderPolicy

if TYPE_CHECKING:
    from llmgw_desktop.app.clis.desk import ClisHere
    from llmgw_desktop.engine.mcp.behind.tool_servers import ToolServers
    from llmgw_desktop.engine.pipeline.flight_replays import FlightReplays


class EngineParts(AskingParts):
    """What answers."""

    tool_servers: "ToolServers | None" = None
    """Other MCP servers behind our door; None while the settings never offered any."""

    @abstractmethod
    def mcp_offer(self) -> McpOffer:
        """Asked for when the MCP door is first knocked at."""

    @property
    @override
    def url(self) -> str:
        return self.gateway.status.url

    @cached_property
    def _headers(self) -> HeaderPolicy:
        return HeaderPolicy()

    @cached_property
    def _hops(self) -> HopMark:
        mark = load_or_make_mark(self.places.data_folder)
        return HopMark(mark, name=computer_name, given=lambda: self.settings().http.name)

    @cached_property
    def vendors(self) -> HttpClient:
        """Asks those that are asked over HTTP."""
        return HttpClient(self.settings().upstream, self.provider_keys, self._hops)

    @cached_property
    def catalogue(self) -> Catalogue:
        return Catalogue(self.vendors, self.clock, self.runs.ready)

    @cached_property
    def gate(self) -> Gate:
        return Gate(
            self.access.authenticator,
            before=self.look_at_settings,
            challenges=self.oauth.challenges,
            hops=self._hops,
            arrivals=Room(self.policies),
        )

    @cached_property
    def _stored_responses(self) -> StoredResponses:
        return StoredResponses(
            self.provider_responses, self.vendors, self.every_provider, self._headers
        )

    @cached_property
    def kept_responses(self) -> responses_door.KeptResponsesDoor:
        return responses_door.KeptResponsesDoor(
            self.continuations, self._stored_responses, self._headers
        )

    @cached_property
    def _translator(self) -> Translator:
        return Translator(codec_of, self.clock)

    @cached_property
    def _failover(self) -> Failover:
        sender = Sender(
            vendors=self.vendors,
            own_ways={
                ProviderKind.PRACTICE: PracticeClient(),
                ProviderKind.CLI: self.runs.models,
            },
            header_policy=self._headers,
            translator=self._translator,
            telemetry=self.telemetry,
            desk=self.local_desk,
        )
        return Failover(
            FailoverParts(sender=sender, health=self.health, clock=self.clock, jitter=random.random)
        )

    @cached_property
    def _replays(self) -> Replays:
        cache = ResponseCache(self.clock)
        return Replays(cache, SemanticCache(cache))

    @cached_property
    def pipeline(self) -> Pipeline:
        recorder = self.recording.recorder
        return Pipeline(
            PipelineParts(
                gate=self.gate,
                recorder=recorder,
                ways=AnswerWays(
                    answering=Answering(
                        self._failover,
                        Passthrough(self._headers, self._stored_responses),
                        Interpreter(self._headers, self.continuations),
                        self.policies,
                    ),
                    counter=TokenCounter(self._failover, self._translator),
                    continuations=self.continuations,
                    replays=self._replays,
                ),
                header_policy=self._headers,
                policies=self.policies,
                guards=self.guards,
                brakes=self.brakes,
                router=Router(
                    self.settings(),
                    health=self.health,
                    price=recorder.pricing.usual,
                    clock=self.clock,
                ),
                links=self.links,
            )
        )

    @cached_property
    def revocations(self) -> Revocations:
        access = self.access
        revocations = Revocations(access.authenticator, access.oauth.grants, self.pipeline.runs)
        revocations.listen(self.bus)
        return revocations

    @cached_property
    def flight_sums(self) -> FlightSums:
        reader = self.recording.reader
        sessions = self.runs.job_store.sessions_of
        return FlightSums(spending=reader.spending, latency=reader.latency, sessions=sessions)

    @cached_property
    def replay_door(self) -> FlightReplayDoor:
        return FlightReplayDoor(self.recording.shelf, lambda: self.flight_replays)

    @cached_property
    def checks_door(self) -> ChecksDoor:
        return ChecksDoor(self)

    @cached_property
    def flight_replays(self) -> "FlightReplays":
        """Read in when a first one is asked for."""
        from llmgw_desktop.app.mcp.calls_again import CallsOfReaders
        from llmgw_desktop.engine.pipeline.flight_replays import FlightReplays, ReplayParts

        spoken = (
            model_doors.anthropic_dialect(),
            model_doors.openai_dialect(),
            responses_door.dialect(ModelProtocol.OPENAI_RESPONSES),
            responses_door.dialect(ModelProtocol.CODEX),
            model_doors.gemini_dialect(),
        )
        recording = self.recording
        replays = FlightReplays(
            ReplayParts(
                pipeline=self.pipeline,
                gate=self.gate,
                pricing=recording.recorder.pricing,
                dialects={each.protocol: each for each in spoken},
                calls=CallsOfReaders(lambda: self.tool_servers),
                learn=recording.learn,
                seals=lambda: self.settings().recorder.redact,
            )
        )
        self._closing.add(replays.close)
        return replays

    @cached_property
    def crowd(self) -> Crowd:
        return Crowd(
            self.clock,
            lambda floods: self.bus.publish(FloodsChanged(floods=floods)),
            connections_allowed(),
        )

    @cached_property
    def mcp_door(self) -> McpDoor:
        return McpDoor(self.gate, self.mcp_offer, path=self.settings().http.path)

    @cached_property
    def engine(self) -> GatewayParts:
        doors = DoorTable(model_doors.openai_dialect())
        for make in DOORS:
            make(self)(doors)
        gate, pipeline, replays = self.gate, self.pipeline, self._replays
        return GatewayParts(
            gate=gate,
            pipeline=pipeline,
            recorder=self.recording.recorder,
            http=self.vendors,
            server=HttpServer(pipeline=pipeline, gate=gate, doors=doors, crowd=self.crowd),
            catalogue=self.catalogue,
            failover=self._failover,
            health=self.health,
            account_budgets=self.account_budgets,
            mcp=self.mcp_door,
            response_cache=replays.cache,
            semantic_cache=replays.semantic,
            models=InProcessClient(pipeline, model_doors.openai_dialect()),
        )

    @cached_property
    def gateway(self) -> Gateway:
        gateway = Gateway(
            self.engine,
            self.bus,
            self.settings(),
            problem=self.store_guard.problem(),
            handed=handed_sockets(self.env),
        )
        self._closing.add(gateway.stop)
        return gateway

    @cached_property
    def seats(self) -> SeatRuns:
        """Of panels."""
        runs = self.runs
        return SeatRuns(runs.service, runs.supervisor.wait, self.engine.models, self.clock)

    @cached_property
    def validations(self) -> ValidationService:
        """Panels of models."""
        validations = ValidationService(
            ValidationParts(
                store=ValidationStore(self.places.gateway_db, self.at_rest),
                seats=self.seats,
                keys=ReceiptKeys(self.vault),
                clock=self.clock,
                ids=TimedIds(self.clock),
                known_now_s=self.recording.recorder.known_now_s,
            )
        )
        self._closing.add(validations.close)
        return validations

    @property
    def clis(self) -> "ClisHere":
        """From any thread. Read in where somebody asks for it."""
        with self._making:
            return self._clis

    @cached_property
    def _clis(self) -> "ClisHere":
        from llmgw_desktop.app.clis.desk import ClisHere
        from llmgw_desktop.app.clis.survey import CliSurvey

        runs = self.runs
        survey = CliSurvey(runs.clis, runs.launcher, vault_files=lambda: sign_in_files(self.vault))
        clis = ClisHere(
            survey,
            self.env,
            said=lambda: self.settings().clis,
            live=lambda: [job.cli for job in runs.supervisor.live],
            clean=self.recording.redactor.clean_text,
            note=self.audit.store.note,
        )
        self._closing.add(clis.close)
        return clis

    def every_provider(self) -> tuple[Provider, ...]:
        """Vendors and CLIs, as the settings are now."""
        return self.settings().everyone


def _health_door(parts: EngineParts) -> HealthDoor:
    guard, recorder = parts.store_guard, parts.recording.recorder
    return HealthDoor(
        gateway=lambda: parts.gateway.status,
        recorder=lambda: recorder.status,
        settings=lambda: parts.settings_news,
        load=Load(parts.pipeline, recorder, parts.crowd),
        meters=parts.recording.meters,
        before=parts.look_at_settings,
        audit=lambda: parts.audit.store.problem,
        store=guard.problem,
        vault=guard.vault_problem,
        vault_warning=guard.vault_warning,
        lost_flights=guard.lost_flights,
    )


DOORS: tuple[Callable[[EngineParts], Callable[[DoorTable], None]], ...] = (
    lambda _: model_doors.add_anthropic,
    lambda _: model_doors.add_openai,
    lambda parts: partial(
        responses_door.add_doors, catalogue=parts.catalogue, kept=parts.kept_responses
    ),
    lambda _: model_doors.add_gemini,
    lambda parts: partial(models_door.add_doors, catalogue=parts.catalogue),
    lambda parts: (
        models_door.GenerateDoor(
            parts.pipeline.handle, model_doors.openai_dialect(), parts.every_provider
        ).add_to
    ),
    lambda parts: models_door.ProvidersDoor(parts.every_provider, parts.health.status).add_to,
    lambda parts: AuditDoor(parts.audit.store).add_to,
    lambda parts: FlightsDoor(parts.recording.shelf, parts.clock).add_to,
    lambda parts: SumsDoor(parts.flight_sums, parts.clock).add_to,
    lambda parts: FlightBodiesDoor(parts.recording.shelf).add_to,
    lambda parts: FlightNewsDoor(parts.recording.shelf, parts.bus, parts.clock).add_to,
    lambda parts: parts.flight_diffs.add_to,
    lambda parts: FlightCacheDoor(parts.recording.shelf, parts.recording.explainer).add_to,
    lambda parts: parts.replay_door.add_to,
    lambda parts: parts.flight_marks.add_to,
    lambda parts: parts.checks_door.add_to,
    lambda parts: VaultDoor(parts.vault, parts.new_key).add_to,
    lambda parts: _health_door(parts).add_to,
    lambda parts: JobsDoor(parts.runs.service, parts.gate, parts.runs.hand_overs).add_to,
    lambda parts: ChangesDoor(parts.runs.changes).add_to,
    lambda parts: SessionsDoor(parts.runs.service.sessions).add_to,
    lambda parts: WorktreesDoor(parts.runs.trees).add_to,
    lambda parts: NotifyDoor(parts.notifier).add_to,
    lambda parts: (
        LimitsDoor(parts.policies, parts.brakes, parts.gate, parts.revocations.look).add_to
    ),
    lambda parts: ApprovalsDoor(parts.runs.permissions, parts.clock, system_user).add_to,
    lambda parts: HeldDoor(parts.brakes.holds, parts.clock, system_user).add_to,
    lambda parts: QuestionListDoor(lambda: parts.question_list, parts.clock, system_user).add_to,
    lambda parts: RulesDoor(lambda: parts.settings().rules, lambda: parts.terminal_asks).add_to,
    lambda parts: OauthDoor(parts.oauth.server, before=parts.look_at_settings).add_to,
    lambda parts: parts.consents.browsers.add_to,
    lambda parts: parts.consents.commands.add_to,
    lambda parts: parts.web_door.add_to,
    lambda parts: parts.pocket.add_to,
    lambda parts: parts.mcp_door.add_to,
    lambda parts: ToolsDoor(lambda: parts.tool_servers, parts.consents.browsers.tell).add_to,
)
"""Every door, in the order in which a path is looked for: a file of `engine/front`, a line here."""
