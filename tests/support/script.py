"""What a stand-in's model says to a request, before any dialect has its word.

So the same scenario plays in each of the four: thinking when asked for, calls of offered tools,
what those gave back told in the next answer, refusals, and answers that ran out of tokens.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from tests.support import tool_choice
from tests.support.answers import Answer, Ending

Schemas = Mapping[str, Mapping[str, Any]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Call:
    id: str
    """Without a vendor's prefix."""
    name: str
    arguments: Mapping[str, object]

    @property
    def text(self) -> str:
        return json.dumps(self.arguments)


@dataclass(frozen=True, slots=True, kw_only=True)
class Said:
    thinking: str | None
    text: str
    calls: tuple[Call, ...]
    ending: Ending

    @property
    def refusal(self) -> str | None:
        return self.text if self.ending == "refusal" else None


def said(
    answer: Answer, offered: Schemas, told: Sequence[str] | None, thinks: bool, number: int
) -> Said:
    """`told` is what the newest tool results say; None where the last turn brings none."""
    if answer.steps and answer.steps[0][0] in offered:
        step = Call(
            id=f"stub{number:06d}", name=answer.steps[0][0], arguments=answer.steps.popleft()[1]
        )
        return Said(thinking=None, text="", calls=(step,), ending="end")
    may_call = (told is None or answer.calls_again) and answer.ending == "end"
    calls = _calls(answer, offered, number) if may_call else ()
    if calls:
        text = answer.words_before_calls
    else:
        text = answer.text if told is None else f"The tool said: {' and '.join(told)}"
    thinking = answer.thinking if thinks else None
    return Said(thinking=thinking, text=text, calls=calls, ending=answer.ending)


def _calls(answer: Answer, offered: Schemas, number: int) -> tuple[Call, ...]:
    named = answer.call_named if answer.call_named in offered else None
    first = named or tool_choice.choose(list(offered)) if answer.call_tools else None
    if first is None:
        return ()
    names = [first, *(name for name in offered if name != first)]
    return tuple(
        _call(names[at % len(names)], offered, answer, number, at) for at in range(answer.calls)
    )


def _call(name: str, offered: Schemas, answer: Answer, number: int, at: int) -> Call:
    given = answer.tool_input or tool_choice.sample_input(name, offered[name])
    if at:
        given = {key: v + at if type(v) is int else v for key, v in given.items()}
    return Call(id=f"stub{number:06d}{'' if at == 0 else at}", name=name, arguments=given)
