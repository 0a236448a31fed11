"""What Vibe prints with `--output=streaming`, what it leaves behind of what it used, and how it
says that it tries again.
"""

import re
from collections.abc import Iterator

import orjson
from typing_extensions import override

from llmgw_desktop.clis.cli import RetryWords, SignIn
from llmgw_desktop.clis.failures import told_on_stderr
from llmgw_desktop.clis.json_lines import JsonLinesReader, Message
from llmgw_desktop.clis.told import (
    cost_of,
    if_used,
    object_of,
    objects_of,
    one_line,
    text_of,
    usage_in,
)
from llmgw_desktop.domain.cli import (
    CliEvent,
    CliRequest,
    ErrorCategory,
    Retrying,
    RunEnded,
    RunUsageTold,
    SessionWish,
    ToolBegan,
    ToolEnded,
)

SIGN_IN = SignIn(
    command=("vibe", "--setup"),
    guidance=(
        "Vibe is not signed in, or its key is refused: run `vibe --setup` in a terminal, or set"
        " MISTRAL_API_KEY."
    ),
    files=(".vibe/.env",),
    variables=("MISTRAL_API_KEY",),
    kept=(".vibe/.env",),
    homes={"VIBE_HOME": ".vibe"},
)
NOISE = r"^Reading API keys from"
_STOPPED = re.compile(r"Stopped: (\S+)")
_WENT_WELL = {"completed": True, "failed": False}


class VibeReader(JsonLinesReader):
    """Today it prints the new turn alone; its other format prints a resumed session from its
    beginning, and who knows of the next version. So of a resumed one only what comes behind the
    prompt of this run counts."""

    def __init__(self, request: CliRequest) -> None:
        super().__init__("Vibe", SIGN_IN, noise=NOISE)
        self._prompt = request.prompt.strip()
        self._is_ours = request.session is SessionWish.NEW
        self._last_turn: list[Message] = []
        """Entries since the last turn began, while it is not known to be this run's."""

    @override
    def _message(self, message: Message) -> Iterator[CliEvent]:
        yield from self._session_told(text_of(message.get("sessionId")))
        if message.get("role") == "user" and message.get("source") == "turn_start":
            self._begin_turn(message)
        elif self._is_ours:
            yield from self._entry(message)
        else:
            self._last_turn.append(message)

    @override
    def _kept_back(self) -> Iterator[CliEvent]:
        """Where no turn had our prompt the last one is ours: it was written otherwise."""
        for message in self._last_turn:
            yield from self._entry(message)

    @override
    def _unfinished(self, exit_code: int | None, stderr: str) -> RunEnded:
        told = "\n".join(told_on_stderr(stderr, self._noise))
        stopped = _STOPPED.match(told)
        if stopped is not None:
            return _stopped(stopped.group(1))
        if exit_code and told.startswith("Error: "):
            return self._failed(told.removeprefix("Error: "))
        return super()._unfinished(exit_code, stderr)

    def _begin_turn(self, message: Message) -> None:
        self._end = None
        self._last_turn.clear()
        self._is_ours = self._is_ours or _words(message).strip() == self._prompt

    def _entry(self, message: Message) -> Iterator[CliEvent]:
        """Whatever comes behind an answer shows that it was not the last word."""
        self._end = None
        match message.get("type"):
            case "reasoning":
                yield from self._thought(text_of(message.get("text")))
            case "effect":
                yield from _tool(message)
            case "message" if message.get("role") == "assistant":
                self.next_message()
                yield from self._said(_words(message))
                if object_of(message.get("outcome")).get("type") == "committed":
                    self._end = RunEnded(ok=True)


def _stopped(why: str) -> RunEnded:
    """By a bound that the request set, or by a signal."""
    return RunEnded(
        ok=False,
        error=f"Vibe stopped before it was done: {why}.",
        category=ErrorCategory.TIMEOUT if why == "deadline" else ErrorCategory.CLI,
        stop_reason=why,
    )


def _words(message: Message) -> str:
    blocks = objects_of(message.get("content"))
    return "".join(text_of(block.get("text")) for block in blocks if block.get("type") == "text")


def _tool(message: Message) -> Iterator[CliEvent]:
    """It is told of when it is done."""
    detail, state = object_of(message.get("detail")), object_of(message.get("state"))
    display = object_of(detail.get("display"))
    call_id = text_of(message.get("id"))
    yield ToolBegan(
        call_id=call_id,
        name=text_of(detail.get("toolName")) or text_of(message.get("title")),
        summary=one_line(display.get("message") or display.get("summary")),
    )
    ok = _WENT_WELL.get(text_of(state.get("status")))
    if object_of(state.get("display")).get("success") is False:
        ok = False
    yield ToolEnded(call_id=call_id, ok=ok)


_LINE = re.compile(
    r"\S+ \d+ (?P<process>\d{1,10}) \w+ Retrying model completion"
    r" \(attempt (?P<number>\d{1,6}), delay (?P<pause>\d{1,9}(?:\.\d{1,9})?)s\): (?P<why>.*)"
)
_STATUS = re.compile(r"\berror '(?P<status>[45]\d\d)\b(?P<words>[^']*)'")


def read(line: bytes) -> Retrying | None:
    found = _found(line)
    if found is None:
        return None
    told = _STATUS.search(found["why"])
    return Retrying(
        reason=f"{told['status']}{told['words']}" if told else found["why"],
        attempt=int(found["number"]),
        status=int(told["status"]) if told else None,
        pause_s=float(found["pause"]),
    )


def process_of(line: bytes) -> int | None:
    found = _found(line)
    return None if found is None else int(found["process"])


def _found(line: bytes) -> re.Match[str] | None:
    if b" Retrying model completion " not in line:
        return None
    return _LINE.match(line.decode("utf-8", "replace"))


RETRY_WORDS = RetryWords(read=read, path=".vibe/logs/vibe.log", process_of=process_of)


PATH = "{folder}/export.json"


def read_usage(content: bytes) -> RunUsageTold | None:
    """Of export.json, or of meta.json as older versions wrote it beside their sessions."""
    try:
        told = object_of(orjson.loads(content))
    except orjson.JSONDecodeError:
        return None
    return _of_export(told) if "usage" in told else _of_meta(object_of(told.get("stats")))


def _of_export(told: Message) -> RunUsageTold | None:
    figures, cache = object_of(told.get("usage")), ("cached_input_tokens", "")
    usage = if_used(usage_in(figures, "input_tokens", "output_tokens", cache=cache))
    cost = cost_of(told.get("cost_usd"))
    return None if usage is None else RunUsageTold(usage=usage, cost_usd=cost)


def _of_meta(stats: Message) -> RunUsageTold | None:
    """Of the whole session."""
    usage = if_used(usage_in(stats, "session_prompt_tokens", "session_completion_tokens"))
    if usage is None:
        return None
    return RunUsageTold(
        usage=usage,
        cost_usd=cost_of(stats.get("session_cost")),
        is_cumulative=True,
        is_cost_cumulative=True,
    )
