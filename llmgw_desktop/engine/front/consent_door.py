"""`/oauth/authorize`: a browser brings a program's wish to be let in, and waits for the answer.

The page that it is shown goes on at once to a second address, whose answer is held back until a
person has decided. So the browser keeps showing the page, without a script and without asking again
and again; and when it goes away, the connection tells.
"""

from collections.abc import Awaitable, Callable
from functools import partial
from typing import Protocol

from llmgw_desktop.domain.clock import Clock
from llmgw_desktop.domain.consent import (
    ConsentAnswer,
    ConsentOutcome,
    ConsentQuestion,
    ConsentRequest,
    ConsentWay,
    Grant,
    Peer,
)
from llmgw_desktop.domain.errors import ClientGone, LlmgwError
from llmgw_desktop.domain.oauth import AuthorizeRequest
from llmgw_desktop.domain.oauth_errors import OauthCode, OauthError, SentBack
from llmgw_desktop.engine.consents.broker import ConsentBroker
from llmgw_desktop.engine.dialect import Dialect
from llmgw_desktop.engine.front.browser_place import is_local, may_lead_to
from llmgw_desktop.engine.front.consent_form import AnswerForm, read_form
from llmgw_desktop.engine.front.consent_sessions import (
    BrowserSession,
    BrowserSessions,
    drop_cookie,
    set_cookie,
)
from llmgw_desktop.engine.front.doors import DoorTable, OwnDoor
from llmgw_desktop.engine.front.guard import OAUTH_BODY_BYTES, SHUT, Opening
from llmgw_desktop.engine.front.http_caller import HttpCaller
from llmgw_desktop.engine.front.operator_answers import OperatorAnswers
from llmgw_desktop.engine.front.page import Page, send_to, show

AUTHORIZE, WAIT, ANSWER = "/oauth/authorize", "/oauth/wait/", "/oauth/answer"
MOST_CONNECTIONS = 2
"""Of one browser that waits for one answer: a page that is loaded again has two for a moment."""
_NOT_YOURS = (
    "This page belongs to another browser, or its question is over. Start again from the program."
)
_OFF = "Programs are not let in by OAuth here: http.oauth.enabled is false."
_WORDS = {
    ConsentWay.TIMEOUT: "Nobody answered within two minutes.",
    ConsentWay.FLOOD: "Too many requests to be let in came within a minute.",
    ConsentWay.NOBODY_TO_ASK: "Nobody is there who could be asked.",
    ConsentWay.WITHDRAWN: "The question was withdrawn.",
}


class Authorizer(Protocol):
    """The authorization server, as far as a browser sees it (`engine/oauth/server.py`)."""

    @property
    def issuer(self) -> str: ...

    @property
    def is_on(self) -> bool: ...

    async def understood(self, query: str, address: str = "") -> AuthorizeRequest: ...

    async def allowed(
        self,
        request: AuthorizeRequest,
        answer: ConsentAnswer,
        peer: Peer | None = None,
        *,
        standing: Grant | None = None,
    ) -> str: ...

    def denied(self, request: AuthorizeRequest, code: OauthCode = ..., words: str = ...) -> str: ...


class Pages(Protocol):
    """What a person reads meanwhile (`app/consent_pages.py`)."""

    def waiting(
        self, question: ConsentQuestion, wait_at: str, form: AnswerForm | None = None
    ) -> Page: ...

    def going_on(self, wait_at: str) -> Page: ...

    def refused(self, question: ConsentQuestion, way: ConsentWay, back: str) -> Page: ...

    def problem(self, heading: str, words: str) -> Page: ...


class ConsentDoor:
    """Nothing is told to the program before a person has decided, and then by the browser alone
    that asked."""

    def __init__(
        self,
        *,
        oauth: Authorizer,
        broker: ConsentBroker,
        password: OperatorAnswers,
        pages: Pages,
        clock: Clock,
    ) -> None:
        self._oauth = oauth
        self._broker = broker
        self._password = password
        self._pages = pages
        self._sessions = BrowserSessions(clock)

    async def authorize(self, caller: HttpCaller) -> None:
        address = caller.peer[0] if caller.peer is not None else ""
        try:
            request = await self._oauth.understood(caller.whole_query, address)
        except SentBack as error:
            await self._lead(caller, error.url)
            return
        ticket = await self._broker.ask(self._asked(request, caller, address))
        if ticket.decided is not None:
            await self._finish(caller, request, ticket.decided)
            return
        session = self._sessions.open(ticket, request)
        cookie = set_cookie(session, is_encrypted=caller.is_encrypted)
        await show(caller, self._waiting(session), more=(cookie,))

    async def wait(self, caller: HttpCaller) -> None:
        """Answered when the question is."""
        session = self._session_of(caller, caller.path.removeprefix(WAIT))
        if session.ticket.connections >= MOST_CONNECTIONS:
            raise OauthError(OauthCode.TEMPORARILY_UNAVAILABLE, "This page is open too often.")
        with session.ticket.present():
            outcome = await session.ticket.outcome()
        if not self._sessions.close(session):
            raise OauthError(OauthCode.ACCESS_DENIED, _NOT_YOURS)
        await self._finish(caller, session.request, outcome, drop_cookie(session))

    async def answer(self, caller: HttpCaller) -> None:
        """The operator's, by the form on the page."""
        form = read_form(await caller.read_body())
        session = self._session_of(caller, form.ticket)
        if not self._sessions.is_own_form(session, form.csrf):
            raise OauthError(OauthCode.ACCESS_DENIED, _NOT_YOURS)
        problem = await self._password.give(session.ticket, form)
        if problem:
            await show(caller, self._waiting(session, problem), 403)
        else:
            await show(caller, self._pages.going_on(f"{WAIT}{session.ticket.id}"))

    async def with_pages(
        self, answer: Callable[[HttpCaller], Awaitable[None]], caller: HttpCaller
    ) -> None:
        """What goes wrong is told to a person, on a page."""
        try:
            self._check_is_on()
            await answer(caller)
        except ClientGone:
            raise
        except OauthError as error:
            page = self._pages.problem("This did not work", str(error))
            await show(caller, page, error.status)
        except LlmgwError as error:
            await show(caller, self._pages.problem("This did not work", str(error)), 400)

    async def _finish(
        self,
        caller: HttpCaller,
        request: AuthorizeRequest,
        outcome: ConsentOutcome,
        *more: tuple[str, str],
    ) -> None:
        answer, question = outcome.answer, outcome.question
        if answer.allowed:
            try:
                location = await self._oauth.allowed(
                    request, answer, question.peer, standing=outcome.standing
                )
            except SentBack as error:
                location = error.url
            await self._lead(caller, location, *more)
            return
        words = _WORDS.get(answer.way)
        back = (
            self._oauth.denied(request)
            if words is None
            else self._oauth.denied(request, OauthCode.ACCESS_DENIED, words)
        )
        page = self._pages.refused(question, answer.way, back if may_lead_to(back) else "")
        await show(caller, page, 403, more)

    async def _lead(self, caller: HttpCaller, location: str, *more: tuple[str, str]) -> None:
        """A browser never comes from here to what is no place but a program in itself."""
        if not may_lead_to(location):
            raise OauthError(OauthCode.INVALID_REQUEST, "The program's address cannot be opened.")
        await send_to(caller, location, more)

    def _waiting(self, session: BrowserSession, problem: str = "") -> Page:
        form = None
        if self._password.is_set:
            form = AnswerForm(
                action=ANSWER,
                ticket=session.ticket.id,
                csrf=self._sessions.csrf(session),
                problem=problem,
            )
        return self._pages.waiting(session.ticket.question, f"{WAIT}{session.ticket.id}", form)

    def _session_of(self, caller: HttpCaller, ticket_id: str) -> BrowserSession:
        cookies = "; ".join(caller.header_lines("cookie"))
        session = self._sessions.find(ticket_id, cookies)
        if session is None:
            raise OauthError(OauthCode.ACCESS_DENIED, _NOT_YOURS)
        return session

    def _asked(self, request: AuthorizeRequest, caller: HttpCaller, address: str) -> ConsentRequest:
        return ConsentRequest(
            client_id=request.client.id,
            client_name=request.client.name,
            redirect_uri=request.redirect_uri,
            scopes=request.scopes,
            resource=request.resource,
            address=address,
            port=caller.peer[1] if caller.peer is not None else None,
            is_local=is_local(caller, self._oauth.issuer),
        )

    def _check_is_on(self) -> None:
        if not self._oauth.is_on:
            raise OauthError(OauthCode.ACCESS_DENIED, _OFF)


def add_doors(table: DoorTable, door: ConsentDoor, plain: Dialect) -> None:
    def own(answer: Callable[[HttpCaller], Awaitable[None]], opening: Opening = SHUT) -> OwnDoor:
        return OwnDoor(
            dialect=plain, answer=partial(door.with_pages, answer), scope=None, opening=opening
        )

    table.add("GET", AUTHORIZE, own(door.authorize, Opening(is_page=True)))
    table.add_named("GET", WAIT, "[A-Za-z0-9_-]+", own(door.wait), prefixes=("",))
    form = Opening(takes_forms=True, max_body_bytes=OAUTH_BODY_BYTES)
    table.add("POST", ANSWER, own(door.answer, form))
