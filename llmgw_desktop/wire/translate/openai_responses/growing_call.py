"""A tool call of an answer while it grows in a stream: a name, then arguments, in any order."""

from collections.abc import Mapping
from typing import Any

from llmgw_desktop.domain.content import CallKind, ToolCall
from llmgw_desktop.domain.errors import UpstreamGarbage
from llmgw_desktop.wire.translate.custom_text import Unwrapper
from llmgw_desktop.wire.translate.ids import fitting_call_id
from llmgw_desktop.wire.translate.names import ToolNames
from llmgw_desktop.wire.translate.openai_responses.telling import Telling

MOST_HELD_CHARS = 64 * 1024 * 1024


class GrowingCall:
    """Begins when its name is known; what comes before waits."""

    __slots__ = (
        "_begun",
        "_has_arguments",
        "_held",
        "_held_chars",
        "_index",
        "_names",
        "_otherwise_id",
        "_telling",
        "_unwrapper",
        "is_over",
    )

    def __init__(
        self, telling: Telling, names: ToolNames, begun: Mapping[str, Any], otherwise_id: str
    ) -> None:
        self._telling = telling
        self._names = names
        self._begun = dict(begun)
        self._otherwise_id = otherwise_id
        self._held: list[str] = []
        self._held_chars = 0
        self._has_arguments = False
        self._index: int | None = None
        self._unwrapper: Unwrapper | None = None
        self.is_over = False
        self._try_to_begin()

    def grow(self, more: str) -> None:
        if not more:
            return
        self._has_arguments = True
        if self._index is None:
            self._hold(more)
            return
        text = more if self._unwrapper is None else self._unwrapper.feed(more)
        if text:
            self._telling.grow(self._index, text)

    def fill(self, event: Mapping[str, Any]) -> None:
        """The whole arguments, where nothing of them came; a name that came late."""
        self._begun |= {
            name: event[name]
            for name in ("name", "namespace", "call_id")
            if event.get(name) and not self._begun.get(name)
        }
        self._try_to_begin()
        arguments = event.get("input") if "input" in event else event.get("arguments")
        if isinstance(arguments, str) and not self._has_arguments:
            self.grow(arguments)

    def end(self, whole: Mapping[str, Any]) -> None:
        """As `finish`, unless the last event of the answer may yet tell the arguments."""
        self.fill(whole)
        if self._has_arguments and self._index is not None:
            self.finish(whole)

    def finish(self, whole: Mapping[str, Any]) -> None:
        """One that has no name to the end was no call."""
        self.fill(whole)
        self.is_over = True
        if self._index is None:
            return
        if self._unwrapper is not None and (rest := self._unwrapper.finish()):
            self._telling.grow(self._index, rest)
        self._telling.end(self._index)

    def _hold(self, more: str) -> None:
        self._held.append(more)
        self._held_chars += len(more)
        if self._held_chars > MOST_HELD_CHARS:
            raise UpstreamGarbage("The provider's answer calls a tool without end and name.")

    def _try_to_begin(self) -> None:
        name = self._begun.get("name")
        if self._index is not None or not isinstance(name, str) or not name:
            return
        space = self._begun.get("namespace")
        tool = self._names.read(name, space if isinstance(space, str) and space else None)
        is_native = self._begun.get("type") == "custom_tool_call"
        kind = CallKind.CUSTOM if is_native else tool.kind
        if kind is CallKind.CUSTOM and not is_native:
            self._unwrapper = Unwrapper()
            self._telling.rewords = True
        call_id = self._begun.get("call_id") or self._begun.get("id")
        call = ToolCall(
            id=call_id if isinstance(call_id, str) else fitting_call_id(self._otherwise_id),
            name=tool.name,
            arguments="",
            kind=kind,
            namespace=tool.namespace,
        )
        self._index = self._telling.begin(call)
        self._telling.calls = True
        held, self._held = "".join(self._held), []
        self.grow(held)
