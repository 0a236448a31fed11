"""The order of candidates by each strategy, with health, turns and conversations."""

from collections import Counter

import pytest

from llmgw_desktop.domain.provider import CredentialKind, Upstream
from llmgw_desktop.engine.routing.conversation import KEPT_S, MOST_CONVERSATIONS, Affinity
from llmgw_desktop.engine.routing.router import Router
from tests.support.routes import (
    Books,
    account,
    asking,
    decided,
    names,
    provider,
    request,
    routing,
    rule,
)

PAID = provider("paid", "openai", "m")
FREE = provider("free", "openai-compatible", "m")
POOL = provider(
    "claude",
    "anthropic",
    accounts=[
        account("key"),
        account("max", credential=CredentialKind.SIGN_IN),
        account("spare", priority=1),
    ],
)


class Hands:
    """A clock whose hands the test moves."""

    def __init__(self) -> None:
        self.at_s = 0.0

    def now_s(self) -> float:
        return self.at_s

    def monotonic_s(self) -> float:
        return self.at_s


@pytest.mark.parametrize(
    ("strategy", "order"),
    [
        ("account-pool-first", ["claude/max", "paid", "claude/key", "claude/spare"]),
        ("api-key-first", ["paid", "claude/key", "claude/spare", "claude/max"]),
        ("pinned", ["paid", "claude/key", "claude/max", "claude/spare"]),
    ],
)
def test_which_credentials_come_first(strategy: str, order: list[str]) -> None:
    router = routing([PAID, POOL], rule("all", "paid:m", "claude:m", strategy=strategy))
    assert names(decided(router, "m")) == order


def test_automatic_weighs_quota_price_and_latency() -> None:
    books = Books()
    books.quota = {"paid": 0.1, "free": 0.9}
    both = [PAID, FREE]
    assert names(decided(routing(both, strategy="automatic", health=books), "m")) == [
        "free",
        "paid",
    ]
    books.quota = {}
    books.pace = {"paid": 200.0, "free": 2000.0}
    router = routing(both, strategy="automatic", health=books)
    assert names(decided(router, "m")) == ["paid", "free"]
    prices = {"paid": 10.0, "free": 0.0}

    def price(upstream: Upstream, model: str) -> float | None:
        return prices.get(upstream.provider)

    cheap = routing(both, strategy="automatic", health=books, price=price)
    found = decided(cheap, "m")
    assert names(found) == ["free", "paid"]
    assert "Quota left unknown; price 0.00 a million tokens; first token 2,000 ms." in (
        found.considered[0].reason
    )


def test_noise_moves_nobody() -> None:
    """Scores that are the same to the next twentieth stand as listed."""
    books = Books()
    router = routing([PAID, FREE], strategy="automatic", health=books)
    books.quota = {"paid": 0.97, "free": 1.0}
    assert names(decided(router, "m")) == ["paid", "free"]
    books.quota = {"paid": 0.93, "free": 1.0}
    assert names(decided(router, "m")) == ["free", "paid"]


def test_unknown_is_neither_best_nor_worst() -> None:
    three = [provider(name, "openai-compatible", "m") for name in ("dark", "good", "bad")]
    books = Books()
    books.quota = {"good": 1.0, "bad": 0.0}
    router = routing(three, strategy="automatic", health=books)
    assert names(decided(router, "m")) == ["good", "dark", "bad"]
    books.quota = {"bad": 0.0}
    assert names(decided(router, "m")) == ["dark", "good", "bad"], "one figure compares nobody"


def _turns(router: Router, count: int) -> list[str]:
    made = [router.route(request("m", fields={"messages": number})) for number in range(count)]
    return [names(each)[0].partition("/")[2] for each in made]


def test_weights_are_shared_in_turn_and_not_by_chance() -> None:
    accounts = [account("a", weight=2), account("b"), account("c"), account("d", priority=1)]
    pool = provider("pool", "openai", "m", accounts=accounts)
    assert "".join(_turns(routing([pool]), 8)) == "abcaabca"
    first = routing([pool])
    assert Counter(_turns(first, 400)) == {"a": 200, "b": 100, "c": 100}


def test_to_explain_is_to_leave_no_trace() -> None:
    pool = provider("pool", "openai", "m", accounts=[account("a"), account("b")])
    router = routing([pool])
    for _ in range(5):
        assert names(router.explain(asking("m"))) == ["pool/a", "pool/b"]
    assert _turns(router, 2) == ["a", "b"]


def test_who_may_not_be_asked_stands_last() -> None:
    accounts = [account("a"), account("b"), account("c", api_key="", api_key_env="GONE")]
    pool = provider("pool", "openai", "m", accounts=accounts)
    books = Books()
    router = routing([pool], health=books)
    books.whys["pool/a"] = "cooling until 15:04"
    found = decided(router, "m")
    assert names(found) == ["pool/b", "pool/a", "pool/c"]
    assert [each.reason for each in found.considered] == [
        "'pool' lists this model.",
        "Asked last: Cooling until 15:04.",
        "Asked last: The environment variable that api_key_env names is not set, or is empty.",
    ]
    assert [each.rank for each in found.considered] == [1, 2, 3]
    books.whys["pool/b:m"] = "it has no such model"
    assert names(decided(router, "m")) == ["pool/a", "pool/b", "pool/c"], "better than nobody"


@pytest.mark.parametrize("word", ["true", "1", "YES"])
def test_no_fallback_leaves_one(word: str) -> None:
    router = routing([PAID, FREE])
    found = router.route(request("m", headers={"X-LLMGW-No-Fallback": word}))
    assert (names(found), found.strict) == (["paid"], True)
    assert [(each.account, each.rank) for each in found.considered] == [("paid", 1), ("free", None)]
    assert "allows no other" in found.considered[1].reason
    assert len(router.route(request("m", headers={"X-LLMGW-No-Fallback": "false"})).candidates) == 2


def _said(session: str) -> dict[str, str]:
    return {"X-Claude-Code-Session-Id": session}


def test_a_conversation_stays_with_who_answered_it_well() -> None:
    pool = provider("pool", "openai", "m", accounts=[account("a"), account("b")])
    books, hands = Books(), Hands()
    router = routing([pool], health=books, clock=hands)
    first = router.route(request("m", headers=_said("s1")))
    assert names(first) == ["pool/a", "pool/b"]
    router.answered(request("m"), first, first.candidates[1])  # the first failed
    for _ in range(3):
        again = router.route(request("m", headers=_said("s1")))
        assert names(again) == ["pool/b", "pool/a"]
        assert again.considered[0].reason.endswith("It answered this conversation before.")
    assert names(router.route(request("m", headers=_said("s2"))))[0] == "pool/b", "its turn"
    assert names(router.route(request("m", headers=_said("s3"))))[0] == "pool/a"
    books.whys["pool/b"] = "over quota"
    assert names(router.route(request("m", headers=_said("s1"))))[0] == "pool/a"
    books.whys.clear()
    later = router.renewed(router._settings)
    assert names(later.route(request("m", headers=_said("s1"))))[0] == "pool/b"
    hands.at_s = KEPT_S + 1
    assert "before" not in router.route(request("m", headers=_said("s1"))).considered[0].reason


def test_where_conversations_are_not_kept_nobody_asks_which_it_is() -> None:
    for router in (
        routing([PAID, FREE], keep_conversations=False),
        routing([PAID, FREE], rule("all", "paid", "free", keeps_conversations=False)),
        routing([PAID]),
    ):
        assert router.route(request("m", headers=_said("s1"))).conversation == ""
        found = router.route(request("m", headers=_said("s1")))
        router.answered(request("m"), found, found.candidates[-1])
        assert len(router._affinity) == 0


def test_what_is_remembered_of_conversations_is_bounded() -> None:
    affinity = Affinity(Hands())
    (candidate,) = routing([PAID]).explain(asking("m")).candidates
    for number in range(MOST_CONVERSATIONS + 5):
        affinity.note(f"c{number}", candidate)
    assert len(affinity) == MOST_CONVERSATIONS
    assert affinity.place_of("c4") is None
    assert affinity.place_of("c5") == ("paid", "m")


def test_figures_are_looked_at_a_few_times_in_a_second() -> None:
    books, hands = Books(), Hands()
    router = routing([PAID, FREE], strategy="automatic", health=books, clock=hands)
    books.quota = {"paid": 0.9, "free": 0.1}
    assert names(router.route(request("m"))) == ["paid", "free"]
    books.quota = {"paid": 0.1, "free": 0.9}
    assert names(router.route(request("m"))) == ["paid", "free"]
    assert names(decided(router, "m")) == ["free", "paid"], "an explanation looks anew"
    books.whys["paid"] = "cooling"
    assert names(router.route(request("m"))) == ["free", "paid"], "health counts at once"
    del books.whys["paid"]
    hands.at_s = 0.3
    assert names(router.route(request("m"))) == ["free", "paid"]
