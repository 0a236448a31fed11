"""A gateway with its pocket page, and devices as bare sockets: TLS that believes the page's own
authority and nobody else."""

from __future__ import annotations

import asyncio
import re
import ssl
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import urlencode, urlsplit

from tests.engine.conftest import House, house_in

SWITCHED_ON = '\n[pocket]\non = true\nhost = "127.0.0.1"\nport = 0\n'
_FORM = re.compile(r'name="form" value="([^"]+)"')


@asynccontextmanager
async def pocket_house(home: Path, more: str = SWITCHED_ON) -> AsyncIterator[House]:
    async with house_in(home, more) as house:
        await house.container.pocket.settled()
        yield house


async def told(house: House) -> dict[str, Any]:
    async with house.get("/v1/pocket") as reply:
        assert reply.status == 200
        found: dict[str, Any] = await reply.json()
        return found


async def began(house: House, name: str = "Pixel 9") -> dict[str, Any]:
    """A pairing, as the command begins one."""
    async with house.post("/v1/pocket/pairings", {"name": name}) as reply:
        assert reply.status == 200, await reply.text()
        found: dict[str, Any] = await reply.json()
        return found


async def pairing(house: House, pairing_id: str) -> dict[str, Any]:
    async with house.get(f"/v1/pocket/pairings/{pairing_id}") as reply:
        found: dict[str, Any] = await reply.json()
        return found


async def decided(house: House, pairing_id: str, *, confirm: bool) -> tuple[int, Any]:
    body = {"confirm": confirm}
    async with house.post(f"/v1/pocket/pairings/{pairing_id}", body) as reply:
        return reply.status, await reply.json()


@dataclass
class Answered:
    """`status` 0: the connection was cut without a byte."""

    status: int
    text: str = ""
    raw: bytes = b""


@dataclass
class Device:
    """A browser of another device: its cookies, one connection for each request."""

    url: str
    authority: str
    cookies: dict[str, str] = field(default_factory=dict)

    def context(self) -> ssl.SSLContext:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
        context.load_verify_locations(self.authority)
        return context

    async def ask(
        self, path: str, fields: dict[str, str] | None = None, **headers: str
    ) -> Answered:
        place = urlsplit(self.url)
        reader, writer = await asyncio.open_connection(
            place.hostname, place.port, ssl=self.context()
        )
        body = b"" if fields is None else urlencode(fields).encode()
        heads = {"Host": place.netloc, "Connection": "close", **headers}
        if self.cookies:
            heads["Cookie"] = "; ".join(f"{name}={held}" for name, held in self.cookies.items())
        if fields is not None:
            heads |= {
                "Content-Type": "application/x-www-form-urlencoded",
                "Content-Length": str(len(body)),
                "Origin": headers.get("Origin", self.url),
            }
        lines = [f"{'GET' if fields is None else 'POST'} {path} HTTP/1.1"]
        lines += [f"{name}: {text}" for name, text in heads.items()]
        try:
            writer.write("\r\n".join([*lines, "", ""]).encode() + body)
            async with asyncio.timeout(30):
                raw = await reader.read()
        except ConnectionError:
            raw = b""
        finally:
            writer.close()
        return self._taken(raw)

    async def form_of(self, path: str) -> str:
        found = await self.ask(path)
        assert found.status == 200, found.text
        return str(_FORM.findall(found.text)[-1])

    async def answer(self, question_id: str, answer: str) -> Answered:
        """As a person does; how long one has to look, a test says (`asked.ARM_AFTER_S`)."""
        token = await self.form_of(f"/questions/{question_id}")
        return await self.ask("/answer", {"question": question_id, "form": token, "answer": answer})

    def _taken(self, raw: bytes) -> Answered:
        if not raw:
            return Answered(0)
        head, _, body = raw.partition(b"\r\n\r\n")
        for name, held in re.findall(rb"(?i)set-cookie: ([^=]+)=([^;]*)", head):
            self.cookies[name.decode()] = held.decode()
            if not held:
                del self.cookies[name.decode()]
        return Answered(int(head.split()[1]), body.decode("utf-8", "replace"), raw)


async def stranger(house: House) -> Device:
    found = await told(house)
    return Device(found["url"], found["authority"])


async def paired(house: House, name: str = "Pixel 9") -> Device:
    begun = await began(house, name)
    device = await stranger(house)
    page = await device.ask(urlsplit(begun["url"]).path)
    assert page.status == 200, page.text
    state = await pairing(house, begun["id"])
    assert state["words"] in page.text
    assert (await decided(house, begun["id"], confirm=True))[0] == 200
    assert (await device.ask("/p/wait")).status == 200
    assert "__Host-pocket" in device.cookies
    return device


async def listening(phone: Device) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
    """Its page's events, once they have begun; whoever asks for them closes the writer."""
    place = urlsplit(phone.url)
    reader, writer = await asyncio.open_connection(place.hostname, place.port, ssl=phone.context())
    cookie = f"__Host-pocket={phone.cookies['__Host-pocket']}"
    writer.write(
        f"GET /events HTTP/1.1\r\nHost: {place.netloc}\r\nCookie: {cookie}\r\n\r\n".encode()
    )
    async with asyncio.timeout(30):
        while b"retry" not in await reader.readline():
            pass
    return reader, writer
