"""A client's policy made ready to be asked with every request."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import tzinfo
from zoneinfo import ZoneInfo

from llmgw_desktop.domain.glob import Glob
from llmgw_desktop.domain.policy import ClientPolicy, Measure, ModelForbidden

UNSAID_OUTPUT_TOKENS = 4096
"""Reserved for an answer whose length nobody bounds."""


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
    unsaid_output_tokens: int = UNSAID_OUTPUT_TOKENS
    """Reserved where it does not say."""
    service_tier: str = ""
    """As it asks to be served; empty: it does not say."""

    @property
    def most_output_tokens(self) -> int:
        return self.unsaid_output_tokens if self.output_tokens is None else self.output_tokens


@dataclass(frozen=True, slots=True)
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
        zone=_zone_of(policy) if policy.budgets else ZoneInfo("UTC"),
        counts_money=any(each.measure is Measure.USD for each in policy.budgets),
        labels={each.client: made_ready(each) for each in policy.labels},
    )


def allowed_places(ready: Ready, wish: Wish, whose: str) -> tuple[Place, ...]:
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


def _zone_of(policy: ClientPolicy) -> tzinfo:
    if policy.time_zone:
        return ZoneInfo(policy.time_zone)
    # nobody without a budget needs to know where this computer is
    from tzlocal import get_localzone

    return get_localzone()
