"""Recorded requests are asked again: as they were, edited, of other models, several times.

A replay goes down the pipeline as every request does, in the name of whoever asks for it: gate,
policy, guards, routing, failover, a flight of its own with a link to the first. It is a request to
a model and nothing else: tools that an answer calls are told of, and never run. An answer that the
gateway has kept is not given again.
"""

import asyncio
from collections.abc import Callable, Mapping, Sequence
from typing import Any, Protocol

from llmgw_desktop.domain.access.access_errors import AccessRevoked
from llmgw_desktop.domain.access.principal import Principal, Scope
from llmgw_desktop.domain.errors import LlmgwError, MalformedRequest, NotReplayable
from llmgw_desktop.domain.flights.flight import FlightRecord, FlightSummary
from llmgw_desktop.domain.jobs.run_errors import InvalidRun
from llmgw_desktop.domain.model.prompt import Operation
from llmgw_desktop.domain.policy import PolicyError
from llmgw_desktop.domain.provider import ModelProtocol
from llmgw_desktop.domain.routing.route import RouteDecision, RouteQuestion
from llmgw_desktop.domain.usage import Figure, Provenance, Usage
from llmgw_desktop.domain.values import value
from llmgw_desktop.engine.access.gate import Gate
from llmgw_desktop.engine.exchange.dialect import Dialect
from llmgw_desktop.engine.flights.pricing import Pricing
from llmgw_desktop.engine.loop.tasks import Tasks
from llmgw_desktop.engine.pipeline.pipeline import Pipeline
from llmgw_desktop.engine.pipeline.replay_callers import HearingCaller, ReplayCaller
from llmgw_desktop.engine.policy.reservations import ProviderModel, RequestEstimate
from llmgw_desktop.engine.policy.spending import asked_tier, most_output
from llmgw_desktop.engine.translation.translation import codec_of
from llmgw_desktop.wire.json_values import parse_json
from llmgw_desktop.wire.native.replay import ReplayRequest, ReplayWish, replay_request
from llmgw_desktop.wire.tokens import prompt_tokens, tokens_of
from llmgw_desktop.wire.translate.losses import LossReport

_UNSAID_TOKENS = 4_096
"""Of an answer whose length nobody bounds and of which none was seen."""


@value
class ReplayPlan:
    """What one model's replays would come to. Costs are estimates, of one replay; None: unknown."""

    model: str
    times: int
    decision: RouteDecision | None
    problem: str
    """Why it cannot be asked, in a sentence; empty if it can."""
    input_tokens: int
    is_input_told: bool
    """The vendor counted them, for the very same request."""
    output_tokens: int | None
    """As the first answer had; None where that is not known."""
    most_output_tokens: int | None
    usd: float | None
    """If the answer is as long as the first, and nothing comes from a cache."""
    most_usd: float | None
    is_call: bool = False
    """Of a tool: no model is asked."""

    def told(self) -> dict[str, Any]:
        """As a door writes it."""
        decision = self.decision
        candidates = () if decision is None else decision.candidates
        counted = Provenance.TOLD if self.is_input_told else Provenance.ESTIMATED
        return {
            "model": self.model,
            "isCall": self.is_call,
            "times": self.times,
            "problem": self.problem or None,
            "route": [
                {"account": each.upstream.account, "model": each.model} for each in candidates
            ],
            "routeReason": None if decision is None else decision.reason,
            "inputTokens": {"value": self.input_tokens, "provenance": counted},
            "outputTokens": self.output_tokens,
            "mostOutputTokens": self.most_output_tokens,
            "estimatedCostUsd": self.usd,
            "mostCostUsd": self.most_usd,
        }


Ended = Callable[[FlightSummary], None]
"""Told of each replay that has ended, while others go on."""


class CallsAgain(Protocol):
    """Calls of other servers' tools, made once more."""

    async def problem(self, tool: str, principal: Principal) -> str:
        """Why `SERVER/TOOL` is not called again for him; empty where it is."""
        ...

    async def call(
        self, first: FlightSummary, body: bytes, principal: Principal
    ) -> FlightSummary: ...


@value
class ReplayParts:
    """What asking again stands on."""

    pipeline: Pipeline
    gate: Gate
    pricing: Pricing
    dialects: Mapping[ModelProtocol, Dialect]
    calls: CallsAgain
    learn: Callable[[str], None]
    """A secret that is never to be written down."""
    seals: Callable[[], bool]
    """Whether what is written down is searched for secrets."""


class FlightReplays:
    """One for all who ask. Everything raises LlmgwError in words for whoever asked."""

    def __init__(self, parts: ReplayParts) -> None:
        self._parts = parts
        self._tasks = Tasks()

    async def close(self) -> None:
        """Cancel what still goes on."""
        await self._tasks.stop()

    async def plan(
        self, record: FlightRecord, wish: ReplayWish, principal: Principal
    ) -> tuple[ReplayPlan, ...]:
        """The route and the estimate of each model; nobody is asked, and nothing is spent."""
        self._allow(record, principal)
        requests = await self._requests(record, wish)
        if _is_call(record):
            problem = await self._parts.calls.problem(record.summary.model_asked, principal)
            return (_plan_of_call(record, wish, requests[0], problem),)
        sized = await asyncio.to_thread(_sizes, record, requests)
        return tuple(
            self._plan(record, wish, asked, size=size, principal=principal)
            for asked, size in zip(requests, sized, strict=True)
        )

    async def run(
        self,
        record: FlightRecord,
        wish: ReplayWish,
        principal: Principal,
        *,
        ended: Ended = lambda _: None,
    ) -> tuple[FlightSummary, ...]:
        """All replays, those of one model after each other, the models beside each other. Who is
        cancelled cancels what goes on; what has ended is recorded."""
        self._allow(record, principal)
        requests = await self._requests(record, wish)
        self._know(wish)
        if _is_call(record):
            return await self._call(record, wish, requests[0], principal=principal, ended=ended)
        dialect = self._parts.dialects.get(record.summary.protocol)
        if dialect is None:
            raise NotReplayable("In this dialect nothing can be asked again.")
        rows = [
            self._tasks.start(
                self._row(
                    dialect, record, asked, times=wish.times, principal=principal, ended=ended
                ),
                name=f"replay {record.summary.id}",
            )
            for asked in requests
        ]
        try:
            done = await asyncio.gather(*rows)
        except BaseException:
            for row in rows:
                row.cancel()
            await asyncio.gather(*rows, return_exceptions=True)
            raise
        return tuple(flight for row in done for flight in row)

    async def heard(
        self, record: FlightRecord, model: str, principal: Principal
    ) -> tuple[FlightSummary, bytes | None]:
        """One replay of a request that stands in a file, and what was answered to it; None where
        that is longer than is kept. What stands in the places of secrets is sent as it is."""
        self._parts.gate.allow(principal, Scope.MODELS_USE)
        wish = ReplayWish(models=(model,) if model else (), keeps_marks=True)
        [asked] = await self._requests(record, wish)
        dialect = self._parts.dialects[record.summary.protocol]
        caller = HearingCaller(asked)
        exchange = self._parts.pipeline.admitted(
            dialect, record.summary.operation, caller, principal
        )
        if record.summary.id:
            exchange.flight.replays(record.summary.id)
        await self._parts.pipeline.carry(exchange)
        return exchange.flight.summary(), caller.heard if caller.is_whole else None

    async def _requests(self, record: FlightRecord, wish: ReplayWish) -> list[ReplayRequest]:
        def make() -> list[ReplayRequest]:
            return [replay_request(record, wish, model) for model in wish.models or ("",)]

        return await asyncio.to_thread(make)

    def _allow(self, record: FlightRecord, principal: Principal) -> None:
        scope = Scope.MCP if _is_call(record) else Scope.MODELS_USE
        self._parts.gate.allow(principal, scope)

    async def _call(
        self,
        record: FlightRecord,
        wish: ReplayWish,
        asked: ReplayRequest,
        *,
        principal: Principal,
        ended: Ended,
    ) -> tuple[FlightSummary, ...]:
        """A tool that only reads, once more. Raises NotReplayable for others."""
        calls, first = self._parts.calls, record.summary
        if problem := await calls.problem(first.model_asked, principal):
            raise NotReplayable(problem)
        flown = []
        for _ in range(wish.times):
            call = self._tasks.start(calls.call(first, asked.body, principal), name="call again")
            flown.append(await call)
            ended(flown[-1])
        return tuple(flown)

    def _know(self, wish: ReplayWish) -> None:
        """Before any of it is sent, so that no record holds it."""
        if wish.secrets and not self._parts.seals():
            raise InvalidRun(
                "what is recorded is not searched for secrets (recorder.redact), so these would be"
                " written down",
                field="secrets",
            )
        for secret in wish.secrets:
            self._parts.learn(secret)

    async def _row(
        self,
        dialect: Dialect,
        record: FlightRecord,
        asked: ReplayRequest,
        *,
        times: int,
        principal: Principal,
        ended: Ended,
    ) -> list[FlightSummary]:
        flown = []
        pipeline, first = self._parts.pipeline, record.summary
        for _ in range(times):
            caller = ReplayCaller(asked)
            exchange = pipeline.admitted(dialect, first.operation, caller, principal)
            exchange.flight.replays(first.id)
            await pipeline.carry(exchange)
            flown.append(exchange.flight.summary())
            ended(flown[-1])
            if flown[-1].error_kind == AccessRevoked.kind:
                raise AccessRevoked  # it cut this one, and is not heard of again
        return flown

    def _plan(
        self,
        record: FlightRecord,
        wish: ReplayWish,
        asked: ReplayRequest,
        *,
        size: "_Size",
        principal: Principal,
    ) -> ReplayPlan:
        first, tokens = record.summary, size.input_tokens
        decision, problem = None, ""
        try:
            decision = self._parts.pipeline.router.explain(
                RouteQuestion(
                    protocol=first.protocol,
                    model=asked.model,
                    operation=first.operation,
                    client=principal.known_as,
                    project=asked.headers.get("x-project", ""),
                    input_tokens=tokens,
                    label=principal.label,
                )
            )
            self._check_policy(decision, asked, size, principal)
        except PolicyError as error:
            problem = str(error)
        except LlmgwError as error:
            decision, problem = None, str(error)
        output = first.usage.output_tokens
        output = None if first.usage.partial & Figure.OUTPUT else output
        usd, most_usd = self._costs(decision, size, output)
        return ReplayPlan(
            model=asked.model,
            times=wish.times,
            decision=decision,
            problem=problem,
            input_tokens=tokens,
            is_input_told=size.is_told,
            output_tokens=output,
            most_output_tokens=size.most_output,
            usd=usd,
            most_usd=most_usd,
        )

    def _check_policy(
        self, decision: RouteDecision, asked: ReplayRequest, size: "_Size", principal: Principal
    ) -> None:
        """Whether this client may use any of them. Raises PolicyError."""
        places = tuple(
            ProviderModel(each.upstream.provider, each.model) for each in decision.candidates
        )
        self._parts.pipeline.policies.check(
            principal,
            RequestEstimate(
                model=asked.model,
                places=places,
                input_tokens=size.input_tokens,
                output_tokens=size.most_output,
            ),
        )

    def _costs(
        self, decision: RouteDecision | None, size: "_Size", output: int | None
    ) -> tuple[float | None, float | None]:
        """By the prices of the first candidate."""
        if decision is None or not decision.candidates:
            return None, None
        first = decision.candidates[0]
        price = self._parts.pricing.price_of(first.upstream.provider, first.model)
        if price is None:
            return None, None
        usage = Usage(input_tokens=size.input_tokens, output_tokens=output)
        usd = None if output is None else price.bill(usage).usd
        most = size.most_output or max(_UNSAID_TOKENS, output or 0)
        return usd, price.most_usd(size.input_tokens, most, size.tier)


def _is_call(record: FlightRecord) -> bool:
    return record.summary.operation is Operation.CALL_TOOL


def _plan_of_call(
    record: FlightRecord, wish: ReplayWish, asked: ReplayRequest, problem: str
) -> ReplayPlan:
    """No model is asked: it costs nothing here."""
    return ReplayPlan(
        model=asked.model,
        times=wish.times,
        decision=None,
        problem=problem,
        input_tokens=tokens_of(len(asked.body)),
        is_input_told=False,
        output_tokens=record.summary.usage.output_tokens,
        most_output_tokens=None,
        usd=None,
        most_usd=None,
        is_call=True,
    )


@value(kw_only=False)
class _Size:
    """Of one request."""

    input_tokens: int
    is_told: bool
    most_output: int | None
    tier: str


def _sizes(record: FlightRecord, requests: Sequence[ReplayRequest]) -> list[_Size]:
    return [_size(record, asked) for asked in requests]


def _size(record: FlightRecord, asked: ReplayRequest) -> _Size:
    """As the vendor counted the first, where the same is said; of another model, and of what is
    not the same, that is an estimate."""
    first = record.summary
    try:
        fields = parse_json(asked.body)
    except ValueError:
        fields = {}
    fields = fields if isinstance(fields, dict) else {}
    doubts = first.usage.estimated | first.usage.partial
    told = first.usage.input_tokens if asked.says_the_same else None
    is_told = told is not None and asked.is_as_before and not doubts & Figure.INPUT
    try:
        codec = codec_of(first.protocol)
        prompt = codec.read_prompt(fields, asked.model, first.streaming, LossReport())
        estimated = prompt_tokens(prompt)
    except MalformedRequest:
        estimated = tokens_of(len(asked.body))
    return _Size(
        input_tokens=estimated if told is None else told,
        is_told=is_told,
        most_output=most_output(fields, first.protocol),
        tier=asked_tier(fields),
    )
