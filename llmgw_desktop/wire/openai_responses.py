"""OpenAI Responses and the Codex flavour of it: reads answers, writes stream errors, and goes on
from answers that are kept by their id.

Bodies and streams are relayed untouched by others; here a copy is read. Errors that are no stream
and model lists are the same as those of Chat Completions. Where answers are kept, for whom and for
how long, is the business of the engine and the store.
"""

import re
from collections.abc import Mapping, Sequence
from typing import Any, TypeGuard
from urllib.parse import parse_qs

import orjson
from typing_extensions import override

from llmgw_desktop.domain.errors import MalformedRequest
from llmgw_desktop.domain.usage import UNKNOWN_USAGE, Usage
from llmgw_desktop.wire.answer_facts import (
    AnswerFacts,
    EventStreamReader,
    TellingNames,
    error_in,
    event_or_nothing,
    object_in,
    parse_answer,
    word_in,
)
from llmgw_desktop.wire.sse import around, data_of, event_of, last_of
from llmgw_desktop.wire.usages.openai import responses_usage

MOST_FRAME_BYTES = 64 * 1024 * 1024
"""The last event repeats the whole answer, pictures included."""

_WORDS = (
    b"response.c",  # created, completed, cancelled
    b"response.incomplete",
    b"response.failed",
    b"event: error",
    b"event:error",
)
_TELLING = TellingNames(("error",), _WORDS)
_NUMBER = re.compile(rb'"sequence_number"\s*:\s*(\d{1,18})\s*[,}]')
_ENDS = {"response.completed": "completed", "response.incomplete": "incomplete"}
_FAILURES = ("response.failed", "response.cancelled", "error")


def translated_id(flight_word: str) -> str:
    """Of an answer that we write; the word is that of the flight's own id."""
    return f"resp_{flight_word}"


class ResponsesStreamReader(EventStreamReader):
    """Parses the first and the last event alone. `stop_reason` is `completed`, or why it is not:
    `max_output_tokens`, `content_filter`; only the terminal event tells it."""

    __slots__ = ("_last", "usage")
    _telling = _TELLING

    def __init__(self) -> None:
        super().__init__(MOST_FRAME_BYTES)
        self._last = b""
        """What came last of whole events."""
        self.usage: Usage = UNKNOWN_USAGE

    @override
    def feed(self, chunk: bytes) -> bool:
        frames = self._splitter.plain(chunk)
        if frames is None:
            for frame in self._splitter.feed(chunk):
                self._last = frame
                self._look(frame)
        elif frames:
            self._last = frames
            if places := self._telling.places(frames):
                for start, stop in around(frames, places):
                    self._read(frames[start:stop])
            return not places and frames is chunk
        return False

    @override
    @property
    def next_number(self) -> int:
        told = _NUMBER.findall(last_of(self._last))
        return int(told[-1]) + 1 if told else 0

    @override
    def finish(self) -> None:
        tail = self._splitter.tail
        if self._telling.places(tail):
            self._read(tail, is_tail=True)

    @override
    def _read(self, frame: bytes, *, is_tail: bool = False) -> None:
        """A last frame that is torn is no end, whatever its name is."""
        data = data_of(frame)
        event = event_or_nothing(data)
        kind = event.get("type") or event_of(frame).decode(errors="replace")
        if kind in _FAILURES or ("type" not in event and event.get("error") is not None):
            self._note_error(event, data)
            self._note(object_in(event, "response"))
        elif kind in _ENDS and (event or not is_tail):
            response = object_in(event, "response")
            self._note(response)
            self.stop_reason = _stop_reason(response) or _ENDS[kind]
            self.is_complete = True
        elif kind == "response.created":
            self._note(object_in(event, "response"))

    def _note(self, response: dict[str, Any]) -> None:
        self.model = word_in(response, "model") or self.model
        self.answer_id = word_in(response, "id") or self.answer_id
        told = responses_usage(response)
        if told != UNKNOWN_USAGE:
            self.usage = told

    def _note_error(self, event: dict[str, Any], data: bytes) -> None:
        text = error_in(object_in(event, "response")) or error_in(event)
        if text is None and isinstance(event.get("message"), str):
            text = error_in({"error": event | {"type": event.get("code")}})
        if text is None:
            text = data[:2000].decode(errors="replace") or "an error without a message"
        self.error_text = self.error_text or text


def read_answer(body: bytes) -> AnswerFacts:
    """The facts of an answer that is not streamed; UpstreamGarbage if it is not a JSON object."""
    answer = parse_answer(body)
    return AnswerFacts(
        usage=responses_usage(answer),
        stop_reason=_stop_reason(answer),
        model=word_in(answer, "model"),
        error_text=error_in(answer),
        answer_id=word_in(answer, "id"),
    )


def stream_error(message: str, kind: str, *, tail: bytes = b"", number: int = 0) -> bytes:
    """What ends a broken stream honestly: an error event and no response.completed.

    `kind` is that of our error, `tail` what the client has got of an unfinished frame
    (the reader's `tail`), `number` the event's (its `next_number`). A frame of which only the name
    has come is taken over; half JSON cannot be taken back in this protocol: the client fails on
    it, which is at least no clean end.
    """
    joint = b"\n\n"
    if b"data" not in tail:
        joint = b"" if not tail or tail.endswith((b"\n", b"\r")) else b"\n"
    return joint + error_frame(message, kind, number)


def error_frame(message: str, code: str, sequence_number: int) -> bytes:
    """The vendor's error event. The official SDKs raise for its `error` member alone, which the
    vendor sends too, beside the members of the documented form."""
    event = {
        "type": "error",
        "sequence_number": sequence_number,
        "code": code,
        "message": message,
        "param": None,
        "error": {"type": "server_error", "code": code, "message": message, "param": None},
    }
    return b"event: error\ndata: %b\n\n" % orjson.dumps(event)


def _stop_reason(response: dict[str, Any]) -> str | None:
    why = word_in(object_in(response, "incomplete_details"), "reason")
    return why or word_in(response, "status")


LISTED = 20
MOST_LISTED = 100
_PREFIXES = {
    "message": "msg",
    "reasoning": "rs",
    "function_call": "fc",
    "function_call_output": "fco",
}


def item_list(items: Sequence[Any], response_id: str, query: str) -> bytes:
    """The page that is asked for. Raises MalformedRequest with the parameter's name."""
    asked = parse_qs(query)
    named = [_named(item, at, response_id) for at, item in enumerate(items)]
    if _one(asked, "order", "desc", ("asc", "desc")) == "desc":
        named.reverse()
    after = asked.get("after", [""])[-1]
    if after:
        ids = [item["id"] for item in named]
        if after not in ids:
            raise MalformedRequest(f"there is no item '{after[:80]}' to go on after", path="after")
        named = named[ids.index(after) + 1 :]
    limit = _limit(asked)
    page = named[:limit]
    return orjson.dumps(
        {
            "object": "list",
            "data": page,
            "first_id": page[0]["id"] if page else None,
            "last_id": page[-1]["id"] if page else None,
            "has_more": len(named) > limit,
        }
    )


def _named(item: Any, at: int, response_id: str) -> dict[str, Any]:
    """With an id, which callers need not give, and in the long form of a plain text."""
    told = dict(item) if isinstance(item, Mapping) else {"type": "message", "content": item}
    kind = told.setdefault("type", "message")
    if kind == "message" and isinstance(told.get("content"), str):
        part = "output_text" if told.get("role") == "assistant" else "input_text"
        told["content"] = [{"type": part, "text": told["content"]}]
    if not isinstance(told.get("id"), str):
        told["id"] = f"{_PREFIXES.get(str(kind), 'item')}_{response_id.partition('_')[2]}_{at}"
    return told


def _one(asked: Mapping[str, list[str]], name: str, default: str, words: tuple[str, ...]) -> str:
    given = asked.get(name, [default])[-1]
    if given not in words:
        raise MalformedRequest(f"it must be one of {', '.join(words)}", path=name)
    return given


def _limit(asked: Mapping[str, list[str]]) -> int:
    given = asked.get("limit", [str(LISTED)])[-1]
    if not (given.isascii() and given.isdecimal() and 1 <= int(given[:9]) <= MOST_LISTED):
        raise MalformedRequest(f"it must be a whole number from 1 to {MOST_LISTED}", path="limit")
    return int(given)


_OURS = re.compile(r"[a-z]+_(\w+)_[0-9]+")
"""Of an item that we wrote: its kind, the word of its answer's id, its place."""


def expanded(fields: Mapping[str, Any], stored_items: Sequence[Any]) -> dict[str, Any]:
    """The request with the conversation that it goes on from put before its own input.

    `stored_items` are inputs and outputs of all turns so far, the oldest first. The id is gone
    from the outcome, so that nobody goes on from it twice; references to stored items are too,
    for the items themselves stand there.
    """
    own = fields.get("input")
    items: Sequence[Any] = own if isinstance(own, list) else []
    if isinstance(own, str):
        items = [{"type": "message", "role": "user", "content": own}]
    named = [item.get("id") for item in stored_items if isinstance(item, dict)]
    ids = {name for name in named if isinstance(name, str)}
    fresh = [item for item in items if not _refers_to(item, ids)]
    rest = {name: value for name, value in fields.items() if name != "previous_response_id"}
    return {**rest, "input": [*stored_items, *fresh]}


def referred(fields: Mapping[str, Any]) -> list[str]:
    """The ids that stand in the input in place of items. Quick where there are none."""
    given = fields.get("input")
    items: Sequence[Any] = given if isinstance(given, list) else ()
    return [item["id"] for item in items if _is_reference(item)]


def answer_of(item_id: str) -> str | None:
    """The id of the answer that an item of ours belongs to; None of anybody else's."""
    ours = _OURS.fullmatch(item_id)
    return None if ours is None else translated_id(ours[1])


def filled_in(fields: Mapping[str, Any], stored: Mapping[str, Any]) -> dict[str, Any]:
    """The request with these items, by their ids, where its input refers to them."""
    items = [
        stored.get(item["id"], item) if _is_reference(item) else item for item in fields["input"]
    ]
    return {**fields, "input": items}


def _refers_to(item: object, ids: set[str]) -> bool:
    return _is_reference(item) and item["id"] in ids


def _is_reference(item: object) -> TypeGuard[dict[str, Any]]:
    if type(item) is not dict or item.get("type", "item_reference") != "item_reference":
        return False
    return "role" not in item and isinstance(item.get("id"), str)
