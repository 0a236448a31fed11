"""`/v1/approvals`: what agents ask while they run, and the answers of this computer's person.

For the person's own key alone: a client that may change everything else may not answer its own
agents.
"""

import asyncio
from collections.abc import Callable
from typing import Any
from urllib.parse import parse_qs, unquote

import orjson

from llmgw_desktop.domain.access_errors import PersonOnly
from llmgw_desktop.domain.clock import Clock
from llmgw_desktop.domain.permission import Decision, DecisionWay, PermissionAnswer
from llmgw_desktop.domain.principal import PrincipalKind, Scope
from llmgw_desktop.domain.run_errors import InvalidRun, NoSuchQuestion
from llmgw_desktop.engine.caller import JSON
from llmgw_desktop.engine.dialect import Dialect
from llmgw_desktop.engine.front.doors import DoorTable, OwnDoor
from llmgw_desktop.engine.front.http_caller import HttpCaller
from llmgw_desktop.engine.front.jobs_door import number_in, who
from llmgw_desktop.engine.permissions.desk import PermissionDesk
from llmgw_desktop.wire.json_scan import read_object
from llmgw_desktop.wire.permissions import question_object

PATH = "/v1/approvals"
LONGEST_WAIT_S = 60
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

    async def list_all(self, caller: HttpCaller) -> None:
        """`?wait=SECONDS`: where nothing waits, until something does; somebody attends so long."""
        _let_in(caller)
        asked = parse_qs(caller.query, keep_blank_values=True)
        wait_s = number_in(asked, "wait", 0, least=0, most=LONGEST_WAIT_S)
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
        _let_in(caller)
        question_id = unquote(caller.path.removeprefix(f"{PATH}/"))
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


def add_doors(table: DoorTable, door: ApprovalsDoor, plain: Dialect) -> None:
    def own(answer: Any) -> OwnDoor:
        return OwnDoor(dialect=plain, answer=answer, scope=Scope.ADMIN)

    table.add("GET", PATH, own(door.list_all))
    table.add_named("POST", f"{PATH}/", "[^/]+", own(door.answer), prefixes=("",))


def _let_in(caller: HttpCaller) -> None:
    """Raises PersonOnly."""
    if who(caller).kind is not PrincipalKind.LOCAL:
        raise PersonOnly(_NOT_YOURS.format(name=who(caller).name[:60]))


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
