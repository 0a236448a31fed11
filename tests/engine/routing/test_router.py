"""Which provider a model's name leads to."""

import pytest

from llmgw_desktop.domain.errors import NotServed, UnknownModel
from llmgw_desktop.domain.model.prompt import Operation
from llmgw_desktop.domain.provider import CredentialKind, ModelProtocol, Provider, ProviderKind
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
    where,
)


def test_a_provider_that_lists_the_model_comes_before_one_that_takes_all() -> None:
    router = routing([provider("open", "openai-compatible"), provider("listed", "openai", "m")])
    assert where(router, CHAT, "m") == ("listed", "m")
    assert where(router, CHAT, "other") == ("open", "other")


def test_the_first_in_the_file_wins() -> None:
    router = routing([provider("one", "openai", "m"), provider("two", "openai", "m")])
    assert where(router, CHAT, "m") == ("one", "m")


@pytest.mark.parametrize("mark", ["/", ":"])
def test_a_name_can_ask_for_its_provider(mark: str) -> None:
    router = routing([provider("one", "openai", "m"), provider("two", "openrouter")])
    assert where(router, CHAT, f"two{mark}vendor/m:free") == ("two", "vendor/m:free")


def test_a_slash_alone_does_not_make_a_provider() -> None:
    router = routing([provider("open", "openrouter")])
    assert where(router, CHAT, "meta/llama") == ("open", "meta/llama")


@pytest.mark.parametrize("name", ["practice/echo", "practice%2Fecho"])
def test_practice_is_asked_for_by_name_in_either_spelling(name: str) -> None:
    assert where(routing([]), MESSAGES, name) == ("practice", "practice/echo")


def test_nothing_leads_to_practice_unasked() -> None:
    with pytest.raises(UnknownModel, match="'m'"):
        routing([]).explain(asking("m"))


def test_a_switched_off_provider_does_not_answer() -> None:
    with pytest.raises(UnknownModel):
        routing([provider("one", "openai", "m", enabled=False)]).explain(asking("m"))


def test_a_model_of_another_protocol_is_translated_for() -> None:
    router = routing([provider("claude", "anthropic", "m")])
    assert decided(router, "m").candidates[0].upstream.protocol is MESSAGES
    with pytest.raises(NotServed, match=r"'claude'.* requests for embeddings in openai-chat"):
        router.explain(asking("m", operation=Operation.EMBED))


@pytest.mark.parametrize("model", ["m", "local/m", "local/other", "local:m"])
def test_a_model_meant_for_one_provider_never_goes_to_another(model: str) -> None:
    """A prompt for the server at home must not reach a vendor that takes every name."""
    router = routing([provider("vendor", "anthropic"), provider("local", "openai-compatible", "m")])
    assert where(router, MESSAGES, model)[0] == "local"


def test_whoever_speaks_the_protocol_comes_first() -> None:
    router = routing([provider("one", "openai", "m"), provider("two", "anthropic", "m")])
    assert where(router, MESSAGES, "m") == ("two", "m")


@pytest.mark.parametrize(
    ("model", "expected"),
    [
        ("claude-x", "claude"),
        ("gpt-5", "gpt"),
        ("o3", "gpt"),
        ("gemini-3-pro", "google"),
        ("gpt-oss-120b", "claude"),
        ("else", "claude"),
    ],
)
def test_a_vendors_own_names_lead_to_it_in_every_protocol(model: str, expected: str) -> None:
    router = routing(
        [
            provider("claude", "anthropic"),
            provider("gpt", "openai"),
            provider("google", "google"),
        ]
    )
    assert where(router, MESSAGES, model) == (expected, model)


def test_a_strangers_name_is_not_translated_for_somebody_who_takes_all() -> None:
    router = routing([provider("gpt", "openai")])
    with pytest.raises(UnknownModel):
        router.explain(asking("else", MESSAGES))


@pytest.mark.parametrize(
    ("caller", "spoken"),
    [
        (ModelProtocol.CODEX, ModelProtocol.OPENAI_RESPONSES),
        (ModelProtocol.OPENAI_RESPONSES, ModelProtocol.OPENAI_RESPONSES),
        (ModelProtocol.OPENAI_CHAT, ModelProtocol.OPENAI_CHAT),
        (ModelProtocol.ANTHROPIC, ModelProtocol.OPENAI_RESPONSES),
        (ModelProtocol.GEMINI, ModelProtocol.OPENAI_RESPONSES),
    ],
)
def test_which_protocol_is_spoken_with_a_provider_of_two(
    caller: ModelProtocol, spoken: ModelProtocol
) -> None:
    router = routing([provider("gpt", "openai", "m")])
    assert decided(router, "m", caller).candidates[0].upstream.protocol is spoken


def test_a_very_long_name_is_not_repeated_whole() -> None:
    with pytest.raises(UnknownModel) as refused:
        routing([]).explain(asking("x" * 100_000))
    assert len(str(refused.value)) < 200


def test_whoever_lists_the_model_may_answer_those_of_the_callers_protocol_first() -> None:
    router = routing(
        [
            provider("one", "openai-compatible", "m"),
            provider("two", "anthropic", "m", accounts=[account("a"), account("b")]),
            provider("three", "openai", "n"),
            provider("open", "openrouter"),
        ]
    )
    assert names(decided(router, "m", MESSAGES)) == ["two/a", "two/b", "one"]
    assert names(decided(router, "m", CHAT)) == ["one", "two/a", "two/b"]


def test_all_of_a_vendor_may_answer_its_own_names() -> None:
    router = routing([provider("work", "anthropic"), provider("home", "anthropic")])
    assert names(decided(router, "claude-x")) == ["work", "home"]


def test_a_strangers_name_goes_to_one_provider_only() -> None:
    router = routing([provider("one", "openrouter"), provider("two", "groq")])
    assert names(decided(router, "else")) == ["one"]


@pytest.mark.parametrize("model", ["one/m", "one:m", "one/b:m"])
def test_a_name_meant_for_a_provider_never_leaves_it(model: str) -> None:
    accounts = [account("a"), account("b")]
    router = routing([provider("two", "openai", "m"), provider("one", "openai", accounts=accounts)])
    found = decided(router, model)
    assert {each.upstream.provider for each in found.candidates} == {"one"}
    assert {each.model for each in found.candidates} == {"m"}
    assert names(found) == (["one/b"] if "b" in model else ["one/a", "one/b"])


@pytest.mark.parametrize("model", ["home/m", "home:m", "m"])
def test_what_is_meant_for_a_provider_that_is_switched_off_goes_nowhere_else(model: str) -> None:
    off = provider("home", "openai-compatible", "m", enabled=False)
    with pytest.raises(UnknownModel, match="asked of 'home', and that is switched off"):
        decided(routing([off, provider("vendor", "openrouter")]), model)


def test_accounts_that_are_switched_off_are_left_out_and_named() -> None:
    accounts = [account("a", enabled=False), account("b")]
    found = decided(routing([provider("one", "openai", "m", accounts=accounts)]), "m")
    assert names(found) == ["one/b"]
    assert [(each.account, each.rank) for each in found.considered] == [
        ("one/b", 1),
        ("one/a", None),
    ]
    assert found.considered[1].reason == "The account is switched off."


def test_a_subscription_answers_only_where_it_is_named() -> None:
    own = account("max", credential=CredentialKind.SIGN_IN)
    router = routing([provider("claude", "anthropic", accounts=[own, account("key")])])
    assert names(decided(router, "claude-x")) == ["claude/key"]
    assert names(decided(router, "claude/claude-x")) == ["claude/max", "claude/key"]


def test_practice_in_the_settings_takes_no_name_of_others() -> None:
    listed = Provider(name="practice", kind=ProviderKind.PRACTICE)
    with pytest.raises(UnknownModel):
        decided(routing([listed]), "m")
    assert where(routing([listed]), CHAT, "practice/echo")[0] == "practice"


def test_practice_that_is_switched_off_does_not_answer() -> None:
    off = Provider(name="practice", kind=ProviderKind.PRACTICE, enabled=False)
    with pytest.raises(UnknownModel):
        decided(routing([off]), "practice/echo")


def test_decisions_with_one_candidate_are_remembered_but_not_without_bound() -> None:
    router = routing([provider("open", "openai")])
    for number in range(3000):
        router.route(request(f"m{number}"))
    assert router.route(request("m2999")) is router.route(request("m2999"))
    assert len(router._plans) <= 1024


def test_a_project_that_is_no_name_is_not_remembered() -> None:
    router = routing([provider("open", "openai")])
    router.route(request("m", project="x" * 10_000))
    assert not router._plans


def test_one_candidate_costs_a_look_into_a_table() -> None:
    """Neither headers nor body are looked at, and nothing is made."""

    class Untouched(dict[str, object]):
        def get(self, *_: object) -> object:
            raise AssertionError("nobody needs it")

        __getitem__ = __contains__ = __iter__ = get  # type: ignore[assignment]

    router = routing([provider("open", "openai")])
    asked = request("m")
    asked.headers = asked.fields = Untouched()  # type: ignore[misc,assignment]
    first = router.route(asked)
    assert router.route(asked) is first
    assert first.conversation == ""


def test_a_provider_whose_accounts_are_all_off_says_so() -> None:
    off = provider("one", "openai", "m", accounts=[account("a", enabled=False)])
    with pytest.raises(NotServed, match=r"'m' can answer\. one/a: The account is switched off"):
        decided(routing([off]), "m")
