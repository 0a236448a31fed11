"""What guards, writes down and reads flights, joined: a part of the composition root."""

import asyncio
from collections.abc import Callable, Iterable, Sequence
from functools import partial
from time import monotonic
from typing import TYPE_CHECKING, Any

from llmgw_desktop.domain.audit import clean_with
from llmgw_desktop.domain.clock import Clock, TimedIds
from llmgw_desktop.domain.events import AlarmRaised, Event, RecorderStatus
from llmgw_desktop.domain.flights.alarms import Alarm
from llmgw_desktop.domain.flights.flight import (
    FlightDensity,
    FlightQuery,
    FlightRecord,
    FlightSummary,
)
from llmgw_desktop.domain.guard import GuardHit
from llmgw_desktop.domain.settings.whole import Settings
from llmgw_desktop.engine.flights.alarm_watch import AlarmWatch
from llmgw_desktop.engine.flights.recorder import Recorder
from llmgw_desktop.engine.front.records_door import FlightShelf
from llmgw_desktop.engine.loop.bus import Bus
from llmgw_desktop.engine.metrics.meters import Meters
from llmgw_desktop.engine.prompt_cache.cache_watch import CacheWatch
from llmgw_desktop.redaction.redactor import Redactor
from llmgw_desktop.store.at_rest.cells import AtRest
from llmgw_desktop.store.flights.bodies import Seal
from llmgw_desktop.store.flights.body_search import SearchStanding
from llmgw_desktop.store.flights.flight_reader import FlightReader
from llmgw_desktop.store.flights.flight_store import FlightStore
from llmgw_desktop.store.flights.marks import FlightMarks
from llmgw_desktop.store.paths import Places

if TYPE_CHECKING:
    from llmgw_desktop.app.flights.cache_sheet import CacheSheet
    from llmgw_desktop.app.flights.conversation.thread import FlightThread
    from llmgw_desktop.app.flights.export.exporting import FlightExporter
    from llmgw_desktop.domain.flights.spending import AgentSpending
    from llmgw_desktop.domain.jobs.submission import RecordedTalk
    from llmgw_desktop.engine.guards.noted_secrets import SecretNotes
    from llmgw_desktop.engine.prompt_cache.explainer import CacheExplainer

_WRITTEN_S = 2.0
_PATIENCE_S = 5.0
"""For what waits to be written when the program ends."""


class Recording:
    """`settings` are asked for with each body that is written down."""

    def __init__(
        self,
        places: Places,
        clock: Clock,
        bus: Bus,
        *,
        settings: Callable[[], Settings],
        at_rest: AtRest,
    ) -> None:
        self._settings = settings
        self._bus = bus
        self._loop: asyncio.AbstractEventLoop | None = None
        self.redactor = Redactor()
        self._notes: SecretNotes | None = None
        self._on_key: list[Callable[[str], None]] = [self.redactor.learn]
        self.redactor.know(settings().api_keys)
        clean_with(self.redactor.clean_text)
        self.store = FlightStore(
            places.flights_db,
            clock=clock,
            seal=Seal(self._sealed, self.redactor.may_hold_any, _print_cell, self._hits),
            on_status=self._spoke,
            settings=settings().recorder,
            at_rest=at_rest,
        )
        self.meters = Meters()
        self.recorder = Recorder(
            store=self.store,
            redactor=self.redactor,
            bus=bus,
            meters=self.meters,
            clock=clock,
            ids=TimedIds(clock),
        )
        self.reader = FlightReader(places.flights_db, at_rest)
        self.store.watched_by(
            _Watches(
                CacheWatch(self.explainer, self._tell_soon, self._tells_falls, clock),
                AlarmWatch(self._tell_alarm, clock, self.practice),
            )
        )
        self._marks = FlightMarks(places.flights_db, self.redactor.clean_text)
        self.readers = self.reader, self.recorder.running
        self.shelf = FlightShelf(
            in_the_air=self.recorder.in_the_air,
            recorded=partial(self.reader.record, with_bodies=False),
            whole=self.reader.record,
            written=self.store.flush,
            searched=self._searched,
            listed=self._listed,
        )

    def _listed(
        self, query: FlightQuery, offset: int, limit: int
    ) -> tuple[int, list[FlightSummary]]:
        found = self.reader.page(query, offset=offset, limit=limit)
        return self.reader.count(query), found

    def _searched(self, query: FlightQuery, for_s: float) -> SearchStanding:
        ends_s = monotonic() + for_s
        return self.reader.search(query, lambda _: monotonic() < ends_s)

    def mark(self, flight_id: str, note: str | None, is_persons: bool = True) -> None:
        """With this note, or no more where it is None. Waits for the disk. Raises NoSuchFlight,
        NotMarked, StoreError."""
        if note is None:
            self._marks.unmark(flight_id)
            return
        most_bytes = self._settings().recorder.max_bytes
        self._marks.mark(flight_id, note, most_bytes=most_bytes, is_persons=is_persons)

    def explainer(self) -> "CacheExplainer":
        """Of caches that missed; read in when somebody asks."""
        from llmgw_desktop.engine.prompt_cache.explainer import CacheExplainer, kinds_of

        kinds = kinds_of(lambda: self._settings().everyone)
        return CacheExplainer(self.reader, self.recorder.pricing.price_of, kinds)

    def written(self, flight_id: str, with_bodies: bool) -> FlightRecord | None:
        """One that has ended, as soon as it is on the disk. Waits for it."""
        self.store.flush(_WRITTEN_S)
        return self.reader.record(flight_id, with_bodies=with_bodies)

    def practice(self) -> tuple[str, ...]:
        """The providers whose flights are no real traffic."""
        return self._settings().practice

    def tell_keys(self, listener: Callable[[str], None]) -> None:
        """Each key that comes out of the vault, before it is used."""
        self._on_key.append(listener)

    def learn(self, key: str) -> None:
        for listener in self._on_key:
            listener(key)

    def start(self, loop: asyncio.AbstractEventLoop) -> None:
        self._loop = loop
        self.store.start()

    async def stop(self) -> None:
        """What waits is written, and what the log beside the file holds goes into the file."""
        await asyncio.to_thread(self._close)
        self._loop = None

    def _close(self) -> None:
        """Readers first: whoever is last takes the log away, which one that only reads cannot."""
        self.reader.close()
        self.store.stop(_PATIENCE_S)
        self.reader.close()  # for whoever asked meanwhile

    def _sealed(self, body: bytes) -> bytes:
        """A body as it may be written down. On the writer thread."""
        return self.redactor.clean(body) if self._settings().recorder.redact else body

    def _hits(self, record: FlightRecord, between: Callable[[], None]) -> tuple[GuardHit, ...]:
        """On the writer thread, which reads it in with the first flight that may hold a secret."""
        if self._notes is None:
            from llmgw_desktop.engine.guards.noted_secrets import SecretNotes

            self._notes = SecretNotes(lambda: self._settings().recorder.note_secrets, self._noted)
        return self._notes.hits(record, between)

    def _noted(self, hits: tuple[GuardHit, ...]) -> None:
        """On the writer thread."""
        loop = self._loop
        if loop is not None and not loop.is_closed():
            loop.call_soon_threadsafe(self.meters.note_hits, hits)

    def _tells_falls(self) -> bool:
        return self._settings().cache_awareness.tell_misses

    def _tell_alarm(self, alarm: Alarm) -> None:
        """On the writer thread."""
        self._tell_soon(AlarmRaised(alarm=alarm))

    def _tell_soon(self, event: Event) -> None:
        """On the writer thread."""
        loop = self._loop
        if loop is not None and not loop.is_closed():
            loop.call_soon_threadsafe(self._bus.publish, event)

    def _spoke(self, status: RecorderStatus) -> None:
        """On the writer thread."""
        if self._loop is not None:
            self.recorder.tell_from_thread(self._loop, status)


class _Watches:
    """Who hears on the writer thread of flights that are on the disk."""

    def __init__(self, caches: CacheWatch, alarms: AlarmWatch) -> None:
        self._caches = caches
        self._alarms = alarms

    def note(self, flights: Sequence[FlightRecord]) -> None:
        self._caches.note([each.summary for each in flights])
        self._alarms.note(flights)

    def look(self) -> None:
        self._caches.look()


def _print_cell(
    record: FlightRecord, key: bytes, between: Callable[[], None]
) -> tuple[int, bytes] | None:
    """On the writer thread, which reads it in with the first prompt."""
    from llmgw_desktop.engine.prompt_cache.fingerprints import print_cell

    return print_cell(record, key, between)


class Flights:
    """`count`, `page` and `record` read the disk: never call them on a thread that must not
    wait. `running` is quick."""

    def __init__(
        self,
        reader: FlightReader,
        running: Callable[[], Sequence[FlightSummary]],
        clean: Callable[[bytes], bytes] | None = None,
        *,
        explainer: "Callable[[], CacheExplainer] | None" = None,
        mark: Callable[[str, str | None], None] = lambda *_: None,
        beside: Callable[[Iterable[str]], Iterable[str]] = lambda jobs: jobs,
    ) -> None:
        """`clean` takes secrets out of what leaves the record; `explainer` tells why caches
        missed; `mark` keeps a flight with a note, or no more where that is None: it waits for the
        disk; so does `beside`, which tells of the jobs that go on what others do."""
        self.imported_as = ""
        """The name of a set, which can be read and nothing else; empty: it was recorded here."""
        self.mark = mark
        self._beside = beside
        self._explainer = explainer
        self._reader = reader
        self._running = running
        self._clean = clean or Redactor().clean

    def exporter(self, base_url: str) -> "FlightExporter":
        """`base_url`: of the gateway, for programs that ask it again."""
        from llmgw_desktop.app.flights.export.exporting import FlightExporter

        return FlightExporter(reader=self._reader, clean=self._clean, base_url=base_url)

    def count(self, query: FlightQuery) -> int:
        return self._reader.count(query)

    def page(self, query: FlightQuery, offset: int, limit: int) -> list[FlightSummary]:
        """Newest first."""
        return self._reader.page(query, offset=offset, limit=limit)

    def density(self, query: FlightQuery, parts: int) -> FlightDensity | None:
        """When the flights of a list began, as far as they are written down."""
        return self._reader.density(query, parts)

    def search(
        self, query: FlightQuery, goes_on: Callable[[SearchStanding], bool]
    ) -> SearchStanding:
        """Looks for words in bodies, the newest flights first."""
        return self._reader.search(query, goes_on)

    def agents(self, query: FlightQuery) -> "list[AgentSpending]":
        """Who asked these. Waits for the disk."""
        return self._reader.agents(query)

    def record(self, flight_id: str) -> FlightRecord | None:
        return self._reader.record(flight_id)

    def cache_sheet(self, flight_id: str) -> "CacheSheet":
        """What became of its vendor's cache. Waits for the disk."""
        from llmgw_desktop.app.flights.cache_sheet import cache_sheet

        return cache_sheet(self._explainer and self._explainer(), flight_id)

    def thread(self, flight_id: str) -> "FlightThread":
        """The conversation that a flight is of. Waits for the disk."""
        from llmgw_desktop.app.flights.conversation.thread import thread_of

        return thread_of(flight_id, self._reader, self._beside)

    def handed_over(self, flight_id: str) -> "RecordedTalk":
        """What another agent would be told that goes on with it. Waits for the disk."""
        from llmgw_desktop.app.flights.conversation.thread import handed_over

        return handed_over(self.thread(flight_id))

    def running(self) -> tuple[FlightSummary, ...]:
        """Newest first."""
        return tuple(sorted(self._running(), key=_age, reverse=True))


def told_diff(before: FlightRecord, after: FlightRecord, most_chars: int) -> dict[str, Any]:
    """Read in when two are first compared: all codecs may come with it."""
    from llmgw_desktop.app.flights.compared import compare_records
    from llmgw_desktop.wire.native.flight_diff import MOST_CHARS, diff_object

    return diff_object(compare_records(before, after), most_chars or MOST_CHARS)


def is_whole(query: FlightQuery) -> bool:
    """Whether nothing is filtered away."""
    return query == FlightQuery()


def _age(flight: FlightSummary) -> tuple[float, str]:
    return flight.started_at_s, flight.id
