"""Answers that a later request goes on from by their id, for whoever keeps them.

Where they are kept, for whom and for how long, is the business of the engine and the store.
"""

from collections.abc import Mapping, Sequence
from typing import Any


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


def _refers_to(item: object, ids: set[str]) -> bool:
    if not isinstance(item, dict) or item.get("type", "item_reference") != "item_reference":
        return False
    name = item.get("id")
    return isinstance(name, str) and "role" not in item and name in ids
