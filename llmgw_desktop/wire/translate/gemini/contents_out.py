"""Turns as Gemini's contents: roles take turns, and each call's result follows at once."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from llmgw_desktop.domain.content import Role, Text, ToolCall, ToolResult, Turn
from llmgw_desktop.wire.translate.gemini.parts_out import Part, PartWriter
from llmgw_desktop.wire.translate.gemini.seals import SKIP
from llmgw_desktop.wire.translate.losses import Feature, LossReport
from llmgw_desktop.wire.translate.names import ToolNames

_SYSTEM = (Role.SYSTEM, Role.DEVELOPER)
_NO_RESULT = "There is no result of this call."


@dataclass(slots=True)
class _Content:
    role: str
    parts: list[Part] = field(default_factory=list)
    """What is neither a call nor a result stands here as well, in its order."""
    results: dict[str, Part] = field(default_factory=dict)
    """By the id of the call; the last one wins, at the first one's place."""


class ContentsWriter:
    def __init__(self, parts: PartWriter, names: ToolNames, losses: LossReport) -> None:
        self._parts = parts
        self._names = names
        self._losses = losses
        self._called: dict[str, str] = {}
        self._contents: list[_Content] = []

    def write(self, turns: Sequence[Turn], *, demands_seals: bool) -> tuple[list[Part], list[Part]]:
        """(contents, parts of the system instruction). `demands_seals`: the model refuses calls
        without a signature."""
        self._note_calls(turns)
        start = next((n for n, turn in enumerate(turns) if turn.role not in _SYSTEM), len(turns))
        system = [part for turn in turns[:start] for part in self._system(turn)]
        for turn in turns[start:]:
            self._turn(turn)
        if not self._contents and system:
            self._losses.lost(Feature.SYSTEM_POSITION)
            self._contents, system = [_Content("user", system)], []
        written = list(self._paired())
        if written and written[-1]["role"] == "model":
            self._losses.lost(Feature.PREFILL)
        if demands_seals:
            for content in written:
                _seal_first_call(content)
        return written, system

    def _note_calls(self, turns: Iterable[Turn]) -> None:
        for turn in turns:
            for item in turn.items:
                if isinstance(item, ToolCall):
                    self._called[item.id] = self._names.written(item.name, item.namespace)

    def _system(self, turn: Turn) -> list[Part]:
        if turn.role is Role.DEVELOPER:
            self._losses.lost(Feature.DEVELOPER_ROLE)
        parts = [self._parts.part(item) for item in turn.items]
        return [part for part in parts if part is not None and "text" in part]

    def _turn(self, turn: Turn) -> None:
        if turn.name:
            self._losses.lost(Feature.SPEAKER_NAME)
        if turn.role in _SYSTEM:
            self._remind(turn)
            return
        role = "model" if turn.role is Role.ASSISTANT else "user"
        for item in turn.items:
            if isinstance(item, ToolResult):
                self._result(item, self._content("user"))
            elif (part := self._parts.part(item)) is not None:
                self._content(role).parts.append(part)

    def _remind(self, turn: Turn) -> None:
        """A system's words within the conversation."""
        self._losses.lost(Feature.SYSTEM_POSITION)
        said = "\n\n".join(item.text for item in turn.items if isinstance(item, Text))
        if said:
            reminder = f"<system-reminder>\n{said}\n</system-reminder>"
            self._content("user").parts.append({"text": reminder})

    def _result(self, result: ToolResult, content: _Content) -> None:
        name = self._called.get(result.call_id)
        if name is None:
            name = self._names.written(result.name) if result.name else "unknown"
        response, beside = self._parts.result(result, name)
        content.results[result.call_id] = response
        content.parts += beside

    def _content(self, role: str) -> _Content:
        if not self._contents or self._contents[-1].role != role:
            self._contents.append(_Content(role))
        return self._contents[-1]

    def _paired(self) -> Iterable[Part]:
        """Google wants as many responses as calls, directly after them."""
        waiting: list[str] = []
        for content in self._contents:
            responses = self._responses(waiting, content) if content.role == "user" else []
            parts = [*responses, *content.parts]
            if not parts:
                continue
            yield {"role": content.role, "parts": parts}
            calls = [part["functionCall"]["id"] for part in parts if "functionCall" in part]
            waiting = calls if content.role == "model" else []

    def _responses(self, waiting: list[str], content: _Content) -> list[Part]:
        responses = [
            content.results.pop(call_id) if call_id in content.results else self._missing(call_id)
            for call_id in waiting
        ]
        for response in content.results.values():
            self._losses.lost(Feature.CALL_PAIRING)
            content.parts.insert(0, _in_words(response))
        return responses

    def _missing(self, call_id: str) -> Part:
        self._losses.lost(Feature.CALL_PAIRING)
        response = {"error": _NO_RESULT}
        written = {"id": call_id, "name": self._called[call_id], "response": response}
        return {"functionResponse": written}


def _in_words(response: Part) -> Part:
    """A result whose call is not there."""
    told = response["functionResponse"]
    said = next(iter(told["response"].values()))
    return {"text": f"[Result of an earlier call of {told['name']}]\n{said}"}


def _seal_first_call(content: Part) -> None:
    """Google documents the value for calls that its own model did not make."""
    for part in content["parts"]:
        if "functionCall" in part:
            part.setdefault("thoughtSignature", SKIP)
            return
