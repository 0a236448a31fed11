"""Events become the stream of an answer in Responses: every event that its clients wait for.

A message stays open while text follows text; each item ends when the next one begins, so that the
last one can still say that it was cut. The same machine without frames writes whole answers. The
response object that first and last events hold has members that official SDKs demand; those that
say what was asked for come from the request.
"""

from collections.abc import Mapping
from typing import Any

import orjson

from llmgw_desktop.domain.model.answer import (
    Answer,
    AnswerBegun,
    AnswerEvent,
    AnswerFailed,
    ItemGrew,
    Stop,
    StopKind,
    UsageTold,
)
from llmgw_desktop.domain.model.content import Citation, Item, Signature
from llmgw_desktop.domain.usage import UNKNOWN_USAGE, Usage
from llmgw_desktop.wire.openai_responses import error_frame, translated_id
from llmgw_desktop.wire.translate.answer_events import InTurn, take
from llmgw_desktop.wire.translate.codec import RequestContext
from llmgw_desktop.wire.translate.losses import Feature, LossReport
from llmgw_desktop.wire.translate.openai_responses.open_items import Frames
from llmgw_desktop.wire.translate.openai_responses.output_items import Output
from llmgw_desktop.wire.translate.openai_responses.vendor import DEFAULTS
from llmgw_desktop.wire.translate.usage import estimated_comment

_IN_PARTS = frozenset({"text", "reasoning"})
"""Of these, what the request leaves out is told all the same."""
_OF_CODEX = {"instructions": DEFAULTS["instructions"], "tools": DEFAULTS["tools"], "store": False}
_FILTERED = "content_filter"
_INCOMPLETE = {
    StopKind.LENGTH: "max_output_tokens",
    StopKind.CONTEXT: "max_output_tokens",
    StopKind.REFUSAL: _FILTERED,
}
_CODES = frozenset(
    {
        "server_error",
        "rate_limit_exceeded",
        "invalid_prompt",
        "context_length_exceeded",
        "insufficient_quota",
    }
)


def asked_for(asked: RequestContext, *, is_codex: bool) -> dict[str, Any]:
    """What the answer repeats of its request.

    The Codex flavour's callers never look at it; it would be most of a short answer.
    """
    told: dict[str, Any] = {
        name: value for name, value in (asked.prompt.echo or {}).items() if value is not None
    }
    for name in _IN_PARTS & told.keys():
        told[name] = {**DEFAULTS[name], **told[name]}
    members = {**DEFAULTS, **told}
    if is_codex:
        members |= _OF_CODEX
    if members["tools"]:
        members["tools"] = [_tool(tool) for tool in members["tools"]]
    return members


def response_object(
    head: Mapping[str, Any], status: str, output: object, repeated: Mapping[str, Any], **more: Any
) -> dict[str, Any]:
    """`head`: id, created_at, model; `more`: error, incomplete_details, usage."""
    return {
        **head,
        "object": "response",
        "status": status,
        "background": False,
        "error": None,
        "incomplete_details": None,
        "output": output,
        "usage": None,
        **repeated,
        **more,
    }


def usage_object(usage: Usage) -> dict[str, Any] | None:
    """None where a sum is not known. Details that are not known are null: whoever passes an answer
    on has counted them for clients that want numbers (`translate/usage.py`)."""
    asked, answered = usage.input_tokens, usage.output_tokens
    if asked is None or answered is None:
        return None
    cached = None
    if usage.cache_read_tokens is not None:
        cached = {"cached_tokens": usage.cache_read_tokens}
        if usage.cache_write_tokens is not None:
            cached["cache_write_tokens"] = usage.cache_write_tokens
    thought = usage.reasoning_tokens
    return {
        "input_tokens": asked,
        "input_tokens_details": cached,
        "output_tokens": answered,
        "output_tokens_details": None if thought is None else {"reasoning_tokens": thought},
        "total_tokens": asked + answered,
    }


def incomplete_reason(stop: Stop, *, has_refused: bool) -> str | None:
    """None for an answer that is complete; a refusal in words is one."""
    reason = _INCOMPLETE.get(stop.kind)
    return None if has_refused and reason == _FILTERED else reason


def error_object(message: str, kind: str, status: int | None = None) -> dict[str, Any]:
    """The vendor has few words for what went wrong, and clients know them alone."""
    if kind in _CODES:
        return {"code": kind, "message": message}
    code = "rate_limit_exceeded" if status == 429 or "rate_limit" in kind else "server_error"
    return {"code": code, "message": message}


def _tool(tool: object) -> object:
    """Functions are repeated with all their members."""
    if not isinstance(tool, dict) or tool.get("type") != "function":
        return tool
    return {"description": None, "parameters": None, "strict": None, **tool}


# a member of an enum is dear to look up, and these are looked at in every answer
_STOP_SEQUENCE = StopKind.STOP_SEQUENCE
_UNTOLD = frozenset({StopKind.PAUSE, StopKind.CONTEXT})


class ResponsesEventWriter:
    """One answer; an `EventWriter`."""

    content_type = "text/event-stream"

    def __init__(
        self,
        asked: RequestContext,
        report: LossReport,
        *,
        is_codex: bool = False,
        has_frames: bool = True,
    ) -> None:
        self._asked = asked
        self._report = report
        self._is_codex = is_codex
        self._in_turn = InTurn()
        self._frames = Frames(is_wanted=has_frames)
        self._output = Output(asked.answer_id, self._frames, report)
        self._usage = UNKNOWN_USAGE
        self._head: dict[str, Any] = {}
        self._repeated: dict[str, Any] = {}
        self._is_over = False
        self.response: dict[str, Any] = {}
        """The whole answer, after AnswerEnded."""

    def write(self, event: AnswerEvent) -> bytes:
        for each in self._in_turn.feed(event):
            take(self, each)
        return self._frames.taken()

    def grow(self, index: int, more: str) -> bytes:
        if index == self._in_turn.shown:
            self._output.grow(index, more)
            return self._frames.taken()
        return self.write(ItemGrew(index=index, more=more))

    def take(self, answer: Answer) -> None:
        """A whole one: its items are in turn already, and each is whole when it begins."""
        self._begin(answer.model, answer.created_s)
        output = self._output
        for index, item in enumerate(answer.items):
            output.begin(index, item)
            output.end(index, None)
        self._usage = answer.usage
        self.end(answer.stop)

    def fail(self, message: str, kind: str) -> bytes:
        """The vendor's own pair: an error event, for which SDKs raise, and response.failed."""
        self._fail(message, kind, None)
        return self._frames.taken()

    def grow_item(self, index: int, more: str) -> None:
        self._output.grow(index, more)

    def begin_item(self, index: int, item: Item) -> None:
        self._begin("", None)
        self._output.begin(index, item)

    def cite(self, index: int, citation: Citation) -> None:
        self._output.cite(index, citation)

    def end_item(self, index: int, signature: Signature | None) -> None:
        self._output.end(index, signature)

    def tell_usage(self, told: UsageTold) -> None:
        self._usage = told.usage

    def begin(self, begun: AnswerBegun) -> None:
        self._begin(begun.model, begun.created_s)

    def break_off(self, failed: AnswerFailed) -> None:
        self._fail(failed.message, failed.kind, failed.status)

    def _begin(self, model: str, created_s: int | None) -> None:
        if self._head:
            return
        asked = self._asked
        self._head = {
            "id": translated_id(asked.answer_id),
            "created_at": asked.now_s if created_s is None else created_s,
            "model": asked.model or model,
        }
        self._repeated = asked_for(asked, is_codex=self._is_codex)
        if self._frames.is_wanted:
            begun = orjson.Fragment(orjson.dumps(self._response("in_progress", [])))
            self._frames.add("response.created", response=begun)
            self._frames.add("response.in_progress", response=begun)

    def end(self, stop: Stop) -> None:
        if self._is_over:
            return
        self._begin("", None)
        self._tell_losses(stop)
        reason = incomplete_reason(stop, has_refused=self._output.has_refused)
        status = "completed" if reason is None else "incomplete"
        self._output.close(status)
        self.response = self._response(
            status,
            self._output.items,
            incomplete_details=None if reason is None else {"reason": reason},
            usage=usage_object(self._usage),
        )
        self._is_over = True
        self._frames.put(estimated_comment(self._usage))
        self._frames.add(f"response.{status}", response=self.response)

    def _fail(self, message: str, kind: str, status: int | None) -> None:
        if self._is_over:
            return
        self._begin("", None)
        self._is_over = True
        error = error_object(message, kind, status)
        number = self._frames.next_number()
        self._frames.put(error_frame(message, kind or error["code"], number))
        failed = self._response(
            "failed", self._output.items, error=error, usage=usage_object(self._usage)
        )
        self._frames.add("response.failed", response=failed)

    def _response(self, status: str, output: object, **more: Any) -> dict[str, Any]:
        return response_object(self._head, status, output, self._repeated, **more)

    def _tell_losses(self, stop: Stop) -> None:
        if stop.kind is _STOP_SEQUENCE:
            self._report.lost(Feature.STOP_SEQUENCE)
        elif stop.kind in _UNTOLD:
            self._report.lost(Feature.STOP_KIND, stop.kind)
