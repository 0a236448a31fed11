"""OpenAI Chat Completions: reads requests and answers, writes model lists and errors.

Many servers speak this protocol with small differences; the well known ones are read here.
Bodies and streams are relayed by others. Which error gets which status and words stands in
`wire/errors.py`.
"""

from collections.abc import Mapping, Sequence
from typing import Any

import orjson
from typing_extensions import override

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
from llmgw_desktop.wire.json_edits import (
    Body,
    insert_member,
    member_value,
    parse_object,
    replace_value,
)
from llmgw_desktop.wire.models import ModelEntry
from llmgw_desktop.wire.sse import SseSplitter, around, data_of
from llmgw_desktop.wire.usages.openai import chat_usage

_DONE = b"[DONE]"
_TELLING = TellingNames(("usage", "finish_reason", "error"), (_DONE,))
_USAGE = TellingNames(("usage",), ())
_ONLY_USAGE = b'{"include_usage":true}'
_FRAMES_WITHOUT_MODEL = 8
"""So many frames are looked at for a model name; then the stream has none."""


def asks_for_usage(fields: Mapping[str, Any]) -> bool:
    """Whether the client itself wants the chunk with usage at the end of its stream."""
    return object_in(fields, "stream_options").get("include_usage") is True


def with_stream_usage(body: Body, fields: Mapping[str, Any]) -> Body:
    """The body of a stream request so that usage comes at the end, though the client did not ask.

    Its other stream options stay. Options that are no object are left to the vendor to refuse.
    """
    if "stream_options" not in fields:
        return insert_member(body, "stream_options", _ONLY_USAGE, fields=fields)
    options = fields["stream_options"]
    if options is None:
        wanted = _ONLY_USAGE
    elif type(options) is dict:
        written = member_value(body, "stream_options", fields)
        put = replace_value if "include_usage" in options else insert_member
        wanted = bytes(put(written, "include_usage", b"true"))
    else:
        return body
    return replace_value(body, "stream_options", wanted, fields=fields)


class ChatStreamReader(EventStreamReader):
    """Usage may stand in any chunk; the last one wins and null is no usage. `is_complete` is true
    after [DONE] alone. Some servers close without it: then `has_finish` says whether the model at
    least gave its reason to stop, and the pipeline judges what that is worth."""

    __slots__ = ("_is_told_early", "_nameless_frames", "usage")
    _telling = _TELLING

    def __init__(self) -> None:
        super().__init__()
        self._nameless_frames = 0
        self.usage: Usage = UNKNOWN_USAGE
        self._is_told_early = False

    @override
    @property
    def _is_curious(self) -> bool:
        return self.model is None and self._nameless_frames < _FRAMES_WITHOUT_MODEL

    @override
    def _read(self, frame: bytes) -> None:
        data = data_of(frame)
        if data.startswith(_DONE):
            self.is_complete = True
            return
        chunk = event_or_nothing(data)
        if self.model is None:
            self.model = word_in(chunk, "model")
            self._nameless_frames += 1
        has_stopped, choices = False, _choices(chunk)
        for choice in choices:
            if reason := word_in(choice, "finish_reason"):
                self.stop_reason, has_stopped = reason, True
        told = usage_of(chunk)
        if told != UNKNOWN_USAGE:
            self.usage, self._is_told_early = told, bool(choices) and not has_stopped
        elif has_stopped and self._is_told_early:
            self.usage = self.usage.broken_off(0)  # with words that came before the last
        self.error_text = self.error_text or error_in(chunk)


class UsageChunkFilter:
    """Takes the chunk with usage alone out of a stream whose client did not ask for it.

    Works on whole frames: the beginning of a frame waits for its end. After a stream that was cut,
    leave `flush` uncalled, and the client gets no torn frame.
    """

    __slots__ = ("_splitter",)

    def __init__(self) -> None:
        self._splitter = SseSplitter()

    def feed(self, chunk: bytes, *, is_plain: bool = False) -> bytes:
        """`is_plain`: whoever read it before found whole frames that tell nothing."""
        if is_plain and self._splitter.is_empty:
            return chunk
        frames = self._splitter.plain(chunk)
        if frames is None:
            return b"".join([each for each in self._splitter.feed(chunk) if not _is_hidden(each)])
        places = _USAGE.places(frames)
        if not places:
            return frames
        shown, end = [], 0
        for start, stop in around(frames, places):
            if _is_usage_alone(frames[start:stop]):
                shown.append(frames[end:start])
                end = stop
        return b"".join([*shown, frames[end:]])

    def flush(self) -> bytes:
        """What is left when the stream ended without a blank line."""
        tail = self._splitter.tail
        self._splitter = SseSplitter()
        return tail


def read_answer(body: bytes) -> AnswerFacts:
    """The facts of an answer that is not streamed; UpstreamGarbage if it is not a JSON object."""
    answer = parse_answer(body)
    reasons = [word_in(choice, "finish_reason") for choice in _choices(answer)]
    return AnswerFacts(
        usage=usage_of(answer),
        stop_reason=next((reason for reason in reasons if reason), None),
        model=word_in(answer, "model"),
        error_text=error_in(answer),
    )


def usage_of(payload: Mapping[str, Any]) -> Usage:
    """The figures of an answer or of one chunk, wherever the server puts them."""
    return chat_usage(_usage_in(payload), payload)


def error_body(
    kind: str,
    message: str,
    *,
    code: str | None = None,
    param: str | None = None,
    more: Mapping[str, object] | None = None,
) -> bytes:
    """The vendor's error envelope; `kind` is one of the vendor's words, `more` what is ours."""
    error = {"message": message, "type": kind, "param": param, "code": code}
    return orjson.dumps({"error": {**error, **(more or {})}})


def stream_error(message: str, kind: str, *, tail: bytes = b"", number: int = 0) -> bytes:
    """What ends a broken stream honestly: an error chunk and no [DONE].

    `kind` is that of our error, `tail` what the client has got of an unfinished frame
    (the reader's `tail`). There is no way to take a torn frame back in this protocol: the client
    fails on its half JSON, which is at least no clean end.
    """
    del number  # events of this protocol have none
    joint = b"\n\n" if tail else b""
    return b"%bdata: %b\n\n" % (joint, error_body("server_error", message, code=kind))


def model_list(models: Sequence[ModelEntry]) -> bytes:
    return orjson.dumps({"object": "list", "data": [_model_object(model) for model in models]})


def model_entry(model: ModelEntry) -> bytes:
    return orjson.dumps(_model_object(model))


def _model_object(model: ModelEntry) -> dict[str, object]:
    return {
        "id": model.id,
        "object": "model",
        # the protocol demands a number here; 0 is what servers send that do not know
        "created": model.created_s or 0,
        "owned_by": model.provider,
        "x_gateway": model.gateway_facts,
    }


def _is_hidden(frame: bytes) -> bool:
    return bool(_USAGE.places(frame)) and _is_usage_alone(frame)


def _is_usage_alone(frame: bytes) -> bool:
    try:
        chunk = parse_object(data_of(frame))
    except ValueError:
        return False
    return type(chunk.get("usage")) is dict and not chunk.get("choices") and not chunk.get("error")


def _choices(payload: Mapping[str, Any]) -> list[dict[str, Any]]:
    choices = payload.get("choices")
    if type(choices) is not list:
        return []
    return [choice for choice in choices if type(choice) is dict]


def _usage_in(payload: Mapping[str, Any]) -> object:
    """Where servers put it: on top, in the last choice (Moonshot), under x_groq (Groq)."""
    if figures := payload.get("usage"):
        return figures
    places = (*_choices(payload), object_in(payload, "x_groq"))
    return next((figures for place in places if (figures := place.get("usage"))), None)
