"""Through OpenAI's SDK: Chat Completions."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any

import httpx2
import openai
import pytest
from openai.lib.streaming.chat import ChatCompletionStreamState

from tests.support.talks.talk import TOOLS, Called, Ending, Heard, Wishes

_ENDINGS: dict[str, Ending] = {
    "stop": "end",
    "tool_calls": "tools",
    "length": "length",
    "content_filter": "refusal",
}


class ChatTalk:
    errors = (openai.APIError, httpx2.HTTPError)

    @staticmethod
    def make_sdk(url: str, key: str) -> openai.OpenAI:
        return openai.OpenAI(
            base_url=f"{url}/v1", api_key=key, max_retries=0, _strict_response_validation=True
        )

    def __init__(self, sdk: openai.OpenAI, wishes: Wishes) -> None:
        self._sdk = sdk
        self.wishes = wishes
        self._messages: list[Any] = []
        if wishes.system is not None:
            self._messages.append({"role": "system", "content": wishes.system})

    def ask(self, text: str, *, png: str | None = None, pdf: str | None = None) -> Heard:
        self._messages.append({"role": "user", "content": _content(text, png, pdf)})
        return self._go()

    def answer_calls(
        self, results: Sequence[str], then: str | None = None, *, png: str | None = None
    ) -> Heard:
        if png is not None:
            pytest.skip("messages of tools hold text alone in Chat Completions")
        calls = self._messages[-1]["tool_calls"]
        for call, result in zip(calls, results, strict=True):
            told = {"role": "tool", "tool_call_id": call["id"], "content": result}
            self._messages.append(told)
        if then is not None:
            self._messages.append({"role": "user", "content": then})
        return self._go()

    def count(self, text: str, *, png: str | None = None) -> int:
        del text, png
        pytest.skip("Chat Completions has no counter")

    @staticmethod
    def status_of(error: Exception) -> int | None:
        if type(error) is openai.APIStatusError:
            return None
        return error.status_code if isinstance(error, openai.APIStatusError) else None

    def _go(self) -> Heard:
        wishes = self.wishes
        fields: dict[str, Any] = {
            "model": wishes.model,
            "messages": self._messages,
            **self._options(),
        }
        pieces = 0
        if wishes.stream:
            fields["stream_options"] = {"include_usage": True}
            answer, pieces = _streamed(self._sdk.chat.completions.create(stream=True, **fields))
        else:
            answer = self._sdk.chat.completions.create(**fields)
        # what the SDK does not know stays in the message, and goes back with it
        self._messages.append(_plain(answer.choices[0].message))
        return _heard(answer, pieces)

    def _options(self) -> dict[str, Any]:
        wishes = self.wishes
        options: dict[str, Any] = {"max_completion_tokens": wishes.max_tokens}
        if wishes.thinks:
            options["reasoning_effort"] = "medium"
        if wishes.tools:
            options["tools"] = [
                {"type": "function"}
                | {"function": {"name": name, "description": words, "parameters": schema}}
                for name, (words, schema) in TOOLS.items()
            ]
        if wishes.must_call is not None:
            wanted = {"type": "function", "function": {"name": wishes.must_call}}
            options["tool_choice"] = wanted
        return options


def _streamed(chunks: Any) -> tuple[Any, int]:
    """Put together by the SDK's own means."""
    state, pieces = ChatCompletionStreamState(), 0
    reasons: list[str] = []
    for chunk in chunks:
        state.handle_chunk(chunk)
        pieces += sum(bool(choice.delta.content) for choice in chunk.choices)
        reasons += [choice.finish_reason for choice in chunk.choices if choice.finish_reason]
    assert len(reasons) == 1, f"finish reasons: {reasons}"
    return state.current_completion_snapshot, pieces


def _plain(message: Any) -> dict[str, Any]:
    plain: dict[str, Any] = message.model_dump(mode="json", exclude_none=True)
    plain.pop("parsed", None)
    for call in plain.get("tool_calls") or ():
        call.pop("index", None)
        call["function"].pop("parsed_arguments", None)
    return plain


def _content(text: str, png: str | None, pdf: str | None) -> Any:
    if png is None and pdf is None:
        return text
    content: list[Any] = [{"type": "text", "text": text}]
    if png is not None:
        url = {"url": f"data:image/png;base64,{png}"}
        content.append({"type": "image_url", "image_url": url})
    if pdf is not None:
        file = {"filename": "one.pdf", "file_data": f"data:application/pdf;base64,{pdf}"}
        content.append({"type": "file", "file": file})
    return content


def _heard(answer: Any, pieces: int) -> Heard:
    choice, usage = answer.choices[0], answer.usage
    message = choice.message
    details = usage.prompt_tokens_details
    return Heard(
        text=message.content or message.refusal or "",
        ending="refusal" if message.refusal else _ENDINGS[choice.finish_reason],
        calls=[
            Called(
                id=call.id, name=call.function.name, arguments=json.loads(call.function.arguments)
            )
            for call in message.tool_calls or ()
        ],
        thinking=(message.model_extra or {}).get("reasoning_content"),
        pieces=pieces,
        input_tokens=usage.prompt_tokens,
        cached_tokens=details.cached_tokens if details else None,
        output_tokens=usage.completion_tokens,
    )
