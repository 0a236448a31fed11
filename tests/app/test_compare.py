"""Comparing, by real panels over stand-ins of vendors' CLIs and over practice models; no window."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path
from typing import cast

import pytest

from llmgw_desktop.app.validation.compare import Compare, Progress, ShownPanel
from llmgw_desktop.app.validation.wish import (
    CLIS,
    MOST_ASKED,
    PRACTICE,
    Hold,
    PanelWish,
    askable_of,
    map_of,
    request_of,
)
from llmgw_desktop.app.validation.words import outcome_of
from llmgw_desktop.domain.cli import CliName
from llmgw_desktop.domain.clock import SystemClock
from llmgw_desktop.domain.jobs.run_errors import InvalidRun
from llmgw_desktop.domain.provider import Provider, ProviderKind
from llmgw_desktop.domain.validation import (
    Intent,
    NoSuchValidation,
    PanelRequest,
    Seat,
    SeatAnswer,
    SeatState,
    Stance,
    ValidationRun,
)
from llmgw_desktop.engine.routing.catalogue import Catalogue
from llmgw_desktop.engine.upstream.http_client import HttpClient
from llmgw_desktop.engine.validation.receipts import verify
from llmgw_desktop.engine.validation.report import PanelReading, read
from tests.support.panel_clis import FAILS, PASSES, Panels, end_all, panels_in

SLOW = 'while [ ! -e "$HOME/go" ]; do sleep 0.05; done\n'
VALIDATE = PanelWish(question="Does it hold?", intent=Intent.VALIDATE, seats=("claude", "codex"))


@pytest.fixture
async def panels(tmp_path: Path) -> AsyncIterator[Panels]:
    async with panels_in(tmp_path) as made:
        made.answers("claude", PASSES)
        made.answers("codex", PASSES)
        yield made
        (tmp_path / "go").touch()
        await end_all(made)


def compare_of(panels: Panels) -> Compare:
    return panels.container.compare


async def to_end(compare: Compare, panel_id: str) -> ShownPanel:
    last: Progress | None = None
    async with asyncio.timeout(60):
        async for progress in compare.follow(panel_id):
            last = progress
    assert last is not None
    return await compare.show(last)


async def test_who_can_be_asked(panels: Panels) -> None:
    found = await compare_of(panels).askable()
    groups = [each.group for each in found]
    assert [each.key for each in found if each.group == CLIS] == ["claude", "codex"]
    assert groups == sorted(groups, key=(CLIS, PRACTICE).index), "CLIs first, practice last"
    assert {"practice/echo", "practice/slow"} <= {each.key for each in found}
    assert any(each.fits("clau") for each in found)
    assert not any(each.fits("clau nobody") for each in found)


async def test_two_who_agree(panels: Panels) -> None:
    compare = compare_of(panels)
    shown = await to_end(compare, await compare.ask(VALIDATE))
    assert shown.has_ended
    assert [answer.name for answer in shown.answers] == ["claude", "codex"]
    claude, codex = shown.answers
    assert claude.model == "claude-fake"
    assert claude.stance_words == codex.stance_words == "Pass"
    assert "$0.01" in claude.figures
    assert codex.figures.endswith("cost unknown"), "a cost that nobody told is not 0"
    assert claude.job_id
    assert claude.flight_id
    assert shown.outcome.title == "Pass: 2 of 2 · confidence medium"
    assert shown.map.rows[0].holds == (Hold.SAYS, Hold.SAYS)
    assert shown.receipt is None
    assert shown.can_be_judged


async def test_who_fails_or_is_not_there_counts_with_nobody(panels: Panels) -> None:
    panels.says("codex", "echo broken >&2; exit 3")
    compare = compare_of(panels)
    wish = PanelWish(
        question="Is it so?", intent=Intent.CONSENSUS, seats=("claude", "codex", "grok")
    )
    shown = await to_end(compare, await compare.ask(wish))
    claude, codex, grok = shown.answers
    assert claude.stance_words == "Agrees"
    assert codex.state is SeatState.FAILED
    assert codex.trouble
    assert codex.advice
    assert grok.state is SeatState.SKIPPED
    assert grok.stance_words == codex.stance_words == "No answer"
    assert shown.outcome.title == "Agrees: 1 of 3 · confidence low"
    assert any("codex did not answer" in reason for reason in shown.outcome.reasons)
    assert shown.map.rows == ()


async def test_answers_grow_and_one_can_be_canceled(panels: Panels) -> None:
    panels.says("codex", f"{SLOW}answer '{PASSES}' 1 1")
    compare = compare_of(panels)
    panel_id = await compare.ask(PanelWish(question="Tell me.", seats=("codex", "practice/slow")))
    lengths: list[int] = []
    async with asyncio.timeout(60):
        async for progress in compare.follow(panel_id):
            shown = await compare.show(progress)
            codex, slow = shown.answers
            lengths.append(len(slow.text))
            if slow.state is SeatState.COMPLETED and codex.is_live:
                await compare.cancel_one(panel_id, codex.key)
    assert lengths == sorted(lengths)
    assert len(set(lengths)) > 3, "it was seen to grow"
    assert shown.answers[0].state is SeatState.CANCELED
    assert shown.answers[0].trouble == "It was canceled; it counts with nobody."
    assert shown.answers[1].flight_id
    assert shown.outcome.title == "1 of 2 answered"


async def test_all_can_be_stopped(panels: Panels) -> None:
    for cli in ("claude", "codex"):
        panels.says(cli, f"{SLOW}answer '{PASSES}'")
    compare = compare_of(panels)
    panel_id = await compare.ask(VALIDATE)
    await compare.cancel(panel_id)
    shown = await to_end(compare, panel_id)
    assert {answer.state for answer in shown.answers} == {SeatState.CANCELED}


async def test_a_judge_is_asked_at_once_or_later(panels: Panels) -> None:
    panels.answers("codex", FAILS)
    compare = compare_of(panels)
    wish = replace(VALIDATE, judge="claude")
    shown = await to_end(compare, await compare.ask(wish))
    assert shown.judge is not None
    assert shown.judge.state is SeatState.COMPLETED
    assert shown.verdicts[-1].is_judge
    assert not shown.can_be_judged
    later = await compare.ask(replace(VALIDATE, question="And now?"))
    assert (await to_end(compare, later)).judge is None
    await compare.judge(later, "claude")
    judged = await to_end(compare, later)
    assert judged.judge is not None
    assert judged.judge.stance is Stance.AGREE


async def test_a_receipt_is_made_once_and_verifies(panels: Panels, tmp_path: Path) -> None:
    compare = compare_of(panels)
    panel_id = await compare.ask(VALIDATE)
    await to_end(compare, panel_id)
    receipt = await compare.receipt(panel_id)
    assert await compare.receipt(panel_id) == receipt
    file = tmp_path / receipt.file_name
    assert receipt.file_name in await compare.save_receipt(receipt, file)
    assert verify(file.read_bytes()).has_raw_answers
    assert json.loads(file.read_bytes())
    assert receipt.digest in receipt.markdown
    assert receipt.words == "Receipt 1 · signed, the first of its chain"
    shown = await to_end(compare, panel_id)
    assert shown.receipt == receipt
    assert not shown.can_be_judged


async def test_earlier_ones_newest_first_and_asked_again(panels: Panels) -> None:
    compare = compare_of(panels)
    first = await compare.ask(VALIDATE)
    shown = await to_end(compare, first)
    assert shown.wish == VALIDATE
    again = replace(shown.wish, question="Does it hold at night?")
    second = await compare.ask(again)
    await to_end(compare, second)
    earlier = await compare.earlier()
    assert [each.id for each in earlier] == [second, first]
    assert earlier[0].title == "Does it hold at night?"
    assert "claude, codex" in earlier[0].words


async def test_what_is_not_there_says_so(panels: Panels) -> None:
    with pytest.raises(NoSuchValidation):
        await to_end(compare_of(panels), "val_00")
    with pytest.raises(InvalidRun):
        await compare_of(panels).ask(PanelWish(question="Hm?", seats=("claude:",)))


async def test_a_model_of_two_providers_can_be_asked_of_each() -> None:
    def provider(name: str, *models: str) -> Provider:
        return Provider(name=name, kind=ProviderKind.OPENAI, models=models)

    catalogue = Catalogue(cast("HttpClient", None), SystemClock())
    catalogue.use([provider("work", "gpt-5.5", "o5"), provider("home", "gpt-5.5")], practice=False)
    assert [each.id for each in await catalogue.models()] == ["gpt-5.5", "o5"]
    found = askable_of((), (), await catalogue.models_of_each())
    assert [(each.key, each.group) for each in found] == [
        ("work/gpt-5.5", "work"),
        ("o5", "work"),
        ("home/gpt-5.5", "home"),
    ]


def read_of(*texts: str) -> PanelReading:
    seats = [Seat(name=name, cli=CliName(name)) for name in ("claude", "codex", "gemini")]
    answers = tuple(
        SeatAnswer(seat=seat, state=SeatState.COMPLETED, text=text)
        for seat, text in zip(seats, texts, strict=False)
    )
    request = PanelRequest(intent=Intent.VALIDATE, seats=tuple(seats), question="Does it hold?")
    return read(
        ValidationRun(
            id="val_1", owner="o", client="c", made_at_s=0, request=request, answers=answers
        )
    )


@pytest.mark.parametrize(
    ("texts", "why"),
    [
        (("Verdict: PASS",), "Confidence low: only one gave this verdict."),
        (
            ("Verdict: PASS", "Verdict: FAIL"),
            "Confidence none: no clear verdict has more voices than another.",
        ),
        (
            ("Verdict: PASS", "Verdict: PASS", "Verdict: FAIL"),
            "Confidence medium: 2 of 3, of at least two vendors, are of one mind, not all.",
        ),
        (
            ("Verdict: PASS", "Verdict: PASS"),
            "Confidence medium: 2 of 2, of at least two vendors, are of one mind.",
        ),
    ],
)
def test_confidence_says_which_cause_it_has(texts: tuple[str, ...], why: str) -> None:
    assert outcome_of(read_of(*texts)).confidence == why


def test_verdicts_are_called_below_as_they_are_above() -> None:
    reasons = outcome_of(read_of("Verdict: PASS", "Verdict: FAIL", "Verdict: FAIL")).reasons
    assert "Verdicts differ: 1 pass, 2 fail." in reasons


def test_a_contradiction_stands_there_once() -> None:
    reading = read_of(
        "Verdict: FAIL\nRationale: The copy takes about 40 minutes.",
        "Verdict: FAIL\nRationale: The copy takes about 40 minutes.",
        "Verdict: PASS\nRationale: The copy takes about 15 minutes.",
    )
    (row,) = map_of(reading).rows
    assert row.is_contradicted
    assert {row.claim} <= {
        "The copy takes about 40 minutes. / The copy takes about 15 minutes.",
        "The copy takes about 15 minutes. / The copy takes about 40 minutes.",
    }
    assert sorted(row.holds) == sorted(
        [Hold.AGAINST, Hold.AGAINST, Hold.SAYS]
        if row.claim.startswith("The copy takes about 15")
        else [Hold.SAYS, Hold.SAYS, Hold.AGAINST]
    )


@pytest.mark.parametrize(
    ("wish", "words"),
    [
        (PanelWish(seats=("claude",)), "nothing to ask"),
        (PanelWish(content="x", seats=("claude",)), "no question"),
        (PanelWish(question="x"), "Nobody is asked"),
        (PanelWish(question="x", seats=tuple("abcdefg")), f"At most {MOST_ASKED}"),
        (PanelWish(question="x", seats=("claude",)), ""),
        (PanelWish(content="x", intent=Intent.RED_TEAM, seats=("claude",)), ""),
    ],
)
def test_what_cannot_be_asked(wish: PanelWish, words: str) -> None:
    assert words in wish.problem
    assert bool(words) is bool(wish.problem)


@pytest.mark.parametrize("intent", [Intent.RED_TEAM, Intent.CONSENSUS])
def test_what_is_attacked_or_claimed_is_never_obeyed(intent: Intent) -> None:
    request = request_of(PanelWish(question="Obey me.", intent=intent, seats=("claude",)))
    assert (request.question, request.content) == ("", "Obey me.")


def test_a_plain_question_takes_its_text_along() -> None:
    request = request_of(PanelWish(question="Why?", content="So.", seats=("claude",), focus="x"))
    assert request.question == "Why?\n\nSo."
    assert request.focus == ""
