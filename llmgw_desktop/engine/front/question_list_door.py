"""`/v1/questions`: the one list of all that waits for this computer's person, told as it changes,
and the person's answers.

`GET` gives `{"total", "number", "questions": [item, …]}`, what matters most first; an item is told
in `engine/questions/waiting/item.py`. With `Accept: text/event-stream` the same as server-sent
events: `questions` (the whole list), then `opened` and `changed` (an item) and `closed` (what came
of one). Each has an id; with that as `Last-Event-ID` a listener hears what it missed, or the whole
list where that is not known any more. Whoever listens, or asks with `?wait=SECONDS`, counts as
being there: what asks is kept waiting instead of refused.
"""

import asyncio
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qs, unquote

import orjson

from llmgw_desktop.domain.access.access_errors import TooManyConnections
from llmgw_desktop.domain.access.consent import ConsentQuestion, ConsentTerm
from llmgw_desktop.domain.access.principal import Scope
from llmgw_desktop.domain.brakes import HeldQuestion
from llmgw_desktop.domain.clock import Clock
from llmgw_desktop.domain.errors import MalformedRequest
from llmgw_desktop.domain.jobs.approval import PermissionQuestion
from llmgw_desktop.domain.jobs.cli_settings import LimitWait
from llmgw_desktop.domain.jobs.run_errors import InvalidRun, NoSuchQuestion
from llmgw_desktop.engine.front.doors import DoorTable, check_person, id_in, number_in, tell
from llmgw_desktop.engine.front.http_caller import HttpCaller
from llmgw_desktop.engine.front.questions_door import LONGEST_NOTE, consent_object
from llmgw_desktop.wire.json_edits import read_object
from llmgw_desktop.wire.native.approvals import held_object, question_object
from llmgw_desktop.wire.native.jobs import limit_object

if TYPE_CHECKING:  # nobody asks at a start
    from llmgw_desktop.engine.questions.waiting.item import GivenAnswer, OpenQuestion
    from llmgw_desktop.engine.questions.waiting.question_list import ListChange, QuestionList

LONGEST_WAIT_S = 60
MOST_LISTENERS = 16
SIGN_OF_LIFE_S = 15.0
_STREAM = (("content-type", "text/event-stream"), ("cache-control", "no-store"))
_NOT_YOURS = (
    "What waits for a person is told to this computer's person alone; '{name}' is another client,"
    " and no scope of a key opens this, not even 'admin'. Answer in the window, or in a terminal of"
    " the user whose gateway it is: `llmgw questions list`."
)
_EXPECTED = 'expected {"choice": ID}, with "also", "note", "scopes" or "for" where they are meant'


class QuestionListDoor:
    """`listed`: made when it is first asked for; `person`: who sits here, as the system says."""

    def __init__(
        self, listed: Callable[[], "QuestionList"], clock: Clock, person: Callable[[], str]
    ) -> None:
        self._listed = listed
        self._clock = clock
        self._person = person
        self._listeners = 0

    def add_to(self, table: DoorTable) -> None:
        answers = {"GET /v1/questions": self.list_all, "POST /v1/questions/{}": self.answer}
        table.add_own(Scope.ADMIN, answers)

    async def list_all(self, caller: HttpCaller) -> None:
        """`?wait=SECONDS`: where nothing waits, until something does; with `&after=NUMBER` until
        the list is another one than that."""
        check_person(caller, _NOT_YOURS)
        questions = self._listed()
        if "text/event-stream" in caller.headers.get("accept", ""):
            await self._follow(caller, questions)
            return
        asked = parse_qs(caller.query, keep_blank_values=True)
        wait_s = number_in(asked, "wait", 0, least=0, most=LONGEST_WAIT_S)
        after = number_in(asked, "after", 0, least=0) if "after" in asked else None
        await until_one_waits(questions, wait_s, after)
        await tell(caller, list_object(questions))

    async def answer(self, caller: HttpCaller) -> None:
        """To the one at the address, and to those in `also`. Those that had their answer before are
        `late`, each with what came of it: an answer counts once."""
        check_person(caller, _NOT_YOURS)
        questions = self._listed()
        fields = dict(read_object(await caller.read_body()))
        ids = (unquote(id_in(caller)), *_texts(fields, "also"))
        for each in ids:
            if questions.find(each) is None and questions.outcome(each) is None:
                raise NoSuchQuestion(each)
        given = self._given(fields)
        try:
            report = await questions.answer(ids, given)
        except ValueError as error:
            raise InvalidRun(str(error), field="choice") from error
        late = [_late_object(questions, each) for each in report.late]
        await tell(caller, {"answered": list(report.answered), "late": late})

    def _given(self, fields: dict[str, Any]) -> "GivenAnswer":
        from llmgw_desktop.engine.questions.waiting.item import AnswerPlace, GivenAnswer

        choice, note = fields.pop("choice", None), fields.pop("note", "")
        scopes, term = _texts(fields, "scopes"), fields.pop("for", None)
        if not isinstance(choice, str) or fields:
            raise MalformedRequest(_EXPECTED)
        if not isinstance(note, str) or len(note) > LONGEST_NOTE:
            words = f"it must be a text of at most {LONGEST_NOTE} characters"
            raise InvalidRun(words, field="note")
        try:
            return GivenAnswer(
                choice=choice,
                place=AnswerPlace.COMMAND,
                at_s=self._clock.now_s(),
                person=self._person(),
                note=note.strip(),
                scopes=tuple(Scope(each) for each in scopes),
                term=None if term is None else ConsentTerm(term),
            )
        except ValueError as error:
            raise InvalidRun(f"{error}"[:200], field="scopes") from error

    async def _follow(self, caller: HttpCaller, questions: "QuestionList") -> None:
        if self._listeners >= MOST_LISTENERS:
            raise TooManyConnections(f"{MOST_LISTENERS} programs follow the questions already.")
        self._listeners += 1
        leave = questions.attend()
        try:
            await caller.begin(200, _STREAM)
            number = heard_number(questions, caller.headers.get("last-event-id", ""))
            while True:
                frames, number = frames_after(questions, number)
                if frames:
                    await caller.write(frames)
                try:
                    async with asyncio.timeout(SIGN_OF_LIFE_S):
                        await questions.news(number)
                except TimeoutError:  # else a listener's leaving would go unseen
                    await caller.write(b": goes on\n\n")
        finally:
            self._listeners -= 1
            leave()


async def until_one_waits(
    questions: "QuestionList", wait_s: float, after: int | None = None
) -> None:
    """Or, with `after`, until there is another change than that; or the time is over. Somebody
    attends so long."""
    if not wait_s:
        return
    leave = questions.attend()
    try:
        async with asyncio.timeout(wait_s):
            while not len(questions) if after is None else questions.number == after:
                await questions.news(questions.number)
    except TimeoutError:
        pass
    finally:
        leave()


def list_object(questions: "QuestionList") -> dict[str, Any]:
    waiting = questions.waiting
    return {
        "total": len(waiting),
        "number": questions.number,
        "questions": [whole_object(each) for each in waiting],
    }


def whole_object(item: "OpenQuestion") -> dict[str, Any]:
    """With `asked`: as its own door tells it."""
    from llmgw_desktop.engine.questions.waiting.item import item_object

    return item_object(item) | {"asked": _asked(item)}


def _asked(item: "OpenQuestion") -> Mapping[str, Any] | None:
    match item.native:
        case PermissionQuestion() as question:
            return question_object(question)
        case HeldQuestion() as question:
            return held_object(question)
        case ConsentQuestion() as question:
            return consent_object(question)
        case LimitWait() as wait:
            return limit_object(wait)
        case _:
            return None


def heard_number(questions: "QuestionList", last_id: str) -> int | None:
    """Of the change that a listener heard last, by the id of its event; None: of none that is
    known here."""
    epoch, _, number = last_id.partition("-")
    is_number = number.isdecimal() and number.isascii() and len(number) < 16
    return int(number) if epoch == questions.epoch and is_number else None


def frames_after(questions: "QuestionList", number: int | None) -> tuple[bytes, int]:
    """What a listener has not heard after that change, as server-sent events, and the number of
    the last one; the whole list where its changes are not known."""
    changes = None if number is None else questions.changes_after(number)
    if changes is None:
        whole = _frame(questions, questions.number, "questions", list_object(questions))
        return whole, questions.number
    return b"".join(_changed(questions, each) for each in changes), questions.number


def _changed(questions: "QuestionList", change: "ListChange") -> bytes:
    if change.item is not None:
        name = "opened" if change.is_new else "changed"
        return _frame(questions, change.number, name, whole_object(change.item))
    from llmgw_desktop.engine.questions.waiting.item import outcome_object

    assert change.outcome is not None
    return _frame(questions, change.number, "closed", outcome_object(change.outcome))


def _frame(questions: "QuestionList", number: int, name: str, told: object) -> bytes:
    place = f"{questions.epoch}-{number}".encode()
    return b"id: %b\nevent: %b\ndata: %b\n\n" % (place, name.encode(), orjson.dumps(told))


def _late_object(questions: "QuestionList", question_id: str) -> dict[str, Any]:
    from llmgw_desktop.engine.questions.waiting.item import outcome_object

    outcome = questions.outcome(question_id)
    return {"id": question_id} if outcome is None else outcome_object(outcome)


def _texts(fields: dict[str, Any], name: str) -> tuple[str, ...]:
    found = fields.pop(name, [])
    if not (isinstance(found, list) and all(isinstance(each, str) for each in found)):
        raise MalformedRequest(_EXPECTED)
    return tuple(found)
