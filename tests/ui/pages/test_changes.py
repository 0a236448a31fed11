"""What was changed, on the Access page: listed, searched, copied, checked and exported."""

from __future__ import annotations

import sqlite3
from collections.abc import AsyncIterator
from pathlib import Path

import pytest_asyncio
from PySide6.QtCore import Qt
from PySide6.QtGui import QGuiApplication
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QFileDialog
from shiboken6 import delete

from llmgw_desktop.app.audit.book import verify_file
from llmgw_desktop.domain.audit import Act, Actor, ActorDoor
from llmgw_desktop.domain.events import AuditNoted
from llmgw_desktop.ui.access.log_sections import ChangeSection
from llmgw_desktop.ui.theme import Theme
from tests.support.access_scene import set_changes
from tests.ui.jobs.conftest import turn_until
from tests.ui.pages.test_access_page import Stage


@pytest_asyncio.fixture
async def stage(theme: Theme, qapp: QApplication, tmp_path: Path) -> AsyncIterator[Stage]:
    made = Stage(theme, tmp_path)
    await made.shell.start()
    made.shell.open(hidden=False)
    yield made
    await made.shell.stop()
    delete(made.window)


async def section(stage: Stage, count: int) -> ChangeSection:
    page = await stage.show("changes")
    await turn_until(lambda: len(page.changes.table.rows) == count)
    return page.changes


async def test_changes_are_listed_searched_and_copied(stage: Stage) -> None:
    part = await section(stage, 0)
    assert part._bar.isHidden()
    set_changes(stage.gateway)
    stage.gateway.control.publish(AuditNoted())
    await turn_until(lambda: len(part.table.rows) == 9)
    assert part.table.rows[0].cells[1:4] == (
        "nobody",
        "the gateway itself",
        "Access revoked: Cursor",
    )
    part.field.setText("shop")
    await turn_until(lambda: len(part.table.rows) == 1)
    assert part._count.text() == "1 of 9 changes"
    part.table.choose_row(0)
    part.table.setFocus()
    QTest.keyClick(part.table, Qt.Key.Key_C, Qt.KeyboardModifier.ControlModifier)
    copied = QGuiApplication.clipboard().text()
    assert copied == part.more_words
    assert "providers.shop.enabled: true → false" in copied
    assert "by ada, from the window" in copied
    part.field.setText("nothing has this")
    await turn_until(lambda: not part.table.rows)
    assert part._stack.currentWidget() is part._none_found
    assert not part._bar.isHidden()


async def test_what_a_program_calls_itself_acts_on_nothing(stage: Stage) -> None:
    name = "\u202eevil\n<b>x</b>\x1b[2J"
    actor = Actor(name=name, door=ActorDoor.HTTP, client_id=name)
    stage.gateway.audit.note(Act(verb="oauth_client.registered", subject=name), actor=actor)
    part = await section(stage, 1)
    row = part.table.rows[0]
    for text in (*row.cells, row.more):
        assert "\u202e" not in text
        assert "\x1b" not in text
    assert "\n" not in "".join(row.cells)


async def test_the_log_is_checked_and_exported(stage: Stage, tmp_path: Path) -> None:
    set_changes(stage.gateway)
    part = await section(stage, 9)
    said: list[str] = []
    part.said.connect(lambda words, _: said.append(words))
    part.check.click()
    await turn_until(lambda: bool(said))
    assert said[0].startswith("9 entries: the chain is whole.")
    part.export.click()
    dialog = stage.dialog(QFileDialog)
    assert isinstance(dialog, QFileDialog)
    file = tmp_path / "log.jsonl"
    dialog.fileSelected.emit(str(file))
    dialog.reject()
    await turn_until(lambda: len(said) == 2)
    assert said[1] == "9 entries written to log.jsonl."
    assert verify_file(file).problem == ""
    part.export_to(tmp_path / "nowhere" / "log.jsonl")
    await turn_until(lambda: "not exported" in part.trouble)
    connection = sqlite3.connect(tmp_path / "run" / "gateway.db")
    connection.execute("DROP TRIGGER audit_log_unchanged")
    connection.execute("UPDATE audit_log SET body = x'00' WHERE number = 4")
    connection.commit()
    connection.close()
    part.check.click()
    await turn_until(lambda: "Entry 4 cannot be read" in part.trouble)
