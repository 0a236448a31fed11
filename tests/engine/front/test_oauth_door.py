"""The doors of OAuth over HTTP: what they answer, and each refusal with its code and status."""

from __future__ import annotations

import asyncio
import base64
from collections.abc import AsyncIterator, Mapping
from pathlib import Path
from typing import Any

import aiohttp
import pytest

from llmgw_desktop.domain.access.access_errors import OauthCode, OauthError
from llmgw_desktop.domain.access.consent import (
    ClientMade,
    ClientProof,
    ConsentAnswer,
    ConsentWay,
    OauthClient,
)
from llmgw_desktop.domain.access.principal import Scope
from llmgw_desktop.engine.access.oauth.addresses import OWN_REGISTRATIONS, REGISTRATIONS
from llmgw_desktop.store.access.oauth_clients import REGISTRATION_SECRET, hashed
from tests.engine import conftest
from tests.engine.conftest import House, house_in
from tests.support.oauth_scene import (
    REDIRECT,
    SECRET,
    SECRET_HASH,
    answered,
    asking,
    exchange_form,
)

SHARED = "a secret that programs share"
POLICY = '[http.oauth]\nregistration_policy = "{}"\n'
OPEN_DEV = {"LLM_GATEWAY_OAUTH_OPEN_DEV": "1"}
WANTED = {"redirect_uris": [REDIRECT], "token_endpoint_auth_method": "none"}


@pytest.fixture
async def house(tmp_path: Path) -> AsyncIterator[House]:
    async with house_in(tmp_path / "home") as house:
        for client_id, proof, secret in (
            ("oac_agent", ClientProof.NONE, ""),
            ("oac_shop", ClientProof.BASIC, SECRET_HASH),
            ("oac_other", ClientProof.POST, SECRET_HASH),
        ):
            client = OauthClient(
                id=client_id,
                name=client_id,
                made=ClientMade.STATIC,
                redirect_uris=(REDIRECT,),
                proof=proof,
                secret_hash=secret,
            )
            await asyncio.to_thread(house.container.oauth.clients.add, client)
        yield house


async def post(
    house: House, path: str, form: Any, **headers: str
) -> tuple[int, dict[str, Any], Mapping[str, str]]:
    async with house.session.post(f"{house.url}{path}", data=form, headers=headers) as answer:
        return answer.status, await answer.json(content_type=None), answer.headers


async def let_in(house: House, client_id: str = "oac_agent", *scopes: Scope) -> str:
    server = house.container.oauth.server
    query = asking(client_id=client_id, resource=f"{house.url}/mcp")
    request = await server.understood(query)
    answer = ConsentAnswer(
        allowed=True,
        way=ConsentWay.DIALOG,
        at_s=0.0,
        scopes=scopes or request.scopes,
        person="ann",
    )
    return answered(await server.allowed(request, answer))["code"]


async def tokens_of(house: House, client_id: str = "oac_agent", *scopes: Scope) -> dict[str, Any]:
    form = exchange_form(await let_in(house, client_id, *scopes), client_id, resource="")
    if client_id != "oac_agent":
        form["client_secret"] = SECRET
    status, told, _ = await post(house, "/oauth/token", form)
    assert status == 200, told
    return told


def bearer(token: str) -> dict[str, str]:
    return {"Authorization": f"Bearer {token}"}


async def test_where_everything_is(house: House) -> None:
    places = ["/.well-known/oauth-authorization-server", "/.well-known/openid-configuration"]
    inserted = [f"{place}/mcp" for place in places]
    documents = []
    for place in (*places, *inserted, "/mcp/.well-known/openid-configuration"):
        async with house.session.get(f"{house.url}{place}") as answer:
            assert answer.status == 200, place
            assert answer.content_type == "application/json"
            documents.append(await answer.json())
    told = documents[0]
    assert all(document == told for document in documents)
    assert told["issuer"] == house.url
    assert told["code_challenge_methods_supported"] == ["S256"]
    assert told["token_endpoint"] == f"{house.url}/oauth/token"
    assert told["authorization_response_iss_parameter_supported"] is True
    assert told["client_id_metadata_document_supported"] is False, "it would need the open internet"
    assert told["registration_endpoint"] == f"{house.url}/oauth/register"
    assert "none" in told["token_endpoint_auth_methods_supported"]
    assert "admin" not in told["scopes_supported"]
    for place, resource in (("", house.url), ("/mcp", f"{house.url}/mcp")):
        well_known = f"{house.url}/.well-known/oauth-protected-resource{place}"
        async with house.session.get(well_known) as answer:
            about = await answer.json()
        assert about["resource"] == resource
        assert about["authorization_servers"] == [house.url]
        assert about["bearer_methods_supported"] == ["header"]


async def test_the_host_header_names_no_issuer(house: House) -> None:
    port = house.url.rpartition(":")[2]
    place = f"http://localhost:{port}/.well-known/oauth-authorization-server"
    async with house.session.get(place) as answer:
        assert (await answer.json())["issuer"] == f"http://127.0.0.1:{port}"


async def test_a_public_address_is_the_issuer(tmp_path: Path) -> None:
    env = {"LLM_GATEWAY_PUBLIC_URL": "http://127.0.0.1:8080"}
    async with house_in(tmp_path / "home", "", env) as house:
        place = f"{house.url}/.well-known/oauth-authorization-server"
        async with house.session.get(place) as answer:
            told = await answer.json()
    assert told["issuer"] == "http://127.0.0.1:8080"
    assert told["authorization_endpoint"] == "http://127.0.0.1:8080/oauth/authorize"


async def test_tokens_are_never_kept_by_a_cache(house: House) -> None:
    form = exchange_form(await let_in(house), resource="")
    status, told, headers = await post(house, "/oauth/token", form)
    assert status == 200
    assert told["token_type"] == "Bearer"
    assert told["scope"] == "models:use mcp"
    assert headers["cache-control"] == "no-store"
    assert headers["pragma"] == "no-cache"


BASIC = base64.b64encode(f"oac_shop:{SECRET}".encode()).decode()
TWICE = [("grant_type", "refresh_token"), ("grant_type", "refresh_token")]


@pytest.mark.parametrize(
    ("path", "form", "headers", "status", "code"),
    [
        ("/oauth/token", {}, {}, 400, "invalid_request"),
        ("/oauth/token", {"grant_type": "password"}, {}, 400, "unsupported_grant_type"),
        ("/oauth/token", TWICE, {}, 400, "invalid_request"),
        ("/oauth/token?grant_type=x", {"grant_type": "x"}, {}, 400, "invalid_request"),
        (
            "/oauth/token",
            {"grant_type": "refresh_token", "client_id": "oac_agent", "refresh_token": "x"},
            {},
            400,
            "invalid_grant",
        ),
        (
            "/oauth/token",
            {"grant_type": "refresh_token", "client_id": "nobody", "refresh_token": "x"},
            {},
            401,
            "invalid_client",
        ),
        (
            "/oauth/token",
            {"grant_type": "refresh_token", "refresh_token": "x"},
            {"Authorization": "Basic bm9ib2R5Ong="},
            401,
            "invalid_client",
        ),
        (
            "/oauth/token",
            {"grant_type": "refresh_token", "refresh_token": "x"},
            {"Authorization": "Basic !!"},
            401,
            "invalid_client",
        ),
        (
            "/oauth/token",
            {"grant_type": "refresh_token", "refresh_token": "x"},
            {"Authorization": "Bearer x"},
            401,
            "invalid_client",
        ),
        (
            "/oauth/token",
            {"grant_type": "refresh_token", "refresh_token": "x", "client_secret": SECRET},
            {"Authorization": f"Basic {BASIC}"},
            400,
            "invalid_request",
        ),
        (
            "/oauth/token",
            {"grant_type": "refresh_token", "refresh_token": "x", "client_id": "oac_other"},
            {"Authorization": f"Basic {BASIC}"},
            400,
            "invalid_request",
        ),
        ("/oauth/revoke", {"client_id": "oac_agent"}, {}, 400, "invalid_request"),
        ("/oauth/revoke?token=x", {"client_id": "oac_agent"}, {}, 400, "invalid_request"),
        ("/oauth/revoke", {"token": "x"}, {}, 401, "invalid_client"),
        ("/oauth/introspect", {"client_id": "oac_shop"}, {}, 400, "invalid_request"),
        ("/oauth/introspect", {"token": "x", "client_id": "oac_agent"}, {}, 401, "invalid_client"),
        ("/oauth/token", b"\xff", {}, 400, "invalid_request"),
        ("/oauth/token", "&".join("x=1" for _ in range(60)), {}, 400, "invalid_request"),
        ("/oauth/token", "x=" + "1" * 70_000, {}, 413, "invalid_request"),
        (
            "/oauth/token",
            b'{"grant_type":"x"}',
            {"Content-Type": "application/json"},
            400,
            "invalid_request",
        ),
    ],
)
async def test_each_refusal_has_its_code(
    house: House, path: str, form: Any, headers: dict[str, str], status: int, code: str
) -> None:
    kind = {} if isinstance(form, dict | list) else {"Content-Type": aiohttp.hdrs.CONTENT_TYPE}
    if kind:
        kind = {"Content-Type": "application/x-www-form-urlencoded"}
    found, told, got = await post(house, path, form, **{**kind, **headers})
    assert (found, told["error"]) == (status, code), told
    assert told["error_description"]
    assert got["cache-control"] == "no-store"
    assert ("www-authenticate" in got) == (status == 401)


async def test_what_is_no_form_stays_outside(house: House) -> None:
    for kind in ("text/plain", "multipart/form-data; boundary=x"):
        status, _, _ = await post(house, "/oauth/token", b"x=1", **{"Content-Type": kind})
        assert status == 415
    async with house.session.get(f"{house.url}/oauth/token") as answer:
        assert answer.status == 405


async def test_basic_and_post_prove_a_client(house: House) -> None:
    first = await tokens_of(house, "oac_shop")
    form = {"grant_type": "refresh_token", "refresh_token": first["refresh_token"]}
    status, second, _ = await post(house, "/oauth/token", form, Authorization=f"Basic {BASIC}")
    assert status == 200, second
    wrong = base64.b64encode(b"oac_shop:wrong").decode()
    form["refresh_token"] = second["refresh_token"]
    status, told, _ = await post(house, "/oauth/token", form, Authorization=f"Basic {wrong}")
    assert (status, told["error"]) == (401, "invalid_client")


async def test_a_token_opens_its_door_and_no_other(house: House) -> None:
    pair = await tokens_of(house, "oac_agent", Scope.MCP, Scope.MODELS_USE)
    headers = bearer(pair["access_token"]) | {"accept": "application/json, text/event-stream"}
    listing = {"jsonrpc": "2.0", "id": 1, "method": "tools/list", "params": {}}
    async with house.session.post(f"{house.url}/mcp", json=listing, headers=headers) as answer:
        assert answer.status != 401
    async with house.session.get(f"{house.url}/v1/models", headers=headers) as answer:
        assert answer.status == 401
        said = answer.headers["www-authenticate"]
    assert 'error="invalid_token"' in said
    assert f'resource_metadata="{house.url}/.well-known/oauth-protected-resource"' in said


async def test_who_is_not_let_in_is_told_how(house: House) -> None:
    for headers, error in (({}, False), (bearer("wrong"), True)):
        async with house.session.post(f"{house.url}/mcp", json={}, headers=headers) as answer:
            assert answer.status == 401
            said = answer.headers["www-authenticate"]
        place = f"{house.url}/.well-known/oauth-protected-resource/mcp"
        assert said.startswith("Bearer ")
        assert f'resource_metadata="{place}"' in said
        assert 'scope="models:use models:list mcp jobs:run"' in said
        assert ('error="invalid_token"' in said) is error


async def test_who_may_too_little_is_told_what_to_ask_for(house: House) -> None:
    pair = await tokens_of(house, "oac_agent", Scope.MODELS_USE)
    headers = bearer(pair["access_token"])
    async with house.session.post(f"{house.url}/mcp", json={}, headers=headers) as answer:
        assert answer.status == 403
        said = answer.headers["www-authenticate"]
    assert 'error="insufficient_scope"' in said
    assert 'scope="models:use mcp"' in said
    key = house.headers()
    async with house.session.post(f"{house.url}/mcp", json={}, headers=key) as answer:
        assert "www-authenticate" not in answer.headers


async def test_giving_back(house: House) -> None:
    pair = await tokens_of(house)
    server = house.container.oauth.server
    for token in ("nobody's", (await tokens_of(house, "oac_shop"))["refresh_token"]):
        form = {"token": token, "client_id": "oac_agent", "token_type_hint": "odd"}
        assert (await post(house, "/oauth/revoke", form))[0] == 200
    assert len(server.grants()) == 2
    form = {"token": pair["access_token"], "client_id": "oac_agent"}
    assert (await post(house, "/oauth/revoke", form))[0] == 200
    tokens = house.container.oauth.tokens
    from llmgw_desktop.engine.loop.hashing import digest

    assert tokens.find(digest(pair["access_token"])) is None
    assert len(server.grants()) == 2, "an access token is one of several"
    form["token"] = pair["refresh_token"]
    assert (await post(house, "/oauth/revoke", form))[0] == 200
    assert {grant.client_id for grant in server.grants()} == {"oac_shop"}


async def test_introspection_is_for_ones_own(house: House) -> None:
    pair, others = await tokens_of(house, "oac_shop"), await tokens_of(house, "oac_other")
    own = {"client_id": "oac_shop", "client_secret": SECRET}
    status, told, _ = await post(house, "/oauth/introspect", own | {"token": pair["access_token"]})
    assert status == 200
    assert (told["active"], told["client_id"], told["sub"]) == (True, "oac_shop", "ann")
    assert (told["aud"], told["iss"]) == (f"{house.url}/mcp", house.url)
    assert told["exp"] > told["iat"]
    for token in (others["access_token"], "nobody's", "x" * 5000):
        form = own | {"token": token}
        assert (await post(house, "/oauth/introspect", form))[1] == {"active": False}
    refreshing = {"grant_type": "refresh_token", "refresh_token": pair["refresh_token"]}
    assert (await post(house, "/oauth/token", own | refreshing))[0] == 200
    form = own | {"token": pair["refresh_token"]}
    assert (await post(house, "/oauth/introspect", form))[1] == {"active": False}


async def register(house: House, said: Any, query: str = "") -> tuple[int, dict[str, Any]]:
    async with house.session.post(f"{house.url}/oauth/register{query}", json=said) as answer:
        return answer.status, await answer.json()


async def test_programs_of_this_computer_register_and_are_sent_back_to_it(house: House) -> None:
    away = ["https://editor.example/redirect", "http://localhost/callback", REDIRECT]
    status, told = await register(house, WANTED | {"redirect_uris": away})
    assert status == 201
    assert told["redirect_uris"] == away[1:]
    client = await asyncio.to_thread(house.container.oauth.clients.find, told["client_id"])
    assert client is not None
    assert client.redirect_uris == tuple(away[1:])
    status, told = await register(house, WANTED | {"redirect_uris": away[:1]})
    assert (status, told["error"]) == (400, "invalid_redirect_uri")


async def test_a_page_of_another_site_registers_nothing(house: House) -> None:
    before = len(await asyncio.to_thread(house.container.oauth.clients.all))
    for headers in ({"Origin": "https://evil.example"}, {"Sec-Fetch-Site": "cross-site"}):
        place = f"{house.url}/oauth/register"
        async with house.session.post(place, json=WANTED, headers=headers) as answer:
            assert answer.status == 403
    assert len(await asyncio.to_thread(house.container.oauth.clients.all)) == before


async def test_programs_of_other_computers_do_not_register(house: House) -> None:
    for address in ("192.168.1.7", "2001:db8::7", ""):
        with pytest.raises(OauthError) as refused:
            await house.container.oauth.server.registered(WANTED, address)
        assert refused.value.code is OauthCode.ACCESS_DENIED


async def test_nobody_registers_where_a_person_makes_programs_known(tmp_path: Path) -> None:
    async with house_in(tmp_path / "home", POLICY.format("static_clients")) as house:
        status, told = await register(house, WANTED)
        assert (status, told["error"]) == (403, "access_denied")
        place = f"{house.url}/.well-known/oauth-authorization-server"
        async with house.session.get(place) as answer:
            told = await answer.json()
    assert "registration_endpoint" not in told
    assert told["client_id_metadata_document_supported"] is True


async def test_registering_with_the_shared_secret(tmp_path: Path) -> None:
    async with house_in(tmp_path / "home", POLICY.format("shared_secret")) as house:
        status, told = await register(house, WANTED | {"shared_secret": ""})
        assert (status, told["error"]) == (403, "access_denied"), "none was set"
        clients = house.container.oauth.clients
        await asyncio.to_thread(clients.set_secret, REGISTRATION_SECRET, hashed(SHARED), 0.0)
        for wrong in ({}, {"shared_secret": "wrong"}, {"shared_secret": 7}):
            status, told = await register(house, WANTED | wrong)
            assert (status, told["error"]) == (403, "access_denied")
        status, told = await register(house, WANTED, f"?shared_secret={SHARED}")
        assert (status, told["error"]) == (400, "invalid_request")
        status, told = await register(house, WANTED | {"shared_secret": SHARED})
        assert status == 201
        assert SHARED not in str(told)
        place = f"{house.url}/.well-known/oauth-authorization-server"
        async with house.session.get(place) as answer:
            assert (await answer.json())["registration_endpoint"] == f"{house.url}/oauth/register"


PUBLIC = 'public_url = "https://gw.example.com"\n'
OPENED = '[http.oauth]\nregistration_policy = "this_computer"\nallow_public_clients = true\n'


@pytest.mark.parametrize(
    ("before", "after", "more"),
    [
        (PUBLIC, "", ""),  # as if nobody else could reach it; but the door stays as it was opened
        (PUBLIC, PUBLIC, OPENED),
        (PUBLIC, "", OPENED),
    ],
)
async def test_a_change_of_the_file_lets_no_strangers_in_from_elsewhere(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, before: str, after: str, more: str
) -> None:
    monkeypatch.setattr(
        conftest, "CONFIG", conftest.CONFIG.replace("[http]\n", f"[http]\n{before}")
    )
    async with house_in(tmp_path / "home") as house:
        file = house.container.places.config_file
        file.write_text(file.read_text().replace(before, after) + more)
        house.container.check_settings()
        status, told = await register(house, WANTED)
        assert (status, told["error"]) == (403, "access_denied")
        place = f"{house.url}/.well-known/oauth-authorization-server"
        async with house.session.get(place) as answer:
            told = await answer.json()
    assert "registration_endpoint" not in told
    assert told["client_id_metadata_document_supported"] is False
    assert "none" not in told["token_endpoint_auth_methods_supported"]


@pytest.mark.parametrize(
    ("said", "status", "code"),
    [
        ({}, 400, "invalid_redirect_uri"),
        ({"redirect_uris": []}, 400, "invalid_redirect_uri"),
        ({"redirect_uris": "x"}, 400, "invalid_redirect_uri"),
        ({"redirect_uris": [7]}, 400, "invalid_redirect_uri"),
        ({"redirect_uris": [REDIRECT, "http://evil.example"]}, 400, "invalid_redirect_uri"),
        ({"redirect_uris": ["cursor://callback"]}, 400, "invalid_redirect_uri"),
        ({"redirect_uris": ["https://a.example/#x"]}, 400, "invalid_redirect_uri"),
        ({"redirect_uris": ["https://u@a.example/"]}, 400, "invalid_redirect_uri"),
        ({"redirect_uris": ["https://*.example/"]}, 400, "invalid_redirect_uri"),
        ({"redirect_uris": [f"https://a.example/{'x' * 3000}"]}, 400, "invalid_redirect_uri"),
        (WANTED | {"token_endpoint_auth_method": "odd"}, 400, "invalid_client_metadata"),
        (WANTED | {"token_endpoint_auth_method": 7}, 400, "invalid_client_metadata"),
        (WANTED | {"grant_types": ["implicit"]}, 400, "invalid_client_metadata"),
        (WANTED | {"grant_types": ["refresh_token"]}, 400, "invalid_client_metadata"),
        (WANTED | {"response_types": ["token"]}, 400, "invalid_client_metadata"),
        (WANTED | {"scope": "admin"}, 400, "invalid_client_metadata"),
        (WANTED | {"scope": "nonsense"}, 400, "invalid_client_metadata"),
        (WANTED | {"scope": 7}, 400, "invalid_client_metadata"),
        (WANTED | {"client_name": 7}, 400, "invalid_client_metadata"),
        ([], 400, "invalid_request"),
        (WANTED | {"client_name": "x" * 70_000}, 413, "invalid_request"),
    ],
)
async def test_what_cannot_be_registered(tmp_path: Path, said: Any, status: int, code: str) -> None:
    async with house_in(tmp_path / "home", POLICY.format("open_dev"), OPEN_DEV) as house:
        found, told = await register(house, said)
        assert (found, told["error"]) == (status, code), told
        assert await asyncio.to_thread(house.container.oauth.clients.all) == []


async def test_registered_and_slowed_down(tmp_path: Path) -> None:
    async with house_in(tmp_path / "home", POLICY.format("open_dev"), OPEN_DEV) as house:
        hostile = "\u202eevil\x1b[31m<b>" + "N" * 10_000
        status, told = await register(house, {"redirect_uris": [REDIRECT], "client_name": hostile})
        assert status == 201
        assert told["token_endpoint_auth_method"] == "client_secret_basic"
        assert told["client_secret"].startswith("llmgw-cs-")
        assert told["client_secret_expires_at"] == 0
        assert len(told["client_name"]) <= 1000
        (client,) = await asyncio.to_thread(house.container.oauth.clients.all)
        assert client.made is ClientMade.REGISTERED
        assert told["client_secret"] not in client.secret_hash
        odd = [(await register(house, {"redirect_uris": []}))[0] for _ in range(3)]
        assert odd == [400] * 3
        most = REGISTRATIONS + OWN_REGISTRATIONS
        statuses = [(await register(house, WANTED))[0] for _ in range(most + 2)]
        assert statuses == [201] * (most - 1) + [429] * 3


async def test_oauth_can_be_switched_off(tmp_path: Path) -> None:
    async with house_in(tmp_path / "home", "[http.oauth]\nenabled = false\n") as house:
        assert (await post(house, "/oauth/token", {}))[0] == 404
        place = f"{house.url}/.well-known/oauth-authorization-server"
        async with house.session.get(place) as answer:
            assert answer.status == 404
        async with house.session.post(f"{house.url}/mcp", json={}) as answer:
            assert answer.headers["www-authenticate"] == "Bearer"


async def test_a_token_in_an_address_opens_nothing(house: House) -> None:
    server = house.container.oauth.server
    request = await server.understood(asking(resource=house.url, scope="models:list"))
    answer = ConsentAnswer(
        allowed=True, way=ConsentWay.DIALOG, at_s=0.0, scopes=request.scopes, person="ann"
    )
    code = answered(await server.allowed(request, answer))["code"]
    pair = await server.exchanged(exchange_form(code, resource=house.url))
    token = pair.access_token
    for headers in (bearer(token), {"x-goog-api-key": token}):
        async with house.session.get(f"{house.url}/v1beta/models", headers=headers) as answer_:
            assert answer_.status == 200
    async with house.session.get(f"{house.url}/v1beta/models?key={token}") as answer_:
        assert answer_.status == 401


async def test_what_looks_like_a_key_is_left_in_a_programs_wish(house: House) -> None:
    """`state` is the program's own, and may be called after this gateway."""
    query = asking(state="llmgw-1", resource=f"{house.url}/mcp")
    async with house.session.get(
        f"{house.url}/oauth/authorize?{query}", allow_redirects=False
    ) as answer:
        told = await answer.text() + answer.headers.get("location", "")
    assert "state=llmgw-1" in told
