"""Through OpenAI's SDK: Responses, without the vendor's memory."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any

import httpx2
import openai

from tests.support.talks.talk import TOOLS, Called, Heard, Wishes


class ResponsesTalk:
    errors = (openai.APIError, httpx2.HTTPError)

    @staticmethod
    def make_sdk(url: str, key: str) -> openai.OpenAI:
        return openai.OpenAI(
            base_url=f"{url}/v1", api_key=key, max_retries=0, _strict_response_validation=True
        )

    def __init__(self, sdk: openai.OpenAI, wishes: Wishes) -> None:
        self._sdk = sdk
        self.wishes = wishes
        self._input: list[Any] = []
        self._last: Any = None

    def ask(self, text: str, *, png: str | None = None, pdf: str | None = None) -> Heard:
        self._input.append({"role": "user", "content": _content(text, png, pdf)})
        return self._go()

    def answer_calls(
        self, results: Sequence[str], then: str | None = None, *, png: str | None = None
    ) -> Heard:
        calls = [item for item in self._last.output if item.type == "function_call"]
        for call, result in zip(calls, results, strict=True):
            output = _content(result, png, None)
            told = {"type": "function_call_output", "call_id": call.call_id, "output": output}
            self._input.append(told)
        if then is not None:
            self._input.append({"role": "user", "content": then})
        return self._go()

    def count(self, text: str, *, png: str | None = None) -> int:
        told = self._sdk.responses.input_tokens.count(
            model=self.wishes.model,
            input=[{"role": "user", "content": _content(text, png, None)}],
        )
        return told.input_tokens

    @staticmethod
    def status_of(error: Exception) -> int | None:
        if type(error) is openai.APIStatusError:
            return None
        return error.status_code if isinstance(error, openai.APIStatusError) else None

    def _go(self) -> Heard:
        fields: dict[str, Any] = {
            "model": self.wishes.model,
            "input": self._input,
            "store": False,
            **self._options(),
        }
        pieces = 0
        if self.wishes.stream:
            answer, pieces = _streamed(self._sdk.responses.create(stream=True, **fields))
        else:
            answer = self._sdk.responses.create(**fields)
        self._input += [item.model_dump(mode="json", exclude_unset=True) for item in answer.output]
        self._last = answer
        return _heard(answer, pieces)

    def _options(self) -> dict[str, Any]:
        wishes = self.wishes
        options: dict[str, Any] = {"max_output_tokens": wishes.max_tokens}
        if wishes.system is not None:
            options["instructions"] = wishes.system
        if wishes.thinks:
            options["reasoning"] = {"effort": "medium", "summary": "auto"}
            options["include"] = ["reasoning.encrypted_content"]
        if wishes.tools:
            options["tools"] = [
                {"type": "function", "name": name, "strict": False}
                | {"description": words, "parameters": schema}
                for name, (words, schema) in TOOLS.items()
            ]
        if wishes.must_call is not None:
            options["tool_choice"] = {"type": "function", "name": wishes.must_call}
        return options


def _streamed(events: Any) -> tuple[Any, int]:
    """The answer at its end, once it is what the events before it told."""
    pieces: list[str] = []
    done: list[Any] = []
    numbers: list[int] = []
    answer: Any = None
    for event in events:
        assert answer is None, f"{event.type} after the end"
        numbers.append(event.sequence_number)
        if event.type in ("response.output_text.delta", "response.refusal.delta"):
            pieces.append(event.delta)
        elif event.type == "response.output_item.done":
            assert event.output_index == len(done)
            done.append(event.item)
        elif event.type == "error":
            raise openai.APIError(event.message, httpx2.Request("POST", "http://x"), body=None)
        elif event.type == "response.failed":
            words = event.response.error.message
            raise openai.APIError(words, httpx2.Request("POST", "http://x"), body=None)
        elif event.type in ("response.completed", "response.incomplete"):
            answer = event.response
    if answer is None:
        raise httpx2.RemoteProtocolError("the stream ended before the answer did")
    assert numbers == list(range(len(numbers)))
    assert done == answer.output
    assert "".join(pieces) == _text(answer)
    return answer, len(pieces)


def _content(text: str, png: str | None, pdf: str | None) -> Any:
    if png is None and pdf is None:
        return text
    content: list[Any] = [{"type": "input_text", "text": text}]
    if png is not None:
        url = f"data:image/png;base64,{png}"
        content.append({"type": "input_image", "image_url": url, "detail": "auto"})
    if pdf is not None:
        data = f"data:application/pdf;base64,{pdf}"
        content.append({"type": "input_file", "filename": "one.pdf", "file_data": data})
    return content


def _parts(answer: Any) -> list[Any]:
    return [part for item in answer.output if item.type == "message" for part in item.content]


def _text(answer: Any) -> str:
    return "".join(
        part.text if part.type == "output_text" else part.refusal for part in _parts(answer)
    )


def _heard(answer: Any, pieces: int) -> Heard:
    calls = [item for item in answer.output if item.type == "function_call"]
    thoughts = [item for item in answer.output if item.type == "reasoning"]
    reason = answer.incomplete_details.reason if answer.incomplete_details else None
    refused = any(part.type == "refusal" for part in _parts(answer)) or reason == "content_filter"
    usage = answer.usage
    return Heard(
        text=_text(answer),
        ending="refusal"
        if refused
        else "length"
        if reason == "max_output_tokens"
        else "tools"
        if calls
        else "end",
        calls=[
            Called(id=call.call_id, name=call.name, arguments=json.loads(call.arguments))
            for call in calls
        ],
        thinking="".join(part.text for item in thoughts for part in item.summary) or None,
        pieces=pieces,
        input_tokens=usage.input_tokens,
        cached_tokens=usage.input_tokens_details.cached_tokens,
        output_tokens=usage.output_tokens,
    )
