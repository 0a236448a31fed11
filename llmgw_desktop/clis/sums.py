"""Figures of several calls of a model as one."""

from llmgw_desktop.clis.told import sum_of
from llmgw_desktop.domain.usage import Usage


def plus(one: Usage, other: Usage) -> Usage:
    return Usage(
        input_tokens=sum_of(one.input_tokens, other.input_tokens),
        output_tokens=sum_of(one.output_tokens, other.output_tokens),
        cache_read_tokens=sum_of(one.cache_read_tokens, other.cache_read_tokens),
        cache_write_tokens=sum_of(one.cache_write_tokens, other.cache_write_tokens),
        cache_write_1h_tokens=sum_of(one.cache_write_1h_tokens, other.cache_write_1h_tokens),
        reasoning_tokens=sum_of(one.reasoning_tokens, other.reasoning_tokens),
        estimated=one.estimated | other.estimated,
        partial=one.partial | other.partial,
    )
