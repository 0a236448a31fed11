"""Conversations as coding agents have them, in any dialect, and a vendor's cache that answers with
the figures that a real one would."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, field, replace

from llmgw_desktop.domain.flights.cache_kin import CacheHabits, PrintedFlight, habits_of
from llmgw_desktop.domain.flights.flight import FlightRecord
from llmgw_desktop.domain.flights.prompt_print import unpacked
from llmgw_desktop.domain.model.content import CacheMark, Role, Text, ToolCall, ToolResult, Turn
from llmgw_desktop.domain.model.prompt import Prompt, Tool
from llmgw_desktop.domain.provider import ModelProtocol, ProviderKind
from llmgw_desktop.domain.usage import Usage
from llmgw_desktop.engine.prompt_cache.fingerprints import print_cell
from llmgw_desktop.engine.translation.translation import codec_of
from llmgw_desktop.wire.translate.codec import PromptTarget
from llmgw_desktop.wire.translate.losses import LossReport
from tests.support.made_flights import summary

KEY = b"k" * 32
DIALECTS = {
    ModelProtocol.ANTHROPIC: (ProviderKind.ANTHROPIC, "claude-sonnet-4-5"),
    ModelProtocol.OPENAI_CHAT: (ProviderKind.OPENAI, "gpt-6"),
    ModelProtocol.OPENAI_RESPONSES: (ProviderKind.OPENAI, "gpt-6"),
    ModelProtocol.GEMINI: (ProviderKind.GOOGLE, "gemini-3-flash"),
}
WORDS = "A gateway stands between programs and models, and tells what each of them did. " * 12
MARK = CacheMark()
_UNASKED = re.compile(rb',"cache_control":\{[^}]*\}')
"""A mark that the codec sets where nobody asked for one."""


def tool(number: int, **changes: object) -> Tool:
    made = Tool(
        name=f"tool_{number}",
        description=f"Tool {number}. {WORDS}",
        schema={
            "type": "object",
            "properties": {
                "path": {"type": "string", "description": f"Where {number} looks."},
                "mode": {"type": "string", "enum": ["read", "write"]},
            },
            "required": ["path"],
        },
    )
    return replace(made, **changes)  # type: ignore[arg-type]


def conversation(turns: int = 11) -> Prompt:
    """An odd number: the last word is the person's."""
    said: list[Turn] = [Turn(role=Role.SYSTEM, items=system_items())]
    said += [_turn(at) for at in range(turns)]
    return Prompt(
        model="m",
        turns=tuple(said),
        tools=tuple(tool(at) for at in range(14)),
        max_tokens=1000,
        cache_key="session-1",
    )


def system_items() -> tuple[Text, ...]:
    return (
        Text(text=f"You are a coding agent. {WORDS * 3}", cache=MARK),
        Text(text=f"The folder is /home/user/project. {WORDS * 2}", cache=MARK),
    )


def _turn(at: int) -> Turn:
    if at % 4 == 1:
        arguments = f'{{"path":"file{at}.py"}}'
        call = ToolCall(id=f"call_{at}", name="tool_3", arguments=arguments)
        return Turn(role=Role.ASSISTANT, items=(Text(text=f"I look, step {at}."), call))
    if at % 4 == 2:
        found = (Text(text=f"Found at {at}: {WORDS}"),)
        return Turn(
            role=Role.USER,
            items=(ToolResult(call_id=f"call_{at - 1}", items=found, name="tool_3"),),
        )
    role = Role.USER if at % 2 == 0 else Role.ASSISTANT
    return Turn(role=role, items=(Text(text=f"Message {at}. {WORDS}"),))


def marked(prompt: Prompt) -> Prompt:
    """The last message marked, as agents do."""
    last = prompt.turns[-1]
    item = last.items[-1]
    if getattr(item, "cache", MARK) is not None and not hasattr(item, "cache"):
        return prompt
    changed: dict[str, object] = {"cache": MARK}
    items = (*last.items[:-1], replace(item, **changed))  # type: ignore[arg-type]
    return replace(prompt, turns=(*prompt.turns[:-1], replace(last, items=items)))


def body_of(prompt: Prompt, protocol: ModelProtocol) -> bytes:
    kind, model = DIALECTS[protocol]
    target = PromptTarget(protocol=protocol, kind=kind, model=model)
    return codec_of(protocol).write_prompt(prompt, target, LossReport()).body


@dataclass
class Vendor:
    """Remembers beginnings, as its kind does: where they are marked, or all of each prompt."""

    protocol: ModelProtocol
    kept: list[tuple[str, str, float, float]] = field(default_factory=list)
    """(account and model, beginning, until when, from when on)."""

    @property
    def habits(self) -> CacheHabits:
        kind, model = DIALECTS[self.protocol]
        return habits_of(kind, self.protocol, model)

    def answer(self, prompt: Prompt, at_s: float, *, who: str, forgets: bool = False) -> Usage:
        """`forgets`: it misses by a fault of its own."""
        whole, places = _rendered(prompt)
        self.kept = [each for each in self.kept if each[2] > at_s]
        tokens = len(whole) // 4
        is_large = tokens >= (self.habits.least_tokens or 0)
        usable = [each[1] for each in self.kept if each[0] == who and each[3] <= at_s]
        if self.protocol is ModelProtocol.ANTHROPIC:
            found = [each for each in usable if self._reaches(whole, places, each)]
            read = max(map(len, found), default=0) // 4
            ends = [end for end, mark in places if mark is not None]
            written = max(ends, default=0) // 4 - read
            new = [whole[:end] for end in ends]
        else:
            read = max((_common(whole, each) for each in usable), default=0) // 4
            read -= read % self.habits.step_tokens
            written, new = 0, [whole]
        if forgets or not is_large or read < 1024 <= (self.habits.least_tokens or 0):
            written, read = written + read, 0
        if not is_large:
            return Usage(
                input_tokens=tokens,
                output_tokens=9,
                cache_read_tokens=0,
                cache_write_tokens=0 if self.habits.is_marked else None,
            )
        keeps_s = self.habits.kept_s[0] if self.habits.kept_s else 300.0
        self.kept += [(who, each, at_s + 1 + keeps_s, at_s + 1) for each in new]
        return Usage(
            input_tokens=tokens,
            output_tokens=9,
            cache_read_tokens=read,
            cache_write_tokens=max(written, 0) if self.habits.is_marked else None,
        )

    def _reaches(self, whole: str, places: list[tuple[int, object]], beginning: str) -> bool:
        """From a mark it looks back over twenty blocks."""
        if not whole.startswith(beginning):
            return False
        ends = [end for end, _ in places]
        if len(beginning) not in ends:
            return False
        at = ends.index(len(beginning))
        marks = [i for i, (_, mark) in enumerate(places) if mark is not None]
        return any(0 <= i - at <= 20 for i in marks)


def _rendered(prompt: Prompt) -> tuple[str, list[tuple[int, object]]]:
    """The prompt as one text, and where each block of it ends, with its mark."""
    text, places = "", list[tuple[int, object]]()
    said = (prompt.tool_choice, prompt.reasoning, prompt.output, prompt.cache_key)
    for each in prompt.tools:
        text += repr(replace(each, cache=None))  # type: ignore[arg-type, call-arg]
        places.append((len(text), each.cache))  # type: ignore[union-attr]
    for at, turn in enumerate(prompt.turns):
        if at == 1:
            text += repr(said)
        for item in turn.items:
            bare = replace(item, cache=None) if hasattr(item, "cache") else item  # type: ignore[call-arg, arg-type]
            text += f"{turn.role}{bare!r}"
            places.append((len(text), getattr(item, "cache", None)))
    return text, places


def _common(one: str, other: str) -> int:
    low, high = 0, min(len(one), len(other))
    while low < high:
        middle = (low + high + 1) // 2
        if one[:middle] == other[:middle]:
            low = middle
        else:
            high = middle - 1
    return low


@dataclass
class Session:
    """Requests to one vendor, each with its print as the recorder makes it."""

    protocol: ModelProtocol
    at_s: float = 0.0
    flights: list[PrintedFlight] = field(default_factory=list)
    vendor: Vendor = field(init=False)

    def __post_init__(self) -> None:
        self.vendor = Vendor(self.protocol)

    def ask(
        self,
        prompt: Prompt,
        *,
        after_s: float = 20.0,
        forgets: bool = False,
        is_marked: bool = True,
        told: Callable[[Usage], Usage] = lambda usage: usage,
        **changes: object,
    ) -> PrintedFlight:
        """`changes`: of the flight, such as its account."""
        self.at_s += after_s
        prompt = marked(prompt) if is_marked else prompt
        model = DIALECTS[self.protocol][1]
        facts: dict[str, object] = {
            "protocol": self.protocol,
            "upstream_protocol": self.protocol,
            "provider": "vendor",
            "account": "vendor",
            "model_asked": model,
            "model_served": model,
            "ttft_ms": 1000.0,
        } | changes
        who = f"{facts['account']} {facts['model_served']}"
        usage = told(self.vendor.answer(prompt, self.at_s, who=who, forgets=forgets))
        number = len(self.flights)
        flight = replace(
            summary(number, **facts), started_at_s=summary(0).started_at_s + self.at_s, usage=usage
        )
        body = body_of(prompt, self.protocol)
        if not any(mark for _, mark in _rendered(prompt)[1]):
            body = _UNASKED.sub(b"", body)
        record = FlightRecord(summary=flight, request_body=body)
        cell = print_cell(record, KEY)
        assert cell is not None
        made = unpacked(cell[1])
        assert made is not None
        printed = PrintedFlight(flight=flight, made=made)
        self.flights.append(printed)
        return printed
