"""Events become the stream of an answer in Responses: every event that its clients wait for.

A message stays open while text follows text; each item ends when the next one begins, so that the
last one can still say that it was cut. The same machine without frames writes whole answers.
"""

from typing import Any

import orjson

from llmgw_desktop.domain.answer import (
    Answer,
    AnswerBegun,
    AnswerEnded,
    AnswerEvent,
    AnswerFailed,
    ItemBegun,
    ItemCited,
    ItemEnded,
    ItemGrew,
    Stop,
    StopKind,
    UsageTold,
)
from llmgw_desktop.domain.usage import UNKNOWN_USAGE
from llmgw_desktop.wire.openai_responses import error_frame, translated_id
from llmgw_desktop.wire.translate.callers_usage import estimated_comment
from llmgw_desktop.wire.translate.codec import Asked
from llmgw_desktop.wire.translate.in_turn import InTurn
from llmgw_desktop.wire.translate.losses import Feature, LossReport
from llmgw_desktop.wire.translate.openai_responses.frames import Frames
from llmgw_desktop.wire.translate.openai_responses.output_items import Output
from llmgw_desktop.wire.translate.openai_responses.response_object import (
    asked_for,
    error_object,
    incomplete_reason,
    response_object,
    usage_object,
)

# a member of an enum is dear to look up, and these are looked at in every answer
_STOP_SEQUENCE = StopKind.STOP_SEQUENCE
_UNTOLD = frozenset({StopKind.PAUSE, StopKind.CONTEXT})


class ResponsesEventWriter:
    """One answer; an `EventWriter`."""

    __slots__ = (
        "_asked",
        "_frames",
        "_head",
        "_in_turn",
        "_is_codex",
        "_is_over",
        "_output",
        "_repeated",
        "_report",
        "_usage",
        "response",
    )

    def __init__(
        self,
        asked: Asked,
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

    @property
    def content_type(self) -> str:
        return "text/event-stream"

    @property
    def output(self) -> list[dict[str, Any]]:
        """The items that are complete."""
        return self._output.items

    def write(self, event: AnswerEvent) -> bytes:
        for each in self._in_turn.feed(event):
            self._write(each)
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
        self._end(answer.stop)

    def fail(self, message: str, kind: str) -> bytes:
        """The vendor's own pair: an error event, for which SDKs raise, and response.failed."""
        self._fail(message, kind, None)
        return self._frames.taken()

    def _write(self, event: AnswerEvent) -> None:
        match event:
            case ItemGrew(index=index, more=more):
                self._output.grow(index, more)
            case ItemBegun(index=index, item=item):
                self._begin("", None)
                self._output.begin(index, item)
            case ItemEnded(index=index, signature=signature):
                self._output.end(index, signature)
            case ItemCited(index=index, citation=citation):
                self._output.cite(index, citation)
            case UsageTold(usage=usage):
                self._usage = usage
            case AnswerBegun():
                self._begin(event.model, event.created_s)
            case AnswerEnded(stop=stop):
                self._end(stop)
            case AnswerFailed(message=message, kind=kind, status=status):
                self._fail(message, kind, status)

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

    def _end(self, stop: Stop) -> None:
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
