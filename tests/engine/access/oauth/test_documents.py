"""Programs known by a document: read from the open internet alone, and only as far as is safe."""

from __future__ import annotations

import asyncio
import datetime
import ipaddress
import json
import ssl
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest
from aiohttp import web
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from llmgw_desktop.domain.access.access_errors import OauthCode, OauthError, ShownToPerson
from llmgw_desktop.domain.access.consent import ClientMade
from llmgw_desktop.domain.settings.door import OauthSettings
from llmgw_desktop.engine.access.oauth.documents import (
    MOST_BYTES,
    DocumentFetcher,
    NotFetched,
    is_document_id,
    is_public,
)
from tests.support.oauth_scene import REDIRECT, OauthScene, asking, exchange_form

ADDRESS = "https://agent.example/client.json"
HOST = "agent.example"


def document(**more: Any) -> bytes:
    told = {"client_id": ADDRESS, "client_name": "Agent", "redirect_uris": [REDIRECT]} | more
    return json.dumps({name: value for name, value in told.items() if value is not None}).encode()


async def test_a_program_is_known_by_its_document(scene: OauthScene) -> None:
    scene.fetcher.documents[ADDRESS] = document(), ""
    request = await scene.server.understood(asking(client_id=ADDRESS))
    assert request.client.made is ClientMade.DOCUMENT
    assert request.client.name == "Agent"
    pair = await scene.tokens_of(ADDRESS)
    principal = scene.who(pair.access_token)
    assert principal is not None
    assert principal.client_id == f"oauth:{ADDRESS}"
    assert await scene.refresh(pair.refresh_token, ADDRESS)
    assert scene.fetcher.asked == [ADDRESS], "it is kept"
    assert scene.clients.revoke(ADDRESS, scene.clock.now_s()), "it can be refused by its address"


async def test_a_document_is_read_again_after_a_while(scene: OauthScene) -> None:
    scene.fetcher.documents[ADDRESS] = document(), "public, max-age=120"
    await scene.server.understood(asking(client_id=ADDRESS))
    scene.clock.pass_s(119)
    await scene.server.understood(asking(client_id=ADDRESS))
    assert len(scene.fetcher.asked) == 1
    scene.fetcher.documents[ADDRESS] = document(redirect_uris=["https://new.example/"]), "no-store"
    scene.clock.pass_s(2)
    with pytest.raises(ShownToPerson):
        await scene.server.understood(asking(client_id=ADDRESS))
    assert len(scene.fetcher.asked) == 2


async def test_many_ask_and_it_is_read_once(scene: OauthScene) -> None:
    scene.fetcher.documents[ADDRESS] = document(), ""
    query = asking(client_id=ADDRESS)
    await asyncio.gather(*(scene.server.understood(query) for _ in range(10)))
    assert len(scene.fetcher.asked) == 1
    for _ in range(5):
        with pytest.raises(ShownToPerson):
            await scene.server.understood(asking(client_id=f"{ADDRESS}x"))
    assert len(scene.fetcher.asked) == 2, "that it cannot be read is kept, too"


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"[]",
        b"\xff",
        document(client_id="https://agent.example/other.json"),
        document(client_id=None),
        document(client_secret="x"),
        document(token_endpoint_auth_method="client_secret_post"),
        document(token_endpoint_auth_method="private_key_jwt"),
        document(redirect_uris=None),
        document(redirect_uris=["http://evil.example/"]),
    ],
)
async def test_what_is_no_document_of_a_program(scene: OauthScene, body: bytes) -> None:
    scene.fetcher.documents[ADDRESS] = body, ""
    with pytest.raises(ShownToPerson) as shown:
        await scene.server.understood(asking(client_id=ADDRESS))
    assert shown.value.code is OauthCode.INVALID_CLIENT


@pytest.mark.parametrize(
    "settings",
    [
        OauthSettings(allow_client_documents=False),
        OauthSettings(allow_public_clients=False),
        OauthSettings(enabled=False),
    ],
)
async def test_where_documents_are_not_taken_none_is_read(
    scene: OauthScene, settings: OauthSettings
) -> None:
    scene.settings = settings
    scene.fetcher.documents[ADDRESS] = document(), ""
    with pytest.raises(ShownToPerson):
        await scene.server.understood(asking(client_id=ADDRESS))
    assert scene.fetcher.asked == []
    with pytest.raises(OauthError) as failed:
        await scene.server.exchanged(exchange_form("x", ADDRESS))
    assert failed.value.code is OauthCode.INVALID_CLIENT


@pytest.mark.parametrize(
    ("address", "is_one"),
    [
        (ADDRESS, True),
        ("https://agent.example:8443/a/b?x=1", True),
        ("http://agent.example/client.json", False),
        ("https://agent.example", False),
        ("https://agent.example/", False),
        ("https://agent.example/a/../b", False),
        ("https://agent.example/./b", False),
        ("https://agent.example/a#b", False),
        ("https://me:secret@agent.example/a", False),
        ("https://agent.example:0/a", False),
        ("https://agent.example:99999/a", False),
        ("https:///a", False),
        ("https://agent.example/a\r\nHost: x", False),
        ("https://agent.example/" + "a" * 600, False),
        ("oac_agent", False),
    ],
)
def test_which_addresses_can_be_an_id(address: str, is_one: bool) -> None:
    assert is_document_id(address) is is_one


@pytest.mark.parametrize(
    ("address", "is_open"),
    [
        ("93.184.216.34", True),
        ("2606:2800:220:1:248:1893:25c8:1946", True),
        ("127.0.0.1", False),
        ("127.8.9.1", False),
        ("0.0.0.0", False),
        ("10.0.0.1", False),
        ("172.16.0.1", False),
        ("192.168.1.1", False),
        ("100.64.0.1", False),
        ("169.254.169.254", False),
        ("168.63.129.16", False),
        ("198.18.0.1", False),
        ("224.0.0.1", False),
        ("255.255.255.255", False),
        ("::1", False),
        ("::", False),
        ("fe80::1", False),
        ("fd00::1", False),
        ("fd00:ec2::254", False),
        ("ff02::1", False),
        ("::ffff:127.0.0.1", False),
        ("::ffff:169.254.169.254", False),
        ("64:ff9b::7f00:1", False),
        ("64:ff9b::a9fe:a9fe", False),
        ("2002:7f00:1::", False),
        ("::7f00:1", False),
    ],
)
def test_which_addresses_are_public(address: str, is_open: bool) -> None:
    assert is_public(ipaddress.ip_address(address)) is is_open


@pytest.mark.parametrize(
    "found",
    [
        ["127.0.0.1"],
        ["93.184.216.34", "10.0.0.1"],
        ["fe80::1%eth0"],
        [],
    ],
)
async def test_a_name_that_leads_inside_is_not_asked(found: list[str]) -> None:
    async def look_up(host: str, port: int) -> Sequence[str]:
        return found

    with pytest.raises(NotFetched, match="open internet"):
        await DocumentFetcher(look_up=look_up).fetch(ADDRESS)


@pytest.mark.parametrize("host", ["127.0.0.1", "[::1]", "localhost"])
async def test_this_computer_is_not_asked(host: str) -> None:
    with pytest.raises(NotFetched, match="open internet"):
        await DocumentFetcher().fetch(f"https://{host}/client.json")


class Site:
    """An https server on loopback that has a certificate for HOST."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.answer: Any = None
        self.hosts: list[str] = []
        self.port = 0
        self.looked_up = 0

    @asynccontextmanager
    async def open(self) -> AsyncIterator[Site]:
        server_side, self.trust = certified(self.folder)
        runner = web.ServerRunner(web.Server(self._serve))
        await runner.setup()
        site = web.TCPSite(runner, "127.0.0.1", 0, ssl_context=server_side)
        await site.start()
        self.port = runner.addresses[0][1]
        try:
            yield self
        finally:
            await runner.cleanup()

    def fetcher(self, patience_s: float = 20.0) -> DocumentFetcher:
        async def look_up(host: str, port: int) -> Sequence[str]:
            """Another answer each time, as a name that an attacker keeps may give."""
            self.looked_up += 1
            return ["127.0.0.1"] if self.looked_up == 1 else ["192.0.2.1"]

        return DocumentFetcher(
            look_up=look_up, is_allowed=lambda _: True, tls=self.trust, patience_s=patience_s
        )

    @property
    def url(self) -> str:
        return f"https://{HOST}:{self.port}/client.json"

    async def _serve(self, request: web.BaseRequest) -> web.StreamResponse:
        self.hosts.append(request.host)
        return await self.answer(request) if callable(self.answer) else self.answer


def certified(folder: Path) -> tuple[ssl.SSLContext, ssl.SSLContext]:
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, HOST)])
    now = datetime.datetime.now(datetime.UTC)
    certificate = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(1)
        .not_valid_before(now - datetime.timedelta(days=1))
        .not_valid_after(now + datetime.timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName(HOST)]), critical=False)
        .sign(key, hashes.SHA256())
    )
    pem = certificate.public_bytes(serialization.Encoding.PEM)
    (folder / "cert.pem").write_bytes(pem)
    (folder / "key.pem").write_bytes(
        key.private_bytes(
            serialization.Encoding.PEM,
            serialization.PrivateFormat.PKCS8,
            serialization.NoEncryption(),
        )
    )
    server = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    server.load_cert_chain(folder / "cert.pem", folder / "key.pem")
    return server, ssl.create_default_context(cadata=pem.decode())


@pytest.fixture
async def site(tmp_path: Path) -> AsyncIterator[Site]:
    async with Site(tmp_path).open() as site:
        yield site


def whole(body: bytes, kind: str = "application/json", **headers: str) -> web.Response:
    return web.Response(body=body, content_type=kind, headers=headers)


async def test_the_connection_goes_where_was_looked(site: Site) -> None:
    site.answer = whole(b"{}", **{"Cache-Control": "max-age=9"})
    assert await site.fetcher().fetch(site.url) == (b"{}", "max-age=9")
    assert site.looked_up == 1
    assert site.hosts == [f"{HOST}:{site.port}"]


async def test_a_certificate_for_another_name_is_none(site: Site) -> None:
    site.answer = whole(b"{}")
    with pytest.raises(NotFetched, match="cannot be asked"):
        await site.fetcher().fetch(site.url.replace(HOST, "other.example"))
    assert site.hosts == []


async def test_plain_http_is_not_asked(site: Site) -> None:
    with pytest.raises(NotFetched, match="https"):
        await site.fetcher().fetch(f"http://{HOST}/client.json")
    assert site.looked_up == 0


@pytest.mark.parametrize("status", [201, 301, 302, 307, 404, 500])
async def test_redirects_and_errors_are_no_document(site: Site, status: int) -> None:
    site.answer = web.Response(
        status=status, headers={"Location": "https://127.0.0.1/inside"}, body=b"{}"
    )
    with pytest.raises(NotFetched, match=str(status)):
        await site.fetcher().fetch(site.url)
    assert len(site.hosts) == 1


async def test_no_more_is_read_than_there_is_room_for(site: Site) -> None:
    site.answer = whole(b" " * (MOST_BYTES + 1))
    with pytest.raises(NotFetched, match="larger"):
        await site.fetcher().fetch(site.url)
    site.answer = whole(b" " * MOST_BYTES)
    site.looked_up = 0
    assert len((await site.fetcher().fetch(site.url))[0]) == MOST_BYTES


async def test_only_json_is_read(site: Site) -> None:
    site.answer = whole(b"{}", "text/html")
    with pytest.raises(NotFetched, match="content type"):
        await site.fetcher().fetch(site.url)


async def test_nobody_is_waited_for_long(site: Site) -> None:
    may_end = asyncio.Event()

    async def slow(request: web.BaseRequest) -> web.StreamResponse:
        await may_end.wait()
        return whole(b"{}")

    site.answer = slow
    with pytest.raises(NotFetched, match="did not come"):
        await site.fetcher(patience_s=0.3).fetch(site.url)
    may_end.set()
