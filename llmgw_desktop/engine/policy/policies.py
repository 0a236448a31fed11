"""The one place where it is decided whether a client may spend more: ahead of every upstream.

What a request may cost is reserved before anything is sent, and set right by what the vendor told
when it has ended. A client without a policy pays nothing for there being some.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace

from llmgw_desktop.domain.clock import Clock
from llmgw_desktop.domain.policy import (
    ClientExpired,
    ClientPolicy,
    Measure,
    Period,
    PolicyError,
    PriceUnknown,
    Spent,
)
from llmgw_desktop.domain.price import PER, Price
from llmgw_desktop.domain.principal import Principal, known_as
from llmgw_desktop.domain.usage import Usage
from llmgw_desktop.engine.policy.bounds import (
    Bound,
    Place,
    Ready,
    Spender,
    Wish,
    allowed_places,
    bound_id,
    made_ready,
)
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


@dataclass(frozen=True, slots=True, kw_only=True)
class Admitted:
    """`places`: those that this client may use."""

    places: tuple[Place, ...]
    held: tuple[tuple[str, Reservation], ...]
    """By `bound_id`: of the client, and of its caller's label."""


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
        self._ready: dict[str, Ready] = {}
        self._ledgers: dict[str, Ledger] = {}
        self._bounds: dict[str, Bound] = {}
        """Of the ledgers."""

    def apply(self, policies: Sequence[ClientPolicy]) -> None:
        """What was spent stays spent; what runs is settled by the new ones."""
        self._ready = {each.client: made_ready(each) for each in policies}
        for of, old in tuple(self._ledgers.items()):
            bound = self._bounds[of]
            ready = self._ready_for(bound.known, bound.label)
            if ready is None:
                ready = made_ready(ClientPolicy(client=bound.name))
            new = Ledger(replace(ready.policy, client=bound.name), ready.zone, self._clock)
            self._remember(of, new)
            new.take_over(old)
            self._ledgers[of] = new

    def policy_of(self, principal: Principal) -> ClientPolicy | None:
        """The first of those that hold for it."""
        for bound in self._bounds_of(principal):
            return bound.ready.policy
        return None

    def check(self, principal: Principal, wish: Wish) -> None:
        """Whether it may use this at all; nothing is taken on. Raises ModelForbidden."""
        for bound in self._bounds_of(principal):
            wish = replace(wish, places=allowed_places(bound, wish))

    def admit(self, principal: Principal, wish: Wish) -> Admitted | None:
        """None for a client without a policy. Raises ModelForbidden, ClientExpired, PriceUnknown,
        LimitReached, BudgetSpent; then nothing was taken on."""
        bounds = self._bounds_of(principal)
        if not bounds:
            return None
        for bound in bounds:
            expires_at_s = bound.ready.policy.expires_at_s
            if expires_at_s is not None and self._clock.now_s() >= expires_at_s:
                raise ClientExpired(f"The time of '{bound.words}' is over")
            wish = replace(wish, places=allowed_places(bound, wish))
        admitted = Admitted(places=wish.places, held=())
        try:
            for bound in bounds:
                held = (bound.id, self._reserved(bound, wish))
                admitted = replace(admitted, held=(*admitted.held, held))
        except PolicyError:
            self.let_go(admitted)
            raise
        return admitted

    def _reserved(self, bound: Bound, wish: Wish) -> Reservation:
        tokens = wish.input_tokens + _output_tokens(wish)
        amounts = {Measure.REQUESTS: 1.0, Measure.TOKENS: float(tokens)}
        if bound.ready.counts_money:
            amounts[Measure.USD] = self._most_usd(wish, bound)
        return self._ledger_of(bound).reserve(amounts)

    def settle(
        self, admitted: Admitted, usage: Usage, cost_usd: float | None, *, is_whole: bool = True
    ) -> None:
        """By what was told. What is not known counts as it was reserved; of an answer that broke
        off the rest is not known, so at least that counts."""
        used: dict[Measure, float] = {Measure.REQUESTS: 1.0}
        if usage.input_tokens is not None or usage.output_tokens is not None:
            used[Measure.TOKENS] = float((usage.input_tokens or 0) + (usage.output_tokens or 0))
        if cost_usd is not None:
            used[Measure.USD] = cost_usd
        for of, reservation in admitted.held:
            reserved, told = reservation.amounts, used
            if not is_whole:
                told = {each: max(figure, reserved.get(each, 0.0)) for each, figure in used.items()}
            self._ledgers[of].settle(reservation, told)
            self._keep_figures(of, self._ledgers[of])

    def spent_before(self, spender: Spender, usage: Usage, cost_usd: float | None) -> None:
        """What was begun by an earlier program has ended, and nothing is reserved for it."""
        held = []
        for bound in self._bounds_by(spender, known_as(spender.client_id, spender.name)):
            nothing = Reservation(dict.fromkeys(Measure, 0.0))
            self._ledger_of(bound).begin(nothing)
            held.append((bound.id, nothing))
        self.settle(Admitted(places=(), held=tuple(held)), usage, cost_usd)

    def let_go(self, admitted: Admitted) -> None:
        """Nobody was asked: nothing was spent."""
        for of, reservation in admitted.held:
            self._ledgers[of].settle(reservation, dict.fromkeys(Measure, 0.0))

    def standing(self, client_id: str, label: str = "") -> tuple[Spent, ...]:
        """How its budgets stand; empty where it has none, or has not come since the start."""
        ledger = self._ledgers.get(bound_id(client_id, label))
        return () if ledger is None else ledger.standing()

    def running(self, client_id: str, label: str = "") -> int:
        ledger = self._ledgers.get(bound_id(client_id, label))
        return 0 if ledger is None else ledger.running

    def _bounds_of(self, principal: Principal) -> list[Bound]:
        """What a remote client calls itself is no name to find it by."""
        if not self._ready:
            return []
        spender = Spender(principal.client_id, principal.name, principal.label)
        return self._bounds_by(spender, principal.known_as)

    def _bounds_by(self, spender: Spender, known: str) -> list[Bound]:
        """Its own, and besides those of the label: whatever a caller says, its own hold."""
        label = spender.label
        return [
            Bound(ready, spender.client_id, known, of, spender.name)
            for of in (("", label) if label else ("",))
            if (ready := self._ready_for(known, of)) is not None
        ]

    def _ready_for(self, known: str, label: str) -> Ready | None:
        own = self._ready.get(known)
        everybody = self._ready.get(EVERYBODY)
        if label:
            tables = own or everybody
            return tables.labels.get(label) if tables is not None else None
        return everybody if own is None or own.policy.has_labels_alone else own

    def _most_usd(self, wish: Wish, bound: Bound) -> float:
        """What the dearest of them would take."""
        most = 0.0
        for place in wish.places:
            price = self._price_of(place.provider, place.model)
            if price is None:
                raise PriceUnknown(
                    f"'{bound.words}' has a budget in US dollars, and no price is known of "
                    f"'{place.model}' at '{place.provider}'"
                )
            rates = price.rates_for(wish.input_tokens)
            usd = (wish.input_tokens * rates.input + _output_tokens(wish) * rates.output) / PER
            most = max(most, usd)
        return most

    def _ledger_of(self, bound: Bound) -> Ledger:
        of = bound.id
        ledger = self._ledgers.get(of)
        if ledger is None:
            policy = replace(bound.ready.policy, client=bound.name)
            ledger = self._ledgers[of] = Ledger(policy, bound.ready.zone, self._clock)
            self._bounds[of] = bound
            self._remember(of, ledger)
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
