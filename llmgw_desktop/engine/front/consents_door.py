"""`/v1/consents`: which programs wait to be let in, and what the person at this computer says.

For the person's own key alone: no key that was made for a program, no token and nobody elsewhere
answers who else comes in, whatever they may otherwise.
"""

from typing import Any
from urllib.parse import parse_qs

from llmgw_desktop.domain.access_errors import PersonOnly
from llmgw_desktop.domain.clock import Clock
from llmgw_desktop.domain.consent import ConsentAnswer, ConsentQuestion, ConsentTerm, ConsentWay
from llmgw_desktop.domain.errors import MalformedRequest
from llmgw_desktop.domain.principal import PrincipalKind, Scope
from llmgw_desktop.engine.consents.broker import ConsentBroker
from llmgw_desktop.engine.dialect import Dialect
from llmgw_desktop.engine.front.doors import DoorTable, OwnDoor
from llmgw_desktop.engine.front.http_caller import HttpCaller
from llmgw_desktop.engine.front.jobs_door import number_in, tell, who
from llmgw_desktop.wire.json_scan import read_object

PATH = "/v1/consents"
LONGEST_WAIT_S = 120
_LONGEST_PERSON = 80


class ConsentsDoor:
    """Looking counts as being there: for the next two minutes programs that ask are kept waiting
    instead of refused, also where there is no window."""

    def __init__(self, broker: ConsentBroker, clock: Clock) -> None:
        self._broker = broker
        self._clock = clock

    async def list_all(self, caller: HttpCaller) -> None:
        """With `?wait=SECONDS` answered when there is something, or then."""
        _only_local(caller)
        asked = parse_qs(caller.query, keep_blank_values=True)
        seconds = number_in(asked, "wait", 0, least=0, most=LONGEST_WAIT_S)
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
        _only_local(caller)
        question_id = caller.path.removeprefix(f"{PATH}/")
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


def add_doors(table: DoorTable, door: ConsentsDoor, plain: Dialect) -> None:
    table.add("GET", PATH, OwnDoor(dialect=plain, answer=door.list_all, scope=Scope.ADMIN))
    own = OwnDoor(dialect=plain, answer=door.answer, scope=Scope.ADMIN)
    table.add_named("POST", f"{PATH}/", "[A-Za-z0-9_]+", own, prefixes=("",))


def _only_local(caller: HttpCaller) -> None:
    """Raises PersonOnly."""
    if who(caller).kind is not PrincipalKind.LOCAL:
        raise PersonOnly("Only the person at this computer answers who may come in.")


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
