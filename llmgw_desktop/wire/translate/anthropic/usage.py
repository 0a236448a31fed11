"""The figures of an answer as the vendor's protocol counts them: cached tokens apart from the rest.

How they are read stands in `wire/anthropic.py`, which keeps the same books for answers that are not
translated.
"""

from llmgw_desktop.domain.usage import Usage


def written_usage(usage: Usage, estimated_input: int | None) -> dict[str, object]:
    """Callers want numbers: the prompt's estimate where nothing else is known, else 0."""
    told = usage.input_tokens
    cached = (usage.cache_read_tokens or 0) + (usage.cache_write_tokens or 0)
    fresh = (estimated_input or 0) if told is None else max(told - cached, 0)
    written: dict[str, object] = {
        "input_tokens": fresh,
        "cache_creation_input_tokens": usage.cache_write_tokens or 0,
        "cache_read_input_tokens": usage.cache_read_tokens or 0,
        "output_tokens": usage.output_tokens or 0,
    }
    if usage.reasoning_tokens is not None:
        written["output_tokens_details"] = {"thinking_tokens": usage.reasoning_tokens}
    return written
