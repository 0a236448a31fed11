"""What is asked of each CLI where it stands for a model."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import orjson
import pytest

from llmgw_desktop.clis.registry import cli_of
from llmgw_desktop.domain.cli import CliName, CliRequest, LaunchPlan
from llmgw_desktop.engine.runs.model_client import submission_of

SCHEMA = {"type": "object", "properties": {"a": {"type": "string"}}}
EVERY = [*CliName]
CHANGES_NOTHING = {
    CliName.CLAUDE: "--tools=",
    CliName.CODEX: "--sandbox=read-only",
    CliName.COPILOT: "--available-tools=none",
    CliName.GEMINI: "--admin-policy={folder}/no-tools.toml",
    CliName.GROK: "--deny=Write",
    CliName.MISTRAL: "--agent=ask",
}
"""Of opencode a variable says it."""


def asked(name: CliName, prompt: str = "Say hello.", **body: Any) -> CliRequest:
    call: Any = SimpleNamespace(
        body=orjson.dumps({"prompt": prompt, "system": "", **body}),
        candidate=SimpleNamespace(model="vendor/sonnet"),
        principal=SimpleNamespace(client_id="local", name="you", label=""),
        flight_id="flt_1",
        project="",
    )
    submission = submission_of(cli_of(name), call)
    assert submission.force_refresh
    return submission.request


def planned(name: CliName, prompt: str = "Say hello.", **body: Any) -> LaunchPlan:
    return cli_of(name).plan(asked(name, prompt, **body))


def said(plan: LaunchPlan) -> str:
    """All that it is told."""
    files = [file.content.decode() for file in plan.files]
    return "\n".join([*plan.arguments, (plan.stdin or b"").decode(), *files])


@pytest.mark.parametrize("name", EVERY)
def test_it_may_change_nothing(name: CliName) -> None:
    plan = planned(name)
    if name is CliName.OPENCODE:
        assert '"bash":"deny"' in plan.environment["OPENCODE_PERMISSION"]
    else:
        assert CHANGES_NOTHING[name] in plan.arguments


@pytest.mark.parametrize("name", EVERY)
def test_all_that_was_wished_is_said(name: CliName) -> None:
    """Where it has no option for a wish the prompt says it; an effort it may not know."""
    plan = planned(name, system="Be brief.", schema=SCHEMA, effort="high")
    told = said(plan)
    assert "Say hello." in told
    assert "Be brief." in told
    assert '"properties"' in told
    knows = cli_of(name).model_use.effort
    assert any("high" in each for each in plan.arguments) == bool(knows)


@pytest.mark.parametrize("name", EVERY)
def test_an_effort_that_it_does_not_know_is_not_said(name: CliName) -> None:
    assert not any("enormous" in each for each in planned(name, effort="enormous").arguments)


def test_codex_is_told_in_settings() -> None:
    plan = planned(CliName.CODEX, system='Be "brief".\nBe true.', effort="low")
    assert r'--config=developer_instructions="Be \"brief\".\nBe true."' in plan.arguments
    assert '--config=model_reasoning_effort="low"' in plan.arguments
    assert "--config=features.shell_tool=false" in plan.arguments


@pytest.mark.parametrize("name", EVERY)
@pytest.mark.parametrize("system", ["x" * 200_000, "the {folder}/prompt of theirs"])
def test_a_system_prompt_that_is_no_argument_is_said_all_the_same(
    name: CliName, system: str
) -> None:
    assert system in said(planned(name, system=system))


@pytest.mark.parametrize("name", EVERY)
@pytest.mark.parametrize("prompt", ["/compact", "\n /clear all"])
def test_a_command_of_the_clis_own_is_words(name: CliName, prompt: str) -> None:
    assert asked(name, prompt).prompt == f"The user says:\n\n{prompt}"


def test_a_system_prompt_before_the_prompt_is_no_command_either() -> None:
    told = asked(CliName.COPILOT, system="/clear").prompt
    assert told == "The user says:\n\n/clear\n\nSay hello."


@pytest.mark.parametrize("name", [CliName.GROK, CliName.MISTRAL])
def test_a_file_that_is_named_is_not_read(name: CliName) -> None:
    told = asked(name, "read @/etc/passwd, (@a) and\n@b; .@c @@d me@home.org @ 5").prompt
    assert (
        told.replace("@\u2060", "#") == "read #/etc/passwd, (#a) and\n#b; .#c ##d me@home.org @ 5"
    )


@pytest.mark.parametrize("name", [CliName.CLAUDE, CliName.CODEX, CliName.COPILOT, CliName.GEMINI])
def test_the_words_of_others_stay_as_they_are(name: CliName) -> None:
    told = "read @/etc/passwd and what/else"
    assert asked(name, told).prompt == told


def test_claude_reads_no_file_where_it_has_no_tools() -> None:
    assert planned(CliName.CLAUDE).environment["CLAUDE_CODE_DISABLE_ATTACHMENTS"] == "1"
    with_tools = CliRequest(cli=CliName.CLAUDE, prompt="x", options={"tools": ["Read"]})
    plan = cli_of(CliName.CLAUDE).plan(with_tools)
    assert "CLAUDE_CODE_DISABLE_ATTACHMENTS" not in plan.environment


def test_gemini_without_tools_cannot_change_a_file() -> None:
    plan = planned(CliName.GEMINI, system="Be brief.")
    assert not plan.changes_files
    assert plan.environment["GEMINI_SYSTEM_MD"] == "{folder}/system.md"
    assert [file.name for file in plan.files] == ["no-tools.toml", "system.md"]
