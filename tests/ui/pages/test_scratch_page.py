"""The scratch pad's page: what is asked, what grows, what is said, what is kept."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

import pytest_asyncio
from PySide6.QtCore import QSettings, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication
from shiboken6 import delete

from llmgw_desktop.domain.errors import GatewayClosed
from llmgw_desktop.domain.flights.flight import FlightState
from llmgw_desktop.domain.provider import ModelProtocol
from llmgw_desktop.ui.bridge import Bridge
from llmgw_desktop.ui.scratch.page import ScratchPage
from llmgw_desktop.ui.theme import Theme
from tests.support.plain_scratch import PlainScratch
from tests.ui.jobs.conftest import turn_until
from tests.ui.plain_gateway import ended_flight


class ScratchBench:
    def __init__(self, theme: Theme) -> None:
        self.pad = PlainScratch()
        self.pad.flight = ended_flight(7, provider="openai", cost_usd=0.02)
        self.bridge = Bridge()
        self.page = ScratchPage(self.pad.pad, self.bridge, theme)
        self.flights: list[str] = []
        self.page.flight_wanted.connect(self.flights.append)
        self.page.resize(900, 600)
        self.page.show()

    def fill(self, model: str = "openai/gpt-5", prompt: str = "What is tea?") -> None:
        self.page.model.setText(model)
        self.page.prompt.setPlainText(prompt)

    @property
    def is_idle(self) -> bool:
        return self.page.ask.isEnabled()


@pytest_asyncio.fixture
async def bench(theme: Theme, qapp: QApplication) -> AsyncIterator[ScratchBench]:
    made = ScratchBench(theme)
    yield made
    made.bridge.close()
    await asyncio.sleep(0)
    delete(made.page)


async def test_an_answer_grows_and_its_flight_is_a_click_away(bench: ScratchBench) -> None:
    bench.pad.goes_on.clear()
    bench.fill()
    QTest.keyClick(bench.page.prompt, Qt.Key.Key_Return, Qt.KeyboardModifier.ControlModifier)
    await turn_until(lambda: "Tea is a drink." in bench.page.text.toPlainText())
    assert not bench.page.ask.isEnabled()
    assert bench.page.standing.text() == "Answering …"
    assert not bench.page.flight.isEnabled()
    talk = bench.page.talk
    assert talk is not None
    talk.text += " More of it."
    await turn_until(lambda: bench.page.text.toPlainText().endswith("More of it."))
    bench.pad.goes_on.set()
    await turn_until(lambda: bench.is_idle)
    assert "$0.02" in bench.page.standing.text()
    bench.page.flight.click()
    assert bench.flights == ["flt_000000000007"]


async def test_the_wire_is_shown_both_ways_and_the_way_there_before_it_is_sent(
    bench: ScratchBench,
) -> None:
    bench.page.views.choose("sent")
    bench.fill()
    bench.page.door.choose(ModelProtocol.ANTHROPIC.value)
    assert bench.page.text.toPlainText().startswith("POST /v1/messages\n")
    assert bench.pad.asked == []
    bench.page.begin()
    await turn_until(lambda: bench.is_idle)
    assert bench.page.views.key == "answer"
    bench.page.views.choose("came")
    assert bench.page.text.toPlainText().startswith("HTTP 200\n")
    bench.page.views.choose("sent")
    assert '"What is tea?"' in bench.page.text.toPlainText()


async def test_it_can_be_stopped(bench: ScratchBench) -> None:
    bench.pad.goes_on.clear()
    bench.pad.flight = ended_flight(1, state=FlightState.CANCELED)
    bench.fill()
    bench.page.begin()
    await turn_until(lambda: bench.pad.asked)
    bench.page.begin()
    bench.page.stop.click()
    await turn_until(lambda: bench.is_idle)
    assert len(bench.pad.asked) == 1
    assert bench.page.standing.text().startswith("Stopped.")


async def test_a_refusal_is_said_and_can_be_looked_at(bench: ScratchBench) -> None:
    bench.pad.says, bench.pad.status = "", 404
    bench.pad.error = "Nobody answers 'nowhere'."
    bench.pad.flight = ended_flight(3, state=FlightState.FAILED, status=404)
    bench.fill("nowhere")
    bench.page.begin()
    await turn_until(lambda: bench.is_idle)
    assert bench.page.standing.text() == "Not answered (404). Nobody answers 'nowhere'."
    bench.page.flight.click()
    assert bench.flights == ["flt_000000000003"]


async def test_a_closed_gateway_says_so_and_nobody_was_asked(bench: ScratchBench) -> None:
    bench.pad.trouble = GatewayClosed("The gateway is paused; resume it.")
    bench.fill()
    bench.page.begin()
    await turn_until(lambda: bench.is_idle)
    assert bench.page.standing.text() == "Nobody was asked. The gateway is paused; resume it."
    assert not bench.page.flight.isEnabled()


async def test_what_lacks_is_said_beside_its_field(bench: ScratchBench) -> None:
    bench.page.begin()
    assert bench.page._fields["model"].note.startswith("Name a model")
    bench.fill(prompt=" ")
    bench.page.begin()
    assert bench.page._fields["model"].note == ""
    assert bench.page._fields["prompt"].note == "There is nothing to ask yet."
    assert bench.pad.asked == []


async def test_nothing_is_looked_at_while_it_is_hidden(bench: ScratchBench) -> None:
    bench.pad.goes_on.clear()
    bench.fill()
    bench.page.begin()
    await turn_until(lambda: "Tea" in bench.page.text.toPlainText())
    bench.page.hide()
    assert not bench.page._look.isActive()
    bench.page.show()
    assert bench.page._look.isActive()
    bench.pad.goes_on.set()
    await turn_until(lambda: bench.is_idle)
    assert not bench.page._look.isActive()


async def test_models_are_proposed_by_any_part_of_their_name(bench: ScratchBench) -> None:
    await turn_until(lambda: bench.page._known.stringList())
    completer = bench.page.model.completer()
    completer.setCompletionPrefix("SONNET")
    assert completer.currentCompletion() == "anthropic/claude-sonnet-4-5"
    assert bench.page._known.stringList()[-1] == "practice/echo"


async def test_model_and_door_are_kept_and_prompts_are_not(
    bench: ScratchBench, theme: Theme, tmp_path: Path
) -> None:
    bench.fill(prompt="a secret thought")
    bench.page.door.choose(ModelProtocol.GEMINI.value)
    settings = QSettings(str(tmp_path / "w.ini"), QSettings.Format.IniFormat)
    bench.page.save_state(settings)
    settings.sync()
    assert "secret thought" not in (tmp_path / "w.ini").read_text()
    other = ScratchPage(bench.pad.pad, bench.bridge, theme)
    other.restore_state(settings)
    assert other.wish.model == "openai/gpt-5"
    assert other.wish.door is ModelProtocol.GEMINI
    settings.setValue("last", "{]")
    other.restore_state(settings)
    delete(other)


async def test_a_name_that_is_whole_leaves_no_list_over_the_page(bench: ScratchBench) -> None:
    """The first click beside a list only closes it."""
    await turn_until(lambda: bench.page._known.stringList())
    bench.page.activateWindow()
    bench.page.model.setFocus()
    offers = bench.page.model.completer().popup()
    QTest.keyClicks(bench.page.model, "practice/ech")
    await turn_until(offers.isVisible)
    QTest.keyClicks(bench.page.model, "o")
    await turn_until(lambda: not offers.isVisible())
    assert bench.page.model.text() == "practice/echo"
