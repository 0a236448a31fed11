"""How the words of one request are gone through: short ones on the loop, in turns, long ones in a
thread. Read in with the first guards; a gateway without any does without.
"""

import asyncio
from collections.abc import Callable, Generator, Iterable, Mapping
from typing import Any

from llmgw_desktop.domain.guard import GuardAction, PromptBlocked, PromptRole
from llmgw_desktop.domain.model_request import ModelRequest
from llmgw_desktop.engine.guards.looking import Look
from llmgw_desktop.engine.guards.masking import Masker
from llmgw_desktop.engine.guards.rules import Selection
from llmgw_desktop.engine.turns import Turns
from llmgw_desktop.wire.json_strings import (
    Decoded,
    Text,
    decoded_in_steps,
    edited_in_steps,
    in_steps,
)
from llmgw_desktop.wire.json_strings import strings_in as count_in
from llmgw_desktop.wire.prompt_parts import Part, count_strings, parts_of

AT_ONCE_BYTES = 16 * 1024
"""A request up to this is looked through in one go."""
_LONG_BYTES = 8 * 1024
"""A text from this on is looked through in a thread: full of hits it takes milliseconds."""
_LONG_FOLDED_BYTES = 512
"""So is one from this on that may be JSON with strings within: each of them is a text."""
_FOLDED_ESCAPE = rb"\\\\"
_FEW_ESCAPES = 40
"""A short request with so many in its strings' strings is looked through in one go."""
_FEW_VALUES = 50

_Take = Callable[[Part, Decoded], None]


def look_at_texts(selection: Selection, texts: Iterable[tuple[PromptRole, str]]) -> Look:
    """Of what is said to a CLI. May take a while: in a thread."""
    look = Look(selection)
    for role, text in texts:
        look.take(Part(role, 0, text), text.encode("utf-8", "replace"))
    look.end()
    return look


async def looked_through(look: Look, request: ModelRequest, turns: Turns) -> Any:
    """The tree of the body, where one was needed. Raises PromptBlocked, MalformedRequest."""
    body, fields = request.body, request.fields
    if type(fields) is dict and is_light(body) and is_plain(body, fields):
        for part in parts_of(fields):
            if part is not None:
                look.take(part, str(part.words).encode("utf-8", "replace"))
        look.end()
        return None
    tree = await turns.take(in_steps(body))
    await _each(tree, lambda part, said: look.take(part, said.text), turns)
    if look.has_allowed:
        await asyncio.to_thread(look.end)
    else:
        look.end()
    return tree


async def hidden(
    selection: Selection, body: bytes, tree: Any, key: bytes, turns: Turns
) -> tuple[bytes, Mapping[bytes, bytes]]:
    """(The body as it may leave, what its placeholders stand for), with what is blocked hidden,
    too: it is for the record alone. Raises PromptBlocked."""
    if tree is None:
        tree = await turns.take(in_steps(body))
    masker = Masker(selection, key, (GuardAction.MASK, GuardAction.BLOCK))
    await _each(tree, masker.gather, turns)
    if len(masker.values) > _FEW_VALUES:
        await asyncio.to_thread(masker.get_ready)
    else:
        masker.get_ready()
    await _each(tree, masker.hide, turns)
    return await turns.take(edited_in_steps(body, masker.edits)), masker.values


def is_light(body: bytes) -> bool:
    """Whether it may be looked through in one go."""
    return len(body) <= AT_ONCE_BYTES and body.count(_FOLDED_ESCAPE) <= _FEW_ESCAPES


def is_plain(body: bytes, fields: Mapping[str, Any]) -> bool:
    """The parsed members hold all that stands in the body: no name stands twice in an object."""
    return count_in(body) == count_strings(fields)


async def _each(tree: Any, take: _Take, turns: Turns) -> None:
    """All parts, the long ones in a thread."""
    if long := await turns.take(_each_short(tree, take)):
        await asyncio.to_thread(_each_long, long, take)


def _each_long(long: list[tuple[Part, Decoded]], take: _Take) -> None:
    for part, said in long:
        take(part, said)


def _each_short(tree: Any, take: _Take) -> Generator[None, None, list[tuple[Part, Decoded]]]:
    long: list[tuple[Part, Decoded]] = []
    if not isinstance(tree, dict):
        return long
    for part in parts_of(tree):
        if part is not None and isinstance(part.words, Text):
            said = yield from decoded_in_steps(part.words)
            if _is_long(said.text):
                long.append((part, said))
            else:
                take(part, said)
        yield
    return long


def _is_long(text: bytes) -> bool:
    return len(text) > _LONG_BYTES or (len(text) > _LONG_FOLDED_BYTES and b"\\" in text)


def refuse_tokens(fields: Mapping[str, Any]) -> None:
    """Numbers in the place of words cannot be looked through."""
    for name in ("input", "prompt"):
        said = fields.get(name)
        first = said[0] if isinstance(said, list) and said else ""
        first = first[0] if isinstance(first, list) and first else first
        if isinstance(first, int):
            raise PromptBlocked(
                "The gateway's guards look through words, and this request sends tokens as "
                "numbers: send the text itself"
            )
