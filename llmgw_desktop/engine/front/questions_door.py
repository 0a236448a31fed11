"""`/v1/approvals`, `/v1/held`, `/v1/consents`: what agents ask, what a brake holds, what programs
ask; and the person's answers. `/v1/rules` and `/v1/hooks/CLI`: what is answered without him, which
no door writes (docs/decisions/0097-agents-do-not-write-their-rules.md), and where terminals ask.

For the key of this computer's person alone: a client that may change everything else may not
answer its own agents, and nobody elsewhere says who else comes in.
"""

import asyncio
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qs, unquote

import orjson

from llmgw_desktop.clis.cli import Cli
from llmgw_desktop.clis.dialogue import HookMoment
from llmgw_desktop.clis.registry import NAMES, cli_of
from llmgw_desktop.domain.access.consent import (
    ConsentAnswer,
    ConsentQuestion,
    ConsentTerm,
    ConsentWay,
)
from llmgw_desktop.domain.access.principal import Scope
from llmgw_desktop.domain.brakes import HeldAnswer, HeldWay
from llmgw_desktop.domain.cli import CliName
from llmgw_desktop.domain.clock import Clock
from llmgw_desktop.domain.errors import MalformedRequest
from llmgw_desktop.domain.jobs.approval import Decision, DecisionWay, PermissionAnswer
from llmgw_desktop.domain.jobs.rules.rule import StandingRule
from llmgw_desktop.domain.jobs.run_errors import InvalidRun, NoSuchQuestion
from llmgw_desktop.engine.exchange.caller import JSON
from llmgw_desktop.engine.front.doors import DoorTable, check_person, id_in, number_in, tell, who
from llmgw_desktop.engine.front.http_caller import HttpCaller
from llmgw_desktop.engine.policy.brakes.holds import HoldDesk
from llmgw_desktop.engine.questions.consents.broker import ConsentBroker
from llmgw_desktop.engine.questions.permissions.desk import PermissionDesk
from llmgw_desktop.store.settings.rules import rule_table
from llmgw_desktop.wire.json_edits import read_object
from llmgw_desktop.wire.native.approvals import held_object, question_object

if TYPE_CHECKING:  # no hook asks at a start
    from llmgw_desktop.engine.questions.permissions.hooked import TerminalAsks

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
        await _until_one_waits(self._desk, wait_s)
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


async def _until_one_waits(desk: PermissionDesk | HoldDesk, wait_s: float) -> None:
    """Or the time is over; somebody attends so long."""
    if not wait_s:
        return
    leave = desk.attend()
    try:
        async with asyncio.timeout(wait_s):
            while not desk.waiting:
                await desk.audience.news()
    except TimeoutError:
        pass
    finally:
        leave()


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


_NOT_YOURS_EITHER = (
    "What is held is answered by this computer's person alone; '{name}' is another client. Answer"
    " in the window, or in a terminal of the user whose gateway it is: `llmgw held list`."
)
LONGEST_HELD_WAIT_S = 60


class HeldDoor:
    """Requests that wait for a person; `person`: who sits here, as the system says."""

    def __init__(self, desk: HoldDesk, clock: Clock, person: Callable[[], str]) -> None:
        self._desk = desk
        self._clock = clock
        self._person = person

    def add_to(self, table: DoorTable) -> None:
        answers = {"GET /v1/held": self.list_all, "POST /v1/held/{}": self.answer}
        table.add_own(Scope.ADMIN, answers)

    async def list_all(self, caller: HttpCaller) -> None:
        """`?wait=SECONDS`: where nothing is held, until something is; somebody attends so long, and
        requests are held instead of refused."""
        check_person(caller, _NOT_YOURS_EITHER)
        asked = parse_qs(caller.query, keep_blank_values=True)
        wait_s = number_in(asked, "wait", 0, least=0, most=LONGEST_HELD_WAIT_S)
        await _until_one_waits(self._desk, wait_s)
        waiting = self._desk.waiting
        await tell(caller, {"total": len(waiting), "held": [held_object(each) for each in waiting]})

    async def answer(self, caller: HttpCaller) -> None:
        """`{"choice": ID}` of one that was offered; an empty one refuses."""
        check_person(caller, _NOT_YOURS_EITHER)
        question_id = unquote(id_in(caller))
        fields = dict(read_object(await caller.read_body()))
        choice = fields.pop("choice", None)
        if not isinstance(choice, str) or fields:
            raise MalformedRequest('expected {"choice": ID}; {"choice": ""} refuses it')
        answer = HeldAnswer(
            choice=choice,
            way=HeldWay.COMMAND,
            at_s=self._clock.now_s(),
            person=self._person(),
        )
        try:
            taken = self._desk.answer(question_id, answer)
        except ValueError as error:
            raise MalformedRequest(f"No such choice: {error}") from error
        if not taken:
            raise NoSuchQuestion(question_id)
        await tell(caller, {"id": question_id, "choice": choice})


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
        await tell(caller, {"consents": [consent_object(each) for each in waiting]})

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


def consent_object(question: ConsentQuestion) -> dict[str, Any]:
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


_STREAM = (("content-type", "text/event-stream"), ("cache-control", "no-store"))
_NOT_YOUR_TERMINAL = (
    "What a CLI asks in a terminal is brought here by this computer's person alone; '{name}' is"
    " another client, and no scope of a key opens this, not even 'admin'."
)


class RulesDoor:
    """`/v1/rules`, as they are in force; `/v1/hooks/CLI`, where a CLI that a person runs in a
    terminal has `llmgw hook` ask. `rules`: those of the settings.

    A hook is answered by a server-sent event, `said` with what it is to print; until then a sign
    of life comes now and then, by which it is seen that the hook is gone. One that is held is told
    by `held` what it is to print if no `said` comes."""

    def __init__(
        self, rules: Callable[[], Sequence[StandingRule]], asks: Callable[[], "TerminalAsks"]
    ) -> None:
        self._rules = rules
        self._asks = asks

    def add_to(self, table: DoorTable) -> None:
        answers = {"GET /v1/rules": self.list_all, "POST /v1/hooks/{}": self.hooked}
        table.add_own(Scope.ADMIN, answers)

    async def list_all(self, caller: HttpCaller) -> None:
        """As the settings file has them, in its order, with what is wrong with one."""
        told = [rule_table(each) | {"mistake": each.mistake} for each in self._rules()]
        await tell(caller, {"total": len(told), "rules": told})

    async def hooked(self, caller: HttpCaller) -> None:
        check_person(caller, _NOT_YOUR_TERMINAL)
        cli = _cli_in(caller)
        assert cli.hook is not None
        try:
            call = cli.hook.read(read_object(await caller.read_body()))
        except (TypeError, ValueError, RecursionError) as error:
            raise MalformedRequest("expected what a hook is given") from error
        asks, said = self._asks(), b""

        async def show_life() -> None:
            await caller.write(b": waits\n\n")

        async def hold(otherwise: bytes) -> None:
            await caller.write(_frame(otherwise, b"held"))

        await caller.begin(200, _STREAM)
        if call is None:
            pass
        elif call.moment is HookMoment.BEFORE:
            said = await asks.before(cli, call, who(caller), hold=hold, show_life=show_life)
        elif call.moment is HookMoment.ASKS:
            said = await asks.asked(cli, call, who(caller), show_life)
        elif call.moment is HookMoment.TELLS:
            await asks.told(cli, call, who(caller))
        elif call.moment is HookMoment.RESTS:
            asks.rests(cli, call)
        elif call.moment is HookMoment.SETTLED:
            asks.settled(cli, call)
        else:
            asks.ended(cli, call)
        await caller.write(_frame(said))
        await caller.end()


def _frame(said: bytes, name: bytes = b"said") -> bytes:
    told: dict[str, Any] = {"said": said.decode()}
    return b"event: %b\ndata: %b\n\n" % (name, orjson.dumps(told))


def _cli_in(caller: HttpCaller) -> Cli:
    """Raises InvalidRun for one that has no hook, or is none."""
    named = unquote(id_in(caller))
    able = [each for each in NAMES if cli_of(each).hook is not None]
    if named not in able:
        known = ", ".join(able)
        raise InvalidRun(f"no hook of '{named[:40]}' is known; there are: {known}", field="cli")
    return cli_of(CliName(named))
