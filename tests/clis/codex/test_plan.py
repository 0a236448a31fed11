from __future__ import annotations

import tomllib
from typing import Any

import orjson
import pytest

from llmgw_desktop.clis.codex import CLI
from llmgw_desktop.clis.codex.plan import as_setting
from llmgw_desktop.domain.cli import (
    CliName,
    CliRequest,
    NamedPath,
    SessionWish,
)
from llmgw_desktop.domain.jobs.run_errors import InvalidRun
from tests.clis.support import SESSION, asked

ALWAYS = {"--json", "--skip-git-repo-check", "--config=check_for_update_on_startup=false"}
RESUME = {"session": SessionWish.RESUME, "session_id": SESSION}
FORK = {"session": SessionWish.FORK, "session_id": SESSION}


def request(**options: Any) -> CliRequest:
    return asked(CliName.CODEX, options=options)


def goes_on(**options: Any) -> CliRequest:
    return asked(CliName.CODEX, options=options, **RESUME)


def added(of: CliRequest) -> tuple[str, ...]:
    """What is not always asked for."""
    return tuple(each for each in CLI.plan(of).arguments if each not in ALWAYS)


def test_what_is_always_asked_for() -> None:
    assert set(CLI.plan(request()).arguments) > ALWAYS
    assert set(CLI.plan(goes_on()).arguments) > ALWAYS


@pytest.mark.parametrize(
    ("options", "arguments"),
    [
        ({}, ()),
        ({"outputFormat": "text"}, ()),
        ({"sandboxMode": "read-only"}, ("--sandbox=read-only",)),
        ({"fullAuto": True}, ("--sandbox=workspace-write",)),
        ({"fullAuto": True, "useLegacyFullAutoFlag": True}, ("--sandbox=workspace-write",)),
        ({"fullAuto": True, "sandboxMode": "workspace-write"}, ("--sandbox=workspace-write",)),
        (
            {"dangerouslyBypassApprovalsAndSandbox": True},
            ("--dangerously-bypass-approvals-and-sandbox",),
        ),
        ({"images": ["a.png", "/b.png"]}, ("--image=a.png", "--image=/b.png")),
        ({"enable": ["a"], "disable": ["b"]}, ("--enable=a", "--disable=b")),
        ({"oss": True, "localProvider": "ollama"}, ("--oss", "--local-provider=ollama")),
        ({"color": "never"}, ("--color=never",)),
        ({"outputSchema": "/schema.json"}, ("--output-schema=/schema.json",)),
        ({"outputSchema": {"type": "object"}}, ("--output-schema={folder}/output-schema.json",)),
        ({"configOverrides": {"a.b": "high", "c": "1"}}, ("--config=a.b=high", "--config=c=1")),
        (
            {"configOverrides": {"a": True, "b": [1, "x"], "c": {"d e": 0.5}}},
            ("--config=a=true", '--config=b=[1,"x"]', '--config=c={"d e"=0.5}'),
        ),
        ({"addDir": ["/one"]}, ("--add-dir=/one",)),
    ],
)
def test_fields_become_arguments(options: dict[str, Any], arguments: tuple[str, ...]) -> None:
    assert added(request(**options)) == ("exec", *arguments, "--", "-")


@pytest.mark.parametrize(
    ("options", "before"),
    [
        ({"askForApproval": "never"}, ("--ask-for-approval=never",)),
        ({"search": True}, ("--search",)),
    ],
)
@pytest.mark.parametrize("session", [{}, RESUME])
def test_what_stands_before_the_subcommand(
    options: dict[str, Any], before: tuple[str, ...], session: dict[str, Any]
) -> None:
    arguments = added(asked(CliName.CODEX, options=options, **session))
    assert arguments[: len(before) + 1] == (*before, "exec")


@pytest.mark.parametrize(
    ("fields", "arguments"),
    [
        (RESUME, ("exec", "resume", "--", SESSION, "-")),
        (
            {"session": SessionWish.CONTINUE, "working_dir": "/w"},
            ("exec", "resume", "--last", "--", "-"),
        ),
        (FORK, ("exec", "fork", "--", SESSION, "-")),
    ],
)
def test_sessions(fields: dict[str, Any], arguments: tuple[str, ...]) -> None:
    assert added(asked(CliName.CODEX, **fields)) == arguments


def test_what_goes_on_has_its_sandbox_by_settings() -> None:
    arguments = added(goes_on(sandboxMode="read-only", addDir=['/a "b"']))
    assert arguments[2:4] == (
        '--config=sandbox_mode="read-only"',
        '--config=sandbox_workspace_write.writable_roots=["/a \\"b\\""]',
    )


@pytest.mark.parametrize(
    ("options", "field"),
    [
        ({"sandboxMode": "none"}, "sandboxMode"),
        ({"fullAuto": True, "sandboxMode": "read-only"}, "fullAuto"),
        (
            {"dangerouslyBypassApprovalsAndSandbox": True, "sandboxMode": "read-only"},
            "dangerouslyBypassApprovalsAndSandbox",
        ),
        (
            {"dangerouslyBypassApprovalsAndSandbox": True, "fullAuto": True},
            "dangerouslyBypassApprovalsAndSandbox",
        ),
        ({"askForApproval": "untrusted"}, "askForApproval"),
        ({"configOverrides": {"sandbox_mode": "danger-full-access"}}, "configOverrides"),
        ({"configOverrides": {"a=b": "c"}}, "configOverrides"),
        ({"configOverrides": {"": "c"}}, "configOverrides"),
        ({"configOverrides": {"a\n": "c"}}, "configOverrides"),
        ({"configOverrides": {"a": "b\nsandbox_mode = 1"}}, "configOverrides"),
        ({"configOverrides": {"a": None}}, "configOverrides"),
        ({"configOverrides": {"a": [None]}}, "configOverrides"),
        ({"configOverrides": {"a": object()}}, "configOverrides"),
        ({"configOverrides": {"a": float("nan")}}, "configOverrides"),
        ({"configOverrides": {"a": "x" * 140_000}}, "configOverrides"),
        ({"outputSchema": "{no"}, "outputSchema"),
        ({"outputSchema": {"a": "\ud83d"}}, "outputSchema"),
        ({"outputSchema": "--x"}, "outputSchema"),
        ({"outputSchema": "{folder}/x"}, "outputSchema"),
        ({"outputSchema": "a/{folder}/x"}, "outputSchema"),
        ({"images": ["-a.png"]}, "images"),
    ],
)
def test_what_cannot_be_asked_is_refused(options: dict[str, Any], field: str) -> None:
    with pytest.raises(InvalidRun) as refused:
        CLI.plan(request(**options))
    assert refused.value.field == field


@pytest.mark.parametrize(
    ("options", "field"),
    [
        ({"profile": "p"}, "profile"),
        ({"oss": True}, "oss"),
        ({"localProvider": "ollama"}, "localProvider"),
        ({"color": "never"}, "color"),
    ],
)
def test_what_only_new_sessions_take_is_refused_for_others(
    options: dict[str, Any], field: str
) -> None:
    with pytest.raises(InvalidRun) as refused:
        CLI.plan(goes_on(**options))
    assert refused.value.field == field


def test_a_new_session_has_an_id_of_the_clis_own() -> None:
    with pytest.raises(InvalidRun) as refused:
        CLI.plan(asked(CliName.CODEX, session_id=SESSION))
    assert refused.value.field == "sessionId"


def test_a_schema_of_any_length_becomes_a_file() -> None:
    schema = {"description": "é" * 200_000}
    (file,) = CLI.plan(request(outputSchema=schema)).files
    assert (file.name, orjson.loads(file.content)) == ("output-schema.json", schema)
    assert CLI.plan(request(outputSchema="s.json")).needs == (
        NamedPath(field="outputSchema", path="s.json"),
    )


@pytest.mark.parametrize(
    ("options", "changes"),
    [
        ({}, True),
        ({"sandboxMode": "read-only"}, False),
        ({"sandboxMode": "workspace-write"}, True),
        ({"sandboxMode": "read-only", "outputLastMessage": "/a.txt"}, True),
    ],
)
def test_only_a_closed_sandbox_changes_nothing(options: dict[str, Any], changes: bool) -> None:
    assert CLI.plan(request(**options)).changes_files is changes


@pytest.mark.parametrize(
    "value", [True, 3, -1.5, 'a "b" \x7f\\ é', ["a", [1, 2]], {"a b": {"c": [True]}, "d": ""}]
)
def test_settings_are_toml(value: object) -> None:
    assert tomllib.loads(f"x = {as_setting(value)}") == {"x": value}
