"""What flights cost and how long they took, summed: by whom, by what, and by when."""

from collections.abc import Mapping
from dataclasses import field, fields
from decimal import Decimal
from enum import StrEnum
from typing import Any

from llmgw_desktop.domain.usage import Provenance
from llmgw_desktop.domain.values import value

PICOS = 10**12
"""Of a dollar: money is added in whole ones, for no sum of fractions is exact."""


class SumBy(StrEnum):
    """What flights are kept apart by."""

    CLIENT = "client"
    MODEL = "model"
    PROVIDER = "provider"
    ACCOUNT = "account"
    PROJECT = "project"
    LABEL = "label"
    JOB = "job"
    SESSION = "session"
    """Of a CLI, whose conversation goes on from run to run."""
    CONVERSATION = "conversation"
    """As flights have it; `''` for those of which it is not known."""
    AGENT = "agent"
    """Of a conversation: the first that spoke, or a subagent."""
    DAY = "day"


@value
class FlightSpending:
    """Sums over ended flights. Tokens and cost are of those that count (`is_counted`) and told
    them; None where none did."""

    flights: int = 0
    failed: int = 0
    cut: int = 0
    canceled: int = 0
    retried: int = 0
    """More than one candidate was asked, or one twice."""
    more_attempts: int = 0
    """How many were asked in vain in these."""
    input_tokens: int | None = None
    output_tokens: int | None = None
    cache_read_tokens: int | None = None
    cache_write_tokens: int | None = None
    cache_write_1h_tokens: int | None = None
    cache_known_input_tokens: int | None = None
    """Prompt tokens of those whose vendor told its cache figures."""
    cost_picos: int | None = None
    """Of a dollar."""
    cut_cost_picos: int | None = None
    """Of those that were cut off, by the provider or by the caller."""
    retried_cost_picos: int | None = None
    """Of what the last candidate answered."""
    failed_cost_picos: int | None = None
    unpriced: int = 0
    """Flights that may be billed and of which no cost is known."""
    bounded: int = 0
    """Flights that cost at least what is in the sum."""
    guessed: int = 0
    """Flights whose cost the gateway estimated."""
    untold: int = 0
    """Flights that may be billed and of which input or output tokens are not known."""
    tokens_bounded: int = 0
    tokens_guessed: int = 0

    @property
    def cost_usd(self) -> Decimal | None:
        """Exactly."""
        return _dollars(self.cost_picos)

    @property
    def cut_cost_usd(self) -> Decimal | None:
        return _dollars(self.cut_cost_picos)

    @property
    def retried_cost_usd(self) -> Decimal | None:
        return _dollars(self.retried_cost_picos)

    @property
    def failed_cost_usd(self) -> Decimal | None:
        return _dollars(self.failed_cost_picos)

    @property
    def cost_provenance(self) -> Provenance:
        is_known = self.cost_picos is not None
        return _provenance(self.unpriced + self.bounded, self.guessed, is_known=is_known)

    @property
    def tokens_provenance(self) -> Provenance:
        is_known = self.input_tokens is not None or self.output_tokens is not None
        return _provenance(
            self.untold + self.tokens_bounded, self.tokens_guessed, is_known=is_known
        )

    @property
    def cache_hit_rate(self) -> float | None:
        """As Usage.cache_hit_rate."""
        if self.cache_read_tokens is None or not self.cache_known_input_tokens:
            return None
        return self.cache_read_tokens / self.cache_known_input_tokens

    def __add__(self, other: "FlightSpending") -> "FlightSpending":
        told: dict[str, Any] = {}
        for each in _NAMES:
            one, two = getattr(self, each), getattr(other, each)
            told[each] = one if two is None else two if one is None else one + two
        return FlightSpending(**told)


@value
class AgentSpending:
    """What one agent of a conversation used; both ids are empty where nothing tells who asked."""

    conversation: str
    agent: str
    began_at_s: float
    """Its first request of those that are summed: the one who began is no subagent."""
    models: tuple[str, ...]
    spent: FlightSpending


def by_session(
    by_job: Mapping[str, "FlightSpending"], sessions: Mapping[str, str]
) -> dict[str, "FlightSpending"]:
    """Sums by job put together by the sessions of these jobs; `''` for those that have none."""
    found: dict[str, FlightSpending] = {}
    for job, spent in by_job.items():
        session = sessions.get(job, "")
        found[session] = found.get(session, NOTHING_SPENT) + spent
    return dict(sorted(found.items(), key=lambda each: -(each[1].cost_picos or 0)))


_NAMES = tuple(each.name for each in fields(FlightSpending))
NOTHING_SPENT = FlightSpending()


def _dollars(picos: int | None) -> Decimal | None:
    return None if picos is None else Decimal(picos).scaleb(-12)


def _provenance(bounds: int, guesses: int, *, is_known: bool) -> Provenance:
    if not is_known:
        return Provenance.UNKNOWN
    if bounds:
        return Provenance.PARTIAL
    return Provenance.ESTIMATED if guesses else Provenance.TOLD


@value
class Timing:
    """How long something took, over flights of which that is known; milliseconds."""

    flights: int = 0
    p50_ms: float | None = None
    p95_ms: float | None = None
    p99_ms: float | None = None
    bins: Mapping[int, int] = field(default_factory=dict)
    """Flights by the power of the square root of two below their time in milliseconds: number n
    goes from 2**(n/2) to 2**((n+1)/2)."""


NO_TIMING = Timing()


@value
class Latency:
    """Of generated answers that ended well."""

    first_token: Timing = NO_TIMING
    total: Timing = NO_TIMING
    own: Timing = NO_TIMING
    """Of the gateway itself, at least: from the request's having been read to its being handed on,
    and of a stream from its last byte to the end."""


@value
class LatencyKey:
    """Who answered, with what."""

    provider: str
    model: str


@value
class HourLatency:
    """One cell of a heat map."""

    start_s: float
    first_token: Timing
    total: Timing
