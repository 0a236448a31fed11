"""What the tools of panels share: what they stand on, how they wait, and what they tell."""

import asyncio
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from llmgw_desktop.domain.validation import RunChanged, SeatEnded, ValidationRun
from llmgw_desktop.engine.mcp.tool import Schema, ToolAnswer, ToolCall
from llmgw_desktop.engine.validation.report import as_text, report_object
from llmgw_desktop.engine.validation.service import ValidationService

TOLD: Schema = {"tool": {"type": "string"}, "report": {"type": "object"}}


@dataclass(frozen=True, slots=True, kw_only=True)
class PanelParts:
    """What the tools of panels are given."""

    validations: ValidationService
    env: Mapping[str, str]
    """Of which git is handed what it needs."""
    wait_s: Callable[[], float | None]
    """How long a call may take; the panel goes on."""
    folder_of: Callable[[str], str] | None = None
    """Of a workspace, by its alias; in a thread. Raises NotFound."""


async def waited(
    validations: ValidationService, run: ValidationRun, call: ToolCall, within_s: float | None
) -> ValidationRun:
    """When it has ended, or the time is over; tells meanwhile who has answered."""
    if call.progress is None:
        return await validations.wait(run.id, run.owner, within_s)
    try:
        async with asyncio.timeout(within_s):
            await _tell_progress(validations, run, call)
    except TimeoutError:
        pass
    return await validations.get(run.id, run.owner)


async def _tell_progress(
    validations: ValidationService, run: ValidationRun, call: ToolCall
) -> None:
    assert call.progress is not None
    total = len(run.answers) + (run.request.judge is not None or run.judge is not None)
    done = sum(not answer.is_live for answer in run.answers)
    async for event in validations.watch(run.id, run.owner, texts=False):
        if isinstance(event, SeatEnded):
            done += 1
            answer = event.answer
            await call.progress(done, total, f"{answer.seat.name}: {answer.state}")
        elif isinstance(event, RunChanged) and event.run.has_ended:
            return


async def reported(validations: ValidationService, run: ValidationRun) -> ToolAnswer:
    reading = await validations.read(run)
    structured = {
        "success": True,
        "tool": str(run.request.intent),
        "readMostly": True,
        "report": report_object(reading),
    }
    return ToolAnswer(structured=structured, text=as_text(reading))
