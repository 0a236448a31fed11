"""Who is cut off while he is answered hears nothing twice, and takes no part for the whole."""

from __future__ import annotations

import asyncio
from contextlib import suppress
from pathlib import Path
from types import SimpleNamespace
from typing import Any, cast

import aiohttp
import pytest

from llmgw_desktop.domain.access.principal import Scope
from llmgw_desktop.domain.events import ClientsChanged
from llmgw_desktop.engine.front.doors import OwnDoor
from llmgw_desktop.engine.front.http_caller import HttpCaller
from llmgw_desktop.engine.http1.answer import DateLine, OutgoingAnswer
from tests.engine.conftest import house_in
from tests.engine.policy.keys import key_of


async def test_a_whole_answer_that_is_cut_while_it_is_read_slowly_is_no_whole_one(
    tmp_path: Path,
) -> None:
    """Nor is another one written into it, as the pipeline tries to."""
    async with house_in(tmp_path / "home") as house:
        here, size = asyncio.Event(), 20_000_000

        async def answer(caller: HttpCaller) -> None:
            here.set()
            try:
                await caller.reply(200, (), b"x" * size)
            except asyncio.CancelledError:
                await caller.reply(403, (), b"taken back")
                raise

        door = OwnDoor(dialect=None, answer=answer, scope=Scope.MODELS_USE)
        house.container.engine.server._doors.add("GET", "/v1/large", door)
        key = key_of(house, "nightly")
        host, _, port = house.url.removeprefix("http://").partition(":")
        async with asyncio.timeout(60):
            reader, writer = await asyncio.open_connection(host, int(port), limit=1024)
            head = f"GET /v1/large HTTP/1.1\r\nhost: {host}:{port}\r\nx-api-key: {key}\r\n\r\n"
            writer.write(head.encode())
            await here.wait()  # from here on the answer is under way, and nobody reads
            clients = house.container.access.clients
            assert clients is not None
            clients.revoke("nightly")
            house.container.bus.publish(ClientsChanged())
            told = b""
            with suppress(ConnectionResetError):
                while piece := await reader.read(1 << 20):
                    told += piece
            writer.close()
        assert told.count(b"HTTP/1.1") <= 1
        assert b"taken back" not in told
        assert len(told) < size


@pytest.mark.parametrize("way", ["listening", "waiting", "revoking itself"])
async def test_who_listens_at_the_gateways_own_doors_is_cut_too(tmp_path: Path, way: str) -> None:
    """And who took its own access back is told that it is done."""
    async with house_in(tmp_path / "home") as house:
        here, over = asyncio.Event(), []
        clients = house.container.access.clients
        assert clients is not None

        def revoke() -> None:
            clients.revoke("nightly")
            house.container.bus.publish(ClientsChanged())

        async def answer(caller: HttpCaller) -> None:
            try:
                if way == "listening":
                    await caller.begin(200, ())
                    await caller.write(b"first")
                if way == "revoking itself":
                    revoke()
                else:
                    here.set()
                    await asyncio.sleep(60)
                await caller.reply(200, (), b"done")
            finally:
                over.append(way)

        door = OwnDoor(dialect=None, answer=answer, scope=Scope.MODELS_USE)
        house.container.engine.server._doors.add("GET", "/v1/listen", door)
        key = {"Authorization": f"Bearer {key_of(house, 'nightly')}"}
        async with asyncio.timeout(15):
            asked = asyncio.ensure_future(house.get("/v1/listen", **key).__aenter__())
            if way == "revoking itself":
                assert await (await asked).read() == b"done"
                return
            await here.wait()
            if way == "listening":
                assert await (await asked).content.readany() == b"first"
            revoke()
            if way == "listening":
                with pytest.raises(aiohttp.ClientPayloadError):
                    await (await asked).read()
            else:
                told = await asked
                assert told.status == 401
                assert "taken back" in await told.text()
            while not over:
                await asyncio.sleep(0.01)
        async with house.get("/v1/listen", **key) as again:
            assert again.status == 401


class _Transport:
    def __init__(self) -> None:
        self.sent = b""

    def write(self, data: bytes) -> None:
        self.sent += data

    def is_closing(self) -> bool:
        return False

    def get_write_buffer_size(self) -> int:
        return 0


async def test_behind_the_end_of_a_stream_nothing_is_said() -> None:
    transport = _Transport()
    request = SimpleNamespace(
        head=SimpleNamespace(is_modern=True),
        method="POST",
        is_last=False,
        keep_alive=True,
        body=SimpleNamespace(is_whole=True),
        connection=SimpleNamespace(transport=transport, is_congested=False),
    )
    answer = OutgoingAnswer(cast("Any", request), DateLine())
    answer.begin(200, ())
    await answer.send(b"a")
    await answer.finish()
    await answer.send(b"taken back")
    await answer.finish()
    assert transport.sent.endswith(b"\r\n1\r\na\r\n0\r\n\r\n")
