"""The model as Qt's views see it."""

import time
from datetime import UTC

import pytest
from PySide6.QtCore import QModelIndex, Qt
from PySide6.QtGui import QImage, QPainter
from PySide6.QtWidgets import QStyleOptionViewItem, QTableView

from llmgw_desktop.app.flights.columns import RowTime, ShownFlight, shown_flight
from llmgw_desktop.domain.flights.flight import FlightQuery
from llmgw_desktop.domain.model.prompt import Operation
from llmgw_desktop.domain.provider import ModelProtocol
from llmgw_desktop.ui.flights.table import flight_window
from llmgw_desktop.ui.flights.table.flight_delegate import FlightDelegate
from llmgw_desktop.ui.flights.table.flight_model import FlightModel
from llmgw_desktop.ui.flights.table.flight_window import PAGE_ROWS
from llmgw_desktop.ui.theme import Theme
from tests.support.made_flights import BEGIN_S, MadeReader, failed, flight_id, running, summary

NOW = RowTime.at(BEGIN_S + 2_000_000, UTC)
DISPLAY, TIP = Qt.ItemDataRole.DisplayRole, Qt.ItemDataRole.ToolTipRole


@pytest.fixture
def model(qapp: object) -> FlightModel:
    return FlightModel(lambda: NOW)


def load(model: FlightModel, total: int, page_rows: int = PAGE_ROWS) -> MadeReader:
    reader = MadeReader(total)
    head = reader.page(FlightQuery(), offset=0, limit=page_rows)
    model.load(head, total - len(head))
    return reader


def fetch(model: FlightModel, reader: MadeReader, page: int) -> None:
    request = model.window.request(page, FlightQuery())
    rows = reader.page(request.query, offset=request.offset, limit=PAGE_ROWS)
    model.put_page(request, [shown_flight(row, model.columns, NOW) for row in rows])


def column(model: FlightModel, key: str) -> int:
    return [each.key for each in model.columns].index(key)


def ids(model: FlightModel) -> list[str]:
    return [shown.summary.id for shown in model.window.head]


@pytest.fixture
def small_pages(monkeypatch: pytest.MonkeyPatch) -> int:
    """Qt's tester asks for every cell again at each change."""
    monkeypatch.setattr(flight_window, "PAGE_ROWS", 16)
    monkeypatch.setattr(flight_window, "_HEAD_MOST", 48)
    return 16


@pytest.mark.parametrize("total", [0, 1, 16, 20, 120])
def test_it_keeps_qts_rules(
    model: FlightModel, qtmodeltester: object, small_pages: int, total: int
) -> None:
    load(model, total, small_pages)
    qtmodeltester.check(model)


def test_it_keeps_qts_rules_while_it_changes(
    model: FlightModel, qtmodeltester: object, small_pages: int
) -> None:
    qtmodeltester.check(model)
    reader = load(model, 40, small_pages)
    fetch(model, reader, 0)
    model.replace_top([summary(42), running(41), running(40), summary(39)], 1)
    model.update_flights([summary(41)])
    model.replace_top([summary(43), summary(41), summary(39)], 4)
    model.set_below(25)
    model.set_below(1)
    model.replace_top([summary(number) for number in range(90, 43, -1)], 0)
    assert len(model.window.head) <= 48, "the head was trimmed"
    load(model, 0)


def test_a_million_rows_cost_no_more_than_their_head(model: FlightModel, qtbot: object) -> None:
    reader = load(model, 1_000_000)
    view = QTableView()
    qtbot.addWidget(view)
    view.verticalHeader().setSectionResizeMode(view.verticalHeader().ResizeMode.Fixed)
    view.setModel(model)
    view.resize(900, 600)
    view.show()
    assert model.rowCount() == 1_000_000
    assert len(reader.calls) == 1
    assert sum(call[3] for call in reader.calls) == PAGE_ROWS


def test_a_row_that_is_not_here_is_shown_as_such_and_wanted(
    model: FlightModel, qtbot: object
) -> None:
    reader = load(model, 100_000)
    with qtbot.waitSignal(model.wanted):
        assert model.data(model.index(70_000, 4), DISPLAY) == "…"
    fetch(model, reader, (70_000 - PAGE_ROWS) // PAGE_ROWS)
    assert model.data(model.index(70_000, 4), DISPLAY) == "claude-sonnet"


def test_other_roles_answer_nothing(model: FlightModel) -> None:
    load(model, 10)
    index = model.index(0, 1)
    for role in Qt.ItemDataRole:
        if role not in (DISPLAY, TIP):
            assert model.data(index, role) is None


def test_recorded_text_is_no_markup_in_a_tip(model: FlightModel) -> None:
    model.load([failed(1, error_text="<img src=x> & \x1b[31m", client="<b>x</b>")], 0)
    tip = model.data(model.index(0, 0), TIP)
    assert tip == "<p>Failed: &lt;img src=x&gt; &amp; ␛[31m</p>"
    assert model.data(model.index(0, column(model, "client")), TIP) == "<p>&lt;b&gt;x&lt;/b&gt;</p>"


def test_headers_have_words_for_eyes_and_ears(model: FlightModel) -> None:
    across = Qt.Orientation.Horizontal
    assert model.headerData(0, across, DISPLAY) == ""
    assert model.headerData(0, across, Qt.ItemDataRole.AccessibleTextRole) == "State"
    assert "first token" in str(model.headerData(column(model, "ttft"), across, TIP))
    assert model.headerData(0, Qt.Orientation.Vertical, DISPLAY) is None


def test_new_flights_are_inserted_and_nothing_else_moves(model: FlightModel) -> None:
    load(model, 1000)
    inserted: list[tuple[int, int]] = []
    model.rowsInserted.connect(lambda _, first, last: inserted.append((first, last)))
    model.replace_top([summary(1002), summary(1001), summary(1000), summary(999)], 1)
    assert inserted == [(0, 2)]
    assert ids(model)[:4] == [flight_id(n) for n in (1002, 1001, 1000, 999)]
    assert model.rowCount() == 1003


def test_a_late_flight_is_inserted_where_it_belongs(model: FlightModel) -> None:
    model.load([summary(9), summary(5), summary(1)], 0)
    inserted: list[tuple[int, int]] = []
    model.rowsInserted.connect(lambda _, first, last: inserted.append((first, last)))
    model.replace_top([summary(9), summary(7), summary(5)], 2)
    assert inserted == [(1, 1)]
    assert ids(model) == [flight_id(n) for n in (9, 7, 5, 1)]


def test_rows_that_match_no_more_go(model: FlightModel) -> None:
    model.load([running(4), running(3), running(2)], 0)
    removed: list[tuple[int, int]] = []
    model.rowsRemoved.connect(lambda _, first, last: removed.append((first, last)))
    model.replace_top([running(5), running(3)], 3)
    assert removed == [(2, 2), (0, 0)]
    assert ids(model) == [flight_id(5), flight_id(3)]


def test_a_running_flight_is_updated_in_place(model: FlightModel, qtbot: object) -> None:
    model.load([running(2), summary(1)], 0)
    with qtbot.waitSignal(model.dataChanged) as changed:
        model.update_flights([summary(2)])
    first, last = changed.args[0], changed.args[1]
    assert (first.row(), last.row()) == (0, 0)
    assert model.data(model.index(0, 0), DISPLAY) == "OK"


def test_an_ended_flight_is_not_touched_again(model: FlightModel, qtbot: object) -> None:
    model.load([summary(1)], 0)
    with qtbot.assertNotEmitted(model.dataChanged):
        model.update_flights([running(1), summary(1)])


def test_rows_come_from_texts_that_are_ready(model: FlightModel) -> None:
    """What a repaint asks for must not make texts: 10,000 answers in well under a second."""
    model.load([summary(number) for number in range(200, 0, -1)], 0)
    indexes = [model.index(row, 4) for row in range(200)]
    begun = time.perf_counter()
    for _ in range(50):
        for index in indexes:
            model.data(index, DISPLAY)
    assert time.perf_counter() - begun < 2
    shown = model.shown(0)
    assert isinstance(shown, ShownFlight)
    assert model.data(indexes[0], DISPLAY) is shown.cells[4]
    assert not model.data(QModelIndex(), Qt.ItemDataRole.FontRole)


def noted(**changes: object) -> FlightModel:
    model = FlightModel(lambda: NOW)
    model.load([summary(1, **changes)], 0)
    return model


def test_what_was_lost_is_named_under_the_pointer_and_to_a_screen_reader(qapp: object) -> None:
    model = noted(upstream_protocol=ModelProtocol.GEMINI, losses=("seed", "field:<b>"))
    at = model.index(0, column(model, "model"))
    assert model.shown(0).loss_note == "2 lost"
    for key in ("model", "took"):
        tip = model.data(model.index(0, column(model, key)), TIP)
        assert tip.endswith("<p>Lost in translation: Seed, Field &lt;b&gt;</p>")
    spoken = model.data(at, Qt.ItemDataRole.AccessibleTextRole)
    assert spoken == "claude-sonnet. Lost in translation: Seed, Field <b>"
    many = noted(
        upstream_protocol=ModelProtocol.GEMINI, losses=tuple(f"field:f{n}" for n in range(9))
    )
    assert "Field f5 and 3 more" in many.data(at, TIP)


def test_what_is_no_generation_says_so(qapp: object) -> None:
    model = noted(operation=Operation.COUNT_TOKENS)
    at = model.index(0, column(model, "model"))
    assert model.data(at, TIP) == "<p>claude-sonnet</p><p>Token count</p>"
    assert model.data(at, Qt.ItemDataRole.AccessibleTextRole) == "claude-sonnet. token count"
    assert model.data(model.index(0, column(model, "operation"))) == "Token count"
    usual = noted()
    assert usual.data(at, TIP) == "<p>claude-sonnet</p>"
    assert (usual.shown(0).operation_note, usual.shown(0).loss_note) == ("", "")


def inks(model: FlightModel, theme: Theme, width: int) -> set[int]:
    view = QTableView()
    delegate = FlightDelegate(theme, model, view)
    image = QImage(width, 30, QImage.Format.Format_RGB32)
    image.fill(theme.colours.surface)
    option = QStyleOptionViewItem()
    option.rect = image.rect()
    painter = QPainter(image)
    delegate.paint(painter, option, model.index(0, column(model, "model")))
    painter.end()
    view.deleteLater()
    return {image.pixel(x, y) for x in range(width) for y in range(30)}


def test_a_note_stands_beside_the_model_where_there_is_room(theme: Theme) -> None:
    warning = theme.colours.warning.rgb()
    lossy = noted(upstream_protocol=ModelProtocol.GEMINI, losses=("seed",))
    assert warning in inks(lossy, theme, 300)
    assert warning in inks(lossy, theme, 136), "the least that the column has"
    assert warning not in inks(lossy, theme, 60), "the model goes first"
    assert warning not in inks(noted(), theme, 300)
    muted = theme.colours.muted.rgb()
    assert muted in inks(noted(operation=Operation.COUNT_TOKENS), theme, 136)
    assert muted not in inks(noted(), theme, 136)
