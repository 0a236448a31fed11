"""Tables of providers: what they become, and what is said of their faults."""

from pathlib import Path

import pytest

from llmgw_desktop.domain.provider import Provider, ProviderKind
from tests.store.config.settings_files import load, refused


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "config.toml"


@pytest.mark.parametrize(
    ("text", "line", "key", "expected"),
    [
        ("[providers.x]", 1, "providers.x.kind", 'one of "anthropic", "openai"'),
        ('[providers.x]\nkind = "opnai"', 2, "providers.x.kind", '"openai-compatible"'),
        ("[providers.x]\nkind = 1", 2, "providers.x.kind", "one of"),
        (
            '[providers.x]\nkind = "openai"\nprotocols = ["cli"]',
            3,
            "providers.x.protocols",
            "one of anthropic, openai-chat, openai-responses, codex, gemini",
        ),
        ('[providers.Work]\nkind = "openai"', 1, "providers.Work", "small letters"),
        ('[providers."a b"]\nkind = "openai"', 1, "providers.'a b'", "small letters"),
        ('[providers.""]\nkind = "openai"', 1, "providers.''", "small letters"),
        (
            '[providers.x]\nkind = "openai-compatible"',
            1,
            "providers.x.base_url",
            "expected the address of the server",
        ),
        (
            '[providers.x]\nkind = "openai"\nbase_url = "http://127.0.0.1:1/v1"',
            3,
            "providers.x.base_url",
            "local = true",
        ),
        (
            '[providers.x]\nkind = "openai"\nlocal = true\nbase_url = "http://169.254.169.254"',
            4,
            "providers.x.base_url",
            "metadata",
        ),
        (
            '[providers.x]\nkind = "openai"\nlocal = true\nbase_url = "http://localhost:3333/v1"',
            4,
            "providers.x.base_url",
            "the gateway's own address",
        ),
        ('[providers.x]\nkind = "openai"\nbase_url = 3', 3, "providers.x.base_url", "a text"),
        ('[providers.x]\nkind = "openai"\nlocal = 1', 3, "providers.x.local", "true or false"),
        ('[providers.x]\nkind = "openai"\nmodels = "m"', 3, "providers.x.models", "a list"),
        (
            '[providers.x]\nkind = "openai"\nmodels = ["practice/echo"]',
            3,
            "providers.x.models",
            "does not begin with",
        ),
        ('[providers.x]\nkind = "openai"\nmodels = [" "]', 3, "providers.x.models", "model name"),
        ('[providers.play]\nkind = "practice"', 2, "providers.play.kind", "built in, once"),
        ('[providers.practice]\nkind = "openai"', 2, "providers.practice.kind", "built in, once"),
        (
            '[providers.x]\nkind = "openai"\napi_key_env = "sk-live-key"',
            3,
            "providers.x.api_key_env",
            "not the key itself",
        ),
    ],
)
def test_faults_name_file_line_and_key(
    file: Path, text: str, line: int, key: str, expected: str
) -> None:
    error = refused(file, text)
    assert (error.file, error.line, error.key) == (str(file), line, key)
    assert str(error).startswith(f"{file}, line {line}: {key}: ")
    assert expected in error.message
    assert "sk-live" not in str(error)


def test_key_that_is_not_there(file: Path) -> None:
    text = '[providers.x]\nkind = "openai"\napi_key_env = "SOME_KEY"\n'
    loaded = load(file, text)
    assert loaded.settings.providers[0].accounts[0].api_key == ""
    assert loaded.warnings == (
        f"{file}, line 3: providers.x.api_key_env: the environment variable is not set, or empty, "
        "where the gateway was started; requests to this provider are refused",
    )
    assert load(file, text, {"SOME_KEY": " "}).warnings == loaded.warnings
    assert load(file, text + "enabled = false\n").warnings == ()
    error = refused(file, text, {"SOME_KEY": "sk-1\r\nX-Evil: 1"})
    assert "characters that no key has" in error.message
    assert "sk-1" not in str(error)


@pytest.mark.parametrize("kind", ["anthropic", "openai", "google", "groq", "openrouter"])
def test_a_vendor_without_a_key_is_told(file: Path, kind: str) -> None:
    table = f'[providers.x]\nkind = "{kind}"\n'
    (warning,) = load(file, table).warnings
    assert warning.startswith(f"{file}, line 1: providers.x.api_key_env: ")
    assert f'kind = "{kind}" needs' in warning
    assert load(file, f'{table}api_key_env = "K"\n', {"K": "sk-1"}).warnings == ()
    elsewhere = f'{table}base_url = "http://127.0.0.1:9"\nlocal = true\n'
    assert load(file, elsewhere).warnings == ()


def test_keys_in_the_file_are_not_taken_and_not_repeated(file: Path) -> None:
    loaded = load(file, '[providers.x]\nkind = "openai"\napi_key = "sk-secret"\n')
    assert loaded.settings.providers[0].accounts[0].api_key == ""
    assert "name a variable in api_key_env" in loaded.warnings[0]
    assert "sk-secret" not in repr(loaded)


def test_key_over_the_open_net_is_warned_about(file: Path) -> None:
    text = (
        '[providers.x]\nkind = "openai"\nbase_url = "http://api.example.com"\napi_key_env = "K"\n'
    )
    assert "unencrypted" in load(file, text, {"K": "sk-1"}).warnings[0]


def test_practice_can_be_switched_off_and_nothing_else(file: Path) -> None:
    loaded = load(
        file, '[providers.practice]\nkind = "practice"\nenabled = false\nmodels = ["m"]\n'
    )
    assert loaded.settings.providers == (
        Provider(name="practice", kind=ProviderKind.PRACTICE, enabled=False),
    )
    assert "does not use this" in loaded.warnings[0]


def test_secrets_do_not_show(file: Path) -> None:
    loaded = load(file, '[providers.x]\nkind = "openai"\napi_key_env = "K"\n', {"K": "sk-secret"})
    assert loaded.settings.providers[0].accounts[0].api_key == "sk-secret"
    assert "sk-secret" not in repr(loaded)


def test_ten_thousand_providers(file: Path) -> None:
    tables = [f'[providers.p{number}]\nkind = "openai"\nodd = 1\n' for number in range(10_000)]
    loaded = load(file, "".join(tables))
    assert len(loaded.settings.providers) == 10_000
    assert f"{file}, line 30000: providers.p9999.odd" in loaded.warnings[-2]


def test_a_key_in_the_vault_is_named_and_read_later(file: Path) -> None:
    loaded = load(file, '[providers.x]\nkind = "openai"\nvault = "openai/default"\n')
    account = loaded.settings.providers[0].accounts[0]
    assert (account.vault, account.api_key, account.api_key_env) == ("openai/default", "", "")
    assert loaded.warnings == ()
    open_net = '[providers.x]\nkind = "openai"\nbase_url = "http://api.example.com"\n'
    assert "unencrypted" in load(file, f'{open_net}vault = "openai/default"\n').warnings[0]


@pytest.mark.parametrize(
    "entry", ['"sk-live-0123456789"', '"a/b/c"', '"/x"', '"x/"', "7", '["a/b"]']
)
def test_an_entry_that_cannot_be(file: Path, entry: str) -> None:
    error = refused(file, f'[providers.x]\nkind = "openai"\nvault = {entry}\n')
    assert (error.line, error.key) == (3, "providers.x.vault")
    assert 'an entry of the vault, as in "openai/default"' in error.message
    assert "sk-live" not in str(error)


def test_a_key_lies_in_one_place(file: Path) -> None:
    text = '[providers.x]\nkind = "openai"\nvault = "openai/default"\napi_key_env = "K"\n'
    error = refused(file, text, {"K": "sk-1"})
    assert error.key == "providers.x.vault"
    assert "either vault or api_key_env" in error.message


def test_who_misspells_the_accounts_is_told_of_them(file: Path) -> None:
    text = '[providers.x]\nkind = "openai"\nvault = "a/b"\n'
    (warning,) = load(file, f'{text}[[providers.x.account]]\nname = "work"\n').warnings
    assert "providers.x.account: unknown setting" in warning
    assert warning.endswith(", accounts)")
