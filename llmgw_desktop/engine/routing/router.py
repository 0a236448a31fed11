"""To whom: a request becomes the candidates that may answer it, in order, with the reasons.

A person's rules first, the first that matches counts; then aliases and the model's own name
(`directory.py`). What never changes while the settings stay is decided once for each model, client
and project and remembered; what is left for a request is health, turns and its conversation.
"""

from collections.abc import Iterator, Sequence

from llmgw_desktop.domain.access.principal import PIN_MARK
from llmgw_desktop.domain.clock import Clock, SystemClock
from llmgw_desktop.domain.errors import NotServed, RouteError, UnknownModel
from llmgw_desktop.domain.model.prompt import ModelRequest
from llmgw_desktop.domain.provider import Provider
from llmgw_desktop.domain.routing.route import (
    Candidate,
    RouteDecision,
    RouteQuestion,
    RouteStep,
    RouteTarget,
    Strategy,
)
from llmgw_desktop.domain.settings.whole import Settings
from llmgw_desktop.engine.routing.choices import (
    TRANSLATED,
    Lead,
    RouteChoices,
    Upstreams,
    not_taken,
)
from llmgw_desktop.engine.routing.conversation import Affinity, conversation_of, following_turn
from llmgw_desktop.engine.routing.directory import Directory
from llmgw_desktop.engine.routing.plan import Deciding, Fork, RoutePlan, plan_of
from llmgw_desktop.engine.routing.rules import (
    Asked,
    PassedRules,
    ReadyRule,
    input_tokens_of,
    ready,
    whose_words,
    why_passed,
)
from llmgw_desktop.engine.routing.strategies import AllWell, RoutingHealth, UsualPrice, no_price
from llmgw_desktop.wire.models import ModelEntry

LONGEST_NAME = 512
MOST_PLANS = 1024
NO_FALLBACK = "x-llmgw-no-fallback"
_YES = frozenset({"true", "1", "yes", "on"})


class Router:
    """Made anew with the settings by `renewed`; raises nothing but RouteError."""

    def __init__(
        self,
        settings: Settings | None = None,
        *,
        health: RoutingHealth | None = None,
        price: UsualPrice = no_price,
        affinity: Affinity | None = None,
        clock: Clock | None = None,
    ) -> None:
        settings = settings or Settings()
        self._settings = settings
        self._health = health or AllWell()
        self._price = price
        self._clock = clock or SystemClock()
        self._affinity = affinity or Affinity(self._clock)
        self._directory = Directory(settings.everyone, settings.aliases)
        self._upstreams = Upstreams()
        self._rules = ready(settings.routes)
        self._asks_for_labels = any(rule.match.label != "*" for rule in settings.routes)
        """Else no label is looked at: there may be any number, and a plan is made for each."""
        self._pins = {each.label: each for each in settings.pins}
        self._plans: dict[Asked, RoutePlan | Fork] = {}
        self._deciding = Deciding(self._health, self._affinity, self._clock)

    def renewed(self, settings: Settings) -> "Router":
        """Another by new settings, that knows what this one knows of conversations."""
        return Router(
            settings,
            health=self._health,
            price=self._price,
            affinity=self._affinity,
            clock=self._clock,
        )

    @property
    def providers(self) -> Sequence[Provider]:
        """Those that are switched on, practice aside."""
        return self._directory.enabled

    @property
    def offers_practice(self) -> bool:
        return self._directory.offers_practice

    def listed_aliases(self) -> list[ModelEntry]:
        """As lists of models show them; none that leads to nobody."""
        return self._directory.listed_aliases()

    def route(self, request: ModelRequest) -> RouteDecision:
        """Raises UnknownModel, or NotServed where the model exists and cannot answer this."""
        label = request.principal.label
        if label and not self._asks_for_labels and not label.startswith(PIN_MARK):
            label = ""
        asked = (
            request.protocol,
            request.model,
            request.operation,
            request.principal.known_as,
            request.project,
            label,
        )
        plan = self._plans.get(asked)
        if plan is None:
            plan = self._remembered(asked)
        if plan.decision is not None:
            return plan.decision
        passed = None
        if isinstance(plan, Fork):
            tokens = input_tokens_of(request)
            plan = plan.of(tokens)
            passed = plan.passed.for_size(tokens)
            if plan.decision is not None:
                return _with_passed(plan.decision, passed) if passed else plan.decision
        return self._deciding.decide(
            plan,
            passed=plan.passed if passed is None else passed,
            conversation=conversation_of(request) if plan.keeps_conversations else "",
            strict=request.headers.get(NO_FALLBACK, "").strip().lower() in _YES,
            takes_turn=True,
        )

    def answered(
        self,
        request: ModelRequest,
        decision: RouteDecision,
        candidate: Candidate,
        answer_id: str | None = None,
    ) -> None:
        """It answered this well: the conversation stays with it."""
        if not decision.conversation:
            return
        self._affinity.note(decision.conversation, candidate)
        if following := following_turn(request, candidate, answer_id):
            self._affinity.note(following, candidate)

    def explain(self, question: RouteQuestion) -> RouteDecision:
        """What would happen, without any trace of the question. Raises as `route`."""
        plan = self._plan(_asked(question))
        if isinstance(plan, Fork):
            plan = plan.of(question.input_tokens)
        passed = plan.passed.for_size(question.input_tokens)
        decided = plan.decision or self._deciding.decide(
            plan,
            passed=passed,
            conversation=question.conversation,
            strict=question.strict,
            takes_turn=False,
        )
        return RouteDecision(
            candidates=decided.candidates,
            reason=decided.reason,
            rule=decided.rule,
            strategy=decided.strategy,
            considered=tuple(decided.considered),
            passed=tuple(passed),
            strict=question.strict,
        )

    def steps(self, question: RouteQuestion) -> tuple[RouteStep, ...]:
        """What each rule says, up to and with the first that matches; those that are switched off
        say so."""
        return tuple(self._steps(question))

    def _steps(self, question: RouteQuestion) -> Iterator[RouteStep]:
        meant = self._directory.meant_provider(question.model)
        for number, rule in enumerate(self._settings.routes, 1):
            why = why_passed(rule, number, question, meant)
            yield RouteStep(rule=rule, matched=not why, why=why or "Everything fits.")
            if not why:
                return

    def _remembered(self, asked: Asked) -> "RoutePlan | Fork":
        if len(asked[1]) > LONGEST_NAME:
            raise UnknownModel(asked[1])
        plan = self._plan(asked)
        if len(asked[4]) <= LONGEST_NAME:  # names come from outside: the table stays bounded
            while len(self._plans) >= MOST_PLANS:
                del self._plans[next(iter(self._plans))]
            self._plans[asked] = plan
        return plan

    def _plan(self, asked: Asked) -> "RoutePlan | Fork":
        """By the first rule that matches; a fork where the size decides between some."""
        if len(asked[1]) > LONGEST_NAME:
            raise UnknownModel(asked[1])
        if asked[5].startswith(PIN_MARK):
            return self._pinned(asked)
        meant = self._directory.meant_provider(asked[1])
        sized: list[ReadyRule] = []
        for rule in self._rules:
            if not rule.fits(asked, meant):
                continue
            if not rule.is_sized:
                return self._fork(asked, sized, rule)
            sized.append(rule)
        return self._fork(asked, sized, None)

    def _fork(
        self, asked: Asked, sized: list[ReadyRule], last: ReadyRule | None
    ) -> "RoutePlan | Fork":
        def by(rule: ReadyRule | None) -> RoutePlan:
            return self._by_name(asked) if rule is None else self._by_rule(asked, rule)

        return Fork(sized, last, by) if sized else by(last)

    def _pinned(self, asked: Asked) -> RoutePlan:
        """Through the account of its folder, or nobody: no rule is looked at."""
        pin = self._pins.get(asked[5])
        if pin is None:
            raise NotServed(
                f"This base URL was that of a pinned folder, '{asked[5][:80]}', and no folder is"
                " pinned so now. Pin the folder anew (llmgw pin), or take the base URL out of its"
                " settings (llmgw unpin)."
            )
        where = f"The folder {pin.folder} is pinned to '{pin.place}'"
        meant = self._directory.meant_provider(asked[1])
        if meant and meant != pin.provider and not pin.model:
            raise NotServed(f"{where}, and '{asked[1][:80]}' asks for provider '{meant}'.")
        target = RouteTarget(provider=pin.provider, account=pin.account, model=pin.model)
        choices = RouteChoices(asked[0], asked[2], self._upstreams, self._price)
        choices.add(self._directory.target(target, asked[1], f"{where}."))
        if not choices.found:
            raise NotServed(f"{where}, which cannot answer. {_told(choices)}".strip())
        return plan_of(
            choices,
            reason=f"{where}.",
            strategy=Strategy.PINNED,
            keeps_conversations=False,
            passed=self._passed(asked, 0),
        )

    def _by_rule(self, asked: Asked, ready_rule: ReadyRule) -> RoutePlan:
        rule, model = ready_rule.rule, asked[1]
        choices = RouteChoices(asked[0], asked[2], self._upstreams, self._price)
        leads = [
            lead
            for target in rule.to
            for lead in self._directory.target(target, model, f"Route '{rule.name}' names it.")
        ]
        choices.add(leads)
        if not choices.found:
            led = f"'{model[:80]}' is led by route '{rule.name}' to nobody who could answer."
            raise NotServed(f"{led} {_told(choices)}")
        whose = whose_words(rule.match)
        told = f"Route '{rule.name}' matches, number {ready_rule.number} of the list"
        reason = f"{told}: it is for {whose}." if whose else f"{told}."
        return plan_of(
            choices,
            reason=reason,
            rule=rule.name,
            strategy=rule.strategy,
            keeps_conversations=rule.keeps_conversations,
            passed=self._passed(asked, ready_rule.number - 1),
        )

    def _by_name(self, asked: Asked) -> RoutePlan:
        protocol, model, operation = asked[:3]
        choices = RouteChoices(protocol, operation, self._upstreams, self._price)
        names = self._directory.expanded(model)
        led: list[Lead] = []
        for at, name in enumerate(names):
            leads = self._directory.leads(name, protocol)
            led += [lead for lead in leads if lead.provider.enabled]
            choices.add(leads, tier=at, own_protocol_first=True)
        if not choices.found:
            raise _nobody(asked, led, choices)
        reason = choices.found[0].reason
        if names != [model]:
            reason = f"'{model[:80]}' stands for {', '.join(names[:5])}. {reason}"
        return plan_of(
            choices,
            reason=reason,
            strategy=self._settings.routing.strategy,
            keeps_conversations=self._settings.routing.keep_conversations,
            passed=self._passed(asked, len(self._settings.routes)),
        )

    def _passed(self, asked: Asked, count: int) -> PassedRules:
        return PassedRules(self._settings.routes, count, asked, self._directory.meant_provider)


def _with_passed(decision: RouteDecision, passed: PassedRules) -> RouteDecision:
    return RouteDecision(
        candidates=decision.candidates,
        reason=decision.reason,
        rule=decision.rule,
        strategy=decision.strategy,
        considered=decision.considered,
        passed=passed,
    )


def _nobody(asked: Asked, led: Sequence[Lead], choices: RouteChoices) -> RouteError:
    """Why a name leads to nobody who could answer."""
    protocol, model, operation = asked[:3]
    if not led:
        off = [each.account.partition("/")[0] for each in choices.left_out]
        return UnknownModel(model, tuple(dict.fromkeys(off)))
    if all(protocol not in lead.provider.spoken for lead in led) and operation not in TRANSLATED:
        names = [lead.provider.name for lead in led]
        return NotServed(not_taken(model[:80], names, operation, protocol))
    return NotServed(f"Nobody who has '{model[:80]}' can answer. {_told(choices)}")


def _told(choices: RouteChoices) -> str:
    return " ".join(f"{each.account}: {each.reason}" for each in choices.left_out)


def _asked(question: RouteQuestion) -> Asked:
    return (
        question.protocol,
        question.model,
        question.operation,
        question.client,
        question.project,
        question.label,
    )
