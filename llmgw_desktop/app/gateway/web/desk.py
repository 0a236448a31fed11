"""What the web view does: who is shown what, and answers. Read in when its first page is asked for.

`door.py` says at which paths.
"""

from collections.abc import Callable
from dataclasses import replace
from typing import Protocol
from urllib.parse import parse_qs

from llmgw_desktop.app.command_line.this_program import system_user
from llmgw_desktop.app.gateway.web.asked import STALE, Fields, QuestionPages
from llmgw_desktop.app.gateway.web.content import ViewContent, ViewSource
from llmgw_desktop.app.gateway.web.door import LONGEST_S, WebSession, WebSignIn
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
)
from llmgw_desktop.domain.clock import Clock
from llmgw_desktop.domain.errors import LlmgwError, UnknownPath
from llmgw_desktop.engine.front.http_caller import HttpCaller
from llmgw_desktop.engine.loop.bus import Bus
from llmgw_desktop.engine.questions.waiting.question_list import QuestionList

BASE = "/ui"
COOKIE = "llmgw-ui"
NAME = "LLM Gateway"
_SIGN_OUT = "sign-out"


class DeskSource(ViewSource, Protocol):
    """What is read, and where answers go: the composition root is one."""

    @property
    def bus(self) -> Bus: ...
    @property
    def clock(self) -> Clock: ...
    @property
    def question_list(self) -> QuestionList: ...


class WebDesk:
    """On the loop. Whoever is here has passed the guard of every request: Host, Origin, fetch
    metadata."""

    def __init__(
        self,
        source: DeskSource,
        sign_in: WebSignIn,
        clean: Callable[[str], str],
    ) -> None:
        """`clean` takes secrets out of a text."""
        self._source = source
        self._sign_in = sign_in
        self._clean = clean
        self._clock = source.clock
        self._asked = QuestionPages(
            lambda: source.question_list, sign_in.forms, source.clock, clean=clean, base=BASE
        )
        self._content = ViewContent(source, source.clock, BASE)
        self._maker = PageMaker()

    async def show(self, caller: HttpCaller) -> None:
        """The page of a path, for whoever is signed in."""
        session = self._session(caller)
        if session is None:
            await self._send(caller, _sign_in_page(), None)
            return
        try:
            page = await self._made(caller, session)
        except LlmgwError as error:
            page = _problem("This cannot be shown now", str(error), 503)
        await self._send(caller, page, session)

    async def _made(self, caller: HttpCaller, session: WebSession) -> ViewPage:
        path = caller.path.removeprefix(BASE).strip("/").split("/")
        asked = parse_qs(caller.whole_query)
        number, content = page_number(caller.whole_query), self._content
        page: ViewPage | None = None
        match path:
            case [""]:
                page = await content.overview(self._asked.rows())
            case ["flights"]:
                page = await content.flights(number)
            case ["flights", flight_id]:
                page = await content.flight(flight_id)
            case ["jobs"]:
                page = await content.jobs(number)
            case ["jobs", job_id]:
                page = await content.job(job_id)
            case ["clients"]:
                page = await content.clients()
            case ["questions"]:
                page = content.questions(self._asked.rows(), _done(asked))
            case ["questions", question_id]:
                return await self._asked.page(question_id, session.id)
        if page is None:
            return _problem("There is nothing here", "Perhaps it is kept no longer.", 404)
        return replace(page, title=self._clean(page.title), content=self._clean(page.content))

    async def answer(self, caller: HttpCaller) -> None:
        """One question, by the form of its page."""
        session = self._session(caller)
        if session is None:
            await self._send(caller, _sign_in_page(), None)
            return
        fields = Fields(await caller.read_body())
        given = await self._asked.answered(fields, session.id, system_user())
        lead_to = f"{BASE}/questions" if given.counted else ""
        await self._send(caller, given.page, session, lead_to=lead_to)

    async def enter(self, caller: HttpCaller) -> None:
        """By a link; it leads on by a page of ours, for a browser that was sent here by another
        program shows no strict cookie with a redirect."""
        codes = parse_qs(caller.whole_query).get("code", [])
        held = self._sign_in.use(codes[0]) if len(codes) == 1 else None
        if held is None:
            await self._send(caller, _sign_in_page(is_tried=True), None)
            return
        secure = "; Secure" if caller.is_encrypted else ""
        cookie = (
            f"{COOKIE}={held}; Path={BASE}; Max-Age={int(LONGEST_S)}; HttpOnly; SameSite=Strict"
        )
        content = heading("Signed in") + f'<p><a href="{BASE}">Go on</a></p>'
        page = ViewPage(title="Signed in", content=content)
        await self._send(caller, page, None, lead_to=BASE, more=(("set-cookie", cookie + secure),))

    async def leave(self, caller: HttpCaller) -> None:
        session = self._session(caller)
        fields = Fields(await caller.read_body())
        if session is not None:
            if self._sign_in.forms.age_s(session.id, _SIGN_OUT, fields.one("form")) is None:
                await self._send(caller, _problem("Not signed out", STALE, 409), session)
                return
            self._sign_in.end(session)
        cookie = f"{COOKIE}=; Path={BASE}; Max-Age=0; HttpOnly; SameSite=Strict"
        content = heading("Signed out") + paragraph("Nobody sees the gateway in this browser now.")
        page = ViewPage(title="Signed out", content=content)
        await self._send(caller, page, None, more=(("set-cookie", cookie),))

    async def events(self, caller: HttpCaller) -> None:
        """Which pages have news, as they come. Who listens is there to be asked."""
        session = self._session(caller)
        if session is None:
            raise UnknownPath("There is nothing here.")
        leave = self._asked.attend()
        try:
            await follow(caller, self._source.bus, lambda: self._sign_in.is_open(session))
        finally:
            leave()

    async def file(self, caller: HttpCaller) -> None:
        name = caller.path.rpartition("/")[2]
        headers = (("content-type", FILES[name][1]), *PAGE_HEADERS[1:])
        await caller.reply(200, headers, self._maker.files[name])

    def _session(self, caller: HttpCaller) -> WebSession | None:
        return self._sign_in.find("; ".join(caller.header_lines("cookie")), COOKIE)

    async def _send(
        self,
        caller: HttpCaller,
        page: ViewPage,
        session: WebSession | None,
        *,
        lead_to: str = "",
        more: tuple[tuple[str, str], ...] = (),
    ) -> None:
        frame = Frame(base=BASE, name=NAME)
        if session is not None:
            frame = Frame(
                base=BASE,
                name=NAME,
                places=(
                    Nav(path=BASE, title="Overview"),
                    Nav(
                        path=f"{BASE}/questions",
                        title="Questions",
                        count=self._asked.count,
                    ),
                    Nav(path=f"{BASE}/flights", title="Flights"),
                    Nav(path=f"{BASE}/jobs", title="Jobs"),
                    Nav(path=f"{BASE}/clients", title="Clients"),
                ),
                sign_out=self._sign_in.forms.make(session.id, _SIGN_OUT),
            )
        body = self._maker.whole(page, frame, page.path or caller.path, lead_to)
        await caller.reply(page.status, (*PAGE_HEADERS, *more), body)


def _sign_in_page(*, is_tried: bool = False) -> ViewPage:
    problem = "This link was used already, is too old, or was never one." if is_tried else ""
    content = "".join(
        (
            heading("Sign in"),
            paragraph(problem, "problem"),
            paragraph("On the computer where the gateway runs, as its user:"),
            "<pre>llmgw ui open</pre>",
            paragraph("Its link opens this page once, within three minutes.", "quiet"),
        )
    )
    return ViewPage(title="Sign in", content=content, status=403 if is_tried else 401)


def _problem(title: str, words: str, status: int) -> ViewPage:
    return ViewPage(title=title, content=heading(title) + paragraph(words), status=status)


def _done(asked: dict[str, list[str]]) -> str:
    return "Answered." if asked.get("done") else ""
