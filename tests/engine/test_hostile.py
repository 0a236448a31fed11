"""Callers and upstreams that mean harm: each was seen to do it once."""

from __future__ import annotations

import asyncio
import gzip
import json
import os
import time
from pathlib import Path

import pytest

from llmgw_desktop.domain.flights.flight import FlightState
from llmgw_desktop.engine import gateway
from tests.engine import conftest
from tests.engine.conftest import House
from tests.support.answers import Raw
from tests.support.facts import as_the_vendor_said

BODY = json.dumps(
    {"model": "practice/echo", "max_tokens": 9, "messages": [{"role": "user", "content": "ping"}]}
).encode()


async def raw(house: House, *parts: bytes, pause_s: float = 0.0) -> bytes:
    """What comes back for these bytes until the other side has said what it has to say."""
    host, port = house.url.removeprefix("http://").split(":")
    reader, writer = await asyncio.open_connection(host, int(port))
    for part in parts:
        writer.write(part)
        await writer.drain()
        await asyncio.sleep(pause_s)
    said = b""
    try:
        async with asyncio.timeout(3):
            while piece := await reader.read(65536):
                said += piece
    except TimeoutError:
        pass
    writer.close()
    return said


def head(house: House, method: str = "POST", path: str = "/v1/messages", *lines: str) -> bytes:
    own = [f"{name}: {value}" for name, value in house.headers().items()]
    given = [f"{method} {path} HTTP/1.1", f"Host: {house.url[7:]}", *own, *lines, "", ""]
    return "\r\n".join(given).encode()


class TestCallers:
    async def test_one_who_does_not_read_cannot_keep_the_gateway(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(gateway, "GRACE_S", 0.2)
        patient = conftest.CONFIG.replace("timeout_s = 1\n", "timeout_s = 60\n")
        monkeypatch.setattr(conftest, "CONFIG", patient)
        answer = json.dumps({"choices": [], "pad": "x" * (40 << 20)}).encode()
        body = BODY.replace(b"practice/echo", b"gpt-stub")
        lines = ("Content-Type: application/json", f"Content-Length: {len(body)}")
        async with conftest.house_in(tmp_path / "home") as house:
            house.lane.always = Raw(headers={"Content-Type": "application/json"}, frames=(answer,))
            host, port = house.url.removeprefix("http://").split(":")
            _, writer = await asyncio.open_connection(host, int(port), limit=1024)
            try:
                writer.write(head(house, "POST", "/v1/chat/completions", *lines) + body)
                running = house.container.recording.recorder.running
                async with asyncio.timeout(60):
                    while not running():
                        await asyncio.sleep(0.01)
                await asyncio.sleep(0.5)
                assert running(), "an answer that nobody took is still under way"

                started = time.monotonic()
                await house.container.gateway.stop()

                assert time.monotonic() - started < 10
                assert house.closed[0].state is not FlightState.OK
            finally:
                writer.close()

    @pytest.mark.parametrize("key", ["wrong", "right"])
    async def test_a_body_that_unpacks_to_a_gigabyte_stops_nobody(
        self, house: House, key: str
    ) -> None:
        bomb = gzip.compress(bytes(64 << 20), 9)
        headers = house.headers() if key == "right" else {"x-api-key": "wrong"}
        late_ms = 0.0

        async def watch() -> None:
            nonlocal late_ms
            while True:
                before = time.monotonic()
                await asyncio.sleep(0.01)
                late_ms = max(late_ms, (time.monotonic() - before) * 1000 - 10)

        watching = asyncio.create_task(watch())
        async with house.session.post(
            f"{house.url}/v1/messages",
            data=bomb,
            headers={**headers, "Content-Type": "application/json", "Content-Encoding": "gzip"},
        ) as answer:
            assert answer.status == (413 if key == "right" else 401)
        watching.cancel()
        assert late_ms < 1000

    @pytest.mark.parametrize(
        ("packed", "status"),
        [
            (gzip.compress(BODY), 200),
            (gzip.compress(BODY[:20]) + gzip.compress(BODY[20:]), 200),
            (gzip.compress(BODY)[:-1], 400),
            (gzip.compress(BODY) + b"rest", 400),
            (gzip.compress(bytes(1 << 20)), 413),
        ],
        ids=[
            "one member",
            "two members",
            "cut",
            "garbage behind",
            "too large unpacked",
        ],
    )
    async def test_a_compressed_body_is_read_whole_or_not_at_all(
        self, house: House, packed: bytes, status: int
    ) -> None:
        async with house.session.post(
            f"{house.url}/v1/messages",
            data=packed,
            headers={
                **house.headers(),
                "Content-Type": "application/json",
                "Content-Encoding": "gzip",
            },
        ) as answer:
            assert answer.status == status

    async def test_one_who_waits_for_a_word_before_the_body_gets_it(self, house: House) -> None:
        lines = (
            "Content-Type: application/json",
            f"Content-Length: {len(BODY)}",
            "Expect: 100-continue",
            "Connection: close",
        )
        said = await raw(house, head(house, "POST", "/v1/messages", *lines), BODY, pause_s=0.2)
        assert said.startswith(b"HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 200 OK")

    async def test_head_gets_no_body(self, house: House) -> None:
        said = await raw(house, head(house, "HEAD", "/health", "Connection: close"))
        assert said.startswith(b"HTTP/1.1 405")
        assert said.endswith(b"\r\n\r\n")

    async def test_an_empty_key_beside_a_good_one_is_no_second_key(self, house: House) -> None:
        key = house.headers()["Authorization"].removeprefix("Bearer ")
        async with house.session.post(
            f"{house.url}/v1/messages",
            data=BODY,
            headers={
                "Authorization": "Bearer ",
                "x-api-key": key,
                "Content-Type": "application/json",
            },
        ) as answer:
            assert answer.status == 200

    async def test_a_key_in_odd_places_does_not_reach_a_vendor(self, house: House) -> None:
        key = house.headers()["Authorization"].removeprefix("Bearer ")
        query = f"api_key={key}&Key={key}&k%65y={key}&beta=true&other={key}"
        async with house.post(
            f"/v1/messages?{query}",
            {**json.loads(BODY), "model": "claude-stub"},
            **{"x-auth-token": key, "x-portkey-api-key": "pk", "x-odd": f"it is {key}"},
        ) as answer:
            await answer.read()
        seen = house.lane.only
        assert seen.query == "beta=true"
        assert not seen.mentions(key)
        assert not seen.mentions("pk-")

    @pytest.mark.parametrize("length", [513, 100_000])
    async def test_a_model_name_of_any_length_is_not_kept(self, house: House, length: int) -> None:
        async with house.post(
            "/v1/messages", {**json.loads(BODY), "model": "m" * length}
        ) as answer:
            assert answer.status == 404
        assert not house.container.gateway._engine.pipeline.router._plans


class TestUpstreams:
    async def test_dust_is_swept_together(self, house: House) -> None:
        """16 KB in pieces of two bytes, all at once."""
        body = json.dumps({"choices": [], "pad": "x" * (1 << 14)}).encode()
        frames = tuple(body[at : at + 2] for at in range(0, len(body), 2))
        house.lane.always = Raw(headers={"Content-Type": "application/json"}, frames=frames)
        async with house.post(
            "/v1/chat/completions", {**json.loads(BODY), "model": "gpt-stub"}
        ) as answer:
            assert as_the_vendor_said(await answer.read()) == body

    async def test_a_status_that_is_none_is_no_answer(self, house: House) -> None:
        house.lane.always = Raw(status=799, headers={"Content-Type": "application/json"})
        async with house.post(
            "/v1/messages", {**json.loads(BODY), "model": "claude-stub"}
        ) as answer:
            assert answer.status == 502

    async def test_a_key_that_a_vendor_repeats_is_not_written_down(self, house: House) -> None:
        house.lane.always = Raw(
            headers={"Content-Type": "application/json", "x-debug-auth": "Bearer sk-provider"},
            frames=(b'{"choices":[],"you_sent":"sk-provider"}',),
        )
        async with house.post(
            "/v1/chat/completions", {**json.loads(BODY), "model": "gpt-stub"}
        ) as answer:
            await answer.read()
        await asyncio.to_thread(house.container.recording.store.flush, 5)
        record = await asyncio.to_thread(house.container.flights.record, house.closed[0].id)
        assert record is not None
        assert b"sk-provider" not in (record.answer_body or b"")
        assert "sk-provider" not in str(record.answer_headers)


@pytest.mark.parametrize("host", ["127.0.0.1", "localhost"])
async def test_a_provider_that_is_the_gateway_itself_is_not_asked(house: House, host: str) -> None:
    """The system chose the port, so the settings could not be refused for naming it."""
    port = house.url.rpartition(":")[2]
    text = house.container.places.config_file.read_text()
    house.container.places.config_file.write_text(
        f"""{text}
[providers.mirror]
kind = "openai-compatible"
base_url = "http://{host}:{port}/v1"
api_key_env = "STUB_KEY"
local = true
"""
    )
    house.container.check_settings()
    async with house.post(
        "/v1/chat/completions", {**json.loads(BODY), "model": "mirror/mirror/gpt-stub"}
    ) as answer:
        assert answer.status == 502
        assert "is this gateway itself" in (await answer.json())["error"]["message"]
    assert len(house.closed) == 1
    async with house.get("/v1/models") as answer:
        assert answer.status == 200
    async with house.post(
        "/v1/chat/completions", {**json.loads(BODY), "model": "practice/echo"}
    ) as answer:
        assert answer.status == 200


async def test_a_pipe_in_the_place_of_the_settings_stops_nobody(house: House) -> None:
    path = house.container.places.config_file
    path.unlink()
    os.mkfifo(path)
    house.container.check_settings()
    async with house.post("/v1/messages", json.loads(BODY)) as answer:
        assert answer.status == 200
    async with house.get("/health/detail") as answer:
        detail = await answer.json()
    assert "not a file" in detail["settings"]["problem"]
