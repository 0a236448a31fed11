"""What somebody meant who wrote the name of a field that there is not."""

import difflib
from collections.abc import Mapping
from typing import Any, Final

_NEAR: Final = 0.75
_LONGEST: Final = 80


def meant(name: str, schemas: Mapping[str, Mapping[str, Any]]) -> str:
    """«did you mean 'prompt'? », or nothing. A field may also stand inside of another's object."""
    for whole, schema in schemas.items():
        if name in schema.get("properties", ()):
            return f"it belongs into '{whole}'; "
    by_lower = {each.lower(): each for each in schemas}
    near = difflib.get_close_matches(name[:_LONGEST].lower(), by_lower, n=1, cutoff=_NEAR)
    return f"did you mean '{by_lower[near[0]]}'? " if near else ""
