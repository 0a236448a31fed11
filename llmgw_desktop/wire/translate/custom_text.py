"""Custom tools take free text; where a protocol knows functions alone, the text is wrapped.

The function has one string argument, `input`. Who declares it and which of its calls are custom
ones stands in `names.py` and in each codec.
"""

import re
from collections.abc import Mapping
from typing import Any

import orjson

_OPENING = '{"input":"'
_CLOSING = '"}'
_HEAD = re.compile(r'\s*\{\s*"input"\s*:\s*"')
_HEAD_BEGUN = re.compile(r'\s*(?:\{\s*(?:"(?:i(?:n(?:p(?:u(?:t(?:"\s*:?\s*)?)?)?)?)?)?)?)?')
_MOST_HEAD_CHARS = 256
_HEX = "[0-9a-fA-F]"
_HIGH, _LOW = rf"[dD][89abAB]{_HEX}{{2}}", rf"[dD][c-fC-F]{_HEX}{{2}}"
# what can be read whatever comes next; half an escape, and a half character that may yet get its
# other half, wait
_READABLE = re.compile(
    rf'(?:[^"\\]++|\\u{_HIGH}\\u{_LOW}|\\u(?![dD][89abAB]){_HEX}{{4}}|\\[^u]'
    rf"|\\u{_HIGH}(?=[^\\]|\\[^u]|\\u(?:[^dD]|[dD](?:[^c-fC-F]|.{_HEX}?[^0-9a-fA-F])))"
    rf"|\\u(?={_HEX}{{0,3}}[^0-9a-fA-F]))*+",
    re.DOTALL,
)
_ESCAPE = re.compile(rf"\\u({_HIGH})\\u({_LOW})|\\u({_HEX}{{4}})|\\([^u])", re.DOTALL)
_SHORT = {"n": "\n", "t": "\t", "r": "\r", "b": "\b", "f": "\f", '"': '"', "\\": "\\", "/": "/"}


def input_schema(grammar: Mapping[str, Any] | None = None) -> dict[str, object]:
    """The arguments of the function that stands for a custom tool."""
    field = {"type": "string", "description": _in_words(grammar)}
    return {"type": "object", "properties": {"input": field}, "required": ["input"]}


def wrapped(text: str) -> str:
    return f"{_OPENING}{_escaped(text)}{_CLOSING}"


def unwrapped(arguments: str) -> str:
    """The text; arguments of another form are taken for the text itself."""
    reader = Unwrapper()
    return reader.feed(arguments) + reader.finish()


class Wrapper:
    """The same JSON as `wrapped`, for a text that comes piece by piece."""

    __slots__ = ("_has_begun",)

    def __init__(self) -> None:
        self._has_begun = False

    def feed(self, text: str) -> str:
        opening = "" if self._has_begun else _OPENING
        self._has_begun = True
        return opening + _escaped(text)

    def finish(self) -> str:
        return self.feed("") + _CLOSING


class Unwrapper:
    """The same text as `unwrapped`, for arguments that come piece by piece.

    Text comes out as it goes in. Only arguments that do not begin as expected are held until
    `finish`, which has to be called in any case.
    """

    __slots__ = ("_held", "_is_over", "_is_strange", "_is_within")

    def __init__(self) -> None:
        self._held: list[str] = []
        self._is_within = False
        self._is_strange = False
        self._is_over = False

    def feed(self, fragment: str) -> str:
        if self._is_over:
            return ""
        if self._is_strange:
            self._held.append(fragment)
            return ""
        text = "".join((*self._held, fragment))
        if self._is_within:
            return self._read(text, 0)
        head = _HEAD.match(text)
        if head is not None:
            self._is_within = True
            return self._read(text, head.end())
        begun = _HEAD_BEGUN.fullmatch(text)
        self._is_strange = begun is None or len(text) > _MOST_HEAD_CHARS
        self._held = [text]
        return ""

    def finish(self) -> str:
        """What is left when no more comes."""
        left = "".join(self._held)
        self._held = []
        if self._is_over or self._is_within:
            self._is_over = True
            return _plain(left)
        self._is_over = True
        return _of_another_form(left)

    def _read(self, text: str, start: int) -> str:
        found = _READABLE.match(text, start)
        end = found.end() if found else start
        self._is_over = text[end : end + 1] == '"'
        self._held = [] if self._is_over or end == len(text) else [text[end:]]
        return _plain(text[start:end])


def _plain(piece: str) -> str:
    return _ESCAPE.sub(_character, piece) if "\\" in piece else piece


def _character(found: re.Match[str]) -> str:
    high, low, code, short = found.groups()
    if high:
        return chr(0x10000 + ((int(high, 16) & 0x3FF) << 10) + (int(low, 16) & 0x3FF))
    if code:
        number = int(code, 16)
        return "\ufffd" if 0xD800 <= number <= 0xDFFF else chr(number)
    return _SHORT.get(short, found[0])


def _of_another_form(arguments: str) -> str:
    try:
        parsed = orjson.loads(arguments)
    except ValueError:
        return arguments
    if parsed == {}:
        return ""
    text = parsed.get("input") if isinstance(parsed, dict) else None
    return text if isinstance(text, str) else arguments


def _escaped(text: str) -> str:
    try:
        return orjson.dumps(text)[1:-1].decode()
    except TypeError:
        # half characters, which no UTF-8 can say
        return orjson.dumps(text.encode("utf-16", "surrogatepass").decode("utf-16", "replace"))[
            1:-1
        ].decode()


def _in_words(grammar: Mapping[str, Any] | None) -> str:
    words = "The tool's whole input, as free text."
    if not grammar or grammar.get("type") != "grammar":
        return words
    inner = grammar.get("grammar")
    told = inner if isinstance(inner, dict) else grammar
    syntax, definition = told.get("syntax") or "", told.get("definition") or ""
    return f"{words} It must follow this {syntax} grammar:\n{definition}"
