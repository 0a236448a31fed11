"""What a run of Codex used, out of its session's file: its output tells of the whole session."""

from collections.abc import Iterator

import orjson

from llmgw_desktop.clis.codex.usage import usage_of
from llmgw_desktop.clis.json_lines import Message
from llmgw_desktop.clis.sums import plus
from llmgw_desktop.clis.told import object_of
from llmgw_desktop.domain.cli import UsageTold
from llmgw_desktop.domain.usage import UNKNOWN_USAGE

PATH = ".codex/sessions/*/*/*/rollout-*-{session_id}.jsonl"
_MARKS = (b'"task_started"', b'"token_count"')


def read_usage(content: bytes) -> UsageTold | None:
    """Of the last turn: the sum of its calls of the model. The same figures are told again when
    something else has changed; they count once."""
    used = UNKNOWN_USAGE
    last_total: object = None
    for event in _events(content):
        if event.get("type") == "task_started":
            used = UNKNOWN_USAGE
            continue
        info = object_of(event.get("info"))
        total = info.get("total_token_usage")
        if total and total != last_total:
            last_total = total
            used = plus(used, usage_of(object_of(info.get("last_token_usage"))))
    return None if used == UNKNOWN_USAGE else UsageTold(usage=used)


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
