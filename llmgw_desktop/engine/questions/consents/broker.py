"""Programs ask to be let in; here they wait for the person who answers.

What comes to a person, what is answered without one, and who hears of it. Nothing is given away
here: a grant is made out of the answer by whoever asked (`engine/access/oauth`).
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from functools import partial

from llmgw_desktop.domain.access.consent import (
    ANSWER_WITHIN_S,
    MOST_A_MINUTE,
    ConsentAnswer,
    ConsentDecision,
    ConsentOutcome,
    ConsentQuestion,
    ConsentRequest,
    ConsentTerm,
    ConsentWay,
    Grant,
    Peer,
    read_redirect,
)
from llmgw_desktop.domain.access.principal import Scope
from llmgw_desktop.domain.clock import Clock, IdSource
from llmgw_desktop.domain.events import ConsentChanged
from llmgw_desktop.domain.values import value
from llmgw_desktop.engine.loop.bus import Bus
from llmgw_desktop.engine.loop.tasks import Tasks
from llmgw_desktop.engine.questions.consents.background import Background, standing_grant
from llmgw_desktop.engine.questions.consents.tickets import (
    COMES_WITHIN_S,
    Attendance,
    RequestRates,
    Ticket,
    two_words,
)
from llmgw_desktop.engine.questions.desk import QuestionDesk

MOST_BROWSERS = 8
"""That wait for one answer; who loads a page more often than that is no person."""
MOST_OPEN = 20
"""Questions of all sources together."""
OWN_REQUESTS_A_MINUTE, OWN_QUESTIONS_A_MINUTE = 6, 1
"""Of each program, when its address has used up all that it may ask."""
MOST_REQUESTS_A_MINUTE = 30
"""Of one source: also those that are joined to another, or remembered."""
WINDOW = "window"
_ALL_TERMS = (ConsentTerm.PROGRAM, ConsentTerm.EIGHT_HOURS, ConsentTerm.THIRTY_DAYS)
_FOR_STRANGERS = (ConsentTerm.EIGHT_HOURS,)


@value
class ConsentParts:
    """What the broker stands on."""

    clock: Clock
    ids: IdSource
    bus: Bus
    grants_of: Callable[[str], Sequence[Grant]]
    """All that a client was ever given, by its id; off the loop, and may raise StoreError."""
    asking_program: Callable[[ConsentRequest], Peer | None]
    """Off the loop."""
    is_running: Callable[[Peer], bool]
    log: Callable[[ConsentDecision], None]
    """Quick."""
    has_password: Callable[[], bool] = lambda: False
    """The operator can answer on the page itself."""


@dataclass(slots=True, eq=False)
class _Open:
    """A question with the browsers that wait for its answer."""

    question: ConsentQuestion
    same: tuple[object, ...] | None
    """What else is this question."""
    tickets: list[Ticket] = field(default_factory=list)


class ConsentBroker:
    """On the loop. `ask` is for the authorization server's page, `answer` for whoever a person
    answers through: the dialog, the page with the password, `llmgw consent`."""

    def __init__(self, parts: ConsentParts, *, answer_within_s: float = ANSWER_WITHIN_S) -> None:
        self._parts = parts
        self._within_s = answer_within_s
        self._desk = QuestionDesk[ConsentQuestion, ConsentAnswer](
            due=lambda _: self._refusal(ConsentWay.TIMEOUT), changed=self._changed
        )
        self._open: dict[str, _Open] = {}
        self._requests = RequestRates(parts.clock, MOST_REQUESTS_A_MINUTE, OWN_REQUESTS_A_MINUTE)
        self._questions = RequestRates(parts.clock, MOST_A_MINUTE, OWN_QUESTIONS_A_MINUTE)
        self._tasks = Tasks()
        self.background = Background(parts.asking_program, parts.grants_of, self._tasks)
        self._attendance = Attendance(parts.clock, parts.has_password)

    @property
    def waiting(self) -> tuple[ConsentQuestion, ...]:
        """Oldest first."""
        return self._desk.waiting

    def find(self, question_id: str) -> ConsentQuestion | None:
        return self._desk.find(question_id)

    def attend(self, here: bool, who: str = WINDOW) -> None:
        """Somebody is there who will show questions to a person, or is no longer. `who` keeps
        them apart; a window that is hidden but has its tray icon is there."""
        self._attendance.attend(here, who)

    def look(self) -> tuple[ConsentQuestion, ...]:
        """What waits, for somebody who thereby counts as there for the next two minutes."""
        self._attendance.look()
        return self.waiting

    async def something_waits(self, within_s: float) -> None:
        """Returns when a question comes, or when the time is over."""
        if not self.waiting:
            await self._attendance.expect(within_s)

    @property
    def can_ask(self) -> bool:
        """Whether anybody would see a question."""
        return self._attendance.is_anybody_there

    async def ask(self, request: ConsentRequest) -> Ticket:
        """A ticket for one browser; its answer may be there already (`decided`)."""
        if not self._requests.may_ask(request.address, request.client_id):
            return self._turned_away(request)
        peer, grants = await self.background.of(request)
        now_s, is_running = self._parts.clock.now_s(), self._parts.is_running
        standing = standing_grant(grants, request, peer, now_s=now_s, is_running=is_running)
        if standing is not None:
            return self._remembered(request, peer, standing)
        same = same_question(request, peer)
        found = next((each for each in self._open.values() if same and each.same == same), None)
        if found is None:
            question = self._question(request, peer, is_first=not grants)
            if not self.can_ask:
                return self._decided_at_once(question, self._refusal(ConsentWay.NOBODY_TO_ASK))
            may_ask = partial(self._questions.may_ask, request.address, request.client_id)
            if len(self._open) >= MOST_OPEN or not may_ask():
                return self._turned_away(request)
            found = self._put(question, same)
        elif len(found.tickets) >= MOST_BROWSERS:
            return self._turned_away(request)
        ticket = Ticket(found.question, partial(self._left, found))
        found.tickets.append(ticket)
        ticket.expect_within(COMES_WITHIN_S)
        return ticket

    def answer(self, question_id: str, answer: ConsentAnswer) -> bool:
        """False where it waits no longer: whoever came first has decided. Raises ValueError for
        scopes that were not asked for, a term that was not offered, and an empty permission."""
        question = self._desk.find(question_id)
        if question is None:
            return False
        if answer.allowed:
            check_answer(question, answer)
        return self._desk.answer(question_id, answer)

    async def close(self) -> None:
        """Nobody waits any more."""
        for question in self.waiting:
            self._desk.answer(question.id, self._refusal(ConsentWay.WITHDRAWN))
        await self._tasks.stop()

    def _put(self, question: ConsentQuestion, same: tuple[object, ...] | None) -> _Open:
        found = self._open[question.id] = _Open(question, same)
        answered = partial(self._decided, found)
        self._desk.put(question.id, question, answered, within_s=self._within_s)
        self._attendance.tell()
        return found

    def _question(
        self, request: ConsentRequest, peer: Peer | None = None, *, is_first: bool = True
    ) -> ConsentQuestion:
        now_s = self._parts.clock.now_s()
        return ConsentQuestion(
            id=self._parts.ids.new("ask"),
            words=two_words({each.words for each in self.waiting}),
            client_id=request.client_id,
            client_name=request.client_name,
            redirect_uri=request.redirect_uri,
            scopes=tuple(scope for scope in Scope if scope in request.scopes),
            asked_at_s=now_s,
            expires_at_s=now_s + self._within_s,
            peer=peer,
            address=request.address,
            is_first=is_first,
            terms=_FOR_STRANGERS if peer is None else _ALL_TERMS,
        )

    def _remembered(self, request: ConsentRequest, peer: Peer | None, standing: Grant) -> Ticket:
        question = self._question(request, peer, is_first=False)
        answer = ConsentAnswer(
            allowed=True,
            way=ConsentWay.REMEMBERED,
            at_s=question.asked_at_s,
            scopes=question.scopes,
            term=standing.term,
            person=standing.person,
        )
        return self._decided_at_once(question, answer, standing)

    def _turned_away(self, request: ConsentRequest) -> Ticket:
        """More than anybody could look at. A person hears of it once a minute, not each time."""
        question, answer = self._question(request), self._refusal(ConsentWay.FLOOD)
        is_news = self._questions.is_news(request.address)
        return self._decided_at_once(question, answer, is_news=is_news)

    def _decided_at_once(
        self,
        question: ConsentQuestion,
        answer: ConsentAnswer,
        standing: Grant | None = None,
        *,
        is_news: bool = True,
    ) -> Ticket:
        """Nobody is asked."""
        if is_news:
            self._changed(question, answer)
            self._write_down(question, answer)
        ticket = Ticket(question)
        ticket.decide(ConsentOutcome(question=question, answer=answer, standing=standing))
        return ticket

    def _left(self, open_one: _Open, ticket: Ticket) -> None:
        open_one.tickets.remove(ticket)
        if not open_one.tickets:
            self._desk.answer(open_one.question.id, self._refusal(ConsentWay.WITHDRAWN))

    def _decided(self, open_one: _Open, answer: ConsentAnswer) -> None:
        question = open_one.question
        self._open.pop(question.id, None)
        outcome = ConsentOutcome(question=question, answer=answer)
        for ticket in open_one.tickets:
            ticket.decide(outcome)
        self._write_down(question, answer)

    def _write_down(self, question: ConsentQuestion, answer: ConsentAnswer) -> None:
        self._parts.log(ConsentDecision(question=question, answer=answer))

    def _changed(self, question: ConsentQuestion, answer: ConsentAnswer | None) -> None:
        self._parts.bus.publish(ConsentChanged(question=question, answer=answer))

    def _refusal(self, way: ConsentWay) -> ConsentAnswer:
        return ConsentAnswer(allowed=False, way=way, at_s=self._parts.clock.now_s())


def check_answer(question: ConsentQuestion, answer: ConsentAnswer) -> None:
    """Raises ValueError."""
    if not answer.scopes:
        raise ValueError("who is let in is let in to something; deny it instead")
    if foreign := set(answer.scopes) - set(question.scopes):
        raise ValueError(f"it did not ask for {', '.join(sorted(foreign))}")
    if answer.term not in question.terms:
        offered = " or ".join(question.terms)
        raise ValueError(f"'{answer.term}' cannot be offered to it; choose {offered}")


def same_question(request: ConsentRequest, asking: Peer | None) -> tuple[object, ...] | None:
    """Equal for requests whose answers can only reach the same program; None for one that is a
    question of its own in any case.

    A client's id is no secret. Were a stranger's request joined to that of a program which a person
    is about to let in, the stranger would be let in with it, and both browsers would show the same
    words.

    A program on this computer may listen on another port each time. Where it is not known which
    one it is, or whose the browser is, the answer may be read by anybody on the way: then each
    request is a question of its own.
    """
    redirect = read_redirect(request.redirect_uri)
    if asking is None or not (redirect.is_loopback and request.is_local):
        return None
    scopes = frozenset(request.scopes)
    program = asking.pid, asking.started_ticks
    return request.client_id, redirect.without_port, scopes, request.resource, *program
