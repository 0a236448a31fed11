"""The client through proxies that pass on, that refuse, and that say anything."""

from __future__ import annotations

import asyncio
import socket
import ssl
from collections.abc import AsyncIterator, Callable, Coroutine
from contextlib import AsyncExitStack
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from PySide6.QtWidgets import QApplication

from llmgw_desktop.domain.errors import UpstreamCut, UpstreamError, UpstreamRefused
from llmgw_desktop.domain.net_address import (
    ProviderWay,
    ProxyAddress,
    ProxyKind,
    TlsFiles,
    read_proxy,
)
from llmgw_desktop.domain.routing.route import Candidate
from llmgw_desktop.domain.settings.tables import UpstreamSettings
from llmgw_desktop.engine.routing.diagnosis import of_error
from llmgw_desktop.engine.routing.failures import FailureKind
from llmgw_desktop.engine.upstream.answer import UpstreamCall
from llmgw_desktop.engine.upstream.http_client import HttpClient
from llmgw_desktop.engine.upstream.tunnel import MOST_BYTES
from tests.engine.upstream.http_stub import call, server, whole
from tests.support.certificates import Pair, make_pair
from tests.support.proxies import http_proxy, saying_proxy, socks_proxy, split

SIGN_IN = "ada:s3cret-of-the-proxy"
KEY = b"sk-provider"
OPENED = b"HTTP/1.1 200 OK\r\n\r\n"
SOCKS_OPENED = (b"\x05\x00", b"\x05\x00\x00\x01\x7f\x00\x00\x01\x00\x50")


def through(url: str, port: int, kind: str = "http", **more: Any) -> UpstreamCall:
    """A call to `url` whose way is the proxy at `port`."""
    address = ProxyAddress(kind=ProxyKind(kind), host="127.0.0.1", port=port)
    return by_way(url, ProviderWay(proxy=address, **more))


def by_way(url: str, way: ProviderWay) -> UpstreamCall:
    asked = call(url)
    upstream = replace(asked.candidate.upstream, way=way, local=True)
    return replace(asked, candidate=Candidate(upstream=upstream, model="m"))


async def answered(client: HttpClient, asked: UpstreamCall) -> bytes:
    answer = await client.send(asked)
    try:
        return await answer.read()
    finally:
        while await answer.read():
            pass
        await answer.close()


async def answers(_: asyncio.StreamReader, writer: asyncio.StreamWriter, __: bytes) -> None:
    writer.write(whole(b"{}"))


async def tls_server(stack: AsyncExitStack, pair: Pair, *, asks: Path | None = None) -> str:
    """Answers each request with what the client's certificate says; asks for one where `asks` names
    who vouches for it."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(pair.certificate, pair.key)
    if asks is not None:
        context.verify_mode = ssl.CERT_REQUIRED
        context.load_verify_locations(asks)

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        stack.callback(writer.transport.abort)
        try:
            while True:
                head = await reader.readuntil(b"\r\n\r\n")
                if b"content-length: 2" in head:
                    await reader.readexactly(2)
                shown = writer.get_extra_info("peercert") or {}
                writer.write(whole(b"by name" if shown else b"{}"))
        except (asyncio.IncompleteReadError, OSError):
            writer.transport.abort()

    stack.push_async_callback(asyncio.sleep, 0.01)  # transports close in a turn of their own
    listening = await asyncio.start_server(serve, "127.0.0.1", 0, ssl=context)
    stack.callback(listening.close)
    return f"https://localhost:{listening.sockets[0].getsockname()[1]}/v1"


def trusting(pair: Pair) -> TlsFiles:
    return TlsFiles(ca_file=str(pair.certificate))


@pytest.fixture
async def stack() -> AsyncIterator[AsyncExitStack]:
    async with AsyncExitStack() as opened:
        yield opened


PROXIES: dict[str, Callable[..., Any]] = {"http": http_proxy, "socks5": socks_proxy}


@pytest.mark.parametrize("kind", PROXIES)
@pytest.mark.parametrize("sign_in", ["", SIGN_IN])
async def test_a_tunnel_is_opened_once_and_kept(
    client: HttpClient, kind: str, sign_in: str
) -> None:
    async with server(answers) as url, PROXIES[kind](sign_in=sign_in) as proxy:
        for _ in range(5):
            asked = through(url, proxy.port, kind, sign_in=sign_in)
            assert await answered(client, asked) == b"{}"
        assert proxy.places == [url.removeprefix("http://").removesuffix("/v1")]
        assert all(told == sign_in for told in proxy.sign_ins)
        straight = call(url)
        assert await answered(client, straight) == b"{}"
        assert len(proxy.places) == 1, "a tunnel is for its own way alone"


@pytest.mark.parametrize("kind", [*PROXIES, "https"])
async def test_a_proxy_hears_no_key_inside_tls(
    client: HttpClient, stack: AsyncExitStack, kind: str, tmp_path: Path
) -> None:
    pair = make_pair(tmp_path)
    url = await tls_server(stack, pair)
    if kind == "https":
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(pair.certificate, pair.key)
        proxy = await stack.enter_async_context(http_proxy(sign_in=SIGN_IN, tls=context))
    else:
        proxy = await stack.enter_async_context(PROXIES[kind](sign_in=SIGN_IN))
    asked = through(url, proxy.port, kind, sign_in=SIGN_IN, tls=trusting(pair))
    for _ in range(2):
        assert await answered(client, asked) == b"{}"
    assert proxy.places == [url.removeprefix("https://").removesuffix("/v1")]
    assert proxy.heard, "all went through it"
    assert KEY not in bytes(proxy.heard)
    assert b"authorization" not in bytes(proxy.heard).lower().replace(b"proxy-authorization", b"")


@pytest.mark.parametrize("kind", PROXIES)
async def test_the_proxy_looks_up_names(client: HttpClient, kind: str) -> None:
    async with server(answers) as url:
        port = int(url.rpartition(":")[2].removesuffix("/v1"))
        async with PROXIES[kind](target=("127.0.0.1", port)) as proxy:
            asked = through(f"http://no-such-name.invalid:{port}/v1", proxy.port, kind)
            assert await answered(client, asked) == b"{}"
            assert proxy.places == [f"no-such-name.invalid:{port}"]
            asked = through(f"http://[2001:db8::5]:{port}/v1", proxy.port, kind)
            assert await answered(client, asked) == b"{}"
            assert proxy.places[1].replace("[", "").replace("]", "") == f"2001:db8::5:{port}"


async def test_a_tunnel_that_died_while_it_was_kept_costs_nothing(client: HttpClient) -> None:
    asked_so_far = 0

    async def script(_: asyncio.StreamReader, writer: asyncio.StreamWriter, __: bytes) -> None:
        nonlocal asked_so_far
        asked_so_far += 1
        if asked_so_far == 2:
            writer.transport.abort()
        else:
            writer.write(whole(b"%d" % asked_so_far))

    async with server(script) as url, http_proxy() as proxy:
        asked = through(url, proxy.port)
        assert await answered(client, asked) == b"1"
        assert await answered(client, asked) == b"3"
        assert len(proxy.places) == 2


@pytest.mark.parametrize(
    ("kind", "parts", "words"),
    [
        ("http", [b"HTTP/1.1 407 No\r\n\r\n"], r"wants a sign-in \(407\).*proxy_vault"),
        ("http", [b"HTTP/1.1 403 No\r\n\r\n"], r"does not let anybody through to .*\(403\)"),
        ("http", [b"HTTP/1.1 502 Bad\r\n\r\nbody"], r"could not reach .*\(502\)"),
        ("http", [b"HTTP/1.1 301 Go\r\nlocation: x\r\n\r\n"], "with status 301"),
        ("http", [b"SSH-2.0-OpenSSH_9.2\r\n\r\n"], "did not answer as a proxy of HTTP"),
        ("http", [b"HTTP/1.1 200"], "closed the connection"),
        ("http", [], "closed the connection"),
        ("http", [OPENED + b"HTTP/1.1 200 OK\r\n"], "said more than its answer"),
        ("http", [b"HTTP/1.1 200 OK\r\nx: " + b"y" * MOST_BYTES], "said more than any answer"),
        ("http", [b"HTTP/1.1 100 Go on\r\n\r\n" * 900], "said more than any answer"),
        ("socks5", [b"HTTP/1.1 400 Bad\r\n\r\n"], "did not answer as a proxy of SOCKS5"),
        ("socks5", [b"\x05\xff"], "wants a sign-in"),
        ("socks5", [b"\x05\x02"], "wants a sign-in"),
        ("socks5", [b"\x05"], "closed the connection"),
        ("socks5", [b"\x05\x00", b"\x05\x01\x00\x01"], "for a reason that it does not tell"),
        ("socks5", [b"\x05\x00", b"\x05\x02\x00\x01"], "does not let anybody through"),
        ("socks5", [b"\x05\x00", b"\x05\x04\x00\x01"], "is not known or not reachable there"),
        ("socks5", [b"\x05\x00", b"\x05\x05\x00\x01"], "was refused there"),
        ("socks5", [b"\x05\x00", b"\x05\x77\x00\x01"], "refuses with code 119"),
        ("socks5", [b"\x05\x00", b"\x04\x00\x00\x01"], "did not answer as a proxy of SOCKS5"),
        ("socks5", [b"\x05\x00", b"\x05\x00\x00\x09" + b"x" * 20], "did not answer as a proxy"),
        ("socks5", [b"\x05\x00", b"\x05\x00\x00\x03\xff" + b"x" * 9], "closed the connection"),
        ("socks5", [b"\x05\x00" + SOCKS_OPENED[1] + b"more"], "said more than its answer"),
    ],
)
async def test_what_a_proxy_refuses_or_garbles_is_told(
    client: HttpClient, kind: str, parts: list[bytes], words: str
) -> None:
    async with saying_proxy(*parts) as proxy:
        with pytest.raises(UpstreamError, match=words) as refused:
            await answered(client, through("http://127.0.0.1:9/v1", proxy.port, kind))
        assert KEY not in bytes(proxy.heard)
    assert f"the proxy 127.0.0.1:{proxy.port} " in str(refused.value) or isinstance(
        refused.value, UpstreamCut
    )


async def test_a_refused_sign_in_is_told_without_it(client: HttpClient) -> None:
    words = {
        "http": b"HTTP/1.1 407 ada:s3cret-of-the-proxy\r\n\r\n",
        "socks5": b"\x05\x02\x01\x01",
    }
    for kind, said in words.items():
        async with saying_proxy(said) as proxy:
            asked = through(
                "http://127.0.0.1:9/v1", proxy.port, kind, sign_in=SIGN_IN, vault="proxy/office"
            )
            with pytest.raises(UpstreamRefused, match=r"sign-in.*proxy/office") as refused:
                await answered(client, asked)
            assert "s3cret" not in f"{refused.value!r} {asked!r}"


@pytest.mark.parametrize("kind", PROXIES)
async def test_an_answer_may_come_byte_by_byte(client: HttpClient, kind: str) -> None:
    """Until the tunnel is open; then it is the upstream's, which is asked here as well."""
    said = [OPENED] if kind == "http" else SOCKS_OPENED
    parts = [byte for part in said for byte in split(part)]
    async with saying_proxy(*parts, then="silence") as proxy:
        sent = asyncio.ensure_future(
            answered(client, through("http://127.0.0.1:9/v1", proxy.port, kind))
        )
        async with asyncio.timeout(60):
            while KEY not in proxy.heard:
                await asyncio.sleep(0.01)
        assert b"POST /v1/chat/completions HTTP/1.1\r\n" in proxy.heard
        sent.cancel()
        await asyncio.gather(sent, return_exceptions=True)


@pytest.mark.parametrize("kind", PROXIES)
async def test_a_proxy_that_is_silent_is_given_up(kind: str) -> None:
    client = HttpClient(UpstreamSettings(connect_timeout_s=0.2))
    async with saying_proxy(then="silence") as proxy:
        with pytest.raises(UpstreamRefused, match=r"through the proxy .* within 0\.2 s"):
            await answered(client, through("https://127.0.0.1:9/v1", proxy.port, kind))
    async with saying_proxy(OPENED, then="silence") as proxy:
        with pytest.raises(UpstreamRefused, match=r"through the proxy .* within 0\.2 s"):
            await answered(client, through("https://127.0.0.1:9/v1", proxy.port))
    await client.close()


async def test_a_tunnel_that_closes_inside_tls_is_a_failure(client: HttpClient) -> None:
    async with saying_proxy(OPENED) as proxy:
        with pytest.raises(UpstreamRefused):
            await answered(client, through("https://127.0.0.1:9/v1", proxy.port))
    async with saying_proxy(OPENED, b"no TLS at all, but words\r\n" * 10) as proxy:
        with pytest.raises(UpstreamRefused, match=r"cannot be trusted|said more|reached"):
            await answered(client, through("https://127.0.0.1:9/v1", proxy.port))


async def test_a_proxy_that_is_not_there_is_told_and_passed_over(
    client: HttpClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with saying_proxy() as proxy:
        gone = proxy.port
    asked = through("http://127.0.0.1:9/v1", gone, because="HTTPS_PROXY")
    with pytest.raises(UpstreamRefused, match=r"refused the connection.*HTTPS_PROXY") as refused:
        await answered(client, asked)
    assert of_error(refused.value).kind is FailureKind.REFUSED

    def look_up(*_: object, **__: object) -> None:
        raise socket.gaierror(socket.EAI_NONAME, "unknown")

    monkeypatch.setattr(socket, "getaddrinfo", look_up)
    unknown = ProviderWay(proxy=read_proxy("http://no-such-proxy.invalid:1")[0])
    with pytest.raises(UpstreamRefused, match=r"unknown\. Are you online") as refused:
        await answered(client, by_way("http://127.0.0.1:9/v1", unknown))
    assert of_error(refused.value).kind is FailureKind.OFFLINE


async def test_no_way_leads_back_or_astray(client: HttpClient) -> None:
    async with http_proxy() as proxy:
        client.avoid(frozenset({("127.0.0.1", 3333), ("127.0.0.1", proxy.port)}))
        with pytest.raises(UpstreamRefused, match="is this gateway itself"):
            await answered(client, through("http://127.0.0.1:9/v1", proxy.port))
        client.avoid(frozenset({("127.0.0.1", 3333)}))
        for host in ("127.0.0.1", "localhost", "[::ffff:127.0.0.1]"):
            with pytest.raises(UpstreamRefused, match="is this gateway itself"):
                await answered(client, through(f"http://{host}:3333/v1", proxy.port))
        with pytest.raises(UpstreamRefused, match="where no provider may be"):
            await answered(client, through("http://169.254.169.254/v1", proxy.port))
        assert proxy.heard == b""


async def test_a_way_with_a_problem_is_not_gone(client: HttpClient) -> None:
    async with server(answers) as url:
        with pytest.raises(UpstreamRefused, match="was not asked: the environment's"):
            await answered(
                client, by_way(url, ProviderWay(problem="the environment's X names no proxy"))
            )


async def test_authorities_of_ones_own(
    client: HttpClient, stack: AsyncExitStack, tmp_path: Path
) -> None:
    pair = make_pair(tmp_path / "server")
    url = await tls_server(stack, pair)
    with pytest.raises(UpstreamRefused, match=r"cannot be trusted.*name that in ca_file"):
        await answered(client, by_way(url, ProviderWay()))
    assert await answered(client, by_way(url, ProviderWay(tls=trusting(pair)))) == b"{}"
    other = make_pair(tmp_path / "other")
    with pytest.raises(UpstreamRefused, match="cannot be trusted"):
        await answered(client, by_way(url, ProviderWay(tls=trusting(other))))
    elsewhere = url.replace("localhost", "127.0.0.2")
    with pytest.raises(UpstreamRefused):
        await answered(client, by_way(elsewhere, ProviderWay(tls=trusting(pair))))
    gone = TlsFiles(ca_file=str(tmp_path / "gone.pem"))
    with pytest.raises(UpstreamRefused, match=r"was not asked, because of ca_file: .*gone\.pem"):
        await answered(client, by_way(url, ProviderWay(tls=gone)))


@pytest.mark.parametrize("proxied", [False, True])
async def test_a_certificate_of_ones_own_is_shown(
    client: HttpClient, stack: AsyncExitStack, tmp_path: Path, proxied: bool
) -> None:
    pair, own = make_pair(tmp_path / "server"), make_pair(tmp_path / "own")
    url = await tls_server(stack, pair, asks=own.certificate)
    tls = replace(trusting(pair), client_cert=str(own.certificate), client_key=str(own.key))
    way = ProviderWay(tls=tls)
    if proxied:
        proxy = await stack.enter_async_context(http_proxy())
        way = replace(
            way, proxy=ProxyAddress(kind=ProxyKind.HTTP, host="localhost", port=proxy.port)
        )
    assert await answered(client, by_way(url, way)) == b"by name"
    with pytest.raises(UpstreamError):
        await answered(client, by_way(url, replace(way, tls=trusting(pair))))


async def test_a_renewed_file_is_read_again(
    client: HttpClient, stack: AsyncExitStack, tmp_path: Path
) -> None:
    pair = make_pair(tmp_path / "server")
    url = await tls_server(stack, pair)
    file = tmp_path / "authorities.pem"
    file.write_bytes(make_pair(tmp_path / "other").certificate.read_bytes())
    way = ProviderWay(tls=TlsFiles(ca_file=str(file)))
    with pytest.raises(UpstreamRefused, match="cannot be trusted"):
        await answered(client, by_way(url, way))
    file.write_bytes(pair.certificate.read_bytes())
    assert await answered(client, by_way(url, way)) == b"{}"


def _asyncios(_: QApplication) -> asyncio.AbstractEventLoop:
    return asyncio.SelectorEventLoop()


def _uvloops(_: QApplication) -> asyncio.AbstractEventLoop:
    return pytest.importorskip("uvloop").new_event_loop()


def _hosted(app: QApplication) -> asyncio.AbstractEventLoop:
    from llmgw_desktop.ui.loop.qt_loop import new_event_loop

    return new_event_loop(app)


def _qasyncs(app: QApplication) -> asyncio.AbstractEventLoop:
    import qasync

    return qasync.QEventLoop(app)


@pytest.mark.parametrize("is_tls", [True, False])
@pytest.mark.parametrize("kind", [*PROXIES, "https"])
@pytest.mark.parametrize("loop_of", [_asyncios, _uvloops, _hosted, _qasyncs])
def test_a_tunnel_works_on_every_loop(
    qapp: QApplication,
    loop_of: Callable[[QApplication], Any],
    kind: str,
    is_tls: bool,
    tmp_path: Path,
) -> None:
    pair = make_pair(tmp_path)

    async def talk() -> None:
        client = HttpClient(UpstreamSettings(connect_timeout_s=60))
        async with AsyncExitStack() as stack:
            plain = await stack.enter_async_context(server(answers))
            url = await tls_server(stack, pair) if is_tls else plain
            context = None
            if kind == "https":
                context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
                context.load_cert_chain(pair.certificate, pair.key)
            made = socks_proxy() if kind == "socks5" else http_proxy(tls=context)
            proxy = await stack.enter_async_context(made)
            asked = through(url, proxy.port, kind, tls=trusting(pair))
            for _ in range(3):
                assert await answered(client, asked) == b"{}"
            assert len(proxy.places) == 1
            await client.close()

    _run(loop_of(qapp), talk())


def _run(loop: asyncio.AbstractEventLoop, main: Coroutine[Any, Any, None]) -> None:
    try:
        loop.run_until_complete(asyncio.wait_for(main, 100))
    finally:
        loop.run_until_complete(loop.shutdown_default_executor())
        loop.close()
