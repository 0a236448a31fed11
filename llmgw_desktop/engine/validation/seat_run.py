"""One who is asked, from being asked to the answer as it is kept; and what a judge is given: the
exact answers that are kept, without their names.
"""

import asyncio
import json
import logging
from collections.abc import AsyncIterator, Mapping
from dataclasses import replace
from typing import Any

from llmgw_desktop.domain.access.principal import Principal, Scope
from llmgw_desktop.domain.cli import ErrorCategory, TextGrew
from llmgw_desktop.domain.clock import Clock
from llmgw_desktop.domain.errors import LlmgwError
from llmgw_desktop.domain.jobs.job import EXIT_MISSING, Job, JobState
from llmgw_desktop.domain.jobs.run_errors import InvalidRun, NoSuchJob
from llmgw_desktop.domain.jobs.submission import RunReply
from llmgw_desktop.domain.validation import (
    Intent,
    PanelRequest,
    Seat,
    SeatAnswer,
    SeatState,
    ValidationRun,
)
from llmgw_desktop.domain.values import value
from llmgw_desktop.engine.exchange.completion import Completion, CompletionResult
from llmgw_desktop.engine.runs.model_client import only_words
from llmgw_desktop.engine.runs.run_service import RunService
from llmgw_desktop.engine.validation.prompts import (
    JobEnded,
    Models,
    fields_of,
    judge_prompt,
    schema_of,
)
from llmgw_desktop.engine.validation.receipts import digest_of

LONGEST_KEPT = 1_000_000
"""Characters of an answer; a longer one is cut, says so, and is not judged."""
_STATES = {
    JobState.COMPLETED: SeatState.COMPLETED,
    JobState.FAILED: SeatState.FAILED,
    JobState.CANCELED: SeatState.CANCELED,
    JobState.ORPHANED: SeatState.ORPHANED,
}
_log = logging.getLogger(__name__)


@value
class SeatCall:
    """What is said to a seat, and for whom."""

    request: PanelRequest
    prompt: str
    schema: Mapping[str, Any] | None
    principal: Principal
    project: str = ""


class SeatRuns:
    """Never raises but CancelledError and StoreError: what goes wrong stands in the answer."""

    def __init__(
        self, runs: RunService, job_ended: JobEnded, models: Models | None, clock: Clock
    ) -> None:
        self._runs = runs
        self._job_ended = job_ended
        self._models = models
        self._clock = clock
        self.questions: dict[str, Completion] = {}
        """Of the HTTP doors, under way, by their correlation ids."""

    async def begin(self, answer: SeatAnswer, call: SeatCall) -> SeatAnswer:
        """With its job; or skipped, where it could not even be asked."""
        try:
            if answer.seat.cli is None:
                return self._ask_model(answer, call)
            return await self._ask_cli(answer, call)
        except LlmgwError as error:
            category = getattr(error, "category", None) or error.kind
            return self._ended(answer, SeatState.SKIPPED, str(error), str(category))
        except Exception as error:  # noqa: BLE001 - one seat must not cost the others
            _log.exception("%s could not be asked", answer.seat.name)
            said = f"The gateway failed: {type(error).__name__}."
            return self._ended(answer, SeatState.SKIPPED, said, "internal_error")

    async def end(self, answer: SeatAnswer, owner: str) -> SeatAnswer:
        """Waits for it."""
        if not answer.is_live:
            return answer
        if answer.seat.cli is None:
            return await self._model_said(answer)
        await self._job_ended(answer.job_id)
        return await self.look(answer, owner)

    async def look(self, answer: SeatAnswer, owner: str) -> SeatAnswer:
        """As it stands now, without waiting."""
        if not answer.is_live or answer.seat.cli is None or not answer.job_id:
            return answer
        try:
            job = await asyncio.to_thread(self._runs.job, answer.job_id, owner)
            if job.is_live:
                return answer
            return self._of_reply(answer, await self._runs.reply(job.id, owner))
        except NoSuchJob:
            return self._ended(answer, SeatState.FAILED, "Its job was deleted.", "not_found")

    async def of_job(self, job_id: str, owner: str) -> SeatAnswer:
        """Of a job that no panel asked for. Raises NoSuchJob."""
        job = await asyncio.to_thread(self._runs.job, job_id, owner)
        answer = SeatAnswer(
            seat=Seat(name=job.cli, cli=job.cli, model=job.model),
            job_id=job.id,
            correlation_id=job.correlation_id,
            asked_at_s=job.asked_at_s,
        )
        return await self.look(answer, owner)

    def lost(self, answer: SeatAnswer) -> SeatAnswer:
        """After a restart: what nothing goes on with."""
        said = "The gateway was stopped before it had answered; ask again."
        return self._ended(answer, SeatState.ORPHANED, said, ErrorCategory.UPSTREAM)

    async def cancel(self, answer: SeatAnswer, owner: str) -> None:
        if (question := self.questions.get(answer.correlation_id)) is not None:
            question.cancel()
        elif answer.job_id and answer.is_live:
            await self._runs.cancel(answer.job_id, owner)

    async def words(self, answer: SeatAnswer, owner: str) -> AsyncIterator[str]:
        """Its text as it comes, from the beginning; nothing where nothing goes on."""
        question = self.questions.get(answer.correlation_id)
        if question is not None:
            async for piece in question:
                yield piece
        elif answer.job_id:
            async for event in self._runs.events(answer.job_id, owner):
                if isinstance(event, TextGrew):
                    yield event.text

    async def _ask_cli(self, answer: SeatAnswer, call: SeatCall) -> SeatAnswer:
        assert answer.seat.cli is not None
        cli = self._runs.cli(answer.seat.cli)
        prompt = only_words(call.prompt, reads_mentions=cli.model_use.reads_mentions)
        fields = fields_of(cli, answer.seat, call.request, prompt, schema=call.schema)
        fields["correlationId"] = answer.correlation_id
        reply = await self._runs.ask_to_read(
            answer.seat.cli, fields, call.principal, project=call.project
        )
        asked = replace(
            answer,
            job_id=reply.job.id,
            flight_id=reply.job.flight_id,
            deduped=reply.deduped,
            warning=" ".join(each.message for each in reply.warnings),
        )
        return asked if reply.job.is_live else self._of_reply(asked, reply)

    def _ask_model(self, answer: SeatAnswer, call: SeatCall) -> SeatAnswer:
        name = answer.seat.name
        if self._models is None:
            said = f"'{name}' is no CLI, and this gateway asks no other models here."
            return self._ended(answer, SeatState.SKIPPED, said, ErrorCategory.INVALID_INPUT)
        if Scope.MODELS_USE not in call.principal.scopes:
            said = "Your key may not use models of the HTTP doors (models:use)."
            return self._ended(answer, SeatState.SKIPPED, said, "permission_denied")
        if not call.request.may_upload:
            said = f"'{name}' is no CLI of this computer; allowApiUpload sends it the changes."
            return self._ended(answer, SeatState.SKIPPED, said, "permission_denied")
        self.questions[answer.correlation_id] = self._models.ask(
            answer.seat.model, call.prompt, call.principal, project=call.project
        )
        return answer

    async def _model_said(self, answer: SeatAnswer) -> SeatAnswer:
        question = self.questions.get(answer.correlation_id)
        if question is None:
            return self.lost(answer)
        try:
            told = await question.result()
        finally:
            self.questions.pop(answer.correlation_id, None)
        return self._of_told(answer, told)

    def _of_told(self, answer: SeatAnswer, told: CompletionResult) -> SeatAnswer:
        known = replace(
            answer,
            model=told.model,
            usage=told.usage,
            cost_usd=told.cost_usd,
            flight_id=told.flight_id,
        )
        if told.error is None:
            state = SeatState.COMPLETED
            category = "" if told.text.strip() else str(ErrorCategory.EMPTY)
            return self._ended(_kept(known, told.text), state, "", category)
        category = str(told.error.category)
        state = SeatState.CANCELED if category == "canceled" else SeatState.FAILED
        return self._ended(_kept(known, told.text), state, str(told.error), category)

    def _of_reply(self, answer: SeatAnswer, reply: RunReply) -> SeatAnswer:
        job = reply.job
        text = reply.text
        if reply.structured is not None:
            text = json.dumps(reply.structured, ensure_ascii=False)
        known = replace(
            _kept(answer, text, is_whole=not job.output_truncated),
            model=job.figures.model or "",
            usage=job.figures.usage,
            cost_usd=job.figures.cost_usd,
            flight_id=job.flight_id,
        )
        state = SeatState.SKIPPED if job.exit_code == EXIT_MISSING else _STATES[job.state]
        category = str(job.category or ("" if state is SeatState.COMPLETED else job.state))
        ended = self._ended(known, state, job.error, category)
        return replace(ended, ended_at_s=_ended_at(job, ended))

    def _ended(self, answer: SeatAnswer, state: SeatState, error: str, category: str) -> SeatAnswer:
        now_s = self._clock.now_s()
        told = answer if answer.sha256 else _kept(answer, "")
        return replace(told, state=state, error=error, category=str(category), ended_at_s=now_s)


def _kept(answer: SeatAnswer, text: str, *, is_whole: bool = True) -> SeatAnswer:
    """Half characters, which no file can hold, are replaced."""
    cut = text[:LONGEST_KEPT].encode("utf-8", "replace").decode()
    whole = is_whole and len(text) <= LONGEST_KEPT
    return replace(answer, text=cut, sha256=digest_of(cut), is_whole=whole)


def _ended_at(job: Job, answer: SeatAnswer) -> float | None:
    """A shared job may have ended before it was asked for again."""
    if job.ended_at_s is None:
        return answer.ended_at_s
    return max(job.ended_at_s, answer.asked_at_s)


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


def judge_call(run: ValidationRun, principal: Principal) -> tuple[SeatCall, tuple[str, ...]]:
    """With the seats in the order in which the judge sees them: by their digests, which is neither
    the caller's order nor that of their names."""
    answered = sorted(
        (answer for answer in run.answers if answer.has_answered),
        key=lambda answer: (answer.sha256, answer.seat.name),
    )
    request = PanelRequest(intent=Intent.SYNTHESIS, seats=())
    call = SeatCall(
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
