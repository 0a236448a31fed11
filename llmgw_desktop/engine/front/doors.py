"""The table of doors: method and path → what answers there.

Each path also stands under its drop-in prefix and with or without `/v1`, so that no client fails
on a suffix.
"""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from llmgw_desktop.domain.errors import UnknownPath
from llmgw_desktop.domain.model_request import Operation
from llmgw_desktop.domain.principal import Scope
from llmgw_desktop.engine.dialect import Dialect
from llmgw_desktop.engine.front.http_caller import HttpCaller


@dataclass(frozen=True, slots=True, kw_only=True)
class ModelDoor:
    """A request for a model: goes down the pipeline."""

    dialect: Dialect
    operation: Operation


@dataclass(frozen=True, slots=True, kw_only=True)
class OwnDoor:
    """A question to the gateway itself, answered at the door."""

    dialect: Dialect
    """In which errors are told."""
    answer: Callable[[HttpCaller], Awaitable[None]]
    scope: Scope | None
    """What the caller must be allowed; None lets everybody in."""


Door = ModelDoor | OwnDoor


class DoorTable:
    """Exact paths first, then those that end in a name (`/v1/models/NAME`)."""

    def __init__(self, plain_dialect: Dialect) -> None:
        self._exact: dict[tuple[str, str], Door] = {}
        self._acting: list[tuple[str, str, str, Door]] = []
        self._named: dict[tuple[str, str], Door] = {}
        self._plain_dialect = plain_dialect

    def add(self, method: str, path: str, door: Door, *, prefixes: tuple[str, ...] = ("",)) -> None:
        """`path` as the vendor's SDK appends it; ending in `/` it takes any one name after it."""
        table = self._named if path.endswith("/") else self._exact
        for prefix in prefixes:
            table[method, prefix + path] = door

    def add_action(
        self, method: str, path: str, action: str, door: Door, *, prefixes: tuple[str, ...]
    ) -> None:
        """`path` + any name + `action`, as Google writes it: `/v1beta/models/NAME:action`."""
        self._acting += [(method, prefix + path, action, door) for prefix in prefixes]

    def find(self, method: str, path: str) -> Door:
        """Raises UnknownPath."""
        door = self._exact.get((method, path))
        if door is not None:
            return door
        for acting_method, start, action, acting in self._acting:
            if method == acting_method and path.endswith(action) and path.startswith(start):
                return acting
        for (named_method, start), named in self._named.items():
            if method == named_method and path.startswith(start) and len(path) > len(start):
                return named
        raise self._unknown(path)

    def dialect_of(self, path: str) -> Dialect:
        """In which to tell an error about a path, known or not."""
        for (_, known), door in self._exact.items():
            if known == path:
                return door.dialect
        for _, start, _, door in self._acting:
            if path.startswith(start):
                return door.dialect
        return self._plain_dialect

    def _unknown(self, path: str) -> UnknownPath:
        methods = sorted(method for method, known in self._exact if known == path)
        if methods:
            return UnknownPath(
                f"Ask {path} with {' or '.join(methods)}.", allowed=", ".join(methods)
            )
        return UnknownPath(f"There is nothing at {path[:200]}.")
