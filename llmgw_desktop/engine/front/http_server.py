"""The HTTP door: one loopback port, every request checked by the guard and brought to its door."""

import asyncio
import errno
import ipaddress
import logging
import os
import socket
import ssl
from collections.abc import Sequence
from dataclasses import replace
from functools import partial

from llmgw_desktop.domain.access.access_errors import (
    AccessError,
    AccessRevoked,
    TooManyConnections,
    TurnedBack,
)
from llmgw_desktop.domain.access.principal import LABEL_PATH, Principal, Scope, split_path
from llmgw_desktop.domain.audit import Actor, ActorDoor, acting, elsewhere
from llmgw_desktop.domain.errors import ClientGone, GatewayClosed, LlmgwError, PortTaken
from llmgw_desktop.domain.model.prompt import Operation
from llmgw_desktop.domain.settings.door import AccessSettings, HttpSettings, ways_in
from llmgw_desktop.engine.access.gate import Gate
from llmgw_desktop.engine.exchange.caller import Caller
from llmgw_desktop.engine.front.crowd import Crowd
from llmgw_desktop.engine.front.doors import (
    Door,
    DoorTable,
    ModelDoor,
    OwnDoor,
    check_takes_label,
)
from llmgw_desktop.engine.front.guard import DoorOpening, RequestGuard, is_loopback
from llmgw_desktop.engine.front.handed_sockets import fitting
from llmgw_desktop.engine.front.http_caller import CallerTerms, HttpCaller, Pace
from llmgw_desktop.engine.http1.head import HeadNotes, UnreadHead
from llmgw_desktop.engine.http1.request import HttpRequest
from llmgw_desktop.engine.http1.server_connection import Patience, ServerConnection
from llmgw_desktop.engine.pipeline.pipeline import Pipeline
from llmgw_desktop.engine.policy.policies import Policies
from llmgw_desktop.platform.environment import IS_POSIX
from llmgw_desktop.store.tls_files import server_context
from llmgw_desktop.wire.errors import ErrorReply, error_reply

_OF_PROGRAMS = (Scope.MODELS_USE, Scope.MCP)
"""What a flood may come for. All else the person asks with the key of this computer."""


_BACKLOG = 1024
_CLOSE_S = 1.0
"""Requests may go on for so long after `close`, and so long again once they are canceled."""
_log = logging.getLogger(__name__)


class OpenedDoor(HeadNotes):
    """Which door a head opens, as long as the server's terms are these."""

    __slots__ = ("door", "opening", "terms")

    def __init__(self, door: Door, opening: DoorOpening, terms: CallerTerms) -> None:
        super().__init__()
        self.door = door
        self.opening = opening
        self.terms = terms


class HttpServer:
    """`open` listens, `stop_listening` takes no new connections, `close` ends what is left."""

    def __init__(
        self,
        *,
        pipeline: Pipeline,
        gate: Gate,
        doors: DoorTable,
        crowd: Crowd,
        patience: Patience | None = None,
    ) -> None:
        """`crowd` is told here whose each connection is."""
        self._pipeline = pipeline
        self._gate = gate
        self._doors = doors
        self._patience = patience or Patience()
        self.crowd = crowd
        self._room = Room(pipeline.policies)
        self._listening: list[asyncio.Server] = []
        self._connections: set[ServerConnection] = set()
        self.is_leaving = False
        self._terms = CallerTerms(
            guard=RequestGuard(port=0, hosts=(), origins=()),
            crowd=crowd,
            pace=Pace(piece_s=self._patience.body_s),
            slices=pipeline.slices,
        )

    async def open(
        self,
        settings: HttpSettings,
        access: AccessSettings | None = None,
        handed: Sequence[socket.socket] = (),
    ) -> int:
        """The port that is listened on. `handed`: what listens already; taken where it is of the
        settings' address. Raises PortTaken, OSError, ConfigError (of TLS)."""
        tls = server_context(settings)
        try:
            self._listening = await self._listen(settings, tls, handed)
        except OSError as error:
            if error.errno == errno.EADDRINUSE:
                raise PortTaken(settings.host, settings.port) from error
            raise
        port: int = self._listening[0].sockets[0].getsockname()[1]
        pace = Pace(
            piece_s=self._patience.body_s,
            least_rate=settings.least_body_rate,
            longest_s=settings.max_body_s,
        )
        guard = RequestGuard(
            port=port,
            hosts=(*settings.allowed_hosts, *_own_name(settings.host, port)),
            origins=settings.allowed_origins,
            scheme="https" if settings.has_tls else "http",
            public_url=settings.public_url,
            is_fronted=bool(ways_in(settings, access or AccessSettings())),
        )
        most = settings.max_body_bytes
        self._terms = replace(self._terms, guard=guard, pace=pace, max_body_bytes=most)
        return port

    @property
    def addresses(self) -> frozenset[tuple[str, int]]:
        """Host and port of each socket that listens."""
        return frozenset(each.getsockname()[:2] for each in self._sockets())

    async def stop_listening(self) -> None:
        servers, self._listening = self._listening, []
        for server in servers:
            server.close()

    async def hand_over(self) -> list[int]:
        """What listens, for the next start of this program, whose it is from now on: nothing more
        is taken here, and each connection ends with its next answer. Nothing where no process can
        become its next start: then who comes meanwhile is refused."""
        kept = [os.dup(each.fileno()) for each in self._sockets()] if IS_POSIX else []
        await self.stop_listening()
        self.is_leaving = True
        return kept

    @property
    def busy(self) -> int:
        """How many connections have asked and not been answered."""
        return sum(not each.is_idle for each in self._connections)

    async def close(self) -> None:
        """Each connection, once its answer is out, if that does not take long."""
        self.is_leaving = True
        for each in tuple(self._connections):
            if each.is_idle:
                each.give_way()
        for is_late in (False, True):
            tasks = [each.task for each in self._connections if each.task is not None]
            for task in tasks if is_late else ():
                task.cancel()
            if tasks:
                await asyncio.wait(tasks, timeout=_CLOSE_S)
        for each in tuple(self._connections):
            each.give_way()
        self._connections.clear()

    async def _listen(
        self, settings: HttpSettings, tls: ssl.SSLContext | None, handed: Sequence[socket.socket]
    ) -> list[asyncio.Server]:
        """Raises OSError; then nothing listens."""
        loop, self.is_leaving = asyncio.get_running_loop(), False
        make = partial(ServerConnection, self, self._patience)
        if found := fitting(handed, settings):
            ways = [loop.create_server(make, sock=s, ssl=tls, backlog=_BACKLOG) for s in found]
            return [await each for each in ways]
        return [
            await loop.create_server(
                make,
                settings.host,
                settings.port,
                ssl=tls,
                backlog=_BACKLOG,
                reuse_address=IS_POSIX,  # on Windows two programs would share the port
            )
        ]

    def _sockets(self) -> list[socket.socket]:
        return [each for server in self._listening for each in server.sockets]

    # the connections' side

    def comes(self, connection: ServerConnection) -> bool:
        if self.crowd.is_flooded and not self.crowd.make_room():
            return False
        address, is_near = _other_end(connection)
        connection.surplus = self.crowd.comes(connection, address, is_near=is_near)
        self._connections.add(connection)
        return True

    def goes(self, connection: ServerConnection) -> None:
        self._connections.discard(connection)
        self.crowd.goes(connection)

    def failed(self, request: HttpRequest) -> ErrorReply:
        dialect = self._doors.dialect_of(request.head.path, request.headers)
        words = "The gateway failed; its log says more."
        return error_reply(LlmgwError(words), dialect.protocol)

    def words_for(self, head: UnreadHead) -> ErrorReply:
        path = split_path(head.path)[1] if head.path.startswith(LABEL_PATH) else head.path
        refusal = self._doors.refusal_of(path)
        if refusal is not None:
            return refusal(head.error)
        return error_reply(head.error, self._doors.dialect_of(path, head.headers).protocol)

    async def handle(self, request: HttpRequest) -> None:
        caller = HttpCaller(request, self._terms)
        try:
            await self._answer(request, caller)
        except ClientGone:
            _log.debug("a client left before it could be told")

    async def _answer(self, request: HttpRequest, caller: HttpCaller) -> None:
        try:
            notes = self._opened(request, caller)
            door = notes.door
            self._room.check(request, door, caller, self._gate)
        except LlmgwError as error:
            await self._turn_away(error, request, caller)
        else:
            if isinstance(door, ModelDoor):
                await self._pipeline.handle(door.dialect, door.operation, caller)
            else:
                caller.take_no_more_than(notes.opening.max_body_bytes)
                await self._answer_ourselves(door, caller)

    def _opened(self, request: HttpRequest, caller: HttpCaller) -> OpenedDoor:
        """The door that its head opens. Raises LlmgwError."""
        head, terms = request.head, self._terms
        notes = head.notes
        if isinstance(notes, OpenedDoor) and notes.terms is terms:
            caller.notes = notes
            return notes
        if head.fault is not None:
            raise head.fault
        if head.authority is not None:
            terms.guard.check_host(head.authority)
        opening = self._doors.opening(head.method, head.path)
        terms.guard.check(request, opening)
        door = self._doors.find(head.method, caller.path, hides_slash=head.hides_slash)
        if caller.label_in_path is not None:
            check_takes_label(door, caller.path)
        notes = head.notes = caller.notes = OpenedDoor(door, opening, terms)
        return notes

    async def _turn_away(self, error: LlmgwError, request: HttpRequest, caller: HttpCaller) -> None:
        refusal = self._doors.refusal_of(caller.path)
        if refusal is None or isinstance(error, AccessError):
            dialect = self._doors.dialect_of(caller.path, request.headers)
            await self._pipeline.turn_away(error, dialect, Operation.GENERATE, caller)
        else:
            await _reply(caller, refusal(error))

    async def _answer_ourselves(self, door: OwnDoor, caller: HttpCaller) -> None:
        dialect = door.dialect or self._doors.dialect_of(caller.path, caller.headers)
        tell = door.refusal or partial(error_reply, protocol=dialect.protocol)
        try:
            if door.scope is not None:
                caller.principal = self._gate.admit(caller, door.scope)
            await self._answered(door, caller)
        except (AccessError, TurnedBack) as error:
            if door.refusal is not None and isinstance(error, TurnedBack):
                await _reply(caller, door.refusal(error))
                return
            await self._pipeline.turn_away(error, dialect, Operation.GENERATE, caller)
        except ClientGone:
            raise
        except LlmgwError as error:
            await _reply(caller, tell(error))
        except Exception as error:  # noqa: BLE001 - the engine's edge: no caller goes unanswered
            _log.exception("the gateway failed to answer a question about itself")
            failed = LlmgwError(f"The gateway failed: {type(error).__name__}.")
            await _reply(caller, tell(failed))

    async def _answered(self, door: OwnDoor, caller: HttpCaller) -> None:
        """Raises AccessRevoked where it was taken back before anything was told; what had begun
        breaks off."""
        runs, who = self._pipeline.runs, caller.principal
        run = runs.listens("" if who is None else who.client_id)
        try:
            with acting(_actor(caller)):
                await door.answer(caller)
        except asyncio.CancelledError:
            if not runs.was_cut(run):
                raise
            if caller.response is None:
                raise AccessRevoked from None
        finally:
            runs.leaves(run)


async def _reply(caller: HttpCaller, reply: ErrorReply) -> None:
    await caller.reply(reply.status, reply.headers, reply.body)


def _actor(caller: HttpCaller) -> Actor:
    """Nobody's name where the door lets everybody in."""
    principal = caller.principal
    return Actor(
        name="" if principal is None else principal.person or principal.name,
        door=ActorDoor.HTTP,
        client_id="" if principal is None else principal.client_id,
        address=elsewhere(caller.address),
    )


def _own_name(host: str, port: int) -> tuple[str, ...]:
    """An address that stands for all of them is nobody's name."""
    if host in ("0.0.0.0", "::"):  # noqa: S104 - compared
        return ()
    return (f"[{host}]:{port}" if ":" in host else f"{host}:{port}",)


def _other_end(connection: ServerConnection) -> tuple[str, bool]:
    """Its address, and whether it is on this computer."""
    address, transport = connection.address.removeprefix("::ffff:"), connection.transport
    if not address or transport is None:
        return "", True
    own = transport.get_extra_info("sockname")
    if is_loopback(address) or (own and connection.address == own[0]):
        return address, True
    return _whose(address), False


def _whose(address: str) -> str:
    """Who has one address of IPv6 has its whole network of 64 bits."""
    if ":" not in address:
        return address
    network = int(ipaddress.IPv6Address(address.partition("%")[0])) >> 64 << 64
    return f"{ipaddress.IPv6Address(network)}/64"


class Room:
    """Of all connections. The gate tells it who has shown a key."""

    def __init__(self, policies: Policies) -> None:
        self._policies = policies

    def unknown(self, caller: Caller) -> None:
        """No key was shown, or a wrong one. Raises TooManyConnections."""
        if not isinstance(caller, HttpCaller):
            return
        try:
            caller.crowd.check_stranger(caller.held)
        except TooManyConnections:
            caller.ends_here()
            raise

    def arrived(self, caller: Caller, principal: Principal, scope: Scope) -> None:
        """Raises ClientPaused, TooManyConnections, GatewayClosed."""
        if not isinstance(caller, HttpCaller):
            return
        is_own = scope not in _OF_PROGRAMS
        try:
            self._policies.check_paused(principal, is_own=is_own)
            caller.crowd.known(caller.held, principal, is_own=is_own)
        except (TurnedBack, GatewayClosed) as error:
            caller.ends_here()
            if isinstance(error, TurnedBack):
                self._policies.refused(principal, error)
            raise

    def check(self, request: HttpRequest, door: Door, caller: HttpCaller, gate: Gate) -> None:
        """Of those who came too many only the person is served, who asks the gateway about itself.
        Raises GatewayClosed, TooManyConnections."""
        if request.surplus is not None:
            is_question = isinstance(door, OwnDoor) and door.scope not in _OF_PROGRAMS
            if not (is_question and gate.is_person(caller)):
                raise request.surplus
        elif isinstance(door, OwnDoor) and door.scope is None and not caller.presented_keys:
            self.unknown(caller)
