"""A TOML text cut into its tables, so that one can be changed while no byte of the others moves.

The text must be one that `tomllib` has accepted. What the changes are is left to
`toml_changes.py`.
"""

import re
import tomllib
from collections.abc import Iterator, Sequence
from typing import Any

from llmgw_desktop.domain.values import value

_PLACE = re.compile(r" \(at (?:line (\d+), column (\d+)|end of document)\)$")


class NotToml(Exception):
    """`str` says why; places are None where nothing tells them."""

    def __init__(self, reason: str, line: int | None = None, column: int | None = None) -> None:
        super().__init__(reason)
        self.line = line
        self.column = column


def read_toml(text: str) -> dict[str, Any]:
    """Raises NotToml."""
    text = text.replace("\r\n", "\n")
    try:
        return tomllib.loads(text)
    except RecursionError:
        raise NotToml("is nested too deeply") from None
    except ValueError as error:
        # tomllib.TOMLDecodeError, and what int() says of a number with thousands of digits
        message = str(error)
        place = _PLACE.search(message)
        if place is None:
            raise NotToml(f"not valid TOML: {message}") from error
        line, column = place.groups()
        raise NotToml(
            f"not valid TOML: {message[: place.start()]}",
            int(line) if line else text.count("\n") + 1,
            int(column) if column else None,
        ) from error


Address = tuple[str | int, ...]
"""Of a table; elements of lists have their index in it."""

_TOKEN = re.compile(
    r'"""(?:[^\\]|\\.)*?"{3,5}|' + r"'''.*?'{3,5}|" + r'"(?:[^"\\\n]|\\.)*"|' + r"'[^'\n]*'|"
    r"#[^\n]*|[\[\]{}]|\n",
    re.DOTALL,
)


@value
class Block:
    """One table with the words above and below it; what stands before the first has no address."""

    address: Address = ()
    names: tuple[str, ...] = ()
    """The address as the header has it, without indices."""
    head: str = ""
    """Comments right above the header: they belong to the table and go where it goes."""
    text: str = ""
    """The header, the settings, and comments among and right below them."""
    tail: str = ""
    """Blank lines, and comments that stand by themselves: they stay where they are."""


def cut(text: str) -> list[Block]:
    """The blocks in their order; the first is what comes before any header."""
    parts: list[list[str]] = [[]]
    for statement in _statements(text):
        if statement.lstrip().startswith("["):
            parts.append([])
        parts[-1].append(statement)
    counts: dict[Address, int] = {}
    blocks, head = [], ""
    for number, part in enumerate(parts):
        is_last = number == len(parts) - 1
        own, next_head = (part, []) if is_last else _without_next_head(part, is_first=not number)
        names, address = _address(part[0], counts) if number else ((), ())
        end = _end_of_settings(own)
        blocks.append(
            Block(
                address=address,
                names=names,
                head=head,
                text="".join(own[:end]),
                tail="".join(own[end:]),
            )
        )
        head = "".join(next_head)
    return blocks


def joined(blocks: Sequence[Block]) -> str:
    return "".join(f"{block.head}{block.text}{block.tail}" for block in blocks)


def group(blocks: Sequence[Block], address: Address) -> list[int]:
    """Where the table stands, with the tables inside it; empty if it has no header of its own."""
    return [
        at
        for at, block in enumerate(blocks)
        if address and block.address[: len(address)] == address
    ]


def is_blank(text: str) -> bool:
    return not text.strip()


def _statements(text: str) -> Iterator[str]:
    at = 0
    while at < len(text):
        end = _end_of_statement(text, at)
        yield text[at:end]
        at = end


def _end_of_statement(text: str, at: int) -> int:
    depth = 0
    for token in _TOKEN.finditer(text, at):
        mark = token.group()
        if mark in ("[", "{"):
            depth += 1
        elif mark in ("]", "}"):
            depth -= 1
        elif mark == "\n" and depth <= 0:
            return token.end()
    return len(text)


def _without_next_head(part: list[str], *, is_first: bool) -> tuple[list[str], list[str]]:
    """Comments that open the file speak of all of it, not of its first table."""
    end = len(part)
    while end and part[end - 1].lstrip().startswith("#"):
        end -= 1
    return (part, []) if is_first and not end else (part[:end], part[end:])


def _end_of_settings(part: list[str]) -> int:
    end = 0
    for at, statement in enumerate(part, start=1):
        is_comment = statement.lstrip().startswith("#")
        follows = is_comment and at == end + 1 and end > 0
        if follows or not (is_comment or is_blank(statement)):
            end = at
    return end


def _address(header: str, counts: dict[Address, int]) -> tuple[tuple[str, ...], Address]:
    names = _names(tomllib.loads(header))
    address: Address = ()
    for name in names[:-1]:
        address = (*address, name)
        if address in counts:
            address = (*address, counts[address] - 1)
    address = (*address, names[-1])
    if header.lstrip().startswith("[["):
        counts[address] = counts.get(address, 0) + 1
        address = (*address, counts[address] - 1)
    return names, address


def _names(header: object) -> tuple[str, ...]:
    """Of a document that holds one header and nothing else."""
    if isinstance(header, list):
        return ()
    assert isinstance(header, dict)
    return tuple(name for key, inner in header.items() for name in (key, *_names(inner)))
