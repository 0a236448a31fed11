"""A person's rules: which one counts, and to whom it leads."""

from dataclasses import replace

import pytest

from llmgw_desktop.domain.access.principal import PrincipalKind
from llmgw_desktop.domain.errors import NotServed, UnknownModel
from llmgw_desktop.domain.model.prompt import Operation
from llmgw_desktop.domain.routing.route import RouteQuestion, RouteRule
from llmgw_desktop.engine.routing.rules import MOST_SAID
from tests.support.routes import (
    CHAT,
    MESSAGES,
    account,
    asking,
    decided,
    names,
    provider,
    request,
    routing,
    rule,
)

ONE, TWO = provider("one", "openai"), provider("two", "openai-compatible", "m")
HOME = provider("home", "openai-compatible", "small")


def _rule_for(question: RouteQuestion, *rules: RouteRule) -> str:
    return routing([ONE, TWO, HOME], *rules).explain(question).rule


def test_the_first_that_matches_counts() -> None:
    rules = (rule("never", "one", model="x*"), rule("b", "two:big"), rule("c", "home"))
    found = routing([ONE, TWO, HOME], *rules).explain(asking("m"))
    assert (found.rule, names(found), found.candidates[0].model) == ("b", ["two"], "big")
    assert found.reason == "Route 'b' matches, number 2 of the list."


@pytest.mark.parametrize(
    ("match", "question", "fits"),
    [
        ({"client": "claude-*"}, asking("m", client="claude-code"), True),
        ({"client": "claude-*"}, asking("m"), False),
        ({"clients": ("codex", "claude-*")}, asking("m", client="claude-code"), True),
        ({"clients": ("codex", "claude-*")}, asking("m", client="other"), False),
        ({"client": "cli", "label": "aider"}, asking("m", client="cli", label="aider"), True),
        ({"client": "cli", "label": "aider"}, asking("m", client="cli"), False),
        ({"label": "aider"}, asking("m", client="aider"), False),
        ({"client": "cli"}, asking("m", client="cli", label="aider"), True),
        ({"model": "claude-?-*"}, asking("claude-5-x"), True),
        ({"model": "claude-?-*"}, asking("claude-45-x"), False),
        ({"protocol": MESSAGES}, asking("m", MESSAGES), True),
        ({"protocol": MESSAGES}, asking("m", CHAT), False),
        ({"project": "acme"}, asking("m", project="acme"), True),
        ({"project": "acme"}, asking("m"), False),
        ({"operation": Operation.EMBED}, asking("m", operation=Operation.EMBED), True),
        ({"operation": Operation.EMBED}, asking("m"), False),
        ({"max_input_tokens": 100}, asking("m", input_tokens=100), True),
        ({"max_input_tokens": 100}, asking("m", input_tokens=101), False),
        ({"min_input_tokens": 100}, asking("m", input_tokens=100), True),
        ({"min_input_tokens": 100}, asking("m", input_tokens=99), False),
        ({"min_input_tokens": 1}, asking("m"), False),
    ],
)
def test_what_a_rule_is_for(match: dict[str, object], question: RouteQuestion, fits: bool) -> None:
    router = routing([ONE, TWO, HOME], rule("own", "home:m", **match))
    assert (router.explain(question).rule == "own") is fits
    (step,) = router.steps(question)
    assert step.matched is fits
    assert (step.why == "Everything fits.") is fits


def test_the_special_before_the_general_and_the_reason_says_for_whom() -> None:
    rules = (
        rule("night", "one", client="shared", label="nightly"),
        rule("ours", "two", clients=("shared", "local")),
        rule("all", "home"),
    )
    router = routing([ONE, TWO, HOME], *rules)
    asked = request("m")
    told = []
    for name, label in (("shared", "nightly"), ("shared", "x"), ("shared", ""), ("other", "x")):
        who = replace(asked.principal, client_id="cli_1", name=name, label=label)
        decision = router.route(replace(asked, principal=who))
        told.append((decision.rule, decision.reason.partition(" matches, ")[2]))
    assert told == [
        ("night", "number 1 of the list: it is for client 'shared' and label 'nightly'."),
        ("ours", "number 2 of the list: it is for client 'shared' or 'local'."),
        ("ours", "number 2 of the list: it is for client 'shared' or 'local'."),
        ("all", "number 3 of the list."),
    ]
    steps = router.steps(asking("m", client="shared", label="x"))
    assert steps[0].why == "It is for label 'nightly'; this is 'x'."


def test_any_number_of_labels_makes_no_plans_where_no_rule_asks_for_them() -> None:
    asked = request("m")
    for rules, plans in (((), 1), ((rule("night", "one", label="nightly"),), 5)):
        router = routing([ONE, TWO, HOME], *rules)
        for label in "abcde":
            router.route(replace(asked, principal=replace(asked.principal, label=label)))
        assert len(router._plans) == plans


def test_what_a_program_calls_itself_is_no_name_for_rules() -> None:
    router = routing([ONE, TWO, HOME], rule("own", "home:m", client="trusted"))
    asked = request("m")
    for kind, fits in (
        (PrincipalKind.KEY, True),
        (PrincipalKind.OAUTH, False),
        (PrincipalKind.PROXIED, False),
    ):
        who = replace(asked.principal, client_id="oauth:oac_1", name="trusted", kind=kind)
        assert (router.route(replace(asked, principal=who)).rule == "own") is fits


def test_a_rule_that_is_switched_off_says_so() -> None:
    router = routing([ONE], rule("off", "one:x", enabled=False), rule("on", "one:y"))
    steps = router.steps(asking("m"))
    assert [(each.rule.name, each.matched, each.why) for each in steps] == [
        ("off", False, "It is switched off."),
        ("on", True, "Everything fits."),
    ]
    assert router.explain(asking("m")).candidates[0].model == "y"


def test_a_rule_without_a_model_asks_for_what_was_asked_for() -> None:
    router = routing([ONE, TWO], rule("all", "one"), aliases={"fast": ["one/quick", "two/slow"]})
    assert decided(router, "m").candidates[0].model == "m"
    assert decided(router, "one/m").candidates[0].model == "m"
    assert decided(router, "fast").candidates[0].model == "quick"


def test_a_rule_without_a_model_leaves_the_account_that_was_asked_for() -> None:
    pool = provider("pool", "openai", accounts=[account("a"), account("b")])
    router = routing([pool], rule("all", "pool"))
    assert names(decided(router, "pool/b:m")) == ["pool/b"]
    assert names(decided(router, "pool/m")) == ["pool/a", "pool/b"]
    assert names(decided(routing([pool], rule("all", "pool/a")), "pool/b:m")) == ["pool/a"]


def test_what_a_rule_leads_to_stays_in_its_order() -> None:
    accounts = [account("a"), account("b", priority=1)]
    pool = provider("pool", "openai", accounts=accounts)
    router = routing([ONE, pool, HOME], rule("all", "home:x", "pool/b:y", "pool:y", "one"))
    found = decided(router, "m")
    assert names(found) == ["home", "pool/b", "pool/a", "one"]
    assert [each.model for each in found.candidates] == ["x", "y", "y", "m"]


def test_a_name_that_asks_for_a_provider_is_led_elsewhere_only_by_a_pattern_that_names_it() -> None:
    everything = rule("all", "one")
    assert _rule_for(asking("home/small"), everything) == ""
    router = routing([ONE, HOME], everything)
    assert names(decided(router, "home/small")) == ["home"]
    assert "to which this route does not lead" in router.steps(asking("home/small"))[0].why
    assert _rule_for(asking("home/small"), rule("named", "one", model="home/*")) == "named"
    assert _rule_for(asking("one/x"), everything) == "all"


def test_practice_is_reached_by_a_rule_only_where_it_is_named() -> None:
    assert _rule_for(asking("practice/echo"), rule("all", "one")) == ""
    router = routing([ONE], rule("play", "practice:practice/echo"))
    assert decided(router, "m").candidates[0].upstream.provider == "practice"
    with pytest.raises(NotServed):
        decided(routing([ONE], rule("play", "practice:practice/none")), "m")


def test_a_rule_whose_providers_are_off_ends_the_search() -> None:
    """What was meant for the server at home goes nowhere else because that is off."""
    off = provider("home", "openai-compatible", enabled=False)
    with pytest.raises(NotServed, match=r"'private' to nobody.*home: The provider is switched off"):
        decided(routing([off, ONE], rule("private", "home")), "gpt-5")


def test_what_cannot_take_the_operation_is_left_out() -> None:
    claude = provider("claude", "anthropic")
    router = routing([claude, ONE], rule("all", "claude", "one"))
    found = decided(router, "m", operation=Operation.EMBED)
    assert names(found) == ["one"]
    assert found.considered[1].reason == "It does not take requests for embeddings."
    with pytest.raises(NotServed, match="requests for embeddings"):
        decided(routing([claude], rule("all", "claude")), "m", operation=Operation.EMBED)


def test_the_rules_before_it_are_told_with_their_reasons() -> None:
    rules = [
        rule("theirs", "one", client="codex"),
        rule("off", "one", enabled=False),
        rule("small", "one", max_input_tokens=10),
        rule("mine", "two"),
        rule("after", "one"),
    ]
    router = routing([ONE, TWO, HOME], *rules)
    asked = request("m", fields={"messages": [{"role": "user", "content": "word " * 200}]})
    found = router.route(asked)
    assert [(each.name, each.why) for each in found.passed] == [
        ("theirs", "It is for client 'codex'; this is 'local'."),
        ("off", "It is switched off."),
        ("small", "It is for up to 10 input tokens; this one has about 250."),
    ]
    assert found.rule == "mine"
    assert routing([ONE], *rules[:2]).route(request("m")).passed[1].name == "off"
    assert not routing([ONE]).route(request("m")).passed


def test_of_many_rules_the_rest_is_counted() -> None:
    rules = [rule(f"r{at}", "one", client="codex") for at in range(100)]
    passed = routing([ONE], *rules).route(request("m")).passed
    assert len(passed) == len(list(passed)) == MOST_SAID + 1
    assert passed[-1].why == "And 80 more."


def test_sizes_are_estimated_only_where_a_rule_asks() -> None:
    router = routing(
        [ONE, HOME],
        rule("small", "home:small", model="claude-*", max_input_tokens=1000),
        rule("rest", "one:big", model="claude-*"),
    )
    little = request("claude-x", fields={"messages": [{"role": "user", "content": "hi"}]})
    large = request("claude-x", fields={"messages": [{"role": "user", "content": "word " * 2000}]})
    assert router.route(little).rule == "small"
    assert router.route(large).rule == "rest"
    assert router.route(little) is router.route(little)

    class Unread(dict[str, object]):
        def get(self, *_: object) -> object:
            raise AssertionError("nobody needs the size")

    other = request("gpt-5")
    other.fields = Unread()  # type: ignore[misc]
    assert router.route(other).rule == ""


def test_an_alias_stands_for_others_in_their_order() -> None:
    router = routing(
        [ONE, TWO, HOME], aliases={"best": ["home/small", "fine"], "fine": ["two/x", "gpt-5"]}
    )
    found = decided(router, "best", MESSAGES)
    assert [(each.upstream.account, each.model) for each in found.candidates] == [
        ("home", "small"),
        ("two", "x"),
        ("one", "gpt-5"),
    ]
    assert found.reason.startswith("'best' stands for home/small, two/x, gpt-5.")


def test_aliases_that_go_round_in_circles_end() -> None:
    router = routing([ONE], aliases={"a": ["b", "gpt-5"], "b": ["a", "b"]})
    assert decided(router, "a").candidates[0].model == "gpt-5"
    with pytest.raises(UnknownModel):
        decided(routing([HOME], aliases={"a": ["a"]}), "a")


def test_rules_see_the_name_as_it_was_asked_for() -> None:
    router = routing([ONE, TWO], rule("own", "two:m", model="fast"), aliases={"fast": ["one/q"]})
    assert decided(router, "fast").rule == "own"
    assert decided(router, "one/q").rule == ""
