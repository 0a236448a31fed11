"""Telemetry out: spans, metrics and logs of what went through, over OTLP, where a setting says so.

Nothing is read in and nobody listens as long as it is off. When it is on, the loop notes that a
flight has ended and makes the `traceparent` of what is asked upstream; everything else happens in
one thread of its own (`otlp.py`). Where more comes than can be sent, the oldest are left out, and
the log says so.
"""

import logging
import threading
from collections import OrderedDict, deque
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING

from llmgw_desktop.domain.events import Event, FlightClosed
from llmgw_desktop.domain.flights.flight import FlightRecord
from llmgw_desktop.domain.settings.door import TelemetrySettings
from llmgw_desktop.engine.loop.bus import Bus
from llmgw_desktop.engine.telemetry import (
    EndedFlight,
    EndedToolCall,
    TraceParent,
    ids_of,
    read_trace,
)

if TYPE_CHECKING:
    from llmgw_desktop.engine.telemetry.otlp import OtlpSender

MOST_WAITING = 4096
_MOST_TRACES = 4096
"""Flights in the air whose callers told a trace."""
GATHER_S = 1.0
"""By then the recorder has written what ended."""
STOP_S = 2.0
"""A collector that does not answer keeps nobody from leaving for longer."""
_HEADER = "traceparent"
_log = logging.getLogger(__name__)


class Telemetry:
    """For one loop, but for its thread."""

    def __init__(self, bus: Bus, recorded: Callable[[str, bool], FlightRecord | None]) -> None:
        """`recorded`: a flight by its id, with bodies or without; waits for the disk."""
        self.is_on = False
        self._bus = bus
        self._recorded = recorded
        self._settings = TelemetrySettings()
        self._leave: Callable[[], None] = lambda: None
        self._traces: OrderedDict[str, TraceParent] = OrderedDict()
        self._waiting: deque[EndedFlight | EndedToolCall] = deque()
        self._lost = 0
        self._news = threading.Event()
        self._stopping = threading.Event()
        self._thread: threading.Thread | None = None

    def apply(self, settings: TelemetrySettings) -> None:
        """From now on."""
        if settings == self._settings:
            return
        self._end(within_s=0)
        self._settings = settings
        if settings.endpoint:
            self._begin(settings)

    def onward(self, flight_id: str, headers: Mapping[str, str]) -> str:
        """The `traceparent` of what is asked upstream for this flight."""
        trace_id, span_id = ids_of(flight_id)
        came = read_trace(headers.get(_HEADER, ""))
        if came is None:
            return f"00-{trace_id:032x}-{span_id:016x}-01"
        self._traces[flight_id] = came
        if len(self._traces) > _MOST_TRACES:
            self._traces.popitem(last=False)
        return f"00-{came.trace_id:032x}-{span_id:016x}-{'01' if came.is_sampled else '00'}"

    def stop(self) -> None:
        """What waits is sent, as far as that goes. Waits: never on the loop."""
        self._end(within_s=STOP_S)

    def _begin(self, settings: TelemetrySettings) -> None:
        self._stopping, self._news = threading.Event(), threading.Event()
        self._leave = self._bus.subscribe(self._hear, FlightClosed)
        self._thread = threading.Thread(
            target=self._run, args=(settings, self._stopping), name="telemetry", daemon=True
        )
        self.is_on = True
        self._thread.start()

    def _end(self, *, within_s: float) -> None:
        self.is_on = False
        self._leave()
        self._leave = lambda: None
        thread, self._thread = self._thread, None
        if thread is not None:
            self._stopping.set()
            self._news.set()
            if within_s:
                thread.join(within_s)

    def _hear(self, event: Event) -> None:
        if not self.is_on or not isinstance(event, FlightClosed):
            return
        self._add(EndedFlight(event.summary, self._traces.pop(event.summary.id, None)))

    def called(self, call: EndedToolCall) -> None:
        """Over MCP."""
        if self.is_on:
            self._add(call)

    def _add(self, ended: EndedFlight | EndedToolCall) -> None:
        if len(self._waiting) >= MOST_WAITING:
            self._lost += 1
            self._waiting.popleft()
        self._waiting.append(ended)
        self._news.set()

    def _run(self, settings: TelemetrySettings, stopping: threading.Event) -> None:
        """In the thread."""
        try:
            from llmgw_desktop.engine.telemetry.otlp import OtlpSender
        except ImportError as error:
            _log.error(
                "telemetry.endpoint is set, and nothing is sent: %s. Install the extra 'otel'"
                " (opentelemetry-sdk, opentelemetry-exporter-otlp-proto-http).",
                error,
            )
            self.is_on = False
            return
        sender = OtlpSender(settings)
        try:
            while not stopping.is_set():
                self._news.wait()
                stopping.wait(GATHER_S)
                self._news.clear()
                self._send(sender)
            self._send(sender)
        finally:
            sender.close()

    def _send(self, sender: "OtlpSender") -> None:
        while self._waiting:
            ended = self._waiting.popleft()
            try:
                if isinstance(ended, EndedToolCall):
                    sender.send_call(ended)
                else:
                    sender.send(ended, self._record_of(ended, with_bodies=sender.sends_content))
            except Exception:  # noqa: BLE001 - one odd flight must not cost the others
                _log.exception("a flight or a call could not be told to telemetry")
        if self._lost:
            lost, self._lost = self._lost, 0
            _log.warning("%d flights or calls came faster than telemetry could be sent", lost)

    def _record_of(self, ended: EndedFlight, *, with_bodies: bool) -> FlightRecord | None:
        if ended.summary.attempts <= 1 and not with_bodies:
            return None
        return self._recorded(ended.summary.id, with_bodies)
