"""Several models asked the same: to check a question, an answer, a text, a claim or changes."""

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from typing import Any

from llmgw_desktop.clis.cli import Option
from llmgw_desktop.clis.fields import ON, TEXT, TEXTS, one_of, option, whole_number
from llmgw_desktop.domain.access.principal import Scope
from llmgw_desktop.domain.cli import ErrorCategory
from llmgw_desktop.domain.validation import (
    Intent,
    PanelRequest,
    RunChanged,
    SeatEnded,
    ValidationRun,
)
from llmgw_desktop.domain.values import value
from llmgw_desktop.engine.mcp.tool import (
    EVERY_PROFILE,
    REVIEW_AND_FULL,
    Guide,
    InvalidArgument,
    McpTool,
    McpToolCall,
    Schema,
    ToolAnswer,
)
from llmgw_desktop.engine.validation.evidence import SCOPES, ChangesAsked, capture
from llmgw_desktop.engine.validation.prompts import (
    DEFAULT_FOCUS,
    panel_prompt,
    seat_named,
    seats_named,
)
from llmgw_desktop.engine.validation.report import as_text, report_object
from llmgw_desktop.engine.validation.service import ValidationService

TOLD: Schema = {"tool": {"type": "string"}, "report": {"type": "object"}}


@value
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
    validations: ValidationService, run: ValidationRun, call: McpToolCall, within_s: float | None
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
    validations: ValidationService, run: ValidationRun, call: McpToolCall
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


PANEL = ("claude", "codex")
_MODELS = option("models", TEXTS, "CLIs, `claude:opus`, or other models; claude and codex.")
_WAIT = option("wait", ON, "false: return at once.")
_NO_SELECT = {"select": "no model is chosen by its price here; name one, or leave it out"}
_JUDGE = option("judgeModel", TEXT, "Judges when all have ended.")
_NO_CURSOR = {"trustCursorWorkspace": "Cursor's CLI is no reviewer here; leave it out"}
_MOST_PATHS, _LONGEST_PATH = 256, 4096
_LONGEST_BASE, _LONGEST_FOCUS = 512, 20_000
_MOST_BYTES = 16 * 1024 * 1024
_MOST_PROMPT = 128_000


class _Calls:
    def __init__(self, parts: PanelParts) -> None:
        self._parts = parts
        self._validations = parts.validations

    async def validate(self, call: McpToolCall) -> ToolAnswer:
        given = call.arguments
        return await self._asked(
            call,
            Intent.VALIDATE,
            question=given["question"],
            focus=given.get("focus", DEFAULT_FOCUS),
            names=given.get("models", PANEL),
        )

    async def second_opinion(self, call: McpToolCall) -> ToolAnswer:
        given = call.arguments
        return await self._asked(
            call,
            Intent.SECOND_OPINION,
            question=given.get("question", ""),
            content=given["answer"],
            names=[given.get("model", "codex")],
        )

    async def red_team(self, call: McpToolCall) -> ToolAnswer:
        given = call.arguments
        return await self._asked(
            call,
            Intent.RED_TEAM,
            content=given["content"],
            is_adversarial=given.get("riskLevel") == "high",
            names=given.get("models", PANEL),
        )

    async def consensus(self, call: McpToolCall) -> ToolAnswer:
        given = call.arguments
        names = given.get("models", PANEL)
        return await self._asked(call, Intent.CONSENSUS, content=given["claim"], names=names)

    async def ask(self, call: McpToolCall) -> ToolAnswer:
        given = call.arguments
        names = [given.get("model", "claude")]
        return await self._asked(call, Intent.ASK, question=given["question"], names=names)

    async def review(self, call: McpToolCall) -> ToolAnswer:
        given = call.arguments
        _check_lengths(given)
        most = given.get("maxArtifactBytes", 120_000)
        asked = ChangesAsked(
            folder=await self._folder(given, is_remote=call.principal.is_remote),
            scope=given.get("scope", "auto"),
            base=given.get("base", ""),
            paths=tuple(given.get("paths", ())),
            most_bytes=most,
            is_bound="workspace" in given,
        )
        evidence = await asyncio.to_thread(capture, asked, self._parts.env)
        request = PanelRequest(
            intent=Intent.REVIEW,
            seats=seats_named(given.get("models", PANEL)),
            content=evidence.content,
            focus=given.get("focus", ""),
            is_adversarial=given.get("stance") == "adversarial",
            judge=_judge(given),
            working_dir=evidence.folder,
            workspace=given.get("workspace", ""),
            evidence=evidence.told,
            may_upload=given.get("allowApiUpload", False),
        )
        size = len(panel_prompt(request).encode("utf-8", "replace"))
        most_prompt = given.get("maxPromptBytes", _MOST_PROMPT)
        if size > most_prompt:
            raise InvalidArgument(
                f"the prompt has {size} bytes; name fewer paths, or allow more",
                field="maxPromptBytes",
                category=ErrorCategory.INPUT_TOO_LARGE,
            )
        return await self._started(call, request)

    async def _asked(
        self, call: McpToolCall, intent: Intent, *, names: list[str], **fields: Any
    ) -> ToolAnswer:
        judge = _judge(call.arguments)
        seats = seats_named(names)
        return await self._started(
            call, PanelRequest(intent=intent, seats=seats, judge=judge, **fields)
        )

    async def _started(self, call: McpToolCall, request: PanelRequest) -> ToolAnswer:
        run = await self._validations.start(request, call.principal, project=call.project)
        if call.arguments.get("wait", True):
            run = await waited(self._validations, run, call, self._parts.wait_s())
        return await reported(self._validations, run)

    async def _folder(self, given: Mapping[str, Any], *, is_remote: bool) -> str:
        alias, folder = given.get("workspace"), given.get("workingDir")
        if alias and folder:
            raise InvalidArgument("name the folder or the workspace", field="workspace")
        if folder and is_remote:
            raise InvalidArgument("callers elsewhere name a workspace", field="workingDir")
        if folder:
            return str(folder)
        if not alias:
            raise InvalidArgument("say where the changes lie", field="workingDir")
        if self._parts.folder_of is None:
            raise InvalidArgument("name the folder as workingDir", field="workspace")
        return await asyncio.to_thread(self._parts.folder_of, alias)


def tools(parts: PanelParts) -> tuple[McpTool, ...]:
    calls = _Calls(parts)
    question = option("question", TEXT, "What was asked.")
    return (
        _panel(
            Intent.ASK,
            "Ask a model",
            "One question to one model.",
            guide=Guide(
                when="a plain question",
                returns="a report with the answer",
                costs="its tokens",
                example={"question": "Is this regex safe?"},
            ),
            takes=(option("question", TEXT, "The question."), option("model", TEXT, "claude.")),
            call=calls.ask,
            needs="question",
            is_core=True,
        ),
        _panel(
            Intent.SECOND_OPINION,
            "Second opinion",
            "Another model checks an answer.",
            guide=Guide(
                when="doubt of your own answer",
                returns="a report with a verdict",
                costs="its tokens",
                example={"answer": "It is O(n)."},
            ),
            takes=(
                option("answer", TEXT, "What to check."),
                question,
                option("model", TEXT, "codex."),
            ),
            call=calls.second_opinion,
            needs="answer",
            is_core=True,
        ),
        _panel(
            Intent.VALIDATE,
            "Validate with models",
            "Models answer the same question apart; verdicts are compared.",
            guide=Guide(
                when="a decision that is dear to get wrong",
                returns="answers and where they differ",
                costs="tokens of each model",
                example={"question": "Is this migration safe?"},
            ),
            takes=(
                option("question", TEXT, "What to check."),
                _MODELS,
                option("focus", TEXT, "What to look at."),
                _JUDGE,
            ),
            call=calls.validate,
            needs="question",
        ),
        _panel(
            Intent.RED_TEAM,
            "Red team review",
            "Models attack a text, each apart.",
            guide=Guide(
                when="a plan or text before others see it",
                returns="what each found",
                costs="tokens of each model",
                example={"content": "Our plan: …"},
            ),
            takes=(
                option("content", TEXT, "What to attack."),
                option("riskLevel", one_of("normal", "high"), "normal."),
                _MODELS,
                _JUDGE,
            ),
            call=calls.red_team,
            needs="content",
        ),
        _panel(
            Intent.CONSENSUS,
            "Consensus check",
            "Models agree or disagree with a claim, each apart.",
            guide=Guide(
                when="one claim",
                returns="who agrees and why",
                costs="tokens of each model",
                example={"claim": "UTF-8 never holds byte FF."},
            ),
            takes=(option("claim", TEXT, "The claim."), _MODELS, _JUDGE),
            call=calls.consensus,
            needs="claim",
        ),
        _panel(
            Intent.REVIEW,
            "Review changes",
            "Freezes a repository's changes whole; models review them, reading only.",
            guide=Guide(
                when="a review before a commit",
                returns="findings of each reviewer",
                costs="tokens of each model; no file changes",
                example={"workingDir": "/home/me/src/site"},
            ),
            takes=_REVIEW,
            call=calls.review,
        ),
    )


_REVIEW = (
    option("workingDir", TEXT, "A folder of the repository."),
    option("workspace", TEXT, "Or its alias."),
    option("scope", one_of(*SCOPES), "auto: uncommitted, else branch."),
    option("base", TEXT, "What the branch began from; the commit."),
    option("paths", TEXTS, "Only these."),
    option("stance", one_of("standard", "adversarial"), "standard."),
    option("focus", TEXT, "What to look at."),
    _MODELS,
    _JUDGE,
    option("allowApiUpload", ON, "Models that are no CLI may see the changes."),
    option("maxArtifactBytes", whole_number(1024, _MOST_BYTES), "120000."),
    option("maxPromptBytes", whole_number(1024, _MOST_BYTES), "128000."),
)


def _panel(  # noqa: PLR0913 - a row of the table
    intent: Intent,
    title: str,
    description: str,
    *,
    guide: Guide,
    takes: tuple[Option, ...],
    call: Callable[[McpToolCall], Awaitable[ToolAnswer]],
    needs: str = "",
    is_core: bool = False,
) -> McpTool:
    shown = frozenset(each.name for each in takes)
    return McpTool(
        name=str(intent),
        title=title,
        description=description,
        guide=guide,
        takes=(*takes, _WAIT),
        refuses=_NO_CURSOR if intent is Intent.REVIEW else _NO_SELECT,
        needs=frozenset({needs} if needs else ()),
        tells=TOLD,
        call=call,
        scope=Scope.JOBS_RUN,
        profiles=EVERY_PROFILE if is_core else REVIEW_AND_FULL,
        reads_only=intent is Intent.REVIEW,
        reaches_out=True,
        core_takes=shown,
    )


def _check_lengths(given: Mapping[str, Any]) -> None:
    """Of what git is handed as arguments, and of what the prompt begins with."""
    paths = given.get("paths", ())
    if len(paths) > _MOST_PATHS or any(len(path) > _LONGEST_PATH for path in paths):
        raise InvalidArgument(
            f"name {_MOST_PATHS} at most, of {_LONGEST_PATH} characters each", field="paths"
        )
    for name, most in (("base", _LONGEST_BASE), ("focus", _LONGEST_FOCUS)):
        if len(given.get(name, "")) > most:
            raise InvalidArgument(f"it has at most {most} characters", field=name)


def _judge(given: Mapping[str, Any]) -> Any:
    named = given.get("judgeModel")
    return None if named is None else seat_named(named)
