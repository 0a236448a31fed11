"""The figures of an answer as the vendor's protocol counts them: cached tokens apart from the rest.

How they are read stands in `wire/usages/anthropic.py`.
"""

from llmgw_desktop.domain.usage import Usage


def written_usage(usage: Usage) -> dict[str, object]:
    """What is not known is left out. Callers want the prompt and the answer: where nobody told
    them, whoever passes the answer on has counted (`callers_usage.py`)."""
    told, read, wrote = usage.input_tokens, usage.cache_read_tokens, usage.cache_write_tokens
    written: dict[str, object] = {}
    if told is not None:
        written["input_tokens"] = max(told - (read or 0) - (wrote or 0), 0)
    if wrote is not None:
        written["cache_creation_input_tokens"] = wrote
    if read is not None:
        written["cache_read_input_tokens"] = read
    if usage.output_tokens is not None:
        written["output_tokens"] = usage.output_tokens
    if usage.reasoning_tokens is not None:
        written["output_tokens_details"] = {"thinking_tokens": usage.reasoning_tokens}
    return written
