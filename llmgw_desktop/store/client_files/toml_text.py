"""Changes one value in a TOML text; every other byte stays where and as it is.

A table goes to the end of the file, a value of the file itself below the last of its like. What
was written is looked for again word by word when it is taken out; where others have changed it,
the table goes as `store/toml_changes.py` removes tables.
"""

import re
from collections.abc import Iterator, Mapping
from functools import partial
from typing import Any

import tomlkit

from llmgw_desktop.store.client_files.marks import (
    MISSING,
    OwnMark,
    Path,
    TextFormat,
    Unreadable,
    Value,
    line_end_of,
    value_in,
)
from llmgw_desktop.store.toml_blocks import NotToml, cut, group, joined, read_toml
from llmgw_desktop.store.toml_changes import (
    CannotChange,
    RemoveTable,
    changed_text,
    written_lines,
    written_value,
)

_SIMPLE = r'\s*=\s*("(?:[^"\\\n]|\\.)*"|' + r"'[^'\n]*'|[0-9]+)"


def _value_at(text: str, path: Path) -> Any:
    return value_in(_read(text), path)


def _put(text: str, path: Path, value: Value) -> tuple[str, OwnMark]:
    before = _value_at(text, path)
    expected = _read(text)
    _set(expected, path, value)
    for changed, mark in _ways(text, path, value, is_there=before is not MISSING):
        if _means(changed, expected):
            return changed, mark
    raise _not_here(path)


def _ways(text: str, path: Path, value: Value, *, is_there: bool) -> Iterator[tuple[str, OwnMark]]:
    """To write it so. Which of them means what it should is seen by reading it."""
    if isinstance(value, Mapping):
        yield (_with_other_table if is_there else _with_table)(text, path, value)
    elif isinstance(value, str | int) and len(path) == 1:
        new = written_value(value)
        yield from _with_other_root_value(text, path, new)
        if not is_there:
            yield _with_root_value(text, path, new)


def _take_out(text: str, mark: OwnMark) -> str:
    if _value_at(text, mark.path) is MISSING:
        return text
    expected = _read(text)
    _drop(expected, mark.path)
    if mark.before is not None:
        _set(expected, mark.path, _value_at(mark.before, mark.path))
    if text.count(mark.written) == 1:
        changed = text.replace(mark.written, mark.before or "", 1)
        if _means(changed, expected):
            return changed
    changed = _without(text, mark.path)
    if mark.before is not None:
        changed = _with_piece(changed, mark.before)
    if not _means(changed, expected):
        raise _not_here(mark.path)
    return changed


def _not_here(path: Path) -> Unreadable:
    return Unreadable(f"'{'.'.join(path)}' is written in a way that is not changed by program")


def _with_table(text: str, path: Path, value: Mapping[str, Any]) -> tuple[str, OwnMark]:
    line_end = line_end_of(text)
    gap = "" if not text or text.endswith("\n") else line_end
    if text.strip() and not text.endswith(line_end * 2):
        gap += line_end
    written = gap + _lines(path, value, line_end)
    return text + written, OwnMark(path=path, written=written)


def _with_other_table(text: str, path: Path, value: Mapping[str, Any]) -> tuple[str, OwnMark]:
    """In the place of the one that is there."""
    blocks = cut(text)
    at = group(blocks, path)
    if not at or at[-1] - at[0] != len(at) - 1:
        raise _not_here(path)
    first, last = blocks[at[0]], blocks[at[-1]]
    before = joined(blocks[at[0] : at[-1] + 1])
    before = before[len(first.head) : len(before) - len(last.tail)]
    start = len(joined(blocks[: at[0]])) + len(first.head)
    line_end = line_end_of(text)
    lines = _lines(path, value, line_end)
    written = lines if before.endswith("\n") else lines.removesuffix(line_end)
    changed = text[:start] + written + text[start + len(before) :]
    return changed, OwnMark(path=path, written=written, before=before)


def _with_other_root_value(text: str, path: Path, new: str) -> Iterator[tuple[str, OwnMark]]:
    """In the place of the one that is there; inside a string of several lines it only seems so."""
    for known in _root_value(path[0]).finditer(_top(text)):
        before = known.group()
        written = before[: known.start(1) - known.start()] + new
        changed = text[: known.start()] + written + text[known.end() :]
        yield changed, OwnMark(path=path, written=written, before=before)


def _with_root_value(text: str, path: Path, new: str) -> tuple[str, OwnMark]:
    """Below the last of its like, or at the top where there are none."""
    line_end, top = line_end_of(text), _top(text)
    line = f"{tomlkit.key(path[0]).as_string()} = {new}"
    if not top:
        written = f"{line}{line_end}{line_end if text.strip() else ''}"
        return written + text, OwnMark(path=path, written=written)
    written = f"{line}{line_end}" if top.endswith("\n") else f"{line_end}{line}"
    return top + written + text[len(top) :], OwnMark(path=path, written=written)


def _top(text: str) -> str:
    """The values of the file itself; empty where there are none."""
    first = cut(text)[0]
    return first.head + first.text if first.text else ""


def _root_value(name: str) -> re.Pattern[str]:
    return re.compile(rf"^[ \t]*\"?{re.escape(name)}\"?{_SIMPLE}", re.MULTILINE)


def _lines(path: Path, value: Mapping[str, Any], line_end: str) -> str:
    name = ".".join(tomlkit.key(each).as_string() for each in path)
    return written_lines(f"[{name}]", value, line_end)


def _without(text: str, path: Path) -> str:
    if len(path) > 1:
        try:
            return changed_text(text, RemoveTable(table=path))
        except (CannotChange, LookupError, ValueError):
            raise _not_here(path) from None
    top = _top(text)
    line = re.compile(_root_value(path[0]).pattern + r"[^\n]*\n?", re.MULTILINE)
    return line.sub("", top, count=1) + text[len(top) :]


def _with_piece(text: str, piece: str) -> str:
    """What stood there before we wrote, at an end where it is valid again."""
    line_end = line_end_of(text)
    if piece.lstrip().startswith("["):
        gap = "" if not text or text.endswith("\n") else line_end
        return text + gap + piece
    return f"{piece}{line_end}{text}"


def _read(text: str) -> dict[str, Any]:
    try:
        return read_toml(text)
    except NotToml as error:
        words = str(error).replace("is nested", "it is nested", 1)
        raise Unreadable(words, line=error.line, column=error.column) from error


def _means(text: str, data: Any) -> bool:
    """A table that holds nothing is as good as none."""
    try:
        return bool(_pruned(_read(text)) == _pruned(data))
    except Unreadable:
        return False


def _pruned(data: Any) -> Any:
    if not isinstance(data, dict):
        return data
    inner = {key: _pruned(value) for key, value in data.items()}
    return {key: value for key, value in inner.items() if value != {}}


def _set(data: dict[str, Any], path: Path, value: Value) -> None:
    for name in path[:-1]:
        data = data.setdefault(name, {})
        if not isinstance(data, dict):
            raise Unreadable(f"'{name}' is not a table")
    data[path[-1]] = value


def _drop(data: dict[str, Any], path: Path) -> None:
    inner = data.get(path[0])
    if len(path) == 1:
        data.pop(path[0], None)
    elif isinstance(inner, dict):
        _drop(inner, path[1:])


TOML = TextFormat(name="toml", value_at=_value_at, put=_put, take_out=_take_out)


_PLAIN = re.compile(r"[A-Za-z0-9_./:@%+-]*")


def _line(name: str) -> re.Pattern[str]:
    """The value is the first group; a comment behind it is not part of it."""
    return re.compile(
        rf"^[ \t]*(?:export[ \t]+)?{re.escape(name)}[ \t]*=[ \t]*"
        r"""("(?:[^"\\\r\n]|\\.)*"|'[^'\r\n]*'|[^#\r\n]*?)(?=[ \t]*(?:#[^\r\n]*)?\r?$)""",
        re.MULTILINE,
    )


def _found(text: str, path: Path) -> re.Match[str] | None:
    """The last of this name: that is the one that counts."""
    matches = list(_line(path[0]).finditer(text))
    return matches[-1] if matches else None


def _variable_at(text: str, path: Path) -> Any:
    found = _found(text, path)
    return MISSING if found is None else found.group(1).strip("\"'")


def _put_variable(text: str, path: Path, value: Value, *, before: str = "") -> tuple[str, OwnMark]:
    """`before`: what stands before the name of a new one."""
    if not isinstance(value, str) or not _PLAIN.fullmatch(value):
        raise Unreadable(f"'{path[0]}' cannot be given such a value here")
    found = _found(text, path)
    if found is not None:
        changed = text[: found.start(1)] + value + text[found.end(1) :]
        return changed, OwnMark(path=path, written=value, before=found.group(1))
    line_end = line_end_of(text)
    gap = line_end if text and not text.endswith("\n") else ""
    written = f"{gap}{before}{path[0]}={value}{line_end}"
    return text + written, OwnMark(path=path, written=written)


def _take_out_variable(text: str, mark: OwnMark) -> str:
    found = _found(text, mark.path)
    if found is None:
        return text
    if mark.before is not None:
        return text[: found.start(1)] + mark.before + text[found.end(1) :]
    at = text.rfind(mark.written, 0, found.end() + 2) if mark.written else -1
    if 0 <= at <= found.start() < at + len(mark.written):
        return text[:at] + text[at + len(mark.written) :]
    end = text.find("\n", found.end())
    return text[: found.start()] + (text[end + 1 :] if end >= 0 else "")


ENVRC = TextFormat(
    name="envrc",
    value_at=_variable_at,
    put=partial(_put_variable, before="export "),
    take_out=_take_out_variable,
)
"""As direnv reads it: a file of the shell."""
ENV = TextFormat(name="env", value_at=_variable_at, put=_put_variable, take_out=_take_out_variable)
