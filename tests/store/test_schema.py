"""The models say what the migrations make."""

from pathlib import Path

import peewee
import pytest

from llmgw_desktop.domain.flights.flight import FlightRecord, FlightSummary
from llmgw_desktop.domain.jobs.approval import Approval, PermissionRule
from llmgw_desktop.domain.jobs.job import Job
from llmgw_desktop.domain.jobs.workspace import Workspace
from llmgw_desktop.domain.usage import Usage
from llmgw_desktop.store import policy, tool_pins
from llmgw_desktop.store.access import schema as access_schema
from llmgw_desktop.store.database import schema
from llmgw_desktop.store.database.database import open_database
from llmgw_desktop.store.database.schema import (
    ApprovalRow,
    BodyRow,
    FlightRow,
    JobRow,
    PermissionRuleRow,
    SqlDialect,
    WorkspaceRow,
    columns,
)
from llmgw_desktop.store.database.steps import GATEWAY_STEPS
from llmgw_desktop.store.flights.rows import FACT_COLUMNS
from llmgw_desktop.store.flights.steps import FLIGHTS_STEPS

pytestmark = pytest.mark.daily

MODELS: dict[str, type[peewee.Model]] = {
    each._meta.table_name: each
    for module in (schema, access_schema, tool_pins, policy)
    for each in vars(module).values()
    if isinstance(each, type) and issubclass(each, peewee.Model) and each is not peewee.Model
}
IN_FLIGHTS = ("flights", "flight_bodies")
PLAIN = {
    *("audit_log", "audit_seals"),  # triggers refuse every change
    *("encryption", "known_time", "settings_seen"),  # a few rows, read and written whole
    *("flight_sums", "flight_spending", "flight_times"),  # added up by SQLite itself
    "flight_kept",  # one row
    "flight_prints",  # hashes, written by the recorder and read beside their flights
    *("receipts", "validations", "validation_answers"),  # signed bytes, read and written whole
}
"""Tables that decision 64 leaves without a model."""


def test_each_table_has_a_model_or_is_named_here(tmp_path: Path) -> None:
    tables: set[str] = set()
    for number, steps in enumerate((GATEWAY_STEPS, FLIGHTS_STEPS)):
        connection = open_database(tmp_path / f"{number}.db", steps)
        rows = connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'").fetchall()
        connection.close()
        tables |= {name for (name,) in rows if not name.startswith("sqlite_")}
    assert tables == set(MODELS) | PLAIN


@pytest.mark.parametrize("table", MODELS)
def test_models_are_the_tables(tmp_path: Path, table: str) -> None:
    model, steps = MODELS[table], FLIGHTS_STEPS if table in IN_FLIGHTS else GATEWAY_STEPS
    connection = open_database(tmp_path / "x.db", steps)
    rows = connection.execute(f"PRAGMA table_info({model._meta.table_name})").fetchall()
    connection.close()
    fields = model._meta.sorted_fields
    assert [row[1] for row in rows] == [field.column_name for field in fields]
    keys = {key.name for key in model._meta.get_primary_keys()}
    assert [bool(row[5]) for row in rows] == [field.name in keys for field in fields]
    assert [not row[3] for row in rows] == [bool(field.null) for field in fields]
    kinds = {"TEXT": "TEXT", "INT": "INTEGER", "FLOAT": "REAL", "BLOB": "BLOB"}
    assert [row[2] for row in rows] == [kinds[field.field_type] for field in fields]


def test_columns_are_named_after_the_domain() -> None:
    summary = {*FlightSummary.__slots__, *Usage.__slots__} - {"usage", "prompt_facts"}
    summary -= {"estimated", "partial"}  # together they are the marks
    assert set(columns(FlightRow)) == summary | {"seq", "search", "marks", "own_ms", *FACT_COLUMNS}
    record = set(FlightRecord.__slots__) - {"summary", "unreadable"}
    packed = {"request_body_packed", "answer_body_packed"}
    assert set(columns(BodyRow)) == record | packed | {"flight"}


def test_a_workspace_is_its_row() -> None:
    assert set(columns(WorkspaceRow)) - {"name"} == (
        set(Workspace.__slots__)
        - {"is_of_settings", "alias", "allow_worktree", "allow_add_dir", "approvals", "snapshot"}
    )


def test_an_approval_is_its_row() -> None:
    assert set(columns(ApprovalRow)) == set(Approval.__slots__)


def test_a_rule_of_a_job_is_its_row() -> None:
    assert set(columns(PermissionRuleRow)) == set(PermissionRule.__slots__)


def test_a_job_is_its_row() -> None:
    of_live_ones = {"questions", "waiting_on", "limit_wait"}
    of_another_row = {"handed_to"}
    spread = {"pid", "started_ticks", "process_group", *FACT_COLUMNS}
    assert (
        set(columns(JobRow))
        == set(Job.__slots__) - {"process", "prompt_facts"} - of_live_ones - of_another_row | spread
    )


def test_like_takes_every_letter_for_itself() -> None:
    sql, parameters = SqlDialect().compose(
        FlightRow.select(FlightRow.seq).where(FlightRow.search.contains("5%_\\"))
    )
    assert "LIKE ? ESCAPE ?" in sql
    assert parameters == ["%5\\%\\_\\\\%", "\\"]
