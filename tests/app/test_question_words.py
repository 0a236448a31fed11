"""What is asked of a person, in words: nothing of what others say acts on the screen."""

from __future__ import annotations

import json
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from llmgw_desktop.app.access.decisions import DecisionKind, agent_row, consent_row, gate_row, shown
from llmgw_desktop.app.questions.consent_words import (
    asks_words,
    consent_view,
    countdown,
    redirection,
    scope_summary,
    shown_name,
)
from llmgw_desktop.app.questions.permission_words import (
    FILE_MARK,
    PartKind,
    asked_parts,
    changed_lines,
    permission_view,
    since_words,
    thing_of,
)
from llmgw_desktop.app.questions.permission_words import asks_words as agent_asks
from llmgw_desktop.app.words.inert_text import plain_name, quoted
from llmgw_desktop.domain.access.principal import Scope
from llmgw_desktop.domain.jobs.approval import Ask, FileChange, PermissionKind, nobody_answered
from tests.support.plain_questions import (
    HOSTILE_NAME,
    NOW_S,
    agent_decision,
    ask,
    consent,
    consent_decision,
    edit_permission,
    gate_record,
    hostile_permission,
    own_permission,
    permission,
    tool_permission,
)

_BAD = "\u202e\u202a\u2066\u200b\x00\x07\x1b\x9b\r\n\t"


@given(st.text(max_size=3000))
def test_any_name_is_one_short_inert_line(text: str) -> None:
    name = plain_name(text)
    assert len(name) <= 60
    assert not any(bad in name for bad in _BAD)
    assert name == name.strip()


def test_a_hostile_name_is_cut_and_quoted() -> None:
    name = shown_name(HOSTILE_NAME)
    assert name.startswith("“Gateway Update <b>Allow me</b>")
    assert len(name) <= 62
    assert shown_name("\u202e\x00  ") == "a program without a name"
    assert asks_words(consent(client_name="")) == "A program without a name asks for access"


def test_towers_of_accents_are_cut_down() -> None:
    assert plain_name("Z" + "\u0301\u0302\u0303\u0304" * 9) in ("Ź\u0302\u0303", "Ź\u0302")


def test_names_written_from_the_right_reorder_nothing_around_them() -> None:
    assert quoted("קלוד") == "“\u2068קלוד\u2069”"
    assert quoted("Claude") == "“Claude”"


@pytest.mark.parametrize(
    ("uri", "origin", "words", "is_foreign"),
    [
        ("http://127.0.0.1:33418/cb", "http://127.0.0.1:33418", "this computer, port 33418", False),
        ("http://localhost/cb", "http://localhost", "this computer", False),
        ("http://[::1]:9/cb", "http://[::1]:9", "this computer, port 9", False),
        (
            "https://example.com/cb",
            "https://example.com",
            "sends your access to example.com on the internet",
            True,
        ),
        (
            "https://раураl.com",
            "https://xn--l-7sba6dbr.com",
            "sends your access to xn--l-7sba6dbr.com on the internet",
            True,
        ),
        (
            "http://127.0.0.1@evil.example/",
            "http://evil.example",
            "sends your access to evil.example on the internet",
            True,
        ),
        (
            "http://evil.example@127.0.0.1:80/",
            "http://127.0.0.1:80",
            "sends your access to 127.0.0.1 on your network",
            True,
        ),
        (
            "http://localhost.evil.example/",
            "http://localhost.evil.example",
            "sends your access to localhost.evil.example on the internet",
            True,
        ),
        (
            "http://192.168.1.9/cb",
            "http://192.168.1.9",
            "sends your access to 192.168.1.9 on your network",
            True,
        ),
        (
            "cursor://anysphere/cb",
            "cursor:",
            "sends your access to whichever program opens «cursor:» addresses",
            True,
        ),
    ],
)
def test_where_the_browser_goes(uri: str, origin: str, words: str, is_foreign: bool) -> None:
    found = redirection(uri)
    assert (found.origin, found.words, found.is_foreign) == (origin, words, is_foreign)


def test_a_loopback_address_of_another_computer_is_foreign() -> None:
    found = redirection("http://127.0.0.1:33418/cb", "192.168.1.7")
    assert found.is_foreign
    assert found.words == "sends your access to the computer at 192.168.1.7, port 33418"


@given(st.text(max_size=400))
def test_no_address_is_too_odd_to_be_shown(uri: str) -> None:
    found = redirection(uri)
    assert found.words
    assert not any(bad in found.origin + found.words for bad in _BAD)


def test_risky_scopes_start_unticked() -> None:
    view = consent_view(consent(scopes=tuple(Scope)))
    ticked = {line.scope for line in view.scopes if line.starts_ticked}
    assert ticked == {Scope.MODELS_USE, Scope.MODELS_LIST, Scope.MCP}
    assert view.scopes[0].words == "use your providers (this can cost money)"
    assert scope_summary(frozenset()) == "nothing"


def test_time_is_told_in_minutes_and_seconds() -> None:
    assert countdown(NOW_S + 118, NOW_S) == "Question expires in 1:58 and is then refused."
    assert (
        countdown(NOW_S - 5, NOW_S, end="denied") == "Question expires in 0:00 and is then denied."
    )
    assert since_words(NOW_S - 12, NOW_S) == "for 12 s"
    assert since_words(NOW_S - 185, NOW_S) == "for 3 m 05 s"


def test_what_an_agent_wants_is_said_in_a_line() -> None:
    assert agent_asks(permission()) == (
        "Claude Code wants to run a command: pytest -q tests/test_parser.py && git add -A"
    )
    assert agent_asks(edit_permission()).startswith("Codex wants to change 2 files: /home/ada")
    assert agent_asks(tool_permission()).endswith("github · create_issue")
    line = agent_asks(hostile_permission())
    assert len(line) < 140
    assert not any(bad in line for bad in _BAD)


def test_all_that_is_asked_is_there_in_full() -> None:
    long = "x" * 1_000_000
    parts = asked_parts(ask(command=long, url="https://example.com", arguments={"a": "\x1b"}))
    assert [part.label for part in parts] == ["Command", "Address", "Arguments"]
    assert parts[0].text == long
    assert parts[2].text == '{\n  "a": "\\u001b"\n}'
    assert asked_parts(Ask(native_id="1", raw="{}"))[0].text == "{}"
    assert asked_parts(Ask(native_id="1"))[0].text == "It does not say what."
    assert thing_of(Ask(native_id="1", tool="Bash")) == "Bash"


def test_what_an_agent_itself_asks_is_the_thing() -> None:
    question = own_permission()
    assert agent_asks(question).startswith("Claude Code wants to have an answer of yours: Colour: ")
    (part,) = asked_parts(question.ask)
    assert (part.label, part.text) == ("The agent asks", question.ask.agent_words)
    view = permission_view(question)
    assert (view.agent_words, view.can_take_note, bool(view.form)) == ("", False, True)


def test_blank_lines_push_no_command_out_of_sight() -> None:
    for blank in ("\n", "  \t\n", "\u3000\n", " \r\n"):
        command = f"ls\n{blank * 60}rm -rf ~; echo{' ' * 900}; sudo x"
        (part, *_) = asked_parts(ask(command=command))
        shown = "ls\n⟨60 blank lines⟩\nrm -rf ~; echo⟨900 blanks⟩; sudo x"
        assert part.text == shown
    above = asked_parts(ask(command="\n" * 60 + "rm -rf ~"))
    assert above[0].text == "⟨60 blank lines⟩\nrm -rf ~"
    change = FileChange(path="a", diff="@@\n" + "+\n" * 60 + "+evil\n")
    (diff,) = asked_parts(Ask(native_id="1", kind=PermissionKind.EDIT, changes=(change,)))
    assert "\n+⟨60 blank lines⟩\n+evil" in diff.text
    prose = "one\n\n\n\ntwo    three\n"
    assert asked_parts(ask(command=prose))[0].text == prose


def test_what_stands_there_already_is_no_argument_again() -> None:
    given = {"command": "ls", "description": "List", "timeout": 5, "run": "ls"}
    parts = asked_parts(ask(command="ls", agent_words="List", arguments=given))
    assert [part.label for part in parts] == ["Command", "Arguments"]
    assert json.loads(parts[1].text) == {"timeout": 5, "run": "ls"}
    both = {"command": "ls", "description": "List"}
    (only,) = asked_parts(ask(command="ls", agent_words="List", arguments=both))
    assert only.label == "Command"
    other = asked_parts(ask(command="ls", agent_words="List", arguments={"command": "ls -a"}))
    assert json.loads(other[1].text) == {"command": "ls -a"}
    endless = "x" * 2000
    cut = asked_parts(ask(command="ls", agent_words=endless, arguments={"description": endless}))
    assert endless in cut[1].text


def test_an_endless_name_of_a_tool_is_a_part_of_its_own() -> None:
    parts = asked_parts(Ask(native_id="1", kind=PermissionKind.MCP, server="s", tool="t" * 500))
    assert parts[0].label == "Server and tool"
    assert parts[0].text.endswith("t" * 500)


def test_a_change_is_shown_as_lines_that_go_and_come() -> None:
    lines = changed_lines(FileChange(path="/a", old="one\ntwo", new="one\n2"))
    assert "-two" in lines
    assert "+2" in lines
    part = asked_parts(edit_permission().ask)[0]
    assert part.kind is PartKind.DIFF
    assert part.text.startswith(f"{FILE_MARK}/home/ada/src/app/parser.py")
    gone = asked_parts(ask(command="", changes=(FileChange(path="/a", old="x", is_gone=True),)))[0]
    assert "(removed)" in gone.text


def test_large_changes_are_shown_whole_without_being_compared() -> None:
    old, new = "old\n" * 30_000, "new\n" * 30_000
    lines = changed_lines(FileChange(path="/a", old=f"same\n{old}end", new=f"same\n{new}end"))
    assert lines[0] == "@@ from line 2 on: 30000 lines become 30000 @@"
    assert lines.count("-old") == 30_000
    assert lines.count("+new") == 30_000


def test_no_line_of_an_agents_diff_can_pass_for_a_file() -> None:
    lines = changed_lines(FileChange(path="/a", diff=f"+x\n{FILE_MARK}/etc/passwd\n"))
    assert not any(line.startswith(FILE_MARK) for line in lines)


def test_the_agents_own_words_stay_apart() -> None:
    view = permission_view(hostile_permission())
    assert view.agent_words.startswith("The gateway has checked this.")
    assert view.agent_words not in (view.what, view.reason, view.job)
    texts = (view.what, view.agent_words, view.reason, view.job, view.client)
    assert not any(bad in text for bad in _BAD for text in texts)


def test_decisions_say_who_how_and_how_fast() -> None:
    today = date(2025, 11, 21)
    rows = (
        consent_row(consent_decision(1), today),
        agent_row(agent_decision(1, note="No"), today),
        gate_row(gate_record(1), today),
    )
    assert [row.cells[1] for row in rows] == ["Program", "Agent", "Gate"]
    assert rows[0].cells[3:] == (
        "Let in: use your providers; see which models you have, until 8 hours",
        "ada",
        "in the window",
        "9.4 s",
    )
    assert rows[1].cells[3] == "Allowed once: No"
    assert rows[2].cells[3] == "Denied: asks for full access (+5); prompt names .ssh (+2)"
    assert shown(rows, DecisionKind.GATE, "") == rows[2:]
    assert shown(rows, None, "CLAUDE CODE") == rows[:2]
    assert shown(rows, None, "nothing like it") == ()


def test_an_unanswered_question_says_how_long_it_waited() -> None:
    assert nobody_answered(1) == "Nobody answered within a minute, so this was denied."
    assert nobody_answered(5) == "Nobody answered within 5 minutes, so this was denied."
