"""Codes and refresh tokens become tokens once, and what is in two hands ends."""

from __future__ import annotations

import asyncio

import pytest

from llmgw_desktop.domain.access.access_errors import OauthCode, OauthError
from llmgw_desktop.domain.access.consent import ConsentTerm
from llmgw_desktop.domain.access.principal import PrincipalKind, Scope
from llmgw_desktop.domain.settings.door import OauthSettings
from llmgw_desktop.engine.access.oauth.addresses import EXCHANGES
from tests.support.oauth_scene import (
    ISSUER,
    PEER,
    REDIRECT,
    RESOURCE,
    SECRET,
    OauthScene,
    exchange_form,
)


async def test_a_code_becomes_tokens(scene: OauthScene) -> None:
    scene.add_client()
    pair = await scene.tokens_of()
    assert pair.access_token.startswith("llmgw-at-")
    assert pair.refresh_token.startswith("llmgw-rt-")
    assert pair.expires_in_s == 3600
    assert pair.scopes == {Scope.MCP, Scope.MODELS_USE}
    principal = scene.who(pair.access_token)
    assert principal is not None
    assert principal.kind is PrincipalKind.OAUTH
    assert principal.is_remote
    assert (principal.client_id, principal.name, principal.person) == (
        "oauth:oac_agent",
        "Agent",
        "ann",
    )
    assert principal.door == "/mcp"
    assert scene.who(pair.refresh_token) is None
    assert scene.news >= 2


async def test_no_secret_is_in_the_file(scene: OauthScene) -> None:
    scene.add_client()
    code = await scene.let_in()
    pair = await scene.exchange(code)
    scene.close()
    kept = b"".join(each.read_bytes() for each in scene.folder.iterdir())
    for secret in (code, pair.access_token, pair.refresh_token):
        assert secret.encode() not in kept
        assert secret.partition("-")[2][3:].encode() not in kept


@pytest.mark.parametrize(
    ("more", "code"),
    [
        ({"code_verifier": "w" * 64}, "invalid_grant"),
        ({"code_verifier": "v" * 42}, "invalid_grant"),
        ({"code_verifier": "v" * 63 + "é"}, "invalid_grant"),
        ({"code_verifier": ""}, "invalid_request"),
        ({"redirect_uri": f"{REDIRECT}2"}, "invalid_grant"),
        ({"redirect_uri": "http://127.0.0.1:7778/callback"}, "invalid_grant"),
        ({"redirect_uri": ""}, "invalid_grant"),
        ({"resource": "https://other.example"}, "invalid_target"),
        ({"resource": ISSUER}, "invalid_target"),
        ({"client_id": "oac_other"}, "invalid_grant"),
        ({"client_id": "oac_nobody"}, "invalid_client"),
        ({"client_id": ""}, "invalid_client"),
        ({"client_secret": "one too many"}, "invalid_client"),
    ],
)
async def test_any_failure_burns_the_code(
    scene: OauthScene, more: dict[str, str], code: str
) -> None:
    scene.add_client()
    scene.add_client("oac_other")
    shown = await scene.let_in()
    with pytest.raises(OauthError) as failed:
        await scene.server.exchanged(exchange_form(shown, **more))
    assert failed.value.code == code
    assert scene.server.grants() == ()
    with pytest.raises(OauthError) as again:
        await scene.exchange(shown)
    assert again.value.code is OauthCode.INVALID_GRANT


@pytest.mark.parametrize(
    ("form", "code"),
    [
        ({}, "invalid_request"),
        ({"grant_type": ""}, "invalid_request"),
        ({"grant_type": "password"}, "unsupported_grant_type"),
        ({"grant_type": "client_credentials"}, "unsupported_grant_type"),
        ({"grant_type": "authorization_code", "client_id": "oac_agent"}, "invalid_request"),
        ({"grant_type": "refresh_token", "client_id": "oac_agent"}, "invalid_request"),
        (
            {"grant_type": "refresh_token", "client_id": "oac_agent", "refresh_token": "x"},
            "invalid_grant",
        ),
        (
            {"grant_type": "refresh_token", "client_id": "oac_agent", "refresh_token": "x" * 9999},
            "invalid_grant",
        ),
        (
            {"grant_type": "authorization_code", "client_id": "oac_agent", "code": "x" * 9999},
            "invalid_grant",
        ),
    ],
)
async def test_what_is_no_exchange(scene: OauthScene, form: dict[str, str], code: str) -> None:
    scene.add_client()
    with pytest.raises(OauthError) as failed:
        await scene.server.exchanged(form)
    assert failed.value.code == code


async def test_a_code_lasts_a_minute(scene: OauthScene) -> None:
    scene.add_client()
    shown = await scene.let_in()
    scene.clock.pass_s(59)
    assert await scene.exchange(shown)
    late = await scene.let_in()
    scene.clock.pass_s(61)
    with pytest.raises(OauthError) as failed:
        await scene.exchange(late)
    assert failed.value.code is OauthCode.INVALID_GRANT


async def test_what_was_never_fetched_is_no_access(scene: OauthScene) -> None:
    scene.add_client()
    await scene.let_in()
    assert len(scene.server.grants()) == 1
    scene.clock.pass_s(61)
    assert scene.server.grants() == ()


async def test_a_second_use_ends_what_came_of_the_first(scene: OauthScene) -> None:
    scene.add_client()
    shown = await scene.let_in()
    pair = await scene.exchange(shown)
    assert scene.who(pair.access_token) is not None
    with pytest.raises(OauthError):
        await scene.exchange(shown)
    assert scene.who(pair.access_token) is None
    with pytest.raises(OauthError):
        await scene.refresh(pair.refresh_token)


async def test_of_many_at_once_one_wins_and_all_lose(scene: OauthScene) -> None:
    scene.add_client()
    shown = await scene.let_in()
    tries = await asyncio.gather(*(scene.exchange(shown) for _ in range(8)), return_exceptions=True)
    pairs = [each for each in tries if not isinstance(each, BaseException)]
    assert len(pairs) <= 1
    assert all(scene.who(pair.access_token) is None for pair in pairs)
    assert scene.server.grants() == ()


async def test_refresh_tokens_rotate(scene: OauthScene) -> None:
    scene.add_client()
    first = await scene.tokens_of()
    second = await scene.refresh(first.refresh_token)
    third = await scene.refresh(second.refresh_token, resource=RESOURCE)
    assert len({first.refresh_token, second.refresh_token, third.refresh_token}) == 3
    assert all(scene.who(each.access_token) for each in (first, second, third))
    assert len(scene.server.grants()) == 1


async def test_a_refresh_token_shown_again_ends_the_family(scene: OauthScene) -> None:
    scene.add_client()
    first = await scene.tokens_of()
    second = await scene.refresh(first.refresh_token)
    with pytest.raises(OauthError) as stolen:
        await scene.refresh(first.refresh_token)
    assert stolen.value.code is OauthCode.INVALID_GRANT
    assert scene.who(first.access_token) is None
    assert scene.who(second.access_token) is None
    with pytest.raises(OauthError):
        await scene.refresh(second.refresh_token)


async def test_a_refresh_token_in_other_hands_ends_the_family(scene: OauthScene) -> None:
    scene.add_client()
    scene.add_client("oac_thief")
    pair = await scene.tokens_of()
    with pytest.raises(OauthError):
        await scene.refresh(pair.refresh_token, "oac_thief")
    assert scene.who(pair.access_token) is None


async def test_of_many_refreshes_at_once_one_wins_and_all_lose(scene: OauthScene) -> None:
    scene.add_client()
    first = await scene.tokens_of()
    tries = await asyncio.gather(
        *(scene.refresh(first.refresh_token) for _ in range(8)), return_exceptions=True
    )
    pairs = [each for each in tries if not isinstance(each, BaseException)]
    assert len(pairs) <= 1
    assert all(scene.who(pair.access_token) is None for pair in (first, *pairs))
    assert scene.server.grants() == ()


async def test_other_families_live_on(scene: OauthScene) -> None:
    scene.add_client()
    one, other = await scene.tokens_of(), await scene.tokens_of()
    await scene.refresh(one.refresh_token)
    with pytest.raises(OauthError):
        await scene.refresh(one.refresh_token)
    assert scene.who(other.access_token) is not None


async def test_fewer_scopes_may_be_asked_for_and_no_more(scene: OauthScene) -> None:
    scene.add_client()
    first = await scene.tokens_of()
    second = await scene.refresh(first.refresh_token, scope="mcp")
    assert second.scopes == {Scope.MCP}
    for more in ("mcp jobs:run", "admin", "nonsense"):
        with pytest.raises(OauthError) as beyond:
            await scene.refresh(second.refresh_token, scope=more)
        assert beyond.value.code is OauthCode.INVALID_SCOPE
    with pytest.raises(OauthError) as target:
        await scene.refresh(second.refresh_token, resource=ISSUER)
    assert target.value.code is OauthCode.INVALID_TARGET
    third = await scene.refresh(second.refresh_token)
    assert third.scopes == {Scope.MCP, Scope.MODELS_USE}, "what was not exchanged is still good"


async def test_no_token_outlives_its_grant(scene: OauthScene) -> None:
    scene.settings = OauthSettings(token_ttl_seconds=86_400)
    scene.add_client()
    pair = await scene.tokens_of(term=ConsentTerm.EIGHT_HOURS)
    assert pair.expires_in_s == 8 * 3600
    scene.clock.pass_s(8 * 3600 - 10)
    late = await scene.refresh(pair.refresh_token)
    assert late.expires_in_s == 10
    assert scene.who(late.access_token) is not None
    scene.clock.pass_s(11)
    assert scene.who(late.access_token) is None
    with pytest.raises(OauthError) as ended:
        await scene.refresh(late.refresh_token)
    assert ended.value.code is OauthCode.INVALID_GRANT
    assert scene.server.grants() == ()


async def test_an_access_token_lasts_as_set(scene: OauthScene) -> None:
    scene.settings = OauthSettings(token_ttl_seconds=60)
    scene.add_client()
    pair = await scene.tokens_of()
    scene.clock.pass_s(59)
    assert scene.who(pair.access_token) is not None
    scene.clock.pass_s(2)
    assert scene.who(pair.access_token) is None
    assert scene.who((await scene.refresh(pair.refresh_token)).access_token) is not None


async def test_until_the_program_ends(scene: OauthScene) -> None:
    scene.add_client()
    pair = await scene.tokens_of(term=ConsentTerm.PROGRAM, peer=PEER)
    assert scene.who(pair.access_token) is not None
    scene.dead.add(PEER.pid)
    scene.clock.pass_s(1.1)
    assert scene.who(pair.access_token) is None
    assert scene.server.grants() == ()
    with pytest.raises(OauthError):
        await scene.refresh(pair.refresh_token)


async def test_all_of_it_outlasts_a_restart(scene: OauthScene) -> None:
    scene.add_client()
    pair = await scene.tokens_of()
    waiting = await scene.let_in()
    scene.close()
    scene.open()
    assert scene.who(pair.access_token) is not None
    assert await scene.refresh(pair.refresh_token)
    assert await scene.exchange(waiting)
    with pytest.raises(OauthError):
        await scene.refresh(pair.refresh_token)


async def test_another_address_is_another_audience(scene: OauthScene) -> None:
    scene.add_client()
    pair = await scene.tokens_of()
    assert scene.who(pair.access_token) is not None
    scene.issuer = "http://127.0.0.1:4444"
    scene.clock.pass_s(1.1)
    assert scene.who(pair.access_token) is None
    with pytest.raises(OauthError) as target:
        await scene.refresh(pair.refresh_token)
    assert target.value.code is OauthCode.INVALID_TARGET


async def test_tokens_for_the_whole_gateway_open_every_door(scene: OauthScene) -> None:
    scene.add_client()
    code = await scene.let_in(resource=ISSUER)
    pair = await scene.exchange(code, resource=ISSUER)
    principal = scene.who(pair.access_token)
    assert principal is not None
    assert principal.door == ""


async def test_a_client_with_a_secret_proves_itself(scene: OauthScene) -> None:
    scene.add_shop()
    for wrong in ("", "wrong", SECRET + "x", "x" * 5000):
        code = await scene.let_in("oac_shop")
        with pytest.raises(OauthError) as failed:
            await scene.exchange(code, "oac_shop", client_secret=wrong)
        assert failed.value.code is OauthCode.INVALID_CLIENT
        assert failed.value.status == 401
    pair = await scene.tokens_of("oac_shop")
    with pytest.raises(OauthError) as failed:
        await scene.refresh(pair.refresh_token, "oac_shop")
    assert failed.value.code is OauthCode.INVALID_CLIENT
    assert await scene.refresh(pair.refresh_token, "oac_shop", client_secret=SECRET)


async def test_a_taken_back_grant_ends_at_once_and_comes_back(scene: OauthScene) -> None:
    scene.add_client()
    pair = await scene.tokens_of()
    (grant,) = scene.server.grants()
    revoked = await scene.server.revoke(grant.id)
    assert revoked is not None
    assert scene.who(pair.access_token) is None
    assert await scene.server.revoke(grant.id) is None
    assert await scene.server.restore(revoked)
    assert scene.who(pair.access_token) is not None
    assert not await scene.server.restore(revoked)
    assert not await scene.server.restore(grant)


async def test_a_grant_taken_back_before_its_code_was_shown(scene: OauthScene) -> None:
    scene.add_client()
    code = await scene.let_in()
    await scene.server.revoke(scene.server.grants()[0].id)
    with pytest.raises(OauthError) as failed:
        await scene.exchange(code)
    assert failed.value.code is OauthCode.INVALID_GRANT


async def test_a_revoked_client_ends_with_all_that_it_has(scene: OauthScene) -> None:
    scene.add_client()
    pair = await scene.tokens_of()
    assert scene.clients.revoke("oac_agent", scene.clock.now_s())
    scene.clock.pass_s(1.1)
    assert scene.who(pair.access_token) is None
    with pytest.raises(OauthError) as failed:
        await scene.refresh(pair.refresh_token)
    assert failed.value.code is OauthCode.INVALID_CLIENT


async def test_exchanges_are_slowed_down(scene: OauthScene) -> None:
    for _ in range(EXCHANGES):
        with pytest.raises(OauthError) as failed:
            await scene.server.exchanged({}, "", "10.0.0.1")
        assert failed.value.code is OauthCode.INVALID_REQUEST
    with pytest.raises(OauthError) as slowed:
        await scene.server.exchanged({}, "", "10.0.0.1")
    assert slowed.value.status == 429
    assert slowed.value.retry_after_s >= 1


async def test_oauth_switched_off_opens_nothing(scene: OauthScene) -> None:
    scene.add_client()
    pair = await scene.tokens_of()
    scene.settings = OauthSettings(enabled=False)
    scene.clock.pass_s(1.1)
    assert scene.who(pair.access_token) is None
