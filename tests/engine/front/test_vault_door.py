"""`/v1/credentials` and `/v1/files`: masked, scoped, and never the value again."""

from __future__ import annotations

import asyncio
import sqlite3
from collections.abc import Mapping
from typing import Any

import pytest

from llmgw_desktop.app.access.keys import ClientKeys
from llmgw_desktop.domain.access.principal import Scope
from llmgw_desktop.domain.clock import SystemClock, TimedIds
from llmgw_desktop.domain.provider import AccountState
from llmgw_desktop.engine.front import vault_door
from llmgw_desktop.store.access.clients import ClientStore
from tests.engine.conftest import House
from tests.engine.policy.keys import key_of
from tests.support.answers import Refusal

SECRET = "sk-test-0123456789abcdefghijklmnop"
KEY: Mapping[str, Any] = {"provider": "openai", "apiKey": SECRET}
FILE: Mapping[str, Any] = {
    "provider": "codex",
    "fileName": "auth.json",
    "content": '{"tokens": {"refresh_token": "rt-0123456789"}}',
}


async def _stored(house: House, path: str, body: Mapping[str, Any], **headers: str) -> Any:
    async with house.post(path, dict(body), **headers) as answer:
        assert answer.status == 201
        return await answer.json()


async def _got(house: House, path: str, **headers: str) -> tuple[int, Any]:
    async with house.get(path, **headers) as answer:
        return answer.status, await answer.json()


async def _deleted(house: House, path: str, body: Any = None, **headers: str) -> tuple[int, Any]:
    sent = {**house.headers(), **headers}
    async with house.session.delete(house.url + path, json=body, headers=sent) as answer:
        return answer.status, await answer.json()


async def test_a_key_is_stored_listed_and_removed(house: House) -> None:
    stored = await _stored(house, "/v1/credentials", KEY)
    assert stored.pop("createdAt") == stored.pop("updatedAt") > 1e9
    assert stored == {
        "id": 1,
        "provider": "openai",
        "keyName": "default",
        "project": "_global",
        "maskedValue": "sk-test...***",
    }
    status, listed = await _got(house, "/v1/credentials")
    assert status == 200
    assert [each["id"] for each in listed["credentials"]] == [1]
    status, shown = await _got(house, "/v1/credentials/1")
    assert (status, shown) == (200, listed["credentials"][0])
    assert SECRET not in str(listed)
    assert await _deleted(house, "/v1/credentials/1") == (200, {"ok": True, "id": 1})
    status, gone = await _got(house, "/v1/credentials/1")
    assert status == 404
    assert gone["error"]["code"] == "vault_no_such_entry"


async def test_a_file_is_shown_by_its_name_and_size(house: House) -> None:
    stored = await _stored(house, "/v1/files", FILE)
    assert (stored["fileName"], stored["bytes"]) == ("auth.json", len(FILE["content"]))
    status, listed = await _got(house, "/v1/files")
    assert status == 200
    assert "refresh_token" not in str(listed)
    assert (await _got(house, f"/v1/credentials/{stored['id']}"))[0] == 404
    assert (await _deleted(house, f"/v1/credentials/{stored['id']}"))[0] == 404
    assert (await _deleted(house, f"/v1/files/{stored['id']}"))[0] == 200


async def test_storing_again_answers_the_id_of_the_row(house: House) -> None:
    first = await _stored(house, "/v1/credentials", KEY)
    await _stored(house, "/v1/credentials", {**KEY, "keyName": "second"})
    again = await _stored(house, "/v1/credentials", {**KEY, "apiKey": "sk-new-0123456789abcdef"})
    assert again["id"] == first["id"]
    assert again["maskedValue"] != first["maskedValue"]


async def test_the_project_of_the_body_wins_over_the_header(house: House) -> None:
    of_header = await _stored(house, "/v1/credentials", KEY, **{"X-Project": "shop"})
    assert of_header["project"] == "shop"
    of_body = await _stored(
        house, "/v1/credentials", {**KEY, "project": "blog"}, **{"X-Project": "shop"}
    )
    assert of_body["project"] == "blog"
    of_all = await _stored(house, "/v1/credentials", {**KEY, "project": None})
    assert of_all["project"] == "_global"


async def test_another_projects_entry_is_not_found(house: House) -> None:
    own = await _stored(house, "/v1/credentials", {**KEY, "project": "shop"})
    shared = await _stored(house, "/v1/credentials", KEY)
    path = f"/v1/credentials/{own['id']}"
    for headers in ({}, {"X-Project": "blog"}):
        assert (await _got(house, path, **headers))[0] == 404
        assert (await _deleted(house, path, **headers))[0] == 404
        _, listed = await _got(house, "/v1/credentials", **headers)
        assert [each["id"] for each in listed["credentials"]] == [shared["id"]]
    assert (await _deleted(house, path, {"project": "blog"}, **{"X-Project": "shop"}))[0] == 404
    _, listed = await _got(house, "/v1/credentials?project=shop")
    assert {each["id"] for each in listed["credentials"]} == {own["id"], shared["id"]}
    assert (await _got(house, path, **{"X-Project": "shop"}))[0] == 200
    assert (await _deleted(house, path, {"project": "shop"}))[0] == 200


@pytest.mark.parametrize(
    ("path", "body", "field"),
    [
        ("/v1/credentials", {}, "provider"),
        ("/v1/credentials", {"provider": "openai"}, "apiKey"),
        ("/v1/credentials", {**KEY, "apiKey": ""}, "apiKey"),
        ("/v1/credentials", {**KEY, "apiKey": 7}, "apiKey"),
        ("/v1/credentials", {**KEY, "apiKey": "two words"}, "apiKey"),
        ("/v1/credentials", {**KEY, "apiKey": "x\r\ny: z"}, "apiKey"),
        ("/v1/credentials", {**KEY, "keyName": "../x"}, "keyName"),
        ("/v1/credentials", {**KEY, "keyName": ["x"]}, "keyName"),
        ("/v1/credentials", {**KEY, "keyName": SECRET}, "keyName"),
        ("/v1/credentials", {**KEY, "project": "a\nb"}, "project"),
        ("/v1/credentials", {**KEY, "project": ""}, "project"),
        ("/v1/credentials", {**KEY, "provider": "a/b"}, "provider"),
        ("/v1/files", {**FILE, "fileName": "../../.ssh/id_rsa"}, "fileName"),
        ("/v1/files", {**FILE, "fileName": None}, "fileName"),
        ("/v1/files", {**FILE, "content": None}, "content"),
    ],
    ids=lambda value: str(value)[:60],
)
async def test_what_cannot_be_taken_is_refused_with_its_field(
    house: House, path: str, body: dict[str, Any], field: str
) -> None:
    async with house.post(path, body) as answer:
        told = await answer.json()
    assert answer.status == 400
    assert told["error"]["param"] == f"$.{field}"
    assert "two words" not in str(told)
    assert (await _got(house, path))[1] == {path.rpartition("/")[2]: []}


async def test_a_body_over_the_limit(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(vault_door, "MOST_BODY_BYTES", 100)
    async with house.post("/v1/files", {**FILE, "content": "x" * 100}) as answer:
        assert answer.status == 413
    assert (await _got(house, "/v1/files"))[1] == {"files": []}


@pytest.mark.parametrize("body", [b"", b"{", b"[]", b'"x"', b'{"apiKey": "sk-leak'])
async def test_bodies_that_are_no_object(house: House, body: bytes) -> None:
    headers = {**house.headers(), "content-type": "application/json"}
    url = f"{house.url}/v1/credentials"
    async with house.session.post(url, data=body, headers=headers) as answer:
        assert answer.status == 400
        assert "sk-leak" not in await answer.text()


@pytest.mark.parametrize("number", ["x", "-1", "0", "99", "1.5", "%31%00", "9" * 30, "٣"])
async def test_ids_that_are_none(house: House, number: str) -> None:
    await _stored(house, "/v1/credentials", KEY)
    status, told = await _deleted(house, f"/v1/credentials/{number}")
    assert status in (400, 404)
    assert set(told) == {"error"}
    _, listed = await _got(house, "/v1/credentials")
    assert len(listed["credentials"]) == 1


async def test_only_who_may(house: House) -> None:
    clock = SystemClock()
    store = ClientStore(house.container.places.gateway_db, clock)
    keys = ClientKeys(store, clock, TimedIds(clock))
    plain, keeper = keys.add("plain"), keys.add("keeper", [Scope.VAULT_ADMIN])
    store.close()
    for path in ("/v1/credentials", "/v1/files", "/v1/credentials/1", "/v1/files/1"):
        for key, statuses in ((plain, {403}), (keeper, {200, 404}), ("llmgw-wrong", {401})):
            headers = {"Authorization": f"Bearer {key}"}
            async with house.session.get(house.url + path, headers=headers) as answer:
                assert answer.status in statuses, (path, await answer.text())
                assert answer.status == 200 or "error" in await answer.json()


async def test_a_method_that_is_not_there(house: House) -> None:
    async with house.session.put(
        f"{house.url}/v1/credentials", json=KEY, headers=house.headers()
    ) as answer:
        assert answer.status == 405
        assert answer.headers["allow"] == "GET, POST"


async def test_a_locked_vault_says_what_to_do_and_keeps_what_it_has(house: House) -> None:
    await _stored(house, "/v1/credentials", KEY)
    (path,) = house.container.places.data_folder.glob("vault-*.key")
    path.unlink()
    house.container.vault._lock._keys = None  # as after a start
    async with house.post("/v1/credentials", dict(KEY)) as answer:
        assert answer.status == 423
        told = await answer.json()
    assert told["error"]["code"] == "vault_locked"
    assert "Put the file back" in told["error"]["message"]
    assert (await _deleted(house, "/v1/credentials/1"))[0] == 423
    assert (await _got(house, "/v1/credentials"))[0] == 423


async def test_a_row_that_was_changed_is_told_of_with_the_request(house: House) -> None:
    await _use_vault(house)
    await _stored(house, "/v1/credentials", KEY)
    with sqlite3.connect(house.container.places.gateway_db) as connection:
        connection.execute("UPDATE vault_entries SET provider = 'groq'")
        connection.execute("UPDATE vault_entries SET provider = 'openai'")
        connection.execute("UPDATE vault_entries SET sealed = x'00'")
    connection.close()
    status, told = await _asked(house)
    assert status == 502
    assert told["error"]["code"] == "key_missing"
    assert "openai/default cannot be opened" in told["error"]["message"]


async def _use_vault(house: House) -> None:
    file = house.container.places.config_file
    chat = (
        file.read_text()
        .split("[providers.chat]")[1]
        .replace('api_key_env = "STUB_KEY"', 'vault = "openai/default"')
    )
    file.write_text(f"{file.read_text().split('[providers.chat]')[0]}[providers.chat]{chat}")
    house.container.check_settings()


async def _asked(house: House, text: str = "hello", **headers: str) -> tuple[int, Any]:
    body = {"model": "gpt-stub", "messages": [{"role": "user", "content": text}]}
    async with house.post("/v1/chat/completions", body, **headers) as answer:
        return answer.status, await answer.json()


async def test_a_provider_is_asked_with_the_key_of_the_requests_project(house: House) -> None:
    await _use_vault(house)
    status, told = await _asked(house)
    assert status == 502
    assert "the vault has no key openai/default" in told["error"]["message"]
    await _stored(house, "/v1/credentials", KEY)
    own = "sk-shop-0123456789abcdefghijklmnop"
    await _stored(house, "/v1/credentials", {**KEY, "apiKey": own, "project": "shop"})
    house.lane.key = SECRET
    assert (await _asked(house))[0] == 200
    assert (await _asked(house, **{"X-Project": "blog"}))[0] == 200
    house.lane.key = own
    assert (await _asked(house, **{"X-Project": "shop"}))[0] == 200


async def test_no_record_holds_a_key_that_was_used(house: House) -> None:
    await _use_vault(house)
    odd = "no-family-knows-this-key-42"
    await _stored(house, "/v1/credentials", {**KEY, "apiKey": odd})
    house.lane.key = odd
    status, _ = await _asked(house, text=f"is {odd} a key?")
    assert status == 200
    await house.container.stop()
    kept = [each for each in house.container.places.data_folder.rglob("*") if each.is_file()]
    assert not [each for each in kept if odd.encode() in each.read_bytes()]


async def test_a_new_key_puts_its_accounts_to_the_test_again(house: House) -> None:
    config = house.container.places.config_file
    table = f'[providers.kept]\nkind = "openai"\nbase_url = "{house.lane.base_url}"\n'
    config.write_text(f'{config.read_text()}{table}vault = "openai/default"\nlocal = true\n')
    house.container.check_settings()
    await _stored(house, "/v1/credentials", KEY)
    house.lane.always = Refusal(status=401)
    asked = {"model": "kept/m", "messages": [{"role": "user", "content": "ping"}]}
    async with house.post("/v1/chat/completions", asked) as answer:
        assert answer.status == 502
    assert house.container.health.status("kept").state is AccountState.AUTH_REQUIRED
    await _stored(house, "/v1/credentials", {**KEY, "apiKey": SECRET[::-1]})
    await asyncio.sleep(0)
    assert house.container.health.status("kept").state is AccountState.READY


async def test_only_the_person_changes_the_vaults_key(house: House) -> None:
    await _stored(house, "/v1/credentials", KEY)
    vault, key = house.container.vault, key_of(house, "admin", Scope.VAULT_ADMIN)
    before = vault.data_keys.current().number
    async with house.post("/v1/vault/rotate", {}, Authorization=f"Bearer {key}") as answer:
        assert answer.status == 403
    assert vault.data_keys.current().number == before
    async with house.post("/v1/vault/rotate", {}) as answer:
        assert (answer.status, await answer.json()) == (200, {"entries": 1})
    assert vault.data_keys.current().number != before
