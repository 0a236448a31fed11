"""The chunks of one answer as events; frames and ends of streams are the business of others.

Which words stand for which ends is in `stops.py`, tool calls are put together in `calls_in.py`,
all else in `said_in.py`.
"""

from collections.abc import Mapping
from typing import Any

from llmgw_desktop.domain.answer import (
    AnswerEvent,
    AnswerFailed,
    ItemGrew,
)
from llmgw_desktop.domain.errors import UpstreamGarbage
from llmgw_desktop.domain.usage import UNKNOWN_USAGE, Usage
from llmgw_desktop.wire.answer_facts import word_in
from llmgw_desktop.wire.openai_chat import usage_of
from llmgw_desktop.wire.translate import making
from llmgw_desktop.wire.translate.names import ToolNames
from llmgw_desktop.wire.translate.openai_chat.calls_in import CallsIn
from llmgw_desktop.wire.translate.openai_chat.growing_in import Grow, growing_in
from llmgw_desktop.wire.translate.openai_chat.said_in import Numbers, SaidIn
from llmgw_desktop.wire.translate.openai_chat.stops import FAILURES, read_stop
from llmgw_desktop.wire.translate.repeated_frame import Growing


class Pieces:
    """Chunks, one after the other; a whole answer is a chunk with `message` for `delta`."""

    __slots__ = (
        "_calls",
        "_has_begun",
        "_numbers",
        "_sequence",
        "_usage",
        "_word",
        "names",
        "said",
    )

    def __init__(self, names: ToolNames) -> None:
        self.names = names
        self._numbers = Numbers()
        self.said = SaidIn(self._numbers)
        self._calls = CallsIn(names, self._numbers, self.said)
        self._has_begun = False
        self._usage: Usage = UNKNOWN_USAGE
        self._word: str | None = None
        self._sequence: str | None = None

    def feed(self, payload: Mapping[str, Any], events: list[AnswerEvent]) -> bool:
        """Whether that was a failure and all is over."""
        if payload.get("error") or payload.get("object") == "error":
            events.append(_failure(payload))
            return True
        choice = self.choice_in(payload)
        if not self._has_begun and (choice is not None or payload.get("id")):
            self._begin(payload, events)
        if choice is not None:
            delta = choice.get("delta")
            if type(delta) is dict:
                self._delta(delta, events)
            elif type(message := choice.get("message")) is dict:
                self._delta(_numbered(message), events)
            if choice.get("finish_reason") and self._finish(choice, events):
                return True
        if payload.get("usage") or "x_groq" in payload or (choice and choice.get("usage")):
            self.tell_usage(payload, events)
        return False

    def growing(self, payload: Mapping[str, Any]) -> Growing[Grow] | None:
        """Of a chunk that was just fed: what alone the same chunk with other words would do."""
        choice = self.choice_in(payload)
        if choice is None or choice.get("finish_reason"):
            return None
        if payload.get("error") or payload.get("object") == "error":
            return None
        delta = choice.get("delta")
        return growing_in(delta, self.said, self._calls) if type(delta) is dict else None

    def has_said(self, events: list[AnswerEvent]) -> bool:
        """Whether the last of these is more of what is being said, not of a call."""
        last = events[-1] if events else None
        return type(last) is ItemGrew and self.said.is_open(last.index)

    def close(self, events: list[AnswerEvent], otherwise: str | None = None) -> None:
        """The stream says that this is all. Without a reason to stop it was cut, unless the answer
        came whole and `otherwise` says what that means."""
        word = self._word or otherwise
        if word is None:
            return
        self._end_items(events)
        stop = read_stop(
            word,
            has_calls=self._calls.has_begun,
            has_refusal=self.said.has_refusal,
            sequence=self._sequence,
        )
        events.append(making.answer_ended(stop=stop))

    def choice_in(self, payload: Mapping[str, Any]) -> dict[str, Any] | None:
        """The first of several; the others have no place in an answer."""
        choices = payload.get("choices")
        if type(choices) is not list:
            return None
        for choice in choices:
            if type(choice) is dict and not choice.get("index"):
                return choice
        return None

    def _begin(self, payload: Mapping[str, Any], events: list[AnswerEvent]) -> None:
        self._has_begun = True
        created = payload.get("created")
        answer_id = word_in(payload, "id") or ""
        self._calls.seed(answer_id)
        events.append(
            making.answer_begun(
                id=answer_id,
                model=word_in(payload, "model") or "",
                created_s=created if type(created) is int and created > 0 else None,
            )
        )

    def _delta(self, delta: Mapping[str, Any], events: list[AnswerEvent]) -> None:
        said = self.said
        if len(delta) > 1 or "content" not in delta:
            said.think(delta, events)
        content = delta.get("content")
        if content:
            if type(content) is str:
                said.say(content, events)
            elif type(content) is list:
                said.say_parts(content, events)
            else:
                raise UpstreamGarbage("The provider's answer has content that is no text.")
        if len(delta) > 1 or content is None:
            self._rest(delta, events)

    def _rest(self, delta: Mapping[str, Any], events: list[AnswerEvent]) -> None:
        said = self.said
        annotations, images = delta.get("annotations"), delta.get("images")
        if annotations and type(annotations) is list:
            said.cite(annotations, events)
        refusal = delta.get("refusal")
        if refusal and type(refusal) is str:
            said.refuse(refusal, events)
        if images and type(images) is list:
            said.show(images, events)
        audio = delta.get("audio")
        if type(audio) is dict:
            said.sound(audio, events)
        legacy = delta.get("function_call")
        if type(legacy) is dict:
            self._calls.feed_legacy(legacy, events)
        calls = delta.get("tool_calls")
        for call in calls if type(calls) is list else ():
            if type(call) is dict:
                self._calls.feed(call, events)

    def _finish(self, choice: Mapping[str, Any], events: list[AnswerEvent]) -> bool:
        word = word_in(choice, "finish_reason")
        if word is None:
            return False
        if word in FAILURES:
            events.append(
                AnswerFailed(message=f"The provider's answer broke off: {word}.", kind=word)
            )
            return True
        self._word = word
        # vLLM tells here which stop sequence was met
        self._sequence = word_in(choice, "stop_reason") if word == "stop" else None
        self._end_items(events)
        return False

    def _end_items(self, events: list[AnswerEvent]) -> None:
        self.said.end_all(events)
        self._calls.end(events)

    def tell_usage(self, payload: Mapping[str, Any], events: list[AnswerEvent]) -> None:
        usage = usage_of(payload)
        if not self._has_begun:
            self._begin(payload, events)
        if usage not in (UNKNOWN_USAGE, self._usage):
            self._usage = usage
            events.append(making.usage_told(usage=usage))


def _numbered(message: dict[str, Any]) -> dict[str, Any]:
    """In a whole message each entry is a call of its own, whatever it says of its index."""
    calls = message.get("tool_calls")
    if type(calls) is not list:
        return message
    numbered = [
        {**call, "index": number} if type(call) is dict else call
        for number, call in enumerate(calls)
    ]
    return {**message, "tool_calls": numbered}


def _failure(payload: Mapping[str, Any]) -> AnswerFailed:
    error = payload if payload.get("object") == "error" else payload.get("error")
    told: Mapping[str, Any] = error if type(error) is dict else {}
    code = told.get("code")
    kind = word_in(told, "type") or word_in(told, "code") or ""
    message = word_in(told, "message") if told else str(error)[:2000]
    message = told.get("message") if type(told.get("message")) is str else message
    return AnswerFailed(
        message=str(message or "The provider failed and does not say why.")[:2000],
        kind=kind,
        status=code if type(code) is int and 400 <= code < 600 else None,
    )
