"""Two flights beside each other: chosen in the table, read by a worker, shown as differences."""

from __future__ import annotations

import json
from dataclasses import replace
from time import perf_counter
from typing import Any

import pytest
from PySide6.QtCore import QPoint, Qt
from pytestqt.qtbot import QtBot

from llmgw_desktop.app.flights.difference_rows import MOST_SHOWN, shown_comparison
from llmgw_desktop.domain.flights.comparison import BlockChange
from llmgw_desktop.domain.flights.flight import FlightRecord, FlightSummary
from llmgw_desktop.ui.flights.comparing import ComparisonWindow
from llmgw_desktop.ui.flights.thread_window import ThreadWindow
from tests.support.flight_page import FlightBench
from tests.support.made_flights import anthropic_stream, flight_id, record, summary


def _asked(number: int, words: str, answer: str = "Rayleigh.", **more: object) -> FlightRecord:
    body = {"model": "claude-sonnet", "messages": [{"role": "user", "content": words}], **more}
    return replace(
        record(number, summary=summary(number)),
        request_body=json.dumps(body).encode(),
        answer_body=anthropic_stream(answer),
    )


def _click(bench: FlightBench, qtbot: QtBot, row: int, keys: Any = None) -> None:
    place = QPoint(200, bench.table.rowViewportPosition(row) + 5)
    held = keys or Qt.KeyboardModifier.NoModifier
    qtbot.mouseClick(bench.table.viewport(), Qt.MouseButton.LeftButton, held, pos=place)


def _window(bench: FlightBench, qtbot: QtBot) -> ComparisonWindow:
    found = bench.page.findChildren(ComparisonWindow)
    assert len(found) == 1
    qtbot.waitUntil(lambda: found[0]._shown is not None)
    return found[0]


def _all(bench: FlightBench, *records: FlightRecord) -> None:
    bench.reader.records |= {each.summary.id: each for each in records}


def _chosen(bench: FlightBench) -> list[int]:
    return sorted(index.row() for index in bench.table.selectionModel().selectedRows())


def test_two_rows_are_chosen_and_compared_the_older_at_the_left(
    bench: FlightBench, qtbot: QtBot
) -> None:
    _all(bench, _asked(997, "Why is the sky blue?"), _asked(999, "Why is the sea blue?"))
    _click(bench, qtbot, 0)
    _click(bench, qtbot, 2, Qt.KeyboardModifier.ControlModifier)
    assert _chosen(bench) == [0, 2]
    bench.page._actions.compare.trigger()
    window = _window(bench, qtbot)
    [row] = window.rows.rows
    assert (row.change, row.part) == (BlockChange.CHANGED, "Message 1")
    assert row.brief == "Why is the «sky» → «sea»"
    left, right = (side.toPlainText() for side in window.sides)
    assert (left, right) == ("Why is the sky blue?", "Why is the sea blue?")
    assert window.summary.text() == "Different requests, the same answers. 1 difference."


def test_exactly_two_are_a_pair(bench: FlightBench, qtbot: QtBot) -> None:
    control, shift = Qt.KeyboardModifier.ControlModifier, Qt.KeyboardModifier.ShiftModifier
    pairs: list[tuple[FlightSummary, FlightSummary] | None] = []
    bench.table.pair_chosen.connect(pairs.append)
    _click(bench, qtbot, 0)
    _click(bench, qtbot, 3, control)
    assert _chosen(bench) == [0, 3]
    assert pairs[-1] is not None
    assert [each.id for each in pairs[-1]] == [flight_id(996), flight_id(999)]
    _click(bench, qtbot, 5, control)
    assert _chosen(bench) == [0, 3, 5]
    assert pairs[-1] is None
    _click(bench, qtbot, 3, control)
    assert [each.id for each in pairs[-1] or ()] == [flight_id(994), flight_id(999)]
    _click(bench, qtbot, 6)
    assert _chosen(bench) == [6]
    _click(bench, qtbot, 8, shift)
    assert _chosen(bench) == [6, 7, 8]
    bench.table.selectAll()
    assert _chosen(bench) == [6, 7, 8]
    bench.table.setFocus()
    qtbot.keyClick(bench.table, Qt.Key.Key_Down)
    assert _chosen(bench) == [9]


def test_a_stretch_of_very_many_is_none(bench: FlightBench, qtbot: QtBot) -> None:
    """Of a million rows nobody waits for a list of all."""
    _click(bench, qtbot, 0)
    bench.table.scrollToBottom()
    last = bench.table.visible_rows()[1]
    _click(bench, qtbot, last - 1, Qt.KeyboardModifier.ShiftModifier)
    assert _chosen(bench) == [0, last - 1]


def test_without_a_second_one_it_says_how(bench: FlightBench, qtbot: QtBot) -> None:
    said: list[str] = []
    bench.page._actions.said.connect(said.append)
    _click(bench, qtbot, 0)
    bench.page._actions.compare.trigger()
    assert "second flight" in said[0]
    assert not bench.page.findChildren(ComparisonWindow)


def test_a_replay_alone_is_compared_with_its_first(bench: FlightBench, qtbot: QtBot) -> None:
    wanted: list[tuple[str, str]] = []
    actions = bench.page._actions
    actions.comparison_wanted.disconnect(bench.page.compare)
    actions.comparison_wanted.connect(lambda *ids: wanted.append(ids))
    actions.set_flight(summary(3, replay_of=flight_id(1)))
    actions.compare.trigger()
    assert wanted == [(flight_id(1), flight_id(3))]


def test_what_is_the_same_is_there_when_asked_for_and_keys_go_from_change_to_change(
    bench: FlightBench, qtbot: QtBot
) -> None:
    tools = [{"name": name, "description": name, "input_schema": {}} for name in "abc"]
    other = [{**tools[0], "description": "other"}, *tools[1:]]
    _all(bench, _asked(1, "one", tools=tools), _asked(2, "two", "Mie.", tools=other))
    bench.page.compare(flight_id(1), flight_id(2))
    window = _window(bench, qtbot)
    assert [row.part for row in window.rows.rows] == ["Tool", "Message 1", "Answer"]
    window.all.click()
    assert len(window.rows.rows) > 5
    window.step(1)
    assert window.table.chosen_item.part == "Message 1"
    window.step(1)
    window.step(1)
    assert window.table.chosen_item.part == "Answer"
    window.step(-1)
    assert window.table.chosen_item.part == "Message 1"
    keys = {each.shortcut().toString(): each for each in window.actions()}
    keys["F8"].trigger()
    assert window.table.chosen_item.part == "Answer"
    keys["F7"].trigger()
    assert window.table.chosen_item.part == "Message 1"
    assert {row.cells[0] for row in window.figures.rows} >= {"Took", "Cost", "Input tokens"} - {
        "Cost"
    }


def test_one_that_is_gone_is_said(bench: FlightBench, qtbot: QtBot) -> None:
    bench.page.compare(flight_id(1), "flt_ffffff")
    [window] = bench.page.findChildren(ComparisonWindow)
    qtbot.waitUntil(lambda: "kept no longer" in window.summary.text())


def test_what_is_missing_stands_above(bench: FlightBench, qtbot: QtBot) -> None:
    gone = replace(_asked(2, "two"), request_body=None, answer_body=None)
    _all(bench, _asked(1, "one"), gone)
    bench.page.compare(flight_id(1), flight_id(2))
    window = _window(bench, qtbot)
    assert not window.rows.rows
    assert window.missing.text().startswith(
        "Right: The request's body was not recorded, or is kept no longer."
    )
    assert "cannot be compared" in window.summary.text()


def test_texts_do_not_act_on_the_window() -> None:
    one = _asked(1, "a \x1b[2J\u202eb <b>" + "x" * 50_000)
    shown = shown_comparison(one, _asked(2, "c \x00" + "y" * 50_000))
    for side in shown.differing[0].sides():
        text = "".join(piece for piece, _ in side)
        assert not {"\x1b", "\u202e", "\x00"} & set(text)
        assert max(map(len, text.split("\n"))) <= 10_100


@pytest.mark.parametrize("line", ["x" * 3_000_000, "word " * 400_000, "line\n" * 300_000])
def test_a_giant_is_shown_in_part(bench: FlightBench, qtbot: QtBot, line: str) -> None:
    _all(bench, _asked(1, line), _asked(2, f"{line[:-20]}other{line[:1_000_000]}"))
    bench.page.compare(flight_id(1), flight_id(2))
    window = _window(bench, qtbot)
    turns = []
    begun = perf_counter()
    window.table.choose_row(0)
    turns.append(perf_counter() - begun)
    qtbot.waitUntil(lambda: not any(side.is_filling for side in window.sides))
    for side in window.sides:
        assert len(side.toPlainText()) < MOST_SHOWN + 200
    print(f"{max(turns) * 1000:.1f} ms")


def test_a_whole_conversation_in_a_window_of_its_own(bench: FlightBench, qtbot: QtBot) -> None:
    first, second = _asked(997, "Why is the sky blue?"), _asked(999, "Why is the sky blue?")
    going_on = [
        {"role": "user", "content": "Why is the sky blue?"},
        {"role": "assistant", "content": "Rayleigh."},
        {"role": "user", "content": "And the sea?"},
    ]
    second = replace(second, request_body=json.dumps({"messages": going_on}).encode())
    _all(bench, first, second)
    bench.reader.alike = [first.summary, second.summary]
    _click(bench, qtbot, 0)
    bench.page._actions.whole.trigger()
    [window] = bench.page.findChildren(ThreadWindow)
    qtbot.waitUntil(lambda: window.shown is not None)
    assert window.summary.text() == "2 flights (anthropic)."
    assert [row.new for row in window.rows.rows] == ["2 messages", "2 messages"]
    assert window.table.chosen_item.flight_id == flight_id(999)
    text = window.text.toPlainText()
    assert text.count("Why is the sky blue?") == 1
    assert "And the sea?" in text
    window.view.choose("turn")
    window.view.chosen.emit("turn")
    assert "Why is the sky blue?" not in window.text.toPlainText()
    with qtbot.waitSignal(window.flight_wanted) as wanted:
        window.open_flight.click()
    assert wanted.args == [flight_id(999)]
    with qtbot.waitSignal(bench.page.hand_over_wanted) as wanted:
        window.hand_over.click()
    assert "Person: And the sea?" in wanted.args[0]
    assert wanted.args[2] == flight_id(999)
    window.grab()
