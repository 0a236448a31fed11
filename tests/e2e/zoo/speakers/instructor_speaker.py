"""instructor over the vendors' SDKs. It has no loop of tools: there it asks for a call instead."""

from __future__ import annotations

from typing import Any

import anthropic
import instructor
import openai
from google import genai
from google.genai import types
from instructor import Mode
from speaking import Cell, Heard, Weather, go_through, spent

TOOLS = {"chat": Mode.TOOLS, "anthropic": Mode.ANTHROPIC_TOOLS, "gemini": Mode.GENAI_TOOLS}
SCHEMAS = {
    "chat": Mode.JSON_SCHEMA,
    "anthropic": Mode.ANTHROPIC_JSON,
    "gemini": Mode.GENAI_STRUCTURED_OUTPUTS,
}


def talk(cell: Cell) -> Heard:
    mode = (SCHEMAS if cell.scenario in ("structured", "stream") else TOOLS)[cell.client]
    client = made(cell, mode)
    asked: dict[str, Any] = {"messages": [{"role": "user", "content": cell.prompt}]}
    if cell.client == "anthropic":
        asked["max_tokens"] = 999
    if cell.client != "gemini":
        asked["model"] = cell.model
    else:
        asked["model"] = cell.model
    if cell.scenario == "stream":
        *_, last = client.create_partial(response_model=Weather, **asked)
        return Heard(parsed=last.model_dump())
    if cell.scenario in ("structured", "tools"):
        found, answer = client.create_with_completion(
            response_model=Weather, max_retries=1, **asked
        )
        return Heard(parsed=found.model_dump(), usages=[usage(cell.client, answer)])
    answer = client.create(response_model=None, **asked)
    return Heard(text=text(cell.client, answer), usages=[usage(cell.client, answer)])


def made(cell: Cell, mode: Mode) -> Any:
    match cell.client:
        case "chat":
            sdk = openai.OpenAI(base_url=f"{cell.url}/v1", api_key=cell.key, max_retries=0)
            return instructor.from_openai(sdk, mode=mode)
        case "anthropic":
            own = anthropic.Anthropic(base_url=cell.url, api_key=cell.key, max_retries=0)
            return instructor.from_anthropic(own, mode=mode)
        case _:
            once = types.HttpRetryOptions(attempts=1)
            options = types.HttpOptions(base_url=cell.url, retry_options=once)
            google = genai.Client(api_key=cell.key, http_options=options)
            return instructor.from_genai(google, mode=mode)


def text(client: str, answer: Any) -> str:
    if client == "chat":
        return answer.choices[0].message.content
    return answer.content[0].text if client == "anthropic" else answer.text


def usage(client: str, answer: Any) -> dict[str, int | None]:
    if client == "gemini":
        told = answer.usage_metadata
        if told is None:
            return spent(None, None)
        thoughts = told.thoughts_token_count
        return spent(
            told.prompt_token_count,
            (told.candidates_token_count or 0) + (thoughts or 0),
            read=told.cached_content_token_count,
            reasoning=thoughts,
        )
    told = answer.usage
    if told is None:
        return spent(None, None)
    if client == "anthropic":
        read, written = told.cache_read_input_tokens, told.cache_creation_input_tokens
        total = told.input_tokens + (read or 0) + (written or 0)
        return spent(total, told.output_tokens, read=read, written=written)
    inside, outside = told.prompt_tokens_details, told.completion_tokens_details
    return spent(
        told.prompt_tokens,
        told.completion_tokens,
        read=inside and inside.cached_tokens,
        reasoning=outside and outside.reasoning_tokens,
    )


if __name__ == "__main__":
    go_through(dict.fromkeys(("chat", "anthropic", "gemini"), talk))
