"""Who is sent where: the rules in their order, changes to them, and a question without a request.

All quick. A change is only made ready: the window has a worker write it, and the watch of the
settings file takes it over. What a rule does is the router's business.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Protocol

from llmgw_desktop.app.inert_text import inert_line
from llmgw_desktop.app.route_words import (
    STRATEGY_WORDS,
    match_words,
    target_text,
)
from llmgw_desktop.app.settings_wish import Wish
from llmgw_desktop.domain.errors import ConfigError, LlmgwError
from llmgw_desktop.domain.provider import ProviderKind
from llmgw_desktop.domain.route import (
    RouteDecision,
    RouteMatch,
    RouteQuestion,
    RouteRule,
    Strategy,
)
from llmgw_desktop.domain.settings import LoadedSettings
from llmgw_desktop.store.config.settings_change import (
    AddTable,
    Change,
    MoveElement,
    RemoveTable,
    SetKeys,
    TomlValue,
)
from llmgw_desktop.store.config.settings_editor import Edit

_BETWEEN = " | "


class Explainer(Protocol):
    """What is asked of `app/route_explain.py`. Raises RouteError where nobody answers."""

    def explain(self, question: RouteQuestion) -> RouteDecision: ...


@dataclass(frozen=True, slots=True, kw_only=True)
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


@dataclass(frozen=True, slots=True, kw_only=True)
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


@dataclass(frozen=True, slots=True, kw_only=True)
class TriedCandidate:
    """One line of the answer: its place in the order, or why it was left out."""

    rank: int | None
    account: str
    model: str
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Tried:
    """What would happen to a request."""

    words: str
    is_answered: bool
    candidates: tuple[TriedCandidate, ...] = ()


class Routes:
    """Rules are known by their place in the file."""

    def __init__(self, loaded: Callable[[], LoadedSettings], explainer: Explainer) -> None:
        self._loaded = loaded
        self._explainer = explainer

    def rows(self) -> tuple[RouteRow, ...]:
        return tuple(_row(at, rule) for at, rule in enumerate(self._rules()))

    def default_strategy(self) -> Strategy:
        return self._loaded().settings.routing.strategy

    def targets(self) -> tuple[str, ...]:
        """What a rule can lead to, as it is written: providers, with their models where known."""
        found = []
        for provider in self._loaded().settings.everyone:
            if provider.kind is not ProviderKind.PRACTICE:
                found.append(provider.name)
                found += [f"{provider.name}:{model}" for model in provider.models]
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

    def add(self, form: RouteForm) -> Wish:
        """At the end: what was decided before stays so."""
        given = {key: value for key, value in _values(form).items() if value is not None}
        change = AddTable(table=("routes",), values=given, is_element=True)
        return self._wish(f"Route {form.name} was added.", change)

    def change_from(self, index: int) -> Callable[[RouteForm], Wish]:
        """From what stands in the file now, whenever the form is filled in."""
        before = _values(self.form_of(index))
        base = self._loaded().source

        def change(form: RouteForm) -> Wish:
            changed = {key: each for key, each in _values(form).items() if each != before[key]}
            changes = (SetKeys(table=("routes", index), values=changed),) if changed else ()
            edit = Edit(base=base, changes=changes)
            return Wish(edit=lambda: edit, said=f"Route {form.name or index + 1} was changed.")

        return change

    def remove(self, index: int) -> Wish:
        name = self._rules()[index].name
        return self._wish(f"Route {name} was removed.", RemoveTable(table=("routes", index)))

    def toggle(self, index: int, *, on: bool) -> Wish:
        name = self._rules()[index].name
        change = SetKeys(table=("routes", index), values={"enabled": on})
        return self._wish(f"Route {name} is {'on' if on else 'off'}.", change)

    def move(self, index: int, to: int) -> Wish:
        name = self._rules()[index].name
        change = MoveElement(tables=("routes",), at=index, to=to)
        return self._wish(f"Route {name} is now number {to + 1}.", change)

    def set_default_strategy(self, strategy: Strategy) -> Wish:
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

    def _wish(self, said: str, *changes: Change) -> Wish:
        edit = Edit(base=self._loaded().source, changes=changes)
        return Wish(edit=lambda: edit, said=said)


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
