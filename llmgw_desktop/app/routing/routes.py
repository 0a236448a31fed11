"""Routes as a page shows and changes them, and who would answer a request that is not sent."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

from llmgw_desktop.app.settings.settings_file import SettingsWish
from llmgw_desktop.app.words.figures import count_text
from llmgw_desktop.app.words.inert_text import inert_line
from llmgw_desktop.domain.errors import ConfigError, LlmgwError
from llmgw_desktop.domain.model.prompt import Operation
from llmgw_desktop.domain.provider import DEFAULT_ACCOUNT, AccountState, ProviderKind
from llmgw_desktop.domain.routing.route import (
    Consideration,
    RouteDecision,
    RouteMatch,
    RouteQuestion,
    RouteRule,
    RouteStep,
    RouteTarget,
    Strategy,
)
from llmgw_desktop.domain.settings.whole import LoadedSettings
from llmgw_desktop.domain.values import value
from llmgw_desktop.engine.routing.health import HealthTracker
from llmgw_desktop.engine.routing.router import Router
from llmgw_desktop.store.settings.editor import Edit
from llmgw_desktop.store.toml_changes import (
    AddTable,
    Change,
    MoveElement,
    RemoveTable,
    SetKeys,
    TomlValue,
)

STRATEGY_WORDS = {
    Strategy.ACCOUNT_POOL_FIRST: "Subscriptions first",
    Strategy.API_KEY_FIRST: "API keys first",
    Strategy.AUTOMATIC: "By quota, price and speed",
    Strategy.PINNED: "In this order",
}
STRATEGY_HINTS = {
    Strategy.ACCOUNT_POOL_FIRST: "Subscriptions before API keys; among equals by priority and"
    " weight.",
    Strategy.API_KEY_FIRST: "API keys before subscriptions.",
    Strategy.AUTOMATIC: "Whoever has most quota left, costs least and answers fastest.",
    Strategy.PINNED: "As the rule lists them: the next one only if the one before cannot answer.",
}
_OPERATION_WORDS = {
    Operation.COUNT_TOKENS: "token counts",
    Operation.EMBED: "embeddings",
    Operation.COMPACT: "compaction",
}


def match_words(match: RouteMatch) -> str:
    """«claude-haiku-* from claude-code, up to 2,000 input tokens»; «everything» where all goes."""
    subject = "any model" if match.model == "*" else inert_line(match.model, 80)
    whose = " or ".join(inert_line(each, 60) for each in match.whose)
    words = subject if whose == "*" else f"{subject} from {whose}"
    if match.label != "*":
        words += f" that says it is {inert_line(match.label, 64)}"
    if match.project != "*":
        words += f" in project {inert_line(match.project, 60)}"
    if match.protocol is not None:
        words += f", asked in {match.protocol}"
    if match.operation is not None:
        words += f", for {_OPERATION_WORDS.get(match.operation, 'answers')} only"
    size = _size_words(match.min_input_tokens, match.max_input_tokens)
    words = f"{words}, {size}" if size else words
    return "every request" if words == "any model" else words


def target_text(target: RouteTarget) -> str:
    """As the file has it: `provider/account:model`."""
    account = f"/{target.account}" if target.account else ""
    model = f":{target.model}" if target.model else ""
    return f"{target.provider}{account}{model}"


def _size_words(least: int | None, most: int | None) -> str:
    if least is None and most is None:
        return ""
    if least is None:
        return f"up to {count_text(most)} input tokens"
    if most is None:
        return f"from {count_text(least)} input tokens"
    return f"{count_text(least)} to {count_text(most)} input tokens"


_BETWEEN = " | "


@value
class RouteRow:
    """One rule on the page."""

    index: int
    name: str
    match: str
    targets: tuple[str, ...]
    strategy: str
    enabled: bool

    @property
    def words(self) -> str:
        """«claude-haiku-* from claude-code → work-openai:stub-model, then home:qwen3»."""
        return f"{self.match} → {', then '.join(self.targets)}"


@value
class RouteForm:
    """The fields of the dialog, as they stand; sizes are texts until they are understood."""

    name: str = ""
    client: str = ""
    """Several with ` | ` between them, which stands in no pattern."""
    label: str = ""
    model: str = ""
    protocol: str = ""
    project: str = ""
    operation: str = ""
    min_input_tokens: str = ""
    max_input_tokens: str = ""
    to: tuple[str, ...] = ()
    strategy: str = ""
    """Empty: the one that holds for all."""
    keep_conversations: bool = True


@value
class TriedCandidate:
    """One line of the answer: its place in the order, or why it was left out."""

    rank: int | None
    account: str
    model: str
    reason: str


@value
class Tried:
    """What would happen to a request."""

    words: str
    is_answered: bool
    candidates: tuple[TriedCandidate, ...] = ()


class Routes:
    """Rules are known by their place in the file."""

    def __init__(self, loaded: Callable[[], LoadedSettings], explainer: "RouteExplainer") -> None:
        self._loaded = loaded
        self._explainer = explainer

    def rows(self) -> tuple[RouteRow, ...]:
        return tuple(_row(at, rule) for at, rule in enumerate(self._rules()))

    def default_strategy(self) -> Strategy:
        return self._loaded().settings.routing.strategy

    def targets(self) -> tuple[str, ...]:
        """What a rule can lead to, as it is written: providers and their accounts, with the models
        where they are known."""
        found = []
        for provider in self._loaded().settings.everyone:
            if provider.kind is ProviderKind.PRACTICE:
                continue
            named = [each.name for each in provider.accounts if each.name != DEFAULT_ACCOUNT]
            for place in (provider.name, *(f"{provider.name}/{each}" for each in named)):
                found += [place, *(f"{place}:{model}" for model in provider.models)]
        return tuple(found)

    def form_of(self, index: int) -> RouteForm:
        rule = self._rules()[index]
        match = rule.match
        return RouteForm(
            name=rule.name,
            client=_unless_all(_BETWEEN.join(match.whose)),
            label=_unless_all(match.label),
            model=_unless_all(match.model),
            protocol=match.protocol.value if match.protocol else "",
            project=_unless_all(match.project),
            operation=match.operation.value if match.operation else "",
            min_input_tokens="" if match.min_input_tokens is None else str(match.min_input_tokens),
            max_input_tokens="" if match.max_input_tokens is None else str(match.max_input_tokens),
            to=tuple(target_text(each) for each in rule.to),
            strategy="" if rule.strategy is self.default_strategy() else rule.strategy.value,
            keep_conversations=rule.keeps_conversations,
        )

    def add(self, form: RouteForm) -> SettingsWish:
        """At the end: what was decided before stays so."""
        given = {key: value for key, value in _values(form).items() if value is not None}
        change = AddTable(table=("routes",), values=given, is_element=True)
        return self._wish(f"Route {form.name} was added.", change)

    def change_from(self, index: int) -> Callable[[RouteForm], SettingsWish]:
        """From what stands in the file now, whenever the form is filled in."""
        before = _values(self.form_of(index))
        base = self._loaded().source

        def change(form: RouteForm) -> SettingsWish:
            changed = {key: each for key, each in _values(form).items() if each != before[key]}
            changes = (SetKeys(table=("routes", index), values=changed),) if changed else ()
            edit = Edit(base=base, changes=changes)
            return SettingsWish(
                edit=lambda: edit, said=f"Route {form.name or index + 1} was changed."
            )

        return change

    def remove(self, index: int) -> SettingsWish:
        name = self._rules()[index].name
        return self._wish(f"Route {name} was removed.", RemoveTable(table=("routes", index)))

    def toggle(self, index: int, *, on: bool) -> SettingsWish:
        name = self._rules()[index].name
        change = SetKeys(table=("routes", index), values={"enabled": on})
        return self._wish(f"Route {name} is {'on' if on else 'off'}.", change)

    def move(self, index: int, to: int) -> SettingsWish:
        name = self._rules()[index].name
        change = MoveElement(tables=("routes",), at=index, to=to)
        return self._wish(f"Route {name} is now number {to + 1}.", change)

    def set_default_strategy(self, strategy: Strategy) -> SettingsWish:
        change = SetKeys(table=("routing",), values={"strategy": strategy.value})
        return self._wish(f"Where a route says nothing: {STRATEGY_WORDS[strategy]}.", change)

    def try_it(self, question: RouteQuestion) -> Tried:
        """Nothing is sent to anybody."""
        try:
            decision = self._explainer.explain(question)
        except LlmgwError as error:
            return Tried(words=str(error), is_answered=False)
        return _tried(decision)

    def _rules(self) -> tuple[RouteRule, ...]:
        return self._loaded().settings.routes

    def _wish(self, said: str, *changes: Change) -> SettingsWish:
        edit = Edit(base=self._loaded().source, changes=changes)
        return SettingsWish(edit=lambda: edit, said=said)


def field_of(error: ConfigError) -> str:
    """Which field of the dialog it is about; empty for none of them."""
    last = error.key.rpartition(".")[2].partition("[")[0]
    last = "client" if last == "clients" else last
    return last if last in RouteForm.__dataclass_fields__ else ""


def _row(index: int, rule: RouteRule) -> RouteRow:
    return RouteRow(
        index=index,
        name=rule.name,
        match=match_words(rule.match),
        targets=tuple(inert_line(target_text(each), 100) for each in rule.to),
        strategy=STRATEGY_WORDS[rule.strategy],
        enabled=rule.enabled,
    )


def _unless_all(pattern: str) -> str:
    return "" if pattern == RouteMatch().model else pattern


def _values(form: RouteForm) -> dict[str, TomlValue | None]:
    match: dict[str, Any] = {
        key: value
        for key in ("client", "label", "model", "protocol", "project", "operation")
        if (value := getattr(form, key).strip())
    }
    several = [each.strip() for each in match.pop("client", "").split("|") if each.strip()]
    if several:
        match |= {"clients": several} if len(several) > 1 else {"client": several[0]}
    for key in ("min_input_tokens", "max_input_tokens"):
        if text := getattr(form, key).strip():
            match[key] = _number(text)
    return {
        "name": form.name.strip() or None,
        "match": match or None,
        "to": [each.strip() for each in form.to if each.strip()],
        "strategy": form.strategy or None,
        "keep_conversations": None if form.keep_conversations else False,
    }


def _number(text: str) -> int | str:
    """What is no number goes on as it is, and is refused with the words of the settings."""
    plain = text.replace(",", "").replace(" ", "")
    return int(plain) if plain.isascii() and plain.isdigit() and len(plain) < 19 else text


def _tried(decision: RouteDecision) -> Tried:
    lines = [
        TriedCandidate(rank=each.rank, account=each.account, model=each.model, reason=each.reason)
        for each in decision.considered
    ] or [
        TriedCandidate(
            rank=rank,
            account=each.upstream.account or each.upstream.provider,
            model=each.model,
            reason="",
        )
        for rank, each in enumerate(decision.candidates, start=1)
    ]
    ranked = sorted(lines, key=lambda each: (each.rank is None, each.rank or 0))
    names_it = not decision.rule or f"'{decision.rule}'" in decision.reason
    rule = "" if names_it else f"Route {decision.rule}. "
    return Tried(words=f"{rule}{decision.reason}", is_answered=True, candidates=tuple(ranked))


_KEY_MISSING = "Its key is missing: "
_ENOUGH_TO_KNOW = 40
"""Characters by which a reason that was given already is recognised."""


class RouteExplainer:
    """Of the router that is in use when it is asked. A candidate that nobody competes with is
    asked whatever is known of it, so what is known is said here. `key_problem` tells why an
    account's key cannot be read from the vault."""

    def __init__(
        self,
        router: Callable[[], Router],
        standings: HealthTracker,
        key_problem: Callable[[str], str],
    ) -> None:
        self._router = router
        self._standings = standings
        self._key_problem = key_problem

    def explain(self, question: RouteQuestion) -> RouteDecision:
        """Raises RouteError, which says why nobody would answer."""
        decision = self._router().explain(question)
        return replace(decision, considered=tuple(map(self._told, decision.considered)))

    def steps(self, question: RouteQuestion) -> tuple[RouteStep, ...]:
        """What each rule says, up to and with the one that matches."""
        return self._router().steps(question)

    def _told(self, each: Consideration) -> Consideration:
        if each.rank is None:
            return each
        known = self._known(each.account, each.model)
        told = known.removeprefix(_KEY_MISSING)[:_ENOUGH_TO_KNOW].lower()
        if not told or told in each.reason.lower():
            return each
        return replace(each, reason=f"{each.reason} {known}")

    def _known(self, account: str, model: str) -> str:
        if why := self._standings.why_not(account, model):
            return why
        if problem := self._key_problem(account):
            return f"{_KEY_MISSING}{problem}."
        status = self._standings.status(account)
        is_over = status.state is AccountState.READY or status.reason.startswith(_KEY_MISSING)
        return "" if is_over else status.reason
