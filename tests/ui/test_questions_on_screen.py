"""The real gateway with its real windows: a question is on screen soon after it is asked, what the
person answers is what comes of it, and the log tells who, how and how fast."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

import pytest_asyncio
from PySide6.QtCore import QSettings
from PySide6.QtWidgets import QApplication
from shiboken6 import delete

from llmgw_desktop.app.access.decisions import DecisionRow
from llmgw_desktop.app.composition.container import Container
from llmgw_desktop.domain.access.consent import ConsentRequest, ConsentTerm, ConsentWay
from llmgw_desktop.domain.access.principal import Scope
from llmgw_desktop.domain.cli import CliName
from llmgw_desktop.domain.jobs.approval import (
    Ask,
    AskingJob,
    Decision,
    PermissionAnswer,
    PermissionKind,
)
from llmgw_desktop.store.paths import Places
from llmgw_desktop.ui.questions.consent_dialog import ConsentDialog
from llmgw_desktop.ui.questions.permission_dialog import PermissionDialog
from llmgw_desktop.ui.shell.desktop_shell import DesktopShell
from llmgw_desktop.ui.shell.tray import Tray
from llmgw_desktop.ui.theme import Theme
from tests.ui.jobs.conftest import turn_until


class Stage:
    def __init__(self, theme: Theme, folder: Path) -> None:
        env = {"LLMGW_HOME": str(folder), "LLM_GATEWAY_HTTP_PORT": "0", "HOME": str(folder)}
        places = Places.of(env)
        places.make()
        self.container = Container(places, env)
        settings = QSettings(str(folder / "window.ini"), QSettings.Format.IniFormat)
        tray = Tray(theme.icons, lambda: False)
        self.shell = DesktopShell(self.container, theme, tray, settings)
        self.watch = self.shell._question_watch

    async def log(self) -> tuple[DecisionRow, ...]:
        return await asyncio.to_thread(self.container.oversight.decisions.recent)


@pytest_asyncio.fixture
async def stage(theme: Theme, qapp: QApplication, tmp_path: Path) -> AsyncIterator[Stage]:
    made = Stage(theme, tmp_path)
    await made.shell.start()
    made.shell.open(hidden=False)
    yield made
    await made.shell.stop()
    if made.shell.window is not None:
        delete(made.shell.window)


async def test_a_program_is_let_in_as_the_person_says(stage: Stage) -> None:
    request = ConsentRequest(
        client_id="client-1",
        client_name="Claude Code",
        redirect_uri="http://127.0.0.1:33418/callback",
        scopes=(Scope.MODELS_USE, Scope.JOBS_RUN),
        resource="http://127.0.0.1:3333/mcp",
        address="127.0.0.1",
        is_local=False,
    )
    broker = stage.container.consents.broker
    assert broker.can_ask, "the window is there"
    ticket = await broker.ask(request)
    await turn_until(lambda: stage.watch.dialog is not None and stage.watch.dialog.isVisible())
    dialog = stage.watch.dialog
    assert isinstance(dialog, ConsentDialog)
    assert dialog.words.text() == broker.waiting[0].words
    dialog.activateWindow()
    await turn_until(dialog.allow.isEnabled)
    dialog.allow.click()
    outcome = await asyncio.wait_for(ticket.outcome(), 10)
    assert outcome.answer.allowed
    assert outcome.answer.way is ConsentWay.DIALOG
    assert outcome.answer.scopes == (Scope.MODELS_USE,), "the risky one was not ticked"
    assert outcome.answer.term is ConsentTerm.EIGHT_HOURS
    await turn_until(lambda: stage.watch.dialog is None)


async def test_an_agent_hears_what_the_person_says(stage: Stage, tmp_path: Path) -> None:
    work = tmp_path / "work"
    work.mkdir()
    answers: list[PermissionAnswer] = []
    job = AskingJob(
        id="job_000000000001",
        owner="cli_editor",
        client="claude-code",
        cli=CliName.CLAUDE,
        title="Mend it",
        working_dir=str(work),
    )
    ask = Ask(
        native_id="req-1",
        kind=PermissionKind.COMMAND,
        command="touch made",
        cwd=str(work),
        tool="Bash",
    )
    stage.container.runs.permissions.ask(job, ask, answers.append)
    await turn_until(lambda: stage.watch.dialog is not None and stage.watch.dialog.isVisible())
    dialog = stage.watch.dialog
    assert isinstance(dialog, PermissionDialog)
    assert dialog.asked.pieces[0].toPlainText() == "touch made"
    dialog.with_note.click()
    dialog.note.setText("Not here")
    dialog.deny.click()
    await turn_until(lambda: bool(answers))
    assert (answers[0].decision, answers[0].note) == (Decision.DENY, "Not here")
    rows: tuple[DecisionRow, ...] = ()
    for _ in range(200):
        rows = await stage.log()
        if rows:
            break
        await asyncio.sleep(0.02)
    assert rows[0].cells[3] == "Denied: Not here"
    assert rows[0].cells[5] == "in the window"


async def test_closing_the_gateway_answers_nothing_in_the_persons_name(stage: Stage) -> None:
    answers: list[PermissionAnswer] = []
    job = AskingJob(
        id="job_000000000002",
        owner="cli_editor",
        client="claude-code",
        cli=CliName.CLAUDE,
        working_dir="/tmp",
    )
    ask = Ask(native_id="req-1", kind=PermissionKind.FETCH, url="https://example.com", cwd="/tmp")
    stage.container.runs.permissions.ask(job, ask, answers.append)
    await turn_until(lambda: stage.watch.dialog is not None)
    stage.watch.close()
    assert stage.watch.dialog is None
    assert answers == []
    assert len(stage.container.runs.permissions.waiting) == 1
