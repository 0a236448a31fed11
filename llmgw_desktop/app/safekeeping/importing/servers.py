"""MCP servers that programs of this computer start themselves, from the settings of those programs
that `llmgw connect` knows. Read; taken out there only where a person asked for that.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from llmgw_desktop.app.connect.edits import is_ours
from llmgw_desktop.app.connect.programs import ENTRY, PROGRAMS, Ground, Program
from llmgw_desktop.app.safekeeping.importing.bridge import Brought, BroughtSetting, StandsIn
from llmgw_desktop.app.words.inert_text import inert_line
from llmgw_desktop.domain.errors import ConfigError
from llmgw_desktop.domain.mcp_server import FROM_VAULT, is_secret_name
from llmgw_desktop.domain.vault import EntryKind, EntryUnfit, OpenEntry, address, checked_secret
from llmgw_desktop.redaction.redactor import Redactor
from llmgw_desktop.store.client_files.config_file import read_bytes, said, text_of
from llmgw_desktop.store.client_files.marks import MISSING, Unreadable

_NOT_IN_A_NAME = re.compile(r"[^A-Za-z0-9_-]+")
_VARIABLE = re.compile(r"\$\{(?:env:)?([A-Za-z_][A-Za-z0-9_]*)\}")
_FILLED = re.compile(r"\$\{[^}]*\}|\{env:[^}]*\}|\{file:[^}]*\}")
"""What a program fills in itself."""
_BEARER = "Bearer "
_ADDRESSES = ("url", "httpUrl", "serverUrl")
_OTHER_FOLDER = "it wants to be started in a folder of its own"


class _Unfit(Exception):
    """It does not come over; the message says why."""


def read_servers(env: Mapping[str, str]) -> Brought:
    """Raises ConfigError for a settings file that cannot be read."""
    brought, ground = Brought(), Ground(env=env)
    for program in PROGRAMS.values():
        _read_program(brought, program, ground, env)
    return brought


def _read_program(
    brought: Brought, program: Program, ground: Ground, env: Mapping[str, str]
) -> None:
    path, *tables = program.file(ground), *program.path[:-1]
    raw = read_bytes(path)
    if raw is None:
        return
    _, text = text_of(path, raw)
    try:
        found = program.format.value_at(text, tuple(tables))
    except Unreadable as error:
        raise said(path, error) from error
    if found is MISSING or not isinstance(found, Mapping):
        return
    brought.looked_at.append(str(path))
    is_connected = is_ours(found.get(ENTRY))
    for name, entry in found.items():
        if name == ENTRY or is_ours(entry):
            continue
        named = f"MCP server {inert_line(str(name), 60)} of {program.title}"
        try:
            values, entries = _Server(str(name), entry, program, env).read()
        except _Unfit as unfit:
            brought.leave(named, str(unfit))
            continue
        place = StandsIn(
            file=path,
            format=program.format,
            path=(*tables, str(name)),
            why_not="" if is_connected else f"first: llmgw connect {program.name}",
        )
        table = ("mcp_servers", _named(str(name)))
        made = BroughtSetting(table, values, named, entries=tuple(entries), stands_in=(place,))
        _add(brought, made, program.name)


def _add(brought: Brought, new: BroughtSetting, program: str) -> None:
    """The same in several programs comes once; another one of this name is called by both."""
    name = new.table[-1]
    for at, known in enumerate(brought.settings):
        if known.table[-1] not in (name, f"{name}-{program}"):
            continue
        if known.values == new.values and known.entries == new.entries:
            places = (*known.stands_in, *new.stands_in)
            brought.settings[at] = replace(known, stands_in=places)
            return
        new = replace(new, table=("mcp_servers", f"{name}-{program}"))
    brought.settings.append(new)


class _Server:
    """One entry of a program, in our words."""

    def __init__(self, name: str, entry: object, program: Program, env: Mapping[str, str]) -> None:
        self._name, self._entry, self._program, self._env = name, entry, program, env
        self._redactor = Redactor()
        self._entries: list[OpenEntry] = []

    def read(self) -> tuple[dict[str, Any], Sequence[OpenEntry]]:
        """Raises _Unfit."""
        entry = self._entry
        if not isinstance(entry, Mapping):
            raise _Unfit("it is no table")
        if entry.get("disabled") is True or entry.get("enabled") is False:
            raise _Unfit("it is switched off there")
        if entry.get("cwd"):
            raise _Unfit(_OTHER_FOLDER)
        values = self._remote(entry) if self._url(entry) else self._local(entry)
        return {**values, "offer": True}, self._entries

    def _url(self, entry: Mapping[str, Any]) -> str:
        return next((str(entry[key]) for key in _ADDRESSES if entry.get(key)), "")

    def _remote(self, entry: Mapping[str, Any]) -> dict[str, Any]:
        url = self._filled(self._url(entry))
        if self._redactor.clean_text(url) != url or "@" in url:
            raise _Unfit("a secret stands in its address; it belongs into a header")
        headers = dict(self._texts(entry.get("headers") or entry.get("http_headers") or {}))
        for header, variable in self._texts(entry.get("env_http_headers") or {}):
            headers[header] = f"${{{variable}}}"
        if bearer := entry.get("bearer_token_env_var"):
            headers["Authorization"] = f"{_BEARER}${{{bearer}}}"
        values: dict[str, Any] = {"url": url}
        if headers:
            values["headers"] = {key: self._kept(key, text) for key, text in headers.items()}
        return values

    def _local(self, entry: Mapping[str, Any]) -> dict[str, Any]:
        command, args = entry.get("command"), entry.get("args") or []
        words = [*(command if isinstance(command, list) else [command]), *args]
        if not words or not all(isinstance(each, str) and each for each in words):
            raise _Unfit("neither a program nor an address is named")
        words = [self._filled(each) for each in words]
        if any(self._redactor.clean_text(each) != each for each in words):
            raise _Unfit("a secret stands among its arguments, which every program can read")
        values: dict[str, Any] = {"command": words[0], "args": words[1:]}
        env = dict(self._texts(entry.get("env") or entry.get("environment") or {}))
        names = entry.get("env_vars") or []
        env |= {str(each): f"${{{each}}}" for each in names if str(each) in self._env}
        if env:
            values["env"] = {key: self._kept(key, text) for key, text in env.items()}
        return values

    def _texts(self, found: object) -> Iterator[tuple[str, str]]:
        if not isinstance(found, Mapping):
            raise _Unfit("its variables or headers are no table")
        for key, text in found.items():
            if not isinstance(text, str | int | float):
                raise _Unfit(f"{inert_line(str(key), 60)} is no text")
            yield str(key), str(text)

    def _filled(self, text: str) -> str:
        """Variables as they are now. What only that program knows is not guessed."""

        def value_of(found: re.Match[str]) -> str:
            if found[1] not in self._env:
                raise _Unfit(f"the variable {found[1]} is not set here")
            return self._env[found[1]]

        filled = _VARIABLE.sub(value_of, text)
        if _FILLED.search(filled):
            raise _Unfit("only that program can fill in one of its values")
        return filled

    def _kept(self, key: str, text: str) -> str:
        """The text, or where the vault will keep it."""
        filled = self._filled(text)
        is_secret = is_secret_name(key) or self._redactor.clean_text(filled) != filled
        if not (filled and is_secret):
            return filled
        begin = _BEARER if filled.startswith(_BEARER) else ""
        try:
            at = address(EntryKind.API_KEY, _named(self._name), _named(key).lower())
            secret = checked_secret(EntryKind.API_KEY, filled.removeprefix(begin).encode())
        except EntryUnfit as unfit:
            raise _Unfit(f"the vault does not take {inert_line(key, 60)}: {unfit}") from None
        self._entries.append(OpenEntry(at, secret))
        made = f"{begin}${{vault:{at.provider}/{at.name}}}"
        assert FROM_VAULT.search(made)
        return made


def _named(name: str) -> str:
    """As names of tables may be."""
    plain = _NOT_IN_A_NAME.sub("-", name).strip("-_")[:40]
    return plain if plain[:1].isalpha() else f"mcp-{plain}".rstrip("-")


def taken_out(raw: bytes, places: Sequence[StandsIn]) -> bytes:
    """The file without these. Raises ConfigError."""
    file = places[0].file
    mark, text = text_of(file, raw)
    try:
        for each in places:
            text = each.format.take_out(text, each.mark)
    except Unreadable as error:
        raise ConfigError(error.why, file=str(file)) from error
    return f"{mark}{text}".encode()


def by_file(places: Sequence[StandsIn]) -> dict[Path, list[StandsIn]]:
    found: dict[Path, list[StandsIn]] = {}
    for each in places:
        found.setdefault(each.file, []).append(each)
    return found
