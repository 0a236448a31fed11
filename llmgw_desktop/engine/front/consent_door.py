"""`/oauth/authorize`: a browser brings a program's wish to be let in, and waits for the answer.

The page that it is shown goes on at once to a second address, whose answer is held back until a
person has decided. So the browser keeps showing the page, without a script and without asking again
and again; and when it goes away, the connection tells.
"""

from functools import partial
from typing import Protocol

from llmgw_desktop.domain.access.access_errors import OauthCode, OauthError, SentBack
from llmgw_desktop.domain.access.consent import (
    AuthorizeRequest,
    ConsentOutcome,
    ConsentQuestion,
    ConsentRequest,
    ConsentWay,
)
from llmgw_desktop.domain.clock import Clock
from llmgw_desktop.domain.errors import ClientGone, LlmgwError
from llmgw_desktop.engine.access.oauth.server import OauthServer
from llmgw_desktop.engine.front.browser import (
    AnswerForm,
    BrowserSession,
    BrowserSessions,
    WebPage,
    drop_cookie,
    is_local,
    may_lead_to,
    read_form,
    send_to,
    set_cookie,
    show,
)
from llmgw_desktop.engine.front.doors import Answer, DoorTable
from llmgw_desktop.engine.front.guard import OAUTH_BODY_BYTES, SHUT, DoorOpening
from llmgw_desktop.engine.front.http_caller import HttpCaller
from llmgw_desktop.engine.questions.consents.broker import ConsentBroker
from llmgw_desktop.engine.questions.consents.operator import OperatorAnswers

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


class ConsentPageMaker(Protocol):
    """What a person reads meanwhile (`app/access/consent_pages.py`)."""

    def waiting(
        self, question: ConsentQuestion, wait_at: str, form: AnswerForm | None = None
    ) -> WebPage: ...

    def going_on(self, wait_at: str) -> WebPage: ...

    def refused(self, question: ConsentQuestion, way: ConsentWay, back: str) -> WebPage: ...

    def problem(self, heading: str, words: str) -> WebPage: ...


class ConsentDoor:
    """Nothing is told to the program before a person has decided, and then by the browser alone
    that asked."""

    def __init__(
        self,
        *,
        oauth: OauthServer,
        broker: ConsentBroker,
        password: OperatorAnswers,
        pages: ConsentPageMaker,
        clock: Clock,
    ) -> None:
        self._oauth = oauth
        self._broker = broker
        self._password = password
        self._pages = pages
        self._sessions = BrowserSessions(clock)

    def add_to(self, table: DoorTable) -> None:
        form = DoorOpening(takes_forms=True, max_body_bytes=OAUTH_BODY_BYTES)
        self._add(table, f"GET {AUTHORIZE}", self.authorize, DoorOpening(is_page=True))
        self._add(table, f"GET {WAIT}{{[A-Za-z0-9_-]+}}", self.wait)
        self._add(table, f"POST {ANSWER}", self.answer, form)

    def _add(
        self, table: DoorTable, place: str, answer: Answer, opening: DoorOpening = SHUT
    ) -> None:
        table.add_own(None, {place: partial(self.with_pages, answer)}, opening=opening)

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

    async def with_pages(self, answer: Answer, caller: HttpCaller) -> None:
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

    async def tell(self, caller: HttpCaller, heading: str, words: str, status: int) -> None:
        """A page for a person who comes from elsewhere."""
        await show(caller, self._pages.problem(heading, words), status)

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

    def _waiting(self, session: BrowserSession, problem: str = "") -> WebPage:
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
