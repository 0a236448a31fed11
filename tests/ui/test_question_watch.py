"""What the window does about questions: one dialog at a time, number, banner, notice."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path

import pytest
import pytest_asyncio
from PySide6.QtCore import QSettings
from PySide6.QtWidgets import QApplication, QSystemTrayIcon
from shiboken6 import delete

from llmgw_desktop.domain.access.consent import ConsentAnswer, ConsentWay
from llmgw_desktop.domain.jobs.approval import Decision
from llmgw_desktop.domain.jobs.cli_settings import LimitWait
from llmgw_desktop.domain.jobs.job import JobState
from llmgw_desktop.ui.questions.armed_dialog import ArmedDialog
from llmgw_desktop.ui.questions.consent_dialog import ConsentDialog
from llmgw_desktop.ui.questions.held_dialog import HeldDialog
from llmgw_desktop.ui.questions.permission_dialog import PermissionDialog
from llmgw_desktop.ui.shell.desktop_shell import DesktopShell
from llmgw_desktop.ui.shell.tray import Tray
from llmgw_desktop.ui.theme import Theme
from tests.support.plain_questions import HOSTILE_NAME, NOW_S, consent, held, permission
from tests.support.plain_runs import plain_job
from tests.ui.jobs.conftest import turn_until
from tests.ui.plain_gateway import PlainGateway

# the offscreen platform has no tray to watch
pytestmark = pytest.mark.qt_log_ignore("systemTrayWindowChanged", extend=True)


class Stage:
    def __init__(self, theme: Theme, folder: Path) -> None:
        self.gateway = PlainGateway(folder / "run" / "access.key")
        self.questions = self.gateway.questions
        self.settings = QSettings(str(folder / "window.ini"), QSettings.Format.IniFormat)
        self.tray = Tray(theme.icons, lambda: True)
        self.shell = DesktopShell(self.gateway, theme, self.tray, self.settings)
        self.watch = self.shell._question_watch

    @property
    def dialog(self) -> ArmedDialog | None:
        return self.watch.dialog

    @property
    def shown_id(self) -> str:
        return "" if self.dialog is None else str(self.dialog.question.id)  # type: ignore[attr-defined]

    @property
    def line(self) -> str:
        actions = self.tray.menu.actions()
        return next((a.text() for a in actions if "question" in a.text() and a.isVisible()), "")


@pytest.fixture
def said(monkeypatch: pytest.MonkeyPatch) -> list[tuple[str, str]]:
    found: list[tuple[str, str]] = []
    monkeypatch.setattr(
        QSystemTrayIcon, "showMessage", lambda self, title, text, *_: found.append((title, text))
    )
    return found


@pytest_asyncio.fixture
async def stage(
    theme: Theme, qapp: QApplication, tmp_path: Path, said: list[tuple[str, str]]
) -> AsyncIterator[Stage]:
    made = Stage(theme, tmp_path)
    await made.shell.start()
    made.shell.open(hidden=True)
    yield made
    await made.shell.stop()
    if made.shell.window is not None:
        delete(made.shell.window)


async def test_a_question_comes_up_is_counted_and_told(
    stage: Stage, said: list[tuple[str, str]]
) -> None:
    stage.questions.consents.put(consent())
    await turn_until(lambda: stage.dialog is not None and stage.dialog.isVisible())
    assert isinstance(stage.dialog, ConsentDialog)
    assert stage.line == "1 question waits…"
    assert said == [
        (
            "“Claude Code” asks for access",
            "The browser shows amber otter. Open LLM Gateway to answer.",
        )
    ]
    assert "1 question waits for you" in stage.tray._icon.toolTip()  # type: ignore[union-attr]


async def test_one_dialog_at_a_time_the_oldest_first(stage: Stage) -> None:
    stage.questions.agents.put(permission(1, asked_at_s=NOW_S - 9))
    stage.questions.consents.put(consent(2, asked_at_s=NOW_S - 20))
    await turn_until(lambda: stage.dialog is not None)
    assert stage.shown_id == "ask_0002"
    assert stage.line == "2 questions wait…"
    assert stage.dialog is not None
    stage.dialog.deny.click()
    assert stage.questions.consents.answers[0][1].allowed is False
    assert stage.dialog is None, "nobody answers two with a double click"
    await turn_until(lambda: stage.shown_id == "prm_0001")
    assert isinstance(stage.dialog, PermissionDialog)
    stage.dialog.deny.click()
    assert stage.questions.agents.answers[0][1].decision is Decision.DENY
    assert stage.line == ""


async def test_a_held_request_is_asked_with_its_choices(
    stage: Stage, said: list[tuple[str, str]]
) -> None:
    stage.questions.holds.put(held(1))
    await turn_until(lambda: stage.dialog is not None and stage.dialog.isVisible())
    dialog = stage.dialog
    assert isinstance(dialog, HeldDialog)
    assert dialog.heading.text() == "claude-code repeats itself"
    assert [each.accessibleName() for each in dialog.choices.values()] == [
        "Go on once",
        "Go on, and do not ask again",
    ]
    assert said[0][0] == "Held: claude-code repeats itself"
    dialog.chosen.emit("not_again")
    assert stage.questions.holds.answers[0][1].choice == "not_again"
    stage.questions.holds.put(held(2))
    await turn_until(lambda: stage.shown_id == "hld_0002")
    assert stage.dialog is not None
    stage.dialog.deny.click()
    assert stage.questions.holds.answers[1][1].choice == ""


async def test_more_than_three_are_a_list_and_no_dialog(stage: Stage) -> None:
    for number in range(1, 5):
        stage.questions.appear(permission(number))
    stage.questions.consents.put(consent(9))
    await turn_until(lambda: stage.line == "5 questions wait…")
    assert stage.dialog is None
    stage.tray.questions_wanted.emit()
    window = stage.shell.window
    assert window is not None
    assert window.page_key == "access"
    assert window.troubles.words[0].startswith("5 questions wait for you.")
    assert stage.dialog is None


async def test_what_is_answered_elsewhere_goes(stage: Stage) -> None:
    stage.questions.consents.put(consent())
    await turn_until(lambda: stage.dialog is not None)
    answer = ConsentAnswer(allowed=False, way=ConsentWay.TIMEOUT, at_s=NOW_S)
    stage.questions.consents.answer("ask_0001", answer)
    await turn_until(lambda: stage.dialog is None)
    assert len(stage.questions.consents.answers) == 1, "the dialog has not answered as well"
    assert stage.line == ""


async def test_a_question_that_changes_is_shown_anew(stage: Stage) -> None:
    stage.questions.agents.put(permission(1))
    await turn_until(lambda: stage.dialog is not None)
    first = stage.dialog
    stage.questions.agents.put(permission(1, rule="", warnings=("It leads out.",)))
    await turn_until(lambda: stage.dialog is not None and stage.dialog is not first)
    assert isinstance(stage.dialog, PermissionDialog)
    assert stage.dialog.question.warnings == ("It leads out.",)
    assert stage.questions.agents.answers == []


async def test_put_away_it_waits_and_comes_back_when_it_is_asked_for(stage: Stage) -> None:
    stage.questions.agents.put(permission(1))
    await turn_until(lambda: stage.dialog is not None)
    assert stage.dialog is not None
    stage.dialog.everything.click()
    window = stage.shell.window
    assert window is not None
    assert window.page_key == "access"
    assert stage.dialog is None
    stage.questions.agents.put(permission(2))
    await turn_until(lambda: stage.shown_id == "prm_0002")
    stage.watch.open_question("prm_0001")
    assert stage.shown_id == "prm_0001"
    assert stage.questions.agents.answers == []


async def test_notices_are_told_once_and_can_be_switched_off(
    stage: Stage, said: list[tuple[str, str]]
) -> None:
    stage.questions.agents.put(permission(1))
    await turn_until(lambda: bool(said))
    stage.questions.agents.put(permission(1, warnings=("It leads out.",)))
    await turn_until(lambda: stage.dialog is not None and stage.shown_id == "prm_0001")
    assert len(said) == 1
    stage.watch.switch_notices(False)
    stage.questions.agents.put(permission(2))
    await turn_until(lambda: stage.line == "2 questions wait…")
    assert len(said) == 1
    assert not stage.watch.notices_on


async def test_a_click_on_the_notice_opens_the_question(stage: Stage) -> None:
    stage.questions.appear(permission(1, asked_at_s=NOW_S - 60))
    stage.questions.consents.put(consent(2))
    await turn_until(lambda: stage.dialog is not None)
    stage.tray._on_message_clicked()
    assert stage.shown_id == "ask_0002"


async def test_a_hostile_name_is_inert_in_the_notice(
    stage: Stage, said: list[tuple[str, str]]
) -> None:
    stage.questions.consents.put(consent(client_name=HOSTILE_NAME))
    await turn_until(lambda: bool(said))
    title = said[0][0]
    assert len(title) < 90
    assert "\u202e" not in title
    assert "\x1b" not in title


async def test_somebody_is_there_while_a_window_or_the_icon_is(stage: Stage) -> None:
    assert stage.questions.agents.attending == 1
    assert stage.questions.consents.attended == [True]
    stage.shell.quit()
    stage.shell._attend()
    assert stage.questions.agents.attending == 0
    assert stage.questions.consents.attended == [True, False]


async def test_what_waited_before_the_window_is_shown(
    theme: Theme, tmp_path: Path, qapp: QApplication
) -> None:
    stage = Stage(theme, tmp_path)
    stage.questions.appear(consent())
    await stage.shell.start()
    stage.shell.open(hidden=True)
    await turn_until(lambda: stage.shown_id == "ask_0001")
    await stage.shell.stop()
    assert stage.questions.consents.answers == [], "the gateway's own end withdraws it"


async def test_what_has_no_dialog_is_counted_and_leads_to_the_list(stage: Stage) -> None:
    wait = LimitWait(since_s=NOW_S, due_at_s=NOW_S + 600, is_known=True, asks=True)
    job = replace(plain_job(id="job_1"), state=JobState.PARKED, limit_wait=wait)
    wanted: list[bool] = []
    stage.watch.list_wanted.connect(lambda: wanted.append(True))
    stage.questions.limits.put(job)
    await turn_until(lambda: stage.line)
    assert stage.line == "1 question waits…"
    assert stage.dialog is None
    stage.watch.open_oldest()
    stage.watch.open_question("lim_1")
    assert wanted == [True, True]
    await stage.questions.answer_all(["lim_1"], "go_on")
    await turn_until(lambda: not stage.line)
