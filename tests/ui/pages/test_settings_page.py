"""The Settings page: every plain setting is found, changed and put back, by its description."""

from __future__ import annotations

import html
from dataclasses import make_dataclass, replace
from itertools import pairwise

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication

from llmgw_desktop.domain.setting import WholeNumber, setting
from llmgw_desktop.domain.settings.tables import JobSettings
from llmgw_desktop.domain.settings.whole import SettingGroup, Settings, single_tables
from llmgw_desktop.store.settings.reader import load_settings
from llmgw_desktop.store.settings.routes import MATCH_KEYS
from llmgw_desktop.ui.routes.route_dialog import RouteDialog
from llmgw_desktop.ui.settings.own import APPEARANCE, AUTOSTART
from llmgw_desktop.ui.settings.page import AT_ONCE, SettingsPage
from llmgw_desktop.ui.settings.rows import OwnRow, SettingRow, TablesRow
from llmgw_desktop.ui.settings_changes import NoticeKind, told_by
from llmgw_desktop.ui.theme import Appearance
from llmgw_desktop.ui.widgets.fields import ChoiceBox, TextLine
from llmgw_desktop.ui.widgets.toggles import Switch
from tests.ui.pages.routing_stage import RoutingStage

# the offscreen platform has no tray to watch
pytestmark = pytest.mark.qt_log_ignore("systemTrayWindowChanged", extend=True)

FILE = """\
[http]
port = 4000  # mine

[recorder]
level = "figures"
"""


async def opened(stage: RoutingStage, text: str = FILE) -> SettingsPage:
    stage.gateway.settings.write(text)
    stage.shell._theme.set_appearance(Appearance.SYSTEM)
    await stage.open("settings")
    page = stage.one(SettingsPage)
    await stage.until(lambda: page.is_whole)
    return page


async def found(stage: RoutingStage, page: SettingsPage, name: str) -> SettingRow:
    page.search.setText(name)
    await stage.until(lambda: page.is_whole)
    row = page.rows[name]
    assert isinstance(row, SettingRow)
    return row


def type_into(row: SettingRow, text: str) -> None:
    line = row.control.stop
    assert isinstance(line, TextLine)
    line.setFocus()
    line.selectAll()
    if text:
        QTest.keyClicks(line, text)
    else:
        line.clear()
    QTest.keyClick(line, Qt.Key.Key_Return)


async def test_every_plain_setting_is_found_as_its_description_has_it(
    stage: RoutingStage,
) -> None:
    page = await opened(stage)
    seen: dict[str, SettingRow] = {}
    for group in SettingGroup:
        page.groups.choose(group)
        await stage.until(lambda: page.is_whole)
        assert page.words == group.words
        seen |= {row.told.name: row for row in page.shown if isinstance(row, SettingRow)}
    for table in single_tables():
        for key, each in table.settings.items():
            row = seen[".".join((*table.path, key))]
            assert row.control.stop.accessibleDescription() == each.plain_words
            if isinstance(row.control.stop, TextLine):
                expected = each.kind.expected
                assert row.note.startswith(f"{expected[:1].upper()}{expected[1:]}")
            shown = each.kind.shown(getattr(table.defaults, key))
            assert f"efault {shown}" in row.note if shown else "one by default" in row.note
            assert all(name in row.note for name in each.env)
    assert len(seen) == sum(len(table.settings) for table in single_tables())


async def test_a_wide_search_is_laid_out_in_portions(stage: RoutingStage) -> None:
    """All at once held the loop for 28 ms."""
    page = await opened(stage)
    page.search.setText("e")
    counts = [0]

    def is_whole() -> bool:
        counts.append(sum(not row.isHidden() for row in page.shown))
        return page.is_whole

    await stage.until(is_whole)
    first = next(at for at, count in enumerate(counts) if count == AT_ONCE)
    assert all(after - before <= AT_ONCE for before, after in pairwise(counts[first:]))
    assert counts[-1] > 4 * AT_ONCE
    page.search.setText("zebra")
    assert not page.shown
    assert page.words == "Nothing matches."
    page.search.clear()
    page.which.choose("changed")
    await stage.until(lambda: page.is_whole)
    assert page.words == "2 settings"


async def test_where_nothing_is_changed_that_is_said(stage: RoutingStage) -> None:
    page = await opened(stage, "")
    page.which.choose("changed")
    assert page.words == "Every setting has its default."


async def test_what_is_typed_is_written_and_taken_back(stage: RoutingStage) -> None:
    page = await opened(stage)
    row = await found(stage, page, "http.port")
    assert row.said_by == "Set in the file."
    type_into(row, "4001")
    await stage.until(lambda: "4001" in stage.file.read_text())
    assert stage.file.read_text() == FILE.replace("4000", "4001")
    await stage.until(lambda: stage.undo.text == "http.port is set.")
    stage.undo.undo()
    await stage.until(lambda: stage.file.read_text() == FILE)
    await stage.until(lambda: row.control.stop.text() == "4000")  # type: ignore[attr-defined]
    row.reset.click()
    await stage.until(lambda: "port" not in stage.file.read_text())
    await stage.until(lambda: row.said_by == "")
    assert row.control.stop.text() == "3333"  # type: ignore[attr-defined]
    assert not row.reset.isVisible()


async def test_what_does_not_fit_is_told_while_it_is_typed_and_not_written(
    stage: RoutingStage,
) -> None:
    page = await opened(stage)
    row = await found(stage, page, "http.port")
    type_into(row, "70000")
    assert row.note == "Expected a whole number from 0 to 65535 (0 lets the system choose)."
    row = await found(stage, page, "http.tls_key")
    type_into(row, "/nowhere")  # what the whole file does not allow
    await stage.until(lambda: "go together" in row.note)
    assert stage.file.read_text() == FILE


async def test_switches_and_choices_are_written_at_once(stage: RoutingStage) -> None:
    page = await opened(stage)
    row = await found(stage, page, "http.oauth.enabled")
    assert isinstance(row.control.stop, Switch)
    row.control.stop.click()
    await stage.until(lambda: "[http.oauth]\nenabled = false" in stage.file.read_text())
    row = await found(stage, page, "recorder.level")
    box = row.control.stop
    assert isinstance(box, ChoiceBox)
    assert box.key == "figures"
    box.choose("off")
    box.activated.emit(box.currentIndex())
    await stage.until(lambda: 'level = "off"' in stage.file.read_text())
    await stage.until(lambda: not row.reset.isHidden() and row.told.value == "off")


async def test_an_emptied_line_puts_the_default_back(stage: RoutingStage) -> None:
    page = await opened(stage, '[http]\nname = "here"\n')
    type_into(await found(stage, page, "http.name"), "")
    await stage.until(lambda: "here" not in stage.file.read_text())
    settings = load_settings(stage.file, {}).settings
    assert settings.http.name == type(settings.http)().name


async def test_what_the_environment_says_cannot_be_changed_here(stage: RoutingStage) -> None:
    stage.gateway.settings.env["LLM_GATEWAY_PORT"] = "5000"
    page = await opened(stage)
    row = await found(stage, page, "http.port")
    assert row.said_by == "LLM_GATEWAY_PORT is set, and wins over the file."
    assert not row.control.isEnabled()
    assert row.control.stop.text() == "5000"  # type: ignore[attr-defined]


async def test_a_change_by_hand_is_shown_and_what_is_changed_can_be_seen_alone(
    stage: RoutingStage,
) -> None:
    page = await opened(stage)
    page.which.choose("changed")
    await stage.until(
        lambda: [row.told.name for row in page.shown] == ["http.port", "recorder.level"]
    )
    stage.gateway.settings.write(FILE + "\n[jobs]\nretries = 4\n")
    await stage.until(lambda: [row.told.name for row in page.shown][-1] == "jobs.retries")
    page.search.setText("no such thing")
    await stage.until(lambda: page.is_whole and not page.shown)
    QTest.keyClick(page.search, Qt.Key.Key_Escape)
    await stage.until(lambda: len(page.shown) == 3)
    assert [row.told.name for row in page.shown][-1] == "jobs.retries"


async def test_keys_go_through_the_rows_in_their_order(stage: RoutingStage) -> None:
    page = await opened(stage)
    page.groups.choose(SettingGroup.GATEWAY)
    await stage.until(lambda: page.is_whole)
    page.groups.setFocus()
    for row in page.shown[:3]:
        assert isinstance(row, SettingRow)
        QTest.keyClick(QApplication.focusWidget(), Qt.Key.Key_Tab)
        if QApplication.focusWidget() is row.reset:
            QTest.keyClick(QApplication.focusWidget(), Qt.Key.Key_Tab)
        assert QApplication.focusWidget() is row.control.stop, row.told.name
        if row.reset.isVisible():
            QTest.keyClick(QApplication.focusWidget(), Qt.Key.Key_Tab)
            assert QApplication.focusWidget() is row.reset


async def test_a_made_up_setting_has_its_form(
    stage: RoutingStage, monkeypatch: pytest.MonkeyPatch
) -> None:
    field = setting(7, WholeNumber(least=1, most=9), "How many naps.", since="0.2.0")
    with_naps = make_dataclass(
        "WithNaps", [("naps", int, field)], bases=(JobSettings,), kw_only=True
    )
    monkeypatch.setattr(Settings.__dataclass_fields__["jobs"], "default_factory", with_naps)
    page = await opened(stage, "[jobs]\nnaps = 3\n")
    row = await found(stage, page, "jobs.naps")
    assert row.note == "A whole number from 1 to 9 · default 7 · since 0.2.0"
    type_into(row, "10")
    assert row.note == "Expected a whole number from 1 to 9."
    type_into(row, "5")
    await stage.until(lambda: stage.file.read_text() == "[jobs]\nnaps = 5\n")


async def test_dialogs_have_labels_words_and_bounds_of_the_description(
    stage: RoutingStage,
) -> None:
    await stage.open("routes")
    stage.routes._open_new()
    dialog = stage.one(RouteDialog)
    for key, each in MATCH_KEYS.items():
        if key == "clients":
            continue  # the line of `client` takes several
        control = dialog._fields[key]._control
        assert html.unescape(control.toolTip()).count(each.kind.expected) == 1
        assert control.accessibleName() == (each.label or key.capitalize())
    line = dialog._lines["min_input_tokens"]
    QTest.keyClicks(line, "many")
    assert dialog._fields["min_input_tokens"].note == (
        "Expected a whole number from 0 to 100000000."
    )
    line.clear()
    QTest.keyClicks(line, "20,000")
    assert dialog._fields["min_input_tokens"].note == ""
    dialog.reject()


async def test_a_search_that_finds_most_of_them_shows_the_first(stage: RoutingStage) -> None:
    page = await opened(stage)
    page.search.setText("e")
    await stage.until(lambda: page.is_whole)
    assert len(page.shown) == 25
    assert page.words.startswith("The first 25 of ")
    rows = page.shown
    await stage.until(lambda: all(row.height() >= row.heightForWidth(row.width()) for row in rows))


async def own(stage: RoutingStage, page: SettingsPage, name: str) -> OwnRow:
    page.search.setText(name)
    await stage.until(lambda: page.is_whole and name in page.rows)
    row = page.rows[name]
    assert isinstance(row, OwnRow)
    return row


async def test_starting_at_login_is_off_and_read_from_the_system(stage: RoutingStage) -> None:
    page = await opened(stage)
    row = await own(stage, page, AUTOSTART)
    switch = row.control.stop
    assert isinstance(switch, Switch)
    assert not switch.isChecked()
    assert row.note == "Default off · kept by the system: the system's own list"
    switch.click()
    await stage.until(lambda: stage.gateway.autostart.state.is_on)
    await stage.until(lambda: row.said_by == "Changed." and switch.isChecked())
    assert stage.file.read_text() == FILE  # it is none of the file's
    state = stage.gateway.autostart.state
    stage.gateway.autostart.state = replace(state, is_on=False, problem="The system forbids it.")
    page.hide()
    page.show()  # what somebody changed there meanwhile is seen
    await stage.until(lambda: row.note == "The system forbids it.")
    assert not switch.isChecked()
    assert not row.control.isEnabled()


async def test_what_the_system_refuses_is_told_at_the_switch(stage: RoutingStage) -> None:
    page = await opened(stage)
    row = await own(stage, page, AUTOSTART)
    stage.gateway.autostart.trouble = OSError(28, "No space left on device")
    switch = row.control.stop
    assert isinstance(switch, Switch)
    switch.click()
    await stage.until(lambda: "No space left on device" in row.note)
    assert not switch.isChecked()


async def test_appearance_and_notices_are_the_windows_own(stage: RoutingStage) -> None:
    page = await opened(stage)
    row = await own(stage, page, APPEARANCE)
    box = row.control.stop
    assert isinstance(box, ChoiceBox)
    before = box.key
    box.choose("dark")
    box.activated.emit(box.currentIndex())
    assert stage.shell._theme.appearance.value == "dark"
    row.wanted.emit(before)
    row = await own(stage, page, "Long jobs")
    jobs = stage.window.page("jobs").notices  # type: ignore[attr-defined]
    assert jobs.isChecked()
    switch = row.control.stop
    assert isinstance(switch, Switch)
    switch.click()
    await stage.until(lambda: not jobs.isChecked() and row.said_by == "Changed.")
    row.reset.click()
    await stage.until(lambda: jobs.isChecked() and row.said_by == "")


async def test_a_notice_that_is_switched_off_is_not_said(stage: RoutingStage) -> None:
    page = await opened(stage)
    said: list[str] = []

    def say(title: str, text: str, do: object) -> bool:
        said.append(title)
        return True

    told = told_by(say, stage.shell._settings, NoticeKind.BUDGETS)
    assert told("one", "", lambda: None)
    row = await own(stage, page, "Budgets")
    row.control.stop.click()  # type: ignore[attr-defined]
    assert not told("two", "", lambda: None)
    assert said == ["one"]


async def test_tables_with_names_are_counted_and_lead_to_where_they_are_changed(
    stage: RoutingStage,
) -> None:
    page = await opened(stage, FILE + '[[prices]]\nmodel = "a"\ninput = 1\noutput = 2\n')
    page.groups.choose(SettingGroup.COSTS)
    await stage.until(lambda: page.is_whole)
    row = page.rows["[[prices]]"]
    assert isinstance(row, TablesRow)
    assert row._count.text() == "1 entry in the file."
    paths: list[object] = []
    stage.shell._opening._open_path = lambda path: paths.append(path) is None
    row.opener.click()
    assert paths == [stage.file]
    clients = page.rows["[clients.NAME]"]
    assert isinstance(clients, TablesRow)
    clients.opener.click()
    await stage.until(lambda: stage.window.page_key == "clients")


async def test_no_group_is_longer_than_one_look_at_the_list_may_be(stage: RoutingStage) -> None:
    page = await opened(stage)
    for group in SettingGroup:
        assert 0 < len(page._of_group(group)) <= 40, group
