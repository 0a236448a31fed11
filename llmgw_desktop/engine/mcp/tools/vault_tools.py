"""The vault over MCP: credentials are put in, listed by name and taken away, never given out.

The same words, checks and store as at `/v1/credentials` and `/v1/files`. A call is for one project,
named or the session's own, or for what all projects share; of others' entries it learns nothing.
"""

import asyncio
from collections.abc import Callable

from llmgw_desktop.clis.cli import Option
from llmgw_desktop.clis.fields import TEXT, option, whole_number
from llmgw_desktop.domain.access.principal import Scope
from llmgw_desktop.domain.canonical import LARGEST
from llmgw_desktop.domain.vault import EntryUnfit, NoSuchEntry, VaultEntry, address, checked_project
from llmgw_desktop.engine.mcp.tool import (
    FULL_ALONE,
    Guide,
    InvalidArgument,
    McpTool,
    McpToolCall,
    NotFound,
    ToolAnswer,
)
from llmgw_desktop.store.vault.vault import Vault
from llmgw_desktop.wire.native.withheld import CREDENTIALS, FILES, VaultWords, shown

_ID = option("id", whole_number(1, LARGEST), "From the list.")
_PROJECT = option("project", TEXT, "Left out: shared by all.")
_PROVIDER = option("provider", TEXT, "Such as openai.")
_KEY = (
    option("apiKey", TEXT, "The key."),
    option("keyName", TEXT, "Default: default."),
)
_FILE = (
    option("fileName", TEXT, "Such as auth.json."),
    option("content", TEXT, "All of it."),
)
_NUMBER, _WORD = {"type": "integer"}, {"type": "string"}


class _Entries:
    """Of one kind."""

    def __init__(
        self, vault: Vault, words: VaultWords, stored: Callable[[VaultEntry], None]
    ) -> None:
        self._vault = vault
        self._words = words
        self._stored = stored

    async def store(self, call: McpToolCall) -> ToolAnswer:
        given, words = call.arguments, self._words
        name = given.get(words.name, words.default_name)
        try:
            entry = address(words.kind, given["provider"], name, _project(call))
            secret = given[words.secret].encode()
            stored = await asyncio.to_thread(self._vault.put, entry, secret, by=call.principal.name)
        except EntryUnfit as error:
            raise _unfit(error) from error
        except UnicodeEncodeError as error:
            raise InvalidArgument("it holds half a character", field=words.secret) from error
        self._stored(stored)
        return ToolAnswer(structured={"success": True, **shown(words, stored)})

    async def list_all(self, call: McpToolCall) -> ToolAnswer:
        project = _checked(call)
        entries = await asyncio.to_thread(self._vault.entries, self._words.kind, project)
        listed = [shown(self._words, entry) for entry in entries]
        structured = {"success": True, "count": len(listed), self._words.listed: listed}
        return ToolAnswer(structured=structured)

    async def remove(self, call: McpToolCall) -> ToolAnswer:
        project, entry_id = _checked(call), call.arguments["id"]

        def gone() -> bool:
            entry = self._vault.entry(entry_id, self._words.kind, project)
            return self._vault.remove(entry.id, by=call.principal.name)

        try:
            is_gone = await asyncio.to_thread(gone)
        except NoSuchEntry as error:
            raise NotFound(str(error)) from error
        if not is_gone:
            raise NotFound(f"The vault has no entry {entry_id} here.")
        return ToolAnswer(structured={"success": True, "id": entry_id})


def tools(
    vault: Vault, stored: Callable[[VaultEntry], None] = lambda _: None
) -> tuple[McpTool, ...]:
    """`stored` hears of each new value."""
    keys, files = _Entries(vault, CREDENTIALS, stored), _Entries(vault, FILES, stored)
    return (
        *_family(
            keys,
            store="vault_store",
            listing="vault_list",
            remove="vault_delete",
            what="key",
            own=_KEY,
        ),
        *_family(
            files,
            store="vault_store_file",
            listing="vault_list_files",
            remove="vault_delete_file",
            what="file",
            own=_FILE,
        ),
    )


_EXAMPLES = {
    "key": {"provider": "openai", "apiKey": "sk-…"},
    "file": {"provider": "google", "fileName": "account.json", "content": "{}"},
}


def _family(
    entries: _Entries, *, store: str, listing: str, remove: str, what: str, own: tuple[Option, ...]
) -> tuple[McpTool, McpTool, McpTool]:
    words = CREDENTIALS if what == "key" else FILES
    needs = {"provider", *(each.name for each in own)} - {"keyName"}
    return (
        McpTool(
            name=store,
            title=f"Store a {what}",
            description=f"Encrypts a {what} in the vault, in place of one of that name.",
            guide=Guide(
                when=f"a {what} that requests shall use",
                returns="its id",
                costs="nothing; replaces one of the same name",
                example=_EXAMPLES[what],
            ),
            takes=(_PROVIDER, *own, _PROJECT),
            needs=frozenset(needs),
            tells={"id": _NUMBER, "provider": _WORD, words.name: _WORD, "project": _WORD},
            call=entries.store,
            scope=Scope.VAULT_ADMIN,
            profiles=FULL_ALONE,
            destroys=True,
            is_idempotent=True,
        ),
        McpTool(
            name=listing,
            title=f"List {what}s",
            description=f"The vault's {what}s, without values.",
            guide=Guide(
                when="an id, or what is there", returns=f"{what}s", costs="nothing", example={}
            ),
            takes=(_PROJECT,),
            tells={"count": _NUMBER, words.listed: {"type": "array"}},
            call=entries.list_all,
            scope=Scope.VAULT_ADMIN,
            profiles=FULL_ALONE,
            reads_only=True,
            is_idempotent=True,
        ),
        McpTool(
            name=remove,
            title=f"Delete a {what}",
            description=f"Deletes a {what} from the vault.",
            guide=Guide(
                when="what is not used any more",
                returns="its id",
                costs="cannot be undone",
                example={"id": 1},
            ),
            takes=(_ID, _PROJECT),
            needs=frozenset({"id"}),
            tells={"id": _NUMBER},
            call=entries.remove,
            scope=Scope.VAULT_ADMIN,
            profiles=FULL_ALONE,
            destroys=True,
        ),
    )


def _project(call: McpToolCall) -> str:
    return str(call.arguments.get("project", call.project))


def _checked(call: McpToolCall) -> str:
    try:
        return checked_project(_project(call))
    except EntryUnfit as error:
        raise _unfit(error) from error


def _unfit(error: EntryUnfit) -> InvalidArgument:
    said = str(error).removeprefix(f"{error.field}: ")
    return InvalidArgument(said, field=error.field)
