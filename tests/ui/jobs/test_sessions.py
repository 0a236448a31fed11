"""The sessions on the Jobs page: listed, filtered, led from to their jobs, forgotten."""

from __future__ import annotations

from PySide6.QtGui import QGuiApplication

from llmgw_desktop.domain.cli import CliName
from llmgw_desktop.domain.jobs.job import JobState, Session, SessionTotals
from llmgw_desktop.ui.widgets.dialogs import QuestionDialog
from tests.support.job_scene import FIGURES
from tests.support.plain_runs import plain_job, plain_session
from tests.ui.jobs.conftest import PlainBench, turn_until

ONE = plain_session(
    1, totals=SessionTotals(usage=FIGURES.usage, cost_usd=0.5), provider_session_id="abc-1"
)
TWO = plain_session(2, cli=CliName.CODEX, description="Named by its client", is_active=True)


async def show_sessions(plain: PlainBench, *sessions: Session) -> None:
    plain.runs.sessions = list(sessions)
    plain.runs.put(
        plain_job(1, session_id=ONE.id, title="Go on with it"),
        plain_job(2, session_id=ONE.id, title="How it began", state=JobState.COMPLETED),
        plain_job(3, title="Of no session"),
    )
    await plain.show()
    plain.page.filter.views.choose("sessions")
    await turn_until(lambda: len(plain.page.sessions.titles) == len(sessions))


async def test_sessions_are_listed_with_what_they_used(plain: PlainBench) -> None:
    await show_sessions(plain, ONE, TWO)
    assert plain.page.sessions.titles == ["How it began", "Named by its client · active"]
    model = plain.page.sessions.table.model()
    cells = [model.index(0, at).data() for at in range(model.columnCount())]
    assert cells[0] == "claude"
    assert cells[4:] == ["2", "48.2k → 1,204", "$0.500"]
    assert plain.page.filter.count.text() == "2 sessions"
    assert not plain.page.filter.states.isVisible()


async def test_events_of_jobs_leave_the_sessions_in_sight(plain: PlainBench) -> None:
    await show_sessions(plain, ONE)
    plain.runs.put(plain_job(9, session_id=ONE.id))
    model = plain.page.sessions.table.model()
    await turn_until(lambda: model.index(0, 4).data() == "3")
    assert plain.page.sessions.isVisible()


async def test_sessions_are_filtered_by_cli_and_words(plain: PlainBench) -> None:
    await show_sessions(plain, ONE, TWO)
    plain.page.filter.clis.choose("codex")
    assert plain.page.sessions.titles == ["Named by its client · active"]
    assert plain.page.filter.count.text() == "1 of 2 sessions"
    plain.page.filter.clis.choose("")
    plain.page.filter.field.setText("ABC-1")
    await turn_until(lambda: plain.page.sessions.titles == ["How it began"])


async def test_a_session_leads_to_its_jobs(plain: PlainBench) -> None:
    await show_sessions(plain, ONE)
    plain.page.sessions.table.selectRow(0)
    plain.page.sessions.copy_id.click()
    assert QGuiApplication.clipboard().text() == "abc-1"
    plain.page.sessions.show_jobs.click()
    assert plain.page.states.is_browsing
    assert plain.titles == ["Go on with it", "How it began"]


async def test_a_session_is_forgotten_after_a_question(plain: PlainBench) -> None:
    await show_sessions(plain, ONE, TWO)
    assert not plain.page.sessions.forget.isEnabled()
    plain.page.sessions.table.selectRow(0)
    plain.page.sessions.forget.click()
    dialog = plain.page.findChild(QuestionDialog)
    assert dialog is not None
    assert plain.runs.sessions == [ONE, TWO]
    dialog.yes.click()
    await turn_until(lambda: plain.page.sessions.titles == ["Named by its client · active"])


async def test_without_sessions_it_is_said_what_they_are(plain: PlainBench) -> None:
    plain.runs.put(plain_job(1))
    await plain.show()
    plain.page.filter.views.choose("sessions")
    await turn_until(lambda: plain.page.sessions.isVisible())
    assert not plain.page.sessions.table.isVisible()
    plain.page.open_job(plain_job(1).id)
    await turn_until(lambda: plain.page.pane.isVisible())
    assert not plain.page.filter.shows_sessions
