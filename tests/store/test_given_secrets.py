"""A key may lie in a file: which one counts, and what is said where it cannot be read."""

from __future__ import annotations

from pathlib import Path

import pytest

from llmgw_desktop.app.vault.finds import look_around
from llmgw_desktop.domain.errors import ConfigError
from llmgw_desktop.domain.vault import VaultLocked
from llmgw_desktop.store.settings.reader import settings_of
from llmgw_desktop.store.system_keyring import given_secret, known_secret
from llmgw_desktop.store.vault.master_key import MasterKeys

KEY = "sk-file-0123456789abcdefghijklmnop"
BEARER = "Aa0-" * 12


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "openai"
    path.write_text(f"\ufeff{KEY}\r\n", "utf-8")
    return path


def test_the_variable_then_its_file_then_the_credential(file: Path, tmp_path: Path) -> None:
    folder = tmp_path / "credentials"
    folder.mkdir()
    (folder / "X_KEY").write_text("of systemd\n")
    env = {"CREDENTIALS_DIRECTORY": str(folder)}
    assert given_secret(env, "X_KEY") == "of systemd"
    env["X_KEY_FILE"] = str(file)
    assert given_secret(env, "X_KEY") == KEY
    env["X_KEY"] = " said "
    assert given_secret(env, "X_KEY") == "said"
    assert given_secret(env, "OTHER") == ""
    assert given_secret(env, "../credentials/X_KEY") == ""
    assert given_secret({}, "X_KEY") == ""


@pytest.mark.parametrize("content", [b"", b" \n", b"\xff\xfe\x00", b"k" * 70_000, None])
def test_a_file_without_a_key_is_one_sentence(tmp_path: Path, content: bytes | None) -> None:
    path = tmp_path / "key"
    if content is not None:
        path.write_bytes(content)
    env = {"X_KEY_FILE": str(path)}
    with pytest.raises(ConfigError, match="environment: X_KEY_FILE: ") as caught:
        given_secret(env, "X_KEY")
    assert str(path) in str(caught.value)
    assert len(str(caught.value)) < 400
    assert known_secret(env, "X_KEY") == ""


def test_a_folder_or_a_name_that_is_none_is_one_sentence(tmp_path: Path) -> None:
    for named in (str(tmp_path), "a\0b"):
        with pytest.raises(ConfigError, match="X_KEY_FILE"):
            given_secret({"X_KEY_FILE": named}, "X_KEY")


PROVIDER = b'[providers.work]\nkind = "openai"\napi_key_env = "WORK_KEY"\n'


def test_a_providers_key_lies_in_a_file(file: Path) -> None:
    loaded = settings_of("config.toml", PROVIDER, {"WORK_KEY_FILE": str(file)})
    (provider,) = loaded.settings.providers
    assert provider.accounts[0].api_key == KEY
    assert KEY in loaded.settings.api_keys  # so it is masked wherever it is met
    assert not loaded.warnings


def test_a_providers_file_that_is_missing_is_a_warning_and_the_others_are_used(
    tmp_path: Path,
) -> None:
    loaded = settings_of("config.toml", PROVIDER, {"WORK_KEY_FILE": str(tmp_path / "gone")})
    assert loaded.settings.providers[0].accounts[0].api_key == ""
    assert any("WORK_KEY_FILE" in each and "gone" in each for each in loaded.warnings)


def test_the_static_token_lies_in_a_file(tmp_path: Path) -> None:
    path = tmp_path / "token"
    path.write_text(f"{BEARER}\n")
    env = {"LLM_GATEWAY_AUTH_TOKEN_FILE": str(path)}
    assert settings_of("config.toml", b"", env).settings.access.bearer == BEARER
    path.unlink()
    with pytest.raises(ConfigError, match="LLM_GATEWAY_AUTH_TOKEN_FILE"):
        settings_of("config.toml", b"", env)  # nobody serves without the token that was meant


def test_the_master_key_lies_in_a_file(tmp_path: Path) -> None:
    path = tmp_path / "master"
    path.write_text(f"{'ab' * 32}\n")
    keys = MasterKeys({"LLM_GATEWAY_MASTER_KEY_FILE": str(path)}, tmp_path)
    assert keys.given() == bytes.fromhex("ab" * 32)
    path.unlink()
    with pytest.raises(VaultLocked, match="LLM_GATEWAY_MASTER_KEY_FILE"):
        keys.given()


def test_keys_in_files_are_found_for_the_vault(file: Path, tmp_path: Path) -> None:
    finds = look_around(tmp_path, {"OPENAI_API_KEY_FILE": str(file)})
    assert [each.entry.secret for each in finds.found] == [KEY.encode()]
