"""Which provider a model's name leads to."""

import pytest

from llmgw_desktop.domain.errors import NotServed, UnknownModel
from llmgw_desktop.domain.model_request import Operation
from llmgw_desktop.domain.provider import ModelProtocol, Provider, ProviderKind
from llmgw_desktop.engine.routing.router import Router

CHAT, MESSAGES = ModelProtocol.OPENAI_CHAT, ModelProtocol.ANTHROPIC


def _provider(name: str, kind: str, *models: str, enabled: bool = True) -> Provider:
    return Provider(
        name=name,
        kind=ProviderKind(kind),
        base_url="http://127.0.0.1:1",
        models=models,
        enabled=enabled,
    )


def _where(router: Router, protocol: ModelProtocol, model: str) -> tuple[str, str]:
    candidate = router.route(protocol, model).candidates[0]
    return candidate.upstream.provider, candidate.model


def test_a_provider_that_lists_the_model_comes_before_one_that_takes_all() -> None:
    router = Router([_provider("open", "openai-compatible"), _provider("listed", "openai", "m")])
    assert _where(router, CHAT, "m") == ("listed", "m")
    assert _where(router, CHAT, "other") == ("open", "other")


def test_the_first_in_the_file_wins() -> None:
    router = Router([_provider("one", "openai", "m"), _provider("two", "openai", "m")])
    assert _where(router, CHAT, "m") == ("one", "m")


@pytest.mark.parametrize("mark", ["/", ":"])
def test_a_name_can_ask_for_its_provider(mark: str) -> None:
    router = Router([_provider("one", "openai", "m"), _provider("two", "openrouter")])
    assert _where(router, CHAT, f"two{mark}vendor/m:free") == ("two", "vendor/m:free")


def test_a_slash_alone_does_not_make_a_provider() -> None:
    router = Router([_provider("open", "openrouter")])
    assert _where(router, CHAT, "meta/llama") == ("open", "meta/llama")


@pytest.mark.parametrize("name", ["practice/echo", "practice%2Fecho"])
def test_practice_is_asked_for_by_name_in_either_spelling(name: str) -> None:
    assert _where(Router([]), MESSAGES, name) == ("practice", "practice/echo")


def test_nothing_leads_to_practice_unasked() -> None:
    with pytest.raises(UnknownModel, match="'m'"):
        Router([]).route(CHAT, "m")


def test_a_switched_off_provider_does_not_answer() -> None:
    with pytest.raises(UnknownModel):
        Router([_provider("one", "openai", "m", enabled=False)]).route(CHAT, "m")


def test_a_model_of_another_protocol_is_translated_for() -> None:
    router = Router([_provider("claude", "anthropic", "m")])
    assert router.route(CHAT, "m").candidates[0].upstream.protocol is MESSAGES
    with pytest.raises(NotServed, match=r"'claude'.* requests for embeddings in openai-chat"):
        router.route(CHAT, "m", Operation.EMBED)


@pytest.mark.parametrize("model", ["m", "local/m", "local/other", "local:m"])
def test_a_model_meant_for_one_provider_never_goes_to_another(model: str) -> None:
    """A prompt for the server at home must not reach a vendor that takes every name."""
    router = Router(
        [_provider("vendor", "anthropic"), _provider("local", "openai-compatible", "m")]
    )
    assert _where(router, MESSAGES, model)[0] == "local"


def test_whoever_speaks_the_protocol_comes_first() -> None:
    router = Router([_provider("one", "openai", "m"), _provider("two", "anthropic", "m")])
    assert _where(router, MESSAGES, "m") == ("two", "m")


@pytest.mark.parametrize(
    ("model", "provider"),
    [
        ("claude-x", "claude"),
        ("gpt-5", "gpt"),
        ("o3", "gpt"),
        ("gemini-3-pro", "google"),
        ("gpt-oss-120b", "claude"),
        ("else", "claude"),
    ],
)
def test_a_vendors_own_names_lead_to_it_in_every_protocol(model: str, provider: str) -> None:
    router = Router(
        [
            _provider("claude", "anthropic"),
            _provider("gpt", "openai"),
            _provider("google", "google"),
        ]
    )
    assert _where(router, MESSAGES, model) == (provider, model)


def test_a_strangers_name_is_not_translated_for_somebody_who_takes_all() -> None:
    router = Router([_provider("gpt", "openai")])
    with pytest.raises(UnknownModel):
        router.route(MESSAGES, "else")


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
    router = Router([_provider("gpt", "openai", "m")])
    assert router.route(caller, "m").candidates[0].upstream.protocol is spoken


def test_a_very_long_name_is_not_repeated_whole() -> None:
    with pytest.raises(UnknownModel) as refused:
        Router([]).route(CHAT, "x" * 100_000)
    assert len(str(refused.value)) < 200


def test_decisions_are_remembered_but_not_without_bound() -> None:
    router = Router([_provider("open", "openai")])
    for number in range(3000):
        router.route(CHAT, f"m{number}")
    assert router.route(CHAT, "m1") is router.route(CHAT, "m1")
    assert len(router._decisions) <= 1024
