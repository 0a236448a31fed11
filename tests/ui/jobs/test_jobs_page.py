"""The list, its filter, its keys, its states, and what can be done with a job, on plain data."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from PySide6.QtCore import Qt
from PySide6.QtGui import QAccessible, QGuiApplication
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QAbstractButton, QApplication, QComboBox, QLineEdit, QWidget
from pytestqt.qtbot import QtBot

from llmgw_desktop.domain.cli import CliName, ErrorCategory, TextGrew
from llmgw_desktop.domain.errors import StoreUnavailable
from llmgw_desktop.domain.events import FlightClosed
from llmgw_desktop.domain.flights.flight import FlightQuery
from llmgw_desktop.domain.flights.spending import AgentSpending, FlightSpending
from llmgw_desktop.domain.jobs.job import JobState
from llmgw_desktop.ui.jobs.job_model import JobModel
from llmgw_desktop.ui.widgets.dialogs import QuestionDialog
from tests.support.job_scene import set_job_scene
from tests.support.made_flights import summary
from tests.support.plain_runs import NOW_S, plain_job
from tests.ui.jobs.conftest import PlainBench, turn_until


def ended(number: int, state: JobState = JobState.COMPLETED, **changes: object) -> object:
    return plain_job(number, state=state, **changes)


async def test_what_runs_stands_on_top_then_what_waits_then_the_newest(plain: PlainBench) -> None:
    plain.runs.put(
        plain_job(1, state=JobState.COMPLETED, title="done lately"),
        plain_job(2, state=JobState.QUEUED, started_at_s=None, title="waits"),
        plain_job(3, title="runs, newer"),
        plain_job(4, title="runs, older"),
        plain_job(5, state=JobState.FAILED, title="failed before"),
    )
    await plain.show()
    assert plain.titles == ["runs, newer", "runs, older", "waits", "done lately", "failed before"]
    assert plain.page.filter.count.text() == "2 running · 1 waiting · 5 jobs"


async def test_a_job_that_ends_moves_down_and_stays_chosen(plain: PlainBench) -> None:
    first, second = plain_job(1, title="one"), plain_job(2, title="two")
    plain.runs.put(first, second)
    await plain.show()
    await plain.open(first.id)
    plain.runs.end(first)
    await turn_until(lambda: plain.titles == ["two", "one"])
    chosen = plain.page.table.chosen_job()
    assert chosen is not None
    assert (chosen.id, chosen.state) == (first.id, JobState.COMPLETED)
    assert plain.page.pane.progress_words.startswith("Completed")


async def test_events_do_not_read_the_list_again(plain: PlainBench) -> None:
    plain.runs.put(plain_job(1))
    await plain.show()
    readings = plain.runs.readings
    for number in range(2, 60):
        plain.runs.put(plain_job(number))
    await turn_until(lambda: len(plain.titles) == 59)
    assert plain.runs.readings == readings


async def test_the_list_is_filtered_by_state_cli_and_words(plain: PlainBench) -> None:
    plain.runs.put(
        plain_job(1, title="Mend the tests"),
        plain_job(2, cli=CliName.CODEX, title="Review", client="nightly"),
        plain_job(3, state=JobState.FAILED, title="Build"),
        plain_job(4, state=JobState.CANCELED, title="Stopped"),
        plain_job(5, state=JobState.ORPHANED, title="Lost one"),
    )
    await plain.show()
    bar = plain.page.filter
    bar.states.choose("live")
    assert plain.titles == ["Mend the tests", "Review"]
    bar.clis.choose("codex")
    assert plain.titles == ["Review"]
    assert bar.count.text() == "1 running · 1 of 5 jobs"
    bar.clear()
    bar.states.choose("failed")
    assert plain.titles == ["Build", "Lost one"]
    bar.states.choose("canceled")
    assert plain.titles == ["Stopped"]
    bar.clear()
    bar.field.setText("NIGHTLY")
    await turn_until(lambda: plain.titles == ["Review"])
    bar.field.setText("nothing like it")
    await turn_until(lambda: not plain.page.states.is_browsing)
    plain.page.states.clear_wanted.emit()
    assert len(plain.titles) == 5


async def test_without_jobs_there_is_a_command_to_paste(plain: PlainBench) -> None:
    await plain.show()
    assert plain.page.states.is_first
    command = plain.page.states.command
    assert '"cli":"claude"' in command.text()
    assert not plain.page.states.to_providers.isVisible()
    command.copy.click()
    assert QGuiApplication.clipboard().text() == command.text()
    plain.runs.put(plain_job(1))
    await turn_until(lambda: plain.page.states.is_browsing)


async def test_without_a_cli_it_is_said_what_to_install(plain: PlainBench) -> None:
    plain.runs.ready = ()
    await plain.show()
    assert plain.page.states.is_first
    assert not plain.page.states.command.isVisible()
    led: list[bool] = []
    plain.page.states.providers_wanted.connect(lambda: led.append(True))
    assert plain.page.states.to_providers.isVisible()
    plain.page.states.to_providers.click()
    assert led
    plain.runs.put(plain_job(1))
    await turn_until(lambda: plain.page.states.is_browsing)


async def test_a_list_that_cannot_be_read_is_said_and_tried_again(plain: PlainBench) -> None:
    plain.runs.trouble = StoreUnavailable("The disk is full.")
    await plain.show()
    assert plain.page.states.is_failure
    plain.runs.trouble = None
    plain.runs.jobs["x"] = plain_job(1)
    plain.page.states.retry_wanted.emit()
    await turn_until(lambda: plain.page.states.is_browsing)


async def test_keys_lead_all_the_way(plain: PlainBench) -> None:
    plain.runs.put(*(plain_job(number, title=f"job {number}") for number in (1, 2, 3)))
    await plain.show()
    table, pane = plain.page.table, plain.page.pane
    table.setFocus()
    for key, title in (
        (Qt.Key.Key_J, "job 1"),
        (Qt.Key.Key_J, "job 2"),
        (Qt.Key.Key_K, "job 1"),
        (Qt.Key.Key_End, "job 3"),
        (Qt.Key.Key_Home, "job 1"),
    ):
        QTest.keyClick(table, key)
        chosen = table.chosen_job()
        assert chosen is not None
        assert chosen.title == title
    assert not pane.isVisible()
    QTest.keyClick(table, Qt.Key.Key_Return)
    await turn_until(lambda: pane.isVisible())
    QTest.keyClick(table, Qt.Key.Key_Return)
    assert pane.isAncestorOf(QApplication.focusWidget())
    QTest.keyClick(QApplication.focusWidget(), Qt.Key.Key_Escape)
    assert table.hasFocus()
    QTest.keyClick(table, Qt.Key.Key_Escape)
    assert not pane.isVisible()
    QTest.keyClick(table, Qt.Key.Key_Slash)
    assert plain.page.filter.field.hasFocus()
    QTest.keyClick(plain.page.filter.field, Qt.Key.Key_Return)
    assert table.hasFocus()


async def test_a_job_asked_for_elsewhere_is_opened_whatever_is_filtered(plain: PlainBench) -> None:
    plain.runs.put(plain_job(1), plain_job(2, state=JobState.COMPLETED, title="that one"))
    await plain.show()
    plain.page.filter.states.choose("live")
    await plain.open(plain_job(2).id)
    assert plain.page.pane.job is not None
    assert plain.page.pane.job.title == "that one"
    assert plain.page.filter.query.state == "all"


async def test_stepping_through_jobs_shows_what_each_says(plain: PlainBench) -> None:
    jobs = [plain_job(number) for number in range(1, 6)]
    plain.runs.put(*jobs)
    for job in jobs:
        plain.runs.events[job.id] = [TextGrew(text=f"said by {job.id}")]
    await plain.show()
    await plain.open(jobs[0].id)
    for job in jobs[1:]:
        plain.page.table.choose(job.id)
        await turn_until(lambda: True, turns=1)
        plain.page.table.choose(jobs[0].id)
        plain.page.table.choose(job.id)
        await turn_until(lambda: plain.text == f"said by {job.id}")  # noqa: B023
        assert plain.text == f"said by {job.id}"


async def test_a_job_that_waits_says_which_one_it_is(plain: PlainBench) -> None:
    first = plain_job(3, state=JobState.QUEUED, started_at_s=None)
    second = plain_job(2, state=JobState.QUEUED, started_at_s=None)
    other = plain_job(4, state=JobState.QUEUED, started_at_s=None, cli=CliName.CODEX)
    plain.runs.put(first, second, other)
    await plain.show()
    await plain.open(second.id)
    words = plain.page.pane.progress_words
    assert words == "Waits for its turn: number 2 of those for claude · 2 m 00 s"


async def test_its_flight_and_its_folder_are_opened(plain: PlainBench, tmp_path: Path) -> None:
    plain.runs.put(
        plain_job(1, flight_id="flt_7", working_dir=str(tmp_path)), plain_job(2, title="bare")
    )
    await plain.show()
    await plain.open(plain_job(1).id)
    actions = plain.page._actions
    asked: list[FlightQuery] = []
    plain.page.flights_wanted.connect(asked.append)
    actions.requests.trigger()
    assert [each.text for each in asked] == [plain_job(1).id], "as far as it has come"
    actions.flight.trigger()
    actions.folder.trigger()
    actions.files.trigger()
    assert plain.flights == ["flt_7"]
    assert plain.paths == [tmp_path, tmp_path / "jobs" / plain_job(1).id]
    plain.runs.put(plain_job(1, working_dir=str(tmp_path / "gone")))
    await turn_until(lambda: plain.page.pane.job.working_dir.endswith("gone"))  # type: ignore[union-attr]
    actions.folder.trigger()
    assert "not there any more" in plain.page.notice.text
    plain.runs.end(plain_job(2, title="bare"))
    plain.page.table.choose(plain_job(2).id)
    await turn_until(lambda: not actions.requests.isEnabled())
    assert not actions.flight.isEnabled()
    assert not actions.folder.isEnabled()


async def test_what_is_kept_no_more_cannot_be_run_again(plain: PlainBench) -> None:
    plain.runs.put(plain_job(1, state=JobState.COMPLETED))
    await plain.show()
    await plain.open(plain_job(1).id)
    plain.page._actions.again.trigger()
    dialog = plain.page.findChild(QuestionDialog)
    assert dialog is not None
    dialog.yes.click()
    await turn_until(lambda: "not kept any more" in plain.page.notice.text)


async def test_a_sign_in_that_is_missing_is_told_with_what_to_do(plain: PlainBench) -> None:
    plain.runs.put(
        plain_job(1, state=JobState.FAILED, category=ErrorCategory.AUTH, error="Not signed in.")
    )
    await plain.show()
    await plain.open(plain_job(1).id)
    assert plain.page.pane.trouble_words == "Not signed in. Run `claude login` in a terminal."


async def test_an_answer_that_is_not_there_is_said(plain: PlainBench) -> None:
    job = plain_job(1)
    plain.runs.put(job)
    await plain.show()
    await plain.open(job.id)
    plain.page._actions.answer.trigger()
    await turn_until(lambda: plain.page.notice.text == "It has not answered anything.")
    plain.runs.events[job.id] = [TextGrew(text="Here.")]
    plain.page._actions.answer.trigger()
    await turn_until(lambda: plain.page.notice.text == "Answer copied.")
    assert QGuiApplication.clipboard().text() == "Here."


async def test_titles_that_would_turn_the_line_around_do_not(plain: PlainBench) -> None:
    plain.runs.put(plain_job(1, title="a\u202eb\x1b[31mc\nd", client="x\u2066y"))
    await plain.show()
    assert plain.titles == ["a⟨U+202E⟩b␛[31mc d"]


async def test_columns_leave_before_the_title_does(plain: PlainBench) -> None:
    plain.runs.put(plain_job(1))
    await plain.show()
    table = plain.page.table
    for width, is_wide in ((1400, True), (560, False)):
        plain.page.resize(width, 700)
        await turn_until(lambda: table.isColumnHidden(3) is not is_wide)  # noqa: B023
        assert table.columnWidth(2) > 150
        assert table.horizontalHeader().length() <= table.viewport().width()


async def test_everything_has_a_name(plain: PlainBench) -> None:
    job = set_job_scene(plain.runs, plain.jobs.folder(""))
    await plain.show()
    await plain.open(job.id)
    nameless = []
    for each in plain.page.findChildren(QWidget):
        is_control = isinstance(each, QAbstractButton | QLineEdit | QComboBox)
        if each.isVisible() and (is_control or each.focusPolicy() & Qt.FocusPolicy.TabFocus):
            interface = QAccessible.queryAccessibleInterface(each)
            if not interface.text(QAccessible.Text.Name).strip():
                nameless.append(type(each).__name__)
    assert nameless == []


async def test_a_change_of_the_look_colours_what_is_there_anew(plain: PlainBench) -> None:
    from llmgw_desktop.ui.theme import Appearance

    job = plain_job(1)
    plain.runs.put(job)
    plain.runs.events[job.id] = [TextGrew(text="hello")]
    await plain.show()
    await plain.open(job.id)
    await turn_until(lambda: plain.text == "hello")
    view = plain.page.pane.output
    before = view.document().firstBlock().begin().fragment().charFormat().foreground().color()
    plain.page._theme.set_appearance(Appearance.DARK)
    after = view.document().firstBlock().begin().fragment().charFormat().foreground().color()
    assert before.lightness() < 100 < after.lightness()


async def test_the_side_and_the_tab_are_remembered(plain: PlainBench) -> None:
    plain.runs.put(plain_job(1))
    await plain.show()
    await plain.open(plain_job(1).id)
    plain.page.pane.turn.click()
    plain.page.pane.choose_tab("Details")
    assert plain.settings.value("jobs/side") == "right"
    assert plain.settings.value("jobs/tab") == "Details"


def test_the_model_is_a_good_one(qtbot: QtBot, qtmodeltester: object) -> None:
    model = JobModel(lambda: NOW_S)
    model.show_jobs([plain_job(number) for number in range(5)])
    qtmodeltester.check(model)  # type: ignore[attr-defined]
    job = plain_job(1)
    with qtbot.assertNotEmitted(model.modelReset):
        model.show_jobs([plain_job(0), replace(job, title="other"), *map(plain_job, range(2, 5))])
    assert model.index(1, 2).data() == "other"


def agents_of(*flights: int) -> list[AgentSpending]:
    return [
        AgentSpending(
            conversation="c0ffee0001",
            agent=f"a9e27{at:05}",
            began_at_s=NOW_S,
            models=("claude-opus-5",),
            spent=FlightSpending(flights=count, input_tokens=1000 * count, output_tokens=count),
        )
        for at, count in enumerate(flights)
    ]


async def test_the_agents_of_a_job_lead_to_their_requests(plain: PlainBench) -> None:
    job = plain_job(1)
    plain.runs.put(job)
    await plain.show()
    await plain.open(job.id)
    wanted: list[object] = []
    plain.page.flights_wanted.connect(wanted.append)
    agents = plain.page.pane.agents
    plain.page.pane.choose_tab("Agents")
    await turn_until(agents.isVisible)
    assert agents.table.isHidden(), "nothing has ended yet"
    plain.runs.agents_of[job.id] = agents_of(4, 2, 1)
    plain.bridge.note(FlightClosed(summary=summary(1, job=job.id)))
    await turn_until(agents.table.isVisible)
    cells = [[agents.rows.index(row, at).data() for at in (0, 3, 4)] for row in range(3)]
    assert cells == [
        ["Main agent", "4", "4,000"],
        ["Subagent 1", "2", "2,000"],
        ["Subagent 2", "1", "1,000"],
    ]
    assert agents.sums.text() == "7 requests by 3 agents: 7,000 tokens in, 7 out, –."
    place = agents.table.visualRect(agents.rows.index(1, 0)).center()
    QTest.mouseClick(agents.table.viewport(), Qt.MouseButton.LeftButton, pos=place)
    assert wanted == [f"job:{job.id} agent:a9e2700001"]
    other = plain_job(2)
    plain.runs.put(other)
    await plain.open(other.id)
    await turn_until(agents.table.isHidden)
