"""One conversation with a model through a vendor's own SDK, and what was heard in it.

Each SDK keeps its history in its own objects and sends back what it got, as its documentation tells
people to do; a test says the same things to all four.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal, Protocol

Ending = Literal["end", "tools", "length", "refusal"]

ADD_SCHEMA: dict[str, Any] = {
    "type": "object",
    "properties": {"a": {"type": "integer"}, "b": {"type": "integer"}},
    "required": ["a", "b"],
}
LOOK_SCHEMA: dict[str, Any] = {
    "type": "object",
    "properties": {"what": {"type": "string", "description": "Whose name to look for"}},
    "required": ["what"],
}
TOOLS: Mapping[str, tuple[str, dict[str, Any]]] = {
    "add": ("Adds two numbers", ADD_SCHEMA),
    "look_up": ("Looks a word up", LOOK_SCHEMA),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Called:
    id: str
    name: str
    arguments: Mapping[str, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class Heard:
    """One answer, whichever SDK read it. `None` is what its protocol does not say."""

    text: str
    ending: Ending
    calls: Sequence[Called] = ()
    thinking: str | None = None
    pieces: int = 0
    """In how many deltas the text came; 0 for a whole answer."""
    input_tokens: int | None = None
    """All of the prompt, with what came from the cache."""
    cached_tokens: int | None = None
    output_tokens: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Wishes:
    """How a conversation is held."""

    model: str
    stream: bool = False
    tools: bool = False
    thinks: bool = False
    system: str | None = None
    max_tokens: int = 4096
    must_call: str | None = None


class Talk(Protocol):
    errors: tuple[type[Exception], ...]
    """What this SDK raises for an answer that broke."""
    wishes: Wishes
    """May be replaced between turns."""

    def __init__(self, sdk: Any, wishes: Wishes) -> None: ...

    @staticmethod
    def make_sdk(url: str, key: str) -> Any:
        """`url` without a version. Costs a tenth of a second: for many conversations."""

    def ask(self, text: str, *, png: str | None = None, pdf: str | None = None) -> Heard: ...

    def answer_calls(
        self, results: Sequence[str], then: str | None = None, *, png: str | None = None
    ) -> Heard:
        """`png` goes with each result."""

    def count(self, text: str, *, png: str | None = None) -> int: ...

    @staticmethod
    def status_of(error: Exception) -> int | None:
        """The status of the SDK's own class for statuses; None for any other error."""
