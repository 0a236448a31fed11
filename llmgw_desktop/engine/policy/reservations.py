"""What a policy is asked with: the request as a wish, the client's tables that hold for it, and
who has something under way.
"""

from collections.abc import Iterator, Mapping
from dataclasses import replace
from datetime import UTC, tzinfo

from llmgw_desktop.domain.access.access_errors import ClientPaused, TooManyConnections, TurnedBack
from llmgw_desktop.domain.access.principal import Principal
from llmgw_desktop.domain.plain_text import Glob
from llmgw_desktop.domain.policy import (
    ClientPolicy,
    LimitReached,
    LimitRefusal,
    Measure,
    ModelForbidden,
    PolicyError,
    is_paused,
)
from llmgw_desktop.domain.values import value

UNSAID_OUTPUT_TOKENS = 4096
"""Reserved for an answer whose length nobody bounds."""


@value(kw_only=False)
class ProviderModel:
    """Who may answer, and the model's name there."""

    provider: str
    model: str


@value
class RequestEstimate:
    """What a client is about to ask for."""

    model: str
    """As it asked for it."""
    places: tuple[ProviderModel, ...]
    input_tokens: int
    output_tokens: int | None
    """The most that it lets the answer have; None: it does not say."""
    unsaid_output_tokens: int = UNSAID_OUTPUT_TOKENS
    """Reserved where it does not say."""
    service_tier: str = ""
    """As it asks to be served; empty: it does not say."""

    @property
    def most_output_tokens(self) -> int:
        return self.unsaid_output_tokens if self.output_tokens is None else self.output_tokens


@value(kw_only=False)
class Ready:
    """A policy, its patterns made ready."""

    policy: ClientPolicy
    models: tuple[Glob, ...]
    zone: tzinfo
    counts_money: bool
    labels: Mapping[str, "Ready"]
    """Of its callers, by what they say of themselves."""


def made_ready(policy: ClientPolicy) -> Ready:
    return Ready(
        policy=policy,
        models=tuple(Glob(pattern) for pattern in policy.models),
        zone=zone_of(policy) if policy.budgets else UTC,
        counts_money=any(each.measure is Measure.USD for each in policy.budgets),
        labels={each.client: made_ready(each) for each in policy.labels},
    )


def allowed_places(ready: Ready, wish: RequestEstimate, whose: str) -> tuple[ProviderModel, ...]:
    """By the name that was asked for, which the operator may have given to others (an alias), or
    by the one that would answer. Raises ModelForbidden where none is left."""
    policy, places = ready.policy, wish.places
    if policy.providers:
        places = tuple(each for each in places if each.provider in policy.providers)
    if ready.models and not any(glob.fits(wish.model) for glob in ready.models):
        places = tuple(
            each for each in places if any(glob.fits(each.model) for glob in ready.models)
        )
    if not places:
        raise ModelForbidden(f"'{whose}' may not use '{wish.model}'")
    return places


def zone_of(policy: ClientPolicy) -> tzinfo:
    # nobody without a budget needs to know where this computer is
    if policy.time_zone:
        from zoneinfo import ZoneInfo

        return ZoneInfo(policy.time_zone)
    from tzlocal import get_localzone

    return get_localzone()


@value(kw_only=False)
class Spender:
    """Who asked: a client by id and name, and what its caller said that it was."""

    client_id: str
    name: str
    label: str = ""


@value(kw_only=False)
class Bound:
    """A policy that holds for a spender: its client's, or where `label` is set its label's."""

    ready: Ready
    spender: Spender
    known: str
    """As what its table is found again when there are new settings."""
    label: str = ""

    @property
    def id(self) -> str:
        return bound_id(self.spender.client_id, self.label)

    @property
    def name(self) -> str:
        return _with_label(self.known, self.label)

    @property
    def words(self) -> str:
        """For people."""
        return _with_label(self.spender.name, self.label)


def bound_id(client_id: str, label: str = "") -> str:
    """By which it is kept what was spent; no client's id has this mark."""
    return f"{client_id}#{label}" if label else client_id


def _with_label(name: str, label: str) -> str:
    return f"{name}/{label}" if label else name


MOST_VISITS = 1000


class Visit:
    """Of one client. `running`: its requests and runs, counted where they begin and end."""

    __slots__ = ("client_id", "known", "name", "refusals", "running")

    def __init__(self, principal: Principal) -> None:
        self.client_id, self.name = principal.client_id, principal.name
        self.known = principal.known_as
        self.running = 0
        self.refusals: dict[str, LimitRefusal] = {}
        """By their kind, of which there are few."""

    def refused(self, error: PolicyError | TurnedBack, now_s: float) -> None:
        last = self.refusals.get(error.kind)
        waits_s: float | None = None
        if isinstance(error, LimitReached | TooManyConnections):
            waits_s = error.retry_after_s
        self.refusals[error.kind] = LimitRefusal(
            kind=error.kind,
            words=str(error),
            count=1 if last is None else last.count + 1,
            last_at_s=now_s,
            opens_at_s=None if waits_s is None else now_s + waits_s,
        )

    def limits_changed(self, policy: ClientPolicy | None, now_s: float) -> None:
        """To `policy`. A pause that is over is no limit, and is told no more. When others would
        have opened nobody knows now: the next one that comes finds out."""
        if not is_paused(policy, self.known):
            self.refusals.pop(ClientPaused.kind, None)
        for kind, last in self.refusals.items():
            if last.opens_at_s is not None and last.opens_at_s > now_s:
                self.refusals[kind] = replace(last, opens_at_s=now_s)


class Visits:
    """Of all clients. On the loop."""

    def __init__(self) -> None:
        self._visits: dict[str, Visit] = {}

    def __iter__(self) -> Iterator[Visit]:
        return iter(tuple(self._visits.values()))

    def of(self, principal: Principal) -> Visit:
        visit = self._visits.get(principal.client_id)
        if visit is None:
            if len(self._visits) >= MOST_VISITS:
                self._make_room()
            visit = self._visits[principal.client_id] = Visit(principal)
        return visit

    def seen(self, principal: Principal) -> Visit:
        """Only looked at: who has not come is not remembered for it."""
        return self._visits.get(principal.client_id) or Visit(principal)

    def _make_room(self) -> None:
        """Who came first and has nothing under way is forgotten."""
        idle = next((each for each in self._visits.values() if not each.running), None)
        if idle is not None:
            del self._visits[idle.client_id]
