"""What stands in a prompt for something hidden, and how it becomes that again in a whole answer.

Only placeholders that were made are taken for some: what a model makes up in their likeness stays.
"""

import re
from bisect import bisect_left
from collections.abc import Collection, Generator, Iterator, Mapping
from typing import Any

import orjson

from llmgw_desktop.domain.errors import MalformedRequest
from llmgw_desktop.wire.json_strings import Edit, JsonString, decoded, in_steps, with_edits

_SHAPE = re.compile(rb"\[[A-Z0-9_]{1,48}_[0-9a-f]{12}\]")
_MAY_CONCERN = re.compile(
    rb'\[[A-Z0-9_]{1,48}_[0-9a-f]{12}\]|\[[A-Z0-9_]*+[0-9a-f]*+\\*+"|\\u005[bB]'
)
"""A placeholder, or what may be the beginning of one at the end of a string. Each sign is looked at
so many times and no more: a vendor may write very many digits."""


def placeholder(label: str, digest: str) -> bytes:
    """`[EMAIL_3f9a2c01b4d7]`. Nothing in it is escaped in JSON."""
    return f"[{label or 'HIDDEN'}_{digest}]".encode()


class Placeholders:
    """Those of one request, with what they stand for."""

    def __init__(self, values: Mapping[bytes, bytes]) -> None:
        self._values = values
        self._sorted = sorted(values)
        self._longest = max(map(len, values), default=0)

    def may_concern(self, raw: bytes) -> bool:
        """False if no string of this JSON can hold one, or end with the beginning of one."""
        return _MAY_CONCERN.search(raw) is not None

    def stand_in(self, text: bytes) -> bool:
        return any(found[0] in self._values for found in _SHAPE.finditer(text))

    def put_back(self, text: bytes, *, in_json: bool = False) -> bytes:
        """`in_json`: the text is JSON or a piece of it, and placeholders stand in its strings."""

        def value(found: re.Match[bytes]) -> bytes:
            known = self._values.get(found[0])
            if known is None:
                return found[0]
            return escaped(known) if in_json else known

        return _SHAPE.sub(value, text)

    def cut(self, text: bytes) -> tuple[bytes, bytes]:
        """(What can be told, what may be the beginning of one)."""
        at = text.rfind(b"[", max(len(text) - self._longest, 0))
        if at < 0 or not self._begins_one(text[at:]):
            return text, b""
        return text[:at], text[at:]

    def _begins_one(self, text: bytes) -> bool:
        at = bisect_left(self._sorted, text)
        if at == len(self._sorted):
            return False
        return self._sorted[at] != text and self._sorted[at].startswith(text)


def escaped(text: bytes) -> bytes:
    """As it stands between the quotes of a JSON string."""
    return orjson.dumps(text.decode("utf-8", "replace"))[1:-1]


_ARGUMENTS = "arguments"
_PARTS_AT_ONCE = 100


def answer_in_steps(body: bytes, placeholders: Placeholders) -> Generator[None, None, bytes]:
    """What is no JSON is passed on as it came."""
    tree = yield from tree_in_steps(body)
    edits: list[Edit] = []
    for count, edit in enumerate(edits_in(tree, placeholders)):
        edits.append(edit)
        if count % _PARTS_AT_ONCE == 0:
            yield
    return with_edits(body, edits)


def tree_in_steps(body: bytes) -> Generator[None, None, Any]:
    """None where it is no JSON."""
    try:
        return (yield from in_steps(body))
    except (MalformedRequest, IndexError, ValueError):
        return None


def edits_in(tree: Any, placeholders: Placeholders, apart: Collection[int] = ()) -> Iterator[Edit]:
    """Of all strings that hold one, but for those that begin at these places."""
    for text, is_arguments in _texts(tree):
        may_hold = text.is_escaped or text.body.find(b"[", text.start, text.end) >= 0
        if text.start in apart or not may_hold:
            continue
        said = decoded(text).text
        if placeholders.stand_in(said):
            is_json = is_arguments and _is_json(said)
            told = placeholders.put_back(said, in_json=is_json)
            yield text.start, text.end, escaped(told)


def _texts(tree: Any) -> Iterator[tuple[JsonString, bool]]:
    """All strings, and whether each is the arguments of a tool."""
    waiting: list[tuple[Any, str]] = [(tree, "")]
    while waiting:
        node, name = waiting.pop()
        if isinstance(node, JsonString):
            yield node, name == _ARGUMENTS
        elif isinstance(node, dict):
            for key, value in node.items():
                yield key.text, False
                waiting.append((value, key))
        elif isinstance(node, list):
            waiting.extend((each, "") for each in node)


def _is_json(text: bytes) -> bool:
    try:
        orjson.loads(text)
    except orjson.JSONDecodeError:
        return False
    return True
