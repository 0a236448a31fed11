"""A flight into a regression set: the kind of check, the file, and what is said."""

from __future__ import annotations

import tomllib
from dataclasses import replace
from pathlib import Path

import pytest
from pytestqt.qtbot import QtBot

from llmgw_desktop.app.flights.export.exporting import FlightExporter
from llmgw_desktop.domain.flights.flight import FlightRecord
from llmgw_desktop.ui.flights.check_dialog import CheckDialog
from tests.support.flight_page import FlightBench
from tests.support.made_flights import record


class _OneReader:
    def record(self, flight_id: str) -> FlightRecord | None:
        made = record(1)
        return made if flight_id == made.summary.id else None


@pytest.fixture
def dialog(bench: FlightBench) -> CheckDialog:
    exporter = FlightExporter(reader=_OneReader(), clean=bytes, base_url="")  # type: ignore[arg-type]
    bench.page._exporter = lambda: exporter  # type: ignore[method-assign]
    made = bench.page.add_check(record(1).summary.id, bench.settings)
    assert isinstance(made, CheckDialog)
    return made


def test_a_flight_is_put_into_a_file_that_is_remembered(
    dialog: CheckDialog, bench: FlightBench, tmp_path: Path, qtbot: QtBot
) -> None:
    file = tmp_path / "shop.toml"
    assert not dialog._save.isEnabled(), "no file is named"
    dialog.file.setText(str(file))
    assert dialog._save.isEnabled()
    dialog.kind.choose("regex")
    assert not dialog._save.isEnabled(), "a pattern is wanted"
    dialog.wanted.setPlainText("(unclosed")
    dialog.save_wanted.emit()
    qtbot.waitUntil(lambda: "RE2" in dialog.problem)
    assert not file.exists()
    dialog.wanted.setPlainText("(?i)sky")
    dialog.name.setText("why blue")
    with qtbot.waitSignal(dialog.added) as said:
        dialog.save_wanted.emit()
    assert said.args[0].startswith("Added to shop.toml as 'why blue', with 1 check")
    [case] = tomllib.loads(file.read_text())["case"]
    assert (case["name"], case["checks"]) == ("why blue", [{"regex": "(?i)sky"}])
    assert bench.settings.value("flights/check_set") == str(file)


def test_a_place_that_is_none_is_said(dialog: CheckDialog, tmp_path: Path) -> None:
    for named in ("shop.toml", str(tmp_path / "none" / "shop.toml")):
        dialog.file.setText(named)
        dialog.save_wanted.emit()
        assert "folder that is there" in dialog.problem


def test_the_menu_offers_it_for_a_flight(bench: FlightBench) -> None:
    actions = bench.page._actions
    assert not actions.check.isEnabled()
    actions.set_flight(record(1).summary)
    assert actions.check in actions.actions
    assert actions.check.isEnabled()


def test_a_flight_is_marked_with_a_note_and_unmarked(bench: FlightBench, qtbot: QtBot) -> None:
    told: list[tuple[str, str | None]] = []
    bench.page._flights.mark = lambda flight, note: told.append((flight, note))
    flight = record(1).summary
    first = bench.page.ask_note(flight)
    assert first.unmark.isHidden()
    first.note.setText("look again")
    first.save_wanted.emit()
    qtbot.waitUntil(lambda: told == [(flight.id, "look again")])
    again = bench.page.ask_note(replace(flight, note="look again"))
    assert again.note.text() == "look again"
    again.unmark.click()
    qtbot.waitUntil(lambda: told[1:] == [(flight.id, None)])
