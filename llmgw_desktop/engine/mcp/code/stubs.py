"""Tools as Python functions: what an agent reads before it writes code, and what that code is
checked against before it runs.
"""

import keyword
import re
from collections.abc import Iterable, Mapping
from typing import Any

from llmgw_desktop.domain.values import value

HEAD = "from typing import Any, Literal\n"
_SIMPLE = {"string": "str", "integer": "int", "number": "float", "boolean": "bool", "null": "None"}
_ODD = re.compile(r"\W", re.ASCII)
_LONGEST_WORDS = 1_200
_LONGEST_FIELD = 300
_MOST_CHOICES = 30
_DEEPEST = 4


@value
class PythonTool:
    """One tool as a function."""

    name: str
    """As all others call it."""
    function: str
    stub: str
    """With what it says of itself."""
    signature: str
    """Without; a check needs no more."""
    fields: Mapping[str, str]
    """Of arguments that Python cannot write: its name of each, and the tool's."""

    def arguments(self, given: Mapping[str, Any]) -> dict[str, Any]:
        """As the tool takes them; None is: not given."""
        found = {self.fields.get(name, name): each for name, each in given.items()}
        return {name: each for name, each in found.items() if each is not None}


def python_tool(shown: Mapping[str, Any]) -> PythonTool:
    """`shown`: as lists have it."""
    schema = shown.get("inputSchema")
    schema = schema if isinstance(schema, dict) else {}
    properties = schema.get("properties")
    properties = properties if isinstance(properties, dict) else {}
    asked = schema.get("required")
    needed = [each for each in asked if each in properties] if isinstance(asked, list) else []
    order = [*needed, *(each for each in properties if each not in needed)]
    names = {name: identifier(name) for name in order}
    typed = [
        f"{names[each]}: {_type(properties[each], needed=each in needed)}"
        + ("" if each in needed else " = None")
        for each in order
    ]
    if schema.get("additionalProperties") is True or not properties:
        typed.append("**more: Any")
    star = "*, " if order else ""
    gives = "dict[str, Any]" if isinstance(shown.get("outputSchema"), dict) else "Any"
    function = identifier(str(shown["name"]))
    signature = f"async def {function}({star}{', '.join(typed)}) -> {gives}:"
    return PythonTool(
        name=str(shown["name"]),
        function=function,
        stub=f"{signature}\n{_words(shown, order, names)}",
        signature=f"{signature} ...\n",
        fields={names[each]: each for each in order if names[each] != each},
    )


def called_in(code: str, tools: Iterable[Mapping[str, Any]]) -> list[PythonTool]:
    """Those whose name stands in it: a check of a thousand takes longer than most code."""
    words = set(re.findall(r"\w+", code))
    return [python_tool(each) for each in tools if identifier(str(each["name"])) in words]


def identifier(name: str) -> str:
    """As Python can write it."""
    plain = _ODD.sub("_", name)
    if not plain or plain[0].isdigit():
        plain = f"t_{plain}"
    return f"{plain}_" if keyword.iskeyword(plain) else plain


def _type(schema: object, *, needed: bool = True, depth: int = 0) -> str:
    found = _plain_type(schema, depth) if isinstance(schema, dict) else "Any"
    return found if needed or found == "Any" or found.endswith("None") else f"{found} | None"


def _plain_type(schema: Mapping[str, Any], depth: int) -> str:
    choices = schema.get("enum")
    if isinstance(choices, list) and 0 < len(choices) <= _MOST_CHOICES:
        if all(isinstance(each, str | bool | int) or each is None for each in choices):
            return f"Literal[{', '.join(map(repr, choices))}]"
        return "Any"
    kind = schema.get("type")
    kinds = [each for each in (kind if isinstance(kind, list) else [kind]) if isinstance(each, str)]
    if depth > _DEEPEST or not kinds:
        return "Any"
    return " | ".join(dict.fromkeys(_of_kind(each, schema, depth) for each in kinds))


def _of_kind(kind: str, schema: Mapping[str, Any], depth: int) -> str:
    if kind == "array":
        return f"list[{_type(schema.get('items'), depth=depth + 1)}]"
    if kind == "object":
        return "dict[str, Any]"
    return _SIMPLE.get(kind, "Any")


def _words(shown: Mapping[str, Any], order: Iterable[str], names: Mapping[str, str]) -> str:
    """The text below a function's head."""
    said = _inert(shown.get("description") or shown.get("title") or "", _LONGEST_WORDS)
    lines = [said] if said else []
    properties = (shown.get("inputSchema") or {}).get("properties") or {}
    for each in order:
        field = properties[each]
        meaning = _inert(field.get("description") or "", _LONGEST_FIELD) if field else ""
        if meaning:
            lines.append(f"{names[each]}: {meaning}")
    gives = (shown.get("outputSchema") or {}).get("properties")
    if isinstance(gives, dict) and gives:
        lines.append(f"Gives: {', '.join(map(_inert, gives))}")
    return '    """' + "\n    ".join(lines) + '"""'


def _inert(text: object, longest: int = 100) -> str:
    """In one line, and no end of the text that it stands in."""
    line = " ".join(str(text).replace("\\", "/").replace('"""', "'''").split())
    return line if len(line) <= longest else f"{line[: longest - 1]}…"
