"""The Log page: it follows the file, filters, stands still when asked, and makes a report."""

from __future__ import annotations

from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QGuiApplication
from PySide6.QtTest import QTest

from llmgw_desktop.app.gateway.log_file import FILE_NAME
from llmgw_desktop.ui.log.page import LogPage, ReportDialog
from tests.app.test_log_reader import line
from tests.ui.pages.routing_stage import RoutingStage
from tests.ui.test_accessible_names import nameless

# the offscreen platform has no tray to watch
pytestmark = pytest.mark.qt_log_ignore("systemTrayWindowChanged", extend=True)


def log_of(stage: RoutingStage) -> Path:
    folder = stage.gateway.places.log_folder
    folder.mkdir(parents=True, exist_ok=True)
    return folder / FILE_NAME


async def opened(stage: RoutingStage, text: str = "") -> LogPage:
    if text:
        log_of(stage).write_text(text)
    await stage.open("log")
    page = stage.one(LogPage)
    await stage.until(lambda: page.is_whole)
    return page


async def test_it_follows_what_is_written(stage: RoutingStage) -> None:
    page = await opened(stage, line(1, words="one"))
    assert page.words == "1 entry"
    with log_of(stage).open("a") as more:
        more.write(line(2, words="two"))
    await stage.until(lambda: "two" in page.text.toPlainText())
    assert page.words == "2 entries"
    page.pause.click()
    with log_of(stage).open("a") as more:
        more.write(line(3, words="three"))
    await stage.turns()
    assert "three" not in page.text.toPlainText()
    assert page.words == "2 entries Paused: what comes now is shown when you go on."
    page.pause.click()
    await stage.until(lambda: "three" in page.text.toPlainText())


async def test_an_empty_log_says_so(stage: RoutingStage) -> None:
    assert (await opened(stage)).words == "The log is empty."


async def test_levels_and_words_narrow_it_down(stage: RoutingStage) -> None:
    text = line(1, words="apple") + line(2, "WARNING", "pear") + line(3, "ERROR", "Apple pie")
    page = await opened(stage, text + "    Traceback of the pie\n")
    page.level.choose("WARNING")
    page.level.chosen.emit("WARNING")
    assert "pear" in page.text.toPlainText()
    assert page.words == "2 entries"
    QTest.keyClicks(page.search, "apple")
    assert page.text.toPlainText().endswith("Apple pie\n    Traceback of the pie")
    assert page.words == "1 entry"
    QTest.keyClicks(page.search, " zebra")
    assert page.words == "Nothing matches."
    QTest.keyClick(page.search, Qt.Key.Key_Escape)
    assert page.words == "2 entries"


async def test_a_long_log_is_put_down_in_portions(stage: RoutingStage) -> None:
    page = await opened(stage, "".join(line(number) for number in range(1_500)))
    assert page.words == "1,500 entries"
    assert page.text.blockCount() == 1_500
    bar = page.text.verticalScrollBar()
    await stage.until(lambda: bar.value() == bar.maximum())


async def test_a_report_is_shown_before_it_is_copied(stage: RoutingStage) -> None:
    QGuiApplication.clipboard().setText("before")
    page = await opened(stage, line(1, "ERROR", "it broke"))
    page.report.click()
    assert not page.report.isEnabled()
    await stage.until(lambda: stage.window.findChild(ReportDialog) is not None)
    dialog = stage.one(ReportDialog)
    assert nameless(dialog) == []
    assert "it broke" in dialog.text.toPlainText()
    assert QGuiApplication.clipboard().text() == "before"  # nothing went anywhere
    dialog.copy.click()
    assert "it broke" in QGuiApplication.clipboard().text()
    await stage.until(lambda: stage.undo.text == "The report is in the clipboard.")
    assert page.report.isEnabled()


async def test_a_report_is_saved_where_one_says(stage: RoutingStage, tmp_path: Path) -> None:
    page = await opened(stage, line(1))
    page.report.click()
    await stage.until(lambda: stage.window.findChild(ReportDialog) is not None)
    dialog = stage.one(ReportDialog)
    saving = dialog.open_saving()
    saving.fileSelected.emit(str(tmp_path / "no" / "report.md"))
    assert "cannot be written" in dialog.problem.text()
    saving.fileSelected.emit(str(tmp_path / "report.md"))
    assert "# LLM Gateway" in (tmp_path / "report.md").read_text()
