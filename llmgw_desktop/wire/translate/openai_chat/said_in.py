"""Text, thinking and refusals of an answer: one of them is open at a time.

Each begins when its first characters come and ends when another begins. Images come whole.
"""

import base64
import binascii
from collections.abc import Mapping
from typing import Any

from llmgw_desktop.domain.errors import UpstreamGarbage
from llmgw_desktop.domain.model.answer import AnswerEvent, ItemCited
from llmgw_desktop.domain.model.content import (
    Audio,
    Citation,
    Image,
    RedactedThinking,
    Refusal,
    Text,
    Thinking,
)
from llmgw_desktop.wire.answer_facts import object_in
from llmgw_desktop.wire.translate import answer_events
from llmgw_desktop.wire.translate.media import media_of_data, media_of_url
from llmgw_desktop.wire.translate.openai_chat.reasoning import TEXT_MEMBERS, item_of, sealed

_MOST_CHARS = 64 * 1024 * 1024
WORDS = ("reasoning_content", "reasoning", "thinking")


class Numbers:
    """The items of one answer are numbered in the order in which they begin; and all that comes
    is counted, so that it has a bound."""

    __slots__ = ("_chars", "_next")

    def __init__(self) -> None:
        self._next = 0
        self._chars = 0

    def next(self) -> int:
        self._next += 1
        return self._next - 1

    def peek(self) -> int:
        return self._next

    def count(self, more: str) -> None:
        self._chars += len(more)
        if self._chars > _MOST_CHARS:
            raise UpstreamGarbage("The provider's answer is longer than any answer.")


class SaidIn:
    """Of one answer."""

    def __init__(self, numbers: Numbers) -> None:
        self._numbers = numbers
        self._open = -1
        self._open_kind: type[Text | Thinking | Refusal] | None = None
        self._detail: dict[str, Any] | None = None
        """Of the open thinking: its entry in `reasoning_details`, without words."""
        self._audio: list[bytes] = []
        self._text_chars = 0
        self._text_start = 0
        self.has_refusal = False

    def think(self, delta: Mapping[str, Any], events: list[AnswerEvent]) -> None:
        """The words stand in one of several members; `reasoning_details` repeats them."""
        words = ""
        for name in WORDS:
            found = delta.get(name)
            if found and type(found) is str:
                words = found
                break
        details = delta.get("reasoning_details")
        if type(details) is list and details:
            self._think_in_detail(details, words, events)
        elif words:
            self.grow(Thinking, words, events)

    def say(self, text: str, events: list[AnswerEvent]) -> None:
        self.grow(Text, text, events)
        self._text_chars += len(text)

    def grow(
        self, kind: type[Text | Thinking | Refusal], more: str, events: list[AnswerEvent]
    ) -> None:
        if self._open_kind is not kind:
            self._begin(kind, events)
        self._numbers.count(more)
        events.append(answer_events.make_item_grew(index=self._open, more=more))

    def is_open(self, index: int) -> bool:
        return index == self._open

    def note(self, more: str) -> None:
        """More of what is open, whose event somebody else tells."""
        self._numbers.count(more)
        if self._open_kind is Text:
            self._text_chars += len(more)

    def say_parts(self, parts: list[Any], events: list[AnswerEvent]) -> None:
        """Content as a list (Mistral): text, and thinking as a list of texts."""
        for part in parts:
            if type(part) is not dict:
                continue
            if text := part.get("text"):
                self.say(_string(text), events)
            inner = part.get("thinking")
            for piece in inner if type(inner) is list else [{"text": inner}]:
                if type(piece) is dict and piece.get("text"):
                    self.grow(Thinking, _string(piece["text"]), events)

    def refuse(self, text: str, events: list[AnswerEvent]) -> None:
        self.has_refusal = True
        self.grow(Refusal, text, events)

    def show(self, images: list[Any], events: list[AnswerEvent]) -> None:
        for image in images:
            given = object_in(image, "image_url") if type(image) is dict else {}
            url = word_in_full(given, "url")
            if url:
                self._numbers.count(url)
                self._whole(Image(media=media_of_url(url)), events)

    def sound(self, audio: Mapping[str, Any], events: list[AnswerEvent]) -> None:
        """What is spoken is text too; the sound itself waits for its end."""
        if transcript := word_in_full(audio, "transcript"):
            self.say(transcript, events)
        if data := word_in_full(audio, "data"):
            self._numbers.count(data)
            self._audio.append(_bytes(data))

    def cite(self, annotations: list[Any], events: list[AnswerEvent]) -> None:
        for annotation in annotations:
            cited = object_in(annotation, "url_citation") if type(annotation) is dict else {}
            if not cited:
                continue
            if self._open_kind is not Text:
                self._begin(Text, events)
            events.append(ItemCited(index=self._open, citation=self._citation(cited)))

    def end(self, events: list[AnswerEvent]) -> None:
        """Something else begins, or nothing more comes."""
        if self._open < 0:
            return
        signature = sealed(self._detail) if self._detail is not None else None
        events.append(answer_events.make_item_ended(index=self._open, signature=signature))
        self._open = -1
        self._open_kind = self._detail = None

    def end_all(self, events: list[AnswerEvent]) -> None:
        self.end(events)
        if self._audio:
            data = base64.b64encode(b"".join(self._audio)).decode()
            self._audio = []
            self._whole(Audio(media=media_of_data(data)), events)

    def _think_in_detail(self, details: list[Any], words: str, events: list[AnswerEvent]) -> None:
        """The words are taken from the details where they have some, else from beside them."""
        has_words = False
        for entry in details:
            if type(entry) is not dict:
                continue
            member = TEXT_MEMBERS.get(str(entry.get("type")))
            if member is None:
                if entry.get("data"):
                    self._beside(item_of(entry), events)
                continue
            has_words = bool(self._take_detail(entry, member, events)) or has_words
        if words and not has_words:
            self.grow(Thinking, words, events)

    def _take_detail(self, entry: Mapping[str, Any], member: str, events: list[AnswerEvent]) -> str:
        text = entry.get(member)
        text = text if type(text) is str else ""
        known = {name: value for name, value in entry.items() if value is not None}
        known.pop(member, None)
        if self._detail is not None and not _is_same(self._detail, known):
            self.end(events)
        if self._open_kind is not Thinking:
            if not text:
                if "signature" in known:
                    self._beside(Thinking(text="", signature=sealed(known)), events)
                return ""
            self._begin(Thinking, events)
        self._detail = {**(self._detail or {}), **known}
        if text:
            self.grow(Thinking, text, events)
        return text

    def _begin(self, kind: type[Text | Thinking | Refusal], events: list[AnswerEvent]) -> None:
        self.end(events)
        self._open = self._numbers.next()
        self._open_kind = kind
        self._text_start = self._text_chars
        events.append(answer_events.make_item_begun(index=self._open, item=kind(text="")))

    def _whole(self, item: Image | Audio, events: list[AnswerEvent]) -> None:
        self.end(events)
        self._beside(item, events)

    def _beside(
        self, item: Image | Audio | Thinking | RedactedThinking, events: list[AnswerEvent]
    ) -> None:
        """What is open stays so: a seal may come in the middle of a text."""
        number = self._numbers.next()
        events.append(answer_events.make_item_begun(index=number, item=item))
        events.append(answer_events.make_item_ended(index=number))

    def _citation(self, cited: Mapping[str, Any]) -> Citation:
        """Positions are told in the whole content, and wanted in the text they belong to."""
        start, end = (
            max(place - self._text_start, 0) if type(place) is int else None
            for place in (cited.get("start_index"), cited.get("end_index"))
        )
        return Citation(
            url=word_in_full(cited, "url") or None,
            title=word_in_full(cited, "title") or None,
            cited_text=word_in_full(cited, "content") or None,
            start=start,
            end=end,
        )


def word_in_full(parent: Mapping[str, Any], name: str) -> str:
    found = parent.get(name)
    return found if type(found) is str else ""


def _is_same(detail: Mapping[str, Any], known: Mapping[str, Any]) -> bool:
    return all(
        name not in detail or name not in known or detail[name] == known[name]
        for name in ("type", "index")
    )


def _string(found: object) -> str:
    if type(found) is str:
        return found
    raise UpstreamGarbage("The provider's answer has content that is no text.")


def _bytes(data: str) -> bytes:
    try:
        return base64.b64decode(data, validate=True)
    except (binascii.Error, ValueError):
        raise UpstreamGarbage("The provider's answer has sound that is no base64.") from None
