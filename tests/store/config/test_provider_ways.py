"""How providers are reached, as the settings and the environment say it."""

from __future__ import annotations

from pathlib import Path

import pytest

from llmgw_desktop.domain.net_address import ProviderWay
from tests.store.config.settings_files import load, refused
from tests.support.certificates import make_pair

PUBLIC = '[providers.x]\nkind = "openai"\nvault = "openai/default"\n'
LOCAL = (
    '[providers.x]\nkind = "openai-compatible"\nbase_url = "https://10.0.0.9/v1"\nlocal = true\n'
)
ENV = {"HTTPS_PROXY": "http://ada:s3cret-word@proxy.example.com:3128"}
BY_ENV = "through http://proxy.example.com:3128 (HTTPS_PROXY)"


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "config.toml"


def way(file: Path, text: str, env: dict[str, str] | None = None) -> ProviderWay:
    loaded = load(file, text, env)
    assert loaded.warnings == ()
    return loaded.settings.providers[0].way


@pytest.mark.parametrize(
    ("text", "words"),
    [
        (PUBLIC, BY_ENV),
        (PUBLIC + 'proxy = "environment"\n', BY_ENV),
        (PUBLIC + 'proxy = "none"\n', 'straight (proxy = "none")'),
        (PUBLIC + 'proxy = "SOCKS5h://[::1]:9"\n', "through socks5://[::1]:9"),
        (LOCAL, "straight (local = true)"),
        (LOCAL + 'proxy = "environment"\n', BY_ENV),
        (LOCAL + 'proxy = "http://p:1"\n', "through http://p:1"),
    ],
)
def test_which_way_leads_there(file: Path, text: str, words: str) -> None:
    assert way(file, text, ENV).words == words


@pytest.mark.parametrize("text", [PUBLIC, LOCAL, PUBLIC + 'proxy = "none"\n'])
def test_where_no_proxy_is_named_nothing_is_told(file: Path, text: str) -> None:
    assert way(file, text).words == ""


def test_exceptions_of_the_environment(file: Path) -> None:
    found = way(file, PUBLIC, {**ENV, "NO_PROXY": ".openai.com"})
    assert found.words == "straight (NO_PROXY)"


def test_a_sign_in_of_the_environment_is_guarded_like_a_key(file: Path) -> None:
    settings = load(file, PUBLIC, ENV).settings
    assert settings.providers[0].way.sign_in == "ada:s3cret-word"
    assert "s3cret-word" in settings.api_keys
    assert "s3cret-word" not in repr(settings)


@pytest.mark.parametrize(
    ("lines", "line", "key", "expected"),
    [
        ('proxy = "proxy.example.com"', 4, "proxy", "an address such as http://"),
        ('proxy = "http://ada:s3cret-word@p:1"', 4, "proxy", "proxy_vault names their entry"),
        ('proxy = "http://169.254.169.254"', 4, "proxy", "not link-local"),
        ("proxy = 3", 4, "proxy", "a text"),
        ('proxy_vault = "proxy/office"', 4, "proxy_vault", "expected proxy = beside it"),
        ('proxy = "environment"\nproxy_vault = "p/o"', 5, "proxy_vault", "that proxy alone"),
        ('proxy = "http://p:1"\nproxy_vault = "a b"', 5, "proxy_vault", "an entry of the vault"),
        ('ca_file = "ca.pem"', 4, "ca_file", "an absolute path"),
        ('client_key = "/x.key"', 4, "client_key", "expected client_cert beside it"),
    ],
)
def test_faults_name_line_and_key(
    file: Path, lines: str, line: int, key: str, expected: str
) -> None:
    error = refused(file, PUBLIC + lines, ENV)
    assert (error.line, error.key) == (line, f"providers.x.{key}")
    assert expected in str(error)
    assert "s3cret" not in str(error)


def test_an_odd_variable_refuses_only_whom_it_is_for(file: Path) -> None:
    loaded = load(file, PUBLIC, {"HTTPS_PROXY": "gopher://ada:s3cret-word@p"})
    assert "HTTPS_PROXY" in loaded.settings.providers[0].way.problem
    assert "providers.x.proxy: the environment's HTTPS_PROXY names no proxy" in loaded.warnings[0]
    assert "s3cret" not in loaded.warnings[0]
    assert load(file, LOCAL, {"HTTPS_PROXY": "gopher://p"}).warnings == ()


def test_files_are_looked_at(file: Path, tmp_path: Path) -> None:
    pair = make_pair(tmp_path / "pair")
    other = make_pair(tmp_path / "other")
    sealed = make_pair(tmp_path / "sealed", password=b"x")
    junk = tmp_path / "junk.pem"
    junk.write_text("-----BEGIN CERTIFICATE-----\nnothing\n")
    cases = {
        f'ca_file = "{tmp_path}/gone.pem"': ("ca_file", "cannot be read"),
        f'ca_file = "{junk}"': ("ca_file", "holds no certificates"),
        f'ca_file = "{pair.key}"': ("ca_file", "holds no certificates"),
        f'ca_file = "{tmp_path}"': ("ca_file", "is no file"),
        f'client_cert = "{tmp_path}/gone.pem"': ("client_cert", "cannot be read"),
        f'client_cert = "{pair.certificate}"\nclient_key = "{other.key}"': (
            "client_key",
            "is not the key of",
        ),
        f'client_cert = "{sealed.certificate}"\nclient_key = "{sealed.key}"': (
            "client_key",
            "sealed with a password",
        ),
        f'client_cert = "{pair.certificate}"\nclient_key = "{pair.certificate}"': (
            "client_key",
            "can be read by other users",
        ),
    }
    pair.certificate.chmod(0o644)
    for lines, (key, problem) in cases.items():
        (warning,) = load(file, PUBLIC + lines).warnings
        line = 4 if lines.startswith(key) else 5
        assert f"line {line}: providers.x.{key}: " in warning, warning
        assert problem in warning
        assert warning.endswith("requests to this provider are refused")
    found = way(file, PUBLIC + f'ca_file = "{pair.certificate}"\n')
    assert found.tls.ca_file == str(pair.certificate)
    whole = tmp_path / "whole.pem"
    whole.write_bytes(pair.certificate.read_bytes() + pair.key.read_bytes())
    whole.chmod(0o600)
    assert way(file, PUBLIC + f'client_cert = "{whole}"\n').tls.client_cert == str(whole)


def test_files_that_nobody_looks_at_are_told(file: Path, tmp_path: Path) -> None:
    pair = make_pair(tmp_path)
    plain = LOCAL.replace("https", "http") + f'ca_file = "{pair.certificate}"\n'
    (warning,) = load(file, plain).warnings
    assert "ca_file: is not used" in warning
    assert load(file, plain + 'proxy = "https://p:1"\n').warnings == ()
