"""The HTTP door: one loopback port, every request checked by the guard and brought to its door.

aiohttp's low-level server is used without its application layer: no middlewares, one table.
"""

import asyncio
import errno
import logging
import os
import socket
import ssl
from collections.abc import Sequence
from functools import partial
from typing import cast

from aiohttp import web

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
from llmgw_desktop.engine.front.guard import RequestGuard
from llmgw_desktop.engine.front.handed_sockets import fitting
from llmgw_desktop.engine.front.http_caller import HttpCaller, Pace
from llmgw_desktop.engine.front.http_connection import (
    DoorConnection,
    DoorServer,
    Patience,
)
from llmgw_desktop.engine.front.http_head import UnreadHead
from llmgw_desktop.engine.front.http_message import DateLine, DoorRequest
from llmgw_desktop.engine.pipeline.pipeline import Pipeline
from llmgw_desktop.engine.policy.policies import Policies
from llmgw_desktop.store.tls_files import server_context
from llmgw_desktop.wire.errors import ErrorReply, error_reply

_OF_PROGRAMS = (Scope.MODELS_USE, Scope.MCP)
"""What a flood may come for. All else the person asks with the key of this computer."""


_BACKLOG = 1024
_log = logging.getLogger(__name__)


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
        self._runner: web.ServerRunner | None = None
        self._sites: list[web.BaseSite] = []
        self._server: DoorServer | None = None
        self._guard = RequestGuard(port=0, hosts=(), origins=())
        self._max_body_bytes = 0
        self._pace = Pace(piece_s=self._patience.body_s)
        self._date = DateLine()

    async def open(
        self,
        settings: HttpSettings,
        access: AccessSettings | None = None,
        handed: Sequence[socket.socket] = (),
    ) -> int:
        """The port that is listened on. `handed`: what listens already; taken where it is of the
        settings' address. Raises PortTaken, OSError, ConfigError (of TLS)."""
        tls = server_context(settings)
        server = DoorServer(
            self._serve,
            patience=self._patience,
            crowd=self.crowd,
            logger=_grammar_log(),
            words_for=self._words_for,
        )
        self._server = server
        self._runner = web.ServerRunner(server, handle_signals=False, shutdown_timeout=1)
        await self._runner.setup()
        sites = _to_open(self._runner, settings, tls, handed)
        try:
            for site in sites:
                await site.start()
        except OSError as error:
            await self._runner.cleanup()
            if error.errno == errno.EADDRINUSE:
                raise PortTaken(settings.host, settings.port) from error
            raise
        self._sites = sites
        port: int = self._runner.addresses[0][1]
        self._max_body_bytes = settings.max_body_bytes
        self._pace = Pace(
            piece_s=self._patience.body_s,
            least_rate=settings.least_body_rate,
            longest_s=settings.max_body_s,
        )
        self._guard = RequestGuard(
            port=port,
            hosts=(*settings.allowed_hosts, *_own_name(settings.host, port)),
            origins=settings.allowed_origins,
            scheme="https" if settings.has_tls else "http",
            public_url=settings.public_url,
            is_fronted=bool(ways_in(settings, access or AccessSettings())),
        )
        return port

    @property
    def addresses(self) -> frozenset[tuple[str, int]]:
        """Host and port of each socket that listens."""
        found = self._runner.addresses if self._runner is not None else ()
        return frozenset((address[0], address[1]) for address in found)

    async def stop_listening(self) -> None:
        sites, self._sites = self._sites, []
        for site in sites:
            await site.stop()

    async def hand_over(self) -> list[int]:
        """What listens, for the next start of this program, whose it is from now on: nothing more
        is taken here, and each connection ends with its next answer."""
        kept = [os.dup(each.fileno()) for each in self._listening()]
        await self.stop_listening()
        if self._server is not None:
            self._server.is_leaving = True
        return kept

    @property
    def busy(self) -> int:
        """How many connections have asked and not been answered."""
        found = () if self._server is None else self._server.connections
        return sum(not cast("DoorConnection", each).is_idle for each in found)

    def _listening(self) -> list[socket.socket]:
        servers = [
            cast("asyncio.Server | None", getattr(each, "_server", None)) for each in self._sites
        ]
        return [each for server in servers if server is not None for each in server.sockets]

    async def close(self) -> None:
        if self._runner is not None:
            await self._runner.shutdown()
            await self._runner.cleanup()
            self._runner = None

    async def _serve(self, request: DoorRequest) -> web.StreamResponse:
        caller = HttpCaller(
            request,
            self._date,
            max_body_bytes=self._max_body_bytes,
            pace=self._pace,
            slices=self._pipeline.slices,
            guard=self._guard,
        )
        try:
            await self._answer(request, caller)
        except ClientGone:
            _log.debug("a client left before it could be told")
        return caller.response.for_aiohttp() if caller.response else _nothing_to_say()

    async def _answer(self, request: DoorRequest, caller: HttpCaller) -> None:
        try:
            if request.fault is not None:
                raise request.fault
            if request.authority is not None:
                self._guard.check_host(request.authority)
            opening = self._doors.opening(request.method, request.path)
            self._guard.check(request, opening)
            door = self._doors.find(request.method, caller.path, hides_slash=request.hides_slash)
            if caller.label_in_path is not None:
                check_takes_label(door, caller.path)
            self._room.check(request, door, caller, self._gate)
        except LlmgwError as error:
            await self._turn_away(error, request, caller)
        else:
            if isinstance(door, ModelDoor):
                await self._pipeline.handle(door.dialect, door.operation, caller)
            else:
                caller.take_no_more_than(opening.max_body_bytes)
                await self._answer_ourselves(door, caller)

    async def _turn_away(self, error: LlmgwError, request: DoorRequest, caller: HttpCaller) -> None:
        refusal = self._doors.refusal_of(caller.path)
        if refusal is None or isinstance(error, AccessError):
            dialect = self._doors.dialect_of(caller.path, request.headers)
            await self._pipeline.turn_away(error, dialect, Operation.GENERATE, caller)
        else:
            await _reply(caller, refusal(error))

    def _words_for(self, head: UnreadHead) -> ErrorReply:
        path = split_path(head.path)[1] if head.path.startswith(LABEL_PATH) else head.path
        refusal = self._doors.refusal_of(path)
        if refusal is not None:
            return refusal(head.error)
        return error_reply(head.error, self._doors.dialect_of(path, head.headers).protocol)

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


def _to_open(
    runner: web.ServerRunner,
    settings: HttpSettings,
    tls: ssl.SSLContext | None,
    handed: Sequence[socket.socket],
) -> list[web.BaseSite]:
    if found := fitting(handed, settings):
        return [web.SockSite(runner, each, ssl_context=tls, backlog=_BACKLOG) for each in found]
    host, port = settings.host, settings.port
    return [web.TCPSite(runner, host, port, backlog=_BACKLOG, reuse_address=True, ssl_context=tls)]


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


def _grammar_log() -> logging.Logger:
    """Bytes that are no HTTP get their 400; a stranger may not fill the log with tracebacks."""
    grammar = _log.getChild("grammar")
    grammar.setLevel(logging.CRITICAL)
    return grammar


def _nothing_to_say() -> web.Response:
    """The caller has gone: aiohttp wants a response, nobody reads it."""
    response = web.Response(status=499)
    response.force_close()
    return response


class Room:
    """Of all connections. The gate tells it who has shown a key."""

    def __init__(self, policies: Policies) -> None:
        self._policies = policies

    def unknown(self, caller: Caller) -> None:
        """No key was shown, or a wrong one. Raises TooManyConnections."""
        held = _held_of(caller)
        if held is None:
            return
        try:
            held.crowd.check_stranger(held)
        except TooManyConnections:
            _end(caller)
            raise

    def arrived(self, caller: Caller, principal: Principal, scope: Scope) -> None:
        """Raises ClientPaused, TooManyConnections, GatewayClosed."""
        held = _held_of(caller)
        if held is None:
            return
        is_own = scope not in _OF_PROGRAMS
        try:
            self._policies.check_paused(principal, is_own=is_own)
            held.crowd.known(held, principal, is_own=is_own)
        except (TurnedBack, GatewayClosed) as error:
            _end(caller)
            if isinstance(error, TurnedBack):
                self._policies.refused(principal, error)
            raise

    def check(self, request: DoorRequest, door: Door, caller: HttpCaller, gate: Gate) -> None:
        """Of those who came too many only the person is served, who asks the gateway about itself.
        Raises GatewayClosed, TooManyConnections."""
        if request.surplus is not None:
            is_question = isinstance(door, OwnDoor) and door.scope not in _OF_PROGRAMS
            if not (is_question and gate.is_person(caller)):
                raise request.surplus
        elif isinstance(door, OwnDoor) and door.scope is None and not caller.presented_keys:
            self.unknown(caller)


def _held_of(caller: Caller) -> DoorConnection | None:
    protocol_of = getattr(caller.connection, "get_protocol", None)  # no uvloop's is asyncio's
    held = protocol_of() if protocol_of is not None else None
    return held if isinstance(held, DoorConnection) else None


def _end(caller: Caller) -> None:
    if isinstance(caller, HttpCaller):
        caller.ends_here()
