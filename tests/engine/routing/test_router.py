"""Which provider a model's name leads to."""

import pytest

from llmgw_desktop.domain.errors import NotServed, UnknownModel
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


def test_a_model_of_another_protocol_says_whose_it_is() -> None:
    router = Router([_provider("claude", "anthropic", "m")])
    with pytest.raises(NotServed, match="'claude'"):
        router.route(CHAT, "m")


@pytest.mark.parametrize("model", ["m", "local/m", "local/other", "local:m"])
def test_a_model_meant_for_one_provider_never_goes_to_another(model: str) -> None:
    """A prompt for the server at home must not reach a vendor that takes every name."""
    router = Router(
        [_provider("vendor", "anthropic"), _provider("local", "openai-compatible", "m")]
    )
    with pytest.raises(NotServed, match="'local'"):
        router.route(MESSAGES, model)


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
