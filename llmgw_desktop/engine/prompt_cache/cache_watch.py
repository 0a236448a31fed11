"""Notices that a client's prompts no longer come from their vendor's cache, and says why.

On the flight writer's thread, with flights that are on the disk: the loop does nothing for it.
"""

import logging
from collections import Counter, deque
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from llmgw_desktop.domain.clock import Clock
from llmgw_desktop.domain.events import CacheFell
from llmgw_desktop.domain.flights.flight import FlightSummary

if TYPE_CHECKING:
    from llmgw_desktop.domain.flights.cache_verdict import CacheVerdict
    from llmgw_desktop.engine.prompt_cache.explainer import CacheExplainer

LEAST_TOKENS = 4096
"""Shorter prompts say little: some vendors cache none of them."""
LATELY = 5
"""Requests whose rate is compared with that of the ones before."""
BEFORE = 30
_LEAST_BEFORE = 8
_GOOD_RATE = 0.5
_FALLEN = 0.5
"""Of the rate before."""
_LEAST_MISSES = 2
TOLD_EVERY_S = 1800.0
_MOST_LINES = 500
_log = logging.getLogger(__name__)


@dataclass(slots=True)
class _Line:
    """Of one client with one model: what its last requests were, oldest first."""

    flights: deque[tuple[str, int, int]] = field(
        default_factory=lambda: deque(maxlen=BEFORE + LATELY)
    )
    """(flight, tokens of the prompt, of these from the cache)."""

    def has_fallen(self) -> bool:
        known = list(self.flights)
        before, lately = known[:-LATELY], known[-LATELY:]
        if len(before) < _LEAST_BEFORE:
            return False
        was = _rate(before)
        return was >= _GOOD_RATE and _rate(lately) <= was * _FALLEN


class CacheWatch:
    """`note` is called for flights that were written, `look` when their prints are written too."""

    def __init__(
        self,
        explainer: "Callable[[], CacheExplainer]",
        tell: Callable[[CacheFell], None],
        is_on: Callable[[], bool],
        clock: Clock,
    ) -> None:
        """`tell` is called on the writer's thread."""
        self._explainer = explainer
        self._tell = tell
        self._is_on = is_on
        self._clock = clock
        self._lines: dict[tuple[str, str], _Line] = {}
        self._fallen: dict[tuple[str, str], FlightSummary] = {}
        self._told_at_s: dict[str, float] = {}

    def note(self, flights: Iterable[FlightSummary]) -> None:
        """Those that just ended, in the order in which they did."""
        if not self._is_on():
            return
        for flight in flights:
            usage = flight.usage
            read, whole = usage.cache_read_tokens, usage.input_tokens
            if read is None or whole is None or whole < LEAST_TOKENS or not flight.was_generated:
                continue
            key = flight.owner or "", flight.model_served or flight.model_asked
            line = self._line(key)
            line.flights.append((flight.id, whole, min(read, whole)))
            if line.has_fallen():
                self._fallen[key] = flight

    def look(self) -> None:
        """Tells of clients whose rate fell since, at most one each half hour. Never raises."""
        fallen, self._fallen = self._fallen, {}
        now_s = self._clock.monotonic_s()
        for key, flight in fallen.items():
            told_s = self._told_at_s.get(key[0])
            if told_s is not None and now_s < told_s + TOLD_EVERY_S:
                continue
            try:
                event = self._explained(flight, self._line(key))
            except Exception:  # noqa: BLE001 - what is only told must not stop the recorder
                _log.exception("why a cache missed could not be found out")
                continue
            if event is not None:
                self._told_at_s[key[0]] = now_s
                self._line(key).flights.clear()
                self._tell(event)

    def _line(self, key: tuple[str, str]) -> _Line:
        line = self._lines.pop(key, None) or _Line()
        self._lines[key] = line  # the latest stand at the end
        if len(self._lines) > _MOST_LINES:
            del self._lines[next(iter(self._lines))]
        return line

    def _explained(self, flight: FlightSummary, line: _Line) -> CacheFell | None:
        """None where most of the last ones have not missed, such as new conversations."""
        from llmgw_desktop.domain.flights.cache_words import cause_words  # few need it

        explainer = self._explainer()
        missed: list[tuple[FlightSummary, CacheVerdict]] = []
        for flight_id, *_ in list(line.flights)[-LATELY:]:
            verdict = explainer.verdict(flight_id)
            if verdict is not None and verdict.is_miss:
                found = explainer.summary(flight_id)
                missed += [] if found is None else [(found, verdict)]
        if len(missed) < _LEAST_MISSES:
            return None
        ((cause, place), count) = Counter(_kind(each) for _, each in missed).most_common(1)[0]
        if count < _LEAST_MISSES:
            return None
        alike = [each for each in missed if _kind(each[1]) == (cause, place)]
        first, last = alike[0][0], alike[-1][0]
        told = explainer.explain(last.id)
        difference = None if told is None else told.difference
        return CacheFell(
            client_id=flight.owner or "",
            name=flight.client,
            since_s=first.started_at_s,
            cause=cause_words(alike[-1][1], difference),
            flight_id=last.id,
            flights=tuple(each[0].id for each in alike),
        )


def _kind(verdict: "CacheVerdict") -> tuple[str, str]:
    return verdict.cause, verdict.place


def _rate(flights: Iterable[tuple[str, int, int]]) -> float:
    whole = read = 0
    for _, tokens, cached in flights:
        whole += tokens
        read += cached
    return read / whole if whole else 0.0
