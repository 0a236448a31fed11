"""The flight recorder's engine side: opens a flight when a request comes, closes it when it ends.

What is written, and when, is `store/flights/flight_store.py`'s work; nothing here waits for a disk.
"""

import asyncio
from dataclasses import replace

from llmgw_desktop.domain.clock import Clock, IdSource
from llmgw_desktop.domain.errors import LlmgwError
from llmgw_desktop.domain.events import FlightClosed, FlightOpened, RecorderChanged, RecorderStatus
from llmgw_desktop.domain.flights.flight import FlightRecord, FlightSummary
from llmgw_desktop.domain.flights.price import Bill, with_cost_marks
from llmgw_desktop.domain.model.prompt import Operation
from llmgw_desktop.domain.provider import ModelProtocol
from llmgw_desktop.domain.settings.tables import RecorderLevel, RecorderSettings
from llmgw_desktop.domain.usage import UNKNOWN_USAGE, checked
from llmgw_desktop.domain.values import maker
from llmgw_desktop.engine.flights.open_flight import NAME_CHARS, OpenFlight
from llmgw_desktop.engine.flights.pricing import Pricing
from llmgw_desktop.engine.loop.bus import Bus
from llmgw_desktop.engine.metrics.meters import Meters
from llmgw_desktop.redaction.redactor import Redactor
from llmgw_desktop.store.flights.flight_store import FlightStore
from llmgw_desktop.wire.tokens import least_output_tokens

_flight_record = maker(FlightRecord)
_flight_opened, _flight_closed = maker(FlightOpened), maker(FlightClosed)

REFUSALS_KEPT_PER_S = 5
"""Of callers without a key no more than so many become flights; the rest is only counted."""


class Recorder:
    """Keeps the open flights; every `open` is followed by one `close` or `leave`."""

    def __init__(
        self,
        *,
        store: FlightStore,
        redactor: Redactor,
        bus: Bus,
        meters: Meters,
        clock: Clock,
        ids: IdSource,
    ) -> None:
        self._store = store
        self._redactor = redactor
        self._bus = bus
        self._meters = meters
        self._clock = clock
        self._ids = ids
        self._open: dict[str, OpenFlight] = {}
        self._refusal_second = -1
        self._refusals = 0
        self._settings = RecorderSettings()
        self.pricing = Pricing()

    def new_id(self) -> str:
        """Of a flight that is spoken of before it is opened."""
        return self._ids.new("flt")

    def open(
        self, path: str, protocol: ModelProtocol, operation: Operation, *, flight_id: str = ""
    ) -> OpenFlight:
        """`flight_id`: one that was told already."""
        flight = OpenFlight(
            flight_id or self.new_id(),
            path=path,
            protocol=protocol,
            operation=operation,
            clock=self._clock,
            keep_limit=self._settings.max_body_bytes if self.keeps_bodies else 0,
        )
        self._open[flight.id] = flight
        self._store.opened(flight.id, lambda: self._shown(flight))
        self._bus.publish(_flight_opened(flight_id=flight.id))
        return flight

    def wants_refusal(self, error: LlmgwError) -> bool:
        """Count a refused caller; True while refusals are few enough to be worth a flight each."""
        self._meters.refused[error.kind] += 1
        second = int(self._clock.monotonic_s())
        if second != self._refusal_second:
            self._refusal_second, self._refusals = second, 0
        self._refusals += 1
        return self._refusals <= REFUSALS_KEPT_PER_S

    def clean_text(self, words: str) -> str:
        """Without secrets, ours and such as look like one."""
        return self._redactor.clean_text(words)

    def close(self, flight: OpenFlight) -> None:
        flight.end()
        if flight.broke_off:
            heard = least_output_tokens(flight.protocol, flight.answer_kept)
            flight.used(flight.usage.broken_off(heard))
        flight.used(checked(flight.usage))
        if flight.usage is not UNKNOWN_USAGE or flight.cost_usd is not None:
            flight.billed(self._bill_of(flight))
        for earlier in flight.broken:
            usage = checked(earlier.usage)
            bill = self.pricing.bill(earlier.provider, earlier.models, usage)
            flight.owes(with_cost_marks(usage, bill), bill.usd)
        flight.clean(self._redactor.clean_text, self._redactor.clean_name)
        self._open.pop(flight.id, None)
        summary = flight.summary()
        self._meters.note(summary)
        self._store.closed(self._record(flight, summary))
        self._bus.publish(_flight_closed(summary=summary))

    def leave(self, flight: OpenFlight) -> None:
        """It goes on, and another program will know how it ended."""
        self._open.pop(flight.id, None)

    def apply(self, settings: RecorderSettings) -> None:
        """Holds for the flights that begin from now on."""
        self._settings = settings
        self._store.apply(settings)

    def running(self) -> tuple[FlightSummary, ...]:
        """Flights in the air, newest first."""
        return tuple(map(self._shown, reversed(self._open.values())))

    def in_the_air(self, flight_id: str) -> FlightRecord | None:
        """As far as is known; the attempts are told when it has ended."""
        flight = self._open.get(flight_id)
        if flight is None:
            return None
        summary, phases = self._shown(flight), tuple(flight.phases)
        return _flight_record(summary=summary, route_reason=flight.route_reason, phases=phases)

    @property
    def keeps_bodies(self) -> bool:
        return self._settings.level is RecorderLevel.FULL

    @property
    def status(self) -> RecorderStatus:
        if self._settings.level is RecorderLevel.OFF:
            return RecorderStatus(recording=False, problem="Recording is switched off in settings.")
        return self._store.status

    def delete_held(self) -> None:
        """A person says that what `status.held` tells of is old indeed."""
        self._store.delete_held()

    def keep_held(self) -> None:
        """A person wants to keep it."""
        self._store.keep_held()

    def known_now_s(self) -> float:
        """The time by which it is counted how old things are; any thread may ask."""
        return self._store.known_now_s

    def tell_from_thread(self, loop: asyncio.AbstractEventLoop, status: RecorderStatus) -> None:
        """The writer thread's way of saying that recording stopped or came back."""
        if not loop.is_closed():
            event = RecorderChanged(status=replace(status))
            loop.call_soon_threadsafe(self._bus.publish, event)

    def _bill_of(self, flight: OpenFlight) -> Bill:
        """By the name under which the model answered, else by the one it was asked under."""
        asked_as = None if flight.candidate is None else flight.candidate.model
        return self.pricing.bill(flight.provider, (flight.model_served, asked_as), flight.usage)

    def _shown(self, flight: OpenFlight) -> FlightSummary:
        """Of one in the air: its names are cleaned when it ends."""
        summary, named = flight.summary(), self._redactor.clean_name
        asked, label = named(summary.model_asked[:NAME_CHARS]), named(summary.label)
        if (asked, label) == (summary.model_asked, summary.label):
            return summary
        return replace(summary, model_asked=asked, label=label)

    def _record(self, flight: OpenFlight, summary: FlightSummary) -> FlightRecord:
        keeps = self.keeps_bodies
        return _flight_record(
            summary=summary,
            path=flight.path,
            route_reason=flight.route_reason,
            request_headers=flight.request_headers if keeps else (),
            request_body=flight.request_body if keeps else None,
            answer_headers=flight.answer_headers if keeps else (),
            answer_body=bytes(flight.answer_kept) if keeps else None,
            answer_body_whole=flight.answer_whole or not keeps,
            phases=tuple(flight.phases),
            considered=flight.considered,
            passed_rules=flight.passed_rules,
            attempt_log=flight.asked(),
        )
