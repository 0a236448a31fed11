"""Through Anthropic's SDK: Messages."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import anthropic
import httpx2

from tests.support.talks.talk import TOOLS, Called, Ending, Heard, Wishes

_ENDINGS: dict[str, Ending] = {
    "end_turn": "end",
    "tool_use": "tools",
    "max_tokens": "length",
    "refusal": "refusal",
}


class AnthropicTalk:
    errors = (anthropic.APIError, httpx2.HTTPError)

    @staticmethod
    def make_sdk(url: str, key: str) -> anthropic.Anthropic:
        return anthropic.Anthropic(
            base_url=url, api_key=key, max_retries=0, _strict_response_validation=True
        )

    def __init__(self, sdk: anthropic.Anthropic, wishes: Wishes) -> None:
        self._sdk = sdk
        self.wishes = wishes
        self._messages: list[Any] = []
        self._last: Any = None

    def ask(self, text: str, *, png: str | None = None, pdf: str | None = None) -> Heard:
        self._messages.append({"role": "user", "content": _content(text, png, pdf)})
        return self._go()

    def answer_calls(
        self, results: Sequence[str], then: str | None = None, *, png: str | None = None
    ) -> Heard:
        calls = [block for block in self._last.content if block.type == "tool_use"]
        content: list[Any] = [
            {"type": "tool_result", "tool_use_id": call.id, "content": _content(result, png, None)}
            for call, result in zip(calls, results, strict=True)
        ]
        if then is not None:
            content.append({"type": "text", "text": then})
        self._messages.append({"role": "user", "content": content})
        return self._go()

    def count(self, text: str, *, png: str | None = None) -> int:
        told = self._sdk.messages.count_tokens(
            model=self.wishes.model,
            messages=[{"role": "user", "content": _content(text, png, None)}],
        )
        return told.input_tokens

    @staticmethod
    def status_of(error: Exception) -> int | None:
        if type(error) in (anthropic.APIError, anthropic.APIStatusError):
            return None
        return error.status_code if isinstance(error, anthropic.APIStatusError) else None

    def _go(self) -> Heard:
        fields: dict[str, Any] = {
            "model": self.wishes.model,
            "max_tokens": self.wishes.max_tokens,
            "messages": self._messages,
            **self._options(),
        }
        pieces = 0
        if self.wishes.stream:
            with self._sdk.messages.stream(**fields) as stream:
                pieces = sum(event.type == "text" for event in stream)
                message = stream.get_final_message()
        else:
            message = self._sdk.messages.create(**fields)
        self._messages.append({"role": "assistant", "content": message.content})
        self._last = message
        return _heard(message, pieces)

    def _options(self) -> dict[str, Any]:
        wishes = self.wishes
        options: dict[str, Any] = {}
        if wishes.system is not None:
            options["system"] = wishes.system
        if wishes.thinks:
            options["thinking"] = {"type": "enabled", "budget_tokens": 2048}
        if wishes.tools:
            options["tools"] = [
                {"name": name, "description": words, "input_schema": schema}
                for name, (words, schema) in TOOLS.items()
            ]
        if wishes.must_call is not None:
            options["tool_choice"] = {"type": "tool", "name": wishes.must_call}
        return options


def _content(text: str, png: str | None, pdf: str | None) -> Any:
    if png is None and pdf is None:
        return text
    content: list[Any] = [{"type": "text", "text": text}]
    for kind, media, data in (("image", "image/png", png), ("document", "application/pdf", pdf)):
        if data is not None:
            source = {"type": "base64", "media_type": media, "data": data}
            content.insert(0, {"type": kind, "source": source})
    return content


def _heard(message: Any, pieces: int) -> Heard:
    blocks, usage = message.content, message.usage
    cached = usage.cache_read_input_tokens or 0
    written = usage.cache_creation_input_tokens or 0
    thinking = [block.thinking for block in blocks if block.type == "thinking"]
    return Heard(
        text="".join(block.text for block in blocks if block.type == "text"),
        ending=_ENDINGS[message.stop_reason],
        calls=[
            Called(id=block.id, name=block.name, arguments=block.input)
            for block in blocks
            if block.type == "tool_use"
        ],
        thinking="".join(thinking) or None,
        pieces=pieces,
        input_tokens=usage.input_tokens + cached + written,
        cached_tokens=cached,
        output_tokens=usage.output_tokens,
    )
