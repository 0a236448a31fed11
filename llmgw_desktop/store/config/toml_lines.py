"""In which line of a TOML text each key stands, for messages; the parser itself does not tell.

The text must be one that `tomllib` has accepted: nothing is checked here.
"""

import re

KeyPath = tuple[str | int, ...]

_BLANK = re.compile(r"(?:[ \t\r\n]+|#[^\n]*)+")
_SPACE = re.compile(r"[ \t]*")
_BARE_KEY = re.compile(r"[A-Za-z0-9_-]+")
_SCALAR = re.compile(r"[^,\]}#\n]+")
_STRING = re.compile(
    r'"""(?:[^\\]|\\.)*?"{3,5}|' + r"'''.*?'{3,5}|" + r'"(?:[^"\\\n]|\\.)*"|' + r"'[^'\n]*'",
    re.DOTALL,
)


def lines_of(text: str) -> dict[KeyPath, int]:
    """Line numbers from 1, by path; elements of arrays have their index in the path."""
    return _Reader(text.replace("\r\n", "\n")).read()


class _Reader:
    """One pass over a text."""

    def __init__(self, text: str) -> None:
        self._text = text
        self._at = 0
        self._line = 1
        self._counted_to = 0
        self._lines: dict[KeyPath, int] = {}
        self._array_lengths: dict[KeyPath, int] = {}

    def read(self) -> dict[KeyPath, int]:
        table: KeyPath = ()
        self._skip(_BLANK)
        while self._at < len(self._text):
            if self._text[self._at] == "[":
                table = self._header()
            else:
                self._pair(table)
            self._skip(_BLANK)
        return self._lines

    def _header(self) -> KeyPath:
        is_array = self._text.startswith("[[", self._at)
        self._at += 2 if is_array else 1
        *parents, last = self._key()
        table: KeyPath = ()
        for name in parents:
            self._note((*table, name))
            table = self._inside((*table, name))
        table = (*table, last)
        self._note(table)
        if is_array:
            self._array_lengths[table] = self._array_lengths.get(table, -1) + 1
            table = self._inside(table)
            self._note(table)
        self._at += 2 if is_array else 1
        return table

    def _inside(self, table: KeyPath) -> KeyPath:
        """The last table of an array of tables, else the table itself."""
        if table in self._array_lengths:
            return (*table, self._array_lengths[table])
        return table

    def _pair(self, table: KeyPath) -> None:
        path = table
        for name in self._key():
            path = (*path, name)
            self._note(path)
        self._at += 1  # the equals sign
        self._skip(_SPACE)
        self._value(path)

    def _key(self) -> list[str]:
        names = []
        while True:
            self._skip(_SPACE)
            if found := _BARE_KEY.match(self._text, self._at):
                names.append(found.group())
            else:
                found = _STRING.match(self._text, self._at)
                assert found is not None
                names.append(_unquoted(found.group()))
            self._at = found.end()
            self._skip(_SPACE)
            if self._text[self._at] != ".":
                return names
            self._at += 1

    def _value(self, path: KeyPath) -> None:
        if self._text[self._at] in "[{":
            self._container(path, is_table=self._text[self._at] == "{")
            return
        found = _STRING.match(self._text, self._at) or _SCALAR.match(self._text, self._at)
        assert found is not None
        self._at = found.end()

    def _container(self, path: KeyPath, *, is_table: bool) -> None:
        self._at += 1
        index = 0
        self._skip(_BLANK)
        while self._text[self._at] not in "]}":
            if is_table:
                self._pair(path)
            else:
                self._note((*path, index))
                self._value((*path, index))
                index += 1
            self._skip(_BLANK)
            if self._text[self._at] == ",":
                self._at += 1
                self._skip(_BLANK)
        self._at += 1

    def _note(self, path: KeyPath) -> None:
        self._line += self._text.count("\n", self._counted_to, self._at)
        self._counted_to = self._at
        self._lines.setdefault(path, self._line)

    def _skip(self, what: re.Pattern[str]) -> None:
        if found := what.match(self._text, self._at):
            self._at = found.end()


def _unquoted(text: str) -> str:
    """A quoted key as it is meant; an escape that is not simple stays, it only misses a line."""
    inside = text[1:-1]
    if text[0] == "'" or "\\" not in inside:
        return inside
    return _ESCAPE.sub(_unescaped, inside)


_ESCAPE = re.compile(r"\\(u[0-9A-Fa-f]{4}|U[0-9A-Fa-f]{8}|.)")
_SIMPLE = {"b": "\b", "t": "\t", "n": "\n", "f": "\f", "r": "\r", '"': '"', "\\": "\\"}


def _unescaped(found: re.Match[str]) -> str:
    code = found.group(1)
    return chr(int(code[1:], 16)) if len(code) > 1 else _SIMPLE.get(code, code)
