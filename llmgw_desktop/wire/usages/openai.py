"""The usage of OpenAI's two protocols, and what the many servers that speak them have added."""

from collections.abc import Mapping
from typing import Any

from llmgw_desktop.domain.usage import UNKNOWN_USAGE, BillingFacts, Usage
from llmgw_desktop.domain.values import maker
from llmgw_desktop.wire.usages import COST_MEMBERS, MOST_TOKENS, UsageReading, tier_in

_PATH = "usage"
_CHAT_PROMPT, _CHAT_ANSWER = "prompt_tokens_details", "completion_tokens_details"
_PROMPT, _ANSWER = "input_tokens_details", "output_tokens_details"

_ASIDE = frozenset(
    """
    queue_time prompt_time completion_time total_time
    total_duration load_duration prompt_eval_count prompt_eval_duration eval_count eval_duration
    approximate_total response_token/s prompt_token/s
    acceptance_rate completion_tokens_per_sec completion_tokens_after_first_per_sec
    completion_tokens_after_first_per_sec_first_ten completion_tokens_after_first_per_sec_graph
    start_time end_time time_to_first_token time_to_first_token_graph total_latency
    total_tokens_per_sec model_execution_time is_last_response stop_reason
    latency_checkpoint tokens_per_second estimated_cost
    """.split()  # noqa: SIM905 - names, not code
)
"""What Groq, Ollama, Open WebUI, SambaNova, DeepInfra and others tell that is no part of a bill."""
_SHARED = (
    COST_MEMBERS
    | _ASIDE
    | frozenset(
        {
            "total_tokens",
            "service_tier",
            "speed",
            "server_tool_use",
            "num_sources_used",
            "num_server_side_tools_used",
            "server_side_tool_usage_details",
        }
    )
)
_KNOWN_OF_CACHES = frozenset(
    {
        # DeepSeek, Moonshot, Mistral
        "prompt_cache_hit_tokens",
        "prompt_cache_miss_tokens",
        "cached_tokens",
        "num_cached_tokens",
        "cache_read_input_tokens",
        "cache_creation_input_tokens",
    }
)
"""Beside the details, where others have them."""
_KNOWN_IN_CHAT = (
    _SHARED
    | _KNOWN_OF_CACHES
    | {
        "prompt_tokens",
        "completion_tokens",
        _CHAT_PROMPT,
        _CHAT_ANSWER,
        # the same tokens by other names
        "input_tokens",
        "output_tokens",
        "reasoning_tokens",
        # Perplexity, which tells the cost of these
        "citation_tokens",
        "num_search_queries",
        "search_context_size",
    }
)
_KNOWN_IN_RESPONSES = _SHARED | {"input_tokens", "output_tokens", _PROMPT, _ANSWER}
_KNOWN_PROMPT = frozenset(
    {
        "cached_tokens",
        "cache_write_tokens",
        "cache_write_tokens_details",
        "cache_creation_input_tokens",
        "audio_tokens",
        "image_tokens",
        "text_tokens",
    }
)
_KNOWN_ANSWER = frozenset(
    {
        "reasoning_tokens",
        "audio_tokens",
        "image_tokens",
        "text_tokens",
        "accepted_prediction_tokens",
        "rejected_prediction_tokens",
    }
)
_PLAIN_CHAT = frozenset({"prompt_tokens", "completion_tokens", "total_tokens"})
_USUAL_CACHE_WRITES = frozenset({"ttl_30m_tokens"})
_SEARCHING = ("-search-preview", "-search-api")
"""In the names of models that search the web for every answer and take a fee for it."""
_FEES_OF_ITEMS = {
    "file_search_call": "file_search",
    "image_generation_call": "image_generation",
}

_usage = maker(Usage)


def chat_usage(figures: object, payload: Mapping[str, Any]) -> Usage:
    """`figures`: the usage, wherever the server put it; `payload`: the whole answer or chunk."""
    if type(figures) is not dict:
        return _none(figures)
    if figures.keys() == _PLAIN_CHAT and (plain := _plain_usage(figures, payload)) is not None:
        return plain
    reading = UsageReading()
    count = reading.count
    reading.look_over(figures, _KNOWN_IN_CHAT, _PATH)
    prompt = reading.part(figures, _CHAT_PROMPT, _KNOWN_PROMPT, _PATH)
    answer = reading.part(figures, _CHAT_ANSWER, _KNOWN_ANSWER, _PATH)
    read = write = None
    if prompt:
        inner = "usage.prompt_tokens_details"
        read = count(prompt, "cached_tokens", inner)
        write = count(prompt, "cache_write_tokens", inner)
        if write is None:
            write = count(prompt, "cache_creation_input_tokens", inner)
    if not _KNOWN_OF_CACHES.isdisjoint(figures):
        for name in ("prompt_cache_hit_tokens", "cached_tokens", "cache_read_input_tokens"):
            if read is None:
                read = count(figures, name, _PATH)
        if write is None:
            write = count(figures, "cache_creation_input_tokens", _PATH)
    reasoning = None
    if answer:
        reasoning = count(answer, "reasoning_tokens", "usage.completion_tokens_details")
    asked = count(figures, "prompt_tokens", _PATH)
    completion = count(figures, "completion_tokens", _PATH)
    return _usage(
        input_tokens=asked,
        output_tokens=_with_reasoning(completion, reasoning, asked, figures.get("total_tokens")),
        cache_read_tokens=read,
        cache_write_tokens=write,
        reasoning_tokens=reasoning,
        billing=_billing(
            reading,
            figures,
            payload=payload,
            prompt=prompt,
            answer=answer,
            names=(_CHAT_PROMPT, _CHAT_ANSWER),
        ),
    )


def _plain_usage(figures: Mapping[str, Any], payload: Mapping[str, Any]) -> Usage | None:
    """Of three counts and nothing else that a bill depends on, as most servers tell it; None
    where there is more to be read, or one of them cannot be true."""
    asked, completion = figures["prompt_tokens"], figures["completion_tokens"]
    if type(asked) is not int or type(completion) is not int:
        return None
    if not (0 <= asked <= MOST_TOKENS and 0 <= completion <= MOST_TOKENS):
        return None
    model = payload.get("model")
    if "service_tier" in payload or "output" in payload:
        return None
    if type(model) is str and "-search-" in model:
        return None
    return _usage(input_tokens=asked, output_tokens=completion)


def responses_usage(response: Mapping[str, Any]) -> Usage:
    """Of a response object."""
    figures = response.get("usage")
    if type(figures) is not dict:
        return _none(figures)
    reading = UsageReading()
    count = reading.count
    reading.look_over(figures, _KNOWN_IN_RESPONSES, _PATH)
    prompt = reading.part(figures, _PROMPT, _KNOWN_PROMPT, _PATH)
    answer = reading.part(figures, _ANSWER, _KNOWN_ANSWER, _PATH)
    return _usage(
        input_tokens=count(figures, "input_tokens", _PATH),
        output_tokens=count(figures, "output_tokens", _PATH),
        cache_read_tokens=count(prompt, "cached_tokens", "usage.input_tokens_details"),
        cache_write_tokens=count(prompt, "cache_write_tokens", "usage.input_tokens_details"),
        reasoning_tokens=count(answer, "reasoning_tokens", "usage.output_tokens_details"),
        billing=_billing(
            reading,
            figures,
            payload=response,
            prompt=prompt,
            answer=answer,
            names=(_PROMPT, _ANSWER),
        ),
    )


def _none(figures: object) -> Usage:
    if not figures:
        return UNKNOWN_USAGE
    reading = UsageReading()
    reading.cannot_be(figures, _PATH)
    return _usage(billing=reading.billing())


def _billing(
    reading: UsageReading,
    figures: Mapping[str, Any],
    *,
    payload: Mapping[str, Any],
    prompt: Mapping[str, Any],
    answer: Mapping[str, Any],
    names: tuple[str, str],
) -> BillingFacts:
    audio: tuple[int | None, int | None] = (None, None)
    image: tuple[int | None, int | None] = (None, None)
    if prompt:
        inner = f"{_PATH}.{names[0]}"
        audio = reading.count(prompt, "audio_tokens", inner), None
        image = reading.count(prompt, "image_tokens", inner), None
        reading.part(prompt, "cache_write_tokens_details", _USUAL_CACHE_WRITES, inner)
    if answer:
        inner = f"{_PATH}.{names[1]}"
        audio = audio[0], reading.count(answer, "audio_tokens", inner)
        image = image[0], reading.count(answer, "image_tokens", inner)
    tier = tier_in(payload, "service_tier") if "service_tier" in payload else ""
    if not tier and ("service_tier" in figures or "speed" in figures):
        tier = tier_in(figures, "service_tier") or tier_in(figures, "speed")
    return reading.billing(
        service_tier=tier,
        fees=_fees(figures, payload, reading),
        audio=audio,
        image=image,
        cost_usd=reading.cost_usd(figures, _PATH),
    )


def _with_reasoning(
    completion: int | None, reasoning: int | None, asked: int | None, total: object
) -> int | None:
    """OpenAI counts reasoning in with the completion, xAI beside it; the total tells which."""
    if not reasoning or completion is None or asked is None:
        return completion
    is_beside = total == asked + completion + reasoning
    return completion + reasoning if is_beside else completion


def _fees(
    figures: Mapping[str, Any], payload: Mapping[str, Any], reading: UsageReading
) -> tuple[tuple[str, int], ...]:
    searches = 0
    model = payload.get("model")
    if type(model) is str and "-search-" in model and any(map(model.__contains__, _SEARCHING)):
        searches = 1
    if figures.get("server_tool_use"):
        known = frozenset({"web_search_requests", "tool_calls_executed", "tool_calls_requested"})
        tools = reading.part(figures, "server_tool_use", known, _PATH)
        told = reading.count(tools, "web_search_requests", "usage.server_tool_use")
        searches = searches if told is None else told
    calls = _hosted_calls(output) if type(output := payload.get("output")) is list else {}
    searches += calls.pop("web_search", 0)
    fees = [("web_search", searches)] if searches else []
    fees += calls.items()
    if sources := reading.count(figures, "num_sources_used", _PATH):
        fees.append(("live_search_source", sources))
    return tuple(fees)


def _hosted_calls(output: list[Any]) -> dict[str, int]:
    """Calls of the vendor's own tools, from the items of an answer. Pages that are opened cost
    nothing; a container is paid once, whatever it is called for."""
    calls: dict[str, int] = {}
    containers = set()
    for item in output:
        kind = item.get("type") if type(item) is dict else None
        if kind == "web_search_call":
            action = item.get("action")
            if type(action) is not dict or action.get("type", "search") == "search":
                calls["web_search"] = calls.get("web_search", 0) + 1
        elif kind == "code_interpreter_call":
            containers.add(str(item.get("container_id")))
        elif type(kind) is str and (fee := _FEES_OF_ITEMS.get(kind)) is not None:
            calls[fee] = calls.get(fee, 0) + 1
    if containers:
        calls["code_interpreter"] = len(containers)
    return calls
