"""`/v1/credentials` and `/v1/files`: what is in the vault, put in and taken away, never given out.

A request is for one project, named in the body, by `?project=` or by `X-Project`, or for what all
projects share. It sees its own and the shared; of others it does not learn that they are there.
"""

import asyncio
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, TypeVar
from urllib.parse import parse_qs

import orjson

from llmgw_desktop.domain.account import DEFAULT_ACCOUNT
from llmgw_desktop.domain.errors import MalformedRequest, RequestTooLarge
from llmgw_desktop.domain.principal import Scope
from llmgw_desktop.domain.vault import (
    MOST_FILE_BYTES,
    EntryKind,
    VaultEntry,
    address,
    checked_project,
)
from llmgw_desktop.domain.vault_errors import NoSuchEntry
from llmgw_desktop.engine.caller import JSON
from llmgw_desktop.engine.dialect import Dialect
from llmgw_desktop.engine.front.doors import DoorTable, OwnDoor
from llmgw_desktop.engine.front.http_caller import HttpCaller
from llmgw_desktop.store.vault import Vault
from llmgw_desktop.wire.json_scan import read_object

MOST_BODY_BYTES = 2 * MOST_FILE_BYTES
"""A file in JSON is longer than it is."""
_T = TypeVar("_T")


@dataclass(frozen=True, slots=True, kw_only=True)
class _Words:
    """How the requests and answers of one kind call things."""

    kind: EntryKind
    path: str
    listed: str
    name: str
    secret: str
    default_name: str = ""


_CREDENTIALS = _Words(
    kind=EntryKind.API_KEY,
    path="/v1/credentials",
    listed="credentials",
    name="keyName",
    secret="apiKey",  # noqa: S106 - a field's name
    default_name=DEFAULT_ACCOUNT,
)
_FILES = _Words(
    kind=EntryKind.FILE,
    path="/v1/files",
    listed="files",
    name="fileName",
    secret="content",  # noqa: S106 - a field's name
)


class VaultDoor:
    """Answers in one shape for keys and files; the words differ."""

    def __init__(self, vault: Vault) -> None:
        self._vault = vault

    async def store(self, words: _Words, caller: HttpCaller) -> None:
        fields = await _body(caller)
        project = _text(fields, "project", default=_project_of(caller))
        provider = _text(fields, "provider")
        name = _text(fields, words.name, default=words.default_name or None)
        secret = _text(fields, words.secret)
        entry = address(words.kind, provider, name, project)
        stored = await self._aside(lambda: self._vault.put(entry, secret.encode(), by=_who(caller)))
        await _reply(caller, 201, _shown(words, stored))

    async def list_all(self, words: _Words, caller: HttpCaller) -> None:
        project = checked_project(_project_of(caller))
        entries = await self._aside(lambda: self._vault.entries(words.kind, project))
        await _reply(caller, 200, {words.listed: [_shown(words, entry) for entry in entries]})

    async def show(self, words: _Words, caller: HttpCaller) -> None:
        await _reply(caller, 200, _shown(words, await self._found(words, caller, "")))

    async def remove(self, words: _Words, caller: HttpCaller) -> None:
        entry = await self._found(words, caller, _text(await _body(caller), "project", default=""))
        if not await self._aside(lambda: self._vault.remove(entry.id, by=_who(caller))):
            raise NoSuchEntry(f"The vault has no entry {entry.id} here.")
        await _reply(caller, 200, {"ok": True, "id": entry.id})

    async def _found(self, words: _Words, caller: HttpCaller, project: str) -> VaultEntry:
        project = checked_project(project or _project_of(caller))
        number = caller.path.rpartition("/")[2]
        if not number.isdecimal() or not number.isascii() or len(number) > 18:
            raise MalformedRequest("expected the number that the list shows", path="id")
        return await self._aside(lambda: self._vault.entry(int(number), words.kind, project))

    async def _aside(self, work: Callable[[], _T]) -> _T:
        """The keyring and the disk may take their time."""
        return await asyncio.to_thread(work)


def add_doors(table: DoorTable, door: VaultDoor, plain: Dialect) -> None:
    for words in (_CREDENTIALS, _FILES):

        def own(answer: Callable[[_Words, HttpCaller], Any], words: _Words = words) -> OwnDoor:
            return OwnDoor(
                dialect=plain,
                answer=lambda caller: answer(words, caller),
                scope=Scope.VAULT_ADMIN,
            )

        table.add("POST", words.path, own(door.store))
        table.add("GET", words.path, own(door.list_all))
        for method, answer in (("GET", door.show), ("DELETE", door.remove)):
            table.add_named(method, f"{words.path}/", "[^/]+", own(answer), prefixes=("",))


async def _body(caller: HttpCaller) -> Mapping[str, Any]:
    raw = await caller.read_body()
    if len(raw) > MOST_BODY_BYTES:
        raise RequestTooLarge(f"The request's body is larger than {MOST_BODY_BYTES:,} bytes.")
    return read_object(raw) if raw else {}


def _text(fields: Mapping[str, Any], name: str, *, default: str | None = None) -> str:
    value = fields.get(name)
    if value is None and default is not None:
        return default
    if not isinstance(value, str) or not value:
        raise MalformedRequest("expected a text", path=f"$.{name}")
    return value


def _project_of(caller: HttpCaller) -> str:
    named = parse_qs(caller.query).get("project", ())
    return named[0] if named else caller.headers.get("x-project", "")


def _shown(words: _Words, entry: VaultEntry) -> dict[str, Any]:
    at = entry.address
    shown: dict[str, Any] = {
        "id": entry.id,
        "provider": at.provider,
        words.name: at.name,
        "project": at.project,
    }
    if entry.hint:
        shown["maskedValue"] = entry.hint
    else:
        shown["bytes"] = entry.size
    return {**shown, "createdAt": entry.created_at_s, "updatedAt": entry.updated_at_s}


def _who(caller: HttpCaller) -> str:
    return caller.principal.name if caller.principal is not None else "nobody"


async def _reply(caller: HttpCaller, status: int, answer: Mapping[str, Any]) -> None:
    await caller.reply(status, JSON, orjson.dumps(answer))
