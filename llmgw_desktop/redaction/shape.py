"""Patterns of RE2 over bytes: their time is linear in what is read, whatever it is."""

import re
from collections.abc import Sequence
from typing import Any

import re2

_MOST_MEMORY = 64 * 1024 * 1024


def compiled(pattern: str) -> Any:
    """Letters are bytes; raises re2.error."""
    return re2.compile(pattern.encode(), _options())


def set_of(patterns: Sequence[str]) -> Any:
    """`Match` tells the numbers of those that fit anywhere. Raises re2.error."""
    made = re2.Set.SearchSet(_options())
    for pattern in patterns:
        made.Add(pattern.encode())
    made.Compile()
    return made


def _options() -> Any:
    options = re2.Options()
    options.encoding = re2.Options.Encoding.LATIN1
    options.max_mem, options.log_errors = _MOST_MEMORY, False
    return options


def any_of(texts: Sequence[bytes]) -> Any:
    """One pass over a body for all of them."""
    return re2.compile(b"|".join(re.escape(each) for each in texts), _options())
