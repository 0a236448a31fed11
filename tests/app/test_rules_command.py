"""`llmgw rules`, and rules with mistakes in the settings file."""

from __future__ import annotations

import json
import sys
from dataclasses import replace
from pathlib import Path

import pytest

from llmgw_desktop import __main__ as program
from llmgw_desktop.app.questions.rules import NOT_THIS, always_wish, offered, would_have_words
from llmgw_desktop.domain.audit import BY_ITSELF, act_as
from llmgw_desktop.domain.errors import ConfigError
from llmgw_desktop.domain.jobs.approval import (
    Ask,
    Decision,
    DecisionWay,
    PermissionAnswer,
    PermissionDecision,
    PermissionKind,
)
from llmgw_desktop.domain.jobs.rules.rule import RuleVerdict
from llmgw_desktop.store.settings.editor import SettingsEditor
from llmgw_desktop.store.settings.reader import settings_of
from tests.support.plain_questions import permission


@pytest.fixture(autouse=True)
def _home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LLMGW_HOME", str(tmp_path / "home"))


class Typed:
    def __init__(self, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
        self._monkeypatch = monkeypatch
        self._capsys = capsys

    def __call__(self, *words: str) -> tuple[str, str]:
        self._monkeypatch.setattr(sys, "argv", ["llmgw", "rules", *words])
        try:
            program.main()
        finally:
            act_as(BY_ITSELF)
        said = self._capsys.readouterr()
        return said.out, said.err


@pytest.fixture
def typed(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Typed:
    return Typed(monkeypatch, capsys)


def test_rules_are_added_tried_and_taken_away(typed: Typed) -> None:
    typed("add", "looking", "--allow", "--command", "git status", "--command", "git log *")
    typed("add", "no removing", "--deny", "--command", "rm *", "--note", "Ask a person.")
    listed = json.loads(typed("list", "--json")[0])
    assert [(each["name"], each["action"]) for each in listed] == [
        ("looking", "allow"),
        ("no removing", "deny"),
    ]
    assert typed("test", "timeout 5 git log -3")[0] == "allow: The rule looking says allow.\n"
    assert typed("test", "git push")[0].startswith("ask: ")
    told = typed("why", "sudo rm x")[0]
    assert told.startswith("deny: The rule no removing says deny.")
    assert "it runs: rm x" in told
    assert "there is a rule 'looking' already" in typed("add", "looking", "--ask")[1]
    for verb in ("test", "why"):
        assert typed(verb) == ("", "llmgw: Say what to try: a command, --path, --url or --tool.\n")
    undo = typed("remove", "looking")[1]
    assert "rules add looking --allow --command 'git status' --command 'git log *'" in undo
    assert typed("test", "git status")[0].startswith("ask: ")
    assert "there is no rule 'looking'" in typed("remove", "looking")[1]


def test_a_rule_with_a_mistake_is_not_added(typed: Typed) -> None:
    assert (
        "expected a command whose quotes end" in typed("add", "x", "--allow", "--command", "'")[1]
    )
    assert typed("list", "--json")[0] == "[]\n"


@pytest.mark.parametrize(
    ("text", "asks"),
    [
        ('name = "x"\naction = "deny"\ncommnds = ["rm *"]', True),
        ('name = "x"\naction = "allow"\ncommnds = ["rm *"]', False),
        ('name = "x"\naction = "allwo"', True),
        ('action = "deny"', True),
        ('name = "x"\naction = "deny"\nhours = "8-12"', True),
        ('name = "x"\naction = "deny"\nhours = "12:00-12:00"', True),
        ('name = "x"\naction = "deny"\ncommands = [1]', True),
        ('name = "x"\naction = "deny"\nclis = ["cluade"]', True),
        ('name = "good"\naction = "deny"', True),
        ('name = "x"\naction = "deny"\non = 1', True),
    ],
)
def test_a_mistake_in_the_file_allows_nothing(text: str, asks: bool) -> None:
    good = '[[rules]]\nname = "good"\naction = "allow"\ncommands = ["ls"]\n'
    loaded = settings_of("settings", f"{good}[[rules]]\n{text}\n".encode(), {})
    first, second = loaded.settings.rules
    assert first.verdict is RuleVerdict.ALLOW
    assert (second.verdict, second.is_on) == (RuleVerdict.ASK, asks)
    assert second.mistake
    assert len(loaded.warnings) == 1


def test_rules_that_are_no_tables_ask() -> None:
    loaded = settings_of("settings", b"rules = 3\n", {})
    assert [each.verdict for each in loaded.settings.rules] == [RuleVerdict.ASK]


@pytest.mark.parametrize(
    ("command", "pattern"),
    [
        ("git log -3", "git log *"),
        ("timeout 5 git status", "git status"),
        ("bash -lc 'npm run test'", "npm run test"),
        ("npm run test -- --watch", "npm run test *"),
        ("touch notes.txt", "touch *"),
        ("ls", "ls"),
        ("ls; rm x", ""),
        ("sudo ls", ""),
        ("$X y", ""),
        ("ls 'a", ""),
    ],
)
def test_a_question_is_generalised_where_it_is_one_plain_program(
    command: str, pattern: str
) -> None:
    offer = offered(
        permission(ask=Ask(native_id="1", kind=PermissionKind.COMMAND, command=command))
    )
    assert (offer.pattern if offer is not None else "") == pattern


def test_a_rule_is_made_of_a_question_and_told_before(tmp_path: Path) -> None:
    question = permission(
        ask=Ask(native_id="1", kind=PermissionKind.COMMAND, command="git log -3", cwd="/")
    )
    offer = offered(question)
    assert offer is not None
    given = PermissionAnswer(decision=Decision.ONCE, way=DecisionWay.DIALOG, at_s=1.0)
    denied = replace(given, decision=Decision.DENY)
    other = replace(question, ask=replace(question.ask, command="git push"))
    log = [PermissionDecision(question=question, answer=each) for each in (given, given, denied)]
    log.append(PermissionDecision(question=other, answer=given))
    assert would_have_words(question, offer, log) == (
        "Holds in the workspace app. Of the last 4 questions it would have allowed 3,"
        " 1 of which you denied."
    )
    assert would_have_words(question, replace(offer, pattern="ls"), log) == NOT_THIS
    with pytest.raises(ConfigError, match="whose quotes end"):
        would_have_words(question, replace(offer, pattern="'"), log)
    file = tmp_path / "config.toml"
    file.write_text("# mine\n")
    editor = SettingsEditor(file, lambda name, raw: settings_of(name, raw, {}))
    written = editor.apply(always_wish(question, offer, file).edit())
    (rule,) = settings_of("x", file.read_bytes(), {}).settings.rules
    assert (rule.commands, rule.workspaces) == (("git log *",), ("app",))
    editor.undo(written)
    assert file.read_text() == "# mine\n"


@pytest.mark.parametrize("action", ["ask", "deny"])
def test_no_allowance_is_written_that_another_rule_would_beat(tmp_path: Path, action: str) -> None:
    question = permission(
        ask=Ask(native_id="1", kind=PermissionKind.COMMAND, command="git log -3", cwd="/")
    )
    offer = offered(question)
    assert offer is not None
    file = tmp_path / "config.toml"
    text = f'[[rules]]\nname = "looking"\naction = "{action}"\ncommands = ["git log"]\n'
    file.write_text(text)
    with pytest.raises(ConfigError, match="the rule 'looking' counts before it"):
        always_wish(question, offer, file).edit()
    file.write_text(text.replace("git log", "git push"))
    assert always_wish(question, offer, file).edit()
