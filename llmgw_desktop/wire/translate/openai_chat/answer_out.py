"""A whole answer for a caller that speaks Chat Completions.

The events of the answer become the deltas that a stream would have, and the deltas are put
together: so both ways say the same.
"""

from typing import Any

import orjson

from llmgw_desktop.domain.answer import Answer, AnswerEnded, AnswerEvent
from llmgw_desktop.domain.errors import UpstreamGarbage
from llmgw_desktop.wire.translate.codec import Asked
from llmgw_desktop.wire.translate.collect import events_of
from llmgw_desktop.wire.translate.losses import LossReport
from llmgw_desktop.wire.translate.openai_chat.answer_frame import answer_id, usage_object
from llmgw_desktop.wire.translate.openai_chat.deltas_out import DeltasOut

_GROWING = ("content", "refusal", "reasoning_content")
_LISTS = ("reasoning_details", "annotations", "images")


def write_answer(answer: Answer, asked: Asked, losses: LossReport) -> bytes:
    deltas = DeltasOut(asked, losses)
    message = _Message()
    finish = "stop"
    events: list[AnswerEvent] = events_of(answer)
    for event in events:
        for delta in deltas.feed(event):
            message.add(delta)
        if isinstance(event, AnswerEnded):
            finish = deltas.finish_reason(event.stop)
    body: dict[str, Any] = {
        "id": answer_id(answer.id, asked),
        "object": "chat.completion",
        "created": answer.created_s or asked.now_s,
        "model": asked.model,
        "choices": [
            {
                "index": 0,
                "message": message.whole(),
                "logprobs": None,
                "finish_reason": finish,
            }
        ],
        "system_fingerprint": None,
    }
    usage = usage_object(answer.usage)
    if usage is not None:
        body["usage"] = usage
    try:
        return orjson.dumps(body)
    except TypeError as error:
        raise UpstreamGarbage(f"The provider's answer cannot be written: {error}.") from None


class _Message:
    """Deltas put together, as the callers' libraries do it."""

    def __init__(self) -> None:
        self._texts: dict[str, list[str]] = {}
        self._lists: dict[str, list[Any]] = {}
        self._calls: list[dict[str, Any]] = []
        self._legacy: dict[str, Any] | None = None

    def add(self, delta: dict[str, Any]) -> None:
        for name, found in delta.items():
            if name in _GROWING:
                self._texts.setdefault(name, []).append(found)
            elif name in _LISTS:
                self._lists.setdefault(name, []).extend(found)
            elif name == "tool_calls":
                self._add_call(found[0])
            elif name == "function_call":
                self._legacy = _grown(self._legacy or {}, found)

    def whole(self) -> dict[str, Any]:
        content = self._texts.get("content")
        refusal = self._texts.get("refusal")
        if content is None and not (refusal or self._calls or self._legacy):
            content = []
        message: dict[str, Any] = {
            "role": "assistant",
            "content": None if content is None else "".join(content),
            "refusal": None if refusal is None else "".join(refusal),
        }
        if "reasoning_content" in self._texts:
            message["reasoning_content"] = "".join(self._texts["reasoning_content"])
        message |= self._lists
        if self._calls:
            message["tool_calls"] = self._calls
        if self._legacy is not None:
            message["function_call"] = self._legacy
        return message

    def _add_call(self, piece: dict[str, Any]) -> None:
        index = piece["index"]
        rest = {name: value for name, value in piece.items() if name != "index"}
        if index == len(self._calls):
            self._calls.append(rest)
            return
        for kind in ("function", "custom"):
            if kind in rest:
                self._calls[index][kind] = _grown(self._calls[index][kind], rest[kind])


def _grown(before: dict[str, Any], piece: dict[str, Any]) -> dict[str, Any]:
    return {**before, **{name: before.get(name, "") + more for name, more in piece.items()}}
