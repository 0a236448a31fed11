"""What a CLI in a terminal asks, as a dialog: it waits there as well, and there is no job."""

from __future__ import annotations

from pathlib import Path

import pytest
from PySide6.QtCore import QSettings
from pytestqt.qtbot import QtBot

from llmgw_desktop.domain.cli import CliName
from llmgw_desktop.domain.jobs.approval import Ask, Decision, PermissionKind, PermissionQuestion
from llmgw_desktop.ui.bridge import Bridge
from llmgw_desktop.ui.questions.permission_dialog import PermissionDialog
from llmgw_desktop.ui.theme import Theme


@pytest.mark.parametrize("is_terminal", [True, False])
def test_the_words_are_of_a_session_and_its_terminal(
    theme: Theme, bridge: Bridge, qtbot: QtBot, tmp_path: Path, is_terminal: bool
) -> None:
    question = PermissionQuestion(
        id="prm_1",
        job_id="term_claude_1" if is_terminal else "job_1",
        owner="local",
        client="local",
        cli=CliName.CLAUDE,
        job_title="a terminal in shop",
        ask=Ask(native_id="1", kind=PermissionKind.COMMAND, command="make", cwd="/shop"),
        asked_at_s=0.0,
        expires_at_s=1800.0,
        rule="Exactly this command, in /shop",
    )
    settings = QSettings(str(tmp_path / "s.ini"), QSettings.Format.IniFormat)
    dialog = PermissionDialog(theme, question, settings=settings, now_s=lambda: 0.0, bridge=bridge)
    qtbot.addWidget(dialog)
    dialog.show()
    assert dialog.job.isHidden() is is_terminal
    assert ("left to its terminal" in dialog.expiry.text()) is is_terminal
    assert ("session" in dialog.for_job.text()) is is_terminal
    assert dialog.stop.text().startswith("Stop its turn" if is_terminal else "Stop the job")


def test_a_question_of_a_server_is_answered_in_words(
    theme: Theme, bridge: Bridge, qtbot: QtBot, tmp_path: Path
) -> None:
    ask = Ask(
        native_id="1",
        kind=PermissionKind.MCP,
        server="tracker",
        tool="elicitation/create",
        reason="tracker asks you: Which colour is the label to have?",
        is_question=True,
        form="color: red or green; size: a number, else 3. Write them so: name = …; name = …",
        can_take_note=False,
    )
    question = PermissionQuestion(
        id="prm_1",
        job_id="",
        owner="local",
        client="an editor",
        cli=None,
        job_title="",
        ask=ask,
        asked_at_s=0.0,
        expires_at_s=1800.0,
    )
    settings = QSettings(str(tmp_path / "s.ini"), QSettings.Format.IniFormat)
    dialog = PermissionDialog(theme, question, settings=settings, now_s=lambda: 0.0, bridge=bridge)
    qtbot.addWidget(dialog)
    dialog.show()
    assert "wants to have an answer of yours" in dialog.heading.text()
    assert dialog.once.text().startswith("Answer")
    assert dialog.form.text().startswith("color: red or green")
    assert not dialog.note.isHidden()
    assert dialog.for_job.isHidden()
    dialog.note.setText("color = green")
    given: list[tuple[object, str]] = []
    dialog.decided.connect(lambda decision, note: given.append((decision, note)))
    dialog._decide(Decision.ONCE)
    assert given == [(Decision.ONCE, "color = green")]
