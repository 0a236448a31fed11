"""The models say what the migrations make."""

from pathlib import Path

import peewee
import pytest

from llmgw_desktop.domain.approval import Approval
from llmgw_desktop.domain.flight import FlightRecord, FlightSummary
from llmgw_desktop.domain.job import Job
from llmgw_desktop.domain.permission import PermissionRule
from llmgw_desktop.domain.usage import Usage
from llmgw_desktop.domain.workspace import Workspace
from llmgw_desktop.store.access_schema import (
    AccessSecretRow,
    CodeRow,
    ConsentDecisionRow,
    GrantRow,
    OauthClientRow,
    TokenRow,
)
from llmgw_desktop.store.database import open_database
from llmgw_desktop.store.fact_columns import FACT_COLUMNS
from llmgw_desktop.store.flights_steps import FLIGHTS_STEPS
from llmgw_desktop.store.gateway_steps import GATEWAY_STEPS
from llmgw_desktop.store.migrations import Steps
from llmgw_desktop.store.schema import (
    AccountStateRow,
    ApprovalRow,
    BodyRow,
    ClientRow,
    Dialect,
    FlightRow,
    JobRow,
    PermissionRuleRow,
    VaultEntryRow,
    VaultKeyRow,
    WorkspaceRow,
    WorktreeRow,
    columns,
)


@pytest.mark.parametrize(
    ("model", "steps"),
    [
        (ClientRow, GATEWAY_STEPS),
        (AccountStateRow, GATEWAY_STEPS),
        (VaultKeyRow, GATEWAY_STEPS),
        (VaultEntryRow, GATEWAY_STEPS),
        (JobRow, GATEWAY_STEPS),
        (WorkspaceRow, GATEWAY_STEPS),
        (WorktreeRow, GATEWAY_STEPS),
        (ApprovalRow, GATEWAY_STEPS),
        (OauthClientRow, GATEWAY_STEPS),
        (GrantRow, GATEWAY_STEPS),
        (CodeRow, GATEWAY_STEPS),
        (TokenRow, GATEWAY_STEPS),
        (AccessSecretRow, GATEWAY_STEPS),
        (ConsentDecisionRow, GATEWAY_STEPS),
        (FlightRow, FLIGHTS_STEPS),
        (BodyRow, FLIGHTS_STEPS),
    ],
)
def test_models_are_the_tables(tmp_path: Path, model: type[peewee.Model], steps: Steps) -> None:
    connection = open_database(tmp_path / "x.db", steps)
    rows = connection.execute(f"PRAGMA table_info({model._meta.table_name})").fetchall()
    connection.close()
    fields = model._meta.sorted_fields
    assert [row[1] for row in rows] == [field.column_name for field in fields]
    assert [bool(row[5]) for row in rows] == [bool(field.primary_key) for field in fields]
    assert [not row[3] for row in rows] == [bool(field.null) for field in fields]
    kinds = {"TEXT": "TEXT", "INT": "INTEGER", "FLOAT": "REAL", "BLOB": "BLOB"}
    assert [row[2] for row in rows] == [kinds[field.field_type] for field in fields]


def test_columns_are_named_after_the_domain() -> None:
    summary = {*FlightSummary.__slots__, *Usage.__slots__} - {"usage", "prompt_facts"}
    summary -= {"estimated", "partial"}  # together they are the marks
    assert set(columns(FlightRow)) == summary | {"seq", "search", "marks", *FACT_COLUMNS}
    record = set(FlightRecord.__slots__) - {"summary", "unreadable"}
    packed = {"request_body_packed", "answer_body_packed"}
    assert set(columns(BodyRow)) == record | packed | {"flight"}


def test_a_workspace_is_its_row() -> None:
    assert set(columns(WorkspaceRow)) - {"name"} == (
        set(Workspace.__slots__)
        - {"is_of_settings", "alias", "allow_worktree", "allow_add_dir", "approvals"}
        - {"containment"}
    )


def test_an_approval_is_its_row() -> None:
    assert set(columns(ApprovalRow)) == set(Approval.__slots__)


def test_a_rule_of_a_job_is_its_row() -> None:
    assert set(columns(PermissionRuleRow)) == set(PermissionRule.__slots__)


def test_a_job_is_its_row() -> None:
    spread = {"pid", "started_ticks", "process_group", *FACT_COLUMNS}
    assert (
        set(columns(JobRow))
        == set(Job.__slots__) - {"process", "prompt_facts", "questions", "waiting_on"} | spread
    )


def test_like_takes_every_letter_for_itself() -> None:
    sql, parameters = Dialect().compose(
        FlightRow.select(FlightRow.seq).where(FlightRow.search.contains("5%_\\"))
    )
    assert "LIKE ? ESCAPE ?" in sql
    assert parameters == ["%5\\%\\_\\\\%", "\\"]
