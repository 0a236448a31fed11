"""What the real CLIs said, recorded, with a question in it: read whole and in any pieces."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from llmgw_desktop.clis.dialogue import Done, PermissionAsked, Send
from llmgw_desktop.domain.cli import (
    CliName,
    ModelTold,
    RunUsageTold,
    SessionTold,
    ToolBegan,
    ToolEnded,
)
from llmgw_desktop.domain.jobs.approval import Decision, PermissionKind
from tests.support.acp_talk import SPEAK, played, transcript

NOTE = "Call it otherwise, please."
RUNS = {
    "denied": (Decision.DENY, ""),
    "note": (Decision.DENY, NOTE),
    "allowed": (Decision.ONCE, ""),
}


@pytest.mark.parametrize("what", RUNS)
@pytest.mark.parametrize("name", SPEAK)
def test_a_run_asks_and_goes_on(name: CliName, what: str) -> None:
    talk = played(name, transcript(f"{name}.{what}"), *RUNS[what])
    (asked,) = talk.of(PermissionAsked)
    assert asked.ask.kind is PermissionKind.COMMAND
    assert asked.ask.command == "touch made.txt"
    assert asked.ask.cwd == "/home/ada/project"
    assert asked.ask.can_take_note
    assert "touch made.txt" in asked.ask.raw or name is CliName.MISTRAL
    assert len(talk.of(SessionTold)) == 1
    assert talk.of(ToolBegan)[0].summary == "touch made.txt"
    assert isinstance(talk.said[-1], Done)
    end = talk.end()
    assert end.ok, end


@pytest.mark.parametrize("name", SPEAK)
def test_what_is_allowed_is_allowed_once(name: CliName) -> None:
    talk = played(name, transcript(f"{name}.allowed"), Decision.ONCE)
    (key,) = [each for each in talk.keys if each.startswith("answer:")]
    outcome = talk.sent(key)["result"]["outcome"]
    assert outcome["outcome"] == "selected"
    assert outcome["optionId"] in ("allow_once", "once", "proceed_once", "allow-once")
    assert [each.ok for each in talk.of(ToolEnded)][-1] is True


@pytest.mark.parametrize("name", SPEAK)
def test_for_the_job_is_allowed_once_too(name: CliName) -> None:
    for_job = played(name, transcript(f"{name}.allowed"), Decision.JOB)
    once = played(name, transcript(f"{name}.allowed"), Decision.ONCE)
    assert for_job.said == once.said


@pytest.mark.parametrize("name", SPEAK)
def test_a_note_reaches_it_once(name: CliName) -> None:
    talk = played(name, transcript(f"{name}.note"), Decision.DENY, NOTE)
    holding = [each.key for each in talk.of(Send) if NOTE.encode() in each.data]
    assert holding == [{CliName.GROK: "answer:0"}.get(name, "prompt:2")]


@pytest.mark.parametrize(
    ("name", "what", "tokens"),
    [
        (CliName.GEMINI, "denied", [(4634, 10)]),
        # The turn that was ended kept its figures to itself.
        (CliName.GEMINI, "note", []),
        (CliName.GROK, "allowed", [(4634, 18)]),
        (CliName.COPILOT, "denied", [(2317, 9), (4634, 18)]),
        (CliName.MISTRAL, "note", [(2317, 9), (4634, 18)]),
        # Of the last of several calls alone.
        (CliName.OPENCODE, "allowed", []),
    ],
)
def test_figures_are_the_runs_or_unknown(
    name: CliName, what: str, tokens: list[tuple[int, int]]
) -> None:
    talk = played(name, transcript(f"{name}.{what}"), *RUNS[what])
    told: list[RunUsageTold] = talk.of(RunUsageTold)
    assert [(each.usage.input_tokens, each.usage.output_tokens) for each in told] == tokens
    whole = name in (CliName.COPILOT, CliName.MISTRAL)
    assert all(each.is_cumulative is whole for each in told)


def test_the_model_that_answers_is_told() -> None:
    for name in (CliName.GEMINI, CliName.GROK, CliName.OPENCODE, CliName.MISTRAL):
        talk = played(name, transcript(f"{name}.allowed"), Decision.ONCE)
        assert talk.of(ModelTold)[-1].model in ("stub-ok", "gw/stub-ok", "stub"), name


@pytest.mark.parametrize("what", RUNS)
@pytest.mark.parametrize("name", SPEAK)
@settings(max_examples=20)
@given(data=st.data())
def test_any_pieces_say_the_same(name: CliName, what: str, data: st.DataObject) -> None:
    stdout = transcript(f"{name}.{what}")
    sizes = data.draw(st.lists(st.integers(1, 4000), min_size=1, max_size=40))

    def cut(piece: bytes) -> list[bytes]:
        pieces, at = [], 0
        while at < len(piece):
            size = sizes[len(pieces) % len(sizes)]
            pieces.append(piece[at : at + size])
            at += size
        return pieces

    assert played(name, stdout, *RUNS[what], cut=cut).said == played(name, stdout, *RUNS[what]).said


@pytest.mark.parametrize("name", SPEAK)
def test_byte_for_byte_it_says_the_same(name: CliName) -> None:
    stdout = transcript(f"{name}.note")

    def cut(piece: bytes) -> list[bytes]:
        return [piece[at : at + 1] for at in range(len(piece))]

    again = played(name, stdout, Decision.DENY, NOTE, cut=cut)
    assert again.said == played(name, stdout, Decision.DENY, NOTE).said
