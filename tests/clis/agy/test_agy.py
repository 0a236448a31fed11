"""The other command for Gemini, which has flags of its own and prints text alone."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from llmgw_desktop.clis.agy import CLI
from llmgw_desktop.clis.cli import OutputReader
from llmgw_desktop.clis.gemini.contract import OPTIONS
from llmgw_desktop.domain.cli import ErrorCategory, RunEnded, SessionWish
from llmgw_desktop.domain.jobs.run_errors import InvalidRun
from tests.clis.support import (
    SESSION,
    added,
    added_by,
    asked,
    end_of,
    events_in_pieces,
    events_of,
    text_in,
)


def reader() -> OutputReader:
    return CLI.reader(asked(CLI.name))


def test_a_plain_run() -> None:
    plan = CLI.plan(asked(CLI.name, "- say pong"))
    assert (plan.command, plan.arguments, plan.stdin) == ("agy", ("--print=- say pong",), None)
    assert plan.output_format == "text"
    assert CLI.options == OPTIONS


@pytest.mark.parametrize(
    ("options", "arguments"),
    [
        ({"approvalMode": "default"}, []),
        ({"approvalMode": "auto_edit"}, ["--mode=accept-edits"]),
        ({"approvalMode": "plan"}, ["--mode=plan"]),
        ({"approvalMode": "yolo"}, ["--dangerously-skip-permissions"]),
        ({"yolo": True}, ["--dangerously-skip-permissions"]),
        ({"includeDirs": ["/a", "/b"]}, ["--add-dir=/a", "--add-dir=/b"]),
        ({"sandbox": True}, ["--sandbox"]),
        ({"project": "p"}, ["--project=p"]),
        ({"newProject": True}, ["--new-project"]),
        ({"printTimeout": "5m"}, ["--print-timeout=5m"]),
        ({"outputFormat": "text"}, []),
    ],
)
def test_each_field_becomes_its_arguments(options: dict[str, Any], arguments: list[str]) -> None:
    assert added(CLI, **options) == arguments
    request = asked(CLI.name, options=options)
    assert {each.partition("=")[0] for each in CLI.plan(request).arguments} <= CLI.flags


@pytest.mark.parametrize(
    ("wishes", "last"),
    [
        ({"session": SessionWish.RESUME, "session_id": SESSION}, f"--conversation={SESSION}"),
        ({"session": SessionWish.CONTINUE, "working_dir": "/w"}, "--continue"),
        ({"model": "gemini-2.5-pro"}, "--model=gemini-2.5-pro"),
    ],
)
def test_sessions_and_models(wishes: dict[str, Any], last: str) -> None:
    assert added_by(CLI, asked(CLI.name, **wishes)) == [last]


@pytest.mark.parametrize(
    ("wishes", "field"),
    [
        ({"options": {"outputFormat": "json"}}, "outputFormat"),
        ({"options": {"outputFormat": "stream-json"}}, "outputFormat"),
        ({"options": {"allowedTools": ["a"]}}, "allowedTools"),
        ({"options": {"policyFiles": ["a"]}}, "policyFiles"),
        ({"options": {"adminPolicyFiles": ["a"]}}, "adminPolicyFiles"),
        ({"options": {"attachments": ["a"]}}, "attachments"),
        ({"options": {"skipTrust": True}}, "skipTrust"),
        ({"options": {"project": "p", "newProject": True}}, "project"),
        ({"session_id": SESSION}, "sessionId"),
        ({"session": SessionWish.FORK, "session_id": SESSION}, "forkSession"),
    ],
)
def test_what_it_cannot_do_is_refused_by_name(wishes: dict[str, Any], field: str) -> None:
    with pytest.raises(InvalidRun) as refused:
        CLI.plan(asked(CLI.name, **wishes))
    assert refused.value.field == field


def test_a_prompt_too_long_for_an_argument() -> None:
    with pytest.raises(InvalidRun) as refused:
        CLI.plan(asked(CLI.name, "ä" * 66_000))
    assert refused.value.category is ErrorCategory.INPUT_TOO_LARGE


@given(st.lists(st.integers(0)))
def test_text_comes_whole_however_it_is_cut(cuts: list[int]) -> None:
    whole = "Grüße — 日本\n🙂".encode()
    events = events_in_pieces(reader(), whole, cuts)
    assert text_in(events) == "Grüße — 日本\n🙂"
    assert end_of(events) == RunEnded(ok=True)


@pytest.mark.parametrize(
    ("said", "code", "stderr", "category"),
    [
        (b"", 0, "", ErrorCategory.EMPTY),
        (b" \n", 0, "", ErrorCategory.EMPTY),
        (b"half", 1, "not logged in", ErrorCategory.AUTH),
        (b"half", None, "", ErrorCategory.CLI),
    ],
)
def test_what_is_no_success(
    said: bytes, code: int | None, stderr: str, category: ErrorCategory
) -> None:
    last = end_of(events_of(reader(), said, exit_code=code, stderr=stderr))
    assert (last.ok, last.category) == (False, category)
