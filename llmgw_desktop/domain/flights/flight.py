"""A flight: one request with its attempts and its answer, as it is recorded and shown."""

from collections.abc import Mapping, Sequence
from dataclasses import field
from enum import StrEnum

from llmgw_desktop.domain.guard import GuardHit
from llmgw_desktop.domain.model.prompt import Operation
from llmgw_desktop.domain.provider import ModelProtocol
from llmgw_desktop.domain.routing.route import Consideration, PassedRule
from llmgw_desktop.domain.usage import (
    UNKNOWN_USAGE,
    Figure,
    PromptFacts,
    Provenance,
    Usage,
    provenance_of,
)
from llmgw_desktop.domain.values import value


class FlightState(StrEnum):
    """How a flight stands; only RUNNING moves on, to exactly one of the others."""

    RUNNING = "running"
    OK = "ok"
    FAILED = "failed"
    """Answered with an error, the provider's or ours."""
    CUT = "cut"
    """The answer began and broke off."""
    CANCELED = "canceled"
    """The client left before the end."""
    LOST = "lost"
    """Was running when the program died; how it ended is unknown."""


ANOTHER_VERSION = "another_version"
"""The kind of error of a flight whose row has words that we do not know."""
NO_CLIENT = "–"
"""Shown as the client of a request whose sender is unknown."""
LEAST_STREAMED_MS = 20.0
"""What came in less came at once: a vendor or a proxy had gathered it."""
ENDED_STATES = frozenset(FlightState) - {FlightState.RUNNING}
_MAYBE_BILLED = ENDED_STATES - {FlightState.FAILED}


class PhaseName(StrEnum):
    """The spans of a timeline, in the order in which they can happen."""

    READ = "read"
    """The request's body arrives."""
    ROUTE = "route"
    HELD = "held"
    """A person was asked whether it may go on; what came of it stands in the note."""
    QUEUED = "queued"
    """It waited for its turn at a local server; behind what, stands in the note."""
    LOADING = "loading"
    """A local server loaded the model."""
    CONNECT = "connect"
    """A connection to the upstream is made or taken from the pool, and the request is sent."""
    WAIT = "wait"
    """Until the first byte of the answer."""
    STREAM = "stream"
    """From the first byte to the last."""


@value
class Phase:
    """A span of a flight; times in milliseconds since the flight began."""

    name: PhaseName
    start_ms: float
    end_ms: float
    note: str = ""


@value
class Attempt:
    """One candidate being asked; times in milliseconds since the flight began."""

    account: str
    """As `account_id` names it."""
    model: str
    protocol: ModelProtocol
    start_ms: float
    end_ms: float
    outcome: str = ""
    """What went wrong, in words; empty for the one that answered."""
    status: int | None = None
    """What it answered with; None where no answer came."""


@value
class FlightSummary:
    """A row of the flights table, running or ended."""

    id: str
    started_at_s: float
    """Wall clock, seconds since 1970."""
    state: FlightState
    client: str
    protocol: ModelProtocol
    operation: Operation
    model_asked: str
    model_served: str | None = None
    provider: str | None = None
    streaming: bool = False
    status: int | None = None
    """HTTP status that the client got; None while nothing was sent."""
    ttft_ms: float | None = None
    """From the request's arrival to the first byte of the answer's body."""
    took_ms: float | None = None
    usage: Usage = UNKNOWN_USAGE
    stop_reason: str | None = None
    error_kind: str | None = None
    """`kind` of the error class, or `upstream_<status>` for an error that the vendor answered."""
    error_text: str | None = None
    attempts: int = 0
    request_bytes: int = 0
    answer_bytes: int = 0
    replied_chunks: int = 0
    """Pieces of a stream passed on so far."""
    upstream_protocol: ModelProtocol | None = None
    """What was spoken with the provider; None while none was asked."""
    losses: tuple[str, ...] = ()
    """What the translation between the two protocols could not carry, by name."""
    cost_usd: float | None = None
    """What it counts for: the vendor's own bill where that was told, else by the prices known when
    it ended; None where one was not."""
    account: str | None = None
    """Of the provider, as `account_id` names it."""
    prompt_facts: PromptFacts | None = None
    """Of a run that was asked for as a job; None where there is nothing to be known."""
    owner: str | None = None
    """Id of the client whose it is; None where nobody was let in. Names may change hands, ids do
    not. Those of earlier versions have none and are this computer's person's."""
    label: str = ""
    """What the client's caller said that it was; empty where it said nothing."""

    guard_hits: tuple[GuardHit, ...] = ()
    """What the guards found in the request."""
    list_cost_usd: float | None = None
    """By the known prices, beside a bill of the vendor's own; None where it told none."""
    is_billed_by_vendor: bool = False
    """`cost_usd` is what whoever answered said."""
    job: str = ""
    """Of the run that asked this, whose model requests pass the gateway, or of which this is the
    flight; empty: of none."""
    is_counted: bool = True
    """False for a job's flight whose tokens the flights of its requests have: sums and budgets
    count each token once."""
    project: str = ""
    """Whose credentials the request named; empty: none."""
    replay_of: str = ""
    """Id of the flight whose request was asked again; empty: of none."""
    conversation: str = ""
    """Id of the one that asked, as limits and questions name it; empty: not known."""
    agent: str = ""
    """Id of the one that spoke in it: the first, or a subagent."""
    note: str | None = None
    """Of one that somebody has marked, which is kept until the mark is taken away; empty: nothing
    was said. None: it has no mark."""

    def provenance(self, figure: Figure) -> Provenance:
        """Where one of its figures comes from."""
        match figure:
            case Figure.COST:
                is_known = self.cost_usd is not None
            case Figure.TTFT:
                is_known = self.ttft_ms is not None
            case _:
                is_known = bool(self.usage.known & figure)
        return provenance_of(figure, is_known=is_known, usage=self.usage)

    @property
    def was_generated(self) -> bool:
        """Somebody was asked for an answer and did not refuse: it may be billed, whoever tells
        what of it."""
        if self.operation is not Operation.GENERATE or not self.attempts:
            return False
        return self.state in _MAYBE_BILLED

    @property
    def is_translated(self) -> bool:
        return self.upstream_protocol not in (None, self.protocol)

    @property
    def is_running(self) -> bool:
        return self.state is FlightState.RUNNING

    @property
    def tokens_per_s(self) -> float | None:
        """Output tokens over the time from first byte to end; None where either is unknown, and
        where no stream was timed: a whole answer comes at once, however long it took to make."""
        if self.took_ms is None or self.ttft_ms is None or not self.streaming:
            return None
        tokens, streamed_ms = self.usage.output_tokens, self.took_ms - self.ttft_ms
        if (
            tokens is None
            or self.usage.partial & Figure.OUTPUT._value_
            or streamed_ms < LEAST_STREAMED_MS
        ):
            return None
        return tokens / streamed_ms * 1000


Headers = tuple[tuple[str, str], ...]
"""Header lines in order, names as they came, credentials already masked."""


@value
class FlightRecord:
    """All that is kept of a flight. Bodies are as recorded: secrets removed, None if not kept; None
    and not whole if there was no room for it."""

    summary: FlightSummary
    path: str = ""
    route_reason: str = ""
    request_headers: Headers = ()
    request_body: bytes | None = field(default=None, repr=False)
    answer_headers: Headers = ()
    answer_body: bytes | None = field(default=None, repr=False)
    request_body_whole: bool = True
    """False when the record keeps only the beginning of a very large body."""
    answer_body_whole: bool = True
    phases: tuple[Phase, ...] = ()
    considered: Sequence[Consideration] = ()
    """Who could have answered, as it stood when that was decided. Put into words when read."""
    passed_rules: Sequence[PassedRule] = ()
    """The rules that did not match, up to the one that did. Put into words when read."""
    attempt_log: tuple[Attempt, ...] = ()
    """Whoever was asked, in order; the last one answered, if any did."""
    unreadable: str = ""
    """Why bodies and headers cannot be read, in a sentence: they are encrypted, and the vault is
    locked. Empty if they can."""


@value(kw_only=False)
class FilterTerm:
    """One condition of a filter (`flight_filter`). A figure that is not known fits nothing; turned
    round, everything fits that did not."""

    name: str
    """Of what is compared; empty: a text that names and errors are looked through for."""
    relation: str
    """`:` for words and marks; `<`, `<=`, `>`, `>=`, `=` for figures."""
    values: tuple[str, ...] = ()
    """In small letters, any of which may fit."""
    figure: float = 0.0
    is_turned: bool = False


@value
class FlightQuery:
    """Which flights a list shows. Empty means all."""

    text: str = ""
    """Part of model, client, label, provider, error or job's id, letter case ignored."""
    states: frozenset[FlightState] = frozenset()
    provider: str = ""
    client: str = ""
    label: str = ""
    since_s: float | None = None
    until_s: float | None = None
    owner: str | None = None
    """Id of the client whose they are; None: of all."""
    terms: tuple[FilterTerm, ...] = ()
    """All of which hold."""
    said: tuple[str, ...] = ()
    """Words, each somewhere in what was asked or answered: to be searched for first
    (`store/flights/body_search.py`). A list that was not searched for them is empty."""
    among: tuple[str, ...] | None = None
    """Ids, of which the list is to be; None: of all."""


def of_job(job_id: str) -> FlightQuery:
    """What a run asked, and the run itself."""
    return FlightQuery(terms=(FilterTerm("job", ":", (job_id,)),))


@value
class FlightDensity:
    """How many flights of a list began in each of equal parts of a span, and of these how many
    failed or broke off."""

    since_s: float
    until_s: float
    flights: tuple[int, ...]
    errors: tuple[int, ...]

    def part(self, number: int) -> tuple[float, float]:
        """From when until when."""
        span_s = (self.until_s - self.since_s) / max(len(self.flights), 1)
        return self.since_s + number * span_s, self.since_s + (number + 1) * span_s


@value
class SeenLabel:
    """What callers with one client's key called themselves, as far as flights are kept."""

    label: str
    flights: int
    last_at_s: float


SUMMED_FIGURES = (
    *(Figure.INPUT, Figure.OUTPUT, Figure.CACHE_READ, Figure.CACHE_WRITE),
    Figure.COST,
)
"""Of these it is kept how many flights of a sum told them."""


@value
class Counted:
    """Of how many of a sum's flights a figure is what. Flights that nobody would bill, such as
    those that were refused, are in none of them; flights of earlier versions neither."""

    told: int = 0
    estimated: int = 0
    partial: int = 0
    unknown: int = 0

    @property
    def flights(self) -> int:
        return self.told + self.estimated + self.partial + self.unknown

    @property
    def provenance(self) -> Provenance:
        """Of the sum: a part that is not known makes it a lower bound."""
        if self.partial or self.unknown:
            has_some = self.told or self.estimated or self.partial
            return Provenance.PARTIAL if has_some else Provenance.UNKNOWN
        return Provenance.ESTIMATED if self.estimated else Provenance.TOLD


ALL_TOLD = Counted()


@value
class FlightTotals:
    """Sums over a span of time, for tiles and charts; ended flights only.

    Sums of unknown figures are None when no flight in the span told them.
    """

    flights: int = 0
    errors: int = 0
    """Failed and cut; a client that left is not an error of ours."""
    input_tokens: int | None = None
    output_tokens: int | None = None
    cache_read_tokens: int | None = None
    cache_write_tokens: int | None = None
    cost_usd: float | None = None
    """Of the flights whose price is known."""
    cache_known_input_tokens: int | None = None
    """Prompt tokens of those flights whose vendor told its cache figures: the rate's base."""
    ttft_p50_ms: float | None = None
    ttft_p95_ms: float | None = None
    counted: Mapping[Figure, Counted] = field(default_factory=dict)
    """Of SUMMED_FIGURES; one that is missing has no marks."""

    @property
    def cache_hit_rate(self) -> float | None:
        """As Usage.cache_hit_rate, over the span."""
        if self.cache_read_tokens is None or not self.cache_known_input_tokens:
            return None
        return self.cache_read_tokens / self.cache_known_input_tokens

    def provenance(self, figure: Figure) -> Provenance:
        """Of one of the sums."""
        return self.counted.get(figure, ALL_TOLD).provenance


@value
class FlightBucket:
    """FlightTotals of one stretch of a chart."""

    start_s: float
    span_s: float
    totals: FlightTotals
