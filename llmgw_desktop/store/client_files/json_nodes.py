"""A JSON text, comments and trailing commas allowed, read into nodes that know where they stand.

It is read to be changed in place: every offset is one into the text itself. What may be changed is
left to `json_text.py`.
"""

import json
import re
from dataclasses import dataclass, field
from typing import Any

from llmgw_desktop.store.client_files.marks import Unreadable, place_of

_BLANKS = re.compile(r"(?:[ \t\r\n]+|//[^\r\n]*|/\*.*?\*/)*", re.DOTALL)
_COMMENT = re.compile(r"//[^\r\n]*|/\*.*?\*/", re.DOTALL)
_STRING = re.compile(r'"(?:[^"\\\x00-\x1f]|\\(?:["\\/bfnrt]|u[0-9a-fA-F]{4}))*"')
_SCALAR = re.compile(r"-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?(?![\w.])|(?:true|false|null)\b")
_DEEPEST = 200


@dataclass(slots=True)
class Node:
    """A value; `members` are those of an object, `items` those of a list."""

    kind: str
    start: int
    end: int = 0
    members: list["Member"] = field(default_factory=list)
    items: list["Node"] = field(default_factory=list)

    def member(self, name: str) -> "Member | None":
        """The last of this name: that is the one that counts."""
        return next((each for each in reversed(self.members) if each.name == name), None)


@dataclass(slots=True)
class Member:
    """A name with its value; `comma` is where the one behind it stands, or -1."""

    name: str
    start: int
    name_end: int
    value: Node
    comma: int = -1


def read_json(text: str) -> Node | None:
    """None where there is nothing but blanks and comments. Raises Unreadable."""
    at = _skip(text, 0)
    if at == len(text):
        return None
    root = _value(text, at, 0)
    if _skip(text, root.end) != len(text):
        raise _wrong(text, _skip(text, root.end), "there is more after its end")
    return root


def plain(text: str, node: Node) -> Any:
    """What it says; of names that come twice the last counts."""
    if node.kind == "object":
        return {each.name: plain(text, each.value) for each in node.members}
    if node.kind == "list":
        return [plain(text, each) for each in node.items]
    return json.loads(text[node.start : node.end])


def end_of_words(text: str, start: int, end: int) -> tuple[int, bool]:
    """Between values: where the last comment ends, or `start` where there is none; and whether it
    ends only with its line."""
    last, is_line = start, False
    for comment in _COMMENT.finditer(text, start, end):
        last, is_line = comment.end(), comment.group().startswith("//")
    return last, is_line


def _skip(text: str, at: int) -> int:
    found = _BLANKS.match(text, at)
    assert found is not None
    return found.end()


def _value(text: str, at: int, depth: int) -> Node:
    if depth > _DEEPEST:
        raise _wrong(text, at, "it is nested too deeply")
    mark = text[at : at + 1]
    if mark == "{":
        return _object(text, at, depth)
    if mark == "[":
        return _list(text, at, depth)
    found = _STRING.match(text, at) or _SCALAR.match(text, at)
    if found is None:
        raise _wrong(text, at, "expected a value")
    return Node("scalar", at, found.end())


def _object(text: str, start: int, depth: int) -> Node:
    node = Node("object", start)
    at = _skip(text, start + 1)
    while text[at : at + 1] != "}":
        if node.members and node.members[-1].comma < 0:
            raise _wrong(text, at, "expected ',' or '}'")
        found = _STRING.match(text, at)
        if found is None:
            raise _wrong(text, at, "expected a name in double quotes or '}'")
        colon = _skip(text, found.end())
        if text[colon : colon + 1] != ":":
            raise _wrong(text, colon, "expected ':'")
        value = _value(text, _skip(text, colon + 1), depth + 1)
        member = Member(json.loads(found.group()), at, found.end(), value)
        node.members.append(member)
        at = _skip(text, value.end)
        if text[at : at + 1] == ",":
            member.comma = at
            at = _skip(text, at + 1)
    node.end = at + 1
    return node


def _list(text: str, start: int, depth: int) -> Node:
    node = Node("list", start)
    at, is_open = _skip(text, start + 1), True
    while text[at : at + 1] != "]":
        if not is_open:
            raise _wrong(text, at, "expected ',' or ']'")
        node.items.append(_value(text, at, depth + 1))
        at = _skip(text, node.items[-1].end)
        is_open = text[at : at + 1] == ","
        if is_open:
            at = _skip(text, at + 1)
    node.end = at + 1
    return node


def _wrong(text: str, at: int, why: str) -> Unreadable:
    line, column = place_of(text, at)
    if at >= len(text):
        why = f"{why}, and the file ends"
    return Unreadable(f"not valid JSON: {why}", line=line, column=column)
