"""The Clients page: who asks, what may it spend, how does it stand; and what is done about one."""

from __future__ import annotations

import tomllib
from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path
from typing import TypeVar

import pytest
import pytest_asyncio
from PySide6.QtCore import Qt
from PySide6.QtGui import QGuiApplication
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QDialog
from shiboken6 import delete

from llmgw_desktop.app.clients.facts import WhichClients
from llmgw_desktop.app.clients.rows import ShownClient
from llmgw_desktop.domain.access.principal import ClientFigures, Scope
from llmgw_desktop.domain.errors import StoreUnavailable
from llmgw_desktop.domain.events import ClientsChanged
from llmgw_desktop.domain.flights.flight import FlightQuery
from llmgw_desktop.domain.policy import ClientStanding
from llmgw_desktop.ui.access.page import AccessPage
from llmgw_desktop.ui.clients import key_dialogs
from llmgw_desktop.ui.clients.client_section import ClientSection
from llmgw_desktop.ui.clients.client_table import client_model
from llmgw_desktop.ui.clients.key_dialogs import KeyDialog, KeyShown, RotateDialog
from llmgw_desktop.ui.clients.limits import LimitsDialog
from llmgw_desktop.ui.clients.page import ClientsPage
from llmgw_desktop.ui.clients.program_section import ProgramSection
from llmgw_desktop.ui.jobs.page import JobsPage
from llmgw_desktop.ui.theme import Theme
from llmgw_desktop.ui.widgets.panes import TabStrip
from tests.support.plain_desk import SCENE, set_scene
from tests.ui.pages.routing_stage import RoutingStage
from tests.ui.plain_gateway import NOW_S

_D = TypeVar("_D", bound=QDialog)


class ClientsStage(RoutingStage):
    """The scene is set before the window is opened."""

    @property
    def part(self) -> ClientSection:
        return self.one(ClientSection)

    async def open_scene(self) -> None:
        self.gateway.settings.write(SCENE)
        set_scene(self.gateway.desk, NOW_S)
        await self.open("clients")
        await self.until(lambda: len(self.part.rows) > 10)

    def row(self, name: str) -> ShownClient:
        return next(row for row in self.part.rows if row.name == name)

    def choose_client(self, name: str) -> None:
        """As a click on its row does."""
        self.part.table.choose(self.row(name).key)
        self.part.table.opened.emit()

    async def dialog(self, kind: type[_D]) -> _D:
        found: list[_D] = []

        def is_there() -> bool:
            found[:] = [each for each in self.part.findChildren(kind) if each.isVisible()]
            return bool(found)

        await self.until(is_there)
        return found[-1]

    def shown_dialogs(self) -> list[QDialog]:
        return [each for each in self.part.findChildren(QDialog) if each.isVisible()]


@pytest_asyncio.fixture
async def stage(theme: Theme, qapp: QApplication, tmp_path: Path) -> AsyncIterator[ClientsStage]:
    made = ClientsStage(theme, tmp_path)
    yield made
    window = made.shell.window
    await made.shell.stop()
    if window is not None:
        delete(window)


async def test_the_tab_key_goes_from_the_parts_through_the_bar_into_the_list(
    stage: ClientsStage,
) -> None:
    await stage.open_scene()
    stage.choose_client("nightly-review")
    part, stops = stage.part, []
    stage.window.activateWindow()
    await stage.until(stage.window.isActiveWindow)
    stage.one(ClientsPage)._tabs.setFocus()
    for _ in range(4):
        QTest.keyClick(stage.window.focusWidget(), Qt.Key.Key_Tab)
        stops.append(stage.window.focusWidget())
    assert stops == [part.field, part.which, part.make, part.table]
    for _ in range(40):
        QTest.keyClick(stage.window.focusWidget(), Qt.Key.Key_Tab)
        stops.append(stage.window.focusWidget())
    assert stops.count(part.field) > 1, "and comes round again"


async def test_who_asks_what_it_costs_and_how_it_stands(stage: ClientsStage) -> None:
    await stage.open_scene()
    night = stage.row("nightly-review")
    assert (night.state_words, night.program, night.requests, night.tokens, night.cost) == (
        *("1 running", "OpenAI SDK (Python) 1.99.9"),
        *("388", "9.0 M", "$3.10"),
    )
    assert [each.left for each in night.budgets] == ["$1.45 left", "11 M tokens left"]
    stage.choose_client("nightly-review")
    for words in (
        "$5 a day",
        "60 requests a minute: 12 used",
        "Models: claude-*, fast",
        "Expires: at the end of 31 Jan 2027",
        "cheap nights: claude-haiku-* from nightly-* → work-openai:gpt-5-mini",
    ):
        assert words in stage.part.pane.words + night.words, words
    stage.choose_client("codex")
    assert "Refused 3 times, last 1 m ago" in stage.part.pane.words
    assert "Opens again in 9 h, at" in stage.part.pane.words


async def test_a_client_leads_to_its_flights_jobs_and_access(stage: ClientsStage) -> None:
    await stage.open_scene()
    wanted: list[FlightQuery] = []
    stage.one(ClientsPage).flights_wanted.connect(wanted.append)
    stage.choose_client("codex")
    stage.button("Flights", stage.part.pane).click()
    assert wanted == [FlightQuery(client="codex")]
    assert stage.window.page("flights").isVisible()
    stage.window.show_page("clients")
    stage.button("Jobs", stage.part.pane).click()
    assert stage.window.page("jobs").isVisible()
    assert stage.one(JobsPage).filter.query.text == "codex"
    stage.window.show_page("clients")
    stage.choose_client("nightly-review")
    await stage.until(lambda: "linter: 48 flights, last 10 m ago" in stage.part.pane.words)
    assert "$1 a day: $0.600 left" in stage.part.pane.words
    stage.button("Flights of linter", stage.part.pane).click()
    assert wanted[-1] == FlightQuery(client="nightly-review", label="linter")
    stage.window.show_page("clients")
    stage.choose_client("MCP Inspector")
    assert "linter" not in stage.part.pane.words
    stage.button("Access", stage.part.pane).click()
    stage.window.page("access")
    assert stage.one(AccessPage).tab == "holders"


async def test_limits_are_written_when_they_are_saved_and_can_be_undone(
    stage: ClientsStage,
) -> None:
    await stage.open_scene()
    before = stage.file.read_bytes()
    stage.choose_client("nightly-review")
    stage.button("Limits", stage.part.pane).click()
    dialog = await stage.dialog(LimitsDialog)
    first = dialog.limits.budgets._lines[0]
    first.amount.setText("")
    QTest.keyClicks(first.amount, "lots")
    assert "Expected usd = a number above 0." in dialog.limits.budgets.wrong
    assert not dialog._save.isEnabled()
    first.amount.clear()
    QTest.keyClicks(first.amount, "7.5")
    dialog.limits.rates.add.click()
    QTest.keyClicks(dialog.limits.rates._lines[1].amount, "200k")
    dialog.limits.rates._lines[1]._measure.choose("tokens")
    dialog.limits.ticks["work-openai"].setChecked(True)
    assert stage.file.read_bytes() == before, "nothing is written before Save"
    dialog._save.click()
    await stage.until(lambda: not stage.shown_dialogs())
    text = stage.file.read_text()
    assert 'budgets = [{usd = 7.5, per = "day"}, {tokens = 20000000, per = "month"}]' in text
    assert '{tokens = 200000, per = "minute"}]' in text
    assert 'providers = ["anthropic", "work-openai"]' in text
    assert "expires = 2027-01-31" in text
    assert stage.undo.text == "The limits of nightly-review were changed."
    stage.undo.undo()
    await stage.until(lambda: stage.file.read_bytes() == before)


async def test_limits_that_another_hand_changed_meanwhile_are_a_conflict(
    stage: ClientsStage,
) -> None:
    await stage.open_scene()
    stage.choose_client("codex")
    stage.button("Limits", stage.part.pane).click()
    dialog = await stage.dialog(LimitsDialog)
    dialog.limits.budgets._lines[0].remove.click()
    by_hand = SCENE.replace("usd = 2, per", "usd = 3, per")
    stage.file.write_text(by_hand)
    dialog._save.click()
    await stage.until(lambda: dialog not in stage.shown_dialogs())
    assert stage.file.read_text() == by_hand


async def test_a_key_is_made_with_its_limits_and_shown_once(
    stage: ClientsStage, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(key_dialogs, "CLIPBOARD_MS", 1)
    await stage.open_scene()
    stage.button("Make a key…", stage.part).click()
    dialog = await stage.dialog(KeyDialog)
    assert not dialog._save.isEnabled()
    QTest.keyClicks(dialog._name, "local")
    assert "gives itself" in dialog._name_field.note
    dialog._name.clear()
    QTest.keyClicks(dialog._name, "fresh")
    dialog.ticks[Scope.MCP].click()
    dialog._more.click()
    dialog.limits.budgets.add.click()
    QTest.keyClicks(dialog.limits.budgets._lines[0].amount, "4")
    dialog._save.click()
    shown = await stage.dialog(KeyShown)
    key = shown.code.text()
    assert key.startswith("llmgw-")
    assert '[clients.fresh]\nbudgets = [{usd = 4, per = "day"}]' in stage.file.read_text()
    (client,) = [each for each in stage.gateway.desk.keys.active() if each.name == "fresh"]
    assert client.scopes == {Scope.MODELS_USE, Scope.MODELS_LIST, Scope.MCP}
    shown.code.copy.click()
    assert QGuiApplication.clipboard().text() == key
    await stage.until(lambda: QGuiApplication.clipboard().text() == "")
    QTest.keyClick(shown, Qt.Key.Key_Return)
    await stage.until(lambda: not stage.shown_dialogs())
    await stage.until(lambda: any(row.name == "fresh" for row in stage.part.rows))


async def test_a_name_that_is_taken_is_said_in_the_dialog(stage: ClientsStage) -> None:
    await stage.open_scene()
    stage.button("Make a key…", stage.part).click()
    dialog = await stage.dialog(KeyDialog)
    QTest.keyClicks(dialog._name, "cursor")
    dialog._save.click()
    await stage.until(lambda: "already a client named 'cursor'" in dialog.problem)
    assert dialog.isVisible()


async def test_a_revoked_key_can_be_brought_back_at_once(stage: ClientsStage) -> None:
    await stage.open_scene()
    stage.choose_client("cursor")
    stage.button("Revoke", stage.part.pane).click()
    await stage.until(lambda: "cursor" not in {row.name for row in stage.part.rows})
    assert "The key of cursor is revoked" in stage.undo.text
    stage.undo.undo()
    await stage.until(lambda: "cursor" in {row.name for row in stage.part.rows})
    assert stage.undo.text == "cursor has access again."


async def test_a_client_is_paused_and_goes_on(stage: ClientsStage) -> None:
    await stage.open_scene()
    path = stage.gateway.settings.path
    before = path.read_text()
    for name in ("cursor", "codex"):
        stage.choose_client(name)
        stage.button("Pause", stage.part.pane).click()
        await stage.until(lambda: "paused" in stage.part.pane.words)
        assert "paused = true" in path.read_text()
        assert "is paused: it is refused until you let it go on." in stage.undo.text
        stage.button("Go on", stage.part.pane).click()
        await stage.until(lambda: "paused" not in stage.part.pane.words)
        assert tomllib.loads(path.read_text()) == tomllib.loads(before)


async def test_a_new_key_for_the_same_client(stage: ClientsStage) -> None:
    await stage.open_scene()
    before = stage.gateway.desk.id_of("cursor")
    stage.choose_client("cursor")
    stage.button("New key", stage.part.pane).click()
    dialog = await stage.dialog(RotateDialog)
    dialog.rings[2].click()
    dialog._save.click()
    shown = await stage.dialog(KeyShown)
    (client,) = [each for each in stage.gateway.desk.keys.active() if each.name == "cursor"]
    assert client.id == before
    assert client.key_hint == shown.code.text()[: len(client.key_hint)]
    assert client.old_key_ends_at_s == NOW_S + 86_400
    shown.accept()
    await stage.until(lambda: "Old key: opens until" in stage.part.pane.words)


async def test_the_list_is_found_in_and_chosen_from(stage: ClientsStage) -> None:
    await stage.open_scene()
    part = stage.part
    part.table.setFocus()
    QTest.keyClick(part.table, Qt.Key.Key_Slash)
    assert part.field.hasFocus()
    QTest.keyClicks(part.field, "claude")
    assert [row.name for row in part.rows] == ["claude-code"]
    QTest.keyClicks(part.field, " nobody")
    assert part.nothing.isVisible()
    stage.button("Show all", part.nothing).click()
    assert {"leaked", "cursor"} <= {row.name for row in part.rows}
    for which, names in (
        (WhichClients.BUSY, {"claude-code", "nightly-review"}),
        (WhichClients.BOUND, {"codex", "translator", "old-laptop"}),
        (WhichClients.REVOKED, {"leaked"}),
    ):
        part.which.choose(which.value)
        assert {row.name for row in part.rows} == names
    part.which.choose(WhichClients.CURRENT.value)
    part.table.setFocus()
    for key in (Qt.Key.Key_J, Qt.Key.Key_Return):
        QTest.keyClick(part.table, key)
    assert part.pane.isVisible()
    QTest.keyClick(part.table, Qt.Key.Key_Escape)
    assert not part.pane.isVisible()


async def test_news_change_rows_in_place_and_the_choice_stays(stage: ClientsStage) -> None:
    await stage.open_scene()
    stage.choose_client("cursor")
    desk = stage.gateway.desk
    key = desk.id_of("cursor")
    desk.figures[key] = ClientFigures(flights=7, last_at_s=NOW_S, agent="Cursor/1.4")
    desk.standings.append(ClientStanding(client_id=key, name="cursor", running=3, policy=None))
    stage.gateway.control.publish(ClientsChanged())
    await stage.until(lambda: stage.row("cursor").state_words == "3 running")
    chosen = stage.part.table.chosen_client
    assert chosen is not None
    assert chosen.name == "cursor"
    assert "today 7 requests" in stage.part.pane.words


async def test_keys_that_cannot_be_read_leave_the_rest_in_sight(stage: ClientsStage) -> None:
    stage.gateway.clients_problem = "Client keys are not accepted: the file is damaged."
    await stage.open("clients")
    await stage.until(lambda: stage.part.banner.isVisible())
    assert "the file is damaged" in stage.part.banner.words
    assert [row.name for row in stage.part.rows] == ["local", "Everyone else"]
    assert not stage.part.make.isEnabled()


async def test_flights_that_cannot_be_read_are_a_sentence(stage: ClientsStage) -> None:
    stage.gateway.desk.trouble = StoreUnavailable("The disk is full.")
    await stage.open("clients")
    await stage.until(lambda: "The disk is full." in stage.part.banner.words)
    stage.gateway.desk.trouble = None
    QTest.keyClick(stage.part.table, Qt.Key.Key_F5)
    await stage.until(lambda: not stage.part.banner.isVisible())
    assert stage.part.rows


async def test_alone_there_is_a_way_to_the_programs(stage: ClientsStage) -> None:
    await stage.open("clients")
    await stage.until(lambda: stage.part.alone.isVisible())
    stage.button("Connect a program…", stage.part.alone).click()
    assert stage.one(ProgramSection).isVisible()


async def test_everything_that_takes_keys_has_a_name(stage: ClientsStage) -> None:
    from tests.ui.test_accessible_names import nameless

    await stage.open_scene()
    stage.choose_client("nightly-review")
    stage.button("Limits", stage.part.pane).click()
    await stage.dialog(LimitsDialog)
    stage.button("Make a key…", stage.part).click()
    await stage.dialog(KeyDialog)
    assert nameless(stage.window) == []


def test_five_hundred_clients_are_one_model(qtmodeltester: object, stage: ClientsStage) -> None:
    stage.gateway.settings.write(SCENE)
    set_scene(stage.gateway.desk, NOW_S)
    desk = stage.gateway.client_desk
    row = next(each for each in desk.look(stage.gateway.desk.standings).rows if each.budgets)
    model = client_model()
    model.show_rows([replace(row, key=f"cli_{at}") for at in range(500)])
    qtmodeltester.check(model)  # type: ignore[attr-defined]
    assert model.rowCount() == 500


async def test_its_keys_work_from_the_tabs_where_the_page_has_the_focus(
    stage: ClientsStage,
) -> None:
    await stage.open_scene()
    tabs = stage.one(ClientsPage).findChild(TabStrip)
    assert isinstance(tabs, TabStrip)
    tabs.setFocus()
    QTest.keyClick(tabs, Qt.Key.Key_Slash)
    assert stage.part.field.hasFocus()
    tabs.setFocus()
    QTest.keyClick(tabs, Qt.Key.Key_N)
    (await stage.dialog(KeyDialog)).reject()
