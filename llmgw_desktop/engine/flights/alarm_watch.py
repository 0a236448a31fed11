"""Notices what a person would want to know of accounts: another model answers, prices and speeds
change twofold, answers are empty, requests are refused in a row.

On the flight writer's thread, with flights that are on the disk: the loop does nothing for it. Each
thing is told once, and again only after it was over and half an hour has passed.
"""

from collections import deque
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import Any

from llmgw_desktop.domain.clock import Clock
from llmgw_desktop.domain.flights.alarms import Alarm, AlarmKind, is_same_model
from llmgw_desktop.domain.flights.flight import FlightRecord, FlightState, FlightSummary
from llmgw_desktop.domain.model.prompt import Operation
from llmgw_desktop.domain.provider import ModelProtocol
from llmgw_desktop.wire.tokens import LOOKED_AT_BYTES, says_nothing

LATELY = 5
"""Each of so many of the last ones lies beyond the bound: one slow answer is no news."""
LEAST_BEFORE = 10
KEPT = 30
FOLD = 2.0
LEAST_OUTPUT = 32
"""Tokens: shorter answers tell no speed."""
LEAST_WEIGHT = 1000.0
EMPTY, EMPTY_OF = 3, 10
IN_A_ROW = 5
AGAIN_S = 1800.0
MOST_LINES = 500
_FEW_TOKENS = 4
"""What vendors count for an answer with nothing in it."""
_CACHED, _WRITTEN, _GENERATED = 0.1, 1.25, 5.0
"""What tokens weigh beside fresh ones, near enough at every vendor: another mix of them is no other
price."""
_REFUSING = frozenset({"refusal", "content_filter", "safety", "prohibited_content"})
Seen = tuple[str, float]
"""A flight's id, and when it began."""


def _median(values: Iterable[float]) -> float:
    """The library's own brings fractions and decimals with it into each start."""
    ordered = sorted(values)
    middle = len(ordered) // 2
    return ordered[middle] if len(ordered) % 2 else (ordered[middle - 1] + ordered[middle]) / 2


@dataclass(slots=True)
class _Level:
    """A figure that stays about as it is, until it does not."""

    known: deque[float] = field(default_factory=lambda: deque(maxlen=KEPT))
    usual: float | None = None
    """The median of these; None while there are too few."""
    unweighed: int = 0
    """How many came since that was found out."""
    run: deque[tuple[Seen, float]] = field(default_factory=lambda: deque(maxlen=LATELY))
    """The last ones, as long as each lies beyond it, on the same side."""
    length: int = 0
    is_above: bool = False

    def change(self, seen: Seen, value: float) -> tuple[float, float] | None:
        """(before, now) where it has just become otherwise."""
        usual = self.usual
        if usual is None or not _is_beyond(value, usual):
            self._goes_on(value)
            return None
        is_above = value > usual
        if is_above is not self.is_above:
            self._break_run()
            self.is_above = is_above
        self.run.append((seen, value))
        self.length += 1
        if self.length == LATELY:
            return usual, _median(each for _, each in self.run)
        if self.length > KEPT:  # that is how it is now
            self.known.clear()
            self._break_run()
            self.usual = _median(self.known)
        return None

    @property
    def is_otherwise(self) -> bool:
        return self.length >= LATELY

    def _goes_on(self, value: float) -> None:
        if self.length:
            self._break_run()
        self.known.append(value)
        self.unweighed += 1
        if self.unweighed >= LEAST_BEFORE:
            self.usual, self.unweighed = _median(self.known), 0

    def _break_run(self) -> None:
        if self.length < LATELY or self.length > KEPT:
            self.known.extend([each for _, each in self.run])
        self.run.clear()
        self.length = 0


@dataclass(slots=True)
class _Line:
    """Of one account, and one model that was asked of it or all of them."""

    price: _Level = field(default_factory=_Level)
    basis: bool = False
    """Its prices are told beside the known ones."""
    speed: _Level = field(default_factory=_Level)
    empty: deque[tuple[Seen, bool]] = field(default_factory=lambda: deque(maxlen=EMPTY_OF))
    refused: deque[Seen] = field(default_factory=lambda: deque(maxlen=2 * IN_A_ROW))
    in_a_row: int = 0
    going_on: set[str] = field(default_factory=set)
    """What was told and is not over."""
    told_at_s: dict[str, float] = field(default_factory=dict)


class AlarmWatch:
    """`note` is called for flights that were written."""

    def __init__(
        self,
        tell: Callable[[Alarm], None],
        clock: Clock,
        practice: Callable[[], tuple[str, ...]] = tuple,
    ) -> None:
        """`tell` is called on the writer's thread. `practice`: providers that are none."""
        self._tell = tell
        self._clock = clock
        self._practice = practice
        self._lines: dict[tuple[str, str], _Line] = {}

    def note(self, flights: Iterable[FlightRecord]) -> None:
        """Those that just ended, in the order in which they did."""
        practice = self._practice()
        for record in flights:
            flight = record.summary
            if flight.operation is not Operation.GENERATE or flight.provider is None:
                continue
            if flight.protocol is ModelProtocol.CLI or flight.provider in practice:
                continue
            self._look(record, flight)

    def _look(self, record: FlightRecord, flight: FlightSummary) -> None:
        seen = (flight.id, flight.started_at_s)
        model = flight.model_asked
        for attempt in record.attempt_log:
            model = attempt.model
            if not attempt.outcome or flight.state is FlightState.CANCELED:
                continue
            self._refused(seen, attempt.account, attempt.outcome)
        account = flight.account
        if not flight.was_generated or account is None:
            return
        stop = (flight.stop_reason or "").lower()
        if stop in _REFUSING:
            self._refused(seen, account, f"the answer ended with {stop}")
        elif flight.state is FlightState.OK:
            whole = self._line(account, "")
            whole.in_a_row = 0
            whole.refused.clear()
            whole.going_on.discard(AlarmKind.REFUSED)
        line = self._line(account, model)
        self._other_model(line, seen, account, (model, flight.model_served))
        self._priced(line, seen, flight, (account, model))
        self._timed(line, seen, flight, (account, model))
        self._empty(line, seen, record, (account, model))

    def _refused(self, seen: Seen, account: str, words: str) -> None:
        line = self._line(account, "")
        line.in_a_row += 1
        line.refused.append(seen)
        if line.in_a_row >= IN_A_ROW and self._is_news(line, AlarmKind.REFUSED):
            count, refused = line.in_a_row, line.refused
            self._tell(_alarm(AlarmKind.REFUSED, refused, (account, ""), found=words, count=count))

    def _other_model(
        self, line: _Line, seen: Seen, account: str, names: tuple[str, str | None]
    ) -> None:
        asked, served = names
        if served is None or served == asked or is_same_model(asked, served):
            line.going_on.discard(AlarmKind.OTHER_MODEL)
        elif self._is_news(line, AlarmKind.OTHER_MODEL):
            self._tell(_alarm(AlarmKind.OTHER_MODEL, [seen], (account, asked), found=served))

    def _priced(
        self, line: _Line, seen: Seen, flight: FlightSummary, whose: tuple[str, str]
    ) -> None:
        told = _price_of(flight)
        if told is None:
            return
        value, basis = told
        if basis is not line.basis:
            line.basis, line.price = basis, _Level()
        self._leapt(AlarmKind.PRICE, line, (seen, value), whose)

    def _timed(
        self, line: _Line, seen: Seen, flight: FlightSummary, whose: tuple[str, str]
    ) -> None:
        speed = flight.tokens_per_s
        if speed is not None and (flight.usage.output_tokens or 0) >= LEAST_OUTPUT:
            self._leapt(AlarmKind.SPEED, line, (seen, speed), whose)

    def _leapt(
        self, kind: AlarmKind, line: _Line, news: tuple[Seen, float], whose: tuple[str, str]
    ) -> None:
        level = line.price if kind is AlarmKind.PRICE else line.speed
        change = level.change(*news)
        if change is None:
            if line.going_on and not level.is_otherwise:
                line.going_on.discard(kind)
        elif self._is_news(line, kind):
            seen = [each for each, _ in level.run]
            self._tell(_alarm(kind, seen, whose, before=change[0], now=change[1]))

    def _empty(self, line: _Line, seen: Seen, record: FlightRecord, whose: tuple[str, str]) -> None:
        is_empty = is_empty_answer(record)
        if is_empty is None:
            return
        line.empty.append((seen, is_empty))
        if not is_empty and AlarmKind.EMPTY not in line.going_on:
            return
        found = [each for each, empty in line.empty if empty]
        if not found:
            line.going_on.discard(AlarmKind.EMPTY)
        if len(found) >= EMPTY and is_empty and self._is_news(line, AlarmKind.EMPTY):
            self._tell(_alarm(AlarmKind.EMPTY, found, whose, count=len(found)))

    def _is_news(self, line: _Line, kind: AlarmKind) -> bool:
        now_s = self._clock.monotonic_s()
        told_s = line.told_at_s.get(kind)
        if kind in line.going_on:
            return False
        line.going_on.add(kind)
        if told_s is not None and now_s < told_s + AGAIN_S:
            return False
        line.told_at_s[kind] = now_s
        return True

    def _line(self, account: str, model: str) -> _Line:
        key = account, model
        line = self._lines.pop(key, None) or _Line()
        self._lines[key] = line  # the latest stand at the end
        if len(self._lines) > MOST_LINES:
            del self._lines[next(iter(self._lines))]
        return line


def is_empty_answer(record: FlightRecord) -> bool | None:
    """Whether nothing was said and no tool was called; None where that is not known."""
    flight, tokens = record.summary, record.summary.usage.output_tokens
    if flight.state is not FlightState.OK or (flight.stop_reason or "").lower() in _REFUSING:
        return None
    if tokens == 0 and not flight.usage.estimated:
        return True
    if tokens is not None and tokens > _FEW_TOKENS:
        return False
    body = record.answer_body
    if body is None or not record.answer_body_whole or len(body) > LOOKED_AT_BYTES:
        return None
    return says_nothing(body)


def _price_of(flight: FlightSummary) -> tuple[float, bool] | None:
    """What its tokens cost, as a figure that is the same for the same price, and whether it is one
    beside the known price. None where it is not known."""
    usage, cost = flight.usage, flight.cost_usd
    if cost is None or usage.partial or usage.estimated:
        return None
    if usage.input_tokens is None or usage.output_tokens is None:
        return None
    read, written = usage.cache_read_tokens or 0, usage.cache_write_tokens or 0
    fresh = max(0, usage.input_tokens - read - written)
    weight = fresh + _CACHED * read + _WRITTEN * written + _GENERATED * usage.output_tokens
    if weight < LEAST_WEIGHT:
        return None
    if flight.is_billed_by_vendor and flight.list_cost_usd:
        return cost / flight.list_cost_usd, True
    return cost / weight * 1e6, False


def _is_beyond(value: float, usual: float) -> bool:
    return value >= FOLD * usual if value > usual else value * FOLD <= usual and value < usual


def _alarm(kind: AlarmKind, seen: Iterable[Seen], whose: tuple[str, str], **more: Any) -> Alarm:
    """`more`: members of Alarm."""
    flights = tuple(dict.fromkeys(seen))
    ids, since_s = tuple(each for each, _ in flights), flights[0][1]
    account, model = whose
    return Alarm(kind=kind, flights=ids, since_s=since_s, account=account, model=model, **more)
