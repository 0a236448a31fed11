"""Events of an answer as deltas of Chat Completions.

Calls may overlap here, each has its index; all text is one string, and so is all thinking. Frames
and their order, and whole answers, are the business of `answer_out.py`.
"""

from collections.abc import Mapping
from typing import Any

from llmgw_desktop.domain.model.answer import (
    AnswerEvent,
    ItemBegun,
    ItemCited,
    ItemEnded,
    ItemGrew,
    Stop,
    StopKind,
)
from llmgw_desktop.domain.model.content import (
    CallKind,
    Citation,
    Hosted,
    Image,
    Item,
    RedactedThinking,
    Refusal,
    Signature,
    Text,
    Thinking,
    ToolCall,
)
from llmgw_desktop.domain.usage import Usage
from llmgw_desktop.wire.translate.carriers import SealOf
from llmgw_desktop.wire.translate.codec import RequestContext
from llmgw_desktop.wire.translate.losses import Feature, LossReport
from llmgw_desktop.wire.translate.media import data_url
from llmgw_desktop.wire.translate.openai_chat.prompt_in import LEGACY
from llmgw_desktop.wire.translate.openai_chat.reasoning import SealsOut, refuses_thinking

_PREFIX = "chatcmpl-"


def answer_id(given: str, asked: RequestContext) -> str:
    """The upstream's where it has the form that this protocol has."""
    return given if given.startswith(_PREFIX) else f"{_PREFIX}{asked.answer_id}"


def is_legacy(asked: RequestContext) -> bool:
    return bool((asked.prompt.echo or {}).get(LEGACY))


def usage_object(usage: Usage) -> dict[str, Any] | None:
    """None where a sum is not known: the protocol has no word for unknown ones."""
    prompt, output = usage.input_tokens, usage.output_tokens
    if prompt is None or output is None:
        return None
    told: dict[str, Any] = {
        "prompt_tokens": prompt,
        "completion_tokens": output,
        "total_tokens": prompt + output,
    }
    read, written = usage.cache_read_tokens, usage.cache_write_tokens
    details = {"cached_tokens": read, "cache_write_tokens": written}
    if known := {name: count for name, count in details.items() if count is not None}:
        told["prompt_tokens_details"] = known
    if usage.reasoning_tokens is not None:
        told["completion_tokens_details"] = {"reasoning_tokens": usage.reasoning_tokens}
    return told


def annotation(citation: Citation, start: int, end: int) -> dict[str, Any] | None:
    """`start` and `end` are those of the text in the whole content; a citation without a place of
    its own is of all of it. None for one that has no address."""
    if citation.url is None:
        return None
    cited: dict[str, Any] = {
        "start_index": start if citation.start is None else start + citation.start,
        "end_index": end if citation.end is None else start + citation.end,
        "title": citation.title or "",
        "url": citation.url,
    }
    if citation.cited_text is not None:
        cited["content"] = citation.cited_text
    return {"type": "url_citation", "url_citation": cited}


def call_start(call_id: str, name: str, *, is_custom: bool) -> dict[str, Any]:
    """A call as it begins; what grows is empty."""
    if is_custom:
        return {"id": call_id, "type": "custom", "custom": {"name": name, "input": ""}}
    return {"id": call_id, "type": "function", "function": {"name": name, "arguments": ""}}


Delta = dict[str, Any]


class _Open:
    """An item that has begun and not ended."""

    __slots__ = ("call", "citations", "has_grown", "item", "start")

    def __init__(self, item: Item, start: int, call: int) -> None:
        self.item = item
        self.start = start
        """Of a text or thinking: where it begins in the one string of all."""
        self.call = call
        """Of a call: its index among the calls."""
        self.has_grown = False
        self.citations: list[Citation] = []


class DeltasOut:
    """Of one answer."""

    def __init__(self, asked: RequestContext, losses: LossReport) -> None:
        self._losses = losses
        self._is_legacy = is_legacy(asked)
        self._shows_thinking = not refuses_thinking(asked.prompt.reasoning)
        self._seals = SealsOut()
        self._open: dict[int, _Open] = {}
        self._calls = 0
        self._chars = 0
        self._has_refusal = False

    def feed(self, event: AnswerEvent) -> list[Delta]:
        if isinstance(event, ItemGrew):
            return self._grow(self._open[event.index], event.more)
        if isinstance(event, ItemBegun):
            return self._begin(event.index, event.item)
        if isinstance(event, ItemEnded):
            return self._end(self._open.pop(event.index), event.signature)
        if isinstance(event, ItemCited):
            self._open[event.index].citations.append(event.citation)
        return []

    def grow(self, index: int, more: str) -> list[Delta]:
        return self._grow(self._open[index], more)

    def takes_text(self, index: int, more: str) -> bool:
        """Notes more of a text, whose delta is `content` alone; False for all else: let it grow."""
        opened = self._open[index]
        if type(opened.item) is not Text:
            return False
        opened.has_grown = True
        self._chars += len(more)
        return True

    def finish_reason(self, stop: Stop) -> str:
        if stop.sequence is not None:
            self._losses.lost(Feature.STOP_SEQUENCE)
        if stop.kind in (StopKind.CONTEXT, StopKind.PAUSE):
            self._losses.lost(Feature.STOP_KIND, stop.kind)
        return _finish_word(
            stop,
            has_calls=self._calls > 0,
            has_refusal=self._has_refusal,
            is_legacy=self._is_legacy,
        )

    def _begin(self, index: int, item: Item) -> list[Delta]:
        opened = self._open[index] = _Open(item, self._chars, self._calls)
        match item:
            case Text() | Thinking() | Refusal():
                opened.citations += getattr(item, "citations", ())
                return self._grow(opened, item.text) if item.text else []
            case ToolCall():
                return self._begin_call(opened, item)
            case RedactedThinking():
                return [{"reasoning_details": [self._seals.entry(item.signature, SealOf.REDACTED)]}]
            case Image():
                return self._image(item)
            case Hosted():
                self._losses.lost(Feature.HOSTED_ITEM, item.what)
                return self._text(item.text) if item.text else []
            case _:
                self._losses.lost(Feature.OUTPUT_MEDIA)
                return []

    def _begin_call(self, opened: _Open, call: ToolCall) -> list[Delta]:
        self._calls += 1
        if self._is_legacy:
            if opened.call:
                self._losses.lost(Feature.PARALLEL_TOOLS, "function_call")
                return []
            begun: Delta = {"function_call": {"name": call.name, "arguments": ""}}
        else:
            is_custom = call.kind is CallKind.CUSTOM
            start = call_start(call.id, call.name, is_custom=is_custom)
            begun = {"tool_calls": [{"index": opened.call, **start}]}
        return [begun, *self._grow(opened, call.arguments)] if call.arguments else [begun]

    def _grow(self, opened: _Open, more: str) -> list[Delta]:
        item = opened.item
        if isinstance(item, Thinking) and not self._shows_thinking:
            return []
        is_first = not opened.has_grown
        opened.has_grown = True
        if isinstance(item, ToolCall):
            return self._grow_call(opened, item, more)
        if isinstance(item, Text):
            return self._text(more)
        if isinstance(item, Thinking):
            words = self._seals.words(more, is_first=is_first)
            if is_first:
                opened.start = self._seals.chars - len(more)
            return [{"reasoning_content": words}]
        self._has_refusal = True
        return [{"refusal": more}]

    def _grow_call(self, opened: _Open, call: ToolCall, more: str) -> list[Delta]:
        if self._is_legacy:
            return [] if opened.call else [{"function_call": {"arguments": more}}]
        if call.kind is CallKind.CUSTOM:
            return [{"tool_calls": [{"index": opened.call, "custom": {"input": more}}]}]
        return [{"tool_calls": [{"index": opened.call, "function": {"arguments": more}}]}]

    def _end(self, opened: _Open, signature: Signature | None) -> list[Delta]:
        item = opened.item
        signature = signature or getattr(item, "signature", None)
        if isinstance(item, ToolCall):
            return self._end_call(opened, item, signature)
        deltas: list[Delta] = []
        if isinstance(item, Text):
            deltas += self._cite(opened)
            if signature is not None:
                deltas.append({"reasoning_details": [self._seals.entry(signature, SealOf.TEXT)]})
        elif isinstance(item, Thinking) and signature is not None:
            start = opened.start if opened.has_grown else self._seals.chars
            entry = self._seals.entry(signature, SealOf.THINKING, span=(start, self._seals.chars))
            deltas.append({"reasoning_details": [entry]})
        return deltas

    def _end_call(self, opened: _Open, call: ToolCall, signature: Signature | None) -> list[Delta]:
        deltas: list[Delta] = []
        if not opened.has_grown and call.kind is CallKind.FUNCTION:
            deltas += self._grow_call(opened, call, "{}")
        if signature is not None:
            sealed = self._seals.entry(signature, SealOf.CALL, call_id=call.id)
            deltas.append({"reasoning_details": [sealed]})
        return deltas

    def _cite(self, opened: _Open) -> list[Delta]:
        told: list[dict[str, Any]] = []
        for citation in opened.citations:
            written = annotation(citation, opened.start, self._chars)
            if written is None:
                self._losses.lost(Feature.CITATIONS)
            else:
                told.append(written)
        return [{"annotations": told}] if told else []

    def _text(self, more: str) -> list[Delta]:
        self._chars += len(more)
        return [{"content": more}]

    def _image(self, item: Image) -> list[Delta]:
        media = item.media
        url = media.url if media.data is None else data_url(media, "image/png")
        if url is None:
            self._losses.lost(Feature.OUTPUT_MEDIA)
            return []
        return [{"images": [{"type": "image_url", "image_url": {"url": url}}]}]


_WORDS: Mapping[StopKind, str] = {
    StopKind.LENGTH: "length",
    StopKind.CONTEXT: "length",
    StopKind.TOOLS: "tool_calls",
    StopKind.REFUSAL: "content_filter",
}


def _finish_word(stop: Stop, *, has_calls: bool, has_refusal: bool, is_legacy: bool) -> str:
    """A refusal that is told in words of its own is an end like any other."""
    kind = stop.kind
    if has_calls and kind not in (StopKind.LENGTH, StopKind.CONTEXT, StopKind.REFUSAL):
        kind = StopKind.TOOLS
    if kind is StopKind.REFUSAL and has_refusal:
        return "stop"
    if kind is StopKind.TOOLS:
        if not has_calls:
            return "stop"
        return "function_call" if is_legacy else "tool_calls"
    return _WORDS.get(kind, "stop")
