"""What the practice provider plays: from a model name and a request to an answer, as plain values.

How it looks on the wire is made in practice_anthropic and practice_openai; time passes in
practice. The provider's count of tokens is the rule stated in `wire/tokens.py`, four bytes of text
a token, for prompts and answers alike.
"""

import re
from collections.abc import Callable, Iterator, Mapping
from enum import StrEnum
from types import MappingProxyType
from typing import Any

import orjson

from llmgw_desktop.domain.provider import PRACTICE_PREFIX
from llmgw_desktop.domain.values import value
from llmgw_desktop.engine.upstream.practice_arguments import arguments_for
from llmgw_desktop.wire.tokens import text_tokens

LONG_BYTES = 1 << 20

_STEP_CHARACTERS = 48
_LONG_STEP = 1024
_LONGEST_QUOTE = 20_000
_MOST_WORDS = 5000
_WORD = re.compile(r"\S+\s*")
_SLOW_TEXT = (
    "Yes, this is on. The practice provider inside your gateway is answering, one word at a time, "
    "so that you can watch a stream arrive. Nothing has left this computer and nothing was spent. "
    "Set a real client up when you are ready."
)
_BROKEN_TEXT = (
    "This answer begins like any other, and then, as the name of the model says, it does not go on "
    "to its end."
)
_FAULTS = {
    401: "invalid x-api-key",
    429: "This request would exceed the rate limit. Try again in a second.",
    500: "Internal server error",
    529: "Overloaded",
}


class ScriptEnding(StrEnum):
    """How the body of an answer ends."""

    WHOLE = "whole"
    CUT = "cut"
    STALL = "stall"


@value
class OfferedTool:
    """A tool that the request offers."""

    name: str
    schema: object


@value
class ScriptTurn:
    """What is looked at in a request."""

    user_text: str
    """The last text that the user said; empty when there is none."""
    tool: OfferedTool | None
    """The one to call: the first offered, or the one that the request insists on."""
    tool_result: str | None
    """What tools have answered since the model's last word."""
    input_tokens: int
    marks_cache: bool = False
    """The request marks parts for caching; nothing is ever cached here, and then it says so."""
    wants_usage: bool = True
    """A stream's usage is asked for."""


@value
class ScriptToolCall:
    name: str
    arguments: str
    """JSON."""


@value
class Script:
    """An answer: thinking, then text or a tool call."""

    text: str = ""
    thinking: str = ""
    tool_call: ScriptToolCall | None = None
    step: int | None = _STEP_CHARACTERS
    """Characters in each piece of a stream; None is word by word."""
    is_paced: bool = False
    ending: ScriptEnding = ScriptEnding.WHOLE

    @property
    def output_tokens(self) -> int:
        arguments = self.tool_call.arguments if self.tool_call else ""
        return text_tokens(self.text) + self.thinking_tokens + text_tokens(arguments)

    @property
    def thinking_tokens(self) -> int:
        return text_tokens(self.thinking)

    def pieces(self, text: str) -> Iterator[str]:
        if self.step is None:
            return (found[0] for found in _WORD.finditer(text))
        return (text[at : at + self.step] for at in range(0, len(text), self.step))


@value
class Fault:
    """A refusal."""

    status: int
    message: str


@value
class Stamp:
    """What makes one answer different from the next."""

    id: str
    """Only letters and digits."""
    model: str
    created_s: int


def script_for(model: str, turn: ScriptTurn) -> Script | Fault:
    """What this model answers to this request."""
    if model not in MODEL_NAMES:
        names = ", ".join(MODEL_NAMES)
        unknown = f"There is no practice model '{model[:80]}'. There are: {names}."
        return Fault(status=404, message=unknown)
    name = model.removeprefix(PRACTICE_PREFIX)
    if name.startswith("fault-"):
        status = int(name.removeprefix("fault-"))
        return Fault(status=status, message=f"{_FAULTS[status]} (practice, as the name asks for)")
    return _PLAYS[name](turn)


def texts_in(content: object) -> list[str]:
    """The texts of a message's content, which is a text or a list of blocks, in both dialects."""
    if isinstance(content, str):
        return [content] if content else []
    if not isinstance(content, list):
        return []
    texts = [block.get("text") for block in content if isinstance(block, dict)]
    return [text for text in texts if isinstance(text, str) and text]


def messages_of(fields: Mapping[str, Any]) -> list[dict[str, Any]]:
    """The messages, newest first."""
    messages = fields.get("messages")
    if not isinstance(messages, list):
        return []
    return [message for message in reversed(messages) if isinstance(message, dict)]


def last_user_text(fields: Mapping[str, Any]) -> str:
    """The last text block of the last user message that has one: coding agents put what they
    want remembered in blocks before it."""
    for message in messages_of(fields):
        texts = texts_in(message.get("content")) if message.get("role") == "user" else []
        if texts:
            return texts[-1]
    return ""


def _echo(turn: ScriptTurn) -> str:
    return turn.user_text or "There is no text of a user to echo."


def _thoughts(user_text: str) -> str:
    return (
        f"The user said {len(user_text)} characters. A practice model has nothing to think about, "
        f"so it shows what thinking looks like and repeats them."
    )


def _tools_script(turn: ScriptTurn) -> Script:
    if turn.tool_result is not None:
        return Script(text=f"The tool answered:\n{turn.tool_result[:_LONGEST_QUOTE]}")
    if turn.tool is None:
        return Script(text="No tool was offered, so there is none to call.")
    arguments = orjson.dumps(arguments_for(turn.tool.schema)).decode()
    return Script(tool_call=ScriptToolCall(name=turn.tool.name, arguments=arguments))


def _slow_text(user_text: str) -> str:
    """A number as the user's text says how many words are wanted."""
    asked = user_text.strip()
    is_number = asked.isascii() and asked.isdigit() and len(asked) <= 4
    if not is_number or not 0 < int(asked) <= _MOST_WORDS:
        return _SLOW_TEXT
    words = _SLOW_TEXT.split()
    return " ".join(words[number % len(words)] for number in range(int(asked)))


def _long_text() -> str:
    line = "The practice provider fills this line so that an answer becomes long enough.\n"
    return (line * (LONG_BYTES // len(line) + 1))[:LONG_BYTES]


_PLAYS: Mapping[str, Callable[[ScriptTurn], Script]] = MappingProxyType(
    {
        "echo": lambda turn: Script(text=_echo(turn)),
        "slow": lambda turn: Script(text=_slow_text(turn.user_text), step=None, is_paced=True),
        "tools": _tools_script,
        "thinking": lambda turn: Script(text=_echo(turn), thinking=_thoughts(turn.user_text)),
        "long": lambda turn: Script(text=_long_text(), step=_LONG_STEP),
        "cut": lambda turn: Script(text=_BROKEN_TEXT, step=None, ending=ScriptEnding.CUT),
        "stall": lambda turn: Script(text=_BROKEN_TEXT, step=None, ending=ScriptEnding.STALL),
    }
)

MODEL_NAMES = tuple(
    PRACTICE_PREFIX + name for name in (*_PLAYS, *(f"fault-{status}" for status in _FAULTS))
)
