"""Which questions may have one answer: near ones that ask for something else may not."""

import pytest

from llmgw_desktop.engine.pipeline.response_cache.likeness import MOST_WITH_OTHERS, may_share

RESET = "How do I reset my password?"


@pytest.mark.parametrize(
    ("one", "other"),
    [
        (RESET, "how can i reset my password"),
        (RESET, "What is the way to reset my password?"),
        (RESET, "Please tell me how to reset my password."),
        ("How do I cancel my subscription?", "How can I end my subscription?"),
        ("Who wrote Hamlet?", "Please tell me: who wrote Hamlet?"),
        ("Pay 100.", "please pay 100"),
        ("I can't log in", "I cannot log in"),
        ("What's the capital of France?", "what is the capital of france"),
    ],
)
def test_other_words_for_the_same_may(one: str, other: str) -> None:
    assert may_share(one, other)
    assert may_share(other, one)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Pay 10 dollars to Anna", "Pay 100 dollars to Anna"),
        ("Pay ten dollars", "Pay twenty dollars"),
        ("Pay $10", "Pay 10"),
        ("Pay -5", "Pay 5"),
        ("Round .5 up", "Round 5 up"),
        ("What is 5!", "What is 5"),
        ("Email John about lunch", "Email Jane about lunch"),
        ("email john@example.com", "email jane@example.com"),
        ("Should I take aspirin?", "Should I not take aspirin?"),
        ("I can't log in", "I can log in"),
        ("Is it safe to mix them?", "Is it unsafe to mix them?"),
        ("can i return an opened item", "can i return an unopened item"),
        ("convert 5 euros to dollars", "convert 5 dollars to euros"),
        ("Is a cat larger than a dog?", "Is a dog larger than a cat?"),
        ("flight from london to paris", "flight from paris to london"),
        (RESET, "How do I reset your password?"),
        ("how to enable two factor login", "how to disable two factor login"),
        ("users with admin rights", "users without admin rights"),
        ("price of the plan per month", "price of the plan per year"),
        ("employer duties", "employee duties"),
        ("side effects of hydroxyzine", "side effects of hydralazine"),
        ("what does ECONNRESET mean", "what does ECONNREFUSED mean"),
        ("explain a<b", "explain a>b"),
        ("call f(x)", "call f(y)"),
        ("yes", "no"),
        ("When does it open?", "Where does it open?"),
    ],
)
def test_what_asks_for_something_else_may_not(one: str, other: str) -> None:
    assert not may_share(one, other)
    assert not may_share(other, one)


def test_a_long_question_must_have_the_same_words() -> None:
    words = [f"{letter}ord" for letter in "abcdefghijklmnop"]
    short, long = words[: MOST_WITH_OTHERS - 1], words[:MOST_WITH_OTHERS]
    assert may_share(" ".join([*short, "john"]), " ".join([*short, "mary"]))
    assert not may_share(" ".join([*long, "john"]), " ".join([*long, "mary"]))
    assert may_share(" ".join(long), " ".join(["please", *long]))
