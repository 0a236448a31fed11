"""What Codex prints with `--json`."""

import re
from collections.abc import Iterator

import orjson
from typing_extensions import override

from llmgw_desktop.clis.cli import SignIn
from llmgw_desktop.clis.codex.usage import usage_of
from llmgw_desktop.clis.failures import status_in
from llmgw_desktop.clis.json_lines import JsonLinesReader, Message
from llmgw_desktop.clis.told import first_text, object_of, one_line, text_of
from llmgw_desktop.domain.cli import (
    CliEvent,
    CliRequest,
    Retrying,
    RunEnded,
    SessionWish,
    ToolBegan,
    ToolEnded,
    UsageTold,
    Warned,
)

SIGN_IN = SignIn(
    command=("codex", "login"),
    guidance=(
        "Codex is not signed in, or its key is refused: run `codex login` in a terminal, or set"
        " CODEX_API_KEY."
    ),
    files=(".codex/auth.json",),
    variables=("CODEX_API_KEY", "OPENAI_API_KEY"),
    kept=(".codex/auth.json",),
    homes={"CODEX_HOME": ".codex"},
)
_NOISE = r"^WARNING: proceeding, even though|^Reading (?:additional input|prompt) from stdin"
_RETRY = re.compile(r"Reconnecting\.\.\. (?:([0-9]+)/[0-9]+)?")
_NO_TOOLS = frozenset({"todo_list", "plan_update", "user_message"})


class CodexReader(JsonLinesReader):
    """Codex says whole messages; a message before a tool's use is part of the answer too, and the
    last one is what it answers in the end."""

    def __init__(self, request: CliRequest) -> None:
        super().__init__("Codex", SIGN_IN, noise=_NOISE)
        self._goes_on = request.session is not SessionWish.NEW
        self._wants_json = request.options.get("outputSchema") is not None
        self._answer = ""
        self._error = ""
        self._begun: set[str] = set()

    @override
    def _message(self, message: Message) -> Iterator[CliEvent]:
        match message.get("type"):
            case "thread.started":
                yield from self._session_told(text_of(message.get("thread_id")))
            case "item.started" | "item.updated":
                yield from self._item_began(object_of(message.get("item")))
            case "item.completed":
                yield from self._item_done(object_of(message.get("item")))
            case "error":
                yield from self._trouble(text_of(message.get("message")))
            case "turn.completed":
                yield from self._done(object_of(message.get("usage")))
            case "turn.failed":
                told = text_of(object_of(message.get("error")).get("message"))
                self._end = self._failed(told or self._error or "It failed.")

    @override
    def _unfinished(self, exit_code: int | None, stderr: str) -> RunEnded:
        return self._failed(self._error) if self._error else super()._unfinished(exit_code, stderr)

    def _item_began(self, item: Message) -> Iterator[CliEvent]:
        call_id = text_of(item.get("id"))
        if _is_tool(item) and call_id not in self._begun:
            self._begun.add(call_id)
            yield ToolBegan(call_id=call_id, name=_tool_name(item), summary=_summary(item))

    def _item_done(self, item: Message) -> Iterator[CliEvent]:
        match item.get("type"):
            case "agent_message":
                self._answer = text_of(item.get("text"))
                self._next_message()
                yield from self._said(self._answer)
            case "reasoning":
                yield from self._thought(text_of(item.get("text")))
            case "error":
                yield Warned(code="codex_notice", message=text_of(item.get("message")))
            case _ if _is_tool(item):
                yield from self._item_began(item)
                self._begun.discard(text_of(item.get("id")))
                yield ToolEnded(call_id=text_of(item.get("id")), ok=_went_well(item))

    def _trouble(self, told: str) -> Iterator[CliEvent]:
        retry = _RETRY.match(told)
        if retry is None:
            self._error = told
            return
        reason = told[retry.end() :].strip(" ()") or told
        attempt = retry.group(1)
        yield Retrying(
            reason=reason, attempt=int(attempt) if attempt else None, status=status_in(reason)
        )

    def _done(self, used: Message) -> Iterator[CliEvent]:
        """The figures are those of the whole session, a fork's those of its parent as well."""
        if used:
            yield UsageTold(usage=usage_of(used), is_cumulative=self._goes_on)
        structured = _as_json(self._answer) if self._wants_json else None
        self._end = RunEnded(ok=True, text=self._answer, structured=structured)


def _is_tool(item: Message) -> bool:
    kind = text_of(item.get("type"))
    return bool(kind) and kind not in _NO_TOOLS | {"agent_message", "reasoning", "error"}


def _tool_name(item: Message) -> str:
    server, tool = text_of(item.get("server")), text_of(item.get("tool"))
    return f"{server}.{tool}" if server and tool else tool or text_of(item.get("type"))


def _summary(item: Message) -> str:
    changes = item.get("changes")
    if isinstance(changes, list):
        return one_line(", ".join(first_text(change, "path") for change in changes))
    told = first_text(item, "command", "query", "prompt", "path")
    return one_line(told or first_text(item.get("arguments"), "command", "query", "path", "url"))


def _went_well(item: Message) -> bool | None:
    code = item.get("exit_code")
    if isinstance(code, int):
        return code == 0
    status = item.get("status")
    return status == "completed" if isinstance(status, str) else None


def _as_json(text: str) -> object:
    try:
        return orjson.loads(text)
    except orjson.JSONDecodeError:
        return None
