"""The order in which candidates are tried, and what is said of each: pure functions, so that each
can be read as its rule.

A strategy gives each candidate a rank; those of one rank share new conversations by weight, in
turn and not by chance (`in_turn`). Priorities count before weights always.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from itertools import groupby
from operator import add
from typing import Any, Protocol, overload

from typing_extensions import override

from llmgw_desktop.domain.provider import CredentialKind, Upstream
from llmgw_desktop.domain.routing.route import Consideration, Strategy
from llmgw_desktop.engine.routing.choices import RouteChoice

Level = tuple[RouteChoice, ...]
"""Candidates of one rank."""
UsualPrice = Callable[[Upstream, str], float | None]
"""What a million tokens of a model cost there, blended; None where nobody knows."""


class RoutingHealth(Protocol):
    """What is known of accounts while the gateway runs. All of it is asked often: it is quick."""

    def why_not(self, account: str, model: str) -> str:
        """Empty: it may be asked."""

    def latency_ms(self, account: str) -> float | None: ...

    def quota_left(self, account: str) -> float | None:
        """0 to 1."""


class AllWell:
    """Where nobody keeps books."""

    def why_not(self, account: str, model: str) -> str:
        del account, model
        return ""

    def latency_ms(self, account: str) -> float | None:
        del account
        return None

    def quota_left(self, account: str) -> float | None:
        del account
        return None


def no_price(upstream: Upstream, model: str) -> float | None:
    del upstream, model
    return None


QUOTA_WEIGHT, PRICE_WEIGHT, LATENCY_WEIGHT = 0.5, 0.3, 0.2
SAME_WITHIN = 20
"""Scores are told apart in steps of one twentieth, so that noise moves nobody."""


def levels(choices: Sequence[RouteChoice], strategy: Strategy) -> tuple[Level, ...]:
    """For the strategies whose order is known before a request comes.

    - account-pool-first: subscriptions, then API keys and servers that want none; within each by
      priority, then as listed.
    - api-key-first: the other way round.
    - pinned: as listed, whatever the credential; the accounts of one entry by priority.
    """
    return _levels(choices, _KEYS[strategy])


def automatic_ranks(
    choices: Sequence[RouteChoice],
    quotas: Sequence[float | None],
    paces: Sequence[float | None],
) -> list[int]:
    """By a score of 0 to 1: half of it quota left, three tenths price, two tenths latency.

    Quota counts as it is told. Price and latency count as the least of all divided by one's own, so
    that the cheapest and the quickest have 1. What is unknown of a candidate counts as the average
    of those of whom it is known: neither best nor worst; what is known of none counts for nobody.
    The result is 0 for a score of 1 and grows by one for each twentieth below; equal ones go by
    priority, then as listed.
    """
    parts = (
        _weighed(quotas, QUOTA_WEIGHT),
        _weighed(_shares([choice.price for choice in choices]), PRICE_WEIGHT),
        _weighed(_shares(paces), LATENCY_WEIGHT),
    )
    scores = [0.0] * len(choices)
    for part in parts:
        if part:
            scores = list(map(add, scores, part))
    return [SAME_WITHIN - int(score * SAME_WITHIN + 0.5) for score in scores]


def _weighed(shares: Sequence[float | None], weight: float) -> list[float]:
    """Empty where nothing is known of anybody."""
    told = _told(shares)
    if not told:
        return []
    if len(told) == len(shares):
        return [weight * share for share in told]
    middle = sum(told) / len(told)
    return [weight * (middle if share is None else share) for share in shares]


def _told(values: Sequence[float | None]) -> Sequence[float]:
    if None in values:
        return [each for each in values if each is not None]
    return values  # type: ignore[return-value]


def in_turn(
    level: Sequence[RouteChoice], turns: Mapping[str, int]
) -> tuple[list[RouteChoice], dict[str, int]]:
    """The members in the order of their turns, and the turns as they are after the first was used.

    Smooth weighted round robin: everybody gains his weight, the richest is used and pays what all
    gained. So three of weight 2, 1, 1 are used as a b c a, never a a b c.
    """
    purses = {each.account: turns.get(each.account, 0) + each.weight for each in level}
    order = sorted(level, key=lambda each: purses[each.account], reverse=True)
    purses[order[0].account] -= sum(each.weight for each in level)
    return order, purses


def _levels(choices: Sequence[RouteChoice], key: Callable[[RouteChoice], Any]) -> tuple[Level, ...]:
    in_order = sorted(choices, key=key)  # stable: equals stay as they were found
    return tuple(tuple(members) for _, members in groupby(in_order, key))


def _shares(values: Sequence[float | None]) -> Sequence[float | None]:
    """The least of all divided by each; 1 for the least itself, be it 0."""
    told = _told(values)
    if not told:
        return values
    least = min(told)
    if least <= 0:
        return [None if each is None else float(each <= least) for each in values]
    if len(told) == len(values):
        return [least / each for each in told]
    return [None if each is None else least / each for each in values]


_KEYS: Mapping[Strategy, Callable[[RouteChoice], Any]] = {
    Strategy.ACCOUNT_POOL_FIRST: lambda each: (
        each.tier,
        each.credential is not CredentialKind.SIGN_IN,
        each.priority,
        each.place,
    ),
    Strategy.API_KEY_FIRST: lambda each: (
        each.tier,
        each.credential is CredentialKind.SIGN_IN,
        each.priority,
        each.place,
    ),
    Strategy.PINNED: lambda each: (each.tier, each.place, each.priority),
    Strategy.AUTOMATIC: lambda each: (each.tier, each.priority, each.place),
}


class WeighedFigures:
    """What the automatic strategy weighed, as it was then."""

    __slots__ = ("_choices", "_paces", "_quotas")

    def __init__(
        self,
        choices: Sequence[RouteChoice],
        quotas: Sequence[float | None],
        paces: Sequence[float | None],
    ) -> None:
        self._choices = choices
        self._quotas = quotas
        self._paces = paces

    def words(self) -> dict[int, str]:
        """By `id` of the choice."""
        every = zip(self._choices, self._quotas, self._paces, strict=True)
        return {
            id(choice): _figures_words(quota, choice.price, pace) for choice, quota, pace in every
        }


class Considerations(Sequence[Consideration]):
    """What is said of each candidate, put into words when somebody reads it: on the recorder's
    thread, or in a window, and never while a request waits."""

    __slots__ = ("_figures", "_ill", "_left_out", "_order", "_said", "_stays", "_strict")

    def __init__(
        self,
        order: Sequence[RouteChoice],
        ill: Sequence[tuple[RouteChoice, str]],
        figures: WeighedFigures | None,
        left_out: Sequence[Consideration],
        *,
        stays: bool,
        strict: bool,
    ) -> None:
        self._left_out = left_out
        self._order = order
        self._ill = ill
        self._figures = figures
        self._stays = stays
        self._strict = strict
        self._said: tuple[Consideration, ...] | None = None

    @overload
    def __getitem__(self, index: int) -> Consideration: ...

    @overload
    def __getitem__(self, index: slice) -> Sequence[Consideration]: ...

    @override
    def __getitem__(self, index: int | slice) -> Consideration | Sequence[Consideration]:
        if self._said is None:
            self._said = tuple(self._say())
        return self._said[index]

    @override
    def __len__(self) -> int:
        return len(self._order) + len(self._ill) + len(self._left_out)

    def _say(self) -> Iterator[Consideration]:
        figures = {} if self._figures is None else self._figures.words()
        rank = 0
        for choice in self._order:
            rank += 1
            stays = "It answered this conversation before." if rank == 1 and self._stays else ""
            yield self._one(choice, rank, words_of(choice, stays, figures.get(id(choice), "")))
        for choice, why in self._ill:
            rank += 1
            yield self._one(choice, rank, f"Asked last: {_sentence(why)}")
        yield from self._left_out

    def _one(self, choice: RouteChoice, rank: int, reason: str) -> Consideration:
        place: int | None = rank
        if self._strict and rank > 1:
            reason = f"{reason} Not asked: this request allows no other than the first."
            place = None
        return Consideration(account=choice.account, model=choice.model, rank=place, reason=reason)


def words_of(choice: RouteChoice, more: str, figures: str = "") -> str:
    """Why it is where it is."""
    parts = [choice.reason, more]
    if choice.credential is CredentialKind.SIGN_IN:
        parts.append("A subscription.")
    if choice.priority:
        parts.append(f"Priority {choice.priority}.")
    if choice.weight != 1:
        parts.append(f"Weight {choice.weight}.")
    if choice.problem:
        parts.append(_sentence(choice.problem))
    return " ".join(filter(None, [*parts, figures]))


def _figures_words(quota_left: float | None, price: float | None, latency: float | None) -> str:
    quota = "unknown" if quota_left is None else f"{quota_left:.0%}"
    money = "unknown" if price is None else f"{price:.2f} a million tokens"
    pace = "unknown" if latency is None else f"{latency:,.0f} ms"
    return f"Quota left {quota}; price {money}; first token {pace}."


def _sentence(text: str) -> str:
    shown = text[:1].upper() + text[1:]
    return shown if shown.endswith((".", "!", "…")) else f"{shown}."
