"""`llmgw rules list|add|remove|test|why`."""

import argparse
import json
import sys
from collections.abc import Mapping
from contextlib import closing
from pathlib import Path
from typing import TYPE_CHECKING

from llmgw_desktop.app.command_line.command_line import print_table
from llmgw_desktop.app.command_line.this_program import own_command
from llmgw_desktop.app.questions import RULE_OPTIONS
from llmgw_desktop.app.questions.rules import (
    TriedWish,
    adding,
    programs_in,
    removing,
    tried,
)
from llmgw_desktop.app.words.inert_text import inert, inert_line
from llmgw_desktop.app.workspaces.workspaces import open_workspaces
from llmgw_desktop.domain.cli import CliName
from llmgw_desktop.domain.clock import SystemClock
from llmgw_desktop.domain.jobs.rules.book import Ruling
from llmgw_desktop.domain.jobs.rules.rule import StandingRule, rule_words
from llmgw_desktop.domain.jobs.run_errors import NoSuchWorkspace
from llmgw_desktop.store.paths import Places
from llmgw_desktop.store.settings.editor import Edit, SettingsEditor
from llmgw_desktop.store.settings.journal import SettingsJournal
from llmgw_desktop.store.settings.reader import load_settings, settings_of
from llmgw_desktop.store.settings.rules import RULE_LISTS, rule_table
from llmgw_desktop.store.settings.text import read_settings_file

if TYPE_CHECKING:
    from llmgw_desktop.store.toml_changes import TomlValue

_TO_ASK = "Nothing says so: it would be asked."
_TRY_WHAT = "llmgw: Say what to try: a command, --path, --url or --tool."


def run(arguments: argparse.Namespace, places: Places, env: Mapping[str, str]) -> int:
    """Raises ConfigError, StoreError."""
    command = _RulesCommand(places, env)
    is_tried = arguments.verb in ("test", "why")
    if is_tried and not any((arguments.text, arguments.path, arguments.url, arguments.tool)):
        print(_TRY_WHAT, file=sys.stderr)
        return 2
    try:
        return int(getattr(command, f"do_{arguments.verb}")(arguments))
    except NoSuchWorkspace:
        print(f"llmgw: There is no workspace '{arguments.workspace}'.", file=sys.stderr)
        return 1


class _RulesCommand:
    def __init__(self, places: Places, env: Mapping[str, str]) -> None:
        self._places = places
        self._env = env

    def do_list(self, arguments: argparse.Namespace) -> int:
        rules = self._rules()
        if arguments.json:
            told = [rule_table(each) | {"mistake": each.mistake} for each in rules]
            print(json.dumps(told, indent=2, ensure_ascii=True))
            return 0
        if not rules:
            add = own_command("rules", "add", "NAME", "--allow", "--command", "git status")
            print(f"There are no rules: agents ask. Add one with: {add}", file=sys.stderr)
        print_table(f"{inert_line(each.name, 80)}\t{_state(each)}" for each in rules)
        return 0

    def do_add(self, arguments: argparse.Namespace) -> int:
        table: dict[str, TomlValue] = {"name": arguments.name, "action": arguments.action}
        for key in RULE_LISTS:
            if found := getattr(arguments, key):
                table[key] = list(found)
        for key in ("hours", "note"):
            if found := getattr(arguments, key):
                table[key] = found
        self._write(adding(self._base(), table))
        print(f"{inert_line(arguments.name, 80)} holds from now on.")
        undo = own_command("rules", "remove", arguments.name)
        print(f"Undo: {inert(undo)}", file=sys.stderr)
        return 0

    def do_remove(self, arguments: argparse.Namespace) -> int:
        gone = [each for each in self._rules() if each.name == arguments.name]
        self._write(removing(self._base(), arguments.name))
        print(f"{inert_line(arguments.name, 80)} holds no longer.")
        if gone and not gone[0].mistake:
            print(f"Undo: {inert(_adding_words(gone[0]))}", file=sys.stderr)
        return 0

    def do_test(self, arguments: argparse.Namespace) -> int:
        ruling = self._tried(arguments)[0]
        if arguments.json:
            told = {"verdict": str(ruling.verdict), "rule": ruling.rule, "why": ruling.why}
            print(json.dumps(told, ensure_ascii=True))
        else:
            print(f"{ruling.verdict}: {inert_line(ruling.why or _TO_ASK, 600)}")
        return 0

    def do_why(self, arguments: argparse.Namespace) -> int:
        ruling, wish = self._tried(arguments)
        print(f"{ruling.verdict}: {inert_line(ruling.why or _TO_ASK, 600)}")
        if wish.command:
            programs, unclear = programs_in(wish)
            for each in programs:
                print(f"  it runs: {inert_line(each, 300)}")
            if unclear:
                print(f"  not clear: {inert_line(unclear, 300)}")
        for rule in self._rules():
            print(f"  rule {inert_line(rule.name, 80)}: {_state(rule)}")
        return 0

    def _tried(self, arguments: argparse.Namespace) -> tuple[Ruling, TriedWish]:
        said = load_settings(self._places.config_file, self._env).settings
        clock = SystemClock()
        workspaces = open_workspaces(self._places, self._env, lambda: said.workspaces, clock)
        alias = arguments.workspace
        try:
            top = workspaces.get(alias, "--workspace").path if alias else ""
        finally:
            workspaces.close()
        wish = TriedWish(
            command=arguments.text,
            path=arguments.path,
            url=arguments.url,
            tool=arguments.tool,
            cli=CliName(arguments.cli),
            client=arguments.client,
            folder=str(Path(arguments.folder or top or ".").expanduser().absolute()),
            workspace=arguments.workspace,
            top=top,
        )
        return tried(wish, said.rules, workspaces.is_private, clock.now_s()), wish

    def _rules(self) -> tuple[StandingRule, ...]:
        return load_settings(self._places.config_file, self._env).settings.rules

    def _base(self) -> bytes:
        return read_settings_file(self._places.config_file)

    def _write(self, edit: Edit) -> None:
        write_rules(self._places, self._env, edit)


def write_rules(places: Places, env: Mapping[str, str], edit: Edit) -> None:
    """Raises ConfigError, StoreError."""
    journal = SettingsJournal(places.gateway_db, places.config_file)
    editor = SettingsEditor(
        places.config_file, lambda file, raw: settings_of(file, raw, env), journal.writing
    )
    with closing(journal):
        editor.apply(edit)


def _state(rule: StandingRule) -> str:
    if rule.mistake:
        return f"cannot be read: {inert_line(rule.mistake, 300)}"
    return inert_line(rule_words(rule), 400) + ("" if rule.is_on else " · off")


def _adding_words(rule: StandingRule) -> str:
    """The command that brings it back."""
    words = ["rules", "add", rule.name, f"--{rule.verdict}"]
    for key, found in rule_table(rule).items():
        if key in RULE_LISTS and isinstance(found, list):
            option = RULE_OPTIONS[key]
            words += [part for each in found for part in (f"--{option}", str(each))]
        elif key in ("hours", "note"):
            words += [f"--{key}", str(found)]
    return own_command(*words)
