"""The Compare page: asking, watching answers grow, stopping, asking again, where it leads."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path

import pytest
import pytest_asyncio
from PySide6.QtCore import QSettings, Qt
from PySide6.QtGui import QAccessible, QGuiApplication
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication
from shiboken6 import delete

from llmgw_desktop.app.validation.wish import MOST_ASKED
from llmgw_desktop.domain.jobs.run_errors import InvalidRun
from llmgw_desktop.domain.validation import Intent, SeatEnded, SeatState
from llmgw_desktop.ui.compare.findings import ReceiptDialog
from llmgw_desktop.ui.compare.page import ComparePage
from llmgw_desktop.ui.theme import Theme
from tests.support.plain_panels import (
    PlainCompare,
    PlainPanels,
    dissent,
    going_on,
    grew,
    with_failures,
)
from tests.ui.pages.routing_stage import RoutingStage
from tests.ui.plain_gateway import NOW_S


class CompareStage(RoutingStage):
    @property
    def page(self) -> ComparePage:
        return self.one(ComparePage)

    @property
    def compare(self) -> PlainCompare:
        return self.gateway.compare

    @property
    def panels(self) -> PlainPanels:
        return self.compare.panels

    async def open_filled(self) -> ComparePage:
        self.compare.fill()
        await self.open("compare")
        await self.until(lambda: self.page.composer.judge.count() > 1)
        return self.page

    async def show_run(self, run) -> ComparePage:  # type: ignore[no-untyped-def]
        """One of before, opened."""
        page = await self.open_filled()
        page.open_panel(self.panels.keep(run))
        await self.until(lambda: page.panel is not None)
        return page


@pytest_asyncio.fixture
async def stage(theme: Theme, qapp: QApplication, tmp_path: Path) -> AsyncIterator[CompareStage]:
    made = CompareStage(theme, tmp_path)
    yield made
    window = made.shell.window
    await made.shell.stop()
    if window is not None:
        delete(window)


async def test_without_anybody_to_ask_it_leads_on(stage: CompareStage) -> None:
    await stage.open("compare")
    await stage.until(lambda: stage.page.states.is_nobody)
    stage.page.states.practice.click()
    assert stage.page.composer.chips.seats == ("practice/echo", "practice/slow")
    assert not stage.page.composer.wish.problem
    stage.page.states.to_providers.click()
    assert stage.window.page_key == "providers"


async def test_ctrl_enter_asks_all(stage: CompareStage) -> None:
    page = await stage.open_filled()
    page.composer.intent.choose(Intent.VALIDATE.value)
    page.composer.choose_seats(("claude", "gpt-5.5"), "gemini")
    QTest.keyClicks(page.composer.question, "Does it hold?")
    QTest.keyClick(page.composer.question, Qt.Key.Key_Return, Qt.KeyboardModifier.ControlModifier)
    await stage.until(lambda: page.panel is not None)
    [request] = stage.panels.started
    assert request.question == "Does it hold?"
    assert [seat.name for seat in request.seats] == ["claude", "gpt-5.5"]
    assert request.intent is Intent.VALIDATE
    assert request.judge is not None
    assert request.judge.name == "gemini"
    assert [view.answer.name for view in page.columns.views] == ["claude", "gpt-5.5"]
    assert page.composer.isHidden()


async def test_what_is_missing_is_said_where_it_is_written(stage: CompareStage) -> None:
    page = await stage.open_filled()
    page.composer.ask.click()
    assert "write a question" in page.composer.problem
    page.composer.question.setPlainText("Why?")
    assert page.composer.problem == ""
    page.composer.ask.click()
    assert "Nobody is asked" in page.composer.problem
    page.composer.chips.toggle("claude")
    stage.panels.trouble = InvalidRun("there is no such thing", field="models")
    page.composer.ask.click()
    await stage.until(lambda: "no such thing" in page.composer.problem)
    assert page.composer.question.text == "Why?"
    assert page.composer.ask.isEnabled()


async def test_answers_grow_and_end(stage: CompareStage) -> None:
    news = stage.panels.news = asyncio.Queue()
    run = going_on(NOW_S)
    page = await stage.show_run(run)
    claude, codex, gemini = page.columns.views
    assert claude.answer.state is SeatState.COMPLETED
    assert codex.cancel.isVisible()
    news.put_nowait(grew("codex", "Verdict: PASS\n"))
    news.put_nowait(grew("codex", "It ho"))
    await stage.until(lambda: codex.text.text.endswith("It ho"))
    assert codex.text.toPlainText() == "Verdict: PASS\nIt ho"
    ended = dissent(NOW_S, judged=False).answers
    for answer in ended[1:]:
        news.put_nowait(SeatEnded(answer=answer))
    await stage.until(lambda: page.panel is not None and page.panel.has_ended)
    assert page.columns.views == (claude, codex, gemini), "changed in place"
    assert codex.answer.model == "gpt-5.5-codex"
    assert not codex.cancel.isVisible()
    assert page.findings.verdicts.model.rowCount() == 3
    assert not page.bar.stop.isVisible()


async def test_a_flood_is_shown_ten_times_a_second_at_most(
    stage: CompareStage, monkeypatch: pytest.MonkeyPatch
) -> None:
    news = stage.panels.news = asyncio.Queue()
    page = await stage.show_run(going_on(NOW_S))
    shown: list[int] = []
    view = page.columns.views[1]
    monkeypatch.setattr(view, "show_answer", lambda answer: shown.append(len(answer.text)))
    for _ in range(3_000):
        news.put_nowait(grew("codex", "word "))
    await stage.until(lambda: bool(shown) and shown[-1] >= 15_000)
    assert len(shown) <= 60, "3,000 pieces came"


async def test_nothing_is_done_while_it_is_hidden(stage: CompareStage) -> None:
    news = stage.panels.news = asyncio.Queue()
    page = await stage.show_run(going_on(NOW_S))
    assert stage.panels.listening == 1
    stage.window.show_page("overview")
    await stage.until(lambda: stage.panels.listening == 0)
    watched, looks = stage.panels.watched, stage.compare.asked_who
    news.put_nowait(grew("codex", "unheard"))
    await asyncio.sleep(0.3)
    await stage.turns()
    assert (stage.panels.watched, stage.compare.asked_who) == (watched, looks)
    assert page.columns.views[1].text.text == ""
    stage.window.show_page("compare")
    await stage.until(lambda: page.columns.views[1].text.text == "unheard")


async def test_one_or_all_are_stopped(stage: CompareStage) -> None:
    page = await stage.show_run(going_on(NOW_S))
    page.columns.views[2].cancel.click()
    await stage.until(lambda: stage.panels.canceled == ["gemini"])
    page.bar.stop.click()
    await stage.until(lambda: len(stage.panels.canceled) > 1)
    assert stage.panels.canceled == ["gemini", page.panel_id]


async def test_asked_again_with_another_question(stage: CompareStage) -> None:
    page = await stage.show_run(dissent(NOW_S, judged=False))
    page.bar.change.click()
    assert page.composer.isVisible()
    assert page.composer.question.text.startswith("We move the sessions table")
    assert page.composer.chips.seats == ("claude", "codex", "gemini")
    assert page.columns.isVisible(), "what was answered stays in sight"
    QTest.keyClick(page.composer.question, Qt.Key.Key_Escape)
    assert page.composer.isHidden()
    page.bar.change.click()
    page.composer.question.setPlainText("And on Saturday?")
    page.composer.ask.click()
    await stage.until(lambda: bool(stage.panels.started))
    [request] = stage.panels.started
    assert request.question == "And on Saturday?"
    assert request.intent is Intent.VALIDATE
    await stage.until(lambda: page.panel is not None and page.panel.title == "And on Saturday?")


async def test_who_failed_is_shown_as_such(stage: CompareStage) -> None:
    page = await stage.show_run(with_failures(NOW_S))
    _, codex, gemini = page.columns.views
    assert "not signed in" in codex.answer.trouble
    assert "Sign in with codex" in codex.answer.advice
    assert codex.answer.stance_words == gemini.answer.stance_words == "No answer"
    assert "not signed in" in codex.accessibleDescription()
    assert page.panel is not None
    assert "confidence low" in page.panel.outcome.title
    codex.again.click()
    await stage.until(lambda: len(stage.panels.started) == 1)
    assert len(stage.panels.started[0].seats) == 3


async def test_an_answer_opens_as_its_flight_or_job(
    stage: CompareStage, monkeypatch: pytest.MonkeyPatch
) -> None:
    page = await stage.show_run(dissent(NOW_S))
    asked: list[str] = []
    page.flight_wanted.connect(lambda flight_id: asked.append(flight_id))
    page.job_wanted.connect(lambda job_id: asked.append(job_id))
    page.columns.views[1].flight.click()
    assert stage.window.page_key == "flights"
    stage.window.show_page("compare")
    page.columns.views[1].job.click()
    assert stage.window.page_key == "jobs"
    assert page.findings.judge is not None
    page.findings.judge.job.click()
    assert asked == ["flt_1", "job_1", "job_9"]


async def test_a_judge_is_asked_now(stage: CompareStage) -> None:
    page = await stage.show_run(dissent(NOW_S, judged=False))
    page.findings.judge_choice.choose("gpt-5.5")
    page.findings.ask_judge.click()
    await stage.until(lambda: bool(stage.panels.judges))
    assert stage.panels.judges == ["gpt-5.5"]


async def test_the_receipt_is_made_shown_and_saved(stage: CompareStage, tmp_path: Path) -> None:
    page = await stage.show_run(dissent(NOW_S, judged=False))
    line = page.findings.receipt
    assert line.receipt is None
    line.make.click()
    await stage.until(lambda: line.receipt is not None)
    assert line.receipt is not None
    assert not line.make.isVisible()
    line.show_it.click()
    dialog = stage.window.findChild(ReceiptDialog)
    assert isinstance(dialog, ReceiptDialog)
    assert line.receipt.digest in dialog.text.toPlainText()
    assert "| who |" not in dialog.text.toPlainText()
    QTest.keyClick(dialog, Qt.Key.Key_Escape)
    file = tmp_path / "receipt.json"
    line.save_wanted.emit(line.receipt, file)
    await stage.until(file.exists)
    await stage.until(lambda: "Saved as receipt.json" in stage.undo.text)


async def test_a_file_that_cannot_be_written_is_said(stage: CompareStage, tmp_path: Path) -> None:
    page = await stage.show_run(dissent(NOW_S, judged=False))
    page.findings.receipt.make.click()
    await stage.until(lambda: page.findings.receipt.receipt is not None)
    page.findings.receipt.save_wanted.emit(page.findings.receipt.receipt, tmp_path)
    await stage.until(lambda: bool(page.banner.words))
    assert "Is a directory" in page.banner.words


async def test_who_was_taken_down_comes_back(stage: CompareStage) -> None:
    page = await stage.open_filled()
    page.composer.choose_seats(("claude", "codex"), "")
    stage.button("Do not ask Codex").click()
    assert page.composer.chips.seats == ("claude",)
    assert stage.undo.text == "Codex is not asked."
    stage.undo.undo()
    assert page.composer.chips.seats == ("claude", "codex")


async def test_the_picker_finds_by_name_and_adds_with_enter(stage: CompareStage) -> None:
    page = await stage.open_filled()
    picker = page.composer.chips.picker
    page.composer.chips.add.click()
    await stage.until(picker.isVisible)
    QTest.keyClicks(picker.field, "haiku")
    QTest.keyClick(picker.field, Qt.Key.Key_Return)
    assert page.composer.chips.seats == ("claude-haiku-5",)
    assert picker.isVisible(), "for more"
    QTest.keyClick(picker.field, Qt.Key.Key_Return)
    assert page.composer.chips.seats == (), "once more takes it down"
    QTest.keyClick(picker.field, Qt.Key.Key_Escape)  # empties the field
    QTest.keyClick(picker, Qt.Key.Key_Escape)
    await stage.until(lambda: not picker.isVisible())


async def test_no_more_are_asked_than_may_be(stage: CompareStage) -> None:
    page = await stage.open_filled()
    for each in await stage.compare.askable():
        page.composer.chips.toggle(each.key)
        if len(page.composer.chips.seats) == MOST_ASKED and page.composer.problem:
            break
    assert f"At most {MOST_ASKED}" in page.composer.problem


async def test_j_and_k_go_from_answer_to_answer(stage: CompareStage) -> None:
    page = await stage.show_run(dissent(NOW_S))
    views = page.columns.views
    for key, at in ((Qt.Key.Key_J, 1), (Qt.Key.Key_J, 2), (Qt.Key.Key_J, 2), (Qt.Key.Key_K, 1)):
        QTest.keyClick(stage.window.focusWidget(), key)
        assert views[at].text.hasFocus()
    page.bar.change.click()
    QTest.keyClicks(page.composer.question, "jk")
    assert "jk" in page.composer.question.text, "letters are typed where one writes"


async def test_what_stands_in_the_map_is_said_in_words(stage: CompareStage) -> None:
    page = await stage.show_run(dissent(NOW_S))
    table, model = page.findings.grid.table, page.findings.grid.model
    assert "codex contradicts it" in table.accessibleDescription()
    said = {
        model.data(model.index(0, column), Qt.ItemDataRole.AccessibleTextRole)
        for column in range(2, 5)
    }
    assert "gemini says it" in said
    widest = max(
        table.fontMetrics().horizontalAdvance(str(model.index(row, 1).data()))
        for row in range(model.rowCount())
    )
    assert table.columnWidth(1) > widest, "who said it is not cut"
    interface = QAccessible.queryAccessibleInterface(table)
    assert interface is not None
    assert interface.text(QAccessible.Text.Name) == "Agreement map"


async def test_an_answer_is_copied_as_it_is_shown(stage: CompareStage) -> None:
    page = await stage.show_run(dissent(NOW_S))
    page.columns.views[1].copy.click()
    assert QGuiApplication.clipboard().text() == page.columns.views[1].answer.text


async def test_hostile_text_stays_text(stage: CompareStage) -> None:
    run = dissent(NOW_S, judged=False)
    hostile = replace(run.answers[0], text="<b>bold</b>\x1b[31m\u202eevil\n```\ncode")
    page = await stage.show_run(replace(run, answers=(hostile, *run.answers[1:])))
    shown = page.columns.views[0].text.toPlainText()
    assert "<b>bold</b>␛[31m⟨U+202E⟩evil" in shown


async def test_an_answer_is_laid_out_once_it_has_ended(stage: CompareStage) -> None:
    """What grows stands there as it is written. Nothing that others wrote is loaded or led to."""
    run = dissent(NOW_S, judged=False)
    text = (
        "## Verdict\nFAIL\n\n| a | b |\n|---|---|\n| 1 | 2 |\n\n- one **bold**\n\n"
        "```sql\nALTER TABLE a;\n```\n![seen](http://127.0.0.1:9/x.png)"
    )
    page = await stage.show_run(
        replace(run, answers=(replace(run.answers[0], text=text), *run.answers[1:]))
    )
    view = page.columns.views[0].text
    shown = view.toPlainText()
    assert view.text == text, "what is copied is what was said"
    assert not [each for each in ("##", "**", "```", "|", "![") if each in shown]
    assert "Verdict\nFAIL" in shown
    assert "ALTER TABLE a;" in shown
    view.show_text(f"{text} more", follows=True)
    assert "## Verdict" in view.toPlainText()


async def test_a_very_long_answer_is_cut_and_says_so(stage: CompareStage) -> None:
    run = dissent(NOW_S, judged=False)
    long = replace(run.answers[0], text="word " * 150_000)
    page = await stage.show_run(replace(run, answers=(long, *run.answers[1:])))
    view = page.columns.views[0]
    assert view.answer.is_cut
    assert len(view.text.toPlainText()) < 210_000


async def test_earlier_ones_are_in_the_menu_newest_first(stage: CompareStage) -> None:
    page = await stage.open_filled()
    first, second = dissent(NOW_S), going_on(NOW_S)
    stage.panels.keep(first)
    stage.panels.keep(second)
    menu = page.earlier_menu(await stage.compare.earlier())
    assert len(menu.actions()) == 2
    menu.actions()[1].trigger()
    await stage.until(lambda: page.panel is not None and page.panel.id == first.id)


async def test_columns_are_fewer_where_it_is_narrow(stage: CompareStage) -> None:
    page = await stage.show_run(dissent(NOW_S))

    def tops() -> set[int]:
        return {view.y() for view in page.columns.views}

    await stage.until(lambda: len(tops()) == 1)
    stage.window.resize(720, 460)
    await stage.until(lambda: len(tops()) > 1)
    for view in page.columns.views:
        assert view.geometry().right() <= page.columns.width()


async def test_who_was_asked_last_is_remembered(stage: CompareStage, tmp_path: Path) -> None:
    page = await stage.open_filled()
    page.composer.choose_seats(("codex", "gpt-5.5"), "claude")
    page.composer.intent.choose(Intent.RED_TEAM.value)
    settings = QSettings(str(tmp_path / "state.ini"), QSettings.Format.IniFormat)
    page.save_state(settings)
    page.composer.choose_seats((), "")
    page.composer.intent.choose(Intent.ASK.value)
    page.restore_state(settings)
    wish = page.composer.wish
    assert (wish.seats, wish.judge) == (("codex", "gpt-5.5"), "claude")
    assert wish.intent is Intent.RED_TEAM
    settings.setValue("last", "no JSON")
    page.restore_state(settings)
    assert page.composer.wish == wish


@pytest.mark.parametrize(
    ("content", "words"),
    [(b"\xff\xfe\x00", "cannot be read as text"), (b"x" * 1_100_000, "longer than 1 MB")],
)
async def test_a_file_that_is_no_text_is_refused(
    stage: CompareStage, tmp_path: Path, content: bytes, words: str
) -> None:
    page = await stage.open_filled()
    file = tmp_path / "it.bin"
    file.write_bytes(content)
    page.composer.take_file(file)
    assert words in page.banner.words
    assert page.composer.wish.content == ""
    file.write_text("CREATE TABLE t;")
    page.composer.take_file(file)
    assert page.composer.wish.content == "CREATE TABLE t;"
