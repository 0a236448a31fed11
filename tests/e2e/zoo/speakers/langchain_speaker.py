"""LangChain, with its package for each vendor."""

from __future__ import annotations

from typing import Any

from langchain_anthropic import ChatAnthropic
from langchain_core.language_models import BaseChatModel
from langchain_core.messages import AIMessage, HumanMessage
from langchain_core.tools import tool
from langchain_google_genai import ChatGoogleGenerativeAI
from langchain_openai import ChatOpenAI
from speaking import MOST_TURNS, RESULT, Cell, Heard, Weather, go_through, spent


@tool
def look_up(city: str, degrees: int) -> str:
    """Tells the weather of a city."""
    return RESULT


def model(cell: Cell) -> BaseChatModel:
    shared: dict[str, Any] = {"model": cell.model, "api_key": cell.key, "max_retries": 0}
    match cell.client:
        case "anthropic":
            return ChatAnthropic(base_url=cell.url, **shared)
        case "gemini":
            return ChatGoogleGenerativeAI(base_url=cell.url, **shared | {"max_retries": 1})
        case _:
            return ChatOpenAI(
                base_url=f"{cell.url}/v1",
                stream_usage=True,
                use_responses_api=cell.client == "responses",
                **shared,
            )


def talk(cell: Cell) -> Heard:
    asked = model(cell)
    match cell.scenario:
        case "stream":
            whole: Any = None
            for chunk in asked.stream(cell.prompt):
                whole = chunk if whole is None else whole + chunk
            return Heard(text=whole.text, usages=[usage(whole)])
        case "structured":
            told: Any = asked.with_structured_output(Weather, include_raw=True).invoke(cell.prompt)
            if told["parsing_error"]:
                raise told["parsing_error"]
            return Heard(parsed=told["parsed"].model_dump(), usages=[usage(told["raw"])])
        case "tools":
            return loop(asked, cell.prompt)
        case _:
            answer = asked.invoke(cell.prompt)
            return Heard(text=answer.text, usages=[usage(answer)])


def loop(asked: BaseChatModel, prompt: str) -> Heard:
    armed = asked.bind_tools([look_up])
    messages: list[Any] = [HumanMessage(prompt)]
    heard = Heard(usages=[])
    for _ in range(MOST_TURNS):
        answer = armed.invoke(messages)
        heard.usages.append(usage(answer))
        heard.text = answer.text
        heard.calls += len(answer.tool_calls)
        if not answer.tool_calls:
            break
        messages += [answer, *(look_up.invoke(call) for call in answer.tool_calls)]
    return heard


def usage(answer: AIMessage) -> dict[str, int | None]:
    told = answer.usage_metadata
    if told is None:
        return spent(None, None)
    inside = told.get("input_token_details", {})
    return spent(
        told["input_tokens"],
        told["output_tokens"],
        read=inside.get("cache_read"),
        written=inside.get("cache_creation"),
        reasoning=told.get("output_token_details", {}).get("reasoning"),
    )


if __name__ == "__main__":
    go_through(dict.fromkeys(("chat", "responses", "anthropic", "gemini"), talk))
