"""What the environment may say of callers from elsewhere."""

import pytest

from llmgw_desktop.domain.errors import ConfigError
from llmgw_desktop.domain.settings.door import AccessSettings, is_person
from llmgw_desktop.domain.settings.whole import Settings
from llmgw_desktop.store.settings.reader import read_access

BEARER = "t0ken-of-the-proxy-0123456789abcdef"
TOKEN = {"LLM_GATEWAY_AUTH_TOKEN": BEARER}


def test_nothing_said() -> None:
    assert read_access({}) == AccessSettings()
    assert read_access({"LLM_GATEWAY_AUTH_TOKEN": " ", "LLM_GATEWAY_TUNNEL_PROVIDER": ""}) == (
        AccessSettings()
    )


def test_all_that_can_be_said() -> None:
    said = read_access(
        TOKEN
        | {
            "LLM_GATEWAY_TRUSTED_PRINCIPAL_HEADER": "X-Gateway-User",
            "LLM_GATEWAY_TUNNEL_PROVIDER": "ngrok",
            "LLM_GATEWAY_OAUTH_ALLOW_OPEN_REMOTE": "1",
        }
    )
    assert said == AccessSettings(
        bearer=BEARER, trusted_header="x-gateway-user", tunnel="ngrok", is_open_to_all=True
    )


@pytest.mark.parametrize(
    "token", ["x", "a" * 31, "a" * 5000, "a" * 20 + " " + "b" * 20, "é" * 40, "a" * 40 + "\x00"]
)
def test_a_token_that_is_none(token: str) -> None:
    with pytest.raises(ConfigError) as refused:
        read_access({"LLM_GATEWAY_AUTH_TOKEN": token})
    told = str(refused.value)
    assert told.startswith("environment: LLM_GATEWAY_AUTH_TOKEN: expected at least 32 ")
    assert token not in told or token == "x"


def test_the_token_is_never_shown() -> None:
    settings = Settings(access=AccessSettings(bearer=BEARER))
    assert BEARER not in repr(settings)
    assert BEARER in settings.api_keys, "it is redacted like any key"


@pytest.mark.parametrize(
    "header",
    [
        "Authorization",
        "x-api-key",
        "HOST",
        "Origin",
        "Cookie",
        "content-length",
        "X-Forwarded-For",
        "sec-fetch-site",
        "mcp-session-id",
        "x y",
        "x:y",
        "x_user",
        "é",
        "x" * 70,
    ],
)
def test_a_header_that_others_send_names_nobody(header: str) -> None:
    with pytest.raises(ConfigError, match="a header that your proxy alone sets"):
        read_access(TOKEN | {"LLM_GATEWAY_TRUSTED_PRINCIPAL_HEADER": header})


def test_a_header_is_nothing_without_the_token() -> None:
    with pytest.raises(ConfigError, match="believed only where the proxy proves itself"):
        read_access({"LLM_GATEWAY_TRUSTED_PRINCIPAL_HEADER": "x-user"})


def test_an_override_is_said_clearly_or_not_at_all() -> None:
    with pytest.raises(ConfigError, match="LLM_GATEWAY_OAUTH_ALLOW_OPEN_REMOTE: expected true"):
        read_access({"LLM_GATEWAY_OAUTH_ALLOW_OPEN_REMOTE": "perhaps"})


@pytest.mark.parametrize(
    "name",
    [
        "alice",
        "a",
        "Alice.B@example.com",
        "team/alice",
        "00u1x=",
        "a" * 256,
        "locals",
        "client-7",
        "nathan",
        "nobodyelse",
        "a..b",
        ".x",
    ],
)
def test_a_person(name: str) -> None:
    assert is_person(name)


@pytest.mark.parametrize(
    "name",
    [
        "",
        "a" * 257,
        "a b",
        "a,b",
        "alice\n",
        "алиса",
        "a\x00",
        "local",
        "LOCAL",
        "Gateway-Bearer",
        "gateway_bearer",
        "cli_019a0000000000",
        "CLI_x",
        "job_019a2b3c4d5e6f70",
        "oauth_abc",
        "proxied:alice",
        "llmgw-abc",
        "https://client.example/metadata",
        "null",
        "None",
        "-",
        "--",
        "..",
        ".",
        "/",
        "../alice",
        "team/../alice",
        "team/.",
        "anonymous",
        "Anon",
        "nobody",
        "NOBODY",
        "no-one",
        "N/A",
        "n.a.",
        "undefined",
        "Guest",
        "unauthenticated",
        "not-set",
    ],
)
def test_nobody(name: str) -> None:
    assert not is_person(name)
