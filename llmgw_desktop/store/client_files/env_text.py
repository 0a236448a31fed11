"""Changes one variable in a file of `NAME=value` lines; every other byte stays as it is."""

import re
from typing import Any

from llmgw_desktop.store.client_files.marks import (
    MISSING,
    Mark,
    Path,
    TextFormat,
    Unreadable,
    Value,
    line_end_of,
)

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


def _value_at(text: str, path: Path) -> Any:
    found = _found(text, path)
    return MISSING if found is None else found.group(1).strip("\"'")


def _put(text: str, path: Path, value: Value) -> tuple[str, Mark]:
    if not isinstance(value, str) or not _PLAIN.fullmatch(value):
        raise Unreadable(f"'{path[0]}' cannot be given such a value here")
    found = _found(text, path)
    if found is not None:
        changed = text[: found.start(1)] + value + text[found.end(1) :]
        return changed, Mark(path=path, written=value, before=found.group(1))
    line_end = line_end_of(text)
    gap = line_end if text and not text.endswith("\n") else ""
    written = f"{gap}{path[0]}={value}{line_end}"
    return text + written, Mark(path=path, written=written)


def _take_out(text: str, mark: Mark) -> str:
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


ENV = TextFormat(name="env", value_at=_value_at, put=_put, take_out=_take_out)
