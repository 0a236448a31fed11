"""The events of a run as steps in few words."""

from dataclasses import dataclass, replace
from typing import Any

from llmgw_desktop.domain.cli import (
    CliEvent,
    Retrying,
    RunEnded,
    TextGrew,
    ThinkingGrew,
    ToolBegan,
    ToolEnded,
    Warned,
)

_LONGEST = 200
_VERBS = {"output": "wrote", "reasoning": "thought"}
"""Of what grows: so many characters."""


@dataclass(frozen=True, slots=True)
class Step:
    """`since` is the number of its first event, `seq` that of its last."""

    seq: int
    since: int
    phase: str
    kind: str
    message: str
    chars: int = 0

    def grown(self, more: "Step") -> "Step | None":
        """Both as one; None where they are not alike."""
        if not more.chars or more.kind != self.kind:
            return None
        chars = self.chars + more.chars
        return replace(self, seq=more.seq, chars=chars, message=_wrote(self.kind, chars))

    def told(self) -> dict[str, Any]:
        return {
            "seq": self.seq,
            "phase": self.phase,
            "kind": self.kind,
            "source": "gateway" if self.kind == "terminal" else "provider",
            "message": self.message,
        }


class StepMaker:
    """Knows which tools are at work."""

    def __init__(self) -> None:
        self._tools: dict[str, str] = {}

    def step(self, event: CliEvent, number: int) -> Step | None:
        """None for what nobody who follows needs to know."""
        if isinstance(event, TextGrew | ThinkingGrew):
            return _growth(event, number)
        said = self._said(event)
        if said is None:
            return None
        phase, kind, message = said
        return Step(number, number, phase, kind, _line(message))

    def _said(self, event: CliEvent) -> tuple[str, str, str] | None:
        said: tuple[str, str, str] | None = None
        match event:
            case ToolBegan(call_id=call_id, name=name, summary=summary):
                self._tools[call_id] = name
                said = "tool", "tool_start", f"{name} {summary}"
            case ToolEnded(call_id=call_id, ok=ok):
                name = self._tools.pop(call_id, "a tool")
                said = ("tool", "tool_error", f"{name} failed") if ok is False else None
            case Retrying(reason=reason):
                said = "starting", "lifecycle", f"once more: {reason}"
            case Warned(message=message):
                said = "writing", "activity", message
            case RunEnded(ok=ok, error=error):
                said = ("completed" if ok else "failed"), "terminal", error or "ended"
        return said


def _growth(event: TextGrew | ThinkingGrew, number: int) -> Step | None:
    phase, kind = (
        ("writing", "output") if isinstance(event, TextGrew) else ("thinking", "reasoning")
    )
    chars = len(event.text)
    return Step(number, number, phase, kind, _wrote(kind, chars), chars) if chars else None


def _wrote(kind: str, chars: int) -> str:
    return f"{_VERBS[kind]} {chars} character{'' if chars == 1 else 's'}"


def _line(words: str) -> str:
    line = " ".join(words.split())
    return line if len(line) <= _LONGEST else f"{line[: _LONGEST - 1]}…"
