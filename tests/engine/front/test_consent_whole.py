"""From the browser's first request to a token, with the real authorization server and real
programs that wait for the answer."""

from __future__ import annotations

import asyncio
import base64
import hashlib
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any
from urllib.parse import parse_qs, urlencode, urlsplit

import pytest

from llmgw_desktop.domain.access.consent import (
    ClientMade,
    ConsentAnswer,
    ConsentQuestion,
    ConsentTerm,
    ConsentWay,
    OauthClient,
)
from llmgw_desktop.platform.processes_linux import has_proc
from tests.engine.conftest import House
from tests.support.consent_house import until
from tests.support.consent_scene import LONG_S

VERIFIER = "v" * 50
CHALLENGE = (
    base64.urlsafe_b64encode(hashlib.sha256(VERIFIER.encode()).digest()).decode().rstrip("=")
)
LISTENER = """
import socket, sys
s = socket.create_server(("127.0.0.1", 0))
print(s.getsockname()[1], flush=True)
sys.stdin.read()
"""
needs_proc = pytest.mark.skipif(not has_proc(), reason="the system has no /proc to look into")


@contextmanager
def program() -> Iterator[tuple[str, subprocess.Popen[str]]]:
    """It waits for the browser at the address."""
    with subprocess.Popen(
        [sys.executable, "-c", LISTENER], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as child:
        assert child.stdout is not None
        yield f"http://127.0.0.1:{int(child.stdout.readline())}/callback", child
        child.kill()


def known(house: House) -> str:
    client = OauthClient(
        id="editor",
        name="An Editor",
        made=ClientMade.STATIC,
        redirect_uris=("http://127.0.0.1/callback",),
    )
    house.container.oauth.clients.add(client)
    house.container.consents.broker.background.within_s = LONG_S
    return client.id


def address(house: House, redirect: str) -> str:
    asked = {
        "client_id": "editor",
        "redirect_uri": redirect,
        "response_type": "code",
        "code_challenge": CHALLENGE,
        "code_challenge_method": "S256",
        "scope": "models:list models:use",
        "resource": house.url,
        "state": "s",
    }
    return f"{house.url}/oauth/authorize?{urlencode(asked)}"


async def opened(house: House, redirect: str) -> tuple[int, str, str, str]:
    """Status, location, address to wait at, cookie."""
    async with house.session.get(address(house, redirect), allow_redirects=False) as reply:
        page, cookies = await reply.text(), reply.headers.getall("set-cookie", [])
        at = page.partition('content="0; url=')[2].partition('"')[0]
        location = reply.headers.get("location", "")
        return reply.status, location, at, "; ".join(each.split(";")[0] for each in cookies)


def let_in(house: House, question: ConsentQuestion, term: ConsentTerm) -> None:
    answer = ConsentAnswer(
        allowed=True,
        way=ConsentWay.DIALOG,
        at_s=question.asked_at_s,
        scopes=question.scopes,
        term=term,
        person="ada",
    )
    assert house.container.consents.broker.answer(question.id, answer)


async def code_for(house: House, redirect: str, term: ConsentTerm) -> str:
    broker = house.container.consents.broker
    status, _, at, cookie = await opened(house, redirect)
    assert status == 200
    (question,) = broker.waiting
    let_in(house, question, term)
    headers = {"Cookie": cookie}
    url = f"{house.url}{at}"
    async with house.session.get(url, headers=headers, allow_redirects=False) as reply:
        return code_in(reply.headers["location"], redirect)


def code_in(location: str, redirect: str) -> str:
    assert location.startswith(f"{redirect}?")
    told = parse_qs(urlsplit(location).query)
    assert told["state"] == ["s"]
    return told["code"][0]


async def token_for(house: House, code: str, redirect: str) -> dict[str, Any]:
    form = {
        "grant_type": "authorization_code",
        "client_id": "editor",
        "code": code,
        "redirect_uri": redirect,
        "code_verifier": VERIFIER,
    }
    async with house.session.post(f"{house.url}/oauth/token", data=form) as reply:
        told: dict[str, Any] = await reply.json()
        assert reply.status == 200, told
        return told


async def opens(house: House, token: str) -> int:
    headers = {"Authorization": f"Bearer {token}"}
    async with house.session.get(f"{house.url}/v1/models", headers=headers) as reply:
        return reply.status


@needs_proc
async def test_a_person_lets_a_program_in_and_need_not_again(house: House) -> None:
    known(house)
    consents = house.container.consents
    consents.broker.attend(True)
    with program() as (redirect, child):
        code = await code_for(house, redirect, ConsentTerm.EIGHT_HOURS)
        token = await token_for(house, code, redirect)
        assert await opens(house, token["access_token"]) == 200
        consents.broker.attend(False)
        status, location, _, _ = await opened(house, redirect)
        assert status == 303
        again = await token_for(house, code_in(location, redirect), redirect)
        assert await opens(house, again["access_token"]) == 200
    decisions = await asyncio.to_thread(consents.store.recent)
    assert [each.answer.way for each in decisions] == [ConsentWay.REMEMBERED, ConsentWay.DIALOG]
    peer = decisions[0].question.peer
    assert peer is not None
    assert peer.pid == child.pid
    # what is remembered lasts no longer than what the person said
    grants = await asyncio.to_thread(house.container.oauth.server.grants)
    assert len({each.expires_at_s for each in grants}) == 1


@needs_proc
async def test_what_was_given_until_a_program_ends_ends_with_it(house: House) -> None:
    known(house)
    house.container.consents.broker.attend(True)
    with program() as (redirect, child):
        code = await code_for(house, redirect, ConsentTerm.PROGRAM)
        token = await token_for(house, code, redirect)
        assert await opens(house, token["access_token"]) == 200
        ends = house.container.consents.ends
        await until(lambda: len(ends._watch) == 1)
        child.kill()
        await until(lambda: not house.container.oauth.grants.standing(0.0))
    assert await opens(house, token["access_token"]) == 401


@needs_proc
async def test_a_denied_program_has_nothing(house: House) -> None:
    known(house)
    broker = house.container.consents.broker
    broker.attend(True)
    with program() as (redirect, _):
        _, _, at, cookie = await opened(house, redirect)
        (question,) = broker.waiting
        broker.answer(question.id, ConsentAnswer(allowed=False, way=ConsentWay.DIALOG, at_s=0.0))
        async with house.session.get(f"{house.url}{at}", headers={"Cookie": cookie}) as reply:
            assert reply.status == 403
            assert "error=access_denied" in await reply.text()
    assert await asyncio.to_thread(house.container.oauth.server.grants) == ()


async def test_without_a_window_and_a_password_nobody_is_kept_waiting(house: House) -> None:
    known(house)
    status, _, at, _ = await opened(house, "http://127.0.0.1:1/callback")
    assert (status, at) == (403, "")
    (decision,) = await asyncio.to_thread(house.container.consents.store.recent)
    assert decision.answer.way is ConsentWay.NOBODY_TO_ASK
