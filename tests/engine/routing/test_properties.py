"""What holds of every decision, whatever the settings, the health and the question."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar

from hypothesis import given
from hypothesis import strategies as st

from llmgw_desktop.domain.errors import RouteError
from llmgw_desktop.domain.model.prompt import ModelRequest, Operation
from llmgw_desktop.domain.provider import (
    CALLER_PROTOCOLS,
    Account,
    CredentialKind,
    ModelProtocol,
    Provider,
    ProviderKind,
)
from llmgw_desktop.domain.routing.route import (
    RouteDecision,
    RouteMatch,
    RouteQuestion,
    RouteRule,
    RouteTarget,
    Strategy,
)
from llmgw_desktop.engine.routing.choices import Lead, RouteChoices, Upstreams
from llmgw_desktop.engine.routing.conversation import conversation_of
from llmgw_desktop.engine.routing.router import Router
from llmgw_desktop.engine.routing.rules import input_tokens_of
from llmgw_desktop.engine.routing.strategies import in_turn, levels, no_price
from tests.support.routes import Books, request, routing

Asked = TypeVar("Asked")
PROVIDERS = ("one", "two", "three", "practice")
MODELS = (
    "m",
    "n",
    "claude-x",
    "gpt-5",
    "fast",
    "one/m",
    "two:n",
    "practice/echo",
    "three/b:m",
    "*",
)
WORDS = st.sampled_from(["*", "m", "c?aude-*", "*/m", "fast", "client", "p"])
ACCOUNTS = st.builds(
    Account,
    name=st.sampled_from(["a", "b", "default"]),
    credential=st.sampled_from(CredentialKind),
    api_key=st.sampled_from(["", "k"]),
    api_key_env=st.sampled_from(["", "K"]),
    weight=st.integers(1, 9),
    priority=st.integers(0, 2),
    enabled=st.booleans(),
)


@st.composite
def _providers(draw: st.DrawFn) -> list[Provider]:
    return [
        Provider(
            name=name,
            kind=draw(
                st.sampled_from([each for each in ProviderKind if each != ProviderKind.PRACTICE])
            )
            if name != "practice"
            else ProviderKind.PRACTICE,
            base_url="http://127.0.0.1:1",
            accounts=tuple(
                draw(st.lists(ACCOUNTS, min_size=1, max_size=3, unique_by=lambda each: each.name))
            ),
            models=tuple(draw(st.lists(st.sampled_from(MODELS), max_size=2))),
            enabled=draw(st.booleans()),
        )
        for name in draw(st.lists(st.sampled_from(PROVIDERS), unique=True, max_size=4))
    ]


TARGETS = st.builds(
    RouteTarget,
    provider=st.sampled_from([*PROVIDERS, "gone"]),
    account=st.sampled_from(["", "a", "gone"]),
    model=st.sampled_from(["", "m", "practice/echo"]),
)
RULES = st.builds(
    RouteRule,
    name=st.sampled_from(["r1", "r2"]),
    match=st.builds(
        RouteMatch,
        client=WORDS,
        model=WORDS,
        project=WORDS,
        protocol=st.none() | st.sampled_from(CALLER_PROTOCOLS),
        operation=st.none() | st.sampled_from(Operation),
        min_input_tokens=st.none() | st.integers(0, 20),
        max_input_tokens=st.none() | st.integers(0, 20),
    ),
    to=st.lists(TARGETS, min_size=1, max_size=3).map(tuple),
    strategy=st.sampled_from(Strategy),
    keeps_conversations=st.booleans(),
    enabled=st.booleans(),
)
ALIASES = st.dictionaries(
    st.sampled_from(MODELS), st.lists(st.sampled_from(MODELS), min_size=1, max_size=3)
)


@st.composite
def _routers(draw: st.DrawFn) -> Router:
    books = Books()
    ids = [f"{name}{account}" for name in PROVIDERS for account in ("", "/a", "/b")]
    books.whys = draw(st.dictionaries(st.sampled_from(ids), st.sampled_from(["", "cooling"])))
    books.quota = draw(st.dictionaries(st.sampled_from(ids), st.floats(0, 1)))
    books.pace = draw(st.dictionaries(st.sampled_from(ids), st.floats(0, 1e6)))
    return routing(
        draw(_providers()),
        *draw(st.lists(RULES, max_size=4)),
        aliases=draw(ALIASES),
        strategy=draw(st.sampled_from(Strategy)),
        health=books,
    )


QUESTIONS = st.fixed_dictionaries(
    {
        "model": st.sampled_from(MODELS) | st.text(max_size=8),
        "protocol": st.sampled_from(CALLER_PROTOCOLS),
        "operation": st.sampled_from(Operation),
        "project": st.sampled_from(["", "p"]),
        "headers": st.sampled_from([{}, {"x-llmgw-no-fallback": "true"}, {"session-id": "s"}]),
    }
)


@given(_routers(), st.lists(QUESTIONS, min_size=1, max_size=4))
def test_of_every_decision(router: Router, questions: list[dict[str, object]]) -> None:
    settings = router._settings
    off = {each.name for each in settings.providers if not each.enabled}
    accounts_off = {
        f"{each.name}/{account.name}".removesuffix("/default")
        for each in settings.providers
        for account in each.accounts
        if not account.enabled
    }
    named = {target.provider for rule in settings.routes for target in rule.to}
    for question in questions:
        asked = request(**question)  # type: ignore[arg-type]
        try:
            found = router.route(asked)
        except RouteError:
            continue
        places = [(each.upstream.account, each.model) for each in found.candidates]
        assert places
        assert len(set(places)) == len(places)
        for each in found.candidates:
            assert each.upstream.provider not in off
            assert each.upstream.account not in accounts_off
            if each.upstream.provider == "practice" and "practice" not in named:
                asks = [asked.model, *(name for alias in settings.aliases for name in alias.to)]
                assert any(name.startswith("practice/") for name in asks)
        ranked = [each for each in found.considered if each.rank is not None]
        assert [(each.account, each.model) for each in ranked] == places
        assert [each.rank for each in ranked] == list(range(1, len(ranked) + 1))
        assert len(found.considered) == len(list(found.considered))
        assert all(each.reason for each in found.considered)
        if found.strict:
            assert len(places) == 1
        router.answered(asked, found, found.candidates[-1])


@given(_routers(), QUESTIONS)
def test_the_steps_end_with_the_rule_that_is_used(
    router: Router, question: dict[str, object]
) -> None:
    from tests.support.routes import asking

    told = {key: value for key, value in question.items() if key != "headers"}
    asked = asking(**told, input_tokens=7)  # type: ignore[arg-type]
    steps = router.steps(asked)
    matched = [step for step in steps if step.matched]
    assert len(matched) <= 1
    assert not matched or steps[-1] is matched[0]
    try:
        found = router.explain(asked)
    except RouteError:
        return
    assert found.rule == (matched[0].rule.name if matched else "")


@given(_routers(), st.lists(QUESTIONS, min_size=1, max_size=6))
def test_what_is_explained_is_what_happens(
    router: Router, questions: list[dict[str, object]]
) -> None:
    for question in questions:
        asked = request(**question)  # type: ignore[arg-type]
        told = _outcome(router.explain, _as_question(asked))
        assert _outcome(router.route, asked) == told
        try:
            decision = router.route(asked)
        except RouteError:
            continue
        router.answered(asked, decision, decision.candidates[-1])


def _as_question(asked: ModelRequest) -> RouteQuestion:
    return RouteQuestion(
        protocol=asked.protocol,
        model=asked.model,
        operation=asked.operation,
        client=asked.principal.name,
        project=asked.project,
        input_tokens=input_tokens_of(asked),
        conversation=conversation_of(asked),
        strict="x-llmgw-no-fallback" in asked.headers,
    )


def _outcome(ask: Callable[[Asked], RouteDecision], asked: Asked) -> object:
    """All of a decision that anybody sees, or why there is none."""
    try:
        found = ask(asked)
    except RouteError as error:
        return f"{type(error).__name__}: {error}"
    return found.candidates, found.rule, found.reason, found.strategy, tuple(found.considered)


@given(st.lists(ACCOUNTS, min_size=1, max_size=3, unique_by=lambda each: each.name), st.data())
def test_every_order_is_a_permutation(accounts: list[Account], data: st.DataObject) -> None:
    made = Provider(
        name="one",
        kind=ProviderKind.OPENAI,
        base_url="http://127.0.0.1:1",
        accounts=tuple(accounts),
    )
    choices = RouteChoices(ModelProtocol.OPENAI_CHAT, Operation.GENERATE, Upstreams(), no_price)
    choices.add([Lead(provider=made, model="m", reason="r", is_named=True)])
    fixed = [each for each in Strategy if each is not Strategy.AUTOMATIC]
    found = levels(choices.found, data.draw(st.sampled_from(fixed)))
    flat = [choice for level in found for choice in level]
    assert sorted(map(id, flat)) == sorted(map(id, choices.found))
    priorities = [[choice.priority for choice in level] for level in found]
    assert all(len(set(level)) == 1 for level in priorities), "priorities before weights"
    turns = data.draw(st.dictionaries(st.sampled_from(["one/a", "one/b"]), st.integers(-9, 9)))
    for level in found:
        order, after = in_turn(level, turns)
        assert sorted(map(id, order)) == sorted(map(id, level))
        assert sum(after.values()) == sum(turns.get(choice.account, 0) for choice in level)
