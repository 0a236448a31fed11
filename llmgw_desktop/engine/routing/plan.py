"""What is decided once for many requests, and what is left to decide for each of them."""

from collections.abc import Callable, Mapping, Sequence

from llmgw_desktop.domain.clock import Clock
from llmgw_desktop.domain.routing.route import Consideration, RouteDecision, Strategy
from llmgw_desktop.domain.values import value
from llmgw_desktop.engine.routing.choices import RouteChoice, RouteChoices
from llmgw_desktop.engine.routing.conversation import Affinity, Place
from llmgw_desktop.engine.routing.rules import PassedRules, ReadyRule
from llmgw_desktop.engine.routing.strategies import (
    Considerations,
    RoutingHealth,
    WeighedFigures,
    automatic_ranks,
    in_turn,
    levels,
    words_of,
)

WEIGHED_FOR_S = 0.25
_MOST_RANKS = 1000
Weighed = tuple[Sequence[RouteChoice], Mapping[int, object], WeighedFigures]
"""The order, who is equal to whom, what was weighed."""


class Weighing:
    """What the automatic strategy made of the figures last: they are looked at a few times in a
    second, not with each of a thousand requests."""

    __slots__ = ("made", "of", "until_s")

    def __init__(self) -> None:
        self.until_s = 0.0
        self.of: list[RouteChoice] = []
        self.made: Weighed | None = None


@value
class RoutePlan:
    """All that may answer one kind of request, ranked as far as that can be known before."""

    reason: str
    rule: str
    strategy: Strategy
    keeps_conversations: bool
    ranked: tuple[RouteChoice, ...]
    """In the order of the strategy, as far as that is known without health and figures."""
    equals: Mapping[int, object]
    """By `id` of the choice: whose is the same share the place by weight."""
    left_out: tuple[Consideration, ...]
    passed: PassedRules
    weighing: Weighing
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
        make: Callable[[ReadyRule | None], RoutePlan],
    ) -> None:
        self._sized = sized
        self._last = last
        self._make = make
        self._plans: dict[int, RoutePlan] = {}

    def of(self, tokens: int | None) -> RoutePlan:
        rule = next((each for each in self._sized if each.fits_size(tokens)), self._last)
        number = 0 if rule is None else rule.number
        plan = self._plans.get(number)
        if plan is None:
            plan = self._plans[number] = self._make(rule)
        return plan


def plan_of(
    choices: RouteChoices,
    *,
    reason: str,
    strategy: Strategy,
    keeps_conversations: bool,
    passed: PassedRules,
    rule: str = "",
) -> RoutePlan:
    found, left_out = choices.found, tuple(choices.left_out)
    decision = None
    ranked = levels(found, strategy)
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
                    model=found[0].model,
                    rank=1,
                    reason=words_of(found[0], "There is no other."),
                ),
                *left_out,
            ),
            passed=passed,
        )
    return RoutePlan(
        reason=reason,
        rule=rule,
        strategy=strategy,
        keeps_conversations=keeps_conversations,
        ranked=tuple([choice for level in ranked for choice in level]),
        equals={id(choice): number for number, level in enumerate(ranked) for choice in level},
        left_out=left_out,
        passed=passed,
        weighing=Weighing(),
        decision=decision,
    )


class Deciding:
    """Orders the candidates of a plan for one request. It keeps whose turn it is."""

    def __init__(self, health: RoutingHealth, affinity: Affinity, clock: Clock) -> None:
        self._health = health
        self._clock = clock
        self._affinity = affinity
        self._turns: dict[str, int] = {}

    def decide(
        self,
        plan: RoutePlan,
        *,
        conversation: str,
        strict: bool,
        takes_turn: bool,
        passed: PassedRules,
    ) -> RouteDecision:
        """Those that may not be asked now stand last, for the case that nobody else is left."""
        well: list[RouteChoice] = []
        ill: list[tuple[RouteChoice, str]] = []
        why_not = self._health.why_not
        for choice in plan.ranked:
            if why := choice.problem or why_not(choice.account, choice.model):
                ill.append((choice, why))
            else:
                well.append(choice)
        figures = None
        equals = plan.equals
        if plan.strategy is Strategy.AUTOMATIC and well:
            order, equals, figures = self._weighed(plan, well, is_fresh=not takes_turn)
            well = list(order)
        place = self._affinity.place_of(conversation) if conversation else None
        stays = place is not None and _moved_up(well, place)
        if well and not stays:
            self._in_turn(well, equals, takes_turn=takes_turn)
        asked = [*well, *(choice for choice, _ in ill)] if ill else well
        return RouteDecision(
            candidates=tuple([choice.candidate for choice in (asked[:1] if strict else asked)]),
            reason=plan.reason,
            rule=plan.rule,
            strategy=plan.strategy,
            considered=Considerations(
                well, ill, figures, plan.left_out, stays=stays, strict=strict
            ),
            passed=passed,
            strict=strict,
            conversation=conversation,
        )

    def _weighed(self, plan: RoutePlan, well: list[RouteChoice], *, is_fresh: bool) -> Weighed:
        last, now_s = plan.weighing, self._clock.monotonic_s()
        if last.made is not None and not is_fresh and now_s < last.until_s and last.of == well:
            return last.made
        made = self._weigh(plan, well)
        if not is_fresh:
            last.until_s, last.of, last.made = now_s + WEIGHED_FOR_S, well, made
        return made

    def _weigh(self, plan: RoutePlan, well: list[RouteChoice]) -> Weighed:
        quota_left, latency_ms = self._health.quota_left, self._health.latency_ms
        quotas = [quota_left(choice.account) for choice in well]
        paces = [latency_ms(choice.account) for choice in well]
        ranks = automatic_ranks(well, quotas, paces)
        keys = [choice.tier * _MOST_RANKS + rank for choice, rank in zip(well, ranks, strict=True)]
        places = sorted(range(len(well)), key=keys.__getitem__)
        best, first = keys[places[0]], plan.equals[id(well[places[0]])]
        equals: dict[int, object] = {}
        for at in places:
            if keys[at] != best or plan.equals[id(well[at])] != first:
                break
            equals[id(well[at])] = first
        return [well[at] for at in places], equals, WeighedFigures(well, quotas, paces)

    def _in_turn(
        self, well: list[RouteChoice], equals: Mapping[int, object], *, takes_turn: bool
    ) -> None:
        """Puts those that share the first place into the order of their turns."""
        first = equals[id(well[0])]
        count = 1
        while count < len(well) and equals.get(id(well[count])) == first:
            count += 1
        if count == 1:
            return
        well[:count], turns = in_turn(well[:count], self._turns)
        if takes_turn:
            self._turns.update(turns)


def _moved_up(well: list[RouteChoice], place: Place) -> bool:
    """Whether who answered this conversation is among them; it then stands first."""
    account, model = place
    for at, choice in enumerate(well):
        if choice.account == account and choice.model == model:
            well.insert(0, well.pop(at))
            return True
    return False
