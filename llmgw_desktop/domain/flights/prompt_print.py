"""What a prompt consists of, as short keyed hashes: enough to tell later which part of two prompts
differs, and too little to tell what was said.

Parts stand in the order in which vendors read a prompt: tools, system, messages. A hash has four
bytes: by chance one change in four thousand million is not seen. Hashes under different keys cannot
be compared.
"""

import struct
from enum import StrEnum
from typing import Any

from llmgw_desktop.domain.values import value

HASH_BYTES = 4
LEAST_BYTES = 2048
"""Of a request's body. No vendor caches a prompt as short as what fits into fewer."""
VERSION = 1
"""Of the bytes below; those of another version are as good as none."""


class PromptSection(StrEnum):
    TOOLS = "tools"
    SYSTEM = "system"
    MESSAGES = "messages"


SECTIONS = tuple(PromptSection)
TOOL_MEMBERS = ("name", "description", "schema", "form")
"""What a tool has of its own; `form` is all else, such as `strict`."""
OPTIONS = (
    *("tool_choice", "thinking", "output_format", "prompt_cache_key", "service_tier"),
    "attribution",
)
"""Parameters on which vendors' caches depend, in the order of `PromptPrint.options`. The last is
the block that Claude Code puts before its system prompt: its own vendor passes over it."""


@value
class ToolPrint:
    members: tuple[bytes, ...]
    """In the order of TOOL_MEMBERS."""
    size: int
    """Bytes, about."""


@value
class TextPrint:
    """A block of the system prompt, or a message."""

    whole: bytes
    size: int
    """Bytes, about."""
    head: bytes = b""
    """Of its beginning and of its end, so that a changed block is still known; empty for messages
    and for short ones."""
    tail: bytes = b""
    blocks: int = 1
    """Of which a message consists: a vendor looks back over so many."""


@value
class PrintMark:
    """A place up to which the caller wants the prompt cached."""

    section: PromptSection
    index: int
    """Of the part in its section."""
    block: int
    """In the part."""
    ttl_s: int


@value
class PromptPrint:
    tools: tuple[ToolPrint, ...] = ()
    system: tuple[TextPrint, ...] = ()
    messages: tuple[TextPrint, ...] = ()
    options: tuple[bytes, ...] = (b"",) * len(OPTIONS)
    """Empty where nothing was said."""
    marks: tuple[PrintMark, ...] = ()
    continues: bool = False
    """It goes on from an answer that the vendor keeps: what stands before is not in it."""

    @property
    def opening(self) -> int:
        """The same for every request of a conversation: its first message, as a signed number.
        0 where nothing was said."""
        first = self.messages[0].whole if self.messages else b""
        return int.from_bytes(first, "big", signed=True)

    @property
    def base_size(self) -> int:
        return sum(each.size for each in self.tools) + sum(each.size for each in self.system)

    @property
    def size(self) -> int:
        return self.base_size + sum(each.size for each in self.messages)


# As bytes: a head of counts, then rows of one length: 9 bytes a message, 20 a tool.
_HEAD = struct.Struct(">BBHHHB")
_TOOL = struct.Struct(f">{HASH_BYTES * len(TOOL_MEMBERS)}sI")
_BLOCK = struct.Struct(f">{HASH_BYTES}s{HASH_BYTES}s{HASH_BYTES}sI")
_MESSAGE = struct.Struct(f">{HASH_BYTES}sIB")
_MARK = struct.Struct(">BHHI")
_NOTHING = bytes(HASH_BYTES)
MOST_PARTS = 0xFFFF
MOST_BLOCKS = 0xFF
_MOST_MARKS, _MOST_SIZE = 0xFF, 0xFFFFFFFF


def packed(made: PromptPrint) -> bytes:
    """Raises ValueError for one with more parts than can be told."""
    if max(len(made.tools), len(made.system), len(made.messages)) > MOST_PARTS:
        raise ValueError("a prompt of more parts than are told")
    marks = made.marks[:_MOST_MARKS]
    counts = len(made.tools), len(made.system), len(made.messages)
    rows = [
        _HEAD.pack(VERSION, int(made.continues), *counts, len(marks)),
        *(each or _NOTHING for each in made.options),
    ]
    rows += [_TOOL.pack(b"".join(each.members), _bound(each.size)) for each in made.tools]
    rows += [
        _BLOCK.pack(each.whole, each.head, each.tail, _bound(each.size)) for each in made.system
    ]
    rows += [
        _MESSAGE.pack(each.whole, _bound(each.size), min(each.blocks, MOST_BLOCKS))
        for each in made.messages
    ]
    rows += [
        _MARK.pack(
            SECTIONS.index(each.section), each.index, min(each.block, MOST_PARTS), each.ttl_s
        )
        for each in marks
    ]
    return b"".join(rows)


def unpacked(cell: bytes) -> PromptPrint | None:
    """None for those of another version. Raises ValueError for what we did not write."""
    try:
        version, flags, tools, system, messages, marks = _HEAD.unpack_from(cell)
        if version != VERSION:
            return None
        at = _HEAD.size
        options = [
            cell[at + HASH_BYTES * i : at + HASH_BYTES * (i + 1)] for i in range(len(OPTIONS))
        ]
        at += HASH_BYTES * len(OPTIONS)
        rows: list[list[tuple[Any, ...]]] = []
        for form, count in ((_TOOL, tools), (_BLOCK, system), (_MESSAGE, messages), (_MARK, marks)):
            rows.append(list(form.iter_unpack(cell[at : at + form.size * count])))
            at += form.size * count
        if at != len(cell):
            raise ValueError("a print of another length")
        return _made(flags, options, rows)
    except (struct.error, IndexError) as error:
        raise ValueError(f"no print: {error}") from error


def _made(flags: int, options: list[bytes], rows: list[list[tuple[Any, ...]]]) -> PromptPrint:
    tools, system, messages, marks = rows
    step = HASH_BYTES
    return PromptPrint(
        tools=tuple(
            ToolPrint(
                members=tuple(joined[i : i + step] for i in range(0, len(joined), step)), size=size
            )
            for joined, size in tools
        ),
        system=tuple(
            TextPrint(
                whole=whole,
                size=size,
                head=b"" if head == _NOTHING else head,
                tail=b"" if tail == _NOTHING else tail,
            )
            for whole, head, tail, size in system
        ),
        messages=tuple(
            TextPrint(whole=whole, size=size, blocks=blocks) for whole, size, blocks in messages
        ),
        options=tuple(b"" if each == _NOTHING else each for each in options),
        marks=tuple(
            PrintMark(section=SECTIONS[section], index=index, block=block, ttl_s=ttl_s)
            for section, index, block, ttl_s in marks
        ),
        continues=bool(flags),
    )


def _bound(size: int) -> int:
    return min(size, _MOST_SIZE)
