"""A flight in the air: the one mutable thing of a request, owned by its run in the pipeline."""

from collections.abc import Callable, Sequence

from llmgw_desktop.domain.clock import Clock
from llmgw_desktop.domain.errors import ClientGone, LlmgwError
from llmgw_desktop.domain.flight import (
    Attempt,
    FlightState,
    FlightSummary,
    Headers,
    Phase,
    PhaseName,
)
from llmgw_desktop.domain.guard import GuardHit
from llmgw_desktop.domain.model_request import ModelRequest, Operation
from llmgw_desktop.domain.prompt_facts import PromptFacts
from llmgw_desktop.domain.provider import ModelProtocol
from llmgw_desktop.domain.route import Candidate, Consideration, PassedRule, RouteDecision
from llmgw_desktop.domain.usage import UNKNOWN_USAGE, Usage
from llmgw_desktop.domain.values import maker

# Called with the fields in their order, which for so many is much quicker than by their names.
_summary: Callable[..., FlightSummary] = maker(FlightSummary)
_span: Callable[..., Phase] = maker(Phase)
_attempt: Callable[..., Attempt] = maker(Attempt)
_BROKEN_OFF = frozenset({FlightState.CUT, FlightState.CANCELED})
NO_CLIENT = "–"
"""Shown as the client of a request whose sender is unknown."""


class _OpenAttempt:
    """A candidate being asked; it ends when it failed, or else with the flight."""

    __slots__ = ("candidate", "ended", "is_free", "outcome", "started", "status")

    def __init__(self, candidate: Candidate, started: float) -> None:
        self.candidate = candidate
        self.started = started
        self.ended: float | None = None
        self.outcome = ""
        self.status: int | None = None
        self.is_free = False


class OpenFlight:
    """Facts are noted as they become known; `summary` may be asked at any moment, by any thread.

    Times are monotonic seconds but for `started_at_s`.
    """

    choice: Candidate | None
    """Who was to answer before anything went wrong."""
    candidate: Candidate | None
    """Whose answer the caller gets, or who was asked last."""
    cache_similarity: float | None
    """Of the question that the answer was given to before."""
    cost_usd: float | None
    """As whoever answered told it; else computed at the end, where a price is known."""
    list_cost_usd: float | None
    """By the known prices, where whoever answered told a cost of its own."""

    guard_hits: tuple[GuardHit, ...]
    """What the guards found in the request."""
    prompt_facts: PromptFacts | None
    """Of a run that was asked for as a job."""

    __slots__ = (
        "_clock",
        "answer_bytes",
        "answer_headers",
        "answer_id",
        "answer_kept",
        "answer_whole",
        "attempt_log",
        "attempts",
        "cache_said",
        "cache_similarity",
        "candidate",
        "choice",
        "chunks",
        "client",
        "considered",
        "cost_usd",
        "ended",
        "error_kind",
        "error_text",
        "fell_back",
        "first_byte",
        "guard_hits",
        "id",
        "is_billed_by_vendor",
        "is_counted",
        "is_told",
        "is_whole",
        "job",
        "keep_limit",
        "label",
        "last_words",
        "list_cost_usd",
        "losses",
        "model_asked",
        "model_served",
        "next_number",
        "operation",
        "owner",
        "passed_rules",
        "path",
        "phases",
        "prompt_facts",
        "protocol",
        "provider",
        "request_body",
        "request_headers",
        "request_size",
        "route_reason",
        "started",
        "started_at_s",
        "state",
        "status",
        "stop_reason",
        "streaming",
        "torn_frame",
        "upstream_protocol",
        "usage",
    )

    def __init__(  # noqa: PLR0915 - a list of facts, none of them known yet
        self,
        flight_id: str,
        *,
        path: str,
        protocol: ModelProtocol,
        operation: Operation,
        clock: Clock,
        keep_limit: int = 0,
    ) -> None:
        self.id = flight_id
        self.path = path
        self.protocol = protocol
        self.operation = operation
        self._clock = clock
        self.started = clock.monotonic_s()
        self.started_at_s = clock.now_s()
        self.state = FlightState.RUNNING
        self.client = NO_CLIENT
        self.owner: str | None = None
        self.label = ""
        self.model_asked = ""
        self.model_served: str | None = None
        self.provider: str | None = None
        self.streaming = False
        self.status: int | None = None
        self.first_byte: float | None = None
        self.ended: float | None = None
        self.usage: Usage = UNKNOWN_USAGE
        self.stop_reason: str | None = None
        self.error_kind: str | None = None
        self.error_text: str | None = None
        self.attempts = self.chunks = 0
        self.choice = self.candidate = self.cost_usd = self.prompt_facts = None
        self.cache_similarity = self.list_cost_usd = None
        self.is_billed_by_vendor = False
        self.job = ""
        """Of the run that asked this, or of which it is the flight."""
        self.is_counted = True
        """False where other flights have its tokens."""
        self.attempt_log: list[_OpenAttempt] = []
        self.cache_said = ""
        """Whether the gateway's own cache had the answer: `hit`, `similar` or `miss`; empty where
        it was not asked."""
        self.fell_back: bool | None = None
        """Whether another than the first candidate answered; None where there was but one."""
        self.upstream_protocol: ModelProtocol | None = None
        self.losses: tuple[str, ...] = ()
        self.torn_frame = b""
        """What the caller has seen of a stream's frame that was never finished."""
        self.next_number = 0
        """Of the event that would have come next, where they are numbered."""
        self.is_whole = False
        """A translated stream has reached its end."""
        self.is_told = False
        """The caller was sent the last word of a stream without an error; who leaves after it had
        his whole answer."""
        self.last_words: Callable[[str, str], bytes] | None = None
        """How a translated stream that has begun is ended when it breaks: (message, kind)."""
        self.route_reason = ""
        self.considered: Sequence[Consideration] = ()
        self.passed_rules: Sequence[PassedRule] = ()
        self.request_headers: Headers = ()
        self.request_body = b""
        """As it is recorded: what was hidden is not in it."""
        self.request_size: int | None = None
        """As it came, where that is not what is recorded."""
        self.guard_hits = ()
        self.answer_headers: Headers = ()
        self.answer_id: str | None = None
        """As its provider called it, where a later request may go on from it."""
        self.answer_kept = bytearray()
        self.answer_bytes = 0
        self.keep_limit = keep_limit
        """How many bytes of each body the recorder wants."""
        self.answer_whole = True
        self.phases: list[tuple[PhaseName, float, float]] = []

    def read(self, request: ModelRequest) -> None:
        """The request's body is in and understood."""
        self.model_asked = request.model
        self.streaming = request.streaming
        self._phase(PhaseName.READ, self.started)

    def routed(self, decision: RouteDecision) -> None:
        self.route_reason = decision.reason
        self.choice = decision.candidates[0]
        self.considered = decision.considered
        self.passed_rules = decision.passed
        self._phase(PhaseName.ROUTE, self._last_end())

    def tried(self, candidate: Candidate) -> None:
        self.attempts += 1
        self.attempt_log.append(_OpenAttempt(candidate, self._last_end()))
        self.answers(candidate)

    def answers(self, candidate: Candidate) -> None:
        """It is this one whose answer the caller gets, as far as is known."""
        self.candidate = candidate
        self.provider = candidate.upstream.provider
        self.upstream_protocol = candidate.upstream.protocol
        self.model_served = candidate.model

    def attempt_answered(self, status: int) -> float:
        """The head of a good answer is here; how long after the request was sent, in ms."""
        self.attempt_log[-1].status = status
        return (self._clock.monotonic_s() - self._last_end()) * 1000

    def attempt_failed(self, outcome: str, status: int | None, *, is_free: bool = False) -> None:
        """`is_free`: nothing was generated, so no vendor bills it. What a CLI did before it failed
        is not known."""
        attempt = self.attempt_log[-1]
        attempt.outcome, attempt.status = outcome, status
        attempt.is_free = is_free and attempt.candidate.upstream.protocol is not ModelProtocol.CLI
        attempt.ended = self._clock.monotonic_s()

    def goes_on(self) -> None:
        """To another candidate, or to the same one again: the time until now was a wait."""
        self._phase(PhaseName.WAIT, self._last_end())

    def connected(self) -> None:
        """A connection to the upstream is in hand."""
        self._phase(PhaseName.CONNECT, self._last_end())

    def answered(self) -> None:
        """The first byte of the answer's body is here."""
        self.first_byte = self._phase(PhaseName.WAIT, self._last_end())

    def streamed(self) -> None:
        """The stream has ended, well or not."""
        if self.first_byte is not None:
            self._phase(PhaseName.STREAM, self.first_byte)

    def keep(self, chunk: bytes | bytearray) -> None:
        """A copy of the answer for the record, up to the limit."""
        self.answer_bytes += len(chunk)
        room = self.keep_limit - len(self.answer_kept)
        self.answer_kept += chunk if len(chunk) <= room else chunk[:room]
        if len(chunk) > room:
            self.answer_whole = False

    def fail(self, state: FlightState, kind: str, text: str) -> None:
        """The first failure names the flight's end; later ones are its consequences."""
        if self.error_kind is None:
            self.state, self.error_kind, self.error_text = state, kind, text

    def fail_with(self, error: LlmgwError, state: FlightState = FlightState.FAILED) -> None:
        self.fail(state, error.kind, str(error))

    def left(self, error: ClientGone) -> None:
        """The caller is gone."""
        if not self.is_told:
            self.fail_with(error, FlightState.CANCELED)

    @property
    def broke_off(self) -> bool:
        """An answer began and its end did not come: what was told of it is not all."""
        if self.state not in _BROKEN_OFF or self.first_byte is None:
            return False
        return self.stop_reason is None or self.usage.output_tokens is None

    @property
    def was_free(self) -> bool:
        """Whoever was asked refused before any output, and told of no usage."""
        return self.usage == UNKNOWN_USAGE and all(each.is_free for each in self.attempt_log)

    @property
    def is_well(self) -> bool:
        """Nothing has gone wrong so far."""
        return self.error_kind is None

    def end(self) -> None:
        """The flight's last moment; one that nothing went wrong with has ended well."""
        self.ended = self._clock.monotonic_s()
        if self.state is FlightState.RUNNING:
            self.state = FlightState.OK

    def summary(self) -> FlightSummary:
        return _summary(
            self.id,
            self.started_at_s,
            self.state,
            self.client,
            self.protocol,
            self.operation,
            self.model_asked,
            self.model_served,
            self.provider,
            self.streaming,
            self.status,
            None if self.first_byte is None else (self.first_byte - self.started) * 1000.0,
            None if self.ended is None else (self.ended - self.started) * 1000.0,
            self.usage,
            self.stop_reason,
            self.error_kind,
            self.error_text,
            self.attempts,
            len(self.request_body) if self.request_size is None else self.request_size,
            self.answer_bytes,
            self.chunks,
            self.upstream_protocol,
            self.losses,
            self.cost_usd,
            None if self.candidate is None else self.candidate.upstream.account,
            self.prompt_facts,
            self.owner,
            self.label,
            self.guard_hits,
            self.list_cost_usd,
            self.is_billed_by_vendor,
            self.job,
            self.is_counted,
        )

    def timeline(self) -> tuple[Phase, ...]:
        began = self.started
        return tuple(
            [
                _span(name, (start - began) * 1000.0, (end - began) * 1000.0)
                for name, start, end in self.phases
            ]
        )

    def asked(self) -> tuple[Attempt, ...]:
        """Of a flight that has ended."""
        began, end = self.started, self.ended or self.started
        return tuple(
            [
                _attempt(
                    each.candidate.upstream.account,
                    each.candidate.model,
                    each.candidate.upstream.protocol,
                    (each.started - began) * 1000.0,
                    ((end if each.ended is None else each.ended) - began) * 1000.0,
                    each.outcome,
                    each.status,
                )
                for each in self.attempt_log
            ]
        )

    def _phase(self, name: PhaseName, start: float) -> float:
        now = self._clock.monotonic_s()
        self.phases.append((name, start, now))
        return now

    def _last_end(self) -> float:
        return self.phases[-1][2] if self.phases else self.started
