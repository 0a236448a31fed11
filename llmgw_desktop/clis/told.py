"""Members of what a CLI printed, by their kind: what is of another kind was not told. Figures of
several calls as one.
"""

import math
from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Any, cast

from llmgw_desktop.domain.usage import Usage

_NOTHING: Mapping[str, Any] = {}


def text_of(value: object) -> str:
    return value if isinstance(value, str) else ""


def count_of(value: object) -> int | None:
    """A number of things; unknown is None."""
    is_count = isinstance(value, int) and not isinstance(value, bool) and value >= 0
    return cast("int", value) if is_count else None


def cost_of(value: object) -> float | None:
    """Dollars. CLIs say 0 where they know no price: that is unknown."""
    if isinstance(value, bool) or not isinstance(value, int | float):
        return None
    return float(value) if 0 < value < float("inf") else None


def number_of(value: object) -> float | None:
    """Any that is finite."""
    if isinstance(value, bool) or not isinstance(value, int | float):
        return None
    return float(value) if math.isfinite(value) else None


def object_of(value: object) -> Mapping[str, Any]:
    return cast("Mapping[str, Any]", value) if isinstance(value, dict) else _NOTHING


def objects_of(value: object) -> Iterator[Mapping[str, Any]]:
    """Those of a list that are objects."""
    yield from (each for each in listed(value) if isinstance(each, dict))


def listed(value: object) -> list[object]:
    return value if isinstance(value, list) else []


def sum_of(*counts: int | None) -> int | None:
    """Unknown only where none is known."""
    known = [count for count in counts if count is not None]
    return sum(known) if known else None


def one_line(value: object, longest: int = 200) -> str:
    """For a person, in a list."""
    words = " ".join(text_of(value).split())
    return words if len(words) <= longest else words[: longest - 1] + "…"


def first_text(value: object, *names: str) -> str:
    """The first of these members that is a text."""
    members = object_of(value)
    return next((text for name in names if (text := text_of(members.get(name)))), "")


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


def usage_in(
    told: Mapping[str, Any],
    whole: str,
    given: str,
    *,
    cache: tuple[str, str] = ("", ""),
    thought: str = "",
) -> Usage:
    """Figures by what their members are called here; one without a name stays unknown. `cache`:
    what was read from it, what was written to it."""
    read, written = cache
    return Usage(
        input_tokens=count_of(told.get(whole)),
        output_tokens=count_of(told.get(given)),
        cache_read_tokens=count_of(told.get(read)),
        cache_write_tokens=count_of(told.get(written)),
        reasoning_tokens=count_of(told.get(thought)),
    )


def if_used(usage: Usage) -> Usage | None:
    """Figures that are all zero are unknown ones."""
    counts = (usage.input_tokens, usage.output_tokens)
    return usage if any((*counts, usage.cache_read_tokens, usage.cache_write_tokens)) else None


def with_cache(usage: Usage) -> Usage:
    """Of a program whose input leaves out what was cached."""
    counts = (usage.input_tokens, usage.cache_read_tokens, usage.cache_write_tokens)
    return replace(usage, input_tokens=sum_of(*counts))


def with_thought(usage: Usage) -> Usage:
    """Of one whose output leaves out what was thought."""
    return replace(usage, output_tokens=sum_of(usage.output_tokens, usage.reasoning_tokens))
