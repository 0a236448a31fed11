"""A job is handed over from the window: what is shown first, what is asked, what is linked."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path

import pytest_asyncio
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest

from llmgw_desktop.app.jobs.starting import JobStarter
from llmgw_desktop.domain.cli import CliName, ErrorCategory
from llmgw_desktop.domain.errors import StoreUnavailable
from llmgw_desktop.domain.jobs.cli_settings import LimitWait
from llmgw_desktop.domain.jobs.job import Job, JobState
from llmgw_desktop.domain.jobs.submission import HandOverTo
from llmgw_desktop.ui.jobs.hand_over_dialog import HandOverDialog
from llmgw_desktop.ui.theme import Theme
from tests.support.plain_runs import NOW_S, plain_job, plain_session
from tests.ui.jobs.conftest import turn_until
from tests.ui.jobs.test_new_job import StartBench, choose

PARKED = LimitWait(
    since_s=NOW_S - 60, due_at_s=NOW_S + 7200, is_known=True, reason="Usage limit", asks=False
)


@pytest_asyncio.fixture
async def bench(theme: Theme, tmp_path: Path) -> AsyncIterator[StartBench]:
    made = StartBench(theme, tmp_path)
    yield made
    await made.close()


async def dialog_of(bench: StartBench, job: Job) -> HandOverDialog:
    bench.runs.put(job)
    await bench.show()
    await bench.open(job.id)
    action = bench.page._actions.hand_over
    assert action.isEnabled()
    made = bench.page._actions.open_hand_over(job)
    assert isinstance(made, HandOverDialog)
    await turn_until(lambda: made.text.text or made.problem)
    return made


async def test_the_text_is_shown_changed_and_asked_and_both_are_linked(bench: StartBench) -> None:
    job = plain_job(1, state=JobState.FAILED, category=ErrorCategory.CLI, error="It broke.")
    dialog = await dialog_of(bench, job)
    assert dialog.to == HandOverTo("codex"), "another CLI than the job's stands first"
    assert dialog.text.text.startswith("Another agent (claude)")
    assert "That it changes no files: codex may." in dialog.lost_words
    dialog.text.setPlainText("Do it better")
    QTest.keyClick(dialog.text, Qt.Key.Key_Return, Qt.KeyboardModifier.ControlModifier)
    await turn_until(lambda: bench.runs.moved)
    assert bench.runs.moved == [(job.id, HandOverTo("codex"), "Do it better")]
    pane = bench.page.pane
    await turn_until(lambda: pane.job is not None and pane.job.id != job.id)
    assert pane.job is not None
    assert pane.linked_words == "Goes on from a job of claude."
    pane.job_wanted.emit(job.id)
    await turn_until(lambda: pane.job is not None and pane.job.id == job.id)
    await turn_until(lambda: pane.linked_words == "Handed over to codex: running.")


async def test_what_a_person_wrote_stays_when_the_other_cli_is_chosen(bench: StartBench) -> None:
    dialog = await dialog_of(bench, plain_job(1, cli=CliName.CODEX, state=JobState.COMPLETED))
    assert dialog.to.cli == "claude"
    dialog.text.setPlainText("My own words")
    choose(dialog.model, "\0other")
    assert not dialog._save.isEnabled(), "it has no name yet"
    dialog.other_model.setText("opus-next")
    dialog.other_model.editingFinished.emit()
    await turn_until(lambda: dialog._save.isEnabled())
    assert dialog.to == HandOverTo("claude", "opus-next")
    assert dialog.text.text == "My own words"
    choose(dialog.cli, "codex")
    await turn_until(lambda: "has the job" in dialog._fields["cli"].note)
    assert not dialog._save.isEnabled()


async def test_what_becomes_of_the_job_is_said_first(bench: StartBench) -> None:
    dialog = await dialog_of(bench, plain_job(1))
    assert "stopped first" in dialog.words.text()
    dialog.reject()
    parked = plain_job(2, state=JobState.PARKED, limit_wait=PARKED)
    bench.runs.put(parked)
    await bench.open(parked.id)
    made = bench.page._actions.open_hand_over(parked)
    assert isinstance(made, HandOverDialog)
    await turn_until(lambda: made.text.text)
    assert "stops waiting" in made.words.text()
    assert [each.text() for each in bench.page.pane._trouble._buttons if each.text()] == [
        "Go on now",
        "Hand over…",
    ]


async def test_a_refusal_is_said_and_the_text_is_kept(bench: StartBench) -> None:
    dialog = await dialog_of(bench, plain_job(1, state=JobState.CANCELED))
    bench.runs.ask_trouble = StoreUnavailable("The disk is full.")
    dialog.text.setPlainText("Go on")
    dialog.save_wanted.emit()
    await turn_until(lambda: dialog.problem)
    assert dialog.problem == "The disk is full."
    assert dialog.text.text == "Go on"
    bench.runs.ask_trouble = None
    dialog.save_wanted.emit()
    await turn_until(lambda: bench.runs.moved)


async def test_accounts_of_the_vault_can_be_chosen_where_there_are_some(bench: StartBench) -> None:
    dialog = await dialog_of(bench, plain_job(1, state=JobState.COMPLETED))
    assert dialog._fields["project"].isHidden()
    dialog.reject()
    parts = replace(bench.starter._parts, accounts=lambda cli: [f"{cli}-shop"])
    bench.starter = JobStarter(parts)
    dialog = await dialog_of(bench, plain_job(1, state=JobState.COMPLETED))
    assert not dialog._fields["project"].isHidden()
    assert dialog.to.project is None, "as the job has it"
    choose(dialog.account, "codex-shop")
    await turn_until(lambda: dialog._save.isEnabled())
    dialog.save_wanted.emit()
    await turn_until(lambda: bench.runs.moved)
    assert bench.runs.moved[0][1] == HandOverTo("codex", "", "codex-shop")


async def test_of_a_session_its_latest_job_is_handed_over(bench: StartBench) -> None:
    bench.runs.sessions.append(plain_session(1))
    session_id = bench.runs.sessions[0].id
    for number in (2, 3):
        done = plain_job(number, state=JobState.COMPLETED, session_id=session_id)
        bench.runs.put(done)
    await bench.show()
    bench.page.filter.views.choose("sessions")
    await turn_until(lambda: bench.page.sessions.titles)
    bench.page.sessions.table.selectRow(0)
    bench.page.sessions.hand_over.click()
    made = bench.page.window().findChild(HandOverDialog)
    await turn_until(lambda: made.text.text)
    made.save_wanted.emit()
    await turn_until(lambda: bench.runs.moved)
    assert bench.runs.moved[0][0] == plain_job(2).id
