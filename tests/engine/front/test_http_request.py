"""Whatever stands in the place of a target, the caller gets an answer, and the log no traceback."""

from __future__ import annotations

import asyncio
import logging

import pytest

from tests.engine.conftest import House, as_new

pytestmark = pytest.mark.asyncio(loop_scope="module")


@pytest.fixture
def house(standing_house: House) -> House:
    standing_house.container.at_rest.key()  # else it is made, and logged, beside some later test
    return as_new(standing_house)


OURS = "OURS"
"""Stands for the gateway's own host and port."""

BAD = [
    ("GET", "https://xn--a/"),
    ("GET", "http://[::1"),
    ("GET", "http://[]/"),
    ("GET", "http://a:99999/"),
    ("GET", "http://a:x/"),
    ("GET", "http://"),
    ("GET", "http:///health"),
    ("GET", "http:/health"),
    ("GET", "*"),
    ("GET", "foo"),
    ("GET", "?"),
    ("GET", f"ftp://{OURS}/health"),
    ("GET", f"https://{OURS}/health"),
    ("CONNECT", "a:80"),
    ("CONNECT", "xn--a:80"),
    ("CONNECT", OURS),
    ("CONNECT", "/health"),
    ("GET", "/" + "a" * 9000),
    ("GET", "/" + "a" * 200_000),
]
FOREIGN = [
    "http://xn--a/",
    "http://a.xn--a/health",
    "http://xn--/",
    "HTTP://XN--A/v1/messages",
    "http://evil.example/health",
    "http://evil.example:OURPORT/health",
    f"http://user@{OURS}/health",
    "http://localhost.evil.example:OURPORT/health",
    "http://%31/health",
    "http://" + "a." * 300 + "/health",
]
OTHERS = [
    ("GET", "/health", 200),
    ("GET", f"http://{OURS}/health", 200),
    ("GET", f"HTTP://{OURS}/health", 200),
    ("GET", f"http://{OURS}/health?a=b#c", 200),
    ("GET", f"http://{OURS}?a=b", 404),
    ("GET", "//", 404),
    ("GET", "//xn--a/", 404),
    ("GET", "/%ff%zz", 404),
    ("OPTIONS", "*", 404),
]


async def said_to(house: House, method: str, target: str) -> tuple[int, bytes, bool]:
    """(status, the whole answer, whether the connection was closed)."""
    host, port = house.url.removeprefix("http://").split(":")
    target = target.replace("OURPORT", port).replace(OURS, f"{host}:{port}")
    reader, writer = await asyncio.open_connection(host, int(port))
    writer.write(f"{method} {target} HTTP/1.1\r\nHost: {host}:{port}\r\n\r\n".encode())
    said = b""
    is_closed = False
    try:
        async with asyncio.timeout(10):
            said = await reader.readuntil(b"\r\n\r\n")
            length = int(said.lower().partition(b"content-length:")[2].split()[0])
            said += await reader.readexactly(length)
            is_closed = b"connection: close" in said and await reader.read() == b""
    finally:
        writer.close()
    return int(said.split()[1]), said, is_closed


@pytest.mark.parametrize(("method", "target"), BAD, ids=[f"{m} {t[:30]}" for m, t in BAD])
async def test_a_target_that_is_none_gets_a_400_and_the_connection_ends(
    house: House, method: str, target: str, caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level(logging.WARNING):
        status, said, is_closed = await said_to(house, method, target)
    assert status == 400
    assert is_closed
    assert b'"error"' in said
    assert not caplog.records


@pytest.mark.parametrize("target", FOREIGN, ids=[target[:30] for target in FOREIGN])
async def test_a_target_that_names_another_host_is_judged_by_that_name(
    house: House, target: str, caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level(logging.WARNING):
        status, _, _ = await said_to(house, "GET", target)
    assert status == 421
    assert not caplog.records


@pytest.mark.parametrize(("method", "target", "status"), OTHERS)
async def test_the_rest_is_answered(house: House, method: str, target: str, status: int) -> None:
    assert (await said_to(house, method, target))[0] == status


async def test_a_foreign_host_header_is_not_mended_by_a_target_of_ours(house: House) -> None:
    host, port = house.url.removeprefix("http://").split(":")
    reader, writer = await asyncio.open_connection(host, int(port))
    writer.write(f"GET {house.url}/health HTTP/1.1\r\nHost: evil.example\r\n\r\n".encode())
    async with asyncio.timeout(10):
        assert b" 421 " in await reader.readuntil(b"\r\n")
    writer.close()


async def test_a_path_that_names_a_host_finds_its_door(house: House) -> None:
    """A client that takes the gateway for its proxy, as some do."""
    key = house.headers()["Authorization"]
    host, port = house.url.removeprefix("http://").split(":")
    reader, writer = await asyncio.open_connection(host, int(port))
    lines = (
        f"GET {house.url}/v1/models HTTP/1.1",
        f"Host: {host}:{port}",
        f"Authorization: {key}",
        "Connection: close",
        "",
        "",
    )
    writer.write("\r\n".join(lines).encode())
    async with asyncio.timeout(10):
        said = await reader.read()
    assert said.startswith(b"HTTP/1.1 200 OK")
    assert b"practice/echo" in said
    writer.close()
