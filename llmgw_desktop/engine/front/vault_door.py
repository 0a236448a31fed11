"""`/v1/credentials` and `/v1/files`: what is in the vault, put in and taken away, never given out.

A request is for one project, named in the body, by `?project=` or by `X-Project`, or for what all
projects share. It sees its own and the shared; of others it does not learn that they are there.
"""

import asyncio
from collections.abc import Callable, Mapping
from typing import Any, TypeVar
from urllib.parse import parse_qs

import orjson

from llmgw_desktop.domain.errors import MalformedRequest, RequestTooLarge
from llmgw_desktop.domain.principal import Scope
from llmgw_desktop.domain.vault import (
    MOST_FILE_BYTES,
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
from llmgw_desktop.wire.vault import CREDENTIALS, FILES, VaultWords, shown

MOST_BODY_BYTES = 2 * MOST_FILE_BYTES
"""A file in JSON is longer than it is."""
_T = TypeVar("_T")


_PATHS = {CREDENTIALS: "/v1/credentials", FILES: "/v1/files"}


class VaultDoor:
    """Answers in one shape for keys and files; the words differ."""

    def __init__(self, vault: Vault, stored: Callable[[VaultEntry], None] = lambda _: None) -> None:
        """`stored` hears of each new value."""
        self._vault = vault
        self._told = stored

    async def store(self, words: VaultWords, caller: HttpCaller) -> None:
        fields = await _body(caller)
        project = _text(fields, "project", default=_project_of(caller))
        provider = _text(fields, "provider")
        name = _text(fields, words.name, default=words.default_name or None)
        secret = _text(fields, words.secret)
        entry = address(words.kind, provider, name, project)
        stored = await self._aside(lambda: self._vault.put(entry, secret.encode(), by=_who(caller)))
        self._told(stored)
        await _reply(caller, 201, shown(words, stored))

    async def list_all(self, words: VaultWords, caller: HttpCaller) -> None:
        project = checked_project(_project_of(caller))
        await self._aside(self._vault.check_open)
        entries = await self._aside(lambda: self._vault.entries(words.kind, project))
        await _reply(caller, 200, {words.listed: [shown(words, entry) for entry in entries]})

    async def show(self, words: VaultWords, caller: HttpCaller) -> None:
        await _reply(caller, 200, shown(words, await self._found(words, caller, "")))

    async def remove(self, words: VaultWords, caller: HttpCaller) -> None:
        entry = await self._found(words, caller, _text(await _body(caller), "project", default=""))
        if not await self._aside(lambda: self._vault.remove(entry.id, by=_who(caller))):
            raise NoSuchEntry(f"The vault has no entry {entry.id} here.")
        await _reply(caller, 200, {"ok": True, "id": entry.id})

    async def _found(self, words: VaultWords, caller: HttpCaller, project: str) -> VaultEntry:
        project = checked_project(project or _project_of(caller))
        number = caller.path.rpartition("/")[2]
        if not number.isdecimal() or not number.isascii() or len(number) > 18:
            raise MalformedRequest("expected the number that the list shows", path="id")
        await self._aside(self._vault.check_open)
        return await self._aside(lambda: self._vault.entry(int(number), words.kind, project))

    async def _aside(self, work: Callable[[], _T]) -> _T:
        """The keyring and the disk may take their time."""
        return await asyncio.to_thread(work)


def add_doors(table: DoorTable, door: VaultDoor, plain: Dialect) -> None:
    for words, path in _PATHS.items():

        def own(
            answer: Callable[[VaultWords, HttpCaller], Any], words: VaultWords = words
        ) -> OwnDoor:
            return OwnDoor(
                dialect=plain,
                answer=lambda caller: answer(words, caller),
                scope=Scope.VAULT_ADMIN,
            )

        table.add("POST", path, own(door.store))
        table.add("GET", path, own(door.list_all))
        for method, answer in (("GET", door.show), ("DELETE", door.remove)):
            table.add_named(method, f"{path}/", "[^/]+", own(answer), prefixes=("",))


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


def _who(caller: HttpCaller) -> str:
    return caller.principal.name if caller.principal is not None else "nobody"


async def _reply(caller: HttpCaller, status: int, answer: Mapping[str, Any]) -> None:
    await caller.reply(status, JSON, orjson.dumps(answer))
