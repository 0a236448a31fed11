"""The events in which OpenAI Responses streams an answer, from the items of the whole one."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from tests.support.answers import Answer
from tests.support.anthropic_dialect import split
from tests.support.responses_dialect import dump, opening, response

Json = dict[str, Any]
_Told = Iterator[tuple[str, Json]]


def stream(body: Json, answer: Answer, number: int) -> list[bytes]:
    events = list(_events(body, answer, number))
    if answer.error_after is not None:
        failure = {"code": "server_error", "message": "The server had an error"}
        failed = opening(body, number) | {"status": "failed", "error": failure}
        events = [*events[: answer.error_after], ("response.failed", {"response": failed})]
    return [_frame(name, data, at) for at, (name, data) in enumerate(events)]


def _events(body: Json, answer: Answer, number: int) -> _Told:
    begun, ended = opening(body, number), response(body, answer, number)
    yield "response.created", {"response": begun}
    yield "response.in_progress", {"response": begun}
    for at, item in enumerate(ended["output"]):
        yield "response.output_item.added", {"output_index": at, "item": _emptied(item)}
        inner = {"output_index": at, "item_id": item["id"]}
        for name, data in _inside(item, answer.pieces):
            yield f"response.{name}", inner | data
        yield "response.output_item.done", {"output_index": at, "item": item}
    yield f"response.{ended['status']}", {"response": ended}


def _emptied(item: Json) -> Json:
    """The item as it is when nothing of it has come."""
    empty = {"summary": [], "content": [], "arguments": "", "input": "", "status": "in_progress"}
    # The vendor gives a first seal here and the real one at the end.
    early = {"encrypted_content": "ZWFybHk="}
    return item | {key: value for key, value in (empty | early).items() if key in item}


def _inside(item: Json, pieces: int) -> _Told:
    if item["type"] == "reasoning":
        for at, part in enumerate(item["summary"]):
            yield from _part("summary_index", at, part, pieces)
    elif item["type"] == "message":
        for at, part in enumerate(item["content"]):
            yield from _part("content_index", at, part, pieces)
    elif item["type"] == "custom_tool_call":
        yield from _grown("custom_tool_call_input", "input", item["input"], {}, pieces)
    else:
        more = {"name": item["name"]}
        yield from _grown("function_call_arguments", "arguments", item["arguments"], more, pieces)


def _part(index: str, at: int, part: Json, pieces: int) -> _Told:
    word = {
        "summary_text": ("reasoning_summary_part", "reasoning_summary_text", "text"),
        "output_text": ("content_part", "output_text", "text"),
        "refusal": ("content_part", "refusal", "refusal"),
    }
    frame, growing, member = word[part["type"]]
    place = {index: at}
    logprobs = {"logprobs": []} if part["type"] == "output_text" else {}
    yield f"{frame}.added", place | {"part": part | {member: ""}}
    for text in split(part[member], pieces):
        yield f"{growing}.delta", place | {"delta": text} | logprobs
    yield f"{growing}.done", place | {member: part[member]} | logprobs
    yield f"{frame}.done", place | {"part": part}


def _grown(name: str, member: str, text: str, more: Json, pieces: int) -> _Told:
    for piece in split(text, pieces):
        yield f"{name}.delta", {"delta": piece}
    yield f"{name}.done", {member: text} | more


def _frame(name: str, data: Json, at: int) -> bytes:
    body = dump({"type": name, "sequence_number": at} | data)
    return b"event: " + name.encode() + b"\ndata: " + body + b"\n\n"
