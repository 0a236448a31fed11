"""What holds for what each CLI prints, however it comes."""

from __future__ import annotations

from typing import Any

import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st

from llmgw_desktop.clis import claude, codex, copilot
from llmgw_desktop.clis.cli import Cli
from llmgw_desktop.domain.cli import ErrorCategory, RunEnded, Warned
from tests.clis.support import (
    asked,
    end_of,
    events_in_pieces,
    events_of,
    only,
    transcript,
)

CLIS = [claude.CLI, codex.CLI, copilot.CLI]
each_cli = pytest.mark.parametrize("cli", CLIS, ids=lambda cli: cli.name)
NAMES = "type item data event message usage content delta id"
KINDS = """
    result item.completed item.started assistant user stream_event turn.completed error system
    message_delta content_block_delta tool_use text assistant.message tool.execution_start
"""
LEAVES = st.none() | st.booleans() | st.integers(-9, 9) | st.sampled_from(KINDS.split())
OUTPUTS = [
    (claude.CLI, "claude.turn.jsonl"),
    (claude.CLI, "claude.tool.jsonl"),
    (claude.CLI, "claude.401.jsonl"),
    (codex.CLI, "codex.tool.jsonl"),
    (codex.CLI, "codex.401.jsonl"),
    (copilot.CLI, "copilot.turn.jsonl"),
    (copilot.CLI, "copilot.tool.jsonl"),
    (copilot.CLI, "copilot.401.jsonl"),
]


def branches(inner: st.SearchStrategy[Any]) -> st.SearchStrategy[Any]:
    names = st.sampled_from(NAMES.split())
    return st.lists(inner, max_size=3) | st.dictionaries(names, inner, max_size=4)


@pytest.mark.parametrize(("cli", "name"), OUTPUTS, ids=lambda each: getattr(each, "name", each))
@given(cuts=st.lists(st.integers(0, 20_000), max_size=12))
def test_events_are_the_same_however_the_output_is_split(
    cli: Cli, name: str, cuts: list[int]
) -> None:
    output = transcript(name).replace(b"STUB-", "Grüße🦊-".encode())
    request = asked(cli.name)
    assert events_in_pieces(cli.reader(request), output, cuts) == events_of(
        cli.reader(request), output
    )


@pytest.mark.parametrize(("cli", "name"), OUTPUTS, ids=lambda each: getattr(each, "name", each))
def test_events_are_the_same_byte_by_byte(cli: Cli, name: str) -> None:
    output = transcript(name).replace(b"STUB-", "Grüße🦊-".encode())
    request = asked(cli.name)
    cuts = list(range(len(output)))
    assert events_in_pieces(cli.reader(request), output, cuts) == events_of(
        cli.reader(request), output
    )


@pytest.mark.parametrize(("cli", "name"), OUTPUTS, ids=lambda each: getattr(each, "name", each))
def test_a_run_that_is_cut_off_has_not_succeeded(cli: Cli, name: str) -> None:
    """Wherever it was, and whatever its exit code."""
    lines = transcript(name).splitlines(keepends=True)
    for kept in range(len(lines) - 1):
        end = end_of(events_of(cli.reader(asked(cli.name)), b"".join(lines[:kept])))
        assert not end.ok
        assert end.error


@pytest.mark.parametrize(("cli", "name"), OUTPUTS, ids=lambda each: getattr(each, "name", each))
def test_garbage_is_left_out_and_told_once(cli: Cli, name: str) -> None:
    clean = events_of(cli.reader(asked(cli.name)), transcript(name))
    lines = transcript(name).splitlines(keepends=True)
    garbage = b'{"half": \n[1]\n\xff\xfe\n"text"\n\n'
    events = events_of(cli.reader(asked(cli.name)), garbage + garbage.join(lines))
    warned = [each for each in only(events, Warned) if each.code == "malformed_output"]
    assert [each.message.partition(" of ")[0] for each in warned] == [f"{4 * len(lines)} lines"]
    assert [event for event in events if event not in warned] == clean


@each_cli
@given(message=st.recursive(LEAVES, branches, max_leaves=12))
def test_no_line_breaks_a_reader(cli: Cli, message: Any) -> None:
    events = events_of(cli.reader(asked(cli.name)), orjson.dumps(message))
    assert isinstance(events[-1], RunEnded)


@each_cli
@pytest.mark.parametrize(("exit_code", "said"), [(0, "exit code 0"), (-9, "signal 9"), (None, "")])
def test_silence_is_no_success(cli: Cli, exit_code: int | None, said: str) -> None:
    end = end_of(events_of(cli.reader(asked(cli.name)), b"", exit_code=exit_code))
    assert not end.ok
    assert said in end.error
    assert end.category is ErrorCategory.CLI


@pytest.mark.parametrize(
    ("cli", "name"),
    [
        (claude.CLI, "claude.turn.jsonl"),
        (codex.CLI, "codex.turn.jsonl"),
        (copilot.CLI, "copilot.turn.jsonl"),
    ],
)
class TestAGoodTurn:
    def test_succeeds(self, cli: Cli, name: str) -> None:
        end = end_of(events_of(cli.reader(asked(cli.name)), transcript(name)))
        assert end.ok
        assert (end.text or "").startswith("STUB-PONG")

    def test_succeeds_though_nobody_saw_the_exit_code(self, cli: Cli, name: str) -> None:
        reader = cli.reader(asked(cli.name))
        assert end_of(events_of(reader, transcript(name), exit_code=None)).ok

    def test_fails_where_the_exit_code_says_so(self, cli: Cli, name: str) -> None:
        end = end_of(events_of(cli.reader(asked(cli.name)), transcript(name), exit_code=3))
        assert not end.ok
        assert "exit code 3" in end.error
        assert (end.text or "").startswith("STUB-PONG")

    def test_fails_where_it_said_nothing(self, cli: Cli, name: str) -> None:
        output = transcript(name)
        for said in (b"STUB-PONG users=1", b"STUB-PONG users=2", b"STUB-", b"PONG users=1"):
            output = output.replace(b'"' + said + b'"', b'""')
        end = end_of(events_of(cli.reader(asked(cli.name)), output))
        assert not end.ok
        assert end.category is ErrorCategory.EMPTY
