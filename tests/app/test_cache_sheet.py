"""What the Cache tab says of a flight, from a real file of flights."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from llmgw_desktop.app.flights.cache_sheet import (
    block_tip,
    cache_sheet,
    parts_words,
    warm_words,
)
from llmgw_desktop.domain.flights.cache_verdict import Warmth
from llmgw_desktop.domain.flights.cache_words import BlockFate
from llmgw_desktop.domain.flights.flight import FlightRecord
from llmgw_desktop.domain.flights.price import Price, Rates
from llmgw_desktop.domain.model.content import Text
from llmgw_desktop.domain.model.prompt import Prompt
from llmgw_desktop.domain.provider import ModelProtocol, ProviderKind
from llmgw_desktop.domain.settings.tables import RecorderSettings
from llmgw_desktop.engine.prompt_cache.explainer import CacheExplainer
from llmgw_desktop.engine.prompt_cache.fingerprints import print_cell
from llmgw_desktop.store.flights.bodies import Seal
from llmgw_desktop.store.flights.flight_reader import FlightReader
from llmgw_desktop.store.flights.flight_store import FlightStore
from tests.engine.prompt_cache.conversations import (
    WORDS,
    Session,
    body_of,
    conversation,
    marked,
    tool,
)
from tests.store.recorder_child import WAIT_S
from tests.store.set_clock import SetClock

PRICE = Price(rates=Rates(input=3.0, output=15.0, cache_read=0.3, cache_write_5m=3.75))


class Desk:
    """Requests are recorded as the gateway would."""

    def __init__(self, path: Path) -> None:
        self.session = Session(ModelProtocol.ANTHROPIC)
        self.store = FlightStore(
            path,
            clock=SetClock(),
            seal=Seal(bytes, print_cell=print_cell),
            on_status=lambda _: None,
            settings=RecorderSettings(retention_days=36500),
        )
        self.store.start()
        self.reader = FlightReader(path)
        self.explainer = CacheExplainer(
            self.reader, lambda *_: PRICE, lambda _: ProviderKind.ANTHROPIC
        )

    def ask(self, prompt: Prompt, *, has_body: bool = True) -> str:
        flight = self.session.ask(prompt).flight
        body = body_of(marked(prompt), ModelProtocol.ANTHROPIC) if has_body else None
        self.store.closed(FlightRecord(summary=flight, request_body=body))
        assert self.store.flush(WAIT_S)
        return flight.id


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[Desk]:
    desk = Desk(tmp_path / "flights.db")
    yield desk
    desk.store.stop(WAIT_S)
    desk.reader.close()


def _clock(at: str) -> Callable[[Prompt], Prompt]:
    def edit(prompt: Prompt) -> Prompt:
        tools = list(prompt.tools)
        tools[12] = tool(12, description=f"It is {at}. {WORDS}")
        return replace(prompt, tools=tuple(tools))

    return edit


def test_a_miss_is_told_with_its_words_and_its_price(desk: Desk) -> None:
    desk.ask(_clock("14:02:11")(conversation(7)))
    desk.ask(_clock("14:02:11")(conversation(9)))
    missed = desk.ask(_clock("14:02:59")(conversation(11)))
    sheet = cache_sheet(desk.explainer, missed)
    assert sheet.headline == "tools[12].description changed: a clock."
    assert sheet.is_miss
    facts = dict(sheet.facts)
    assert facts["Last used"] == "19 s before; kept for 5 min"
    assert facts["Sent again"].endswith("all of them written to the cache again")
    assert facts["That cost"].startswith("$0.0")
    head, before, now = sheet.difference.split("\n")
    assert head.startswith("@@ tools[12].description, from byte ")
    assert before.startswith("- It is 14:02:11.")
    assert now.startswith("+ It is 14:02:59.")
    changed = [line for line in sheet.block_list.splitlines() if line.startswith("▶")]
    assert [line.split()[-2:] for line in changed] == [["tools[12]", "tool_12"]]
    assert {each.fate for each in sheet.blocks} == {BlockFate.WRITTEN}
    assert "the first difference is in tools[12]" in parts_words(sheet.blocks)
    assert [each.is_miss for each in sheet.turns] == [False, False, True]
    assert sheet.turns[-1].is_shown
    assert sheet.turns[-1].words.endswith("0% from the cache, tools[12].description changed")
    assert sheet.warmth.until_s is not None


def test_nothing_is_said_of_a_price_that_nobody_knows(desk: Desk) -> None:
    unpriced = CacheExplainer(desk.reader, lambda *_: None, lambda _: ProviderKind.ANTHROPIC)
    desk.ask(_clock("14:02:11")(conversation(7)))
    facts = dict(cache_sheet(unpriced, desk.ask(_clock("14:02:59")(conversation(9)))).facts)
    assert "Sent again" in facts
    assert "That cost" not in facts


def test_a_hit_is_read_but_for_its_end(desk: Desk) -> None:
    desk.ask(conversation(7))
    hit = desk.ask(conversation(9))
    sheet = cache_sheet(desk.explainer, hit)
    assert sheet.headline.startswith("All came from the cache that could: ")
    assert (sheet.is_miss, sheet.difference, sheet.unread) == (False, "", "")
    fates = [each.fate for each in sheet.blocks]
    assert fates == sorted(fates, key=list(BlockFate).index)
    assert (fates[0], fates[-1]) == (BlockFate.READ, BlockFate.WRITTEN)
    assert "marked for the cache" in block_tip(sheet.blocks[14], sheet.names[14])


def test_what_cannot_be_compared_says_so(desk: Desk) -> None:
    assert "Nothing is known" in cache_sheet(None, "flt_1").headline
    assert "Nothing is known" in cache_sheet(desk.explainer, "flt_never").headline
    gone = desk.ask(conversation(7), has_body=False)
    assert "was not noted" in cache_sheet(desk.explainer, gone).headline


def test_texts_of_others_are_harmless(desk: Desk) -> None:
    prompt = conversation(7)
    hostile = Text(text="\u202e\x1b[31m<b>red</b>\n" + WORDS)
    turn = replace(prompt.turns[0], items=(hostile, *prompt.turns[0].items))
    desk.ask(prompt)
    asked = desk.ask(replace(prompt, turns=(turn, *prompt.turns[1:])))
    sheet = cache_sheet(desk.explainer, asked)
    shown = "".join((*sheet.names, sheet.difference, sheet.headline))
    assert "\u202e" not in shown
    assert "\x1b" not in shown
    assert sheet.headline == "system[0] was added."


def test_how_long_it_stays_warm() -> None:
    assert warm_words(Warmth(None), 0.0) == ""
    assert warm_words(Warmth(1000.0), 800.0).startswith("In the cache for 3:20 more")
    assert warm_words(Warmth(9000.0, is_certain=False), 0.0).startswith(
        "In the cache for at least 2:30:00 more"
    )
    assert warm_words(Warmth(1000.0), 1090.0).startswith("No longer in the cache: its time was up")
    assert warm_words(Warmth(1000.0, is_certain=False), 1090.0).startswith("Perhaps no longer")
