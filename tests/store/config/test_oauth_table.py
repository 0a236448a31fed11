"""`[http.oauth]` and `public_url`: what may be set, and what does not go together."""

from pathlib import Path

import pytest

from llmgw_desktop.domain.errors import ConfigError
from llmgw_desktop.domain.settings.door import OauthSettings, RegistrationPolicy
from llmgw_desktop.domain.settings.whole import Settings
from llmgw_desktop.store.settings.reader import load_settings


def _settings(tmp_path: Path, text: str, **env: str) -> Settings:
    file = tmp_path / "config.toml"
    file.write_text(text)
    loaded = load_settings(file, env)
    assert loaded.warnings == ()
    return loaded.settings


def test_what_holds_when_nothing_is_set(tmp_path: Path) -> None:
    settings = _settings(tmp_path, "")
    assert settings.oauth == OauthSettings()
    assert settings.oauth.enabled
    assert settings.oauth.registration_policy is RegistrationPolicy.THIS_COMPUTER
    assert settings.http.public_url == ""


def test_all_of_it_can_be_set(tmp_path: Path) -> None:
    settings = _settings(
        tmp_path,
        '[http.oauth]\nenabled = true\nregistration_policy = "shared_secret"\n'
        "allow_public_clients = false\nallow_client_documents = false\ntoken_ttl_seconds = 60\n"
        "require_pkce = true\nallow_plain_pkce = false\nrequire_consent = true\n",
    )
    assert settings.oauth == OauthSettings(
        registration_policy=RegistrationPolicy.SHARED_SECRET,
        allow_public_clients=False,
        allow_client_documents=False,
        token_ttl_seconds=60,
    )


def test_a_public_address_lets_no_public_clients_in_unasked(tmp_path: Path) -> None:
    public = '[http]\npublic_url = "https://Gateway.example.com/"\n'
    settings = _settings(tmp_path, public)
    assert settings.http.public_url == "https://gateway.example.com"
    assert not settings.oauth.allow_public_clients
    assert not settings.oauth.takes_documents
    assert settings.oauth.registration_policy is RegistrationPolicy.STATIC_CLIENTS
    assert not settings.oauth.is_open
    asked = _settings(tmp_path, f"{public}[http.oauth]\nallow_public_clients = true\n")
    assert asked.oauth.allow_public_clients
    assert asked.oauth.is_open


@pytest.mark.parametrize(
    ("line", "words"),
    [
        ("require_pkce = false", "PKCE cannot be switched off"),
        ("allow_plain_pkce = true", "PKCE is S256 alone"),
        ("require_consent = false", "a person is always asked"),
        ('registration_policy = "open_dev"', "LLM_GATEWAY_OAUTH_OPEN_DEV=1"),
        ('registration_policy = "open"', "static_clients"),
        ("token_ttl_seconds = 59", "60 to 86400"),
        ('enabled = "yes"', "true or false"),
    ],
)
def test_one_sentence_for_what_is_refused(tmp_path: Path, line: str, words: str) -> None:
    file = tmp_path / "config.toml"
    file.write_text(f"[http.oauth]\n{line}\n")
    with pytest.raises(ConfigError, match=words) as refused:
        load_settings(file, {})
    assert refused.value.line == 2
    assert "http.oauth." in str(refused.value)


def test_open_registration_needs_the_environments_word(tmp_path: Path) -> None:
    text = '[http.oauth]\nregistration_policy = "open_dev"\n'
    settings = _settings(tmp_path, text, LLM_GATEWAY_OAUTH_OPEN_DEV="1")
    assert settings.oauth.registration_policy is RegistrationPolicy.OPEN_DEV
    assert settings.oauth.is_open
    with pytest.raises(ConfigError, match="lets every program register"):
        _settings(tmp_path, text, LLM_GATEWAY_OAUTH_OPEN_DEV="0")


def test_the_environment_wins(tmp_path: Path) -> None:
    off = _settings(tmp_path, "[http.oauth]\nenabled = true\n", LLM_GATEWAY_OAUTH_ENABLED="0")
    assert not off.oauth.enabled
    with pytest.raises(ConfigError, match="LLM_GATEWAY_OAUTH_REQUIRE_CONSENT"):
        _settings(tmp_path, "", LLM_GATEWAY_OAUTH_REQUIRE_CONSENT="0")
    with pytest.raises(ConfigError, match="LLM_GATEWAY_OAUTH_ENABLED"):
        _settings(tmp_path, "", LLM_GATEWAY_OAUTH_ENABLED="perhaps")
    public = _settings(tmp_path, "", LLM_GATEWAY_PUBLIC_URL="https://gw.example.com:8443")
    assert public.http.public_url == "https://gw.example.com:8443"


@pytest.mark.parametrize(
    "url",
    [
        "gateway.example.com",
        "https://gateway.example.com/path",
        "https://gateway.example.com?x=1",
        "https://user@gateway.example.com",
        "http://gateway.example.com",
        "ftp://gateway.example.com",
        "https://*.example.com",
    ],
)
def test_a_public_address_is_one(tmp_path: Path, url: str) -> None:
    file = tmp_path / "config.toml"
    file.write_text(f'[http]\npublic_url = "{url}"\n')
    with pytest.raises(ConfigError, match=r"http\.public_url"):
        load_settings(file, {})


def test_a_public_address_of_this_computer_may_be_plain(tmp_path: Path) -> None:
    settings = _settings(tmp_path, '[http]\npublic_url = "http://127.0.0.1:8080"\n')
    assert settings.http.public_url == "http://127.0.0.1:8080"


def test_what_is_not_known_is_told(tmp_path: Path) -> None:
    file = tmp_path / "config.toml"
    file.write_text("[http.oauth]\nissuer = 'x'\n")
    loaded = load_settings(file, {})
    assert "http.oauth.issuer: unknown setting, ignored" in loaded.warnings[0]
