"""How a request is answered from what was kept, and how its answer comes to be kept."""

from dataclasses import dataclass, replace

from llmgw_desktop.domain.model_request import ModelRequest
from llmgw_desktop.domain.route import RouteDecision
from llmgw_desktop.engine.answer_reading import own_headers
from llmgw_desktop.engine.caller import Caller
from llmgw_desktop.engine.flights.open_flight import OpenFlight
from llmgw_desktop.engine.response_cache.cache import KeptAnswer, Place, ResponseCache
from llmgw_desktop.engine.response_cache.neighbours import Neighbours
from llmgw_desktop.engine.response_cache.tape import Tape

_OURS = ("x-llmgw-", "request-id", "x-request-id", "content-length", "date")
HIT, SIMILAR, MISS = "hit", "similar", "miss"


@dataclass(frozen=True, slots=True)
class Listening:
    """`caller`: whom to answer from now on; `tape` is None where nothing is kept."""

    caller: Caller
    place: Place | None = None
    tape: Tape | None = None


class Replays:
    """One for all requests."""

    def __init__(self, cache: ResponseCache, neighbours: Neighbours) -> None:
        self.cache = cache
        self.neighbours = neighbours

    async def answered(
        self, request: ModelRequest, decision: RouteDecision, caller: Caller, flight: OpenFlight
    ) -> Listening | None:
        """None: it was answered with what is kept. Raises ClientGone."""
        place = self.cache.place(request, decision)
        if place is None:
            return Listening(caller)
        kept = self.cache.find(place)
        if kept is not None:
            flight.cache_said = HIT
            await self._give(kept, place, caller, flight)
            return None
        question = self.cache.question(request, place)
        near = None if question is None else await self.neighbours.nearest(question, place)
        if near is not None:
            flight.cache_said, flight.cache_similarity = SIMILAR, near[1]
            await self._give(near[0], place, caller, flight)
            return None
        flight.cache_said = MISS
        tape = Tape(caller)
        return Listening(tape, replace(place, question=question), tape)

    def keep(self, listening: Listening, flight: OpenFlight) -> None:
        """It has been answered: if it was well and whole, the next one gets the same."""
        tape, place = listening.tape, listening.place
        if tape is None or place is None:
            return
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
                self.neighbours.learn(kept, flight.protocol)

    async def _give(
        self, kept: KeptAnswer, place: Place, caller: Caller, flight: OpenFlight
    ) -> None:
        age_s = int(self.cache.age_s(kept))
        asked = "the same"
        if flight.cache_similarity is not None:
            asked = f"much the same (similarity {flight.cache_similarity:.3f})"
        flight.route_reason = (
            f"route '{place.rule}' keeps answers: {asked} was asked {age_s} s ago "
            f"({kept.flight_id})"
        )
        flight.status, flight.cost_usd = kept.status, 0.0
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
            flight.chunks += 1
        await caller.end()
        flight.streamed()
