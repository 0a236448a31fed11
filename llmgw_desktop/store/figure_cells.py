"""Where a flight's figures come from and what its bill depends on, as cells of its row and back."""

from dataclasses import fields
from typing import Any

import orjson

from llmgw_desktop.domain.usage import NO_BILLING_FACTS, BillingFacts, billing_facts_of

PARTIAL_BITS = 8
"""The bits of lower bounds stand above those of estimates."""
_ESTIMATED = (1 << PARTIAL_BITS) - 1
_MOST_NAMES = 32
"""Of members that nobody knows and of what has no price; a vendor may send any number."""
_NAME_CHARS = 200
_PLAIN = {each.name: each.default for each in fields(BillingFacts)}


def marks_of(cell: int | None) -> tuple[int, int]:
    """Estimated, partial: bits of Figure."""
    marks = cell or 0
    return marks & _ESTIMATED, marks >> PARTIAL_BITS


def billing_cell(facts: BillingFacts) -> str | None:
    """JSON of what was told; NULL where nothing was."""
    told = {name: getattr(facts, name) for name in _PLAIN}
    said = {name: _short(it) for name, it in told.items() if it != _PLAIN[name]}
    return orjson.dumps(said).decode("utf-8", "replace") if said else None


def billing_of(cell: str | None) -> BillingFacts:
    """Raises ValueError or TypeError for what we did not write."""
    if not cell:
        return NO_BILLING_FACTS
    told: dict[str, Any] = orjson.loads(cell)
    return billing_facts_of({name: it for name, it in told.items() if name in _PLAIN})


def _short(it: Any) -> Any:
    """Names are a vendor's own words, in any number."""
    if type(it) is str:
        return it[:_NAME_CHARS].encode("utf-8", "replace").decode()
    if type(it) is tuple:
        return [_short(each) for each in it[:_MOST_NAMES]]
    return it
