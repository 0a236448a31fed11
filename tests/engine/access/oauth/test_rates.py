"""What one program asks too often is refused to it, and to no other of the same computer."""

from __future__ import annotations

import asyncio
import os
import socket
from pathlib import Path

import pytest

from llmgw_desktop.app.access.oauth_assembly import MOST_LOOKS, ProgramAt
from llmgw_desktop.domain.access.access_errors import OauthCode, OauthError
from llmgw_desktop.domain.access.consent import Peer
from llmgw_desktop.engine.access.oauth import addresses
from llmgw_desktop.engine.questions.consents.programs import Programs
from llmgw_desktop.engine.questions.consents.tickets import RequestRates
from llmgw_desktop.platform.processes import started_ticks
from tests.support.oauth_scene import OauthScene, answered, asking
from tests.support.turned_clock import TurnedClock

HERE = "127.0.0.1"
GOOD = {"redirect_uris": ["http://127.0.0.1/cb"], "token_endpoint_auth_method": "none"}
BAD = GOOD | {"redirect_uris": ["ftp://x"]}


async def code_of(work: object) -> OauthCode | None:
    try:
        await work  # type: ignore[misc]
    except OauthError as error:
        return error.code
    return None


async def test_another_program_still_asks_when_one_asks_without_end(scene: OauthScene) -> None:
    scene.add_client("oac_loop")
    scene.add_client("oac_calm")
    for _ in range(addresses.AUTHORIZATIONS + addresses.OWN_AUTHORIZATIONS):
        await scene.server.understood(asking(client_id="oac_loop"), HERE)
    over = OauthCode.TEMPORARILY_UNAVAILABLE
    assert await code_of(scene.server.understood(asking(client_id="oac_loop"), HERE)) is over
    assert await code_of(scene.server.understood(asking(client_id="oac_none"), HERE)) is over
    await scene.server.understood(asking(client_id="oac_calm"), HERE)


async def test_another_program_still_exchanges(scene: OauthScene) -> None:
    scene.add_client("oac_calm")
    over = OauthCode.TEMPORARILY_UNAVAILABLE
    for _ in range(addresses.EXCHANGES):
        assert await code_of(scene.server.exchanged({"client_id": "x"}, "", HERE)) is not over
    assert await code_of(scene.server.exchanged({"client_id": "x"}, "", HERE)) is over
    form = {"client_id": "oac_calm", "grant_type": "authorization_code", "code": "none"}
    for work in (scene.server.exchanged, scene.server.given_back):
        assert await code_of(work(form, "", HERE)) is not over


async def test_each_process_of_this_computer_may_register(scene: OauthScene) -> None:
    most = addresses.REGISTRATIONS + addresses.OWN_REGISTRATIONS
    for number in range(most):
        await scene.server.registered(GOOD, HERE, port=1000)
        assert scene.looks == max(number + 1 - addresses.REGISTRATIONS, 0), "nobody looks unasked"
    over = OauthCode.TEMPORARILY_UNAVAILABLE
    assert await code_of(scene.server.registered(GOOD, HERE, port=1000)) is over
    assert await code_of(scene.server.registered(GOOD, HERE)) is over
    await scene.server.registered(GOOD, HERE, port=2000)


async def test_malformed_registrations_are_bounded_and_cost_the_good_ones_nothing(
    scene: OauthScene,
) -> None:
    told = [await code_of(scene.server.registered(BAD, HERE)) for _ in range(40)]
    odd = addresses.ODD_REGISTRATIONS
    assert told[:odd] == [OauthCode.INVALID_REDIRECT_URI] * odd
    assert set(told[odd:]) == {OauthCode.TEMPORARILY_UNAVAILABLE}
    for _ in range(addresses.REGISTRATIONS):
        await scene.server.registered(GOOD, HERE)


async def test_who_comes_under_many_names_gets_no_more_than_once_more(scene: OauthScene) -> None:
    told = [await code_of(scene.server.registered(GOOD, HERE, port=n)) for n in range(40)]
    assert told.count(None) == 2 * addresses.REGISTRATIONS


async def test_a_wish_without_a_state_is_answered_without_one(scene: OauthScene) -> None:
    """PKCE is needed here, and does what a state was for (decision 56); one that is there comes
    back as it was, whatever stands in it."""
    scene.add_client()
    without = await scene.server.understood(asking(state=""))
    assert "state" not in answered(scene.server.denied(without))
    odd = 'a&code=evil#x\r\nLocation: //evil\x1b[2J\u202e"<script>'
    url = scene.server.denied(await scene.server.understood(asking(state=odd)))
    assert answered(url)["state"] == odd
    assert "code" not in answered(url)
    assert url.isascii()
    assert url.isprintable()
    bare = await code_of(scene.server.understood(asking(state="", code_challenge="")))
    assert bare is OauthCode.INVALID_REQUEST, "neither of the two is nothing"


async def test_the_memory_of_who_asked_is_bounded() -> None:
    rate = addresses.OauthRate(TurnedClock(), 1, 1)

    for number in range(3 * addresses.MOST_SOURCES):
        address = f"10.0.{number // 250}.{number % 250}"

        async def stranger(name: str = f"{number}") -> str:
            return name

        await rate.take(address, stranger)
        await rate.take(address, stranger)
    assert rate._own is not None
    assert len(rate._of_all._left) <= addresses.MOST_SOURCES
    assert len(rate._own._left) <= addresses.MOST_SOURCES


def test_a_person_is_asked_for_another_program_too() -> None:
    asked = RequestRates(TurnedClock(), 2, own=1)
    assert [asked.may_ask(HERE, "loop") for _ in range(4)] == [True, True, True, False]
    assert [asked.may_ask(HERE, "calm") for _ in range(2)] == [True, False]
    assert not asked.may_ask(HERE)


@pytest.mark.skipif(not Path("/proc/self/fd").is_dir(), reason="needs /proc")
async def test_the_process_at_the_other_end_is_found() -> None:
    with (
        socket.create_server((HERE, 0)) as door,
        socket.create_connection(door.getsockname()) as end,
    ):
        address, port = end.getsockname()
        name = await ProgramAt(Programs(started_ticks))(address, port)
    assert name == f"{os.getpid()}.{started_ticks(os.getpid())}"


async def test_looks_wait_for_each_other_and_are_few() -> None:
    at_once = most = 0

    class Slow:
        def connected(self, _: str, port: int) -> Peer | None:
            nonlocal at_once, most
            at_once += 1
            most = max(most, at_once)
            at_once -= 1
            return Peer(pid=port, program="x", user="me", started_ticks=1)

    looking = ProgramAt(Slow())  # type: ignore[arg-type]
    found = await asyncio.gather(*[looking(HERE, 1 + n) for n in range(2 * MOST_LOOKS)])
    assert most == 1
    assert sum(bool(each) for each in found) == MOST_LOOKS
