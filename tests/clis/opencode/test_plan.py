"""How opencode is asked."""

from __future__ import annotations

from typing import Any

import orjson
import pytest

from llmgw_desktop.clis.opencode import CLI
from llmgw_desktop.clis.opencode.reader import LOGS
from llmgw_desktop.domain.cli import SessionWish
from llmgw_desktop.domain.jobs.run_errors import InvalidRun
from tests.clis.support import added, added_by, asked

ID = "ses_e044eb816ffeu0Ns7T9eTf8CZx"
FIELDS: list[tuple[dict[str, Any], list[str]]] = [
    ({"permissionMode": "default"}, []),
    ({"permissionMode": "acceptEdits"}, []),
    ({"permissionMode": "plan"}, ["--agent=plan"]),
    ({"permissionMode": "bypassPermissions"}, ["--auto"]),
    ({"agent": "build"}, ["--agent=build"]),
    ({"variant": "high"}, ["--variant=high"]),
    ({"title": "a title"}, ["--title=a title"]),
    ({"files": ["/a", "/b"]}, ["--file=/a", "--file=/b"]),
    ({"command": "review"}, ["--command=review"]),
    ({"pure": True}, ["--pure"]),
    ({"outputFormat": "text"}, []),
    ({"outputFormat": "json"}, []),
]


def rules(**options: Any) -> dict[str, str]:
    plan = CLI.plan(asked(CLI.name, options=options))
    return dict(orjson.loads(plan.environment.get("OPENCODE_PERMISSION", "{}")))


def test_a_plain_run() -> None:
    plan = CLI.plan(asked(CLI.name, "- say\npong"))
    assert plan.command == "opencode"
    assert plan.arguments == ("run", "--format=json", "--thinking", *LOGS)
    assert plan.stdin == b"- say\npong"
    assert plan.environment["OPENCODE_DISABLE_AUTOUPDATE"] == "1"
    assert plan.output_format == "json"
    assert not plan.changes_files


@pytest.mark.parametrize(("options", "arguments"), FIELDS, ids=[str(each) for each, _ in FIELDS])
def test_each_field_becomes_its_arguments(options: dict[str, Any], arguments: list[str]) -> None:
    assert added(CLI, **options) == arguments


def test_all_fields_are_tried() -> None:
    elsewhere = {"sessionId", "resumeLatest", "forkSession", "workingDir"}
    assert {option.name for option in CLI.options} == {
        n for each, _ in FIELDS for n in each
    } | elsewhere
    assert {option.flag for option in CLI.options if option.flag} <= CLI.flags


@pytest.mark.parametrize("mode", ["default", "plan"])
def test_unless_asked_it_reads_and_does_nothing_else(mode: str) -> None:
    held = rules(permissionMode=mode)
    assert next(iter(held)) == "*"
    assert {name for name, rule in held.items() if rule == "allow"} == {
        "read",
        "grep",
        "glob",
        "list",
        "lsp",
        "skill",
        "todowrite",
        "todoread",
    }
    # A person's own settings are merged with these: what is not named could stay allowed.
    assert {"edit", "bash", "task", "webfetch", "external_directory"} <= {
        name for name, rule in held.items() if rule == "deny"
    }


def test_edits_alone_are_allowed_where_they_are_accepted() -> None:
    plain, accepted = rules(), rules(permissionMode="acceptEdits")
    assert {name for name in plain if plain[name] != accepted[name]} == {"edit"}
    assert CLI.plan(asked(CLI.name, options={"permissionMode": "acceptEdits"})).changes_files


def test_everything_is_allowed_where_that_was_asked() -> None:
    assert rules(permissionMode="bypassPermissions") == {}
    assert CLI.plan(asked(CLI.name, options={"permissionMode": "bypassPermissions"})).changes_files


@pytest.mark.parametrize("options", [{"agent": "own"}, {"command": "own"}])
def test_an_agent_of_the_person_s_own_may_change_files(options: dict[str, Any]) -> None:
    assert CLI.plan(asked(CLI.name, options=options)).changes_files


@pytest.mark.parametrize(
    ("wishes", "arguments"),
    [
        ({"session": SessionWish.RESUME, "session_id": ID}, [f"--session={ID}"]),
        ({"session": SessionWish.FORK, "session_id": ID}, [f"--session={ID}", "--fork"]),
        ({"session": SessionWish.CONTINUE, "working_dir": "/w"}, ["--continue"]),
        ({"session": SessionWish.FORK, "working_dir": "/w"}, ["--continue", "--fork"]),
        ({"model": "stub/stub-model"}, ["--model=stub/stub-model"]),
        ({"model": "openrouter/a/b"}, ["--model=openrouter/a/b"]),
        ({"model": "latest"}, []),
    ],
)
def test_sessions_and_models(wishes: dict[str, Any], arguments: list[str]) -> None:
    assert added_by(CLI, asked(CLI.name, **wishes)) == arguments


@pytest.mark.parametrize(
    ("wishes", "field"),
    [
        ({"session_id": ID}, "sessionId"),
        ({"session": SessionWish.RESUME, "session_id": "7f1f35ee"}, "sessionId"),
        ({"session": SessionWish.RESUME, "session_id": "ses_../../etc"}, "sessionId"),
        ({"options": {"permissionMode": "plan", "agent": "build"}}, "agent"),
        ({"options": {"permissionMode": "yolo"}}, "permissionMode"),
        ({"options": {"files": ["--auto"]}}, "files"),
        ({"options": {"share": True}}, "share"),
        ({"options": {"attach": "http://127.0.0.1"}}, "attach"),
        ({"model": "no-provider"}, "model"),
        ({"model": "--auto"}, "model"),
    ],
)
def test_what_cannot_be_asked_is_refused_by_name(wishes: dict[str, Any], field: str) -> None:
    with pytest.raises(InvalidRun) as refused:
        CLI.plan(asked(CLI.name, **wishes))
    assert refused.value.field == field
