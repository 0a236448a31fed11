"""Several accounts of one provider: added, changed and removed in the settings file."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from llmgw_desktop.app.providers.accounts import (
    AccountForm,
    KeyKeeping,
    KeySource,
    ProviderAccounts,
)
from llmgw_desktop.app.settings.settings_file import SettingsWish
from llmgw_desktop.domain.errors import ConfigError
from tests.support.plain_settings import PlainSettings
from tests.support.plain_vault import PlainVault

FILE = """\
# mine
[providers.claude]
kind = "anthropic"
vault = "anthropic/claude"

[[providers.claude.accounts]]
name = "home" # at home
api_key_env = "HOME_KEY"

[providers.other]
kind = "openai"
api_key_env = "OTHER"
"""
WORK = """
[[providers.claude.accounts]]
name = "work"
vault = "anthropic/claude.work"
"""


class Desk:
    def __init__(self, path: Path) -> None:
        self.settings = PlainSettings(path, lambda event: None)
        self.settings.env.update(HOME_KEY="h", OTHER="o")
        self.settings.write(FILE)
        self.vault = PlainVault("anthropic/claude")
        self.accounts = ProviderAccounts(lambda: self.settings.loaded, KeyKeeping(self.vault))

    @property
    def text(self) -> str:
        return self.settings.path.read_text()

    def do(self, wish: SettingsWish) -> str:
        self.settings.editor.apply(wish.edit())
        self.settings.read()
        return wish.said


@pytest.fixture
def desk(tmp_path: Path) -> Desk:
    return Desk(tmp_path / "config.toml")


def work(**changes: object) -> AccountForm:
    form = AccountForm(provider="claude", name="work", key_source=KeySource.VAULT, secret="sk-work")
    return replace(form, **changes)  # type: ignore[arg-type]


def test_a_second_account_is_added_beside_the_first(desk: Desk) -> None:
    assert desk.do(desk.accounts.add(work())) == "claude/work was added."
    before, _, after = FILE.partition("\n[providers.other]")
    assert desk.text == f"{before}{WORK}\n[providers.other]{after}"
    assert desk.vault.kept == [("anthropic", "claude.work", "sk-work")]
    names = [each.name for each in desk.settings.loaded.settings.providers[0].accounts]
    assert names == ["default", "home", "work"]


def test_adding_is_undone_byte_for_byte(desk: Desk) -> None:
    written = desk.settings.editor.apply(desk.accounts.add(work()).edit())
    desk.settings.editor.undo(written)
    assert desk.text == FILE


def test_a_share_is_written_as_a_number_and_nonsense_is_refused_by_its_name(desk: Desk) -> None:
    desk.do(desk.accounts.add(work(weight="3", priority=" 1 ")))
    assert "weight = 3\npriority = 1\n" in desk.text
    with pytest.raises(ConfigError) as refused:
        desk.do(desk.accounts.add(work(name="third", weight="heavy")))
    assert refused.value.key.endswith("accounts[2].weight")


def test_only_what_was_changed_is_written(desk: Desk) -> None:
    form = desk.accounts.form_of("claude", "home")
    change = desk.accounts.change_from("claude", "home")
    assert change(form).edit().changes == ()
    assert desk.do(change(replace(form, priority="2"))) == "claude/home was changed."
    named = 'name = "home" # at home\napi_key_env = "HOME_KEY"\n'
    assert desk.text == FILE.replace(named, f"{named}priority = 2\n")


def test_another_key_takes_the_place_of_the_variable(desk: Desk) -> None:
    form = replace(
        desk.accounts.form_of("claude", "home"), key_source=KeySource.VAULT, secret="sk-home"
    )
    desk.do(desk.accounts.change_from("claude", "home")(form))
    assert 'name = "home" # at home\nvault = "anthropic/claude.home"\n' in desk.text
    assert "HOME_KEY" not in desk.text


def test_the_vault_without_a_key_is_refused_beside_its_field(desk: Desk) -> None:
    with pytest.raises(ConfigError, match="paste the key") as refused:
        desk.accounts.add(work(secret="")).edit()
    assert refused.value.key.endswith(".vault")


def test_a_key_that_another_account_uses_is_not_written_over(desk: Desk) -> None:
    desk.settings.write(FILE.replace("anthropic/claude", "anthropic/claude.work"))
    desk.do(desk.accounts.add(work()))
    assert desk.vault.kept == [("anthropic", "claude.work-2", "sk-work")]


def test_removing(desk: Desk) -> None:
    assert desk.do(desk.accounts.remove("claude", "home")) == "claude/home was removed."
    assert "home" not in desk.text
    assert "# mine" in desk.text


def test_accounts_in_one_line_are_left_to_the_person(desk: Desk) -> None:
    one_line = (
        '[providers.claude]\nkind = "anthropic"\naccounts = [{ name = "a", vault = "a/b" }]\n'
    )
    desk.settings.write(one_line)
    with pytest.raises(ConfigError, match="change it in the file"):
        desk.do(desk.accounts.add(work()))
    assert desk.text == one_line


def test_a_budget_is_written_as_it_is_read(desk: Desk) -> None:
    desk.do(desk.accounts.add(work(budgets="20 usd a week, 500 requests/day, 2.5 usd once")))
    line = 'budgets = [{usd = 20, per = "week"}, {requests = 500, per = "day"}, '
    assert line + '{usd = 2.5, per = "never"}]' in desk.text
    form = desk.accounts.form_of("claude", "work")
    assert form.budgets == "20 usd a week, 500 requests a day, 2.5 usd once"
    desk.do(desk.accounts.change_from("claude", "work")(replace(form, budgets="")))
    assert "budgets" not in desk.text


def test_a_budget_that_nobody_understands_is_refused_at_its_field(desk: Desk) -> None:
    with pytest.raises(ConfigError) as refused:
        desk.do(desk.accounts.add(work(budgets="a lot")))
    assert refused.value.key.endswith("accounts[1].budgets")


def test_a_key_of_a_project_stands_beside_that_of_everybody(desk: Desk) -> None:
    desk.do(desk.accounts.add(work()))
    form = desk.accounts.form_of("claude", "work")
    before = desk.text
    desk.do(
        desk.accounts.change_from("claude", "work")(replace(form, secret="sk-shop", project="shop"))
    )
    assert desk.vault.kept[-1] == ("anthropic", "claude.work", "sk-shop")
    assert desk.vault.projects == ["", "shop"]
    assert desk.text == before
