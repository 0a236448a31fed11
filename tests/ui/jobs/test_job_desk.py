"""What the window does about jobs: the quit question, notices, the number beside the page."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path

import pytest
import pytest_asyncio
from PySide6.QtCore import QSettings, Qt
from PySide6.QtGui import QAction
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QSystemTrayIcon
from shiboken6 import delete

from llmgw_desktop.domain.errors import StoreUnavailable
from llmgw_desktop.domain.jobs.cli_settings import LimitWait
from llmgw_desktop.domain.jobs.job import Job, JobState
from llmgw_desktop.ui.application import end_session
from llmgw_desktop.ui.jobs.page import JobsPage
from llmgw_desktop.ui.jobs.quitting import QuitDialog
from llmgw_desktop.ui.overview.board import OverviewBoard
from llmgw_desktop.ui.shell.desktop_shell import DesktopShell
from llmgw_desktop.ui.shell.tray import Tray
from llmgw_desktop.ui.theme import Theme
from llmgw_desktop.ui.window.main_window import MainWindow
from tests.support.plain_runs import NOW_S, plain_job
from tests.ui.jobs.conftest import turn_until
from tests.ui.plain_gateway import PlainGateway

# the offscreen platform has no tray to watch
pytestmark = pytest.mark.qt_log_ignore("systemTrayWindowChanged", extend=True)


class Stage:
    def __init__(self, theme: Theme, folder: Path) -> None:
        self.has_tray = True
        self.gateway = PlainGateway(folder / "run" / "access.key")
        self.runs = self.gateway.runs
        self.settings = QSettings(str(folder / "window.ini"), QSettings.Format.IniFormat)
        self.tray = Tray(theme.icons, lambda: self.has_tray)
        self.opened: list[Path] = []
        self.shell = DesktopShell(
            self.gateway, theme, self.tray, self.settings, open_path=self._open
        )

    @property
    def window(self) -> MainWindow:
        assert self.shell.window is not None
        return self.shell.window

    @property
    def page(self) -> JobsPage:
        found = self.window.page("jobs")
        assert isinstance(found, JobsPage)
        return found

    @property
    def question(self) -> QuitDialog:
        found = self.window.findChild(QuitDialog)
        assert isinstance(found, QuitDialog)
        return found

    @property
    def is_quitting(self) -> bool:
        return self.shell.quit_asked.is_set()

    def state_of(self, job: Job) -> JobState | None:
        """As the page knows it."""
        known = self.page._known.get(job.id)
        return None if known is None else known.state

    def has_question(self) -> bool:
        return self.shell.window is not None and self.window.findChild(QuitDialog) is not None

    def ask_from_tray(self) -> None:
        self.tray.quit_wanted.emit()

    def _open(self, path: Path) -> bool:
        self.opened.append(path)
        return True


@pytest_asyncio.fixture
async def stage(theme: Theme, qapp: QApplication, tmp_path: Path) -> AsyncIterator[Stage]:
    made = Stage(theme, tmp_path)
    await made.shell.start()
    made.shell.open(hidden=False)
    made.window.page("jobs")  # as if it had been seen: it hears what is told from now on
    yield made
    await made.shell.stop()
    delete(made.window)


@pytest.fixture
def said(monkeypatch: pytest.MonkeyPatch) -> list[tuple[str, str]]:
    found: list[tuple[str, str]] = []
    monkeypatch.setattr(
        QSystemTrayIcon, "showMessage", lambda self, title, text, *_: found.append((title, text))
    )
    return found


async def test_without_jobs_nothing_is_asked(stage: Stage) -> None:
    stage.ask_from_tray()
    assert stage.is_quitting
    assert not stage.has_question()


async def test_with_jobs_it_is_asked_and_shown_which(stage: Stage) -> None:
    stage.runs.put(plain_job(1, title="Mend it"), plain_job(2, state=JobState.QUEUED))
    stage.window.hide()
    stage.ask_from_tray()
    assert stage.window.isVisible()
    assert not stage.is_quitting
    assert stage.question.windowTitle() == "1 job runs, 1 waits"
    assert any("Mend it" in label.text() for label in stage.question._lines)
    stage.ask_from_tray()
    assert len(stage.window.findChildren(QuitDialog)) == 1


async def test_escape_stays(stage: Stage) -> None:
    stage.runs.put(plain_job(1))
    stage.ask_from_tray()
    QTest.keyClick(stage.question, Qt.Key.Key_Escape)
    await turn_until(lambda: not stage.has_question())
    assert not stage.is_quitting
    assert stage.runs.live


async def test_enter_leaves_them_running_and_quits(stage: Stage) -> None:
    stage.runs.put(plain_job(1))
    stage.ask_from_tray()
    QTest.keyClick(stage.question, Qt.Key.Key_Return)
    assert stage.is_quitting
    assert stage.runs.log == []


async def test_stop_all_ends_them_first(stage: Stage) -> None:
    stage.runs.put(plain_job(1), plain_job(2))
    stage.ask_from_tray()
    stage.question.stop.click()
    await turn_until(lambda: stage.is_quitting)
    assert stage.runs.live == ()


async def test_what_cannot_be_stopped_is_said_and_the_app_stays(stage: Stage) -> None:
    stage.runs.put(plain_job(1))
    stage.runs.stop_trouble = StoreUnavailable("The disk is full.")
    stage.ask_from_tray()
    question = stage.question
    question.stop.click()
    await turn_until(lambda: "The disk is full." in question.problem)
    assert not stage.is_quitting
    assert question.leave.isEnabled()


async def test_wait_quits_when_those_have_ended_whatever_comes_later(stage: Stage) -> None:
    one, two = plain_job(1), plain_job(2)
    stage.runs.put(one, two)
    stage.ask_from_tray()
    stage.question.wait.click()
    await turn_until(lambda: not stage.has_question())
    assert "The app quits when 2 jobs have ended." in stage.window.troubles.words
    stage.runs.put(plain_job(3))
    stage.runs.end(one)
    await turn_until(lambda: "1 job has ended" in " ".join(stage.window.troubles.words))
    assert not stage.is_quitting
    stage.runs.end(two)
    await turn_until(lambda: stage.is_quitting)


async def test_what_waits_for_a_limit_is_not_waited_for(stage: Stage) -> None:
    wait = LimitWait(since_s=NOW_S, due_at_s=NOW_S + 86400, is_known=True)
    parked = replace(plain_job(2), state=JobState.PARKED, limit_wait=wait)
    one = plain_job(1)
    stage.runs.put(one, parked)
    stage.ask_from_tray()
    stage.question.wait.click()
    await turn_until(lambda: not stage.has_question())
    assert "The app quits when 1 job has ended." in stage.window.troubles.words
    stage.runs.end(one)
    await turn_until(lambda: stage.is_quitting)


async def test_who_waits_may_stay_after_all(stage: Stage) -> None:
    job = plain_job(1)
    stage.runs.put(job)
    stage.ask_from_tray()
    stage.question.wait.click()
    stage.shell._job_desk.quitting.stay()
    assert stage.window.troubles.words == []
    stage.runs.end(job)
    await turn_until(lambda: stage.state_of(job) is JobState.COMPLETED)
    assert not stage.is_quitting


async def test_when_all_have_ended_meanwhile_there_is_no_question_left(stage: Stage) -> None:
    job = plain_job(1)
    stage.runs.put(job)
    stage.ask_from_tray()
    stage.runs.end(job)
    await turn_until(lambda: stage.is_quitting)
    await turn_until(lambda: not stage.has_question())
    assert stage.is_quitting
    assert not stage.has_question()


async def test_closing_the_window_without_a_tray_asks_and_keeps_it(stage: Stage) -> None:
    stage.has_tray = False
    stage.runs.put(plain_job(1))
    stage.window.close()
    assert stage.window.isVisible()
    assert stage.has_question()
    assert not stage.is_quitting


async def test_closing_the_window_with_a_tray_asks_nothing(stage: Stage) -> None:
    stage.runs.put(plain_job(1))
    stage.window.close()
    assert not stage.window.isVisible()
    assert not stage.has_question()


async def test_the_end_of_a_session_asks_nothing(
    stage: Stage, monkeypatch: pytest.MonkeyPatch
) -> None:
    stage.runs.put(plain_job(1))
    monkeypatch.setattr("llmgw_desktop.ui.application._SESSION_END_MS", 1)
    end_session(stage.shell, None)
    assert stage.is_quitting
    assert not stage.has_question()
    assert stage.runs.live


async def test_a_long_job_that_ends_unseen_is_told_of_and_opened(
    stage: Stage, said: list[tuple[str, str]]
) -> None:
    job = plain_job(3, title="Nightly")
    stage.runs.put(job)
    stage.window.hide()
    stage.runs.end(job)
    await turn_until(lambda: said)
    assert said == [("claude: completed after 3 m 00 s", "Nightly")]
    stage.tray._on_message_clicked()
    await turn_until(lambda: stage.page.pane.job is not None)
    assert stage.window.isVisible()
    assert stage.window.page_key == "jobs"
    assert stage.page.pane.job.id == job.id  # type: ignore[union-attr]


async def test_short_jobs_canceled_ones_and_seen_ones_are_not_told_of(
    stage: Stage, said: list[tuple[str, str]], monkeypatch: pytest.MonkeyPatch
) -> None:
    short = plain_job(1, started_at_s=NOW_S - 59)
    canceled, seen = plain_job(5), plain_job(6)
    stage.runs.put(short, canceled, seen)
    stage.window.hide()
    stage.runs.end(short)
    stage.runs.end(canceled, JobState.CANCELED)
    stage.window.show()
    monkeypatch.setattr(QApplication, "activeWindow", lambda: stage.window)
    stage.runs.end(seen, JobState.FAILED)
    await turn_until(lambda: stage.state_of(seen) is JobState.FAILED)
    assert said == []


async def test_notices_can_be_switched_off(stage: Stage, said: list[tuple[str, str]]) -> None:
    assert stage.page.notices.isChecked()
    stage.page.notices.trigger()
    job = plain_job(3)
    stage.runs.put(job)
    stage.window.hide()
    stage.runs.end(job)
    await turn_until(lambda: stage.state_of(job) is JobState.COMPLETED)
    assert said == []
    assert stage.settings.value("notices/long-jobs", type=bool) is False


async def test_several_that_end_at_once_are_one_notice(
    stage: Stage, said: list[tuple[str, str]]
) -> None:
    jobs = [plain_job(number, title=f"job {number}") for number in (2, 3)]
    stage.runs.put(*jobs)
    await turn_until(lambda: len(stage.page._known) == 2)
    stage.window.hide()
    for job in jobs:
        stage.runs.end(job)
    await turn_until(lambda: said)
    assert said == [("2 jobs ended", "job 2; job 3")]


async def test_live_jobs_are_counted_beside_the_page_and_on_the_overview(stage: Stage) -> None:
    board = stage.window.page("overview").findChild(OverviewBoard)
    assert isinstance(board, OverviewBoard)
    stage.runs.put(plain_job(1), plain_job(2))
    await turn_until(lambda: board.jobs.text() == "2 jobs run")
    board.jobs.click()
    assert stage.window.page_key == "jobs"
    for job in list(stage.runs.live):
        stage.runs.end(job)
    await turn_until(lambda: board.jobs.isHidden())


async def test_the_page_has_its_shortcut_and_leads_to_files(stage: Stage, tmp_path: Path) -> None:
    actions = stage.window.findChildren(QAction)
    jobs = next(each for each in actions if each.text() == "&Jobs")
    assert jobs.shortcut().toString() == "Ctrl+3"
    jobs.trigger()
    assert stage.window.page_key == "jobs"
    stage.page.path_wanted.emit(tmp_path)
    assert stage.opened == [tmp_path]
    stage.page.flight_wanted.emit("flt_1")
    assert stage.window.page_key == "flights"
