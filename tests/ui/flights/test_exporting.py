"""Rows become a file: asked where, told what came of it, called off while it goes on."""

from __future__ import annotations

import json
import threading
from pathlib import Path
from typing import Any

from PySide6.QtWidgets import QFileDialog, QMenu

from llmgw_desktop.app.flights.export.exporting import ExportForm
from llmgw_desktop.domain.flights.flight import FlightQuery
from tests.support.flight_page import FlightBench
from tests.support.made_flights import flight_id


def _menu(bench: FlightBench) -> dict[str, Any]:
    menu = QMenu(bench.page)
    page = bench.page
    ids = page._table.chosen_ids()
    page._export.add_to(menu, ids, page._filter.matching)
    return {action.text(): action for action in menu.actions()}


def test_a_row_is_exported_where_the_dialog_says(
    bench: FlightBench, qtbot: Any, tmp_path: Path
) -> None:
    bench.table.choose_row(0)
    actions = _menu(bench)
    assert list(actions) == ["Export this flight…", "Export the list (1,000)…"]
    actions["Export this flight…"].trigger()
    dialog = bench.page.window().findChild(QFileDialog)
    assert isinstance(dialog, QFileDialog)
    assert (dialog.isVisible(), dialog.defaultSuffix()) == (True, "html")
    dialog.selectNameFilter("HTTP archive (*.har)")
    dialog.filterSelected.emit("HTTP archive (*.har)")
    assert dialog.defaultSuffix() == "har"
    path = tmp_path / "one.har"
    dialog.fileSelected.emit(str(path))
    dialog.done(1)
    qtbot.waitUntil(lambda: "1 flight exported. one.har" in bench.page._notice.text)
    entries = json.loads(path.read_text())["log"]["entries"]
    assert [each["_llmgw"]["id"] for each in entries] == [flight_id(999)]


def test_the_list_is_exported_and_the_ending_wins(
    bench: FlightBench, qtbot: Any, tmp_path: Path
) -> None:
    path = tmp_path / "all.jsonl"
    bench.page._export.begin(FlightQuery(), path, ExportForm.HAR)
    qtbot.waitUntil(lambda: "1,000 flights exported." in bench.page._notice.text, timeout=30_000)
    assert len(path.read_text().splitlines()) == 1000
    assert bench.page._exporting.isHidden()


def test_it_is_called_off_and_leaves_nothing(
    bench: FlightBench, qtbot: Any, tmp_path: Path, monkeypatch: Any
) -> None:
    goes_on, release = bench.page._export._goes_on, threading.Event()

    def slowly(done: int) -> bool:
        if done == 5:
            release.wait(30)
        return goes_on(done)

    monkeypatch.setattr(bench.page._export, "_goes_on", slowly)
    bench.page._export.begin(FlightQuery(), tmp_path / "a.har", ExportForm.HAR)
    qtbot.waitUntil(lambda: not bench.page._exporting.isHidden(), timeout=30_000)
    assert "of 1,000 flights" in bench.page._exporting.words
    bench.table.choose_row(0)
    assert not any(action.isEnabled() for action in _menu(bench).values())
    bench.page._export.call_off()
    release.set()
    qtbot.waitUntil(lambda: "canceled" in bench.page._notice.text, timeout=30_000)
    assert list(tmp_path.glob("*.har")) == []
    assert bench.page._exporting.isHidden()


def test_a_file_that_cannot_be_written_is_said(
    bench: FlightBench, qtbot: Any, tmp_path: Path
) -> None:
    bench.page._export.begin((flight_id(999),), tmp_path / "no" / "a.har", ExportForm.HAR)
    qtbot.waitUntil(lambda: "cannot be written" in bench.page._exporting.words)
    assert not bench.page._export.is_busy
