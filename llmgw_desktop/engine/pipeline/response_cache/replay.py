"""Answers a request from what is kept, for itself or for one much like it, or listens to what its
caller is given: that is kept, if it turns out to be a whole answer.

Of two that are alike everything but the last words is the same, the client first of all. A model
tells how near these are, in its own thread; `likeness.may_share` has a veto.
"""

from collections.abc import Sequence
from dataclasses import replace

from typing_extensions import override

from llmgw_desktop.domain.provider import ModelProtocol
from llmgw_desktop.domain.routing.route import RouteRule
from llmgw_desktop.domain.values import value
from llmgw_desktop.engine.embedding.model_thread import Model, ModelThread
from llmgw_desktop.engine.exchange.caller import Caller, CallerBehind, HeaderLines
from llmgw_desktop.engine.exchange.exchange import Exchange, own_headers
from llmgw_desktop.engine.flights.open_flight import OpenFlight
from llmgw_desktop.engine.pipeline.response_cache.cache import (
    MOST_OF_ONE,
    CacheKey,
    CacheQuestion,
    KeptAnswer,
    ResponseCache,
)
from llmgw_desktop.store.resources import folder_of_model

Near = tuple[KeptAnswer, float]
_MOST_COMPARED = 8
"""The words of so many are looked at, the nearest first."""


class SemanticCache:
    """Of all clients. On the loop, but for what `model` is given to do."""

    def __init__(self, cache: ResponseCache, model: ModelThread | None = None) -> None:
        self._cache = cache
        self.model = model or ModelThread()

    def apply(self, routes: Sequence[RouteRule], folder: str) -> None:
        """`folder`: of the model, as the settings say it."""
        is_wanted = any(rule.cache_similarity and rule.enabled for rule in routes)
        self.model.use(folder_of_model(folder) if is_wanted else None)

    async def nearest(self, question: CacheQuestion, place: CacheKey) -> Near | None:
        """The best that will do, with its similarity."""
        kin = self._cache.kin(question, place)
        if not kin:
            return None
        least = place.least_similarity
        near = await self.model.ask(lambda model: _near(model, question, kin, least))
        return next((each for each in near or () if self._cache.has(each[0], place)), None)

    def learn(self, kept: KeptAnswer, protocol: ModelProtocol) -> None:
        """From now on it may be found by what was asked."""
        self.model.leave(lambda model: _learn(model, kept, protocol))


def _near(model: Model, question: CacheQuestion, kin: list[KeptAnswer], least: float) -> list[Near]:
    """In the model's thread: those that were left to it earlier have their vectors by now."""
    question.vector = model.vector(question.text)
    known = [kept for kept in kin if kept.question is not None and kept.question.may_be_shared]
    if question.vector is None or not known:
        return []
    vectors = [kept.question.vector for kept in known if kept.question is not None]
    found = zip(known, model.nearness(question.vector, vectors), strict=True)
    near = sorted((each for each in found if each[1] >= least), key=lambda each: -each[1])
    return [each for each in near[:_MOST_COMPARED] if _may_share(each[0], question)]


def _may_share(kept: KeptAnswer, question: CacheQuestion) -> bool:
    # in the model's thread, where a route wants it: a start alone reads in none of it
    from llmgw_desktop.engine.pipeline.response_cache.likeness import may_share

    return kept.question is not None and may_share(kept.question.text, question.text)


def _learn(model: Model, kept: KeptAnswer, protocol: ModelProtocol) -> None:
    from llmgw_desktop.engine.pipeline.response_cache.likeness import is_plain_answer  # as above

    question = kept.question
    if question is None or not is_plain_answer(protocol, kept.pieces, is_stream=kept.is_stream):
        return
    if question.vector is None:
        question.vector = model.vector(question.text)
    question.may_be_shared = question.vector is not None


class Tape(CallerBehind):
    """Stands between the engine and a caller; all that it is told goes on at once."""

    def __init__(self, caller: Caller) -> None:
        super().__init__(caller)
        self.status = 0
        self.answer_headers: HeaderLines = ()
        self.pieces: list[bytes] = []
        self.is_stream = False
        self.is_whole = False
        self._size = 0

    @override
    async def reply(self, status: int, headers: HeaderLines, body: bytes) -> None:
        await super().reply(status, headers, body)
        self.status, self.answer_headers = status, headers
        self._note(body)
        self.is_whole = True

    @override
    async def begin(self, status: int, headers: HeaderLines) -> None:
        self.status, self.answer_headers, self.is_stream = status, headers, True
        await super().begin(status, headers)

    @override
    async def write(self, chunk: bytes) -> None:
        self._note(chunk)
        await super().write(chunk)

    @override
    async def end(self) -> None:
        await super().end()
        self.is_whole = True

    def _note(self, piece: bytes) -> None:
        """What is too long to be kept is not held either."""
        self._size += len(piece)
        if self._size <= MOST_OF_ONE:
            self.pieces.append(bytes(piece))
        else:
            self.pieces.clear()

    @property
    def is_kept_whole(self) -> bool:
        return self.is_whole and self._size <= MOST_OF_ONE


_OURS = ("x-llmgw-", "request-id", "x-request-id", "content-length", "date")
HIT, SIMILAR, MISS = "hit", "similar", "miss"


@value(kw_only=False)
class Listening:
    """What its caller is told is kept on a tape."""

    place: CacheKey
    tape: Tape


class Replays:
    """One for all requests."""

    def __init__(self, cache: ResponseCache, semantic: SemanticCache) -> None:
        self.cache = cache
        self.semantic = semantic

    async def answered(self, exchange: Exchange, place: CacheKey) -> Listening | None:
        """None: it was answered with what is kept. Else whom to answer from now on is listened to.
        Raises ClientGone."""
        flight = exchange.flight
        kept = self.cache.find(place)
        if kept is not None:
            flight.looked_in_cache(HIT)
            await self._give(exchange, kept, place)
            return None
        question = self.cache.question(exchange.request, place)
        near = None if question is None else await self.semantic.nearest(question, place)
        if near is not None:
            flight.looked_in_cache(SIMILAR, near[1])
            await self._give(exchange, near[0], place)
            return None
        flight.looked_in_cache(MISS)
        exchange.caller = tape = Tape(exchange.caller)
        return Listening(replace(place, question=question), tape)

    def keep(self, listening: Listening, flight: OpenFlight) -> None:
        """It has been answered: if it was well and whole, the next one gets the same."""
        tape, place = listening.tape, listening.place
        if tape.status == 200 and tape.is_kept_whole and flight.is_well:
            kept = self.cache.keep(
                place,
                flight,
                status=tape.status,
                headers=tape.answer_headers,
                pieces=tape.pieces,
                is_stream=tape.is_stream,
            )
            if kept is not None and kept.question is not None:
                self.semantic.learn(kept, flight.protocol)

    async def _give(self, exchange: Exchange, kept: KeptAnswer, place: CacheKey) -> None:
        caller, flight = exchange.caller, exchange.flight
        age_s = int(self.cache.age_s(kept))
        asked = "the same"
        if flight.cache_similarity is not None:
            asked = f"much the same (similarity {flight.cache_similarity:.3f})"
        flight.because(
            f"route '{place.rule}' keeps answers: {asked} was asked {age_s} s ago "
            f"({kept.flight_id})"
        )
        flight.replied(kept.status)
        flight.costs(0.0)
        flight.answered()
        lines = [each for each in kept.headers if not each[0].lower().startswith(_OURS)]
        lines += [*own_headers(flight), ("age", str(age_s))]
        for piece in kept.pieces:
            flight.keep(piece)
        if not kept.is_stream:
            await caller.reply(kept.status, lines, b"".join(kept.pieces))
            return
        await caller.begin(kept.status, lines)
        for piece in kept.pieces:
            await caller.write(piece)
            flight.wrote()
        await caller.end()
        flight.streamed()
