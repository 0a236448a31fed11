"""Answers that are given again when the same is asked again, for routes that say so.

The same is: the same client, label and project, dialect, model and body, byte for byte. What
another client was answered is never given: the client is part of what is looked for. In memory; the
least used give way.

Where a route says so, answers are also kept by their kin: the requests that differ from theirs in
nothing but what was said last.
"""

import hashlib
from collections import OrderedDict
from collections.abc import Sequence
from dataclasses import dataclass

from llmgw_desktop.domain.clock import Clock
from llmgw_desktop.domain.model.prompt import ModelRequest, Operation
from llmgw_desktop.domain.routing.route import RouteDecision, RouteRule
from llmgw_desktop.domain.values import value
from llmgw_desktop.engine.embedding.model_thread import Vector
from llmgw_desktop.engine.exchange.caller import HeaderLines
from llmgw_desktop.engine.flights.open_flight import OpenFlight
from llmgw_desktop.wire.headers import REPLAY

_OTHER_BYTES = 2_048
"""The vector and what holds it all together."""


@dataclass(slots=True)
class CacheQuestion:
    kin: bytes
    """A digest of all the rest, the client first of all."""
    text: str
    vector: Vector | None = None
    """Set by the model's thread: on the loop None may mean not yet."""
    may_be_shared: bool = False
    """Its answer is good, whole and nothing but words. Set by the model's thread."""

    @property
    def size(self) -> int:
        """In memory, at most."""
        return 4 * len(self.text) + _OTHER_BYTES


MOST_BYTES = 64 * 1024 * 1024
MOST_OF_ONE = 4 * 1024 * 1024
MOST_KIN = 500
"""That differ in what was said last alone; the oldest gives way."""
_DIALECT_HEADERS = ("anthropic-version", "anthropic-beta", "openai-beta")
_REPEATABLE = frozenset({Operation.GENERATE, Operation.EMBED})
_UNWANTED = ("no-cache", "no-store")
_DEPENDS = ("previous_response_id", "conversation", "background")
"""With these the same request is another one the next time: it goes on from what a vendor keeps,
or its answer is that it has begun."""
_ENTRY_BYTES = 1024
"""What an entry takes besides its answer."""


@value
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
    question: CacheQuestion | None = None
    """By which likeness it may be found."""


@value(kw_only=False)
class CacheKey:
    """Where the answer of a request is looked for, and how long one holds."""

    key: bytes
    ttl_s: float
    rule: str
    since: int = 0
    """Of which settings; what was asked under earlier ones is not kept."""
    least_similarity: float = 0.0
    """From which on the answer to a like question will do; 0: never."""
    question: CacheQuestion | None = None
    """What was asked, where its answer may do for a like one."""


class ResponseCache:
    """Of all clients. On the loop."""

    def __init__(self, clock: Clock, *, most_bytes: int = MOST_BYTES) -> None:
        self._clock = clock
        self._most_bytes = most_bytes
        self._rules: dict[str, RouteRule] = {}
        self._kin: dict[bytes, dict[bytes, KeptAnswer]] = {}
        """Of each kin, by their own keys, the oldest first."""
        self._kept: OrderedDict[bytes, KeptAnswer] = OrderedDict()
        self.size = 0
        self._since = 0

    def apply(self, routes: Sequence[RouteRule]) -> None:
        """New routes may lead elsewhere: what was kept is of no more use."""
        rules = {rule.name: rule for rule in routes if rule.cache_s > 0}
        if rules or self._rules:
            self._kept.clear()
            self._kin.clear()
            self.size = 0
        self._rules = rules
        self._since += 1

    def place(self, request: ModelRequest, decision: RouteDecision) -> CacheKey | None:
        """None for a request whose answer is neither looked for nor kept."""
        rule = self._rules.get(decision.rule)
        if rule is None or request.operation not in _REPEATABLE:
            return None
        wishes = request.headers.get("cache-control", "").lower()
        if any(word in wishes for word in _UNWANTED) or REPLAY in request.headers:
            return None
        if any(request.fields.get(name) for name in _DEPENDS):
            return None
        key = _key(request, request.body)
        return CacheKey(
            key,
            rule.cache_s,
            rule.name,
            self._since,
            least_similarity=rule.cache_similarity,
        )

    def question(self, request: ModelRequest, place: CacheKey) -> CacheQuestion | None:
        """None where no answer but its own is to be given."""
        if not place.least_similarity or request.operation is not Operation.GENERATE:
            return None
        # read in where a route wants it
        from llmgw_desktop.engine.embedding.wordpiece import MOST_CHARACTERS
        from llmgw_desktop.wire.guards.prompt_parts import last_words

        found = last_words(request.protocol, request.body, request.fields)
        if found is None or len(found.text) > MOST_CHARACTERS:
            return None
        return CacheQuestion(_key(request, found.rest), found.text)

    def kin(self, question: CacheQuestion, place: CacheKey) -> list[KeptAnswer]:
        """Good for as long as nobody has waited."""
        if place.since != self._since:
            return []
        kin = self._kin.get(question.kin, {}).values()
        return [kept for kept in kin if self.age_s(kept) < place.ttl_s]

    def has(self, kept: KeptAnswer, place: CacheKey) -> bool:
        """Whether it may still be given, after a wait."""
        kin = self._kin.get(kept.question.kin, {}) if kept.question is not None else {}
        is_here = any(each is kept for each in kin.values())
        return is_here and place.since == self._since and self.age_s(kept) < place.ttl_s

    def find(self, place: CacheKey) -> KeptAnswer | None:
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
        place: CacheKey,
        flight: OpenFlight,
        *,
        status: int,
        headers: HeaderLines,
        pieces: Sequence[bytes],
        is_stream: bool,
    ) -> KeptAnswer | None:
        """None: it was not kept."""
        size = sum(map(len, pieces)) + _ENTRY_BYTES
        question = place.question
        size += 0 if question is None else question.size
        if size > MOST_OF_ONE or place.since != self._since:
            return None
        self._drop(place.key)
        kept = self._kept[place.key] = KeptAnswer(
            status=status,
            headers=headers,
            pieces=tuple(pieces),
            is_stream=is_stream,
            kept_at_s=self._clock.monotonic_s(),
            flight_id=flight.id,
            size=size,
            question=question,
        )
        self.size += size
        if question is not None:
            kin = self._kin.setdefault(question.kin, {})
            kin[place.key] = kept
            if len(kin) > MOST_KIN:
                self._drop(next(iter(kin)))
        while self.size > self._most_bytes:
            self._drop(next(iter(self._kept)))
        return kept

    def age_s(self, kept: KeptAnswer) -> float:
        return self._clock.monotonic_s() - kept.kept_at_s

    def _drop(self, key: bytes) -> None:
        kept = self._kept.pop(key, None)
        if kept is None:
            return
        self.size -= kept.size
        if kept.question is not None:
            kin = self._kin[kept.question.kin]
            del kin[key]
            if not kin:
                del self._kin[kept.question.kin]


def _key(request: ModelRequest, body: bytes) -> bytes:
    digest = hashlib.sha256()
    told = (request.headers.get(name, "") for name in _DIALECT_HEADERS)
    for part in (
        request.principal.client_id,
        request.principal.label,
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
    digest.update(body)
    return digest.digest()
