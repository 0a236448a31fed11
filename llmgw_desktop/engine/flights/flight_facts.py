"""What is known of a flight in the air, and how it is told to others."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from llmgw_desktop.domain.brakes import NOBODY, Speaker
from llmgw_desktop.domain.clock import Clock
from llmgw_desktop.domain.flights.flight import (
    NO_CLIENT,
    Attempt,
    FlightState,
    FlightSummary,
    Headers,
    Phase,
)
from llmgw_desktop.domain.guard import GuardHit
from llmgw_desktop.domain.model.prompt import Operation
from llmgw_desktop.domain.provider import ModelProtocol
from llmgw_desktop.domain.routing.route import Candidate, Consideration, PassedRule
from llmgw_desktop.domain.usage import UNKNOWN_USAGE, PromptFacts, Usage
from llmgw_desktop.domain.values import maker

_summary, _attempt = maker(FlightSummary), maker(Attempt)


@dataclass(slots=True, eq=False)
class OpenAttempt:
    """A candidate being asked; it ends when it failed, or else with the flight."""

    candidate: Candidate
    started: float
    ended: float | None = None
    outcome: str = ""
    status: int | None = None
    is_free: bool = False


@dataclass(slots=True, eq=False)
class UnseenAnswer:
    """One that nobody saw, and that was asked for again. It counts all the same."""

    provider: str | None
    models: tuple[str | None, ...]
    """As it named itself, and as it was asked for."""
    usage: Usage


class FlightFacts:
    """`summary` may be asked at any moment, by any thread.

    Times are monotonic seconds but for `started_at_s`. What most flights never have is the class's
    own until it is noted: a flight has few of these facts to begin with.
    """

    ended: float | None = None
    first_byte: float | None = None
    state: FlightState = FlightState.RUNNING
    error_kind: str | None = None
    error_text: str | None = None
    client: str = NO_CLIENT
    owner: str | None = None
    label: str = ""
    job: str = ""
    """Of the run that asked this, or of which it is the flight."""
    is_counted: bool = True
    """False where other flights have its tokens."""
    project: str = ""
    """Whose credentials the request named."""
    replay_of: str = ""
    speaker: Speaker = NOBODY
    """Which conversation asked, and which agent of it."""
    request_headers: Headers = ()
    request_body: bytes = b""
    """As it is recorded: what was hidden is not in it."""
    request_size: int | None = None
    """As it came, where that is not what is recorded."""
    model_asked: str = ""
    streaming: bool = False
    prompt_facts: PromptFacts | None = None
    """Of a run that was asked for as a job."""
    guard_hits: tuple[GuardHit, ...] = ()
    """What the guards found in the request."""
    route_reason: str = ""
    considered: Sequence[Consideration] = ()
    passed_rules: Sequence[PassedRule] = ()
    choice: Candidate | None = None
    """Who was to answer before anything went wrong."""
    candidate: Candidate | None = None
    """Whose answer the caller gets, or who was asked last."""
    provider: str | None = None
    upstream_protocol: ModelProtocol | None = None
    model_served: str | None = None
    attempts: int = 0
    fell_back: bool | None = None
    """Whether another than the first candidate answered; None where there was but one."""
    losses: tuple[str, ...] = ()
    is_unattended: bool = False
    """The gateway asks by itself: no person is asked about it."""
    forecast_tokens: int | None = None
    """So many of its prompt were to come from the cache, before it was sent; None: not told."""
    truncated: str = ""
    """How many tokens of the prompt a local server counted, where those are far too few."""
    cache_said: str = ""
    """Whether the gateway's own cache had the answer: `hit`, `similar` or `miss`; empty where it
    was not asked."""
    cache_similarity: float | None = None
    """Of the question that the answer was given to before."""
    status: int | None = None
    usage: Usage = UNKNOWN_USAGE
    stop_reason: str | None = None
    cost_usd: float | None = None
    """As whoever answered told it; else computed at the end, where a price is known."""
    list_cost_usd: float | None = None
    """By the known prices, where whoever answered told a cost of its own."""
    is_billed_by_vendor: bool = False
    answer_id: str | None = None
    """As its provider called it, where a later request may go on from it."""
    answer_headers: Headers = ()
    answer_bytes: int = 0
    answer_whole: bool = True
    chunks: int = 0
    torn_frame: bytes = b""
    """What the caller has seen of a stream's frame that was never finished."""
    next_number: int = 0
    """Of the event that would have come next, where they are numbered."""
    is_whole: bool = False
    """A translated stream has reached its end."""
    is_told: bool = False
    """The caller was sent the last word of a stream without an error; who leaves after it had his
    whole answer."""
    broken: tuple[UnseenAnswer, ...] = ()
    """Answers to this request that were held back and broke."""
    last_words: Callable[[str, str], bytes] | None = None
    """How a translated stream that has begun is ended when it breaks: (message, kind)."""

    def __init__(
        self,
        id: str,
        *,
        path: str,
        protocol: ModelProtocol,
        operation: Operation,
        clock: Clock,
        keep_limit: int = 0,
    ) -> None:
        """`keep_limit`: how many bytes of each body the recorder wants."""
        self.id = id
        self.path = path
        self.protocol = protocol
        self.operation = operation
        self.clock = clock
        self.keep_limit = keep_limit
        self.started = self.last_end = clock.monotonic_s()
        self.started_at_s = clock.now_s()
        self.phases: list[Phase] = []
        self.attempt_log: list[OpenAttempt] = []
        self.answer_kept = bytearray()

    def summary(self) -> FlightSummary:
        return _summary(
            id=self.id,
            started_at_s=self.started_at_s,
            state=self.state,
            client=self.client,
            protocol=self.protocol,
            operation=self.operation,
            model_asked=self.model_asked,
            model_served=self.model_served,
            provider=self.provider,
            streaming=self.streaming,
            status=self.status,
            ttft_ms=self._ms(self.first_byte),
            took_ms=self._ms(self.ended),
            usage=self.usage,
            stop_reason=self.stop_reason,
            error_kind=self.error_kind,
            error_text=self.error_text,
            attempts=self.attempts,
            request_bytes=(
                len(self.request_body) if self.request_size is None else self.request_size
            ),
            answer_bytes=self.answer_bytes,
            replied_chunks=self.chunks,
            upstream_protocol=self.upstream_protocol,
            losses=self.losses,
            cost_usd=self.cost_usd,
            account=None if self.candidate is None else self.candidate.upstream.account,
            prompt_facts=self.prompt_facts,
            owner=self.owner,
            label=self.label,
            guard_hits=self.guard_hits,
            list_cost_usd=self.list_cost_usd,
            is_billed_by_vendor=self.is_billed_by_vendor,
            job=self.job,
            is_counted=self.is_counted,
            project=self.project,
            replay_of=self.replay_of,
            conversation=self.speaker.conversation,
            agent=self.speaker.agent,
        )

    def asked(self) -> tuple[Attempt, ...]:
        """Of a flight that has ended."""
        began, end = self.started, self.ended or self.started
        return tuple(
            [
                _attempt(
                    account=each.candidate.upstream.account,
                    model=each.candidate.model,
                    protocol=each.candidate.upstream.protocol,
                    start_ms=(each.started - began) * 1000.0,
                    end_ms=((end if each.ended is None else each.ended) - began) * 1000.0,
                    outcome=each.outcome,
                    status=each.status,
                )
                for each in self.attempt_log
            ]
        )

    def _ms(self, at: float | None) -> float | None:
        return None if at is None else (at - self.started) * 1000.0
