"""CLIs among the providers: how each stands in words, and changes of a real settings file."""

from __future__ import annotations

import tomllib
from pathlib import Path
from typing import Any

import pytest

from llmgw_desktop.app.clis.cards import CliCard
from llmgw_desktop.app.clis.sign_in import UNKNOWN_SIGN, Sign, SignedIn
from llmgw_desktop.app.clis.use import CliForm, CliProviders
from llmgw_desktop.app.settings.settings_file import SettingsWish
from llmgw_desktop.domain.cli import CliName
from llmgw_desktop.domain.errors import ConfigError
from llmgw_desktop.domain.provider import AccountState, AccountStatus
from llmgw_desktop.store.settings.editor import Written
from tests.support.plain_clis import PlainSurvey, PlainTerminal
from tests.support.plain_settings import PlainHealth, PlainSettings
from tests.ui.plain_gateway import NOW_S, StillClock

CLAUDE, CODEX = CliName.CLAUDE, CliName.CODEX
FILE = """\
# mine
[clis.claude]
max_running = 4   # enough
default_model = "sonnet"
"""


class Desk:
    """A settings file, CLIs that were found, and the use case over them."""

    def __init__(self, path: Path) -> None:
        self.settings = PlainSettings(path, lambda event: None)
        self.settings.write(FILE)
        self.health = PlainHealth()
        self.survey = PlainSurvey()
        self.terminal = PlainTerminal()
        self.running: list[CliName] = []
        self.clis = CliProviders(
            lambda: self.settings.loaded,
            self.survey,
            health=self.health,
            running=lambda: self.running,
            terminal=self.terminal,
            clock=StillClock(),
        )

    def card(self, name: CliName = CLAUDE) -> CliCard:
        self.clis.find()
        return next(each for each in self.clis.cards() if each.cli is name)

    def stands(self, state: AccountState, **more: Any) -> None:
        self.health.known["claude-cli"] = AccountStatus(account="claude-cli", state=state, **more)

    def do(self, wish: SettingsWish) -> Written:
        written = self.settings.editor.apply(wish.edit())
        self.settings.read()
        return written

    def table(self, name: CliName = CLAUDE) -> dict[str, Any]:
        found: dict[str, Any] = tomllib.loads(self.settings.path.read_text())["clis"][name]
        return found


@pytest.fixture
def desk(tmp_path: Path) -> Desk:
    made = Desk(tmp_path / "config.toml")
    made.survey.install(CLAUDE)
    return made


def test_there_is_nothing_to_show_before_somebody_has_looked(desk: Desk) -> None:
    assert desk.clis.cards() == ()
    desk.clis.find()
    assert [card.cli for card in desk.clis.cards()] == list(CliName)


def test_a_card_tells_what_is_known(desk: Desk) -> None:
    desk.running = [CLAUDE, CODEX, CLAUDE]
    card = desk.card()
    assert (card.title, card.name, card.words) == ("Claude Code", "claude-cli", "ready")
    assert card.facts == "claude-cli · version 2.1.329 · /usr/local/bin/claude"
    assert card.use == "2 of 4 running · default model sonnet"
    assert card.sign_in == "Signed in: ~/.x"
    assert not card.wants_sign_in
    absent = desk.card(CODEX)
    assert (absent.words, absent.is_installed) == ("not installed", False)
    assert absent.use == "1 of 16 running · the CLI chooses the model"
    assert absent.install == "npm install -g @openai/codex"


def test_how_it_stands_in_words(desk: Desk) -> None:
    desk.stands(AccountState.COOLING, until_s=NOW_S + 118, reason="It asked for a pause (429).")
    card = desk.card()
    assert (card.words, card.reason) == ("resting 2 m", "It asked for a pause (429).")
    assert card.counts_down
    desk.stands(AccountState.COOLING, until_s=NOW_S - 1)
    assert desk.card().words == "ready"
    desk.stands(AccountState.OVER_QUOTA, until_s=NOW_S + 7200)
    assert desk.card().words == "quota used up, back in 2 h"
    desk.stands(AccountState.AUTH_REQUIRED, reason="Refused.", last_error="Not logged in")
    card = desk.card()
    assert (card.words, card.wants_sign_in) == ("sign-in needed", True)
    assert "`claude auth login`" in card.reason
    assert card.last_error == "Not logged in"


def test_a_sign_in_that_is_not_found_is_wanted_unless_it_has_worked(desk: Desk) -> None:
    desk.survey.install(CLAUDE, sign=Sign(state=SignedIn.NO))
    assert desk.card().wants_sign_in
    desk.stands(AccountState.READY, last_used_at_s=NOW_S - 5)
    assert desk.card().words == "ready"
    desk.survey.install(CLAUDE, sign=UNKNOWN_SIGN)
    desk.health.known.clear()
    assert desk.card().words == "ready"


def test_one_that_cannot_be_started_wants_no_sign_in(desk: Desk) -> None:
    desk.survey.install(CLAUDE, problem="It cannot be started: Exec format error.")
    card = desk.card()
    assert (card.words, card.wants_sign_in) == ("cannot be started", False)
    assert card.reason == "It cannot be started: Exec format error."


def test_what_is_off_is_not_asked(desk: Desk) -> None:
    desk.do(desk.clis.toggle("claude-cli", on=False))
    assert desk.card().words == "off"
    asked: list[CliName] = []
    desk.survey.look = lambda name, **_: asked.append(name)  # type: ignore[assignment]
    desk.clis.look(CLAUDE)
    assert asked == []


def test_a_toggle_is_written_with_comments_kept_and_taken_back(desk: Desk) -> None:
    wish = desk.clis.toggle("claude-cli", on=False)
    assert wish.said == "claude-cli is off."
    written = desk.do(wish)
    assert desk.table() == {"max_running": 4, "default_model": "sonnet", "enabled": False}
    assert "# enough" in desk.settings.path.read_text()
    desk.settings.editor.undo(written)
    assert desk.settings.path.read_text() == FILE
    desk.settings.read()
    written = desk.do(desk.clis.toggle("codex-cli", on=False))  # it had no table
    assert desk.table(CODEX) == {"enabled": False}
    desk.settings.editor.undo(written)
    assert desk.settings.path.read_text() == FILE


def test_only_what_the_form_changes_is_written(desk: Desk) -> None:
    before = desk.clis.form_of(CLAUDE)
    assert before == CliForm(cli=CLAUDE, default_model="sonnet", max_running="4")
    change = desk.clis.change_from(CLAUDE)
    desk.do(change(before))
    assert desk.settings.path.read_text() == FILE
    desk.do(change(CliForm(cli=CLAUDE, max_running="2", models=("opus", "sonnet"))))
    assert desk.table() == {"max_running": 2, "models": ["opus", "sonnet"]}
    change = desk.clis.change_from(CODEX)
    desk.do(change(CliForm(cli=CODEX, command="/opt/codex")))
    assert desk.table(CODEX) == {"command": "/opt/codex"}


@pytest.mark.parametrize(
    ("form", "key"),
    [
        (CliForm(cli=CLAUDE, max_running="many"), "clis.claude.max_running"),
        (CliForm(cli=CLAUDE, max_running="0"), "clis.claude.max_running"),
        (CliForm(cli=CLAUDE, command="no/such"), "clis.claude.command"),
        (CliForm(cli=CLAUDE, default_model="-x"), "clis.claude.default_model"),
    ],
)
def test_what_cannot_be_used_is_refused_by_its_key(desk: Desk, form: CliForm, key: str) -> None:
    with pytest.raises(ConfigError) as refused:
        desk.settings.editor.apply(desk.clis.change_from(CLAUDE)(form).edit())
    assert refused.value.key == key
    assert desk.settings.path.read_text() == FILE


def test_a_check_asks_anew_and_ends_the_rest(desk: Desk) -> None:
    desk.clis.check(CLAUDE)
    desk.clis.end_rest(CLAUDE)
    assert desk.survey.checked == [CLAUDE]
    assert desk.health.reset_accounts == ["claude-cli"]


def test_sign_in_is_the_programs_own_and_told_where_there_is_no_terminal(desk: Desk) -> None:
    opened = desk.clis.open_sign_in(CLAUDE)
    argv = ["/usr/local/bin/claude", "auth", "login"]
    assert desk.terminal.opened == [(argv, {"HOME": "/home/ada"})]
    assert (opened.is_open, opened.command) == (True, "/usr/local/bin/claude auth login")
    desk.survey.install(CLAUDE, program="/opt/my tools/claude")
    desk.terminal.is_there = False
    opened = desk.clis.open_sign_in(CLAUDE)
    assert (opened.is_open, opened.command) == (False, "'/opt/my tools/claude' auth login")
