"""Programs on the Clients page: what is asked before a file is written, and what is not."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import replace
from itertools import pairwise
from pathlib import Path

import pytest_asyncio
from PySide6.QtCore import QPoint
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QApplication, QDialog, QScrollArea
from shiboken6 import delete

from llmgw_desktop.app.connect.clients import Clients, ClientsView, ProgramState
from llmgw_desktop.app.connect.connector import Wanted
from llmgw_desktop.app.connect.programs import Transport
from llmgw_desktop.domain.errors import ConfigError, StoreUnavailable
from llmgw_desktop.ui.clients.connect_dialog import ConnectDialog
from llmgw_desktop.ui.clients.page import ClientsPage
from llmgw_desktop.ui.clients.program_cards import PinCard, state_mark
from llmgw_desktop.ui.clients.program_section import ProgramSection
from llmgw_desktop.ui.theme import Theme
from llmgw_desktop.ui.widgets.button import Button
from llmgw_desktop.ui.widgets.flowing_label import FlowingLabel
from tests.app.connect.desk import Desk
from tests.support.plain_clients import EMPTY, FULL, PINS, PlainClients
from tests.ui.pages.routing_stage import RoutingStage
from tests.ui.plain_gateway import NOW_S, PlainReader, StillClock, ended_flight


class ClientsStage(RoutingStage):
    """`clients` are set before the window is opened."""

    @property
    def page(self) -> ProgramSection:
        return self.one(ProgramSection)

    async def open_programs(self) -> None:
        await self.open("clients")
        self.one(ClientsPage).show_tab("programs")

    def words(self) -> str:
        return " ".join(view.accessibleDescription() for view in self.page.views)

    def press(self, name: str) -> None:
        found = [each for each in self.page.findChildren(Button) if name in _names(each)]
        next(each for each in found if each.isVisible()).click()

    async def dialog(self) -> ConnectDialog:
        await self.until(lambda: any(each.plan for each in self.open_dialogs()))
        return self.open_dialogs()[-1]

    def open_dialogs(self) -> list[ConnectDialog]:
        return [each for each in self.page.findChildren(ConnectDialog) if each.isVisible()]


def _names(button: Button) -> tuple[str, str]:
    return button.text(), button.accessibleName()


@pytest_asyncio.fixture
async def stage(theme: Theme, qapp: QApplication, tmp_path: Path) -> AsyncIterator[ClientsStage]:
    made = ClientsStage(theme, tmp_path)
    yield made
    window = made.shell.window
    await made.shell.stop()
    if window is not None:
        delete(window)


async def test_each_program_says_how_it_stands(stage: ClientsStage) -> None:
    stage.gateway.clients = PlainClients(FULL)
    await stage.open_programs()
    await stage.until(lambda: len(stage.page.views) == len(FULL.cards))
    for card in FULL.cards:
        assert card.words in stage.words()
        assert card.why in stage.words()


async def test_where_nothing_is_found_there_is_still_something_to_paste(
    stage: ClientsStage,
) -> None:
    stage.gateway.clients = PlainClients(EMPTY)
    await stage.open_programs()
    await stage.until(lambda: stage.page.any_program.isVisible())
    assert "YOUR-KEY" in stage.page.any_program.text
    assert stage.page.views == ()


async def test_a_program_is_connected_only_after_its_preview(stage: ClientsStage) -> None:
    clients = stage.gateway.clients = PlainClients(FULL)
    await stage.open_programs()
    await stage.until(lambda: bool(stage.page.views))
    stage.press("Connect Codex")
    dialog = await stage.dialog()
    assert "+[mcp_servers.llmgw]" in dialog.diff.toPlainText()
    assert clients.asked == [("plan", "codex", Wanted())]
    dialog._models.switch.click()
    await stage.until(lambda: clients.asked[-1] == ("plan", "codex", Wanted(models=True)))
    await stage.until(lambda: dialog.plan is not None and dialog.plan.wanted == Wanted(models=True))
    dialog.save_wanted.emit()
    await stage.until(lambda: not stage.open_dialogs())
    assert clients.asked[-1] == ("carry_out", "codex", Wanted(models=True))
    assert stage.undo.text == "Codex is set up."


async def test_undo_shows_what_goes_before_it_goes(stage: ClientsStage) -> None:
    clients = stage.gateway.clients = PlainClients(FULL)
    await stage.open_programs()
    await stage.until(lambda: bool(stage.page.views))
    stage.press("Undo Cursor")
    dialog = await stage.dialog()
    assert clients.asked == [("plan_undo", "cursor")]
    dialog.save_wanted.emit()
    await stage.until(lambda: clients.asked[-1] == ("carry_out", "cursor", None))


async def test_what_cannot_be_done_is_said_in_the_dialog(stage: ClientsStage) -> None:
    clients = stage.gateway.clients = PlainClients(FULL)
    clients.trouble = ConfigError("not valid TOML. Nothing was changed.", file="c.toml", line=14)
    await stage.open_programs()
    await stage.until(lambda: bool(stage.page.views))
    stage.press("Connect Codex")
    await stage.until(lambda: any(each.trouble for each in stage.open_dialogs()))
    dialog = stage.open_dialogs()[-1]
    assert dialog.trouble == "c.toml, line 14: not valid TOML. Nothing was changed."
    dialog.save_wanted.emit()
    assert clients.asked == [("plan", "codex", Wanted())]


async def test_a_key_is_made_only_when_asked_for_and_forgotten(stage: ClientsStage) -> None:
    clients = stage.gateway.clients = PlainClients(FULL)
    await stage.open_programs()
    await stage.until(lambda: stage.page.any_program.isVisible())
    stage.press("Make a key for it")
    await stage.until(lambda: "llmgw-kkk" in stage.page.any_program.text)
    stage.press("Copy MCP entry")
    assert "llmgw-kkk" in QGuiApplication.clipboard().text()
    assert clients.asked == [("snippet_with_key",)]
    stage.window.show_page("routes")
    stage.window.show_page("clients")
    await stage.until(lambda: "YOUR-KEY" in stage.page.any_program.text)


async def test_keys_that_cannot_be_read_are_a_sentence(stage: ClientsStage) -> None:
    clients = stage.gateway.clients = PlainClients(EMPTY)

    def look() -> ClientsView:
        raise StoreUnavailable("The disk is full.")

    clients.look = look  # type: ignore[method-assign]
    await stage.open_programs()
    await stage.until(lambda: stage.page.banner.isVisible())
    assert "The disk is full." in stage.page.banner.words


async def test_the_tab_key_goes_from_top_to_bottom(stage: ClientsStage) -> None:
    clients = stage.gateway.clients = PlainClients(EMPTY)
    await stage.open_programs()
    await stage.until(lambda: stage.page.any_program.isVisible())
    clients.view = FULL
    stage.press("Look again")
    await stage.until(lambda: bool(stage.page.views))
    await stage.turns()
    tops, at = [], stage.page.nextInFocusChain()
    while at is not None and at is not stage.page:
        if isinstance(at, Button) and at.isVisible() and stage.page.isAncestorOf(at):
            tops.append(at.mapTo(stage.page, QPoint(0, 0)).y())
        at = at.nextInFocusChain()
    assert len(tops) > 10
    assert all(below >= above - 20 for above, below in pairwise(tops)), tops


async def test_nothing_is_wider_than_the_narrowest_window(stage: ClientsStage) -> None:
    long = "rechtsschutzversicherungsgesellschaften-abteilungsuebergreifend1"
    stage.gateway.clients = PlainClients(
        replace(
            FULL,
            cards=tuple(
                replace(each, facts=f"/home/{long}/{long}/{long}", why=f"{long}{long}{long}")
                for each in FULL.cards
            ),
            http_snippet=FULL.http_snippet.replace("YOUR-KEY", long * 3),
        )
    )
    await stage.open_programs()
    await stage.until(lambda: bool(stage.page.views))
    stage.window.resize(stage.window.minimumSizeHint())
    await stage.turns()
    scroll = stage.page.findChild(QScrollArea)
    assert isinstance(scroll, QScrollArea)
    assert scroll.widget().width() <= scroll.viewport().width()


async def test_real_files_from_the_window_and_back(stage: ClientsStage, tmp_path: Path) -> None:
    desk = Desk(tmp_path / "desk")
    path = desk.write("codex", b"# mine\n")
    reader = PlainReader([ended_flight(started_at_s=NOW_S - 240, client="codex")])
    stage.gateway.clients = Clients(desk.connector, reader, StillClock())
    await stage.open_programs()
    await stage.until(lambda: "not set up" in stage.words())
    stage.press("Connect Codex")
    dialog = await stage.dialog()
    dialog._way.choose(Transport.STDIO.value)
    await stage.until(
        lambda: (
            dialog.plan is not None and dialog.plan.wanted != Wanted() and "args" in _diff(dialog)
        )
    )
    dialog._way.choose(Transport.HTTP.value)
    await stage.until(lambda: "http_headers" in _diff(dialog))
    dialog.save_wanted.emit()
    await stage.until(lambda: "last asked 4 m ago" in stage.words())
    assert b"[mcp_servers.llmgw]" in path.read_bytes()
    stage.press("Undo Codex")
    (await stage.dialog()).save_wanted.emit()
    await stage.until(lambda: path.read_bytes() == b"# mine\n")
    await stage.until(lambda: desk.active() == [])
    await stage.until(lambda: not stage.page.findChildren(QDialog) or not stage.open_dialogs())
    desk.close()


def _diff(dialog: ConnectDialog) -> str:
    return dialog.diff.toPlainText()


def test_every_state_has_a_mark() -> None:
    assert {state_mark(state)[0] for state in ProgramState} == {"ok", "off", "warning", "error"}


async def test_a_pinned_folder_is_shown_and_unpinned_after_a_question(stage: ClientsStage) -> None:
    clients = stage.gateway.clients = PlainClients(FULL)
    await stage.open_programs()
    await stage.until(lambda: len(stage.page.findChildren(PinCard)) == len(PINS))
    good, gone = stage.page.findChildren(PinCard)
    assert good.accessibleDescription().startswith(
        "leaves through anthropic/firm, at most 20 US dollars a day. http://127.0.0.1:3333/as/pinned."
    )
    assert "what comes by its base URL is refused" in gone.accessibleDescription()
    stage.press(f"Unpin {PINS[0].folder}")
    window = stage.page.window()
    question = next(each for each in window.findChildren(QDialog) if each.isVisible())
    assert clients.asked == []
    next(each for each in question.findChildren(Button) if each.text() == "Unpin").click()
    await stage.until(lambda: bool(clients.asked))
    assert clients.asked == [("unpin", PINS[0].folder)]
    await stage.until(lambda: "is unpinned" in stage.undo.text)


async def test_without_pins_it_is_told_how_to_pin(stage: ClientsStage) -> None:
    stage.gateway.clients = PlainClients(EMPTY)
    await stage.open_programs()
    await stage.until(lambda: stage.page.any_program.isVisible())
    said = [each.text() for each in stage.page.findChildren(FlowingLabel)]
    assert any("llmgw pin FOLDER" in each for each in said)
