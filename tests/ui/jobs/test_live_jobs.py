"""Real runs in the page: read along, follow, cancel, adopt after a restart, open from disk."""

from __future__ import annotations

import stat
from collections.abc import Callable
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QGuiApplication
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QFileDialog

from llmgw_desktop.app.jobs.output import MOST_LINES
from llmgw_desktop.domain.errors import StoreUnavailable
from llmgw_desktop.domain.jobs.job import JobState
from llmgw_desktop.domain.vault import VaultLocked
from llmgw_desktop.ui.jobs.output_view import LeftOutBar
from llmgw_desktop.ui.widgets.button import Button
from llmgw_desktop.ui.widgets.dialogs import QuestionDialog
from tests.support.shell_cli import asking
from tests.ui.jobs.conftest import ShellBench, turn_until

MakeShell = Callable[[], ShellBench]


def until(go: Path) -> str:
    return f"while [ ! -e {go} ]; do sleep 0.01; done"


async def started(bench: ShellBench, script: str, **options: object) -> str:
    return (await bench.yard.supervisor.submit(asking(script, **options))).job.id


async def test_a_job_is_read_along_and_its_end_is_shown(shell: ShellBench, tmp_path: Path) -> None:
    go = tmp_path / "go"
    await shell.show()
    job_id = await started(shell, f"echo text before; {until(go)}; echo text after; echo done")
    await turn_until(lambda: shell.page.states.is_browsing)
    await shell.open(job_id)
    await turn_until(lambda: "before" in shell.text)
    assert shell.page.pane.progress_words.startswith("Running for")
    assert shell.page.pane.follow.isVisible()
    go.touch()
    await turn_until(lambda: "after" in shell.text)
    await turn_until(lambda: shell.page.pane.progress_words.startswith("Completed after"))
    assert not shell.page.pane.follow.isVisible()
    assert shell.page.pane.trouble_words == ""


async def test_what_is_said_on_stderr_is_shown_in_its_colours(
    shell: ShellBench, tmp_path: Path
) -> None:
    go = tmp_path / "go"
    await shell.show()
    job_id = await started(
        shell, f"printf '\\033[31mred\\033[0m \\033[2Jplain\\n' >&2; {until(go)}; echo done"
    )
    await turn_until(lambda: shell.page.states.is_browsing)
    await shell.open(job_id)
    await turn_until(lambda: "red plain" in shell.text)
    block = shell.page.pane.output.document().firstBlock()
    at = block.begin()
    red, rest = at.fragment().charFormat(), None
    at += 1
    rest = at.fragment().charFormat()
    assert red.foreground().color() != rest.foreground().color()
    assert red.foreground().color().red() > 150
    go.touch()


async def test_follow_ends_when_the_person_scrolls_up_and_begins_at_the_end(
    shell: ShellBench, tmp_path: Path
) -> None:
    go = tmp_path / "go"
    await shell.show()
    job_id = await started(
        shell, f"seq -f 'line %g' 1 300 >&2; {until(go)}; seq -f 'more %g' 1 300 >&2; echo done"
    )
    await turn_until(lambda: shell.page.states.is_browsing)
    await shell.open(job_id)
    await turn_until(lambda: "line 300" in shell.text)
    view, bar = shell.page.pane.output, shell.page.pane.output.verticalScrollBar()
    assert view.follows
    assert bar.value() == bar.maximum()
    bar.setValue(20)
    assert not view.follows
    assert not shell.page.pane.follow.isChecked()
    go.touch()
    await turn_until(lambda: "more 300" in shell.text)
    assert bar.value() == 20
    shell.page.pane.follow.click()
    assert view.follows
    assert bar.value() == bar.maximum()
    bar.setValue(0)
    bar.setValue(bar.maximum())
    assert view.follows


async def test_a_job_that_changes_files_is_canceled_after_a_question(
    shell: ShellBench, tmp_path: Path
) -> None:
    await shell.show()
    job_id = await started(shell, f"echo text here; {until(tmp_path / 'never')}")
    await turn_until(lambda: shell.page.states.is_browsing)
    await shell.open(job_id)
    await turn_until(lambda: "here" in shell.text)
    shell.page.table.setFocus()
    QTest.keyClick(shell.page.table, Qt.Key.Key_Delete)
    await turn_until(lambda: shell.page.findChild(QuestionDialog) is not None)
    dialog = shell.page.findChild(QuestionDialog)
    assert dialog is not None
    QTest.keyClick(dialog, Qt.Key.Key_Escape)
    await turn_until(lambda: shell.page.findChild(QuestionDialog) is None)
    assert shell.yard.supervisor.live
    shell.page._actions.cancel.trigger()
    dialog = shell.page.findChild(QuestionDialog)
    assert dialog is not None
    dialog.yes.click()
    await turn_until(lambda: shell.page.pane.progress_words.startswith("Canceled"))
    job = shell.yard.supervisor.get(job_id)
    assert job is not None
    assert job.state is JobState.CANCELED


async def test_a_job_that_changes_nothing_is_canceled_at_once(
    shell: ShellBench, tmp_path: Path
) -> None:
    await shell.show()
    job_id = await started(shell, f"echo text x; {until(tmp_path / 'never')}", changes=False)
    await turn_until(lambda: shell.page.states.is_browsing)
    await shell.open(job_id)
    shell.page._actions.cancel.trigger()
    assert shell.page.findChild(QuestionDialog) is None
    await turn_until(lambda: shell.page.pane.progress_words.startswith("Canceled"))


async def test_after_a_restart_the_page_says_what_went_on_and_reads_along_again(
    make_shell: MakeShell, tmp_path: Path
) -> None:
    go = tmp_path / "go"
    first = make_shell()
    await first.show()
    job_id = await started(first, f"echo text before; {until(go)}; echo text after; echo done")
    await turn_until(lambda: first.page.states.is_browsing)
    await first.close_app()
    again = make_shell()
    await again.yard.supervisor.start()
    again.jobs.take_over()
    await again.show()
    await turn_until(lambda: again.page.went_on.text != "")
    assert again.page.went_on.text == "1 job went on while the app was closed."
    await again.open(job_id)
    await turn_until(lambda: "before" in again.text)
    go.touch()
    await turn_until(lambda: again.page.pane.progress_words.startswith("Completed"))
    await turn_until(lambda: "beforeafter" in again.text)
    again.page.went_on.close_button.click()
    assert again.page.went_on.text == ""


async def test_an_ended_job_opens_from_disk_and_its_answer_is_copied(
    make_shell: MakeShell,
) -> None:
    first = make_shell()
    result = await first.yard.ended("echo text kept; echo tokens 7; echo done")
    await first.close_app()
    later = make_shell()
    await later.show()
    assert later.page.went_on.text == ""
    await later.open(result.job.id)
    await turn_until(lambda: "kept" in later.text)
    later.page._actions.answer.trigger()
    await turn_until(lambda: later.page.notice.text == "Answer copied.")
    assert QGuiApplication.clipboard().text() == "kept"


async def test_a_failed_job_says_why_and_what_to_do(shell: ShellBench) -> None:
    result = await shell.yard.ended("echo failed 503 from the vendor; exit 1")
    await shell.show()
    await shell.open(result.job.id)
    await turn_until(lambda: shell.page.pane.trouble_words != "")
    assert "503 from the vendor" in shell.page.pane.trouble_words
    assert "run it again" in shell.page.pane.trouble_words


async def test_a_job_is_run_again_after_a_question(shell: ShellBench) -> None:
    result = await shell.yard.ended("echo text once; echo done")
    await shell.show()
    await shell.open(result.job.id)
    shell.page._actions.again.trigger()
    dialog = shell.page.findChild(QuestionDialog)
    assert dialog is not None
    assert len(shell.yard.store.recent()) == 1
    dialog.yes.click()
    await turn_until(lambda: len(shell.yard.store.recent()) == 2)
    await turn_until(
        lambda: shell.page.pane.job is not None and shell.page.pane.job.id != result.job.id
    )
    await turn_until(lambda: shell.page.pane.progress_words.startswith("Completed"))


async def test_a_job_that_says_much_is_shown_by_its_end(shell: ShellBench, tmp_path: Path) -> None:
    """Each number is as long as a line may be."""
    result = await shell.yard.ended(f"seq -f 'text %0999.0f!' 1 {MOST_LINES + 900}; echo done")
    await shell.show()
    await shell.open(result.job.id)
    view = shell.page.pane.output
    await turn_until(lambda: shell.page.pane.watch.is_at_end and not view.is_filling)
    await turn_until(lambda: view.toPlainText().endswith(f"{MOST_LINES + 900}!"))
    assert view.blockCount() <= MOST_LINES
    bar = shell.page.findChild(LeftOutBar)
    assert bar is not None
    assert bar.isVisible()
    button = bar.findChild(Button)
    assert button is not None
    assert button.text() == shell.page._actions.files.text() == "Save its files…"
    button.click()
    dialog = shell.page.window().findChild(QFileDialog)
    assert dialog is not None
    dialog.fileSelected.emit(str(tmp_path))
    dialog.reject()
    await turn_until(lambda: shell.paths)
    assert shell.paths == [tmp_path / result.job.id]
    assert (shell.paths[0] / "stdout").read_bytes().endswith(b"!\ndone\n")
    assert stat.S_IMODE(shell.paths[0].stat().st_mode) == 0o700
    with pytest.raises(StoreUnavailable, match="is there already"):
        await shell.jobs.save_files(result.job.id, tmp_path)


async def test_what_cannot_be_opened_says_why_in_its_place(
    shell: ShellBench, monkeypatch: pytest.MonkeyPatch
) -> None:
    result = await shell.yard.ended("echo text hello; echo done")
    await shell.yard.put_away()

    def locked(number: int) -> None:
        raise VaultLocked("The vault is locked: its keyring is.")

    monkeypatch.setattr(shell.yard.at_rest, "key_of", locked)
    await shell.show()
    await shell.open(result.job.id)
    view = shell.page.pane.output
    await turn_until(lambda: "its keyring is." in view.toPlainText())
    assert shell.page.pane.watch.is_at_end
    shell.page._actions.answer.trigger()
    await turn_until(lambda: "its keyring is." in shell.page.notice.text)


async def test_what_nobody_looks_at_is_not_read(shell: ShellBench, tmp_path: Path) -> None:
    go = tmp_path / "go"
    await shell.show()
    job_id = await started(shell, f"echo text one; {until(go)}; echo text two; echo done")
    await turn_until(lambda: shell.page.states.is_browsing)
    await shell.open(job_id)
    await turn_until(lambda: "one" in shell.text)
    shell.page.hide()
    go.touch()
    await shell.yard.supervisor.wait(job_id)
    for _ in range(20):
        await turn_until(lambda: True)
    assert "two" not in shell.text
    shell.page.show()
    await turn_until(lambda: "two" in shell.text)
