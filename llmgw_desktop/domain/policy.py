"""What clients may spend and do at once: budgets, their periods, rates, and the words for them."""

from collections.abc import Mapping
from datetime import datetime, timedelta, tzinfo
from enum import StrEnum
from typing import NamedTuple

from llmgw_desktop.domain.errors import LlmgwError
from llmgw_desktop.domain.values import value

EVERYBODY = "*"
"""The table of each client that has none of its own."""
_PERSON = "local"


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


@value
class Budget:
    """So much in each period of the calendar."""

    measure: Measure
    amount: float
    period: Period


@value
class RateLimit:
    """At most `amount` in `window_s` seconds; what was used flows off evenly."""

    measure: Measure
    amount: float
    window_s: float = 60.0


class AnswerWish(StrEnum):
    """How a caller wants its streams."""

    STREAM = "stream"
    """As they come."""
    WORDS = "words"
    """From the first word or tool call on; one that breaks before is asked for again."""
    WHOLE = "whole"
    """Held back until they are whole; one that breaks is asked for again."""


@value
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
    """A person has stopped it for a while: it is refused at the door (`is_paused`)."""
    time_zone: str = ""
    """Of its budgets' calendar, as the IANA names it; empty: this computer's."""
    answers: AnswerWish | None = None
    """Where its requests do not say; None: this table says nothing of it."""
    max_wait_s: float | None = None
    """So long a request of its may be held until an account is free; None: this table says nothing
    of it."""
    labels: tuple["ClientPolicy", ...] = ()
    """Of its callers by what they say of themselves (`client` is the label): each narrows in
    addition to this one."""

    @property
    def has_labels_alone(self) -> bool:
        """It bounds nothing itself."""
        return bool(self.labels) and self == ClientPolicy(client=self.client, labels=self.labels)


def policy_for(policies: Mapping[str, ClientPolicy], known: str) -> ClientPolicy | None:
    """The one that holds for the client of this name; `policies` by the names of their tables."""
    own = policies.get(known)
    return policies.get(EVERYBODY) if own is None or own.has_labels_alone else own


def is_paused(policy: ClientPolicy | None, known: str) -> bool:
    """Whether this policy stops the client of this name: this computer's person is stopped by his
    own table alone, not with everybody else."""
    return policy is not None and policy.paused and (known != _PERSON or policy.client == _PERSON)


@value
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


@value
class RateStanding:
    """How a rate limit stands."""

    limit: RateLimit
    used: float


@value
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


@value
class LabelStanding:
    """How the callers of one label stand, whose client has a table for them."""

    label: str
    running: int
    policy: ClientPolicy
    budgets: tuple[Spent, ...] = ()
    rates: tuple[RateStanding, ...] = ()


@value
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
    is_paused: bool = False


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


_MONDAY = 0
_HOUR_S = 3600.0


@value
class Span:
    """`[begins_at_s, ends_at_s)` in seconds since 1970, UTC; None: without a bound."""

    begins_at_s: float | None
    ends_at_s: float | None


WITHOUT_END = Span(begins_at_s=None, ends_at_s=None)


def span_of(period: Period, at_s: float, zone: tzinfo) -> Span:
    """The period that this moment lies in."""
    if period is Period.NEVER:
        return WITHOUT_END
    if period is Period.HOUR:
        return _hour_of(at_s, zone)
    begin = _begin(period, datetime.fromtimestamp(at_s, tz=zone))
    return Span(begins_at_s=_seconds(begin, zone), ends_at_s=_seconds(_next(period, begin), zone))


def _hour_of(at_s: float, zone: tzinfo) -> Span:
    """Hours are counted from midnight, so they begin as the clock on the wall does, in zones of
    half hours too; where clocks change by half an hour the day's last one is shorter."""
    day = span_of(Period.DAY, at_s, zone)
    day_begins_s, day_ends_s = day.begins_at_s or 0.0, day.ends_at_s or 0.0
    begin_s = day_begins_s + (at_s - day_begins_s) // _HOUR_S * _HOUR_S
    return Span(begins_at_s=begin_s, ends_at_s=min(begin_s + _HOUR_S, day_ends_s))


def _begin(period: Period, moment: datetime) -> datetime:
    day = moment.replace(hour=0, minute=0, second=0, microsecond=0, tzinfo=None, fold=0)
    if period is Period.WEEK:
        return day - timedelta(days=day.weekday() - _MONDAY)
    if period is Period.MONTH:
        return day.replace(day=1)
    if period is Period.YEAR:
        return day.replace(month=1, day=1)
    return day


def _next(period: Period, begin: datetime) -> datetime:
    if period is Period.DAY:
        return begin + timedelta(days=1)
    if period is Period.WEEK:
        return begin + timedelta(days=7)
    if period is Period.MONTH:
        return (begin + timedelta(days=31)).replace(day=1)
    return begin.replace(year=begin.year + 1)


def _seconds(wall: datetime, zone: tzinfo) -> float:
    """Midnight may not exist where clocks change then: the moment after the gap is meant."""
    return wall.replace(tzinfo=zone).timestamp()


_UNITS = {Measure.USD: "US dollar", Measure.TOKENS: "token", Measure.REQUESTS: "request"}


def amount_words(measure: Measure, amount: float) -> str:
    """«5 US dollars», «1 request», «20,000,000 tokens»."""
    figure = f"{amount:,.0f}" if amount % 1 == 0 else f"{amount:,.2f}"
    if amount < 1:
        figure = f"{amount:.3g}"
    return f"{figure} {_UNITS[measure]}{'' if amount == 1 else 's'}"


def budget_words(budget: Budget) -> str:
    """«5 US dollars a day», «an hour»; one that never begins anew only its amount."""
    words = amount_words(budget.measure, budget.amount)
    if budget.period is Period.NEVER:
        return words
    return f"{words} {'an' if budget.period is Period.HOUR else 'a'} {budget.period}"


def moment_words(at_s: float) -> str:
    """«2027-02-01 at 00:00», by the wall clock of this computer."""
    return f"{datetime.fromtimestamp(at_s).astimezone():%Y-%m-%d at %H:%M}"


@value
class Flood:
    """As it stands now; it is over when three quarters of the bound or less are held."""

    client_id: str
    """Empty: nobody's key was shown, or it is held against an address."""
    name: str
    """Of the client; else the address."""
    connections: int
    most: int
    """As many as it may hold."""
    since_s: float
    refused: int
    """Requests and connections since then."""
