"""One attempt: a candidate is asked in the caller's own words where it speaks his protocol, else
translated; and what a caller is told when none of several has answered.

That is the first vendor's error as it came, but: accounts that all need a person are told as that,
and a limit that all have reached with the time when the first is free.
"""

import math
from collections.abc import Mapping, Sequence

from llmgw_desktop.domain.errors import AccountsBusy, AccountsUnusable, LlmgwError
from llmgw_desktop.domain.model.prompt import ModelRequest
from llmgw_desktop.domain.provider import AccountState, ModelProtocol, ProviderKind
from llmgw_desktop.domain.routing.route import Candidate
from llmgw_desktop.domain.values import value
from llmgw_desktop.engine.exchange.caller import notes_of
from llmgw_desktop.engine.exchange.dialect import Outgoing
from llmgw_desktop.engine.exchange.exchange import Exchange
from llmgw_desktop.engine.flights.open_flight import OpenFlight
from llmgw_desktop.engine.http1.head import HeadNotes
from llmgw_desktop.engine.routing.choices import TRANSLATED
from llmgw_desktop.engine.routing.failures import TABLE, Failure, FailureClass, FailureKind
from llmgw_desktop.engine.routing.health import OF_OWN_BUDGET, HealthTracker
from llmgw_desktop.engine.routing.local_desk import LocalDesk
from llmgw_desktop.engine.telemetry.telemetry import Telemetry
from llmgw_desktop.engine.translation.translation import Translation, Translator, beside_loop
from llmgw_desktop.engine.upstream.answer import UpstreamAnswer, UpstreamCall, UpstreamClient
from llmgw_desktop.wire.headers import HeaderPolicy, own_query, own_request_headers
from llmgw_desktop.wire.translate.carriers import holds_carrier

Sent = tuple[UpstreamAnswer, Outgoing | Translation]
"""An answer whose head is here, and what is needed to pass it on."""


class Sender:
    """`own_ways` names the kinds of provider that are not reached as the vendors are."""

    def __init__(
        self,
        *,
        vendors: UpstreamClient,
        own_ways: Mapping[ProviderKind, UpstreamClient],
        header_policy: HeaderPolicy,
        translator: Translator,
        telemetry: Telemetry,
        desk: LocalDesk,
    ) -> None:
        self._desk = desk
        self._telemetry = telemetry
        self._vendors = vendors
        self._own_ways = own_ways
        self._header_policy = header_policy
        self._translator = translator

    async def send(self, exchange: Exchange, candidate: Candidate) -> Sent:
        """Raises UpstreamError; RequestError where it cannot be told in the candidate's words."""
        request, flight = exchange.request, exchange.flight
        if _goes_as_it_is(request, candidate):
            flight.lost(())
            size, edit = len(request.body), exchange.dialect.edit
            outgoing = await beside_loop(size, edit, request, candidate)
            notes = notes_of(exchange.caller)
            return await self._ask(request, candidate, outgoing, flight, notes=notes), outgoing
        translation = await self._translator.translate(request, candidate)
        flight.lost(translation.report.names)
        return await self._ask_in_theirs(request, candidate, translation, flight), translation

    async def _ask(
        self,
        request: ModelRequest,
        candidate: Candidate,
        outgoing: Outgoing,
        flight: OpenFlight,
        *,
        notes: HeadNotes | None,
    ) -> UpstreamAnswer:
        headers = self._forwarded(request, notes)
        if self._telemetry.is_on:
            notes, headers = None, self._traced(request, headers)
        return await self._sent(
            UpstreamCall(
                candidate=candidate,
                operation=request.operation,
                streaming=request.streaming,
                body=outgoing.body,
                headers=headers,
                came_by=request.headers,
                query=request.query,
                project=request.project,
                principal=request.principal,
                flight_id=request.flight_id,
                notes=notes,
                connected=flight.connected,
            ),
            flight,
        )

    def _forwarded(self, request: ModelRequest, notes: HeadNotes | None) -> Mapping[str, str]:
        if notes is not None and notes.forwarded is not None:
            return notes.forwarded
        policy = self._header_policy
        forwarded = policy.request_headers_to_forward(request.headers, request.protocol)
        if notes is not None:
            notes.forwarded = forwarded
        return forwarded

    def _traced(self, request: ModelRequest, headers: Mapping[str, str]) -> Mapping[str, str]:
        """With the span that this request is."""
        return {
            **headers,
            "traceparent": self._telemetry.onward(request.flight_id, request.headers),
        }

    async def _ask_in_theirs(
        self,
        request: ModelRequest,
        candidate: Candidate,
        translation: Translation,
        flight: OpenFlight,
    ) -> UpstreamAnswer:
        """The caller's headers belong to his own protocol: none of them goes along."""
        protocol = candidate.upstream.protocol
        headers = own_request_headers(protocol, streaming=translation.upstream_streams)
        return await self._sent(
            UpstreamCall(
                candidate=candidate,
                operation=request.operation,
                streaming=translation.upstream_streams,
                body=translation.body,
                headers=self._traced(request, headers) if self._telemetry.is_on else headers,
                came_by=request.headers,
                query=own_query(protocol, streaming=translation.upstream_streams),
                project=request.project,
                principal=request.principal,
                flight_id=request.flight_id,
                connected=flight.connected,
            ),
            flight,
        )

    async def _sent(self, call: UpstreamCall, flight: OpenFlight) -> UpstreamAnswer:
        upstream = call.candidate.upstream
        way = self._own_ways.get(upstream.kind, self._vendors)
        if upstream.at_once:
            return await self._desk.send(way, call, flight)
        return await way.send(call)


def _goes_as_it_is(request: ModelRequest, candidate: Candidate) -> bool:
    """Not even to its own protocol goes a conversation with other vendors' seals in it: written
    anew it leaves them out. (Anthropic's are cut out of the body where they stand.)"""
    if candidate.upstream.protocol is not request.protocol:
        return False
    if request.protocol is ModelProtocol.ANTHROPIC or request.operation not in TRANSLATED:
        return True
    return not holds_carrier(request.body)


MOST_NAMED = 5
_ROW_OF_STATE = {
    AccountState.OVER_QUOTA: TABLE[FailureKind.QUOTA],
    AccountState.AUTH_REQUIRED: TABLE[FailureKind.CREDENTIAL],
}


@value
class FailedAttempt:
    """A candidate that did not answer, with what came in place of an answer: one of the two."""

    candidate: Candidate
    failure: Failure
    sent: Sent | None = None
    error: LlmgwError | None = None


def end_of(
    failed: Sequence[FailedAttempt],
    candidates: Sequence[Candidate],
    health: HealthTracker,
    flight: OpenFlight,
) -> FailedAttempt:
    """The one whose answer the caller gets as it came. Raises LlmgwError."""
    last = failed[-1] if failed else None
    if last is not None and not last.failure.row.others_may:
        return _as_it_came(last, flight)
    if all(attempt.failure.row.is_dead for attempt in failed):
        raise _nobody_can(failed, candidates, health)
    if last is not None and last.failure.kind is FailureKind.RATE_LIMIT:
        raise _busy(candidates, health)
    return _as_it_came(failed[0], flight)


def need_of(candidate: Candidate, row: FailureClass) -> str:
    """Which account, what happened, what to do; nothing that a vendor said."""
    return f"{candidate.upstream.account}: {row.happened}. {row.advice}".strip()


def _as_it_came(attempt: FailedAttempt, flight: OpenFlight) -> FailedAttempt:
    flight.answers(attempt.candidate)
    if attempt.error is not None:
        raise attempt.error
    return attempt


def _nobody_can(
    failed: Sequence[FailedAttempt], candidates: Sequence[Candidate], health: HealthTracker
) -> LlmgwError:
    """Nobody was asked, or only such as need a person."""
    waits = [health.wait(candidate) for candidate in candidates]
    if any(wait.is_told and wait.state is AccountState.COOLING for wait in waits):
        return _busy(candidates, health)
    rows = {attempt.candidate.upstream.account: attempt.failure.row for attempt in failed}
    needs: dict[str, str] = {}
    for candidate, wait in zip(candidates, waits, strict=True):
        name = candidate.upstream.account
        if why := health.own_budget(candidate):
            needs.setdefault(name, f"{name}: {why} {OF_OWN_BUDGET}")
        row = rows.get(name) or _ROW_OF_STATE.get(wait.state)
        if row is not None:
            needs.setdefault(name, need_of(candidate, row))
    return AccountsUnusable(tuple(needs.values())[:MOST_NAMED])


def _busy(candidates: Sequence[Candidate], health: HealthTracker) -> AccountsBusy:
    lefts = [health.wait(candidate).left_s for candidate in candidates]
    soonest = min((left for left in lefts if left is not None), default=1.0)
    names = list(dict.fromkeys(candidate.upstream.account for candidate in candidates))
    after_s = max(math.ceil(soonest), 1)
    return AccountsBusy(
        f"All accounts that may answer this are at their limit "
        f"({', '.join(names[:MOST_NAMED])}). The first is free again in {after_s} s.",
        retry_after_s=after_s,
    )


_LEAST_S, _MOST_S = 0.001, 86400.0
_IN_SECONDS = ("x-stainless-timeout", "x-stainless-read-timeout", "x-server-timeout")
"""OpenAI's and Anthropic's SDKs; Google's."""
_GRPC_UNITS_S = {"H": 3600.0, "M": 60.0, "S": 1.0, "m": 1e-3, "u": 1e-6, "n": 1e-9}


def client_patience_s(headers: Mapping[str, str]) -> float | None:
    """The shortest time that it names; None where it names none, or nonsense."""
    found = [_seconds(headers.get(name, "")) for name in _IN_SECONDS]
    found.append(_grpc(headers.get("grpc-timeout", "")))
    return min((each for each in found if each is not None), default=None)


def _seconds(text: str) -> float | None:
    if not text:
        return None
    try:
        seconds = float(text)
    except ValueError:
        return None
    return seconds if math.isfinite(seconds) and _LEAST_S <= seconds <= _MOST_S else None


def _grpc(text: str) -> float | None:
    """`30S`, `500m`: up to eight digits and a unit."""
    number, unit = text[:-1], text[-1:]
    if unit not in _GRPC_UNITS_S or not (number.isascii() and number.isdigit()) or len(number) > 8:
        return None
    return _seconds(str(int(number) * _GRPC_UNITS_S[unit]))
