"""What Claude Code prints as stream-json, and what it says that it used."""

from collections.abc import Iterator
from dataclasses import replace

from typing_extensions import override

from llmgw_desktop.clis.cli import SignIn
from llmgw_desktop.clis.failures import failed
from llmgw_desktop.clis.json_lines import JsonLinesReader, Message
from llmgw_desktop.clis.told import (
    cost_of,
    count_of,
    first_text,
    number_of,
    object_of,
    objects_of,
    one_line,
    plus,
    text_of,
    usage_in,
    with_cache,
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


class ClaudeUsage:
    """Adds up the messages of a run, and the ends of its turns: a run can have several."""

    def __init__(self) -> None:
        self._before = UNKNOWN_USAGE
        self._now: dict[str, object] = {}
        self.settled = UNKNOWN_USAGE
        self.cost_usd: float | None = None

    @property
    def so_far(self) -> Usage:
        return plus(self._before, of_usage(self._now))

    def begin(self, usage: Message) -> None:
        """Of a message's first piece; its last one adds what it then knows."""
        self._before = self.so_far
        self._now = dict(usage)

    def add(self, usage: Message) -> None:
        self._now.update({name: told for name, told in usage.items() if told is not None})

    def settle(self, usage: Usage, cost_usd: float | None) -> None:
        self.settled = plus(self.settled, usage)
        if cost_usd is not None:
            self.cost_usd = (self.cost_usd or 0.0) + cost_usd


def of_usage(usage: Message) -> Usage:
    cache = ("cache_read_input_tokens", "cache_creation_input_tokens")
    hour = object_of(usage.get("cache_creation")).get("ephemeral_1h_input_tokens")
    thought = object_of(usage.get("output_tokens_details")).get("thinking_tokens")
    return replace(
        with_cache(usage_in(usage, "input_tokens", "output_tokens", cache=cache)),
        cache_write_1h_tokens=count_of(hour),
        reasoning_tokens=count_of(thought),
    )


def of_models(models: Message) -> tuple[Usage, float | None]:
    """All of them together; no cost where one of them has a price that nobody knows."""
    total = UNKNOWN_USAGE
    costs: list[float | None] = []
    for model in objects_of(list(models.values())):
        total = plus(total, _of_model(model))
        is_known = model.get("costBasis") != "unknown"
        costs.append(cost_of(model.get("costUSD")) if is_known else None)
    known = [cost for cost in costs if cost is not None]
    return total, sum(known) if known and len(known) == len(costs) else None


def _of_model(model: Message) -> Usage:
    cache = ("cacheReadInputTokens", "cacheCreationInputTokens")
    return replace(
        with_cache(
            usage_in(model, "inputTokens", "outputTokens", cache=cache, thought="thinkingTokens")
        ),
        cache_write_1h_tokens=count_of(model.get("cacheCreationEphemeral1hInputTokens")),
    )


SIGN_IN = SignIn(
    command=("claude", "auth", "login"),
    guidance=(
        "Claude Code is not signed in, or its key is refused: run `claude auth login` in a"
        " terminal, or set ANTHROPIC_API_KEY."
    ),
    files=(".claude/.credentials.json", ".claude.json"),
    variables=("ANTHROPIC_API_KEY", "ANTHROPIC_AUTH_TOKEN", "CLAUDE_CODE_OAUTH_TOKEN"),
    kept=(".claude/.credentials.json",),
    homes={"CLAUDE_CONFIG_DIR": ".claude"},
)
_NOISE = r"^\[claude-code:unrecognized_model\]"
_SYNTHETIC = "<synthetic>"
_LIMITS = {
    "error_max_turns": "It reached maxTurns before it was done.",
    "error_max_budget_usd": "It reached maxBudgetUsd before it was done.",
    "error_during_execution": "It broke off.",
    "error_max_structured_output_retries": "It did not find an answer that fits jsonSchema.",
}


_WINDOWS = {
    "five_hour": "5h",
    "seven_day": "7d",
    "seven_day_opus": "7d opus",
    "seven_day_sonnet": "7d sonnet",
    "seven_day_overage_included": "7d of a model",
}
"""As the headers of its vendor's answers call them, where they have a name there."""


def windows_of(told: Message) -> tuple[QuotaWindow, ...]:
    """Of its subscription, as its vendor told it. Older ones tell of the nearest alone."""
    parts = object_of(told.get("unifiedWindows")) or {text_of(told.get("rateLimitType")): told}
    return tuple(
        QuotaWindow(
            name=name,
            used_share=min(max(used, 0.0), 1.0),
            resets_at_s=number_of(part.get("resetsAt")),
        )
        for kind, name in _WINDOWS.items()
        if (used := number_of((part := object_of(parts.get(kind))).get("utilization"))) is not None
    )


class ClaudeReader(JsonLinesReader):
    """Of what subagents do their tools are told; their words are not the answer."""

    def __init__(self, request: CliRequest) -> None:
        super().__init__("Claude Code", SIGN_IN, noise=_NOISE)
        self._goes_on = request.session is not SessionWish.NEW
        self._streamed = ""
        """The message that came in pieces and is not to be said again as a whole."""
        self._spent = ClaudeUsage()
        self._resets_at_s: float | None = None
        """Of the limits that refuse it the last to end."""
        self._windows: tuple[QuotaWindow, ...] = ()

    @override
    def _message(self, message: Message) -> Iterator[CliEvent]:
        yield from self._session_told(text_of(message.get("session_id")))
        match message.get("type"):
            case "system":
                yield from self._system(message)
            case "stream_event":
                if message.get("parent_tool_use_id") is None:
                    yield from self._piece(object_of(message.get("event")))
            case "assistant":
                yield from self._assistant(message)
            case "user":
                yield from _tool_results(message)
            case "rate_limit_event":
                self._limited(object_of(message.get("rate_limit_info")))
            case "result":
                yield from self._result(message)

    def _system(self, message: Message) -> Iterator[CliEvent]:
        match message.get("subtype"):
            case "init":
                yield from self._model_told(text_of(message.get("model")))
            case "api_retry":
                status = count_of(message.get("error_status"))
                reason = text_of(message.get("error")) or "unknown"
                pause_ms = count_of(message.get("retry_delay_ms"))
                yield Retrying(
                    reason=reason if status is None else f"{reason} (HTTP {status})",
                    attempt=count_of(message.get("attempt")),
                    status=status,
                    pause_s=None if pause_ms is None else pause_ms / 1000,
                )

    def _limited(self, told: Message) -> None:
        self._windows = windows_of(told) or self._windows
        resets_at_s = count_of(told.get("resetsAt"))
        if told.get("status") == "rejected" and resets_at_s is not None:
            self._resets_at_s = max(self._resets_at_s or 0.0, float(resets_at_s))

    def _piece(self, event: Message) -> Iterator[CliEvent]:
        match event.get("type"):
            case "message_start":
                begun = object_of(event.get("message"))
                self._streamed = text_of(begun.get("id"))
                self.next_message()
                self._spent.begin(object_of(begun.get("usage")))
                yield from self._model_told(text_of(begun.get("model")))
            case "content_block_delta":
                delta = object_of(event.get("delta"))
                yield from self._said(text_of(delta.get("text")))
                yield from self._thought(text_of(delta.get("thinking")))
            case "message_delta":
                self._spent.add(object_of(event.get("usage")))
                yield RunUsageTold(usage=self._spent.so_far)

    def _assistant(self, message: Message) -> Iterator[CliEvent]:
        said = object_of(message.get("message"))
        is_answer = (
            message.get("parent_tool_use_id") is None
            and message.get("is_api_error_message") is not True
            and said.get("model") != _SYNTHETIC
        )
        if is_answer:
            yield from self._model_told(text_of(said.get("model")))
        is_new = is_answer and (not said.get("id") or said.get("id") != self._streamed)
        if is_new:
            self.next_message()
        for block in objects_of(said.get("content")):
            if block.get("type") == "tool_use":
                yield _tool(block)
            elif is_new:
                yield from self._whole(block)

    def _whole(self, block: Message) -> Iterator[CliEvent]:
        match block.get("type"):
            case "text":
                yield from self._said(text_of(block.get("text")))
            case "thinking":
                yield from self._thought(text_of(block.get("thinking")))

    def _result(self, message: Message) -> Iterator[CliEvent]:
        used = self._used(message)
        if used is None and self._windows:
            used = RunUsageTold(usage=UNKNOWN_USAGE)
        if used is not None:
            yield replace(used, windows=self._windows)
        denials = objects_of(message.get("permission_denials"))
        denied = sorted({one_line(each.get("tool_name")) for each in denials})
        if denied:
            yield Warned(
                code="permission_denied", message=f"It was not allowed to use {', '.join(denied)}."
            )
        end = _end(message)
        self._end = end if end.ok else replace(end, resets_at_s=self._resets_at_s)

    def _used(self, message: Message) -> RunUsageTold | None:
        """Of this run: the model's figures of a resumed session are those of the whole of it,
        but for those since the last result."""
        models = object_of(message.get("model_usage_since_last_result"))
        if models:
            self._spent.settle(*of_models(models))
            return RunUsageTold(usage=self._spent.settled, cost_usd=self._spent.cost_usd)
        usage = of_usage(object_of(message.get("usage")))
        if not object_of(message.get("modelUsage")):
            return None
        cost = cost_of(message.get("total_cost_usd"))
        return RunUsageTold(
            usage=usage, cost_usd=cost, is_cost_cumulative=cost is not None and self._goes_on
        )


def _end(message: Message) -> RunEnded:
    """An error of the API comes with the subtype `success`: `is_error` is what counts."""
    subtype = text_of(message.get("subtype"))
    stop = text_of(message.get("stop_reason")) or None
    text = text_of(message.get("result"))
    if message.get("is_error") is False and subtype == "success":
        structured = message.get("structured_output")
        return RunEnded(ok=True, text=text, stop_reason=stop, structured=structured)
    errors = message.get("errors")
    listed = [each for each in errors if isinstance(each, str)] if isinstance(errors, list) else []
    return failed(
        "\n".join(listed) or text or _LIMITS.get(subtype, "It failed and did not say why."),
        SIGN_IN,
        status=count_of(message.get("api_error_status")),
        stop_reason=stop,
    )


def _tool(block: Message) -> ToolBegan:
    names = ("command", "file_path", "path", "pattern", "url", "query", "description", "prompt")
    return ToolBegan(
        call_id=text_of(block.get("id")),
        name=text_of(block.get("name")),
        summary=one_line(first_text(block.get("input"), *names)),
    )


def _tool_results(message: Message) -> Iterator[ToolEnded]:
    for block in objects_of(object_of(message.get("message")).get("content")):
        if block.get("type") == "tool_result":
            failure = block.get("is_error")
            yield ToolEnded(
                call_id=text_of(block.get("tool_use_id")),
                ok=not failure if isinstance(failure, bool) else None,
            )
