"""What Copilot used: it says so in a file of its session, and nowhere in its output."""

from collections.abc import Iterator

import orjson

from llmgw_desktop.clis.json_lines import Message
from llmgw_desktop.clis.told import count_of, object_of, sum_of, text_of
from llmgw_desktop.domain.cli import UsageTold
from llmgw_desktop.domain.usage import Usage

PATH = ".copilot/session-state/{session_id}/events.jsonl"
_BEGINS = ("session.start", "session.resume")
_RECORD = "session.usage_record"
_MARKS = tuple(f'"{kind}"'.encode() for kind in (*_BEGINS, _RECORD))


def read_usage(content: bytes) -> UsageTold | None:
    """Of the session's last run: one record a model's call, also of a run that was cut off. Its
    last event's figures are those of the whole session and say less."""
    records: list[Message] = []
    for event in _events(content):
        if text_of(event.get("type")) in _BEGINS:
            records.clear()
        elif event.get("type") == _RECORD:
            records.append(object_of(object_of(event.get("data")).get("usage")))
    return UsageTold(usage=_sum(records)) if records else None


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


def _sum(records: list[Message]) -> Usage:
    def total(name: str) -> int | None:
        return sum_of(*(count_of(record.get(name)) for record in records))

    return Usage(
        input_tokens=total("inputTokens"),
        output_tokens=total("outputTokens"),
        cache_read_tokens=total("cacheReadTokens"),
        cache_write_tokens=total("cacheWriteTokens"),
        reasoning_tokens=total("reasoningTokens"),
    )
