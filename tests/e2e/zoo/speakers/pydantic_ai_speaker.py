"""pydantic-ai, with its models of OpenAI and of Google."""

from __future__ import annotations

import asyncio
from typing import Any

from pydantic_ai import Agent, NativeOutput
from pydantic_ai.messages import ModelResponse
from pydantic_ai.models.google import GoogleModel
from pydantic_ai.models.openai import OpenAIChatModel, OpenAIResponsesModel
from pydantic_ai.providers.google import GoogleProvider
from pydantic_ai.providers.openai import OpenAIProvider
from speaking import RESULT, Cell, Heard, Weather, go_through, spent


def model(cell: Cell) -> Any:
    if cell.client == "gemini":
        google = GoogleProvider(api_key=cell.key, base_url=cell.url)
        return GoogleModel(cell.model, provider=google)
    openai = OpenAIProvider(base_url=f"{cell.url}/v1", api_key=cell.key)
    kind = OpenAIResponsesModel if cell.client == "responses" else OpenAIChatModel
    return kind(cell.model, provider=openai)


async def talk(cell: Cell) -> Heard:
    agent: Agent[None, Any] = Agent(model(cell), retries=0)
    match cell.scenario:
        case "stream":
            async with agent.run_stream(cell.prompt) as stream:
                pieces = [piece async for piece in stream.stream_text(delta=True)]
                return Heard(text="".join(pieces), usages=usages(stream.all_messages()))
        case "structured":
            told = await agent.run(cell.prompt, output_type=Weather)
            return Heard(parsed=told.output.model_dump(), usages=usages(told.all_messages()))
        case "native":
            told = await agent.run(cell.prompt, output_type=NativeOutput(Weather))
            return Heard(parsed=told.output.model_dump(), usages=usages(told.all_messages()))
        case "tools":
            called: list[str] = []

            @agent.tool_plain
            def look_up(city: str, degrees: int) -> str:
                """Tells the weather of a city."""
                called.append(city)
                return RESULT

            told = await agent.run(cell.prompt)
            found = usages(told.all_messages())
            return Heard(text=told.output, calls=len(called), usages=found)
        case _:
            told = await agent.run(cell.prompt)
            return Heard(text=told.output, usages=usages(told.all_messages()))


def usages(messages: list[Any]) -> list[dict[str, int | None]]:
    told = [each.usage for each in messages if isinstance(each, ModelResponse)]
    return [
        spent(
            each.input_tokens,
            each.output_tokens,
            read=each.cache_read_tokens,
            written=each.cache_write_tokens,
            reasoning=each.details.get("reasoning_tokens", each.details.get("thoughts_tokens")),
        )
        for each in told
    ]


if __name__ == "__main__":
    with asyncio.Runner() as runner:

        def run(cell: Cell) -> Heard:
            return runner.run(talk(cell))

        go_through(dict.fromkeys(("chat", "responses", "gemini"), run))
