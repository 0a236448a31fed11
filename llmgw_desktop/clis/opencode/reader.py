"""What opencode prints with `--format=json`, and how it says that it tries again."""

import re
from collections.abc import Iterator

from typing_extensions import override

from llmgw_desktop.clis.cli import RetryWords, SignIn
from llmgw_desktop.clis.json_lines import JsonLinesReader, Message
from llmgw_desktop.clis.told import (
    cost_of,
    count_of,
    first_text,
    if_used,
    object_of,
    one_line,
    plus,
    text_of,
    usage_in,
    with_cache,
    with_thought,
)
from llmgw_desktop.domain.cli import (
    CliEvent,
    CliRequest,
    Retrying,
    RunEnded,
    RunUsageTold,
    ToolBegan,
    ToolEnded,
)
from llmgw_desktop.domain.usage import UNKNOWN_USAGE, Usage

SIGN_IN = SignIn(
    command=("opencode", "auth", "login"),
    guidance=(
        "opencode is not signed in with the model's vendor, or its key is refused: run `opencode"
        " auth login` in a terminal and choose the vendor, or set the variable that holds its key."
    ),
    files=(".local/share/opencode/auth.json",),
    kept=(".local/share/opencode/auth.json",),
    homes={"XDG_DATA_HOME": ".local/share"},
)
_GOES_ON = "tool-calls"
_WENT_WELL = {"completed": True, "error": False}


class OpencodeReader(JsonLinesReader):
    """A run is done when a step has ended that does not go on with tools."""

    def __init__(self, _: CliRequest) -> None:
        super().__init__("opencode", SIGN_IN)
        self._used = UNKNOWN_USAGE
        self._cost: float | None = None
        self._failure: RunEnded | None = None

    @override
    def _message(self, message: Message) -> Iterator[CliEvent]:
        yield from self._session_told(text_of(message.get("sessionID")))
        part = object_of(message.get("part"))
        match message.get("type"):
            case "step_start":
                self._end = None
            case "text":
                self.next_message()
                yield from self._said(text_of(part.get("text")))
            case "reasoning":
                yield from self._thought(text_of(part.get("text")))
            case "tool_use":
                yield from _tool(part)
            case "step_finish":
                yield from self._step_done(part)
            case "error":
                self._trouble(object_of(message.get("error")))

    @override
    def _unfinished(self, exit_code: int | None, stderr: str) -> RunEnded:
        return self._failure or super()._unfinished(exit_code, stderr)

    def _step_done(self, part: Message) -> Iterator[CliEvent]:
        reason = text_of(part.get("reason"))
        if reason != _GOES_ON and self._failure is None:
            self._end = RunEnded(ok=True, stop_reason=reason or None)
        usage = _usage_of(object_of(part.get("tokens")))
        if usage is None:
            return
        self._used = plus(self._used, usage)
        cost = cost_of(part.get("cost"))
        self._cost = self._cost if cost is None else (self._cost or 0.0) + cost
        yield RunUsageTold(usage=self._used, cost_usd=self._cost)

    def _trouble(self, error: Message) -> None:
        data = object_of(error.get("data"))
        name = text_of(error.get("name"))
        told = text_of(data.get("message")) or name or "It failed and did not say why."
        status = count_of(data.get("statusCode"))
        if name == "ProviderAuthError" and status is None:
            told = f"Authentication failed: {told}"
        self._end = None
        self._failure = self._failed(told, status)


def _usage_of(tokens: Message) -> Usage | None:
    """Its input leaves out what was cached, and its output what was thought."""
    told = {**tokens, **object_of(tokens.get("cache"))}
    usage = usage_in(told, "input", "output", cache=("read", "write"), thought="reasoning")
    return if_used(with_thought(with_cache(usage)))


def _tool(part: Message) -> Iterator[CliEvent]:
    """It is told of when it is done."""
    state = object_of(part.get("state"))
    call_id = text_of(part.get("callID"))
    names = ("command", "filePath", "path", "pattern", "url")
    summary = first_text(state, "title") or first_text(state.get("input"), *names)
    yield ToolBegan(call_id=call_id, name=text_of(part.get("tool")), summary=one_line(summary))
    ok = _WENT_WELL.get(text_of(state.get("status")))
    if ok is not None:
        exit_code = count_of(object_of(state.get("metadata")).get("exit"))
        yield ToolEnded(call_id=call_id, ok=ok and not exit_code)


LOGS = ("--print-logs", "--log-level=ERROR")
_ERROR = re.compile(r'\berror\.error="(?:AI_\w+: )?(?P<words>(?:[^"\\]|\\.)*)"')


def read(line: bytes) -> Retrying | None:
    """The errors of titles, which small models make, are no matter of the run."""
    if b'message="stream error"' not in line or b" small=true " in line:
        return None
    found = _ERROR.search(line.decode("utf-8", "replace"))
    return Retrying(reason=found["words"] if found else "its upstream failed")


RETRY_WORDS = RetryWords(read=read)
