"""What one request, or one run of a CLI, spends: taken on when it is known who may answer, settled
when it has ended. A run that an earlier program began reserves as much again in this one.
"""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from functools import partial
from typing import Any

from llmgw_desktop.domain.access.principal import Principal
from llmgw_desktop.domain.cli import CliName
from llmgw_desktop.domain.jobs.cli_settings import provider_of
from llmgw_desktop.domain.model.prompt import ModelRequest, Operation
from llmgw_desktop.domain.provider import ModelProtocol
from llmgw_desktop.domain.routing.route import Candidate, RouteDecision
from llmgw_desktop.domain.usage import Figure, Usage
from llmgw_desktop.domain.values import value
from llmgw_desktop.engine.flights.open_flight import OpenFlight
from llmgw_desktop.engine.policy.estimates import NO_SIZES, sizes_of
from llmgw_desktop.engine.policy.policies import Policies, Reservations
from llmgw_desktop.engine.policy.reservations import (
    UNSAID_OUTPUT_TOKENS,
    ProviderModel,
    RequestEstimate,
    Visit,
)

_BOUNDS = {
    ModelProtocol.ANTHROPIC: ("max_tokens",),
    ModelProtocol.OPENAI_CHAT: ("max_tokens", "max_completion_tokens"),
    ModelProtocol.OPENAI_RESPONSES: ("max_output_tokens",),
    ModelProtocol.CODEX: ("max_output_tokens",),
    ModelProtocol.GEMINI: ("maxOutputTokens", "max_output_tokens"),
}
"""Where each vendor's requests say how long an answer may be; of several the largest counts. What
another vendor would read is not read by this one, and bounds nothing."""
_TIERS = ("service_tier", "serviceTier", "speed")
"""Where a request says how it wants to be served."""
_MOST_TIER_CHARS = 40
_SEVERAL = ("n", "best_of", "candidateCount", "candidate_count")
"""How many answers are written; each may be so long."""
_MOST_SEVERAL = 1000
_STREAMED_BYTES = 100
"""So many of a stream are a token of it, with the events around: between what the vendors write."""
_NOTHING = Usage(input_tokens=0, output_tokens=0)


class RequestSpending:
    """Of one request."""

    __slots__ = ("_admitted", "_is_count", "_policies", "_request", "_sizes", "_visit", "_wish")

    def __init__(self, policies: Policies) -> None:
        self._policies = policies
        self._admitted: Reservations | None = None
        self._wish: RequestEstimate | None = None
        self._request: ModelRequest | None = None
        self._sizes = NO_SIZES
        self._visit: Visit | None = None
        self._is_count = False

    def begin(self, request: ModelRequest, decision: RouteDecision) -> RouteDecision:
        """With those candidates that the client may use. Raises PolicyError."""
        principal = request.principal
        self._visit = self._policies.comes(principal)
        if self._policies.policy_of(principal) is None:
            return decision
        self._is_count = request.operation is Operation.COUNT_TOKENS
        fields, estimates = request.fields, self._policies.estimates
        self._sizes = sizes = NO_SIZES if self._is_count else sizes_of(request.body)
        wish = RequestEstimate(
            model=request.model,
            places=tuple(_place(each) for each in decision.candidates),
            input_tokens=0 if self._is_count else estimates.input_tokens(request, sizes),
            output_tokens=0 if self._is_count else most_output(fields, request.protocol),
            unsaid_output_tokens=estimates.unsaid_output_tokens(request),
            service_tier=asked_tier(fields),
        )
        self._wish, self._request = wish, request
        self._admitted = admitted = self._policies.admit(principal, wish)
        if admitted is None:
            return decision
        if any(each.upstream.protocol is ModelProtocol.CLI for each in decision.candidates):
            self._policies.of_runs[request.flight_id] = admitted
        if admitted.places == wish.places:
            return decision
        allowed = tuple(each for each in decision.candidates if _place(each) in admitted.places)
        return replace(decision, candidates=allowed)

    def end(self, flight: OpenFlight) -> None:
        """The flight is closed. Where nobody was asked nothing was spent."""
        if self._visit is not None:
            self._policies.goes(self._visit)
        if self._admitted is None:
            return
        self._policies.of_runs.pop(flight.id, None)
        if not flight.attempts:
            self._policies.let_go(self._admitted)
        elif self._is_count or flight.was_free or not flight.is_counted:
            # a request, and nothing that anybody bills or that others have not settled
            self._policies.settle(self._admitted, _NOTHING, 0.0)
        else:
            # what a vendor told at the beginning of an answer is not what it came to
            is_whole = flight.is_well or flight.stop_reason is not None
            if self._request is not None and not flight.broken:
                self._policies.estimates.learn(self._request, flight.usage, self._sizes)
            self._policies.settle(
                self._admitted,
                flight.usage,
                flight.cost_usd,
                is_whole=is_whole,
                at_most=partial(self._at_most, flight),
            )

    def _at_most(self, flight: OpenFlight) -> RequestEstimate | None:
        """With what is known now: a prompt that was told is no estimate any more, and an answer
        whose length nobody bounded has at least as much as had come."""
        wish, usage = self._wish, flight.usage
        if wish is None:
            return None
        if usage.input_tokens is not None and not usage.partial & Figure.INPUT:
            wish = replace(wish, input_tokens=usage.input_tokens)
        came = flight.answer_bytes // _STREAMED_BYTES
        if wish.output_tokens is None and came > wish.most_output_tokens:
            wish = replace(wish, output_tokens=came)
        return wish


def _place(candidate: Candidate) -> ProviderModel:
    return ProviderModel(candidate.upstream.provider, candidate.model)


def most_output(fields: Mapping[str, Any], protocol: ModelProtocol) -> int | None:
    """The most that a request lets all its answers have; None: it does not say."""
    asked = fields
    if protocol is ModelProtocol.GEMINI:
        configs = [fields.get(name) for name in ("generationConfig", "generation_config")]
        asked = {
            name: it for each in configs if isinstance(each, dict) for name, it in each.items()
        }
    said = _numbers(asked, _BOUNDS.get(protocol, ()))
    several = min(max((1, *_numbers(asked, _SEVERAL))), _MOST_SEVERAL)
    if not said:
        return None if several == 1 else several * UNSAID_OUTPUT_TOKENS
    return max(said) * several


def asked_tier(fields: Mapping[str, Any]) -> str:
    """Empty where it does not say."""
    for name in _TIERS:
        if isinstance(it := fields.get(name), str) and it:
            return it[:_MOST_TIER_CHARS]
    return ""


def _numbers(asked: Mapping[str, Any], names: Sequence[str]) -> list[int]:
    """As vendors read them: also 8.0 and, of Google, "8". Nothing and less than nothing bound
    nothing."""
    found = []
    for name in names:
        if (told := asked.get(name)) is None or isinstance(told, bool):
            continue
        try:
            number = int(float(told or 0))
        except (TypeError, ValueError, OverflowError):
            continue
        found += [number] if number > 0 else []
    return found


DEFAULT_MODEL = "default"
NOTHING_MORE = Usage(input_tokens=0, output_tokens=0)
Asked = tuple[str, str]
"""A model and a prompt."""


@value(kw_only=False)
class _Run:
    """`admitted`: None of a client without limits."""

    visit: Visit
    admitted: Reservations | None
    client_id: str
    model: str


class RunSpending:
    """Of all runs. On the loop."""

    def __init__(self, policies: Policies) -> None:
        self._policies = policies
        self._running: dict[str, _Run] = {}
        """By the ids of their flights."""

    def begin(
        self,
        flight_id: str,
        principal: Principal,
        cli: CliName,
        asked: Asked,
        *,
        further: Sequence[str] = (),
    ) -> None:
        """`further`: models that it may go over to. Raises PolicyError."""
        admitted = None
        if self._policies.policy_of(principal) is not None:
            for each in further:
                self._policies.check(principal, self._wish(principal, cli, (each, "")))
            wish = self._wish(principal, cli, asked)
            admitted = self._policies.admit(principal, wish)
        self._goes(flight_id, principal, admitted, _model_name(cli, asked[0]))

    def not_begun(self, flight_id: str) -> None:
        """It was refused for another reason, or another's run does the same."""
        admitted = self._left(flight_id)
        if admitted is not None:
            self._policies.let_go(admitted)

    def goes_on(self, flight_id: str, principal: Principal, cli: CliName, asked: Asked) -> None:
        """Where an earlier program began it, as much is reserved again: it is reckoned from what
        was asked, which lies with the run."""
        if flight_id not in self._running:
            admitted = self._policies.goes_on(principal, self._wish(principal, cli, asked))
            self._goes(flight_id, principal, admitted, _model_name(cli, asked[0]))

    def ended(
        self, flight_id: str, usage: Usage, cost_usd: float | None, *, is_whole: bool = True
    ) -> None:
        """`is_whole`: it came to its end, and told all that it used. A run whose requests were
        settled one by one has used nothing besides (NOTHING_MORE)."""
        run = self._running.get(flight_id)
        admitted = self._left(flight_id)
        if run is None or admitted is None:
            return
        self._policies.settle(admitted, usage, cost_usd, is_whole=is_whole)
        if is_whole and usage is not NOTHING_MORE:
            self._policies.estimates.learn_of_run(run.client_id, run.model, usage)

    def _goes(
        self, flight_id: str, principal: Principal, admitted: Reservations | None, model: str
    ) -> None:
        visit = self._policies.comes(principal)
        self._running[flight_id] = _Run(visit, admitted, principal.client_id, model)
        if admitted is not None:
            self._policies.of_runs[flight_id] = admitted

    def _wish(self, principal: Principal, cli: CliName, asked: Asked) -> RequestEstimate:
        model, prompt = asked
        name = _model_name(cli, model)
        read, written = self._policies.estimates.run_tokens(principal.client_id, name, prompt)
        return RequestEstimate(
            model=name,
            places=(ProviderModel(provider_of(cli), model or DEFAULT_MODEL),),
            input_tokens=read,
            output_tokens=None,
            unsaid_output_tokens=written,
        )

    def _left(self, flight_id: str) -> Reservations | None:
        self._policies.of_runs.pop(flight_id, None)
        run = self._running.pop(flight_id, None)
        if run is None:
            return None
        self._policies.goes(run.visit)
        return run.admitted


def _model_name(cli: CliName, model: str) -> str:
    return f"{provider_of(cli)}/{model or DEFAULT_MODEL}"
