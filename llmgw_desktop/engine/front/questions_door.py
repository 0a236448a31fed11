"""`/v1/approvals` and `/v1/consents`: what agents and programs ask, and the person's answers.

For the key of this computer's person alone: a client that may change everything else may not
answer its own agents, and nobody elsewhere says who else comes in.
"""

import asyncio
from collections.abc import Callable
from typing import Any
from urllib.parse import parse_qs, unquote

import orjson

from llmgw_desktop.domain.access.consent import (
    ConsentAnswer,
    ConsentQuestion,
    ConsentTerm,
    ConsentWay,
)
from llmgw_desktop.domain.access.principal import Scope
from llmgw_desktop.domain.clock import Clock
from llmgw_desktop.domain.errors import MalformedRequest
from llmgw_desktop.domain.jobs.approval import Decision, DecisionWay, PermissionAnswer
from llmgw_desktop.domain.jobs.run_errors import InvalidRun, NoSuchQuestion
from llmgw_desktop.engine.exchange.caller import JSON
from llmgw_desktop.engine.front.doors import DoorTable, check_person, id_in, number_in, tell
from llmgw_desktop.engine.front.http_caller import HttpCaller
from llmgw_desktop.engine.questions.consents.broker import ConsentBroker
from llmgw_desktop.engine.questions.permissions.desk import PermissionDesk
from llmgw_desktop.wire.json_edits import read_object
from llmgw_desktop.wire.native.approvals import question_object

LONGEST_APPROVAL_WAIT_S = 60
LONGEST_NOTE = 4000
_NOT_YOURS = (
    "Agents' questions are answered by this computer's person alone; '{name}' is another client,"
    " and no scope of a key opens this, not even 'admin'. Answer in the window (Access), or in a"
    " terminal of the user whose gateway it is: `llmgw approvals list`, then `llmgw approvals allow"
    " ID` or `deny ID`. A program of that user may send the key of run/access.key instead."
)


class ApprovalsDoor:
    """`person`: who sits here, as the system says."""

    def __init__(self, desk: PermissionDesk, clock: Clock, person: Callable[[], str]) -> None:
        self._desk = desk
        self._clock = clock
        self._person = person

    def add_to(self, table: DoorTable) -> None:
        answers = {"GET /v1/approvals": self.list_all, "POST /v1/approvals/{}": self.answer}
        table.add_own(Scope.ADMIN, answers)

    async def list_all(self, caller: HttpCaller) -> None:
        """`?wait=SECONDS`: where nothing waits, until something does; somebody attends so long."""
        check_person(caller, _NOT_YOURS)
        asked = parse_qs(caller.query, keep_blank_values=True)
        wait_s = number_in(asked, "wait", 0, least=0, most=LONGEST_APPROVAL_WAIT_S)
        if wait_s:
            leave = self._desk.attend()
            try:
                async with asyncio.timeout(wait_s):
                    while not self._desk.waiting:
                        await self._desk.audience.news()
            except TimeoutError:
                pass
            finally:
                leave()
        waiting = self._desk.waiting
        body = {"total": len(waiting), "approvals": [question_object(each) for each in waiting]}
        await caller.reply(200, JSON, orjson.dumps(body))

    async def answer(self, caller: HttpCaller) -> None:
        check_person(caller, _NOT_YOURS)
        question_id = unquote(id_in(caller))
        fields = dict(read_object(await caller.read_body()))
        answer = PermissionAnswer(
            decision=_decision(fields),
            way=DecisionWay.COMMAND,
            at_s=self._clock.now_s(),
            note=_note(fields),
            person=self._person(),
        )
        if fields:
            raise InvalidRun("is not known here", field=str(next(iter(fields)))[:60])
        question = self._desk.find(question_id)
        try:
            taken = self._desk.answer(question_id, answer)
        except ValueError as error:
            raise InvalidRun(str(error), field="decision") from error
        if not taken or question is None:
            raise NoSuchQuestion(question_id)
        told = {"id": question_id, "jobId": question.job_id, "decision": str(answer.decision)}
        await caller.reply(200, JSON, orjson.dumps(told))


def _decision(fields: dict[str, Any]) -> Decision:
    """A word that is none is never an allowance."""
    word = fields.pop("decision", None)
    try:
        return Decision(word)
    except ValueError as error:
        known = ", ".join(Decision)
        raise InvalidRun(f"it must be one of {known}", field="decision") from error


def _note(fields: dict[str, Any]) -> str:
    note = fields.pop("note", "")
    if not isinstance(note, str) or len(note) > LONGEST_NOTE:
        raise InvalidRun(f"it must be a text of at most {LONGEST_NOTE} characters", field="note")
    return note.strip()


LONGEST_CONSENT_WAIT_S = 120
_LONGEST_PERSON = 80
_ONLY_LOCAL = "Only the person at this computer answers who may come in."


class ConsentsDoor:
    """Looking counts as being there: for the next two minutes programs that ask are kept waiting
    instead of refused, also where there is no window."""

    def __init__(self, broker: ConsentBroker, clock: Clock) -> None:
        self._broker = broker
        self._clock = clock

    def add_to(self, table: DoorTable) -> None:
        answers = {
            "GET /v1/consents": self.list_all,
            "POST /v1/consents/{[A-Za-z0-9_]+}": self.answer,
        }
        table.add_own(Scope.ADMIN, answers)

    async def list_all(self, caller: HttpCaller) -> None:
        """With `?wait=SECONDS` answered when there is something, or then."""
        check_person(caller, _ONLY_LOCAL)
        asked = parse_qs(caller.query, keep_blank_values=True)
        seconds = number_in(asked, "wait", 0, least=0, most=LONGEST_CONSENT_WAIT_S)
        waiting = self._broker.look()
        if not waiting and seconds:
            who_waits = f"command {id(caller)}"
            self._broker.attend(True, who_waits)
            try:
                await self._broker.something_waits(seconds)
            finally:
                self._broker.attend(False, who_waits)
            waiting = self._broker.look()
        await tell(caller, {"consents": [_shown(each) for each in waiting]})

    async def answer(self, caller: HttpCaller) -> None:
        check_person(caller, _ONLY_LOCAL)
        question_id = id_in(caller)
        said = read_object(await caller.read_body())
        question = self._broker.find(question_id)
        if question is None:
            await tell(caller, {"answered": False}, 404)
            return
        try:
            answered = self._broker.answer(question_id, self._answer(said, question))
        except ValueError as error:
            raise MalformedRequest(f"{error}") from error
        await tell(caller, {"answered": answered}, 200 if answered else 404)

    def _answer(self, said: Any, question: ConsentQuestion) -> ConsentAnswer:
        allowed, person = said.get("allow"), said.get("person", "")
        scopes, term = said.get("scopes", []), said.get("for", str(ConsentTerm.EIGHT_HOURS))
        is_list = isinstance(scopes, list) and all(isinstance(each, str) for each in scopes)
        if not (isinstance(allowed, bool) and isinstance(person, str) and is_list):
            raise MalformedRequest('expected {"allow": true, "scopes": […], "for": "8h"}')
        chosen = tuple(each for each in question.scopes if str(each) in scopes)
        if foreign := sorted(set(scopes) - {str(each) for each in chosen}):
            raise ValueError(f"it did not ask for {', '.join(foreign)[:200]}")
        if term not in tuple(ConsentTerm):
            raise ValueError(f"a term is one of {', '.join(ConsentTerm)}")
        return ConsentAnswer(
            allowed=allowed,
            way=ConsentWay.COMMAND,
            at_s=self._clock.now_s(),
            scopes=chosen if allowed else (),
            term=ConsentTerm(term),
            person=person[:_LONGEST_PERSON],
        )


def _shown(question: ConsentQuestion) -> dict[str, Any]:
    """As it came; whoever prints it makes it inert."""
    peer = question.peer
    return {
        "id": question.id,
        "words": question.words,
        "client_id": question.client_id,
        "client_name": question.client_name,
        "redirect_uri": question.redirect_uri,
        "scopes": [str(each) for each in question.scopes],
        "asked_at_s": question.asked_at_s,
        "expires_at_s": question.expires_at_s,
        "address": question.address,
        "is_first": question.is_first,
        "terms": [str(each) for each in question.terms],
        "peer": None
        if peer is None
        else {
            "pid": peer.pid,
            "program": peer.program,
            "user": peer.user,
            "started_ticks": peer.started_ticks,
        },
    }
