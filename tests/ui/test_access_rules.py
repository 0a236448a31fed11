"""The rules on the Access page: shown, switched, tried, taken away."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from pytestqt.qtbot import QtBot

from llmgw_desktop.app.questions.rules import RuleList
from llmgw_desktop.app.settings.settings_file import SettingsWish
from llmgw_desktop.store.settings.editor import SettingsEditor
from llmgw_desktop.store.settings.reader import settings_of
from llmgw_desktop.ui.access.rules import RuleDialog, RuleSection
from llmgw_desktop.ui.bridge import Bridge
from llmgw_desktop.ui.theme import Theme
from tests.ui.plain_gateway import StillClock

SETTINGS_FILE = """# mine
[[rules]]
name = "looking"
action = "allow"
commands = ["git status"]
[[rules]]
name = "slip"
action = "deny"
commnds = ["rm *"]
"""


def test_rules_are_switched_tried_and_taken_away(
    theme: Theme, bridge: Bridge, qtbot: QtBot, tmp_path: Path
) -> None:
    file = tmp_path / "config.toml"
    file.write_text(SETTINGS_FILE)
    section = RuleSection(theme, bridge, RuleList(file, {}, lambda _: False, StillClock()))
    qtbot.addWidget(section)
    editor = SettingsEditor(file, lambda name, raw: settings_of(name, raw, {}))

    def make(wish: Callable[[], SettingsWish]) -> None:
        editor.apply(wish().edit())
        section.read()

    section.change_wanted.connect(make)
    section.show()
    section.read()
    qtbot.waitUntil(lambda: len(section.list.cards) == 2)
    looking, slip = section.list.cards.values()
    assert [each.text() for each in looking.buttons] == ["Change…", "Switch off", "Remove"]
    assert [each.text() for each in slip.buttons] == ["Remove"]
    assert "cannot be read" in slip.accessibleDescription()
    slip.buttons[0].click()
    qtbot.waitUntil(lambda: len(section.list.cards) == 1)
    section.command.setText("timeout 5 git status")
    qtbot.keyClick(section.command, "\r")
    qtbot.waitUntil(lambda: section.words == "allow: The rule looking says allow.")
    next(iter(section.list.cards.values())).buttons[1].click()
    qtbot.waitUntil(
        lambda: next(iter(section.list.cards.values())).buttons[1].text() == "Switch on"
    )
    assert file.read_text().startswith("# mine\n")
    assert "on = false" in file.read_text()
    qtbot.keyClick(section.command, "\r")
    qtbot.waitUntil(lambda: section.words.startswith("ask: "))


def test_a_rule_is_added_and_changed_in_a_form(
    theme: Theme, bridge: Bridge, qtbot: QtBot, tmp_path: Path
) -> None:
    file = tmp_path / "config.toml"
    text = SETTINGS_FILE.partition('[[rules]]\nname = "slip"')[0]
    file.write_text(text + 'clients = ["ada"]\n')
    section = RuleSection(theme, bridge, RuleList(file, {}, lambda _: False, StillClock()))
    qtbot.addWidget(section)
    editor = SettingsEditor(file, lambda name, raw: settings_of(name, raw, {}))

    def make(wish: Callable[[], SettingsWish]) -> None:
        editor.apply(wish().edit())
        section.read()

    section.change_wanted.connect(make)
    section.show()
    section.read()
    qtbot.waitUntil(lambda: len(section.list.cards) == 1)
    section.add.click()
    dialog = section.window().findChildren(RuleDialog)[-1]
    dialog.name.setText("looking")
    dialog.action.choose("deny")
    dialog.texts["commands"].setPlainText("rm *\n\n  git push  ")
    dialog.save_wanted.emit()
    qtbot.waitUntil(lambda: "there is a rule 'looking' already" in dialog.problem)
    dialog.name.setText("no removing")
    dialog.texts["commands"].setPlainText("rm 'x")
    dialog.save_wanted.emit()
    commands = dialog.texts["commands"]
    qtbot.waitUntil(lambda: "quotes end" in commands.accessibleDescription())
    dialog.texts["commands"].setPlainText("rm *\n\n  git push  ")
    dialog.note.setText("Ask me.")
    dialog.save_wanted.emit()
    qtbot.waitUntil(lambda: len(section.list.cards) == 2)
    assert 'commands = ["rm *", "git push"]' in file.read_text()
    looking, _ = section.list.cards.values()
    looking.buttons[0].click()
    changed = section.window().findChildren(RuleDialog)[-1]
    assert changed.texts["commands"].toPlainText() == "git status"
    changed.name.setText("seeing")
    changed.texts["commands"].setPlainText("git status\ngit log *")
    changed.save_wanted.emit()
    qtbot.waitUntil(lambda: 'name = "seeing"' in file.read_text())
    text = file.read_text()
    assert 'commands = ["git status", "git log *"]' in text
    assert 'clients = ["ada"]' in text, "what the form has no field for stays"
    assert text.startswith("# mine\n")
