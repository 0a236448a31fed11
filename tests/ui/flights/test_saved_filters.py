"""Filters that a person keeps: under a name, chips and all, until they are removed."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from PySide6.QtWidgets import QMenu

from llmgw_desktop.app.flights.saved_filters import FILE, MOST_SAVED, saved_text
from llmgw_desktop.app.words.figures import local_time
from llmgw_desktop.domain.flights.flight import FlightQuery, FlightState
from llmgw_desktop.domain.flights.flight_filter import FilterMistake, parse_filter
from llmgw_desktop.ui.flights.flight_actions import NameDialog
from tests.support.flight_page import FlightBench
from tests.support.made_flights import BEGIN_S


def _type(bench: FlightBench, text: str) -> None:
    bench.filter._field.setText(text)
    bench.filter._take_text()


def _menu(bench: FlightBench) -> dict[str, Any]:
    menu: QMenu = bench.page._menus.saved_menu()
    return {action.text(): action for action in menu.actions() if action.text()}


def test_one_is_kept_chosen_and_removed(bench: FlightBench, qtbot: Any) -> None:
    assert not _menu(bench)["Save this filter…"].isEnabled()
    _type(bench, 'model:claude* cost>0.05 "a b"')
    bench.filter.set_query(bench.filter.query)
    dialog = bench.page._menus.save_filter()
    assert dialog.isVisible()
    assert dialog.name.text() == 'model:claude* cost>0.05 "a b"'
    dialog.name.setText("  ")
    assert not dialog._save.isEnabled()
    dialog.name.setText("Dear & <b>slow</b>")
    dialog._save.click()
    bench.filter.clear()
    menu = _menu(bench)
    assert list(menu) == ["Dear && <b>slow</b>", "Save this filter…"]
    menu["Dear && <b>slow</b>"].trigger()
    assert bench.filter._field.text() == 'model:claude* cost>0.05 "a b"'
    assert len(bench.filter.query.terms) == 3
    menu = _menu(bench)
    assert menu["Dear && <b>slow</b>"].isChecked()
    menu["Rename «Dear && <b>slow</b>»…"].trigger()
    (renaming,) = [it for it in bench.page.findChildren(NameDialog) if it.isVisible()]
    assert renaming.name.text() == "Dear & <b>slow</b>"
    renaming.name.setText("Dear & slow")
    renaming._save.click()
    menu = _menu(bench)
    assert next(iter(menu)) == "Dear && slow"
    menu["Remove «Dear && slow»"].trigger()
    assert list(_menu(bench)) == ["Save this filter…"]


def test_what_stands_in_chips_is_kept_too(bench: FlightBench) -> None:
    query = FlightQuery(
        text="opus",
        provider='a "b" \\c',
        client="Claude Code",
        states=frozenset({FlightState.FAILED, FlightState.CUT}),
        since_s=BEGIN_S + 10.5,
    )
    bench.filter.set_query(query)
    text = bench.filter.text
    bench.filter.set_text(text)
    told = parse_filter(text, BEGIN_S)
    assert (told.text, told.since_s) == ("opus", query.since_s)
    assert {term.name: set(term.values) for term in told.terms} == {
        "provider": {'a "b" \\c'},
        "client": {"claude code"},
        "state": {"failed", "cut"},
    }
    assert local_time(BEGIN_S).year > 2000
    assert bench.filter.text == text


@pytest.mark.parametrize("told", ["{", "[1]", '{"a": 1}', "9" * 5000, "null"])
def test_what_somebody_else_wrote_there_is_nothing(bench: FlightBench, told: str) -> None:
    bench.settings.setValue("flights/saved_filters", told)
    assert list(_menu(bench)) == ["Save this filter…"]
    bench.page._menus.saved.keep("a", "is:error")
    assert bench.page._menus.saved.all() == {"a": "is:error"}


def test_the_command_line_knows_them(bench: FlightBench, qtbot: Any) -> None:
    file = Path(bench.settings.fileName()).with_name(FILE)
    with pytest.raises(FilterMistake, match="The star"):
        saved_text(file, "dear")
    saved = bench.page._menus.saved
    for name, text in (
        ("dear", "cost>1"),
        ("langsam 日本", 'took>10s "a b"'),
        ("third", "is:error"),
    ):
        saved.keep(name, text)
    saved.rename("dear", "dearest")
    saved.rename("third", "langsam 日本")
    qtbot.waitUntil(lambda: file.exists() and "dearest" in file.read_text())
    qtbot.waitUntil(lambda: "third" not in file.read_text())
    assert saved_text(file, "dearest") == "cost>1"
    assert saved_text(file, "langsam 日本") == "is:error"
    with pytest.raises(FilterMistake, match="'dearest', 'langsam 日本'"):
        saved_text(file, "dear")


def test_what_the_window_kept_itself_before_is_taken_over(bench: FlightBench) -> None:
    bench.settings.setValue("flights/saved_filters", '{"a": "is:error"}')
    assert next(iter(_menu(bench))) == "a"
    bench.page._menus.saved.keep("b", "cost>1")
    assert bench.settings.value("flights/saved_filters") is None
    assert bench.page._menus.saved.all() == {"a": "is:error", "b": "cost>1"}


def test_why_they_could_not_be_written_is_said(bench: FlightBench, qtbot: Any) -> None:
    Path(bench.settings.fileName()).with_name(FILE).mkdir()
    with qtbot.waitSignal(bench.page._menus.saved.said) as told:
        bench.page._menus.saved.keep("a", "is:error")
    assert told.args[0].startswith("filters.json could not be written: ")


def test_only_so_many_are_kept_the_oldest_goes(bench: FlightBench) -> None:
    saved = bench.page._menus.saved
    for number in range(MOST_SAVED + 3):
        saved.keep(str(number), "x")
    saved.keep("5", "y")
    names = list(saved.all())
    assert (len(names), names[0], names[-1]) == (MOST_SAVED, "3", "5")
