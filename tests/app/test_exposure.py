"""Every way to stand open to others by mistake stops the start with one sentence."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from llmgw_desktop.app.access.assembly import check_exposure
from llmgw_desktop.domain.errors import ConfigError
from llmgw_desktop.domain.settings.door import (
    AccessSettings,
    HttpSettings,
    OauthSettings,
    RegistrationPolicy,
)
from llmgw_desktop.domain.settings.whole import Settings
from tests.support.certificates import make_pair

TOKEN = "t0ken-of-the-proxy-0123456789abcdef"
CLOSED = OauthSettings(
    registration_policy=RegistrationPolicy.STATIC_CLIENTS, allow_public_clients=False
)
OPEN_DEV = replace(CLOSED, registration_policy=RegistrationPolicy.OPEN_DEV)
THIS_COMPUTER = replace(CLOSED, registration_policy=RegistrationPolicy.THIS_COMPUTER)
PUBLIC = replace(CLOSED, allow_public_clients=True)
ELSEWHERE = [
    (HttpSettings(host="0.0.0.0", tls_at_proxy=True), AccessSettings(bearer=TOKEN)),
    (HttpSettings(host="192.168.1.5", tls_at_proxy=True), AccessSettings(bearer=TOKEN)),
    (HttpSettings(public_url="https://gw.example.com"), AccessSettings()),
    (HttpSettings(), AccessSettings(tunnel="ngrok")),
    (HttpSettings(tls_at_proxy=True), AccessSettings()),
]


def _check(
    settings: Settings, *, has_clients: bool = False, env: dict[str, str] | None = None
) -> str:
    """What is told; empty where it may start."""
    try:
        check_exposure(settings, file="c.toml", env=env or {}, has_clients=lambda: has_clients)
    except ConfigError as error:
        return str(error)
    return ""


def test_on_this_computer_everything_may_be_open() -> None:
    for oauth in (CLOSED, OPEN_DEV, THIS_COMPUTER, PUBLIC):
        for host in ("127.0.0.1", "::1", "localhost"):
            assert not _check(Settings(http=HttpSettings(host=host), oauth=oauth))
    own = HttpSettings(public_url="http://127.0.0.1:3333")
    assert not _check(Settings(http=own, oauth=OPEN_DEV))


@pytest.mark.parametrize("host", ["0.0.0.0", "::", "192.168.1.5", "2001:db8::1"])
def test_keys_do_not_cross_the_network_unencrypted(host: str) -> None:
    http, access = HttpSettings(host=host), AccessSettings(bearer=TOKEN)
    told = _check(Settings(http=http, access=access, oauth=CLOSED))
    assert told.startswith(f"c.toml: http.host: {host} can be reached from other computers, ")
    for way in ("http.tls_certificate", "http.tls_at_proxy", "127.0.0.1"):
        assert way in told
    at_proxy = replace(http, tls_at_proxy=True)
    assert not _check(Settings(http=at_proxy, access=access, oauth=CLOSED))


def test_tls_of_our_own_will_do(tmp_path: Path) -> None:
    pair = make_pair(tmp_path)
    http = HttpSettings(
        host="0.0.0.0", tls_certificate=str(pair.certificate), tls_key=str(pair.key)
    )
    settings = Settings(http=http, access=AccessSettings(bearer=TOKEN), oauth=CLOSED)
    assert not _check(settings)
    pair.key.chmod(0o644)
    assert "can be read by other users" in _check(settings)


def test_somebody_must_be_able_to_come_in() -> None:
    """This computer's own key opens here alone."""
    http = HttpSettings(host="0.0.0.0", tls_at_proxy=True)
    nobody = Settings(http=http, oauth=CLOSED)
    assert "none of them could come in" in _check(nobody)
    assert "none of them could come in" in _check(
        replace(nobody, oauth=OauthSettings(enabled=False))
    )
    assert "none of them could come in" in _check(replace(nobody, oauth=THIS_COMPUTER))
    assert not _check(nobody, has_clients=True)
    assert not _check(replace(nobody, access=AccessSettings(bearer=TOKEN)))
    by_secret = replace(CLOSED, registration_policy=RegistrationPolicy.SHARED_SECRET)
    assert not _check(replace(nobody, oauth=by_secret))


def test_the_option_is_named_where_it_was_used() -> None:
    http = HttpSettings(host="0.0.0.0")
    told = _check(Settings(http=http), env={"LLM_GATEWAY_HTTP_HOST": "0.0.0.0"})
    assert told.startswith("environment: LLM_GATEWAY_HTTP_HOST: 0.0.0.0 ")


@pytest.mark.parametrize(("http", "access"), ELSEWHERE)
@pytest.mark.parametrize("oauth", [OPEN_DEV, THIS_COMPUTER, PUBLIC])
def test_strangers_do_not_ask_from_elsewhere_unless_it_is_meant(
    http: HttpSettings, access: AccessSettings, oauth: OauthSettings
) -> None:
    told = _check(Settings(http=http, access=access, oauth=oauth), has_clients=True)
    assert "programs that nobody here knows could ask to be let in from elsewhere" in told
    assert "LLM_GATEWAY_OAUTH_ALLOW_OPEN_REMOTE=1" in told
    meant = replace(access, is_open_to_all=True)
    assert not _check(Settings(http=http, access=meant, oauth=oauth), has_clients=True)


@pytest.mark.parametrize(("http", "access"), ELSEWHERE)
def test_without_strangers_it_starts(http: HttpSettings, access: AccessSettings) -> None:
    for oauth in (CLOSED, OauthSettings(enabled=False)):
        assert not _check(Settings(http=http, access=access, oauth=oauth), has_clients=True)
