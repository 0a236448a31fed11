"""What Vibe prints with `--output=streaming`: one whole entry of the session a line."""

import re
from collections.abc import Iterator

from typing_extensions import override

from llmgw_desktop.clis.cli import SignIn
from llmgw_desktop.clis.json_lines import JsonLinesReader, Message
from llmgw_desktop.clis.stderr import told_on_stderr
from llmgw_desktop.clis.told import object_of, objects_of, one_line, text_of
from llmgw_desktop.domain.cli import (
    CliEvent,
    CliRequest,
    ErrorCategory,
    RunEnded,
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
                self._next_message()
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
