"""What a person cannot see in a text: control characters, and what hides or reorders others."""

import re
from collections.abc import Iterable, Iterator, Mapping

_CONTROLS = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f]|\r(?!\n)")
_HIDDEN = re.compile(
    "[\xad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180f\u2800\u3164\uffa0"
    "\u200b\u200e\u200f\u2028-\u202e\u2060-\u206f\ufeff\ufff9-\ufffb"
    "\ud800-\udfff\U000e0000-\U000e007f\U000e0100-\U000e01ef]"
)
_HOLDS_CONTROLS = "It holds control characters, which no ordinary text needs."
_HOLDS_HIDDEN = "It holds characters that hide or reorder text: it may not be what it looks like."


def warnings_of(texts: Iterable[str]) -> tuple[str, ...]:
    """One sentence for each kind that is there."""
    controls = hidden = False
    for text in texts:
        controls = controls or _CONTROLS.search(text) is not None
        hidden = hidden or _HIDDEN.search(text) is not None
    return (*((_HOLDS_CONTROLS,) if controls else ()), *((_HOLDS_HIDDEN,) if hidden else ()))


def texts_in(found: object) -> Iterator[str]:
    """All texts of a JSON value, however deep: names too."""
    todo = [found]
    while todo:
        match todo.pop():
            case str() as text:
                yield text
            case Mapping() as members:
                todo += [*members, *members.values()]
            case list() | tuple() as items:
                todo += items
            case _:
                pass
