"""What Codex prints with `exec --json`, and what a run used, out of the file that it keeps of each
session.
"""

import re
from collections.abc import Iterator

import orjson
from typing_extensions import override

from llmgw_desktop.clis.cli import SignIn
from llmgw_desktop.clis.failures import status_in
from llmgw_desktop.clis.json_lines import JsonLinesReader, Message, marked_messages
from llmgw_desktop.clis.told import (
    first_text,
    number_of,
    object_of,
    one_line,
    plus,
    text_of,
    usage_in,
)
from llmgw_desktop.domain.cli import (
    CliEvent,
    CliRequest,
    Retrying,
    RunEnded,
    RunUsageTold,
    SessionWish,
    ToolBegan,
    ToolEnded,
    Warned,
)
from llmgw_desktop.domain.provider import QuotaWindow
from llmgw_desktop.domain.usage import UNKNOWN_USAGE, Usage


def usage_of(used: Message) -> Usage:
    """`input_tokens` counts cached ones too."""
    cache = ("cached_input_tokens", "cache_write_input_tokens")
    return usage_in(
        used, "input_tokens", "output_tokens", cache=cache, thought="reasoning_output_tokens"
    )


PATH = ".codex/sessions/*/*/*/rollout-*-{session_id}.jsonl"
_MOST_MINUTES = 366 * 1440
_KINDS = ("task_started", "token_count")
_MARKS = tuple(f'"{kind}"'.encode() for kind in _KINDS)


def read_usage(content: bytes) -> RunUsageTold | None:
    """Of the last turn: the sum of its calls of the model. The same figures are told again when
    something else has changed; they count once. Of the quota what was told last."""
    used = UNKNOWN_USAGE
    last_total: object = None
    windows: tuple[QuotaWindow, ...] = ()
    for event in _events(content):
        if event.get("type") == "task_started":
            used = UNKNOWN_USAGE
            continue
        windows = _windows(object_of(event.get("rate_limits"))) or windows
        info = object_of(event.get("info"))
        total = info.get("total_token_usage")
        if total and total != last_total:
            last_total = total
            used = plus(used, usage_of(object_of(info.get("last_token_usage"))))
    if used == UNKNOWN_USAGE and not windows:
        return None
    return RunUsageTold(usage=used, windows=windows)


def _windows(told: Message) -> tuple[QuotaWindow, ...]:
    parts = ((name, object_of(told.get(name))) for name in ("primary", "secondary"))
    return tuple(
        QuotaWindow(
            name=_named(part.get("window_minutes")) or name,
            used_share=min(max(used / 100, 0.0), 1.0),
            resets_at_s=number_of(part.get("resets_at")),
        )
        for name, part in parts
        if (used := number_of(part.get("used_percent"))) is not None
    )


def _named(minutes: object) -> str:
    """`5h`, `7d`, as other vendors call theirs."""
    length = number_of(minutes)
    if length is None or not 0 < length < _MOST_MINUTES or length != int(length):
        return ""
    for unit, size in (("d", 1440), ("h", 60), ("m", 1)):
        if length % size == 0:
            return f"{int(length) // size}{unit}"
    return ""


def _events(content: bytes) -> Iterator[Message]:
    for written in marked_messages(content, _MARKS):
        event = object_of(written.get("payload"))
        if written.get("type") == "event_msg" and event.get("type") in _KINDS:
            yield event


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

    def _item_began(self, item: Message) -> Iterator[CliEvent]:
        call_id = text_of(item.get("id"))
        if _is_tool(item) and call_id not in self._begun:
            self._begun.add(call_id)
            yield ToolBegan(call_id=call_id, name=_tool_name(item), summary=summary_of(item))

    def _item_done(self, item: Message) -> Iterator[CliEvent]:
        match item.get("type"):
            case "agent_message":
                self._answer = text_of(item.get("text"))
                self.next_message()
                yield from self._said(self._answer)
            case "reasoning":
                yield from self._thought(text_of(item.get("text")))
            case "error":
                yield Warned(code="codex_notice", message=text_of(item.get("message")))
            case _ if _is_tool(item):
                yield from self._item_began(item)
                self._begun.discard(text_of(item.get("id")))
                yield ToolEnded(call_id=text_of(item.get("id")), ok=went_well(item))

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
            yield RunUsageTold(usage=usage_of(used), is_cumulative=self._goes_on)
        structured = as_json(self._answer) if self._wants_json else None
        self._end = RunEnded(ok=True, text=self._answer, structured=structured)


def _is_tool(item: Message) -> bool:
    kind = text_of(item.get("type"))
    return bool(kind) and kind not in _NO_TOOLS | {"agent_message", "reasoning", "error"}


def _tool_name(item: Message) -> str:
    server, tool = text_of(item.get("server")), text_of(item.get("tool"))
    return f"{server}.{tool}" if server and tool else tool or text_of(item.get("type"))


def summary_of(item: Message) -> str:
    """What an item does, in a line."""
    changes = item.get("changes")
    if isinstance(changes, list):
        return one_line(", ".join(first_text(change, "path") for change in changes))
    told = first_text(item, "command", "query", "prompt", "path")
    return one_line(told or first_text(item.get("arguments"), "command", "query", "path", "url"))


def went_well(item: Message, code_name: str = "exit_code") -> bool | None:
    """None where it does not tell."""
    code = item.get(code_name)
    if isinstance(code, int):
        return code == 0
    status = item.get("status")
    return status == "completed" if isinstance(status, str) else None


def as_json(text: str) -> object:
    """An answer by a schema; None where it is none."""
    try:
        return orjson.loads(text)
    except orjson.JSONDecodeError:
        return None
