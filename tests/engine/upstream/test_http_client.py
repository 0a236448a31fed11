"""The client against real sockets that answer well, badly, slowly or not at all."""

import asyncio
import ipaddress
import socket
import ssl
from dataclasses import replace
from pathlib import Path

import pytest

from llmgw_desktop.domain.errors import (
    KeyMissing,
    UpstreamCut,
    UpstreamGarbage,
    UpstreamRefused,
    UpstreamTimeout,
)
from llmgw_desktop.domain.net_address import innermost, is_own_network
from llmgw_desktop.domain.routing.hops import HOP_HEADER, VIA, HopMark
from llmgw_desktop.domain.routing.route import Candidate
from llmgw_desktop.domain.settings.tables import UpstreamSettings
from llmgw_desktop.engine.http1 import LONGEST_HEAD
from llmgw_desktop.engine.http1.client_connection import HIGH_WATER_BYTES
from llmgw_desktop.engine.upstream.http_client import HttpClient
from llmgw_desktop.engine.upstream.pool import ConnectTarget, LeadsAstray, Pool, plain_address
from tests.engine.upstream.http_stub import call, chunks_of, read, says, server, whole


async def test_the_request_is_what_was_asked_for_with_the_credential(client: HttpClient) -> None:
    seen: list[bytes] = []

    async def script(_: asyncio.StreamReader, writer: asyncio.StreamWriter, ask: bytes) -> None:
        seen.append(ask)
        writer.write(whole(b"{}"))

    async with server(script) as url:
        assert await read(client, url, b'{"a":1}') == [b"{}"]
    head, _, body = seen[0].partition(b"\r\n\r\n")
    assert head.startswith(b"POST /v1/chat/completions HTTP/1.1\r\nHost: 127.0.0.1:")
    assert b"authorization: Bearer sk-provider\r\n" in head
    assert body == b'{"a":1}'


async def test_http_chunks_stay_apart_even_when_they_arrive_together(client: HttpClient) -> None:
    framed = b"".join(b"%x\r\n%s\r\n" % (len(part), part) for part in (b"one", b"two", b"three"))
    head = b"HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n"
    async with server(says(head + framed + b"0\r\n\r\n")) as url:
        assert await read(client, url) == [b"one", b"two", b"three"]


async def test_a_connection_is_used_again_after_a_whole_body(client: HttpClient) -> None:
    peers: set[object] = set()

    async def script(_: asyncio.StreamReader, writer: asyncio.StreamWriter, __: bytes) -> None:
        peers.add(writer.get_extra_info("peername"))
        writer.write(whole(b"{}"))

    async with server(script) as url:
        for _ in range(5):
            await read(client, url)
    assert len(peers) == 1


async def test_an_unread_answer_takes_its_connection_along(client: HttpClient) -> None:
    gone = asyncio.Event()

    async def script(reader: asyncio.StreamReader, writer: asyncio.StreamWriter, _: bytes) -> None:
        writer.write(b"HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n3\r\none\r\n")
        assert await reader.read() == b""
        gone.set()
        writer.close()

    async with server(script) as url:
        answer = await client.send(call(url))
        async for chunk in chunks_of(answer):
            assert chunk == b"one"
            break
        await answer.close()
        await asyncio.wait_for(gone.wait(), 5)


async def test_an_unread_answer_is_never_the_next_ones(client: HttpClient) -> None:
    answers = iter([b"of the first", b"of the second"])

    async def script(_: asyncio.StreamReader, writer: asyncio.StreamWriter, __: bytes) -> None:
        writer.write(whole(next(answers)))

    async with server(script) as url:
        answer = await client.send(call(url))
        await asyncio.sleep(0.05)  # all of it is here, and nobody reads it
        await answer.close()
        assert await read(client, url) == [b"of the second"]


async def test_a_connection_that_the_server_had_closed_costs_nothing(client: HttpClient) -> None:
    """A kept connection can die in the very moment in which it is taken."""
    asked = 0

    async def script(_: asyncio.StreamReader, writer: asyncio.StreamWriter, __: bytes) -> None:
        nonlocal asked
        asked += 1
        if asked == 2:
            writer.transport.abort()
        else:
            writer.write(whole(b"%d" % asked))

    async with server(script) as url:
        assert await read(client, url) == [b"1"]
        assert await read(client, url) == [b"3"]


async def test_a_fresh_connection_that_closes_without_a_word_is_a_failure(
    client: HttpClient,
) -> None:
    asked = 0

    async def script(_: asyncio.StreamReader, writer: asyncio.StreamWriter, __: bytes) -> None:
        nonlocal asked
        asked += 1
        writer.transport.abort()

    async with server(script) as url:
        with pytest.raises(UpstreamCut, match="without an answer"):
            await read(client, url)
    assert asked == 1, "nothing may be sent twice"


async def test_an_answer_that_nobody_asked_for_reaches_nobody(client: HttpClient) -> None:
    async with server(says(whole(b"{}") + whole(b'{"stolen":1}'))) as url:
        assert await read(client, url) == [b"{}"]
        assert await read(client, url) == [b"{}"]


@pytest.mark.parametrize(
    ("parts", "error", "words"),
    [
        ([b"HTTP/1.1 200 OK\r\ncontent-length: 9\r\n\r\nhalf"], UpstreamCut, "in the middle"),
        (
            [b"HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n4\r\nhalf\r\n"],
            UpstreamCut,
            "in the middle",
        ),
        ([b"HTTP/1.1 200 OK\r\ncontent-le"], UpstreamCut, "without an answer"),
        ([b"SSH-2.0-OpenSSH_9.2\r\n"], UpstreamGarbage, "not answer in HTTP"),
        (
            [b"HTTP/1.1 200 OK\r\ncontent-length: 1\r\ncontent-length: 2\r\n\r\n"],
            UpstreamGarbage,
            "not answer in HTTP",
        ),
        (
            [b"HTTP/1.1 302 Found\r\nlocation: http://x/\r\ncontent-length: 0\r\n\r\n"],
            UpstreamGarbage,
            "redirects",
        ),
        ([whole(b"xx", b"content-encoding: br")], UpstreamGarbage, "encoding 'br'"),
        (
            [b"HTTP/1.1 200 OK\r\nx: " + b"y" * (2 * LONGEST_HEAD + 1)],
            UpstreamGarbage,
            "too long",
        ),
    ],
)
async def test_what_is_not_an_answer_is_named(
    client: HttpClient, parts: list[bytes], error: type[Exception], words: str
) -> None:
    async with server(says(*parts, close=True)) as url:
        with pytest.raises(error, match=words):
            await read(client, url)


async def test_silence_before_the_answer(client: HttpClient) -> None:
    async with server(says()) as url:
        with pytest.raises(UpstreamTimeout, match="did not begin"):
            await read(client, url)


async def test_silence_inside_the_answer(client: HttpClient) -> None:
    async with server(says(b"HTTP/1.1 200 OK\r\ncontent-length: 9\r\n\r\nhalf")) as url:
        with pytest.raises(UpstreamTimeout, match="in the middle"):
            await read(client, url)


async def test_a_slow_but_steady_answer_is_not_silent(client: HttpClient) -> None:
    head = b"HTTP/1.1 200 OK\r\ncontent-length: 8\r\n\r\n"
    async with server(says(head, *[b"x"] * 8, pause_s=0.1)) as url:
        assert b"".join(await read(client, url)) == b"x" * 8


async def test_nobody_there(client: HttpClient) -> None:
    async with server(says()) as url:
        pass
    with pytest.raises(UpstreamRefused, match="refused the connection"):
        await read(client, url)


def _leading(monkeypatch: pytest.MonkeyPatch, name: str, to: str) -> None:
    """A look-up that somebody else decides about."""
    found = socket.getaddrinfo

    def asked(host: str, *more: object, **named: object) -> object:
        return found(to if host == name else host, *more, **named)  # type: ignore[arg-type]

    monkeypatch.setattr(socket, "getaddrinfo", asked)


async def test_a_name_that_leads_home_is_told_nothing(
    client: HttpClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[bytes] = []

    async def script(_: asyncio.StreamReader, writer: asyncio.StreamWriter, ask: bytes) -> None:
        asked.append(ask)
        writer.write(whole(b"{}"))

    _leading(monkeypatch, "api.example.com", "127.0.0.1")
    async with server(script) as url:
        url = url.replace("127.0.0.1", "api.example.com")
        with pytest.raises(UpstreamRefused, match=r"leads to 127\.0\.0\.1.*local = true"):
            await read(client, url)
        assert asked == []
        meant = call(url)
        candidate = meant.candidate
        is_local = replace(candidate.upstream, local=True)
        meant = replace(meant, candidate=Candidate(upstream=is_local, model=candidate.model))
        answer = await client.send(meant)
        assert await answer.read() == b"{}", "a person says that it is one of his own"
        await answer.close()


@pytest.mark.parametrize("local", [True, False])
@pytest.mark.parametrize(
    "reached", ["169.254.169.254", "::ffff:169.254.169.254", "fe80::a9fe:a9fe%2", "64:ff9b::a9fe:1"]
)
def test_no_name_leads_to_metadata(reached: str, local: bool) -> None:
    target = ConnectTarget.of("http://metadata.example.com", local=local)
    with pytest.raises(LeadsAstray) as refused:
        Pool()._check_reached(target, plain_address((reached, 80)))
    assert refused.value.is_never


@pytest.mark.parametrize(
    "reached", ["8.8.8.8", "2606:4700::1111", "198.18.0.9", "64:ff9b::808:808"]
)
def test_public_names_lead_to_public_addresses(reached: str) -> None:
    Pool()._check_reached(ConnectTarget.of("https://api.example.com"), (reached, 443))
    assert not is_own_network(innermost(ipaddress.ip_address(reached)))


@pytest.mark.parametrize(
    "reached",
    ["fec0::1", "3fff:fff::1", "192.88.99.1", "::ffff:192.88.99.2", "10.0.0.1", "fd12::1"],
)
def test_public_names_lead_to_no_other_address(reached: str) -> None:
    with pytest.raises(LeadsAstray):
        Pool()._check_reached(ConnectTarget.of("https://api.example.com"), (reached, 443))
    Pool()._check_reached(ConnectTarget.of("https://api.example.com", local=True), (reached, 443))


async def test_without_its_key_a_provider_is_not_asked(client: HttpClient) -> None:
    asked = []

    async def script(_: asyncio.StreamReader, __: asyncio.StreamWriter, ask: bytes) -> None:
        asked.append(ask)

    async with server(script) as url:
        good = call(url)
        upstream = replace(good.candidate.upstream, api_key="", key_problem="it is not named")
        bad = replace(good, candidate=replace(good.candidate, upstream=upstream))
        with pytest.raises(KeyMissing, match=r"'stub' was not asked.*it is not named"):
            await client.send(bad)
        with pytest.raises(KeyMissing):
            await client.fetch(upstream, "/models", 1000)
    assert asked == []


async def test_a_small_question_is_answered_with_any_status(client: HttpClient) -> None:
    refusal = b"HTTP/1.1 401 Unauthorized\r\ncontent-length: 2\r\n\r\nno"
    async with server(says(refusal)) as url:
        answer = await client.get(call(url).candidate.upstream, "/models")
        assert (answer.status, await answer.read()) == (401, b"no")
        await answer.close()
        with pytest.raises(UpstreamGarbage, match="gave no list of its models"):
            await client.fetch(call(url).candidate.upstream, "/models", 1000)


async def test_a_body_that_ends_with_its_connection_is_whole(client: HttpClient) -> None:
    async with server(says(b"HTTP/1.1 200 OK\r\n\r\nall of it", close=True)) as url:
        assert b"".join(await read(client, url)) == b"all of it"


async def test_words_before_the_answer_are_passed_over(client: HttpClient) -> None:
    early = b"HTTP/1.1 103 Early Hints\r\nlink: </x>\r\n\r\n"
    async with server(says(early + whole(b"{}", b"x-real: yes"))) as url:
        answer = await client.send(call(url))
        assert (answer.status, answer.headers.get("X-Real")) == (200, "yes")
        assert "link" not in answer.headers
        await answer.close()


async def test_a_fast_sender_waits_for_a_slow_reader() -> None:
    sent = 0

    async def script(_: asyncio.StreamReader, writer: asyncio.StreamWriter, __: bytes) -> None:
        nonlocal sent
        writer.write(b"HTTP/1.1 200 OK\r\ncontent-length: %d\r\n\r\n" % (64 << 20))
        for _ in range(64 << 4):
            writer.write(b"x" * 65536)
            await writer.drain()
            sent += 65536

    client = HttpClient(UpstreamSettings())
    async with server(script) as url:
        answer = await client.send(call(url))
        await asyncio.sleep(0.5)
        # what the kernel buffers on loopback, and ours; far from 64 MiB
        assert sent < 24 << 20
        assert answer._connection._held_bytes < HIGH_WATER_BYTES + (1 << 20)
        size = 0
        async for chunk in chunks_of(answer):
            size += len(chunk)
        assert size == 64 << 20
        await answer.close()
    await client.close()


async def test_a_certificate_nobody_knows_is_not_trusted(tmp_path: Path) -> None:
    certificate, key = _self_signed(tmp_path)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate, key)
    listening = await asyncio.start_server(
        lambda _, writer: writer.close(), "127.0.0.1", 0, ssl=context
    )
    port = listening.sockets[0].getsockname()[1]
    client = HttpClient(UpstreamSettings())
    with pytest.raises(UpstreamRefused, match="cannot be trusted"):
        await read(client, f"https://127.0.0.1:{port}/v1")
    listening.close()
    await client.close()


def _self_signed(folder: Path) -> tuple[Path, Path]:
    from datetime import UTC, datetime, timedelta

    from cryptography import x509
    from cryptography.hazmat.primitives import hashes, serialization
    from cryptography.hazmat.primitives.asymmetric import ec
    from cryptography.x509.oid import NameOID

    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "127.0.0.1")])
    now = datetime.now(UTC)
    certificate = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(1)
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=1))
        .sign(key, hashes.SHA256())
    )
    certificate_file, key_file = folder / "certificate.pem", folder / "key.pem"
    certificate_file.write_bytes(certificate.public_bytes(serialization.Encoding.PEM))
    key_file.write_bytes(
        key.private_bytes(
            serialization.Encoding.PEM,
            serialization.PrivateFormat.PKCS8,
            serialization.NoEncryption(),
        )
    )
    return certificate_file, key_file


async def test_half_a_million_tiny_chunks_arrive_whole_and_in_bounded_memory(
    client: HttpClient,
) -> None:
    framed = b"2\r\nxy\r\n" * 500_000
    head = b"HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n"
    async with server(says(head, framed, b"0\r\n\r\n")) as url:
        answer = await client.send(call(url))
        most = size = 0
        async for chunk in chunks_of(answer):
            size += len(chunk)
            most = max(most, answer._connection._held_bytes)
        await answer.close()
    assert size == 1_000_000
    assert most < HIGH_WATER_BYTES + 256 * 1024 * 66


async def test_a_gateway_behind_it_is_told_through_whom_the_request_came() -> None:
    seen: list[bytes] = []

    async def script(_: asyncio.StreamReader, writer: asyncio.StreamWriter, ask: bytes) -> None:
        seen.append(ask.partition(b"\r\n\r\n")[0].lower())
        writer.write(whole(b"{}"))

    mark = HopMark("a" * 12, name=lambda: "desk", given=lambda: "")
    client = HttpClient(UpstreamSettings(), hops=mark)
    came_by = {HOP_HEADER: f"{'b' * 12} other", VIA: "1.1 squid", "accept": "x"}
    async with server(script) as url:
        asked = call(url)
        for headers in ({}, came_by):
            answer = await client.send(replace(asked, came_by=headers))
            await answer.close()
        answer = await client.ask("GET", asked.candidate.upstream, "/v1/responses/r", came_by)
        await answer.close()
        answer = await client.get(asked.candidate.upstream, "/v1/models")
        await answer.close()
    await client.close()
    own = b"\r\nx-gateway-hops: aaaaaaaaaaaa desk"
    through = b"\r\nx-gateway-hops: bbbbbbbbbbbb other, aaaaaaaaaaaa desk"
    assert [own in head for head in seen] == [True, False, False, True]
    assert [through in head for head in seen] == [False, True, True, False]
    assert [b"via: 1.1 squid, 1.1 gateway-aaaaaaaaaaaa" in head for head in seen] == [
        False,
        True,
        True,
        False,
    ]
    assert all(head.count(b"\r\nx-gateway-hops") == 1 for head in seen)
