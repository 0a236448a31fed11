"""How Mistral's Vibe CLI is asked."""

from __future__ import annotations

from typing import Any

import pytest

from llmgw_desktop.clis.mistral import CLI
from llmgw_desktop.domain.cli import PlannedFile, SessionWish
from llmgw_desktop.domain.jobs.run_errors import InvalidRun
from tests.clis.support import SESSION, added, added_by, asked

FIELDS: list[tuple[dict[str, Any], list[str]]] = [
    ({"transport": "cli"}, []),
    *(({"outputFormat": name}, []) for name in ("text", "plain", "json", "streaming")),
    ({"outputFormat": "stream-json"}, []),
    ({"permissionMode": "ask"}, []),
    ({"permissionMode": "accept-edits"}, ["--agent=accept-edits"]),
    ({"permissionMode": "auto-approve"}, ["--agent=auto-approve"]),
    ({"permissionMode": "my-own"}, ["--agent=my-own"]),
    ({"allowedTools": ["a", "b"]}, ["--enabled-tools=a", "--enabled-tools=b"]),
    ({"disallowedTools": ["a"]}, ["--disabled-tools=a"]),
    ({"trust": True}, ["--trust"]),
    ({"maxTurns": 1}, ["--max-turns=1"]),
    ({"maxPrice": 0.000001}, ["--max-price=0.000001"]),
    ({"maxPrice": 10_000}, ["--max-price=10000"]),
    ({"maxPrice": 0.25}, ["--max-price=0.25"]),
    ({"maxTokens": 100_000_000}, ["--max-tokens=100000000"]),
    ({"addDir": ["/a", "/b"]}, ["--add-dir=/a", "--add-dir=/b"]),
]


def test_a_plain_run() -> None:
    plan = CLI.plan(asked(CLI.name, "- say\npong"))
    assert plan.command == "vibe"
    assert plan.arguments == (
        "--prompt-file={folder}/prompt",
        "--output-dir={folder}",
        "--output=streaming",
        "--agent=ask",
    )
    assert plan.files == (PlannedFile(name="prompt", content=b"- say\npong"),)
    assert (plan.stdin, plan.environment) == (None, {})
    assert plan.output_format == "streaming"


@pytest.mark.parametrize(("options", "arguments"), FIELDS, ids=[str(each) for each, _ in FIELDS])
def test_each_field_becomes_its_arguments(options: dict[str, Any], arguments: list[str]) -> None:
    assert added(CLI, **options) == arguments


def test_all_fields_are_tried() -> None:
    elsewhere = {"sessionId", "resumeLatest", "workingDir"}
    assert {option.name for option in CLI.options} == {
        n for each, _ in FIELDS for n in each
    } | elsewhere
    assert {option.flag for option in CLI.options if option.flag} <= CLI.flags


@pytest.mark.parametrize(
    ("wishes", "arguments"),
    [
        ({"session": SessionWish.RESUME, "session_id": SESSION}, [f"--resume={SESSION}"]),
        ({"session": SessionWish.CONTINUE, "working_dir": "/w"}, ["--continue"]),
    ],
)
def test_sessions(wishes: dict[str, Any], arguments: list[str]) -> None:
    assert added_by(CLI, asked(CLI.name, **wishes)) == arguments


def test_the_model_goes_by_the_environment() -> None:
    plan = CLI.plan(asked(CLI.name, model="devstral-small"))
    assert plan.environment == {"VIBE_ACTIVE_MODEL": "devstral-small"}
    assert plan.arguments == CLI.plan(asked(CLI.name)).arguments
    assert CLI.plan(asked(CLI.name, model="default")).environment == {}


@pytest.mark.parametrize(
    ("wishes", "field"),
    [
        ({"options": {"transport": "acp"}}, "transport"),
        ({"options": {"permissionMode": "--auto-approve"}}, "permissionMode"),
        ({"options": {"maxPrice": 0}}, "maxPrice"),
        ({"options": {"maxPrice": 10_001}}, "maxPrice"),
        ({"options": {"maxTokens": 0}}, "maxTokens"),
        ({"options": {"maxTurns": 10_001}}, "maxTurns"),
        ({"options": {"addDir": ["-x"]}}, "addDir"),
        ({"session_id": SESSION}, "sessionId"),
        ({"session": SessionWish.FORK, "session_id": SESSION}, "forkSession"),
        ({"session": SessionWish.RESUME, "session_id": "d638"}, "sessionId"),
        ({"session": SessionWish.RESUME, "session_id": SESSION, "model": "other"}, "model"),
    ],
)
def test_what_cannot_be_asked_is_refused_by_name(wishes: dict[str, Any], field: str) -> None:
    with pytest.raises(InvalidRun) as refused:
        CLI.plan(asked(CLI.name, **wishes))
    assert refused.value.field == field


def test_its_usage_lies_in_the_run_s_own_folder() -> None:
    assert CLI.side_usage is not None
    assert CLI.side_usage.path == "{folder}/export.json"
