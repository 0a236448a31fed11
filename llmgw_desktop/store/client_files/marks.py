"""What was put into a program's settings text, so that it can be taken out again."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any, Final

from llmgw_desktop.domain.values import value

Path = tuple[str, ...]
"""Names from the outermost object or table inwards."""
Value = str | bool | int | Sequence[Any] | Mapping[str, Any]

ELEMENT: Final = "[]"
"""As the last name of a path: one element of the list there, beside those of others."""
MISSING: Final = object()
"""Nothing stands there; None is a value in JSON."""


@value
class OwnMark:
    """One value of ours in a text: where it is, and what was there before."""

    path: Path
    written: str
    """As we wrote it."""
    before: str | None = None
    """As it was written before; None where there was nothing."""
    made: int = 0
    """How many of the objects around it we made: they go again when nothing else is in them."""
    hollow: str | None = None
    """What stood in the object that it went into, where nothing but blanks did."""


class Unreadable(Exception):
    """The text is not of its format, or not of a shape that can be changed."""

    def __init__(self, why: str, *, line: int | None = None, column: int | None = None) -> None:
        super().__init__(why)
        self.why = why
        self.line = line
        self.column = column


@value
class TextFormat:
    """How texts of one format are read and changed. Each raises Unreadable; no byte moves but
    those that are meant."""

    name: str
    value_at: Callable[[str, Path], Any]
    """MISSING where nothing stands there."""
    put: Callable[[str, Path, Value], tuple[str, OwnMark]]
    take_out: Callable[[str, OwnMark], str]
    """What is gone already is no error."""


def _whole_value(text: str, path: Path) -> Any:
    return text if text.strip() else MISSING


def _put_whole(text: str, path: Path, value: Value) -> tuple[str, OwnMark]:
    return str(value), OwnMark(path=path, written=str(value), before=text)


WHOLE = TextFormat(
    name="whole",
    value_at=_whole_value,
    put=_put_whole,
    take_out=lambda _, mark: mark.before or "",
)
"""A file that is ours as a whole, in a folder where a program looks for several."""


def value_in(found: Any, path: Path) -> Any:
    """Of what was read from a text; MISSING where nothing stands there. Of an element its list:
    which one is meant its mark says."""
    for name in path:
        if name == ELEMENT:
            return found if isinstance(found, list) else MISSING
        if not isinstance(found, dict) or name not in found:
            return MISSING
        found = found[name]
    return found


def place_of(text: str, at: int) -> tuple[int, int]:
    """Line and column, from 1."""
    return text.count("\n", 0, at) + 1, at - (text.rfind("\n", 0, at) + 1) + 1


def line_end_of(text: str) -> str:
    """How lines end in this text: by its first line."""
    first = text.find("\n")
    return "\r\n" if first > 0 and text[first - 1] == "\r" else "\n"
