"""What a browser brings: understood, shown to a person, or sent back with the RFC's code."""

from __future__ import annotations

import pytest

from llmgw_desktop.domain.access.access_errors import OauthCode, SentBack, ShownToPerson
from llmgw_desktop.domain.access.consent import ConsentAnswer, ConsentTerm, ConsentWay, Grant
from llmgw_desktop.domain.access.principal import Scope
from llmgw_desktop.domain.settings.door import OauthSettings
from llmgw_desktop.engine.access.oauth.addresses import AUTHORIZATIONS, OWN_AUTHORIZATIONS
from tests.support.oauth_scene import (
    ISSUER,
    PEER,
    REDIRECT,
    RESOURCE,
    OauthScene,
    answered,
    asking,
    challenge_of,
)


async def test_a_whole_request_is_understood(scene: OauthScene) -> None:
    client = scene.add_client()
    request = await scene.server.understood(asking())
    assert request.client == client
    assert request.redirect_uri == REDIRECT
    assert request.scopes == (Scope.MODELS_USE, Scope.MCP)
    assert request.state == "a state"
    assert request.resource == RESOURCE


@pytest.mark.parametrize(
    ("more", "code"),
    [
        ({"client_id": ""}, OauthCode.INVALID_REQUEST),
        ({"client_id": "oac_nobody"}, OauthCode.INVALID_CLIENT),
        ({"client_id": "https://nowhere.example/client.json"}, OauthCode.INVALID_CLIENT),
        ({"client_id": "x" * 5000}, OauthCode.INVALID_CLIENT),
        ({"redirect_uri": "https://evil.example/callback"}, OauthCode.INVALID_REQUEST),
        ({"redirect_uri": f"{REDIRECT}/more"}, OauthCode.INVALID_REQUEST),
        ({"redirect_uri": f"{REDIRECT}#x"}, OauthCode.INVALID_REQUEST),
        ({"redirect_uri": f"{REDIRECT}?x=1"}, OauthCode.INVALID_REQUEST),
        ({"redirect_uri": "http://127.0.0.1:70000/callback"}, OauthCode.INVALID_REQUEST),
        ({"redirect_uri": "http://127.0.0.1.evil.example/callback"}, OauthCode.INVALID_REQUEST),
        ({"redirect_uri": "http://127.0.0.1:1@evil.example/callback"}, OauthCode.INVALID_REQUEST),
        ({"redirect_uri": "http://localhost:7777/callback"}, OauthCode.INVALID_REQUEST),
        ({"redirect_uri": "javascript:alert(1)"}, OauthCode.INVALID_REQUEST),
        ({"redirect_uri": f"{REDIRECT}\r\nx: y"}, OauthCode.INVALID_REQUEST),
    ],
)
async def test_nothing_is_sent_where_it_does_not_belong(
    scene: OauthScene, more: dict[str, str], code: OauthCode
) -> None:
    scene.add_client()
    with pytest.raises(ShownToPerson) as shown:
        await scene.server.understood(asking(**more))
    assert shown.value.code is code
    assert not hasattr(shown.value, "url")
    assert str(shown.value).endswith(".")


@pytest.mark.parametrize("name", ["client_id", "redirect_uri"])
async def test_two_answers_to_who_asks_are_none(scene: OauthScene, name: str) -> None:
    scene.add_client()
    with pytest.raises(ShownToPerson):
        await scene.server.understood(f"{asking()}&{name}=http%3A%2F%2F127.0.0.1%2F")


@pytest.mark.parametrize("query", ["a=%ff", "&".join("x=1" for _ in range(51)), ""])
async def test_a_query_that_cannot_be_read(scene: OauthScene, query: str) -> None:
    with pytest.raises(ShownToPerson) as shown:
        await scene.server.understood(query)
    assert shown.value.code is OauthCode.INVALID_REQUEST


@pytest.mark.parametrize(
    ("more", "code"),
    [
        ({"response_type": ""}, "invalid_request"),
        ({"response_type": "token"}, "unsupported_response_type"),
        ({"response_type": "code token"}, "unsupported_response_type"),
        ({"response_mode": "fragment"}, "invalid_request"),
        ({"code_challenge": ""}, "invalid_request"),
        ({"code_challenge_method": ""}, "invalid_request"),
        ({"code_challenge_method": "plain"}, "invalid_request"),
        ({"code_challenge": "short"}, "invalid_request"),
        ({"code_challenge": challenge_of("x") + "="}, "invalid_request"),
        ({"scope": "mcp unknown"}, "invalid_scope"),
        ({"scope": "admin"}, "invalid_scope"),
        ({"scope": "operations"}, "invalid_scope"),
        ({"scope": "MCP"}, "invalid_scope"),
        ({"scope": "offline_access"}, "invalid_scope"),
        ({"resource": "https://other.example/mcp"}, "invalid_target"),
        ({"resource": f"{RESOURCE}/"}, "invalid_target"),
        ({"resource": "http://localhost:3333/mcp"}, "invalid_target"),
        ({"resource": f"{ISSUER}/v1"}, "invalid_target"),
        ({"request": "ey"}, "request_not_supported"),
        ({"request_uri": "https://x.example"}, "request_uri_not_supported"),
        ({"state": "x" * 5000}, "invalid_request"),
    ],
)
async def test_the_program_is_told_with_the_rfcs_code(
    scene: OauthScene, more: dict[str, str], code: str
) -> None:
    scene.add_client()
    with pytest.raises(SentBack) as sent:
        await scene.server.understood(asking(**more))
    assert sent.value.url.startswith(f"{REDIRECT}?")
    told = answered(sent.value.url)
    assert told["error"] == code == sent.value.code
    assert told["iss"] == ISSUER
    assert told.get("state") == ("a state" if len(more.get("state", "")) < 5000 else None)
    assert told["error_description"]


@pytest.mark.parametrize(
    ("again", "code"),
    [("resource=x", "invalid_target"), ("scope=mcp", "invalid_request")],
)
async def test_what_stands_twice_is_refused(scene: OauthScene, again: str, code: str) -> None:
    scene.add_client()
    with pytest.raises(SentBack) as sent:
        await scene.server.understood(f"{asking()}&{again}")
    assert sent.value.code == code


@pytest.mark.parametrize(
    ("registered", "asked", "is_good"),
    [
        ("http://127.0.0.1/cb", "http://127.0.0.1:5000/cb", True),
        ("http://127.0.0.1:1/cb", "http://127.0.0.1/cb", True),
        ("http://[::1]:1/cb", "http://[::1]:65535/cb", True),
        ("http://localhost/cb", "http://localhost:5000/cb", True),
        ("http://127.0.0.1/cb", "http://[::1]/cb", False),
        ("http://127.0.0.1/cb", "http://127.0.0.1:5000/CB", False),
        ("http://127.0.0.1/cb", "http://127.0.0.1:0/cb", False),
        ("http://127.0.0.1/cb", "http://127.0.0.1:99999/cb", False),
        ("http://127.0.0.1/cb", "https://127.0.0.1/cb", False),
        ("https://app.example/cb", "https://app.example:8443/cb", False),
        ("https://app.example/cb", "https://app.example/cb", True),
        ("https://app.example/cb", "https://APP.example/cb", False),
    ],
)
async def test_loopback_ports_are_free_and_nothing_else(
    scene: OauthScene, registered: str, asked: str, is_good: bool
) -> None:
    scene.add_client(redirect_uris=(registered,))
    if is_good:
        assert (await scene.server.understood(asking(redirect_uri=asked))).redirect_uri == asked
        return
    with pytest.raises(ShownToPerson):
        await scene.server.understood(asking(redirect_uri=asked))


async def test_the_only_address_need_not_be_named(scene: OauthScene) -> None:
    scene.add_client()
    request = await scene.server.understood(asking(redirect_uri=""))
    assert (request.redirect_uri, request.names_redirect) == (REDIRECT, False)
    scene.add_client("oac_two", redirect_uris=(REDIRECT, f"{REDIRECT}2"))
    with pytest.raises(ShownToPerson):
        await scene.server.understood(asking(client_id="oac_two", redirect_uri=""))


async def test_the_usual_is_asked_where_nothing_is_named(scene: OauthScene) -> None:
    scene.add_client()
    request = await scene.server.understood(asking(scope="", resource=""))
    usual = (Scope.MODELS_USE, Scope.MODELS_LIST, Scope.MCP, Scope.JOBS_RUN)
    assert request.scopes == usual
    assert request.resource == RESOURCE
    scene.add_client("oac_few", scopes=frozenset({Scope.MCP}))
    assert (await scene.server.understood(asking(client_id="oac_few", scope=""))).scopes == (
        Scope.MCP,
    )
    with pytest.raises(SentBack) as sent:
        await scene.server.understood(asking(client_id="oac_few", scope="mcp models:use"))
    assert sent.value.code is OauthCode.INVALID_SCOPE


@pytest.mark.parametrize("named", [ISSUER, f"{ISSUER}/"])
async def test_the_whole_gateway_is_a_resource(scene: OauthScene, named: str) -> None:
    scene.add_client()
    assert (await scene.server.understood(asking(resource=named))).resource == ISSUER


async def test_public_clients_may_be_kept_out(scene: OauthScene) -> None:
    scene.add_client()
    scene.add_shop()
    scene.settings = OauthSettings(allow_public_clients=False)
    with pytest.raises(ShownToPerson) as shown:
        await scene.server.understood(asking())
    assert shown.value.code is OauthCode.UNAUTHORIZED_CLIENT
    assert (await scene.server.understood(asking(client_id="oac_shop"))).client.name == "Shop"


async def test_browsers_are_slowed_down(scene: OauthScene) -> None:
    scene.add_client()
    for _ in range(AUTHORIZATIONS + OWN_AUTHORIZATIONS):
        await scene.server.understood(asking(), "10.0.0.1")
    with pytest.raises(Exception, match="too often") as slowed:
        await scene.server.understood(asking(), "10.0.0.1")
    assert slowed.value.code is OauthCode.TEMPORARILY_UNAVAILABLE  # type: ignore[attr-defined]
    await scene.server.understood(asking(), "10.0.0.2")
    scene.clock.pass_s(2)
    await scene.server.understood(asking(), "10.0.0.1")


async def test_a_no_is_told_with_state_and_issuer(scene: OauthScene) -> None:
    scene.add_client(redirect_uris=("https://app.example/cb?own=1",))
    request = await scene.server.understood(asking(redirect_uri="https://app.example/cb?own=1"))
    told = answered(scene.server.denied(request))
    assert told == {
        "own": "1",
        "error": "access_denied",
        "error_description": "The person at the computer said no.",
        "state": "a state",
        "iss": ISSUER,
    }
    assert scene.server.grants() == ()


def _yes(scene: OauthScene, *scopes: Scope, term: ConsentTerm) -> ConsentAnswer:
    return ConsentAnswer(
        allowed=True,
        way=ConsentWay.DIALOG,
        at_s=scene.clock.now_s(),
        scopes=scopes,
        term=term,
        person="ann",
    )


async def test_a_yes_gives_no_more_than_was_asked(scene: OauthScene) -> None:
    scene.add_client()
    request = await scene.server.understood(asking(scope="mcp"))
    more = _yes(scene, Scope.MCP, Scope.JOBS_RUN, term=ConsentTerm.THIRTY_DAYS)
    told = answered(await scene.server.allowed(request, more))
    assert set(told) == {"code", "state", "iss"}
    (grant,) = scene.server.grants()
    assert grant.scopes == {Scope.MCP}
    assert grant.expires_at_s == scene.clock.now_s() + 30 * 86_400
    assert grant.person == "ann"
    for nothing in (
        ConsentAnswer(allowed=False, way=ConsentWay.TIMEOUT, at_s=0.0, scopes=(Scope.MCP,)),
        _yes(scene, term=ConsentTerm.EIGHT_HOURS),
    ):
        with pytest.raises(ValueError, match="nothing was allowed"):
            await scene.server.allowed(request, nothing)
    assert len(scene.server.grants()) == 1


async def test_until_the_program_ends_needs_a_program(scene: OauthScene) -> None:
    scene.add_client()
    request = await scene.server.understood(asking())
    answer = _yes(scene, Scope.MCP, term=ConsentTerm.PROGRAM)
    await scene.server.allowed(request, answer)
    await scene.server.allowed(request, answer, PEER)
    kept = {grant.term: grant for grant in scene.server.grants()}
    assert kept[ConsentTerm.EIGHT_HOURS].expires_at_s == scene.clock.now_s() + 8 * 3600
    assert kept[ConsentTerm.PROGRAM].peer == PEER


async def test_what_is_meant_again_lasts_no_longer(scene: OauthScene) -> None:
    scene.add_client()
    request = await scene.server.understood(asking())
    await scene.server.allowed(request, _yes(scene, Scope.MCP, term=ConsentTerm.EIGHT_HOURS))
    first: Grant = scene.server.grants()[0]
    scene.clock.pass_s(30)
    again = _yes(scene, Scope.MCP, Scope.MODELS_USE, term=ConsentTerm.THIRTY_DAYS)
    await scene.server.allowed(request, again, standing=first)
    second = next(grant for grant in scene.server.grants() if grant.id != first.id)
    assert (second.scopes, second.expires_at_s) == (first.scopes, first.expires_at_s)


async def test_what_cannot_be_written_is_told(scene: OauthScene) -> None:
    scene.add_client()
    request = await scene.server.understood(asking())
    (scene.folder / "gateway.db").unlink()
    scene.close()
    (scene.folder / "gateway.db").mkdir()
    answer = _yes(scene, Scope.MCP, term=ConsentTerm.EIGHT_HOURS)
    with pytest.raises(SentBack) as sent:
        await scene.server.allowed(request, answer)
    assert answered(sent.value.url)["error"] == "server_error"
