"""What `$ref` points at within a schema, and how much of it may be put in its place.

A few short references that point at a long text, or at each other, would stand for gigabytes.
"""

import re
from collections.abc import Mapping
from typing import Any

import orjson

_MOST_LOOPS = 2
"""So often a reference may stand within itself."""
_MOST_REFERRED_BYTES = 2 << 20
_PLACE = re.compile(r"[0-9]{1,9}")


class Room:
    """What references may bring, in all schemas of one request."""

    __slots__ = ("_left",)

    def __init__(self) -> None:
        self._left = _MOST_REFERRED_BYTES

    def takes(self, size: int) -> bool:
        has_room = size <= self._left
        self._left -= size if has_room else 0
        return has_room


class References:
    """Of one schema."""

    __slots__ = ("_room", "_root", "_sizes", "_within")

    def __init__(self, root: Mapping[str, Any], room: Room) -> None:
        self._root = root
        self._room = room
        self._sizes: dict[str, int] = {}
        """Of what the references point at."""
        self._within: list[str] = []
        """The references that are being put in place."""

    def target(self, reference: str) -> Mapping[str, Any] | None:
        """What it points at; None for nothing, and for what is not in this schema."""
        if not reference.startswith("#"):
            return None
        place: object = self._root
        for step in reference[1:].split("/")[1:]:
            key = step.replace("~1", "/").replace("~0", "~")
            if isinstance(place, Mapping):
                place = place.get(key)
            elif type(place) is list and _PLACE.fullmatch(key) and int(key) < len(place):
                place = place[int(key)]
            else:
                return None
        return place if isinstance(place, Mapping) else None

    def enter(self, reference: str, target: Mapping[str, Any]) -> bool:
        """Whether there is room to put it in place; then `leave` when that is done."""
        if self._within.count(reference) >= _MOST_LOOPS:
            return False
        if reference not in self._sizes:
            self._sizes[reference] = _size(target)
        if not self._room.takes(self._sizes[reference]):
            return False
        self._within.append(reference)
        return True

    def leave(self) -> None:
        self._within.pop()


def _size(schema: Mapping[str, Any]) -> int:
    try:
        return len(orjson.dumps(schema))
    except TypeError:  # too deep to be written, and to be put anywhere
        return _MOST_REFERRED_BYTES + 1
