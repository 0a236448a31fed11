"""The pocket page: a door of its own, over TLS, for devices that were paired.

Whoever is not paired learns nothing: whatever is asked, with whatever name, the connection is cut
without a byte. Only who holds a fresh code, once, and then the cookie that came with it, sees the
two words. Devices see questions, jobs and limits, and answer questions; nothing else.
"""

import asyncio
import hmac
import logging
from collections import defaultdict
from collections.abc import Callable, Iterable
from contextlib import suppress
from dataclasses import replace
from functools import partial
from typing import Protocol

from llmgw_desktop.app.access.consent_pages import ConsentPages
from llmgw_desktop.app.command_line.this_program import system_user
from llmgw_desktop.app.gateway.web.asked import STALE, Fields, QuestionPages
from llmgw_desktop.app.gateway.web.codes import Pairing, PairingState, digest_of
from llmgw_desktop.app.gateway.web.content import ViewContent, ViewSource
from llmgw_desktop.app.gateway.web.door import FormTokens, cookie_of
from llmgw_desktop.app.gateway.web.page import (
    FILES,
    PAGE_HEADERS,
    Frame,
    Nav,
    PageMaker,
    ViewPage,
    follow,
    heading,
    page_number,
    paragraph,
    sign_out_page,
)
from llmgw_desktop.app.gateway.web.pairing import Pocket
from llmgw_desktop.app.words.inert_text import inert_line
from llmgw_desktop.domain.audit import Actor, ActorDoor, acting
from llmgw_desktop.domain.errors import ClientGone, LlmgwError
from llmgw_desktop.domain.settings.door import PocketSettings
from llmgw_desktop.engine.exchange.caller import HeaderLines
from llmgw_desktop.engine.front.browser import show
from llmgw_desktop.engine.front.crowd import Crowd
from llmgw_desktop.engine.front.guard import DoorOpening, RequestGuard
from llmgw_desktop.engine.front.http_caller import CallerTerms, HttpCaller, Pace
from llmgw_desktop.engine.http1.head import UnreadHead
from llmgw_desktop.engine.http1.request import HttpRequest
from llmgw_desktop.engine.http1.server_connection import Patience, ServerConnection
from llmgw_desktop.engine.loop.bus import Bus
from llmgw_desktop.engine.loop.large_bodies import TimeSlices
from llmgw_desktop.engine.questions.waiting.question_list import QuestionList
from llmgw_desktop.store.access.pocket import PairedDevice, PocketDoor
from llmgw_desktop.wire.errors import ErrorReply

KEY_COOKIE, WAIT_COOKIE = "__Host-pocket", "__Host-pairing"
NAME = "LLM Gateway"
MOST_CONNECTIONS = 64
MOST_OF_ADDRESS = 24
_BODY_BYTES = 16 * 1024
_OPENING = DoorOpening(takes_forms=True, is_page=True, max_body_bytes=_BODY_BYTES)
_CODE, _WAIT, _SIGN_OUT = "/p/", "/p/wait", "sign-out"
_log = logging.getLogger(__name__)


class PocketSource(ViewSource, Protocol):
    """What devices see: the composition root is one."""

    @property
    def bus(self) -> Bus: ...
    @property
    def question_list(self) -> QuestionList: ...


class PocketServer:
    """On the loop; it stands behind its own connections."""

    is_leaving = False

    def __init__(self, pocket: Pocket, source: PocketSource, clean: Callable[[str], str]) -> None:
        """`clean` takes secrets out of a text."""
        self._pocket = pocket
        self._source = source
        self._clean = clean
        self._forms = FormTokens(pocket.clock)
        self._content = ViewContent(source, pocket.clock, "")
        self._asked = QuestionPages(
            lambda: source.question_list, self._forms, pocket.clock, clean=clean, base=""
        )
        self._maker = PageMaker()
        self._server: asyncio.Server | None = None
        self._connections: dict[ServerConnection, None] = {}
        """In the order in which they came."""
        self._of_device: defaultdict[str, set[ServerConnection]] = defaultdict(set)
        self._seen: dict[str, tuple[float, str]] = {}
        self._terms = self._terms_at("127.0.0.1", 0)

    async def open(self, settings: PocketSettings, door: PocketDoor) -> str:
        patience = Patience(head_s=10.0, idle_s=30.0, body_s=10.0, lingering_s=0.0)
        self.is_leaving = False
        self._server = await asyncio.get_running_loop().create_server(
            partial(ServerConnection, self, patience),
            settings.host,
            settings.port,
            ssl=door.context,
            ssl_handshake_timeout=10.0,
            backlog=16,
        )
        port: int = self._server.sockets[0].getsockname()[1]
        self._terms = self._terms_at(settings.host, port)
        return f"https://{_shown(settings.host)}:{port}"

    async def close(self) -> None:
        self.is_leaving = True
        server, self._server = self._server, None
        if server is not None:
            server.close()
        for each in tuple(self._connections):
            _cut(each)
        await asyncio.sleep(0)

    def cut(self, device_id: str) -> None:
        for each in tuple(self._of_device.pop(device_id, ())):
            _cut(each)
        self._seen.pop(device_id, None)

    def seen(self, device_id: str) -> tuple[float, str] | None:
        return self._seen.get(device_id)

    # the connections' side

    def comes(self, connection: ServerConnection) -> bool:
        same = [each for each in self._connections if each.address == connection.address]
        if len(same) >= MOST_OF_ADDRESS and not self._has_gone_of(same):
            return False
        if len(self._connections) >= MOST_CONNECTIONS and not self._has_gone_of(self._connections):
            return False
        self._connections[connection] = None
        return True

    def _has_gone_of(self, connections: Iterable[ServerConnection]) -> bool:
        """The oldest of those that no device has shown its key on gives way: whoever holds many
        keeps no device out."""
        known = set[ServerConnection]().union(*self._of_device.values())
        oldest = next((each for each in connections if each not in known), None)
        if oldest is None:
            return False
        self.goes(oldest)
        _cut(oldest)
        return True

    def goes(self, connection: ServerConnection) -> None:
        self._connections.pop(connection, None)
        for each in self._of_device.values():
            each.discard(connection)

    def words_for(self, head: UnreadHead) -> ErrorReply:
        del head
        raise ConnectionResetError("nothing is told to whoever cannot be understood")

    def failed(self, request: HttpRequest) -> ErrorReply:
        raise ConnectionResetError("the page failed; the log says more")

    async def handle(self, request: HttpRequest) -> None:
        caller = HttpCaller(request, self._terms)
        with suppress(ClientGone):
            if not await self._answered(request, caller) and request.transport is not None:
                request.transport.abort()

    async def _answered(self, request: HttpRequest, caller: HttpCaller) -> bool:
        """False where nobody is there for whoever asks."""
        if not self._is_sound(request):
            return False
        device = self._pocket.device_of(_held(caller, KEY_COOKIE))
        if device is not None:
            await self._serve(caller, device)
            return True
        waits = self._pocket.pairings.of_cookie(_held(caller, WAIT_COOKIE))
        if waits is not None and caller.method == "GET" and _file_of(caller.path):
            await self._send_file(caller)
            return True
        if caller.method != "GET" or not caller.path.startswith(_CODE):
            return False
        if caller.path == _WAIT:
            return waits is not None and await self._wait(caller, waits)
        return await self._claim(caller, waits)

    def _is_sound(self, request: HttpRequest) -> bool:
        try:
            self._terms.guard.check(request, _OPENING)
        except LlmgwError:
            return False
        return request.head.fault is None

    async def _claim(self, caller: HttpCaller, waits: Pairing | None) -> bool:
        code = caller.path.removeprefix(_CODE)
        if waits is not None and hmac.compare_digest(waits.code, digest_of(code)):
            await self._show_words(caller, waits)  # loaded again by the browser that was first
            return True
        claimed = self._pocket.pairings.claimed_by(code, caller.address)
        if claimed is None:
            return False
        pairing, cookie = claimed
        lasts = int(self._pocket.pairings.left_s(pairing)) + 10
        await self._show_words(caller, pairing, (_cookie(WAIT_COOKIE, cookie, lasts),))
        return True

    async def _show_words(
        self, caller: HttpCaller, pairing: Pairing, more: HeaderLines = ()
    ) -> None:
        assert pairing.claim is not None
        content = "".join(
            (
                heading("Compare the two words"),
                paragraph("The computer shows two words. Are they these, say so there:"),
                paragraph(pairing.claim.words, "words"),
                paragraph("Are they others, say no there, and begin anew.", "quiet"),
            )
        )
        page = ViewPage(title="Compare the two words", content=content)
        await self._send(caller, page, lead_to=_WAIT, more=more)

    async def _wait(self, caller: HttpCaller, pairing: Pairing) -> bool:
        """Answered when a person has confirmed; until then a browser leaves the page as it is."""
        left_s = self._pocket.pairings.left_s(pairing)
        await pairing.otherwise_than(PairingState.CLAIMED, left_s)
        key, pairing.key = pairing.key, ""
        gone = _cookie(WAIT_COOKIE, "", 0)
        self._pocket.pairings.refuse(pairing)
        if pairing.state is not PairingState.PAIRED or not key:
            last = ConsentPages().problem("Not paired", "It was not confirmed on the computer.")
            await show(caller, last, more=(gone,))
            return True
        content = heading("Paired") + '<p><a href="/">Go on</a></p>'
        lasts = self._pocket.settings.paired_days * 86_400
        more = (_cookie(KEY_COOKIE, key, lasts), gone)
        await self._send(caller, ViewPage(title="Paired", content=content), lead_to="/", more=more)
        return True

    async def _serve(self, caller: HttpCaller, device: PairedDevice) -> None:
        self._seen[device.id] = (self._pocket.clock.now_s(), caller.address)
        self._of_device[device.id].add(_connection(caller))
        actor = Actor(
            name=_person(device),
            door=ActorDoor.DEVICE,
            client_id=device.id,
            address=caller.address,
        )
        try:
            with acting(actor):
                await self._told(caller, device)
        except ClientGone:
            raise
        except LlmgwError as error:
            words = paragraph(inert_line(str(error), 300))
            page = ViewPage(title="Not done", content=heading("Not done") + words, status=400)
            await self._send(caller, page, device)

    async def _told(self, caller: HttpCaller, device: PairedDevice) -> None:
        if _file_of(caller.path) and caller.method == "GET":
            await self._send_file(caller)
            return
        match caller.method, caller.path.strip("/").split("/"):
            case "GET", ["events"]:
                await self._follow(caller)
            case "GET", ["questions", question_id]:
                await self._send(caller, await self._asked.page(question_id, device.id), device)
            case "POST", ["answer"]:
                fields = Fields(await caller.read_body())
                given = await self._asked.answered(fields, device.id, _person(device))
                lead_to = "/" if given.counted else ""
                await self._send(caller, given.page, device, lead_to=lead_to)
            case "GET", ["sign-out"]:
                page = sign_out_page(self._forms.make(device.id, _SIGN_OUT))
                await self._send(caller, replace(page, state=_SIGN_OUT), device)
            case "POST", ["sign-out"]:
                await self._forget(caller, device)
            case "GET", parts:
                number = page_number(caller.whole_query)
                await self._send(caller, await self._page(parts, number), device)
            case _:
                await self._send(caller, _nothing(), device)

    async def _page(self, parts: list[str], number: int) -> ViewPage:
        """`number`: of a long list's pages."""
        page: ViewPage | None = None
        match parts:
            case [""] | ["questions"]:
                page = self._content.questions(self._asked.rows())
                limits = "".join(self._content.limits())
                page = replace(page, content=page.content + limits)
            case ["jobs"]:
                page = await self._content.jobs(number)
            case ["jobs", job_id]:
                page = await self._content.job(job_id)
        if page is None:
            return _nothing()
        return replace(page, title=self._clean(page.title), content=self._clean(page.content))

    async def _follow(self, caller: HttpCaller) -> None:
        """As long as the key that it shows is one: it may be revoked meanwhile, or run out."""
        leave, held = self._asked.attend(), _held(caller, KEY_COOKIE)
        try:
            await follow(caller, self._source.bus, lambda: bool(self._pocket.device_of(held)))
        finally:
            leave()

    async def _forget(self, caller: HttpCaller, device: PairedDevice) -> None:
        """The device itself wants to be paired no longer."""
        fields = Fields(await caller.read_body())
        if self._forms.age_s(device.id, _SIGN_OUT, fields.one("form")) is None:
            page = ViewPage(title="Not done", content=paragraph(STALE), status=409)
            await self._send(caller, page, device)
            return
        # it brings its styles along: there is nothing to ask for any more
        last = ConsentPages().problem("Signed out", "This device is paired no longer.")
        await show(caller, last, more=(_cookie(KEY_COOKIE, "", 0),))
        await self._pocket.revoke(device.id)

    async def _send(
        self,
        caller: HttpCaller,
        page: ViewPage,
        device: PairedDevice | None = None,
        *,
        lead_to: str = "",
        more: HeaderLines = (),
    ) -> None:
        frame = Frame(base="", name=NAME)
        if device is not None:
            frame = Frame(
                base="",
                name=f"{NAME} · {inert_line(device.name, 40)}",
                places=(
                    Nav(path="/questions", title="Questions", count=self._asked.count),
                    Nav(path="/jobs", title="Jobs"),
                ),
                sign_out=self._forms.make(device.id, _SIGN_OUT),
                asks_first=True,
            )
        path = "/questions" if caller.path == "/" else page.path or caller.path
        body = self._maker.whole(page, frame, path, lead_to)
        await caller.reply(page.status, (*PAGE_HEADERS, *more), body)

    async def _send_file(self, caller: HttpCaller) -> None:
        name = _file_of(caller.path)
        headers = (("content-type", FILES[name][1]), *PAGE_HEADERS[1:])
        await caller.reply(200, headers, self._maker.files[name])

    def _terms_at(self, host: str, port: int) -> CallerTerms:
        return CallerTerms(
            guard=RequestGuard(
                port=port,
                hosts=(f"{_shown(host)}:{port}",),
                origins=(f"https://{_shown(host)}:{port}",),
                scheme="https",
            ),
            crowd=Crowd(self._pocket.clock),
            pace=Pace(piece_s=10.0, longest_s=30.0),
            slices=TimeSlices(),
            max_body_bytes=_BODY_BYTES,
        )


def _person(device: PairedDevice) -> str:
    return f"{system_user()}, on {device.name}"


def _connection(caller: HttpCaller) -> ServerConnection:
    held = caller.held
    assert isinstance(held, ServerConnection)
    return held


def _cut(connection: ServerConnection) -> None:
    if connection.transport is not None:
        connection.transport.abort()


def _file_of(path: str) -> str:
    name = path.removeprefix("/")
    return name if name in FILES else ""


def _held(caller: HttpCaller, name: str) -> str:
    return cookie_of("; ".join(caller.header_lines("cookie")), name)


def _cookie(name: str, held: str, lasts_s: int) -> tuple[str, str]:
    words = f"{name}={held}; Path=/; Max-Age={lasts_s}; Secure; HttpOnly; SameSite=Strict"
    return ("set-cookie", words)


def _nothing() -> ViewPage:
    content = heading("There is nothing here") + '<p><a href="/">Questions</a></p>'
    return ViewPage(title="There is nothing here", content=content, status=404)


def _shown(host: str) -> str:
    return f"[{host}]" if ":" in host else host
