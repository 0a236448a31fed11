"""What an agent tells while it works, as events of its run."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from llmgw_desktop.clis.acp.calls import Call, Calls
from llmgw_desktop.clis.told import count_of, object_of
from llmgw_desktop.domain.cli import CliEvent, TextGrew, ThinkingGrew, ToolBegan, ToolEnded

if TYPE_CHECKING:
    from collections.abc import Iterator

    from llmgw_desktop.clis.acp.dialect import Dialect
    from llmgw_desktop.clis.acp.spent import Spent

_ENDED = {"completed": True, "failed": False}


class Talk:
    """Of one run."""

    def __init__(self, dialect: Dialect, spent: Spent) -> None:
        self._dialect = dialect
        self._spent = spent
        self._calls = Calls()
        self.has_words = False
        self._has_said = False
        self._is_apart = False
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
                    self._message, self._is_apart = named, self._has_said
                yield from self._said(update.content.text)
            case "agent_thought_chunk" if update.content.type == "text" and update.content.text:
                yield ThinkingGrew(text=update.content.text)
            case "usage_update" if update.cost is not None:
                cost = update.cost
                self._spent.heard_cost({"amount": cost.amount, "currency": cost.currency})

    def next_prompt(self) -> None:
        self._is_apart = self._has_said

    def begun(self, call: Call, *, is_asked: bool = False) -> Iterator[CliEvent]:
        """Told of once, when it is known what it does."""
        known = call.told or call.status in ("in_progress", *_ENDED) or is_asked
        if call.has_begun or not known:
            return
        call.has_begun = True
        self._is_apart = self._has_said
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

    def _said(self, text: str) -> Iterator[CliEvent]:
        if text and text not in self._dialect.asides:
            apart = "\n\n" if self._is_apart else ""
            self._has_said, self._is_apart = True, False
            self.has_words = self.has_words or not text.isspace()
            yield TextGrew(text=apart + text)


def _exit_code(output: Any) -> int | None:
    inner = object_of(output.get("metadata"))
    return count_of(output.get("exit_code")) or count_of(inner.get("exit"))
