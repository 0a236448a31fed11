"""Through Google's SDK: generateContent and its kin."""

from __future__ import annotations

import base64
from collections.abc import Sequence
from typing import Any

import aiohttp
import httpx2
from google import genai
from google.genai import errors, types

from tests.support.talks.talk import TOOLS, Called, Ending, Heard, Wishes

_ENDINGS: dict[str, Ending] = {"STOP": "end", "MAX_TOKENS": "length", "SAFETY": "refusal"}


class GeminiTalk:
    errors = (errors.APIError, httpx2.HTTPError, aiohttp.ClientError)

    @staticmethod
    def make_sdk(url: str, key: str) -> genai.Client:
        retries = types.HttpRetryOptions(attempts=1)
        options = types.HttpOptions(base_url=url, retry_options=retries)
        return genai.Client(api_key=key, http_options=options)

    def __init__(self, sdk: genai.Client, wishes: Wishes) -> None:
        self._sdk = sdk
        self.wishes = wishes
        self._contents: list[Any] = []

    def ask(self, text: str, *, png: str | None = None, pdf: str | None = None) -> Heard:
        self._contents.append(types.Content(role="user", parts=_parts(text, png, pdf)))
        return self._go()

    def answer_calls(
        self, results: Sequence[str], then: str | None = None, *, png: str | None = None
    ) -> Heard:
        asked = [part.function_call for part in self._contents[-1].parts if part.function_call]
        told = [
            types.Part(
                function_response=types.FunctionResponse(
                    id=call.id, name=call.name, response={"output": result}, parts=_pictures(png)
                )
            )
            for call, result in zip(asked, results, strict=True)
        ]
        if then is not None:
            told.append(types.Part(text=then))
        self._contents.append(types.Content(role="user", parts=told))
        return self._go()

    def count(self, text: str, *, png: str | None = None) -> int:
        content = types.Content(role="user", parts=_parts(text, png, None))
        told = self._sdk.models.count_tokens(model=self.wishes.model, contents=[content])
        return told.total_tokens or 0

    @staticmethod
    def status_of(error: Exception) -> int | None:
        known = isinstance(error, errors.ClientError | errors.ServerError)
        return int(error.code) if known else None

    def _go(self) -> Heard:
        fields: Any = {
            "model": self.wishes.model,
            "contents": self._contents,
            "config": types.GenerateContentConfig(**self._options()),
        }
        if self.wishes.stream:
            chunks = list(self._sdk.models.generate_content_stream(**fields))
        else:
            chunks = [self._sdk.models.generate_content(**fields)]
        found = [chunk.candidates[0] for chunk in chunks if chunk.candidates]
        contents = [each.content for each in found if each.content]
        parts = [part for content in contents for part in content.parts or ()]
        assert all(content.role == "model" for content in contents)
        self._contents.append(types.Content(role="model", parts=parts))
        pieces = sum(bool(part.text and not part.thought) for part in parts)
        return _heard(chunks, parts, pieces if self.wishes.stream else 0)

    def _options(self) -> dict[str, Any]:
        wishes = self.wishes
        options: dict[str, Any] = {
            "max_output_tokens": wishes.max_tokens,
            "automatic_function_calling": types.AutomaticFunctionCallingConfig(disable=True),
        }
        if wishes.system is not None:
            options["system_instruction"] = wishes.system
        if wishes.thinks:
            options["thinking_config"] = types.ThinkingConfig(
                include_thoughts=True, thinking_budget=2048
            )
        if wishes.tools:
            declared = [
                types.FunctionDeclaration(
                    name=name, description=words, parameters_json_schema=schema
                )
                for name, (words, schema) in TOOLS.items()
            ]
            options["tools"] = [types.Tool(function_declarations=declared)]
        if wishes.must_call is not None:
            options["tool_config"] = types.ToolConfig(
                function_calling_config=types.FunctionCallingConfig(
                    mode=types.FunctionCallingConfigMode.ANY,
                    allowed_function_names=[wishes.must_call],
                )
            )
        return options


def _parts(text: str, png: str | None, pdf: str | None) -> list[Any]:
    parts = [types.Part(text=text)]
    for media, data in (("image/png", png), ("application/pdf", pdf)):
        if data is not None:
            parts.append(types.Part.from_bytes(data=base64.b64decode(data), mime_type=media))
    return parts


def _pictures(png: str | None) -> list[types.FunctionResponsePart] | None:
    if png is None:
        return None
    data = base64.b64decode(png)
    return [types.FunctionResponsePart.from_bytes(data=data, mime_type="image/png")]


def _heard(chunks: list[Any], parts: list[Any], pieces: int) -> Heard:
    reasons = [
        chunk.candidates[0].finish_reason
        for chunk in chunks
        if chunk.candidates and chunk.candidates[0].finish_reason
    ]
    assert len(reasons) == 1, f"finish reasons: {reasons}"
    asked = [part.function_call for part in parts if part.function_call]
    ending = _ENDINGS[reasons[0].value]
    usage = chunks[-1].usage_metadata
    return Heard(
        text="".join(part.text for part in parts if part.text and not part.thought),
        ending="tools" if asked and ending == "end" else ending,
        calls=[
            Called(id=call.id or "", name=call.name, arguments=call.args or {}) for call in asked
        ],
        thinking="".join(part.text for part in parts if part.text and part.thought) or None,
        pieces=pieces,
        input_tokens=usage.prompt_token_count,
        cached_tokens=usage.cached_content_token_count,
        output_tokens=(usage.candidates_token_count or 0) + (usage.thoughts_token_count or 0),
    )
