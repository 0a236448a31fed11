"""What a CLI in a terminal asks, as a dialog: it waits there as well, and there is no job."""

from __future__ import annotations

from pathlib import Path

import pytest
from PySide6.QtCore import QSettings
from pytestqt.qtbot import QtBot

from llmgw_desktop.domain.cli import CliName
from llmgw_desktop.domain.jobs.approval import Ask, PermissionKind, PermissionQuestion
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
