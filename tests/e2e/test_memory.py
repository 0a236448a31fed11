"""What large requests leave behind in memory: nothing of theirs."""

from __future__ import annotations

import socket
import sqlite3
import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing, suppress
from pathlib import Path

import pytest

from tests.support.dialects import OPENAI
from tests.support.gateway import Gateway, GatewaySetup, openai_provider, running_gateway
from tests.support.raw_http import openai_headers, send
from tests.support.upstream import Upstream

pytestmark = pytest.mark.e2e

BODY_BYTES = 30_000_000
MOST_LEFT_BYTES = 40_000_000
AT_ONCE = 3
PATIENCE_S = 60


def _resident_bytes(gateway: Gateway) -> int:
    pages = Path(f"/proc/{gateway.process.pid}/statm").read_text().split()[1]
    return int(pages) * 4096


def _wait_bodies(home: Path, count: int) -> None:
    """Until the recorder is done with them: what waits for it is still needed."""
    ends = time.monotonic() + PATIENCE_S
    question = "SELECT count(*) FROM flight_bodies WHERE request_body IS NOT NULL"
    with closing(sqlite3.connect(f"file:{home}/data/flights.db?mode=ro", uri=True)) as connection:
        while connection.execute(question).fetchone()[0] < count:
            assert time.monotonic() < ends
            time.sleep(0.05)


def test_bodies_of_30_mb_are_given_back(own_home: Path, upstream: Upstream):
    """One after the other, and several at once."""
    lane = upstream.lane("large")
    setup = GatewaySetup(home=own_home, providers=[openai_provider(lane)], is_fresh=True)
    text = "lorem ipsum dolor sit amet " * 40
    said = [{"role": "user", "content": text} for _ in range(BODY_BYTES // (len(text) + 34))]
    with running_gateway(setup) as gateway:
        headers = openai_headers(gateway.access_key())

        def ask(body: bytes) -> None:
            reply = send(gateway.url + OPENAI.path, headers=headers, body=body, timeout_s=60)
            assert reply.status == 200
            lane.requests.clear()

        ask(OPENAI.body("large"))
        before = _resident_bytes(gateway)
        large = OPENAI.body("large", messages=said)
        for _ in range(2):
            ask(large)
        with ThreadPoolExecutor(AT_ONCE) as callers:
            list(callers.map(ask, [large] * AT_ONCE))
        _wait_bodies(own_home, 1 + 2 + AT_ONCE)
        ends = time.monotonic() + PATIENCE_S
        while _resident_bytes(gateway) > before + MOST_LEFT_BYTES:
            assert time.monotonic() < ends, _resident_bytes(gateway) - before
            time.sleep(0.05)


ENDLESS_TOML = """
[upstream]
max_answer_bytes = "4 MB"
max_event_bytes = "4 MB"
[providers.endless]
kind = "openai-compatible"
base_url = "http://127.0.0.1:{port}/v1"
models = ["endless"]
local = true
"""
ENDLESS_BYTES = 400_000_000
MOST_TAKEN_BYTES = 60_000_000
WHOLE = b"HTTP/1.1 200 OK\r\ncontent-type: application/json\r\n\r\n{"
EVENT = b"HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\n\r\ndata: "


def _most_resident_bytes(gateway: Gateway) -> int:
    status = Path(f"/proc/{gateway.process.pid}/status").read_text()
    return int(status.partition("VmHWM:")[2].split()[0]) * 1024


def _go_on(door: socket.socket, taken: list[int]) -> None:
    """Answers each request with one line that does not end while anybody takes it."""
    for head in (WHOLE, EVENT):
        plug, _ = door.accept()
        with plug, suppress(OSError):
            plug.recv(65536)
            plug.sendall(head)
            taken.append(0)
            while taken[-1] < ENDLESS_BYTES:
                plug.sendall(b"x" * 1_000_000)
                taken[-1] += 1_000_000


def test_an_answer_without_an_end_takes_no_more_than_the_bound(own_home: Path) -> None:
    taken: list[int] = []
    with socket.create_server(("127.0.0.1", 0)) as door, ThreadPoolExecutor(1) as upstream:
        going = upstream.submit(_go_on, door, taken)
        toml = ENDLESS_TOML.format(port=door.getsockname()[1])
        setup = GatewaySetup(home=own_home, toml=toml, is_fresh=True)
        with running_gateway(setup) as gateway:
            headers, before = openai_headers(gateway.access_key()), _most_resident_bytes(gateway)
            for is_stream in (False, True):
                body = OPENAI.body("endless", stream=is_stream)
                reply = send(gateway.url + OPENAI.path, headers=headers, body=body, timeout_s=60)
                assert b"upstream.max_" in reply.body[-1000:]
                assert reply.status == (200 if is_stream else 502)
            assert _most_resident_bytes(gateway) - before < MOST_TAKEN_BYTES
            going.result(PATIENCE_S)
    assert len(taken) == 2
    assert max(taken) < ENDLESS_BYTES / 4
