"""What a client may spend and ask for: the operator's word, checked before anything is sent on."""

from dataclasses import dataclass
from enum import StrEnum
from typing import NamedTuple

from llmgw_desktop.domain.errors import LlmgwError


class Measure(StrEnum):
    """What is counted."""

    USD = "usd"
    TOKENS = "tokens"
    """In and out together."""
    REQUESTS = "requests"


class Period(StrEnum):
    """When a budget begins anew."""

    HOUR = "hour"
    DAY = "day"
    WEEK = "week"
    """From Monday."""
    MONTH = "month"
    YEAR = "year"
    NEVER = "never"
    """It is spent once."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Budget:
    """So much in each period of the calendar."""

    measure: Measure
    amount: float
    period: Period


@dataclass(frozen=True, slots=True, kw_only=True)
class RateLimit:
    """At most `amount` in `window_s` seconds; what was used flows off evenly."""

    measure: Measure
    amount: float
    window_s: float = 60.0


@dataclass(frozen=True, slots=True, kw_only=True)
class ClientPolicy:
    """Of one client. What is not set is not bounded."""

    client: str
    """The name of its key; `local`, `gateway-bearer`; the id of an OAuth client; `*`: each that
    has no policy of its own, each for itself."""
    models: tuple[str, ...] = ()
    """Patterns; empty: all."""
    providers: tuple[str, ...] = ()
    """Names; empty: all."""
    budgets: tuple[Budget, ...] = ()
    rate_limits: tuple[RateLimit, ...] = ()
    parallel: int | None = None
    """Requests and runs at the same time."""
    expires_at_s: float | None = None
    paused: bool = False
    """A person has stopped it for a while: it is refused at the door."""
    time_zone: str = ""
    """Of its budgets' calendar, as the IANA names it; empty: this computer's."""
    labels: tuple["ClientPolicy", ...] = ()
    """Of its callers by what they say of themselves (`client` is the label): each narrows in
    addition to this one."""

    @property
    def has_labels_alone(self) -> bool:
        """It bounds nothing itself."""
        return bool(self.labels) and self == ClientPolicy(client=self.client, labels=self.labels)


@dataclass(frozen=True, slots=True, kw_only=True)
class Spent:
    """How a budget stands."""

    budget: Budget
    used: float
    reserved: float
    begins_at_s: float | None
    ends_at_s: float | None
    """None: never."""
    since_s: float | None = None
    """When it began to count, where that was within the period: what was used before is not in
    it. None: since the period began, as far as is known."""

    @property
    def left(self) -> float:
        return max(0.0, self.budget.amount - self.used - self.reserved)


class KeptSpent(NamedTuple):
    """What a restart knows of a budget."""

    begins_at_s: float | None
    """Of the period that it was spent in."""
    used: float
    told: int = 0
    """The highest mark that was told of in that period, in percent; 0: none."""
    since_s: float | None = None
    """As of Spent."""


BudgetKey = tuple[str, Measure, Period]
"""Of a client's id, what is counted, and how long."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RateStanding:
    """How a rate limit stands."""

    limit: RateLimit
    used: float


@dataclass(frozen=True, slots=True, kw_only=True)
class LimitRefusal:
    """What a limit refused of one client since the start."""

    kind: str
    """Of the error: `limit_reached`, `budget_spent`, `model_forbidden` …"""
    words: str
    """Of the last one, as its caller was told."""
    count: int
    last_at_s: float
    opens_at_s: float | None
    """When the next one would be let in again; None: not by waiting, or when another ends."""


@dataclass(frozen=True, slots=True, kw_only=True)
class LabelStanding:
    """How the callers of one label stand, whose client has a table for them."""

    label: str
    running: int
    policy: ClientPolicy
    budgets: tuple[Spent, ...] = ()
    rates: tuple[RateStanding, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class ClientStanding:
    """How one client stands now, with a policy or without."""

    client_id: str
    name: str
    running: int
    policy: ClientPolicy | None
    """The one that holds for it, which may be that of `*`."""
    budgets: tuple[Spent, ...] = ()
    rates: tuple[RateStanding, ...] = ()
    refusals: tuple[LimitRefusal, ...] = ()
    labels: tuple[LabelStanding, ...] = ()


class PolicyError(LlmgwError):
    """The operator does not want this of this client."""

    kind = "policy"


class ModelForbidden(PolicyError):
    """A model or provider that is not for this client."""

    kind = "model_forbidden"


class ClientExpired(PolicyError):
    """Its time is over."""

    kind = "client_expired"


class PriceUnknown(PolicyError):
    """It has a budget in money, and what this would cost nobody knows."""

    kind = "price_unknown"


class LimitReached(PolicyError):
    """Too much in too short a time, or at the same time: later it goes on."""

    kind = "limit_reached"

    def __init__(self, message: str, *, retry_after_s: float | None = None) -> None:
        super().__init__(message)
        self.retry_after_s = retry_after_s


class BudgetSpent(LimitReached):
    """Nothing is left of what it may spend."""

    kind = "budget_spent"
