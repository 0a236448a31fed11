"""What goes otherwise than planned with a paired device: a page that is loaded again, a store that
is full, a time that is over while it listens."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from urllib.parse import urlsplit

import pytest

from llmgw_desktop.app.gateway.web import page as pages
from llmgw_desktop.app.gateway.web.pocket import MOST_OF_ADDRESS
from llmgw_desktop.store.access import pocket
from llmgw_desktop.store.access.pocket import PairedDevice
from tests.engine.conftest import House
from tests.support.pocket_scene import (
    Device,
    began,
    decided,
    listening,
    paired,
    pairing,
    stranger,
    told,
)


async def test_the_page_with_the_words_may_be_loaded_again(house: House) -> None:
    begun = await began(house)
    path = urlsplit(begun["url"]).path
    device = await stranger(house)
    first = await device.ask(path)
    for _ in range(6):  # more often than codes may be guessed
        again = await device.ask(path)
        assert (again.status, again.text) == (200, first.text)
    words = (await pairing(house, begun["id"]))["words"]
    assert words in again.text
    assert (await (await stranger(house)).ask(path)).raw == b"", "another browser"
    assert (await decided(house, begun["id"], confirm=True))[0] == 200
    assert words in (await device.ask(path)).text, "confirmed while it was away"
    assert (await device.ask("/p/wait")).status == 200
    assert (await device.ask("/")).status == 200


async def test_a_browser_that_waits_twice_is_paired(house: House) -> None:
    """Two tabs, or one whose first connection the device has forgotten."""
    begun = await began(house)
    device = await stranger(house)
    await device.ask(urlsplit(begun["url"]).path)
    tab = Device(device.url, device.authority, dict(device.cookies))
    waiting = [asyncio.create_task(each.ask("/p/wait")) for each in (device, tab)]
    await asyncio.sleep(0.1)
    await decided(house, begun["id"], confirm=True)
    found = await asyncio.gather(*waiting)
    assert sum("Paired" in each.text for each in found) == 1


async def test_a_device_that_cannot_be_kept_is_told_so(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(pocket, "MOST_DEVICES", 1)
    await paired(house)
    begun = await began(house, "Tablet")
    device = await stranger(house)
    await device.ask(urlsplit(begun["url"]).path)
    waiting = asyncio.create_task(device.ask("/p/wait"))
    await asyncio.sleep(0.1)
    status, said = await decided(house, begun["id"], confirm=True)
    assert status >= 400
    assert "devices are paired" in str(said)
    async with asyncio.timeout(20):
        page = await waiting
    assert "Not paired" in page.text
    assert "__Host-pocket" not in device.cookies
    assert len((await told(house))["devices"]) == 1


async def test_strangers_who_hold_connections_keep_no_device_out(house: House) -> None:
    phone = await paired(house)
    place = urlsplit(phone.url)
    follows = await asyncio.open_connection(place.hostname, place.port, ssl=phone.context())
    cookie = f"__Host-pocket={phone.cookies['__Host-pocket']}"
    head = f"GET /events HTTP/1.1\r\nHost: {place.netloc}\r\nCookie: {cookie}\r\n\r\n"
    follows[1].write(head.encode())
    async with asyncio.timeout(30):
        while b"retry" not in await follows[0].readline():
            pass
    held = [
        await asyncio.open_connection(place.hostname, place.port, ssl=phone.context())
        for _ in range(MOST_OF_ADDRESS + 6)
    ]
    assert (await phone.ask("/")).status == 200
    async with asyncio.timeout(30):
        assert await held[0][0].read() == b"", "the oldest of them had to go"
    assert not follows[0].at_eof(), "a device's own connection stays"
    for _, writer in (*held, follows):
        writer.close()


async def test_a_device_whose_time_is_over_hears_nothing_more(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(pages, "SIGN_OF_LIFE_S", 0.05)
    phone = await paired(house)
    reader, writer = await listening(phone)
    store = house.container.pocket.devices
    (device,) = store.all()
    store._devices = (replace(device, expires_at_s=1.0),)
    async with asyncio.timeout(20):
        await reader.readuntil(b"\r\n0\r\n\r\n")  # the stream's end
    writer.close()


async def test_one_that_is_kept_too_late_is_not_paired(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    begun = await began(house)
    device = await stranger(house)
    await device.ask(urlsplit(begun["url"]).path)
    pocket_page, loop = house.container.pocket, asyncio.get_running_loop()
    found = pocket_page.pairings.find(begun["id"])
    assert found is not None
    add = pocket_page.devices.add

    def slow(name: str, held: str, at_s: float, until_s: float) -> PairedDevice:
        loop.call_soon_threadsafe(pocket_page.pairings.refuse, found)
        return add(name, held, at_s, until_s)

    monkeypatch.setattr(pocket_page.devices, "add", slow)
    assert (await decided(house, begun["id"], confirm=True))[0] == 400
    assert (await told(house))["devices"] == []
