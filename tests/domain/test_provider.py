"""Which provider cannot be asked for want of a key."""

import pytest

from llmgw_desktop.domain.provider import KINDS, Account, Provider, ProviderKind

OPENAI, OTHER = ProviderKind.OPENAI, ProviderKind.OPENAI_COMPATIBLE


def _problem(kind: ProviderKind, base_url: str, *, env: str = "", key: str = "") -> str:
    account = Account(api_key_env=env, api_key=key)
    provider = Provider(name="x", kind=kind, base_url=base_url, accounts=(account,))
    return provider.key_problem(account)


@pytest.mark.parametrize("kind", [kind for kind in KINDS if KINDS[kind].base_url])
def test_a_vendor_wants_a_key(kind: ProviderKind) -> None:
    assert "neither api_key_env nor vault is set" in _problem(kind, KINDS[kind].base_url)
    assert "names is not set" in _problem(kind, KINDS[kind].base_url, env="K")
    assert _problem(kind, KINDS[kind].base_url, env="K", key="sk-1") == ""


def test_a_vendor_is_told_by_its_address() -> None:
    assert _problem(OPENAI, "https://eu.api.openai.com/v1")
    assert _problem(OPENAI, "http://127.0.0.1:8080/v1") == ""
    assert _problem(OPENAI, "https://not-api.openai.com.example/v1") == ""


def test_another_server_wants_the_key_that_is_named() -> None:
    assert _problem(OTHER, "http://127.0.0.1:1234/v1") == ""
    assert _problem(OTHER, "http://127.0.0.1:1234/v1", env="K")
    assert _problem(ProviderKind.PRACTICE, "") == ""
