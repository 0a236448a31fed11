"""`[clis.NAME]`: what is said of vendors' CLIs, and what is refused."""

from pathlib import Path

import pytest

from llmgw_desktop.domain.cli import CliName
from llmgw_desktop.domain.jobs.cli_settings import CliSettings
from llmgw_desktop.domain.provider import CredentialKind, ProviderKind
from tests.store.config.settings_files import load, refused


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "config.toml"


def test_all_clis_are_there_without_a_word(file: Path) -> None:
    settings = load(file, "").settings
    assert settings.clis == tuple(CliSettings(name=name) for name in CliName)
    names = [each.name for each in settings.everyone]
    assert names == [f"{name}-cli" for name in CliName]
    claude = settings.everyone[0]
    assert (claude.kind, claude.models) == (ProviderKind.CLI, ("default",))
    assert claude.credential_of(claude.accounts[0]) is CredentialKind.SIGN_IN


def test_one_is_said_otherwise(file: Path) -> None:
    text = """
        [clis.codex]
        command = "/opt/codex/bin/codex"
        env = { OPENAI_BASE_URL = "http://127.0.0.1:3333/v1", OPENAI_API_KEY = "sk-here" }
        default_model = "gpt-5.5"
        models = ["gpt-5.5", "gpt-5.5-mini"]
        max_running = 2
        vault = "codex.work"
        enabled = false
        """
    loaded = load(file, text)
    assert loaded.warnings == ()
    codex = next(each for each in loaded.settings.clis if each.name is CliName.CODEX)
    assert codex == CliSettings(
        name=CliName.CODEX,
        command="/opt/codex/bin/codex",
        env={"OPENAI_BASE_URL": "http://127.0.0.1:3333/v1", "OPENAI_API_KEY": "sk-here"},
        default_model="gpt-5.5",
        models=("gpt-5.5", "gpt-5.5-mini"),
        max_running=2,
        vault="codex.work",
        enabled=False,
    )
    assert loaded.settings.limits.of_cli == {CliName.CODEX: 2}
    assert loaded.settings.api_keys == ("sk-here",)
    assert "sk-here" not in repr(loaded.settings)


def test_a_stranger_is_warned_of(file: Path) -> None:
    loaded = load(file, "[clis.clippy]\nenabled = true\n[clis.grok]\ncolour = 1\n")
    assert [warning.split("line ")[1] for warning in loaded.warnings] == [
        "1: clis.clippy: unknown CLI, ignored (known: claude, codex, gemini, grok, mistral, "
        "opencode, copilot)",
        "4: clis.grok.colour: unknown setting, ignored (known here: command, env, default_model, "
        "models, max_running, limit_wait, snapshot, vault, contain, network, readable,"
        " writable, enabled)",
    ]


@pytest.mark.parametrize(
    ("line", "key", "expected"),
    [
        ('command = "bin/claude"', "command", "absolute path"),
        ('command = "-rf"', "command", "absolute path"),
        ("command = 1", "command", "text"),
        ('default_model = "--danger"', "default_model", "name of a model"),
        ('models = ["a b", "--x"]', "models", "a model's name"),
        ("max_running = 0", "max_running", "1 to 1000"),
        ("env = 1", "env", "table of environment variables"),
        ('env = { "A B" = "1" }', "env", '"A B" is no name'),
        ("env = { A = 1 }", "env", "what A holds"),
        ('env = { LLMGW_HOME = "/x" }', "env", "the gateway's own"),
        ('env = { A = "\\u0000" }', "env", "what A holds"),
        ('vault = "codex/auth.json"', "vault", "sign-in files of the vault"),
        ('vault = ""', "vault", "sign-in files of the vault"),
        ("vault = 1", "vault", "sign-in files of the vault"),
        ('vault = "sk-0123456789abcdefghij"', "vault", "sign-in files of the vault"),
        ('enabled = "yes"', "enabled", "true or false"),
    ],
)
def test_what_cannot_be_is_refused_with_its_place(
    file: Path, line: str, key: str, expected: str
) -> None:
    error = refused(file, f"[clis.claude]\n{line}\n")
    assert error.line == 2
    assert error.key == f"clis.claude.{key}"
    assert expected in str(error)


def test_nobody_else_may_have_a_clis_name(file: Path) -> None:
    error = refused(file, '[providers.claude-cli]\nkind = "openai"\n')
    assert "built in" in str(error)
    assert error.key == "providers.claude-cli.kind"
    assert "cli" not in str(refused(file, '[providers.x]\nkind = "cli"\n')).split("expected")[1]


def test_routes_and_aliases_may_name_one(file: Path) -> None:
    text = """
        [aliases]
        agent = "claude-cli/sonnet"
        [[routes]]
        name = "to the CLI"
        match = { model = "claude-*" }
        to = ["claude-cli", "codex-cli:gpt-5.5"]
        """
    settings = load(file, text).settings
    assert [target.provider for target in settings.routes[0].to] == ["claude-cli", "codex-cli"]
    assert settings.aliases[0].to == ("claude-cli/sonnet",)


def test_no_plain_name_leads_to_a_cli(file: Path) -> None:
    text = '[clis.claude]\nmodels = ["sonnet"]\n[aliases]\nmine = "sonnet"\n'
    assert "leads nowhere" in str(refused(file, text))
