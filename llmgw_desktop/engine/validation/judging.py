"""What a judge is given: the exact answers that are kept, without their names."""

from llmgw_desktop.domain.cli import ErrorCategory
from llmgw_desktop.domain.principal import Principal
from llmgw_desktop.domain.run_errors import InvalidRun
from llmgw_desktop.domain.validation import Intent, PanelRequest, ValidationRun
from llmgw_desktop.engine.validation.prompts import judge_prompt, schema_of
from llmgw_desktop.engine.validation.receipts import digest_of
from llmgw_desktop.engine.validation.seat_run import Call

MOST_JUDGED = 400_000
"""Characters of all answers together."""
_QUESTIONS = {
    Intent.SECOND_OPINION: "Does the answer that was reviewed hold?",
    Intent.RED_TEAM: "Does the text that was attacked hold?",
    Intent.CONSENSUS: "Is the claim true?",
    Intent.REVIEW: "May the changes be merged as they are?",
}


def checked_for_judge(run: ValidationRun) -> None:
    """Raises InvalidRun where there is nothing to judge, or not exactly what was answered."""
    answered = [answer for answer in run.answers if answer.has_answered]
    if not answered:
        raise InvalidRun("nobody answered: there is nothing to judge", field="validationId")
    for answer in answered:
        if not answer.is_whole:
            raise InvalidRun(
                f"the answer of {answer.seat.name} was cut, and a judge is given whole ones alone",
                field="validationId",
            )
        if digest_of(answer.text) != answer.sha256:
            raise InvalidRun(
                f"the answer of {answer.seat.name} is not as it was kept: its digest differs",
                field="validationId",
            )
    if sum(len(answer.text) for answer in answered) > MOST_JUDGED:
        raise InvalidRun(
            f"the answers have more than {MOST_JUDGED:,} characters together",
            field="validationId",
            category=ErrorCategory.INPUT_TOO_LARGE,
        )


def judge_call(run: ValidationRun, principal: Principal) -> tuple[Call, tuple[str, ...]]:
    """With the seats in the order in which the judge sees them: by their digests, which is neither
    the caller's order nor that of their names."""
    answered = sorted(
        (answer for answer in run.answers if answer.has_answered),
        key=lambda answer: (answer.sha256, answer.seat.name),
    )
    request = PanelRequest(intent=Intent.SYNTHESIS, seats=())
    call = Call(
        request=request,
        prompt=judge_prompt(_question_of(run), [answer.text for answer in answered]),
        schema=schema_of(Intent.SYNTHESIS),
        principal=principal,
        project=run.project,
    )
    return call, tuple(answer.seat.name for answer in answered)


def _question_of(run: ValidationRun) -> str:
    request = run.request
    parts = [request.question, _QUESTIONS.get(request.intent, "")]
    if request.content and request.intent is not Intent.REVIEW:
        parts.append(request.content)
    return "\n\n".join(part for part in parts if part)
