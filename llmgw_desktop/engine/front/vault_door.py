"""`/v1/credentials` and `/v1/files`: what is in the vault, put in and taken away, never given out.

A request is for one project, named in the body, by `?project=` or by `X-Project`, or for what all
projects share. It sees its own and the shared; of others it does not learn that they are there.
"""

import asyncio
from collections.abc import Callable, Mapping
from functools import partial
from typing import Any
from urllib.parse import parse_qs

from llmgw_desktop.domain.access.principal import Scope
from llmgw_desktop.domain.errors import MalformedRequest, RequestTooLarge
from llmgw_desktop.domain.vault import (
    MOST_FILE_BYTES,
    NoSuchEntry,
    VaultEntry,
    address,
    checked_project,
)
from llmgw_desktop.engine.front.doors import Answer, DoorTable, check_person, tell, who
from llmgw_desktop.engine.front.http_caller import HttpCaller
from llmgw_desktop.store.vault.vault import Vault
from llmgw_desktop.wire.json_edits import read_object
from llmgw_desktop.wire.native.withheld import CREDENTIALS, FILES, VaultWords, shown

MOST_BODY_BYTES = 2 * MOST_FILE_BYTES
"""A file in JSON is longer than it is."""


_PATHS = {CREDENTIALS: "/v1/credentials", FILES: "/v1/files"}


class VaultDoor:
    """Answers in one shape for keys and files; the words differ."""

    def __init__(self, vault: Vault, stored: Callable[[VaultEntry], None] = lambda _: None) -> None:
        """`stored` hears of each new value."""
        self._vault = vault
        self._told = stored

    def add_to(self, table: DoorTable) -> None:
        answers: dict[str, Answer] = {"POST /v1/vault/rotate": self.rotate}
        for words, path in _PATHS.items():
            answers |= {
                f"POST {path}": partial(self.store, words),
                f"GET {path}": partial(self.list_all, words),
                f"GET {path}/{{}}": partial(self.show, words),
                f"DELETE {path}/{{}}": partial(self.remove, words),
            }
        table.add_own(Scope.VAULT_ADMIN, answers)

    async def store(self, words: VaultWords, caller: HttpCaller) -> None:
        fields = await _body(caller)
        project = _text(fields, "project", default=_project_of(caller))
        provider = _text(fields, "provider")
        name = _text(fields, words.name, default=words.default_name or None)
        secret = _text(fields, words.secret)
        entry = address(words.kind, provider, name, project)
        stored = await asyncio.to_thread(
            self._vault.put, entry, secret.encode(), by=who(caller).name
        )
        self._told(stored)
        await tell(caller, shown(words, stored), 201)

    async def list_all(self, words: VaultWords, caller: HttpCaller) -> None:
        project = checked_project(_project_of(caller))
        await asyncio.to_thread(self._vault.check_open)
        entries = await asyncio.to_thread(self._vault.entries, words.kind, project)
        await tell(caller, {words.listed: [shown(words, entry) for entry in entries]})

    async def show(self, words: VaultWords, caller: HttpCaller) -> None:
        await tell(caller, shown(words, await self._found(words, caller, "")))

    async def remove(self, words: VaultWords, caller: HttpCaller) -> None:
        entry = await self._found(words, caller, _text(await _body(caller), "project", default=""))
        if not await asyncio.to_thread(self._vault.remove, entry.id, by=who(caller).name):
            raise NoSuchEntry(f"The vault has no entry {entry.id} here.")
        await tell(caller, {"ok": True, "id": entry.id})

    async def rotate(self, caller: HttpCaller) -> None:
        """For a person whose command does not find the key that we hold. Raises PersonOnly."""
        check_person(caller, "Only the person at this computer changes the vault's key.")
        count = await asyncio.to_thread(self._vault.rotate, by=who(caller).name)
        await tell(caller, {"entries": count})

    async def _found(self, words: VaultWords, caller: HttpCaller, project: str) -> VaultEntry:
        project = checked_project(project or _project_of(caller))
        number = caller.path.rpartition("/")[2]
        if not number.isdecimal() or not number.isascii() or len(number) > 18:
            raise MalformedRequest("expected the number that the list shows", path="id")
        await asyncio.to_thread(self._vault.check_open)
        return await asyncio.to_thread(self._vault.entry, int(number), words.kind, project)


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
