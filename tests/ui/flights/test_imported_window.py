"""Imported sets in a window of their own: chosen, read, marked as what they are, removed."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from PySide6.QtCore import QSettings
from PySide6.QtWidgets import QFileDialog, QWidget
from pytestqt.qtbot import QtBot

from llmgw_desktop.app.flights.imported_sets import ImportedSets
from llmgw_desktop.redaction.redactor import Redactor
from llmgw_desktop.store.at_rest.cells import PLAIN
from llmgw_desktop.ui.flights.imported_window import ImportedWindow
from llmgw_desktop.ui.theme import Theme
from llmgw_desktop.ui.widgets.dialogs import QuestionDialog
from tests.support.flight_page import FlightBench, SceneControl

SECRET = "sk-ant-api03-" + "aB3dE5gH7jK9mN1pQ3sT" * 4


def har(count: int) -> str:
    """Requests to Anthropic, and one picture."""

    def entry(number: int) -> dict[str, Any]:
        asked = {
            "model": "claude-opus-5",
            "messages": [{"role": "user", "content": f"No {number}"}],
        }
        told = {"type": "message", "content": [{"type": "text", "text": f"It is {SECRET}"}]}
        return {
            "startedDateTime": f"2026-11-20T12:00:{number:02d}.000Z",
            "time": 1200,
            "request": {
                "method": "POST",
                "url": "https://api.anthropic.com/v1/messages",
                "headers": [{"name": "x-api-key", "value": SECRET}],
                "postData": {"mimeType": "application/json", "text": json.dumps(asked)},
            },
            "response": {
                "status": 200,
                "headers": [],
                "content": {"mimeType": "application/json", "text": json.dumps(told)},
            },
        }

    picture = entry(59)
    picture["request"] = {"method": "GET", "url": "https://example.com/a.png", "headers": []}
    return json.dumps({"log": {"entries": [*map(entry, range(count)), picture]}})


@pytest.fixture
def sets(tmp_path: Path) -> ImportedSets:
    return ImportedSets(tmp_path / "data", PLAIN, Redactor().clean)


@pytest.fixture
def window(
    sets: ImportedSets, theme: Theme, tmp_path: Path, qtbot: QtBot
) -> Iterator[ImportedWindow]:
    around = QWidget()
    qtbot.addWidget(around)
    settings = QSettings(str(tmp_path / "ui.ini"), QSettings.Format.IniFormat)
    made = ImportedWindow(theme, sets, SceneControl(), settings=settings, parent=around)
    made.begin()
    made.show()
    yield made
    made.close()


def _rows(window: ImportedWindow) -> int:
    return 0 if window.page is None else window.page._table.model().rowCount()


def test_a_fresh_home_says_what_can_be_imported(window: ImportedWindow, qtbot: QtBot) -> None:
    qtbot.waitUntil(window._empty.isVisible, timeout=60_000)
    assert not window.remove.isEnabled()
    assert not window.chosen.isEnabled()
    window.add.click()
    dialog = window.findChild(QFileDialog)
    assert dialog is not None
    assert "*.har" in dialog.nameFilters()[0]


def test_a_file_is_imported_read_and_removed(
    window: ImportedWindow, sets: ImportedSets, tmp_path: Path, qtbot: QtBot
) -> None:
    file = tmp_path / "Slow day.har"
    file.write_text(har(3))
    window.import_file(file)
    qtbot.waitUntil(lambda: _rows(window) == 3, timeout=60_000)
    assert "as 'slow-day'; 1 left out that are no requests" in window.trouble.words
    assert "read, and nothing else" in window.mark.words
    assert window.mark.isVisible()
    assert window.windowTitle().endswith(": slow-day")
    page = window.page
    assert page is not None
    page._table.choose_row(0)
    page._browser.open_pane()
    qtbot.waitUntil(lambda: page._browser._pane.record is not None, timeout=60_000)
    record = page._browser._pane.record
    assert record is not None
    assert SECRET.encode() not in (record.answer_body or b"")
    assert (record.summary.provider, record.summary.client) == ("api.anthropic.com", "")
    window.grab()
    window.remove.click()
    question = window.findChild(QuestionDialog)
    assert question is not None
    question.yes.click()
    qtbot.waitUntil(window._empty.isVisible, timeout=60_000)
    assert sets.all() == ()
    assert list((tmp_path / "data" / "imported").iterdir()) == []
    assert not window.mark.isVisible()


def test_nothing_can_be_done_with_what_was_asked_elsewhere(
    window: ImportedWindow, tmp_path: Path, qtbot: QtBot
) -> None:
    file = tmp_path / "a.har"
    file.write_text(har(2))
    window.import_file(file)
    qtbot.waitUntil(lambda: _rows(window) == 2, timeout=60_000)
    assert window.page is not None
    actions = {each.text() for each in window.page._actions.actions}
    assert {"Copy as curl", "Whole conversation", "Compare two flights"} <= actions
    assert not {"Ask again…", "Mark…", "Add to a regression set…", "Show its job"} & actions
    assert window.page._filter.imported.isHidden()
    assert window.page._filter.follow.isHidden()


def test_another_set_is_chosen_and_a_name_that_is_taken_gets_a_number(
    window: ImportedWindow, tmp_path: Path, qtbot: QtBot
) -> None:
    file = tmp_path / "day.har"
    for count in (1, 2):
        file.write_text(har(count))
        window.import_file(file)
        qtbot.waitUntil(lambda count=count: _rows(window) == count, timeout=60_000)
    assert [window.chosen.itemData(at) for at in range(2)] == ["day", "day-2"]
    window.chosen.choose("day")
    window.chosen.activated.emit(0)
    qtbot.waitUntil(lambda: _rows(window) == 1, timeout=60_000)
    assert window.windowTitle().endswith(": day")


def test_what_is_no_archive_is_said_and_changes_nothing(
    window: ImportedWindow, sets: ImportedSets, tmp_path: Path, qtbot: QtBot
) -> None:
    file = tmp_path / "a.har"
    file.write_text('{"log": {"entries": [' + "[" * 3000)
    window.import_file(file)
    qtbot.waitUntil(lambda: "That did not work." in window.trouble.words, timeout=60_000)
    assert "holds no flight" in window.trouble.words
    assert sets.all() == ()
    assert window.add.isEnabled()


def test_an_import_is_followed_and_stopped(
    window: ImportedWindow, tmp_path: Path, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    goes_on, release = window._goes_on, threading.Event()

    def slowly(done: int) -> bool:
        if done == 2:
            release.wait(60)
        return goes_on(done)

    monkeypatch.setattr(window, "_goes_on", slowly)
    file = tmp_path / "a.har"
    file.write_text(har(9))
    window.import_file(file)
    qtbot.waitUntil(lambda: "Importing" in window.trouble.words, timeout=60_000)
    window._called_off.set()
    release.set()
    qtbot.waitUntil(lambda: _rows(window) == 2, timeout=60_000)


def test_the_page_leads_there(bench: FlightBench) -> None:
    asked: list[bool] = []
    bench.page.imported_wanted.connect(lambda: asked.append(True))
    bench.filter.imported.click()
    bench.page._first._imported.click()
    assert asked == [True, True]
