"""CLIs by their names."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import pytest

import llmgw_desktop
from llmgw_desktop.clis import agy, claude, codex, copilot, gemini, grok, mistral, opencode
from llmgw_desktop.clis.cli import Cli
from llmgw_desktop.clis.registry import NAMES, cli_of, program_of, variants
from llmgw_desktop.domain.cli import CliName, SessionWish
from llmgw_desktop.domain.jobs.run_errors import InvalidRun
from tests.clis.support import asked

pytestmark = pytest.mark.daily

USUAL = [
    claude.CLI,
    codex.CLI,
    gemini.CLI,
    grok.CLI,
    mistral.CLI,
    opencode.CLI,
    copilot.CLI,
]
ALL = [*USUAL, agy.CLI]


@pytest.mark.parametrize("cli", USUAL, ids=lambda cli: str(cli.name))
def test_each_is_found_by_its_name(cli: Cli) -> None:
    assert cli_of(cli.name) is cli
    assert next(variants(cli.name)) is cli


def test_all_of_them_are_there() -> None:
    assert {cli.name for cli in USUAL} == set(NAMES)
    assert [cli for name in NAMES for cli in variants(name) if cli not in USUAL] == [agy.CLI]


def test_nothing_outside_knows_one_by_its_name() -> None:
    """All facts of a CLI stand in its package; besides, one judges by default, and one has a tool
    of its own."""
    house = Path(llmgw_desktop.__file__).parent
    knowing = {
        path.relative_to(house).as_posix(): found
        for path in house.rglob("*.py")
        if path.parent.parent != house / "clis"
        and (found := re.findall(r"CliName\.([A-Z]+)", path.read_text("utf-8")))
    }
    assert knowing == {
        "engine/validation/service.py": ["CODEX"],
        "app/composition/mcp_assembly.py": ["CODEX"],
    }


def test_none_is_read_in_before_it_is_asked_for() -> None:
    script = (
        "import sys; from llmgw_desktop.clis.registry import cli_of, NAMES; cli_of(NAMES[1]);"
        " print(*sorted(m for m in sys.modules if m.count('.') == 2 and '.clis.' in m\n"
        " and hasattr(sys.modules[m], 'CLI')))"
    )
    done = subprocess.run(
        [sys.executable, "-c", script], capture_output=True, text=True, check=True
    )
    assert done.stdout.split() == ["llmgw_desktop.clis.codex"]


@pytest.mark.parametrize(
    ("command", "found"),
    [
        ("", gemini.CLI),
        ("gemini", gemini.CLI),
        ("/usr/bin/gemini", gemini.CLI),
        ("agy", agy.CLI),
        ("/home/user/.local/bin/agy", agy.CLI),
        ("C:\\tools\\AGY.EXE", agy.CLI),
        ("/opt/agy/gemini", gemini.CLI),
    ],
)
def test_the_command_in_use_decides(command: str, found: Cli) -> None:
    assert cli_of(CliName.GEMINI, command) is found


def test_another_s_command_changes_nothing() -> None:
    assert cli_of(CliName.GROK, "agy") is grok.CLI


@pytest.mark.parametrize(
    ("command", "name"), [("vibe", "vibe"), ("/a/b.cmd", "b"), ("D:/x/y.exe", "y"), ("", "")]
)
def test_the_bare_name_of_a_command(command: str, name: str) -> None:
    assert program_of(command) == name


@pytest.mark.parametrize("cli", ALL, ids=lambda cli: str(cli.commands[-1]))
def test_what_each_of_them_has(cli: Cli) -> None:
    names = [option.name for option in cli.options]
    assert len(names) == len(set(names))
    assert cli.contract_version
    assert cli.version[0] in cli.flags
    assert cli.sign_in.command[0] in cli.commands
    assert cli.sign_in.command[0] in cli.sign_in.guidance
    assert cli.unlisted_flags <= cli.flags
    assert cli.plan(asked(cli.name)).command in cli.commands
    assert all(option.meaning.endswith(".") for option in cli.options)
    end = cli.reader(asked(cli.name)).finish(1, "")[-1]
    assert not end.ok  # type: ignore[union-attr]


@pytest.mark.parametrize("cli", ALL, ids=lambda cli: str(cli.commands[-1]))
@pytest.mark.parametrize("prompt", ["--help", "-", "$(id)", "`id`", "{folder}/x", "a\nb", "🙂"])
def test_a_prompt_is_never_a_flag(cli: Cli, prompt: str) -> None:
    if cli is agy.CLI and "{folder}" in prompt:
        with pytest.raises(InvalidRun):
            cli.plan(asked(cli.name, prompt))
        return
    plan = cli.plan(asked(cli.name, prompt))
    said = [plan.stdin or b"", *(file.content for file in plan.files)]
    if cli is agy.CLI:
        assert f"--print={prompt}" in plan.arguments
    else:
        assert prompt.encode() in said
        assert plan.arguments == cli.plan(asked(cli.name, "x")).arguments


@pytest.mark.parametrize("cli", ALL, ids=lambda cli: str(cli.commands[-1]))
def test_a_reader_for_a_resumed_run_is_made_too(cli: Cli) -> None:
    wish = asked(cli.name, session=SessionWish.CONTINUE, working_dir="/w")
    assert cli.reader(wish).feed(b"") == []
