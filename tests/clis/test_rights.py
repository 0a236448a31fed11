"""Every field of every CLI has its place in the table of rights."""

import pytest

from llmgw_desktop.clis.agy import CLI as AGY
from llmgw_desktop.clis.checks import in_safe_mode
from llmgw_desktop.clis.cli import Cli
from llmgw_desktop.clis.registry import NAMES, cli_of
from llmgw_desktop.domain.cli import CliName, CliRequest

CLIS = (*map(cli_of, NAMES), AGY)
NAMED_PATHS = ("dir", "file", "path", "folder", "socket", "plugin", "setting", "config", "attach")
"""In a field's name or its meaning: it may name something of this computer."""
NOT_OF_THIS_COMPUTER = {
    ("codex", "strictConfig"),
    ("copilot", "allowAllPaths"),
    ("copilot", "disallowTempDir"),
    ("copilot", "trustFolder"),
    ("opencode", "pure"),
    ("mistral", "trust"),
    ("gemini", "skipTrust"),
    ("claude", "bare"),
    ("claude", "strictMcpConfig"),
    ("codex", "ignoreUserConfig"),
    ("codex", "sandboxMode"),
    ("gemini", "systemPrompt"),
    ("grok", "permissionMode"),
}
"""Fields whose words speak of such things and that name none."""


def command(cli: Cli) -> str:
    return cli.commands[0]


@pytest.mark.parametrize("cli", CLIS, ids=command)
def test_every_field_has_its_place_and_one_alone(cli: Cli) -> None:
    rights = cli.rights
    assert [each.name for each in cli.options if not rights.knows(each.name)] == []
    known = {each.name for each in cli.options}
    for kind in (rights.auto, rights.widens, rights.reaches, rights.plain, rights.says):
        assert kind - known <= {"resumeLatest", "continueSession", "forkSession"}
    assert not rights.plain & (rights.widens | rights.reaches | rights.auto | {rights.mode})
    assert rights.folders <= rights.reaches


@pytest.mark.parametrize("cli", CLIS, ids=command)
def test_what_takes_a_path_or_settings_reaches(cli: Cli) -> None:
    rights = cli.rights
    common = {
        "workingDir",
        "sessionId",
        "resumeLatest",
        "continueSession",
        "promptParts",
        "forkSession",
    }
    silent = [
        each.name
        for each in cli.options
        if each.name not in common
        and (cli.name.value, each.name) not in NOT_OF_THIS_COMPUTER
        and any(word in f"{each.name} {each.meaning}".lower() for word in NAMED_PATHS)
        and each.name not in rights.reaches | rights.texts_reach
    ]
    assert silent == []


@pytest.mark.parametrize("cli", CLIS, ids=command)
def test_a_managed_run_that_says_nothing_is_in_the_safe_mode(cli: Cli) -> None:
    options = in_safe_mode(cli.rights, {})
    for name, value in cli.rights.safe.items():
        assert options[name] == value
    if cli is not AGY:
        assert cli.plan(CliRequest(cli=cli.name, prompt="hi", options=options)).arguments


def test_a_field_that_nobody_knows_is_held_back() -> None:
    rights = cli_of(CliName.CLAUDE).rights
    assert rights.is_wide("newest", True)
    assert rights.is_reaching("newest", "x")
    assert not rights.is_wide("newest", False)


def test_a_narrower_mode_stays() -> None:
    assert (
        in_safe_mode(cli_of(CliName.CLAUDE).rights, {"permissionMode": "plan"})["permissionMode"]
        == "plan"
    )
    assert in_safe_mode(cli_of(CliName.COPILOT).rights, {"mode": "plan"}) == {"mode": "plan"}
    assert in_safe_mode(cli_of(CliName.CODEX).rights, {"fullAuto": True}) == {"fullAuto": True}


def test_a_schema_that_is_a_files_name_reaches() -> None:
    rights = cli_of(CliName.CODEX).rights
    assert rights.is_reaching("outputSchema", "/etc/passwd")
    assert not rights.is_reaching("outputSchema", '{"type": "object"}')
    assert not rights.is_reaching("outputSchema", {"type": "object"})


@pytest.mark.parametrize("cli", CLIS[:-1], ids=command)
def test_what_was_approved_can_be_planned(cli: Cli) -> None:
    """Each switch by which everything is allowed, as a managed run would be asked for it."""
    rights = cli.rights
    for option in cli.options:
        if option.name in rights.widens & rights.says and option.schema.get("type") == "boolean":
            options = in_safe_mode(cli.rights, {option.name: True})
            assert options == {option.name: True}
            assert cli.plan(CliRequest(cli=cli.name, prompt="hi", options=options)).arguments
