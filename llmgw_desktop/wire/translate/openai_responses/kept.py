"""Answers that a later request goes on from by their id, for whoever keeps them.

Where they are kept, for whom and for how long, is the business of the engine and the store.
"""

import re
from collections.abc import Mapping, Sequence
from typing import Any, TypeGuard

from llmgw_desktop.wire.openai_responses import translated_id

_OURS = re.compile(r"[a-z]+_(\w+)_[0-9]+")
"""Of an item that we wrote: its kind, the word of its answer's id, its place."""


def expanded(fields: Mapping[str, Any], stored_items: Sequence[Any]) -> dict[str, Any]:
    """The request with the conversation that it goes on from put before its own input.

    `stored_items` are inputs and outputs of all turns so far, the oldest first. The id is gone
    from the outcome, so that nobody goes on from it twice; references to stored items are too,
    for the items themselves stand there.
    """
    own = fields.get("input")
    items: Sequence[Any] = own if isinstance(own, list) else []
    if isinstance(own, str):
        items = [{"type": "message", "role": "user", "content": own}]
    named = [item.get("id") for item in stored_items if isinstance(item, dict)]
    ids = {name for name in named if isinstance(name, str)}
    fresh = [item for item in items if not _refers_to(item, ids)]
    rest = {name: value for name, value in fields.items() if name != "previous_response_id"}
    return {**rest, "input": [*stored_items, *fresh]}


def referred(fields: Mapping[str, Any]) -> list[str]:
    """The ids that stand in the input in place of items. Quick where there are none."""
    given = fields.get("input")
    items: Sequence[Any] = given if isinstance(given, list) else ()
    return [item["id"] for item in items if _is_reference(item)]


def answer_of(item_id: str) -> str | None:
    """The id of the answer that an item of ours belongs to; None of anybody else's."""
    ours = _OURS.fullmatch(item_id)
    return None if ours is None else translated_id(ours[1])


def filled_in(fields: Mapping[str, Any], stored: Mapping[str, Any]) -> dict[str, Any]:
    """The request with these items, by their ids, where its input refers to them."""
    items = [
        stored.get(item["id"], item) if _is_reference(item) else item for item in fields["input"]
    ]
    return {**fields, "input": items}


def _refers_to(item: object, ids: set[str]) -> bool:
    return _is_reference(item) and item["id"] in ids


def _is_reference(item: object) -> TypeGuard[dict[str, Any]]:
    if type(item) is not dict or item.get("type", "item_reference") != "item_reference":
        return False
    return "role" not in item and isinstance(item.get("id"), str)
