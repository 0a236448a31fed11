"""The door for browsers, over a real socket, with a broker behind it and a program that waits to be
called back; the authorization server is a stand-in that says what came to it."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qs, urlencode, urlsplit

import aiohttp

from llmgw_desktop.app.access.consent_pages import ConsentPages
from llmgw_desktop.domain.access.access_errors import OauthCode, SentBack, ShownToPerson
from llmgw_desktop.domain.access.consent import (
    ANSWER_WITHIN_S,
    AuthorizeRequest,
    ClientMade,
    ConsentAnswer,
    ConsentDecision,
    ConsentQuestion,
    ConsentWay,
    Grant,
    OauthClient,
    Peer,
)
from llmgw_desktop.domain.access.principal import Scope
from llmgw_desktop.domain.clock import SystemClock, TimedIds
from llmgw_desktop.domain.events import ConsentChanged, Event
from llmgw_desktop.domain.settings.door import HttpSettings
from llmgw_desktop.engine.front import model_doors
from llmgw_desktop.engine.front.consent_door import ConsentDoor
from llmgw_desktop.engine.front.crowd import Crowd
from llmgw_desktop.engine.front.doors import DoorTable
from llmgw_desktop.engine.front.http_server import HttpServer
from llmgw_desktop.engine.loop.bus import Bus
from llmgw_desktop.engine.questions.consents.broker import ConsentBroker, ConsentParts
from llmgw_desktop.engine.questions.consents.operator import OperatorAnswers
from llmgw_desktop.engine.questions.consents.programs import Programs
from llmgw_desktop.platform.processes import started_ticks
from tests.engine.conftest import House
from tests.support.consent_scene import LONG_S

PASSWORD = "a long enough password"
KNOWN = {"client-1": "Claude Code"}


@dataclass
class StandInOauth:
    """Knows the clients that a test names."""

    names: dict[str, str] = field(default_factory=lambda: dict(KNOWN))
    given: list[tuple[AuthorizeRequest, ConsentAnswer, Peer | None]] = field(default_factory=list)
    issuer: str = "http://127.0.0.1:3333"
    cannot_write: bool = False
    is_on: bool = True
    standing: list[Grant | None] = field(default_factory=list)

    async def understood(self, query: str, address: str = "") -> AuthorizeRequest:
        asked = {name: values[0] for name, values in parse_qs(query).items()}
        name = self.names.get(asked.get("client_id", ""))
        if name is None:
            raise ShownToPerson(OauthCode.INVALID_CLIENT, "No program of this id is known here.")
        redirect, state = asked["redirect_uri"], asked.get("state", "")
        if "scope" not in asked:
            url = f"{redirect}?{urlencode({'error': 'invalid_scope', 'state': state})}"
            raise SentBack(OauthCode.INVALID_SCOPE, "Say what you want.", url=url)
        return AuthorizeRequest(
            client=OauthClient(
                id=asked["client_id"],
                name=name,
                made=ClientMade.REGISTERED,
                redirect_uris=(redirect,),
            ),
            redirect_uri=redirect,
            scopes=tuple(Scope(each) for each in asked["scope"].split()),
            state=state,
            challenge="",
            resource="http://127.0.0.1:3333/mcp",
        )

    async def allowed(
        self,
        request: AuthorizeRequest,
        answer: ConsentAnswer,
        peer: Peer | None = None,
        *,
        standing: Grant | None = None,
    ) -> str:
        self.standing.append(standing)
        if self.cannot_write:
            raise SentBack(OauthCode.SERVER_ERROR, "x", url=f"{request.redirect_uri}?error=server")
        self.given.append((request, answer, peer))
        code = {"code": f"code-{len(self.given)}", "state": request.state}
        return f"{request.redirect_uri}?{urlencode(code)}"

    def denied(
        self,
        request: AuthorizeRequest,
        code: OauthCode = OauthCode.ACCESS_DENIED,
        words: str = "The person at the computer said no.",
    ) -> str:
        told = {"error": str(code), "error_description": words, "state": request.state}
        return f"{request.redirect_uri}?{urlencode(told)}"


class WaitingProgram:
    """Listens on loopback as a native client does, and keeps what the browser brought."""

    def __init__(self) -> None:
        self.heard: list[dict[str, str]] = []
        self.heads: list[str] = []
        self.url = ""

    @asynccontextmanager
    async def listening(self) -> AsyncIterator[WaitingProgram]:
        server = await asyncio.start_server(self._serve, "127.0.0.1", 0)
        self.url = f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}/callback"
        try:
            yield self
        finally:
            server.close()

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            head = (await reader.readuntil(b"\r\n\r\n")).decode()
            parts = urlsplit(head.split()[1])
            if parts.path == "/callback":
                self.heads.append(head)
                self.heard.append({k: v[0] for k, v in parse_qs(parts.query).items()})
            body = b"<title>the program</title><h1>Back in the program</h1>"
            writer.write(
                b"HTTP/1.1 200 OK\r\ncontent-type: text/html\r\nconnection: close\r\n"
                b"content-length: %d\r\n\r\n%b" % (len(body), body)
            )
            await writer.drain()
        except (asyncio.IncompleteReadError, ConnectionError):
            pass
        finally:
            writer.close()


@dataclass
class StandInPassword:
    is_set: bool = False
    tried: list[str] = field(default_factory=list)

    async def matches(self, password: str) -> bool:
        self.tried.append(password)
        return password == PASSWORD


@dataclass
class ConsentHouse:
    url: str
    broker: ConsentBroker
    oauth: StandInOauth
    program: WaitingProgram
    password: StandInPassword
    door: ConsentDoor
    session: aiohttp.ClientSession
    heard: list[ConsentChanged]
    decisions: list[ConsentDecision]

    def authorize(self, **other: str) -> str:
        """The address that a program opens in the browser."""
        usual = {
            "client_id": "client-1",
            "redirect_uri": self.program.url,
            "scope": "mcp models:use",
            "state": "s1",
        }
        asked = {name: value for name, value in (usual | other).items() if value}
        return f"{self.url}/oauth/authorize?{urlencode(asked)}"

    def tickets(self) -> list[str]:
        """Of the browsers that wait, oldest first."""
        return list(self.door._sessions._sessions)

    def connections(self) -> int:
        """That are held until the answer."""
        return sum(each.ticket.connections for each in self.door._sessions._sessions.values())

    async def question(self) -> ConsentQuestion:
        await until(lambda: bool(self.broker.waiting))
        return self.broker.waiting[0]

    def answer(self, question: ConsentQuestion, *, allowed: bool = True) -> bool:
        answer = ConsentAnswer(
            allowed=allowed,
            way=ConsentWay.DIALOG,
            at_s=question.asked_at_s + 1,
            scopes=question.scopes[:1] if allowed else (),
        )
        return self.broker.answer(question.id, answer)


@asynccontextmanager
async def consent_house(
    house: House, *, within_s: float = ANSWER_WITHIN_S, attended: bool = True
) -> AsyncIterator[ConsentHouse]:
    heard: list[ConsentChanged] = []
    decisions: list[ConsentDecision] = []
    bus, clock = Bus(), SystemClock()

    def hear(event: Event) -> None:
        assert isinstance(event, ConsentChanged)
        heard.append(event)

    bus.subscribe(hear, ConsentChanged)
    programs, password, oauth = Programs(started_ticks), StandInPassword(), StandInOauth()
    grants: list[Grant] = []
    broker = ConsentBroker(
        ConsentParts(
            clock=clock,
            ids=TimedIds(clock),
            bus=bus,
            grants_of=lambda client_id: grants,
            asking_program=programs.asking,
            is_running=programs.is_running,
            log=decisions.append,
            has_password=lambda: password.is_set,
        ),
        answer_within_s=within_s,
    )
    broker.background.within_s = LONG_S
    broker.attend(attended)
    door = ConsentDoor(
        oauth=oauth,
        broker=broker,
        password=OperatorAnswers(broker, password, clock),
        pages=ConsentPages(),
        clock=clock,
    )
    engine = house.container.gateway._engine
    table = DoorTable(model_doors.openai_dialect())
    door.add_to(table)
    server = HttpServer(
        pipeline=engine.pipeline, gate=engine.gate, doors=table, crowd=Crowd(SystemClock())
    )
    port = await server.open(HttpSettings(port=0))
    async with WaitingProgram().listening() as program, aiohttp.ClientSession() as session:
        try:
            yield ConsentHouse(
                url=f"http://127.0.0.1:{port}",
                broker=broker,
                oauth=oauth,
                program=program,
                password=password,
                door=door,
                session=session,
                heard=heard,
                decisions=decisions,
            )
        finally:
            await broker.close()
            await server.stop_listening()
            await server.close()


async def until(happened: Callable[[], Any]) -> None:
    async with asyncio.timeout(30):
        while not happened():
            await asyncio.sleep(0.005)
