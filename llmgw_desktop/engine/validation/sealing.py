"""What a receipt tells of a panel that has ended: digests in the place of texts."""

import hashlib
from typing import Any

from llmgw_desktop.domain.audit import cleaned
from llmgw_desktop.domain.canonical import canonical
from llmgw_desktop.domain.validation import PanelRequest, SeatAnswer, ValidationRun, Verdict
from llmgw_desktop.engine.validation.prompts import maker_of
from llmgw_desktop.engine.validation.receipts import digest_of
from llmgw_desktop.engine.validation.report import PanelReading, recommendation
from llmgw_desktop.wire.native.flights import usage_object

LONGEST_CONTENT = 20_000
"""Characters of what was judged that stand in the receipt; of more its digest alone."""


def sealed_body(reading: PanelReading) -> dict[str, Any]:
    """Without fractions: they have more than one writing."""
    run, agreement = reading.run, reading.agreement
    judge = run.judge
    return {
        "validationId": run.id,
        "intent": str(run.request.intent),
        "status": str(run.state),
        "startedAtMs": round(run.made_at_s * 1000),
        "request": _request(run),
        "answers": [
            _answer(answer, verdict)
            for answer, verdict in zip(run.answers, reading.verdicts, strict=True)
        ],
        "judge": _answer(judge, reading.judge_verdict) if judge else None,
        "judgeOrder": list(run.judge_order),
        "agreement": {
            "stance": str(agreement.stance),
            "confidence": str(agreement.confidence),
            "hasMaterialDisagreement": agreement.has_material_disagreement,
            "summary": _clean(agreement.summary),
            "signals": [_clean(each) for each in agreement.signals],
            "limitations": [_clean(each) for each in agreement.limitations],
        },
        "recommendation": _clean(recommendation(reading)),
    }


def _request(run: ValidationRun) -> dict[str, Any]:
    request = run.request
    evidence = canonical(_whole(dict(request.evidence))) if request.evidence else b""
    return {
        "question": _clean(request.question),
        "focus": _clean(request.focus),
        "content": _clean(request.content) if len(request.content) <= LONGEST_CONTENT else "",
        "contentSha256": _digest(request),
        "contentChars": len(request.content),
        "evidenceSha256": hashlib.sha256(evidence).hexdigest() if evidence else "",
        "isAdversarial": request.is_adversarial,
    }


def _digest(request: PanelRequest) -> str:
    """Of changes the digest alone was kept."""
    if request.content:
        return digest_of(request.content)
    return str(request.evidence.get("sha256", ""))


def _answer(answer: SeatAnswer | None, verdict: Verdict | None) -> dict[str, Any]:
    assert answer is not None
    assert verdict is not None
    ended = answer.ended_at_s
    return {
        "seat": answer.seat.name,
        "model": answer.model,
        "vendor": maker_of(answer),
        "status": str(answer.state),
        "stance": str(verdict.stance),
        "verdict": _clean(verdict.said),
        "rationale": _clean(verdict.rationale),
        "risks": [_clean(risk) for risk in verdict.risks],
        "sha256": answer.sha256,
        "chars": len(answer.text),
        "isWhole": answer.is_whole,
        "emptyOutput": answer.is_empty,
        "jobId": answer.job_id,
        "correlationId": answer.correlation_id,
        "askedAtMs": round(answer.asked_at_s * 1000),
        "endedAtMs": None if ended is None else round(ended * 1000),
        "usage": usage_object(answer.usage),
        "costUsd": None if answer.cost_usd is None else f"{answer.cost_usd:.6f}",
        "error": _clean(answer.error),
        "errorCategory": answer.category,
    }


def _clean(text: str) -> str:
    """Half characters have no bytes, and a receipt is shown to others: no secret is in it."""
    return cleaned(text.encode("utf-8", "replace").decode())


def _whole(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _whole(each) for key, each in value.items()}
    if isinstance(value, list | tuple):
        return [_whole(each) for each in value]
    return str(value) if isinstance(value, float) else value
