"""The one place where it is decided whether a client may spend more: ahead of every upstream.

What a request may cost is reserved before anything is sent, and set right by what the vendor told
when it has ended. A client without a policy pays nothing for there being some.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import tzinfo
from zoneinfo import ZoneInfo

from llmgw_desktop.domain.clock import Clock
from llmgw_desktop.domain.glob import Glob
from llmgw_desktop.domain.policy import (
    ClientExpired,
    ClientPolicy,
    Measure,
    ModelForbidden,
    Period,
    PriceUnknown,
    Spent,
)
from llmgw_desktop.domain.price import PER, Price
from llmgw_desktop.domain.principal import Principal, known_as
from llmgw_desktop.domain.usage import Usage
from llmgw_desktop.engine.policy.ledger import Ledger, Reservation

EVERYBODY = "*"
UNSAID_OUTPUT_TOKENS = 4096
"""Reserved for an answer whose length nobody bounds."""

PriceOf = Callable[[str, str], Price | None]
"""(Provider, model) → what it costs; None where nobody knows."""
Key = tuple[str, Measure, Period]
"""Of a client's id, what is counted, and how long."""
Remembered = Mapping[Key, tuple[float | None, float]]
"""When the period began, and what was spent in it."""


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


@dataclass(frozen=True, slots=True, kw_only=True)
class Admitted:
    """`places`: those that this client may use."""

    places: tuple[Place, ...]
    reservation: Reservation
    client_id: str


@dataclass(frozen=True, slots=True)
class _Ready:
    """A policy, its patterns made ready."""

    policy: ClientPolicy
    models: tuple[Glob, ...]
    zone: tzinfo
    counts_money: bool


def _nobody_keeps(key: Key, begins_at_s: float | None, used: float) -> None:
    del key, begins_at_s, used


class Policies:
    """Of all clients. On the loop; raises PolicyError and nothing else."""

    def __init__(
        self,
        clock: Clock,
        price_of: PriceOf,
        *,
        remembered: Callable[[], Remembered] = dict,
        keep: Callable[[Key, float | None, float], None] = _nobody_keeps,
    ) -> None:
        """`remembered` is asked once, when a first client with a budget comes; `keep` is told of
        each budget's figure when it has changed."""
        self._clock = clock
        self._price_of = price_of
        self._remembered_of = remembered
        self._remembered: dict[Key, tuple[float | None, float]] | None = None
        self._keep = keep
        self._ready: dict[str, _Ready] = {}
        self._ledgers: dict[str, Ledger] = {}

    def apply(self, policies: Sequence[ClientPolicy]) -> None:
        """What was spent stays spent; what runs is settled by the new ones."""
        self._ready = {each.client: _made_ready(each) for each in policies}
        for client_id, old in tuple(self._ledgers.items()):
            name = old.policy.client
            ready = self._ready.get(name) or self._ready.get(EVERYBODY)
            if ready is None:
                ready = _made_ready(ClientPolicy(client=name))
            new = Ledger(replace(ready.policy, client=name), ready.zone, self._clock)
            self._remember(client_id, new)
            new.take_over(old)
            self._ledgers[client_id] = new

    def policy_of(self, principal: Principal) -> ClientPolicy | None:
        ready = self._find(principal)
        return None if ready is None else ready.policy

    def check(self, principal: Principal, wish: Wish) -> None:
        """Whether it may use this at all; nothing is taken on. Raises ModelForbidden."""
        ready = self._find(principal)
        if ready is not None:
            _allowed(ready, wish, principal)

    def admit(self, principal: Principal, wish: Wish) -> Admitted | None:
        """None for a client without a policy. Raises ModelForbidden, ClientExpired, PriceUnknown,
        LimitReached, BudgetSpent; then nothing was taken on."""
        if not self._ready:
            return None
        ready = self._find(principal)
        if ready is None:
            return None
        policy = ready.policy
        if policy.expires_at_s is not None and self._clock.now_s() >= policy.expires_at_s:
            raise ClientExpired(f"The time of '{principal.name}' is over")
        places = _allowed(ready, wish, principal)
        tokens = wish.input_tokens + _output_tokens(wish)
        amounts = {Measure.REQUESTS: 1.0, Measure.TOKENS: float(tokens)}
        if ready.counts_money:
            amounts[Measure.USD] = self._most_usd(places, wish, principal)
        ledger = self._ledger_of(principal.client_id, principal.known_as, ready)
        reservation = ledger.reserve(amounts)
        return Admitted(places=places, reservation=reservation, client_id=principal.client_id)

    def settle(
        self, admitted: Admitted, usage: Usage, cost_usd: float | None, *, is_whole: bool = True
    ) -> None:
        """By what was told. What is not known counts as it was reserved; of an answer that broke
        off the rest is not known, so at least that counts."""
        ledger = self._ledgers[admitted.client_id]
        used: dict[Measure, float] = {Measure.REQUESTS: 1.0}
        if usage.input_tokens is not None or usage.output_tokens is not None:
            used[Measure.TOKENS] = float((usage.input_tokens or 0) + (usage.output_tokens or 0))
        if cost_usd is not None:
            used[Measure.USD] = cost_usd
        if not is_whole:
            reserved = admitted.reservation.amounts
            used = {each: max(figure, reserved.get(each, 0.0)) for each, figure in used.items()}
        ledger.settle(admitted.reservation, used)
        self._keep_figures(admitted.client_id, ledger)

    def spent_before(self, client_id: str, name: str, usage: Usage, cost_usd: float | None) -> None:
        """What was begun by an earlier program has ended, and nothing is reserved for it."""
        known = known_as(client_id, name)
        ready = self._ready.get(known) or self._ready.get(EVERYBODY)
        if ready is None:
            return
        ledger = self._ledger_of(client_id, known, ready)
        nothing = Reservation(dict.fromkeys(Measure, 0.0))
        ledger.begin(nothing)
        self.settle(Admitted(places=(), reservation=nothing, client_id=client_id), usage, cost_usd)

    def let_go(self, admitted: Admitted) -> None:
        """Nobody was asked: nothing was spent."""
        ledger = self._ledgers[admitted.client_id]
        ledger.settle(admitted.reservation, dict.fromkeys(Measure, 0.0))

    def standing(self, client_id: str) -> tuple[Spent, ...]:
        """How its budgets stand; empty where it has none, or has not come since the start."""
        ledger = self._ledgers.get(client_id)
        return () if ledger is None else ledger.standing()

    def running(self, client_id: str) -> int:
        ledger = self._ledgers.get(client_id)
        return 0 if ledger is None else ledger.running

    def _find(self, principal: Principal) -> _Ready | None:
        """What a remote client calls itself is no name to find it by."""
        return self._ready.get(principal.known_as) or self._ready.get(EVERYBODY)

    def _most_usd(self, places: Sequence[Place], wish: Wish, principal: Principal) -> float:
        """What the dearest of them would take."""
        most = 0.0
        for place in places:
            price = self._price_of(place.provider, place.model)
            if price is None:
                raise PriceUnknown(
                    f"'{principal.name}' has a budget in US dollars, and no price is known of "
                    f"'{place.model}' at '{place.provider}'"
                )
            rates = price.rates_for(wish.input_tokens)
            usd = (wish.input_tokens * rates.input + _output_tokens(wish) * rates.output) / PER
            most = max(most, usd)
        return most

    def _ledger_of(self, client_id: str, known: str, ready: _Ready) -> Ledger:
        """`known`: as what its table is found again when there are new settings."""
        ledger = self._ledgers.get(client_id)
        if ledger is None:
            policy = replace(ready.policy, client=known)
            ledger = self._ledgers[client_id] = Ledger(policy, ready.zone, self._clock)
            self._remember(client_id, ledger)
        return ledger

    def _remember(self, client_id: str, ledger: Ledger) -> None:
        if not ledger.purses:
            return
        if self._remembered is None:
            self._remembered = dict(self._remembered_of())
        for purse in ledger.purses:
            key = (client_id, purse.budget.measure, purse.budget.period)
            if (known := self._remembered.get(key)) is not None:
                begins_at_s, used = known
                purse.remember(used, begins_at_s, self._clock.now_s())

    def _keep_figures(self, client_id: str, ledger: Ledger) -> None:
        for spent in ledger.standing():
            key = (client_id, spent.budget.measure, spent.budget.period)
            if self._remembered is not None:  # for a table that goes and comes back
                self._remembered[key] = spent.begins_at_s, spent.used
            self._keep(key, spent.begins_at_s, spent.used)


def _output_tokens(wish: Wish) -> int:
    return UNSAID_OUTPUT_TOKENS if wish.output_tokens is None else wish.output_tokens


def _made_ready(policy: ClientPolicy) -> _Ready:
    return _Ready(
        policy=policy,
        models=tuple(Glob(pattern) for pattern in policy.models),
        zone=_zone_of(policy) if policy.budgets else ZoneInfo("UTC"),
        counts_money=any(each.measure is Measure.USD for each in policy.budgets),
    )


def _zone_of(policy: ClientPolicy) -> tzinfo:
    if policy.time_zone:
        return ZoneInfo(policy.time_zone)
    # nobody without a budget needs to know where this computer is
    from tzlocal import get_localzone

    return get_localzone()


def _allowed(ready: _Ready, wish: Wish, principal: Principal) -> tuple[Place, ...]:
    """By the name that was asked for, which the operator may have given to others (an alias), or
    by the one that would answer."""
    policy, places = ready.policy, wish.places
    if policy.providers:
        places = tuple(each for each in places if each.provider in policy.providers)
    if ready.models and not any(glob.fits(wish.model) for glob in ready.models):
        places = tuple(
            each for each in places if any(glob.fits(each.model) for glob in ready.models)
        )
    if not places:
        raise ModelForbidden(f"'{principal.name}' may not use '{wish.model}'")
    return places
