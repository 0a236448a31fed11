"""Several accounts of one provider: what they become, and what is said of their faults."""

from pathlib import Path

import pytest

from llmgw_desktop.domain.provider import Account
from tests.store.config.settings_files import load, refused

HEAD = '[providers.x]\nkind = "openai"\n'


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "config.toml"


def test_accounts_are_read_in_their_order(file: Path) -> None:
    text = f"""{HEAD}
        [[providers.x.accounts]]
        name = "work"
        api_key_env = "WORK"
        weight = 3
        [[providers.x.accounts]]
        name = "home"
        vault = "openai/home"
        priority = 2
        enabled = false
        """
    loaded = load(file, text, {"WORK": "sk-1"})
    assert loaded.warnings == ()
    assert loaded.settings.providers[0].accounts == (
        Account(name="work", api_key="sk-1", api_key_env="WORK", weight=3),
        Account(name="home", vault="openai/home", priority=2, enabled=False),
    )
    assert loaded.settings.api_keys == ("sk-1", "")


def test_a_key_beside_the_accounts_is_one_of_them(file: Path) -> None:
    text = f'{HEAD}api_key_env = "OWN"\n[[providers.x.accounts]]\nname = "b"\napi_key_env = "B"\n'
    found = load(file, text, {"OWN": "sk-1", "B": "sk-2"}).settings.providers[0].accounts
    assert [(each.name, each.api_key) for each in found] == [("default", "sk-1"), ("b", "sk-2")]


@pytest.mark.parametrize(
    ("text", "line", "key", "expected"),
    [
        ("accounts = []", 3, "providers.x.accounts", "expected 1 to 200 accounts"),
        ("accounts = 3", 3, "providers.x.accounts", "expected tables"),
        ("[[providers.x.accounts]]", 3, "providers.x.accounts[0].name", "small letters"),
        ('accounts = [{name = "A b"}]', 3, "providers.x.accounts[0].name", "small letters"),
        (
            '[[providers.x.accounts]]\nname = "a"\n[[providers.x.accounts]]\nname = "a"',
            6,
            "providers.x.accounts[1].name",
            "earlier account",
        ),
        (
            'api_key_env = "K"\n[[providers.x.accounts]]\nname = "default"',
            4,
            "providers.x.accounts",
            'is the account "default"',
        ),
        (
            '[[providers.x.accounts]]\nname = "a"\nweight = 0',
            5,
            "providers.x.accounts[0].weight",
            "from 1 to 1000",
        ),
        (
            '[[providers.x.accounts]]\nname = "a"\nvault = "openai"',
            5,
            "providers.x.accounts[0].vault",
            '"openai/default"',
        ),
        (
            '[[providers.x.accounts]]\nname = "a"\napi_key_env = "sk-live-key"',
            5,
            "providers.x.accounts[0].api_key_env",
            "not the key itself",
        ),
    ],
)
def test_faults_name_file_line_and_key(
    file: Path, text: str, line: int, key: str, expected: str
) -> None:
    error = refused(file, f"{HEAD}{text}\n")
    assert (error.file, error.line, error.key) == (str(file), line, key)
    assert expected in error.message
    assert "sk-live" not in str(error)


def test_an_account_without_its_key_is_told_with_its_line(file: Path) -> None:
    text = f'{HEAD}[[providers.x.accounts]]\nname = "a"\napi_key_env = "GONE"\n'
    (warning,) = load(file, text).warnings
    assert warning.startswith(f"{file}, line 5: providers.x.accounts[0].api_key_env: ")
    assert warning.endswith("requests to this account are refused")
    assert load(file, f"{text}enabled = false\n").warnings == ()


def test_keys_and_unknown_settings_are_told_and_not_repeated(file: Path) -> None:
    text = f'{HEAD}[[providers.x.accounts]]\nname = "a"\nvault = "o/a"\napi_key = "sk-s"\nodd = 1\n'
    warnings = load(file, text).warnings
    assert "name a variable in api_key_env" in warnings[0]
    assert "providers.x.accounts[0].odd: unknown setting" in warnings[1]
    assert "sk-s" not in repr(warnings)
