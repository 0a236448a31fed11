"""Claude Code as it asks: its control protocol on stdin and stdout, beside its stream of events.

Nothing is sent to its model before it has proven that it asks: it answers `initialize`, takes the
asking mode, and then says with every turn which mode it is in.
"""

from collections.abc import Iterator

from llmgw_desktop.clis.claude import control
from llmgw_desktop.clis.claude.plan import as_message, asking_mode, prompt_blocks
from llmgw_desktop.clis.claude.reader import SIGN_IN, ClaudeReader
from llmgw_desktop.clis.dialogue import Done, GaveUp, PermissionAsked, Send, Spoken, Withdrawn
from llmgw_desktop.clis.failures import failed
from llmgw_desktop.clis.json_lines import Lines, Message, message_in
from llmgw_desktop.clis.told import object_of, text_of
from llmgw_desktop.domain.cli import CliEvent, CliRequest, ErrorCategory
from llmgw_desktop.domain.jobs.approval import Ask, PermissionAnswer

_ASKING_MODES = frozenset({"default", "manual", "plan"})
"""In a plan nothing is done either; `manual` is what newer versions call the default."""
_NOT_PROVEN = "Claude Code was started so that it asks before it acts, and {how}. It was stopped."


class ClaudeDialogue:
    """Of one run."""

    def __init__(self, request: CliRequest, cwd: str) -> None:
        self._reader = ClaudeReader(request)
        self._cwd = cwd
        self._mode = asking_mode(request)
        self._blocks = prompt_blocks(request)
        self._lines = Lines()
        self._open: dict[str, Ask] = {}
        self._seen: set[str] = set()
        """Every question that came: the same again is none."""
        self._gave_up = ""
        self._is_done = False
        self._is_stopped = False

    def begin(self) -> list[Spoken]:
        data = control.request(control.INITIALIZE, "initialize", hooks=None)
        return [Send(key=control.INITIALIZE, data=data)]

    def feed(self, chunk: bytes) -> list[Spoken]:
        return [each for line in self._lines.feed(chunk) for each in self._read(line)]

    def answer(self, native_id: str, answer: PermissionAnswer) -> list[Spoken]:
        ask = self._open.pop(native_id, None)
        if ask is None:
            return []
        return [Send(key=_key(native_id), data=control.answer_to(ask, answer))]

    def stop(self) -> list[Spoken]:
        if self._is_stopped or self._gave_up:
            return []
        self._is_stopped = True
        said: list[Spoken] = [
            Send(
                key=_key(native_id),
                data=control.denied(native_id, control.STOPPED, interrupt=True),
            )
            for native_id in self._open
        ]
        self._open.clear()
        data = control.request(control.INTERRUPT, "interrupt")
        return [*said, Send(key=control.INTERRUPT, data=data), Done()]

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
            yield from self._unreadable(line)
            return
        match message.get("type"):
            case "control_request":
                yield from self._asked(message)
            case "control_cancel_request":
                yield from self._withdrawn(text_of(message.get("request_id")))
            case "control_response":
                yield from self._answered(object_of(message.get("response")))
            case kind:
                yield from self._reader.feed(line + b"\n")
                if kind == "system":
                    yield from self._checked(message)
                elif kind == "result" and not self._is_done:
                    self._is_done = True
                    yield Done()

    def _asked(self, message: Message) -> Iterator[Spoken]:
        request_id, asked = text_of(message.get("request_id")), object_of(message.get("request"))
        if not request_id or request_id in self._seen:
            return
        self._seen.add(request_id)
        subtype = text_of(asked.get("subtype"))
        if subtype != "can_use_tool":
            yield Send(key=_key(request_id), data=control.unknown(request_id, subtype))
        elif self._is_stopped:
            data = control.denied(request_id, control.STOPPED, interrupt=True)
            yield Send(key=_key(request_id), data=data)
        else:
            self._open[request_id] = control.ask_in(request_id, asked, self._cwd)
            yield PermissionAsked(ask=self._open[request_id])

    def _unreadable(self, line: bytes) -> Iterator[Spoken]:
        """Whoever asks in words that nobody can be shown is not left waiting."""
        self._reader.feed(line + b"\n")
        request_id = control.asker_of(line)
        if request_id and request_id not in self._seen:
            self._seen.add(request_id)
            data = control.denied(request_id, control.UNREADABLE)
            yield Send(key=_key(request_id), data=data)

    def _withdrawn(self, request_id: str) -> Iterator[Spoken]:
        if self._open.pop(request_id, None) is not None:
            yield Withdrawn(native_id=request_id)

    def _answered(self, response: Message) -> Iterator[Spoken]:
        """Each step follows from the one before; the prompt is the last."""
        took = response.get("subtype") == "success"
        match response.get("request_id"):
            case control.INITIALIZE if took:
                data = control.request(control.MODE, "set_permission_mode", mode=self._mode)
                yield Send(key=control.MODE, data=data)
            case control.MODE if took:
                yield Send(key="prompt", data=as_message(self._blocks))
            case control.INITIALIZE | control.MODE:
                yield from self._give_up(f"answered: {text_of(response.get('error'))[:500]}")

    def _checked(self, message: Message) -> Iterator[Spoken]:
        """It says its mode when a turn begins, and when it changes."""
        mode = message.get("permissionMode")
        if message.get("subtype") == "init" and not isinstance(mode, str):
            yield from self._give_up("does not say its permission mode")
        elif isinstance(mode, str) and mode not in _ASKING_MODES:
            yield from self._give_up(f"is in the mode {mode[:60]!r} instead")

    def _give_up(self, how: str) -> Iterator[Spoken]:
        self._gave_up = _NOT_PROVEN.format(how=how)
        self._open.clear()
        yield GaveUp()


def _key(request_id: str) -> str:
    return f"answer {request_id}"
