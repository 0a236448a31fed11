"""Codex as it asks: its app server on stdin and stdout.

Its model hears nothing before the server has proven that it asks: no rules on the disk allow
anything, and the thread's own reply names the policy `untrusted`, a person as who is asked, and the
sandbox that was wished for.
"""

from collections.abc import Iterator

from llmgw_desktop.clis.codex import app_server, asks
from llmgw_desktop.clis.codex.app_server import Beforehand, ServerReader
from llmgw_desktop.clis.codex.asks import CodexAsk
from llmgw_desktop.clis.codex.reader import SIGN_IN
from llmgw_desktop.clis.dialogue import Done, GaveUp, PermissionAsked, Send, Spoken, Withdrawn
from llmgw_desktop.clis.failures import failed
from llmgw_desktop.clis.json_lines import Lines, Message, message_in
from llmgw_desktop.clis.told import object_of, text_of
from llmgw_desktop.domain.cli import CliEvent, CliRequest, ErrorCategory
from llmgw_desktop.domain.jobs.approval import Decision, PermissionAnswer
from llmgw_desktop.domain.values import value

POLICY = "untrusted"
_SANDBOXES = {
    "read-only": "readOnly",
    "workspace-write": "workspaceWrite",
    "danger-full-access": "dangerFullAccess",
}
_NOT_PROVEN = "Codex was started so that it asks before it acts, and {how}. It was stopped."
_NOT_SHOWN = (
    "Denied by the gateway: this kind of request cannot be shown to a person. Do without it."
)
_MOST_ITEMS = 1000


@value
class Wishes:
    """What a run is begun with."""

    method: str
    """`thread/start`, `thread/resume` or `thread/fork`."""
    thread: Message
    turn: Message
    """But for its thread."""
    sandbox: str


class CodexDialogue:
    """Of one run."""

    def __init__(self, request: CliRequest, cwd: str, wishes: Wishes) -> None:
        self._reader = ServerReader(request)
        self._cwd = cwd
        self._wishes = wishes
        self._beforehand = Beforehand(cwd)
        self._lines = Lines()
        self._items: dict[str, Message] = {}
        """Calls that have begun: a change of files is told there alone."""
        self._open: dict[str, CodexAsk] = {}
        self._seen: set[str] = set()
        """Every question that came: the same again is none."""
        self._turn_id = ""
        self._gave_up = ""
        self._is_stopped = False

    def begin(self) -> list[Spoken]:
        who = {"name": "llmgw", "title": "LLM gateway", "version": "1"}
        data = app_server.request(app_server.INITIALIZE, "initialize", {"clientInfo": who})
        return [Send(key=app_server.INITIALIZE, data=data)]

    def feed(self, chunk: bytes) -> list[Spoken]:
        return [each for line in self._lines.feed(chunk) for each in self._read(line)]

    def answer(self, native_id: str, answer: PermissionAnswer) -> list[Spoken]:
        asking = self._open.pop(native_id, None)
        if asking is None:
            return []
        note = "" if answer.allows else answer.note
        return [*self._answered(asking, answer.decision, note)]

    def stop(self) -> list[Spoken]:
        if self._is_stopped or self._gave_up:
            return []
        self._is_stopped = True
        said = [
            each for asking in self._open.values() for each in self._answered(asking, Decision.DENY)
        ]
        self._open.clear()
        if self._turn_id and not self._reader.has_ended:
            which = {"threadId": self._reader.thread_id, "turnId": self._turn_id}
            data = app_server.request(app_server.INTERRUPT, "turn/interrupt", which)
            said.append(Send(key=app_server.INTERRUPT, data=data))
        return [*said, Done()]

    def finish(self, exit_code: int | None, stderr: str) -> list[CliEvent]:
        self._reader.feed(self._lines.rest())
        events = self._reader.finish(exit_code, stderr)
        if self._gave_up:
            events[-1] = failed(self._gave_up, SIGN_IN, category=ErrorCategory.CLI)
        return events

    def _read(self, line: bytes) -> Iterator[Spoken]:
        if self._gave_up:
            return
        message = message_in(line)
        if message is None:
            yield from self._reader.feed(line + b"\n")
            return
        method, has_id = text_of(message.get("method")), message.get("id") is not None
        if method and has_id:
            yield from self._asked(message, method)
        elif has_id:
            yield from self._replied(message)
        else:
            yield from self._told(message, method, line)

    def _replied(self, message: Message) -> Iterator[Spoken]:
        """Each step follows from the one before; the prompt is the last."""
        if self._beforehand.takes(message):
            yield from self._thread()
            return
        request_id, result = message.get("id"), object_of(message.get("result"))
        is_step = request_id in (app_server.INITIALIZE, app_server.THREAD, app_server.TURN)
        if "error" in message:
            if is_step and not self._reader.has_ended:
                self._reader.failed_with(text_of(object_of(message["error"]).get("message")))
                yield Done()
        elif request_id == app_server.INITIALIZE:
            yield Send(key="initialized", data=app_server.notification("initialized"))
            yield from self._beforehand.begin(text_of(result.get("codexHome")))
        elif request_id == app_server.THREAD and not self._reader.thread_id:
            yield from self._begun(result)
        elif request_id == app_server.TURN:
            self._turn_id = text_of(object_of(result.get("turn")).get("id")) or self._turn_id

    def _thread(self) -> Iterator[Spoken]:
        """When all is known that could keep it from asking."""
        if self._beforehand.problem:
            yield from self._give_up(self._beforehand.problem)
        elif self._beforehand.is_known:
            wishes = self._wishes
            settings = {"config": self._beforehand.settings} if self._beforehand.settings else {}
            data = app_server.request(
                app_server.THREAD, wishes.method, {**wishes.thread, **settings}
            )
            yield Send(key=app_server.THREAD, data=data)

    def _give_up(self, how: str) -> Iterator[Spoken]:
        self._gave_up = _NOT_PROVEN.format(how=how)
        self._open.clear()
        yield GaveUp()

    def _begun(self, result: Message) -> Iterator[Spoken]:
        thread_id = text_of(object_of(result.get("thread")).get("id"))
        if missing := self._not_as_wished(result) or ("" if thread_id else "names no thread"):
            yield from self._give_up(missing)
            return
        yield from self._reader.began(thread_id, text_of(result.get("model")))
        turn = {"threadId": thread_id, "approvalPolicy": POLICY, **self._wishes.turn}
        yield Send(
            key=app_server.TURN, data=app_server.request(app_server.TURN, "turn/start", turn)
        )

    def _not_as_wished(self, result: Message) -> str:
        policy, reviewer = result.get("approvalPolicy"), result.get("approvalsReviewer", "user")
        sandbox = object_of(result.get("sandbox")).get("type")
        if policy != POLICY:
            return f"says that its policy is {str(policy)[:60]!r}"
        if reviewer != "user":
            return f"says that {str(reviewer)[:60]!r} is asked"
        if sandbox != _SANDBOXES[self._wishes.sandbox]:
            return f"says that its sandbox is {str(sandbox)[:60]!r}"
        return ""

    def _asked(self, message: Message, method: str) -> Iterator[Spoken]:
        native_id = asks.native_id_of(message.get("id"))
        if native_id in self._seen:
            return
        self._seen.add(native_id)
        if method not in asks.KNOWN:
            data = app_server.unknown(message.get("id"), method)
            yield Send(key=_key(native_id), data=data)
            return
        asking = asks.read(message, self._items, self._cwd)
        if asking.ask is None or self._is_stopped:
            note = _NOT_SHOWN if method in asks.APPROVALS and not self._is_stopped else ""
            yield from self._answered(asking, Decision.DENY, note)
            return
        self._reader.asked.add(asking.ask.call_id)
        self._open[native_id] = asking
        yield PermissionAsked(ask=asking.ask)

    def _answered(self, asking: CodexAsk, decision: Decision, note: str = "") -> Iterator[Spoken]:
        """A denial has no room for words: they are a message of the turn, just before it."""
        native_id = asking.native_id
        if note and asking.thread_id and asking.turn_id:
            words = {
                "threadId": asking.thread_id,
                "expectedTurnId": asking.turn_id,
                "input": app_server.text_input(note),
            }
            name = f"{app_server.NOTE}-{native_id}"
            yield Send(key=name, data=app_server.request(name, "turn/steer", words))
        data = app_server.result(asking.request_id, asking.answer(decision))
        yield Send(key=_key(native_id), data=data)

    def _told(self, message: Message, method: str, line: bytes) -> Iterator[Spoken]:
        params = object_of(message.get("params"))
        if method == "item/started":
            self._remember(object_of(params.get("item")))
        elif method == "item/completed":
            self._items.pop(text_of(object_of(params.get("item")).get("id")), None)
        elif method == "serverRequest/resolved" and "requestId" in params:
            yield from self._withdrawn(asks.native_id_of(params["requestId"]))
        elif method == "item/fileChange/patchUpdated":
            yield from self._changed(params)
        elif method == "turn/started" and params.get("threadId") == self._reader.thread_id:
            self._turn_id = text_of(object_of(params.get("turn")).get("id"))
        was_over = self._reader.has_ended
        yield from self._reader.feed(line + b"\n")
        if self._reader.has_ended and not was_over:
            for native_id in tuple(self._open):
                yield from self._withdrawn(native_id)
            yield Done()

    def _remember(self, item: Message) -> None:
        if len(self._items) >= _MOST_ITEMS:
            self._items.pop(next(iter(self._items)))
        self._items[text_of(item.get("id"))] = item

    def _changed(self, params: Message) -> Iterator[Spoken]:
        """Whoever was asked about a call whose files are others now is asked no longer."""
        item_id = text_of(params.get("itemId"))
        item = {**self._items.get(item_id, {"id": item_id}), "changes": params.get("changes")}
        self._remember(item)
        changes = asks.changes_of(item)
        for native_id, asking in tuple(self._open.items()):
            ask = asking.ask
            if ask is not None and ask.call_id == item_id and ask.changes not in ((), changes):
                del self._open[native_id]
                yield Withdrawn(native_id=native_id)
                yield from self._answered(asking, Decision.DENY)

    def _withdrawn(self, native_id: str) -> Iterator[Spoken]:
        if self._open.pop(native_id, None) is not None:
            yield Withdrawn(native_id=native_id)


def _key(native_id: str) -> str:
    return f"answer {native_id}"
