"""What holds for what each CLI prints, however it comes."""

from __future__ import annotations

from typing import Any

import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st

from llmgw_desktop.clis import agy, claude, codex, copilot, gemini, grok, mistral, opencode
from llmgw_desktop.clis.cli import Cli, OutputReader
from llmgw_desktop.domain.cli import ErrorCategory, RunEnded, Warned
from tests.clis.support import (
    asked,
    end_of,
    events_in_pieces,
    events_of,
    only,
    text_in,
    transcript,
)

CLIS = [
    claude.CLI,
    codex.CLI,
    copilot.CLI,
    gemini.CLI,
    agy.CLI,
    grok.CLI,
    opencode.CLI,
    mistral.CLI,
]
each_cli = pytest.mark.parametrize("cli", CLIS, ids=lambda cli: str(cli.commands[0]))
NAMES = "type item data event message usage content delta id part stats tokens state detail role"
KINDS = """
    result item.completed item.started assistant user stream_event turn.completed error system
    message_delta content_block_delta tool_use text assistant.message tool.execution_start
    init message thought tool_result end tool_call_update usage step_finish effect reasoning
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
    (gemini.CLI, "gemini.turn.jsonl"),
    (gemini.CLI, "gemini.tool.jsonl"),
    (gemini.CLI, "gemini.401.jsonl"),
    (grok.CLI, "grok.turn.jsonl"),
    (grok.CLI, "grok.tool.jsonl"),
    (grok.CLI, "grok.401.jsonl"),
    (grok.CLI, "grok.max-turns.jsonl"),
    (grok.CLI, "grok.messages-turn.jsonl"),
    (grok.CLI, "grok.messages-tool.jsonl"),
    (opencode.CLI, "opencode.turn.jsonl"),
    (opencode.CLI, "opencode.tool.jsonl"),
    (opencode.CLI, "opencode.401.jsonl"),
    (mistral.CLI, "vibe.turn.jsonl"),
    (mistral.CLI, "vibe.tool.jsonl"),
    (mistral.CLI, "vibe.denied.jsonl"),
]
each_output = pytest.mark.parametrize(("cli", "name"), OUTPUTS, ids=[name for _, name in OUTPUTS])
JUNK = [None, True, -1, 2**63, 1e308, "", "x", [], [[]], {}, {"type": 3}]


def reader(cli: Cli, name: str) -> OutputReader:
    """The one for what stands in a transcript of this name."""
    is_messages = name.startswith("grok.messages")
    options = {"outputFormat": "streaming-messages-json"} if is_messages else {}
    return cli.reader(asked(cli.name, options=options))


def branches(inner: st.SearchStrategy[Any]) -> st.SearchStrategy[Any]:
    names = st.sampled_from(NAMES.split())
    return st.lists(inner, max_size=3) | st.dictionaries(names, inner, max_size=4)


@each_output
@given(cuts=st.lists(st.integers(0, 20_000), max_size=12))
def test_events_are_the_same_however_the_output_is_split(
    cli: Cli, name: str, cuts: list[int]
) -> None:
    output = transcript(name).replace(b"STUB-", "Grüße🦊-".encode())
    assert events_in_pieces(reader(cli, name), output, cuts) == events_of(reader(cli, name), output)


@each_output
def test_events_are_the_same_byte_by_byte(cli: Cli, name: str) -> None:
    output = transcript(name).replace(b"STUB-", "Grüße🦊-".encode())
    cuts = list(range(len(output)))
    assert events_in_pieces(reader(cli, name), output, cuts) == events_of(reader(cli, name), output)


@each_output
def test_a_run_that_is_cut_off_has_not_succeeded(cli: Cli, name: str) -> None:
    """Wherever it was, and whatever its exit code."""
    lines = transcript(name).splitlines(keepends=True)
    for kept in range(len(lines) - 1):
        if cli is mistral.CLI and kept and b'"committed"' in lines[kept - 1]:
            continue  # Vibe prints no last word: its exit code alone tells such a cut
        end = end_of(events_of(reader(cli, name), b"".join(lines[:kept])))
        assert not end.ok
        assert end.error


@each_output
def test_garbage_is_left_out_and_told_once(cli: Cli, name: str) -> None:
    clean = events_of(reader(cli, name), transcript(name))
    lines = transcript(name).splitlines(keepends=True)
    garbage = b'{"half": \n[1]\n\xff\xfe\n"text"\n\n'
    events = events_of(reader(cli, name), garbage + garbage.join(lines))
    warned = [each for each in only(events, Warned) if each.code == "malformed_output"]
    assert [each.message.partition(" of ")[0] for each in warned] == [f"{4 * len(lines)} lines"]
    assert [event for event in events if event not in warned] == clean


@each_output
def test_a_member_of_the_wrong_kind_breaks_nothing(cli: Cli, name: str) -> None:
    whole = transcript(name).splitlines()
    ends = []
    for at, line in enumerate(whole):
        for place in range(len(places(orjson.loads(line)))):
            bent = orjson.loads(line)
            holder, member = places(bent)[place]
            holder[member] = JUNK[place % len(JUNK)]
            output = b"\n".join([*whole[:at], orjson.dumps(bent), *whole[at + 1 :]])
            ends.append(end_of(events_of(reader(cli, name), output)))
    assert ends


@each_output
def test_lines_that_are_lost_or_come_twice_give_one_end(cli: Cli, name: str) -> None:
    whole = transcript(name).splitlines(keepends=True)
    for at in range(len(whole)):
        lost = b"".join([*whole[:at], *whole[at + 1 :]])
        twice = b"".join([*whole[:at], whole[at], *whole[at:]])
        assert end_of(events_of(reader(cli, name), lost))
        assert end_of(events_of(reader(cli, name), twice))


@each_output
@pytest.mark.parametrize("exit_code", [1, -15, 143])
def test_a_run_that_was_killed_has_not_succeeded(cli: Cli, name: str, exit_code: int) -> None:
    whole = transcript(name).splitlines(keepends=True)
    output = b"".join(whole[: len(whole) // 2])
    end = end_of(events_of(reader(cli, name), output, exit_code=exit_code))
    assert not end.ok
    assert end.error
    assert end.category is not None


def places(told: Any) -> list[tuple[Any, Any]]:
    """Every member of a line, as what it stands in and its name there."""
    found: list[tuple[Any, Any]] = []
    for name in list(told) if isinstance(told, dict) else range(len(told)):
        found.append((told, name))
        if isinstance(told[name], dict | list):
            found += places(told[name])
    return found


@each_cli
@given(
    output=st.binary(max_size=400),
    exit_code=st.integers(-15, 255) | st.none(),
    stderr=st.text(max_size=80),
)
def test_bytes_of_any_kind(cli: Cli, output: bytes, exit_code: int | None, stderr: str) -> None:
    made = cli.reader(asked(cli.name))
    assert end_of(events_of(made, output, exit_code=exit_code, stderr=stderr))


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
    is_empty = cli is agy.CLI and exit_code == 0
    assert is_empty or said in end.error
    assert end.category is (ErrorCategory.EMPTY if is_empty else ErrorCategory.CLI)


@pytest.mark.parametrize(
    ("cli", "name"),
    [
        (claude.CLI, "claude.turn.jsonl"),
        (codex.CLI, "codex.turn.jsonl"),
        (copilot.CLI, "copilot.turn.jsonl"),
        (gemini.CLI, "gemini.turn.jsonl"),
        (grok.CLI, "grok.turn.jsonl"),
        (grok.CLI, "grok.messages-turn.jsonl"),
        (opencode.CLI, "opencode.turn.jsonl"),
        (mistral.CLI, "vibe.turn.jsonl"),
    ],
)
class TestAGoodTurn:
    def test_succeeds(self, cli: Cli, name: str) -> None:
        events = events_of(reader(cli, name), transcript(name))
        end = end_of(events)
        assert end.ok
        assert text_in(events).startswith("STUB-PONG")
        assert end.text in (None, text_in(events))

    def test_succeeds_though_nobody_saw_the_exit_code(self, cli: Cli, name: str) -> None:
        assert end_of(events_of(reader(cli, name), transcript(name), exit_code=None)).ok

    def test_fails_where_the_exit_code_says_so(self, cli: Cli, name: str) -> None:
        events = events_of(reader(cli, name), transcript(name), exit_code=3)
        end = end_of(events)
        assert not end.ok
        assert "exit code 3" in end.error
        assert end.text in (None, text_in(events))

    def test_fails_where_it_said_nothing(self, cli: Cli, name: str) -> None:
        output = transcript(name)
        for said in (
            b"STUB-PONG users=1",
            b"STUB-PONG users=2",
            b"STUB-",
            b"PONG users=1",
            b"STUB-PONG users=3",
            b"PONG users=3",
        ):
            output = output.replace(b'"' + said + b'"', b'""')
        end = end_of(events_of(reader(cli, name), output))
        assert not end.ok
        assert end.category is ErrorCategory.EMPTY
