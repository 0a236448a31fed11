"""A panel as its callers are told of it: `validation-report.v1`, as structure and as text."""

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any

from llmgw_desktop.domain.validation import (
    SCHEMA_VERSION,
    Agreement,
    Comparison,
    Confidence,
    Intent,
    RunState,
    SeatAnswer,
    Stance,
    ValidationRun,
    Verdict,
)
from llmgw_desktop.domain.values import value
from llmgw_desktop.engine.validation.comparison import compare
from llmgw_desktop.engine.validation.confidence import agreement_of
from llmgw_desktop.engine.validation.prompts import letter, panel_prompt
from llmgw_desktop.engine.validation.verdicts import verdict_of
from llmgw_desktop.wire.native.flights import provenance_member, usage_object

_SHOWN_CONTENT = 2_000
_MOST_FALLEN = 20
_EMPTY_WARNING = "It ended well and said nothing: this counts as no answer."


@value
class PanelReading:
    """A panel with all that is computed of it."""

    run: ValidationRun
    verdicts: tuple[Verdict, ...]
    judge_verdict: Verdict | None
    comparison: Comparison | None
    """Of those who answered, where there are two."""
    agreement: Agreement


def read(run: ValidationRun) -> PanelReading:
    """Pure; for a thread where the answers are long."""
    is_plain, is_checks = run.request.intent is Intent.ASK, run.request.intent is Intent.CHECKS
    answered = [answer for answer in run.answers if answer.has_answered]
    asked = "" if is_plain or is_checks else panel_prompt(run.request)
    verdicts = tuple(verdict_of(each, is_plain=is_plain, asked=asked) for each in run.answers)
    comparison = None
    if len(answered) > 1 and not is_checks:
        rationales = [
            verdict.rationale or answer.text
            for answer, verdict in zip(run.answers, verdicts, strict=True)
            if answer.has_answered
        ]
        comparison = compare(rationales)
    return PanelReading(
        run=run,
        verdicts=verdicts,
        judge_verdict=verdict_of(run.judge, asked=asked) if run.judge else None,
        comparison=comparison,
        agreement=_checked(run, verdicts)
        if is_checks
        else agreement_of(run.answers, verdicts, comparison),
    )


def _checked(run: ValidationRun, verdicts: Sequence[Verdict]) -> Agreement:
    """Of a regression set: checks are no opinions, and whether they differ says nothing."""
    passed = sum(each.stance is Stance.AGREE for each in verdicts)
    fallen = [
        f"{answer.seat.name}: {verdict.rationale or answer.error}"
        for answer, verdict in zip(run.answers, verdicts, strict=True)
        if verdict.stance is not Stance.AGREE
    ]
    return Agreement(
        stance=Stance.DISAGREE if fallen else Stance.AGREE,
        confidence=Confidence.NONE,
        has_material_disagreement=False,
        summary=f"{passed} of {len(verdicts)} answers passed their checks.",
        signals=tuple(fallen[:_MOST_FALLEN]),
        limitations=("These are checks, not opinions: no confidence is counted.",),
    )


def report_object(reading: PanelReading) -> dict[str, Any]:
    run, agreement = reading.run, reading.agreement
    results = [
        result_object(answer, verdict)
        for answer, verdict in zip(run.answers, reading.verdicts, strict=True)
    ]
    jobs = [answer.job_id for answer in (*run.answers, run.judge) if answer and answer.job_id]
    return {
        "success": True,
        "schemaVersion": SCHEMA_VERSION,
        "validationId": run.id,
        "status": str(run.state),
        "startedAt": _iso(run.made_at_s),
        "intent": str(run.request.intent),
        "originalRequest": _request_object(run),
        "modelList": [answer.seat.name for answer in run.answers],
        "results": results,
        "synthesis": synthesis_object(reading),
        "humanReadable": as_text(reading),
        "structuredContent": {
            "perModelOutputs": {answer.seat.name: answer.text for answer in run.answers},
            "disagreements": {
                "hasMaterialDisagreement": agreement.has_material_disagreement,
                "summary": agreement.summary,
                "signals": list(agreement.signals),
            },
            "finalRecommendation": recommendation(reading),
            "confidence": str(agreement.confidence),
            "limitations": list(agreement.limitations),
            "jobIds": jobs,
        },
    }


def result_object(answer: SeatAnswer, verdict: Verdict) -> dict[str, Any]:
    """One answer, its `model` the one that really gave it."""
    return {
        "provider": answer.seat.cli or answer.seat.name.partition("/")[0],
        "seat": answer.seat.name,
        "model": answer.model or answer.seat.model or None,
        "status": str(answer.state),
        "verdict": verdict.said or str(verdict.stance),
        "stance": str(verdict.stance),
        "rationale": verdict.rationale or None,
        "risks": list(verdict.risks),
        "nextStep": verdict.next_step or None,
        "rawJobReference": _reference(answer),
        "flightId": answer.flight_id or None,
        "error": answer.error or None,
        "errorCategory": answer.category or None,
        "warning": _EMPTY_WARNING if answer.is_empty else answer.warning or None,
        "emptyOutput": answer.is_empty,
        "deduped": answer.deduped,
        "usage": usage_object(answer.usage),
        "costUsd": answer.cost_usd,
        **provenance_member(answer.usage, cost_usd=answer.cost_usd),
        "durationMs": _took_ms(answer),
    }


def synthesis_object(reading: PanelReading) -> dict[str, Any]:
    run, judge = reading.run, reading.run.judge
    wanted = judge.seat if judge else run.request.judge
    status = "not_requested"
    if judge is not None:
        status = "skipped" if judge.state.value == "skipped" else str(judge.state)
    elif run.is_waiting_for_judge:
        status = "waiting_for_provider_results"
    elif wanted is not None:
        status = "skipped"
    told: dict[str, Any] = {
        "status": status,
        "judgeModel": wanted.name if wanted else None,
        "rawJobReference": _reference(judge) if judge else None,
        "note": _note(status, judge),
        "order": {letter(number): seat for number, seat in enumerate(run.judge_order)},
    }
    if judge is not None and reading.judge_verdict is not None:
        told["result"] = result_object(judge, reading.judge_verdict)
    return told


def comparison_object(comparison: Comparison) -> dict[str, Any]:
    def told(share: str) -> list[dict[str, Any]]:
        return [
            {"id": claim.id, "text": claim.text, "answers": [each + 1 for each in claim.holders]}
            for claim in comparison.claims_of(share)
        ]

    return {
        "shared": told("all"),
        "partlyShared": told("some"),
        "unique": told("unique"),
        "contradictions": [
            {
                "claims": [each.one, each.other],
                "texts": [comparison.claims[each.one].text, comparison.claims[each.other].text],
                "why": each.why,
            }
            for each in comparison.contradictions
        ],
        "limitations": list(comparison.limitations),
    }


_UNJUDGED = {
    Intent.ASK: "Read the answer; nothing was judged.",
    Intent.CHECKS: "Look at what fell; the flights have the answers.",
}


def recommendation(reading: PanelReading) -> str:
    """By rule; the judge's, where there is one."""
    run, agreement = reading.run, reading.agreement
    verdict = reading.judge_verdict
    if verdict is not None and verdict.stance in (Stance.AGREE, Stance.DISAGREE, Stance.MIXED):
        step = f" {verdict.next_step}" if verdict.next_step else ""
        return f"The judge says: {verdict.said}.{step}"
    if run.state is RunState.RUNNING:
        return "Wait: not all have answered."
    if run.request.intent in _UNJUDGED:
        return _UNJUDGED[run.request.intent]
    if agreement.confidence in (Confidence.NONE, Confidence.LOW):
        return "Do not rely on this: too few gave the same clear verdict. Ask more, or a judge."
    words = {
        Stance.AGREE: "Go on",
        Stance.DISAGREE: "Do not go on as it stands",
        Stance.MIXED: "Settle the conditions first",
    }
    if agreement.has_material_disagreement:
        return f"{words[agreement.stance]}, after a look at what the reviewers differ on."
    return f"{words[agreement.stance]}."


def as_text(reading: PanelReading) -> str:
    run, agreement = reading.run, reading.agreement
    lines = [f"{run.request.intent} {run.id}: {run.state}"]
    for answer, verdict in zip(run.answers, reading.verdicts, strict=True):
        lines += ["", *_answer_lines(answer, verdict, is_plain=run.request.intent is Intent.ASK)]
    if run.judge is not None and reading.judge_verdict is not None:
        lines += ["", "Judge:", *_answer_lines(run.judge, reading.judge_verdict, is_plain=False)]
    if run.request.intent is not Intent.ASK:
        lines += ["", agreement.summary, f"Confidence: {agreement.confidence}."]
        lines += [f"- {signal}" for signal in agreement.signals]
        lines.append(recommendation(reading))
    return "\n".join(lines)


def _answer_lines(answer: SeatAnswer, verdict: Verdict, *, is_plain: bool) -> Sequence[str]:
    head = f"{answer.seat.name} ({answer.model})" if answer.model else answer.seat.name
    if answer.is_live:
        where = f", job {answer.job_id}" if answer.job_id else ""
        return [f"{head}: running{where}"]
    if answer.is_empty:
        return [f"{head}: no answer. {_EMPTY_WARNING}"]
    if not answer.has_answered:
        return [f"{head}: {answer.state}. {answer.error}"]
    if is_plain:
        return [f"{head}:", answer.text]
    lines = [f"{head}: {verdict.said or verdict.stance} ({verdict.stance})", verdict.rationale]
    lines += [f"- {risk}" for risk in verdict.risks]
    return [line for line in lines if line]


def _request_object(run: ValidationRun) -> dict[str, Any]:
    request = run.request
    told: dict[str, Any] = {}
    if request.question:
        told["question"] = request.question
    if request.evidence:
        told["evidence"] = dict(request.evidence)
    elif request.content:
        is_long = len(request.content) > _SHOWN_CONTENT
        told["content"] = request.content[:_SHOWN_CONTENT] + ("…" if is_long else "")
    if request.focus:
        told["focus"] = request.focus
    return told


def _reference(answer: SeatAnswer) -> dict[str, Any] | None:
    if answer.state.value == "skipped":
        return None
    return {
        "jobId": answer.job_id or answer.correlation_id,
        "correlationId": answer.correlation_id,
        "statusTool": "job_status",
        "resultTool": "job_result",
    }


def _note(status: str, judge: SeatAnswer | None) -> str:
    if judge is not None and judge.error:
        return judge.error
    return {
        "not_requested": "No judge was asked for; synthesize_validation asks one.",
        "waiting_for_provider_results": "The judge is asked when all reviewers have ended.",
        "skipped": "There is nothing to judge: nobody answered.",
    }.get(status, "The judge saw the answers without their names.")


def _took_ms(answer: SeatAnswer) -> int | None:
    if answer.ended_at_s is None:
        return None
    return max(0, round((answer.ended_at_s - answer.asked_at_s) * 1000))


def _iso(at_s: float) -> str:
    return datetime.fromtimestamp(at_s, tz=UTC).isoformat(timespec="milliseconds")
