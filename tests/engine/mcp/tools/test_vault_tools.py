"""The vault's tools: as at the HTTP doors, and never the value again."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import jsonschema
import pytest

from llmgw_desktop.domain.access.principal import LOCAL, Principal, Scope
from llmgw_desktop.domain.clock import SystemClock
from llmgw_desktop.domain.vault import EntryKind, VaultEntry, address
from llmgw_desktop.engine.mcp.listing import output_schema
from llmgw_desktop.engine.mcp.tool import Profile, ToolAnswer
from llmgw_desktop.engine.mcp.toolbox import Toolbox
from llmgw_desktop.engine.mcp.tools import vault_tools
from llmgw_desktop.store.vault.master_key import MasterKeys
from llmgw_desktop.store.vault.vault import Vault

SECRET = "sk-test-0123456789abcdefghijklmnop"
FILE = '{"tokens": {"refresh_token": "rt-0123456789"}}'
KEEPER = Principal(client_id="cli_1", name="anna", scopes=frozenset({Scope.VAULT_ADMIN}))


class Box:
    def __init__(self, vault: Vault) -> None:
        self.vault = vault
        self.heard: list[VaultEntry] = []
        self.tools = vault_tools.tools(vault, self.heard.append)
        self.toolbox = Toolbox(self.tools)

    async def call(self, name: str, project: str = "", **arguments: Any) -> ToolAnswer:
        answer = await self.toolbox.call(name, arguments, KEEPER, project=project)
        (tool,) = [tool for tool in self.tools if tool.name == name]
        jsonschema.validate(answer.structured, output_schema(tool))
        assert SECRET not in str(answer)
        assert "rt-0123456789" not in str(answer)
        return answer


@pytest.fixture
def box(tmp_path: Path) -> Iterator[Box]:
    keys = MasterKeys({"LLM_GATEWAY_MASTER_KEY": "5e" * 32}, tmp_path)
    vault = Vault(tmp_path / "gateway.db", keys, SystemClock())
    yield Box(vault)
    vault.close()


async def test_a_key_is_stored_listed_and_deleted(box: Box) -> None:
    stored = await box.call("vault_store", provider="openai", apiKey=SECRET)
    assert stored.structured["success"] is True
    assert stored.structured["keyName"] == "default"
    assert stored.structured["project"] == "_global"
    assert stored.structured["maskedValue"] == "sk-test...***"
    assert [each.address.provider for each in box.heard] == ["openai"]
    at = address(EntryKind.API_KEY, "openai", "default")
    assert box.vault.secret(at, by="test") == SECRET.encode()

    listed = (await box.call("vault_list")).structured
    assert (listed["count"], listed["credentials"][0]["id"]) == (1, stored.structured["id"])
    gone = await box.call("vault_delete", id=stored.structured["id"])
    assert gone.structured == {"success": True, "id": stored.structured["id"]}
    again = await box.call("vault_delete", id=stored.structured["id"])
    assert again.structured["errorCategory"] == "not_found"
    assert (await box.call("vault_list")).structured["count"] == 0


async def test_a_file_is_shown_by_its_name_and_size(box: Box) -> None:
    fields = {"provider": "codex", "fileName": "auth.json", "content": FILE}
    stored = (await box.call("vault_store_file", **fields)).structured
    assert (stored["fileName"], stored["bytes"]) == ("auth.json", len(FILE))
    assert (await box.call("vault_list_files")).structured["files"][0]["id"] == stored["id"]
    assert (await box.call("vault_delete", id=stored["id"])).is_error
    assert not (await box.call("vault_delete_file", id=stored["id"])).is_error


async def test_a_project_sees_its_own_and_the_shared_alone(box: Box) -> None:
    shared = await box.call("vault_store", provider="openai", apiKey=SECRET)
    acme = await box.call("vault_store", project="acme", provider="openai", apiKey=SECRET)
    shop = await box.call("vault_store", provider="xai", apiKey=SECRET, keyName="shop")
    named = await box.toolbox.call(
        "vault_store", {"provider": "xai", "apiKey": SECRET, "project": "shop"}, KEEPER
    )
    ids = {each.structured["id"] for each in (shared, acme, shop)}
    listed = (await box.call("vault_list", project="acme")).structured["credentials"]
    assert {each["id"] for each in listed} == ids
    foreign = await box.call("vault_delete", project="acme", id=named.structured["id"])
    nobodys = await box.call("vault_delete", project="acme", id=99)
    assert (
        foreign.structured["error"].replace(str(named.structured["id"]), "99")
        == (nobodys.structured["error"])
    )
    theirs = await box.toolbox.call(
        "vault_delete", {"id": named.structured["id"], "project": "shop"}, KEEPER
    )
    assert not theirs.is_error


@pytest.mark.parametrize(
    ("name", "fields", "field"),
    [
        ("vault_store", {"provider": "openai"}, "apiKey"),
        ("vault_store", {"provider": "../x", "apiKey": SECRET}, "provider"),
        ("vault_store", {"provider": "openai", "apiKey": "two words"}, "apiKey"),
        ("vault_store", {"provider": "openai", "apiKey": "a\ud800b"}, "apiKey"),
        ("vault_store", {"provider": "o", "apiKey": "k1", "keyName": SECRET}, "keyName"),
        ("vault_store", {"provider": "o", "apiKey": "k1", "project": " "}, "project"),
        (
            "vault_store_file",
            {"provider": "o", "fileName": "../auth.json", "content": "{}"},
            "fileName",
        ),
        ("vault_list", {"project": "a\nb"}, "project"),
        ("vault_delete", {"id": 0}, "id"),
        ("vault_delete", {"id": "1"}, "id"),
        ("vault_delete", {"id": 10**18}, "id"),
        ("vault_delete", {}, "id"),
    ],
)
async def test_what_does_not_fit_is_refused_by_its_name(
    box: Box, name: str, fields: dict[str, Any], field: str
) -> None:
    answer = await box.call(name, **fields)
    assert answer.structured["errorCategory"] == "invalid_input"
    assert answer.structured["field"] == field
    assert (await box.call("vault_list")).structured["count"] == 0


async def test_only_who_may_has_the_tools(box: Box) -> None:
    user = Principal(client_id="cli_2", name="ben", scopes=frozenset({Scope.MODELS_USE}))
    assert box.toolbox.shown(user, Profile.FULL) == []
    assert (await box.toolbox.call("vault_list", {}, user)).is_error
    assert len(box.toolbox.shown(LOCAL, Profile.FULL)) == 6
    assert box.toolbox.shown(LOCAL, Profile.CORE) == []
