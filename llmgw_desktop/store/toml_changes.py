"""Changes to a settings text: one table is set, added, removed or moved, and nothing else moves.

Within a table `tomlkit` keeps comments and spelling; around it the text is not even looked at. It
is read in with the first change, for most starts see none.
Whether the outcome is one that the program can use is left to `settings/editor.py`.
"""

import re
from collections.abc import Mapping, Sequence
from copy import deepcopy
from dataclasses import replace
from datetime import date
from typing import Any

from llmgw_desktop.domain.values import value
from llmgw_desktop.store.toml_blocks import Address, Block, cut, group, is_blank, joined

_Plain = str | int | float | bool | date
TomlValue = _Plain | Sequence[str] | Mapping[str, _Plain] | Sequence[Mapping[str, _Plain]]


class CannotChange(Exception):
    """The text is written in a way that is not changed by program; it says which part."""


@value
class SetKeys:
    """None removes a key. A table that is not there is made."""

    table: Address
    values: Mapping[str, TomlValue | None]


@value
class AddTable:
    """After the last of its kind; a table of a list where `is_element`."""

    table: Address
    values: Mapping[str, TomlValue]
    is_element: bool = False


@value
class RemoveTable:
    """With the tables inside it and the comments right above it."""

    table: Address


@value
class PasteTable:
    """A table that was removed, as it was written; it goes where `AddTable` would put it."""

    beside: Address
    text: str


@value
class MoveElement:
    """Within a list of tables; -1 is the last."""

    tables: Address
    at: int
    to: int


Change = SetKeys | AddTable | RemoveTable | PasteTable | MoveElement


def changed_text(text: str, change: Change) -> str:
    """Raises CannotChange, and KeyError or IndexError for a table that is not there."""
    blocks = cut(text)
    line_end = "\r\n" if "\r\n" in text.partition("\n")[0] + "\n" else "\n"
    match change:
        case SetKeys():
            blocks = _with_keys(blocks, change, line_end)
        case AddTable():
            beside = change.table[:2] if change.is_element else change.table[:1]
            blocks = _with_table(blocks, beside, _new_text(change, line_end), line_end)
        case PasteTable():
            blocks = _with_table(blocks, change.beside, change.text, line_end)
        case RemoveTable():
            blocks = _without_table(blocks, change.table)
        case MoveElement():
            blocks = _with_moved(blocks, change, line_end)
    return joined(blocks)


def changed_data(data: Mapping[str, Any], change: Change) -> dict[str, Any]:
    """What the text must mean afterwards. A paste is known by its text alone: nothing changes."""
    after = deepcopy(dict(data))
    match change:
        case SetKeys():
            table = _made(after, change.table)
            for key, value in change.values.items():
                table.pop(key, None)
                if value is not None:
                    table[key] = _plain(value)
        case AddTable(table=table, is_element=True):
            _made(after, table[:-1]).setdefault(table[-1], []).append(_plain(change.values))
        case AddTable():
            _made(after, change.table[:-1])[change.table[-1]] = _plain(change.values)
        case RemoveTable():
            del found(after, change.table[:-1])[change.table[-1]]
        case MoveElement():
            elements = found(after, change.tables)
            moved = elements.pop(change.at)
            elements.insert(change.to if change.to >= 0 else len(elements), moved)
        case PasteTable():
            pass
    return after


def found(data: Any, address: Address) -> Any:
    """What stands at this address. Raises KeyError or IndexError."""
    for step in address:
        data = data[step]
    return data


def table_text(text: str, address: Address) -> str:
    """The table as it is written, with its comments; empty where it has no header of its own."""
    blocks = cut(text)
    at = group(blocks, address)
    parts = [f"{blocks[each].head}{blocks[each].text}{blocks[each].tail}" for each in at[:-1]]
    last = f"{blocks[at[-1]].head}{blocks[at[-1]].text}" if at else ""
    return "".join(parts) + last


def _made(data: Any, address: Address) -> Any:
    for step in address:
        data = data.setdefault(step, {}) if isinstance(data, dict) else data[step]
    return data


def _plain(value: Any) -> Any:
    if isinstance(value, Mapping):
        return {key: _plain(inner) for key, inner in value.items()}
    if isinstance(value, Sequence) and not isinstance(value, str):
        return [_plain(inner) for inner in value]
    return value


def _with_keys(blocks: list[Block], change: SetKeys, line_end: str) -> list[Block]:
    import tomlkit

    for key in change.values:
        for at in reversed(group(blocks, (*change.table, key))):
            blocks = _removed(blocks, at)
    holder = _holder(blocks, change.table)
    if holder is None:
        values = {key: value for key, value in change.values.items() if value is not None}
        made = AddTable(table=change.table, values=values)
        return _with_table(blocks, change.table[:1], _new_text(made, line_end), line_end)
    block = blocks[holder]
    document = tomlkit.parse(_whole_lines(block.text, line_end))
    table = _inside(document, block, change.table)
    for key, wanted in change.values.items():
        if wanted is not None:
            table[key] = _item(wanted)
        elif key in table:
            del table[key]
    text = _with_line_ends(tomlkit.dumps(document), line_end)
    return [*blocks[:holder], replace(block, text=text), *blocks[holder + 1 :]]


def _holder(blocks: list[Block], address: Address) -> int | None:
    """The block in which the table is written: its own, or one that it is inside of."""
    import tomlkit

    fitting = [
        at for at, block in enumerate(blocks) if address[: len(block.address)] == block.address
    ]
    for at in sorted(fitting, key=lambda each: -len(blocks[each].address)):
        try:
            _inside(tomlkit.parse(blocks[at].text), blocks[at], address)
        except (KeyError, IndexError, TypeError):
            continue
        return at
    return None


def _inside(document: Any, block: Block, address: Address) -> Any:
    """The table at this address in a document that holds this block alone."""
    import tomlkit

    node = document
    for name in block.names:
        node = node[name]
        if isinstance(node, tomlkit.items.AoT):
            node = node[0]
    return found(node, address[len(block.address) :])


def _new_text(change: AddTable, line_end: str) -> str:
    import tomlkit

    names = [tomlkit.key(str(step)).as_string() for step in change.table if isinstance(step, str)]
    name = ".".join(names)
    header = f"[[{name}]]" if change.is_element else f"[{name}]"
    return written_lines(header, change.values, line_end)


def _with_table(blocks: list[Block], beside: Address, text: str, line_end: str) -> list[Block]:
    siblings = group(blocks, beside)
    at = siblings[-1] if siblings else len(blocks) - 1
    before, is_end = blocks[at], at == len(blocks) - 1
    tail = before.tail
    if not siblings:  # at the end of the file, behind all that is said there
        before, tail = replace(before, text=before.text + before.tail), ""
    text_before = _whole_lines(before.text, line_end)
    is_apart = not text_before or text_before.endswith(line_end * 2)
    before = replace(before, text=text_before, tail="" if is_apart else line_end)
    new = Block(text=text, tail=tail if is_end or tail else line_end)
    return [*blocks[:at], before, new, *blocks[at + 1 :]]


def _without_table(blocks: list[Block], address: Address) -> list[Block]:
    import tomlkit

    at = group(blocks, address)
    if at:
        for each in reversed(at):
            blocks = _removed(blocks, each)
        return blocks
    holder = _holder(blocks, address)
    if holder is None:
        raise KeyError(address)
    document = tomlkit.parse(blocks[holder].text)
    del _inside(document, blocks[holder], address[:-1])[address[-1]]
    return [
        *blocks[:holder],
        replace(blocks[holder], text=tomlkit.dumps(document)),
        *blocks[holder + 1 :],
    ]


def _removed(blocks: list[Block], at: int) -> list[Block]:
    """Comments that stood by themselves below it are kept."""
    before, block = blocks[at - 1], blocks[at]
    is_end = at == len(blocks) - 1
    if is_blank(block.tail):
        kept = block.tail if is_end and is_blank(before.tail) else before.tail
    else:
        kept = before.tail + (block.tail.lstrip("\r\n") if before.tail else block.tail)
    return [*blocks[: at - 1], replace(before, tail=kept), *blocks[at + 1 :]]


def _with_moved(blocks: list[Block], change: MoveElement, line_end: str) -> list[Block]:
    slots: list[list[int]] = []
    while found_at := group(blocks, (*change.tables, len(slots))):
        slots.append(found_at)
    if any(slot[-1] - slot[0] != len(slot) - 1 for slot in slots):
        raise CannotChange("its parts do not stand together")
    bodies = [[blocks[at] for at in slot] for slot in slots]
    tails = [body[-1].tail for body in bodies]
    moved = bodies.pop(change.at)
    bodies.insert(change.to if change.to >= 0 else len(bodies), moved)
    after = list(blocks)
    for slot, body, tail in reversed(list(zip(slots, bodies, tails, strict=True))):
        last = replace(body[-1], text=_whole_lines(body[-1].text, line_end), tail=tail)
        after[slot[0] : slot[-1] + 1] = [*body[:-1], last]
    return after


def written_lines(header: str, values: Mapping[str, Any], line_end: str) -> str:
    """A table of its own."""
    import tomlkit

    lines = [
        f"{tomlkit.key(key).as_string()} = {written_value(value)}" for key, value in values.items()
    ]
    return "".join(f"{line}{line_end}" for line in (header, *lines))


def written_value(value: Any) -> str:
    """A value as it is written in its line."""
    text: str = _item(value).as_string()
    return text


def _item(value: Any) -> Any:
    """A TomlValue as it is written; tables in a list stay in its line."""
    import tomlkit

    if isinstance(value, Mapping):
        table = tomlkit.inline_table()
        table.update({key: _item(each) for key, each in value.items()})
        return table
    if isinstance(value, Sequence) and not isinstance(value, str):
        array = tomlkit.array()
        array.extend([_item(each) for each in value])
        return array
    return tomlkit.item(value)


def _whole_lines(text: str, line_end: str) -> str:
    return text if not text or text.endswith("\n") else text + line_end


def _with_line_ends(text: str, line_end: str) -> str:
    return text if line_end == "\n" else re.sub(r"(?<!\r)\n", line_end, text)
