"""Gemini generateContent: reads requests and answers, writes model lists, counts and errors.

Which model is meant and whether a stream is asked for stands in the address, not in the body.
Bodies and streams are relayed untouched by others; here a copy is read. How a stream is cut into
objects stands in `gemini_frames.py`, which error gets which status in `wire/errors.py`.
"""

import re
from collections.abc import Mapping, Sequence
from typing import Any
from urllib.parse import unquote

import orjson

from llmgw_desktop.domain.errors import MalformedRequest
from llmgw_desktop.domain.usage import Usage
from llmgw_desktop.wire.answer_facts import (
    AnswerFacts,
    error_in,
    event_or_nothing,
    has_escaped_name,
    object_in,
    parse_answer,
    word_in,
)
from llmgw_desktop.wire.gemini_frames import GeminiFrames
from llmgw_desktop.wire.models import ModelEntry
from llmgw_desktop.wire.usages.gemini import searches_in, usage_of

_FRAMES_WITHOUT_MODEL = 8
"""So many objects are looked at for a model name; then the stream has none."""
_ADDRESS = re.compile(
    r"(?:/gemini)?(?:/v1beta|/v1)?/(?:projects/[^/]+/locations/[^/]+/publishers/[^/]+/)?"
    r"(models/|tunedModels/)?(.*)",
    re.DOTALL,
)
"""A name may hold `models/` as well, as in `fireworks/accounts/fireworks/models/NAME`."""
_ACTIONS = frozenset(
    {
        "generateContent",
        "streamGenerateContent",
        "countTokens",
        "embedContent",
        "batchEmbedContents",
        "batchGenerateContent",
        "generateAnswer",
        "predict",
        "predictLongRunning",
    }
)
_ERROR_IN_ARRAY = re.compile(rb'\s*\[\s*\{(?=\s*"error")')
_PUBLISHED = "publishers/google/models/"

STATUS_WORDS: Mapping[int, str] = {
    400: "INVALID_ARGUMENT",
    401: "UNAUTHENTICATED",
    402: "FAILED_PRECONDITION",
    403: "PERMISSION_DENIED",
    404: "NOT_FOUND",
    405: "UNIMPLEMENTED",
    408: "DEADLINE_EXCEEDED",
    409: "ABORTED",
    413: "INVALID_ARGUMENT",
    415: "INVALID_ARGUMENT",
    421: "PERMISSION_DENIED",
    429: "RESOURCE_EXHAUSTED",
    499: "CANCELLED",
    500: "INTERNAL",
    501: "UNIMPLEMENTED",
    502: "UNAVAILABLE",
    503: "UNAVAILABLE",
    504: "DEADLINE_EXCEEDED",
    529: "UNAVAILABLE",
}
"""Google's words for HTTP statuses."""

_STREAM_STATUS: Mapping[str, int] = {
    "malformed_request": 400,
    "upstream_refused": 503,
    "upstream_timeout": 504,
    "upstream_cut": 503,
    # the words of other vendors
    "invalid_request_error": 400,
    "authentication_error": 401,
    "permission_error": 403,
    "not_found_error": 404,
    "request_too_large": 413,
    "rate_limit_error": 429,
    "rate_limit_exceeded": 429,
    "insufficient_quota": 429,
    "overloaded_error": 503,
    "timeout_error": 504,
}


def read_address(path: str) -> tuple[str, str]:
    """(model, action) of an address such as `/v1beta/models/{model}:generateContent`.

    `path` is as it came, still encoded. Slashes in a model's name may come plain or encoded;
    `models/` in front of it is taken away, `tunedModels/` belongs to the name. Some clients leave
    `models/` out where the name has a slash: `/v1beta/{provider}/{model}:generateContent`. The
    action is empty where there is none that we know.
    """
    found = _ADDRESS.fullmatch(path)
    collection, rest = (found[1] or "", found[2]) if found else ("", "")
    whole = unquote(rest)
    name, _, action = whole.rpartition(":")
    if action not in _ACTIONS:  # a colon may stand in a model's name as well
        name, action = whole if collection else "", ""
    if collection == "tunedModels/":
        name = f"{collection}{name}"
    name = bare_model(name)
    if not name:
        raise MalformedRequest("a model is required in the address, as models/NAME:ACTION")
    return name, action


def bare_model(name: str) -> str:
    """Without what Google's lists and clients put in front."""
    return name.removeprefix(_PUBLISHED).removeprefix("models/")


def countable(fields: Mapping[str, Any]) -> Mapping[str, Any]:
    """The request of which a countTokens body asks: itself, or the whole one that it holds."""
    for name in ("generateContentRequest", "generate_content_request"):
        if inner := object_in(fields, name):
            return inner
    return fields


class GeminiStreamReader:
    """Reads a copy of a streamed answer for its figures; never raises, whatever comes.

    Nearly every object of a stream tells the usage so far, so the last one that does is kept and
    parsed when somebody asks. A reason to finish is the last word that this protocol has.
    """

    answer_id: str | None = None
    """Nobody goes on from an answer of this protocol by its id."""
    next_number = 0
    """Nobody numbers its events."""

    def __init__(self) -> None:
        self._frames = GeminiFrames()
        self._nameless_frames = 0
        self._reason: str | None = None
        self._reason_frame: bytes | None = None
        self._figures: dict[str, Any] = {}
        """The usage that was told last."""
        self._usage_frame: bytes | None = None
        """A later one that has not been parsed yet."""
        self._usage_before: bytes | None = None
        """And the one before it: the name may stand in the arguments of a call."""
        self._searches = 0
        self._search_frame: bytes | None = None
        self.model: str | None = None
        self.error_text: str | None = None

    @property
    def usage(self) -> Usage:
        self._settle_usage()
        frame, self._search_frame = self._search_frame, None
        if frame is not None:
            self._searches = _searches(event_or_nothing(frame))
        return usage_of(
            self._figures,
            has_ended=self.has_finish,
            searches=self._searches,
            model=self.model,
        )

    @property
    def stop_reason(self) -> str | None:
        frame, self._reason_frame = self._reason_frame, None
        if frame is not None:
            self._reason = _reason(event_or_nothing(frame)) or self._reason
        return self._reason

    @property
    def is_complete(self) -> bool:
        """A reason to finish or to block came; an array must be closed as well."""
        return self.has_finish and not self._frames.is_cut

    @property
    def has_finish(self) -> bool:
        return self.stop_reason is not None

    @property
    def tail(self) -> bytes:
        """What has come of an unfinished frame; `stream_error` wants it."""
        return self._frames.tail

    def feed(self, chunk: bytes) -> bool:
        """False: nobody here knows that a chunk tells nothing."""
        for frame in self._frames.feed(chunk):
            self._read(frame)
        return False

    def finish(self) -> None:
        """The stream ended by itself: what is left counts as a frame, blank line or not."""
        for frame in self._frames.finish():
            self._settle_usage()  # it may be torn, and then the one before it was the last
            self._read(frame)

    def _settle_usage(self) -> None:
        for frame in (self._usage_before, self._usage_frame):
            if frame is not None:
                self._figures = object_in(event_or_nothing(frame), "usageMetadata") or self._figures
        self._usage_before = self._usage_frame = None

    def _read(self, frame: bytes) -> None:
        if has_escaped_name(frame):  # written anew, names are plain
            frame = orjson.dumps(event_or_nothing(frame))
        if frame.count(b'"usageMetadata"'):  # `in` is slow: to it a number might stand there
            self._usage_before, self._usage_frame = self._usage_frame, frame
        if frame.count(b'"webSearchQueries"'):
            self._search_frame = frame
        if frame.count(b'"finishReason"') or frame.count(b'"blockReason"'):
            if self._reason is None:
                self._reason = _reason(event_or_nothing(frame))
            else:  # some servers repeat it in every object
                self._reason_frame = frame
        if frame.count(b'"error"'):
            self.error_text = self.error_text or told_error(event_or_nothing(frame))
        if self.model is None and self._nameless_frames < _FRAMES_WITHOUT_MODEL:
            self.model = word_in(event_or_nothing(frame), "modelVersion")
            self._nameless_frames += 1


def read_answer(body: bytes) -> AnswerFacts:
    """The facts of an answer that is not streamed; UpstreamGarbage if it is not a JSON object."""
    answer = parse_answer(_bare(body))
    reason, model = _reason(answer), word_in(answer, "modelVersion")
    return AnswerFacts(
        usage=usage_of(
            object_in(answer, "usageMetadata"),
            has_ended=reason is not None,
            searches=_searches(answer),
            model=model,
        ),
        stop_reason=reason,
        model=model,
        error_text=told_error(answer),
    )


def _bare(body: bytes) -> bytes:
    """Errors of streams without alt=sse come in the array that the stream would have been."""
    begun = _ERROR_IN_ARRAY.match(body)
    end = body.rstrip()
    return end[begun.end() - 1 : -1] if begun and end[-1:] == b"]" else body


def told_error(payload: Mapping[str, Any]) -> str | None:
    """`STATUS: message` of an error object; None when there is none."""
    error = payload.get("error")
    if type(error) is not dict:
        return error_in(payload)
    told = {"message": error.get("message"), "type": error.get("status") or error.get("code")}
    return error_in({"error": told})


def error_body(status: int, message: str, word: str = "") -> bytes:
    """The vendor's error envelope; `word` where the status alone does not say it."""
    return orjson.dumps({"error": error_object(status, message, word)})


def error_object(status: int, message: str, word: str = "") -> dict[str, object]:
    return {"code": status, "message": message, "status": word or status_word(status)}


def status_word(status: int) -> str:
    """Google's word for an HTTP status."""
    known = STATUS_WORDS.get(status)
    return known or ("INTERNAL" if status >= 500 else "INVALID_ARGUMENT")


def stream_error(message: str, kind: str, *, tail: bytes = b"", number: int = 0) -> bytes:
    """What ends a broken stream honestly: an error object, and nothing that says STOP.

    `kind` is that of our error, `tail` what the client has got of an unfinished frame
    (the reader's `tail`), which also tells the framing. A torn object cannot be taken back in this
    protocol: the client fails on its half JSON, which is at least no clean end.
    """
    del number  # events of this protocol have none
    body = error_body(status_of_kind(kind), message)
    if tail[:1] in (b"[", b","):
        return body + b"]"
    if tail[:1] in (b"}", b"{"):
        return b",\r\n" + body + b"]"
    return b"%bdata: %b\r\n\r\n" % (b"\r\n\r\n" if tail else b"", body)


def status_of_kind(kind: str) -> int:
    """The HTTP status that an error inside a stream tells, by our kind or a vendor's word."""
    if kind in _STREAM_STATUS:
        return _STREAM_STATUS[kind]
    return next((status for status, word in STATUS_WORDS.items() if word == kind), 500)


def model_list(models: Sequence[ModelEntry]) -> bytes:
    return orjson.dumps({"models": [_model_object(model) for model in models]})


def model_entry(model: ModelEntry) -> bytes:
    return orjson.dumps(_model_object(model))


def _model_object(model: ModelEntry) -> dict[str, object]:
    # limits and versions are left out: nobody told them, and 0 would be taken for a limit
    return {
        "name": f"models/{model.id}",
        "displayName": model.shown_name,
        "description": f"Served by {model.provider}",
        "supportedGenerationMethods": ["generateContent", "streamGenerateContent", "countTokens"],
    }


def _searches(payload: Mapping[str, Any]) -> int:
    candidates = payload.get("candidates")
    told = candidates if type(candidates) is list else []
    return sum(searches_in(each) for each in told if type(each) is dict)


def _reason(payload: Mapping[str, Any]) -> str | None:
    candidates = payload.get("candidates")
    told = candidates if type(candidates) is list else []
    reasons = [word_in(each, "finishReason") for each in told if type(each) is dict]
    blocked = word_in(object_in(payload, "promptFeedback"), "blockReason")
    return next((reason for reason in reasons if reason), blocked)
