"""A server's answer, streamed or whole, as events.

Both ways go through the same hands: a whole message is one large delta. Tool calls are put together
in `calls_in.py`, all else that is said in `said_in.py`.
"""

from collections.abc import Mapping
from contextlib import suppress
from typing import Any

from typing_extensions import override

from llmgw_desktop.domain.errors import UpstreamGarbage
from llmgw_desktop.domain.model.answer import (
    Answer,
    AnswerEvent,
    AnswerFailed,
    ItemGrew,
    Stop,
    StopKind,
)
from llmgw_desktop.domain.usage import UNKNOWN_USAGE, Usage
from llmgw_desktop.wire.answer_facts import error_in, parse_answer, word_in
from llmgw_desktop.wire.json_edits import parse_object
from llmgw_desktop.wire.openai_chat import usage_of
from llmgw_desktop.wire.sse import event_in, quick_data_of
from llmgw_desktop.wire.translate import answer_events
from llmgw_desktop.wire.translate.answer_events import collected
from llmgw_desktop.wire.translate.openai_chat.calls_in import CallsIn, Grow, growing_in
from llmgw_desktop.wire.translate.openai_chat.said_in import Numbers, SaidIn
from llmgw_desktop.wire.translate.repeated_frame import FrameReader, Growing
from llmgw_desktop.wire.translate.tools import ToolNames

_FAILURES = frozenset({"error", "network_error", "insufficient_system_resource"})
"""Words of OpenRouter, GLM and DeepSeek for an answer that broke off."""
_KINDS: Mapping[str, StopKind] = {
    "stop": StopKind.END,
    "length": StopKind.LENGTH,
    "max_tokens": StopKind.LENGTH,
    "model_length": StopKind.CONTEXT,
    "model_context_window_exceeded": StopKind.CONTEXT,
    "content_filter": StopKind.REFUSAL,
    "sensitive": StopKind.REFUSAL,
    "safety": StopKind.REFUSAL,
    "refusal": StopKind.REFUSAL,
}
"""With the words of servers that do not keep to the vendor's; unknown ones mean the end."""


class ChatChunks:
    """Chunks, one after the other; a whole answer is a chunk with `message` for `delta`."""

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
        stop = _read_stop(
            word,
            has_calls=self._calls.has_begun,
            has_refusal=self.said.has_refusal,
            sequence=self._sequence,
        )
        events.append(answer_events.make_answer_ended(stop=stop))

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
            answer_events.make_answer_begun(
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
        if word in _FAILURES:
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
            events.append(answer_events.make_usage_told(usage=usage))


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


def _read_stop(
    word: str, *, has_calls: bool, has_refusal: bool, sequence: str | None = None
) -> Stop:
    """Calls count more than the word, unless the answer was cut short or refused."""
    kind = _KINDS.get(word, StopKind.END)
    if kind is StopKind.END:
        if has_calls:
            kind = StopKind.TOOLS
        elif has_refusal:
            kind = StopKind.REFUSAL
        elif sequence:
            kind = StopKind.STOP_SEQUENCE
    return Stop(kind=kind, sequence=sequence or None, vendor_word=word)


_DONE = b"[DONE]"
_LONGEST_FRAME = 32 * 1024 * 1024
"""A frame may hold an image."""
_MOST_BYTES = 64 * 1024 * 1024


def read_answer(body: bytes, names: ToolNames) -> Answer:
    """A whole one. Some servers stream though nobody asked for it."""
    if body[:64].lstrip()[:5] in (b"data:", b"event") or body[:1] == b":":
        reader = ChatEventReader(names)
        return collected([*reader.feed(body), *reader.finish()])
    payload = parse_answer(body)
    events: list[AnswerEvent] = []
    _whole(payload, names, events)
    return collected(events)


def _whole(payload: Mapping[str, Any], names: ToolNames, events: list[AnswerEvent]) -> None:
    error = error_in(payload)
    if error is not None:
        raise UpstreamGarbage(f"The provider answered with an error: {error}")
    pieces = ChatChunks(names)
    if pieces.choice_in(payload) is None:
        raise UpstreamGarbage("The provider's answer has no choices.")
    if not pieces.feed(payload, events):
        pieces.close(events, otherwise="stop")


class ChatEventReader(FrameReader[Grow]):
    """Of one streamed answer."""

    __slots__ = ("_bytes", "_is_done", "_is_over", "_pieces", "_whole")

    def __init__(self, names: ToolNames) -> None:
        super().__init__(_LONGEST_FRAME)
        self._pieces = ChatChunks(names)
        self._whole: list[bytes] | None = None
        """A whole answer in the place of a stream: its bytes."""
        self._bytes = 0
        self._is_done = False
        """[DONE] came. Some servers tell the usage after it."""
        self._is_over = False

    @override
    def feed(self, chunk: bytes) -> list[AnswerEvent]:
        if self._bytes == 0 and not self._is_over:
            chunk = chunk.lstrip()
            self._whole = [] if chunk[:1] == b"{" else None
        self._bytes += len(chunk)
        if self._whole is not None:
            self._whole.append(chunk)
            if self._bytes > _MOST_BYTES:
                raise UpstreamGarbage("The provider's answer is longer than any answer.")
            return []
        events = super().feed(chunk)
        if self._is_done:
            self._end(events)
        return events

    @override
    def more(self, chunk: bytes) -> str:
        words = self._repeated.more_in(chunk)
        if words:
            self._pieces.said.note(words)
        return words

    @override
    def finish(self) -> list[AnswerEvent]:
        if self._whole is not None and not self._is_over:
            return self._read_whole(b"".join(self._whole))
        return super().finish()

    @override
    def _goes_on(self, events: list[AnswerEvent]) -> bool:
        return self._pieces.has_said(events)

    @override
    def _end(self, events: list[AnswerEvent]) -> None:
        if not self._is_over:
            self._is_over = True
            self._pieces.close(events)

    def _read_whole(self, body: bytes) -> list[AnswerEvent]:
        self._is_over = True
        events: list[AnswerEvent] = []
        try:
            payload = parse_answer(body)
        except UpstreamGarbage:
            return events  # as half a frame is
        _whole(payload, self._pieces.names, events)
        return events

    @override
    def _frame(self, frame: bytes, events: list[AnswerEvent]) -> None:
        if self._is_over or self._is_done:
            self._read_late(frame, events)
            return
        if words := self._repeated.words_in(frame):
            self._repeated.grows(words, events)
            return
        data = quick_data_of(frame)
        if not data or data.isspace():
            return
        if data[:6] == _DONE:
            self._is_done = True
            return
        payload = event_in(data)
        self._is_over = self._pieces.feed(payload, events)
        self._repeated.learn(frame, payload, self._pieces.growing, quick_data_of)

    def _read_late(self, frame: bytes, events: list[AnswerEvent]) -> None:
        """What comes after the end is read for its usage alone."""
        if frame.count(b'"usage"'):
            with suppress(ValueError):
                self._pieces.tell_usage(parse_object(quick_data_of(frame)), events)
