"""Ten thousand seeded faults of clients and vendors, through a whole gateway, over sockets: each
request ends in the one outcome that is declared for it (`fault_plans`)."""

from __future__ import annotations

import asyncio
import json
import logging
import re
import socket
import ssl
import time
from collections.abc import AsyncIterator, Callable, Iterable, Iterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any, cast

import pytest
from PySide6.QtWidgets import QApplication

from llmgw_desktop.app.composition.container import Container
from llmgw_desktop.engine.upstream import http_client
from llmgw_desktop.store.paths import Places
from llmgw_desktop.ui.loop.qt_loop import new_event_loop
from tests.engine.http1.fault_plans import MODEL, RESET_AT_ONCE, Drawing, Talk, VendorPlan
from tests.support.certificates import Pair, make_pair

SEEDS = 10_000
DAILY = 1_000
PARTS = 9
ELSEWHERE = 200
AT_ONCE = 12
STALLED_AT_ONCE = 64
BRIEFLY_S = 0.002
TURNS_BETWEEN = 2
PATIENCE_S = 120
CONFIG = """
[http]
port = 0
[upstream]
first_byte_timeout_s = 600
idle_timeout_s = 600
[providers.raw]
kind = "openai-compatible"
base_url = "{url}"
api_key_env = "STUB_KEY"
models = ["{model}"]
local = true
"""


STATUSES = {"upstream_cut": 502, "upstream_garbage": 502, "upstream_timeout": 504}
STATUSES |= {"400": 400, "408": 408}
CODES = {"fin": "upstream_cut", "reset": "upstream_cut", "stall": "upstream_timeout"}
SERVING = "a connection's requests"
"""Name of the tasks that answer; none is left once all clients have gone."""
WATCHED = ("llmgw_desktop.engine", "asyncio")
"""Loggers that have nothing to say, whatever comes."""


async def turns(count: int = TURNS_BETWEEN) -> None:
    for _ in range(count):
        await asyncio.sleep(0)


def reset(transport: asyncio.Transport) -> None:
    plug = transport.get_extra_info("socket")
    if plug is not None and not transport.is_closing():
        plug.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, RESET_AT_ONCE)
    transport.abort()


class Vendor(asyncio.Protocol):
    """One connection of the gateway's to it."""

    def __init__(self, street: Street) -> None:
        self._street = street
        self._came = b""
        self._unheard = 0
        """So much is to come of a request that is answered already."""
        self._served = 0
        self._task: asyncio.Task[None] | None = None
        self._plan: VendorPlan | None = None
        self.transport: asyncio.Transport | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self.transport = cast("asyncio.Transport", transport)
        self._street.vendors.add(self)

    def connection_lost(self, exc: Exception | None) -> None:
        self._street.vendors.discard(self)
        if self._plan is not None:
            self._plan.is_heard_out = True

    def data_received(self, data: bytes) -> None:
        self._came += data[self._unheard :]
        self._unheard = max(self._unheard - len(data), 0)
        head, end, body = self._came.partition(b"\r\n\r\n")
        found = re.search(rb"(?i)\r\ncontent-length: (\d+)", head)
        mark = re.search(rb"mark-\d+-\d+-", body)
        if not end or found is None or mark is None:
            return
        plan = self._street.plans[mark[0].decode()]
        left = int(found[1]) - len(body)
        assert left >= 0, "one request at a time"
        if left and not plan.is_early:
            return
        self._came, self._unheard = b"", left
        plan.came += 1
        self._plan = plan
        self._task = asyncio.get_running_loop().create_task(self._play(plan))

    async def _play(self, plan: VendorPlan) -> None:
        transport = self.transport
        assert transport is not None
        is_again = plan.is_odd_when_used and plan.came > 1
        if plan.is_odd_when_used and not is_again and not self._served:
            plan.came = -1  # on a fresh connection it is the answer that failed
        self._served += 1
        for piece in [plan.honest] if is_again else plan.pieces:
            if transport.is_closing():
                return
            transport.write(piece)
            await turns()
        plan.is_all_said = True
        if plan.end == "fin" and not is_again:
            transport.close()
        elif plan.end == "reset" and not is_again:
            reset(transport)


class Client(asyncio.Protocol):
    """Reads whole answers, by a grammar of its own."""

    def __init__(self) -> None:
        self.answers: list[tuple[int, bytes]] = []
        """Status and body."""
        self.came = b""
        self.is_lost = False
        self._news = asyncio.Event()
        self._at = 0

    def data_received(self, data: bytes) -> None:
        self.came += data
        while self._take_one():
            pass
        self._news.set()

    def connection_lost(self, exc: Exception | None) -> None:
        self.is_lost = True
        self._news.set()

    async def until(self, *, count: int, over: bool) -> None:
        """So many answers are here, and the connection has ended where it is to."""
        while not self.is_lost and (len(self.answers) < count or over):
            self._news.clear()
            await self._news.wait()

    def _take_one(self) -> bool:
        end = self.came.find(b"\r\n\r\n", self._at)
        if end < 0:
            return False
        head = self.came[self._at : end].decode()
        found = re.match(r"HTTP/1\.1 (\d{3}) ", head)
        assert found, head
        at = end + 4
        if found[1].startswith("1"):
            self._at = at
            return True
        if length := re.search(r"(?i)\r\ncontent-length: (\d+)(?:\r\n|$)", head):
            body, at = self.came[at : at + int(length[1])], at + int(length[1])
            if len(self.came) < at:
                return False
        elif "transfer-encoding: chunked" in head.lower():
            body = b""
            while (line := self.came.find(b"\r\n", at)) >= 0:
                size = int(self.came[at:line], 16)
                at = line + 2 + size + 2
                if len(self.came) < at:
                    return False
                body += self.came[line + 2 : at - 2]
                if not size:
                    break
            else:
                return False
        else:
            if not self.is_lost:
                return False
            body, at = self.came[at:], len(self.came)
        self.answers.append((int(found[1]), body))
        self._at = at
        return True

    def end_of_connection(self) -> None:
        """Of an answer that only the connection ends."""
        self._take_one()

    @property
    def rest(self) -> bytes:
        return self.came[self._at :]


class Street:
    """A gateway, its vendor, and a clock that can be turned."""

    def __init__(self) -> None:
        self.plans: dict[str, VendorPlan] = {}
        self.vendors: set[Vendor] = set()
        self.port = 0
        self.own_lines = b""
        self.container: Container | None = None
        self._turned_s = 0.0
        loop = asyncio.get_running_loop()
        loop.time = lambda: time.monotonic() + self._turned_s  # type: ignore[method-assign]

    def turn_clock(self, seconds: float) -> None:
        self._turned_s += seconds

    def drawn(self, seed: int) -> Talk:
        talk = Drawing(seed, self.own_lines).made()
        self.plans |= {each.mark: each.vendor for each in talk.requests if each.vendor is not None}
        if talk.gone is not None:
            self.plans[talk.gone[0]] = talk.gone[1]
        return talk

    async def connect(self, *, slow: bool) -> tuple[asyncio.Transport, Client]:
        plug = socket.socket()
        plug.setblocking(False)
        if slow:
            plug.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
        loop = asyncio.get_running_loop()
        await loop.sock_connect(plug, ("127.0.0.1", self.port))
        transport, client = await loop.create_connection(Client, sock=plug)
        return transport, client


@asynccontextmanager
async def open_street(home: Path, pair: Pair | None = None) -> AsyncIterator[Street]:
    """`pair`: the vendor is spoken with inside TLS."""
    street, loop, tls = Street(), asyncio.get_running_loop(), None
    if pair is not None:
        tls = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        tls.load_cert_chain(pair.certificate, pair.key)
    vendor = await loop.create_server(lambda: Vendor(street), "127.0.0.1", 0, ssl=tls)
    scheme = "http" if pair is None else "https"
    url = f"{scheme}://127.0.0.1:{vendor.sockets[0].getsockname()[1]}/v1"
    places = Places.of({"LLMGW_HOME": str(home)})
    places.make()
    config = CONFIG.format(url=url, model=MODEL)
    places.config_file.write_text(config + (f'ca_file = "{pair.certificate}"' if pair else ""))
    container = street.container = Container(places, {"STUB_KEY": "sk-provider"})
    await container.start()
    host = container.gateway.status.url.removeprefix("http://")
    street.port = int(host.rpartition(":")[2])
    key = places.access_key_file.read_text().strip()
    street.own_lines = f"Host: {host}\r\nAuthorization: Bearer {key}\r\n".encode()
    try:
        yield street
    finally:
        await container.stop()
        vendor.close()


async def act(street: Street, talk: Talk) -> Client:
    """All that the client does, until what it waits for is there."""
    transport, client = await street.connect(slow=talk.is_slow)
    if talk.is_slow:
        transport.pause_reading()
    for piece in talk.pieces:
        if not transport.is_closing():
            transport.write(piece)
            await turns()
    if talk.is_slow:
        await turns(60)
        transport.resume_reading()
    if talk.end == "reset":
        reset(transport)
    elif talk.end == "leave":
        transport.close()
    elif talk.end == "fin" and not transport.is_closing():
        transport.write_eof()
    talk.is_all_sent = True
    await client.until(count=len(talk.requests), over=talk.is_over)
    await turns()
    assert talk.is_over or talk.end != "stay" or not client.is_lost
    transport.close()
    client.end_of_connection()
    return client


def check(talk: Talk, client: Client) -> None:
    """Each answer is the one that is declared, of nobody else's words; nothing else was said."""
    assert len(client.answers) == len(talk.requests), (client.answers, client.came[-300:])
    for request, (status, body) in zip(talk.requests, client.answers, strict=True):
        outcome, plan, told = request.outcome, request.vendor, body.decode()
        if plan is not None and plan.is_odd_when_used and plan.came > 1:
            outcome = "answered"
        assert status == STATUSES.get(outcome, 200), told
        if outcome in ("answered", "ended"):
            words = words_of(told, stream=request.is_stream)
            assert words.startswith(request.mark)
            assert set(re.findall(r"mark-\d+-\d+-|forged", words)) == {request.mark}
            assert '"error"' not in told
            assert "data: [DONE]\n\n" in told or outcome == "ended" or not request.is_stream
        elif outcome == "begun":
            last = json.loads(told.rstrip().rpartition("data: ")[2])
            assert last["error"]["code"] == CODES[cast("VendorPlan", plan).end]
        elif plan is None:
            assert json.loads(told)["error"]["message"]
        else:
            assert json.loads(told)["error"]["code"] == outcome, told
    assert not client.rest


def words_of(told: str, *, stream: bool) -> str:
    if not stream:
        return str(json.loads(told)["choices"][0]["message"]["content"])
    events = [json.loads(line[6:]) for line in told.split("\n") if line.startswith("data: {")]
    return "".join(
        each["choices"][0]["delta"].get("content", "") for each in events if each.get("choices")
    )


async def run(street: Street, seeds: Iterator[int]) -> list[str]:
    """What went otherwise; stalled ones are left for `run_stalled`."""
    wrong: list[str] = []
    stalled: list[Talk] = []

    async def work() -> None:
        for seed in seeds:
            talk = street.drawn(seed)
            if "stalled" in talk.kind:
                stalled.append(talk)
            else:
                await tried(street, talk, wrong)

    await asyncio.gather(*(work() for _ in range(AT_ONCE)))
    for at in range(0, len(stalled), STALLED_AT_ONCE):
        some = stalled[at : at + STALLED_AT_ONCE]
        acting = [asyncio.create_task(tried(street, talk, wrong)) for talk in some]
        while not all(talk.is_at_its_stall for talk in some):
            await asyncio.sleep(BRIEFLY_S)
        await turns(100)  # all that was said is heard
        while not all(each.done() for each in acting):
            street.turn_clock(1000)
            await turns(20)
    return wrong


async def tried(street: Street, talk: Talk, wrong: list[str]) -> None:
    try:
        async with asyncio.timeout(PATIENCE_S + 10**6):
            client = await act(street, talk)
        check(talk, client)
        if talk.gone is not None:
            while talk.gone[1].came and not talk.gone[1].is_heard_out:
                await asyncio.sleep(BRIEFLY_S)
    except (AssertionError, ValueError) as error:
        wrong.append(f"seed {talk.seed} ({talk.kind}): {type(error).__name__} {error}"[:700])


async def all_of(
    seeds: Iterable[int], home: Path, caplog: pytest.LogCaptureFixture, pair: Pair | None = None
) -> None:
    with caplog.at_level(logging.WARNING):
        async with open_street(home, pair) as street:
            wrong = await run(street, iter(seeds))
            assert not wrong, "\n".join(wrong[:20])
            while any(task.get_name() == SERVING for task in asyncio.all_tasks()):
                await asyncio.sleep(BRIEFLY_S)
    assert not [each for each in caplog.records if each.name.startswith(WATCHED)]


@pytest.fixture(autouse=True)
def no_speed(monkeypatch: pytest.MonkeyPatch) -> None:
    """However slow the machine is, a kept connection that closes without a word was stale."""
    monkeypatch.setattr(http_client, "STALE_WITHIN_S", 10**9)
    monkeypatch.setenv("PYTHON_KEYRING_BACKEND", "keyring.backends.fail.Keyring")


@pytest.mark.daily
async def test_the_first_thousand(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    await all_of(range(DAILY), tmp_path / "home", caplog)


def _serves(_: QApplication) -> Any:
    return pytest.importorskip("uvloop").new_event_loop()


def _windows(app: QApplication) -> Any:
    return new_event_loop(app)


@pytest.mark.daily
@pytest.mark.parametrize("loop_of", [_serves, _windows])
def test_on_the_loops_that_the_program_has(
    loop_of: Callable[[QApplication], Any],
    qapp: QApplication,
    tmp_path: Path,
    caplog: pytest.LogCaptureFixture,
) -> None:
    """Those who stall are left out: not every loop's clock can be turned."""
    seeds = [seed for seed in range(ELSEWHERE) if "stalled" not in Drawing(seed, b"").made().kind]
    loop = loop_of(qapp)
    try:
        loop.run_until_complete(all_of(seeds, tmp_path / "home", caplog))
    finally:
        loop.run_until_complete(loop.shutdown_default_executor())
        loop.close()


@pytest.mark.daily
async def test_inside_tls(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    await all_of(range(ELSEWHERE), tmp_path / "home", caplog, make_pair(tmp_path))


@pytest.mark.parametrize("part", range(PARTS))
async def test_all_others(part: int, tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    await all_of(range(DAILY + part, SEEDS, PARTS), tmp_path / "home", caplog)
