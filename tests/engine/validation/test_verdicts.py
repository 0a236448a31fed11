"""What an answer says, however it is dressed; what cannot be read agrees with nobody."""

from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from llmgw_desktop.domain.cli import CliName
from llmgw_desktop.domain.validation import (
    Confidence,
    Intent,
    PanelRequest,
    Seat,
    SeatAnswer,
    SeatState,
    Stance,
    Verdict,
)
from llmgw_desktop.engine.validation.confidence import Count, agreement_of, confidence_of
from llmgw_desktop.engine.validation.prompts import panel_prompt
from llmgw_desktop.engine.validation.verdicts import read_verdict, stance_of, verdict_of

AGREE, DISAGREE = Stance.AGREE, Stance.DISAGREE
MIXED, UNCLEAR = Stance.MIXED, Stance.UNCLEAR


@pytest.mark.parametrize(
    ("text", "stance"),
    [
        ("Verdict: PASS", AGREE),
        ("**Verdict:** FAIL\n\n**Rationale:** no", DISAGREE),
        ("## Verdict\n\nPASS\n\n## Rationale\nFine.", AGREE),
        ("### 1. Verdict — `FAIL`", DISAGREE),
        ("- **Verdict**: I agree with the claim.", AGREE),
        ("| Verdict | PASS |", AGREE),
        ("verdict: disagree", DISAGREE),
        ("Long talk.\n\n**PASS**", AGREE),
        ("1. A finding.\n\nFAIL", DISAGREE),
        ("Verdict: not a PASS", DISAGREE),
        ("Verdict: I do not agree", DISAGREE),
        ("Verdict: not a fail", UNCLEAR),
        ("Verdict: PASS or FAIL", UNCLEAR),
        ("Verdict: PASS/FAIL", UNCLEAR),
        ("Verdict: PASS if the tests are green", MIXED),
        ("Verdict: PASS, provided that it is mended", MIXED),
        ("Verdict: partially correct", UNCLEAR),
        ("Verdict: mixed", MIXED),
        ("Verdict: UNCLEAR", UNCLEAR),
        ("Verdict: PASS\n\nVerdict: FAIL", UNCLEAR),
        ("PASS\nFAIL", UNCLEAR),
        ("Looks good to me overall.", UNCLEAR),
        ("", UNCLEAR),
        ("> Verdict: PASS", UNCLEAR),
        ("```\nVerdict: PASS\n```", UNCLEAR),
        ("```\nVerdict: PASS\n```\nVerdict: FAIL", DISAGREE),
        ('{"verdict": "PASS", "rationale": "x"}', AGREE),
        ('Here:\n```json\n{"verdict": "FAIL"}\n```', DISAGREE),
        ('{"verdict": 1}', UNCLEAR),
        ('{"verdict": "PASS", ', UNCLEAR),
        ('```json\n{"verdict":"PASS"}\n```\n```json\n{"verdict":"FAIL"}\n```', UNCLEAR),
        ('Verdict: FAIL\n\nIt holds\n```json\n{"verdict":"PASS"}\n```', UNCLEAR),
        ('It holds\n```json\n{"verdict":"PASS"}\n```\nFAIL', UNCLEAR),
        ('## Verdict\n```json\n{"verdict":"PASS"}\n```\n## Rationale\nFine.', AGREE),
        ('````\n```json\n{"verdict":"PASS"}\n```\n````', UNCLEAR),
        ("````\n```\nVerdict: PASS\n```\n````", UNCLEAR),
        ("```\n```json\nVerdict: PASS\n```", UNCLEAR),
        ('{"verdict": "FAIL", "verdict": "PASS"}', UNCLEAR),
        (4 * "```json\n{}\n```\n" + '```json\n{"verdict":"PASS"}\n```', AGREE),
        ("Verdict: PASS. Actually FAIL.", UNCLEAR),
        ("Verdict: FAIL, which once was a PASS", DISAGREE),
        ("Verdict: PASS, but the tests must be mended first", MIXED),
        ("[" * 100_000, UNCLEAR),
        ('{"verdict":' * 50_000, UNCLEAR),
    ],
)
def test_verdicts(text: str, stance: Stance) -> None:
    assert read_verdict(text).stance is stance


def test_the_rest_of_it() -> None:
    told = read_verdict(
        "## Verdict: FAIL\n## Rationale\nTwo reasons.\nAnd more.\n"
        "## Risks\n1. Data is lost.\n* Keys leak.\n## Suggested next step\nRevert."
    )
    assert told == Verdict(
        stance=DISAGREE,
        said="FAIL",
        rationale="Two reasons.\nAnd more.",
        risks=("Data is lost.", "Keys leak."),
        next_step="Revert.",
    )


@pytest.mark.parametrize(
    "words",
    [
        *("none", "None.", "None worth naming.", "No significant risks.", "Nothing found"),
        *("none that I see", "None of note", "No risks identified so far", "n/a"),
    ],
)
def test_what_names_no_risk_is_none(words: str) -> None:
    assert read_verdict(f"Verdict: PASS\nRisks: {words}").risks == ()


@pytest.mark.parametrize(
    "words",
    [
        *("No way back after Monday.", "None of the keys are rotated.", "Nothing to roll back to."),
        "No tests.",
    ],
)
def test_a_risk_may_begin_with_no(words: str) -> None:
    assert read_verdict(f"Verdict: PASS\nRisks: {words}").risks == (words,)


def test_what_is_only_said_after_us_is_not_read() -> None:
    request = PanelRequest(intent=Intent.VALIDATE, seats=(), question="Is the swap of names safe?")
    asked = panel_prompt(request)
    assert read_verdict(asked, asked) == Verdict(stance=UNCLEAR)
    told = read_verdict(f"{asked}\n\nVerdict: FAIL\nRationale: Not by night.", asked)
    assert (told.stance, told.rationale) == (DISAGREE, "Not by night.")


def test_as_json() -> None:
    whole = {"verdict": "AGREE", "rationale": "r", "risks": ["a", "none"], "nextStep": "n"}
    told = read_verdict(json.dumps(whole))
    assert told.is_structured
    assert (told.stance, told.rationale, told.risks, told.next_step) == (AGREE, "r", ("a",), "n")


@given(st.text(max_size=2_000))
def test_anything_can_be_read(text: str) -> None:
    told = read_verdict(text)
    assert len(told.said) <= 240
    assert len(told.rationale) <= 1_800
    assert len(told.risks) <= 5


@given(st.text(alphabet="abc *#:-\n", max_size=300))
def test_what_names_no_verdict_is_none(text: str) -> None:
    assert read_verdict(text).stance is UNCLEAR


def test_a_verdict_in_both_ways_is_unclear() -> None:
    assert stance_of("it passes and fails") is UNCLEAR
    assert stance_of("cannot agree") is UNCLEAR


def answer(name: str, state: SeatState = SeatState.COMPLETED, text: str = "x") -> SeatAnswer:
    return SeatAnswer(seat=Seat(name=name, cli=CliName(name)), state=state, text=text)


def test_what_did_not_answer_has_no_verdict() -> None:
    assert verdict_of(answer("claude", SeatState.RUNNING)).stance is Stance.PENDING
    assert verdict_of(answer("claude", SeatState.FAILED)).stance is Stance.NOT_RUN
    assert verdict_of(answer("claude", text="  ")).stance is UNCLEAR


@pytest.mark.parametrize(
    ("asked", "of_one_mind", "vendors", "contradictions", "confidence"),
    [
        (2, 0, 0, 0, Confidence.NONE),
        (1, 1, 1, 0, Confidence.LOW),
        (2, 1, 1, 0, Confidence.LOW),
        (3, 3, 1, 0, Confidence.LOW),
        (5, 3, 3, 0, Confidence.LOW),
        (2, 2, 2, 0, Confidence.MEDIUM),
        (3, 2, 2, 0, Confidence.MEDIUM),
        (3, 3, 2, 1, Confidence.MEDIUM),
        (3, 3, 2, 0, Confidence.HIGH),
    ],
)
def test_the_table_of_confidence(
    asked: int, of_one_mind: int, vendors: int, contradictions: int, confidence: Confidence
) -> None:
    count = Count(
        asked=asked, of_one_mind=of_one_mind, vendors=vendors, contradictions=contradictions
    )
    assert confidence_of(count) is confidence


@given(
    st.integers(1, 9), st.integers(0, 9), st.integers(0, 9), st.integers(0, 9), st.integers(0, 9)
)
def test_more_who_fail_never_make_it_surer(
    asked: int, minded: int, vendors: int, contradictions: int, missing: int
) -> None:
    minded = min(minded, asked)
    order = list(Confidence)
    fewer = Count(asked=asked, of_one_mind=minded, vendors=vendors, contradictions=contradictions)
    more = Count(
        asked=asked + missing, of_one_mind=minded, vendors=vendors, contradictions=contradictions
    )
    assert order.index(confidence_of(more)) <= order.index(confidence_of(fewer))


def test_agreement_names_who_is_missing() -> None:
    answers = [answer("claude"), answer("codex"), answer("gemini", SeatState.FAILED)]
    verdicts = [Verdict(stance=AGREE), Verdict(stance=AGREE), Verdict(stance=Stance.NOT_RUN)]
    told = agreement_of(answers, verdicts, None)
    assert told.stance is AGREE
    assert told.confidence is Confidence.MEDIUM
    assert told.has_material_disagreement
    assert told.signals == ("gemini did not answer: failed",)
    assert told.summary == "2 of 3 answered: 2 agree."
