"""The vendors' own SDKs."""

from __future__ import annotations

from typing import Any

import anthropic
import openai
from google import genai
from google.genai import types
from speaking import (
    MOST_TURNS,
    RESULT,
    SCHEMA,
    TOOL,
    TOOL_WORDS,
    Cell,
    Heard,
    Weather,
    go_through,
    spent,
)


def chat(cell: Cell) -> Heard:
    sdk = openai.OpenAI(base_url=f"{cell.url}/v1", api_key=cell.key, max_retries=0)
    create = sdk.chat.completions.create
    messages: list[Any] = [{"role": "user", "content": cell.prompt}]
    asked: dict[str, Any] = {"model": cell.model, "messages": messages}
    heard = Heard(usages=[])
    match cell.scenario:
        case "stream":
            for chunk in create(**asked, stream=True, stream_options={"include_usage": True}):
                heard.text += "".join(each.delta.content or "" for each in chunk.choices)
                heard.usages += [_of_chat(chunk.usage)] if chunk.usage else []
        case "structured":
            answer = sdk.chat.completions.parse(**asked, response_format=Weather)
            heard.parsed = answer.choices[0].message.parsed.model_dump()
            heard.usages.append(_of_chat(answer.usage))
        case _:
            function = {"name": TOOL, "description": TOOL_WORDS, "parameters": SCHEMA}
            if cell.scenario == "tools":
                asked["tools"] = [{"type": "function", "function": function}]
            for _ in range(MOST_TURNS):
                answer = create(**asked)
                message = answer.choices[0].message
                heard.usages.append(_of_chat(answer.usage))
                if not message.tool_calls:
                    heard.text = message.content
                    break
                heard.calls += len(message.tool_calls)
                messages.append(message)
                messages += [
                    {"role": "tool", "tool_call_id": call.id, "content": RESULT}
                    for call in message.tool_calls
                ]
    return heard


def _of_chat(usage: Any) -> dict[str, int | None]:
    if usage is None:
        return spent(None, None)
    inside, outside = usage.prompt_tokens_details, usage.completion_tokens_details
    return spent(
        usage.prompt_tokens,
        usage.completion_tokens,
        read=inside and inside.cached_tokens,
        reasoning=outside and outside.reasoning_tokens,
    )


def responses(cell: Cell) -> Heard:
    sdk = openai.OpenAI(base_url=f"{cell.url}/v1", api_key=cell.key, max_retries=0).responses
    items: list[Any] = [{"role": "user", "content": cell.prompt}]
    asked: dict[str, Any] = {"model": cell.model, "input": items}
    heard = Heard(usages=[])
    match cell.scenario:
        case "stream":
            with sdk.stream(**asked) as stream:
                for event in stream:
                    heard.text += event.delta if event.type == "response.output_text.delta" else ""
                heard.usages.append(_of_responses(stream.get_final_response().usage))
        case "structured":
            answer = sdk.parse(**asked, text_format=Weather)
            heard.parsed = answer.output_parsed.model_dump()
            heard.usages.append(_of_responses(answer.usage))
        case _:
            function = {"name": TOOL, "description": TOOL_WORDS, "parameters": SCHEMA}
            if cell.scenario == "tools":
                asked["tools"] = [{"type": "function", "strict": True, **function}]
            for _ in range(MOST_TURNS):
                answer = sdk.create(**asked)
                heard.usages.append(_of_responses(answer.usage))
                calls = [item for item in answer.output if item.type == "function_call"]
                heard.text = answer.output_text
                heard.calls += len(calls)
                if not calls:
                    break
                items += answer.output
                items += [
                    {"type": "function_call_output", "call_id": call.call_id, "output": RESULT}
                    for call in calls
                ]
    return heard


def _of_responses(usage: Any) -> dict[str, int | None]:
    if usage is None:
        return spent(None, None)
    inside, outside = usage.input_tokens_details, usage.output_tokens_details
    return spent(
        usage.input_tokens,
        usage.output_tokens,
        read=inside and inside.cached_tokens,
        reasoning=outside and outside.reasoning_tokens,
    )


def of_anthropic(cell: Cell) -> Heard:
    sdk = anthropic.Anthropic(base_url=cell.url, api_key=cell.key, max_retries=0).messages
    messages: list[Any] = [{"role": "user", "content": cell.prompt}]
    asked: dict[str, Any] = {"model": cell.model, "max_tokens": 999, "messages": messages}
    heard = Heard(usages=[])
    match cell.scenario:
        case "stream":
            with sdk.stream(**asked) as stream:
                heard.text = "".join(stream.text_stream)
                heard.usages.append(_of_messages(stream.get_final_message().usage))
        case "structured":
            answer = sdk.parse(**asked, output_format=Weather)
            heard.parsed = answer.parsed_output.model_dump()
            heard.usages.append(_of_messages(answer.usage))
        case _:
            if cell.scenario == "tools":
                tool = {"name": TOOL, "description": TOOL_WORDS, "input_schema": SCHEMA}
                asked["tools"] = [tool]
            for _ in range(MOST_TURNS):
                answer = sdk.create(**asked)
                heard.usages.append(_of_messages(answer.usage))
                calls = [block for block in answer.content if block.type == "tool_use"]
                heard.text = "".join(b.text for b in answer.content if b.type == "text")
                heard.calls += len(calls)
                if not calls:
                    break
                results = [
                    {"type": "tool_result", "tool_use_id": call.id, "content": RESULT}
                    for call in calls
                ]
                messages.append({"role": "assistant", "content": answer.content})
                messages.append({"role": "user", "content": results})
    return heard


def _of_messages(usage: Any) -> dict[str, int | None]:
    read, written = usage.cache_read_input_tokens, usage.cache_creation_input_tokens
    total = usage.input_tokens + (read or 0) + (written or 0)
    return spent(total, usage.output_tokens, read=read, written=written)


def gemini(cell: Cell) -> Heard:
    once = types.HttpRetryOptions(attempts=1)
    options = types.HttpOptions(base_url=cell.url, retry_options=once)
    client = genai.Client(api_key=cell.key, http_options=options)  # closes itself when dropped
    sdk = client.models
    contents: list[Any] = [types.Content(role="user", parts=[types.Part(text=cell.prompt)])]
    asked: dict[str, Any] = {"model": cell.model, "contents": contents}
    heard = Heard(usages=[])
    match cell.scenario:
        case "stream":
            last = None
            for chunk in sdk.generate_content_stream(**asked):
                heard.text += chunk.text or ""
                last = chunk.usage_metadata or last
            heard.usages.append(_of_gemini(last))
        case "structured":
            config = types.GenerateContentConfig(
                response_mime_type="application/json", response_schema=Weather
            )
            answer = sdk.generate_content(**asked, config=config)
            heard.parsed = answer.parsed.model_dump()
            heard.usages.append(_of_gemini(answer.usage_metadata))
        case _:
            if cell.scenario == "tools":
                function = types.FunctionDeclaration(
                    name=TOOL, description=TOOL_WORDS, parameters_json_schema=SCHEMA
                )
                tools = [types.Tool(function_declarations=[function])]
                asked["config"] = types.GenerateContentConfig(tools=tools)
            for _ in range(MOST_TURNS):
                answer = sdk.generate_content(**asked)
                heard.usages.append(_of_gemini(answer.usage_metadata))
                calls = answer.function_calls or []
                heard.calls += len(calls)
                if not calls:
                    heard.text = answer.text
                    break
                results = [
                    types.Part(
                        function_response=types.FunctionResponse(
                            id=call.id, name=call.name, response={"output": RESULT}
                        )
                    )
                    for call in calls
                ]
                contents += [answer.candidates[0].content]
                contents += [types.Content(role="user", parts=results)]
    return heard


def _of_gemini(usage: Any) -> dict[str, int | None]:
    if usage is None:
        return spent(None, None)
    shown, thoughts = usage.candidates_token_count, usage.thoughts_token_count
    total = None if shown is None and thoughts is None else (shown or 0) + (thoughts or 0)
    return spent(
        usage.prompt_token_count, total, read=usage.cached_content_token_count, reasoning=thoughts
    )


if __name__ == "__main__":
    go_through({"chat": chat, "responses": responses, "anthropic": of_anthropic, "gemini": gemini})
