"""Model requests that runs of CLIs make through this gateway: each is known as its run's, so that
every token is charged once, to whoever asked for the run.

A run is known by a key that lies in its environment and dies with it, or by the process at the
other end of the connection. What a header says without such a key counts for nothing.
"""

import asyncio
import logging
import secrets
from collections.abc import Callable, Mapping, Sequence
from typing import Any, TypeVar
from weakref import WeakKeyDictionary

from typing_extensions import override

from llmgw_desktop.clis.cli import Cli
from llmgw_desktop.domain.access.principal import (
    RUN_KEY,
    RUN_SCOPES,
    RUN_URL,
    Principal,
    PrincipalKind,
    kind_of,
    pinned_as,
)
from llmgw_desktop.domain.errors import StoreError
from llmgw_desktop.domain.events import UpstreamTold
from llmgw_desktop.domain.flights.cache_state import NO_FLIGHTS, LinkedFlights, linked_flights
from llmgw_desktop.domain.flights.flight import FlightState, FlightSummary
from llmgw_desktop.domain.jobs.cli_settings import Network
from llmgw_desktop.domain.jobs.job import Job
from llmgw_desktop.domain.jobs.submission import Submission
from llmgw_desktop.engine.access.authenticator import key_digest
from llmgw_desktop.engine.exchange.caller import Caller
from llmgw_desktop.engine.flights.open_flight import OpenFlight
from llmgw_desktop.engine.jobs.enclosure import contained_of, door_of
from llmgw_desktop.engine.jobs.folder import JobFolder
from llmgw_desktop.engine.jobs.parts import OwnRequests
from llmgw_desktop.engine.loop.bus import Bus
from llmgw_desktop.engine.routing.quota_windows import told_pause_s
from llmgw_desktop.engine.runs.cli_files import key_variables, upstream_of
from llmgw_desktop.engine.runs.run_processes import RunDoors, RunProcesses
from llmgw_desktop.wire.headers import KEY_MARK

LAST_WORDS_S = 5.0
"""For requests whose run has ended: their connections are closed, and they end at once."""
MOST_TOLD = 1000
"""Flights of requests that runs answered, until they end themselves."""
MOST_OVER = 100
LEAST_FAULT = 500
"""Of the statuses that are no caller's fault."""
_ASKED_AGAIN = frozenset({401, 402, 403, 408, 429})
_T = TypeVar("_T")
_log = logging.getLogger(__name__)


class _Run:
    """One that goes on. `digest`: of its key; `keeper`: the process above all of its own."""

    __slots__ = (
        *("digest", "flights", "idle", "is_starting", "keeper", "last_status"),
        *("meanwhile", "open", "principal", "refused", "run_flight"),
    )

    def __init__(self, principal: Principal, run_flight: str) -> None:
        self.principal = principal
        self.run_flight = run_flight
        self.digest: bytes | None = None
        self.keeper: int | None = None
        self.is_starting = True
        self.flights = NO_FLIGHTS
        self.meanwhile: list[FlightSummary] | None = None
        """What closes while it is read what it has asked before."""
        self.last_status: int | None = None
        self.refused: set[str] = set()
        """Models whose upstreams have refused it, until one of them answers."""
        self.open = 0
        self.idle = asyncio.Event()
        self.idle.set()


class RunLinks(OwnRequests):
    """On the loop. Of all runs that go on."""

    def __init__(
        self,
        own_url: Callable[[], str],
        recorded: Callable[[str], Sequence[FlightSummary]],
        bus: Bus,
        *,
        mcp_path: str = "/mcp",
    ) -> None:
        """`own_url`: of our door, empty while it is shut. `recorded`: the flights of a run's
        requests; may wait for the disk, raises StoreError. `bus` is told what a run's upstream
        says while its CLI asks again and again. `mcp_path`: of the MCP door."""
        self._mcp_path = mcp_path
        self._bus = bus
        self._doors = RunDoors(own_url)
        self._own_url = own_url
        self._recorded = recorded
        self._processes = RunProcesses()
        self._runs: dict[str, _Run] = {}
        self._by_digest: dict[bytes, _Run] = {}
        self._by_connection: WeakKeyDictionary[object, str] = WeakKeyDictionary()
        """The run at the other end; empty: none."""
        self._told: dict[str, str] = {}
        """The flight that asked for a run → the run, where the run's own requests have its
        tokens."""
        self._over: dict[str, LinkedFlights] = {}
        """Of runs that ended lately."""

    # What the gate asks.

    @property
    def are_any(self) -> bool:
        return bool(self._runs)

    def find(self, digest: bytes) -> Principal | None:
        run = self._by_digest.get(digest)
        return None if run is None else run.principal

    # What the jobs tell.

    @override
    async def lend(
        self, job: Job, asked: Submission, *, cli: Cli, folder: JobFolder, given: Mapping[str, str]
    ) -> Mapping[str, str]:
        run = self._entered(job, asked)
        run.is_starting = True
        self._drop_key(run)
        own_url = self._own_url()
        if not own_url:
            return {}
        key = f"{KEY_MARK}run-{secrets.token_urlsafe(32)}"
        digest = key_digest(key)
        variables = {RUN_KEY: key, RUN_URL: own_url + self._mcp_path}
        try:
            if cli.upstream is not None:
                upstream = await asyncio.to_thread(upstream_of, cli, given)
                variables |= key_variables(
                    cli.upstream, given, upstream=upstream, own_url=own_url, key=key
                )
            await asyncio.to_thread(folder.keep_run_key, digest.hex())
        except OSError:
            _log.warning("the requests of %s have no key of their own", job.id, exc_info=True)
            return {}
        run.digest, self._by_digest[digest] = digest, run
        return variables

    @override
    async def follow(self, job: Job, asked: Submission, folder: JobFolder) -> None:
        is_ours = job.id in self._runs
        run = self._entered(job, asked)
        run.keeper = None if job.process is None else job.process.pid
        run.is_starting = False
        contained = await asyncio.to_thread(contained_of, folder)
        if contained is not None and contained.network is Network.LOOPBACK:
            await self._open_door(job, folder)
        if is_ours:
            return
        digest = await asyncio.to_thread(folder.run_key_digest)
        if digest:
            run.digest = bytes.fromhex(digest)
            self._by_digest[run.digest] = run
        meanwhile = list[FlightSummary]()
        run.meanwhile = meanwhile
        before: Sequence[FlightSummary] = ()
        try:
            before = await asyncio.to_thread(self._recorded, job.id)
        except StoreError as error:
            _log.warning("what %s has asked before is not known: %s", job.id, error)
        finally:
            run.meanwhile = None
        others = {job.flight_id, *(each.id for each in meanwhile)}
        flights = linked_flights(each for each in before if each.id not in others)
        for each in meanwhile:
            flights = flights.plus(each)
        run.flights = flights

    async def _open_door(self, job: Job, folder: JobFolder) -> None:
        try:
            await self._doors.open(job.id, door_of(folder))
        except OSError:
            _log.warning("%s has no way to its models", job.id, exc_info=True)

    async def close(self) -> None:
        """Runs go on, and find us again when we have started anew."""
        await self._doors.close()

    async def settled(self, job: Job) -> LinkedFlights:
        """It has ended: all that it asked, when the last of it has been heard."""
        run = self._runs.get(job.id)
        if run is None:
            return NO_FLIGHTS
        self._drop_key(run)
        try:
            async with asyncio.timeout(LAST_WORDS_S):
                await run.idle.wait()
        except TimeoutError:
            _log.warning("a request of %s goes on though the run has ended", job.id)
        self._note_told(job, run)
        return run.flights

    @override
    def ended(self, job: Job) -> None:
        self._doors.shut(job.id)
        run = self._runs.pop(job.id, None)
        if run is None:
            return
        self._drop_key(run)
        self._note_told(job, run)
        _keep(self._over, job.id, run.flights, MOST_OVER)

    # What the pipeline asks and tells.

    async def known(self, caller: Caller, principal: Principal) -> Principal:
        """Whom this caller asks for: the run's owner, where a run's process holds the other end
        of the connection, whatever key its program has of its own."""
        connection = caller.connection
        if principal.job or connection is None or not self._processes.can_tell:
            return principal
        if not caller.is_from_here:
            return principal
        job_id = self._by_connection.get(connection) or self._doors.job_of(_port(connection))
        if not job_id and connection not in self._by_connection:
            keepers = {run.keeper: name for name, run in self._runs.items() if run.keeper}
            keeper = await asyncio.to_thread(self._processes.at, connection, keepers)
            job_id = keepers[keeper] if keeper else ""
            if job_id or not any(run.is_starting for run in self._runs.values()):
                self._by_connection[connection] = job_id
        run = self._runs.get(job_id)
        return principal if run is None else pinned_as(run.principal, principal.label)

    def opened(self, flight: OpenFlight) -> str:
        """A request of a run; the id of the flight that the run has itself."""
        run = self._runs.get(flight.job)
        if run is None:
            return ""
        run.open += 1
        run.idle.clear()
        return run.run_flight

    def closed(self, job_id: str, flight: OpenFlight) -> None:
        """One that was opened."""
        run = self._runs.get(job_id)
        if run is None:
            return
        run.open -= 1
        summary = flight.summary()
        run.flights = run.flights.plus(summary)
        if run.meanwhile is not None:
            run.meanwhile.append(summary)
        if not run.open:
            run.idle.set()
        self._tell(run, job_id, flight)

    def _tell(self, run: _Run, job_id: str, flight: OpenFlight) -> None:
        """What small models answer beside, such as titles, says nothing of the one that refuses."""
        if flight.state is FlightState.OK and flight.model_asked in run.refused:
            run.refused.clear()
            run.last_status = None
            self._bus.publish(UpstreamTold(job_id=job_id, is_refusal=False))
        elif flight.state is FlightState.FAILED and (refusal := refusal_of(flight)) is not None:
            run.refused.add(flight.model_asked)
            status, until_s, reason = refusal
            # an account that rests is not asked again: what it said last still holds
            run.last_status = status if status is not None else run.last_status
            told = UpstreamTold(
                job_id=job_id,
                is_refusal=True,
                status=run.last_status,
                until_s=until_s,
                reason=reason,
            )
            self._bus.publish(told)

    def claim(self, flight: OpenFlight) -> None:
        """A flight that a run answers or is: whether the flights of that run's requests have its
        tokens already."""
        job_id = self._told.get(flight.id, "")
        if job_id:
            flight.is_counted_by(job_id)

    async def flights(self, job: Job) -> LinkedFlights:
        """What a job has asked so far, by what is recorded where it has ended long ago. Raises
        StoreError."""
        if (run := self._runs.get(job.id)) is not None:
            return run.flights
        if job.is_live or (over := self._over.get(job.id)) is None:
            return await asyncio.to_thread(self._of_record, job)
        return over

    def _of_record(self, job: Job) -> LinkedFlights:
        found = self._recorded(job.id)
        return linked_flights(each for each in found if each.id != job.flight_id)

    def _entered(self, job: Job, asked: Submission) -> _Run:
        run = self._runs.get(job.id)
        if run is None:
            run = self._runs[job.id] = _Run(_in_the_name_of(job, asked), job.flight_id)
        return run

    def _note_told(self, job: Job, run: _Run) -> None:
        if run.flights.have_tokens and job.flight_id:
            _keep(self._told, job.flight_id, job.id, MOST_TOLD)

    def _drop_key(self, run: _Run) -> None:
        if run.digest is not None:
            self._by_digest.pop(run.digest, None)
            run.digest = None


def _port(connection: object) -> int:
    """At the other end of it; 0: not known."""
    told: Any = getattr(connection, "get_extra_info", None)
    peer = told("peername") if told is not None else None
    return int(peer[1]) if isinstance(peer, tuple) and len(peer) > 1 else 0


def refusal_of(flight: OpenFlight) -> tuple[int | None, float | None, str] | None:
    """(Status, until when by the wall clock, reason) of one that the CLI will ask again; None for
    what it asked wrongly. The status is the upstream's own; None where it gave none."""
    status = flight.status
    if status is None or (status < LEAST_FAULT and status not in _ASKED_AGAIN):
        return None
    if flight.attempt_log:
        told = flight.attempt_log[-1].status
    else:
        told = status if status < LEAST_FAULT else None
    now_s = flight.started_at_s + (flight.summary().took_ms or 0.0) / 1000
    headers = {name.lower(): value for name, value in flight.answer_headers}
    pause_s = told_pause_s(headers, flight.error_text or "", now_s)
    until_s = None if pause_s is None else now_s + pause_s
    return told, until_s, flight.error_text or ""


def _keep(of: dict[str, _T], name: str, value: _T, most: int) -> None:
    """The oldest give way."""
    of[name] = value
    while len(of) > most:
        del of[next(iter(of))]


def _in_the_name_of(job: Job, asked: Submission) -> Principal:
    kind = kind_of(job.owner)
    return Principal(
        client_id=job.owner,
        name=job.client,
        scopes=RUN_SCOPES,
        kind=kind,
        label=asked.label,
        came_from_elsewhere=asked.is_remote and kind is PrincipalKind.KEY,
        job=job.id,
        sits_here=asked.by_hand,
    )
