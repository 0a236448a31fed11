"""Answers that are given again when the same is asked again, for routes that say so.

The same is: the same client and project, dialect, model and body, byte for byte. What another
client was answered is never given: the client is part of what is looked for. In memory; the least
used give way.
"""

import hashlib
from collections import OrderedDict
from collections.abc import Sequence
from dataclasses import dataclass

from llmgw_desktop.domain.clock import Clock
from llmgw_desktop.domain.model_request import ModelRequest, Operation
from llmgw_desktop.domain.route import RouteDecision, RouteRule
from llmgw_desktop.engine.caller import HeaderLines
from llmgw_desktop.engine.flights.open_flight import OpenFlight

MOST_BYTES = 64 * 1024 * 1024
MOST_OF_ONE = 4 * 1024 * 1024
_DIALECT_HEADERS = ("anthropic-version", "anthropic-beta", "openai-beta")
_REPEATABLE = frozenset({Operation.GENERATE, Operation.EMBED})
_UNWANTED = ("no-cache", "no-store")
_DEPENDS = ("previous_response_id", "conversation", "background")
"""With these the same request is another one the next time: it goes on from what a vendor keeps,
or its answer is that it has begun."""
_ENTRY_BYTES = 1024
"""What an entry takes besides its answer."""


@dataclass(frozen=True, slots=True, kw_only=True)
class KeptAnswer:
    """A good answer as its caller got it; several pieces of one that was streamed."""

    status: int
    headers: HeaderLines
    pieces: tuple[bytes, ...]
    is_stream: bool
    kept_at_s: float
    """Monotonic."""
    flight_id: str
    """Of the request that it was the answer of."""
    size: int


@dataclass(frozen=True, slots=True)
class Place:
    """Where the answer of a request is looked for, and how long one holds."""

    key: bytes
    ttl_s: float
    rule: str
    since: int = 0
    """Of which settings; what was asked under earlier ones is not kept."""


class ResponseCache:
    """Of all clients. On the loop."""

    def __init__(self, clock: Clock, *, most_bytes: int = MOST_BYTES) -> None:
        self._clock = clock
        self._most_bytes = most_bytes
        self._ttl_s: dict[str, float] = {}
        self._kept: OrderedDict[bytes, KeptAnswer] = OrderedDict()
        self.size = 0
        self._since = 0

    def apply(self, routes: Sequence[RouteRule]) -> None:
        """New routes may lead elsewhere: what was kept is of no more use."""
        ttl_s = {rule.name: rule.cache_s for rule in routes if rule.cache_s > 0}
        if ttl_s or self._ttl_s:
            self._kept.clear()
            self.size = 0
        self._ttl_s = ttl_s
        self._since += 1

    def place(self, request: ModelRequest, decision: RouteDecision) -> Place | None:
        """None for a request whose answer is neither looked for nor kept."""
        ttl_s = self._ttl_s.get(decision.rule)
        if ttl_s is None or request.operation not in _REPEATABLE:
            return None
        wishes = request.headers.get("cache-control", "").lower()
        if any(word in wishes for word in _UNWANTED):
            return None
        if any(request.fields.get(name) for name in _DEPENDS):
            return None
        return Place(_key(request), ttl_s, decision.rule, self._since)

    def find(self, place: Place) -> KeptAnswer | None:
        kept = self._kept.get(place.key)
        if kept is None:
            return None
        if self.age_s(kept) >= place.ttl_s:
            self._drop(place.key)
            return None
        self._kept.move_to_end(place.key)
        return kept

    def keep(
        self,
        place: Place,
        flight: OpenFlight,
        *,
        status: int,
        headers: HeaderLines,
        pieces: Sequence[bytes],
        is_stream: bool,
    ) -> None:
        size = sum(map(len, pieces)) + _ENTRY_BYTES
        if size > MOST_OF_ONE or place.since != self._since:
            return
        self._drop(place.key)
        self._kept[place.key] = KeptAnswer(
            status=status,
            headers=headers,
            pieces=tuple(pieces),
            is_stream=is_stream,
            kept_at_s=self._clock.monotonic_s(),
            flight_id=flight.id,
            size=size,
        )
        self.size += size
        while self.size > self._most_bytes:
            self._drop(next(iter(self._kept)))

    def age_s(self, kept: KeptAnswer) -> float:
        return self._clock.monotonic_s() - kept.kept_at_s

    def _drop(self, key: bytes) -> None:
        kept = self._kept.pop(key, None)
        if kept is not None:
            self.size -= kept.size


def _key(request: ModelRequest) -> bytes:
    digest = hashlib.sha256()
    told = (request.headers.get(name, "") for name in _DIALECT_HEADERS)
    for part in (
        request.principal.client_id,
        request.project,
        request.protocol,
        request.operation,
        request.model,
        "stream" if request.streaming else "whole",
        request.query,
        *told,
    ):
        raw = part.encode("utf-8", "surrogateescape")
        digest.update(len(raw).to_bytes(4) + raw)
    digest.update(request.body)
    return digest.digest()
