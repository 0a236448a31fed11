"""A run of an agent by the Agent Client Protocol, without I/O: bytes in, events and bytes out."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from llmgw_desktop.clis.acp import messages
from llmgw_desktop.clis.acp.asks import OpenAsk, OpenAsks, ask_of
from llmgw_desktop.clis.acp.calls import Call, Calls
from llmgw_desktop.clis.acp.dialect import AgentDialect, AgentUsage, NoteWay
from llmgw_desktop.clis.acp.messages import AgentNotice, Heard, Lost, Reply, Request, Wire
from llmgw_desktop.clis.acp.session import Beginning, Ending
from llmgw_desktop.clis.dialogue import (
    AskingMode,
    Done,
    GaveUp,
    PermissionAsked,
    Send,
    Spoken,
    Withdrawn,
)
from llmgw_desktop.clis.json_lines import LONGEST_LINE, Speech
from llmgw_desktop.clis.told import count_of, object_of, text_of
from llmgw_desktop.domain.cli import (
    CliEvent,
    CliRequest,
    LaunchPlan,
    ThinkingGrew,
    ToolBegan,
    ToolEnded,
    Warned,
)
from llmgw_desktop.domain.jobs.approval import Decision, PermissionAnswer

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from llmgw_desktop.clis.acp.calls import Call
    from llmgw_desktop.clis.acp.dialect import AgentDialect
    from llmgw_desktop.clis.json_lines import Message
    from llmgw_desktop.domain.mcp_server import Servers


_ENDED = {"completed": True, "failed": False}


class AgentTalk(Speech):
    """Of one run."""

    def __init__(self, dialect: AgentDialect, spent: AgentUsage) -> None:
        super().__init__()
        self._dialect = dialect
        self._spent = spent
        self._calls = Calls()
        self._message = ""

    def call(self, told: Any) -> Call:
        """The one that this belongs to, with what it tells."""
        call = self._calls.of(told.tool_call_id)
        call.take(told)
        return call

    def heard(self, update: Any) -> Iterator[CliEvent]:
        """Of a session's updates those that are not of calls."""
        match update.session_update:
            case "agent_message_chunk" if update.content.type == "text":
                if (named := update.message_id or "") and named != self._message:
                    self._message = named
                    self.next_message()
                if update.content.text not in self._dialect.asides:
                    yield from self._said(update.content.text)
            case "agent_thought_chunk" if update.content.type == "text" and update.content.text:
                yield ThinkingGrew(text=update.content.text)
            case "usage_update" if update.cost is not None:
                cost = update.cost
                self._spent.heard_cost({"amount": cost.amount, "currency": cost.currency})

    def begun(self, call: Call, *, is_asked: bool = False) -> Iterator[CliEvent]:
        """Told of once, when it is known what it does."""
        known = call.told or call.status in ("in_progress", *_ENDED) or is_asked
        if call.has_begun or not known:
            return
        call.has_begun = True
        self.next_message()
        self._spent.saw_tool()
        summary = call.summary or self._dialect.command_of(call)
        yield ToolBegan(
            call_id=call.id, name=self._dialect.tool_of(call) or call.kind, summary=summary[:200]
        )

    def ended(self, call: Call, told: Any) -> Iterator[CliEvent]:
        """Where this says so. A command that failed did not go well, however it is called."""
        ok = _ENDED.get(told.status or "")
        if ok is None:
            return
        self._calls.forget(call.id)
        yield ToolEnded(call_id=call.id, ok=ok and not _exit_code(object_of(told.raw_output)))


def _exit_code(output: Any) -> int | None:
    inner = object_of(output.get("metadata"))
    return count_of(output.get("exit_code")) or count_of(inner.get("exit"))


DENIED = "This was denied. Go on without it, or say why you cannot."
MOST_PROMPTS = 20
"""Of one run: notes of whom nobody listens to end some time."""
_FIRST_PROMPT = 100
_COMMANDS = ("/", "!", "#")
_NO_EVENTS = (Send, PermissionAsked, Withdrawn, Done, GaveUp)
_WORDS = "What is asked of you:\n"


class AcpDialogue:
    """Denied with a note, stopped or done: each agent's own way of it is its dialect's."""

    def __init__(
        self,
        dialect: AgentDialect,
        request: CliRequest,
        folder: str,
        *,
        longest: int = LONGEST_LINE,
        servers: Servers = (),
    ) -> None:
        self._dialect = dialect
        self._request = request
        self._folder = folder
        self._wire = Wire(longest)
        self._beginning = Beginning(dialect, request, folder, servers)
        self._spent = AgentUsage(dialect.spent)
        self._talk = AgentTalk(dialect, self._spent)
        self._ending = Ending(dialect)
        self._asks = OpenAsks()
        self._notes: list[str] = []
        self._prompts = 0
        self._is_prompting = False
        self._is_canceled = False
        """The turn that goes on was, for a note or for good."""

    def begin(self) -> list[Spoken]:
        return [self._beginning.first()]

    def feed(self, chunk: bytes) -> list[Spoken]:
        return [spoken for heard in self._wire.feed(chunk) for spoken in self._hear(heard)]

    def answer(self, native_id: str, answer: PermissionAnswer) -> list[Spoken]:
        waiting = self._asks.pop(native_id)
        if waiting is None:
            return []
        if answer.decision is Decision.STOP:
            return self._stopped(waiting)
        if answer.allows:
            return [self._selected(waiting, waiting.option("allow_once"))]
        note = answer.note.strip().encode(errors="replace").decode()
        return list(self._denied(waiting, note))

    def stop(self) -> list[Spoken]:
        return self._stopped()

    def finish(self, exit_code: int | None, stderr: str) -> list[CliEvent]:
        said = [spoken for heard in self._wire.rest() for spoken in self._hear(heard)]
        events = [each for each in said if not isinstance(each, _NO_EVENTS)]
        return [*events, *self._ending.last_words(self._wire.noise, exit_code, stderr)]

    def _stopped(self, *answered: OpenAsk) -> list[Spoken]:
        """These questions are off the desk and still want an answer."""
        denied = [self._canceled(each) for each in answered]
        if self._ending.is_told:
            return [*denied]
        self._ending.stopped()
        if self._is_prompting:
            return [*self._cancel(), *denied, *self._deny_all()]
        self._ending.is_over = True
        return [*denied, *self._deny_all(), Done()]

    def _hear(self, heard: Heard) -> Iterator[Spoken]:
        if self._ending.is_over:
            return
        match heard:
            case Request(method=messages.PERMISSION):
                yield from self._asked(heard)
            case Request():
                data = messages.no_such_method(heard.rpc_id)
                yield Send(key=f"reply:{heard.rpc_id!r}", data=data)
            case AgentNotice(method=messages.UPDATE) if self._is_prompting:
                yield from self._updated(heard.params)
            case AgentNotice() if again := self._dialect.retrying(heard.method, heard.params):
                yield again
            case Reply():
                yield from self._replied(heard)
            case Lost.LINE:
                yield from self._given_up(
                    "It said something that cannot be read, which may have been a question."
                )

    def _replied(self, reply: Reply) -> Iterator[Spoken]:
        if self._is_prompting and reply.rpc_id == _FIRST_PROMPT + self._prompts:
            yield from self._prompt_ended(reply)
        elif self._beginning.waits_for(reply.rpc_id):
            yield from self._beginning.heard(reply)
            if self._beginning.unproven:
                yield from self._given_up(self._beginning.unproven)
            elif self._beginning.trouble is not None:
                self._ending.failed(*self._beginning.trouble)
                yield Done()
            elif self._beginning.is_done:
                yield self._prompt(self._request.prompt)

    def _prompt(self, text: str) -> Send:
        self._prompts += 1
        self._is_prompting, self._is_canceled = True, False
        self._talk.next_message()
        data = messages.prompt(
            _FIRST_PROMPT + self._prompts, self._beginning.session_id, as_words(text)
        )
        return Send(key=f"prompt:{self._prompts}", data=data)

    def _prompt_ended(self, reply: Reply) -> Iterator[Spoken]:
        self._is_prompting = False
        yield from self._deny_all()
        yield from self._beginning.model_told(reply.result)
        if (used := self._spent.prompt_ended(reply.result)) is not None:
            yield used
        is_well = reply.error is None or self._is_canceled
        if self._notes and is_well and self._prompts < MOST_PROMPTS and not self._ending.is_told:
            notes, self._notes = "\n\n".join(dict.fromkeys(self._notes)), []
            yield self._prompt(notes)
            return
        yield from self._ending.turn_ended(reply, has_words=self._talk.has_words)
        yield Done()

    def _updated(self, params: Message) -> Iterator[Spoken]:
        """Of sessions of its own helpers the answer knows nothing."""
        if text_of(params.get("sessionId")) != self._beginning.session_id:
            return
        against = self._dialect.against(object_of(params.get("update")))
        if against:
            yield from self._given_up(f"It no longer asks for everything: {against}.")
            return
        update = messages.update_of(params)
        if update is None:
            return
        if update.session_update in ("tool_call", "tool_call_update"):
            call = self._talk.call(update)
            yield from self._talk.begun(call)
            yield from self._more_known(call)
            yield from self._talk.ended(call, update)
        else:
            yield from self._talk.heard(update)

    def _asked(self, request: Request) -> Iterator[Spoken]:
        asked = messages.permission_of(request.params)
        if asked is None:
            words = "It asked in a way that is not understood; that was denied."
            yield Warned(code="unknown_question", message=words)
            data = messages.canceled(request.rpc_id)
            yield Send(key=f"answer:{request.rpc_id!r}?", data=data)
            return
        call = self._talk.call(asked.tool_call)
        waiting = self._asks.take(request, asked, call)
        if waiting is None:
            return
        yield from self._talk.begun(call, is_asked=True)
        if self._is_canceled or self._ending.is_told:
            yield self._canceled(waiting)
            self._asks.pop(waiting.native_id)
        elif not waiting.option("allow_once"):
            self._asks.pop(waiting.native_id)
            words = "It asked for something that cannot be allowed only once; that was denied."
            yield Warned(code="no_allow_once", message=words)
            yield from self._denied(waiting, "")
        else:
            yield from self._show(waiting)

    def _more_known(self, call: Call) -> Iterator[Spoken]:
        for waiting in self._asks.of_call(call):
            yield from self._show(waiting)

    def _show(self, waiting: OpenAsk) -> Iterator[Spoken]:
        ask = ask_of(waiting, self._dialect, self._folder)
        if ask != waiting.shown:
            waiting.shown = ask
            yield PermissionAsked(ask=ask)

    def _denied(self, waiting: OpenAsk, note: str) -> Iterator[Spoken]:
        option = waiting.option("reject_once")
        match self._dialect.note_way:
            case NoteWay.WITH_ANSWER:
                yield self._selected(waiting, option, note or DENIED)
            case NoteWay.AFTER_CANCEL if note and self._is_prompting:
                self._notes.append(note)
                yield from self._cancel()
                yield self._canceled(waiting)
                yield from self._deny_all()
            case NoteWay.NEXT_PROMPT:
                self._notes.append(note or DENIED)
                yield self._selected(waiting, option)
            case _:
                yield self._selected(waiting, option)

    def _selected(self, waiting: OpenAsk, option: str, followup: str = "") -> Send:
        """Where there is no such option it is denied as the protocol denies what is canceled."""
        if not option:
            return self._canceled(waiting)
        data = messages.selected(waiting.rpc_id, option, followup)
        return Send(key=f"answer:{waiting.native_id}", data=data)

    def _canceled(self, waiting: OpenAsk) -> Send:
        return Send(key=f"answer:{waiting.native_id}", data=messages.canceled(waiting.rpc_id))

    def _deny_all(self) -> Iterator[Spoken]:
        for waiting in self._asks.pop_all():
            yield self._canceled(waiting)
            yield Withdrawn(native_id=waiting.native_id)

    def _cancel(self) -> Iterator[Spoken]:
        """Before what waits is answered: denied first, an agent may go on with its turn, and Gemini
        forgets a turn that is canceled while its model is asked."""
        if not self._is_canceled:
            self._is_canceled = True
            data = messages.cancel(self._beginning.session_id)
            yield Send(key=f"cancel:{self._prompts}", data=data)

    def _given_up(self, words: str) -> Iterator[Spoken]:
        """Nothing that it still waits for is allowed, and it is heard no longer."""
        if self._is_prompting:
            yield from self._cancel()
        yield from self._deny_all()
        self._ending.failed(words)
        yield GaveUp()


def as_words(text: str) -> str:
    """An agent takes some beginnings for commands of its own, one of which would switch its asking
    off: what comes from elsewhere is never the first it reads."""
    return _WORDS + text if text.lstrip().startswith(_COMMANDS) else text


def asking_mode(
    dialect: AgentDialect,
    plan: Callable[[CliRequest], LaunchPlan],
    proof: str,
    *,
    is_told_servers: bool = False,
    needs_pipe: bool = False,
) -> AskingMode:
    """How a CLI that speaks this dialect asks. `is_told_servers`: as its session begins."""

    def told(request: CliRequest, folder: str, servers: Servers = ()) -> AcpDialogue:
        return AcpDialogue(dialect, request, folder, servers=servers)

    return AskingMode(
        plan=plan,
        dialogue=told,
        dialogue_with=told if is_told_servers else None,
        load=messages.load,
        proof=proof,
        needs_pipe=needs_pipe,
    )
