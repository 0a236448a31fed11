"""What a caller is told of tokens: as the vendor told it, and no more than is known; and counters.

Where the caller's dialect demands a number that nobody has told, the gateway counts; such figures
are marked, for the caller and in the flight alike.
"""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import orjson

from llmgw_desktop.domain.model.answer import (
    Answer,
    AnswerBegun,
    AnswerEnded,
    AnswerEvent,
    ItemBegun,
    ItemGrew,
    UsageTold,
)
from llmgw_desktop.domain.model.content import Item, Thinking
from llmgw_desktop.domain.provider import ModelProtocol
from llmgw_desktop.domain.usage import UNKNOWN_USAGE, Figure, Usage
from llmgw_desktop.wire.answer_facts import count_in
from llmgw_desktop.wire.tokens import prompt_tokens, tokens_of, utf8_bytes, words_of
from llmgw_desktop.wire.translate.codec import RequestContext

COUNTING = frozenset(
    {ModelProtocol.ANTHROPIC, ModelProtocol.OPENAI_RESPONSES, ModelProtocol.GEMINI}
)
"""Protocols in which vendors can be asked for a count."""


def count_body(protocol: ModelProtocol, tokens: int) -> bytes:
    """The answer of the protocol's counter."""
    if protocol is ModelProtocol.GEMINI:
        return orjson.dumps({"totalTokens": tokens})
    if protocol is ModelProtocol.ANTHROPIC:
        return orjson.dumps({"input_tokens": tokens})
    return orjson.dumps({"object": "response.input_tokens", "input_tokens": tokens})


def count_request(protocol: ModelProtocol, body: bytes, model: str) -> bytes:
    """A generation request of our own making as the protocol's counter takes it."""
    fields: Mapping[str, Any] = orjson.loads(body)
    if protocol is ModelProtocol.GEMINI:
        inner = {**fields, "model": f"models/{model}"}
        return orjson.dumps({"generateContentRequest": inner})
    known = _COUNTED[protocol]
    return orjson.dumps({name: value for name, value in fields.items() if name in known})


_COUNTED: Mapping[ModelProtocol, frozenset[str]] = {
    ModelProtocol.ANTHROPIC: frozenset(
        {"model", "messages", "system", "tools", "tool_choice", "thinking", "output_config"}
    ),
    ModelProtocol.OPENAI_RESPONSES: frozenset(
        {"model", "input", "instructions", "tools", "tool_choice", "text", "reasoning"}
    ),
}


def tokens_in(body: bytes) -> int | None:
    """The count in an answer of any of them; None where there is none."""
    try:
        fields = orjson.loads(body)
    except orjson.JSONDecodeError:
        return None
    return count_in(fields, "input_tokens", "totalTokens") if type(fields) is dict else None


_NAMES = (
    (Figure.INPUT, "input_tokens"),
    (Figure.OUTPUT, "output_tokens"),
    (Figure.CACHE_READ, "cache_read_tokens"),
    (Figure.CACHE_WRITE, "cache_write_tokens"),
    (Figure.REASONING, "reasoning_tokens"),
)
_SUMS = int(Figure.INPUT | Figure.OUTPUT)
_DETAILS = int(Figure.CACHE_READ | Figure.CACHE_WRITE | Figure.REASONING)
_DEMANDED: Mapping[ModelProtocol, int] = {
    ModelProtocol.ANTHROPIC: _SUMS,
    ModelProtocol.OPENAI_CHAT: _SUMS,
    ModelProtocol.OPENAI_RESPONSES: _SUMS | _DETAILS,
    ModelProtocol.CODEX: _SUMS,
}
"""Numbers without which the official client's own model of an answer is not whole."""
_MAY_BE_SILENT = frozenset(_DEMANDED) - {ModelProtocol.ANTHROPIC}
"""Their answers may tell of no usage at all."""


def estimated_names(usage: Usage) -> str:
    """The figures that were counted here, as they are named to callers; empty for none."""
    bits = usage.estimated & usage.known
    return ", ".join(name for figure, name in _NAMES if bits & figure) if bits else ""


def estimated_comment(usage: Usage) -> bytes:
    """What stands in an event stream before the event that tells figures counted here."""
    names = estimated_names(usage)
    return b": x-llmgw-estimated %b\n\n" % names.encode() if names else b""


class CallersUsage:
    """Of one translated answer. `events` goes over all that is read, `say` over words that do not
    become events."""

    def __init__(self, asked: RequestContext, protocol: ModelProtocol) -> None:
        """`protocol`: the caller's."""
        self._asked = asked
        self._demanded = _DEMANDED.get(protocol, 0)
        self._is_silent_ok = protocol in _MAY_BE_SILENT
        self._starts_with_prompt = protocol is ModelProtocol.ANTHROPIC
        self._told = UNKNOWN_USAGE
        self._bytes = self._thought_bytes = 0
        """Of all that was written, and of what was thought of it."""
        self._thinking: set[int] = set()
        """Items that are thoughts."""

    def say(self, index: int, more: str) -> None:
        """More of this item."""
        size = len(more) if more.isascii() else utf8_bytes(more)
        self._bytes += size
        if index in self._thinking:
            self._thought_bytes += size

    def events(self, events: list[AnswerEvent]) -> list[AnswerEvent]:
        """With the figures that the dialect demands, each before the event that tells it."""
        if not self._demanded:
            return events
        if len(events) == 1 and type(first := events[0]) is ItemGrew:  # nearly always
            self.say(first.index, first.more)
            return events
        return [each for event in events for each in self._with_figures(event, events)]

    def answer(self, answer: Answer) -> Answer:
        """A whole one."""
        for index, item in enumerate(answer.items):
            self._begin(index, item)
        usage = self._whole(answer.usage)
        return answer if usage is answer.usage else replace(answer, usage=usage)

    def _with_figures(
        self, event: AnswerEvent, beside: list[AnswerEvent]
    ) -> tuple[AnswerEvent, ...]:
        match event:
            case ItemGrew(index=index, more=more):
                self.say(index, more)
            case ItemBegun(index=index, item=item):
                self._begin(index, item)
            case UsageTold(usage=usage):
                self._told = usage
                return (self._with_prompt(event),)
            case AnswerBegun() if self._starts_with_prompt:
                told = next((each for each in beside if type(each) is UsageTold), None)
                return self._with_prompt(told or UsageTold(usage=UNKNOWN_USAGE)), event
            case AnswerEnded():
                usage = self._whole(self._told)
                return (event,) if usage is self._told else (UsageTold(usage=usage), event)
        return (event,)

    def _begin(self, index: int, item: Item) -> None:
        if isinstance(item, Thinking):
            self._thinking.add(index)
        self.say(index, words_of(item))

    def _with_prompt(self, told: UsageTold) -> UsageTold:
        """A stream of this dialect begins with the tokens of its prompt."""
        if not self._starts_with_prompt or told.usage.input_tokens is not None:
            return told
        usage = self._counted(told.usage, Figure.INPUT._value_)
        return UsageTold(usage=usage, cost_usd=told.cost_usd)

    def _whole(self, usage: Usage) -> Usage:
        missing = self._demanded & ~usage.known
        if not missing or (self._is_silent_ok and not usage.known & _SUMS):
            return usage
        return self._counted(usage, missing)

    def _counted(self, usage: Usage, missing: int) -> Usage:
        """Figures that agree with those that were told. Of a cache that nobody mentions the guess
        is that there was none."""
        read, written = usage.cache_read_tokens, usage.cache_write_tokens
        asked, made, thought = usage.input_tokens, usage.output_tokens, usage.reasoning_tokens
        if asked is None and missing & Figure.INPUT:
            asked = max(self._prompt_tokens, (read or 0) + (written or 0))
        if made is None and missing & Figure.OUTPUT:
            made = max(tokens_of(self._bytes), thought or 0)
        if thought is None and missing & Figure.REASONING:
            thought = min(tokens_of(self._thought_bytes), made or 0)
        return replace(
            usage,
            input_tokens=asked,
            output_tokens=made,
            cache_read_tokens=0 if missing & Figure.CACHE_READ else read,
            cache_write_tokens=0 if missing & Figure.CACHE_WRITE else written,
            reasoning_tokens=thought,
            estimated=usage.estimated | missing,
        )

    @property
    def _prompt_tokens(self) -> int:
        guess = self._asked.input_tokens
        return prompt_tokens(self._asked.prompt) if guess is None else guess
