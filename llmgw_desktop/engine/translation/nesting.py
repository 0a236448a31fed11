"""JSON that is nested deeper than it can be written again: 1024 levels are read, 254 written.

What passes from one side to the other of the same protocol is never written again and may be as
deep as it likes. Nobody means well with such a request, so it costs the others nothing: that it was
too deep is found out when the writing has failed.
"""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any

from llmgw_desktop.domain.errors import MalformedRequest, UpstreamGarbage

_DEEP = 200
_STEPS_SHOWN = 6


@contextmanager
def request_nesting(fields: Mapping[str, Any]) -> Iterator[None]:
    """Round what writes a request again. Raises MalformedRequest with the place."""
    try:
        yield
    except (TypeError, RecursionError) as error:
        if not _is_of_depth(error):
            raise
        raise MalformedRequest(
            "is nested too deeply to be translated", path=_deepest(fields)
        ) from None


@contextmanager
def answer_nesting(provider: str | None) -> Iterator[None]:
    """Round what reads and writes an answer. Raises UpstreamGarbage."""
    try:
        yield
    except (TypeError, RecursionError) as error:
        if not _is_of_depth(error):
            raise
        raise UpstreamGarbage(
            f"'{provider}' answered with JSON that is nested too deeply to be translated."
        ) from None


def _is_of_depth(error: Exception) -> bool:
    """orjson says it in words alone."""
    return isinstance(error, RecursionError) or "Recursion limit" in str(error)


def _deepest(fields: Mapping[str, Any]) -> str:
    """The beginning of the path to the first place that is too deep."""
    waiting: list[tuple[object, tuple[str, ...], int]] = [(fields, (), 0)]
    while waiting:
        value, path, depth = waiting.pop()
        if depth > _DEEP:
            return "".join(path).removeprefix(".")
        if not isinstance(value, dict | list):
            continue
        inner = value.items() if isinstance(value, dict) else enumerate(value)
        for step, each in inner:
            shown = f".{str(step)[:80]}" if isinstance(value, dict) else f"[{step}]"
            longer = (*path, shown) if len(path) < _STEPS_SHOWN else path
            waiting.append((each, longer, depth + 1))
    return ""
