"""A settings file's text with its lines at hand: what is wrong in it is said with its place."""

import errno
import os
import re
import stat
import tomllib
from collections.abc import Mapping
from functools import cached_property
from pathlib import Path

from llmgw_desktop.domain.errors import ConfigError
from llmgw_desktop.store.config.toml_lines import KeyPath, lines_of

MAX_BYTES = 4 * 1024 * 1024
_PLACE = re.compile(r" \(at (?:line (\d+), column \d+|end of document)\)$")


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
    handle = os.open(path, os.O_RDONLY | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_BINARY", 0))
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
            return tomllib.loads(self._text)
        except RecursionError:
            raise ConfigError("is nested too deeply", file=self.file) from None
        except ValueError as error:
            # tomllib.TOMLDecodeError, and what int() says of a number with thousands of digits
            message = str(error)
            place = _PLACE.search(message)
            line = self._text.count("\n") + 1 if place else None
            if place and place.group(1):
                line = int(place.group(1))
            reason = message[: place.start()] if place else message
            raise ConfigError(f"not valid TOML: {reason}", file=self.file, line=line) from error

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
