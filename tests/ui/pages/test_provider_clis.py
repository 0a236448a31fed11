"""Vendors' CLIs on the Providers page and in the tray: both show and switch the same."""

from __future__ import annotations

import os
import tomllib
from pathlib import Path

import pytest
from PySide6.QtWidgets import QAbstractButton

from llmgw_desktop.app.clis.sign_in import Sign, SignedIn
from llmgw_desktop.app.clis.use import Terminals
from llmgw_desktop.clis.registry import cli_of
from llmgw_desktop.domain.cli import CliName
from llmgw_desktop.domain.events import AccountChanged
from llmgw_desktop.domain.provider import AccountState
from llmgw_desktop.ui.providers.cli_card import CliCardView, NotInstalled
from llmgw_desktop.ui.providers.cli_group import CliDialog
from llmgw_desktop.ui.widgets.label import Label
from llmgw_desktop.ui.widgets.texts import CodeBlock
from tests.support.cli_scene import set_cli_scene, set_refused
from tests.support.plain_clis import PlainSurvey
from tests.ui.pages.routing_stage import RoutingStage

# the offscreen platform has no tray to watch
pytestmark = pytest.mark.qt_log_ignore("systemTrayWindowChanged", extend=True)


def words_of(card: object) -> str:
    labels = card.findChildren(Label)  # type: ignore[attr-defined]
    return " | ".join(label.text() for label in labels if not label.isHidden())


def cli_card(stage: RoutingStage, name: str) -> CliCardView:
    return next(each for each in stage.providers.clis.views if each.accessibleName() == name)


def table_of(stage: RoutingStage, name: str) -> dict[str, object]:
    found: dict[str, object] = tomllib.loads(stage.file.read_text())["clis"][name]
    return found


async def opened(stage: RoutingStage) -> None:
    await stage.open("providers")
    await stage.until(lambda: stage.providers.clis.isVisible())


@pytest.mark.parametrize("name", CliName)
async def test_whichever_is_installed_is_shown_by_what_people_call_it(
    stage: RoutingStage, name: CliName
) -> None:
    stage.gateway.survey.install(name)
    await opened(stage)
    (card,) = stage.providers.clis.views
    assert f"{cli_of(name).title} | ready | {name}-cli" in words_of(card)
    absent = stage.providers.clis.findChild(NotInstalled)
    others = [cli_of(each).title for each in CliName if each is not name]
    assert absent is not None
    assert all(title in words_of(absent) for title in others)


async def test_each_that_is_installed_has_a_card_with_its_state(stage: RoutingStage) -> None:
    set_cli_scene(stage.gateway)
    await opened(stage)
    names = [card.accessibleName() for card in stage.providers.clis.views]
    assert names == [
        "claude-cli",
        "codex-cli",
        "gemini-cli",
        "grok-cli",
        "opencode-cli",
        "copilot-cli",
    ]
    assert "58 % left · resets in 2 h" in words_of(cli_card(stage, "codex-cli"))
    claude = words_of(cli_card(stage, "claude-cli"))
    assert "Claude Code | ready | claude-cli · version 2.1.329" in claude
    assert "2 of 4 running · default model sonnet" in claude
    assert "Requests with ephemeral, search will fail" in words_of(cli_card(stage, "codex-cli"))
    gemini = words_of(cli_card(stage, "gemini-cli"))
    assert "sign-in needed" in gemini
    assert "run `gemini` in a terminal" in gemini
    assert "resting 2 m" in words_of(cli_card(stage, "grok-cli"))
    assert "| off |" in words_of(cli_card(stage, "opencode-cli"))
    assert "exit code 127" in words_of(cli_card(stage, "copilot-cli"))


async def test_no_card_of_a_cli_has_what_only_an_api_has(stage: RoutingStage) -> None:
    set_cli_scene(stage.gateway)
    await opened(stage)
    for card in stage.providers.clis.views:
        buttons = card.findChildren(QAbstractButton)
        shown = {each.text() for each in buttons if each.isVisible()}
        assert shown - {""} == {"Sign in…", "Check"}
        assert not any("account" in each.accessibleName().casefold() for each in buttons)
        assert all(each.accessibleName() for each in buttons)
        assert len({each.accessibleName() for each in buttons}) == len(buttons)


async def test_those_not_installed_stand_in_one_line_that_unfolds(stage: RoutingStage) -> None:
    set_cli_scene(stage.gateway)
    await opened(stage)
    absent = stage.one(NotInstalled)
    assert words_of(absent).startswith("Not installed: Mistral Vibe")
    assert not absent.is_open
    stage.button("How to install the CLIs").click()
    assert [each.text() for each in absent.findChildren(CodeBlock)] == [
        "uv tool install mistral-vibe"
    ]
    assert absent.is_open
    stage.button("Hide how to install the CLIs").click()
    assert not absent.is_open


async def test_with_none_installed_there_is_that_line_alone(stage: RoutingStage) -> None:
    await opened(stage)
    assert stage.providers.clis.views == ()
    assert "Claude Code, Codex, Gemini CLI, Grok" in words_of(stage.one(NotInstalled))
    assert not stage.tray._providers.menuAction().isVisible()


async def test_a_command_that_is_wrong_is_said_where_it_is_corrected(stage: RoutingStage) -> None:
    stage.gateway.settings.write('[clis.codex]\ncommand = "/no/codex"\n')
    await opened(stage)
    assert stage.one(NotInstalled).is_open
    assert "There is no program" in words_of(stage.one(NotInstalled))


async def test_page_tray_and_file_agree_and_a_toggle_is_taken_back(stage: RoutingStage) -> None:
    set_cli_scene(stage.gateway)
    before = stage.file.read_text()
    await opened(stage)
    switch = stage.button("Use Claude Code")
    switch.click()
    await stage.until(lambda: stage.undo.isVisible())
    assert stage.undo.text == "claude-cli is off."
    assert table_of(stage, "claude")["enabled"] is False
    assert not stage.tray_line("claude-cli").isChecked()
    assert "| off |" in words_of(cli_card(stage, "claude-cli"))
    stage.button("Undo the last change").click()
    await stage.until(lambda: stage.file.read_text() == before)
    await stage.until(lambda: switch.isChecked())
    stage.tray_line("codex-cli").trigger()
    await stage.until(lambda: not stage.button("Use Codex").isChecked())
    assert table_of(stage, "codex") == {"enabled": False}
    stage.choose("Undo change of settings")
    await stage.until(lambda: stage.file.read_text() == before)


async def test_the_tray_lists_what_is_installed_before_any_window(stage: RoutingStage) -> None:
    set_cli_scene(stage.gateway)
    await stage.shell.start()
    await stage.until(lambda: stage.tray._providers.actions())
    lines = [each.text() for each in stage.tray._providers.actions()]
    assert lines == [
        "claude-cli",
        "codex-cli (7 d: 7 % left)",
        "gemini-cli (sign-in needed)",
        "grok-cli (resting 2 m)",
        "opencode-cli",
        "copilot-cli (cannot be started)",
    ]
    assert stage.shell.window is None
    stage.tray_line("grok-cli").trigger()
    await stage.until(lambda: "[clis.grok]" in stage.file.read_text())
    assert table_of(stage, "grok") == {"enabled": False}
    await stage.until(lambda: stage.tray_line("grok-cli").text() == "grok-cli")
    assert not stage.tray_line("grok-cli").isChecked()


async def test_a_command_changed_by_hand_is_looked_for(stage: RoutingStage) -> None:
    await opened(stage)
    stage.gateway.survey.install(CliName.CODEX, command="codex-next")
    stage.gateway.settings.write('[clis.codex]\ncommand = "codex-next"\n')
    await stage.until(lambda: stage.providers.clis.views)
    await stage.until(lambda: stage.tray_line("codex-cli").isChecked())
    assert words_of(cli_card(stage, "codex-cli")).startswith("Codex | ready")


async def test_one_that_was_refused_in_a_run_says_what_to_do(stage: RoutingStage) -> None:
    set_cli_scene(stage.gateway)
    await opened(stage)
    set_refused(stage.gateway)
    refused = stage.gateway.health.known["claude-cli"]
    stage.gateway.control.publish(AccountChanged(status=refused))
    card = cli_card(stage, "claude-cli")
    await stage.until(lambda: "sign-in needed" in words_of(card))
    assert "run `claude auth login` in a terminal" in words_of(card)
    assert stage.button("Sign in with Claude Code", card).isVisible()
    assert stage.tray_line("claude-cli").text() == "claude-cli (sign-in needed)"
    stage.button("Check Claude Code", card).click()
    await stage.until(lambda: "sign-in needed" not in words_of(card))
    assert stage.gateway.health.reset_accounts == ["claude-cli"]
    assert stage.gateway.survey.checked == [CliName.CLAUDE]


async def test_sign_in_opens_the_programs_own_in_a_terminal(
    stage: RoutingStage, tmp_path: Path
) -> None:
    set_cli_scene(stage.gateway)
    notes, folder = tmp_path / "asked", tmp_path / "programs"
    folder.mkdir()
    terminal = folder / "x-terminal-emulator"
    terminal.write_text(f'#!/bin/sh\nfor each in "$@"; do echo "$each" >> \'{notes}\'; done\n')
    terminal.chmod(0o755)
    env = {"PATH": f"{folder}:{os.environ['PATH']}", "DISPLAY": ":0"}
    stage.gateway.terminal.real = Terminals(env, "linux")
    await opened(stage)
    card = cli_card(stage, "gemini-cli")
    stage.button("Sign in with Gemini CLI", card).click()
    await stage.until(lambda: "open in a terminal" in words_of(card))
    assert notes.read_text().splitlines() == ["-e", "/usr/local/bin/gemini"]
    assert card.command == ""
    stage.button("Check Gemini CLI", card).click()
    await stage.until(lambda: "open in a terminal" not in words_of(card))


async def test_without_a_terminal_the_command_is_there_to_copy(stage: RoutingStage) -> None:
    set_cli_scene(stage.gateway)
    stage.gateway.terminal.is_there = False
    await opened(stage)
    card = cli_card(stage, "claude-cli")
    stage.button("Sign in with Claude Code", card).click()
    await stage.until(lambda: card.command)
    assert card.command == "/usr/local/bin/claude auth login"
    assert "No terminal could be opened" in words_of(card)


async def test_a_sign_in_of_the_vault_is_none_for_a_terminal(stage: RoutingStage) -> None:
    where = "work/auth.json of the vault"
    kept = Sign(state=SignedIn.YES, where=where, is_in_vault=True)
    stage.gateway.survey.install(CliName.CODEX, sign=kept)
    await opened(stage)
    await stage.until(lambda: stage.providers.clis.views)
    card = cli_card(stage, "codex-cli")
    assert "Signs in with work/auth.json of the vault" in words_of(card)
    assert not stage.button("Sign in with Codex", card).isVisible()


async def test_settings_are_changed_and_what_is_wrong_is_said_beside_the_field(
    stage: RoutingStage,
) -> None:
    set_cli_scene(stage.gateway)
    await opened(stage)
    stage.button("Settings of Claude Code…").click()
    await stage.turns()
    dialog = stage.one(CliDialog)
    assert dialog.form.default_model == "sonnet"
    dialog._lines["max_running"].setText("none")
    dialog.save_wanted.emit()
    await stage.until(lambda: dialog._fields["max_running"].note.startswith("Expected"))
    assert table_of(stage, "claude")["max_running"] == 4
    dialog._lines["max_running"].setText("7")
    dialog._lines["default_model"].setText("opus")
    dialog.save_wanted.emit()
    await stage.until(lambda: table_of(stage, "claude").get("max_running") == 7)
    assert table_of(stage, "claude")["default_model"] == "opus"
    card = cli_card(stage, "claude-cli")
    await stage.until(lambda: "2 of 7 running · default model opus" in words_of(card))


async def test_what_is_installed_meanwhile_comes_with_the_next_look(stage: RoutingStage) -> None:
    await opened(stage)
    survey: PlainSurvey = stage.gateway.survey
    survey.install(CliName.GROK)
    stage.window.show_page("routes")
    stage.window.show_page("providers")
    await stage.until(lambda: stage.providers.clis.views)
    assert [each.accessibleName() for each in stage.providers.clis.views] == ["grok-cli"]
    await stage.until(lambda: stage.tray_line("grok-cli").isChecked())
    states = [card.state for card in stage.gateway.cli_providers.cards() if card.is_installed]
    assert states == [AccountState.READY]
