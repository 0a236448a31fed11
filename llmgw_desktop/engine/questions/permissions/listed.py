"""Agents' questions as items of the one list: those that are answered in it, and those of which a
terminal only tells.
"""

from collections.abc import Callable, Iterator

from llmgw_desktop.clis.registry import cli_of
from llmgw_desktop.domain.clock import Clock
from llmgw_desktop.domain.events import Event, PermissionChanged, TerminalTold
from llmgw_desktop.domain.jobs.approval import (
    Ask,
    AskingJob,
    Decision,
    DecisionWay,
    PermissionAnswer,
    PermissionKind,
    PermissionQuestion,
)
from llmgw_desktop.domain.jobs.job import Job
from llmgw_desktop.engine.loop.bus import Bus
from llmgw_desktop.engine.questions.desk import QuestionDesk
from llmgw_desktop.engine.questions.permissions.desk import PermissionDesk
from llmgw_desktop.engine.questions.waiting.item import (
    GivenAnswer,
    OpenQuestion,
    QuestionChoice,
    QuestionKind,
    QuestionOutcome,
    line_of,
)
from llmgw_desktop.wire.native.jobs import wants

_SILENCE = "It is denied, and the agent goes on without it."
_SILENCE_OF_CALL = "It is denied: the tool is not called, and whoever called it is told so."
_SILENCE_OF_QUESTION = "The server is told that you gave no answer."
_SILENCE_OF_AGENT = "The agent is told that nobody answered, and goes on without an answer."
_ONCE = QuestionChoice(id=Decision.ONCE, words="Allow once", allows=True)
_ANSWER = QuestionChoice(
    id=Decision.ONCE, words="Answer", allows=True, for_several=False, takes_note=True
)
_DONE = QuestionChoice(id=Decision.ONCE, words="It is done", allows=True, for_several=False)
_DECLINE = QuestionChoice(id=Decision.DENY, words="Decline", allows=False)
_STOP = QuestionChoice(id=Decision.STOP, words="Deny and end the job", allows=False)
_STOP_TURN = QuestionChoice(id=Decision.STOP, words="Deny and stop its turn", allows=False)
_ALSO_THERE = "It waits in its terminal, where it asks as well."


class PermissionSource:
    """`job_of`: a job that runs, by its id."""

    event: type[Event] = PermissionChanged

    def __init__(self, desk: PermissionDesk, job_of: Callable[[str], Job | None]) -> None:
        self._desk = desk
        self._job_of = job_of

    @property
    def waiting(self) -> Iterator[OpenQuestion]:
        return map(self._item, self._desk.waiting)

    def read(self, event: Event) -> OpenQuestion | QuestionOutcome | None:
        if not isinstance(event, PermissionChanged):
            return None
        answer = event.answer
        if answer is None:
            return self._item(event.question)
        return QuestionOutcome(
            id=event.question.id,
            choice=str(answer.decision),
            allowed=answer.allows,
            way=str(answer.way),
            person=answer.person,
            at_s=answer.at_s,
        )

    async def answer(self, question_id: str, answer: GivenAnswer) -> bool:
        given = PermissionAnswer(
            decision=Decision(answer.choice),
            way=DecisionWay(answer.place),
            at_s=answer.at_s,
            note=answer.note,
            person=answer.person,
        )
        return self._desk.answer(question_id, given)

    def attend(self) -> Callable[[], None]:
        return self._desk.attend()

    def _item(self, question: PermissionQuestion) -> OpenQuestion:
        ask, job = question.ask, self._job_of(question.job_id)
        title = asker_of(question)
        return OpenQuestion(
            id=question.id,
            kind=QuestionKind.PERMISSION,
            title=line_of(f"{title} wants to {wants(ask)}"),
            words=ask.reason,
            details=tuple(_details(ask)),
            warnings=question.warnings,
            client=question.client,
            client_id=question.owner,
            cli=str(question.cli or ""),
            model="" if job is None else job.model,
            program=title,
            job_id="" if question.is_of_terminal else question.job_id,
            session=_session(question, job),
            workspace=question.workspace,
            folder=ask.cwd or ("" if job is None else job.working_dir),
            since_s=question.asked_at_s,
            until_s=question.expires_at_s,
            silence=_silence(question),
            blocks=_blocks(question),
            group=_group(question),
            choices=tuple(_choices(question)),
            native=question,
        )


def asker_of(question: PermissionQuestion) -> str:
    """«Claude Code»; of a call of a tool the client, in a line."""
    return line_of(question.client) if question.cli is None else cli_of(question.cli).title


def _session(question: PermissionQuestion, job: Job | None) -> str:
    if question.is_of_terminal:
        return question.job_id
    return "" if job is None else job.session_id


def _silence(question: PermissionQuestion) -> str:
    if question.asks_there:
        return _ALSO_THERE
    if question.ask.is_question:
        return _SILENCE_OF_QUESTION if question.cli is None else _SILENCE_OF_AGENT
    return _SILENCE if question.cli is not None else _SILENCE_OF_CALL


def _blocks(question: PermissionQuestion) -> str:
    if question.cli is None:
        return line_of(f"a call of {question.ask.server}/{question.ask.tool}")
    title = question.job_title or question.job_id
    return line_of(title if question.is_of_terminal else f"job {title}")


def _group(question: PermissionQuestion) -> str:
    if question.warnings or question.ask.is_question:  # is looked at by itself
        return ""
    ask = question.ask
    if question.cli is None:
        return f"permission {question.owner} {ask.server}/{ask.tool}"
    return f"permission {question.job_id} {ask.kind}"


def _choices(question: PermissionQuestion) -> Iterator[QuestionChoice]:
    if question.ask.is_question:
        yield from (_ANSWER if question.ask.form else _DONE, _DECLINE)
        if question.cli is not None:
            yield _STOP
        return
    yield _ONCE
    if question.rule:
        is_of_job = question.cli is not None and not question.is_of_terminal
        where = "in this job" if is_of_job else "for this session"
        words = line_of(f"Allow {where}: {question.rule}")
        yield QuestionChoice(id=Decision.JOB, words=words, allows=True, for_several=False)
    yield QuestionChoice(
        id=Decision.DENY, words="Deny", allows=False, takes_note=question.ask.can_take_note
    )
    if question.cli is not None:
        yield _STOP_TURN if question.is_of_terminal else _STOP


def _details(ask: Ask) -> Iterator[tuple[str, str]]:
    if ask.command:
        yield "Command", ask.command
    if ask.changes:
        yield "Files", "\n".join(each.path for each in ask.changes)
    if ask.url:
        yield "Address", ask.url
    if ask.form:
        yield "To be written", ask.form
    if ask.tool:
        yield "Tool", " · ".join(part for part in (ask.server, ask.tool) if part)
    if ask.agent_words:
        yield "The agent's own words", ask.agent_words


SEEN = "seen"
_SEEN = QuestionChoice(id=SEEN, words="Take it off the list", allows=False)
_ANSWERED_THERE = "Answer it in its terminal: this CLI lets nobody else do so."
_ONLY_THERE = "It waits in its terminal; nothing is lost."
_TOLD_FOR_S = 3600.0
"""A terminal that was closed by force says nothing more."""
_MOST_TOLD = 200
_LONGEST_TOLD = 4000


class ToldSource:
    """What CLIs ask in terminals where nobody else can answer: one of each session, until it goes
    on, its turn is over, or a person has taken it off the list."""

    event: type[Event] = TerminalTold

    def __init__(self, bus: Bus, clock: Clock) -> None:
        self._bus, self._clock = bus, clock
        self._desk: QuestionDesk[PermissionQuestion, DecisionWay] = QuestionDesk(
            due=lambda _: DecisionWay.TIMEOUT,
            changed=lambda question, way: bus.publish(TerminalTold(question=question, way=way)),
        )

    def tell(self, job: AskingJob, ask: Ask) -> None:
        """Instead of what this session told before."""
        self.forget(job.id)
        if len(self._desk) >= _MOST_TOLD:
            return
        now_s = self._clock.now_s()
        question = PermissionQuestion(
            id=_told_id(job.id),
            job_id=job.id,
            owner=job.owner,
            client=job.client,
            cli=job.cli,
            job_title=job.title,
            ask=ask,
            asked_at_s=now_s,
            expires_at_s=now_s + _TOLD_FOR_S,
            workspace=job.workspace,
        )
        self._desk.put(question.id, question, lambda _: None, within_s=_TOLD_FOR_S)

    def forget(self, job_id: str) -> None:
        """It has its answer there, or asks no more."""
        self._desk.answer(_told_id(job_id), DecisionWay.WITHDRAWN)

    @property
    def waiting(self) -> Iterator[OpenQuestion]:
        return map(_told_item, self._desk.waiting)

    def read(self, event: Event) -> OpenQuestion | QuestionOutcome | None:
        if not isinstance(event, TerminalTold):
            return None
        if event.way is None:
            return _told_item(event.question)
        return QuestionOutcome(
            id=event.question.id,
            choice=SEEN,
            allowed=False,
            way=str(event.way),
            at_s=self._clock.now_s(),
        )

    async def answer(self, question_id: str, answer: GivenAnswer) -> bool:
        return self._desk.answer(question_id, DecisionWay(answer.place))

    def attend(self) -> Callable[[], None]:
        """It waits whether anybody looks or not."""
        return lambda: None


def _told_id(job_id: str) -> str:
    return f"told_{job_id}"


def _told_item(question: PermissionQuestion) -> OpenQuestion:
    ask, title = question.ask, asker_of(question)
    is_known = ask.kind is not PermissionKind.OTHER or bool(ask.tool)
    words = f"{title} asks in its terminal"
    details = [*_details(ask), ("It says", ask.reason)]
    return OpenQuestion(
        id=question.id,
        kind=QuestionKind.TOLD,
        title=line_of(f"{words}: {wants(ask)}" if is_known else words),
        words=_ANSWERED_THERE,
        details=tuple((label, text[:_LONGEST_TOLD]) for label, text in details if text),
        client=question.client,
        client_id=question.owner,
        cli=str(question.cli or ""),
        program=title,
        session=question.job_id,
        workspace=question.workspace,
        folder=ask.cwd,
        since_s=question.asked_at_s,
        until_s=None,
        silence=_ONLY_THERE,
        loses=False,
        blocks=line_of(question.job_title),
        choices=(_SEEN,),
    )
