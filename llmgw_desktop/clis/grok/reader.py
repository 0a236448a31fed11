"""What the Grok CLI prints as streaming-json: one update of its session a line."""

from collections.abc import Iterator
from dataclasses import replace

from typing_extensions import override

from llmgw_desktop.clis.cli import SignIn
from llmgw_desktop.clis.grok.usage import usage_of
from llmgw_desktop.clis.json_lines import JsonLinesReader, Message
from llmgw_desktop.clis.sums import plus
from llmgw_desktop.clis.told import cost_of, count_of, first_text, object_of, one_line, text_of
from llmgw_desktop.domain.cli import (
    CliEvent,
    CliRequest,
    ErrorCategory,
    RunEnded,
    ToolBegan,
    ToolEnded,
    UsageTold,
    Warned,
)
from llmgw_desktop.domain.usage import UNKNOWN_USAGE

SIGN_IN = SignIn(
    command=("grok", "login"),
    guidance=(
        "Grok is not signed in, or its key is refused: run `grok login` in a terminal (`grok"
        " login --device-auth` without a browser), or set XAI_API_KEY."
    ),
    files=(".grok/auth.json",),
    variables=("XAI_API_KEY",),
    kept=(".grok/auth.json",),
    homes={"GROK_HOME": ".grok"},
)
CANCELED = (
    "Grok ended its turn because it may not use a tool unasked; allow it (permissionMode, allow"
    " or alwaysApprove), or ask for something else."
)
_NOT_FOUND = "not found locally"
_WENT_WELL = {"completed": True, "failed": False}


class GrokReader(JsonLinesReader):
    """Its answer comes in pieces, and is not repeated as a whole."""

    def __init__(self, _: CliRequest) -> None:
        super().__init__("Grok", SIGN_IN)
        self._used = UNKNOWN_USAGE
        self._error = ""
        self._is_out_of_turns = False

    @override
    def _message(self, message: Message) -> Iterator[CliEvent]:
        match message.get("type"):
            case "text":
                yield from self._said(text_of(message.get("data")))
            case "thought":
                yield from self._thought(text_of(message.get("data")))
            case "tool_call":
                self._next_message()
                yield _tool(message)
            case "tool_call_update":
                yield from _tool_result(message)
            case "usage":
                yield from self._call_used(object_of(message.get("usage")))
            case "error":
                told = plain(text_of(message.get("message")))
                self._error = told or "It failed and did not say why."
            case "max_turns_reached":
                self._is_out_of_turns = True
            case "end":
                yield from self._ended(message)

    @override
    def _unfinished(self, exit_code: int | None, stderr: str) -> RunEnded:
        if self._error:
            return self._failed(self._error)
        return without_sign_in(super()._unfinished(exit_code, stderr), stderr)

    def _call_used(self, used: Message) -> Iterator[UsageTold]:
        """By one call of its model: the run's so far is their sum."""
        usage = usage_of(used)
        if usage is not None:
            self._used = plus(self._used, usage)
            yield UsageTold(usage=self._used)

    def _ended(self, message: Message) -> Iterator[CliEvent]:
        yield from self._session_told(text_of(message.get("sessionId")))
        models = list(object_of(message.get("modelUsage")))
        if len(models) == 1:
            yield from self._model_told(models[0])
        usage = usage_of(object_of(message.get("usage")))
        if usage is not None:
            yield UsageTold(usage=usage, cost_usd=cost_of(message.get("total_cost_usd")))
        stop = text_of(message.get("stopReason"))
        self._end = self._judged(message, stop)
        if self._end.ok and stop != "end_turn":
            words = f"Grok stopped for another reason than being done: {stop or 'none told'}."
            yield Warned(code="stop_reason", message=words)

    def _judged(self, message: Message, stop: str) -> RunEnded:
        """It exits with 0 where a turn was canceled as well."""
        unfit = text_of(message.get("structuredOutputError"))
        if self._error:
            return self._failed(self._error)
        if self._is_out_of_turns:
            return stopped("Grok reached maxTurns before it was done.", "max_turns")
        if stop == "cancelled":
            return stopped(CANCELED, stop)
        if unfit:
            return stopped(f"Its answer does not fit jsonSchema: {unfit}", stop)
        return RunEnded(
            ok=True, stop_reason=stop or None, structured=message.get("structuredOutput")
        )


def stopped(error: str, stop: str) -> RunEnded:
    return RunEnded(ok=False, error=error, category=ErrorCategory.CLI, stop_reason=stop or None)


def without_sign_in(end: RunEnded, stderr: str) -> RunEnded:
    """A session that is not on this computer it looks for elsewhere, for which it wants a sign-in:
    what is wrong is the session."""
    if _NOT_FOUND not in stderr:
        return end
    error = end.error.removesuffix(SIGN_IN.guidance).rstrip()
    return replace(end, error=error, category=ErrorCategory.CLI)


def plain(told: str) -> str:
    """The first line of its message, which tells its own insides behind that."""
    words = told.removeprefix("Internal error: ").strip().strip('"')
    return words.replace("\\n", "\n").split("\n\n")[0].strip()


def _tool(message: Message) -> ToolBegan:
    names = ("command", "path", "file_path", "target_file", "pattern", "query")
    return ToolBegan(
        call_id=text_of(message.get("toolCallId")),
        name=text_of(message.get("toolName")) or text_of(message.get("title")),
        summary=one_line(first_text(message.get("rawInput"), *names)),
    )


def _tool_result(message: Message) -> Iterator[ToolEnded]:
    ok = _WENT_WELL.get(text_of(message.get("status")))
    if ok is not None:
        exit_code = count_of(object_of(message.get("rawOutput")).get("exit_code"))
        yield ToolEnded(call_id=text_of(message.get("toolCallId")), ok=ok and not exit_code)
