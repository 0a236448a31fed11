"""`GET /v1/responses/ID/input_items`: what a kept answer was asked with, page by page.

As OpenAI's reference has it: newest first unless `order=asc`, 20 at a time and at most 100, `after`
the item with that id.
"""

from collections.abc import Mapping, Sequence
from typing import Any
from urllib.parse import parse_qs

import orjson

from llmgw_desktop.domain.errors import MalformedRequest

LISTED = 20
MOST_LISTED = 100
_PREFIXES = {
    "message": "msg",
    "reasoning": "rs",
    "function_call": "fc",
    "function_call_output": "fco",
}


def item_list(items: Sequence[Any], response_id: str, query: str) -> bytes:
    """The page that is asked for. Raises MalformedRequest with the parameter's name."""
    asked = parse_qs(query)
    named = [_named(item, at, response_id) for at, item in enumerate(items)]
    if _one(asked, "order", "desc", ("asc", "desc")) == "desc":
        named.reverse()
    after = asked.get("after", [""])[-1]
    if after:
        ids = [item["id"] for item in named]
        if after not in ids:
            raise MalformedRequest(f"there is no item '{after[:80]}' to go on after", path="after")
        named = named[ids.index(after) + 1 :]
    limit = _limit(asked)
    page = named[:limit]
    return orjson.dumps(
        {
            "object": "list",
            "data": page,
            "first_id": page[0]["id"] if page else None,
            "last_id": page[-1]["id"] if page else None,
            "has_more": len(named) > limit,
        }
    )


def _named(item: Any, at: int, response_id: str) -> dict[str, Any]:
    """With an id, which callers need not give, and in the long form of a plain text."""
    told = dict(item) if isinstance(item, Mapping) else {"type": "message", "content": item}
    kind = told.setdefault("type", "message")
    if kind == "message" and isinstance(told.get("content"), str):
        part = "output_text" if told.get("role") == "assistant" else "input_text"
        told["content"] = [{"type": part, "text": told["content"]}]
    if not isinstance(told.get("id"), str):
        told["id"] = f"{_PREFIXES.get(str(kind), 'item')}_{response_id.partition('_')[2]}_{at}"
    return told


def _one(asked: Mapping[str, list[str]], name: str, default: str, words: tuple[str, ...]) -> str:
    given = asked.get(name, [default])[-1]
    if given not in words:
        raise MalformedRequest(f"it must be one of {', '.join(words)}", path=name)
    return given


def _limit(asked: Mapping[str, list[str]]) -> int:
    given = asked.get("limit", [str(LISTED)])[-1]
    if not (given.isascii() and given.isdecimal() and 1 <= int(given[:9]) <= MOST_LISTED):
        raise MalformedRequest(f"it must be a whole number from 1 to {MOST_LISTED}", path="limit")
    return int(given)
