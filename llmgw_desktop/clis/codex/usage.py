"""Codex's own figures as ours."""

from llmgw_desktop.clis.json_lines import Message
from llmgw_desktop.clis.told import count_of
from llmgw_desktop.domain.usage import Usage


def usage_of(used: Message) -> Usage:
    """`input_tokens` counts cached ones too."""
    return Usage(
        input_tokens=count_of(used.get("input_tokens")),
        output_tokens=count_of(used.get("output_tokens")),
        cache_read_tokens=count_of(used.get("cached_input_tokens")),
        cache_write_tokens=count_of(used.get("cache_write_input_tokens")),
        reasoning_tokens=count_of(used.get("reasoning_output_tokens")),
    )
