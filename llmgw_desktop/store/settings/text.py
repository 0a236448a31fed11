"""A settings file's text with its lines at hand: what is wrong in it is said with its place."""

import errno
import os
import re
import stat
from collections.abc import Collection, Mapping
from functools import cached_property
from pathlib import Path
from typing import Any

from llmgw_desktop.domain.errors import ConfigError
from llmgw_desktop.domain.setting import Kind, Setting, Unfit
from llmgw_desktop.platform.files import UNWAITING
from llmgw_desktop.store.toml_blocks import NotToml, read_toml

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


MAX_BYTES = 4 * 1024 * 1024


def read_settings_file(path: Path) -> bytes:
    """Empty where there is none. Raises ConfigError.

    Never waits: a pipe in the place of the file would stop whoever opens it.
    """
    file = str(path)
    try:
        raw = _read_file(path)
    except FileNotFoundError:
        return b""
    except OSError as error:
        raise ConfigError(f"cannot be read: {error.strerror}", file=file) from error
    if len(raw) > MAX_BYTES:
        raise ConfigError("is larger than 4 MB, which no settings file is", file=file)
    return raw


def _read_file(path: Path) -> bytes:
    handle = os.open(path, os.O_RDONLY | UNWAITING)
    if not stat.S_ISREG(os.fstat(handle).st_mode):
        os.close(handle)  # no file object would take a folder's
        raise OSError(errno.EINVAL, "it is not a file")
    with os.fdopen(handle, "rb") as opened:
        return opened.read(MAX_BYTES + 1)


class SettingsText:
    """The parsed file; `warnings` gathers what its reader should be told."""

    def __init__(self, file: str, text: str) -> None:
        self.file = file
        self._text = text.replace("\r\n", "\n")
        self.warnings: list[str] = []
        self.data: Mapping[str, object] = self._parsed()

    @classmethod
    def read(cls, path: Path) -> "SettingsText":
        """A file that is missing is an empty one."""
        return cls.of(str(path), read_settings_file(path))

    @classmethod
    def of(cls, file: str, raw: bytes) -> "SettingsText":
        """These bytes, as if they stood in the file. Raises ConfigError."""
        try:
            return cls(file, raw.decode("utf-8-sig"))
        except UnicodeDecodeError as error:
            line = raw.count(b"\n", 0, error.start) + 1
            raise ConfigError("is not UTF-8 text", file=file, line=line) from error

    def error(self, path: KeyPath, message: str) -> ConfigError:
        return ConfigError(message, file=self.file, line=self.line(path), key=dotted(path))

    def warn(self, path: KeyPath, message: str) -> None:
        self.warnings.append(str(self.error(path, message)))

    def value(self, path: KeyPath, kind: Kind, raw: object) -> Any:
        """What it means. Raises ConfigError with its place, and what was expected."""
        try:
            return kind.read(raw)
        except Unfit as unfit:
            raise self.error(path, f"expected {unfit}") from None

    def values(
        self, path: KeyPath, table: Mapping[str, object], settings: Mapping[str, Setting]
    ) -> dict[str, Any]:
        """Of one table's settings those that are set; of others it warns."""
        self.warn_of_unknown(path, table, settings)
        return {
            key: self.value((*path, key), settings[key].kind, raw)
            for key, raw in table.items()
            if key in settings
        }

    def warn_of_unknown(
        self, path: KeyPath, table: Mapping[str, object], known: Collection[str]
    ) -> None:
        for key in table:
            if key not in known:
                words = f"unknown setting, ignored (known here: {', '.join(known)})"
                self.warn((*path, key), words)

    def table(self, path: tuple[str, ...]) -> Mapping[str, object]:
        """The table at this path; empty if there is none, ConfigError if it is something else."""
        found: object = self.data
        for name in path:
            found = found.get(name, {}) if isinstance(found, dict) else found
        if not isinstance(found, dict):
            raise self.error(path, f"expected a table, [{dotted(path)}]")
        return found

    def _parsed(self) -> Mapping[str, object]:
        try:
            return read_toml(self._text)
        except NotToml as error:
            raise ConfigError(str(error), file=self.file, line=error.line) from error

    def line(self, path: KeyPath) -> int | None:
        """Where this stands, or what it belongs to."""
        while path and path not in self._lines:
            path = path[:-1]
        return self._lines.get(path)

    @cached_property
    def _lines(self) -> Mapping[KeyPath, int]:
        return lines_of(self._text)


def dotted(path: KeyPath) -> str:
    """`http.allowed_hosts[1]`; a name that could not stand bare is quoted and kept short."""
    shown = ""
    for part in path:
        if isinstance(part, int):
            shown += f"[{part}]"
        else:
            shown += f"{shown and '.'}{_shown(part)}"
    return shown


def _shown(name: str) -> str:
    if re.fullmatch(r"[A-Za-z0-9_-]{1,64}", name):
        return name
    return repr(name if len(name) <= 40 else f"{name[:39]}…")


def value_of_variable(kind: Kind, variable: str, env: Mapping[str, str]) -> Any:
    """What an environment variable means. Raises ConfigError, which names it."""
    try:
        return kind.read_text(env[variable])
    except Unfit as unfit:
        raise ConfigError(f"expected {unfit}", file="environment", key=variable) from None


def variable_of(setting: Setting, env: Mapping[str, str]) -> str:
    """The one that wins over the file; empty where none is set."""
    return next((name for name in setting.env if env.get(name, "").strip()), "")


def said_by_environment(settings: Mapping[str, Setting], env: Mapping[str, str]) -> dict[str, Any]:
    """The values of a table's settings that variables say. Raises ConfigError."""
    found = {key: variable_of(each, env) for key, each in settings.items()}
    return {
        key: value_of_variable(settings[key].kind, name, env) for key, name in found.items() if name
    }
