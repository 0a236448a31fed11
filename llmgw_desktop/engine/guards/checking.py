"""How the words of one request are gone through: short ones on the loop, in slices, long ones in a
thread; and how what was hidden is shown again in the answer.

Read in with the first guards; a gateway without any does without.
"""

import asyncio
from collections.abc import Callable, Generator, Iterable, Mapping
from typing import Any

from typing_extensions import override

from llmgw_desktop.domain.guard import GuardAction, PromptBlocked, PromptRole
from llmgw_desktop.domain.model.prompt import ModelRequest
from llmgw_desktop.domain.provider import ModelProtocol
from llmgw_desktop.engine.exchange.caller import Caller, CallerBehind, HeaderLines
from llmgw_desktop.engine.guards.masking import Masker
from llmgw_desktop.engine.guards.rules import Selection
from llmgw_desktop.engine.guards.scanning import PromptScan
from llmgw_desktop.engine.loop.large_bodies import TimeSlices
from llmgw_desktop.wire.guards.placeholders import Placeholders, answer_in_steps
from llmgw_desktop.wire.guards.prompt_parts import PromptPart, count_strings, parts_of
from llmgw_desktop.wire.guards.streams import UnmaskedStream
from llmgw_desktop.wire.json_strings import (
    Decoded,
    JsonString,
    decoded_in_steps,
    edited_in_steps,
    in_steps,
)
from llmgw_desktop.wire.json_strings import strings_in as count_in

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

_Take = Callable[[PromptPart, Decoded], None]


def look_at_texts(selection: Selection, texts: Iterable[tuple[PromptRole, str]]) -> PromptScan:
    """Of what is said to a CLI. May take a while: in a thread."""
    look = PromptScan(selection)
    for role, text in texts:
        look.take(PromptPart(role, 0, text), text.encode("utf-8", "replace"))
    look.end()
    return look


async def looked_through(look: PromptScan, request: ModelRequest, slices: TimeSlices) -> Any:
    """The tree of the body, where one was needed. Raises PromptBlocked, MalformedRequest."""
    body, fields = request.body, request.fields
    if type(fields) is dict and is_light(body) and is_plain(body, fields):
        parts = (part for part in parts_of(fields) if part is not None)
        texts = [(part, str(part.words).encode("utf-8", "replace")) for part in parts]
        if not any(_is_long(text) for _, text in texts):
            for part, text in texts:
                look.take(part, text)
            look.end()
            return None
    tree = await slices.run(in_steps(body))
    await _each(tree, lambda part, said: look.take(part, said.text), slices)
    if look.has_allowed:
        await asyncio.to_thread(look.end)
    else:
        look.end()
    return tree


async def hidden(
    selection: Selection, body: bytes, tree: Any, key: bytes, *, slices: TimeSlices
) -> tuple[bytes, Mapping[bytes, bytes]]:
    """(The body as it may leave, what its placeholders stand for), with what is blocked hidden,
    too: it is for the record alone. Raises PromptBlocked."""
    if tree is None:
        tree = await slices.run(in_steps(body))
    masker = Masker(selection, key, (GuardAction.MASK, GuardAction.BLOCK))
    await _each(tree, masker.gather, slices)
    if len(masker.values) > _FEW_VALUES:
        await asyncio.to_thread(masker.get_ready)
    else:
        masker.get_ready()
    await _each(tree, masker.hide, slices)
    return await slices.run(edited_in_steps(body, masker.edits)), masker.values


def is_light(body: bytes) -> bool:
    """Whether it may be looked through in one go."""
    return len(body) <= AT_ONCE_BYTES and body.count(_FOLDED_ESCAPE) <= _FEW_ESCAPES


def is_plain(body: bytes, fields: Mapping[str, Any]) -> bool:
    """The parsed members hold all that stands in the body: no name stands twice in an object."""
    return count_in(body) == count_strings(fields)


async def _each(tree: Any, take: _Take, slices: TimeSlices) -> None:
    """All parts, the long ones in a thread."""
    if long := await slices.run(_each_short(tree, take)):
        await asyncio.to_thread(_each_long, long, take)


def _each_long(long: list[tuple[PromptPart, Decoded]], take: _Take) -> None:
    for part, said in long:
        take(part, said)


def _each_short(tree: Any, take: _Take) -> Generator[None, None, list[tuple[PromptPart, Decoded]]]:
    long: list[tuple[PromptPart, Decoded]] = []
    if not isinstance(tree, dict):
        return long
    for part in parts_of(tree):
        if part is not None and isinstance(part.words, JsonString):
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


_HEAVY_BYTES = 32 * 1024


class Unmasking(CallerBehind):
    """Of one request."""

    def __init__(
        self,
        caller: Caller,
        values: Mapping[bytes, bytes],
        protocol: ModelProtocol,
        slices: TimeSlices,
    ) -> None:
        super().__init__(caller)
        self._placeholders = Placeholders(values)
        self._protocol = protocol
        self._slices = slices
        self._stream: UnmaskedStream | None = None

    @override
    async def reply(self, status: int, headers: HeaderLines, body: bytes) -> None:
        if self._placeholders.may_concern(body):
            body = await self._taken(len(body), answer_in_steps(body, self._placeholders))
        await super().reply(status, headers, body)

    @override
    async def begin(self, status: int, headers: HeaderLines) -> None:
        self._stream = UnmaskedStream(self._protocol, self._placeholders)
        await super().begin(status, headers)

    @override
    async def write(self, chunk: bytes) -> None:
        stream = self._stream
        if stream is None:
            await super().write(chunk)
        elif told := await self._taken(len(chunk), stream.feed_in_steps(bytes(chunk))):
            await super().write(told)

    @override
    async def end(self) -> None:
        if self._stream is not None and (rest := self._stream.finish()):
            await super().write(rest)
        await super().end()

    async def _taken(self, size: int, steps: Generator[None, None, bytes]) -> bytes:
        if size > _HEAVY_BYTES:
            return await self._slices.run(steps)
        while True:
            try:
                next(steps)
            except StopIteration as end:
                told: bytes = end.value
                return told
