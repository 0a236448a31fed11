"""The one place where it is decided whether a client may spend more: ahead of every upstream.

What a request may cost is reserved before anything is sent, and set right by what the vendor told
when it has ended. A client without a policy pays nothing for there being some.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from typing import TypeVar

from llmgw_desktop.domain.access.access_errors import ClientPaused, TurnedBack
from llmgw_desktop.domain.access.principal import PIN_MARK, Principal, PrincipalKind, kind_of
from llmgw_desktop.domain.clock import Clock
from llmgw_desktop.domain.events import BudgetReached
from llmgw_desktop.domain.flights.price import STANDARD, Price
from llmgw_desktop.domain.policy import (
    EVERYBODY,
    ClientExpired,
    ClientPolicy,
    ClientStanding,
    LabelStanding,
    Measure,
    PolicyError,
    PriceUnknown,
    Spent,
    is_paused,
    moment_words,
)
from llmgw_desktop.domain.usage import Figure, Usage
from llmgw_desktop.domain.values import value
from llmgw_desktop.engine.policy.estimates import Estimates
from llmgw_desktop.engine.policy.ledger import (
    ClientLedgers,
    Keep,
    Remembered,
    Reservation,
    nobody_keeps,
)
from llmgw_desktop.engine.policy.reservations import (
    Bound,
    ProviderModel,
    Ready,
    RequestEstimate,
    Spender,
    Visit,
    Visits,
    allowed_places,
    bound_id,
    made_ready,
)

_Said = TypeVar("_Said")
_MOST_BOUNDS = 1000
"""Callers say of themselves what they like."""
_TOKENS = int(Figure.INPUT | Figure.OUTPUT)

PriceOf = Callable[[str, str], Price | None]
"""(Provider, model) → what it costs; None where nobody knows."""


@value
class Reservations:
    """`places`: those that this client may use."""

    places: tuple[ProviderModel, ...]
    held: tuple[tuple[str, Reservation], ...]
    """By `bound_id`: of the client, and of its caller's label."""


class Policies:
    """Of all clients. On the loop; raises PolicyError and nothing else."""

    def __init__(
        self,
        clock: Clock,
        price_of: PriceOf,
        *,
        remembered: Callable[[], Remembered] = dict,
        keep: Keep = nobody_keeps,
        holders: Callable[[], Iterable[Principal]] = tuple,
        tell: Callable[[BudgetReached], None] = lambda _: None,
    ) -> None:
        """`holders`: whoever has a key, come or not. For `remembered` and `keep` see `Ledgers`."""
        self._clock = clock
        self._price_of = price_of
        self._holders = holders
        self._ready: dict[str, Ready] = {}
        self._bounds: dict[tuple[str, str, str, str], list[Bound]] = {}
        """Of those who asked since the policies are these."""
        self._tell = tell
        self._ledgers = ClientLedgers(clock, remembered, keep, self._reached)
        self._visits = Visits()
        self.of_runs: dict[str, Reservations] = {}
        """What runs of CLIs have taken on, by the ids of their flights."""
        self.estimates = Estimates()

    def apply(self, policies: Sequence[ClientPolicy]) -> None:
        """What was spent stays spent; what runs is settled by the new ones."""
        before = [(visit, self._policy_as(visit.known)) for visit in self._visits]
        self._ready = {each.client: made_ready(each) for each in policies}
        self._bounds.clear()
        self._ledgers.apply(self._ready_of)
        for visit, policy in before:
            if policy != self._policy_as(visit.known):
                visit.limits_changed(self._policy_as(visit.known), self._clock.now_s())

    def comes(self, principal: Principal) -> Visit:
        """Something of it is under way, with limits or without, until `goes`."""
        visit = self._visits.of(principal)
        visit.running += 1
        return visit

    def check_paused(self, principal: Principal, *, is_own: bool) -> None:
        """At the door. `is_own`: neither a model nor MCP is asked for, which this computer's
        person may always. What a run of it asks goes on. Raises ClientPaused."""
        is_person = principal.kind is PrincipalKind.LOCAL
        if not self._ready or principal.job or (is_person and is_own):
            return
        if is_paused(self._policy_as(principal.known_as), principal.known_as):
            whose = "This computer's own access key" if is_person else f"'{principal.name}'"
            raise ClientPaused(
                f"{whose} is paused: a person has stopped it for a while",
                client_id=principal.client_id,
                client=principal.name,
            )

    def refused(self, principal: Principal, error: TurnedBack | PolicyError) -> None:
        """At the door or by its policy: told in the client's standing."""
        self._visits.of(principal).refused(error, self._clock.now_s())

    def goes(self, visit: Visit) -> None:
        visit.running -= 1

    def policy_of(self, principal: Principal) -> ClientPolicy | None:
        """The first of those that hold for it."""
        if not self._ready:
            return None
        for bound in self._bounds_of(principal):
            return bound.ready.policy
        return None

    def said_of(
        self, principal: Principal, read: Callable[[ClientPolicy], _Said | None]
    ) -> _Said | None:
        """By the tables that hold for it, its label's before its own."""
        if not self._ready:
            return None
        said = [read(bound.ready.policy) for bound in self._bounds_of(principal)]
        return next((each for each in reversed(said) if each is not None), None)

    def check(self, principal: Principal, wish: RequestEstimate) -> None:
        """Whether it may use this at all; nothing is taken on. Raises ModelForbidden."""
        try:
            for bound in self._bounds_of(principal):
                wish = _allowed(bound, wish)
        except PolicyError as error:
            self.refused(principal, error)
            raise

    def admit(self, principal: Principal, wish: RequestEstimate) -> Reservations | None:
        """None for a client without a policy. Raises ModelForbidden, ClientExpired, PriceUnknown,
        LimitReached, BudgetSpent; then nothing was taken on."""
        bounds = self._bounds_of(principal)
        if not bounds:
            return None
        try:
            return self._admit(bounds, wish, is_within=bool(principal.job))
        except PolicyError as error:
            self.refused(principal, error)
            raise

    def hand_over(self, flight_id: str) -> None:
        """A run's model requests come to us and are reserved and settled one by one: what the run
        itself has taken on of tokens and money goes back. Once more does no harm."""
        admitted = self.of_runs.get(flight_id)
        for of, reservation in () if admitted is None else admitted.held:
            self._ledgers[of].hand_over(reservation)

    def settle(
        self,
        admitted: Reservations,
        usage: Usage,
        cost_usd: float | None,
        *,
        is_whole: bool = True,
        at_most: Callable[[], RequestEstimate | None] = lambda: None,
    ) -> None:
        """By what was told. What is not known counts as it was reserved; of what is only known in
        part, as of an answer that broke off, at least that counts, or where more is known now than
        when it was reserved, as much as `at_most` comes to."""
        used: dict[Measure, float] = {Measure.REQUESTS: 1.0}
        if usage.input_tokens is not None or usage.output_tokens is not None:
            used[Measure.TOKENS] = float((usage.input_tokens or 0) + (usage.output_tokens or 0))
        if cost_usd is not None:
            used[Measure.USD] = cost_usd
        in_part = set(Measure) if not is_whole else _known_in_part(usage)
        for of, reservation in admitted.held:
            told = used
            if in_part:
                least = self._least(of, reservation, at_most())
                told = used | {each: max(used.get(each, 0.0), least[each]) for each in in_part}
            self._ledgers[of].settle(reservation, told)
            self._ledgers.changed(of)

    def _least(
        self, of: str, reservation: Reservation, at_most: RequestEstimate | None
    ) -> Mapping[Measure, float]:
        amounts = reservation.amounts
        if at_most is not None:
            try:
                amounts = self._amounts(self._ledgers.bound(of), at_most)
            except PriceUnknown:  # since then
                amounts = {**amounts, **_counted(at_most)}
        return {each: amounts.get(each, 0.0) for each in Measure}

    def goes_on(self, principal: Principal, wish: RequestEstimate) -> Reservations | None:
        """An earlier program let it in, and it has not ended: the same is reserved again. None
        for a client without a policy."""
        bounds = self._bounds_of(principal)
        if not bounds:
            return None
        held = []
        for bound in bounds:
            try:
                amounts = self._amounts(bound, wish)
            except PriceUnknown:  # since then: what it tells of its cost counts all the same
                amounts = _counted(wish)
            held.append((bound.id, self._ledgers.of(bound).hold(amounts)))
        return Reservations(places=wish.places, held=tuple(held))

    def let_go(self, admitted: Reservations) -> None:
        """Nobody was asked: nothing was spent."""
        for of, reservation in admitted.held:
            self._ledgers[of].settle(reservation, dict.fromkeys(Measure, 0.0))

    def standing(self, client_id: str, label: str = "") -> tuple[Spent, ...]:
        """How its budgets stand; empty where it has none, or has not come since the start."""
        ledger = self._ledgers.get(bound_id(client_id, label))
        return () if ledger is None else ledger.standing()

    def running(self, client_id: str, label: str = "") -> int:
        """What its ledger holds under way."""
        ledger = self._ledgers.get(bound_id(client_id, label))
        return 0 if ledger is None else ledger.running

    def standings(self) -> tuple[ClientStanding, ...]:
        """Of everyone who has come since the start or has a table of its own, by name. Raises
        StoreError where what was spent before cannot be read."""
        found = {each.client_id: self.standing_of(each) for each in self._visits}
        for principal in self._tabled():
            if principal.client_id not in found:
                found[principal.client_id] = self.standing_of(Visit(principal))
        return tuple(sorted(found.values(), key=lambda each: (each.name, each.client_id)))

    def standing_of(self, who: Visit | Principal) -> ClientStanding:
        """Raises StoreError as `standings` does."""
        visit = self._visits.seen(who) if isinstance(who, Principal) else who
        ready = self._ready_of(visit.known)
        spender = Spender(visit.client_id, visit.name)
        ledger = None if ready is None else self._ledgers.of(Bound(ready, spender, visit.known))
        return ClientStanding(
            client_id=visit.client_id,
            name=visit.name,
            running=visit.running,
            policy=self._policy_as(visit.known),
            budgets=() if ledger is None else ledger.standing(),
            rates=() if ledger is None else ledger.rates(),
            refusals=tuple(visit.refusals.values()),
            labels=tuple(self._labels_of(visit)),
            is_paused=is_paused(self._policy_as(visit.known), visit.known),
        )

    def _labels_of(self, visit: Visit) -> Iterator[LabelStanding]:
        """Of the tables of its own labels all; of those that hold for everybody only who came."""
        own, everybody = self._ready.get(visit.known), self._ready.get(EVERYBODY)
        tables = own or everybody
        for label, ready in tables.labels.items() if tables is not None else ():
            spender = Spender(visit.client_id, visit.name, label)
            bound = Bound(ready, spender, visit.known, label)
            ledger = self._ledgers.of(bound) if own else self._ledgers.get(bound.id)
            if ledger is not None:
                yield LabelStanding(
                    label=label,
                    running=ledger.running,
                    policy=ready.policy,
                    budgets=ledger.standing(),
                    rates=ledger.rates(),
                )

    def _tabled(self) -> Iterator[Principal]:
        """Who has a table, by the key of that name; a table without a key names itself."""
        holders = {each.known_as: each for each in self._holders()} if self._ready else {}
        for client in self._ready:
            if client != EVERYBODY:
                yield holders.get(client) or Principal(
                    client_id=client, name=client, scopes=frozenset(), kind=kind_of(client)
                )

    def _reached(self, bound: Bound, spent: Spent, percent: int) -> None:
        event = BudgetReached(
            client_id=bound.spender.client_id, name=bound.words, spent=spent, percent=percent
        )
        self._tell(event)

    def _bounds_of(self, principal: Principal) -> list[Bound]:
        """What a remote client calls itself is no name to find it by."""
        if not self._ready:
            return []
        who = principal.client_id, principal.name, principal.label, principal.known_as
        bounds = self._bounds.get(who)
        if bounds is None:
            if len(self._bounds) >= _MOST_BOUNDS:
                self._bounds.clear()
            bounds = self._bounds[who] = self._bounds_by(Spender(*who[:3]), who[3])
        return bounds

    def _bounds_by(self, spender: Spender, known: str) -> list[Bound]:
        """Its own, and besides those of the label: whatever a caller says, its own hold."""
        found = [
            Bound(ready, spender, known, label)
            for label in dict.fromkeys(("", spender.label))
            if (ready := self._ready_of(known, label)) is not None
        ]
        if spender.label.startswith(PIN_MARK) and (pin := self._ready.get(spender.label)):
            found.append(Bound(pin, Spender(spender.label, spender.label), spender.label))
        return found

    def _policy_as(self, known: str) -> ClientPolicy | None:
        ready = self._ready_of(known)
        return None if ready is None else ready.policy

    def _ready_of(self, known: str, label: str = "") -> Ready | None:
        own, everybody = self._ready.get(known), self._ready.get(EVERYBODY)
        if label:
            tables = own or everybody
            return tables.labels.get(label) if tables is not None else None
        return everybody if own is None or own.policy.has_labels_alone else own

    def _admit(
        self, bounds: Sequence[Bound], wish: RequestEstimate, *, is_within: bool
    ) -> Reservations:
        for bound in bounds:
            expires_at_s = bound.ready.policy.expires_at_s
            if expires_at_s is not None and self._clock.now_s() >= expires_at_s:
                since = f"it ended on {moment_words(expires_at_s)}"
                raise ClientExpired(f"The time of '{bound.words}' is over: {since}")
            wish = _allowed(bound, wish)
        held = []
        try:
            for bound in bounds:
                amounts = self._amounts(bound, wish)
                ledger = self._ledgers.of(bound)
                held.append((bound.id, ledger.reserve(amounts, is_within=is_within)))
        except PolicyError:
            self.let_go(Reservations(places=wish.places, held=tuple(held)))
            raise
        return Reservations(places=wish.places, held=tuple(held))

    def _amounts(self, bound: Bound, wish: RequestEstimate) -> dict[Measure, float]:
        amounts = _counted(wish)
        if bound.ready.counts_money:
            amounts[Measure.USD] = self._most_usd(wish, bound)
        return amounts

    def _most_usd(self, wish: RequestEstimate, bound: Bound) -> float:
        """What the dearest of them would take."""
        most = 0.0
        for place in wish.places:
            price = self._price_of(place.provider, place.model)
            if price is None:
                raise PriceUnknown(
                    f"'{bound.words}' has a budget in US dollars, and no price is known of "
                    f"'{place.model}' at '{place.provider}'"
                )
            usd = price.most_usd(wish.input_tokens, wish.most_output_tokens, wish.service_tier)
            if usd is None:
                raise PriceUnknown(
                    f"'{bound.words}' has a budget in US dollars, and of '{place.model}' at "
                    f"'{place.provider}' no price is known for a prompt of this length as the "
                    f"service tier '{wish.service_tier or STANDARD}'"
                )
            most = max(most, usd)
        return most


def _allowed(bound: Bound, wish: RequestEstimate) -> RequestEstimate:
    """With those places alone that it leaves. Raises ModelForbidden."""
    places = allowed_places(bound.ready, wish, bound.words)
    return wish if places == wish.places else replace(wish, places=places)


def _known_in_part(usage: Usage) -> set[Measure]:
    found = {Measure.USD} if usage.partial & Figure.COST else set()
    is_half = (usage.input_tokens is None) != (usage.output_tokens is None)
    return found | {Measure.TOKENS} if is_half or usage.partial & _TOKENS else found


def _counted(wish: RequestEstimate) -> dict[Measure, float]:
    tokens = wish.input_tokens + wish.most_output_tokens
    return {Measure.REQUESTS: 1.0, Measure.TOKENS: float(tokens)}
