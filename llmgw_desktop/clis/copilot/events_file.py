"""What Copilot used: it says so in a file of its session, and nowhere in its output."""

from collections.abc import Iterator

import orjson

from llmgw_desktop.clis.json_lines import Message
from llmgw_desktop.clis.sums import plus
from llmgw_desktop.clis.told import count_of, object_of, text_of
from llmgw_desktop.domain.cli import UsageTold
from llmgw_desktop.domain.usage import UNKNOWN_USAGE, Usage

PATH = ".copilot/session-state/{session_id}/events.jsonl"
_BEGINS = ("session.start", "session.resume")
_RECORD = "session.usage_record"
_MARKS = tuple(f'"{kind}"'.encode() for kind in (*_BEGINS, _RECORD))


def read_usage(content: bytes) -> UsageTold | None:
    """Of the session's last run: one record a model's call, also of a run that was cut off. Its
    last event's figures are those of the whole session and say less."""
    used = UNKNOWN_USAGE
    for event in _events(content):
        if text_of(event.get("type")) in _BEGINS:
            used = UNKNOWN_USAGE
        elif event.get("type") == _RECORD:
            used = plus(used, _usage_of(object_of(object_of(event.get("data")).get("usage"))))
    return None if used == UNKNOWN_USAGE else UsageTold(usage=used)


def _events(content: bytes) -> Iterator[Message]:
    """A line that is still being written, or was torn, tells nothing."""
    for line in content.split(b"\n"):
        if not any(mark in line for mark in _MARKS):
            continue
        try:
            event = orjson.loads(line)
        except orjson.JSONDecodeError:
            continue
        yield object_of(event)


def _usage_of(record: Message) -> Usage:
    return Usage(
        input_tokens=count_of(record.get("inputTokens")),
        output_tokens=count_of(record.get("outputTokens")),
        cache_read_tokens=count_of(record.get("cacheReadTokens")),
        cache_write_tokens=count_of(record.get("cacheWriteTokens")),
        reasoning_tokens=count_of(record.get("reasoningTokens")),
    )
