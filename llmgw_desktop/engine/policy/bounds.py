"""Whose policy holds for a request: its client's, and besides that of the label it came with."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import tzinfo
from zoneinfo import ZoneInfo

from llmgw_desktop.domain.glob import Glob
from llmgw_desktop.domain.policy import ClientPolicy, Measure, ModelForbidden


@dataclass(frozen=True, slots=True)
class Place:
    """Who may answer, and the model's name there."""

    provider: str
    model: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Wish:
    """What a client is about to ask for."""

    model: str
    """As it asked for it."""
    places: tuple[Place, ...]
    input_tokens: int
    output_tokens: int | None
    """The most that it lets the answer have; None: it does not say."""


@dataclass(frozen=True, slots=True)
class Spender:
    """Who asked: a client by id and name, and what its caller said that it was."""

    client_id: str
    name: str
    label: str = ""


def bound_id(client_id: str, label: str = "") -> str:
    """By which it is kept what was spent; no client's id has this mark."""
    return f"{client_id}#{label}" if label else client_id


@dataclass(frozen=True, slots=True)
class Ready:
    """A policy, its patterns made ready."""

    policy: ClientPolicy
    models: tuple[Glob, ...]
    zone: tzinfo
    counts_money: bool
    labels: Mapping[str, "Ready"]


@dataclass(frozen=True, slots=True)
class Bound:
    """A policy that holds for a request, and for whom."""

    ready: Ready
    client_id: str
    known: str
    """As what its table is found again when there are new settings."""
    label: str = ""
    called: str = ""
    """For people, where that is another name."""

    @property
    def id(self) -> str:
        return bound_id(self.client_id, self.label)

    @property
    def name(self) -> str:
        return f"{self.known}/{self.label}" if self.label else self.known

    @property
    def words(self) -> str:
        named = self.called or self.known
        return f"{named}/{self.label}" if self.label else named


def made_ready(policy: ClientPolicy) -> Ready:
    return Ready(
        policy=policy,
        models=tuple(Glob(pattern) for pattern in policy.models),
        zone=_zone_of(policy) if policy.budgets else ZoneInfo("UTC"),
        counts_money=any(each.measure is Measure.USD for each in policy.budgets),
        labels={each.client: made_ready(each) for each in policy.labels},
    )


def _zone_of(policy: ClientPolicy) -> tzinfo:
    if policy.time_zone:
        return ZoneInfo(policy.time_zone)
    # nobody without a budget needs to know where this computer is
    from tzlocal import get_localzone

    return get_localzone()


def allowed_places(bound: Bound, wish: Wish) -> tuple[Place, ...]:
    """By the name that was asked for, which the operator may have given to others (an alias), or
    by the one that would answer."""
    ready, places = bound.ready, wish.places
    policy = ready.policy
    if policy.providers:
        places = tuple(each for each in places if each.provider in policy.providers)
    if ready.models and not any(glob.fits(wish.model) for glob in ready.models):
        places = tuple(
            each for each in places if any(glob.fits(each.model) for glob in ready.models)
        )
    if not places:
        raise ModelForbidden(f"'{bound.words}' may not use '{wish.model}'")
    return places
