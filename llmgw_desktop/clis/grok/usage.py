"""Grok's own figures as ours."""

from llmgw_desktop.clis.json_lines import Message
from llmgw_desktop.clis.told import count_of, sum_of
from llmgw_desktop.domain.usage import Usage


def usage_of(used: Message) -> Usage | None:
    """Its input leaves out what was cached; figures that are all zero are unknown ones."""
    fresh = count_of(used.get("input_tokens"))
    read = count_of(used.get("cache_read_input_tokens"))
    written = count_of(used.get("cache_creation_input_tokens"))
    output = count_of(used.get("output_tokens"))
    if not any((fresh, read, written, output)):
        return None
    return Usage(
        input_tokens=sum_of(fresh, read, written),
        output_tokens=output,
        cache_read_tokens=read,
        cache_write_tokens=written,
        reasoning_tokens=count_of(used.get("reasoning_tokens")),
    )
