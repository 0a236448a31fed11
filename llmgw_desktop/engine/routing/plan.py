"""What is decided once for many requests, and what is left to decide for each of them."""

from collections.abc import Callable, Iterator, Sequence
from typing import overload

from typing_extensions import override

from llmgw_desktop.domain.account import CredentialKind
from llmgw_desktop.domain.route import Consideration, RouteDecision, Strategy
from llmgw_desktop.domain.values import value
from llmgw_desktop.engine.routing.affinity import Affinity
from llmgw_desktop.engine.routing.choices import Choice, Choices
from llmgw_desktop.engine.routing.rules import ReadyRule
from llmgw_desktop.engine.routing.strategies import (
    AccountHealth,
    Figures,
    Level,
    automatic_levels,
    in_turn,
    levels,
)


@value
class Plan:
    """All that may answer one kind of request, ranked as far as that can be known before."""

    reason: str
    rule: str
    strategy: Strategy
    keeps_conversations: bool
    levels: tuple[Level, ...]
    left_out: tuple[Consideration, ...]
    decision: RouteDecision | None
    """Of those with one candidate: there is nothing left to decide."""


class Fork:
    """Rules of size stand before the rule that matches whatever the size is."""

    __slots__ = ("_last", "_make", "_plans", "_sized")
    decision = None

    def __init__(
        self,
        sized: Sequence[ReadyRule],
        last: ReadyRule | None,
        make: Callable[[ReadyRule | None], Plan],
    ) -> None:
        self._sized = sized
        self._last = last
        self._make = make
        self._plans: dict[int, Plan] = {}

    def of(self, tokens: int | None) -> Plan:
        rule = next((each for each in self._sized if each.fits_size(tokens)), self._last)
        number = 0 if rule is None else rule.number
        plan = self._plans.get(number)
        if plan is None:
            plan = self._plans[number] = self._make(rule)
        return plan


def plan_of(
    choices: Choices,
    *,
    reason: str,
    strategy: Strategy,
    keeps_conversations: bool,
    rule: str = "",
) -> Plan:
    found, left_out = choices.found, tuple(choices.left_out)
    decision = None
    if len(found) > 1:
        reason = f"{reason} {len(found)} accounts can answer; strategy {strategy}."
    if len(found) == 1:
        decision = RouteDecision(
            candidates=(found[0].candidate,),
            reason=reason,
            rule=rule,
            strategy=strategy,
            considered=(
                Consideration(
                    account=found[0].account,
                    model=found[0].candidate.model,
                    rank=1,
                    reason=_words(found[0], "There is no other.", None),
                ),
                *left_out,
            ),
        )
    return Plan(
        reason=reason,
        rule=rule,
        strategy=strategy,
        keeps_conversations=keeps_conversations,
        levels=levels(found, strategy),
        left_out=left_out,
        decision=decision,
    )


class Deciding:
    """Orders the candidates of a plan for one request. It keeps whose turn it is."""

    def __init__(self, health: AccountHealth, affinity: Affinity) -> None:
        self._health = health
        self._affinity = affinity
        self._turns: dict[str, int] = {}

    def decide(
        self, plan: Plan, *, conversation: str, strict: bool, takes_turn: bool
    ) -> RouteDecision:
        """Those that may not be asked now stand last, for the case that nobody else is left."""
        well, ill, figures = self._parted(plan)
        favourite = self._favourite(well, conversation)
        order: list[Choice] = []
        for number, level in enumerate(well):
            if len(level) == 1:
                order += level
                continue
            members, turns = in_turn(level, self._turns)
            order += members
            if takes_turn and number == 0 and favourite is None:
                self._turns.update(turns)
        if favourite is not None:
            order.remove(favourite)
            order.insert(0, favourite)
        ranked = [*order, *(choice for choice, _ in ill)]
        asked = ranked[:1] if strict else ranked
        return RouteDecision(
            candidates=tuple([choice.candidate for choice in asked]),
            reason=plan.reason,
            rule=plan.rule,
            strategy=plan.strategy,
            considered=Considerations(
                plan, order, ill, figures, has_favourite=favourite is not None, strict=strict
            ),
            strict=strict,
            conversation=conversation if plan.keeps_conversations else "",
        )

    def _parted(
        self, plan: Plan
    ) -> tuple[Sequence[Level], list[tuple[Choice, str]], dict[int, Figures] | None]:
        """(Levels of those that may be asked, the others with the reason, what was weighed)."""
        why_not = self._health.why_not
        ill: list[tuple[Choice, str]] = []
        well: list[Level] = []
        for level in plan.levels:
            members = []
            for choice in level:
                upstream = choice.candidate.upstream
                why = upstream.key_problem or why_not(upstream.account, choice.candidate.model)
                if why:
                    ill.append((choice, why))
                else:
                    members.append(choice)
            if members:
                well.append(tuple(members))
        if plan.strategy is not Strategy.AUTOMATIC or not well:
            return well, ill, None
        choices = [choice for level in well for choice in level]
        figures = {id(choice): self._figures(choice) for choice in choices}
        return automatic_levels(choices, figures), ill, figures

    def _figures(self, choice: Choice) -> Figures:
        account = choice.account
        return Figures(
            quota_left=self._health.quota_left(account),
            price=choice.price,
            latency_ms=self._health.latency_ms(account),
        )

    def _favourite(self, well: Sequence[Level], conversation: str) -> Choice | None:
        place = self._affinity.place_of(conversation) if conversation else None
        if place is None:
            return None
        for level in well:
            for choice in level:
                if (choice.account, choice.candidate.model) == place:
                    return choice
        return None


class Considerations(Sequence[Consideration]):
    """What is said of each candidate, put into words when somebody reads it: on the recorder's
    thread, or in a window, and never while a request waits."""

    __slots__ = ("_figures", "_has_favourite", "_ill", "_order", "_plan", "_said", "_strict")

    def __init__(
        self,
        plan: Plan,
        order: Sequence[Choice],
        ill: Sequence[tuple[Choice, str]],
        figures: dict[int, Figures] | None,
        *,
        has_favourite: bool,
        strict: bool,
    ) -> None:
        self._plan = plan
        self._order = order
        self._ill = ill
        self._figures = figures
        self._has_favourite = has_favourite
        self._strict = strict
        self._said: tuple[Consideration, ...] | None = None

    @overload
    def __getitem__(self, index: int) -> Consideration: ...

    @overload
    def __getitem__(self, index: slice) -> Sequence[Consideration]: ...

    @override
    def __getitem__(self, index: int | slice) -> Consideration | Sequence[Consideration]:
        return self._words()[index]

    @override
    def __len__(self) -> int:
        return len(self._order) + len(self._ill) + len(self._plan.left_out)

    def _words(self) -> tuple[Consideration, ...]:
        if self._said is None:
            self._said = tuple(self._say())
        return self._said

    def _say(self) -> Iterator[Consideration]:
        rank = 0
        for choice in self._order:
            rank += 1
            figures = None if self._figures is None else self._figures[id(choice)]
            stays = "It answered this conversation before." if self._is_favourite(rank) else ""
            yield self._one(choice, rank, _words(choice, stays, figures))
        for choice, why in self._ill:
            rank += 1
            yield self._one(choice, rank, f"Asked last: {_sentence(why)}")
        yield from self._plan.left_out

    def _is_favourite(self, rank: int) -> bool:
        return rank == 1 and self._has_favourite

    def _one(self, choice: Choice, rank: int, reason: str) -> Consideration:
        model = choice.candidate.model
        if self._strict and rank > 1:
            reason = f"{reason} Not asked: this request allows no other than the first."
            return Consideration(account=choice.account, model=model, rank=None, reason=reason)
        return Consideration(account=choice.account, model=model, rank=rank, reason=reason)


def _words(choice: Choice, more: str, figures: Figures | None) -> str:
    parts = [choice.reason, more]
    if choice.credential is CredentialKind.SIGN_IN:
        parts.append("A subscription.")
    if choice.priority:
        parts.append(f"Priority {choice.priority}.")
    if choice.weight != 1:
        parts.append(f"Weight {choice.weight}.")
    if choice.problem:
        parts.append(_sentence(choice.problem))
    if figures is not None:
        parts.append(_figures_words(figures))
    return " ".join(filter(None, parts))


def _figures_words(figures: Figures) -> str:
    quota = "unknown" if figures.quota_left is None else f"{figures.quota_left:.0%}"
    price = "unknown" if figures.price is None else f"{figures.price:.2f} a million tokens"
    pace = "unknown" if figures.latency_ms is None else f"{figures.latency_ms:,.0f} ms"
    return f"Quota left {quota}; price {price}; first token {pace}."


def _sentence(text: str) -> str:
    shown = text[:1].upper() + text[1:]
    return shown if shown.endswith((".", "!", "…")) else f"{shown}."
