"""What one door takes that no other does, over the socket."""

from __future__ import annotations

import json

import pytest

from llmgw_desktop.engine.front.doors import DoorTable, OwnDoor
from llmgw_desktop.engine.front.guard import OAUTH_BODY_BYTES, DoorOpening
from llmgw_desktop.engine.front.http_caller import HttpCaller
from tests.engine.conftest import House

PAGE = DoorOpening(is_page=True)
FORM = {"Content-Type": "application/x-www-form-urlencoded"}
NAVIGATION = {
    "Sec-Fetch-Site": "cross-site",
    "Sec-Fetch-Mode": "navigate",
    "Sec-Fetch-Dest": "document",
}


async def _tell(caller: HttpCaller) -> None:
    told = {"body": len(await caller.read_body()), "peer": caller.peer, "tls": caller.is_encrypted}
    await caller.reply(200, (("content-type", "application/json"),), json.dumps(told).encode())


@pytest.fixture
def doors(house: House) -> DoorTable:
    """Of the running gateway, with one for forms and one for pages."""
    table = house.container.gateway._engine.server._doors
    small = DoorOpening(takes_forms=True, max_body_bytes=OAUTH_BODY_BYTES)
    table.add("POST", "/test/form", OwnDoor(dialect=None, answer=_tell, scope=None, opening=small))
    table.add("GET", "/test/page", OwnDoor(dialect=None, answer=_tell, scope=None, opening=PAGE))
    return table


async def test_a_form_comes_in_there_and_nowhere_else(house: House, doors: DoorTable) -> None:
    assert doors.opening("POST", "/test/form").takes_forms
    async with house.session.post(f"{house.url}/test/form", data="a=b", headers=FORM) as reply:
        told = await reply.json()
    assert reply.status == 200
    assert told["body"] == 3
    assert told["peer"][0] == "127.0.0.1"
    assert told["tls"] is False
    for path in ("/v1/messages", "/v1/jobs", "/mcp", "/test/page", "/nowhere"):
        async with house.session.post(f"{house.url}{path}", data="a=b", headers=FORM) as reply:
            assert reply.status == 415, path


async def test_a_long_body_is_refused_there(house: House, doors: DoorTable) -> None:
    assert doors.opening("POST", "/test/form").max_body_bytes == OAUTH_BODY_BYTES
    body = b"a" * (OAUTH_BODY_BYTES + 1)
    async with house.session.post(f"{house.url}/test/form", data=body, headers=FORM) as reply:
        words = (await reply.json())["error"]["message"]
    assert reply.status == 413
    assert words.startswith("The request's body is larger than 65,536 bytes (at this door).")


async def test_a_browser_is_sent_there_and_nowhere_else(house: House, doors: DoorTable) -> None:
    assert doors.opening("GET", "/test/page").is_page
    async with house.session.get(f"{house.url}/test/page", headers=NAVIGATION) as reply:
        assert reply.status == 200
    for path in ("/health", "/v1/models", "/mcp", "/nowhere"):
        async with house.session.get(f"{house.url}{path}", headers=NAVIGATION) as reply:
            assert reply.status == 403, path
