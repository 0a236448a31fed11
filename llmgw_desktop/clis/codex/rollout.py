"""What a run of Codex used, out of its session's file: its output tells of the whole session, and
nothing of what is left of a subscription."""

import math
from collections.abc import Iterator

import orjson

from llmgw_desktop.clis.codex.usage import usage_of
from llmgw_desktop.clis.json_lines import Message
from llmgw_desktop.clis.sums import plus
from llmgw_desktop.clis.told import object_of
from llmgw_desktop.domain.account import QuotaWindow
from llmgw_desktop.domain.cli import UsageTold
from llmgw_desktop.domain.usage import UNKNOWN_USAGE

PATH = ".codex/sessions/*/*/*/rollout-*-{session_id}.jsonl"
_MOST_MINUTES = 366 * 1440
_MARKS = (b'"task_started"', b'"token_count"')


def read_usage(content: bytes) -> UsageTold | None:
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
    return UsageTold(usage=used, windows=windows)


def _windows(told: Message) -> tuple[QuotaWindow, ...]:
    parts = ((name, object_of(told.get(name))) for name in ("primary", "secondary"))
    return tuple(
        QuotaWindow(
            name=_named(part.get("window_minutes")) or name,
            used_share=min(max(used / 100, 0.0), 1.0),
            resets_at_s=_number(part.get("resets_at")),
        )
        for name, part in parts
        if (used := _number(part.get("used_percent"))) is not None
    )


def _named(minutes: object) -> str:
    """`5h`, `7d`, as other vendors call theirs."""
    length = _number(minutes)
    if length is None or not 0 < length < _MOST_MINUTES or length != int(length):
        return ""
    for unit, size in (("d", 1440), ("h", 60), ("m", 1)):
        if length % size == 0:
            return f"{int(length) // size}{unit}"
    return ""


def _number(value: object) -> float | None:
    is_number = isinstance(value, int | float) and not isinstance(value, bool)
    return float(value) if is_number and math.isfinite(value) else None  # type: ignore[arg-type]


def _events(content: bytes) -> Iterator[Message]:
    """A line that is still being written, or was torn, tells nothing."""
    for line in content.split(b"\n"):
        if not any(mark in line for mark in _MARKS):
            continue
        try:
            written = object_of(orjson.loads(line))
        except orjson.JSONDecodeError:
            continue
        event = object_of(written.get("payload"))
        if written.get("type") == "event_msg" and event.get("type") in (
            "task_started",
            "token_count",
        ):
            yield event
