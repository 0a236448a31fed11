"""The tables of a comparison as Qt's own tester sees them, through changes."""

from __future__ import annotations

from pytestqt.modeltest import ModelTester

from llmgw_desktop.app.validation.wish import map_of
from llmgw_desktop.app.validation.words import verdict_rows
from llmgw_desktop.engine.validation.report import read
from llmgw_desktop.ui.compare.tables import COLUMNS, _map_columns
from llmgw_desktop.ui.widgets.row_model import RowModel
from tests.support.plain_panels import dissent, going_on, with_failures

RUNS = (dissent(1_000.0), going_on(1_000.0), with_failures(1_000.0), dissent(1_000.0))


def test_the_table_of_verdicts(qtmodeltester: ModelTester) -> None:
    model = RowModel(COLUMNS)
    qtmodeltester.check(model)
    for run in RUNS:
        model.show_rows(verdict_rows(read(run)))
        qtmodeltester.check(model)
    assert model.rowCount() == 4, "three, and their judge"
    assert [model.index(row, 1).data() for row in range(4)] == ["Fail", "Fail", "Pass", "Fail"]


def test_the_map(qtmodeltester: ModelTester) -> None:
    model = RowModel()
    qtmodeltester.check(model)
    for run in RUNS:
        found = map_of(read(run))
        model.show_rows(found.rows, _map_columns(found.seats))
        qtmodeltester.check(model)
    standings = [model.index(row, 1).data() for row in range(model.rowCount())]
    assert standings[:2] == ["contradicted"] * 2, "each contradiction once"
    assert standings[2] == "all"
    assert standings[-1].startswith("only ")


def test_the_same_again_resets_nothing() -> None:
    model = RowModel(COLUMNS)
    resets: list[int] = []
    model.modelReset.connect(lambda: resets.append(1))
    for _ in range(3):
        model.show_rows(verdict_rows(read(RUNS[0])))
    assert len(resets) == 1
