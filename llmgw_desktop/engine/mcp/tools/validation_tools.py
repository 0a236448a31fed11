"""What follows on a panel: its jobs, a comparison, a judge, a receipt."""

import asyncio
from collections.abc import Mapping, Sequence
from typing import Any

from llmgw_desktop.clis.fields import ON, TEXT, TEXTS, one_of, option, whole_number
from llmgw_desktop.domain.access.principal import Principal, Scope
from llmgw_desktop.domain.jobs.run_errors import NoSuchJob
from llmgw_desktop.domain.validation import Intent, Receipt, Seat, SeatAnswer, SeatState
from llmgw_desktop.engine.mcp.tool import (
    REVIEW_AND_FULL,
    Guide,
    InvalidArgument,
    McpTool,
    McpToolCall,
    Schema,
    ToolAnswer,
)
from llmgw_desktop.engine.mcp.tools.panel_tools import TOLD, PanelParts, reported, waited
from llmgw_desktop.engine.validation.comparison import as_table
from llmgw_desktop.engine.validation.prompts import letter, panel_prompt, seat_named
from llmgw_desktop.engine.validation.receipts import (
    NotGenuine,
    as_file,
    as_markdown,
    as_object,
    digest_of,
    verify,
)
from llmgw_desktop.engine.validation.report import comparison_object, result_object
from llmgw_desktop.engine.validation.service import JUDGE_BY_DEFAULT, NotEnded
from llmgw_desktop.engine.validation.verdicts import verdict_of

_MOST_ANSWERS = 16
_MOST_ROWS = 100
"""Of a table that a model reads; the structure holds all."""
_JOB_CHARS = 200_000
_NO_FOLDER = "a judge reads the answers and works in no folder; leave it out"
_STRING: Schema = {"type": "string"}
_OBJECT: Schema = {"type": "object"}


class _Calls:
    def __init__(self, parts: PanelParts) -> None:
        self._parts = parts
        self._validations = parts.validations

    async def job_status(self, call: McpToolCall) -> ToolAnswer:
        run, answer = await self._validations.answer_of(
            call.arguments["jobId"], call.principal.client_id
        )
        job = {
            "id": answer.job_id or answer.correlation_id,
            "cli": answer.seat.cli,
            "seat": answer.seat.name,
            "status": str(answer.state),
            "correlationId": answer.correlation_id,
            "exited": not answer.is_live,
            "error": answer.error or None,
            "errorCategory": answer.category or None,
        }
        validation_id = run.id if run else None
        return ToolAnswer(structured={"success": True, "job": job, "validationId": validation_id})

    async def job_result(self, call: McpToolCall) -> ToolAnswer:
        given = call.arguments
        run, answer = await self._validations.answer_of(given["jobId"], call.principal.client_id)
        if given.get("provider") not in (None, answer.seat.cli, answer.seat.name):
            raise NoSuchJob(given["jobId"])
        is_plain = run is not None and run.request.intent is Intent.ASK
        most = given.get("maxChars", _JOB_CHARS)
        asked = panel_prompt(run.request) if run is not None and not is_plain else ""
        verdict = verdict_of(answer, is_plain=is_plain, asked=asked)
        response = answer.text[:most]
        structured = {
            "success": True,
            "validationId": run.id if run else None,
            "result": result_object(answer, verdict),
            "response": response,
            "responseTruncated": len(answer.text) > most or not answer.is_whole,
            "totalChars": len(answer.text),
        }
        return ToolAnswer(structured=structured, text=response or None)

    async def compare(self, call: McpToolCall) -> ToolAnswer:
        answers = call.arguments["answers"]
        if not 2 <= len(answers) <= _MOST_ANSWERS:
            raise InvalidArgument(f"give 2 to {_MOST_ANSWERS}", field="answers")
        comparison = await self._validations.compare(answers)
        names = [letter(number) for number in range(len(answers))]
        table = as_table(comparison, names, _MOST_ROWS)
        total = len(comparison.claims)
        shared = len(comparison.claims_of("all"))
        structured = {
            "success": True,
            "tool": "compare_answers",
            "readMostly": True,
            "report": {
                "success": True,
                "status": "compared",
                "question": call.arguments["question"],
                "answerCount": len(answers),
                "claimCount": total,
                "sharedByAll": shared,
                **comparison_object(comparison),
                "table": table,
            },
        }
        contradictions = len(comparison.contradictions)
        head = f"{shared} of {total} claims are in all answers; {contradictions}"
        head += " contradiction." if contradictions == 1 else " contradictions."
        return ToolAnswer(structured=structured, text="\n\n".join([head, table]))

    async def synthesize(self, call: McpToolCall) -> ToolAnswer:
        given, principal = call.arguments, call.principal
        judge = seat_named(given["judgeModel"]) if "judgeModel" in given else JUDGE_BY_DEFAULT
        if (validation_id := given.get("validationId")) is None:
            answers = await self._given(given.get("providerResults", []), principal)
            run = await self._validations.keep(answers, given.get("question", ""), principal)
            validation_id = run.id
        run = await self._validations.synthesize(validation_id, judge, principal)
        if given.get("wait", True):
            run = await waited(self._validations, run, call, self._parts.wait_s())
        return await reported(self._validations, run)

    async def receipt(self, call: McpToolCall) -> ToolAnswer:
        given, owner = call.arguments, call.principal.client_id
        validation_id = given["validationId"]
        try:
            receipt = await self._validations.receipt(validation_id, owner)
        except NotEnded as error:
            told = {"success": True, "validationId": validation_id, "status": "pending"}
            return ToolAnswer(structured={**told, "note": str(error)})
        raw = None
        if given.get("includeRawResponses"):
            raw = await self._raw(validation_id, owner)
        return await asyncio.to_thread(_receipt_told, receipt, raw, given.get("format", "json"))

    async def _raw(self, validation_id: str, owner: str) -> dict[str, str]:
        run = await self._validations.get(validation_id, owner)
        raw = {answer.seat.name: answer.text for answer in run.answers}
        return raw if run.judge is None else {**raw, "judge": run.judge.text}

    async def _given(
        self, results: Sequence[Mapping[str, Any]], principal: Principal
    ) -> list[SeatAnswer]:
        """The exact answers where they are jobs of this client's; else what it says of them."""
        if not results:
            raise InvalidArgument("or providerResults must be given", field="validationId")
        answers: dict[str, SeatAnswer] = {}
        for number, result in enumerate(results[: _MOST_ANSWERS + 1]):
            if number == _MOST_ANSWERS:
                raise InvalidArgument(f"give {_MOST_ANSWERS} at most", field="providerResults")
            answer = await self._one_given(result, principal)
            name = answer.seat.name
            if name in answers:
                raise InvalidArgument(f"{name} stands there twice", field="providerResults")
            answers[name] = answer
        return list(answers.values())

    async def _one_given(self, result: Mapping[str, Any], principal: Principal) -> SeatAnswer:
        reference = result.get("rawJobReference")
        job_id = reference.get("jobId") if isinstance(reference, dict) else None
        if isinstance(job_id, str):
            _, answer = await self._validations.answer_of(job_id, principal.client_id)
            if answer.is_live:
                raise NotEnded(f"{job_id} has not ended; ask again then.", retry_after_s=10)
            return answer
        return _said_to_be(result)


def _said_to_be(result: Mapping[str, Any]) -> SeatAnswer:
    """What a client says that another answered. Raises InvalidArgument."""
    provider, status = result.get("provider"), result.get("status")
    if not isinstance(provider, str) or not isinstance(status, str):
        raise InvalidArgument("each needs provider and status", field="providerResults")
    if status not in {str(each) for each in SeatState} - {"running"}:
        raise InvalidArgument(f"{status[:40]} is no state of an end", field="providerResults")
    seat = seat_named(provider)
    parts = [f"Verdict: {result['verdict']}" if isinstance(result.get("verdict"), str) else ""]
    parts.append(result["rationale"] if isinstance(result.get("rationale"), str) else "")
    text = "\n".join(part for part in parts if part)
    text = text.encode("utf-8", "replace").decode()
    model = result.get("model")
    return SeatAnswer(
        seat=Seat(name=seat.name, cli=seat.cli, model=seat.model),
        state=SeatState(status),
        text=text,
        sha256=digest_of(text),
        model=model if isinstance(model, str) else "",
        warning="Told by the client, not asked by the gateway.",
    )


def _receipt_told(receipt: Receipt, raw: dict[str, str] | None, form: str) -> ToolAnswer:
    told: dict[str, Any] = {
        "success": True,
        "validationId": receipt.validation_id,
        "status": "minted",
        "sha256": receipt.sha256,
        "seq": receipt.seq,
    }
    file = as_file(receipt, raw)
    try:
        verify(file)
    except NotGenuine as error:
        told |= {"status": "verification_failed", "note": str(error)}
    if form == "markdown":
        text = as_markdown(receipt, raw)
        return ToolAnswer(structured={**told, "markdown": text}, text=text)
    return ToolAnswer(structured={**told, "receipt": as_object(receipt, raw)}, text=file.decode())


def tools(parts: PanelParts) -> tuple[McpTool, ...]:
    calls = _Calls(parts)
    job_id = option("jobId", TEXT, "As a report names it.")
    return (
        McpTool(
            name="job_status",
            title="Job status",
            description="How a reviewer's job stands.",
            guide=Guide(
                when="a panel that was asked with wait false",
                returns="the reviewer's job",
                costs="nothing",
                example={"jobId": "job_1"},
            ),
            takes=(job_id,),
            needs=frozenset({"jobId"}),
            tells={"job": _OBJECT},
            call=calls.job_status,
            scope=Scope.JOBS_RUN,
            reads_only=True,
        ),
        McpTool(
            name="job_result",
            title="Job result",
            description="A reviewer's answer, with its verdict read out.",
            guide=Guide(
                when="one reviewer's whole answer",
                returns="response and verdict",
                costs="nothing",
                example={"jobId": "job_1"},
            ),
            takes=(
                job_id,
                option("provider", TEXT, "Whose it must be."),
                option("maxChars", whole_number(1000, 2_000_000), "200000."),
            ),
            needs=frozenset({"jobId"}),
            tells={"result": _OBJECT, "response": _STRING},
            call=calls.job_result,
            scope=Scope.JOBS_RUN,
            reads_only=True,
            core_takes=frozenset[str](),
        ),
        *_of_panels(calls),
    )


def _of_panels(calls: _Calls) -> tuple[McpTool, ...]:
    return (
        McpTool(
            name="compare_answers",
            title="Compare answers",
            description="What answers share, say alone and contradict; computed here.",
            guide=Guide(
                when="two answers that you have",
                returns="a report",
                costs="nothing",
                example={"question": "Why?", "answers": ["…", "…"]},
            ),
            takes=(
                option("question", TEXT, "What was asked."),
                option("answers", TEXTS, "2 to 16."),
            ),
            needs=frozenset({"question", "answers"}),
            tells=TOLD,
            call=calls.compare,
            scope=Scope.MCP,
            profiles=REVIEW_AND_FULL,
            reads_only=True,
            is_idempotent=True,
        ),
        McpTool(
            name=str(Intent.SYNTHESIS),
            title="Synthesize validation",
            description="A judge, asked once, over a panel's exact answers without their names.",
            guide=Guide(
                when="one answer out of a panel",
                returns="the judge's report",
                costs="tokens of the judge",
                example={"validationId": "val_1"},
            ),
            takes=(
                option("validationId", TEXT, "The panel; this or providerResults."),
                option("question", TEXT, "What they were asked."),
                option(
                    "providerResults",
                    {"type": "array", "items": {"type": "object"}},
                    "Results as reports hold them.",
                ),
                option("judgeModel", TEXT, "codex."),
                option("wait", ON, "false: return at once."),
            ),
            refuses=dict.fromkeys(("workingDir", "workspace"), _NO_FOLDER),
            tells=TOLD,
            call=calls.synthesize,
            scope=Scope.JOBS_RUN,
            profiles=REVIEW_AND_FULL,
            reaches_out=True,
        ),
        McpTool(
            name="validation_receipt",
            title="Validation receipt",
            description="A signed record of a panel that has ended; minted when first asked for.",
            guide=Guide(
                when="proof of a panel",
                returns="the receipt",
                costs="nothing",
                example={"validationId": "val_1"},
            ),
            takes=(
                option("validationId", TEXT, "The panel."),
                option("format", one_of("json", "markdown"), "json."),
                option("includeRawResponses", ON, "With whole answers."),
            ),
            needs=frozenset({"validationId"}),
            tells={"validationId": _STRING, "status": _STRING},
            call=calls.receipt,
            scope=Scope.JOBS_RUN,
            profiles=REVIEW_AND_FULL,
            is_idempotent=True,
        ),
    )
